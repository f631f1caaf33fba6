//! A pool that comes back with another store than it had: an empty one, after its disk was replaced, or one that was restored
//! from an older backup. It serves nobody until its data is back from its copy.

use std::path::Path;

use sqlx::{Connection, SqliteConnection};
use tandem_domain::loss::Confidence;
use tandem_domain::ownership::{Epoch, QuarantineReason};
use tandem_domain::plan::Decision;
use tandem_server::operation::{Error, Operations};
use tandem_server::store::OperationState;

use crate::harness::*;
use crate::is_equal;

const KEN: &str = "sip:kenmyer@contoso.com";

/// Backs the store of a node that runs up, as SQLite does it online.
async fn back_up(folder: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    let store = format!("sqlite://{}", folder.join("tandem.sqlite").display());
    let mut store = SqliteConnection::connect(&store).await.unwrap();
    sqlx::query("VACUUM INTO ?")
        .bind(to.join("tandem.sqlite").to_str())
        .execute(&mut store)
        .await
        .unwrap();
    store.close().await.unwrap();
}

/// Writes some contacts of either pool, all of which the other has.
async fn write(pair: &Pair, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let key = format!("contact {number}");
        pair.one.keep(&pool1(), KEN, &key, "from pool1").await;
        pair.two.keep(&pool2(), KEN, &key, "from pool2").await;
    }
    pair.one.sync().await;
    pair.two.sync().await;
}

/// pool1 has come back with a store that lacks some of its first `written` contacts.
async fn comes_back_by_way_of_its_copy(pair: &Pair, written: u32) {
    eventually("pool1 finds its store older than its copy", || async {
        matches!(
            pair.one.quarantine(&pool1()),
            Some(QuarantineReason::StoreRolledBack { .. })
        )
    })
    .await;
    let refused = pair.one.put(&pool1(), KEN, "contact 0", "too early").await;
    assert!(refused.is_err(), "{refused:?}");
    assert!(!pair.one.serves(&pool1()));

    // What it says of itself reaches its partner with a heartbeat.
    eventually("pool2 knows of it", || async {
        match pair.two.operations.plan(&fail_back_disaster(pool1())).await {
            Err(Error::ElsewhereCoordinated { .. }) | Ok(_) => {}
            Err(error) => panic!("{error}"),
        }
        let heard = pair.two.exchange.board().view(&pool1()).last;
        heard.is_some_and(|(report, _)| {
            report.homes[&pool1()]
                .quarantine
                .is_some_and(QuarantineReason::is_older_store)
        })
    })
    .await;
    let serves_empty = pair.one.run(fail_back_disaster(pool1())).await;
    assert_eq!(serves_empty.unwrap_err().id(), "Quarantined");

    let request = fail_over_disaster(pool1());
    let (decision, _) = pair.two.operations.plan(&request).await.unwrap();
    let Decision::Run(plan) = decision else {
        panic!("something is open")
    };
    assert_eq!(
        plan.loss.unwrap().confidence,
        Confidence::StoreRestored,
        "nobody can count what the lost store alone had"
    );
    assert!(plan.warnings.is_empty(), "{:?}", plan.warnings);
    let entry = pair.two.run(request).await.unwrap();
    assert_eq!(entry.state, OperationState::Committed, "{entry:?}");
    let result = Operations::result(&entry);
    assert_eq!(result.stated_loss, None, "not counted is not none");
    eventually("pool1 follows", || async {
        pair.one.epoch(&pool1()) == Some(Epoch(1))
    })
    .await;
    let entry = pair.two.run(fail_back(pool1())).await.unwrap();
    assert_eq!(entry.state, OperationState::Committed, "{entry:?}");
    assert!(pair.one.serves(&pool1()));
    for number in 0..written {
        let key = format!("contact {number}");
        let body = pair.one.read(&pool1(), KEN, &key).await;
        assert_eq!(body.as_deref(), Some("from pool1"), "{key}");
    }
    pair.one
        .keep(&pool1(), KEN, "contact 0", "written again")
        .await;
    // Its copy of the other pool's data was lost with the store too.
    pair.two.sync().await;
    pair.one.sync().await;
    for home in [pool1(), pool2()] {
        assert!(is_equal(pair, &home).await, "{home}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_an_empty_store() {
    let mut pair = Pair::start().await;
    write(&pair, 0..40).await;
    pair.one.kill().await;
    let folder = pair.folder.path().join("replaced");
    pair.one = Node::start(pool1(), folder, &pair.network).await;
    comes_back_by_way_of_its_copy(&pair, 40).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_store_from_an_older_backup() {
    let mut pair = Pair::start().await;
    write(&pair, 0..20).await;
    let backup = pair.folder.path().join("backup");
    back_up(&pair.folder.path().join("one"), &backup).await;
    write(&pair, 20..40).await;
    pair.one.kill().await;
    pair.one = Node::start(pool1(), backup, &pair.network).await;
    comes_back_by_way_of_its_copy(&pair, 40).await;
}

/// The backup still has what was deleted after it; the copy, which keeps no tombstones, cannot say that it was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_store_from_before_a_deletion() {
    let mut pair = Pair::start().await;
    write(&pair, 0..20).await;
    pair.one.keep(&pool1(), KEN, "deleted", "from pool1").await;
    pair.one.sync().await;
    let backup = pair.folder.path().join("backup");
    back_up(&pair.folder.path().join("one"), &backup).await;
    pair.one.delete(&pool1(), KEN, "deleted").await;
    write(&pair, 20..40).await;
    pair.one.kill().await;
    pair.one = Node::start(pool1(), backup, &pair.network).await;
    comes_back_by_way_of_its_copy(&pair, 40).await;
    for node in [&pair.one, &pair.two] {
        assert_eq!(node.read(&pool1(), KEN, "deleted").await, None);
    }
}

/// The owner has forgotten the deletion too: the copy had acknowledged it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_from_before_a_deletion_is_made_equal_again() {
    let mut pair = Pair::start().await;
    write(&pair, 0..20).await;
    pair.one.keep(&pool1(), KEN, "deleted", "from pool1").await;
    pair.one.sync().await;
    let backup = pair.folder.path().join("backup");
    back_up(&pair.folder.path().join("two"), &backup).await;
    pair.one.delete(&pool1(), KEN, "deleted").await;
    pair.one.sync().await;
    let log = &pair.one.stores.change_log;
    assert_eq!(log.prune_tombstones(&pool1()).await.unwrap(), 1);
    pair.two.kill().await;
    pair.two = Node::start(pool2(), backup, &pair.network).await;
    pair.settled().await;
    let entry = pair.one.run(fail_over(pool1())).await.unwrap();
    assert_eq!(entry.state, OperationState::Committed, "{entry:?}");
    assert_eq!(pair.two.read(&pool1(), KEN, "deleted").await, None);
    assert!(is_equal(&pair, &pool1()).await);
}

/// An administrator lets a pool serve from an older backup while its partner is away: what the partner had deleted since is
/// back, and its copy has to hold it again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_is_ahead_of_a_restored_pool_is_made_equal_to_it() {
    let mut pair = Pair::start().await;
    pair.one
        .keep(&pool1(), KEN, "back again", "from pool1")
        .await;
    pair.one.sync().await;
    let backup = pair.folder.path().join("backup");
    back_up(&pair.folder.path().join("one"), &backup).await;
    pair.one.delete(&pool1(), KEN, "back again").await;
    pair.one.keep(&pool1(), KEN, "later", "from pool1").await;
    pair.one.sync().await;
    pair.network.cut();
    pair.one.kill().await;
    pair.one = Node::start(pool1(), backup, &pair.network).await;
    eventually("pool1 waits for its partner", || async {
        pair.one.quarantine(&pool1()) == Some(QuarantineReason::PartnerUnreachable)
    })
    .await;
    let entry = pair.one.run(fail_back_disaster(pool1())).await.unwrap();
    assert_eq!(entry.state, OperationState::Committed, "{entry:?}");
    pair.network.mend();
    eventually("pool2 follows", || async {
        pair.two.epoch(&pool1()) == Some(Epoch(2))
    })
    .await;
    let entry = pair.one.run(fail_over(pool1())).await.unwrap();
    assert_eq!(entry.state, OperationState::Committed, "{entry:?}");
    let body = pair.two.read(&pool1(), KEN, "back again").await;
    assert_eq!(body.as_deref(), Some("from pool1"));
    assert!(is_equal(&pair, &pool1()).await);
}
