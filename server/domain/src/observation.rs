//! What is known of the deployment at one moment: the facts that every decision is made from.
//!
//! An observation is taken by the node that coordinates a command. It is plain data, so that a plan can be recomputed from
//! it later and compared with what was shown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::identity::Fqdn;
use crate::loss::LossEvidence;
use crate::ownership::{Chain, QuarantineReason};
use crate::pool_state::PoolState;
use crate::quorum;
use crate::topology::{Pool, Topology};

/// The deployment as the coordinating node sees it.
#[derive(Clone, Debug)]
pub struct Observation {
    /// What is published.
    pub topology: Arc<Topology>,
    /// The version of the publication: part of every plan's guards.
    pub topology_version: u64,
    /// What is known of each Front End pool. A pool that is not listed counts as never heard of: unreachable.
    pub pools: BTreeMap<Fqdn, PoolObservation>,
    /// The Central Management store.
    pub central_management: CentralManagement,
    /// Operations that have started and not ended.
    pub open_operations: Vec<OpenOperation>,
}

/// What is known of one Front End pool and of the users homed on it.
#[derive(Clone, Debug)]
pub struct PoolObservation {
    /// Whether a node of the pool answers.
    pub reach: Reach,
    /// Whether the pool's store answers. Meaningful only when the pool is reachable.
    pub back_end_available: bool,
    /// The Front End servers that run.
    pub running_machines: BTreeSet<Fqdn>,
    /// Why the pool does not know whether it may serve its own users, if so.
    pub quarantined: Option<QuarantineReason>,
    /// The state of the users homed here.
    pub state: PoolState,
    /// The ownership history of the users homed here: the longer of what both pools know.
    pub chain: Chain,
    /// What the pool that does *not* serve these users holds of their data, against what the serving pool last reported.
    pub evidence: LossEvidence,
    /// What is still to be shipped from the serving pool to the other one.
    pub backlog: Backlog,
    /// How many users are homed here.
    pub homed_users: u64,
}

impl PoolObservation {
    /// A healthy pool that serves its own users, with every machine up and nothing left to ship.
    #[must_use]
    pub fn healthy(pool: &Pool) -> Self {
        Self {
            reach: Reach::Reachable,
            back_end_available: true,
            running_machines: pool.machines.iter().map(|m| m.fqdn.clone()).collect(),
            quarantined: None,
            state: PoolState::Normal,
            chain: Chain::new(),
            evidence: LossEvidence::default(),
            backlog: Backlog::default(),
            homed_users: 0,
        }
    }
}

/// Whether a pool answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reach {
    /// At least one of its nodes answers.
    Reachable,
    /// None of its nodes answers.
    Unreachable {
        /// How long ago one last did; `None` when none ever did since this node started.
        silent_for: Option<Duration>,
    },
}

impl Reach {
    /// Whether the pool answers.
    #[must_use]
    pub fn is_reachable(self) -> bool {
        match self {
            Self::Reachable => true,
            Self::Unreachable { .. } => false,
        }
    }
}

/// What waits to be shipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backlog {
    /// Records after the partner's watermark.
    pub records: u64,
    /// Content files that the partner does not have.
    pub files: u64,
    /// Bytes of both.
    pub bytes: u64,
    /// Records per second shipped in recent cycles; 0 when none was measured.
    pub records_per_second: u64,
}

/// The Central Management store, as far as failover depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CentralManagement {
    /// The topology installs none.
    NotDeployed,
    /// A pool is its active master and answers.
    Available {
        /// The pool.
        active: Fqdn,
    },
    /// No master answers.
    Unavailable {
        /// The pool that last was the master, when known.
        last_active: Option<Fqdn>,
    },
}

/// An operation that has started and not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOperation {
    /// Its id, chosen by the caller or for them.
    pub id: String,
    /// What it does.
    pub kind: OperationKind,
    /// The home pool that it works on; for a move of users, the pool that they leave.
    pub pool: Fqdn,
    /// Whether it runs without the pool that serves, as `-DisasterMode` asks for.
    pub disaster_mode: bool,
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationKind {
    /// Failover of a pool.
    FailOver,
    /// Failback of a pool.
    FailBack,
    /// Move of users to another pool.
    MoveUser,
}

impl OperationKind {
    /// The cmdlet that starts such an operation.
    #[must_use]
    pub fn cmdlet(self) -> &'static str {
        match self {
            Self::FailOver => "Invoke-CsPoolFailOver",
            Self::FailBack => "Invoke-CsPoolFailBack",
            Self::MoveUser => "Move-CsUser",
        }
    }
}

impl Observation {
    /// What is known of a pool, if anything.
    #[must_use]
    pub fn pool(&self, fqdn: &Fqdn) -> Option<&PoolObservation> {
        self.pools.get(fqdn)
    }

    /// Whether a node of the pool answers.
    #[must_use]
    pub fn is_reachable(&self, fqdn: &Fqdn) -> bool {
        self.pool(fqdn)
            .is_some_and(|pool| pool.reach.is_reachable())
    }

    /// The open operation on a home pool, if there is one.
    #[must_use]
    pub fn open_operation(&self, fqdn: &Fqdn) -> Option<&OpenOperation> {
        self.open_operations
            .iter()
            .find(|operation| &operation.pool == fqdn)
    }

    /// The state of the users homed on a pool. A pool that was never heard of has not been moved.
    #[must_use]
    pub fn state(&self, fqdn: &Fqdn) -> PoolState {
        self.pool(fqdn).map_or(PoolState::Normal, |pool| pool.state)
    }

    /// Which Front End servers of a pool run, in topology order.
    #[must_use]
    pub fn running(&self, pool: &Pool) -> Vec<bool> {
        pool.machines
            .iter()
            .map(|machine| {
                self.pool(&pool.fqdn)
                    .is_some_and(|seen| seen.running_machines.contains(&machine.fqdn))
            })
            .collect()
    }

    /// Whether enough Front End servers of a pool run.
    #[must_use]
    pub fn has_quorum(&self, pool: &Pool) -> bool {
        quorum::is_functional(&self.running(pool))
    }
}
