//! Callers who mean harm, against a whole node: one who stops reading, one whose line would overflow a stack.

use std::time::Duration;

use tandem::shell::v1::invoke_request::Message as Say;
use tandem::shell::v1::shell_service_client::ShellServiceClient;
use tandem::shell::v1::{InvokeRequest, OutputForm, PipelineState, Start, Stop, start};
use tonic::Code;

use crate::support::{Laboratory, MEMORY};

/// Memory of this process, in bytes.
fn memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes: usize = line
        .unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap();
    kilobytes << 10
}

fn begin(line: &str, session: &str) -> InvokeRequest {
    InvokeRequest {
        message: Some(Say::Start(Start {
            command: Some(start::Command::Line(line.to_owned())),
            session_id: session.to_owned(),
            ..Start::default()
        })),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stops_reading_costs_no_memory_and_can_be_stopped() {
    let _alone = MEMORY.lock().await;
    let laboratory = Laboratory::start().await;
    let mut client = ShellServiceClient::new(laboratory.channel("administrator"));
    let (say, said) = tokio::sync::mpsc::channel(2);
    let endless = "$big = 'x' * 1mb; while ($true) { $big }";
    say.send(begin(endless, "unread")).await.unwrap();
    let requests = tokio_stream::wrappers::ReceiverStream::new(said);
    let mut responses = client.invoke(requests).await.unwrap().into_inner();
    responses.message().await.unwrap().unwrap();
    // The client's window and the node's queue fill; after that nothing moves.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = memory();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let grown = memory().saturating_sub(before);
    assert!(grown < 32 << 20, "{grown} bytes more while nobody read");

    let stop = InvokeRequest {
        message: Some(Say::Stop(Stop::default())),
    };
    say.send(stop).await.unwrap();
    let mut waited = Duration::ZERO;
    loop {
        let again = tokio_stream::once(begin("1", "unread"));
        match client.invoke(again).await {
            Ok(_) => break,
            Err(busy) => assert_eq!(busy.code(), Code::FailedPrecondition, "{busy}"),
        }
        assert!(waited < Duration::from_secs(30), "the pipeline runs on");
        tokio::time::sleep(Duration::from_millis(500)).await;
        waited += Duration::from_millis(500);
    }
    drop(responses);
    laboratory.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_would_overflow_a_stack_leave_the_node_alive() {
    let laboratory = Laboratory::start().await;
    for line in [
        format!("1{}", "+1".repeat(200_000)),
        format!(
            "function f {{ {}f{} }}; f",
            "if(1){".repeat(25),
            "}".repeat(25)
        ),
        "$a = 1; for ($i = 0; $i -lt 50000; $i++) { $a = ,$a }; throw 'done'".to_owned(),
        "$a = 1; for ($i = 0; $i -lt 5000; $i++) { $a = { $a }.GetNewClosure() }; throw 'done'"
            .to_owned(),
        // An error takes what it is about with it, which holds others many times over.
        "$a = 1, 2; for ($i = 0; $i -lt 60; $i++) { $a = $a, $a }; throw $a".to_owned(),
    ] {
        let ended = laboratory.run(&line, OutputForm::Text).await;
        assert!(ended.error.is_some(), "{}", &line[..40]);
    }
    let alive = laboratory.run("1 + 1", OutputForm::Text).await;
    assert_eq!(alive.finished.state(), PipelineState::Completed);
    assert_eq!(alive.text.trim(), "2");
    laboratory.stop().await;
}
