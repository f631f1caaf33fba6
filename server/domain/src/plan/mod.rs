//! The exact steps of a command, decided before anything runs.
//!
//! A plan leaves its executor no choices. It is computed from an observation and a request alone, so it can be shown
//! (`-WhatIf`), asked about (`-Confirm`) and computed again just before it runs: the same [`Plan::digest`] means that what
//! was shown is what runs. The digest is taken over everything that decides what runs, and not over figures that change
//! by themselves: ages, and the backlog of a planned move.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::identity::{Fqdn, SipUri};
use crate::loss::LossStatement;
use crate::observation::OperationKind;
use crate::ownership::Epoch;
use crate::pool_state::PoolState;

mod build;
mod describe;
mod digest;
mod readiness;
mod resolve;
mod step;

pub use build::{Decision, plan_fail_back, plan_fail_over, plan_move_user};
pub use digest::{Digest, InvalidDigest, SeenDigest};
pub use readiness::{Prospect, Readiness, readiness};
pub use resolve::Resolution;
pub use step::{Action, Step, Undo};

/// What a plan does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PlanKind {
    /// Moves the users of a pool to its backup pool, losing nothing.
    FailOver,
    /// Moves the users of a lost pool to its backup pool.
    DisasterFailOver,
    /// Moves the users home, losing nothing.
    FailBack,
    /// Lets the home pool serve its users again without the pool that served them.
    DisasterFailBack,
    /// Changes the pool that a user is homed on.
    MoveUser {
        /// The user.
        user: SipUri,
        /// Whether contacts, groups and meetings stay behind.
        account_only: bool,
    },
}

impl PlanKind {
    /// The kind of operation that carries it out.
    #[must_use]
    pub fn operation(&self) -> OperationKind {
        match self {
            Self::FailOver | Self::DisasterFailOver => OperationKind::FailOver,
            Self::FailBack | Self::DisasterFailBack => OperationKind::FailBack,
            Self::MoveUser { .. } => OperationKind::MoveUser,
        }
    }

    /// Whether it runs without the pool that serves.
    #[must_use]
    pub fn is_disaster(&self) -> bool {
        match self {
            Self::DisasterFailOver | Self::DisasterFailBack => true,
            Self::FailOver | Self::FailBack | Self::MoveUser { .. } => false,
        }
    }
}

/// What must still hold when the plan runs. Each step checks what concerns it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guards {
    /// The pool that the users are homed on. No plan but a move of users changes it.
    pub home: Fqdn,
    /// The pool that serves them now and lets go.
    pub releasing: Fqdn,
    /// The pool that takes them.
    pub taking: Fqdn,
    /// The epoch in force.
    pub current_epoch: Epoch,
    /// The epoch that comes into force. Equal to the current one for a move of users.
    pub next_epoch: Epoch,
    /// The version of the topology that was looked at.
    pub topology_version: u64,
    /// What the caller waived.
    pub waivers: Vec<Waiver>,
}

/// A check or a promise that the caller gave up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Waiver {
    /// `-DisasterMode`.
    DisasterMode,
    /// `-Force`.
    Force,
    /// `-SkipDataVerification`.
    SkipDataVerification,
}

impl Waiver {
    /// The parameter that gives it.
    #[must_use]
    pub fn parameter(self) -> &'static str {
        match self {
            Self::DisasterMode => "-DisasterMode",
            Self::Force => "-Force",
            Self::SkipDataVerification => "-SkipDataVerification",
        }
    }
}

/// The exact steps of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What it does.
    pub kind: PlanKind,
    /// What must still hold when it runs.
    pub guards: Guards,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// What is lost; `None` when nothing is.
    pub loss: Option<LossStatement>,
    /// What the administrator should know before saying yes.
    pub warnings: Vec<String>,
    /// An interrupted operation that is given up first.
    pub supersedes: Option<String>,
    /// How long it is expected to take.
    pub expected_duration: Duration,
    /// How many users it moves.
    pub users: u64,
}

impl Plan {
    /// The index of the step after which there is no way back: before it every step has its undo, from it on the
    /// operation only goes forward.
    #[must_use]
    pub fn point_of_no_return(&self) -> usize {
        self.steps
            .iter()
            .position(|step| step.undo.is_none())
            .unwrap_or(self.steps.len())
    }

    /// The state of the home pool's users while a step runs.
    #[must_use]
    pub fn state_during(&self, step: usize) -> PoolState {
        let Some(step) = self.steps.get(step) else {
            return self.state_after();
        };
        match self.kind.operation() {
            OperationKind::FailOver => PoolState::FailingOver(step.action.fail_over_phase()),
            OperationKind::FailBack => PoolState::FailingBack(step.action.fail_back_phase()),
            OperationKind::MoveUser => PoolState::Normal,
        }
    }

    /// The state of the home pool's users once the plan is carried out.
    #[must_use]
    pub fn state_after(&self) -> PoolState {
        match self.kind {
            PlanKind::FailOver | PlanKind::DisasterFailOver => PoolState::FailedOver,
            PlanKind::FailBack | PlanKind::DisasterFailBack | PlanKind::MoveUser { .. } => {
                PoolState::Normal
            }
        }
    }
}

#[cfg(test)]
mod tests;
