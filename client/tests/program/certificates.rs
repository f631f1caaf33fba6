//! Every way in which certificates and addresses can be wrong: what the program says, and what it says to do.

use std::path::Path;

use crate::node::{NODE, Outcome, Program, ScriptedNode, Talk};

async fn node() -> ScriptedNode {
    ScriptedNode::start(|_, talk: Talk| async move { talk.finish(0).await }).await
}

fn told(outcome: &Outcome, parts: &[&str]) {
    assert_eq!(
        (outcome.stdout.as_str(), outcome.code),
        ("", Some(70)),
        "{outcome:?}"
    );
    for part in parts {
        assert!(
            outcome.stderr.contains(part),
            "{part:?} is not in {}",
            outcome.stderr
        );
    }
}

fn show(program: Program, node: &ScriptedNode, holder: &str) -> Program {
    let files = node.cast.holder(holder);
    program
        .variable("TANDEM_CERTIFICATE", files.certificate.to_str().unwrap())
        .variable("TANDEM_KEY", files.key.to_str().unwrap())
        .arguments(&["Get-CsPool"])
}

#[tokio::test]
async fn a_good_certificate_is_let_in_by_address_and_by_name() {
    let node = node().await;
    assert_eq!(
        show(node.program(), &node, "administrator")
            .run()
            .await
            .code,
        Some(0)
    );
    let named = node.program().variable("TANDEM_SERVER_NAME", NODE);
    assert_eq!(
        show(named, &node, "administrator").run().await.code,
        Some(0)
    );
}

#[tokio::test]
async fn the_server_refuses_an_expired_certificate() {
    let node = node().await;
    let outcome = show(node.program(), &node, "expired").run().await;
    told(
        &outcome,
        &[
            "refuses the certificate",
            "expired.pem",
            "it has expired",
            "new certificate",
        ],
    );
}

#[tokio::test]
async fn the_server_refuses_a_certificate_of_another_authority() {
    let node = node().await;
    let outcome = show(node.program(), &node, "stranger").run().await;
    told(
        &outcome,
        &[
            "refuses the certificate",
            "stranger.pem",
            "authority that the server does not know",
        ],
    );
}

#[tokio::test]
async fn the_program_refuses_a_server_of_an_unknown_authority() {
    let node = node().await;
    let other = node
        .program()
        .variable("TANDEM_CA", node.cast.other_authority().to_str().unwrap());
    let outcome = show(other, &node, "administrator").run().await;
    told(
        &outcome,
        &["an authority that is not in the CA file", "--ca"],
    );
}

#[tokio::test]
async fn the_program_refuses_a_server_of_another_name() {
    let node = node().await;
    let named = node
        .program()
        .variable("TANDEM_SERVER_NAME", "pool9.contoso.com");
    let outcome = show(named, &node, "administrator").run().await;
    told(
        &outcome,
        &[
            "not for pool9.contoso.com but for pool1.contoso.com",
            "--server-name pool1.contoso.com",
        ],
    );
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named() {
    let node = node().await;
    let certificate = |path: &Path| {
        let program = node
            .program()
            .variable("TANDEM_CERTIFICATE", path.to_str().unwrap());
        program.arguments(&["Get-CsPool"]).run()
    };
    told(
        &certificate(Path::new("/no/such.pem")).await,
        &["cannot read the certificate /no/such.pem", "Check the path"],
    );
    let key = node.cast.holder("administrator").key;
    told(
        &certificate(&key).await,
        &["holds no certificate in PEM form", "BEGIN CERTIFICATE"],
    );
    let other = node.cast.holder("nobody").certificate;
    told(
        &certificate(&other).await,
        &["does not belong to the certificate", "nobody.pem"],
    );
}

#[tokio::test]
async fn the_next_server_is_asked_when_one_is_down() {
    let node = node().await;
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let down = node
        .program()
        .variable("TANDEM_SERVER", &format!("{free},{}", node.address));
    let outcome = show(down, &node, "administrator").run().await;
    assert_eq!(
        outcome,
        Outcome {
            stdout: String::new(),
            stderr: String::new(),
            code: Some(0)
        }
    );
}

#[tokio::test]
async fn all_servers_that_are_down_are_named() {
    let node = node().await;
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let down = node
        .program()
        .variable("TANDEM_SERVER", &format!("{free},no-such-host.invalid:1"));
    let outcome = show(down, &node, "administrator").run().await;
    told(
        &outcome,
        &[
            &format!("{free}: nobody listens there"),
            "no-such-host.invalid:1: its name has no address",
        ],
    );
}

#[tokio::test]
async fn what_speaks_no_tls_is_told_apart() {
    let node = node().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ =
                tokio::io::AsyncWriteExt::write_all(&mut stream, b"SSH-2.0-OpenSSH_9.9\r\n").await;
        }
    });
    let wrong = node
        .program()
        .variable("TANDEM_SERVER", &address.to_string());
    let outcome = show(wrong, &node, "administrator").run().await;
    told(&outcome, &["does not speak TLS 1.3", "Check the port"]);
}

#[tokio::test]
async fn a_profile_file_is_found_and_flags_win_over_it() {
    let node = node().await;
    let folder = node.folder.path().join(".config/tandem");
    std::fs::create_dir_all(&folder).unwrap();
    let files = node.cast.holder("administrator");
    let text = format!(
        "servers = [\"{}\"]\nca = \"{}\"\ncertificate = \"{}\"\nkey = \"{}\"\n",
        node.address,
        node.cast.authority().display(),
        files.certificate.display(),
        files.key.display()
    );
    std::fs::write(folder.join("profile.toml"), text).unwrap();
    let bare = || {
        Program::new(env!("CARGO_BIN_EXE_tandem").as_ref())
            .variable("HOME", node.folder.path().to_str().unwrap())
    };
    assert_eq!(bare().arguments(&["Get-CsPool"]).run().await.code, Some(0));
    told(
        &bare()
            .arguments(&["--ca", "/no/ca.pem", "Get-CsPool"])
            .run()
            .await,
        &["/no/ca.pem"],
    );
}
