//! Conference files that a pool has lost although its database names them: the other pool gives them back. What both have
//! lost holds nothing up, is named until it comes back or is deleted, and one large file lets the others pass.

use std::path::PathBuf;

use bytes::Bytes;
use tandem_domain::backup::{BackupModule, BackupServiceConfiguration, ExportState, export_state};
use tandem_server::backup::{Extent, Loss, ModuleStatus};
use tandem_server::management::BACKUP_SERVICE_CONFIGURATION;
use tandem_server::store::{ContentHash, OperationState, Write};

use crate::harness::*;

const KEN: &str = "sip:kenmyer@contoso.com";
const DATA_CONF: [BackupModule; 1] = [BackupModule::DataConf];

fn path(pair: &Pair, node: &str, hash: ContentHash) -> PathBuf {
    let hash = hash.to_string();
    let folder = pair.folder.path().join(node).join("content");
    folder.join(&hash[..2]).join(&hash[2..4]).join(hash)
}

async fn has(node: &Node, hash: ContentHash) -> bool {
    let contents = &node.stores.contents;
    contents.missing(vec![hash]).await.unwrap().is_empty()
}

async fn data_conf(node: &Node) -> ModuleStatus {
    let status = node.backup.status(None).await.unwrap();
    let mut modules = status.into_iter();
    modules
        .find(|status| status.module == BackupModule::DataConf)
        .unwrap()
}

async fn cycle(node: &Node) {
    let cycle = node
        .backup
        .cycle(&node.pool, BackupModule::DataConf, Extent::OneCycle);
    cycle.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_one_pool_has_lost_come_back_from_the_other() {
    let pair = Pair::start().await;
    let file = pair
        .one
        .put_file(&pool1(), KEN, "slides", &[7; 300_000])
        .await;
    let gone = pair
        .one
        .put_file(&pool1(), KEN, "8CX/lost on both", b"bytes")
        .await;
    pair.one.sync().await;
    for node in ["one", "two"] {
        std::fs::remove_file(path(&pair, node, gone)).unwrap();
    }
    for (loser, giver, name) in [(&pair.one, &pair.two, "one"), (&pair.two, &pair.one, "two")] {
        std::fs::remove_file(path(&pair, name, file)).unwrap();
        assert!(!has(loser, file).await);
        let synced = giver.backup.sync(&DATA_CONF).await.unwrap();
        assert!(has(loser, file).await, "{name}");
        let named = synced.lost.iter().map(|lost| lost.key.key.as_str());
        let expected: &[&str] = if name == "two" {
            &["8CX/lost on both"]
        } else {
            &[]
        };
        assert_eq!(named.collect::<Vec<_>>(), expected, "the owner knows it");
    }
    // The owner fetches by itself what it finds missing.
    std::fs::remove_file(path(&pair, "one", file)).unwrap();
    pair.one.backup.sync(&DATA_CONF).await.unwrap();
    assert!(has(&pair.one, file).await);
}

/// Loses a file before the other pool had it; the file and the others that were written around it.
async fn lost_before_it_was_shipped(pair: &Pair) -> (ContentHash, [ContentHash; 2]) {
    pair.one.sync().await;
    pair.network.cut();
    let before = pair.one.put_file(&pool1(), KEN, "8CX/before", b"1").await;
    let lost = pair.one.put_file(&pool1(), KEN, "8CX/slides", b"22").await;
    let after = pair.one.put_file(&pool1(), KEN, "8CX/after", b"3").await;
    std::fs::remove_file(path(pair, "one", lost)).unwrap();
    pair.network.mend();
    eventually("the files around it are shipped", || async {
        pair.one.backup.wake();
        has(&pair.two, before).await && has(&pair.two, after).await
    })
    .await;
    (lost, [before, after])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_both_have_lost_holds_nothing_up_and_is_named_until_it_is_back() {
    for place in ["one", "two", "deleted", "uploaded"] {
        let pair = Pair::start().await;
        let (lost, _) = lost_before_it_was_shipped(&pair).await;
        cycle(&pair.one).await;
        assert!(crate::is_equal(&pair, &pool1()).await);
        let status = data_conf(&pair.one).await;
        assert_eq!(export_state(&status.export), ExportState::ErrorState);
        assert_eq!(status.pending_records, 0);
        for part in [
            "conference file \"slides\" of conference \"8CX\" of user sip:kenmyer@contoso.com of pool \"pool1.contoso.com\" is lost",
            "is not on pool \"pool1.contoso.com\" any more, and pool \"pool2.contoso.com\" does not have it",
            "Put the file back from a backup as content/",
        ] {
            assert!(status.last_error.contains(part), "{}", status.last_error);
        }
        let again = data_conf(&pair.two).await;
        assert_eq!(
            again.import,
            tandem_domain::backup::ImportState::NormalState
        );

        let file = path(&pair, place, lost);
        match place {
            "deleted" => {
                let key = pair.one.backup.lost_files(&pool1()).remove(0).key;
                let gone = Write {
                    home_pool: pool1(),
                    key,
                    body: Bytes::new(),
                    content: None,
                    expected_version: None,
                    delete: true,
                };
                pair.one
                    .stores
                    .documents
                    .put_many(vec![gone])
                    .await
                    .unwrap();
            }
            "uploaded" => {
                pair.one.put_file(&pool1(), KEN, "8CX/slides", b"22").await;
            }
            _ => {
                std::fs::create_dir_all(file.parent().unwrap()).unwrap();
                std::fs::write(file, b"22").unwrap();
            }
        }
        cycle(&pair.one).await;
        let status = data_conf(&pair.one).await;
        assert_eq!(status.last_error, "", "{place}");
        assert_eq!(
            export_state(&status.export),
            ExportState::FinalState,
            "{place}"
        );
        let is_back = place != "deleted";
        assert_eq!(has(&pair.one, lost).await, is_back, "{place}");
        assert_eq!(has(&pair.two, lost).await, is_back, "{place}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_file_is_lost_as_well_and_its_bytes_are_kept() {
    let pair = Pair::start().await;
    pair.one.sync().await;
    pair.network.cut();
    let file = pair
        .one
        .put_file(&pool1(), KEN, "8CX/slides", b"right")
        .await;
    std::fs::write(path(&pair, "one", file), b"wrong").unwrap();
    pair.network.mend();
    eventually("it is found out", || async {
        pair.one.backup.wake();
        !pair.one.backup.lost_files(&pool1()).is_empty()
    })
    .await;
    cycle(&pair.one).await;
    let lost = pair.one.backup.lost_files(&pool1()).remove(0);
    assert_eq!(lost.loss, Loss::Damaged);
    let damaged = pair.folder.path().join("one/content/damaged");
    let kept = std::fs::read(damaged.join(file.to_string())).unwrap();
    assert_eq!(kept, b"wrong");
    assert_eq!(data_conf(&pair.one).await.pending_records, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_file_does_not_keep_users_from_moving_in_a_planned_way() {
    let pair = Pair::start().await;
    lost_before_it_was_shipped(&pair).await;
    let entry = pair.one.run(fail_over(pool1())).await.unwrap();
    assert_eq!(entry.state, OperationState::Committed, "{entry:?}");
    eventually("the pool that serves now names the file", || async {
        pair.two.backup.wake();
        let status = data_conf(&pair.two).await;
        status
            .last_error
            .contains("\"slides\" of conference \"8CX\"")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_file_lets_the_others_pass() {
    let pair = Pair::start().await;
    let small_steps = BackupServiceConfiguration {
        max_data_conf_package_size_kb: 2,
        max_batches_per_user_store_sync: 1,
        ..BackupServiceConfiguration::default()
    };
    let body = serde_json::to_vec(&small_steps).unwrap().into();
    let (one, now) = (&pair.one, std::time::SystemTime::now());
    let published = one
        .management
        .publish(BACKUP_SERVICE_CONFIGURATION, body, 0, "test", now);
    published.await.unwrap();
    one.sync().await;
    let bytes: Vec<u8> = (0..20_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    let large = one.put_file(&pool1(), KEN, "8CX/film", &bytes).await;
    let small = one.put_file(&pool1(), KEN, "8CX/slides", b"small").await;
    cycle(one).await;
    assert!(has(&pair.two, small).await && !has(&pair.two, large).await);
    let digests = pair.two.stores.change_log.digest(&pool1()).await.unwrap();
    let documents = digests.iter().map(|digest| digest.documents).sum::<u64>();
    assert_eq!(documents, 1, "its document has passed the large one's");
    assert_eq!(data_conf(one).await.pending_records, 1);
    for _ in 0..12 {
        cycle(one).await;
    }
    assert!(has(&pair.two, large).await);
    assert!(crate::is_equal(&pair, &pool1()).await);
    assert_eq!(data_conf(one).await.pending_records, 0);
}
