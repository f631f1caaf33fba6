//! Every "no" of the domain. A refusal teaches: a stable error id, what was found, the command that mends it, and the
//! waiver where one exists. One variant per row of the transition table, so that no row can be forgotten.

use std::time::Duration;

use crate::identity::{Fqdn, SipUri};
use crate::loss::Excess;
use crate::observation::OperationKind;
use crate::ownership::QuarantineReason;
use crate::plan::{Digest, SeenDigest};
use crate::topology::PoolKind;

/// PowerShell's error category, of which the domain uses these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    /// What was named does not exist.
    ObjectNotFound,
    /// What was asked for is not possible in this state.
    InvalidOperation,
    /// Something that is needed does not answer.
    ResourceUnavailable,
    /// Something that is needed is in use.
    ResourceBusy,
    /// A value is not acceptable.
    InvalidArgument,
    /// A limit that the caller set would be exceeded.
    LimitsExceeded,
}

impl Category {
    /// The name in PowerShell's `ErrorCategory`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ObjectNotFound => "ObjectNotFound",
            Self::InvalidOperation => "InvalidOperation",
            Self::ResourceUnavailable => "ResourceUnavailable",
            Self::ResourceBusy => "ResourceBusy",
            Self::InvalidArgument => "InvalidArgument",
            Self::LimitsExceeded => "LimitsExceeded",
        }
    }
}

/// Why a command is not carried out. `Display` gives the message: what was found.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[allow(
    missing_docs,
    reason = "the fields are named in the message of their variant"
)]
pub enum Refusal {
    #[error("There is no pool \"{pool}\" in the topology.")]
    PoolNotFound { pool: Fqdn },

    #[error("\"{pool}\" is a {}: only Front End pools have users, and so a backup pool.", kind.name())]
    PoolNotFrontEnd { pool: Fqdn, kind: PoolKind },

    #[error("Pool \"{pool}\" has no backup pool.")]
    PoolNotPaired { pool: Fqdn },

    #[error("Pool \"{pool}\" is failed over already: pool \"{backup}\" serves its users.")]
    AlreadyFailedOver { pool: Fqdn, backup: Fqdn },

    #[error(
        "Pool \"{partner}\" is failed over to pool \"{pool}\", so \"{pool}\" serves the users of both and \"{partner}\" is out of service: the users of \"{pool}\" have nowhere to go. Fail \"{partner}\" back first, then fail \"{pool}\" over."
    )]
    PartnerPoolFailedOver { pool: Fqdn, partner: Fqdn },

    #[error(
        "Pool \"{pool}\" cannot be reached{}, {}.", silence(*silent_for), prevented(*operation, backup)
    )]
    PoolUnreachable {
        pool: Fqdn,
        backup: Fqdn,
        silent_for: Option<Duration>,
        operation: OperationKind,
    },

    #[error(
        "The Front End servers of pool \"{pool}\" answer, but its back end store does not, {}.", prevented(*operation, backup)
    )]
    PoolBackEndUnavailable {
        pool: Fqdn,
        backup: Fqdn,
        operation: OperationKind,
    },

    #[error("Pool \"{backup}\", the backup pool of \"{pool}\", is unavailable{}.", silence(*silent_for))]
    BackupPoolUnavailable {
        pool: Fqdn,
        backup: Fqdn,
        silent_for: Option<Duration>,
        operation: OperationKind,
    },

    // The wording, with its double space, is Microsoft's own.
    #[error(
        "This Front-end pool \"{pool}\" is specified in topology as the next hop for the Edge server. Failing over this pool may cause External access/Federation/Split-domain/XMPP features to stop working. Please use Topology Builder to change the Edge internal next hop setting to point to a different Front-end pool,  before you proceed."
    )]
    PoolIsEdgeNextHop {
        pool: Fqdn,
        backup: Fqdn,
        edges: Vec<Fqdn>,
    },

    #[error(
        "The active Central Management Server is on pool \"{pool}\": failing the pool over would leave the deployment without one."
    )]
    CentralManagementOnPool { pool: Fqdn, backup: Fqdn },

    #[error("The Central Management store is not available{}, so pool \"{pool}\" cannot be failed over.", last_master(last_active.as_ref()))]
    CentralManagementUnavailable {
        pool: Fqdn,
        last_active: Option<Fqdn>,
    },

    #[error(
        "Pool \"{pool}\" is not in the failed-over state: it serves its own users, and so does its backup pool \"{backup}\"."
    )]
    NotFailedOver { pool: Fqdn, backup: Fqdn },

    #[error(
        "Pool \"{pool}\" is not in the failed-over state: it serves its own users, and those of \"{failed_over}\", which is failed over to it. PoolFqdn names the pool that the users are homed on."
    )]
    BackupPoolNotFailedOver { pool: Fqdn, failed_over: Fqdn },

    #[error("The Backup Service of pool \"{pool}\" is not running.")]
    BackupServiceInactive { pool: Fqdn },

    #[error("Operation {id} ({}) on pool \"{on}\" has not ended, so pool \"{pool}\" cannot be moved.", running.cmdlet())]
    OperationInProgress {
        pool: Fqdn,
        on: Fqdn,
        id: String,
        running: OperationKind,
    },

    #[error(
        "{running} of the {of} Front End servers of pool \"{pool}\" that count for its quorum are running; it needs {needed}."
    )]
    PoolBelowQuorum {
        pool: Fqdn,
        running: usize,
        needed: usize,
        of: usize,
    },

    #[error(
        "The users of pool \"{pool}\" cannot be moved: pool \"{quarantined}\" is in quarantine, because {reason}."
    )]
    Quarantined {
        pool: Fqdn,
        quarantined: Fqdn,
        reason: QuarantineReason,
    },

    #[error(
        "Failing over pool \"{pool}\" now would lose more than was allowed: {}.",
        excesses(excess)
    )]
    LossExceedsBudget { pool: Fqdn, excess: Vec<Excess> },

    #[error(
        "The plan for pool \"{pool}\" is not the one that was shown: {shown} was expected, {now} is what would run now."
    )]
    PlanChanged {
        pool: Fqdn,
        shown: SeenDigest,
        now: Digest,
    },

    #[error(
        "Pool \"{failed_over}\" is failed over to \"{backup}\": the data of user \"{user}\" cannot be moved from \"{from}\" to \"{target}\"."
    )]
    PoolFailedOver {
        user: SipUri,
        from: Fqdn,
        target: Fqdn,
        failed_over: Fqdn,
        backup: Fqdn,
    },

    #[error("User \"{user}\" is homed on pool \"{target}\" already.")]
    AlreadyHomed { user: SipUri, target: Fqdn },

    #[error("Pool \"{source}\" cannot be reached{}, so the data of user \"{user}\" cannot be moved to \"{target}\".", silence(*silent_for), source = from)]
    MoveSourceUnreachable {
        user: SipUri,
        from: Fqdn,
        target: Fqdn,
        silent_for: Option<Duration>,
    },

    #[error("Pool \"{target}\" cannot be reached{}, so user \"{user}\" cannot be moved to it.", silence(*silent_for))]
    MoveTargetUnreachable {
        user: SipUri,
        target: Fqdn,
        silent_for: Option<Duration>,
    },

    #[error("Pool \"{pool}\" is failed over to \"{backup}\": {change} would strand its users.")]
    PublishTouchesFailedOverPool {
        pool: Fqdn,
        backup: Fqdn,
        change: &'static str,
        homed_users: u64,
    },

    #[error("Operation {id} ({}) on pool \"{pool}\" has not ended: {change} would pull the ground from under it.", running.cmdlet())]
    PublishDuringOperation {
        pool: Fqdn,
        id: String,
        running: OperationKind,
        change: &'static str,
    },

    #[error(
        "{homed_users} users are homed on pool \"{pool}\", which the new topology does not have."
    )]
    PublishRemovesHomedUsers { pool: Fqdn, homed_users: u64 },
}

impl Refusal {
    /// The stable error id: the first part of `FullyQualifiedErrorId`.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::PoolNotFound { .. } => "PoolNotFound",
            Self::PoolNotFrontEnd { .. } => "PoolNotFrontEnd",
            Self::PoolNotPaired { .. } => "PoolNotPaired",
            Self::AlreadyFailedOver { .. } => "AlreadyFailedOver",
            Self::PartnerPoolFailedOver { .. } => "PartnerPoolFailedOver",
            Self::PoolUnreachable { .. } => "PoolUnreachable",
            Self::PoolBackEndUnavailable { .. } => "PoolBackEndUnavailable",
            Self::BackupPoolUnavailable { .. } => "BackupPoolUnavailable",
            Self::PoolIsEdgeNextHop { .. } => "PoolIsEdgeNextHop",
            Self::CentralManagementOnPool { .. } => "CentralManagementOnPool",
            Self::CentralManagementUnavailable { .. } => "CentralManagementUnavailable",
            Self::NotFailedOver { .. } => "NotFailedOver",
            Self::BackupPoolNotFailedOver { .. } => "BackupPoolNotFailedOver",
            Self::BackupServiceInactive { .. } => "BackupServiceInactive",
            Self::OperationInProgress { .. } => "OperationInProgress",
            Self::PoolBelowQuorum { .. } => "PoolBelowQuorum",
            Self::Quarantined { .. } => "Quarantined",
            Self::LossExceedsBudget { .. } => "LossExceedsBudget",
            Self::PlanChanged { .. } => "PlanChanged",
            Self::PoolFailedOver { .. } => "PoolFailedOver",
            Self::AlreadyHomed { .. } => "AlreadyHomed",
            Self::MoveSourceUnreachable { .. } => "MoveSourceUnreachable",
            Self::MoveTargetUnreachable { .. } => "MoveTargetUnreachable",
            Self::PublishTouchesFailedOverPool { .. } => "PublishTouchesFailedOverPool",
            Self::PublishDuringOperation { .. } => "PublishDuringOperation",
            Self::PublishRemovesHomedUsers { .. } => "PublishRemovesHomedUsers",
        }
    }

    /// PowerShell's category.
    #[must_use]
    pub fn category(&self) -> Category {
        match self {
            Self::PoolNotFound { .. } => Category::ObjectNotFound,
            Self::PoolNotFrontEnd { .. } | Self::AlreadyHomed { .. } => Category::InvalidArgument,
            Self::PoolNotPaired { .. }
            | Self::AlreadyFailedOver { .. }
            | Self::PartnerPoolFailedOver { .. }
            | Self::PoolIsEdgeNextHop { .. }
            | Self::CentralManagementOnPool { .. }
            | Self::NotFailedOver { .. }
            | Self::BackupPoolNotFailedOver { .. }
            | Self::Quarantined { .. }
            | Self::PlanChanged { .. }
            | Self::PoolFailedOver { .. }
            | Self::PublishTouchesFailedOverPool { .. }
            | Self::PublishRemovesHomedUsers { .. } => Category::InvalidOperation,
            Self::PoolUnreachable { .. }
            | Self::PoolBackEndUnavailable { .. }
            | Self::BackupPoolUnavailable { .. }
            | Self::BackupServiceInactive { .. }
            | Self::CentralManagementUnavailable { .. }
            | Self::PoolBelowQuorum { .. }
            | Self::MoveSourceUnreachable { .. }
            | Self::MoveTargetUnreachable { .. } => Category::ResourceUnavailable,
            Self::OperationInProgress { .. } | Self::PublishDuringOperation { .. } => {
                Category::ResourceBusy
            }
            Self::LossExceedsBudget { .. } => Category::LimitsExceeded,
        }
    }

    /// What to do about it, ending in the command line that mends it.
    #[must_use]
    pub fn recommendation(&self) -> String {
        recommendation::of(self)
    }

    /// The parameter with which the caller may go on all the same, if there is one, and what it costs.
    #[must_use]
    pub fn waiver(&self) -> Option<&'static str> {
        recommendation::waiver(self)
    }
}

mod recommendation;

fn silence(silent_for: Option<Duration>) -> String {
    silent_for.map_or_else(
        || " and has not been heard of".to_owned(),
        |age| format!(" and was last heard of {} ago", crate::loss::human_age(age)),
    )
}

fn prevented(operation: OperationKind, backup: &Fqdn) -> String {
    match operation {
        OperationKind::FailOver | OperationKind::MoveUser => format!(
            "so its data cannot be brought up to date on pool \"{backup}\" before its users are moved"
        ),
        OperationKind::FailBack => {
            format!("so it cannot take its users back from pool \"{backup}\"")
        }
    }
}

fn last_master(pool: Option<&Fqdn>) -> String {
    pool.map_or_else(String::new, |pool| {
        format!(" (its last active master was on pool \"{pool}\")")
    })
}

fn excesses(excess: &[Excess]) -> String {
    excess
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}
