//! The disaster-recovery state of a pool, and the transition table: whether it may be failed over or back now.

use std::fmt;

use serde::{Deserialize, Serialize};

mod check;
pub use check::{Admission, check_backup_sync, check_fail_back, check_fail_over, check_move_user};

/// The state of the users homed on a pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PoolState {
    /// The pool serves its own users.
    #[default]
    Normal,
    /// Its users are on their way to the backup pool.
    FailingOver(FailOverPhase),
    /// The backup pool serves its users.
    FailedOver,
    /// Its users are on their way home.
    FailingBack(FailBackPhase),
}

impl PoolState {
    /// The state as the ownership record alone shows it, when no operation is open.
    #[must_use]
    pub fn at_rest(owner: crate::ownership::Side) -> Self {
        match owner {
            crate::ownership::Side::Home => Self::Normal,
            crate::ownership::Side::Backup => Self::FailedOver,
        }
    }

    /// Whether the users are served by the backup pool or may already be.
    #[must_use]
    pub fn is_away(self) -> bool {
        match self {
            Self::FailedOver | Self::FailingBack(_) => true,
            Self::Normal | Self::FailingOver(_) => false,
        }
    }
}

impl fmt::Display for PoolState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Normal => f.write_str("Normal"),
            Self::FailingOver(phase) => write!(f, "FailingOver({phase:?})"),
            Self::FailedOver => f.write_str("FailedOver"),
            Self::FailingBack(phase) => write!(f, "FailingBack({phase:?})"),
        }
    }
}

/// How far a failover has come. In a disaster the phases before `Transferring` are skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FailOverPhase {
    /// Both pools have recorded the operation; nothing has changed yet.
    Preparing,
    /// The pool is read-only; its users are still signed in.
    ReadOnly,
    /// The storage service is being flushed.
    Flushing,
    /// The backup is driven to its final state.
    Shipping,
    /// Both copies are compared.
    Verifying,
    /// The pool's services stop; its users are signed out.
    Stopping,
    /// The backup pool takes over: from here on there is no way back.
    Transferring,
    /// The backup pool serves; users sign in there in resiliency mode first.
    Completing,
}

/// How far a failback has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FailBackPhase {
    /// Both pools have recorded the operation; nothing has changed yet.
    Preparing,
    /// The data is read-only on the backup pool; the users are still signed in there.
    ReadOnly,
    /// What the backup pool has is driven home.
    Shipping,
    /// Both copies are compared.
    Verifying,
    /// The home pool takes over: from here on there is no way back.
    Transferring,
    /// The home pool's services start; users sign in there in resiliency mode first.
    Starting,
}

#[cfg(test)]
mod tests;
