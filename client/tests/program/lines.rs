//! Lines on standard input: one session, unfinished lines, answers between them, `exit`.

use tandem::shell::v1::invoke_request::Message as Request;
use tandem::shell::v1::invoke_response::Message as Response;
use tandem::shell::v1::prompt::Question;
use tandem::shell::v1::prompt_answer::Answer;
use tandem::shell::v1::{Field, Fields, Finished, Prompt, Start, start};

use crate::node::{ScriptedNode, Talk};

async fn play(start: Start, mut talk: Talk) {
    let Some(start::Command::Line(line)) = &start.command else {
        panic!("{start:?}")
    };
    assert!(!start.session_id.is_empty() && start.interactive && !start.expects_input);
    match line.as_str() {
        "1 +" => {
            return talk
                .tell(Response::Finished(Finished {
                    incomplete: true,
                    ..Finished::default()
                }))
                .await;
        }
        "exit 7" => {
            return talk
                .tell(Response::Finished(Finished {
                    exit: true,
                    exit_code: 7,
                    ..Finished::default()
                }))
                .await;
        }
        "ask" => {
            let field = |name: &str, type_name: &str| Field {
                name: name.into(),
                label: format!("&{name}"),
                r#type: type_name.into(),
                ..Field::default()
            };
            let fields = Fields {
                field: vec![
                    field("Count", "System.Int32"),
                    field("Names", "System.String[]"),
                ],
            };
            let question = Some(Question::Fields(fields));
            let prompt = Prompt {
                prompt_id: 1,
                caption: "cmdlet Get-It at command pipeline position 1".into(),
                message: "Supply values for the following parameters:".into(),
                question,
            };
            talk.tell(Response::Prompt(prompt)).await;
            let Some(Request::Answer(answer)) = talk.next().await else {
                panic!("no answer")
            };
            match answer.answer {
                Some(Answer::Fields(fields)) => {
                    talk.text(&format!("{} values\n", fields.value.len())).await;
                }
                other => talk.text(&format!("{other:?}\n")).await,
            }
        }
        line => talk.text(&format!("<{line}>\n")).await,
    }
    talk.finish(i32::from(line == "fail")).await;
}

#[tokio::test]
async fn lines_run_one_after_the_other_and_the_last_one_gives_the_exit_code() {
    let node = ScriptedNode::start(play).await;
    let outcome = node.program().input("a\n\nfail\n").run().await;
    assert_eq!(
        (outcome.stdout.as_str(), outcome.code),
        ("<a>\n<fail>\n", Some(1))
    );
    let outcome = node
        .program()
        .arguments(&["-"])
        .input("fail\nb")
        .run()
        .await;
    assert_eq!(
        (outcome.stdout.as_str(), outcome.code),
        ("<fail>\n<b>\n", Some(0))
    );
}

#[tokio::test]
async fn an_unfinished_line_takes_the_next_one_along_and_alone_runs_nothing() {
    let node = ScriptedNode::start(play).await;
    let outcome = node.program().input("1 +\n2\n").run().await;
    assert_eq!(outcome.stdout, "<1 +\n2>\n");
    let outcome = node.program().input("1 +").run().await;
    assert_eq!(
        (
            outcome.stdout.as_str(),
            outcome.stderr.as_str(),
            outcome.code
        ),
        ("", "", Some(0))
    );
}

#[tokio::test]
async fn exit_ends_the_run() {
    let node = ScriptedNode::start(play).await;
    let outcome = node.program().input("exit 7\nnever\n").run().await;
    assert_eq!((outcome.stdout.as_str(), outcome.code), ("", Some(7)));
}

#[tokio::test]
async fn prompts_take_their_answers_from_the_lines_that_follow() {
    let node = ScriptedNode::start(play).await;
    let outcome = node
        .program()
        .input("ask\nx\n3\none\ntwo\n\nafter\n")
        .run()
        .await;
    assert_eq!(outcome.stdout, "2 values\n<after>\n");
    assert_eq!(
        outcome.stderr,
        "\ncmdlet Get-It at command pipeline position 1\nSupply values for the following parameters:\n\
         Count: x\nCannot recognize \"x\" as a System.Int32 due to a format error.\nCount: 3\nNames[0]: one\nNames[1]: two\nNames[2]: \n"
    );
}

#[tokio::test]
async fn a_prompt_after_the_last_line_is_told_that_nobody_answers() {
    let node = ScriptedNode::start(play).await;
    let outcome = node.program().input("ask\n").run().await;
    assert_eq!(outcome.stdout, "Some(Unavailable(true))\n");
}
