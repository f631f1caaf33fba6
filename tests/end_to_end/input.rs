//! Pipeline input as a stream: the real client before a whole node, objects that come out as others go in.

use std::process::Stdio;

use tandem::cmdlet::v1::Value;
use tandem::cmdlet::v1::value::Kind;
use tandem::shell::v1::{Finished, OutputForm, PipelineState, Start, start};
use tandem_client::{Connection, Message, Profile, Running, Settings, connect};
use tandem_lab::laboratory::{ADMINISTRATOR, POOL1};
use tandem_lab::programs::programs;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;
use tonic::Code;

use crate::deployment::{Deployment, PATIENCE};

/// The client at work, its input in our hands.
struct Client {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Client {
    fn start(deployment: &Deployment, arguments: &[&str]) -> Self {
        let laboratory = &deployment.laboratory;
        let files = laboratory.cast().holder(ADMINISTRATOR);
        let address = laboratory.pool(POOL1).address.to_string();
        let mut child = Command::new(programs().unwrap().client)
            .env_clear()
            .env("TANDEM_SERVER", address)
            .env("TANDEM_CA", laboratory.cast().authority())
            .env("TANDEM_CERTIFICATE", files.certificate)
            .env("TANDEM_KEY", files.key)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Self {
            input: child.stdin.take().unwrap(),
            output: BufReader::new(child.stdout.take().unwrap()).lines(),
            child,
        }
    }

    async fn give(&mut self, text: &str) {
        self.input.write_all(text.as_bytes()).await.unwrap();
        self.input.flush().await.unwrap();
    }

    async fn line(&mut self) -> String {
        let line = timeout(PATIENCE, self.output.next_line()).await;
        line.expect("a line comes").unwrap().unwrap_or_default()
    }

    /// Ends its input; its exit code, and what it said on standard error.
    async fn end(mut self) -> (i32, String) {
        drop(self.input);
        let mut child = self.child;
        let mut said = String::new();
        let left = timeout(PATIENCE, async {
            let mut errors = child.stderr.take().unwrap();
            errors.read_to_string(&mut said).await.unwrap();
            child.wait().await.unwrap()
        });
        let code = left.await.expect("it ends").code().unwrap_or(-1);
        while let Ok(Some(line)) = self.output.next_line().await {
            assert!(!line.contains("behind"), "{line}");
        }
        (code, said)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_in_comes_out_while_the_input_lasts() {
    let deployment = Deployment::start().await;
    let line = "$input | ForEach-Object { \"got $_\" }";
    let mark = "#< CLIXML\r\n<Objs xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">";
    for (arguments, pieces) in [
        (vec!["-c", line], ["a\n", "b\n"]),
        (
            vec!["--input-format", "json", "-c", line],
            ["\"a\"\n", "\"b\"\n"],
        ),
        (
            vec!["--input-format", "json", "-c", line],
            ["[\"a\",", "\"b\"]"],
        ),
        (
            vec!["-c", "foreach ($x in $input) { \"got $x\" }"],
            ["a\n", "b\n"],
        ),
        (
            vec!["-inputFormat", "xml", "-c", line],
            [&format!("{mark}<S>a</S>"), "<S>b</S></Objs>"],
        ),
        (
            vec!["-c", line],
            [&format!("{mark}<S>a</S><S>"), "b</S></Objs>"],
        ),
        (vec!["Select-Object", "-Property", "Length"], ["a\n", "b\n"]),
    ] {
        let mut client = Client::start(&deployment, &arguments);
        let is_text = arguments[0] != "Select-Object";
        client.give(pieces[0]).await;
        if is_text {
            assert_eq!(client.line().await, "got a", "{arguments:?}");
        }
        client.give(pieces[1]).await;
        if is_text {
            assert_eq!(client.line().await, "got b", "{arguments:?}");
        }
        let (code, said) = client.end().await;
        assert_eq!((code, said.as_str()), (0, ""), "{arguments:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn input_ends_early_in_the_middle_and_by_a_stop() {
    let deployment = Deployment::start().await;
    // Enough: endless input is not read to its end.
    for arguments in [
        vec!["-c", "$input | Select-Object -First 2"],
        vec!["Select-Object", "-First", "2"],
    ] {
        let Client {
            mut child,
            mut input,
            mut output,
        } = Client::start(&deployment, &arguments);
        let endless = tokio::spawn(async move { while input.write_all(b"y\n").await.is_ok() {} });
        for expected in [Some("y"), Some("y"), None] {
            let line = timeout(PATIENCE, output.next_line())
                .await
                .unwrap()
                .unwrap();
            assert_eq!(line.as_deref(), expected, "{arguments:?}");
        }
        assert_eq!(
            timeout(PATIENCE, child.wait())
                .await
                .unwrap()
                .unwrap()
                .code(),
            Some(0)
        );
        timeout(PATIENCE, endless).await.unwrap().unwrap();
    }

    // Broken in the middle.
    let line = "$input | ForEach-Object { \"got $_\" }; 'behind'";
    for (format, given, broken, complaint) in [
        (
            "xml",
            "<Objs><S>a</S>",
            &b"<I32>x</I32><S>b</S></Objs>"[..],
            "CLIXML",
        ),
        ("xml", "<Objs><S>a</S>", b"", "CLIXML"),
        ("json", "[\"a\",", b" x, \"b\"]", "not JSON"),
        ("text", "a\n", b"\xff\n", "not UTF-8"),
    ] {
        let mut client = Client::start(&deployment, &["-inputFormat", format, "-c", line]);
        client.give(given).await;
        assert_eq!(client.line().await, "got a", "{given}");
        client.input.write_all(broken).await.unwrap();
        let (code, said) = client.end().await;
        assert_eq!(code, 1, "{given}: {said}");
        assert!(said.contains(complaint), "{given}: {said}");
    }

    // Ctrl-C while the pipeline waits for more.
    let mut client = Client::start(&deployment, &["-c", line]);
    client.give("a\n").await;
    assert_eq!(client.line().await, "got a");
    let process = client.child.id().unwrap().to_string();
    let sent = Command::new("kill").args(["-INT", &process]).status().await;
    assert!(sent.unwrap().success());
    let code = timeout(PATIENCE, client.child.wait())
        .await
        .unwrap()
        .unwrap()
        .code();
    assert_eq!(code, Some(1));
}

pub(crate) async fn connected(deployment: &Deployment) -> Connection {
    let laboratory = &deployment.laboratory;
    let files = laboratory.cast().holder(ADMINISTRATOR);
    let settings = Settings {
        servers: Some(vec![laboratory.pool(POOL1).address.to_string()]),
        ca: Some(laboratory.cast().authority()),
        certificate: Some(files.certificate),
        key: Some(files.key),
        ..Settings::default()
    };
    let profile = Profile::resolve(settings, &Settings::default()).unwrap();
    connect(&profile).await.unwrap()
}

async fn begin(connection: &Connection, line: &str, session: &str) -> Result<Running, Code> {
    let start = Start {
        command: Some(start::Command::Line(line.to_owned())),
        session_id: session.to_owned(),
        expects_input: true,
        output: Some(tandem::shell::v1::Output {
            form: OutputForm::Text.into(),
            ..Default::default()
        }),
        ..Start::default()
    };
    let begun = connection.shell().invoke(start).await;
    begun.map_err(|error| match error {
        tandem_client::Error::Status(status) => status.code(),
        other => panic!("{other}"),
    })
}

fn text(bytes: usize) -> Value {
    Value {
        kind: Some(Kind::String("x".repeat(bytes))),
    }
}

async fn ended(mut running: Running) -> Finished {
    let mut end = Finished::default();
    while let Some(message) = timeout(PATIENCE, running.next()).await.unwrap().unwrap() {
        if let Message::Finished(finished) = message {
            end = finished;
        }
    }
    end
}

#[tokio::test(flavor = "multi_thread")]
async fn input_waits_for_a_slow_pipeline_and_a_stop_does_not() {
    let deployment = Deployment::start().await;
    let connection = connected(&deployment).await;
    let running = begin(&connection, "Start-Sleep 600; $input", "")
        .await
        .unwrap();
    let requests = running.requests();
    for bytes in [1; 64] {
        assert!(
            timeout(PATIENCE, requests.input(text(bytes)))
                .await
                .unwrap()
        );
    }
    let one_more = tokio::spawn({
        let requests = requests.clone();
        async move { requests.input(text(1)).await }
    });
    assert!(requests.stop().await);
    assert_eq!(ended(running).await.state(), PipelineState::Stopped);
    assert!(!one_more.await.unwrap(), "nobody took it");

    // A caller who vanishes while its input is waited for, and one whose input waits.
    for line in ["$input", "Start-Sleep 600; $input"] {
        let running = begin(&connection, line, "left").await.unwrap();
        if line != "$input" {
            let requests = running.requests();
            for _ in 0..64 {
                requests.input(text(10_000)).await;
            }
        }
        drop(running);
        let again = async {
            loop {
                match begin(&connection, "1", "left").await {
                    Ok(running) => return running,
                    Err(code) => assert_eq!(code, Code::FailedPrecondition),
                }
                tokio::task::yield_now().await;
            }
        };
        let again = timeout(PATIENCE, again).await.expect("the pipeline ends");
        assert_eq!(ended(again).await.state(), PipelineState::Completed);
    }
}

/// Memory of a process in bytes, none of one that has ended.
pub(crate) fn memory(process: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.map(|line| line.trim().trim_end_matches(" kB").parse::<usize>());
    kilobytes.map_or(0, |number| number.unwrap() << 10)
}

#[tokio::test(flavor = "multi_thread")]
async fn endless_input_costs_no_memory() {
    const PIECE: usize = 100_000;
    let deployment = Deployment::start().await;
    let connection = connected(&deployment).await;
    let process = deployment.process_id(POOL1);
    let line = "$input | ForEach-Object { $_.Length } | Where-Object { $_ -ne 100000 } | Select-Object -First 1";
    let running = begin(&connection, line, "").await.unwrap();
    let requests = running.requests();
    let end = tokio::spawn(ended(running));
    let mut before = 0;
    for count in 0..2_000 {
        assert!(requests.input(text(PIECE)).await);
        if count == 100 {
            before = memory(process);
        }
    }
    let grown = memory(process).saturating_sub(before);
    assert!(
        grown < 48 << 20,
        "{grown} bytes more after {} bytes",
        2_000 * PIECE
    );
    // It was no end: one that fits is found, and ends it.
    while requests.input(text(1)).await {}
    assert_eq!(end.await.unwrap().state(), PipelineState::Completed);
}
