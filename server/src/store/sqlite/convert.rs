//! Between plain data and what SQLite keeps.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use tandem_domain::backup::{BackupModule, DocumentKind};
use tandem_domain::identity::Fqdn;
use tandem_domain::ownership::{Epoch, Position};

use crate::store::{ContentHash, ContentReference, Document, DocumentKey, Error, Result};

/// SQLite's primary result codes for a full disk, and for files that are damaged or none of its own.
const SQLITE_FULL: &str = "13";
const SQLITE_CORRUPT: &str = "11";
const SQLITE_NOTADB: &str = "26";

/// A failure of the database, told apart by what the caller does next.
pub(super) fn failed(error: sqlx::Error) -> Error {
    if let sqlx::Error::Database(database) = &error {
        let message = || database.message().to_owned();
        match database.code().as_deref() {
            Some(SQLITE_FULL) => return Error::DiskFull(message()),
            Some(SQLITE_CORRUPT | SQLITE_NOTADB) => return Error::Damaged(message()),
            _ => {}
        }
    }
    Error::Backend(Box::new(error))
}

/// Numbers that are stored never come near 2^63: one write a nanosecond would take 292 years.
pub(super) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Reads a number that is never negative.
pub(super) fn unsigned(row: &SqliteRow, column: usize) -> Result<u64> {
    let value: i64 = row.try_get(column).map_err(failed)?;
    u64::try_from(value)
        .map_err(|_| Error::Damaged(format!("{value} stands where a count belongs")))
}

/// The number that stands for a kind. A stored number never changes its meaning.
pub(super) fn kind_code(kind: DocumentKind) -> Result<i64> {
    match kind {
        DocumentKind::Account => Ok(0),
        DocumentKind::Contact => Ok(1),
        DocumentKind::Group => Ok(2),
        DocumentKind::Setting => Ok(3),
        DocumentKind::Presence => Ok(4),
        DocumentKind::Rights => Ok(5),
        DocumentKind::Conference => Ok(6),
        DocumentKind::ConferenceContent => Ok(7),
        DocumentKind::Topology
        | DocumentKind::Configuration
        | DocumentKind::Policy
        | DocumentKind::Role => Err(Error::Invalid(format!(
            "documents of kind {kind} belong into the Central Management store"
        ))),
    }
}

/// The kind that a stored number stands for.
pub(super) fn kind_of_code(code: i64) -> Result<DocumentKind> {
    DocumentKind::USER_DATA
        .into_iter()
        .find(|kind| matches!(kind_code(*kind), Ok(known) if known == code))
        .ok_or_else(|| Error::Damaged(format!("{code} stands for no kind of document")))
}

/// The number that stands for a module.
pub(super) fn module_code(module: BackupModule) -> Result<i64> {
    match module {
        BackupModule::PresenceFocus => Ok(0),
        BackupModule::DataConf => Ok(1),
        BackupModule::CmsMaster => Err(Error::Invalid(format!(
            "module {module} ships no users' documents"
        ))),
    }
}

/// The module that a stored number stands for.
pub(super) fn module_of_code(code: i64) -> Result<BackupModule> {
    match code {
        0 => Ok(BackupModule::PresenceFocus),
        1 => Ok(BackupModule::DataConf),
        _ => Err(Error::Damaged(format!("{code} stands for no module"))),
    }
}

/// Microseconds since 1970.
pub(super) fn micros(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| {
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    })
}

/// The time of stored microseconds.
pub(super) fn time(micros: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

/// Reads a time.
pub(super) fn time_at(row: &SqliteRow, column: usize) -> Result<SystemTime> {
    row.try_get(column).map(time).map_err(failed)
}

/// Reads a time that may be missing.
pub(super) fn optional_time_at(row: &SqliteRow, column: usize) -> Result<Option<SystemTime>> {
    let micros: Option<i64> = row.try_get(column).map_err(failed)?;
    Ok(micros.map(time))
}

/// Reads bytes.
pub(super) fn bytes_at(row: &SqliteRow, column: usize) -> Result<Bytes> {
    row.try_get::<Vec<u8>, _>(column)
        .map(Bytes::from)
        .map_err(failed)
}

/// A stored pool name.
pub(super) fn fqdn(text: &str) -> Result<Fqdn> {
    Fqdn::parse(text).map_err(|error| Error::Damaged(error.to_string()))
}

/// A document's part of the digest, as it is stored.
pub(super) fn hash_bytes(hash: u128) -> Vec<u8> {
    hash.to_be_bytes().to_vec()
}

/// The stored form, read.
pub(super) fn hash_of_bytes(bytes: &[u8]) -> Result<u128> {
    <[u8; 16]>::try_from(bytes)
        .map(u128::from_be_bytes)
        .map_err(|_| Error::Damaged(format!("a digest has {} bytes, not 16", bytes.len())))
}

/// The columns that [`document`] reads, in its order.
macro_rules! document_columns {
    ($table:literal) => {
        concat!(
            $table,
            ".owner, ",
            $table,
            ".kind, ",
            $table,
            ".key, ",
            $table,
            ".body, ",
            $table,
            ".version, ",
            $table,
            ".epoch, ",
            $table,
            ".sequence, ",
            $table,
            ".deleted, ",
            $table,
            ".written, ",
            $table,
            ".content_hash, ",
            $table,
            ".content_length"
        )
    };
}
pub(super) use document_columns;

/// How many columns [`document`] reads.
pub(super) const DOCUMENT_COLUMNS: usize = 11;

/// Reads a document from the first columns of a row.
pub(super) fn document(row: &SqliteRow) -> Result<Document> {
    let hash: Option<&[u8]> = row.try_get(9).map_err(failed)?;
    let content = match hash {
        None => None,
        Some(hash) => Some(ContentReference {
            hash: content_hash(hash)?,
            length: unsigned(row, 10)?,
        }),
    };
    Ok(Document {
        key: DocumentKey {
            owner: row.try_get(0).map_err(failed)?,
            kind: kind_of_code(row.try_get(1).map_err(failed)?)?,
            key: row.try_get(2).map_err(failed)?,
        },
        body: bytes_at(row, 3)?,
        version: unsigned(row, 4)?,
        position: Position {
            epoch: Epoch(unsigned(row, 5)?),
            sequence: unsigned(row, 6)?,
        },
        deleted: row.try_get(7).map_err(failed)?,
        written: time_at(row, 8)?,
        content,
    })
}

/// A stored content hash.
pub(super) fn content_hash(bytes: &[u8]) -> Result<ContentHash> {
    <[u8; 32]>::try_from(bytes)
        .map(ContentHash::from)
        .map_err(|_| Error::Damaged(format!("a content hash has {} bytes, not 32", bytes.len())))
}

/// Keys as the JSON array that statements over many keys take: `[[owner, kind, key], …]`.
pub(super) fn keys_json<'a>(keys: impl IntoIterator<Item = &'a DocumentKey>) -> Result<String> {
    let mut list = Vec::new();
    for key in keys {
        list.push((&key.owner, kind_code(key.kind)?, &key.key));
    }
    serde_json::to_string(&list).map_err(|error| Error::Backend(Box::new(error)))
}
