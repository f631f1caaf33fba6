//! What a caller hears of an operation that runs: its steps, until it ends, the caller leaves, or only a lost pool could
//! say how it ends.

use std::time::Duration;

use tandem::cmdlet::v1::ProgressRecord;
use tandem_domain::identity::Fqdn;
use tandem_domain::observation::OperationKind;
use tandem_shell::error_record::ErrorCategory;
use tokio::time::{Instant, timeout, timeout_at};

use crate::dispatch::cmdlet::Call;
use crate::dispatch::{Failure, Fault};
use crate::operation::progress::{Event, Gauge, Heard, WaitsFor, Watcher};
use crate::store::OperationEntry;

use super::faults::fault;

/// How long a caller who stops waits for the rollback.
const STOP_WAIT: Duration = Duration::from_secs(10);

/// Which of several progress bars the operation's is.
const ACTIVITY_ID: i32 = 1;

/// Tells what an operation tells, and answers the journal entry that it ended with. An operation goes on without its
/// caller; a caller who stops it has it rolled back, as long as the transfer was not offered. Progress is shown under
/// the name of `activity`.
///
/// # Errors
/// `OperationUndecided` when it waits for a pool that does not answer, `OperationUnrecorded` when its end cannot be written
/// down; when the caller stops, or the journal fails.
pub(crate) async fn follow(
    call: &Call,
    id: &str,
    mut watcher: Watcher,
    activity: Option<&str>,
) -> Result<OperationEntry, Failure> {
    let operations = &call.node().operations;
    call.verbose(format!("Operation {id}.")).await?;
    let heard = tokio::select! {
        told = narrate(call, &mut watcher, activity) => told?,
        () = call.stopping().cancelled() => {
            if !call.is_abandoned() {
                operations.stop(id);
                let end = async { while !matches!(watcher.next().await, Heard::Outcome(_)) {} };
                // Past the offer it completes by itself; nobody who wants to leave waits for a lost pool.
                let _ = timeout(STOP_WAIT, end).await;
            }
            return Err(Failure::Stopped);
        }
    };
    if let Some(activity) = activity {
        call.progress(progress(activity, "", "", 100, true)).await?;
    }
    let entry = operations.entry(id).await.map_err(fault)?;
    let entry = entry.ok_or_else(|| {
        fault(crate::operation::Error::Unknown {
            id: id.to_owned(),
            pool: call.node().pool.clone(),
        })
    })?;
    match heard {
        Told::End => Ok(entry),
        Told::Waits(WaitsFor::Partner, status) => Err(undecided(&entry, &status).into()),
        Told::Waits(WaitsFor::Store { is_committed }, status) => {
            Err(unrecorded(call, &entry, is_committed, &status).into())
        }
    }
}

/// Why nothing more is told.
enum Told {
    End,
    /// For what the operation has waited as long as callers wait, and in words.
    Waits(WaitsFor, String),
}

async fn narrate(
    call: &Call,
    watcher: &mut Watcher,
    activity: Option<&str>,
) -> Result<Told, Failure> {
    let mut current = String::new();
    let mut waits: Option<(Instant, WaitsFor, String)> = None;
    loop {
        let heard = match &waits {
            None => watcher.next().await,
            Some((until, what, status)) => match timeout_at(*until, watcher.next()).await {
                Ok(heard) => heard,
                Err(_) => return Ok(Told::Waits(*what, status.clone())),
            },
        };
        match heard {
            Heard::Event(Event::Step { name, description }) => {
                description.clone_into(&mut current);
                call.verbose(format!("{name}: {description}")).await?;
            }
            Heard::Event(Event::Detail(line)) => call.verbose(line).await?,
            Heard::Event(Event::Warning(line)) => call.warning(line).await?,
            Heard::Gauge(Gauge {
                status,
                percent,
                waits_for,
            }) => {
                if let Some(activity) = activity {
                    call.progress(progress(activity, &status, &current, percent, false))
                        .await?;
                }
                waits = waits_for.map(|what| {
                    let until = waits.as_ref().map(|(until, ..)| *until);
                    let until = until.unwrap_or_else(|| Instant::now() + call.undecided_wait());
                    (until, what, status)
                });
            }
            Heard::Outcome(_) => return Ok(Told::End),
        }
    }
}

fn progress(
    activity: &str,
    status: &str,
    current: &str,
    percent: u8,
    completed: bool,
) -> ProgressRecord {
    ProgressRecord {
        activity_id: ACTIVITY_ID,
        parent_activity_id: -1,
        activity: activity.to_owned(),
        status: status.to_owned(),
        current_operation: current.to_owned(),
        percent_complete: i32::from(percent),
        seconds_remaining: -1,
        completed,
    }
}

/// The operation cannot be decided while a pool does not answer: it goes on, and the caller need not wait for it.
fn undecided(entry: &OperationEntry, status: &str) -> Fault {
    let id = &entry.id;
    let home = entry.home_pool.as_ref();
    let mut mend = format!("Bring that pool back, and look: Get-TandemOperation -Id {id}.");
    let instead = if entry.cmdlet == OperationKind::FailOver.cmdlet() {
        Some(OperationKind::FailBack)
    } else if entry.cmdlet == OperationKind::FailBack.cmdlet() {
        Some(OperationKind::FailOver)
    } else {
        None
    };
    let held = match (home, instead) {
        (Some(home), Some(instead)) => {
            mend.push_str(&format!(
                " If it is lost, have the users served here again: {} -PoolFqdn {home} -DisasterMode",
                instead.cmdlet()
            ));
            format!("The users of pool \"{home}\" stay read-only until then")
        }
        _ => "The user stays locked until then".to_owned(),
    };
    let message = format!(
        "Operation {id} is at step {} and cannot end yet: {status}. {held}; the operation goes on by itself.",
        entry.step
    );
    let fault = Fault::new(
        "OperationUndecided",
        ErrorCategory::OperationTimeout,
        message,
    )
    .mended_by(mend);
    match home {
        Some(home) => fault.target(home.as_str()),
        None => fault.target(id.as_str()),
    }
}

/// How the operation ends cannot be written down: it ends by itself when it can, and the caller need not wait for it.
fn unrecorded(call: &Call, entry: &OperationEntry, is_committed: bool, status: &str) -> Fault {
    let id = &entry.id;
    let home = entry.home_pool.as_ref();
    let ownership = &call.node().ownership;
    let is_frozen = home
        .and_then(|home| ownership.get(home))
        .is_some_and(|state| state.frozen_by.as_deref() == Some(id));
    let held = match home {
        _ if entry.cmdlet == OperationKind::MoveUser.cmdlet() => {
            "The user stays locked until it can; the operation then ends by itself".to_owned()
        }
        Some(home) if is_committed => format!(
            "The other pool has taken over and serves the users of pool \"{home}\"; the operation ends by itself when it can be written down here"
        ),
        Some(home) if is_frozen => format!(
            "The users of pool \"{home}\" stay read-only until it can; the operation then ends by itself"
        ),
        _ => "Nothing has changed so far; the operation ends by itself when it can".to_owned(),
    };
    let message = format!(
        "Operation {id} is at step {}, and pool \"{}\" cannot write down how it ends: {status}. {held}.",
        entry.step,
        call.node().pool
    );
    Fault::new(
        "OperationUnrecorded",
        ErrorCategory::ResourceUnavailable,
        message,
    )
    .mended_by(format!(
        "Mend that (make room when the disk is full), and look: Get-TandemOperation -Identity {id}."
    ))
    .target(home.map_or(id.as_str(), Fqdn::as_str))
}
