//! How fast the store is, with its baseline in the same run: imports against a plain batched insert of the same rows.
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on has failed")]

use std::time::SystemTime;

use bytes::Bytes;
use divan::Bencher;
use divan::counter::ItemsCount;
use futures_util::TryStreamExt;
use futures_util::future::join_all;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tandem_domain::backup::{BackupModule, DocumentKind};
use tandem_domain::identity::{Fqdn, SipUri};
use tandem_domain::ownership::{Epoch, Position};
use tandem_server::store::sqlite::{self, SqliteOptions};
use tandem_server::store::{
    Account, AccountDetails, ChangesQuery, Document, DocumentKey, Import, Stores, Write,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Rows that are imported, and inserted for comparison.
const ROWS: u64 = 20_000;
/// Rows of one batch, as the Backup Service sends them.
const BATCH: usize = 200;
/// Bytes of a body.
const BODY: usize = 200;

fn main() {
    divan::main();
}

fn fqdn(name: &str) -> Fqdn {
    Fqdn::parse(name).unwrap()
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

/// Stores of pool `own` that keep pool1, in a folder that goes with them.
fn stores(runtime: &Runtime, own: &str) -> (Stores, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions {
        folder: folder.path().to_path_buf(),
        own_pool: fqdn(own),
    };
    let stores = runtime.block_on(async {
        let (stores, writer) = sqlite::open(&options).await.unwrap();
        tokio::spawn(writer.run());
        stores.ownership.keep(&fqdn("pool1")).await.unwrap();
        stores.gate.release(&fqdn("pool1"));
        stores
    });
    (stores, folder)
}

fn documents() -> Vec<Document> {
    (1..=ROWS)
        .map(|sequence| Document {
            key: DocumentKey {
                owner: format!("sip:user{:05}@contoso.com", sequence % 2_000),
                kind: DocumentKind::Contact,
                key: format!("sip:friend{sequence}@contoso.com"),
            },
            body: Bytes::from(vec![b'x'; BODY]),
            version: 1,
            position: Position {
                epoch: Epoch(0),
                sequence,
            },
            deleted: false,
            written: SystemTime::now(),
            content: None,
        })
        .collect()
}

async fn import(stores: &Stores, documents: &[Document]) {
    for batch in documents.chunks(BATCH) {
        let watermark = batch.last().unwrap().position.sequence;
        stores
            .change_log
            .apply_import(Import {
                home_pool: fqdn("pool1"),
                module: BackupModule::PresenceFocus,
                epoch: Epoch(0),
                documents: batch.to_vec(),
                reconciled: Vec::new(),
                watermark,
                sum: None,
                lost: Default::default(),
            })
            .await
            .unwrap();
    }
}

#[divan::bench(sample_count = 5)]
fn import_in_batches(bencher: Bencher<'_, '_>) {
    let (runtime, documents) = (runtime(), documents());
    bencher
        .counter(ItemsCount::new(ROWS))
        .with_inputs(|| stores(&runtime, "pool2"))
        .bench_local_values(|(stores, folder)| {
            runtime.block_on(import(&stores, &documents));
            (stores, folder)
        });
}

/// The same rows in the same batches into a table with the same key, one prepared statement a row, one transaction a
/// batch, the same durability.
#[divan::bench(sample_count = 5)]
fn plain_batched_insert(bencher: Bencher<'_, '_>) {
    let (runtime, documents) = (runtime(), documents());
    bencher
        .counter(ItemsCount::new(ROWS))
        .with_inputs(|| {
            let folder = tempfile::tempdir().unwrap();
            let connection = runtime.block_on(plain_table(&folder));
            (connection, folder)
        })
        .bench_local_values(|(mut connection, folder)| {
            runtime.block_on(insert(&mut connection, &documents));
            (connection, folder)
        });
}

async fn plain_table(folder: &TempDir) -> SqliteConnection {
    let mut connection = SqliteConnectOptions::new()
        .filename(folder.path().join("plain.sqlite"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .connect()
        .await
        .unwrap();
    sqlx::query(
        "CREATE TABLE document (owner TEXT, kind INTEGER, key TEXT, body BLOB, version INTEGER, epoch INTEGER,
         sequence INTEGER, written INTEGER, PRIMARY KEY (owner, kind, key))",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    connection
}

async fn insert(connection: &mut SqliteConnection, documents: &[Document]) {
    for batch in documents.chunks(BATCH) {
        let mut transaction = connection.begin().await.unwrap();
        for document in batch {
            sqlx::query("INSERT INTO document VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
                .bind(document.key.owner.clone())
                .bind(1)
                .bind(document.key.key.clone())
                .bind(document.body.to_vec())
                .bind(1)
                .bind(0)
                .bind(i64::try_from(document.position.sequence).unwrap())
                .bind(0)
                .execute(&mut *transaction)
                .await
                .unwrap();
        }
        transaction.commit().await.unwrap();
    }
}

#[divan::bench(args = [1, 64, 512], sample_count = 5)]
fn writes_of_concurrent_callers(bencher: Bencher<'_, '_>, callers: usize) {
    const WRITES: usize = 2_048;
    let runtime = runtime();
    let (stores, _folder) = stores(&runtime, "pool1");
    let write = |caller: usize, number: usize| Write {
        home_pool: fqdn("pool1"),
        key: DocumentKey {
            owner: format!("sip:user{caller}@contoso.com"),
            kind: DocumentKind::Contact,
            key: number.to_string(),
        },
        body: Bytes::from(vec![b'x'; BODY]),
        content: None,
        expected_version: None,
        delete: false,
    };
    bencher.counter(ItemsCount::new(WRITES)).bench_local(|| {
        runtime.block_on(join_all((0..callers).map(|caller| {
            let stores = stores.clone();
            async move {
                for number in 0..WRITES / callers {
                    stores
                        .documents
                        .put_many(vec![write(caller, number)])
                        .await
                        .unwrap();
                }
            }
        })))
    });
}

#[divan::bench(sample_count = 10)]
fn scan_of_changes(bencher: Bencher<'_, '_>) {
    let runtime = runtime();
    let (stores, _folder) = stores(&runtime, "pool2");
    runtime.block_on(import(&stores, &documents()));
    bencher.counter(ItemsCount::new(ROWS)).bench_local(|| {
        runtime.block_on(async {
            let mut after = 0;
            loop {
                let batch = stores
                    .change_log
                    .changes(ChangesQuery {
                        home_pool: fqdn("pool1"),
                        module: BackupModule::PresenceFocus,
                        after,
                        limit_documents: 200,
                        limit_bytes: u64::MAX,
                    })
                    .await
                    .unwrap();
                after = batch.watermark;
                if batch.complete {
                    break after;
                }
            }
        })
    });
}

#[divan::bench(sample_count = 10)]
fn count_of_pending(bencher: Bencher<'_, '_>) {
    let runtime = runtime();
    let (stores, _folder) = stores(&runtime, "pool2");
    runtime.block_on(import(&stores, &documents()));
    let pool = fqdn("pool1");
    bencher.bench_local(|| {
        let pending = stores
            .change_log
            .pending(&pool, BackupModule::PresenceFocus, 0);
        runtime.block_on(pending).unwrap()
    });
}

#[divan::bench(sample_count = 5)]
fn stream_of_accounts(bencher: Bencher<'_, '_>) {
    let runtime = runtime();
    let (stores, _folder) = stores(&runtime, "pool1");
    let account = |number: u64| Account {
        home_pool: fqdn("pool1"),
        sip_address: SipUri::parse(&format!("sip:user{number:06}@contoso.com")).unwrap(),
        details: AccountDetails {
            display_name: format!("User {number}"),
            sam_account_name: format!("user{number}"),
            enabled: true,
            ..AccountDetails::default()
        },
    };
    for first in (0..ROWS).step_by(1_000) {
        let writes = (first..first + 1_000).map(account).map(|account| Write {
            home_pool: fqdn("pool1"),
            key: account.key(),
            body: account.body().unwrap(),
            content: None,
            expected_version: None,
            delete: false,
        });
        runtime
            .block_on(stores.documents.put_many(writes.collect()))
            .unwrap();
    }
    bencher.counter(ItemsCount::new(ROWS)).bench_local(|| {
        runtime.block_on(async {
            let mut accounts = stores.documents.accounts(None);
            let mut count = 0;
            while accounts.try_next().await.unwrap().is_some() {
                count += 1;
            }
            count
        })
    });
}
