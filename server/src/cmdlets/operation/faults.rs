//! Errors of operations and of the Backup Service as cmdlets give them: id, what was found, what mends it.

use tandem_shell::error_record::ErrorCategory;

use crate::dispatch::Fault;
use crate::operation::Error;
use crate::store::{self, OperationEntry, OperationFailure};
use crate::{backup, management, peer};

const LOOK_AT_THE_LOG: &str = "Look at the node's log: its store does not answer as it should.";

/// An operation that did not start.
pub(crate) fn fault(error: Error) -> Fault {
    let id = error.id().to_owned();
    let message = sentence(&error.to_string());
    match error {
        Error::Refused(refusal) => refusal.into(),
        Error::Backup(error) => backup_fault(&error),
        Error::Peer(error) => peer_fault(&error),
        Error::IdInUse { .. } => Fault::new(id, ErrorCategory::ResourceExists, message)
            .mended_by("Give a new id: $(New-Guid), or none."),
        Error::Unknown { .. } => Fault::not_found(id, message).mended_by("Get-TandemOperation"),
        Error::ElsewhereCoordinated { coordinator } => Fault::invalid_operation(id, message)
            .mended_by(format!(
                "Give the command on a node of pool \"{coordinator}\"."
            )),
        Error::PlanBroken { .. } => Fault::invalid_operation(id, message)
            .mended_by("Look at the new plan with -WhatIf and confirm that one."),
        Error::Stopped
        | Error::Interrupted
        | Error::Superseded { .. }
        | Error::WaitTimeExpired { .. }
        | Error::VerificationFailed { .. } => {
            Fault::new(id, ErrorCategory::OperationStopped, message)
        }
        Error::Management(management::Error::Store(error)) | Error::Store(error) => {
            store_fault(&error)
        }
        Error::Management(_) => Fault::unavailable(id, message).mended_by(LOOK_AT_THE_LOG),
    }
}

/// A store that did not do what it should, for a reason that is not the caller's.
pub(crate) fn store_fault(error: &store::Error) -> Fault {
    let mend = match error {
        store::Error::DiskFull(_) => {
            "Make room on the disk of the node's data folder, then give the command again. What was acknowledged is not touched."
        }
        _ => LOOK_AT_THE_LOG,
    };
    Fault::unavailable(error.id(), sentence(&error.to_string())).mended_by(mend)
}

/// An operation that was rolled back: nothing has changed.
pub(crate) fn rolled_back(
    entry: &OperationEntry,
    failure: &OperationFailure,
    category: ErrorCategory,
    again: &str,
) -> Fault {
    let mend = match failure.id.as_str() {
        "WaitTimeExpired" => format!(
            "Give it more time: {again} -WaitTime 00:30:00. To see what is left: Get-CsBackupServiceStatus"
        ),
        "DataVerificationFailed" => format!(
            "Ship again, then repeat: Backup-CsPool -FullBackup -PoolFqdn {}. {again}",
            home(entry)
        ),
        "BackupServiceNotActive" => format!(
            "Start the Backup Service on both pools: Start-CsWindowsService -Name LYNCBACKUP. Then: {again}"
        ),
        "DiskFull" => format!("Nothing has changed. Make room on that disk, then: {again}"),
        "OperationStopped" | "OperationInterrupted" => {
            format!("Nothing has changed. To do it: {again}")
        }
        _ => format!("Nothing has changed. When the reason is mended: {again}"),
    };
    let message = format!(
        "Operation {} was rolled back at step {}: {}",
        entry.id,
        entry.step,
        sentence(&failure.message)
    );
    Fault::new(failure.id.clone(), category, message)
        .target(home(entry))
        .mended_by(mend)
}

/// A cycle or drive of the Backup Service that failed.
pub(crate) fn backup_fault(error: &backup::Error) -> Fault {
    let message = sentence(&error.to_string());
    let id = error.id().to_owned();
    match error {
        backup::Error::NotActive { pool } => Fault::unavailable(id, message)
            .target(pool.as_str())
            .mended_by("Start-CsWindowsService -Name LYNCBACKUP"),
        backup::Error::NotPaired { pool } => Fault::invalid_operation(id, message)
            .target(pool.as_str())
            .mended_by(format!("Give it a backup pool in the topology and publish it: Publish-CsTopology. To see the pairs: Get-CsPoolBackupRelationship -PoolFqdn {pool}")),
        backup::Error::NotOwner { home, .. } => Fault::invalid_operation(id, message)
            .target(home.as_str())
            .mended_by(format!("To see who serves its users: Get-TandemReadiness -PoolFqdn {home}")),
        backup::Error::FileLost(file) => file_lost(file),
        backup::Error::Peer(error) => peer_fault(error),
        backup::Error::Store(error) => store_fault(error),
        backup::Error::Management(_) => Fault::unavailable(id, message).mended_by(LOOK_AT_THE_LOG),
    }
}

/// A conference file that no pool has any more.
pub(crate) fn file_lost(file: &backup::LostFile) -> Fault {
    Fault::new(
        backup::FILE_LOST,
        ErrorCategory::ObjectNotFound,
        sentence(&file.to_string()),
    )
    .target(file.key.key.clone())
    .mended_by(file.mend())
}

/// Another pool that did not answer, or refused.
pub(crate) fn peer_fault(error: &peer::Error) -> Fault {
    let category = match error {
        peer::Error::Refused { .. } => ErrorCategory::InvalidOperation,
        peer::Error::DeadlineExceeded { .. } | peer::Error::Stalled { .. } => {
            ErrorCategory::OperationTimeout
        }
        peer::Error::Protocol { .. } => ErrorCategory::ProtocolError,
        peer::Error::NoAddress { .. }
        | peer::Error::Unreachable { .. }
        | peer::Error::Failed { .. } => ErrorCategory::ResourceUnavailable,
    };
    Fault::new(
        error.id().to_owned(),
        category,
        sentence(&error.to_string()),
    )
    .mended_by("To see how the pools hear of each other: Get-TandemReadiness")
}

fn home(entry: &OperationEntry) -> String {
    entry
        .home_pool
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// A message as a sentence: it begins with a capital and ends with a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let Some(first) = letters.next() else {
        return String::new();
    };
    let mut sentence: String = first.to_uppercase().chain(letters).collect();
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}
