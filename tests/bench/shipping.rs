//! The Backup Service's rate against a plain batched insert of the same rows into SQLite.

use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tandem::backup::v1::backup_service_client::BackupServiceClient;
use tandem::backup::v1::get_cs_backup_service_status_response::Record;
use tandem::backup::v1::{GetCsBackupServiceStatusRequest, SetCsBackupServiceConfigurationRequest};
use tandem::cmdlet::v1::CommonParameters;
use tandem::frontend::v1::front_end_service_client::FrontEndServiceClient;
use tandem::frontend::v1::{DocumentWrite, PutDocumentsRequest};
use tandem::topology::v1::topology_service_client::TopologyServiceClient;
use tandem::topology::v1::{StartCsWindowsServiceRequest, StopCsWindowsServiceRequest};
use tandem_lab::laboratory::{POOL1, POOL2};
use tandem_lab::users::sip_address;

use crate::site::{Site, drain, report, unasked};

const ROWS: usize = 50_000;
const ROWS_PER_WRITE: usize = 500;
const BODY_BYTES: usize = 200;

/// The steady load: so many seconds, so many writes a second.
const STEADY_SECONDS: usize = 20;
const STEADY_TICKS: usize = 4;

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
    steady_load(site).await;
}

/// Users write all the while and the Backup Service ships every five seconds: what is not shipped yet stays as much as one
/// interval brings.
async fn steady_load(site: &Site) {
    set_interval(site, Duration::from_secs(5)).await;
    let mut most_waiting = 0;
    let begun = Instant::now();
    for second in 0..STEADY_SECONDS {
        for tick in 0..STEADY_TICKS {
            let first = ROWS + (second * STEADY_TICKS + tick) * ROWS_PER_WRITE;
            put_rows(site, first).await;
            most_waiting = most_waiting.max(waiting(site).await);
            let due =
                Duration::from_millis((second * 1000 + (tick + 1) * 1000 / STEADY_TICKS) as u64);
            tokio::time::sleep_until((begun + due).into()).await;
        }
    }
    let wrote = begun.elapsed();
    let begun = Instant::now();
    while waiting(site).await > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let rows = STEADY_SECONDS * STEADY_TICKS * ROWS_PER_WRITE;
    let rate = rows as f64 / wrote.as_secs_f64();
    report(
        &format!("steady load of {rate:.0} rows/s, shipped every 5 s"),
        &format!("{most_waiting} rows"),
        &format!(
            "waited at most: {:.1} s of writes (wanted: about an interval); all shipped {:.1?} after the last",
            most_waiting as f64 / rate,
            begun.elapsed()
        ),
    );
    set_interval(site, Duration::from_secs(120)).await;
}

async fn set_interval(site: &Site, interval: Duration) {
    let request = SetCsBackupServiceConfigurationRequest {
        common: Some(unasked()),
        sync_interval: prost_types::Duration::try_from(interval).ok(),
        ..Default::default()
    };
    let mut backup = BackupServiceClient::new(site.channel(POOL2));
    let answers = backup.set_cs_backup_service_configuration(request);
    drain(answers.await.unwrap().into_inner()).await;
}

/// Records of user data that the partner has not imported.
async fn waiting(site: &Site) -> u64 {
    let request = GetCsBackupServiceStatusRequest {
        pool_fqdn: POOL1.to_owned(),
        ..Default::default()
    };
    let mut backup = BackupServiceClient::new(site.channel(POOL1));
    let answers = backup.get_cs_backup_service_status(request).await;
    let mut answers = answers.unwrap().into_inner();
    let mut records = 0;
    while let Some(answer) = answers.message().await.unwrap() {
        if let Some(Record::Output(status)) = answer.record {
            records += status
                .backup_modules
                .iter()
                .map(|module| module.pending_records)
                .sum::<u64>();
        }
    }
    records
}

fn body(number: usize) -> Vec<u8> {
    format!("{{\"n\":{number}}}")
        .bytes()
        .chain(std::iter::repeat(b' '))
        .take(BODY_BYTES)
        .collect()
}

async fn write_rows(site: &Site) {
    for first in (0..ROWS).step_by(ROWS_PER_WRITE) {
        put_rows(site, first).await;
    }
}

async fn put_rows(site: &Site, first: usize) {
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
    FrontEndServiceClient::new(site.channel(POOL1))
        .put_documents(PutDocumentsRequest { write })
        .await
        .unwrap();
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
