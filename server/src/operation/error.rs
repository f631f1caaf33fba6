//! Why an operation did not start, or was rolled back.

use tandem_domain::refusal::Refusal;

use crate::{backup, management, peer, store};

/// Why an operation did not start, or why a step of it failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The domain said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Another node must coordinate it.
    #[error("pool \"{coordinator}\" coordinates this operation")]
    ElsewhereCoordinated {
        /// The pool.
        coordinator: tandem_domain::identity::Fqdn,
    },
    /// The id was used for something else.
    #[error("operation {id} is {cmdlet} of pool \"{pool}\": an id is used once")]
    IdInUse {
        /// The id.
        id: String,
        /// What it was used for.
        cmdlet: String,
        /// On which pool.
        pool: String,
    },
    /// There is no such operation.
    #[error("there is no operation {id} in the journal of pool \"{pool}\"")]
    Unknown {
        /// The id.
        id: String,
        /// Whose journal.
        pool: tandem_domain::identity::Fqdn,
    },
    /// The administrator stopped it before the transfer was offered.
    #[error("the operation was stopped before ownership was transferred")]
    Stopped,
    /// The process that ran it ended before the transfer was offered.
    #[error("the node that ran the operation ended before ownership was transferred")]
    Interrupted,
    /// A later operation did without it.
    #[error("operation {by} took over in disaster mode")]
    Superseded {
        /// The later operation.
        by: String,
    },
    /// Not everything was shipped within `-WaitTime`.
    #[error("the data was not shipped within the wait time: {reason}")]
    WaitTimeExpired {
        /// What is left.
        reason: String,
    },
    /// The copies are not equal.
    #[error(
        "the copies of module {module} differ: {releasing} documents on the releasing pool, {taking} on the taking pool"
    )]
    VerificationFailed {
        /// The module.
        module: &'static str,
        /// Live documents on the releasing pool.
        releasing: u64,
        /// Live documents on the taking pool.
        taking: u64,
    },
    /// The taking pool is not what the plan says.
    #[error("the plan does not hold any more: {reason}")]
    PlanBroken {
        /// What is different.
        reason: String,
    },
    /// The Backup Service failed.
    #[error(transparent)]
    Backup(#[from] backup::Error),
    /// The other pool could not be reached or refused.
    #[error(transparent)]
    Peer(#[from] peer::Error),
    /// The Central Management replica failed.
    #[error(transparent)]
    Management(#[from] management::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Error {
    /// The stable error id: what the journal keeps and the caller sees.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Refused(refusal) => refusal.id(),
            Self::ElsewhereCoordinated { .. } => "OperationCoordinatedElsewhere",
            Self::IdInUse { .. } => "OperationIdInUse",
            Self::Unknown { .. } => "OperationNotFound",
            Self::Stopped => "OperationStopped",
            Self::Interrupted => "OperationInterrupted",
            Self::Superseded { .. } => "OperationSuperseded",
            Self::WaitTimeExpired { .. } => "WaitTimeExpired",
            Self::VerificationFailed { .. } => "DataVerificationFailed",
            Self::PlanBroken { .. } => "PlanChanged",
            Self::Backup(error) => error.id(),
            Self::Peer(error) => error.id(),
            Self::Management(management::Error::Store(error)) | Self::Store(error) => error.id(),
            Self::Management(_) => "StoreFailed",
        }
    }
}
