//! One step of a plan: what is done, where, and how it is taken back.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::identity::{Fqdn, SipUri};
use crate::ownership::Epoch;
use crate::pool_state::{FailBackPhase, FailOverPhase};

/// One step. The executor journals it before it starts and after it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What is done.
    pub action: Action,
    /// The pool that does it.
    pub on: Fqdn,
    /// How it is taken back; `None` from the point of no return on.
    pub undo: Option<Undo>,
}

/// What a step does. Every action may be repeated: doing it twice is doing it once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// Records the operation on the pools that take part, and compares the guards.
    Prepare,
    /// Refuses writes to the home pool's users from here on.
    Freeze,
    /// Flushes the storage service of every Front End server.
    FlushStorage,
    /// Drives the backup to its final state: everything acknowledged is imported on the taking pool.
    Ship {
        /// When it takes longer, the operation is rolled back; with -SkipDataVerification it goes on, and what was not
        /// shipped is kept for salvage.
        wait: Duration,
    },
    /// Compares both copies.
    Verify,
    /// Stops the home pool's services and signs its users out.
    StopServices {
        /// How long they may drain.
        drain: Duration,
    },
    /// Starts the home pool's services.
    StartServices,
    /// Records what is lost in the journal, before it is lost.
    StateLoss,
    /// Makes the taking pool the owner: the commit point.
    TakeOwnership {
        /// The epoch that comes into force.
        epoch: Epoch,
    },
    /// Tells the releasing pool of the new epoch. Until it hears of it, it is frozen or unreachable.
    ReleaseOwnership {
        /// The epoch that is in force.
        epoch: Epoch,
    },
    /// Redirects signed-in users, and lets them leave resiliency mode.
    RedirectUsers,
    /// Refuses writes of one user.
    LockUser {
        /// The user.
        user: SipUri,
    },
    /// Copies one user's data.
    CopyUser {
        /// The user.
        user: SipUri,
    },
    /// Changes the pool that a user is homed on.
    ChangeHome {
        /// The user.
        user: SipUri,
    },
    /// Deletes what the user left behind.
    DropUserCopy {
        /// The user.
        user: SipUri,
    },
}

/// How a step is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Undo {
    /// The step changed nothing that matters.
    Nothing,
    /// Mark the operation as rolled back.
    Forget,
    /// Accept writes again.
    Thaw,
    /// Start the services that were stopped.
    RestartServices,
    /// Stop the services that were started.
    StopServices,
    /// Delete the copy.
    DropCopy,
    /// Accept the user's writes again.
    UnlockUser,
}

impl Action {
    /// A stable name, for the journal and for progress.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Prepare => "Prepare",
            Self::Freeze => "Freeze",
            Self::FlushStorage => "FlushStorage",
            Self::Ship { .. } => "Ship",
            Self::Verify => "Verify",
            Self::StopServices { .. } => "StopServices",
            Self::StartServices => "StartServices",
            Self::StateLoss => "StateLoss",
            Self::TakeOwnership { .. } => "TakeOwnership",
            Self::ReleaseOwnership { .. } => "ReleaseOwnership",
            Self::RedirectUsers => "RedirectUsers",
            Self::LockUser { .. } => "LockUser",
            Self::CopyUser { .. } => "CopyUser",
            Self::ChangeHome { .. } => "ChangeHome",
            Self::DropUserCopy { .. } => "DropUserCopy",
        }
    }

    /// The phase of a failover during which the step runs.
    pub(super) fn fail_over_phase(&self) -> FailOverPhase {
        match self {
            Self::Prepare | Self::StateLoss => FailOverPhase::Preparing,
            Self::Freeze => FailOverPhase::ReadOnly,
            Self::FlushStorage => FailOverPhase::Flushing,
            Self::Ship { .. } => FailOverPhase::Shipping,
            Self::Verify => FailOverPhase::Verifying,
            Self::StopServices { .. } => FailOverPhase::Stopping,
            Self::TakeOwnership { .. } | Self::ReleaseOwnership { .. } => {
                FailOverPhase::Transferring
            }
            Self::StartServices
            | Self::RedirectUsers
            | Self::LockUser { .. }
            | Self::CopyUser { .. }
            | Self::ChangeHome { .. }
            | Self::DropUserCopy { .. } => FailOverPhase::Completing,
        }
    }

    /// The phase of a failback during which the step runs.
    pub(super) fn fail_back_phase(&self) -> FailBackPhase {
        match self {
            Self::Prepare | Self::StateLoss => FailBackPhase::Preparing,
            Self::Freeze | Self::FlushStorage => FailBackPhase::ReadOnly,
            Self::Ship { .. } => FailBackPhase::Shipping,
            // The services start before the point of no return, so that a service that does not start is no disaster.
            Self::Verify | Self::StartServices | Self::StopServices { .. } => {
                FailBackPhase::Verifying
            }
            Self::TakeOwnership { .. } | Self::ReleaseOwnership { .. } => {
                FailBackPhase::Transferring
            }
            Self::RedirectUsers
            | Self::LockUser { .. }
            | Self::CopyUser { .. }
            | Self::ChangeHome { .. }
            | Self::DropUserCopy { .. } => FailBackPhase::Starting,
        }
    }
}
