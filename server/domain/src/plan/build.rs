//! Turns an accepted request into a plan.

use std::time::Duration;

use super::{Action, Guards, Plan, PlanKind, SeenDigest, Step, Undo, Waiver};
use crate::identity::Fqdn;
use crate::loss::{LossBudget, LossEvidence, LossStatement, state_loss};
use crate::observation::{Backlog, Observation};
use crate::ownership::{Chain, Side};
use crate::pool_state::{Admission, check_fail_back, check_fail_over, check_move_user};
use crate::refusal::Refusal;
use crate::request::{FailBackRequest, FailOverRequest, MoveUserRequest};

/// What to do about an accepted request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Carry out this plan as a new operation.
    Run(Box<Plan>),
    /// Go on with the operation that the same command began.
    Resume {
        /// The operation.
        operation: String,
    },
}

/// Plans `Invoke-CsPoolFailOver`.
pub fn plan_fail_over(seen: &Observation, request: &FailOverRequest) -> Result<Decision, Refusal> {
    let supersedes = match check_fail_over(seen, request)? {
        Admission::Resume { operation } => return Ok(Decision::Resume { operation }),
        Admission::Supersede { operation } => Some(operation),
        Admission::Start => None,
    };
    let backup = backup_of(seen, &request.pool)?;
    let waivers = waivers(
        request.disaster_mode,
        request.force,
        request.skip_data_verification,
    );
    let guards = guards(
        seen,
        &request.pool,
        [&request.pool, &backup],
        Side::Backup,
        waivers,
    );
    let source_is_up = seen.is_reachable(&request.pool);
    let is_quarantined = seen
        .pool(&request.pool)
        .is_some_and(|pool| pool.quarantined.is_some());
    let draft = Draft {
        kind: if request.disaster_mode {
            PlanKind::DisasterFailOver
        } else {
            PlanKind::FailOver
        },
        steps: if request.disaster_mode {
            disaster_fail_over_steps(&guards, source_is_up, request.services_stop_delay)
        } else {
            fail_over_steps(&guards, request)
        },
        warnings: if request.disaster_mode && source_is_up && !is_quarantined {
            vec![format!(
                "Pool \"{}\" answers. Without -DisasterMode nothing would be lost.",
                request.pool
            )]
        } else {
            Vec::new()
        },
        guards,
        supersedes,
    };
    finish(
        seen,
        draft,
        request.loss_budget.as_ref(),
        request.expected_plan,
    )
}

/// Plans `Invoke-CsPoolFailBack`.
pub fn plan_fail_back(seen: &Observation, request: &FailBackRequest) -> Result<Decision, Refusal> {
    let supersedes = match check_fail_back(seen, request)? {
        Admission::Resume { operation } => return Ok(Decision::Resume { operation }),
        Admission::Supersede { operation } => Some(operation),
        Admission::Start => None,
    };
    let backup = backup_of(seen, &request.pool)?;
    let waivers = waivers(
        request.disaster_mode,
        request.force,
        request.skip_data_verification,
    );
    let guards = guards(
        seen,
        &request.pool,
        [&backup, &request.pool],
        Side::Home,
        waivers,
    );
    let source_is_up = seen.is_reachable(&backup);
    let draft = Draft {
        kind: if request.disaster_mode {
            PlanKind::DisasterFailBack
        } else {
            PlanKind::FailBack
        },
        steps: if request.disaster_mode {
            disaster_fail_back_steps(&guards, source_is_up)
        } else {
            fail_back_steps(&guards, request)
        },
        warnings: if request.disaster_mode && source_is_up {
            vec![format!(
                "Pool \"{backup}\" answers. Without -DisasterMode nothing would be lost."
            )]
        } else {
            Vec::new()
        },
        guards,
        supersedes,
    };
    finish(
        seen,
        draft,
        request.loss_budget.as_ref(),
        request.expected_plan,
    )
}

/// Plans `Move-CsUser` for one user.
pub fn plan_move_user(seen: &Observation, request: &MoveUserRequest) -> Result<Plan, Refusal> {
    check_move_user(seen, request)?;
    let user = &request.user;
    let on = |pool: &Fqdn, action, undo| Step {
        action,
        on: pool.clone(),
        undo,
    };
    let (from, to) = (&request.from, &request.target);
    let mut steps = vec![on(to, Action::Prepare, Some(Undo::Forget))];
    if !request.force {
        steps.push(on(
            from,
            Action::LockUser { user: user.clone() },
            Some(Undo::UnlockUser),
        ));
        steps.push(on(
            to,
            Action::CopyUser { user: user.clone() },
            Some(Undo::DropCopy),
        ));
    }
    steps.push(on(to, Action::ChangeHome { user: user.clone() }, None));
    if !request.force || seen.is_reachable(from) {
        steps.push(on(from, Action::DropUserCopy { user: user.clone() }, None));
    }
    let epoch = chain(seen, from).epoch();
    let plan = Plan {
        kind: PlanKind::MoveUser {
            user: user.clone(),
            account_only: request.force,
        },
        guards: Guards {
            home: from.clone(),
            releasing: from.clone(),
            taking: to.clone(),
            current_epoch: epoch,
            next_epoch: epoch,
            topology_version: seen.topology_version,
            waivers: waivers(false, request.force, false),
        },
        steps,
        loss: None,
        warnings: if request.force {
            vec![format!(
                "The contacts, groups and meetings of user \"{user}\" are lost."
            )]
        } else {
            Vec::new()
        },
        supersedes: None,
        expected_duration: BASE_DURATION,
        users: 1,
    };
    as_shown(plan, request.expected_plan)
}

/// What a move costs when nothing has to be shipped: recording, transferring, redirecting.
const BASE_DURATION: Duration = Duration::from_millis(300);
/// The shipping rate that is assumed when none has been measured, in records per second.
const ASSUMED_RECORDS_PER_SECOND: u64 = 2_000;

struct Draft {
    kind: PlanKind,
    guards: Guards,
    steps: Vec<Step>,
    warnings: Vec<String>,
    supersedes: Option<String>,
}

fn finish(
    seen: &Observation,
    draft: Draft,
    budget: Option<&LossBudget>,
    expected: Option<SeenDigest>,
) -> Result<Decision, Refusal> {
    let observed = seen.pool(&draft.guards.home);
    let loss = draft
        .kind
        .is_disaster()
        .then(|| stated_loss(seen, &draft.guards));
    if let (Some(budget), Some(loss)) = (budget, &loss) {
        let excess = budget.check(loss);
        if !excess.is_empty() {
            return Err(Refusal::LossExceedsBudget {
                pool: draft.guards.home,
                excess,
            });
        }
    }
    let backlog = match &loss {
        Some(_) => Backlog::default(),
        None => observed.map(|pool| pool.backlog).unwrap_or_default(),
    };
    let plan = Plan {
        kind: draft.kind,
        guards: draft.guards,
        steps: draft.steps,
        loss,
        warnings: draft.warnings,
        supersedes: draft.supersedes,
        expected_duration: expected_duration(&backlog),
        users: observed.map_or(0, |pool| pool.homed_users),
    };
    as_shown(plan, expected).map(|plan| Decision::Run(Box::new(plan)))
}

/// Promise: what runs is what was shown.
fn as_shown(plan: Plan, expected: Option<SeenDigest>) -> Result<Plan, Refusal> {
    let now = plan.digest();
    match expected {
        Some(shown) if !shown.fits(now) => Err(Refusal::PlanChanged {
            pool: plan.guards.home,
            shown,
            now,
        }),
        Some(_) | None => Ok(plan),
    }
}

fn stated_loss(seen: &Observation, guards: &Guards) -> LossStatement {
    let nothing = LossEvidence::default();
    let evidence = seen
        .pool(&guards.home)
        .map_or(&nothing, |pool| &pool.evidence);
    state_loss(&guards.releasing, &guards.taking, evidence)
}

fn expected_duration(backlog: &Backlog) -> Duration {
    let rate = match backlog.records_per_second {
        0 => ASSUMED_RECORDS_PER_SECOND,
        measured => measured,
    };
    let work = backlog.records.saturating_add(backlog.files);
    BASE_DURATION.saturating_add(Duration::from_millis(work.saturating_mul(1_000) / rate))
}

fn backup_of(seen: &Observation, pool: &Fqdn) -> Result<Fqdn, Refusal> {
    match seen.topology.backup_of(pool) {
        Some(backup) => Ok(backup.fqdn.clone()),
        None => Err(Refusal::PoolNotPaired { pool: pool.clone() }),
    }
}

fn chain(seen: &Observation, home: &Fqdn) -> Chain {
    seen.pool(home)
        .map_or_else(Chain::new, |pool| pool.chain.clone())
}

fn guards(
    seen: &Observation,
    home: &Fqdn,
    [releasing, taking]: [&Fqdn; 2],
    side: Side,
    waivers: Vec<Waiver>,
) -> Guards {
    let current_epoch = chain(seen, home).epoch();
    Guards {
        home: home.clone(),
        releasing: releasing.clone(),
        taking: taking.clone(),
        current_epoch,
        next_epoch: current_epoch.next_for(side),
        topology_version: seen.topology_version,
        waivers,
    }
}

fn waivers(disaster_mode: bool, force: bool, skip_data_verification: bool) -> Vec<Waiver> {
    [
        disaster_mode.then_some(Waiver::DisasterMode),
        force.then_some(Waiver::Force),
        skip_data_verification.then_some(Waiver::SkipDataVerification),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn step(on: &Fqdn, action: Action, undo: Option<Undo>) -> Step {
    Step {
        action,
        on: on.clone(),
        undo,
    }
}

fn fail_over_steps(guards: &Guards, request: &FailOverRequest) -> Vec<Step> {
    let (from, to) = (&guards.releasing, &guards.taking);
    let mut steps = vec![
        step(to, Action::Prepare, Some(Undo::Forget)),
        step(from, Action::Freeze, Some(Undo::Thaw)),
    ];
    if request.flush_storage_service {
        steps.push(step(from, Action::FlushStorage, Some(Undo::Nothing)));
    }
    steps.push(step(
        from,
        Action::Ship {
            wait: request.wait_time,
        },
        Some(Undo::Nothing),
    ));
    if !request.skip_data_verification {
        steps.push(step(to, Action::Verify, Some(Undo::Nothing)));
    }
    let drain = request.services_stop_delay;
    steps.push(step(
        from,
        Action::StopServices { drain },
        Some(Undo::RestartServices),
    ));
    steps.extend(transfer(guards, true));
    steps
}

fn disaster_fail_over_steps(guards: &Guards, source_is_up: bool, drain: Duration) -> Vec<Step> {
    let mut steps = vec![
        step(&guards.taking, Action::Prepare, Some(Undo::Forget)),
        step(&guards.taking, Action::StateLoss, Some(Undo::Nothing)),
    ];
    if source_is_up {
        // Front End servers that still answer must stop before another pool serves their users.
        steps.push(step(
            &guards.releasing,
            Action::StopServices { drain },
            Some(Undo::RestartServices),
        ));
    }
    steps.extend(transfer(guards, source_is_up));
    steps
}

fn fail_back_steps(guards: &Guards, request: &FailBackRequest) -> Vec<Step> {
    let (from, to) = (&guards.releasing, &guards.taking);
    let mut steps = vec![
        step(to, Action::Prepare, Some(Undo::Forget)),
        step(from, Action::Freeze, Some(Undo::Thaw)),
        step(
            from,
            Action::Ship {
                wait: request.wait_time,
            },
            Some(Undo::Nothing),
        ),
    ];
    if !request.skip_data_verification {
        steps.push(step(to, Action::Verify, Some(Undo::Nothing)));
    }
    steps.push(step(to, Action::StartServices, Some(Undo::StopServices)));
    steps.extend(transfer(guards, true));
    steps
}

fn disaster_fail_back_steps(guards: &Guards, source_is_up: bool) -> Vec<Step> {
    let mut steps = vec![
        step(&guards.taking, Action::Prepare, Some(Undo::Forget)),
        step(&guards.taking, Action::StateLoss, Some(Undo::Nothing)),
    ];
    if source_is_up {
        steps.push(step(&guards.releasing, Action::Freeze, Some(Undo::Thaw)));
    }
    steps.push(step(
        &guards.taking,
        Action::StartServices,
        Some(Undo::StopServices),
    ));
    steps.extend(transfer(guards, source_is_up));
    steps
}

/// The commit point and what follows it. A pool that cannot be told of the new epoch learns of it when it starts.
fn transfer(guards: &Guards, releasing_is_up: bool) -> Vec<Step> {
    let epoch = guards.next_epoch;
    let mut steps = vec![step(&guards.taking, Action::TakeOwnership { epoch }, None)];
    if releasing_is_up {
        steps.push(step(
            &guards.releasing,
            Action::ReleaseOwnership { epoch },
            None,
        ));
    }
    steps.push(step(&guards.taking, Action::RedirectUsers, None));
    steps
}
