//! Heartbeats: says this node's word to every other pool of the topology, hears theirs, and draws the consequences.
//!
//! What follows from a word: a winning history is adopted, quarantine ends, newer management documents are fetched,
//! interrupted operations are resolved, and the partner's figures are kept for the day on which it is lost.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use prost::Message;
use tandem::peer::v1 as wire;
use tandem_domain::backup::{BackupCategory, BackupModule};
use tandem_domain::identity::Fqdn;
use tandem_domain::loss::Tally;
use tandem_domain::ownership::{PartnerAnswer, QuarantineReason};
use tokio::sync::{Mutex, Notify};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::heartbeat::{Board, HomeReport, LogHead, Report};
use super::{Error, Peers};
use crate::management::Management;
use crate::ownership::{Ownership, Settled};
use crate::store::{self, ManagementDocument, OPEN_OPERATIONS_MAX, OperationState, Stores};

/// Prefix of the local, never distributed documents that keep the last word of a pool over a restart.
const LAST_WORD: &str = "local/last-heartbeat/";

/// How often a pool's word is made durable at most.
const KEEP_WORD_EVERY: Duration = Duration::from_secs(5);

/// How long the next attempt waits when it could not be made durable, for example because the disk is full.
const KEEP_WORD_AGAIN: Duration = Duration::from_secs(60);

/// Counting what is pending costs in proportion to it: it may take this share of the time at most.
const COUNTING_SHARE: u32 = 10;

/// This node's part in the heartbeats. Clones share it.
#[derive(Clone)]
pub struct Exchange {
    inner: Arc<Inner>,
}

struct Inner {
    pool: Fqdn,
    stores: Stores,
    ownership: Ownership,
    management: Management,
    peers: Peers,
    board: Board,
    counts: Mutex<BTreeMap<(Fqdn, BackupModule), Count>>,
    kept: Mutex<BTreeMap<Fqdn, Kept>>,
    /// Home pools in quarantine, and the reasons that the log has told.
    quarantined: Mutex<BTreeMap<Fqdn, QuarantineReason>>,
    /// Told after each word, so that interrupted operations are taken up.
    heard: Notify,
}

/// A pool's word as it was last made durable: versions rise whatever the clock does.
#[derive(Clone, Copy, Debug, Default)]
struct Kept {
    version: u64,
    at: Option<tokio::time::Instant>,
    has_failed: bool,
}

/// A count of what is pending, as long as it is good.
struct Count {
    head: LogHead,
    acknowledged: u64,
    recount_at: tokio::time::Instant,
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("pool", &self.inner.pool)
            .finish_non_exhaustive()
    }
}

impl Exchange {
    /// The heartbeats of the node that serves `ownership`'s pool. Remembers what was heard before the node started.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn open(
        stores: Stores,
        ownership: Ownership,
        management: Management,
        peers: Peers,
    ) -> Result<Self, store::Error> {
        let board = Board::default();
        let mut kept_words = BTreeMap::new();
        for (name, version) in stores.management.versions().await? {
            let Some(Ok(pool)) = name.strip_prefix(LAST_WORD).map(Fqdn::parse) else {
                continue;
            };
            let kept = Kept {
                version,
                ..Kept::default()
            };
            kept_words.insert(pool, kept);
            if let Some(kept) = stores.management.get(&name).await?
                && let Ok(word) = wire::HeartbeatRequest::decode(kept.body)
                && let Ok(report) = Report::from_request(word)
            {
                board.recall(Arc::new(report), kept.published);
            }
        }
        Ok(Self {
            inner: Arc::new(Inner {
                pool: ownership.pool().clone(),
                stores,
                ownership,
                management,
                peers,
                board,
                counts: Mutex::default(),
                kept: Mutex::new(kept_words),
                quarantined: Mutex::default(),
                heard: Notify::new(),
            }),
        })
    }

    /// What is remembered of the other pools.
    #[must_use]
    pub fn board(&self) -> &Board {
        &self.inner.board
    }

    /// Waits until another pool has been heard.
    pub async fn heard(&self) {
        self.inner.heard.notified().await;
    }

    /// Sends heartbeats every `interval` until `stop`, and settles this node when it has no partner to compare with.
    pub async fn run(&self, interval: Duration, stop: CancellationToken) {
        let mut topology = self.inner.management.watch_topology();
        let mut ticks = tokio::time::interval(interval);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
                // A pairing takes effect at once.
                changed = topology.changed() => if changed.is_err() { return },
            }
            if let Err(error) = self.round().await {
                tracing::warn!(%error, "a round of heartbeats failed");
            }
        }
    }

    /// One heartbeat to every other pool, and what follows from the answers.
    ///
    /// # Errors
    /// When the store fails; an unreachable pool is no error.
    pub async fn round(&self) -> Result<(), store::Error> {
        let inner = &self.inner;
        match inner.management.partner() {
            Some(partner) => inner.ownership.keep(&partner).await?,
            None => {
                // Whoever knows no topology may have a partner that took over, or has what a lost store had.
                let answer = match inner.management.topology().version {
                    0 => PartnerAnswer::NoTopology,
                    _ => PartnerAnswer::NoPartner,
                };
                self.settle(&inner.pool, &answer).await?;
            }
        }
        let mut calls = JoinSet::new();
        for pool in inner.management.other_pools() {
            let exchange = self.clone();
            calls.spawn(async move {
                if let Err(error) = exchange.beat(&pool).await {
                    tracing::debug!(%pool, %error, "no heartbeat");
                }
            });
        }
        while let Some(call) = calls.join_next().await {
            if let Err(error) = call {
                tracing::error!(%error, "a heartbeat met a fault of this program");
            }
        }
        Ok(())
    }

    /// One heartbeat to `pool`, now.
    ///
    /// # Errors
    /// When the pool does not answer; that is remembered.
    pub async fn beat(&self, pool: &Fqdn) -> Result<Arc<Report>, Error> {
        let inner = &self.inner;
        let answer = async {
            let word = self.report().await.map_err(|error| Error::Protocol {
                pool: inner.pool.clone(),
                reason: error.to_string(),
            })?;
            let response = inner.peers.to(pool)?.heartbeat(word.to_request()).await?;
            Report::from_response(response).map_err(|refusal| Error::Protocol {
                pool: pool.clone(),
                reason: refusal.message,
            })
        };
        let answer = answer.await.and_then(|report| {
            if report.pool == *pool {
                return Ok(Arc::new(report));
            }
            Err(Error::Protocol {
                pool: pool.clone(),
                reason: format!("the node at its address serves pool \"{}\"", report.pool),
            })
        });
        match answer {
            Ok(report) => {
                self.hear(report.clone()).await;
                Ok(report)
            }
            Err(error) => {
                if inner.board.miss(pool) {
                    tracing::warn!(%pool, %error, "the pool does not answer");
                }
                self.partner_silent(pool).await;
                Err(error)
            }
        }
    }

    /// Takes another pool's word and draws the consequences.
    pub async fn hear(&self, report: Arc<Report>) {
        let inner = &self.inner;
        let now = SystemTime::now();
        let news = inner.board.hear(report.clone(), now);
        if news.answers_again {
            tracing::info!(pool = %report.pool, "the pool answers again");
        }
        if let Some(apart) = news.clocks_apart {
            tracing::warn!(pool = %report.pool, seconds = apart.as_secs(), "the pool's clock and this node's differ: ages of backups and losses, and the validity of certificates, are judged wrongly until they are set");
        }
        if inner.management.partner().as_ref() == Some(&report.pool) {
            for (home, told) in &report.homes {
                let answer = PartnerAnswer::Answered {
                    chain: told.chain.clone(),
                    head: head_of(&report, home),
                };
                if let Err(error) = self.settle(home, &answer).await {
                    tracing::error!(%home, %error, "histories could not be compared");
                }
            }
            self.keep_word(&report, now).await;
        }
        if let Err(error) = inner
            .management
            .catch_up(&report.pool, &report.documents)
            .await
        {
            tracing::warn!(pool = %report.pool, %error, "newer management documents could not be fetched");
        }
        inner.heard.notify_waiters();
    }

    /// This node's word.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn report(&self) -> Result<Report, store::Error> {
        let inner = &self.inner;
        let mut homes = BTreeMap::new();
        let mut heads = BTreeMap::new();
        for (home, state) in inner.ownership.all().iter() {
            for &module in BackupCategory::UserData.modules() {
                let head = if state.is_owned_here() {
                    self.count(home, module).await?
                } else {
                    LogHead {
                        sequence: inner.stores.change_log.watermark(home, module).await?,
                        ..LogHead::default()
                    }
                };
                heads.insert((home.clone(), module), head);
            }
            homes.insert(
                home.clone(),
                HomeReport {
                    chain: state.chain.clone(),
                    frozen_by: state.frozen_by.clone(),
                    services_running: state.services_running,
                    quarantine: state.quarantine,
                },
            );
        }
        let documents = match inner.management.versions().await {
            Ok(versions) => versions,
            Err(crate::management::Error::Store(error)) => return Err(error),
            Err(_) => BTreeMap::new(),
        };
        Ok(Report {
            pool: inner.pool.clone(),
            homes,
            heads,
            documents,
            now: SystemTime::now(),
        })
    }

    /// What of a module waits to be shipped, counted again only when something changed and the last count is paid for.
    async fn count(&self, home: &Fqdn, module: BackupModule) -> Result<LogHead, store::Error> {
        let change_log = &self.inner.stores.change_log;
        let sequence = change_log.head(home).await?;
        let acknowledged = change_log.acknowledged(home, module).await?;
        let key = (home.clone(), module);
        let mut counts = self.inner.counts.lock().await;
        if let Some(known) = counts.get(&key)
            && ((known.head.sequence == sequence && known.acknowledged == acknowledged)
                || tokio::time::Instant::now() < known.recount_at)
        {
            return Ok(known.head.clone());
        }
        let started = tokio::time::Instant::now();
        let pending = change_log.pending(home, module, acknowledged).await?;
        let head = LogHead {
            sequence: pending.head.max(sequence),
            pending: pending
                .kinds
                .iter()
                .map(|kind| {
                    (
                        kind.kind,
                        Tally {
                            count: kind.records,
                            bytes: kind.bytes,
                        },
                    )
                })
                .collect(),
            oldest_pending: pending.oldest,
        };
        let recount_at = tokio::time::Instant::now() + started.elapsed() * COUNTING_SHARE;
        counts.insert(
            key,
            Count {
                head: head.clone(),
                acknowledged,
                recount_at,
            },
        );
        Ok(head)
    }

    /// Compares histories of one home pool. While an operation that this node coordinates runs on it, the operation's
    /// journal decides, not this comparison.
    async fn settle(&self, home: &Fqdn, answer: &PartnerAnswer) -> Result<(), store::Error> {
        let inner = &self.inner;
        if self.is_moving(home).await? {
            return Ok(());
        }
        let bundle = uuid::Uuid::now_v7().to_string();
        match inner
            .ownership
            .settle(home, answer, &bundle, SystemTime::now())
            .await?
        {
            Settled::Unchanged => {}
            Settled::Released => {
                inner.quarantined.lock().await.remove(home);
                tracing::info!(%home, "histories compared: quarantine ends");
            }
            Settled::Quarantined(reason) => {
                let before = inner.quarantined.lock().await.insert(home.clone(), reason);
                if before != Some(reason) {
                    tracing::warn!(%home, %reason, "quarantine: this node does not serve the users of the pool");
                }
            }
            Settled::Adopted(adopted) => {
                tracing::warn!(%home, bundle = ?adopted.bundle_id, records = adopted.records, "the partner's history was adopted");
            }
        }
        Ok(())
    }

    async fn is_moving(&self, home: &Fqdn) -> Result<bool, store::Error> {
        let inner = &self.inner;
        let frozen = inner
            .ownership
            .get(home)
            .is_some_and(|state| state.frozen_by.is_some());
        if !frozen {
            return Ok(false);
        }
        let running = inner
            .stores
            .journal
            .list(Some(OperationState::Running), OPEN_OPERATIONS_MAX)
            .await?;
        Ok(running
            .iter()
            .any(|entry| entry.home_pool.as_ref() == Some(home) && entry.coordinator == inner.pool))
    }

    /// A partner that does not answer cannot be compared with: the configured policy decides what that means.
    async fn partner_silent(&self, pool: &Fqdn) {
        let inner = &self.inner;
        if inner.management.partner().as_ref() != Some(pool) {
            return;
        }
        for home in [&inner.pool, pool] {
            if let Err(error) = self.settle(home, &PartnerAnswer::Unreachable).await {
                tracing::error!(%home, %error, "quarantine could not be decided");
            }
        }
    }

    /// Makes the partner's word durable, so that a loss statement after a restart of this node rests on it too.
    async fn keep_word(&self, report: &Report, now: SystemTime) {
        let mut kept = self.inner.kept.lock().await;
        let last = kept.get(&report.pool).copied().unwrap_or_default();
        let pause = if last.has_failed {
            KEEP_WORD_AGAIN
        } else {
            KEEP_WORD_EVERY
        };
        if last.at.is_some_and(|at| at.elapsed() < pause) {
            return;
        }
        let millis = now
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default()
            .as_millis();
        let version = u64::try_from(millis).unwrap_or(u64::MAX);
        let version = version.max(last.version.saturating_add(1));
        let document = ManagementDocument {
            name: format!("{LAST_WORD}{}", report.pool),
            version,
            body: report.to_request().encode_to_vec().into(),
            published: now,
            publisher: self.inner.pool.to_string(),
        };
        let put = self.inner.stores.management.put(document, None).await;
        if let Err(error) = &put {
            tracing::warn!(%error, "the partner's heartbeat could not be kept");
        }
        let now = Kept {
            version,
            at: Some(tokio::time::Instant::now()),
            has_failed: put.is_err(),
        };
        kept.insert(report.pool.clone(), now);
    }
}

/// The head of a pool's copy of a home pool's log.
fn head_of(report: &Report, home: &Fqdn) -> u64 {
    report
        .heads
        .iter()
        .filter(|((of, _), _)| of == home)
        .map(|(_, head)| head.sequence)
        .max()
        .unwrap_or(0)
}
