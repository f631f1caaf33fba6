//! The transition table, row by row, and what holds for every refusal.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::fixtures::{
    fqdn, healthy_pair, pool_mut, pool1, pool2, set_down, set_next_hop, set_state,
};
use crate::identity::SipUri;
use crate::observation::{CentralManagement, Observation, OpenOperation, OperationKind, Reach};
use crate::ownership::QuarantineReason;
use crate::refusal::{Category, Refusal};
use crate::request::{FailBackRequest, FailOverRequest, MoveUserRequest};

mod any;
mod interrupted;

type Change = fn(&mut Observation);

fn after(change: Change) -> Observation {
    let mut seen = healthy_pair();
    change(&mut seen);
    seen
}

fn planned(change: Change) -> Result<Admission, Refusal> {
    check_fail_over(&after(change), &FailOverRequest::planned(pool1()))
}

/// With `-DisasterMode` and `-Force`.
fn disaster(change: Change) -> Result<Admission, Refusal> {
    let request = FailOverRequest {
        force: true,
        ..FailOverRequest::disaster(pool1())
    };
    check_fail_over(&after(change), &request)
}

fn back(change: Change) -> Result<Admission, Refusal> {
    check_fail_back(&after(change), &FailBackRequest::planned(pool1()))
}

fn back_in_disaster(change: Change) -> Result<Admission, Refusal> {
    let request = FailBackRequest {
        force: true,
        ..FailBackRequest::disaster(pool1())
    };
    check_fail_back(&after(change), &request)
}

fn id(outcome: Result<Admission, Refusal>) -> &'static str {
    outcome.unwrap_err().id()
}

const FAILED_OVER: Change = |seen| set_state(seen, &pool1(), PoolState::FailedOver);

#[test]
fn an_unknown_pool() {
    let seen = healthy_pair();
    for outcome in [
        check_fail_over(&seen, &FailOverRequest::disaster(fqdn("pool9.contoso.com"))),
        check_fail_back(&seen, &FailBackRequest::disaster(fqdn("pool9.contoso.com"))),
    ] {
        let refusal = outcome.unwrap_err();
        assert_eq!(
            (refusal.id(), refusal.category()),
            ("PoolNotFound", Category::ObjectNotFound)
        );
        assert!(refusal.to_string().contains("pool9.contoso.com"));
    }
    let edge = check_fail_over(&seen, &FailOverRequest::planned(fqdn("edge.contoso.com")));
    assert_eq!(id(edge), "PoolNotFrontEnd");
}

#[test]
fn an_unpaired_pool() {
    let unpair: Change = |seen| {
        for pool in &mut Arc::make_mut(&mut seen.topology).pools {
            pool.backup_pool = None;
        }
    };
    assert_eq!(id(planned(unpair)), "PoolNotPaired");
    assert_eq!(id(disaster(unpair)), "PoolNotPaired");
    assert_eq!(id(back(unpair)), "PoolNotPaired");
}

#[test]
fn both_normal() {
    assert_eq!(planned(|_| {}), Ok(Admission::Start));
    assert_eq!(disaster(|_| {}), Ok(Admission::Start));
}

#[test]
fn an_unreachable_pool_needs_disaster_mode() {
    let down: Change = |seen| set_down(seen, &pool1());
    let refusal = planned(down).unwrap_err();
    assert_eq!(refusal.id(), "PoolUnreachable");
    assert!(refusal.to_string().contains("1 min 5 s ago"), "{refusal}");
    assert!(
        refusal
            .recommendation()
            .contains("Invoke-CsPoolFailOver -PoolFqdn pool1.contoso.com -DisasterMode")
    );
    assert!(refusal.waiver().unwrap().starts_with("-DisasterMode"));
    assert_eq!(disaster(down), Ok(Admission::Start));

    let back_end_down: Change = |seen| pool_mut(seen, &pool1()).back_end_available = false;
    assert_eq!(id(planned(back_end_down)), "PoolBackEndUnavailable");
    assert_eq!(disaster(back_end_down), Ok(Admission::Start));

    let never_heard_of: Change = |seen| drop(seen.pools.remove(&pool1()));
    assert_eq!(id(planned(never_heard_of)), "PoolUnreachable");
    assert_eq!(disaster(never_heard_of), Ok(Admission::Start));
}

#[test]
fn the_seed_rule_comes_first_and_nothing_overrides_it() {
    let partner_away: Change = |seen| {
        set_state(seen, &pool2(), PoolState::FailedOver);
        set_next_hop(seen, &pool1());
        set_down(seen, &pool2());
        seen.central_management = CentralManagement::Available { active: pool1() };
    };
    for outcome in [planned(partner_away), disaster(partner_away)] {
        let refusal = outcome.unwrap_err();
        assert_eq!(
            (refusal.id(), refusal.category()),
            ("PartnerPoolFailedOver", Category::InvalidOperation)
        );
        let message = refusal.to_string();
        assert!(message.contains("pool1.contoso.com") && message.contains("pool2.contoso.com"));
        let mend = refusal.recommendation();
        let (first, then) = (
            mend.find("Invoke-CsPoolFailBack -PoolFqdn pool2"),
            mend.find("Invoke-CsPoolFailOver -PoolFqdn pool1"),
        );
        assert!(first.unwrap() < then.unwrap(), "{mend}");
        assert_eq!(refusal.waiver(), None);
    }
}

#[test]
fn a_partner_in_quarantine_may_be_failed_over() {
    let quarantined: Change = |seen| {
        set_down(seen, &pool1());
        pool_mut(seen, &pool2()).quarantined = Some(QuarantineReason::PartnerUnreachable);
    };
    let refusal = disaster(quarantined).unwrap_err();
    assert_eq!(refusal.id(), "Quarantined");
    assert!(
        refusal
            .recommendation()
            .contains("Invoke-CsPoolFailBack -PoolFqdn pool2.contoso.com -DisasterMode")
    );
}

#[test]
fn a_backup_pool_that_is_down() {
    let down: Change = |seen| set_down(seen, &pool2());
    for outcome in [planned(down), disaster(down)] {
        let refusal = outcome.unwrap_err();
        assert_eq!(
            (refusal.id(), refusal.waiver()),
            ("BackupPoolUnavailable", None)
        );
    }
    assert_eq!(
        id(planned(
            |seen| pool_mut(seen, &pool2()).back_end_available = false
        )),
        "BackupPoolUnavailable"
    );
    assert_eq!(
        id(planned(|seen| pool_mut(seen, &pool2())
            .running_machines
            .clear())),
        "PoolBelowQuorum"
    );
}

#[test]
fn the_next_hop_message_is_microsofts_and_blocks_even_a_disaster() {
    let next_hop: Change = |seen| set_next_hop(seen, &pool1());
    for outcome in [planned(next_hop), disaster(next_hop)] {
        let refusal = outcome.unwrap_err();
        assert_eq!(refusal.id(), "PoolIsEdgeNextHop");
        assert_eq!(
            refusal.to_string(),
            "This Front-end pool \"pool1.contoso.com\" is specified in topology as the next hop for the Edge server. Failing over this pool may cause External access/Federation/Split-domain/XMPP features to stop working. Please use Topology Builder to change the Edge internal next hop setting to point to a different Front-end pool,  before you proceed."
        );
        assert!(refusal.recommendation().contains(
            "Set-CsEdgeServer -Identity EdgeServer:edge.contoso.com -Registrar Registrar:pool2.contoso.com"
        ));
    }
}

#[test]
fn the_central_management_server_is_moved_first() {
    let on_pool: Change =
        |seen| seen.central_management = CentralManagement::Available { active: pool1() };
    assert_eq!(id(planned(on_pool)), "CentralManagementOnPool");
    assert_eq!(id(disaster(on_pool)), "CentralManagementOnPool");
    let gone: Change = |seen| {
        seen.central_management = CentralManagement::Unavailable {
            last_active: Some(pool1()),
        }
    };
    assert_eq!(id(planned(gone)), "CentralManagementUnavailable");
    assert_eq!(id(disaster(gone)), "CentralManagementUnavailable");
    assert_eq!(
        planned(|seen| seen.central_management = CentralManagement::NotDeployed),
        Ok(Admission::Start)
    );
}

#[test]
fn failing_over_twice_is_an_error() {
    assert_eq!(id(planned(FAILED_OVER)), "AlreadyFailedOver");
    assert_eq!(id(disaster(FAILED_OVER)), "AlreadyFailedOver");
}

#[test]
fn failing_back() {
    assert_eq!(back(FAILED_OVER), Ok(Admission::Start));
    assert_eq!(id(back(|_| {})), "NotFailedOver");
    let wrong = back(|seen| set_state(seen, &pool2(), PoolState::FailedOver)).unwrap_err();
    assert_eq!(wrong.id(), "BackupPoolNotFailedOver");
    assert!(
        wrong
            .recommendation()
            .ends_with("Invoke-CsPoolFailBack -PoolFqdn pool2.contoso.com")
    );
}

#[test]
fn failing_back_needs_the_home_pool() {
    let down: Change = |seen| {
        FAILED_OVER(seen);
        set_down(seen, &pool1());
    };
    for outcome in [back(down), back_in_disaster(down)] {
        let refusal = outcome.unwrap_err();
        assert_eq!((refusal.id(), refusal.waiver()), ("PoolUnreachable", None));
        assert!(
            refusal
                .recommendation()
                .ends_with("Invoke-CsPoolFailBack -PoolFqdn pool1.contoso.com")
        );
    }
    let no_servers: Change = |seen| {
        FAILED_OVER(seen);
        pool_mut(seen, &pool1()).running_machines.clear();
    };
    let refusal = back_in_disaster(no_servers).unwrap_err();
    assert_eq!(refusal.id(), "PoolBelowQuorum");
    assert!(refusal.to_string().starts_with("0 of the 1 "), "{refusal}");
}

#[test]
fn failing_back_without_the_backup_pool_needs_disaster_mode() {
    let down: Change = |seen| {
        FAILED_OVER(seen);
        set_down(seen, &pool2());
    };
    let refusal = back(down).unwrap_err();
    assert_eq!(refusal.id(), "BackupPoolUnavailable");
    assert!(refusal.waiver().unwrap().starts_with("-DisasterMode"));
    assert_eq!(back_in_disaster(down), Ok(Admission::Start));
}

#[test]
fn a_pool_in_quarantine_is_released_by_the_administrator_only() {
    let quarantined: Change = |seen| {
        pool_mut(seen, &pool1()).quarantined = Some(QuarantineReason::PartnerUnreachable);
        set_down(seen, &pool2());
    };
    assert_eq!(id(back(quarantined)), "Quarantined");
    assert_eq!(back_in_disaster(quarantined), Ok(Admission::Start));
}

#[test]
fn a_pool_whose_store_is_older_than_its_copy_serves_again_by_way_of_the_copy_only() {
    let replaced: Change = |seen| {
        let reason = QuarantineReason::StoreRolledBack { ours: 0, theirs: 9 };
        pool_mut(seen, &pool1()).quarantined = Some(reason);
    };
    for refused in [
        planned(replaced),
        back(replaced),
        // It would give up what the backup pool has of it, and that answers.
        back_in_disaster(replaced),
    ] {
        let refusal = refused.unwrap_err();
        assert_eq!(refusal.id(), "Quarantined");
        let action = refusal.recommendation();
        assert!(
            action.contains("Invoke-CsPoolFailOver -PoolFqdn pool1.contoso.com -DisasterMode"),
            "{action}"
        );
    }
    assert_eq!(disaster(replaced), Ok(Admission::Start));
    let and_alone: Change = |seen| {
        let reason = QuarantineReason::StoreRolledBack { ours: 0, theirs: 9 };
        pool_mut(seen, &pool1()).quarantined = Some(reason);
        set_down(seen, &pool2());
    };
    assert_eq!(back_in_disaster(and_alone), Ok(Admission::Start));
}

fn open(kind: OperationKind, pool: crate::identity::Fqdn, disaster_mode: bool) -> OpenOperation {
    OpenOperation {
        id: "op-1".into(),
        kind,
        pool,
        disaster_mode,
    }
}

fn move_user(change: Change, force: bool) -> Result<(), Refusal> {
    let request = MoveUserRequest {
        user: SipUri::parse("sip:kenmyer@contoso.com").unwrap(),
        from: pool1(),
        target: pool2(),
        force,
        move_conference_data: false,
        expected_plan: None,
    };
    check_move_user(&after(change), &request)
}

#[test]
fn moving_a_user() {
    assert_eq!(move_user(|_| {}, false), Ok(()));
    for change in [FAILED_OVER, |seen| {
        set_state(seen, &pool2(), PoolState::FailedOver);
    }] {
        let refusal = move_user(change, false).unwrap_err();
        assert_eq!(refusal.id(), "PoolFailedOver");
        assert!(refusal.waiver().unwrap().starts_with("-Force"));
        assert_eq!(move_user(change, true), Ok(()));
    }
    assert_eq!(
        move_user(|seen| set_down(seen, &pool1()), false)
            .unwrap_err()
            .id(),
        "MoveSourceUnreachable"
    );
    assert_eq!(move_user(|seen| set_down(seen, &pool1()), true), Ok(()));
    assert_eq!(
        move_user(|seen| set_down(seen, &pool2()), true)
            .unwrap_err()
            .id(),
        "MoveTargetUnreachable"
    );
}

#[test]
fn driving_the_backup_service() {
    let seen = healthy_pair();
    assert_eq!(check_backup_sync(&seen, &pool1(), true), Ok(()));
    assert_eq!(
        check_backup_sync(&seen, &pool1(), false).unwrap_err().id(),
        "BackupServiceInactive"
    );
    assert_eq!(
        check_backup_sync(&after(|seen| set_down(seen, &pool2())), &pool1(), true)
            .unwrap_err()
            .id(),
        "BackupPoolUnavailable"
    );
}

#[test]
fn ages_in_messages_are_readable() {
    let mut seen = healthy_pair();
    pool_mut(&mut seen, &pool1()).reach = Reach::Unreachable {
        silent_for: Some(Duration::from_secs(7_500)),
    };
    let refusal = check_fail_over(&seen, &FailOverRequest::planned(pool1())).unwrap_err();
    assert!(refusal.to_string().contains("2 h 5 min ago"));
}
