//! The user-experience table: who signs in where, in which mode, in each of its columns.

use super::*;
use crate::fixtures::{pool1, pool2};

/// A user homed on pool1, asked about on pool1 and on pool2.
fn asked(state: PoolState, home_services_run: bool) -> [SignIn; 2] {
    [pool1(), pool2()].map(|here| {
        let owned_here = (here == pool2()) == state.is_away();
        decide(&ServingView {
            here,
            home: pool1(),
            backup: Some(pool2()),
            state,
            home_services_run,
            owned_here,
            quarantined: None,
            home_is_survivable_branch: false,
        })
    })
}

fn to(pool: crate::identity::Fqdn, mode: Mode) -> SignIn {
    SignIn::Redirect { pool, mode }
}

#[test]
fn normally_a_user_is_served_at_home() {
    assert_eq!(
        asked(PoolState::Normal, true),
        [SignIn::Serve(Mode::Normal), to(pool1(), Mode::Normal)]
    );
}

#[test]
fn the_pool_fails_and_is_not_yet_failed_over() {
    let signed_out = SignIn::Refuse(SignedOut::PoolDown);
    assert_eq!(
        asked(PoolState::Normal, false),
        [signed_out.clone(), signed_out]
    );
}

#[test]
fn during_failover_users_arrive_in_resiliency_mode() {
    for phase in [
        FailOverPhase::Stopping,
        FailOverPhase::Transferring,
        FailOverPhase::Completing,
    ] {
        assert_eq!(
            asked(PoolState::FailingOver(phase), false),
            [
                to(pool2(), Mode::Resiliency),
                SignIn::Serve(Mode::Resiliency)
            ]
        );
    }
}

#[test]
fn before_the_services_stop_users_stay_at_home_read_only() {
    for phase in [
        FailOverPhase::ReadOnly,
        FailOverPhase::Flushing,
        FailOverPhase::Shipping,
        FailOverPhase::Verifying,
    ] {
        assert_eq!(
            asked(PoolState::FailingOver(phase), true),
            [
                SignIn::Serve(Mode::Resiliency),
                to(pool1(), Mode::Resiliency)
            ]
        );
    }
}

#[test]
fn after_failover_users_are_normal_on_the_backup_pool() {
    for home_services_run in [false, true] {
        assert_eq!(
            asked(PoolState::FailedOver, home_services_run),
            [to(pool2(), Mode::Normal), SignIn::Serve(Mode::Normal)],
            "a repaired pool does not serve until failback"
        );
    }
}

#[test]
fn during_failback_users_stay_then_come_home_in_resiliency_mode() {
    for phase in [
        FailBackPhase::ReadOnly,
        FailBackPhase::Shipping,
        FailBackPhase::Verifying,
    ] {
        assert_eq!(
            asked(PoolState::FailingBack(phase), true),
            [
                to(pool2(), Mode::Resiliency),
                SignIn::Serve(Mode::Resiliency)
            ]
        );
    }
    for phase in [FailBackPhase::Transferring, FailBackPhase::Starting] {
        assert_eq!(
            asked(PoolState::FailingBack(phase), true),
            [
                SignIn::Serve(Mode::Resiliency),
                to(pool1(), Mode::Resiliency)
            ]
        );
    }
}

fn view(state: PoolState) -> ServingView {
    ServingView {
        here: pool2(),
        home: pool1(),
        backup: Some(pool2()),
        state,
        home_services_run: true,
        owned_here: state.is_away(),
        quarantined: None,
        home_is_survivable_branch: false,
    }
}

#[test]
fn users_of_a_branch_never_become_normal_elsewhere() {
    let branch = ServingView {
        home_is_survivable_branch: true,
        ..view(PoolState::FailedOver)
    };
    assert_eq!(decide(&branch), SignIn::Serve(Mode::Resiliency));
}

#[test]
fn a_pool_in_quarantine_serves_nobody_and_says_why() {
    let reason = QuarantineReason::PartnerUnreachable;
    let quarantined = SignIn::Refuse(SignedOut::Quarantined(reason));
    let here = ServingView {
        quarantined: Some(reason),
        ..view(PoolState::FailedOver)
    };
    assert_eq!(decide(&here), quarantined);
    let home = ServingView {
        here: pool1(),
        owned_here: true,
        quarantined: Some(reason),
        ..view(PoolState::Normal)
    };
    assert_eq!(decide(&home), quarantined);
}

#[test]
fn nobody_serves_normally_without_owning_the_epoch() {
    let deposed = ServingView {
        owned_here: false,
        ..view(PoolState::FailedOver)
    };
    assert_eq!(decide(&deposed), SignIn::Refuse(SignedOut::PoolDown));
    let deposed = ServingView {
        here: pool1(),
        owned_here: false,
        ..view(PoolState::Normal)
    };
    assert_eq!(decide(&deposed), SignIn::Refuse(SignedOut::PoolDown));
}

#[test]
fn a_pool_without_backup_has_nowhere_to_send_its_users() {
    let alone = ServingView {
        here: pool1(),
        owned_here: true,
        backup: None,
        ..view(PoolState::Normal)
    };
    assert_eq!(decide(&alone), SignIn::Serve(Mode::Normal));
    let down = ServingView {
        home_services_run: false,
        ..alone
    };
    assert_eq!(decide(&down), SignIn::Refuse(SignedOut::PoolDown));
}

#[test]
fn resiliency_mode_leaves_messages_and_calls() {
    let left: Vec<UserOperation> = UserOperation::ALL
        .into_iter()
        .filter(|operation| is_allowed(Mode::Resiliency, *operation))
        .collect();
    assert_eq!(left, [UserOperation::TwoPartyMessage, UserOperation::Call]);
    assert!(
        UserOperation::ALL
            .into_iter()
            .all(|operation| is_allowed(Mode::Normal, operation))
    );
}
