//! The pair as a whole: planned moves, disasters, returns, restarts, with two nodes in one process.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cmdlets;
mod front_end;
mod harness;
mod interrupted;
mod network;
mod users;

use std::sync::atomic::Ordering;
use std::time::Duration;

use harness::*;
use tandem_domain::backup::{ExportState, export_state};
use tandem_domain::identity::Fqdn;
use tandem_domain::ownership::QuarantineReason;
use tandem_server::operation::Error;
use tandem_server::store::{self, OperationState};

const KEN: &str = "sip:kenmyer@contoso.com";
const PILAR: &str = "sip:pilar@contoso.com";

async fn is_equal(pair: &Pair, home: &Fqdn) -> bool {
    let one = pair.one.stores.change_log.digest(home).await.unwrap();
    let two = pair.two.stores.change_log.digest(home).await.unwrap();
    let strip = |digests: Vec<store::ModuleDigest>| -> Vec<_> {
        digests
            .into_iter()
            .map(|digest| (digest.module, digest.documents, digest.digest))
            .collect()
    };
    strip(one) == strip(two)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_planned_move_and_its_return_lose_nothing() {
    let pair = Pair::start().await;
    for number in 0..450 {
        pair.one
            .put(&pool1(), KEN, &format!("contact {number}"), "from pool1")
            .await
            .unwrap();
    }
    let file = pair
        .one
        .put_file(&pool1(), KEN, "slides", &[7; 700_000])
        .await;

    let entry = pair.one.run(fail_over(pool1())).await.unwrap();
    assert_eq!(entry.state, OperationState::Committed, "{entry:?}");
    assert!(pair.two.serves(&pool1()));
    assert!(!pair.one.serves(&pool1()));
    assert!(is_equal(&pair, &pool1()).await);
    assert_eq!(
        pair.two.read(&pool1(), KEN, "contact 449").await.as_deref(),
        Some("from pool1")
    );
    assert!(
        pair.two
            .stores
            .contents
            .missing(vec![file])
            .await
            .unwrap()
            .is_empty()
    );

    let refused = pair.one.put(&pool1(), KEN, "contact 0", "too late").await;
    assert!(
        matches!(refused, Err(store::Error::Refused(_))),
        "{refused:?}"
    );
    pair.two
        .put(&pool1(), KEN, "contact 0", "from pool2")
        .await
        .unwrap();

    let entry = pair.two.run(fail_back(pool1())).await.unwrap();
    assert_eq!(entry.state, OperationState::Committed, "{entry:?}");
    assert!(pair.one.serves(&pool1()));
    assert!(!pair.two.serves(&pool1()));
    assert_eq!(
        pair.one.read(&pool1(), KEN, "contact 0").await.as_deref(),
        Some("from pool2")
    );
    assert!(is_equal(&pair, &pool1()).await);
    assert_eq!(pair.one.ownership.get(&pool1()).unwrap().chain.epoch().0, 2);
    assert!(
        pair.one
            .stores
            .salvage
            .bundles(None)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        pair.two
            .stores
            .salvage
            .bundles(None)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_that_arrive_all_the_while_are_found_or_refused() {
    let pair = Pair::start().await;
    let (stores, home) = (pair.one.stores.clone(), pool1());
    let writer = tokio::spawn(async move {
        let mut acknowledged = Vec::new();
        for number in 0.. {
            let key = format!("contact {number}");
            let write = store::Write {
                home_pool: home.clone(),
                key: store::DocumentKey {
                    owner: PILAR.to_owned(),
                    kind: tandem_domain::backup::DocumentKind::Contact,
                    key: key.clone(),
                },
                body: "written".into(),
                content: None,
                expected_version: None,
                delete: false,
            };
            match stores.documents.put_many(vec![write]).await {
                Ok(_) => acknowledged.push(key),
                Err(_) => return acknowledged,
            }
        }
        acknowledged
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    let entry = pair.one.run(fail_over(pool1())).await.unwrap();
    assert_eq!(entry.state, OperationState::Committed, "{entry:?}");
    let acknowledged = writer.await.unwrap();
    assert!(!acknowledged.is_empty());
    for key in acknowledged {
        assert!(
            pair.two.read(&pool1(), PILAR, &key).await.is_some(),
            "{key} was acknowledged and is lost"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_of_the_transition_table() {
    let pair = Pair::start().await;
    let id = |refused: Result<_, Error>| match refused {
        Ok(entry) => panic!("accepted: {entry:?}"),
        Err(error) => error.id().to_owned(),
    };
    assert_eq!(id(pair.two.run(fail_back(pool1())).await), "NotFailedOver");
    assert_eq!(
        id(pair.one.run(fail_over(fqdn("pool9.contoso.com"))).await),
        "PoolNotFound"
    );
    pair.one.run(fail_over(pool1())).await.unwrap();
    assert_eq!(
        id(pair.one.run(fail_over(pool1())).await),
        "AlreadyFailedOver"
    );
    assert_eq!(
        id(pair.two.run(fail_over(pool2())).await),
        "PartnerPoolFailedOver"
    );
    assert_eq!(
        id(pair.one.run(fail_over_disaster(pool2())).await),
        "PartnerPoolFailedOver"
    );
    assert_eq!(
        id(pair.one.run(fail_back(pool2())).await),
        "BackupPoolNotFailedOver"
    );
    assert_eq!(
        id(pair.two.run(fail_over(pool1())).await),
        "OperationCoordinatedElsewhere"
    );
    pair.two.run(fail_back(pool1())).await.unwrap();
    let entry = pair.two.run(fail_over(pool2())).await.unwrap();
    assert_eq!(entry.state, OperationState::Committed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_id_does_nothing_twice() {
    let pair = Pair::start().await;
    let id = Some(uuid::Uuid::new_v4().to_string());
    let first = pair
        .one
        .run_as(fail_over(pool1()), id.clone())
        .await
        .unwrap();
    let request = fail_over(pool1());
    let again = pair
        .one
        .operations
        .find(&first.id, &request)
        .await
        .unwrap()
        .unwrap();
    assert!(matches!(again, tandem_server::operation::Started::Ended(entry) if *entry == first));
    let other = pair
        .one
        .operations
        .find(&first.id, &fail_back(pool1()))
        .await;
    assert!(matches!(other, Err(Error::IdInUse { .. })), "{other:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disaster_keeps_what_the_lost_pool_alone_had() {
    let mut pair = Pair::start().await;
    pair.one
        .put(&pool1(), KEN, "shipped", "both have it")
        .await
        .unwrap();
    pair.one
        .put(&pool1(), KEN, "changed", "before")
        .await
        .unwrap();
    pair.one
        .backup
        .sync(&tandem_domain::backup::BackupModule::ALL)
        .await
        .unwrap();
    pair.one
        .put(&pool1(), KEN, "changed", "after")
        .await
        .unwrap();
    pair.one
        .put(&pool1(), KEN, "lost", "only pool1 has it")
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    pair.network.cut();
    pair.one.kill().await;

    let refused = pair.two.run(fail_over(pool1())).await;
    assert!(
        matches!(refused, Err(Error::ElsewhereCoordinated { .. })),
        "{refused:?}"
    );
    let request = fail_over_disaster(pool1());
    let (decision, _) = pair.two.operations.plan(&request).await.unwrap();
    let tandem_domain::plan::Decision::Run(plan) = decision else {
        panic!()
    };
    assert_eq!(
        plan.loss.as_ref().unwrap().records().known(),
        2,
        "{:?}",
        plan.loss
    );
    let entry = pair.two.run(request).await.unwrap();
    assert_eq!(entry.state, OperationState::Committed);
    assert!(pair.two.serves(&pool1()));
    pair.two
        .put(&pool1(), KEN, "changed", "on pool2")
        .await
        .unwrap();

    pair.one = Node::start(pool1(), pair.folder.path().join("one"), &pair.network).await;
    assert!(
        !pair.one.serves(&pool1()),
        "a returning pool serves before it has compared histories"
    );
    pair.network.mend();
    eventually("pool1 follows", || async {
        pair.one
            .ownership
            .get(&pool1())
            .is_some_and(|state| state.chain.epoch().0 == 1)
    })
    .await;
    let bundles = pair.one.stores.salvage.bundles(None).await.unwrap();
    assert_eq!(bundles.len(), 1);
    assert_eq!(bundles[0].records, 2);
    assert!(!pair.one.serves(&pool1()));

    let entry = pair.two.run(fail_back(pool1())).await.unwrap();
    assert_eq!(entry.state, OperationState::Committed, "{entry:?}");
    assert_eq!(
        pair.one.read(&pool1(), KEN, "changed").await.as_deref(),
        Some("on pool2")
    );
    assert_eq!(
        pair.one.read(&pool1(), KEN, "shipped").await.as_deref(),
        Some("both have it")
    );
    assert_eq!(pair.one.read(&pool1(), KEN, "lost").await, None);
    assert!(is_equal(&pair, &pool1()).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_without_its_partner_waits_in_quarantine_until_told() {
    let mut pair = Pair::start().await;
    pair.one.put(&pool1(), KEN, "before", "kept").await.unwrap();
    pair.network.cut();
    pair.one.kill().await;
    pair.one = Node::start(pool1(), pair.folder.path().join("one"), &pair.network).await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    let state = pair.one.ownership.get(&pool1()).unwrap();
    assert_eq!(state.quarantine, Some(QuarantineReason::PartnerUnreachable));
    assert!(pair.one.put(&pool1(), KEN, "now", "refused").await.is_err());

    let entry = pair.one.run(fail_back_disaster(pool1())).await.unwrap();
    assert_eq!(entry.state, OperationState::Committed, "{entry:?}");
    assert!(pair.one.serves(&pool1()));
    pair.one
        .put(&pool1(), KEN, "now", "accepted")
        .await
        .unwrap();
    pair.network.mend();
    eventually("pool2 follows", || async {
        pair.two
            .ownership
            .get(&pool1())
            .is_some_and(|state| state.chain.epoch().0 == 2)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restarts_in_either_order() {
    let mut pair = Pair::start().await;
    pair.one.put(&pool1(), KEN, "contact", "one").await.unwrap();
    pair.one.run(fail_over(pool1())).await.unwrap();
    let (one, two) = (
        pair.folder.path().join("one"),
        pair.folder.path().join("two"),
    );
    pair.one.kill().await;
    pair.two.kill().await;
    pair.two = Node::start(pool2(), two.clone(), &pair.network).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    pair.one = Node::start(pool1(), one.clone(), &pair.network).await;
    pair.settled().await;
    assert!(pair.two.serves(&pool1()) && !pair.one.serves(&pool1()));
    pair.one.kill().await;
    pair.two.kill().await;
    pair.one = Node::start(pool1(), one, &pair.network).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    pair.two = Node::start(pool2(), two, &pair.network).await;
    pair.settled().await;
    assert!(pair.two.serves(&pool1()) && !pair.one.serves(&pool1()));
    assert!(pair.two.serves(&pool2()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_pools_take_over_unseen_and_meet_again() {
    let pair = Pair::start().await;
    pair.one.put(&pool1(), KEN, "common", "both").await.unwrap();
    pair.one
        .backup
        .sync(&tandem_domain::backup::BackupModule::ALL)
        .await
        .unwrap();
    pair.network.cut();
    eventually("pool2 misses pool1", || async {
        !pair.two.exchange.board().view(&pool1()).answers
    })
    .await;
    let entry = pair.two.run(fail_over_disaster(pool1())).await.unwrap();
    assert_eq!(entry.state, OperationState::Committed);
    pair.one
        .put(&pool1(), KEN, "here", "pool1 does not know yet")
        .await
        .unwrap();
    pair.two
        .put(&pool1(), KEN, "there", "pool2 serves")
        .await
        .unwrap();
    pair.network.mend();
    eventually("pool1 lets go", || async {
        !pair.one.serves(&pool1()) && pair.two.serves(&pool1())
    })
    .await;
    assert!(
        pair.one
            .put(&pool1(), KEN, "late", "refused")
            .await
            .is_err()
    );
    assert_eq!(
        pair.one.stores.salvage.bundles(None).await.unwrap().len(),
        1
    );
    pair.two.run(fail_back(pool1())).await.unwrap();
    assert_eq!(
        pair.one.read(&pool1(), KEN, "there").await.as_deref(),
        Some("pool2 serves")
    );
    assert!(is_equal(&pair, &pool1()).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_backup_service_ships_nothing_and_says_so() {
    let pair = Pair::start().await;
    pair.two.backup_runs.store(false, Ordering::SeqCst);
    pair.one.put(&pool1(), KEN, "contact", "one").await.unwrap();
    let failed = pair
        .one
        .backup
        .sync(&tandem_domain::backup::BackupModule::ALL)
        .await
        .unwrap_err();
    assert_eq!(failed.id(), "BackupServiceNotActive");
    let status = pair.one.backup.status(None).await.unwrap();
    assert_eq!(export_state(&status[0].export), ExportState::ErrorState);
    let entry = pair.one.run(fail_over(pool1())).await.unwrap();
    assert_eq!(entry.state, OperationState::RolledBack);
    assert_eq!(entry.failure.unwrap().id, "BackupServiceNotActive");
    assert!(
        pair.one.serves(&pool1()),
        "a move that is rolled back leaves the pool serving"
    );

    pair.two.backup_runs.store(true, Ordering::SeqCst);
    pair.one
        .backup
        .sync(&tandem_domain::backup::BackupModule::ALL)
        .await
        .unwrap();
    let status = pair.one.backup.status(None).await.unwrap();
    assert_eq!(export_state(&status[0].export), ExportState::FinalState);
    assert_eq!(status[0].last_error, "");
    let entry = pair.one.run(fail_over(pool1())).await.unwrap();
    assert_eq!(entry.state, OperationState::Committed);
}
