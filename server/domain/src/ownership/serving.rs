//! What a node does when it starts: serve, follow, or wait in quarantine. It never guesses.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Chain, Epoch, Lineage, Position, Side, Winner, compare};

/// What the partner said about one home pool when this node started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartnerAnswer {
    /// No topology is known, so it is not known either whether there is a partner.
    NoTopology,
    /// The pool has no partner: nobody else can have taken its users.
    NoPartner,
    /// The partner cannot be reached: it may have taken over without our knowledge.
    Unreachable,
    /// The partner told its history of this home pool.
    Answered {
        /// Its chain.
        chain: Chain,
        /// The head of its copy of the log, imported or written.
        head: u64,
    },
}

/// What a node does when it starts and its partner cannot be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenPartnerUnreachable {
    /// Serve nobody and wait for the partner or an administrator. The safe default: the partner may be serving.
    #[default]
    Quarantine,
    /// Serve at the epoch last known. Two pools may then serve the same users; the one with the lower epoch loses and
    /// its writes go to salvage when they meet.
    Serve,
}

/// What a node does for one home pool after comparing histories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Serving {
    /// This pool owns the epoch in force: accept writes at it.
    Serve {
        /// The epoch to write at.
        epoch: Epoch,
    },
    /// The partner owns the epoch in force: refuse writes, import, and answer with where to go.
    Follow {
        /// The owner.
        owner: Side,
        /// The epoch in force.
        epoch: Epoch,
        /// Own writes after this position that the owner's history does not contain go to salvage. `None` when the
        /// partner was not there to compare with.
        common: Option<Position>,
    },
    /// It is not known who owns the users: refuse everything and say why.
    Quarantine(QuarantineReason),
}

/// Why a node does not know whether it may serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum QuarantineReason {
    /// No topology is known here: the store is new, and what this pool served before may be with its partner.
    TopologyUnknown,
    /// The partner cannot be reached and may have taken over.
    PartnerUnreachable,
    /// The epoch in force is our own, but our store does not have it: the store was restored from an older backup.
    StoreBehindOwnEpoch {
        /// The epoch that our store ends with.
        ours: Epoch,
        /// The epoch of ours that the partner has heard of.
        known: Epoch,
    },
    /// The partner holds writes of our epoch that our store does not have: the store was rolled back.
    StoreRolledBack {
        /// The head of our log.
        ours: u64,
        /// The head of what the partner imported from us.
        theirs: u64,
    },
    /// Two different histories end in the same epoch, which cannot happen to stores that were never restored.
    HistoriesContradict {
        /// The epoch that both end with.
        epoch: Epoch,
    },
}

impl fmt::Display for QuarantineReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TopologyUnknown => f.write_str(
                "it knows no topology yet, and so not whether another pool has served these users",
            ),
            Self::PartnerUnreachable => {
                f.write_str("its partner cannot be reached and may be serving these users already")
            }
            Self::StoreBehindOwnEpoch { ours, known } => write!(
                f,
                "its store ends at epoch {ours}, but its partner has seen it serve at epoch {known}: the store was restored from an older backup"
            ),
            Self::StoreRolledBack { ours, theirs } => write!(
                f,
                "its log ends at {ours}, but its partner has imported up to {theirs} from it: the store was rolled back"
            ),
            Self::HistoriesContradict { epoch } => write!(
                f,
                "its history and its partner's contradict each other at epoch {epoch}: one of the stores was restored"
            ),
        }
    }
}

impl QuarantineReason {
    /// Whether the store is not what it was: replaced, or restored from an older state. What its pool acknowledged since is
    /// with the partner, as far as it was shipped, or lost.
    #[must_use]
    pub fn is_older_store(self) -> bool {
        match self {
            Self::StoreBehindOwnEpoch { .. }
            | Self::StoreRolledBack { .. }
            | Self::HistoriesContradict { .. } => true,
            Self::TopologyUnknown | Self::PartnerUnreachable => false,
        }
    }
}

/// Whether what the partner said can change what a node does that serves or follows already: the partner knows a later
/// epoch, or holds more of this pool's own writes than there are here.
///
/// `own_head` has to be read after the partner spoke: the copy of a log that is written here never ends beyond it.
#[must_use]
pub fn is_news(side: Side, own: &Chain, own_head: u64, partner: &PartnerAnswer) -> bool {
    match partner {
        PartnerAnswer::Answered { chain, head } => {
            chain.epoch() > own.epoch() || (own.owner() == side && chain == own && *head > own_head)
        }
        PartnerAnswer::NoTopology | PartnerAnswer::NoPartner | PartnerAnswer::Unreachable => false,
    }
}

/// Decides what the pool on `side` does for a home pool, from its own history and its partner's.
#[must_use]
pub fn decide_serving(
    side: Side,
    own: &Chain,
    own_head: u64,
    partner: &PartnerAnswer,
    policy: WhenPartnerUnreachable,
) -> Serving {
    match partner {
        PartnerAnswer::NoTopology if own.owner() == side => {
            Serving::Quarantine(QuarantineReason::TopologyUnknown)
        }
        PartnerAnswer::NoTopology | PartnerAnswer::NoPartner => alone(side, own),
        PartnerAnswer::Unreachable if own.owner() != side => Serving::Follow {
            owner: own.owner(),
            epoch: own.epoch(),
            common: None,
        },
        PartnerAnswer::Unreachable => match policy {
            WhenPartnerUnreachable::Quarantine => {
                Serving::Quarantine(QuarantineReason::PartnerUnreachable)
            }
            WhenPartnerUnreachable::Serve => Serving::Serve { epoch: own.epoch() },
        },
        PartnerAnswer::Answered { chain, head } => together(side, own, own_head, chain, *head),
    }
}

fn alone(side: Side, own: &Chain) -> Serving {
    if own.owner() == side {
        Serving::Serve { epoch: own.epoch() }
    } else {
        Serving::Follow {
            owner: own.owner(),
            epoch: own.epoch(),
            common: None,
        }
    }
}

fn together(side: Side, own: &Chain, own_head: u64, theirs: &Chain, their_head: u64) -> Serving {
    let Lineage { winner, common } = compare(own, own_head, theirs, their_head);
    let highest = own.epoch().max(theirs.epoch());
    if highest.owner() != side {
        // Equal last epochs with different terms: the owner's word stands, it alone wrote in that epoch.
        return Serving::Follow {
            owner: highest.owner(),
            epoch: highest,
            common: Some(common),
        };
    }
    match winner {
        Winner::Theirs if own.epoch() < highest => {
            Serving::Quarantine(QuarantineReason::StoreBehindOwnEpoch {
                ours: own.epoch(),
                known: highest,
            })
        }
        Winner::Theirs => {
            Serving::Quarantine(QuarantineReason::HistoriesContradict { epoch: highest })
        }
        Winner::Same if their_head > own_head => {
            Serving::Quarantine(QuarantineReason::StoreRolledBack {
                ours: own_head,
                theirs: their_head,
            })
        }
        Winner::Same | Winner::Ours => Serving::Serve { epoch: highest },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: WhenPartnerUnreachable = WhenPartnerUnreachable::Quarantine;

    fn answered(chain: &Chain, head: u64) -> PartnerAnswer {
        PartnerAnswer::Answered {
            chain: chain.clone(),
            head,
        }
    }

    #[test]
    fn both_restart_after_nothing_happened() {
        let chain = Chain::new();
        assert_eq!(
            decide_serving(Side::Home, &chain, 9, &answered(&chain, 7), POLICY),
            Serving::Serve { epoch: Epoch(0) }
        );
        assert!(matches!(
            decide_serving(Side::Backup, &chain, 7, &answered(&chain, 9), POLICY),
            Serving::Follow {
                owner: Side::Home,
                epoch: Epoch(0),
                ..
            }
        ));
    }

    #[test]
    fn who_knows_no_topology_does_not_know_whether_it_is_alone() {
        assert_eq!(
            decide_serving(
                Side::Home,
                &Chain::new(),
                0,
                &PartnerAnswer::NoTopology,
                POLICY
            ),
            Serving::Quarantine(QuarantineReason::TopologyUnknown)
        );
    }

    #[test]
    fn a_copy_that_holds_more_than_the_owner_is_news_and_one_that_holds_less_is_not() {
        let chain = Chain::new();
        let taken = chain.taken_over(Side::Backup, 9, Epoch(0));
        for (side, own, head, partner, expected) in [
            (Side::Home, &chain, 9, answered(&chain, 7), false),
            (Side::Home, &chain, 9, answered(&chain, 9), false),
            (Side::Home, &chain, 0, answered(&chain, 7), true),
            (Side::Home, &chain, 9, answered(&taken, 9), true),
            // The copy's head is behind while the owner writes.
            (Side::Backup, &chain, 7, answered(&chain, 9), false),
            (Side::Backup, &taken, 12, answered(&chain, 20), false),
            (Side::Home, &chain, 0, PartnerAnswer::Unreachable, false),
        ] {
            assert_eq!(
                is_news(side, own, head, &partner),
                expected,
                "{side:?} {head} {partner:?}"
            );
        }
    }

    #[test]
    fn the_lost_pool_comes_back_and_follows() {
        let lost = Chain::new();
        let survivor = lost.taken_over(Side::Backup, 5, Epoch(0));
        assert_eq!(
            decide_serving(Side::Home, &lost, 9, &answered(&survivor, 12), POLICY),
            Serving::Follow {
                owner: Side::Backup,
                epoch: Epoch(1),
                common: Some(Position {
                    epoch: Epoch(0),
                    sequence: 5
                }),
            }
        );
        assert_eq!(
            decide_serving(Side::Backup, &survivor, 12, &answered(&lost, 9), POLICY),
            Serving::Serve { epoch: Epoch(1) }
        );
    }

    #[test]
    fn an_owner_that_cannot_ask_waits_unless_told_otherwise() {
        let chain = Chain::new();
        assert_eq!(
            decide_serving(Side::Home, &chain, 0, &PartnerAnswer::Unreachable, POLICY),
            Serving::Quarantine(QuarantineReason::PartnerUnreachable)
        );
        assert_eq!(
            decide_serving(
                Side::Home,
                &chain,
                0,
                &PartnerAnswer::Unreachable,
                WhenPartnerUnreachable::Serve
            ),
            Serving::Serve { epoch: Epoch(0) }
        );
        assert!(matches!(
            decide_serving(Side::Backup, &chain, 0, &PartnerAnswer::Unreachable, POLICY),
            Serving::Follow {
                owner: Side::Home,
                ..
            }
        ));
    }

    #[test]
    fn restored_stores_are_noticed() {
        let old = Chain::new();
        let then = old
            .taken_over(Side::Backup, 5, Epoch(0))
            .taken_over(Side::Home, 8, Epoch(1));
        assert!(matches!(
            decide_serving(Side::Home, &old, 5, &answered(&then, 9), POLICY),
            Serving::Quarantine(QuarantineReason::StoreBehindOwnEpoch { .. })
        ));
        assert!(matches!(
            decide_serving(Side::Home, &old, 5, &answered(&old, 9), POLICY),
            Serving::Quarantine(QuarantineReason::StoreRolledBack { ours: 5, theirs: 9 })
        ));
    }
}
