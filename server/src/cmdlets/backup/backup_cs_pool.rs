//! `Backup-CsPool`.

use std::fmt::Write as _;
use std::time::Duration;

use tandem::backup::v1::BackupCsPoolRequest;
use tandem::cmdlet::v1::ProgressRecord;
use tandem_domain::backup::{BackupModule, export_state, overall_export_state};
use tandem_domain::identity::Fqdn;
use tandem_domain::refusal::Refusal;
use tandem_shell::error_record::ErrorCategory;
use tokio::sync::watch;
use tokio::time::Instant;

use super::pools::{category, own_paired, tell_lost};
use crate::backup::{Drive, DriveError, Progress};
use crate::cmdlets::operation::faults::{backup_fault, file_lost, store_fault};
use crate::dispatch::{Cmdlet, Context, Failure, Fault};

/// How long to wait when `-WaitTime` is not given.
const DEFAULT_WAIT: Duration = Duration::from_secs(5 * 60);

/// How many failed cycles are tried again when `-RetryCount` is not given.
const DEFAULT_RETRIES: i32 = 3;

/// Drives the Backup Service of a pool and waits until it has shipped.
#[derive(Debug)]
pub struct BackupCsPool;

impl Cmdlet for BackupCsPool {
    async fn run(context: &Context<()>, request: BackupCsPoolRequest) -> Result<(), Failure> {
        check_parameters(&request)?;
        let pool = own_paired(context, &request.pool_fqdn)?;
        let category = category(request.category)?;
        let failed_over_only = request.failed_over_pool_only();
        if failed_over_only && let Some(owner) = exporter_elsewhere(context, &pool)? {
            return Ok(context.forward(&owner).await?);
        }
        if !context.should_process(pool.to_string(), None).await? {
            return Ok(());
        }
        let wait = request
            .wait_time
            .as_ref()
            .and_then(|wait| Duration::try_from(*wait).ok())
            .unwrap_or(DEFAULT_WAIT);
        let deadline = Instant::now() + wait;
        let retries = u32::try_from(request.retry_count.unwrap_or(DEFAULT_RETRIES)).unwrap_or(0);
        let mut lines = Vec::new();
        for (home, modules) in exports(context) {
            let is_wanted = |module: &BackupModule| {
                category.is_none_or(|category| module.category() == category)
            };
            let modules: Vec<_> = modules.into_iter().filter(is_wanted).collect();
            if modules.is_empty() || (failed_over_only && home == pool) {
                continue;
            }
            let drive = Drive {
                home: home.clone(),
                modules,
                deadline,
                retries: Some(retries),
            };
            if request.full_backup() {
                full(context, &drive).await?;
                let lost = context.node().backup.lost_files(&home);
                tell_lost(context, &lost).await?;
                lines.push(held(&home, lost.len()));
            } else {
                steady(context, &drive).await?;
                lines.push(format!(
                    "Pool \"{home}\": all changes ship within the interval."
                ));
            }
        }
        for line in &lines {
            context.verbose(line.clone()).await?;
        }
        match &request.report {
            Some(path) => context.write_caller_file(path, report(&pool, &lines)).await,
            None => Ok(()),
        }
    }
}

fn check_parameters(request: &BackupCsPoolRequest) -> Result<(), Failure> {
    if request.steady_state() && request.full_backup() {
        return Err(Fault::invalid_argument(
            "ParametersConflict",
            "-SteadyState and -FullBackup wait for different states: give one of them.",
        )
        .target("FullBackup")
        .into());
    }
    if request.failed_over_pool_only() && !request.full_backup() {
        return Err(Fault::invalid_argument(
            "ParametersConflict",
            "-FailedOverPoolOnly needs -FullBackup.",
        )
        .target("FailedOverPoolOnly")
        .mended_by("Add -FullBackup.")
        .into());
    }
    Ok(())
}

/// With -FailedOverPoolOnly the pool that serves the failed-over users exports them: another one than this, or `None`
/// when it is this one.
fn exporter_elsewhere(context: &Context<()>, pool: &Fqdn) -> Result<Option<Fqdn>, Failure> {
    let node = context.node();
    let homes = node.ownership.all();
    if homes
        .values()
        .any(|state| state.home != node.pool && state.is_owned_here())
    {
        return Ok(None);
    }
    let partner = node.management.partner();
    match (homes.get(&node.pool), partner) {
        (Some(own), Some(partner)) if !own.is_owned_here() => Ok(Some(partner)),
        (_, Some(backup)) => Err(Refusal::NotFailedOver {
            pool: pool.clone(),
            backup,
        }
        .into()),
        (_, None) => Err(Refusal::PoolNotPaired { pool: pool.clone() }.into()),
    }
}

/// What this pool exports, by home pool.
fn exports(context: &Context<()>) -> Vec<(Fqdn, Vec<BackupModule>)> {
    let mut homes: Vec<(Fqdn, Vec<BackupModule>)> = Vec::new();
    for (home, module) in context.node().backup.exports() {
        match homes.iter_mut().find(|(known, _)| *known == home) {
            Some((_, modules)) => modules.push(module),
            None => homes.push((home, vec![module])),
        }
    }
    homes
}

/// What the partner holds after a full backup.
fn held(home: &Fqdn, lost: usize) -> String {
    match lost {
        0 => format!("Pool \"{home}\": the partner holds everything."),
        lost => format!(
            "Pool \"{home}\": the partner holds everything but {lost} conference files, which both pools have lost."
        ),
    }
}

async fn full(context: &Context<()>, drive: &Drive) -> Result<(), Failure> {
    let (tell, mut told) = watch::channel(Progress::default());
    let backup = context.node().backup.clone();
    let driven = backup.drive_to_final(drive, move |left| {
        tell.send_replace(left);
    });
    tokio::pin!(driven);
    loop {
        tokio::select! {
            end = &mut driven => return end.map_err(|error| drive_fault(&drive.home, &error).into()),
            () = context.stopping().cancelled() => return Err(Failure::Stopped),
            changed = told.changed() => if changed.is_ok() {
                let left = *told.borrow_and_update();
                context.progress(progress(&drive.home, left)).await?;
            }
        }
    }
}

async fn steady(context: &Context<()>, drive: &Drive) -> Result<(), Failure> {
    let backup = &context.node().backup;
    let mut failures = 0;
    loop {
        match backup.sync(&drive.modules).await {
            Ok(synced) => {
                let status = backup.status(None).await;
                let status =
                    status.map_err(|error| store_fault(&error).target(drive.home.as_str()))?;
                let driven = status
                    .iter()
                    .filter(|status| drive.modules.contains(&status.module));
                let state = overall_export_state(driven.clone().map(|status| &status.export));
                if driven.clone().all(|status| {
                    tandem_domain::backup::is_healthy(export_state(&status.export), status.import)
                }) {
                    return Ok(());
                }
                if let Some(file) = synced.lost.first() {
                    // Waiting brings no file back.
                    return Err(file_lost(file).into());
                }
                context
                    .verbose(format!("Pool \"{}\": {state}.", drive.home))
                    .await?;
            }
            Err(error) => {
                failures += 1;
                if drive.retries.is_some_and(|retries| failures > retries) {
                    return Err(backup_fault(&error).into());
                }
            }
        }
        if Instant::now() >= drive.deadline {
            return Err(timed_out(
                &drive.home,
                "The steady state was not reached in time.".to_owned(),
            )
            .into());
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

fn drive_fault(home: &Fqdn, error: &DriveError) -> Fault {
    match error {
        DriveError::Failed(error) => backup_fault(error),
        DriveError::TimedOut { .. } => {
            timed_out(home, format!("The wait time has passed: {error}."))
        }
    }
}

fn timed_out(home: &Fqdn, message: String) -> Fault {
    Fault::new("WaitTimeExpired", ErrorCategory::OperationTimeout, message)
        .target(home.as_str())
        .mended_by(
            "Give it more time: -WaitTime 00:30:00. To see what is left: Get-CsBackupServiceStatus",
        )
}

fn progress(home: &Fqdn, left: Progress) -> ProgressRecord {
    ProgressRecord {
        activity_id: 1,
        parent_activity_id: -1,
        activity: format!("Backing up the data of pool \"{home}\""),
        status: format!(
            "{} records and {} bytes of files are left",
            left.records, left.bytes
        ),
        current_operation: String::new(),
        percent_complete: -1,
        seconds_remaining: -1,
        completed: left == Progress::default(),
    }
}

/// The HTML record of the run. Pool names have no character that HTML reads.
fn report(pool: &Fqdn, lines: &[String]) -> String {
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Backup-CsPool {pool}</title></head>\n<body>\n<h1>Backup-CsPool {pool}</h1>\n<ul>\n"
    );
    for line in lines {
        // A `String` takes everything that is written to it.
        let _ = writeln!(html, "<li>{line}</li>");
    }
    html.push_str("</ul>\n</body>\n</html>\n");
    html
}
