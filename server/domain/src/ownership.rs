//! Who may write the users of a home pool, and which history wins when two meet again after a partition.
//!
//! For each home pool there is one chain of [`Term`]s. A term says: from this sequence on, writes carry this epoch.
//! **The parity of an epoch names its owner**: even epochs belong to the home pool, odd ones to its backup pool. A pool
//! that takes over picks the next epoch of its own parity above the highest one that it knows. So an epoch has exactly one
//! possible writer *by construction*: no message, however late or lost, can make two pools write in the same epoch.
//!
//! Because a pool knows every epoch of its own parity, and its partner can be at most one takeover ahead of what it has
//! seen, the epoch that it picks is also above whatever its partner picked unseen. Histories that parted are therefore
//! always ordered: the chain with the higher last epoch wins, and the writes of the other that the winner does not contain
//! are *diverged* and go to salvage (the idea of Kafka's leader epochs).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::identity::Fqdn;

#[cfg(test)]
mod histories;
mod serving;
pub use serving::{
    PartnerAnswer, QuarantineReason, Serving, WhenPartnerUnreachable, decide_serving, is_news,
};

/// Which of the two pools of a pair, seen from one home pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Side {
    /// The pool that the users are homed on.
    Home,
    /// Its backup pool.
    Backup,
}

impl Side {
    /// The other pool of the pair.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Home => Self::Backup,
            Self::Backup => Self::Home,
        }
    }
}

/// The number of an ownership. Even: the home pool writes; odd: its backup pool writes.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct Epoch(pub u64);

impl Epoch {
    /// A new pool serves its own users at epoch 0.
    pub const FIRST: Self = Self(0);

    /// The only side that may ever write at this epoch.
    #[must_use]
    pub fn owner(self) -> Side {
        if self.0.is_multiple_of(2) {
            Side::Home
        } else {
            Side::Backup
        }
    }

    /// The epoch at which `side` takes over when this one is the highest that it knows.
    #[must_use]
    pub fn next_for(self, side: Side) -> Self {
        let next = Self(self.0.saturating_add(1));
        if next.owner() == side {
            next
        } else {
            Self(next.0.saturating_add(1))
        }
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a write stands: the epoch that it was acknowledged in, and its number in the home pool's change log.
/// Sequences start at 1 and go on across terms. Order is by epoch, then sequence.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct Position {
    /// The epoch of the write.
    pub epoch: Epoch,
    /// Its number in the change log; 0 stands before the first write.
    pub sequence: u64,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.epoch, self.sequence)
    }
}

/// One stretch of a history: the writes after `base_sequence` carry `epoch`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Term {
    /// The epoch of the stretch.
    pub epoch: Epoch,
    /// The last sequence up to which the owner held everything when it took over: its own writes come after it.
    pub base_sequence: u64,
}

/// The history of ownership of one home pool: terms with rising epochs. It only ever grows.
///
/// A base may be lower than the one before it: a pool that took over held less than the history it had adopted. What the
/// earlier terms wrote after that base is then not part of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Term>", into = "Vec<Term>")]
pub struct Chain {
    /// INVARIANT: never empty, epochs strictly rising.
    terms: Vec<Term>,
}

/// Why a list of terms is no history.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A history has at least the term of its first owner.
    #[error("an ownership history has no term")]
    Empty,
    /// Epochs rise.
    #[error("epoch {later} follows epoch {earlier} in an ownership history")]
    EpochNotRising {
        /// The epoch that stands first.
        earlier: Epoch,
        /// The epoch that follows it and is not higher.
        later: Epoch,
    },
}

impl TryFrom<Vec<Term>> for Chain {
    type Error = Error;
    fn try_from(terms: Vec<Term>) -> Result<Self, Error> {
        if terms.is_empty() {
            return Err(Error::Empty);
        }
        for pair in terms.windows(2) {
            let [earlier, later] = pair else { continue };
            if later.epoch <= earlier.epoch {
                return Err(Error::EpochNotRising {
                    earlier: earlier.epoch,
                    later: later.epoch,
                });
            }
        }
        Ok(Self { terms })
    }
}

impl From<Chain> for Vec<Term> {
    fn from(chain: Chain) -> Self {
        chain.terms
    }
}

impl Default for Chain {
    fn default() -> Self {
        Self::new()
    }
}

impl Chain {
    /// The history of a new pool: it serves its own users from the beginning.
    #[must_use]
    pub fn new() -> Self {
        Self {
            terms: vec![Term {
                epoch: Epoch::FIRST,
                base_sequence: 0,
            }],
        }
    }

    /// The terms, oldest first. Never empty.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The term in force.
    #[must_use]
    pub fn last(&self) -> Term {
        self.terms.last().copied().unwrap_or(Term {
            epoch: Epoch::FIRST,
            base_sequence: 0,
        })
    }

    /// The epoch in force.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        self.last().epoch
    }

    /// The side that may write now.
    #[must_use]
    pub fn owner(&self) -> Side {
        self.epoch().owner()
    }

    /// The last sequence up to which a pool holds the writes of **every** module: the head of its log when it is the
    /// owner, the lowest of its modules' watermarks when it follows.
    #[must_use]
    pub fn held_up_to(
        &self,
        side: Side,
        head: u64,
        watermarks: impl IntoIterator<Item = u64>,
    ) -> u64 {
        if self.owner() == side {
            head
        } else {
            watermarks.into_iter().min().unwrap_or(0)
        }
    }

    /// The history after a takeover by `side`, which holds everything up to `held` and has heard of `highest_known`.
    ///
    /// `held` is what [`Chain::held_up_to`] says. With a higher one, the writes between the watermarks of two modules
    /// would count as contained and never reach a salvage bundle. (What the pool holds beyond goes to salvage too, which
    /// does no harm.)
    ///
    /// `highest_known` is the partner's epoch when the partner could be asked, and counts only when it is above ours.
    #[must_use]
    pub fn taken_over(&self, side: Side, held: u64, highest_known: Epoch) -> Self {
        let mut terms = self.terms.clone();
        terms.push(Term {
            epoch: self.epoch().max(highest_known).next_for(side),
            base_sequence: held,
        });
        Self { terms }
    }

    /// Whether a write is part of this history, which has been written up to `head`.
    #[must_use]
    pub fn contains(&self, write: Position, head: u64) -> bool {
        self.terms.iter().enumerate().any(|(index, term)| {
            term.epoch == write.epoch
                && write.sequence > term.base_sequence
                && write.sequence <= self.end_of(index, head)
        })
    }

    /// The position of a sequence in this history: the epoch of the term that it falls into.
    #[must_use]
    pub fn position_at(&self, sequence: u64) -> Position {
        let term = self
            .terms
            .iter()
            .rev()
            .find(|term| term.base_sequence < sequence)
            .or_else(|| self.terms.first());
        Position {
            epoch: term.map_or(Epoch::FIRST, |term| term.epoch),
            sequence,
        }
    }

    /// Whether a write that was acknowledged somewhere is missing from this, the winning history: it belongs into salvage.
    #[must_use]
    pub fn diverged(&self, write: Position, head: u64) -> bool {
        !self.contains(write, head)
    }

    /// The last sequence of a term: where a later one begins first, or the head of the log.
    fn end_of(&self, index: usize, head: u64) -> u64 {
        self.terms
            .iter()
            .skip(index + 1)
            .map(|later| later.base_sequence)
            .min()
            .unwrap_or(head)
    }
}

/// Two histories of one home pool, compared when the pools meet again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lineage {
    /// Whose history stands.
    pub winner: Winner,
    /// The last position that both have. Everything after it in the losing history is diverged.
    pub common: Position,
}

/// Whose history stands after a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Winner {
    /// Both histories have the same terms: one log may only be shorter than the other.
    Same,
    /// Ours has the higher epoch.
    Ours,
    /// Theirs has the higher epoch.
    Theirs,
}

/// Compares two histories of one home pool, each with the head of its log.
#[must_use]
pub fn compare(ours: &Chain, our_head: u64, theirs: &Chain, their_head: u64) -> Lineage {
    let winner = match ours.epoch().cmp(&theirs.epoch()) {
        std::cmp::Ordering::Greater => Winner::Ours,
        std::cmp::Ordering::Less => Winner::Theirs,
        std::cmp::Ordering::Equal if ours == theirs => Winner::Same,
        // One epoch has one writer, so two histories that end in it differ only where a restored store is wrong.
        std::cmp::Ordering::Equal => Winner::Theirs,
    };
    let shared = ours
        .terms
        .iter()
        .zip(&theirs.terms)
        .take_while(|(a, b)| a == b)
        .count();
    let common = match shared.checked_sub(1) {
        None => Position::default(),
        Some(index) => ours.position_at(
            ours.end_of(index, our_head)
                .min(theirs.end_of(index, their_head)),
        ),
    };
    Lineage { winner, common }
}

/// The pool that `side` means for a home pool and its backup pool.
#[must_use]
pub fn pool_of<'a>(side: Side, home: &'a Fqdn, backup: &'a Fqdn) -> &'a Fqdn {
    match side {
        Side::Home => home,
        Side::Backup => backup,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn chain(terms: &[(u64, u64)]) -> Chain {
        let terms: Vec<Term> = terms
            .iter()
            .map(|&(epoch, base_sequence)| Term {
                epoch: Epoch(epoch),
                base_sequence,
            })
            .collect();
        Chain::try_from(terms).unwrap()
    }

    fn at(epoch: u64, sequence: u64) -> Position {
        Position {
            epoch: Epoch(epoch),
            sequence,
        }
    }

    #[test]
    fn parity_names_the_owner_and_the_next_epoch_keeps_it() {
        for known in 0..50 {
            for side in [Side::Home, Side::Backup] {
                let next = Epoch(known).next_for(side);
                assert_eq!(next.owner(), side);
                assert!(next > Epoch(known) && next.0 <= known + 2);
            }
        }
    }

    #[test]
    fn a_term_ends_where_the_next_begins() {
        let history = chain(&[(0, 0), (1, 10)]);
        assert!(history.contains(at(0, 10), 20));
        assert!(
            !history.contains(at(0, 11), 20),
            "written by the lost pool after its last backup"
        );
        assert!(history.contains(at(1, 11), 20));
        assert!(!history.contains(at(1, 21), 20), "not written yet");
    }

    #[test]
    fn the_higher_epoch_wins_and_the_fork_is_found() {
        let lost = chain(&[(0, 0)]);
        let survivor = chain(&[(0, 0), (1, 10)]);
        let lineage = compare(&lost, 14, &survivor, 30);
        assert_eq!(lineage.winner, Winner::Theirs);
        assert_eq!(lineage.common, at(0, 10));
    }

    #[test]
    fn takeovers_that_did_not_see_each_other_are_ordered() {
        let before = chain(&[(0, 0)]);
        let backup = before.taken_over(Side::Backup, 7, Epoch(0));
        let home = before.taken_over(Side::Home, 9, Epoch(0));
        assert_eq!(backup.epoch(), Epoch(1));
        assert_eq!(home.epoch(), Epoch(2));
        let lineage = compare(&home, 9, &backup, 12);
        assert_eq!(lineage.winner, Winner::Ours);
        assert_eq!(lineage.common, at(0, 7));
    }

    #[test]
    fn a_taker_claims_no_more_than_it_holds() {
        let adopted = chain(&[(0, 0), (1, 10), (2, 20)]);
        let taken = adopted.taken_over(Side::Backup, 12, Epoch(2));
        assert_eq!(taken, chain(&[(0, 0), (1, 10), (2, 20), (3, 12)]));
        assert!(taken.diverged(at(1, 13), 30), "it was never imported");
        assert!(taken.diverged(at(2, 21), 30));
        assert_eq!(
            compare(&adopted, 25, &taken, 30).common,
            at(1, 12),
            "up to there both have everything"
        );
    }

    #[test]
    fn lists_that_are_no_history() {
        assert_eq!(Chain::try_from(vec![]), Err(Error::Empty));
        let term = |epoch, base_sequence| Term {
            epoch: Epoch(epoch),
            base_sequence,
        };
        assert!(Chain::try_from(vec![term(1, 0), term(1, 5)]).is_err());
        assert!(Chain::try_from(vec![term(2, 0), term(1, 5)]).is_err());
    }
}
