//! Standard input: pipeline input, answers, or nothing; and prompts that nobody can answer.

use tandem::cmdlet::v1::Value;
use tandem::cmdlet::v1::value::Kind;
use tandem::shell::v1::invoke_request::Message as Request;
use tandem::shell::v1::invoke_response::Message as Response;
use tandem::shell::v1::prompt::Question;
use tandem::shell::v1::prompt_answer::Answer;
use tandem::shell::v1::{Choice, Choices, OutputForm, Prompt, Start, start};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::node::{Outcome, ScriptedNode, Talk};

fn confirmation(id: u32) -> Response {
    let choice = |label: &str| Choice {
        label: label.to_owned(),
        help: "help".to_owned(),
    };
    let choices = Choices {
        choice: vec![choice("&Yes"), choice("&No")],
        default: 0,
    };
    Response::Prompt(Prompt {
        prompt_id: id,
        caption: "Confirm".into(),
        message: "Sure?".into(),
        question: Some(Question::Choices(choices)),
    })
}

#[tokio::test]
async fn a_prompt_that_nobody_can_answer_is_an_error_at_once() {
    let node = ScriptedNode::start(|_, mut talk: Talk| async move {
        talk.tell(confirmation(7)).await;
        let answer = loop {
            match talk.next().await {
                Some(Request::Answer(answer)) => break answer,
                Some(_) => {}
                None => return,
            }
        };
        assert_eq!(
            (answer.prompt_id, answer.answer),
            (7, Some(Answer::Unavailable(true)))
        );
        talk.finish(1).await;
    })
    .await;
    // What is piped is input of the command, never a yes to its question.
    let outcome = node
        .program()
        .arguments(&["Remove-It"])
        .input("y\n")
        .run()
        .await;
    assert_eq!(
        outcome,
        Outcome {
            stdout: String::new(),
            stderr: String::new(),
            code: Some(1)
        }
    );
}

#[tokio::test]
async fn a_line_that_reads_no_input_takes_its_answers_from_there() {
    let node = ScriptedNode::start(|start: Start, mut talk: Talk| async move {
        assert_eq!((start.interactive, start.expects_input), (true, false));
        talk.tell(confirmation(7)).await;
        let Some(Request::Answer(answer)) = talk.next().await else {
            return;
        };
        talk.text(&format!("{:?}\n", answer.answer)).await;
        talk.finish(0).await;
    })
    .await;
    let run = |input: &'static str| {
        node.program()
            .arguments(&["-c", "Remove-It"])
            .input(input)
            .run()
    };
    let answered = run("?\nn\n").await;
    assert_eq!(answered.stdout, "Some(Choice(1))\n");
    let line = "[Y] Yes  [N] No  [?] Help (default is \"Y\"): ";
    assert_eq!(
        answered.stderr,
        format!("\nConfirm\nSure?\n{line}?\nY - help\nN - help\n{line}n\n")
    );
    assert_eq!(run("").await.stdout, "Some(Unavailable(true))\n");
}

/// Tells every input object until the input ends.
async fn inputs(start: Start, mut talk: Talk) {
    assert!(start.expects_input);
    loop {
        match talk.next().await {
            Some(Request::Input(Value {
                kind: Some(Kind::String(line)),
            })) => talk.text(&format!("line {line}\n")).await,
            Some(Request::Input(value)) => talk.text(&format!("{:?}\n", value.kind)).await,
            Some(Request::InputClixml(document)) => {
                talk.text(&format!("clixml {document}\n")).await;
            }
            Some(Request::EndOfInput(_)) => break,
            Some(Request::Stop(_)) => return talk.finish(1).await,
            other => panic!("{other:?}"),
        }
    }
    talk.text("end\n").await;
    talk.finish(0).await;
}

#[tokio::test]
async fn piped_input_feeds_the_pipeline() {
    let node = ScriptedNode::start(inputs).await;
    let run = |arguments: &'static [&'static str], input: &'static str| {
        node.program().arguments(arguments).input(input).run()
    };
    assert_eq!(
        run(&["Get-CsPool"], "a\nb\r\n").await.stdout,
        "line a\nline b\nend\n"
    );
    assert_eq!(
        run(&["--input-format", "json", "Get-It"], "[1, true]")
            .await
            .stdout,
        "Some(Int64(1))\nSome(Bool(true))\nend\n"
    );
    let outcome = run(&["--input-format", "json", "Get-It"], "[1,").await;
    assert!(outcome.stderr.contains("not JSON"), "{outcome:?}");
}

#[tokio::test]
async fn a_minishell_passes_clixml_through() {
    let node = ScriptedNode::start(|start: Start, talk: Talk| async move {
        assert_eq!(
            start.command,
            Some(start::Command::Line(" Get-CsPool ".into()))
        );
        assert_eq!(start.argument_clixml, "x");
        assert_eq!(start.output.unwrap().form(), OutputForm::Clixml);
        inputs(start, talk).await;
    })
    .await;
    let outcome = node
        .program()
        .arguments(&[
            "-encodedCommand",
            "IABHAGUAdAAtAEMAcwBQAG8AbwBsACAA",
            "-encodedarguments",
            "eAA=",
            "-inputFormat",
            "xml",
            "-outputFormat",
            "xml",
        ])
        .input("#< CLIXML\r\n<Objs><I32>1</I32></Objs>")
        .run()
        .await;
    assert_eq!(
        outcome.stdout, "#< CLIXML\nclixml <Objs><I32>1</I32></Objs>\nend\n",
        "{outcome:?}"
    );
    assert_eq!(outcome.code, Some(0));
}

#[tokio::test]
async fn an_empty_input_is_none() {
    let node = ScriptedNode::start(|start: Start, talk: Talk| async move {
        assert!(!start.expects_input);
        talk.finish(0).await;
    })
    .await;
    for input in [None, Some("")] {
        let program = node.program().arguments(&["Get-CsPool"]);
        let program = match input {
            Some(input) => program.input(input),
            None => program,
        };
        assert_eq!(program.run().await.code, Some(0));
    }
}

#[tokio::test]
async fn a_silent_input_is_waited_for_with_a_word() {
    let node = ScriptedNode::start(inputs).await;
    let mut child = node.program().arguments(&["Get-CsPool"]).input("").spawn();
    let mut told = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = told.next_line().await.unwrap().unwrap();
    assert!(line.contains("--input-format none"), "{line}");
    let mut held = child.stdin.take().unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut held, b"late\n")
        .await
        .unwrap();
    drop(held);
    let output = child.wait_with_output().await.unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "line late\nend\n"
    );
}

#[tokio::test]
async fn a_command_waits_for_no_input_that_is_not_its_own() {
    let node = ScriptedNode::start(|start: Start, talk: Talk| async move {
        assert!(!start.expects_input);
        talk.finish(0).await;
    })
    .await;
    // An open pipe that nobody writes to.
    let mut program = node
        .program()
        .arguments(&["--input-format", "none", "Get-CsPool"])
        .input("")
        .spawn();
    let held = program.stdin.take();
    assert_eq!(program.wait().await.unwrap().code(), Some(0));
    drop(held);
}

#[tokio::test]
async fn a_node_that_tells_nothing_of_its_pace_gets_all_input() {
    const LINES: usize = 1_000;
    // A node of an earlier version: it takes input, and says so to nobody.
    let node = ScriptedNode::start(|_, mut talk: Talk| async move {
        let mut count = 0;
        while let Some(Request::Input(_)) = talk.next().await {
            count += 1;
        }
        talk.text(&format!("{count}\n")).await;
        talk.finish(0).await;
    })
    .await;
    let run = node
        .program()
        .arguments(&["Count-It"])
        .input("line\n".repeat(LINES));
    assert_eq!(run.run().await.stdout, format!("{LINES}\n"));
}
