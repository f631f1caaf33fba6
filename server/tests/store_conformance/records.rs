//! Management documents, the audit log, and the folder as a whole.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use sqlx::{Connection, SqliteConnection};
use tandem_server::store::sqlite::{self, SqliteOptions};
use tandem_server::store::{AuditIntent, AuditOutcome, Error, ManagementDocument};

use crate::support::*;

fn topology(version: u64) -> ManagementDocument {
    ManagementDocument {
        name: "topology".to_owned(),
        version,
        body: Bytes::from(format!("v{version}")),
        published: SystemTime::UNIX_EPOCH + Duration::from_secs(version),
        publisher: "CN=admin".to_owned(),
    }
}

#[tokio::test]
async fn management_documents_are_compared_and_put() {
    let node = Node::new(pool1()).await;
    let management = &node.stores.management;
    assert_eq!(management.get("topology").await.unwrap(), None);
    assert!(matches!(
        management.put(topology(2), Some(1)).await,
        Err(Error::ManagementConflict {
            expected: 1,
            found: 0,
            ..
        })
    ));
    assert_eq!(management.put(topology(1), Some(0)).await.unwrap(), 1);
    assert_eq!(management.put(topology(3), None).await.unwrap(), 3);
    assert_eq!(
        management.put(topology(2), None).await.unwrap(),
        3,
        "an older one changes nothing"
    );
    assert_eq!(management.get("topology").await.unwrap(), Some(topology(3)));
    assert_eq!(
        management.versions().await.unwrap(),
        [("topology".to_owned(), 3)]
    );
}

#[tokio::test]
async fn an_intent_is_durable_before_its_outcome() {
    let node = Node::new(pool1()).await;
    let intent = AuditIntent {
        when: SystemTime::UNIX_EPOCH + Duration::from_secs(10),
        caller: "CN=admin".to_owned(),
        peer_address: "192.0.2.1:5000".to_owned(),
        rpc: "tandem.pool.v1.PoolService/InvokeCsPoolFailOver".to_owned(),
        command: "Invoke-CsPoolFailOver -PoolFqdn pool1.contoso.com".to_owned(),
        operation_id: Some("op".to_owned()),
    };
    let first = node.stores.audit.intend(intent.clone()).await.unwrap();
    let node = node.reopened().await;
    let audit = &node.stores.audit;
    let records = audit.list(10).await.unwrap();
    assert_eq!(
        (records[0].number, &records[0].intent, &records[0].outcome),
        (first, &intent, &None)
    );
    let outcome = AuditOutcome {
        when: SystemTime::UNIX_EPOCH + Duration::from_secs(11),
        error_id: Some("PartnerPoolFailedOver".to_owned()),
        summary: "refused".to_owned(),
    };
    audit.conclude(first, outcome.clone()).await.unwrap();
    let second = audit.intend(intent).await.unwrap();
    assert!(second > first);
    let records = audit.list(10).await.unwrap();
    assert_eq!(
        records
            .iter()
            .map(|record| record.number)
            .collect::<Vec<_>>(),
        [second, first]
    );
    assert_eq!(records[1].outcome, Some(outcome.clone()));
    assert!(matches!(
        audit.conclude(999, outcome).await,
        Err(Error::NotFound { .. })
    ));
    let all = SystemTime::UNIX_EPOCH + Duration::from_secs(12);
    assert_eq!(audit.forget_before(all).await.unwrap(), 2);
}

#[tokio::test]
async fn one_process_uses_the_folder() {
    let node = Node::new(pool1()).await;
    let options = SqliteOptions {
        folder: node.folder.path().to_path_buf(),
        own_pool: pool1(),
    };
    let second = sqlite::open(&options).await.map(|_| ());
    assert!(matches!(second, Err(Error::Invalid(message)) if message.contains("another process")));
}

#[tokio::test]
async fn what_was_answered_is_in_the_file_without_a_clean_end() {
    let node = Node::new(pool1()).await;
    node.put(vec![write(contact("sip:a@contoso.com", "a"), "durable")])
        .await;
    // A crash leaves the database and its log as they are at this moment.
    let crashed = tempfile::tempdir().unwrap();
    for suffix in ["", "-wal"] {
        let name = format!("tandem.sqlite{suffix}");
        std::fs::copy(
            format!("{}{suffix}", node.database().display()),
            crashed.path().join(name),
        )
        .unwrap();
    }
    let options = SqliteOptions {
        folder: crashed.path().to_path_buf(),
        own_pool: pool1(),
    };
    let (stores, _writer) = sqlite::open(&options).await.unwrap();
    let document = stores
        .documents
        .get(&pool1(), &contact("sip:a@contoso.com", "a"))
        .await
        .unwrap();
    assert_eq!(document.unwrap().body, "durable");
}

#[tokio::test]
async fn a_writer_that_is_gone_is_said_to_be_closed() {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions {
        folder: folder.path().to_path_buf(),
        own_pool: pool1(),
    };
    let (stores, writer) = sqlite::open(&options).await.unwrap();
    drop(writer);
    assert!(matches!(
        stores.ownership.keep(&pool1()).await,
        Err(Error::Closed)
    ));
}

#[tokio::test]
async fn a_file_that_is_no_store_or_a_damaged_one_is_told_apart_from_a_failure() {
    let node = Node::new(pool1()).await;
    let copy = node.folder.path().join("copy");
    let store = format!("sqlite://{}", node.database().display());
    let mut store = SqliteConnection::connect(&store).await.unwrap();
    let vacuum = sqlx::query("VACUUM INTO ?").bind(copy.to_str());
    vacuum.execute(&mut store).await.unwrap();
    let bytes = std::fs::read(copy).unwrap();
    let zeroed = |from: usize| {
        let mut bytes = bytes.clone();
        bytes[from..].fill(0);
        bytes
    };
    for (name, bytes) in [
        ("no store", b"something else, and long enough".repeat(100)),
        ("cut off", bytes[..bytes.len() / 2].to_vec()),
        ("overwritten", zeroed(4096)),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("tandem.sqlite"), bytes).unwrap();
        let options = SqliteOptions {
            folder: folder.path().to_path_buf(),
            own_pool: pool1(),
        };
        match sqlite::open(&options).await {
            Err(Error::Damaged(_)) => {}
            Err(error) => panic!("{name}: {error}"),
            Ok(_) => panic!("{name}: opened"),
        }
    }
}
