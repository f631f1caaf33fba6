//! The write gate: whether this node may write the users of a home pool at this moment.
//!
//! Durable are the chain of terms and the freeze of an operation; both are looked at inside the writer's transaction.
//! Quarantine is a state of the running process: a node starts in it and leaves it once it has compared histories with
//! its partner.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use tandem_domain::identity::Fqdn;
use tandem_domain::ownership::{Epoch, Side};

/// Why the gate refuses a write.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The other pool of the pair writes these users.
    #[error("pool {home_pool} is written by its {owner} at epoch {epoch}, not by this pool")]
    NotOwner {
        /// The home pool.
        home_pool: Fqdn,
        /// Which pool of the pair writes.
        owner: Owner,
        /// The epoch in force.
        epoch: Epoch,
    },
    /// An operation has made the users read-only.
    #[error("pool {home_pool} is read-only while operation {operation} moves it")]
    Frozen {
        /// The home pool.
        home_pool: Fqdn,
        /// The operation.
        operation: String,
    },
    /// An operation moves the user to another home pool.
    #[error(
        "user {owner} of pool {home_pool} is read-only while operation {operation} moves the user"
    )]
    UserLocked {
        /// The home pool.
        home_pool: Fqdn,
        /// The user.
        owner: String,
        /// The operation.
        operation: String,
    },
    /// It is not known yet who owns the users.
    #[error("pool {home_pool} is in quarantine: {reason}")]
    Quarantined {
        /// The home pool.
        home_pool: Fqdn,
        /// Why.
        reason: String,
    },
}

/// A side of the pair, in the words of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner(pub Side);

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Side::Home => "own servers",
            Side::Backup => "backup pool",
        })
    }
}

/// Which side of a home pool's pair the pool `own_pool` is. A node keeps home pools of its own pair only.
#[must_use]
pub fn side_of(own_pool: &Fqdn, home_pool: &Fqdn) -> Side {
    if own_pool == home_pool {
        Side::Home
    } else {
        Side::Backup
    }
}

/// The live part of the gate: which home pools are in quarantine. Clones share it.
///
/// A home pool that nobody has released yet is in quarantine: forgetting to compare histories never opens the gate.
#[derive(Clone, Debug, Default)]
pub struct WriteGate {
    states: Arc<RwLock<HashMap<Fqdn, Live>>>,
}

#[derive(Clone, Debug)]
enum Live {
    Released,
    Quarantined(String),
}

impl WriteGate {
    /// A gate with every home pool in quarantine.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a home pool out of quarantine: its terms and freezes decide from now on.
    pub fn release(&self, home_pool: &Fqdn) {
        self.set(home_pool, Live::Released);
    }

    /// Puts a home pool into quarantine.
    pub fn quarantine(&self, home_pool: &Fqdn, reason: impl Into<String>) {
        self.set(home_pool, Live::Quarantined(reason.into()));
    }

    /// Refuses while the home pool is in quarantine.
    ///
    /// # Errors
    /// [`Refusal::Quarantined`], with the reason.
    pub fn check(&self, home_pool: &Fqdn) -> Result<(), Refusal> {
        let states = self.states.read().unwrap_or_else(PoisonError::into_inner);
        let reason = match states.get(home_pool) {
            Some(Live::Released) => return Ok(()),
            Some(Live::Quarantined(reason)) => reason.clone(),
            None => "histories have not been compared with the partner yet".to_owned(),
        };
        Err(Refusal::Quarantined {
            home_pool: home_pool.clone(),
            reason,
        })
    }

    fn set(&self, home_pool: &Fqdn, state: Live) {
        self.states
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(home_pool.clone(), state);
    }
}
