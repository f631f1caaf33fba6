//! Adoption: a winning history replaces the one here, and what only the one here had is kept as salvage.
//!
//! Everything after the common position goes, whatever its epoch: the winner's own writes after that position come with
//! its next export. Rows are moved, not copied one by one, so that the cost is the divergence and not the data.

use sqlx::Row;
use tandem_domain::backup::DocumentKind;

use super::convert::{self, failed, number};
use super::session::Session;
use crate::store::{Adopted, Adoption, Error, Result};

/// Adopts a history in the writer's transaction.
pub(super) async fn adopt(session: &mut Session, adoption: Adoption) -> Result<Adopted> {
    let Adoption {
        home_pool,
        chain,
        common,
        bundle_id,
        found,
    } = adoption;
    let ours = session.pool(&home_pool)?.chain.clone();
    if chain.epoch() < ours.epoch() {
        return Err(Error::Superseded {
            home_pool,
            ours: ours.epoch(),
            theirs: chain.epoch(),
        });
    }
    let owned_before = session.owns(&home_pool, &ours);
    let id = session.pool(&home_pool)?.id;
    let base = number(common.sequence);

    let records = keep_diverged(session, id, base, &bundle_id, convert::micros(found)).await?;
    if records > 0 {
        remove_diverged(session, id, base, &home_pool).await?;
    }
    let pool = session.pool(&home_pool)?;
    for position in pool.positions.values_mut() {
        // As owner this node had everything up to the common position; as copy only what it had imported.
        position.watermark = if owned_before {
            common.sequence
        } else {
            position.watermark.min(common.sequence)
        };
        position.acknowledged = 0;
    }
    pool.head = pool.head.min(common.sequence);
    pool.chain = chain;
    // A freeze and a lock belong to operations on the history that lost.
    pool.frozen_by = None;
    pool.locked.clear();
    pool.has_salvage |= records > 0;
    Ok(Adopted {
        bundle_id: (records > 0).then_some(bundle_id),
        records,
    })
}

/// Copies what stands after the common position into a bundle; how many writes.
async fn keep_diverged(
    session: &mut Session,
    pool: i64,
    base: i64,
    bundle: &str,
    found: i64,
) -> Result<u64> {
    let connection = &mut session.connection;
    let diverged: bool = sqlx::query(
        "SELECT EXISTS (SELECT 1 FROM document WHERE home_pool = ? AND module IN (0, 1) AND sequence > ?)",
    )
    .bind(pool)
    .bind(base)
    .fetch_one(&mut *connection)
    .await
    .and_then(|row| row.try_get(0))
    .map_err(failed)?;
    if !diverged {
        return Ok(0);
    }
    sqlx::query("INSERT INTO salvage_bundle (id, home_pool, found) VALUES (?, ?, ?)")
        .bind(bundle.to_owned())
        .bind(pool)
        .bind(found)
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    let kept = sqlx::query(
        "INSERT INTO salvage_item (bundle, number, home_pool, owner, kind, key, body, version, epoch, sequence,
                                   written, deleted, content_hash, content_length)
         SELECT ?, row_number() OVER (ORDER BY sequence), home_pool, owner, kind, key, body, version, epoch, sequence,
                written, deleted, content_hash, content_length
         FROM document WHERE home_pool = ? AND module IN (0, 1) AND sequence > ?",
    )
    .bind(bundle.to_owned())
    .bind(pool)
    .bind(base)
    .execute(&mut *connection)
    .await
    .map_err(failed)?;
    sqlx::query(
        "INSERT OR IGNORE INTO wanted (home_pool, module, owner, kind, key)
         SELECT home_pool, module, owner, kind, key FROM document
         WHERE home_pool = ? AND module IN (0, 1) AND sequence > ?",
    )
    .bind(pool)
    .bind(base)
    .execute(&mut *connection)
    .await
    .map_err(failed)?;
    Ok(kept.rows_affected())
}

/// Removes what has been kept, with its digests and account names.
async fn remove_diverged(
    session: &mut Session,
    id: i64,
    base: i64,
    home_pool: &tandem_domain::identity::Fqdn,
) -> Result<()> {
    let live = sqlx::query(
        "SELECT kind, hash FROM document
         WHERE home_pool = ? AND module IN (0, 1) AND sequence > ? AND deleted = 0",
    )
    .bind(id)
    .bind(base)
    .fetch_all(&mut session.connection)
    .await
    .map_err(failed)?;
    for row in &live {
        let kind = convert::kind_of_code(row.try_get(0).map_err(failed)?)?;
        let hash = convert::hash_of_bytes(row.try_get(1).map_err(failed)?)?;
        session.pool(home_pool)?.digest(kind).remove(hash);
    }
    sqlx::query(
        "DELETE FROM account WHERE home_pool = ?1 AND owner IN (
             SELECT owner FROM document
             WHERE home_pool = ?1 AND module IN (0, 1) AND sequence > ?2 AND kind = ?3)",
    )
    .bind(id)
    .bind(base)
    .bind(convert::kind_code(DocumentKind::Account)?)
    .execute(&mut session.connection)
    .await
    .map_err(failed)?;
    sqlx::query("DELETE FROM document WHERE home_pool = ? AND module IN (0, 1) AND sequence > ?")
        .bind(id)
        .bind(base)
        .execute(&mut session.connection)
        .await
        .map_err(failed)?;
    Ok(())
}
