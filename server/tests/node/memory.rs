//! `[sessions] memory_mib`: what a session may hold, through a whole node.

use tandem::shell::v1::{OutputForm, PipelineState, Start, start};

use super::support::{Ended, Laboratory, MEMORY};

async fn run(laboratory: &Laboratory, session: &str, line: &str) -> Ended {
    let output = tandem::shell::v1::Output {
        form: OutputForm::Text.into(),
        ..Default::default()
    };
    let start = Start {
        command: Some(start::Command::Line(line.to_owned())),
        session_id: session.to_owned(),
        output: Some(output),
        ..Start::default()
    };
    laboratory.run_as("administrator", start).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_holds_no_more_than_it_may() {
    let _alone = MEMORY.lock().await;
    let laboratory = Laboratory::start_with("memory_mib = 16").await;
    let fits = "$kept = 1..1000 | ForEach-Object { \"number $_\" }; $kept.Count";
    let beyond = [
        "$all = 1..1000000 | ForEach-Object { \"number $_\" }",
        "1..1000000 | Sort-Object",
        "$all = @(); while ($true) { $all += 'y' * 1mb }",
    ];
    for session in ["", "kept"] {
        let first = run(&laboratory, session, fits).await;
        assert_eq!(first.text, "1000\n", "{:?}", first.error);
        for line in beyond {
            let ended = run(&laboratory, session, line).await;
            let error = ended.error.expect(line);
            let id = error.fully_qualified_error_id;
            assert!(id.starts_with("SessionMemoryExceeded"), "{line}: {id}");
            assert_ne!(ended.finished.state(), PipelineState::Stopped, "{line}");
        }
    }
    // What was kept before is there, and the session goes on.
    let after = run(&laboratory, "kept", "$kept[999]; $all = $null; $all.Count").await;
    assert_eq!(after.text, "number 1000\n0\n", "{:?}", after.error);
    laboratory.stop().await;
}
