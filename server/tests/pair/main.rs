//! The pair as a whole: planned moves, disasters, returns, restarts, with two nodes in one process.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod authority;
mod central_management;
mod cmdlets;
mod contents;
mod disk;
mod front_end;
mod full_disk;
mod harness;
mod interrupted;
mod network;
mod restored;
mod users;

use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use harness::*;
use tandem_domain::backup::{ExportState, export_state};
use tandem_domain::identity::Fqdn;
use tandem_domain::ownership::{Epoch, QuarantineReason};
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
            .keep(&pool1(), KEN, &format!("contact {number}"), "from pool1")
            .await;
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
        .keep(&pool1(), KEN, "contact 0", "from pool2")
        .await;

    let entry = pair.two.run(fail_back(pool1())).await.unwrap();
    assert_eq!(entry.state, OperationState::Committed, "{entry:?}");
    assert!(pair.one.serves(&pool1()));
    assert!(!pair.two.serves(&pool1()));
    assert_eq!(
        pair.one.read(&pool1(), KEN, "contact 0").await.as_deref(),
        Some("from pool2")
    );
    assert!(is_equal(&pair, &pool1()).await);
    assert_eq!(pair.one.epoch(&pool1()), Some(Epoch(2)));
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
    eventually("some are written", || async {
        pair.one.read(&pool1(), PILAR, "contact 20").await.is_some()
    })
    .await;
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
        .keep(&pool1(), KEN, "shipped", "both have it")
        .await;
    pair.one.keep(&pool1(), KEN, "changed", "before").await;
    pair.one.sync().await;
    pair.one.keep(&pool1(), KEN, "changed", "after").await;
    pair.one
        .keep(&pool1(), KEN, "lost", "only pool1 has it")
        .await;
    pair.told_of_all().await;
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
    pair.two.keep(&pool1(), KEN, "changed", "on pool2").await;

    pair.one = Node::start(pool1(), pair.folder.path().join("one"), &pair.network).await;
    assert!(
        !pair.one.serves(&pool1()),
        "a returning pool serves before it has compared histories"
    );
    pair.network.mend();
    eventually("pool1 follows", || async {
        pair.one.epoch(&pool1()) == Some(Epoch(1))
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
    pair.one.keep(&pool1(), KEN, "before", "kept").await;
    pair.network.cut();
    pair.one.kill().await;
    pair.one = Node::start(pool1(), pair.folder.path().join("one"), &pair.network).await;
    eventually("pool1 waits for its partner", || async {
        pair.one.quarantine(&pool1()) == Some(QuarantineReason::PartnerUnreachable)
    })
    .await;
    assert!(pair.one.put(&pool1(), KEN, "now", "refused").await.is_err());

    let entry = pair.one.run(fail_back_disaster(pool1())).await.unwrap();
    assert_eq!(entry.state, OperationState::Committed, "{entry:?}");
    assert!(pair.one.serves(&pool1()));
    pair.one.keep(&pool1(), KEN, "now", "accepted").await;
    pair.network.mend();
    eventually("pool2 follows", || async {
        pair.two.epoch(&pool1()) == Some(Epoch(2))
    })
    .await;
}

/// The clock was wrong, and is set back: the last word is kept all the same, for the day on which its pool is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_word_is_kept_whatever_the_clock_does() {
    let mut pair = Pair::start().await;
    let name = format!("local/last-heartbeat/{}", pool1());
    let tomorrow = SystemTime::now() + Duration::from_secs(86_400);
    let word = store::ManagementDocument {
        name: name.clone(),
        version: 1 << 60,
        body: bytes::Bytes::new(),
        published: tomorrow,
        publisher: "a clock that was wrong".to_owned(),
    };
    pair.two.stores.management.put(word, None).await.unwrap();
    pair.two.kill().await;
    pair.two = Node::start(pool2(), pair.folder.path().join("two"), &pair.network).await;
    eventually("the word of now is kept", || async {
        let kept = pair.two.stores.management.get(&name).await.unwrap();
        kept.is_some_and(|word| word.published < tomorrow)
    })
    .await;
}

/// Two administrators give the same command at the same time; one has seen another plan than the one that runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_joins_an_operation_whose_plan_was_not_shown() {
    let pair = Pair::start().await;
    let (decision, _) = pair.one.operations.plan(&fail_over(pool1())).await.unwrap();
    let tandem_domain::plan::Decision::Run(plan) = decision else {
        panic!("something is open")
    };
    let order = |shown| tandem_server::operation::Order {
        id: None,
        request: fail_over(pool1()),
        shown,
        caller: "test".to_owned(),
        bytes: bytes::Bytes::new(),
    };
    // It stays open as long as it cannot be written down.
    pair.one.disk.fill_at("Ship");
    pair.one
        .operations
        .start(order(plan.digest()))
        .await
        .unwrap();
    eventually("the disk is full", || async { pair.one.disk.is_full() }).await;
    let other = "0".repeat(32).parse().unwrap();
    let refused = pair.one.operations.start(order(other)).await;
    assert_eq!(refused.unwrap_err().id(), "PlanChanged");
    let joined = pair.one.operations.start(order(plan.digest())).await;
    assert!(joined.is_ok(), "{joined:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restarts_in_either_order() {
    let mut pair = Pair::start().await;
    pair.one.keep(&pool1(), KEN, "contact", "one").await;
    pair.one.run(fail_over(pool1())).await.unwrap();
    let folders = [(pool1(), "one"), (pool2(), "two")]
        .map(|(pool, name)| (pool, pair.folder.path().join(name)));
    for first in [1, 0] {
        pair.one.kill().await;
        pair.two.kill().await;
        let (pool, folder) = folders[first].clone();
        let alone = Node::start(pool.clone(), folder, &pair.network).await;
        eventually("the first waits for its partner", || async {
            alone.quarantine(&pool) == Some(QuarantineReason::PartnerUnreachable)
        })
        .await;
        let (pool, folder) = folders[1 - first].clone();
        let other = Node::start(pool, folder, &pair.network).await;
        (pair.one, pair.two) = if first == 0 {
            (alone, other)
        } else {
            (other, alone)
        };
        pair.settled().await;
        assert!(pair.two.serves(&pool1()) && !pair.one.serves(&pool1()));
    }
    assert!(pair.two.serves(&pool2()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_pools_take_over_unseen_and_meet_again() {
    let pair = Pair::start().await;
    pair.one.keep(&pool1(), KEN, "common", "both").await;
    pair.one.sync().await;
    pair.part().await;
    let entry = pair.two.run(fail_over_disaster(pool1())).await.unwrap();
    assert_eq!(entry.state, OperationState::Committed);
    pair.one
        .keep(&pool1(), KEN, "here", "pool1 does not know yet")
        .await;
    pair.two.keep(&pool1(), KEN, "there", "pool2 serves").await;
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
    pair.one.keep(&pool1(), KEN, "contact", "one").await;
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
    pair.one.sync().await;
    let status = pair.one.backup.status(None).await.unwrap();
    assert_eq!(export_state(&status[0].export), ExportState::FinalState);
    assert_eq!(status[0].last_error, "");
    let entry = pair.one.run(fail_over(pool1())).await.unwrap();
    assert_eq!(entry.state, OperationState::Committed);
}
