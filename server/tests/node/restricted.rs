//! Sessions that run commands only: by the node's configuration for a group, or because the caller asks for it.

use tandem::shell::v1::{
    Command, LanguageMode, Pipeline, PipelineState, Start, Statement, Words, start,
};

use crate::support::{Ended, Laboratory};

const RESTRICTED: &str = "commands_only = [\"CsViewOnlyAdministrator\"]";

const REFUSED: &str = "ScriptsNotAllowed";

fn line(text: &str) -> Start {
    Start {
        command: Some(start::Command::Line(text.to_owned())),
        ..Start::default()
    }
}

fn refusal(ended: &Ended) -> &str {
    ended
        .error
        .as_ref()
        .map_or("", |error| &error.fully_qualified_error_id)
}

/// Runs commands and no script.
async fn check_restricted(laboratory: &Laboratory, holder: &str, mode: LanguageMode) {
    let with_mode = |mut start: Start| {
        start.set_language_mode(mode);
        start
    };
    let run = |start: Start| laboratory.run_as(holder, with_mode(start));
    let plain = run(line(
        "Get-Command -Name Get-Help | Select-Object -Property Name",
    ))
    .await;
    assert_eq!(
        plain.finished.state(),
        PipelineState::Completed,
        "{:?}",
        plain.error
    );
    assert_eq!(plain.output.len(), 1);

    let words = Words {
        word: ["Get-Help", "about_Language_Modes"]
            .map(String::from)
            .to_vec(),
    };
    let words = Start {
        command: Some(start::Command::Words(words)),
        ..Start::default()
    };
    assert_eq!(run(words).await.finished.exit_code, 0);

    for text in [
        "1 + 1",
        "$x = 1",
        "Get-Command | ForEach-Object { $_.Name }",
        "exit 3",
    ] {
        let ended = run(line(text)).await;
        assert_eq!(refusal(&ended), REFUSED, "{text}");
        assert_eq!(ended.finished.state(), PipelineState::Failed, "{text}");
        assert_eq!(ended.finished.exit_code, 1, "{text}");
        assert_eq!(ended.output, [], "{text}");
    }
    let mut file = line("Get-Command");
    file.script_path = "/home/ken/runbook.ps1".to_owned();
    assert_eq!(refusal(&run(file).await), REFUSED);

    let command = |name: &str, is_script: bool| Start {
        command: Some(start::Command::Pipeline(Pipeline {
            statement: vec![Statement {
                command: vec![Command {
                    name: name.to_owned(),
                    is_script,
                    ..Command::default()
                }],
                ..Statement::default()
            }],
        })),
        ..Start::default()
    };
    assert_eq!(run(command("Get-Date", false)).await.output.len(), 1);
    assert_eq!(refusal(&run(command("Get-Date", true)).await), REFUSED);
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_can_be_restricted_to_commands() {
    let laboratory = Laboratory::start_with(RESTRICTED).await;
    check_restricted(&laboratory, "view-only", LanguageMode::Unspecified).await;
    let free = laboratory.run_as("administrator", line("1 + 1")).await;
    assert_eq!(free.output.len(), 1, "{:?}", free.error);
    laboratory.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_can_ask_for_a_restricted_session_and_not_for_a_free_one() {
    let laboratory = Laboratory::start().await;
    check_restricted(&laboratory, "administrator", LanguageMode::NoLanguage).await;

    let in_session = |text: &str, mode: LanguageMode| {
        let mut start = line(text);
        start.session_id = "console".to_owned();
        start.set_language_mode(mode);
        laboratory.run_as("administrator", start)
    };
    let set = in_session("$x = 1", LanguageMode::Unspecified).await;
    assert_eq!(refusal(&set), "");
    in_session("Get-Date", LanguageMode::NoLanguage).await;
    let read = in_session("$x", LanguageMode::Unspecified).await;
    assert_eq!(refusal(&read), REFUSED, "what was taken stays taken");
    laboratory.stop().await;
}
