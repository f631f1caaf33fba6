//! A session whose node goes away, comes back, or does not answer.

use std::process::Command;

use tandem_lab::laboratory::{POOL1, POOL2};

use crate::deployment::Deployment;
use crate::desk::{Desk, assert_shows};

#[tokio::test(flavor = "multi_thread")]
async fn a_node_dies_and_comes_back_while_the_prompt_stands() {
    let mut deployment = Deployment::start().await;
    let desk = Desk::new(&deployment, &[POOL2, POOL1]);
    desk.terminal.waits_at(desk.prompt(POOL2)).await;

    // The other node answers: the line has not been sent, and waits for another Enter at the new prompt.
    deployment.kill(POOL2).await;
    desk.clear(POOL2).await;
    desk.terminal.enter("'to ' + 'somebody'");
    let moved = desk
        .terminal
        .waits_at(&format!("{} 'to ' + 'somebody'", desk.prompt(POOL1)))
        .await;
    assert_shows(
        &moved,
        &[
            "broke: the server went away; the line has not been sent\n",
            "Variables of the session before are gone.\n",
        ],
    );
    desk.terminal.press(&["Enter"]);
    desk.terminal.shows("\nto somebody\n").await;

    // A line is under way: what became of it is unknown, and said to be.
    desk.clear(POOL1).await;
    desk.terminal.enter("'under way'; Start-Sleep 600");
    desk.terminal.waits_at("\nunder way").await;
    deployment.kill(POOL1).await;
    let lost = desk.terminal.waits_at(", not connected]: PS>").await;
    assert_shows(
        &lost,
        &[
            "broke: the server went away\n",
            "Get-TandemOperation",
            "cannot connect to any server:\n",
            "nobody listens there",
            "The next line tries again; exit leaves.\n",
        ],
    );

    // Nobody is back yet: the line is kept. Then somebody is.
    desk.terminal.enter("'I am ' + 'back'");
    desk.terminal
        .waits_at(", not connected]: PS> 'I am ' + 'back'")
        .await;
    deployment.restart(POOL2).await;
    desk.terminal.press(&["Enter"]);
    let back = desk.terminal.shows("\nI am back\n").await;
    assert_shows(&back, &["\nConnected to "]);
    desk.terminal.waits_at(desk.prompt(POOL2)).await;

    // Whoever leaves is not held back by a node that has left before.
    deployment.kill(POOL2).await;
    desk.clear(POOL2).await;
    desk.terminal.enter("exit");
    desk.terminal.waits_at("\nleft with 0").await;
}

/// A node that is there and says nothing, as behind a network that swallows everything.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_does_not_answer_is_left_with_ctrl_c() {
    let deployment = Deployment::start().await;
    let desk = Desk::new(&deployment, &[POOL2]);
    desk.terminal.waits_at(desk.prompt(POOL2)).await;
    desk.clear(POOL2).await;
    desk.terminal.write("'kept '");
    desk.terminal.waits_at("'kept '").await;
    signal(&deployment, "STOP");
    desk.terminal.enter(" + 'apart'");
    desk.leaves(POOL2, "so whether it runs the line is not known")
        .await;
    signal(&deployment, "CONT");
    let answered = desk.runs(POOL2, "'still ' + 'here'").await;
    assert_shows(&answered, &["\nstill here\n"]);
}

fn signal(deployment: &Deployment, name: &str) {
    let process = deployment.process_id(POOL2).to_string();
    let sent = Command::new("kill")
        .args([&format!("-{name}"), &process])
        .status();
    assert!(sent.unwrap().success());
}
