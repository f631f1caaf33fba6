//! What a caller hears of an operation that runs: its steps, until it ends, the caller leaves, or only a lost pool could
//! say how it ends.

use std::time::Duration;

use tandem::cmdlet::v1::ProgressRecord;
use tandem_domain::observation::OperationKind;
use tandem_shell::error_record::ErrorCategory;
use tokio::time::{Instant, timeout, timeout_at};

use crate::dispatch::cmdlet::Call;
use crate::dispatch::{Failure, Fault};
use crate::operation::progress::{Event, Gauge, Heard, Watcher};
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
/// `OperationUndecided` when it waits for a pool that does not answer; when the caller stops, or the journal fails.
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
        Told::Waits(status) => Err(undecided(&entry, &status).into()),
    }
}

/// Why nothing more is told.
enum Told {
    End,
    /// For what the operation has waited as long as callers wait.
    Waits(String),
}

async fn narrate(
    call: &Call,
    watcher: &mut Watcher,
    activity: Option<&str>,
) -> Result<Told, Failure> {
    let mut current = String::new();
    let mut waits: Option<(Instant, String)> = None;
    loop {
        let heard = match &waits {
            None => watcher.next().await,
            Some((until, status)) => match timeout_at(*until, watcher.next()).await {
                Ok(heard) => heard,
                Err(_) => return Ok(Told::Waits(status.clone())),
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
                is_waiting,
            }) => {
                if let Some(activity) = activity {
                    call.progress(progress(activity, &status, &current, percent, false))
                        .await?;
                }
                waits = match waits {
                    _ if !is_waiting => None,
                    None => Some((Instant::now() + call.undecided_wait(), status)),
                    waits => waits,
                };
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
