//! Importing: one batch of the owner's changes in one transaction with digests and watermark.
//!
//! A copy keeps no tombstones: a deletion removes the row. A batch that comes late or twice does no harm, because what
//! stands at or below the watermark is passed over.

use sqlx::{Row, SqliteConnection};
use std::collections::HashSet;
use std::time::SystemTime;

use bytes::Bytes;
use tandem_domain::backup::BackupModule;
use tandem_domain::identity::Fqdn;
use tandem_domain::ownership::Position;

use super::change_log::{self, pool_head};
use super::convert::{self, document_columns, failed};
use super::rows::{self, Existing, Replacement};
use super::session::{self, PoolState, Session};
use crate::store::{Document, DocumentKey, Error, Import, ModuleSum, Result};

/// Documents of one batch.
const IMPORT_DOCUMENTS_MAX: usize = 100_000;

/// Applies a batch; the watermark afterwards.
pub(super) async fn apply(session: &mut Session, import: Import) -> Result<u64> {
    let documents = import.documents.len() + import.reconciled.len();
    if documents > IMPORT_DOCUMENTS_MAX {
        return Err(Error::TooLarge {
            what: "the number of documents of a batch",
            given: documents as u64,
            limit: IMPORT_DOCUMENTS_MAX as u64,
        });
    }
    admit(session, &import)?;
    let Import {
        home_pool,
        module,
        documents,
        reconciled,
        watermark,
        sum,
        ..
    } = import;
    let sum = sum.map(|sum| (watermark, sum));
    let pool = session
        .pools
        .get_mut(&home_pool)
        .ok_or_else(|| Error::UnknownHomePool {
            home_pool: home_pool.clone(),
        })?;
    let connection = &mut session.connection;

    // Answers first: a change in the same batch is newer than they are.
    if !reconciled.is_empty() {
        let answers = take_wanted(connection, pool.id, reconciled).await?;
        store(connection, pool, answers).await?;
    }
    let applied = pool.position(module).watermark;
    let news: Vec<Document> = last_per_key(
        documents
            .into_iter()
            .filter(|document| document.position.sequence > applied),
    );
    for document in &news {
        if document.position.sequence > watermark {
            return Err(Error::Invalid(format!(
                "a batch up to {watermark} has a change at {}",
                document.position
            )));
        }
    }
    if !news.is_empty() {
        forget_wanted(connection, pool.id, module, &news).await?;
    }
    store(connection, pool, news).await?;
    let position = pool.position(module);
    position.watermark = position.watermark.max(watermark);
    let watermark = position.watermark;
    pool.head = pool.head.max(watermark);
    match sum {
        Some((at, sum)) if at == watermark => compare(session, home_pool, module, sum).await,
        Some(_) | None => Ok(watermark),
    }
}

/// The copy is whole now. When it does not equal the owner's documents all of it is asked for again: it missed deletions
/// that the owner has forgotten by now, because its store is older than it was. Once: what differs then is no matter of age.
async fn compare(
    session: &mut Session,
    home_pool: Fqdn,
    module: BackupModule,
    owners: ModuleSum,
) -> Result<u64> {
    let rebuilt = (home_pool, module);
    let pool = session.pool(&rebuilt.0)?;
    let (id, watermark) = (pool.id, pool.position(module).watermark);
    let code = convert::module_code(module)?;
    let ours = session::sum_of(&pool.digests, module);
    if ours == owners {
        session.rebuilt.remove(&rebuilt);
        return Ok(watermark);
    }
    if is_any_wanted(&mut session.connection, id, code).await? {
        return Ok(watermark);
    }
    let (home, ours, owners) = (&rebuilt.0, ours.documents, owners.documents);
    if session.rebuilt.contains(&rebuilt) {
        tracing::error!(%home, %module, ours, owners, "the copy still differs from its owner's documents although all of it was shipped again");
        return Ok(watermark);
    }
    tracing::warn!(%home, %module, ours, owners, "the copy differs from its owner's documents: all of it is asked for again");
    change_log::want_all(&mut session.connection, id, code).await?;
    session.pool(home)?.position(module).watermark = 0;
    session.rebuilt.insert(rebuilt);
    Ok(0)
}

async fn is_any_wanted(connection: &mut SqliteConnection, pool: i64, module: i64) -> Result<bool> {
    sqlx::query("SELECT EXISTS (SELECT 1 FROM wanted WHERE home_pool = ? AND module = ?)")
        .bind(pool)
        .bind(module)
        .fetch_one(connection)
        .await
        .and_then(|row| row.try_get(0))
        .map_err(failed)
}

/// What the owner sends by itself need not be asked for.
async fn forget_wanted(
    connection: &mut SqliteConnection,
    pool: i64,
    module: BackupModule,
    news: &[Document],
) -> Result<()> {
    if is_any_wanted(connection, pool, convert::module_code(module)?).await? {
        delete_wanted(connection, pool, news).await?;
    }
    Ok(())
}

/// Only the owner that this node knows may write its copy.
fn admit(session: &mut Session, import: &Import) -> Result<()> {
    convert::module_code(import.module)?;
    for document in import.documents.iter().chain(&import.reconciled) {
        convert::kind_code(document.key.kind)?;
        if document.key.kind.module() != import.module {
            return Err(Error::Invalid(format!(
                "{} does not belong to module {}",
                document.key, import.module
            )));
        }
    }
    let home_pool = import.home_pool.clone();
    let chain = session.pool(&home_pool)?.chain.clone();
    let (ours, theirs) = (chain.epoch(), import.epoch);
    if theirs < ours {
        return Err(Error::Superseded {
            home_pool,
            ours,
            theirs,
        });
    }
    if theirs > ours {
        return Err(Error::Behind {
            home_pool,
            ours,
            theirs,
        });
    }
    if session.owns(&home_pool, &chain) {
        return Err(Error::OwnedHere {
            home_pool,
            epoch: ours,
        });
    }
    Ok(())
}

/// The last value of each key, should a batch hold several.
fn last_per_key(documents: impl Iterator<Item = Document>) -> Vec<Document> {
    let documents: Vec<Document> = documents.collect();
    let mut seen = HashSet::with_capacity(documents.len());
    let mut keep: Vec<bool> = documents
        .iter()
        .rev()
        .map(|document| seen.insert(&document.key))
        .collect();
    keep.reverse();
    drop(seen);
    documents
        .into_iter()
        .zip(keep)
        .filter_map(|(document, keep)| keep.then_some(document))
        .collect()
}

/// Writes values and removes deletions, passing over what a newer write has replaced.
async fn store(
    connection: &mut SqliteConnection,
    pool: &mut PoolState,
    documents: Vec<Document>,
) -> Result<()> {
    if documents.is_empty() {
        return Ok(());
    }
    let found = rows::existing(
        connection,
        pool.id,
        documents.iter().map(|document| &document.key),
    )
    .await?;
    if pool.has_salvage {
        forget_salvage(connection, pool.id, &documents).await?;
    }
    let mut replacements = Vec::with_capacity(documents.len());
    let mut deletions = Vec::new();
    for (place, document) in documents.into_iter().enumerate() {
        let existing = found.get(&place).copied();
        if existing.is_some_and(|existing| existing.sequence > document.position.sequence) {
            continue;
        }
        match existing {
            Some(existing) if document.deleted => deletions.push((document.key, existing)),
            None if document.deleted => {}
            _ => replacements.push(Replacement { document, existing }),
        }
    }
    rows::write(connection, pool, &replacements).await?;
    let gone: Vec<(&DocumentKey, Existing)> = deletions
        .iter()
        .map(|(key, existing)| (key, *existing))
        .collect();
    rows::remove(connection, pool, &gone).await
}

/// Of these answers those that are still wanted; they are no longer.
async fn take_wanted(
    connection: &mut SqliteConnection,
    pool: i64,
    answers: Vec<Document>,
) -> Result<Vec<Document>> {
    let answers = last_per_key(answers.into_iter());
    let wanted = delete_wanted(connection, pool, &answers).await?;
    Ok(answers
        .into_iter()
        .filter(|answer| wanted.contains(&answer.key))
        .collect())
}

/// Forgets that these are wanted; the keys that were.
async fn delete_wanted(
    connection: &mut SqliteConnection,
    pool: i64,
    documents: &[Document],
) -> Result<HashSet<DocumentKey>> {
    let rows = sqlx::query(
        "DELETE FROM wanted WHERE home_pool = ?2 AND (owner, kind, key) IN
             (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?1))
         RETURNING owner, kind, key",
    )
    .bind(convert::keys_json(
        documents.iter().map(|document| &document.key),
    )?)
    .bind(pool)
    .fetch_all(connection)
    .await
    .map_err(failed)?;
    let mut wanted = HashSet::with_capacity(rows.len());
    for row in &rows {
        wanted.insert(DocumentKey {
            owner: row.try_get(0).map_err(failed)?,
            kind: convert::kind_of_code(row.try_get(1).map_err(failed)?)?,
            key: row.try_get(2).map_err(failed)?,
        });
    }
    Ok(wanted)
}

/// A salvaged write that the owner sends was not lost: it leaves its bundle.
async fn forget_salvage(
    connection: &mut SqliteConnection,
    pool: i64,
    documents: &[Document],
) -> Result<()> {
    let mut list = Vec::with_capacity(documents.len());
    for document in documents {
        list.push((
            &document.key.owner,
            convert::kind_code(document.key.kind)?,
            &document.key.key,
            document.position.epoch.0,
            document.position.sequence,
        ));
    }
    let list = serde_json::to_string(&list).map_err(|error| Error::Backend(Box::new(error)))?;
    sqlx::query(
        "DELETE FROM salvage_item WHERE rowid IN (
             SELECT salvage_item.rowid FROM json_each(?1) AS imported
             CROSS JOIN salvage_item ON salvage_item.home_pool = ?2
                 AND salvage_item.owner = imported.value ->> 0
                 AND salvage_item.kind = imported.value ->> 1
                 AND salvage_item.key = imported.value ->> 2
                 AND salvage_item.epoch = imported.value ->> 3
                 AND salvage_item.sequence = imported.value ->> 4)",
    )
    .bind(list)
    .bind(pool)
    .execute(&mut *connection)
    .await
    .map_err(failed)?;
    sqlx::query(
        "DELETE FROM salvage_bundle WHERE home_pool = ?
             AND NOT EXISTS (SELECT 1 FROM salvage_item WHERE salvage_item.bundle = salvage_bundle.id)",
    )
    .bind(pool)
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
}

/// Current values, or deletions as of the head for what does not exist: answers to *wanted*.
pub(super) async fn current(
    connection: &mut SqliteConnection,
    home_pool: &Fqdn,
    keys: Vec<DocumentKey>,
) -> Result<Vec<Document>> {
    let (pool, head) = pool_head(connection, home_pool).await?;
    let epoch = session::load_chain(connection, pool).await?.epoch();
    let rows = sqlx::query(concat!(
        "SELECT ",
        document_columns!("document"),
        ", wanted.key FROM json_each(?) AS wanted
         CROSS JOIN document ON document.home_pool = ?
             AND document.owner = wanted.value ->> 0
             AND document.kind = wanted.value ->> 1
             AND document.key = wanted.value ->> 2"
    ))
    .bind(convert::keys_json(&keys)?)
    .bind(pool)
    .fetch_all(connection)
    .await
    .map_err(failed)?;
    let mut documents: Vec<Document> = keys
        .into_iter()
        .map(|key| Document {
            key,
            body: Bytes::new(),
            version: 0,
            position: Position {
                epoch,
                sequence: head,
            },
            deleted: true,
            written: SystemTime::UNIX_EPOCH,
            content: None,
        })
        .collect();
    for row in &rows {
        let place: i64 = row.try_get(convert::DOCUMENT_COLUMNS).map_err(failed)?;
        let slot = usize::try_from(place)
            .ok()
            .and_then(|place| documents.get_mut(place));
        if let Some(slot) = slot {
            *slot = convert::document(row)?;
        }
    }
    Ok(documents)
}
