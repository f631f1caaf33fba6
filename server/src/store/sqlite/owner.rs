//! One user as a whole: deleted, or locked and released while the user moves to another home pool.

use bytes::Bytes;
use sqlx::Row;
use tandem_domain::backup::DocumentKind;
use tandem_domain::identity::Fqdn;

use super::convert::{self, failed};
use super::session::Session;
use super::{documents, journal};
use crate::store::{DocumentKey, Error, OperationEntry, Refusal, Result, Write};

/// Documents that are deleted at once.
const PAGE_ROWS: u32 = 256;

/// Deletes what an owner has, as writes of their own.
pub(super) async fn delete(session: &mut Session, home_pool: Fqdn, owner: String) -> Result<u64> {
    session.admit(&home_pool)?;
    let id = session.pool(&home_pool)?.id;
    let mut deleted = 0;
    loop {
        let rows = sqlx::query(
            "SELECT kind, key FROM document WHERE home_pool = ? AND owner = ? AND deleted = 0 LIMIT ?",
        )
        .bind(id)
        .bind(owner.clone())
        .bind(PAGE_ROWS)
        .fetch_all(&mut session.connection)
        .await
        .map_err(failed)?;
        if rows.is_empty() {
            return Ok(deleted);
        }
        let mut writes = Vec::with_capacity(rows.len());
        for row in &rows {
            writes.push(Write {
                home_pool: home_pool.clone(),
                key: DocumentKey {
                    owner: owner.clone(),
                    kind: convert::kind_of_code(row.try_get(0).map_err(failed)?)?,
                    key: row.try_get(1).map_err(failed)?,
                },
                body: Bytes::new(),
                content: None,
                expected_version: None,
                delete: true,
            });
        }
        deleted += writes.len() as u64;
        documents::put(session, writes).await?;
    }
}

/// Writes what a user brings who moves in, unless the user is homed here by now.
pub(super) async fn move_in(
    session: &mut Session,
    home_pool: Fqdn,
    owner: String,
    writes: Vec<Write>,
) -> Result<()> {
    session.admit(&home_pool)?;
    let is_theirs = |write: &Write| write.home_pool == home_pool && write.key.owner == owner;
    if !writes.iter().all(is_theirs) {
        return Err(Error::Invalid(format!(
            "only documents of user {owner} of pool {home_pool} move in together"
        )));
    }
    let is_homed: bool =
        sqlx::query("SELECT EXISTS (SELECT 1 FROM account WHERE home_pool = ? AND owner = ?)")
            .bind(session.pool(&home_pool)?.id)
            .bind(owner.clone())
            .fetch_one(&mut session.connection)
            .await
            .and_then(|row| row.try_get(0))
            .map_err(failed)?;
    if !is_homed {
        return documents::put(session, writes).await.map(drop);
    }
    let brings_more = |write: &Write| !write.delete && write.key.kind != DocumentKind::Account;
    if writes.iter().any(brings_more) {
        return Err(Error::HomedAlready { home_pool, owner });
    }
    Ok(())
}

/// Makes a user read-only, together with the journal entry.
pub(super) async fn lock(
    session: &mut Session,
    home_pool: Fqdn,
    owner: String,
    entry: OperationEntry,
) -> Result<()> {
    session.admit(&home_pool)?;
    let pool = session.pool(&home_pool)?;
    if let Some(holder) = pool.locked.get(&owner)
        && *holder != entry.id
    {
        return Err(Error::Refused(Refusal::UserLocked {
            home_pool,
            owner,
            operation: holder.clone(),
        }));
    }
    pool.locked.insert(owner, entry.id.clone());
    journal::record_if_any(session, Some(entry)).await
}

/// Accepts a user's writes again, together with the journal entry.
pub(super) async fn unlock(
    session: &mut Session,
    home_pool: Fqdn,
    owner: String,
    entry: OperationEntry,
) -> Result<()> {
    let pool = session.pool(&home_pool)?;
    if pool.locked.get(&owner) == Some(&entry.id) {
        pool.locked.remove(&owner);
    }
    journal::record_if_any(session, Some(entry)).await
}

/// Deletes a user who has moved away, together with the lock and the journal entry. Repeated, it deletes nothing: the
/// lock is gone, and what the user has may be another move's.
pub(super) async fn release(
    session: &mut Session,
    home_pool: Fqdn,
    owner: String,
    entry: OperationEntry,
) -> Result<u64> {
    let pool = session.pool(&home_pool)?;
    let mut deleted = 0;
    if pool.locked.get(&owner) == Some(&entry.id) {
        pool.locked.remove(&owner);
        deleted = delete(session, home_pool, owner).await?;
    }
    journal::record_if_any(session, Some(entry)).await?;
    Ok(deleted)
}
