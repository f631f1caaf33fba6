//! What a process that died in the middle of a move leaves behind, and what becomes of it: each case writes the journal
//! and the freeze exactly as the executor does up to that step, and lets the nodes find them.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use prost::Message;
use tandem::peer::v1 as wire;
use tandem_domain::ownership::{Epoch, Term};
use tandem_domain::plan::Decision;
use tandem_server::operation::plan_message::message;
use tandem_server::store::{self, OperationEntry, OperationState};

use crate::harness::*;

/// The journal entry of a planned failover of pool1 that has reached `step`.
async fn entry(pair: &Pair, step: &str) -> OperationEntry {
    let request = fail_over(pool1());
    let (decision, seen) = pair.one.operations.plan(&request).await.unwrap();
    let Decision::Run(plan) = decision else {
        panic!("something is open")
    };
    OperationEntry {
        id: uuid::Uuid::now_v7().to_string(),
        cmdlet: "Invoke-CsPoolFailOver".to_owned(),
        home_pool: Some(pool1()),
        request: Bytes::new(),
        plan: message(&plan, seen.at).encode_to_vec().into(),
        plan_digest: plan.digest().to_string(),
        caller: "test".to_owned(),
        coordinator: pool1(),
        state: OperationState::Running,
        step: step.to_owned(),
        started: SystemTime::now(),
        ended: None,
        failure: None,
        result: Bytes::new(),
    }
}

async fn outcome(node: &Node, id: &str) -> OperationState {
    let state = || async {
        let entry = node.operations.entry(id).await.unwrap();
        entry.map_or(OperationState::Running, |entry| entry.state)
    };
    eventually("the operation has ended", || async {
        state().await != OperationState::Running
    })
    .await;
    state().await
}

async fn offer(pair: &Pair, entry: &mut OperationEntry) {
    let base_sequence = pair.one.stores.change_log.head(&pool1()).await.unwrap();
    entry.result = wire::Term {
        epoch: 1,
        base_sequence,
    }
    .encode_to_vec()
    .into();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_the_offer_it_rolls_back_and_the_pool_serves() {
    for step in ["Prepare", "Freeze", "Ship", "Verify", "StopServices"] {
        let pair = Pair::start().await;
        pair.one.keep(&pool1(), "sip:a@contoso.com", "k", "v").await;
        let entry = entry(&pair, step).await;
        pair.two.stores.journal.begin(entry.clone()).await.unwrap();
        // The coordinator's entry last: from then on its node may find it.
        if step == "Prepare" {
            pair.one.stores.journal.begin(entry.clone()).await.unwrap();
        } else {
            pair.one
                .ownership
                .freeze(&pool1(), entry.clone())
                .await
                .unwrap();
        }
        assert_eq!(
            outcome(&pair.one, &entry.id).await,
            OperationState::RolledBack,
            "{step}"
        );
        assert_eq!(
            outcome(&pair.two, &entry.id).await,
            OperationState::RolledBack,
            "{step}"
        );
        eventually("pool1 serves", || async { pair.one.serves(&pool1()) }).await;
        pair.one
            .keep(&pool1(), "sip:a@contoso.com", "k", "again")
            .await;
        let again = pair.one.run(fail_over(pool1())).await.unwrap();
        assert_eq!(again.state, OperationState::Committed, "{step}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_that_was_never_heard_is_made_again() {
    let pair = Pair::start().await;
    pair.one.keep(&pool1(), "sip:a@contoso.com", "k", "v").await;
    pair.one.sync().await;
    let mut entry = entry(&pair, "TakeOwnership").await;
    offer(&pair, &mut entry).await;
    pair.two.stores.journal.begin(entry.clone()).await.unwrap();
    pair.one
        .ownership
        .freeze(&pool1(), entry.clone())
        .await
        .unwrap();
    assert_eq!(
        outcome(&pair.one, &entry.id).await,
        OperationState::Committed
    );
    assert_eq!(
        outcome(&pair.two, &entry.id).await,
        OperationState::Committed
    );
    assert!(pair.two.serves(&pool1()) && !pair.one.serves(&pool1()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_that_was_taken_is_released() {
    let pair = Pair::start().await;
    pair.one.sync().await;
    let mut entry = entry(&pair, "TakeOwnership").await;
    offer(&pair, &mut entry).await;
    // The taking pool has committed; the other died before it heard so.
    let term = Term {
        epoch: Epoch(1),
        base_sequence: pair.one.stores.change_log.head(&pool1()).await.unwrap(),
    };
    let committed = OperationEntry {
        state: OperationState::Committed,
        ended: Some(SystemTime::now()),
        ..entry.clone()
    };
    pair.one
        .ownership
        .freeze(&pool1(), entry.clone())
        .await
        .unwrap();
    pair.two
        .ownership
        .append_term(&pool1(), term, Epoch(0), vec![committed])
        .await
        .unwrap();
    assert_eq!(
        outcome(&pair.one, &entry.id).await,
        OperationState::Committed
    );
    assert!(pair.two.serves(&pool1()) && !pair.one.serves(&pool1()));
    assert_eq!(pair.one.ownership.get(&pool1()).unwrap().frozen_by, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_that_was_given_up_there_rolls_back() {
    let pair = Pair::start().await;
    let mut entry = entry(&pair, "TakeOwnership").await;
    offer(&pair, &mut entry).await;
    let aborted = OperationEntry {
        state: OperationState::RolledBack,
        ended: Some(SystemTime::now()),
        ..entry.clone()
    };
    pair.two.stores.journal.begin(aborted).await.unwrap();
    pair.one
        .ownership
        .freeze(&pool1(), entry.clone())
        .await
        .unwrap();
    assert_eq!(
        outcome(&pair.one, &entry.id).await,
        OperationState::RolledBack
    );
    eventually("pool1 serves", || async { pair.one.serves(&pool1()) }).await;
}

/// A pair whose first pool has offered its users to the second, which cannot be reached any more.
async fn undecided() -> (Pair, OperationEntry) {
    let pair = Pair::start().await;
    let mut entry = entry(&pair, "TakeOwnership").await;
    offer(&pair, &mut entry).await;
    pair.network.cut();
    pair.one
        .ownership
        .freeze(&pool1(), entry.clone())
        .await
        .unwrap();
    (pair, entry)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_undecided_offer_waits_and_a_disaster_goes_past_it() {
    let (pair, entry) = undecided().await;
    let refused = pair.network.refused();
    eventually("the other pool has been asked, and asked again", || async {
        pair.network.refused() >= refused + 10
    })
    .await;
    let open = pair.one.operations.entry(&entry.id).await.unwrap().unwrap();
    assert_eq!(open.state, OperationState::Running, "nobody can know yet");
    assert!(!pair.one.serves(&pool1()));

    let disaster = pair.one.run(fail_back_disaster(pool1())).await.unwrap();
    assert_eq!(disaster.state, OperationState::Committed, "{disaster:?}");
    assert!(pair.one.serves(&pool1()));
    assert_eq!(
        outcome(&pair.one, &entry.id).await,
        OperationState::RolledBack
    );
    assert_eq!(
        pair.one.epoch(&pool1()),
        Some(Epoch(2)),
        "above what was offered"
    );
}

/// Until the disaster has committed it may turn out that the other pool took the offer: the users stay read-only.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disaster_that_fails_leaves_an_undecided_offer_as_it_was() {
    let (pair, entry) = undecided().await;
    eventually("pool1 misses pool2", || async {
        !pair.one.exchange.board().view(&pool2()).answers
    })
    .await;

    pair.one.disk.fill_at("StateLoss");
    let id = pair.one.begin(fail_back_disaster(pool1())).await;
    eventually("the disk is full", || async { pair.one.disk.is_full() }).await;
    pair.one.disk.clear();
    assert_eq!(outcome(&pair.one, &id).await, OperationState::RolledBack);
    let frozen_by = pair.one.ownership.get(&pool1()).unwrap().frozen_by;
    assert_eq!(frozen_by, Some(entry.id.clone()));
    let refused = pair.one.put(&pool1(), "sip:a@contoso.com", "k", "v").await;
    assert!(refused.is_err(), "{refused:?}");
    let open = pair.one.operations.entry(&entry.id).await.unwrap().unwrap();
    assert_eq!(open.state, OperationState::Running);
}

/// A node that is to stop does not wait for a pool that is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_stops_although_an_operation_is_undecided() {
    let (pair, entry) = undecided().await;
    eventually("it is taken up", || async {
        pair.one.operations.watch(&entry.id).is_some()
    })
    .await;
    let settled = pair.one.operations.settle_down(Duration::from_millis(100));
    let settled = tokio::time::timeout(Duration::from_secs(5), settled).await;
    assert!(settled.is_ok());
    let open = pair.one.operations.entry(&entry.id).await.unwrap().unwrap();
    assert_eq!(open.state, OperationState::Running);
}

/// Between an administrator's consent and the commit the other pool may have been heard after all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disaster_does_not_take_users_from_who_took_them_since() {
    let pair = Pair::start().await;
    let planned = pair.one.run(fail_over(pool1())).await.unwrap();
    assert_eq!(planned.state, OperationState::Committed);
    let term = Term {
        epoch: Epoch(2),
        base_sequence: 0,
    };
    let decided_at = Epoch(0);
    let taken = pair
        .one
        .ownership
        .append_term(&pool1(), term, decided_at, Vec::new())
        .await;
    assert!(
        matches!(taken, Err(store::Error::Superseded { .. })),
        "{taken:?}"
    );
    assert!(pair.two.serves(&pool1()) && !pair.one.serves(&pool1()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disaster_goes_past_a_move_whose_coordinator_is_lost() {
    let mut pair = Pair::start().await;
    let entry = entry(&pair, "Prepare").await;
    pair.network.cut();
    pair.two.stores.journal.begin(entry.clone()).await.unwrap();
    eventually("pool2 misses pool1", || async {
        !pair.two.exchange.board().view(&pool1()).answers
    })
    .await;
    let disaster = pair.two.run(fail_over_disaster(pool1())).await.unwrap();
    assert_eq!(disaster.state, OperationState::Committed);
    assert_eq!(
        outcome(&pair.two, &entry.id).await,
        OperationState::RolledBack
    );
    assert!(pair.two.serves(&pool1()));
    pair.one.kill().await;
    pair.network.mend();
    pair.one = Node::start(pool1(), pair.folder.path().join("one"), &pair.network).await;
    eventually("pool1 follows", || async {
        pair.one.epoch(&pool1()) == Some(Epoch(1))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_before_the_offer_rolls_back() {
    let pair = Pair::start().await;
    let id = pair.one.begin(fail_over(pool1())).await;
    pair.one.operations.stop(&id);
    let state = outcome(&pair.one, &id).await;
    // It was asked before the first step, so it cannot have come to the offer.
    assert_eq!(state, OperationState::RolledBack);
    let entry = pair.one.operations.entry(&id).await.unwrap().unwrap();
    assert_eq!(entry.failure.unwrap().id, "OperationStopped");
    eventually("pool1 serves", || async { pair.one.serves(&pool1()) }).await;
}
