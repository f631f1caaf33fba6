//! Plans: their steps, their digest, what they promise.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::backup::{BackupModule, DocumentKind};
use crate::fixtures::{healthy_pair, pool_mut, pool1, pool2, set_down, set_state};
use crate::loss::{Bound, HeadReport, ImportReport, LossBudget, Tally};
use crate::observation::Observation;
use crate::ownership::Position;
use crate::pool_state::{FailBackPhase, FailOverPhase};
use crate::refusal::Refusal;
use crate::request::{FailBackRequest, FailOverRequest, MoveUserRequest};

mod promises;

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
    assert!(plan.summary().ends_with("the rest is kept for salvage."));
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
            .any(|line| line.contains("records: at least 8, files: at least 1"))
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
        expected_plan: Some(shown.into()),
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
        assert!(text.parse::<SeenDigest>().is_err(), "{text:?} was accepted");
    }
    // What a plan is shown with is enough, and so is anything longer.
    let whole = digest.to_string();
    for digits in [12, 13, 31, 32] {
        let seen: SeenDigest = whole[..digits].to_ascii_uppercase().parse().unwrap();
        assert!(seen.fits(digest), "{digits}");
        assert_eq!(seen.to_string(), whole[..digits]);
        let other = over(&struck(), &FailOverRequest::disaster(pool1())).digest();
        assert!(!seen.fits(other), "{digits}");
    }
    assert!(whole[..11].parse::<SeenDigest>().is_err());
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

#[test]
fn a_plan_reads_as_sentences() {
    let with_users = |mut seen: Observation| {
        pool_mut(&mut seen, &pool1()).homed_users = 2_000;
        seen
    };
    let planned = over(
        &with_users(healthy_pair()),
        &FailOverRequest::planned(pool1()),
    );
    insta::assert_snapshot!(planned.describe().join("\n"), @r#"
    Fail over pool "pool1.contoso.com": its 2000 users will be served by pool "pool2.contoso.com". Nothing is lost.
    1. Record the operation on pool "pool2.contoso.com" and compare what was planned with what is.
    2. Refuse further writes of the users of pool "pool1.contoso.com" on pool "pool1.contoso.com".
    3. Ship everything that pool "pool2.contoso.com" does not have yet from pool "pool1.contoso.com", for at most 15 s.
    4. Compare the data on pool "pool1.contoso.com" and pool "pool2.contoso.com".
    5. Stop the services of pool "pool1.contoso.com" and sign its users out.
    6. Let pool "pool2.contoso.com" serve the users of pool "pool1.contoso.com", at epoch 1. From here on there is no way back.
    7. Tell pool "pool1.contoso.com" that epoch 1 is in force and that it no longer serves the users of pool "pool1.contoso.com".
    8. Redirect the users of pool "pool1.contoso.com" to pool "pool2.contoso.com".
    Expected duration: 300 ms. Plan f0ad27a74b775e9fde8f91b4907a6152.
    "#);
    let disaster = over(&with_users(struck()), &FailOverRequest::disaster(pool1()));
    insta::assert_snapshot!(disaster.describe().join("\n"), @r#"
    Fail over pool "pool1.contoso.com" in disaster mode: its 2000 users will be served by pool "pool2.contoso.com" from its last backup.
    Loss: records: at least 8, files: at least 1. Pool "pool1.contoso.com" acknowledged them and pool "pool2.contoso.com" does not have them.
      contact: at least 8 (at least 800 bytes)
      conference_content: at least 1 (at least 100 bytes)
    No write older than 1 min 10 s is lost: the copy was complete then.
    The counts end with the last heartbeat, 1 min 5 s ago. What pool "pool1.contoso.com" acknowledged after it cannot be counted from here.
    1. Record the operation on pool "pool2.contoso.com" and compare what was planned with what is.
    2. Record the loss that is accepted.
    3. Let pool "pool2.contoso.com" serve the users of pool "pool1.contoso.com", at epoch 1. From here on there is no way back.
    4. Redirect the users of pool "pool1.contoso.com" to pool "pool2.contoso.com".
    Expected duration: 300 ms. Plan 230d883302d8611a7c9527b717053c87.
    "#);
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
