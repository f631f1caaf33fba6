//! How the store's and the operations' answers read to another node.

use tandem_domain::backup::{BackupModule, parse_modules};
use tonic::Status;

use super::error::{Refusal, failed};
use super::wire::INVALID_MESSAGE;
use crate::management;
use crate::operation::PartnerError;
use crate::store::{self, ContentHash};

/// The error id of an operation that was never prepared here.
pub(crate) const OPERATION_UNKNOWN: &str = "OperationNotFound";

/// The module of that name.
pub(super) fn module(name: &str) -> Result<BackupModule, Refusal> {
    match parse_modules(name) {
        Ok(&[module]) => Ok(module),
        Ok(_) | Err(_) => Err(Refusal::new(
            INVALID_MESSAGE,
            format!("\"{name}\" is no module of the Backup Service"),
        )),
    }
}

/// A content's hash.
pub(super) fn hash(text: &str) -> Result<ContentHash, Refusal> {
    text.parse()
        .map_err(|error: store::Error| Refusal::new(INVALID_MESSAGE, error.to_string()))
}

/// What an operation's partner answers: a refusal is final, everything else may be asked again.
pub(super) fn partner(error: PartnerError) -> Status {
    match error {
        PartnerError::Refused(refusal) => refusal.into(),
        PartnerError::Store(error) => unavailable(error),
    }
}

/// What the Central Management replica answers.
pub(super) fn management_status(error: management::Error) -> Status {
    match error {
        error @ management::Error::ReplicaStopped => {
            Refusal::new("ReplicaNotActive", error.to_string()).into()
        }
        management::Error::Store(error) => status(error),
        management::Error::Unreadable { .. } => {
            Refusal::new("DocumentUnreadable", error.to_string()).into()
        }
        management::Error::Peer(_) => Status::unavailable(error.to_string()),
    }
}

/// A store's refusal is one to the caller, too; what merely failed may be tried again.
pub(super) fn status(error: store::Error) -> Status {
    let id = match &error {
        store::Error::Refused(_) => "WriteRefused",
        store::Error::VersionConflict { .. } => "VersionConflict",
        store::Error::UnknownHomePool { .. } => "UnknownHomePool",
        store::Error::Superseded { .. } => "ChainSuperseded",
        store::Error::Behind { .. } => "HistoryNotAdopted",
        store::Error::OwnedHere { .. } => "OwnedHere",
        store::Error::HomedAlready { .. } => "UserHomedAlready",
        store::Error::Incomplete { .. } => "CopyIncomplete",
        store::Error::OperationEnded { .. } => "OperationEnded",
        store::Error::OperationUnknown { .. } => OPERATION_UNKNOWN,
        store::Error::ManagementConflict { .. } => "ManagementConflict",
        store::Error::NotFound { .. } => "NotFound",
        store::Error::TooLarge { .. } => "TooLarge",
        store::Error::Invalid(_) => INVALID_MESSAGE,
        store::Error::HashMismatch { .. }
        | store::Error::UploadOffset { .. }
        | store::Error::UploadLength { .. }
        | store::Error::UploadBusy { .. }
        | store::Error::DiskFull(_)
        | store::Error::Damaged(_)
        | store::Error::Closed
        | store::Error::Backend(_) => return unavailable(error),
    };
    Refusal::new(id, error.to_string()).into()
}

/// Something failed here that may work later.
pub(super) fn unavailable(error: store::Error) -> Status {
    tracing::warn!(%error, "a call of another node failed");
    failed(error.id(), error.to_string())
}
