//! What a disaster costs, said before it is accepted.
//!
//! The pool that serves tells its partner with every heartbeat how far its log has come, counted by kind. The survivor
//! knows how far it has imported. The difference is what is lost; and when the lost pool may have written on after its last
//! heartbeat, the statement says so instead of claiming a number that nobody can know.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::backup::{BackupModule, DocumentKind};
use crate::identity::Fqdn;
use crate::ownership::Position;

mod budget;
pub use budget::{BudgetError, Excess, LossBudget, LossTerm};

/// A count of writes and the bytes that they carried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Tally {
    fn minus(self, other: Self) -> Self {
        Self {
            count: self.count.saturating_sub(other.count),
            bytes: self.bytes.saturating_sub(other.bytes),
        }
    }
}

/// Writes since the beginning of a log, by kind.
pub type Tallies = BTreeMap<DocumentKind, Tally>;

/// What the serving pool last said about its log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadReport {
    /// The head of its log.
    pub head: Position,
    /// Everything that it has written since the beginning of the log, by kind.
    pub written: Tallies,
    /// How long ago it said so.
    pub age: Duration,
    /// Whether it said that it accepts no more writes: its log has not grown since. A pool that accepts writes again has
    /// this taken back, and the answer received, before it does.
    pub is_final: bool,
}

/// What the other pool holds of one module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Everything up to this position is imported.
    pub imported: Position,
    /// The writes that this amounts to since the beginning of the log, by kind; `None` when a rebuilt store knows the
    /// position only.
    pub contained: Option<Tallies>,
    /// How long ago this copy was the whole truth; `None` when it never was.
    pub copy_age: Option<Duration>,
}

/// What is known when the serving pool is lost: its last word, and what the survivor has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LossEvidence {
    /// The serving pool's last heartbeat, if one ever came.
    pub last_heartbeat: Option<HeadReport>,
    /// What the survivor imported while it followed the history of the serving pool, by module. A module that is missing
    /// was never imported; all are missing while the survivor has not adopted that history.
    pub imported: BTreeMap<BackupModule, ImportReport>,
    /// Whether the serving pool says that its store is not what it was: its word tells nothing of what it had acknowledged.
    pub is_older_store: bool,
}

/// How much is known of an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bound {
    /// Exactly so many.
    Exact(u64),
    /// So many or fewer.
    AtMost(u64),
    /// So many that are known of, and perhaps more that nobody knows of.
    AtLeast(u64),
    /// Nothing is known.
    Unknown,
}

impl Bound {
    /// The largest amount that is possible; `None` when there is no limit that could be named.
    #[must_use]
    pub fn upper(self) -> Option<u64> {
        match self {
            Self::Exact(n) | Self::AtMost(n) => Some(n),
            Self::AtLeast(_) | Self::Unknown => None,
        }
    }

    /// The number to show: the amount that is known of.
    #[must_use]
    pub fn known(self) -> u64 {
        match self {
            Self::Exact(n) | Self::AtMost(n) | Self::AtLeast(n) => n,
            Self::Unknown => 0,
        }
    }

    /// The name of the bound in records and in the contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact(_) => "exact",
            Self::AtMost(_) => "at_most",
            Self::AtLeast(_) => "at_least",
            Self::Unknown => "unknown",
        }
    }

    /// The bound on the sum of two amounts.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => {
                match self.known().saturating_add(other.known()) {
                    0 => Self::Unknown,
                    known => Self::AtLeast(known),
                }
            }
            (Self::AtLeast(a), b) | (b, Self::AtLeast(a)) => {
                Self::AtLeast(a.saturating_add(b.lower()))
            }
            (Self::AtMost(a), b) | (b, Self::AtMost(a)) => {
                Self::AtMost(a.saturating_add(b.known()))
            }
            (Self::Exact(a), Self::Exact(b)) => Self::Exact(a.saturating_add(b)),
        }
    }

    fn lower(self) -> u64 {
        match self {
            Self::Exact(n) | Self::AtLeast(n) => n,
            Self::AtMost(_) | Self::Unknown => 0,
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(n) => write!(f, "{n}"),
            Self::AtMost(n) => write!(f, "at most {n}"),
            Self::AtLeast(n) => write!(f, "at least {n}"),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

/// How much a loss statement can be relied on, and under which assumption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confidence {
    /// The lost pool had said that it accepts no more writes: the counts are complete, provided that no administrator has
    /// let it serve again since (which nobody can know who cannot reach it).
    Complete,
    /// The counts are complete up to the last heartbeat. What the lost pool acknowledged after it cannot be counted; it is
    /// bounded by time only.
    UpToLastHeartbeat,
    /// The lost pool was never heard of: nothing can be counted.
    NothingKnown,
    /// The lost pool's store was replaced or restored from an older state: nothing can be counted.
    StoreRestored,
}

/// The loss in one kind of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LossLine {
    /// What is lost. [`DocumentKind::ConferenceContent`] counts files, the others records.
    pub kind: DocumentKind,
    /// How many writes.
    pub count: Bound,
    /// Their bytes.
    pub bytes: Bound,
}

/// What is lost when the survivor takes over without the pool that served.
///
/// The statement is an upper bound in positions always: every write after [`LossStatement::kept_up_to`] counts as lost.
/// In numbers it is one when its confidence is [`Confidence::Complete`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LossStatement {
    /// The pool whose writes are lost.
    pub lost: Fqdn,
    /// The pool that takes over.
    pub survivor: Fqdn,
    /// Per module, the last position that the survivor has. What comes after it is lost (and goes to salvage, should the
    /// lost pool come back).
    pub kept_up_to: BTreeMap<BackupModule, Position>,
    /// The loss by kind; a kind in which nothing is known to be lost is left out when the counts are complete.
    pub lines: Vec<LossLine>,
    /// How old the survivor's copy is: no write older than this is lost. `None` when no bound is known.
    pub copy_age: Option<Duration>,
    /// How long the lost pool has been silent; `None` when it was never heard of.
    pub silent_for: Option<Duration>,
    /// How much the counts can be relied on.
    pub confidence: Confidence,
}

impl LossStatement {
    /// Whether the statement names a write of the lost pool, of that kind and at that position, as lost.
    ///
    /// Sequences alone order the log of one pool; a later epoch is one that the survivor has never followed.
    #[must_use]
    pub fn covers(&self, kind: DocumentKind, write: Position) -> bool {
        self.kept_up_to
            .get(&kind.module())
            .is_none_or(|kept| write.sequence > kept.sequence || write.epoch > kept.epoch)
    }

    /// The records that are lost, files left out.
    #[must_use]
    pub fn records(&self) -> Bound {
        self.sum(|line| (!line.kind.is_file()).then_some(line.count))
    }

    /// The content files that are lost.
    #[must_use]
    pub fn files(&self) -> Bound {
        self.sum(|line| line.kind.is_file().then_some(line.count))
    }

    /// How many records and files are known to be lost; `None` when nobody can count them, which is not the same as none.
    #[must_use]
    pub fn count(&self) -> Option<u64> {
        let all = self.records().plus(self.files());
        (all != Bound::Unknown).then(|| all.known())
    }

    /// The bytes of both.
    #[must_use]
    pub fn bytes(&self) -> Bound {
        self.sum(|line| Some(line.bytes))
    }

    fn sum(&self, pick: impl Fn(&LossLine) -> Option<Bound>) -> Bound {
        let nothing = match self.confidence {
            Confidence::Complete => Bound::Exact(0),
            Confidence::UpToLastHeartbeat => Bound::AtLeast(0),
            Confidence::NothingKnown | Confidence::StoreRestored => Bound::Unknown,
        };
        self.lines
            .iter()
            .filter_map(pick)
            .fold(nothing, Bound::plus)
    }

    /// The statement in sentences, one a line.
    #[must_use]
    pub fn describe(&self) -> Vec<String> {
        let mut lines = vec![match self.confidence {
            Confidence::NothingKnown => format!(
                "Loss: not known. Pool \"{}\" has never been heard of by pool \"{}\".",
                self.lost, self.survivor
            ),
            Confidence::StoreRestored => {
                return vec![
                    format!(
                        "Loss: not known. The store of pool \"{}\" was replaced, or restored from an older state.",
                        self.lost
                    ),
                    format!(
                        "What it acknowledged before, and pool \"{}\" has not imported, cannot be counted from here.",
                        self.survivor
                    ),
                ];
            }
            Confidence::Complete | Confidence::UpToLastHeartbeat => format!(
                "Loss: records: {}, files: {}. Pool \"{}\" acknowledged them and pool \"{}\" does not have them.",
                self.records(),
                self.files(),
                self.lost,
                self.survivor
            ),
        }];
        lines.extend(
            self.lines
                .iter()
                .filter(|line| line.count.known() > 0)
                .map(|line| format!("  {}: {} ({} bytes)", line.kind, line.count, line.bytes)),
        );
        lines.push(self.copy_age.map_or_else(
            || format!("Pool \"{}\" never had a complete copy.", self.survivor),
            |age| {
                format!(
                    "No write older than {} is lost: the copy was complete then.",
                    human_age(age)
                )
            },
        ));
        if let (Confidence::Complete, Some(silence)) = (self.confidence, self.silent_for) {
            lines.push(format!(
                "The counts are complete: pool \"{}\" had stopped writing {} ago. They assume that nobody has let it serve again since.",
                self.lost,
                human_age(silence)
            ));
        }
        if let (Confidence::UpToLastHeartbeat, Some(silence)) = (self.confidence, self.silent_for) {
            lines.push(format!(
                "The counts end with the last heartbeat, {} ago. What pool \"{}\" acknowledged after it cannot be counted from here.",
                human_age(silence),
                self.lost
            ));
        }
        lines
    }
}

/// States what is lost when `survivor` takes over from `lost` on this evidence.
#[must_use]
pub fn state_loss(lost: &Fqdn, survivor: &Fqdn, evidence: &LossEvidence) -> LossStatement {
    let modules = [BackupModule::PresenceFocus, BackupModule::DataConf];
    let report = |module| evidence.imported.get(&module);
    let kept_up_to = modules
        .iter()
        .map(|&module| {
            (
                module,
                report(module).map_or_else(Position::default, |r| r.imported),
            )
        })
        .collect();
    let copy_age = modules
        .iter()
        .map(|&module| report(module).and_then(|r| r.copy_age))
        .try_fold(Duration::ZERO, |oldest, age| age.map(|age| oldest.max(age)))
        .filter(|_| !evidence.is_older_store);
    let (lines, confidence) = match &evidence.last_heartbeat {
        _ if evidence.is_older_store => (Vec::new(), Confidence::StoreRestored),
        None => (Vec::new(), Confidence::NothingKnown),
        Some(head) if head.is_final => (lines_of(head, evidence), Confidence::Complete),
        Some(head) => (lines_of(head, evidence), Confidence::UpToLastHeartbeat),
    };
    LossStatement {
        lost: lost.clone(),
        survivor: survivor.clone(),
        kept_up_to,
        lines,
        copy_age,
        silent_for: evidence.last_heartbeat.as_ref().map(|head| head.age),
        confidence,
    }
}

fn lines_of(head: &HeadReport, evidence: &LossEvidence) -> Vec<LossLine> {
    DocumentKind::USER_DATA
        .iter()
        .filter_map(|&kind| {
            let written = head.written.get(&kind).copied().unwrap_or_default();
            let import = evidence.imported.get(&kind.module());
            let contained = match import {
                None => Some(Tally::default()),
                Some(report) => report
                    .contained
                    .as_ref()
                    .map(|tallies| tallies.get(&kind).copied().unwrap_or_default()),
            };
            let missing = written.minus(contained.unwrap_or_default());
            let bound = |n| match (head.is_final, contained) {
                (true, Some(_)) => Bound::Exact(n),
                (true, None) => Bound::AtMost(n),
                (false, Some(_)) => Bound::AtLeast(n),
                // Neither end is known: the copy may hold some of it, and the pool may have written more.
                (false, None) => Bound::Unknown,
            };
            let line = LossLine {
                kind,
                count: bound(missing.count),
                bytes: bound(missing.bytes),
            };
            (missing.count > 0 || !head.is_final).then_some(line)
        })
        .collect()
}

/// A duration as an administrator would say it: `2 h 5 min`, `41 s`.
#[must_use]
pub fn human_age(age: Duration) -> String {
    let seconds = age.as_secs();
    match (
        seconds / 86_400,
        seconds / 3_600 % 24,
        seconds / 60 % 60,
        seconds % 60,
    ) {
        (0, 0, 0, s) => format!("{s} s"),
        (0, 0, m, 0) => format!("{m} min"),
        (0, 0, m, s) => format!("{m} min {s} s"),
        (0, h, 0, _) => format!("{h} h"),
        (0, h, m, _) => format!("{h} h {m} min"),
        (d, 0, _, _) => format!("{d} d"),
        (d, h, _, _) => format!("{d} d {h} h"),
    }
}

#[cfg(test)]
mod tests;
