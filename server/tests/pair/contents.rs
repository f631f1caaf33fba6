//! Conference files that a pool has lost although its database names them: the other pool gives them back when its Backup
//! Service is told to ship.

use tandem_domain::backup::BackupModule;

use crate::harness::*;

const KEN: &str = "sip:kenmyer@contoso.com";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_one_pool_has_lost_come_back_from_the_other() {
    let pair = Pair::start().await;
    let file = pair
        .one
        .put_file(&pool1(), KEN, "slides", &[7; 300_000])
        .await;
    let gone = pair
        .one
        .put_file(&pool1(), KEN, "lost on both", b"bytes")
        .await;
    pair.one.sync().await;
    let path = |node: &str, hash: &str| {
        let folder = pair.folder.path().join(node).join("content");
        folder.join(&hash[..2]).join(&hash[2..4]).join(hash)
    };
    for node in ["one", "two"] {
        std::fs::remove_file(path(node, &gone.to_string())).unwrap();
    }
    for (loser, giver, name) in [(&pair.one, &pair.two, "one"), (&pair.two, &pair.one, "two")] {
        std::fs::remove_file(path(name, &file.to_string())).unwrap();
        let contents = &loser.stores.contents;
        assert_eq!(contents.missing(vec![file]).await.unwrap().len(), 1);
        giver.backup.sync(&[BackupModule::DataConf]).await.unwrap();
        assert!(
            contents.missing(vec![file]).await.unwrap().is_empty(),
            "{name}"
        );
    }
}
