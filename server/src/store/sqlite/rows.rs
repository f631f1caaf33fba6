//! Many documents in few statements: looked up by a JSON array of keys, written by statements of many rows.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use sqlx::sqlite::SqliteArguments;
use sqlx::{AssertSqlSafe, Row, Sqlite, SqliteConnection, query::Query};
use tandem_domain::backup::DocumentKind;

use super::convert::{self, failed, number, unsigned};
use super::session::PoolState;
use crate::store::{AccountDetails, Document, DocumentKey, Result};

/// Rows of one statement. A number of rows is written with the largest of these that fit, so that few statements are
/// prepared and each is used again.
const ROWS_PER_STATEMENT: [usize; 4] = [128, 32, 8, 1];

/// A statement that writes many rows, in each of the sizes.
struct ManyRows {
    sizes: Vec<(usize, Arc<str>)>,
}

impl ManyRows {
    /// `INSERT INTO table (columns) VALUES (?, …), … conflict`.
    fn new(insert: &str, columns: usize, conflict: &str) -> Self {
        let row = format!("({})", vec!["?"; columns].join(", "));
        let sizes = ROWS_PER_STATEMENT
            .into_iter()
            .map(|rows| {
                let values = vec![row.as_str(); rows].join(", ");
                (
                    rows,
                    Arc::from(format!("{insert} VALUES {values} {conflict}")),
                )
            })
            .collect();
        Self { sizes }
    }

    /// Writes `rows`, each bound by `bind`.
    async fn write<T>(
        &self,
        connection: &mut SqliteConnection,
        mut rows: &[T],
        bind: impl for<'q> Fn(
            Query<'q, Sqlite, SqliteArguments>,
            &T,
        ) -> Result<Query<'q, Sqlite, SqliteArguments>>,
    ) -> Result<()> {
        for (size, statement) in &self.sizes {
            while let Some((now, later)) = rows.split_at_checked(*size) {
                // The text is made of constants and question marks; values are bound.
                let mut query = sqlx::query(AssertSqlSafe(statement.clone()));
                for row in now {
                    query = bind(query, row)?;
                }
                query.execute(&mut *connection).await.map_err(failed)?;
                rows = later;
            }
        }
        Ok(())
    }
}

static UPSERT_DOCUMENTS: LazyLock<ManyRows> = LazyLock::new(|| {
    ManyRows::new(
        "INSERT INTO document (home_pool, module, owner, kind, key, body, version, epoch, sequence, written, deleted,
                               content_hash, content_length, hash)",
        14,
        "ON CONFLICT (home_pool, owner, kind, key) DO UPDATE SET
             module = excluded.module, body = excluded.body, version = excluded.version, epoch = excluded.epoch,
             sequence = excluded.sequence, written = excluded.written, deleted = excluded.deleted,
             content_hash = excluded.content_hash, content_length = excluded.content_length, hash = excluded.hash",
    )
});

static UPSERT_ACCOUNTS: LazyLock<ManyRows> = LazyLock::new(|| {
    ManyRows::new(
        "INSERT INTO account (home_pool, owner, user_principal_name, sam_account_name, display_name)",
        5,
        "ON CONFLICT (home_pool, owner) DO UPDATE SET
             user_principal_name = excluded.user_principal_name, sam_account_name = excluded.sam_account_name,
             display_name = excluded.display_name",
    )
});

/// What is known of a document that is about to be replaced.
#[derive(Clone, Copy, Debug)]
pub(super) struct Existing {
    pub(super) id: i64,
    pub(super) version: u64,
    pub(super) sequence: u64,
    pub(super) deleted: bool,
    pub(super) hash: u128,
}

/// Looks documents and tombstones up, by their place in `keys`.
pub(super) async fn existing<'a>(
    connection: &mut SqliteConnection,
    pool: i64,
    keys: impl IntoIterator<Item = &'a DocumentKey>,
) -> Result<HashMap<usize, Existing>> {
    let rows = sqlx::query(
        "SELECT wanted.key, document.id, document.version, document.sequence, document.deleted, document.hash
         FROM json_each(?) AS wanted
         CROSS JOIN document ON document.home_pool = ?
             AND document.owner = wanted.value ->> 0
             AND document.kind = wanted.value ->> 1
             AND document.key = wanted.value ->> 2",
    )
    .bind(convert::keys_json(keys)?)
    .bind(pool)
    .fetch_all(connection)
    .await
    .map_err(failed)?;
    let mut found = HashMap::with_capacity(rows.len());
    for row in &rows {
        let place: i64 = row.try_get(0).map_err(failed)?;
        let existing = Existing {
            id: row.try_get(1).map_err(failed)?,
            version: unsigned(row, 2)?,
            sequence: unsigned(row, 3)?,
            deleted: row.try_get(4).map_err(failed)?,
            hash: convert::hash_of_bytes(row.try_get(5).map_err(failed)?)?,
        };
        found.insert(usize::try_from(place).unwrap_or(usize::MAX), existing);
    }
    Ok(found)
}

/// A document and what it replaces.
pub(super) struct Replacement {
    pub(super) document: Document,
    pub(super) existing: Option<Existing>,
}

/// Writes documents and tombstones over what they replace, with digests and account names.
pub(super) async fn write(
    connection: &mut SqliteConnection,
    pool: &mut PoolState,
    rows: &[Replacement],
) -> Result<()> {
    let mut hashed = Vec::with_capacity(rows.len());
    for row in rows {
        let hash = if row.document.deleted {
            0
        } else {
            hash(&row.document)
        };
        let digest = pool.digest(row.document.key.kind);
        if let Some(existing) = row.existing
            && !existing.deleted
        {
            digest.remove(existing.hash);
        }
        if !row.document.deleted {
            digest.add(hash);
        }
        hashed.push((&row.document, hash));
    }
    let id = pool.id;
    UPSERT_DOCUMENTS
        .write(connection, &hashed, |query, (document, hash)| {
            bind_document(query, id, document, *hash)
        })
        .await?;
    write_accounts(connection, id, rows.iter().map(|row| &row.document)).await
}

fn bind_document<'q>(
    query: Query<'q, Sqlite, SqliteArguments>,
    pool: i64,
    document: &Document,
    hash: u128,
) -> Result<Query<'q, Sqlite, SqliteArguments>> {
    let kind = document.key.kind;
    Ok(query
        .bind(pool)
        .bind(convert::module_code(kind.module())?)
        .bind(document.key.owner.clone())
        .bind(convert::kind_code(kind)?)
        .bind(document.key.key.clone())
        .bind(document.body.to_vec())
        .bind(number(document.version))
        .bind(number(document.position.epoch.0))
        .bind(number(document.position.sequence))
        .bind(convert::micros(document.written))
        .bind(document.deleted)
        .bind(
            document
                .content
                .map(|content| content.hash.as_bytes().to_vec()),
        )
        .bind(document.content.map(|content| number(content.length)))
        .bind(convert::hash_bytes(hash)))
}

/// Keeps the names of accounts in step with the documents written.
async fn write_accounts(
    connection: &mut SqliteConnection,
    pool: i64,
    documents: impl Iterator<Item = &Document>,
) -> Result<()> {
    let mut named = Vec::new();
    let mut gone = Vec::new();
    for document in documents.filter(|document| document.key.kind == DocumentKind::Account) {
        if document.deleted {
            gone.push(document.key.owner.as_str());
        } else {
            let details = AccountDetails::from_body(&document.body)?;
            named.push((document.key.owner.as_str(), details));
        }
    }
    UPSERT_ACCOUNTS
        .write(connection, &named, |query, (owner, details)| {
            Ok(query
                .bind(pool)
                .bind((*owner).to_owned())
                .bind(details.user_principal_name.to_lowercase())
                .bind(details.sam_account_name.to_lowercase())
                .bind(details.display_name.to_lowercase()))
        })
        .await?;
    remove_accounts(connection, pool, &gone).await
}

/// Forgets the names of accounts that are gone.
async fn remove_accounts(
    connection: &mut SqliteConnection,
    pool: i64,
    owners: &[&str],
) -> Result<()> {
    if owners.is_empty() {
        return Ok(());
    }
    let owners = serde_json::to_string(owners)
        .map_err(|error| crate::store::Error::Backend(Box::new(error)))?;
    sqlx::query(
        "DELETE FROM account WHERE home_pool = ? AND owner IN (SELECT value FROM json_each(?))",
    )
    .bind(pool)
    .bind(owners)
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
}

/// Removes documents without leaving tombstones: on a copy, where the owner's log is what counts.
pub(super) async fn remove(
    connection: &mut SqliteConnection,
    pool: &mut PoolState,
    gone: &[(&DocumentKey, Existing)],
) -> Result<()> {
    if gone.is_empty() {
        return Ok(());
    }
    for (key, existing) in gone {
        if !existing.deleted {
            pool.digest(key.kind).remove(existing.hash);
        }
    }
    let ids: Vec<i64> = gone.iter().map(|(_, existing)| existing.id).collect();
    let ids = serde_json::to_string(&ids)
        .map_err(|error| crate::store::Error::Backend(Box::new(error)))?;
    sqlx::query("DELETE FROM document WHERE id IN (SELECT value FROM json_each(?))")
        .bind(ids)
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    let accounts: Vec<&str> = gone
        .iter()
        .filter(|(key, _)| key.kind == DocumentKind::Account)
        .map(|(key, _)| key.owner.as_str())
        .collect();
    remove_accounts(connection, pool.id, &accounts).await
}

/// A live document's part of its module's digest: half of the BLAKE3 hash over key, version, body and content.
///
/// Lengths stand before texts, so that no two documents have the same bytes under the hash.
pub(super) fn hash(document: &Document) -> u128 {
    let mut hasher = blake3::Hasher::new();
    for text in [
        document.key.owner.as_bytes(),
        document.key.kind.name().as_bytes(),
        document.key.key.as_bytes(),
        &document.body,
    ] {
        hasher.update(&number(text.len() as u64).to_le_bytes());
        hasher.update(text);
    }
    hasher.update(&document.version.to_le_bytes());
    if let Some(content) = &document.content {
        hasher.update(content.hash.as_bytes());
        hasher.update(&content.length.to_le_bytes());
    }
    let mut half = [0; 16];
    hasher.finalize_xof().fill(&mut half);
    u128::from_be_bytes(half)
}
