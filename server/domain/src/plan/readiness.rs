//! Would a failover of this pool succeed now, how long would it take, and what would be lost?

use std::time::Duration;

use super::{Decision, Plan, plan_fail_over};
use crate::identity::Fqdn;
use crate::loss::{Excess, LossBudget, LossStatement};
use crate::observation::{Observation, Reach};
use crate::refusal::Refusal;
use crate::request::FailOverRequest;

/// The answer for one way of failing over.
#[derive(Clone, Debug, PartialEq)]
pub enum Prospect {
    /// It would start.
    Ready {
        /// How long it is expected to take.
        expected_duration: Duration,
        /// The plan that would run.
        plan: Box<Plan>,
    },
    /// The command would go on with an operation that was interrupted.
    Interrupted {
        /// The operation.
        operation: String,
    },
    /// It would be refused.
    Refused(Refusal),
}

impl Prospect {
    /// Whether the command would do something.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        match self {
            Self::Ready { .. } | Self::Interrupted { .. } => true,
            Self::Refused(_) => false,
        }
    }
}

/// How ready a pool is.
#[derive(Clone, Debug, PartialEq)]
pub struct Readiness {
    /// The pool.
    pub pool: Fqdn,
    /// A planned failover now.
    pub planned: Prospect,
    /// A disaster failover, should the pool be lost this moment.
    pub disaster: Prospect,
    /// What that would lose.
    pub loss: Option<LossStatement>,
    /// Where that exceeds the budget.
    pub excess: Vec<Excess>,
}

/// Answers both questions from one observation.
#[must_use]
pub fn readiness(seen: &Observation, pool: &Fqdn, budget: Option<&LossBudget>) -> Readiness {
    let planned = prospect(plan_fail_over(
        seen,
        &FailOverRequest::planned(pool.clone()),
    ));
    let mut struck = seen.clone();
    if let Some(observed) = struck.pools.get_mut(pool) {
        observed.reach = match observed.reach {
            Reach::Reachable => Reach::Unreachable {
                silent_for: Some(Duration::ZERO),
            },
            already @ Reach::Unreachable { .. } => already,
        };
    }
    let disaster = prospect(plan_fail_over(
        &struck,
        &FailOverRequest::disaster(pool.clone()),
    ));
    let loss = match &disaster {
        Prospect::Ready { plan, .. } => plan.loss.clone(),
        Prospect::Interrupted { .. } | Prospect::Refused(_) => None,
    };
    let excess = match (budget, &loss) {
        (Some(budget), Some(loss)) => budget.check(loss),
        (Some(_), None) | (None, _) => Vec::new(),
    };
    Readiness {
        pool: pool.clone(),
        planned,
        disaster,
        loss,
        excess,
    }
}

fn prospect(decision: Result<Decision, Refusal>) -> Prospect {
    match decision {
        Ok(Decision::Run(plan)) => Prospect::Ready {
            expected_duration: plan.expected_duration,
            plan,
        },
        Ok(Decision::Resume { operation }) => Prospect::Interrupted { operation },
        Err(refusal) => Prospect::Refused(refusal),
    }
}
