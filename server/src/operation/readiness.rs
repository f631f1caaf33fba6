//! Readiness, computed with every heartbeat, so that the answer is there when the pool is not.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tandem_domain::identity::Fqdn;
use tandem_domain::loss::LossStatement;
use tandem_domain::observation::OperationKind;
use tandem_domain::plan::{Decision, Prospect, plan_fail_back, readiness};
use tandem_domain::pool_state::PoolState;
use tandem_domain::refusal::Refusal;
use tandem_domain::request::FailBackRequest;

use super::{Error, Operations, Seen};

/// Whether a pool could be moved, as of one moment.
#[derive(Clone, Debug)]
pub struct ReadinessReport {
    /// The home pool.
    pub pool: Fqdn,
    /// `Normal`, `FailingOver`, `FailedOver` or `FailingBack`.
    pub state: &'static str,
    /// The pool that serves its users.
    pub serving: Fqdn,
    /// How long the move that is possible next would take; `None` when it would be refused.
    pub expected: Option<Duration>,
    /// Why it would be refused.
    pub refusal: Option<Refusal>,
    /// The interrupted operation that stands in the way.
    pub interrupted: Option<String>,
    /// What a disaster at this moment would lose.
    pub loss: Option<LossStatement>,
    /// When it was computed.
    pub at: SystemTime,
}

impl ReadinessReport {
    /// The command to give next.
    #[must_use]
    pub fn recommendation(&self) -> String {
        if let Some(id) = &self.interrupted {
            return format!("Resume-TandemOperation -Identity {id}");
        }
        match (&self.refusal, self.state) {
            (Some(refusal), _) => refusal.recommendation(),
            (None, "FailedOver" | "FailingBack") => {
                format!("Invoke-CsPoolFailBack -PoolFqdn {} -WhatIf", self.pool)
            }
            (None, _) => format!("Invoke-CsPoolFailOver -PoolFqdn {} -WhatIf", self.pool),
        }
    }
}

/// The latest answers.
pub(super) type Latest = Mutex<BTreeMap<Fqdn, ReadinessReport>>;

impl Operations {
    /// The latest answers, of all paired pools that this node knows about.
    #[must_use]
    pub fn readiness(&self) -> Vec<ReadinessReport> {
        let latest = self
            .inner
            .readiness
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        latest.values().cloned().collect()
    }

    /// Computes readiness anew from what this node has heard.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn refresh_readiness(&self) -> Result<(), Error> {
        let seen = self.collect().await?;
        let reports = seen
            .observation
            .pools
            .keys()
            .filter(|pool| self.inner.ownership.get(pool).is_some())
            .filter(|pool| seen.observation.topology.backup_of(pool).is_some())
            .map(|pool| (pool.clone(), report(&seen, pool)))
            .collect();
        *self
            .inner
            .readiness
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = reports;
        Ok(())
    }
}

fn report(seen: &Seen, pool: &Fqdn) -> ReadinessReport {
    let observation = &seen.observation;
    let rested = observation.state(pool);
    let is_away = rested.is_away();
    let backup = observation
        .topology
        .backup_of(pool)
        .map_or(pool, |backup| &backup.fqdn);
    let state = match (
        observation.open_operation(pool).map(|open| open.kind),
        rested,
    ) {
        (Some(OperationKind::FailOver), _) => "FailingOver",
        (Some(OperationKind::FailBack), _) => "FailingBack",
        (Some(OperationKind::MoveUser) | None, PoolState::FailedOver) => "FailedOver",
        (Some(OperationKind::MoveUser) | None, PoolState::Normal) => "Normal",
        (Some(OperationKind::MoveUser) | None, PoolState::FailingOver(_)) => "FailingOver",
        (Some(OperationKind::MoveUser) | None, PoolState::FailingBack(_)) => "FailingBack",
    };
    let (next, loss) = if is_away {
        let planned = plan_fail_back(observation, &FailBackRequest::planned(pool.clone()));
        let lost = plan_fail_back(observation, &FailBackRequest::disaster(pool.clone()));
        let loss = match lost {
            Ok(Decision::Run(plan)) => plan.loss,
            Ok(Decision::Resume { .. }) | Err(_) => None,
        };
        (prospect(planned), loss)
    } else {
        let answer = readiness(observation, pool, None);
        (answer.planned, answer.loss)
    };
    let (expected, refusal, interrupted) = match next {
        Prospect::Ready {
            expected_duration, ..
        } => (Some(expected_duration), None, None),
        Prospect::Interrupted { operation } => (None, None, Some(operation)),
        Prospect::Refused(refusal) => (None, Some(refusal), None),
    };
    ReadinessReport {
        pool: pool.clone(),
        state,
        serving: if is_away {
            backup.clone()
        } else {
            pool.clone()
        },
        expected,
        refusal,
        interrupted,
        loss,
        at: seen.at,
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
