//! What an administrator asked for: the bound parameters of the cmdlets that move users, as plain data.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::identity::{Fqdn, SipUri};
use crate::loss::LossBudget;
use crate::plan::SeenDigest;

/// How long the drive to the final state may take when `-WaitTime` is not given (`Invoke-CsPoolFailBack`'s published
/// default; failover's is unpublished and follows it).
pub const DEFAULT_WAIT_TIME: Duration = Duration::from_secs(15);

/// `Invoke-CsPoolFailOver`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailOverRequest {
    /// The pool that the users are homed on, never the pool that takes them in.
    pub pool: Fqdn,
    /// Accept the loss of what the last backup does not hold.
    pub disaster_mode: bool,
    /// Flush the storage service on every Front End server first.
    pub flush_storage_service: bool,
    /// Do not compare both copies after the last sync.
    pub skip_data_verification: bool,
    /// Suppress non-fatal errors. It overrides none of the refusals of the transition table.
    pub force: bool,
    /// The bound on driving the backup to its final state.
    pub wait_time: Duration,
    /// How long services may drain before they are stopped.
    pub services_stop_delay: Duration,
    /// Refuse when more than this would be lost.
    pub loss_budget: Option<LossBudget>,
    /// Refuse when the plan is not the one that was previewed.
    pub expected_plan: Option<SeenDigest>,
}

impl FailOverRequest {
    /// A planned failover with every default.
    #[must_use]
    pub fn planned(pool: Fqdn) -> Self {
        Self {
            pool,
            disaster_mode: false,
            flush_storage_service: false,
            skip_data_verification: false,
            force: false,
            wait_time: DEFAULT_WAIT_TIME,
            services_stop_delay: Duration::ZERO,
            loss_budget: None,
            expected_plan: None,
        }
    }

    /// A disaster failover with every default.
    #[must_use]
    pub fn disaster(pool: Fqdn) -> Self {
        Self {
            disaster_mode: true,
            ..Self::planned(pool)
        }
    }
}

/// `Invoke-CsPoolFailBack`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailBackRequest {
    /// The pool that the users are homed on: the same FQDN that failover took.
    pub pool: Fqdn,
    /// Proceed although the backup pool is unavailable; what it alone holds is lost.
    pub disaster_mode: bool,
    /// Do not compare both copies after the last sync.
    pub skip_data_verification: bool,
    /// Suppress non-fatal errors. It overrides none of the refusals of the transition table.
    pub force: bool,
    /// The bound on driving the backup to its final state.
    pub wait_time: Duration,
    /// Refuse when more than this would be lost.
    pub loss_budget: Option<LossBudget>,
    /// Refuse when the plan is not the one that was previewed.
    pub expected_plan: Option<SeenDigest>,
}

impl FailBackRequest {
    /// A failback with every default.
    #[must_use]
    pub fn planned(pool: Fqdn) -> Self {
        Self {
            pool,
            disaster_mode: false,
            skip_data_verification: false,
            force: false,
            wait_time: DEFAULT_WAIT_TIME,
            loss_budget: None,
            expected_plan: None,
        }
    }

    /// A failback without the backup pool, with every other default.
    #[must_use]
    pub fn disaster(pool: Fqdn) -> Self {
        Self {
            disaster_mode: true,
            ..Self::planned(pool)
        }
    }
}

/// `Move-CsUser`, for one user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveUserRequest {
    /// Who is moved.
    pub user: SipUri,
    /// The pool that the user is homed on now.
    pub from: Fqdn,
    /// The pool that the user is to be homed on.
    pub target: Fqdn,
    /// Move the account alone and lose contacts, groups and meetings, when the data cannot be moved.
    pub force: bool,
    /// Take the conference content along.
    pub move_conference_data: bool,
    /// Refuse when the plan is not the one that was previewed.
    pub expected_plan: Option<SeenDigest>,
}
