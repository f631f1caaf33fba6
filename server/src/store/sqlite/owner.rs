//! One user as a whole: deleted, or locked and released while the user moves to another home pool.

use bytes::Bytes;
use sqlx::Row;
use tandem_domain::backup::DocumentKind;
use tandem_domain::identity::Fqdn;

use super::convert::{self, failed};
use super::session::Session;
use super::{documents, journal};
use crate::store::{
    DocumentKey, Error, MoveIn, OperationEntry, OperationState, Refusal, Result, Write,
};

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
    by: MoveIn,
) -> Result<()> {
    session.admit(&home_pool)?;
    let is_account = |write: &Write| write.key.kind == DocumentKind::Account && !write.delete;
    let id = by.operation;
    match journal::find(&mut session.connection, &id).await? {
        None => return Err(Error::OperationUnknown { id }),
        Some(known) => match known.state {
            OperationState::Running => {}
            // The account, once more: its sender did not hear that it had come.
            OperationState::Committed if writes.iter().all(is_account) => return Ok(()),
            state @ (OperationState::Committed | OperationState::RolledBack) => {
                return Err(Error::OperationEnded { id, state });
            }
        },
    }
    let is_theirs = |write: &Write| write.home_pool == home_pool && write.key.owner == owner;
    if !writes.iter().all(is_theirs) {
        return Err(Error::Invalid(format!(
            "only documents of user {owner} of pool {home_pool} move in together"
        )));
    }
    let brings_account = writes.iter().any(is_account);
    if !is_homed(session, &home_pool, &owner).await? {
        documents::put(session, writes).await?;
    } else if !writes.iter().all(is_account) {
        return Err(Error::HomedAlready { home_pool, owner });
    }
    let ended = by.ended.filter(|_| brings_account);
    journal::record_if_any(session, ended).await
}

async fn is_homed(session: &mut Session, home_pool: &Fqdn, owner: &str) -> Result<bool> {
    let pool = session.pool(home_pool)?.id;
    sqlx::query("SELECT EXISTS (SELECT 1 FROM account WHERE home_pool = ? AND owner = ?)")
        .bind(pool)
        .bind(owner.to_owned())
        .fetch_one(&mut session.connection)
        .await
        .and_then(|row| row.try_get(0))
        .map_err(failed)
}

/// Deletes what a user has brought whose move is rolled back, together with the journal entry. Where another pool writes the
/// home pool by now, its copy of what was brought is its own matter: there only the end is written down.
pub(super) async fn move_back(
    session: &mut Session,
    home_pool: Fqdn,
    owner: String,
    entry: Option<OperationEntry>,
) -> Result<()> {
    if let Some(entry) = &entry {
        let known = journal::find(&mut session.connection, &entry.id).await?;
        if known.is_some_and(|known| known.state != OperationState::Running) {
            return Ok(());
        }
    }
    match session.admit(&home_pool) {
        Ok(_) if is_homed(session, &home_pool, &owner).await? => {}
        Ok(_) => drop(delete(session, home_pool, owner).await?),
        Err(Error::Refused(Refusal::NotOwner { .. }) | Error::UnknownHomePool { .. }) => {}
        Err(error) => return Err(error),
    }
    journal::record_if_any(session, entry).await
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
