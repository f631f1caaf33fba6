//! The Backup Service's rate against a plain batched insert of the same rows into SQLite.

use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tandem::cmdlet::v1::CommonParameters;
use tandem::frontend::v1::front_end_service_client::FrontEndServiceClient;
use tandem::frontend::v1::{DocumentWrite, PutDocumentsRequest};
use tandem::topology::v1::topology_service_client::TopologyServiceClient;
use tandem::topology::v1::{StartCsWindowsServiceRequest, StopCsWindowsServiceRequest};
use tandem_lab::laboratory::POOL1;
use tandem_lab::users::sip_address;

use crate::site::{Site, drain, report, unasked};

const ROWS: usize = 50_000;
const ROWS_PER_WRITE: usize = 500;
const BODY_BYTES: usize = 200;

pub(crate) async fn run(site: &Site) {
    let service = |common: CommonParameters| StopCsWindowsServiceRequest {
        common: Some(common),
        name: Some("LYNCBACKUP".to_owned()),
        ..Default::default()
    };
    let mut topology = TopologyServiceClient::new(site.channel(POOL1));
    drain(
        topology
            .stop_cs_windows_service(service(unasked()))
            .await
            .unwrap()
            .into_inner(),
    )
    .await;
    write_rows(site).await;
    let start = StartCsWindowsServiceRequest {
        common: Some(unasked()),
        name: Some("LYNCBACKUP".to_owned()),
        ..Default::default()
    };
    let begun = Instant::now();
    drain(
        topology
            .start_cs_windows_service(start)
            .await
            .unwrap()
            .into_inner(),
    )
    .await;
    site.ship(POOL1).await;
    let shipped = begun.elapsed();
    let plain = plain_insert().await;
    let rate = |time: Duration| ROWS as f64 / time.as_secs_f64();
    report(
        "plain batched insert into SQLite",
        &format!("{:.0} rows/s", rate(plain)),
        "the baseline",
    );
    report(
        "Backup Service, the same rows",
        &format!("{:.0} rows/s", rate(shipped)),
        &format!(
            "{:.2} x plain (wanted: at least 0.3)",
            rate(shipped) / rate(plain)
        ),
    );
}

fn body(number: usize) -> Vec<u8> {
    format!("{{\"n\":{number}}}")
        .bytes()
        .chain(std::iter::repeat(b' '))
        .take(BODY_BYTES)
        .collect()
}

async fn write_rows(site: &Site) {
    let mut front_end = FrontEndServiceClient::new(site.channel(POOL1));
    for first in (0..ROWS).step_by(ROWS_PER_WRITE) {
        let write = (first..first + ROWS_PER_WRITE)
            .map(|number| DocumentWrite {
                owner: sip_address(POOL1, number % 20),
                kind: "contact".to_owned(),
                key: format!("row-{number:08}"),
                body: body(number),
                expected_version: None,
                delete: false,
            })
            .collect();
        front_end
            .put_documents(PutDocumentsRequest { write })
            .await
            .unwrap();
    }
}

async fn plain_insert() -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("plain.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut connection: SqliteConnection = options.connect().await.unwrap();
    sqlx::query("CREATE TABLE document (home TEXT, owner TEXT, kind TEXT, key TEXT, body BLOB, version INTEGER, epoch INTEGER, sequence INTEGER, PRIMARY KEY (home, owner, kind, key))")
        .execute(&mut connection)
        .await
        .unwrap();
    let begun = Instant::now();
    for first in (0..ROWS).step_by(ROWS_PER_WRITE) {
        let mut transaction = connection.begin().await.unwrap();
        for number in first..first + ROWS_PER_WRITE {
            sqlx::query("INSERT INTO document VALUES (?, ?, 'contact', ?, ?, 1, 0, ?)")
                .bind(POOL1)
                .bind(sip_address(POOL1, number % 20))
                .bind(format!("row-{number:08}"))
                .bind(body(number))
                .bind(number as i64)
                .execute(&mut *transaction)
                .await
                .unwrap();
        }
        transaction.commit().await.unwrap();
    }
    begun.elapsed()
}
