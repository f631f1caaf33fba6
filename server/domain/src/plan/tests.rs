//! Plans: their steps, their digest, what they promise.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::backup::{BackupModule, DocumentKind};
use crate::fixtures::{healthy_pair, pool_mut, pool1, pool2, set_down, set_state};
use crate::loss::{Bound, HeadReport, ImportReport, LossBudget, Tally};
use crate::observation::Observation;
use crate::ownership::{Position, Side};
use crate::pool_state::{FailBackPhase, FailOverPhase};
use crate::refusal::Refusal;
use crate::request::{FailBackRequest, FailOverRequest, MoveUserRequest};

fn over(seen: &Observation, request: &FailOverRequest) -> Plan {
    match plan_fail_over(seen, request).unwrap() {
        Decision::Run(plan) => *plan,
        Decision::Resume { operation } => panic!("would resume {operation}"),
    }
}

fn back(seen: &Observation, request: &FailBackRequest) -> Plan {
    match plan_fail_back(seen, request).unwrap() {
        Decision::Run(plan) => *plan,
        Decision::Resume { operation } => panic!("would resume {operation}"),
    }
}

fn steps(plan: &Plan) -> Vec<(&'static str, String)> {
    plan.steps
        .iter()
        .map(|step| {
            (
                step.action.name(),
                step.on.as_str().chars().take(5).collect(),
            )
        })
        .collect()
}

fn named<'a>(steps: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    steps
        .iter()
        .map(|(name, on)| (*name, on.as_str()))
        .collect()
}

/// Pool1 is down; 20 records and 4 files were written, 12 and 3 had arrived.
fn struck() -> Observation {
    let mut seen = healthy_pair();
    set_down(&mut seen, &pool1());
    let tally = |count| Tally {
        count,
        bytes: count * 100,
    };
    let evidence = &mut pool_mut(&mut seen, &pool1()).evidence;
    evidence.last_heartbeat = Some(HeadReport {
        head: Position {
            epoch: Epoch(0),
            sequence: 24,
        },
        written: [
            (DocumentKind::Contact, tally(20)),
            (DocumentKind::ConferenceContent, tally(4)),
        ]
        .into(),
        age: Duration::from_secs(65),
        is_final: false,
    });
    for (module, kind, count) in [
        (BackupModule::PresenceFocus, DocumentKind::Contact, 12),
        (BackupModule::DataConf, DocumentKind::ConferenceContent, 3),
    ] {
        evidence.imported.insert(
            module,
            ImportReport {
                imported: Position {
                    epoch: Epoch(0),
                    sequence: 15,
                },
                contained: Some([(kind, tally(count))].into()),
                copy_age: Some(Duration::from_secs(70)),
            },
        );
    }
    seen
}

#[test]
fn a_planned_failover() {
    let plan = over(&healthy_pair(), &FailOverRequest::planned(pool1()));
    assert_eq!(
        named(&steps(&plan)),
        [
            ("Prepare", "pool2"),
            ("Freeze", "pool1"),
            ("Ship", "pool1"),
            ("Verify", "pool2"),
            ("StopServices", "pool1"),
            ("TakeOwnership", "pool2"),
            ("ReleaseOwnership", "pool1"),
            ("RedirectUsers", "pool2"),
        ]
    );
    assert_eq!(
        (plan.guards.current_epoch, plan.guards.next_epoch),
        (Epoch(0), Epoch(1))
    );
    assert_eq!(plan.loss, None);
    assert_eq!(plan.point_of_no_return(), 5);
    assert_eq!(
        plan.state_during(2),
        PoolState::FailingOver(FailOverPhase::Shipping)
    );
    assert_eq!(plan.state_during(99), PoolState::FailedOver);
}

#[test]
fn switches_add_and_remove_steps() {
    let request = FailOverRequest {
        flush_storage_service: true,
        skip_data_verification: true,
        ..FailOverRequest::planned(pool1())
    };
    let plan = over(&healthy_pair(), &request);
    let names: Vec<&str> = plan.steps.iter().map(|step| step.action.name()).collect();
    assert!(names.contains(&"FlushStorage") && !names.contains(&"Verify"));
    assert_eq!(plan.guards.waivers, [Waiver::SkipDataVerification]);
}

#[test]
fn a_disaster_failover_states_its_loss_before_it_takes_over() {
    let plan = over(&struck(), &FailOverRequest::disaster(pool1()));
    assert_eq!(
        named(&steps(&plan)),
        [
            ("Prepare", "pool2"),
            ("StateLoss", "pool2"),
            ("TakeOwnership", "pool2"),
            ("RedirectUsers", "pool2")
        ]
    );
    let loss = plan.loss.as_ref().unwrap();
    assert_eq!(
        (loss.records(), loss.files()),
        (Bound::AtLeast(8), Bound::AtLeast(1))
    );
    assert!(
        plan.describe()
            .iter()
            .any(|line| line.contains("at least 8 records and at least 1 files"))
    );
}

#[test]
fn a_disaster_failover_of_a_pool_that_answers_stops_it_and_says_so() {
    let plan = over(&healthy_pair(), &FailOverRequest::disaster(pool1()));
    let names: Vec<&str> = plan.steps.iter().map(|step| step.action.name()).collect();
    assert!(names.contains(&"StopServices") && names.contains(&"ReleaseOwnership"));
    assert!(plan.warnings[0].contains("Without -DisasterMode nothing would be lost"));
}

#[test]
fn a_failback_starts_the_services_while_it_can_still_be_taken_back() {
    let mut seen = healthy_pair();
    set_state(&mut seen, &pool1(), PoolState::FailedOver);
    let plan = back(&seen, &FailBackRequest::planned(pool1()));
    assert_eq!(
        named(&steps(&plan)),
        [
            ("Prepare", "pool1"),
            ("Freeze", "pool2"),
            ("Ship", "pool2"),
            ("Verify", "pool1"),
            ("StartServices", "pool1"),
            ("TakeOwnership", "pool1"),
            ("ReleaseOwnership", "pool2"),
            ("RedirectUsers", "pool1"),
        ]
    );
    assert_eq!(plan.guards.next_epoch, Epoch(2));
    assert_eq!(
        plan.state_during(5),
        PoolState::FailingBack(FailBackPhase::Transferring)
    );
    assert_eq!(plan.state_after(), PoolState::Normal);
}

#[test]
fn a_disaster_failback_takes_an_epoch_above_any_that_the_lost_pool_can_have() {
    let mut seen = healthy_pair();
    set_state(&mut seen, &pool1(), PoolState::FailedOver);
    set_down(&mut seen, &pool2());
    let plan = back(&seen, &FailBackRequest::disaster(pool1()));
    assert_eq!(plan.guards.next_epoch, Epoch(2));
    assert_eq!(plan.loss.as_ref().unwrap().lost, pool2());
    assert!(
        !plan.steps.iter().any(|step| step.on == pool2()),
        "pool2 does not answer"
    );
}

#[test]
fn a_loss_above_the_budget_is_refused_with_the_difference() {
    let budget: LossBudget = "records=5,age=2min".parse().unwrap();
    let request = FailOverRequest {
        loss_budget: Some(budget),
        ..FailOverRequest::disaster(pool1())
    };
    let refusal = plan_fail_over(&struck(), &request).unwrap_err();
    assert_eq!(refusal.id(), "LossExceedsBudget");
    assert!(
        refusal
            .to_string()
            .contains("records: at least 8, 5 allowed (3 over)"),
        "{refusal}"
    );
    let enough = FailOverRequest {
        loss_budget: "records=8,age=2min".parse().ok(),
        ..request
    };
    assert!(plan_fail_over(&struck(), &enough).is_ok());
}

#[test]
fn what_runs_is_what_was_shown() {
    let shown = over(&healthy_pair(), &FailOverRequest::planned(pool1())).digest();
    let confirmed = FailOverRequest {
        expected_plan: Some(shown),
        ..FailOverRequest::planned(pool1())
    };
    let mut seen = healthy_pair();
    assert_eq!(over(&seen, &confirmed).digest(), shown);
    let observed = pool_mut(&mut seen, &pool1());
    observed.backlog.records = 5_000;
    observed.homed_users = 12;
    assert_eq!(
        over(&seen, &confirmed).digest(),
        shown,
        "what has to be shipped changes by itself"
    );
    seen.topology_version += 1;
    let refusal = plan_fail_over(&seen, &confirmed).unwrap_err();
    assert_eq!(refusal.id(), "PlanChanged");
    assert!(refusal.to_string().contains(&shown.to_string()));
}

#[test]
fn a_loss_that_grew_is_another_plan_but_its_age_is_not() {
    let mut seen = struck();
    let digest = |seen: &Observation| over(seen, &FailOverRequest::disaster(pool1())).digest();
    let shown = digest(&seen);
    pool_mut(&mut seen, &pool1())
        .evidence
        .last_heartbeat
        .as_mut()
        .unwrap()
        .age += Duration::from_secs(60);
    assert_eq!(digest(&seen), shown);
    let evidence = &mut pool_mut(&mut seen, &pool1()).evidence;
    evidence
        .last_heartbeat
        .as_mut()
        .unwrap()
        .written
        .get_mut(&DocumentKind::Contact)
        .unwrap()
        .count += 1;
    assert_ne!(digest(&seen), shown);
}

#[test]
fn every_switch_changes_the_digest() {
    let seen = healthy_pair();
    let base = FailOverRequest::planned(pool1());
    let variants = [
        base.clone(),
        FailOverRequest {
            disaster_mode: true,
            ..base.clone()
        },
        FailOverRequest {
            force: true,
            ..base.clone()
        },
        FailOverRequest {
            flush_storage_service: true,
            ..base.clone()
        },
        FailOverRequest {
            skip_data_verification: true,
            ..base.clone()
        },
        FailOverRequest {
            wait_time: Duration::from_secs(16),
            ..base.clone()
        },
        FailOverRequest {
            services_stop_delay: Duration::from_secs(1),
            ..base.clone()
        },
        FailOverRequest {
            pool: pool2(),
            ..base
        },
    ];
    let mut seen_by_both = seen;
    seen_by_both.central_management = crate::observation::CentralManagement::NotDeployed;
    let topology = std::sync::Arc::make_mut(&mut seen_by_both.topology);
    topology.pools.retain(|pool| pool.kind.is_front_end());
    let digests: std::collections::BTreeSet<String> = variants
        .iter()
        .map(|request| over(&seen_by_both, request).digest().to_string())
        .collect();
    assert_eq!(digests.len(), variants.len());
}

#[test]
fn a_digest_reads_back() {
    let digest = over(&healthy_pair(), &FailOverRequest::planned(pool1())).digest();
    assert_eq!(digest.to_string().parse(), Ok(digest));
    for text in [
        "",
        "abc",
        "+2345678901234567890123456789012",
        &"g".repeat(32),
    ] {
        assert!(text.parse::<Digest>().is_err(), "{text:?} was accepted");
    }
}

#[test]
fn an_interrupted_failover_goes_on() {
    let mut seen = healthy_pair();
    seen.open_operations
        .push(crate::observation::OpenOperation {
            id: "op-1".into(),
            kind: OperationKind::FailOver,
            pool: pool1(),
            disaster_mode: false,
        });
    assert_eq!(
        plan_fail_over(&seen, &FailOverRequest::planned(pool1())),
        Ok(Decision::Resume {
            operation: "op-1".into()
        })
    );
    set_down(&mut seen, &pool1());
    let plan = over(&seen, &FailOverRequest::disaster(pool1()));
    assert_eq!(plan.supersedes.as_deref(), Some("op-1"));
    assert!(plan.describe().iter().any(|line| line.contains("op-1")));
}

fn move_user(force: bool) -> Plan {
    let request = MoveUserRequest {
        user: SipUri::parse("sip:kenmyer@contoso.com").unwrap(),
        from: pool1(),
        target: pool2(),
        force,
        move_conference_data: false,
        expected_plan: None,
    };
    plan_move_user(&healthy_pair(), &request).unwrap()
}

#[test]
fn moving_a_user_takes_the_data_along_unless_forced() {
    let names = |plan: &Plan| {
        plan.steps
            .iter()
            .map(|step| step.action.name())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names(&move_user(false)),
        [
            "Prepare",
            "LockUser",
            "CopyUser",
            "ChangeHome",
            "DropUserCopy"
        ]
    );
    let forced = move_user(true);
    assert_eq!(names(&forced), ["Prepare", "ChangeHome", "DropUserCopy"]);
    assert!(forced.warnings[0].contains("are lost"));
}

#[test]
fn a_pool_is_ready_or_says_why_not() {
    let ready = readiness(&healthy_pair(), &pool1(), None);
    assert!(ready.planned.is_ready() && ready.disaster.is_ready());
    let struck = readiness(
        &struck(),
        &pool1(),
        "records=0,age=1h".parse().ok().as_ref(),
    );
    assert!(matches!(
        &struck.planned,
        Prospect::Refused(Refusal::PoolUnreachable { .. })
    ));
    assert!(struck.disaster.is_ready());
    assert_eq!(struck.excess.len(), 1);
    let mut down = healthy_pair();
    set_down(&mut down, &pool2());
    let down = readiness(&down, &pool1(), None);
    assert!(!down.planned.is_ready() && !down.disaster.is_ready() && down.loss.is_none());
}

#[test]
fn a_backlog_takes_time() {
    let mut seen = healthy_pair();
    let quick = over(&seen, &FailOverRequest::planned(pool1())).expected_duration;
    assert!(quick < Duration::from_secs(1));
    let backlog = &mut pool_mut(&mut seen, &pool1()).backlog;
    backlog.records = 10_000;
    backlog.records_per_second = 1_000;
    assert_eq!(
        over(&seen, &FailOverRequest::planned(pool1())).expected_duration,
        quick + Duration::from_secs(10)
    );
}

proptest! {
    /// What every plan of a failover or failback promises.
    #[test]
    fn plans_keep_their_promises(
        disaster_mode: bool, force: bool, flush_storage_service: bool, skip_data_verification: bool,
        away: bool, up in any::<[bool; 2]>(), takeovers in 0..6u64,
    ) {
        let mut seen = healthy_pair();
        let state = if away { PoolState::FailedOver } else { PoolState::Normal };
        set_state(&mut seen, &pool1(), state);
        let observed = pool_mut(&mut seen, &pool1());
        for _ in 0..takeovers {
            let next = observed.chain.owner().other();
            observed.chain = observed.chain.taken_over(next, 10, observed.chain.epoch());
            let back = observed.chain.owner().other();
            observed.chain = observed.chain.taken_over(back, 10, observed.chain.epoch());
        }
        let chain = observed.chain.clone();
        for (pool, up) in [pool1(), pool2()].iter().zip(up) {
            if !up { set_down(&mut seen, pool); }
        }
        let over = plan_fail_over(&seen, &FailOverRequest {
            disaster_mode, force, flush_storage_service, skip_data_verification,
            ..FailOverRequest::planned(pool1())
        });
        let back = plan_fail_back(&seen, &FailBackRequest {
            disaster_mode, force, skip_data_verification, ..FailBackRequest::planned(pool1())
        });
        for plan in [over, back].into_iter().flatten() {
            let Decision::Run(plan) = plan else { continue };
            // The epoch is new, and its parity names the pool that takes over.
            prop_assert!(plan.guards.next_epoch > chain.epoch());
            let side = if plan.guards.taking == pool1() { Side::Home } else { Side::Backup };
            prop_assert_eq!(plan.guards.next_epoch.owner(), side);
            // Homed is not served: the home pool stays.
            prop_assert_eq!(&plan.guards.home, &pool1());
            // The commit point is one step, on the pool that takes over; every step before it can be taken back.
            let commit = plan.point_of_no_return();
            prop_assert_eq!(&plan.steps[commit].action, &Action::TakeOwnership { epoch: plan.guards.next_epoch });
            prop_assert_eq!(&plan.steps[commit].on, &plan.guards.taking);
            prop_assert!(plan.steps[commit..].iter().all(|step| step.undo.is_none()));
            // Planned means lossless: frozen before shipped, shipped before the commit point. Disaster means named.
            let at = |name: &str| plan.steps.iter().position(|step| step.action.name() == name);
            prop_assert_eq!(plan.loss.is_some(), plan.kind.is_disaster());
            if plan.kind.is_disaster() {
                prop_assert!(at("StateLoss").is_some_and(|stated| stated < commit));
            } else {
                prop_assert!(at("Freeze") < at("Ship") && at("Ship").is_some_and(|shipped| shipped < commit));
                prop_assert_eq!(at("Verify").is_none(), skip_data_verification);
            }
            // No step needs a pool that does not answer.
            for step in &plan.steps {
                prop_assert!(seen.is_reachable(&step.on), "{step:?}");
            }
            // Every step has its sentence.
            prop_assert!(plan.steps.iter().all(|step| plan.sentence(step).ends_with('.')));
        }
    }
}
