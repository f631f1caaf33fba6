//! Operations that have begun and not ended: gone on with, waited for, or passed over.

use super::*;

#[test]
fn an_interrupted_operation_is_resumed_and_others_wait() {
    let mine: Change = |seen| {
        set_state(
            seen,
            &pool1(),
            PoolState::FailingOver(FailOverPhase::Shipping),
        );
        seen.open_operations
            .push(open(OperationKind::FailOver, pool1(), false));
    };
    let resume = Ok(Admission::Resume {
        operation: "op-1".into(),
    });
    assert_eq!(planned(mine), resume);
    assert_eq!(
        disaster(mine),
        resume,
        "pool1 answers: the planned failover can still be finished"
    );
    let refusal = back(mine).unwrap_err();
    assert_eq!(
        (refusal.id(), refusal.category()),
        ("OperationInProgress", Category::ResourceBusy)
    );
    assert!(
        refusal
            .recommendation()
            .contains("Resume-TandemOperation -Id op-1")
    );
    assert_eq!(
        id(planned(|seen| seen.open_operations.push(open(
            OperationKind::FailOver,
            pool2(),
            false
        )))),
        "OperationInProgress"
    );
    let died: Change = |seen| {
        seen.open_operations
            .push(open(OperationKind::FailOver, pool1(), false));
        set_down(seen, &pool1());
    };
    assert_eq!(
        disaster(died),
        Ok(Admission::Supersede {
            operation: "op-1".into()
        })
    );
    let in_disaster: Change = |seen| {
        seen.open_operations
            .push(open(OperationKind::FailOver, pool1(), true));
        set_down(seen, &pool1());
    };
    assert_eq!(disaster(in_disaster), resume);
}

/// A user who was on the way to the lost pool arrives only when its users are served again: waiting for each other would
/// be for ever.
#[test]
fn a_user_on_the_way_does_not_stand_in_the_way_of_a_disaster() {
    let user_moves: Change = |seen| {
        seen.open_operations
            .push(open(OperationKind::MoveUser, pool2(), false));
    };
    assert_eq!(id(planned(user_moves)), "OperationInProgress");
    let and_pool1_died: Change = |seen| {
        seen.open_operations
            .push(open(OperationKind::MoveUser, pool2(), false));
        set_down(seen, &pool1());
    };
    assert_eq!(disaster(and_pool1_died), Ok(Admission::Start));
    let behind_it_a_failover: Change = |seen| {
        seen.open_operations
            .push(open(OperationKind::MoveUser, pool1(), false));
        seen.open_operations
            .push(open(OperationKind::FailOver, pool1(), false));
        set_down(seen, &pool1());
    };
    assert_eq!(
        disaster(behind_it_a_failover),
        Ok(Admission::Supersede {
            operation: "op-1".into()
        })
    );
    let and_pool2_died: Change = |seen| {
        seen.open_operations
            .push(open(OperationKind::MoveUser, pool1(), false));
        set_state(seen, &pool1(), PoolState::FailedOver);
        set_down(seen, &pool2());
    };
    assert_eq!(back_in_disaster(and_pool2_died), Ok(Admission::Start));
    assert_eq!(id(back(and_pool2_died)), "OperationInProgress");
}

/// A move that waits for a pool that is gone must not wait for ever.
#[test]
fn disaster_mode_ends_the_wait_for_a_pool_that_is_gone() {
    let supersede = Ok(Admission::Supersede {
        operation: "op-1".into(),
    });
    let taker_died: Change = |seen| {
        set_state(
            seen,
            &pool1(),
            PoolState::FailingOver(FailOverPhase::Shipping),
        );
        seen.open_operations
            .push(open(OperationKind::FailOver, pool1(), false));
        set_down(seen, &pool2());
    };
    assert_eq!(id(back(taker_died)), "OperationInProgress");
    assert_eq!(back_in_disaster(taker_died), supersede);
    let home_died: Change = |seen| {
        set_state(
            seen,
            &pool1(),
            PoolState::FailingBack(FailBackPhase::Shipping),
        );
        seen.open_operations
            .push(open(OperationKind::FailBack, pool1(), false));
        set_down(seen, &pool1());
    };
    assert_eq!(id(planned(home_died)), "OperationInProgress");
    assert_eq!(disaster(home_died), supersede);
}
