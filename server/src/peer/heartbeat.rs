//! What pools tell each other all the time, and what each remembers of the others: the ground of failure detection, of
//! loss statements and of readiness.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tandem::peer::v1 as wire;
use tandem_domain::backup::{BackupModule, DocumentKind, parse_modules};
use tandem_domain::identity::Fqdn;
use tandem_domain::loss::{Tallies, Tally};
use tandem_domain::observation::Reach;
use tandem_domain::ownership::{Chain, Epoch, QuarantineReason};
use tokio::sync::watch;
use tokio::time::Instant;

use super::error::Refusal;
use super::wire::{chain, moment, pool, terms, timestamp};

/// One pool's word at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Who says it.
    pub pool: Fqdn,
    /// Ownership of the home pools that it knows.
    pub homes: BTreeMap<Fqdn, HomeReport>,
    /// Heads of the logs that it writes.
    pub heads: BTreeMap<(Fqdn, BackupModule), LogHead>,
    /// Newest versions of management documents that it has.
    pub documents: BTreeMap<String, u64>,
    /// Its clock.
    pub now: SystemTime,
}

/// What a pool says of one home pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HomeReport {
    /// The history that it knows.
    pub chain: Chain,
    /// The operation for which it has made the data read-only.
    pub frozen_by: Option<String>,
    /// Whether the services of the owner run.
    pub services_running: bool,
    /// Why it does not know whether it may serve.
    pub quarantine: Option<QuarantineReason>,
}

/// The head of one module's log at its owner.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogHead {
    /// The last sequence.
    pub sequence: u64,
    /// What waits to be shipped, by kind.
    pub pending: Tallies,
    /// When the oldest of that was written.
    pub oldest_pending: Option<SystemTime>,
}

/// The fields that request and response of a heartbeat share.
type Parts = (
    String,
    Vec<wire::Ownership>,
    Vec<wire::LogHead>,
    Vec<wire::DocumentVersion>,
    Option<prost_types::Timestamp>,
);

impl Report {
    /// Reads a request.
    ///
    /// # Errors
    /// A refusal that names what is wrong with it.
    pub fn from_request(request: wire::HeartbeatRequest) -> Result<Self, Refusal> {
        let wire::HeartbeatRequest {
            pool,
            ownership,
            head,
            document,
            now,
        } = request;
        Self::from_parts((pool, ownership, head, document, now))
    }

    /// Reads a response.
    ///
    /// # Errors
    /// A refusal that names what is wrong with it.
    pub fn from_response(response: wire::HeartbeatResponse) -> Result<Self, Refusal> {
        let wire::HeartbeatResponse {
            pool,
            ownership,
            head,
            document,
            now,
        } = response;
        Self::from_parts((pool, ownership, head, document, now))
    }

    /// The report as a request.
    #[must_use]
    pub fn to_request(&self) -> wire::HeartbeatRequest {
        let (pool, ownership, head, document, now) = self.to_parts();
        wire::HeartbeatRequest {
            pool,
            ownership,
            head,
            document,
            now,
        }
    }

    /// The report as a response.
    #[must_use]
    pub fn to_response(&self) -> wire::HeartbeatResponse {
        let (pool, ownership, head, document, now) = self.to_parts();
        wire::HeartbeatResponse {
            pool,
            ownership,
            head,
            document,
            now,
        }
    }

    fn from_parts((name, ownership, heads, documents, now): Parts) -> Result<Self, Refusal> {
        let homes = ownership
            .into_iter()
            .map(|told| {
                let home = pool(&told.home_pool, "ownership.home_pool")?;
                let report = HomeReport {
                    chain: chain(&told.term)?,
                    frozen_by: some(told.frozen_by),
                    services_running: told.services_running,
                    quarantine: quarantine(told.quarantine_reason, &told.quarantine),
                };
                Ok((home, report))
            })
            .collect::<Result<_, Refusal>>()?;
        let mut known_heads = BTreeMap::new();
        for head in heads {
            // A module of a later version is not an error: it concerns somebody else.
            let Ok([module]) = parse_modules(&head.module) else {
                continue;
            };
            known_heads.insert(
                (pool(&head.home_pool, "head.home_pool")?, *module),
                LogHead {
                    sequence: head.sequence,
                    pending: tallies(&head.pending),
                    oldest_pending: head.oldest_pending.map(|oldest| moment(Some(oldest))),
                },
            );
        }
        Ok(Self {
            pool: pool(&name, "pool")?,
            homes,
            heads: known_heads,
            documents: documents
                .into_iter()
                .map(|told| (told.name, told.version))
                .collect(),
            now: moment(now),
        })
    }

    fn to_parts(&self) -> Parts {
        let ownership = self
            .homes
            .iter()
            .map(|(home, told)| wire::Ownership {
                home_pool: home.to_string(),
                term: terms(&told.chain),
                frozen_by: told.frozen_by.clone().unwrap_or_default(),
                services_running: told.services_running,
                quarantine: told
                    .quarantine
                    .map(|reason| reason.to_string())
                    .unwrap_or_default(),
                quarantine_reason: told.quarantine.map(quarantine_message),
            })
            .collect();
        let heads = self
            .heads
            .iter()
            .map(|((home, module), head)| wire::LogHead {
                home_pool: home.to_string(),
                module: module.name().to_owned(),
                sequence: head.sequence,
                pending: head
                    .pending
                    .iter()
                    .map(|(kind, tally)| wire::KindCount {
                        kind: kind.name().to_owned(),
                        records: tally.count,
                        bytes: tally.bytes,
                    })
                    .collect(),
                oldest_pending: head.oldest_pending.map(timestamp),
            })
            .collect();
        let documents = self
            .documents
            .iter()
            .map(|(name, &version)| wire::DocumentVersion {
                name: name.clone(),
                version,
            })
            .collect();
        (
            self.pool.to_string(),
            ownership,
            heads,
            documents,
            Some(timestamp(self.now)),
        )
    }
}

/// Why a pool is in quarantine. One that gives a sentence only, or a kind of a later version, at least says that it is.
fn quarantine(reason: Option<wire::QuarantineReason>, sentence: &str) -> Option<QuarantineReason> {
    let reason = reason.unwrap_or_default();
    let (ours, theirs) = (reason.ours, reason.theirs);
    match reason.kind() {
        wire::QuarantineKind::Unspecified if sentence.is_empty() => None,
        wire::QuarantineKind::Unspecified | wire::QuarantineKind::PartnerUnreachable => {
            Some(QuarantineReason::PartnerUnreachable)
        }
        wire::QuarantineKind::TopologyUnknown => Some(QuarantineReason::TopologyUnknown),
        wire::QuarantineKind::StoreBehindOwnEpoch => Some(QuarantineReason::StoreBehindOwnEpoch {
            ours: Epoch(ours),
            known: Epoch(theirs),
        }),
        wire::QuarantineKind::StoreRolledBack => {
            Some(QuarantineReason::StoreRolledBack { ours, theirs })
        }
        wire::QuarantineKind::HistoriesContradict => {
            Some(QuarantineReason::HistoriesContradict { epoch: Epoch(ours) })
        }
    }
}

fn quarantine_message(reason: QuarantineReason) -> wire::QuarantineReason {
    let (kind, ours, theirs) = match reason {
        QuarantineReason::PartnerUnreachable => (wire::QuarantineKind::PartnerUnreachable, 0, 0),
        QuarantineReason::TopologyUnknown => (wire::QuarantineKind::TopologyUnknown, 0, 0),
        QuarantineReason::StoreBehindOwnEpoch { ours, known } => {
            (wire::QuarantineKind::StoreBehindOwnEpoch, ours.0, known.0)
        }
        QuarantineReason::StoreRolledBack { ours, theirs } => {
            (wire::QuarantineKind::StoreRolledBack, ours, theirs)
        }
        QuarantineReason::HistoriesContradict { epoch } => {
            (wire::QuarantineKind::HistoriesContradict, epoch.0, epoch.0)
        }
    };
    wire::QuarantineReason {
        kind: kind.into(),
        ours,
        theirs,
    }
}

fn tallies(counts: &[wire::KindCount]) -> Tallies {
    counts
        .iter()
        .filter_map(|count| {
            let tally = Tally {
                count: count.records,
                bytes: count.bytes,
            };
            DocumentKind::from_name(&count.kind).map(|kind| (kind, tally))
        })
        .collect()
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// What is remembered of another pool.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Its last word, and when it came by this node's clock.
    pub last: Option<(Arc<Report>, SystemTime)>,
    /// Whether the last attempt to reach it succeeded.
    pub answers: bool,
    /// Whether it has been missed since it last answered.
    is_missed: bool,
    /// Whether its clock and this node's were apart at its last word.
    is_apart: bool,
    /// When its last word came, by a clock that nobody sets; `None` when it came before this node started.
    heard_at: Option<Instant>,
}

impl View {
    /// Whether the pool answers, and else for how long it has been silent at `now`.
    #[must_use]
    pub fn reach(&self, now: SystemTime) -> Reach {
        if self.answers {
            return Reach::Reachable;
        }
        Reach::Unreachable {
            silent_for: self.silence(now),
        }
    }

    /// How long ago its last word came; `None` when none ever did. Of two clocks the one counts that says longer: the
    /// day's may have been set back meanwhile, and what a loss statement rests on must not look younger than it is.
    #[must_use]
    pub fn silence(&self, now: SystemTime) -> Option<Duration> {
        let (_, heard) = self.last.as_ref()?;
        let by_the_day = now.duration_since(*heard).unwrap_or_default();
        let by_itself = self.heard_at.map_or(Duration::ZERO, |at| at.elapsed());
        Some(by_the_day.max(by_itself))
    }
}

/// Clocks that differ by more than this are told of: what one pool dates, another misjudges.
const CLOCKS_APART: Duration = Duration::from_secs(30);

/// What is news about a pool that was heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// It had been missed.
    pub answers_again: bool,
    /// How far its clock and this node's are apart, when they had not been.
    pub clocks_apart: Option<Duration>,
}

/// What this node remembers of all others. Cheap to clone; every clone sees the same.
#[derive(Clone, Debug)]
pub struct Board {
    views: watch::Sender<BTreeMap<Fqdn, View>>,
}

impl Default for Board {
    fn default() -> Self {
        Self {
            views: watch::Sender::new(BTreeMap::new()),
        }
    }
}

impl Board {
    /// What is remembered of one pool.
    #[must_use]
    pub fn view(&self, pool: &Fqdn) -> View {
        self.views.borrow().get(pool).cloned().unwrap_or_default()
    }

    /// Follows every change.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<BTreeMap<Fqdn, View>> {
        self.views.subscribe()
    }

    /// Remembers a pool's word, which came at `heard`; what is news about it.
    pub fn hear(&self, report: Arc<Report>, heard: SystemTime) -> News {
        let apart = heard
            .duration_since(report.now)
            .unwrap_or_else(|ahead| ahead.duration());
        let is_apart = apart > CLOCKS_APART;
        let mut news = News::default();
        self.views.send_modify(|views| {
            let view = views.entry(report.pool.clone()).or_default();
            view.answers = true;
            view.last = Some((report, heard));
            view.heard_at = Some(Instant::now());
            news.answers_again = std::mem::take(&mut view.is_missed);
            let was_apart = std::mem::replace(&mut view.is_apart, is_apart);
            news.clocks_apart = (is_apart && !was_apart).then_some(apart);
        });
        news
    }

    /// Remembers a word from before this node started: it tells when and what, not that the pool answers.
    pub fn recall(&self, report: Arc<Report>, heard: SystemTime) {
        self.views.send_modify(|views| {
            let view = views.entry(report.pool.clone()).or_default();
            view.last.get_or_insert((report, heard));
        });
    }

    /// Remembers that a pool did not answer; whether that is news.
    pub fn miss(&self, pool: &Fqdn) -> bool {
        let mut was_missed = false;
        self.views.send_if_modified(|views| {
            let view = views.entry(pool.clone()).or_default();
            was_missed = std::mem::replace(&mut view.is_missed, true);
            std::mem::replace(&mut view.answers, false)
        });
        !was_missed
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::time::UNIX_EPOCH;

    fn fqdn(text: &str) -> Fqdn {
        Fqdn::parse(text).unwrap()
    }

    fn report() -> Report {
        let home = fqdn("pool1.contoso.com");
        Report {
            pool: home.clone(),
            homes: [(
                home.clone(),
                HomeReport {
                    chain: Chain::new(),
                    frozen_by: Some("op".to_owned()),
                    services_running: true,
                    quarantine: None,
                },
            )]
            .into(),
            heads: [(
                (home, BackupModule::DataConf),
                LogHead {
                    sequence: 9,
                    pending: [(
                        DocumentKind::ConferenceContent,
                        Tally {
                            count: 2,
                            bytes: 70,
                        },
                    )]
                    .into(),
                    oldest_pending: Some(UNIX_EPOCH + Duration::from_secs(5)),
                },
            )]
            .into(),
            documents: [("topology".to_owned(), 3)].into(),
            now: UNIX_EPOCH + Duration::from_secs(9),
        }
    }

    #[test]
    fn a_report_survives_the_wire() {
        let report = report();
        assert_eq!(Report::from_request(report.to_request()).unwrap(), report);
        assert_eq!(Report::from_response(report.to_response()).unwrap(), report);
    }

    #[test]
    fn silence_is_measured_from_the_last_word() {
        let board = Board::default();
        let pool = fqdn("pool1.contoso.com");
        let heard = UNIX_EPOCH + Duration::from_secs(100);
        assert_eq!(
            board.view(&pool).reach(heard),
            Reach::Unreachable { silent_for: None }
        );
        board.hear(Arc::new(report()), heard);
        assert_eq!(board.view(&pool).reach(heard), Reach::Reachable);
        assert_eq!([board.miss(&pool), board.miss(&pool)], [true, false]);
        assert_eq!(
            board.view(&pool).reach(heard + Duration::from_secs(7)),
            Reach::Unreachable {
                silent_for: Some(Duration::from_secs(7))
            }
        );
    }

    #[test]
    fn clocks_that_are_apart_are_news_once() {
        let board = Board::default();
        let told = report().now;
        let heard = [
            told,
            told + Duration::from_secs(90),
            told + Duration::from_secs(90),
            told,
        ];
        let news = heard.map(|heard| board.hear(Arc::new(report()), heard).clocks_apart);
        assert_eq!(news, [None, Some(Duration::from_secs(90)), None, None]);
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_word_younger() {
        let heard = UNIX_EPOCH + Duration::from_secs(5_000);
        let view = View {
            last: Some((Arc::new(report()), heard)),
            answers: false,
            is_missed: false,
            is_apart: false,
            heard_at: Instant::now().checked_sub(Duration::from_secs(30)),
        };
        let set_back = UNIX_EPOCH + Duration::from_secs(1_000);
        assert!(view.silence(set_back) >= Some(Duration::from_secs(30)));
        let later = heard + Duration::from_secs(90);
        assert_eq!(view.silence(later), Some(Duration::from_secs(90)));
    }
}
