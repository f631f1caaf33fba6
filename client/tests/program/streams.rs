//! One command: words and options as they arrive, streams, prompts, input, files, Ctrl-C, closed pipes.

use std::fs;

use tandem::cmdlet::v1::stream_record::Record;
use tandem::cmdlet::v1::{ErrorRecord, ProgressRecord};
use tandem::shell::v1::invoke_request::Message as Request;
use tandem::shell::v1::{OutputForm, Start};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::node::{Outcome, Program, ScriptedNode, Talk};

/// Plays back what arrived, as debug text.
async fn echo(start: Start, talk: Talk) {
    talk.text(&format!("{:?}\n", start.command)).await;
    talk.finish(0).await;
}

#[tokio::test]
async fn words_arrive_as_they_were_typed() {
    let node = ScriptedNode::start(echo).await;
    let outcome = node
        .program()
        .arguments(&[
            "Get-CsPool",
            "-Identity:a b",
            "",
            "-Confirm:False",
            "--",
            "ü",
        ])
        .run()
        .await;
    let words = "Some(Words(Words { word: [\"Get-CsPool\", \"-Identity:a b\", \"\", \"-Confirm:False\", \"--\", \"ü\"] }))\n";
    assert_eq!(
        outcome,
        Outcome {
            stdout: words.into(),
            stderr: String::new(),
            code: Some(0)
        }
    );
}

#[tokio::test]
async fn a_link_named_for_a_cmdlet_runs_it() {
    let node = ScriptedNode::start(echo).await;
    let link = node.folder.path().join("Invoke-CsPoolFailOver");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_tandem"), &link).unwrap();
    let files = node.cast.holder("administrator");
    let outcome = Program::new(&link)
        .variable("TANDEM_SERVER", &node.address.to_string())
        .variable("TANDEM_CA", node.cast.authority().to_str().unwrap())
        .variable("TANDEM_CERTIFICATE", files.certificate.to_str().unwrap())
        .variable("TANDEM_KEY", files.key.to_str().unwrap())
        .arguments(&["-PoolFqdn", "p1"])
        .run()
        .await;
    assert_eq!(
        outcome.stdout,
        "Some(Words(Words { word: [\"Invoke-CsPoolFailOver\", \"-PoolFqdn\", \"p1\"] }))\n"
    );
}

#[tokio::test]
async fn options_travel_with_the_start() {
    let node = ScriptedNode::start(|start: Start, talk| async move {
        assert_eq!(start.operation_id, "0f8fad5b-d9cb-469f-a165-70867728950e");
        assert_eq!(
            (start.expected_plan.as_str(), start.loss_budget.as_str()),
            ("abc", "records=0")
        );
        let output = start.output.unwrap();
        assert_eq!(
            (output.form(), output.width, output.color),
            (OutputForm::Json, 80, false)
        );
        assert!(!start.interactive);
        talk.finish(3).await;
    })
    .await;
    let options = [
        "--operation-id",
        "0F8FAD5B-D9CB-469F-A165-70867728950E",
        "--expect-plan",
        "abc",
        "--max-loss=records=0",
        "--non-interactive",
        "-o",
        "json",
        "-c",
        "x",
    ];
    assert_eq!(node.program().arguments(&options).run().await.code, Some(3));
}

#[tokio::test]
async fn redirected_output_holds_objects_only() {
    let node = ScriptedNode::start(|_, talk: Talk| async move {
        talk.said(Record::Warning("w".into()), "WARNING: w").await;
        talk.text("object 1\n").await;
        talk.said(Record::Error(ErrorRecord::default()), "Get-It: broken")
            .await;
        talk.said(Record::Verbose("v".into()), "VERBOSE: v").await;
        talk.said(Record::Host("What if: x".into()), "What if: x")
            .await;
        talk.said(Record::Progress(ProgressRecord::default()), "")
            .await;
        talk.text("object 2\n").await;
        talk.finish(1).await;
    })
    .await;
    let outcome = node.program().arguments(&["Get-It"]).run().await;
    assert_eq!(outcome.stdout, "object 1\nobject 2\n");
    assert_eq!(
        outcome.stderr,
        "WARNING: w\nGet-It: broken\nVERBOSE: v\nWhat if: x\n"
    );
    assert_eq!(outcome.code, Some(1));
}

#[tokio::test]
async fn control_c_stops_the_pipeline_on_the_server() {
    let node = ScriptedNode::start(|_, mut talk: Talk| async move {
        talk.text("running\n").await;
        while let Some(request) = talk.next().await {
            if matches!(request, Request::Stop(_)) {
                return talk.finish(5).await;
            }
        }
    })
    .await;
    let mut child = node.program().arguments(&["Wait-It"]).spawn();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(lines.next_line().await.unwrap().as_deref(), Some("running"));
    let id = child.id().unwrap().to_string();
    let interrupted = tokio::process::Command::new("kill")
        .args(["-INT", &id])
        .status()
        .await
        .unwrap();
    assert!(interrupted.success());
    assert_eq!(child.wait().await.unwrap().code(), Some(5));
}

#[tokio::test]
async fn a_closed_pipe_stops_the_pipeline_without_a_word() {
    let node = ScriptedNode::start(|_, mut talk: Talk| async move {
        loop {
            tokio::select! {
                request = talk.next() => match request {
                    Some(Request::Stop(_)) | None => break,
                    Some(_) => {}
                },
                () = tokio::time::sleep(std::time::Duration::from_millis(1)) => talk.text("again\n").await,
            }
        }
        talk.finish(1).await;
    })
    .await;
    let mut child = node.program().arguments(&["Get-Everything"]).spawn();
    drop(child.stdout.take());
    let output = child.wait_with_output().await.unwrap();
    assert_eq!(
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap()
        ),
        (Some(0), String::new())
    );
}

#[tokio::test]
async fn a_server_that_ends_without_an_end_is_told() {
    let node = ScriptedNode::start(|_, talk: Talk| async move { talk.text("half").await }).await;
    let outcome = node.program().arguments(&["Get-It"]).run().await;
    assert_eq!((outcome.stdout.as_str(), outcome.code), ("half", Some(70)));
    assert!(
        outcome
            .stderr
            .contains("without saying how the pipeline ended"),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_server_that_goes_away_is_told() {
    let node = ScriptedNode::start(|_, talk: Talk| async move {
        talk.text("running\n").await;
        std::future::pending::<()>().await;
    })
    .await;
    let relay = node.relay().await;
    let mut child = node
        .program()
        .variable("TANDEM_SERVER", &relay.address.to_string())
        .arguments(&["Wait-It"])
        .spawn();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(lines.next_line().await.unwrap().as_deref(), Some("running"));
    drop(relay);
    let output = child.wait_with_output().await.unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(70));
    assert!(
        told.contains("the server went away") && told.contains("Get-TandemOperation"),
        "{told}"
    );
}

#[tokio::test]
async fn other_shells_complete_through_the_server() {
    let node = ScriptedNode::start(echo).await;
    let outcome = node
        .program()
        .arguments(&[
            "--complete",
            "--",
            "-o",
            "json",
            "Get-CsPool",
            "a b",
            "-Name:va",
        ])
        .run()
        .await;
    assert_eq!(outcome.stdout, "-Name:it's\tGet-CsPool 'a b' -Name:va\n");
}

#[tokio::test]
async fn a_script_is_read_before_anything_is_connected() {
    let node = ScriptedNode::start(|start: Start, talk: Talk| async move {
        let arguments: Vec<_> = start
            .argument
            .iter()
            .map(|value| value.kind.clone())
            .collect();
        talk.text(&format!("{:?} {arguments:?}\n", start.command))
            .await;
        talk.text(&start.script_path).await;
        talk.finish(0).await;
    })
    .await;
    let outcome = node.program().arguments(&["-f", "no-such.ps1"]).run().await;
    assert_eq!(outcome.code, Some(64));
    assert!(outcome.stderr.contains("no-such.ps1"), "{outcome:?}");
    let script = node.folder.path().join("run.ps1");
    fs::write(&script, "\u{feff}Get-CsPool\n").unwrap();
    let outcome = node
        .program()
        .arguments(&["-f", "run.ps1", "-Name", "a b"])
        .in_folder(node.folder.path())
        .run()
        .await;
    let path = fs::canonicalize(&script).unwrap();
    let told = "Some(Line(\"Get-CsPool\\n\")) [Some(String(\"-Name\")), Some(String(\"a b\"))]\n";
    assert_eq!(outcome.stdout, format!("{told}{}", path.display()));
}
