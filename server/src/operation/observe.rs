//! Looks at the deployment: the facts that plans, refusals and readiness are made from, asked for at this moment where
//! that is possible.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tandem_domain::backup::{BackupCategory, BackupModule};
use tandem_domain::identity::Fqdn;
use tandem_domain::loss::{HeadReport, ImportReport, LossEvidence, Tallies};
use tandem_domain::observation::{
    Backlog, CentralManagement, Observation, OpenOperation, PoolObservation, Reach,
};
use tandem_domain::ownership::{Chain, Position, QuarantineReason};
use tandem_domain::pool_state::PoolState;
use tandem_domain::topology::Pool;

use super::entry::{Course, kind_of, step};
use super::{Error, MoveRequest, Operations};
use crate::management::front_ends;
use crate::peer::heartbeat::{LogHead, Report};
use crate::store::{OPEN_OPERATIONS_MAX, OperationEntry, OperationState};

/// An observation, and when it was made.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The facts.
    pub observation: Observation,
    /// When they were collected.
    pub at: SystemTime,
}

impl Operations {
    /// Asks the partner for its word, then collects what this node knows.
    ///
    /// # Errors
    /// When the store fails; a partner that does not answer is a fact, not an error.
    pub async fn observe(&self) -> Result<Seen, Error> {
        if let Some(partner) = self.inner.management.partner() {
            // The board remembers how it went.
            let _ = self.inner.exchange.beat(&partner).await;
        }
        self.collect().await
    }

    /// The observation as the plan of `request` needs it.
    pub(super) async fn observe_for(&self, request: &MoveRequest) -> Result<Seen, Error> {
        let mut seen = self.observe().await?;
        if matches!(request, MoveRequest::FailBack(request) if request.disaster_mode) {
            self.pass_over_undecided(&mut seen.observation, request.home())
                .await?;
        }
        Ok(seen)
    }

    /// Collects what this node knows, without asking anybody.
    pub(super) async fn collect(&self) -> Result<Seen, Error> {
        let inner = &self.inner;
        let now = SystemTime::now();
        let published = inner.management.topology();
        let mut pools = BTreeMap::new();
        for fqdn in front_ends(&published.topology) {
            if let Some(pool) = published.topology.pool(&fqdn) {
                let observed = self.observe_pool(pool, now).await?;
                pools.insert(fqdn, observed);
            }
        }
        let central_management = match published.topology.central_management_pools().next() {
            None => CentralManagement::NotDeployed,
            Some(pool) if self.reach(&pool.fqdn, now).is_reachable() => {
                CentralManagement::Available {
                    active: pool.fqdn.clone(),
                }
            }
            Some(pool) => CentralManagement::Unavailable {
                last_active: Some(pool.fqdn.clone()),
            },
        };
        let open_operations = self
            .open_entries()
            .await?
            .iter()
            .filter_map(|entry| {
                let pool = entry.home_pool.clone()?;
                let course = Course::of(entry).ok()?;
                Some(OpenOperation {
                    id: entry.id.clone(),
                    kind: kind_of(entry),
                    pool,
                    disaster_mode: course.is_disaster(&entry.coordinator),
                })
            })
            .collect();
        let observation = Observation {
            topology: Arc::clone(&published.topology),
            topology_version: published.version,
            pools,
            central_management,
            open_operations,
        };
        Ok(Seen {
            observation,
            at: now,
        })
    }

    /// Operations that have begun and not ended, by this node's journal.
    pub(super) async fn open_entries(&self) -> Result<Vec<OperationEntry>, Error> {
        Ok(self
            .inner
            .stores
            .journal
            .list(Some(OperationState::Running), OPEN_OPERATIONS_MAX)
            .await?)
    }

    fn reach(&self, pool: &Fqdn, now: SystemTime) -> Reach {
        if *pool == self.inner.pool {
            Reach::Reachable
        } else {
            self.inner.exchange.board().view(pool).reach(now)
        }
    }

    async fn observe_pool(&self, pool: &Pool, now: SystemTime) -> Result<PoolObservation, Error> {
        let inner = &self.inner;
        let home = &pool.fqdn;
        let mut observed = PoolObservation::healthy(pool);
        observed.reach = self.reach(home, now);
        // One node serves a pool, so it stands for all of its machines.
        if !observed.reach.is_reachable() {
            observed.running_machines.clear();
        }
        let view = inner.exchange.board().view(home);
        let own_word = view.last.as_ref().map(|(report, _)| report);
        observed.quarantined = if *home == inner.pool {
            inner.ownership.get(home).and_then(|state| state.quarantine)
        } else {
            // A pool that does not answer any more is not held to what it last said of itself.
            own_word
                .filter(|_| observed.reach.is_reachable())
                .and_then(|report| report.homes.get(home))
                .and_then(|told| told.quarantine)
        };
        let Some(state) = inner.ownership.get(home) else {
            // A pool of another pair: its own word is all that is known.
            if let Some(told) = own_word.and_then(|report| report.homes.get(home)) {
                observed.state = PoolState::at_rest(told.chain.owner());
                observed.chain = told.chain.clone();
            }
            return Ok(observed);
        };
        let partner = inner.management.partner();
        let partner = partner.map(|partner| inner.exchange.board().view(&partner));
        let partner_word = partner.as_ref().and_then(|partner| {
            let (report, _) = partner.last.clone()?;
            Some((report, partner.silence(now)?))
        });
        let told = partner_word
            .as_ref()
            .and_then(|(report, _)| report.homes.get(home));
        observed.chain = match told {
            Some(told) if told.chain.epoch() > state.chain.epoch() => told.chain.clone(),
            Some(_) | None => state.chain.clone(),
        };
        observed.state = PoolState::at_rest(observed.chain.owner());
        observed.homed_users = inner.stores.documents.count_accounts(home).await?;
        let heads = if state.is_owned_here() {
            let report = inner.exchange.report().await?;
            Some((Arc::new(report), Duration::ZERO))
        } else {
            partner_word.clone()
        };
        if let Some((report, age)) = heads {
            observed.backlog = self.backlog(&report, home);
            observed.evidence = self.evidence(&report, age, home, &observed.chain).await?;
        }
        Ok(observed)
    }

    fn backlog(&self, report: &Report, home: &Fqdn) -> Backlog {
        let mut backlog = Backlog {
            records_per_second: self.inner.backup.shipping_rate(home),
            ..Backlog::default()
        };
        for &module in BackupCategory::UserData.modules() {
            let Some(head) = report.heads.get(&(home.clone(), module)) else {
                continue;
            };
            for (kind, tally) in &head.pending {
                if kind.is_file() {
                    backlog.files += tally.count;
                } else {
                    backlog.records += tally.count;
                }
                backlog.bytes += tally.bytes;
            }
        }
        backlog
    }

    /// What the pool that does not serve holds, against the last word of the pool that does.
    async fn evidence(
        &self,
        word: &Report,
        age: Duration,
        home: &Fqdn,
        chain: &Chain,
    ) -> Result<LossEvidence, Error> {
        let change_log = &self.inner.stores.change_log;
        let serves_here = word.pool == self.inner.pool;
        let mut written = Tallies::new();
        let mut head = 0;
        let mut imported = BTreeMap::new();
        for &module in BackupCategory::UserData.modules() {
            let said = word
                .heads
                .get(&(home.clone(), module))
                .cloned()
                .unwrap_or_default();
            head = head.max(said.sequence);
            let copied = if serves_here {
                change_log.acknowledged(home, module).await?
            } else {
                change_log.watermark(home, module).await?
            };
            imported.insert(module, import_report(&said, copied, age, word.now, chain));
            // Counts are of what was pending when the word was said: what is contained is told against the same ground.
            written.extend(said.pending);
        }
        let told = word.homes.get(home);
        let is_final = told.is_some_and(|told| told.frozen_by.is_some());
        let quarantine = told.and_then(|told| told.quarantine);
        let last_heartbeat = HeadReport {
            head: position(chain, head),
            written,
            age,
            is_final,
        };
        Ok(LossEvidence {
            is_older_store: quarantine.is_some_and(QuarantineReason::is_older_store),
            last_heartbeat: Some(last_heartbeat),
            imported,
        })
    }

    /// A planned move whose transfer was offered to a pool that is lost now cannot be decided by asking. Its coordinator
    /// may serve again in disaster mode, at an epoch above the one that it offered: whatever the lost pool did, it loses.
    async fn pass_over_undecided(&self, seen: &mut Observation, home: &Fqdn) -> Result<(), Error> {
        for entry in self.open_entries().await? {
            if self.is_undecided(&entry, home) {
                seen.open_operations.retain(|open| open.id != entry.id);
                if let Some(pool) = seen.pools.get_mut(home) {
                    pool.quarantined = Some(QuarantineReason::PartnerUnreachable);
                }
            }
        }
        Ok(())
    }

    /// Whether an entry is a move that this node has offered to a pool that does not answer.
    pub(super) fn is_undecided(&self, entry: &OperationEntry, home: &Fqdn) -> bool {
        let Ok(course) = Course::of(entry) else {
            return false;
        };
        entry.coordinator == self.inner.pool
            && entry.home_pool.as_ref() == Some(home)
            && entry.step == step::TRANSFER
            && course.releasing == self.inner.pool
            && !self.inner.exchange.board().view(&course.taking).answers
    }
}

fn import_report(
    said: &LogHead,
    copied: u64,
    age: Duration,
    said_at: SystemTime,
    chain: &Chain,
) -> ImportReport {
    let pending: u64 = said.pending.values().map(|tally| tally.count).sum();
    let has_caught_up = copied >= said.sequence;
    let contained = if has_caught_up {
        said.pending.clone()
    } else {
        Tallies::new()
    };
    let copy_age = match said.oldest_pending {
        Some(oldest) if pending > 0 && !has_caught_up => {
            age.saturating_add(said_at.duration_since(oldest).unwrap_or_default())
        }
        Some(_) | None => age,
    };
    ImportReport {
        imported: position(chain, copied),
        contained: Some(contained),
        copy_age: Some(copy_age),
    }
}

/// The position of a sequence in a history.
fn position(chain: &Chain, sequence: u64) -> Position {
    if sequence == 0 {
        return Position::default();
    }
    let term = chain
        .terms()
        .iter()
        .rev()
        .find(|term| term.base_sequence < sequence);
    Position {
        epoch: term.map_or_else(|| chain.epoch(), |term| term.epoch),
        sequence,
    }
}

/// The modules whose copies must be equal before users move.
pub(super) fn shipped_modules() -> Vec<BackupModule> {
    BackupCategory::UserData.modules().to_vec()
}
