//! Who serves a home pool: the live state that front end, write gate, status and operations look at, and the one place
//! that changes it.
//!
//! A node starts in quarantine. It leaves it when it has compared histories with its partner, and it adopts the partner's
//! history whenever it hears of one that supersedes its own: at start, and with every heartbeat after that.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use tandem_domain::identity::Fqdn;
use tandem_domain::ownership::{
    Chain, Epoch, PartnerAnswer, QuarantineReason, Serving, Side, Term, WhenPartnerUnreachable,
    decide_serving, is_news,
};
use tokio::sync::{Mutex, watch};

use crate::store::gate::side_of;
use crate::store::{
    Adopted, Adoption, ChangeLog, Error, OperationEntry, OwnershipStore, Result, ServingUpdate,
    Stores, TermAppend, WriteGate,
};

/// What this node knows of one home pool at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HomePool {
    /// The home pool.
    pub home: Fqdn,
    /// Which pool of the pair this node's pool is.
    pub side: Side,
    /// The history of ownership.
    pub chain: Chain,
    /// The operation for which the data is read-only here.
    pub frozen_by: Option<String>,
    /// Whether the services that serve these users run here.
    pub services_running: bool,
    /// Why this node does not know whether it may serve these users, if so.
    pub quarantine: Option<QuarantineReason>,
}

impl HomePool {
    /// Whether this node's pool owns the epoch in force.
    #[must_use]
    pub fn is_owned_here(&self) -> bool {
        self.chain.owner() == self.side
    }

    /// Whether writes are accepted here now.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        self.is_owned_here() && self.frozen_by.is_none() && self.quarantine.is_none()
    }
}

/// All home pools of a node, by name.
pub type HomePools = Arc<BTreeMap<Fqdn, HomePool>>;

/// Ownership as this node knows it. Clones share it.
#[derive(Clone)]
pub struct Ownership {
    inner: Arc<Inner>,
}

struct Inner {
    pool: Fqdn,
    store: Arc<dyn OwnershipStore>,
    change_log: Arc<dyn ChangeLog>,
    gate: WriteGate,
    policy: WhenPartnerUnreachable,
    states: watch::Sender<HomePools>,
    /// One transition at a time: what is decided is decided on the state that it is applied to.
    turn: Mutex<()>,
}

impl fmt::Debug for Ownership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ownership")
            .field("pool", &self.inner.pool)
            .finish_non_exhaustive()
    }
}

/// What settling a home pool came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// Nothing changed.
    Unchanged,
    /// This node serves the home pool, or follows its owner, from now on.
    Released,
    /// A winning history was adopted.
    Adopted(Adopted),
    /// The node does not know who serves.
    Quarantined(QuarantineReason),
}

impl Ownership {
    /// Reads what is durable. Every home pool is in quarantine until [`Self::settle`] has compared it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn open(pool: Fqdn, stores: &Stores, policy: WhenPartnerUnreachable) -> Result<Self> {
        let ownership = Self {
            inner: Arc::new(Inner {
                pool: pool.clone(),
                store: stores.ownership.clone(),
                change_log: stores.change_log.clone(),
                gate: stores.gate.clone(),
                policy,
                states: watch::Sender::default(),
                turn: Mutex::new(()),
            }),
        };
        ownership.keep(&pool).await?;
        for record in ownership.inner.store.list().await? {
            ownership.reload(&record.home_pool).await?;
        }
        Ok(ownership)
    }

    /// The pool that this node serves.
    #[must_use]
    pub fn pool(&self) -> &Fqdn {
        &self.inner.pool
    }

    /// All home pools that this node keeps.
    #[must_use]
    pub fn all(&self) -> HomePools {
        self.inner.states.borrow().clone()
    }

    /// One home pool.
    #[must_use]
    pub fn get(&self, home: &Fqdn) -> Option<HomePool> {
        self.inner.states.borrow().get(home).cloned()
    }

    /// Follows every change.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<HomePools> {
        self.inner.states.subscribe()
    }

    /// Begins to keep a home pool: this node's own, or the one that it backs up.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keep(&self, home: &Fqdn) -> Result<()> {
        if self.get(home).is_some() {
            return Ok(());
        }
        self.inner.store.keep(home).await?;
        self.inner
            .gate
            .quarantine(home, QuarantineReason::PartnerUnreachable.to_string());
        self.reload(home).await
    }

    /// Makes a home pool read-only here for an operation, together with its journal entry.
    ///
    /// # Errors
    /// When the store fails; nothing has changed then.
    pub async fn freeze(&self, home: &Fqdn, entry: OperationEntry) -> Result<()> {
        let frozen_by = Some(Some(entry.id.clone()));
        self.update(
            home,
            ServingUpdate {
                frozen_by,
                ..ServingUpdate::default()
            },
            Some(entry),
        )
        .await
    }

    /// Accepts writes again and runs the services again, together with the journal entry of the operation that ends.
    ///
    /// # Errors
    /// When the store fails; nothing has changed then.
    pub async fn thaw(&self, home: &Fqdn, entry: Option<OperationEntry>) -> Result<()> {
        let update = ServingUpdate {
            frozen_by: Some(None),
            services_running: Some(true),
        };
        self.update(home, update, entry).await
    }

    /// Starts or stops the services that serve a home pool's users here.
    ///
    /// # Errors
    /// When the store fails; nothing has changed then.
    pub async fn set_services(
        &self,
        home: &Fqdn,
        running: bool,
        entry: Option<OperationEntry>,
    ) -> Result<()> {
        let services_running = Some(running);
        self.update(
            home,
            ServingUpdate {
                services_running,
                ..ServingUpdate::default()
            },
            entry,
        )
        .await
    }

    async fn update(
        &self,
        home: &Fqdn,
        update: ServingUpdate,
        entry: Option<OperationEntry>,
    ) -> Result<()> {
        let _turn = self.inner.turn.lock().await;
        self.inner.store.update(home, update, entry).await?;
        self.reload(home).await
    }

    /// Appends a term in one transaction with journal entries: this pool takes the users, or lets them go. It thaws what
    /// was frozen; the services run where the users are served. Appending the same term again succeeds. `decided_at` is the
    /// epoch that was in force when it was decided: nobody may have taken the users since.
    ///
    /// # Errors
    /// When another term is in force already, or the store fails; nothing has changed then.
    pub async fn append_term(
        &self,
        home: &Fqdn,
        term: Term,
        decided_at: Epoch,
        journal: Vec<OperationEntry>,
    ) -> Result<()> {
        let _turn = self.inner.turn.lock().await;
        let before = self.get(home).map(|state| state.chain).unwrap_or_default();
        if before.epoch() > decided_at && before.last() != term {
            return Err(Error::Superseded {
                home_pool: home.clone(),
                ours: before.epoch(),
                theirs: decided_at,
            });
        }
        // Repeated: the term before the one that is there already.
        let after = before
            .terms()
            .iter()
            .rev()
            .find(|known| known.epoch < term.epoch);
        let takes = term.epoch.owner() == side_of(&self.inner.pool, home);
        self.inner
            .store
            .append_term(TermAppend {
                home_pool: home.clone(),
                after: after.map_or_else(|| before.epoch(), |known| known.epoch),
                term,
                serving: ServingUpdate {
                    frozen_by: Some(None),
                    services_running: takes.then_some(true),
                },
                journal,
            })
            .await?;
        if takes {
            // Whoever takes ownership by its journal knows that it serves: the question of quarantine is answered.
            self.inner.gate.release(home);
        }
        self.reload_with(home, |state| {
            if takes {
                state.quarantine = None;
            }
        })
        .await
    }

    /// Compares histories with what the partner said, and serves, follows, adopts or waits accordingly. `bundle_id` names
    /// the salvage bundle, should one be needed.
    ///
    /// # Errors
    /// When the store fails; the home pool stays as it was.
    pub async fn settle(
        &self,
        home: &Fqdn,
        partner: &PartnerAnswer,
        bundle_id: &str,
        now: SystemTime,
    ) -> Result<Settled> {
        let _turn = self.inner.turn.lock().await;
        let Some(state) = self.get(home) else {
            return Ok(Settled::Unchanged);
        };
        let head = self.inner.change_log.head(home).await?;
        if state.quarantine.is_none() && !is_news(state.side, &state.chain, head, partner) {
            return Ok(Settled::Unchanged);
        }
        match decide_serving(state.side, &state.chain, head, partner, self.inner.policy) {
            Serving::Quarantine(reason) => {
                self.inner.gate.quarantine(home, reason.to_string());
                self.publish(home, |state| state.quarantine = Some(reason));
                Ok(Settled::Quarantined(reason))
            }
            Serving::Serve { .. } => Ok(self.release(home)),
            Serving::Follow { common, .. } => {
                let adopted = match (partner, common) {
                    (PartnerAnswer::Answered { chain, .. }, Some(common))
                        if chain.epoch() >= state.chain.epoch() && *chain != state.chain =>
                    {
                        let adopted = self
                            .inner
                            .store
                            .adopt(Adoption {
                                home_pool: home.clone(),
                                chain: chain.clone(),
                                common,
                                bundle_id: bundle_id.to_owned(),
                                found: now,
                            })
                            .await?;
                        self.reload(home).await?;
                        Some(adopted)
                    }
                    _ => None,
                };
                let released = self.release(home);
                Ok(adopted.map_or(released, Settled::Adopted))
            }
        }
    }

    fn release(&self, home: &Fqdn) -> Settled {
        self.inner.gate.release(home);
        if self.publish(home, |state| state.quarantine = None) {
            Settled::Released
        } else {
            Settled::Unchanged
        }
    }

    async fn reload(&self, home: &Fqdn) -> Result<()> {
        self.reload_with(home, |_| ()).await
    }

    /// Reads what is durable about a home pool again; what lives in the process only is kept.
    async fn reload_with(&self, home: &Fqdn, change: impl FnOnce(&mut HomePool)) -> Result<()> {
        let Some(record) = self.inner.store.get(home).await? else {
            return Ok(());
        };
        let side = side_of(&self.inner.pool, home);
        self.inner.states.send_if_modified(|states| {
            let before = states.get(home);
            let mut state = HomePool {
                home: record.home_pool,
                side,
                chain: record.chain,
                frozen_by: record.frozen_by,
                services_running: record.services_running,
                quarantine: before.map_or(Some(QuarantineReason::PartnerUnreachable), |before| {
                    before.quarantine
                }),
            };
            change(&mut state);
            if before == Some(&state) {
                return false;
            }
            Arc::make_mut(states).insert(home.clone(), state);
            true
        });
        Ok(())
    }

    /// Changes what lives in the process only; whether it was a change.
    fn publish(&self, home: &Fqdn, change: impl FnOnce(&mut HomePool)) -> bool {
        self.inner.states.send_if_modified(|states| {
            let Some(before) = states.get(home) else {
                return false;
            };
            let mut state = before.clone();
            change(&mut state);
            if *before == state {
                return false;
            }
            Arc::make_mut(states).insert(home.clone(), state);
            true
        })
    }
}
