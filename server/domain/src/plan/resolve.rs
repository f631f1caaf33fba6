//! What becomes of an operation that was interrupted. The answer is never "unknown" for long: the commit point is one
//! record on one pool, the ownership history of the pool that takes over.

use super::Plan;
use crate::observation::OperationKind;
use crate::ownership::{Chain, Epoch};

/// What to do about an interrupted operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// The commit point was passed: carry out the remaining steps.
    GoForward,
    /// It was not: take back, in reverse order, what was done.
    RollBack,
    /// The pool that takes over does not answer, and it alone knows: stay frozen and ask again.
    Ask,
    /// Another takeover has come since: what is left of the operation must not be carried out or taken back.
    Overtaken {
        /// The epoch in force.
        epoch: Epoch,
    },
}

impl Plan {
    /// Resolves an interrupted failover or failback from the ownership history on the pool that takes over (`None` when
    /// that pool does not answer).
    ///
    /// A move of users has no epoch of its own; its commit point is the user's home pool, so `is_committed` of the record
    /// of that user must be asked instead, with [`Resolution::of_move`].
    #[must_use]
    pub fn resolution(&self, on_taking_pool: Option<&Chain>) -> Resolution {
        match self.kind.operation() {
            OperationKind::FailOver | OperationKind::FailBack => {}
            OperationKind::MoveUser => return Resolution::Ask,
        }
        let Some(chain) = on_taking_pool else {
            return Resolution::Ask;
        };
        let committed = chain
            .terms()
            .iter()
            .any(|term| term.epoch == self.guards.next_epoch);
        let in_force = chain.epoch();
        if committed && in_force == self.guards.next_epoch {
            Resolution::GoForward
        } else if in_force > self.guards.current_epoch {
            Resolution::Overtaken { epoch: in_force }
        } else {
            Resolution::RollBack
        }
    }
}

impl Resolution {
    /// Resolves an interrupted move of a user from where the user is homed now.
    #[must_use]
    pub fn of_move(is_homed_on_target: bool) -> Self {
        if is_homed_on_target {
            Self::GoForward
        } else {
            Self::RollBack
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;
    use crate::ownership::Side;
    use crate::plan::{Decision, plan_fail_over};
    use crate::request::FailOverRequest;

    #[test]
    fn the_ownership_history_of_the_taking_pool_decides() {
        let seen = fixtures::healthy_pair();
        let Ok(Decision::Run(plan)) =
            plan_fail_over(&seen, &FailOverRequest::planned(fixtures::pool1()))
        else {
            panic!("a healthy pair can be failed over");
        };
        let before = Chain::new();
        let after = before.taken_over(Side::Backup, 10, Epoch(0));
        let later = after.taken_over(Side::Home, 12, Epoch(1));
        assert_eq!(plan.resolution(None), Resolution::Ask);
        assert_eq!(plan.resolution(Some(&before)), Resolution::RollBack);
        assert_eq!(plan.resolution(Some(&after)), Resolution::GoForward);
        assert_eq!(
            plan.resolution(Some(&later)),
            Resolution::Overtaken { epoch: Epoch(2) }
        );
    }
}
