//! The story: a planned failover and back, then the loss of a site, with the real client's commands and what it really prints.

use std::process::ExitStatus;
use std::time::Duration;

use tandem::frontend::v1::front_end_service_client::FrontEndServiceClient;
use tandem::frontend::v1::{SignInMode, SignInRequest};
use tandem_lab::laboratory::{self, POOL1, POOL2};
use tandem_lab::{node, programs, users};

use crate::narrator::{heading, say, slow};
use crate::session::Session;
use crate::traffic::{self, Traffic};

/// Writes that pool1 acknowledges shortly before it is killed.
const LAST_WRITES: usize = 25;
/// Writes that it acknowledges after its last heartbeat.
const UNTOLD_WRITES: usize = 5;
/// Time in which a heartbeat surely comes: they are a second apart.
const HEARTBEATS: Duration = Duration::from_millis(2500);

/// Why the story ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The programs are missing.
    #[error(transparent)]
    Programs(#[from] programs::Error),
    /// The folder cannot be used.
    #[error(transparent)]
    Laboratory(#[from] laboratory::Error),
    /// A node does not run.
    #[error(transparent)]
    Node(#[from] node::Error),
    /// A stub was refused.
    #[error("a call of the laboratory was refused: {}", .0.message())]
    Refused(#[from] tonic::Status),
    /// A command of the story failed.
    #[error("`tandem {line}` ended with {status}")]
    Command {
        /// Its words.
        line: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// The story did not go as it must.
    #[error("{0}")]
    Other(String),
}

/// Tells the whole story.
pub(crate) async fn tell(session: &mut Session) -> Result<(), Error> {
    status(session).await?;
    planned(session).await?;
    let known = session.salvage(POOL1).await?;
    disaster(session).await?;
    repair(session, &known).await
}

async fn status(session: &Session) -> Result<(), Error> {
    heading("Two pools, each the other's backup");
    session.run(&["Get-CsPool"]).await?;
    session
        .run(&["Get-CsPoolBackupRelationship", "-PoolFqdn", POOL1])
        .await?;
    session
        .run(&["Get-CsBackupServiceStatus", "-PoolFqdn", POOL1])
        .await?;
    session
        .run_line(&format!(
            "(Get-CsBackupServiceStatus -PoolFqdn {POOL1}).BackupModules"
        ))
        .await?;
    say("Would a failover succeed now, how long would it take, what would a disaster lose?");
    session.run(&["Get-TandemReadiness"]).await
}

async fn planned(session: &Session) -> Result<(), Error> {
    heading("A planned failover of pool1, with users at work");
    say("First what it would do. -WhatIf changes nothing.");
    session
        .run(&["Invoke-CsPoolFailOver", "-PoolFqdn", POOL1, "-WhatIf"])
        .await?;
    say("Now for real. Users of pool1 go on writing all the while.");
    let traffic = Traffic::start(session, "planned")?;
    session
        .run(&[
            "Invoke-CsPoolFailOver",
            "-PoolFqdn",
            POOL1,
            "-Confirm:$false",
            "-Verbose",
        ])
        .await?;
    say("Ken Myer is homed on pool1 as before, and served by pool2:");
    session
        .run(&["Get-CsUserPoolInfo", "-Identity", "sip:kenmyer@contoso.com"])
        .await?;
    sign_in(session, POOL2).await?;
    heading("And back");
    session
        .run(&[
            "Invoke-CsPoolFailBack",
            "-PoolFqdn",
            POOL1,
            "-Confirm:$false",
            "-Verbose",
        ])
        .await?;
    let acknowledged = traffic.stop().await;
    let found = traffic::found(session, POOL1, &acknowledged).await?;
    say(&format!(
        "{} writes were acknowledged to users meanwhile; {found} of them are on pool1 now.",
        acknowledged.len()
    ));
    if found == acknowledged.len() {
        Ok(())
    } else {
        Err(Error::Other("an acknowledged write is missing".to_owned()))
    }
}

async fn disaster(session: &mut Session) -> Result<(), Error> {
    heading("Redmond is lost");
    let user = users::sip_address(POOL1, 1);
    let told = write_settings(session, &user, "told", LAST_WRITES).await?;
    slow(
        "Waiting for pool1's next heartbeat",
        tokio::time::sleep(HEARTBEATS),
    )
    .await;
    let untold = write_settings(session, &user, "untold", UNTOLD_WRITES).await?;
    session.kill(POOL1).await?;
    say(&format!(
        "{user} has written {told} settings, which pool1's heartbeat has counted, and {untold} more.\n\
         Then pool1's node was killed (SIGKILL), before it shipped any of them."
    ));
    say("What would be lost? pool2 knows from pool1's last heartbeat what it has not received.");
    session
        .run(&[
            "Invoke-CsPoolFailOver",
            "-PoolFqdn",
            POOL1,
            "-DisasterMode",
            "-WhatIf",
        ])
        .await?;
    session
        .run(&[
            "Invoke-CsPoolFailOver",
            "-PoolFqdn",
            POOL1,
            "-DisasterMode",
            "-Confirm:$false",
            "-Verbose",
        ])
        .await?;
    sign_in(session, POOL2).await
}

/// Writes settings of a user at pool1; how many were acknowledged.
async fn write_settings(
    session: &Session,
    user: &str,
    name: &str,
    count: usize,
) -> Result<usize, Error> {
    let door = session.channel(POOL1)?;
    let mut acknowledged = 0;
    for number in 0..count {
        let key = format!("{name}-{number:02}");
        let body = "{\"note\":\"a moment before\"}";
        acknowledged += usize::from(traffic::put(&door, user, &key, body).await);
    }
    Ok(acknowledged)
}

async fn repair(session: &mut Session, known: &[String]) -> Result<(), Error> {
    heading("Redmond is repaired");
    slow(
        "Starting the node of pool1.contoso.com",
        session.start(POOL1),
    )
    .await?;
    let bundle = slow(
        "Waiting until pool1 has compared notes with pool2",
        session.new_salvage(POOL1, known),
    )
    .await?;
    say("pool1 has found that pool2 took over, and kept every write that pool2 never saw:");
    session.run(&["Get-TandemSalvage"]).await?;
    let file = session.laboratory().folder().join("salvage.jsonl");
    let file = file.to_string_lossy();
    session
        .run(&[
            "Export-TandemSalvage",
            "-Identity",
            &bundle,
            "-FileName",
            &file,
        ])
        .await?;
    session
        .run(&[
            "Export-TandemSalvage",
            "-Identity",
            &bundle,
            "-Apply",
            "-Confirm:$false",
        ])
        .await?;
    heading("And back again");
    session
        .run(&[
            "Invoke-CsPoolFailBack",
            "-PoolFqdn",
            POOL1,
            "-Confirm:$false",
            "-Verbose",
        ])
        .await?;
    sign_in(session, POOL1).await?;
    session.run(&["Get-TandemReadiness"]).await?;
    session.run(&["Get-TandemOperation"]).await
}

/// Signs Ken Myer in as his application would, and sees who serves him.
async fn sign_in(session: &Session, serving: &str) -> Result<(), Error> {
    session.served_by(POOL1, serving).await?;
    let mut client = FrontEndServiceClient::new(session.channel(serving)?);
    let user = users::sip_address(POOL1, 0);
    let answer = client
        .sign_in(SignInRequest { user: user.clone() })
        .await?
        .into_inner();
    let mode = match answer.mode() {
        SignInMode::Normal => "all functions",
        SignInMode::Resiliency => "resiliency mode",
        SignInMode::Refused | SignInMode::Unspecified => "refused",
    };
    say(&format!(
        "{user} signs in: served by {} ({mode}).",
        answer.serving_pool
    ));
    if answer.serving_pool == serving {
        Ok(())
    } else {
        Err(Error::Other(format!(
            "{user} is served by \"{}\", not by {serving}: {}",
            answer.serving_pool, answer.reason
        )))
    }
}
