//! Lines that are asked of one pool and run on the other: their input, their questions and the caller's files go along.

use std::fs;

use tandem::cmdlet::v1::Value;
use tandem::cmdlet::v1::value::Kind;
use tandem::shell::v1::prompt::Question;
use tandem::shell::v1::prompt_answer::Answer;
use tandem::shell::v1::{OutputForm, PipelineState, Start, start};
use tandem_client::{Message, Running};
use tandem_lab::laboratory::{POOL1, POOL2};
use tandem_lab::users::sip_address;
use tokio::time::timeout;

use crate::deployment::{Deployment, PATIENCE};
use crate::files::Caller;
use crate::input::connected;

/// A line of somebody who can be asked and gives input, at the first pool.
async fn begin(deployment: &Deployment, line: &str, expects_input: bool) -> Running {
    let start = Start {
        command: Some(start::Command::Line(line.to_owned())),
        interactive: true,
        expects_input,
        output: Some(tandem::shell::v1::Output {
            form: OutputForm::Text.into(),
            ..Default::default()
        }),
        ..Start::default()
    };
    let connection = connected(deployment).await;
    connection.shell().invoke(start).await.unwrap()
}

/// What is said next that is neither progress nor of the pace.
async fn next(running: &mut Running) -> Message {
    loop {
        let message = timeout(PATIENCE, running.next()).await.unwrap().unwrap();
        match message.expect("it goes on") {
            Message::Said(said) if said.rendered.is_empty() => {}
            Message::Said(said) => return Message::Text(said.rendered),
            message => return message,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn input_reaches_the_other_pool_object_by_object() {
    let deployment = Deployment::start().await;
    let line = format!(
        "$input | Move-CsUser -Target {POOL1} -Confirm:$false -PassThru | ForEach-Object {{ \"moved $($_.SipAddress)\" }}"
    );
    let mut running = begin(&deployment, &line, true).await;
    let requests = running.requests();
    for number in 0..3 {
        let user = sip_address(POOL2, number);
        let value = Value {
            kind: Some(Kind::String(user.clone())),
        };
        assert!(requests.input(value).await);
        let text = loop {
            match next(&mut running).await {
                Message::Text(text) if text.starts_with("moved") => break text,
                Message::Text(_) => {}
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(text.trim_end(), format!("moved {user}"));
    }
    requests.end_of_input().await;
    let Message::Finished(finished) = next(&mut running).await else {
        panic!("it goes on");
    };
    assert_eq!(finished.state(), PipelineState::Completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_of_the_other_pool_are_put_to_the_caller() {
    let deployment = Deployment::start().await;
    let user = sip_address(POOL2, 0);
    for (choice, moved) in [("No", false), ("Yes", true)] {
        let line = format!(
            "Move-CsUser {user} -Target {POOL1} -PassThru | ForEach-Object {{ \"moved $($_.SipAddress)\" }}"
        );
        let mut running = begin(&deployment, &line, false).await;
        let requests = running.requests();
        let (mut text, mut asked) = (String::new(), 0);
        let finished = loop {
            match next(&mut running).await {
                Message::Text(said) => text.push_str(&said),
                Message::Prompt(prompt) => {
                    asked += 1;
                    let Some(Question::Choices(choices)) = prompt.question else {
                        panic!("no choice");
                    };
                    let is_meant = |label: &str| label.replace('&', "") == choice;
                    let index = choices.choice.iter().position(|one| is_meant(&one.label));
                    let answer = Answer::Choice(u32::try_from(index.unwrap()).unwrap());
                    assert!(requests.answer(prompt.prompt_id, answer).await);
                }
                Message::Finished(finished) => break finished,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(asked, 1, "{text}");
        assert_eq!(text.contains(&format!("moved {user}")), moved, "{text}");
        assert!(!finished.had_errors, "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_the_caller_are_read_and_written_from_the_other_pool() {
    let deployment = Deployment::start().await;
    let caller = Caller::new(&deployment);
    // The Central Management store is on the second pool. The document has several pieces.
    let remark = format!("# {}\n", "x".repeat(1_000));
    let document = remark.repeat(1_000) + &deployment.laboratory.topology();
    caller.write("topology.toml", &document);
    let line = "Publish-CsTopology -FileName topology.toml -BackupFileName before.xml -Report 'the report.html' -Confirm:$false; \
        Publish-CsTopology -FileName none/topology.toml";
    let said = caller.says(line).await;
    assert!(said.contains("none/topology.toml"), "{said}");
    assert!(caller.text("before.xml").contains(POOL2), "{said}");
    assert!(
        caller.text("the report.html").ends_with("</html>\n"),
        "{said}"
    );

    // The users are served by the second pool, so that it moves them.
    let users = [0, 1].map(|number| sip_address(POOL2, number));
    caller.write("users.txt", &users.join("\r\n"));
    let line = format!(
        "Move-CsUser -UserList users.txt -Target {POOL1} -Report moved.html -Confirm:$false -PassThru | ForEach-Object SipAddress"
    );
    let said = caller.says(&line).await;
    let report = caller.text("moved.html");
    for user in &users {
        assert!(said.contains(user), "{said}");
        assert!(report.contains(user), "{report}");
    }

    // Longer than what goes to another node at once.
    let file = fs::File::create(caller.path("large.toml")).unwrap();
    file.set_len(40 << 20).unwrap();
    let said = caller.says("Publish-CsTopology -FileName large.toml").await;
    assert!(said.contains("runs on another pool"), "{said}");
}
