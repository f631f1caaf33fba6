//! Where a user is served, and in which mode: the user-experience table of a pool failure, as a function.

use serde::{Deserialize, Serialize};

use crate::identity::Fqdn;
use crate::ownership::QuarantineReason;
use crate::pool_state::{FailBackPhase, FailOverPhase, PoolState};

/// How much a signed-in user can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Everything.
    Normal,
    /// Nothing that needs a permanent change on the server; two-party messages and voice work.
    Resiliency,
}

/// What the node that a user asks knows about the user's home pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServingView {
    /// The pool of the node that is asked.
    pub here: Fqdn,
    /// The pool that the user is homed on.
    pub home: Fqdn,
    /// Its backup pool, if it has one.
    pub backup: Option<Fqdn>,
    /// The state of the users homed there.
    pub state: PoolState,
    /// Whether the services of the home pool run, as far as is known here.
    pub home_services_run: bool,
    /// Whether this node owns the epoch in force for the home pool.
    pub owned_here: bool,
    /// Why this node does not know who owns it, if so.
    pub quarantined: Option<QuarantineReason>,
    /// Whether the home pool is a Survivable Branch Appliance: pool failover never makes its users normal elsewhere.
    pub home_is_survivable_branch: bool,
}

/// The answer to a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// Sign in here.
    Serve(Mode),
    /// Sign in there.
    Redirect {
        /// The pool to go to.
        pool: Fqdn,
        /// The mode that is to be expected there.
        mode: Mode,
    },
    /// Nobody can serve the user now.
    Refuse(SignedOut),
}

/// Why a user cannot sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedOut {
    /// The home pool has failed and has not been failed over: users return when an administrator starts a failover.
    PoolDown,
    /// The pool does not know whether it may serve.
    Quarantined(QuarantineReason),
    /// The services of the pool are being stopped for a failover; the backup pool takes over in a moment.
    Moving,
}

/// Decides where a user signs in, and in which mode.
#[must_use]
pub fn decide(view: &ServingView) -> SignIn {
    let backup = view.backup.as_ref();
    match view.state {
        PoolState::Normal => at_home(view, Mode::Normal),
        PoolState::FailingOver(phase) => match (phase, backup) {
            // Until its services stop, the pool goes on serving, read-only.
            (
                FailOverPhase::Preparing
                | FailOverPhase::ReadOnly
                | FailOverPhase::Flushing
                | FailOverPhase::Shipping
                | FailOverPhase::Verifying,
                _,
            ) => at_home(view, frozen_mode(phase == FailOverPhase::Preparing)),
            (FailOverPhase::Stopping, Some(backup)) => at(view, backup, Mode::Resiliency),
            (FailOverPhase::Transferring | FailOverPhase::Completing, Some(backup)) => {
                at(view, backup, Mode::Resiliency)
            }
            (
                FailOverPhase::Stopping | FailOverPhase::Transferring | FailOverPhase::Completing,
                None,
            ) => SignIn::Refuse(SignedOut::Moving),
        },
        PoolState::FailedOver => match backup {
            Some(backup) if view.home_is_survivable_branch => at(view, backup, Mode::Resiliency),
            Some(backup) => away(view, backup, Mode::Normal),
            None => SignIn::Refuse(SignedOut::PoolDown),
        },
        PoolState::FailingBack(phase) => match (phase, backup) {
            (FailBackPhase::Preparing, Some(backup)) => away(view, backup, Mode::Normal),
            (
                FailBackPhase::ReadOnly | FailBackPhase::Shipping | FailBackPhase::Verifying,
                Some(backup),
            ) => away(view, backup, Mode::Resiliency),
            (FailBackPhase::Transferring | FailBackPhase::Starting, _) => {
                at(view, &view.home, Mode::Resiliency)
            }
            (
                FailBackPhase::Preparing
                | FailBackPhase::ReadOnly
                | FailBackPhase::Shipping
                | FailBackPhase::Verifying,
                None,
            ) => SignIn::Refuse(SignedOut::PoolDown),
        },
    }
}

fn frozen_mode(writable: bool) -> Mode {
    if writable {
        Mode::Normal
    } else {
        Mode::Resiliency
    }
}

/// The home pool serves, if its services run and it knows that it may.
fn at_home(view: &ServingView, mode: Mode) -> SignIn {
    if view.here != view.home {
        return if view.home_services_run {
            SignIn::Redirect {
                pool: view.home.clone(),
                mode,
            }
        } else {
            SignIn::Refuse(SignedOut::PoolDown)
        };
    }
    owned(view, mode)
}

/// The backup pool serves what it owns.
fn away(view: &ServingView, backup: &Fqdn, mode: Mode) -> SignIn {
    if &view.here == backup {
        owned(view, mode)
    } else {
        SignIn::Redirect {
            pool: backup.clone(),
            mode,
        }
    }
}

fn owned(view: &ServingView, mode: Mode) -> SignIn {
    match view.quarantined {
        Some(reason) => SignIn::Refuse(SignedOut::Quarantined(reason)),
        None if view.owned_here && (view.here != view.home || view.home_services_run) => {
            SignIn::Serve(mode)
        }
        None => SignIn::Refuse(SignedOut::PoolDown),
    }
}

/// The users are on their way to `pool`: it takes them in resiliency mode before it owns their data.
fn at(view: &ServingView, pool: &Fqdn, mode: Mode) -> SignIn {
    if &view.here == pool {
        SignIn::Serve(mode)
    } else {
        SignIn::Redirect {
            pool: pool.clone(),
            mode,
        }
    }
}

/// What a user may want to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say all there is to say")]
pub enum UserOperation {
    TwoPartyMessage,
    Call,
    ReadContacts,
    ChangeContacts,
    SearchAddressBook,
    ReadPresence,
    SetPresence,
    ChangeForwarding,
    RouteByDoNotDisturb,
    ScheduleMeeting,
    JoinMeeting,
    UploadMeetingContent,
    ParkCall,
    CallResponseGroup,
    PickUpGroupCall,
}

impl UserOperation {
    /// Every operation.
    pub const ALL: [Self; 15] = [
        Self::TwoPartyMessage,
        Self::Call,
        Self::ReadContacts,
        Self::ChangeContacts,
        Self::SearchAddressBook,
        Self::ReadPresence,
        Self::SetPresence,
        Self::ChangeForwarding,
        Self::RouteByDoNotDisturb,
        Self::ScheduleMeeting,
        Self::JoinMeeting,
        Self::UploadMeetingContent,
        Self::ParkCall,
        Self::CallResponseGroup,
        Self::PickUpGroupCall,
    ];
}

/// Whether an operation works in a mode.
#[must_use]
pub fn is_allowed(mode: Mode, operation: UserOperation) -> bool {
    match mode {
        Mode::Normal => true,
        Mode::Resiliency => match operation {
            UserOperation::TwoPartyMessage | UserOperation::Call => true,
            UserOperation::ReadContacts
            | UserOperation::ChangeContacts
            | UserOperation::SearchAddressBook
            | UserOperation::ReadPresence
            | UserOperation::SetPresence
            | UserOperation::ChangeForwarding
            | UserOperation::RouteByDoNotDisturb
            | UserOperation::ScheduleMeeting
            | UserOperation::JoinMeeting
            | UserOperation::UploadMeetingContent
            | UserOperation::ParkCall
            | UserOperation::CallResponseGroup
            | UserOperation::PickUpGroupCall => false,
        },
    }
}

#[cfg(test)]
mod tests;
