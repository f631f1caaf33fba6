//! Every example of the help runs, in the real client, on a real laboratory.

use std::path::Path;
use std::process::{Output, Stdio};

use tandem_lab::laboratory::{ADMINISTRATOR, Laboratory, POOL1, POOL2};
use tandem_lab::programs::programs;
use tandem_lab::users::sip_address;
use tokio::process::Command;

use crate::deployment::Deployment;
use crate::writers::one;

/// The examples in the comments of the contracts: (cmdlet, command line).
fn examples() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for file in tandem::DESCRIPTORS
        .files()
        .filter(|file| file.package_name().starts_with("tandem."))
    {
        let info = file
            .file_descriptor_proto()
            .source_code_info
            .clone()
            .unwrap_or_default();
        for service in file.services() {
            for method in service.methods() {
                let comment = info
                    .location
                    .iter()
                    .find(|location| location.path == method.path());
                let comment = comment
                    .map(|location| location.leading_comments().to_owned())
                    .unwrap_or_default();
                let lines = comment
                    .lines()
                    .filter_map(|line| line.trim().strip_prefix("example: "));
                found.extend(lines.map(|line| (method.name().to_owned(), line.to_owned())));
            }
        }
    }
    found
}

/// The real client, asked at one node.
pub(crate) fn client(laboratory: &Laboratory, pool: &str) -> Command {
    let files = laboratory.cast().holder(ADMINISTRATOR);
    let mut command = Command::new(&programs().unwrap().client);
    command
        .env(
            "TANDEM_SERVER",
            format!("https://{}", laboratory.pool(pool).address),
        )
        .env("TANDEM_SERVER_NAME", pool)
        .env("TANDEM_CA", laboratory.cast().authority())
        .env("TANDEM_CERTIFICATE", files.certificate)
        .env("TANDEM_KEY", files.key)
        .env("HOME", laboratory.folder())
        .current_dir(laboratory.folder())
        .stdin(Stdio::null());
    command
}

pub(crate) async fn line(laboratory: &Laboratory, pool: &str, line: &str) -> Output {
    client(laboratory, pool)
        .args(["-c", line])
        .output()
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_runs() {
    let deployment = Deployment::start().await;
    let laboratory = &deployment.laboratory;
    let bundle = salvage_bundle(&deployment).await;
    let examples = examples();
    assert!(examples.len() >= 40, "only {} examples", examples.len());
    let mut failed = Vec::new();
    for (cmdlet, example) in examples {
        put_in_order(&deployment, &example).await;
        let line_run = example.replace(
            "0f8fad5b-d9cb-469f-a165-70867728950e",
            &bundle.id_for(&cmdlet),
        );
        let _ = std::fs::remove_file(laboratory.folder().join("salvage.jsonl"));
        // Whatever another pool keeps or runs is reached from here.
        let output = answered(laboratory, POOL2, &line_run).await;
        if !output.status.success() || !output.stderr.is_empty() && !harmless(&output.stderr) {
            failed.push(format!(
                "{line_run}\n{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            ));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n---\n"));
}

/// Runs a line whose prompts are answered with Enter: yes.
async fn answered(laboratory: &Laboratory, pool: &str, line: &str) -> Output {
    use tokio::io::AsyncWriteExt;
    let mut command = client(laboratory, pool);
    command
        .args(["-c", line])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut answers = child.stdin.take().unwrap();
    answers.write_all(b"\n\n").await.unwrap();
    drop(answers);
    child.wait_with_output().await.unwrap()
}

/// Warnings, verbose lines and what the host says are no failures.
fn harmless(text: &[u8]) -> bool {
    !String::from_utf8_lossy(text).contains("Error")
}

/// Ids that the examples stand for.
struct Ids {
    operation: String,
    bundle: String,
}

impl Ids {
    fn id_for(&self, cmdlet: &str) -> String {
        if cmdlet.contains("Salvage") {
            self.bundle.clone()
        } else {
            self.operation.clone()
        }
    }
}

/// An operation in the journal and a salvage bundle.
///
/// A round of the Backup Service that is under way may take the write along that was to be lost: then once more.
async fn salvage_bundle(deployment: &Deployment) -> Ids {
    let deadline = tokio::time::Instant::now() + crate::deployment::PATIENCE;
    loop {
        if let Some(ids) = lose_a_write(deployment).await {
            return ids;
        }
        assert!(
            tokio::time::Instant::now() < deadline,
            "no write is ever lost"
        );
    }
}

/// A takeover that the releasing pool does not hear of in time leaves it with a write that the survivor never saw.
async fn lose_a_write(deployment: &Deployment) -> Option<Ids> {
    use crate::deployment::{back, disaster};
    let write = one(
        &sip_address(POOL1, 0),
        "contact",
        "sip:salvaged@contoso.com",
        b"{}",
    );
    deployment
        .front_end(POOL1)
        .put_documents(write)
        .await
        .unwrap();
    let moved = deployment.fail_over(POOL2, disaster(POOL1)).await.unwrap();
    deployment.agreed(POOL1).await;
    let bundles = deployment.salvage(POOL1).await;
    deployment.fail_back(POOL1, back(POOL1)).await.unwrap();
    deployment.agreed(POOL1).await;
    bundles.first().map(|bundle| Ids {
        operation: moved.result().operation_id.clone(),
        bundle: bundle.identity.clone(),
    })
}

/// Brings pool1 and its users to where an example begins.
async fn put_in_order(deployment: &Deployment, example: &str) {
    use crate::deployment::{back, planned};
    for pool in [POOL1, POOL2] {
        let started = line(&deployment.laboratory, pool, "Start-CsWindowsService").await;
        assert!(started.status.success(), "{started:?}");
    }
    if example.contains("Invoke-CsPoolFailBack") {
        let _ = deployment.fail_over(POOL2, planned(POOL1)).await;
    } else {
        // Refused when nothing is failed over.
        let _ = deployment.fail_back(POOL2, back(POOL1)).await;
        deployment.backed_up(POOL1).await;
    }
    if example.starts_with("Enable-CsUser") {
        line(
            &deployment.laboratory,
            POOL2,
            "Disable-CsUser -Identity sip:kenmyer@contoso.com -Confirm:$false",
        )
        .await;
    }
    assert!(Path::new(&deployment.laboratory.topology_file()).exists());
}
