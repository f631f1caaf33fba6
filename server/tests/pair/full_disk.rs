//! A disk that is full in the middle of an operation: the caller is told what stands, nothing is lost, and the operation
//! ends by itself when there is room.

use tandem::pool::v1::PoolFailOverResult;
use tandem_server::store::{OperationEntry, OperationState};

use crate::cmdlets::{FAIL_OVER, Told, failover_of, run};
use crate::harness::*;

const KEN: &str = "sip:kenmyer@contoso.com";

async fn fail_over_of_pool1(pair: &Pair) -> Told {
    let request = failover_of("pool1.contoso.com");
    run(pair, &pair.one, FAIL_OVER, request, true).await
}

/// The only operation of a node, once it has ended.
async fn ended(node: &Node) -> OperationEntry {
    let all = || async { node.operations.list().await.unwrap() };
    eventually("the operation has ended", || async {
        all().await[0].state != OperationState::Running
    })
    .await;
    all().await.remove(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_the_releasing_pool_it_rolls_back_when_there_is_room() {
    for step in ["Freeze", "Ship", "Verify", "StopServices", "TakeOwnership"] {
        let pair = Pair::start().await;
        pair.one.keep(&pool1(), KEN, "k", "v").await;
        pair.one.disk.fill_at(step);
        let told = fail_over_of_pool1(&pair).await;
        assert_eq!(told.id(), "OperationUnrecorded", "{step}");
        let fault = told.fault.unwrap();
        assert!(fault.message.contains("the disk is full"), "{fault:?}");
        assert_eq!(
            fault.message.contains("stay read-only until it can"),
            step != "Freeze",
            "{step}: {}",
            fault.message
        );
        assert!(pair.one.disk.is_full());
        assert!(!pair.two.serves(&pool1()), "{step}");

        pair.one.disk.clear();
        let entry = ended(&pair.one).await;
        assert_eq!(entry.state, OperationState::RolledBack, "{step}");
        assert_eq!(entry.failure.unwrap().id, "DiskFull", "{step}");
        eventually("pool1 serves", || async { pair.one.serves(&pool1()) }).await;
        pair.one.keep(&pool1(), KEN, "k", "again").await;
        let again: PoolFailOverResult = fail_over_of_pool1(&pair).await.output();
        assert_eq!(again.outcome, "Committed", "{step}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_the_releasing_pool_after_the_transfer_it_says_who_serves() {
    let pair = Pair::start().await;
    pair.one.disk.fill_at("ReleaseOwnership");
    let told = fail_over_of_pool1(&pair).await;
    assert_eq!(told.id(), "OperationUnrecorded");
    let fault = told.fault.unwrap();
    assert!(
        fault.message.contains("has taken over and serves"),
        "{fault:?}"
    );
    assert!(pair.two.serves(&pool1()) && !pair.one.serves(&pool1()));
    pair.one.disk.clear();
    assert_eq!(ended(&pair.one).await.state, OperationState::Committed);
    // The journal is durable a moment before the node has drawn the consequences of it.
    eventually("both know the same epoch", || async {
        pair.one.epoch(&pool1()) == pair.two.epoch(&pool1())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_the_taking_pool_before_the_offer_it_rolls_back_at_once() {
    let pair = Pair::start().await;
    pair.two.disk.fill_at("Prepare");
    let told = fail_over_of_pool1(&pair).await;
    assert_eq!(told.id(), "DiskFull");
    let message = told.fault.unwrap().message;
    assert!(
        message.contains("Pool \"pool2.contoso.com\" could not do it: the disk is full"),
        "{message}"
    );
    assert!(pair.one.serves(&pool1()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_the_taking_pool_at_the_offer_it_waits_and_commits_when_there_is_room() {
    let pair = Pair::start().await;
    pair.one.keep(&pool1(), KEN, "k", "v").await;
    pair.two.disk.fill_at("TakeOwnership");
    let told = fail_over_of_pool1(&pair).await;
    assert_eq!(told.id(), "OperationUndecided");
    assert!(
        told.warnings
            .iter()
            .any(|line| line.contains("the disk is full")),
        "{:?}",
        told.warnings
    );
    assert!(!pair.one.serves(&pool1()) && !pair.two.serves(&pool1()));
    pair.two.disk.clear();
    assert_eq!(ended(&pair.one).await.state, OperationState::Committed);
    assert!(pair.two.serves(&pool1()));
    assert_eq!(
        pair.two.read(&pool1(), KEN, "k").await.as_deref(),
        Some("v")
    );
}

/// Not a full disk but a fault of the program: who listens hears the end, and the operation does not hang.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_in_the_middle_of_an_operation_is_an_interruption() {
    let pair = Pair::start().await;
    pair.one.keep(&pool1(), KEN, "k", "v").await;
    pair.one.disk.panic_at("Ship");
    let entry = pair.one.run(fail_over(pool1())).await.unwrap();
    assert_eq!(entry.state, OperationState::RolledBack);
    assert_eq!(entry.failure.unwrap().id, "OperationInterrupted");
    eventually("pool1 serves", || async { pair.one.serves(&pool1()) }).await;
    let again = pair.one.run(fail_over(pool1())).await.unwrap();
    assert_eq!(again.state, OperationState::Committed);
}
