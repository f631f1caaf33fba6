//! [`ChangeLog`] in SQLite: what the exporter and the heartbeat read, and the small writes around them.

use futures_util::{FutureExt, TryStreamExt};
use sqlx::{Acquire, Row, SqliteConnection};
use tandem_domain::backup::BackupModule;
use tandem_domain::identity::Fqdn;
use tandem_domain::ownership::Chain;

use super::convert::{self, document_columns, failed, unsigned};
use super::session::{self, MODULES, Session};
use super::{Sqlite, import};
use crate::store::gate::side_of;
use crate::store::{
    Answer, Batch, ChangeLog, ChangesQuery, Document, DocumentKey, Error, Import, KindPending,
    ModuleDigest, Pending, Result, Wanted,
};

/// Tombstones that one transaction removes.
const PRUNE_ROWS: u32 = 1_000;

impl ChangeLog for Sqlite {
    fn changes(&self, query: ChangesQuery) -> Answer<'_, Batch> {
        async move {
            let mut connection = self.reads.acquire().await.map_err(failed)?;
            // One snapshot: no write may come between the documents and the head.
            let mut snapshot = connection.begin().await.map_err(failed)?;
            let (pool, head) = pool_head(&mut snapshot, &query.home_pool).await?;
            let (documents, complete) = read_changes(&mut snapshot, pool, &query).await?;
            let sum = if complete {
                let kinds = session::load_digests(&mut snapshot, pool).await?;
                Some(session::sum_of(&kinds, query.module))
            } else {
                None
            };
            let last = documents
                .last()
                .map_or(query.after, |document| document.position.sequence);
            Ok(Batch {
                documents,
                watermark: if complete {
                    head.max(query.after)
                } else {
                    last
                },
                complete,
                sum,
            })
        }
        .boxed()
    }

    fn current(&self, home_pool: Fqdn, keys: Vec<DocumentKey>) -> Answer<'_, Vec<Document>> {
        async move {
            let mut connection = self.reads.acquire().await.map_err(failed)?;
            let mut snapshot = connection.begin().await.map_err(failed)?;
            import::current(&mut snapshot, &home_pool, keys).await
        }
        .boxed()
    }

    fn head<'a>(&'a self, home_pool: &'a Fqdn) -> Answer<'a, u64> {
        async move {
            let mut connection = self.reads.acquire().await.map_err(failed)?;
            Ok(pool_head(&mut connection, home_pool).await?.1)
        }
        .boxed()
    }

    fn contiguous_head<'a>(&'a self, home_pool: &'a Fqdn) -> Answer<'a, u64> {
        async move {
            let mut connection = self.reads.acquire().await.map_err(failed)?;
            let mut snapshot = connection.begin().await.map_err(failed)?;
            let (pool, head) = pool_head(&mut snapshot, home_pool).await?;
            let chain = session::load_chain(&mut snapshot, pool).await?;
            let positions = session::load_positions(&mut snapshot, pool).await?;
            if self.owns(home_pool, &chain) {
                return Ok(head);
            }
            Ok(positions
                .values()
                .map(|position| position.watermark)
                .min()
                .unwrap_or(0))
        }
        .boxed()
    }

    fn postpone<'a>(
        &'a self,
        home_pool: &'a Fqdn,
        documents: Vec<(DocumentKey, u64)>,
    ) -> Answer<'a, ()> {
        let home_pool = home_pool.clone();
        self.writer
            .submit(move |session| postpone(session, home_pool, documents).boxed())
            .boxed()
    }

    fn pending<'a>(
        &'a self,
        home_pool: &'a Fqdn,
        module: BackupModule,
        after: u64,
    ) -> Answer<'a, Pending> {
        async move {
            let mut connection = self.reads.acquire().await.map_err(failed)?;
            let mut snapshot = connection.begin().await.map_err(failed)?;
            let (pool, head) = pool_head(&mut snapshot, home_pool).await?;
            let rows = sqlx::query(
                "SELECT kind, count(*), coalesce(sum(content_length), 0), min(written) FROM document
                 WHERE home_pool = ? AND module = ? AND sequence > ? GROUP BY kind ORDER BY kind",
            )
            .bind(pool)
            .bind(convert::module_code(module)?)
            .bind(convert::number(after))
            .fetch_all(&mut *snapshot)
            .await
            .map_err(failed)?;
            let mut pending = Pending {
                head,
                ..Pending::default()
            };
            for row in &rows {
                pending.kinds.push(KindPending {
                    kind: convert::kind_of_code(row.try_get(0).map_err(failed)?)?,
                    records: unsigned(row, 1)?,
                    bytes: unsigned(row, 2)?,
                });
                let oldest = convert::time_at(row, 3)?;
                pending.oldest = Some(pending.oldest.map_or(oldest, |known| known.min(oldest)));
            }
            Ok(pending)
        }
        .boxed()
    }

    fn watermark<'a>(&'a self, home_pool: &'a Fqdn, module: BackupModule) -> Answer<'a, u64> {
        self.position(home_pool, module, |position| position.watermark)
    }

    fn acknowledged<'a>(&'a self, home_pool: &'a Fqdn, module: BackupModule) -> Answer<'a, u64> {
        self.position(home_pool, module, |position| position.acknowledged)
    }

    fn set_acknowledged<'a>(
        &'a self,
        home_pool: &'a Fqdn,
        module: BackupModule,
        sequence: u64,
    ) -> Answer<'a, ()> {
        let home_pool = home_pool.clone();
        self.writer
            .submit(move |session| {
                async move {
                    convert::module_code(module)?;
                    session.pool(&home_pool)?.position(module).acknowledged = sequence;
                    Ok(())
                }
                .boxed()
            })
            .boxed()
    }

    fn wanted<'a>(
        &'a self,
        home_pool: &'a Fqdn,
        module: BackupModule,
        limit: u32,
    ) -> Answer<'a, Wanted> {
        async move {
            let rows = sqlx::query(
                "SELECT owner, kind, key FROM wanted
                 WHERE home_pool = (SELECT id FROM home_pool WHERE name = ?) AND module = ?
                 ORDER BY owner, kind, key LIMIT ?",
            )
            .bind(home_pool.as_str().to_owned())
            .bind(convert::module_code(module)?)
            .bind(i64::from(limit) + 1)
            .fetch_all(&self.reads)
            .await
            .map_err(failed)?;
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            let mut keys = Vec::with_capacity(rows.len().min(limit));
            for row in rows.iter().take(limit) {
                keys.push(DocumentKey {
                    owner: row.try_get(0).map_err(failed)?,
                    kind: convert::kind_of_code(row.try_get(1).map_err(failed)?)?,
                    key: row.try_get(2).map_err(failed)?,
                });
            }
            Ok(Wanted {
                keys,
                more: rows.len() > limit,
            })
        }
        .boxed()
    }

    fn apply_import(&self, import: Import) -> Answer<'_, u64> {
        async move {
            let documents = import.documents.iter().chain(&import.reconciled);
            let contents = documents.filter_map(|document| document.content);
            self.check_contents(contents.filter(|content| !import.lost.contains(&content.hash)))
                .await?;
            self.writer
                .submit(move |session| import::apply(session, import).boxed())
                .await
        }
        .boxed()
    }

    fn prune_tombstones<'a>(&'a self, home_pool: &'a Fqdn) -> Answer<'a, u64> {
        async move {
            let mut pruned = 0;
            loop {
                let home_pool = home_pool.clone();
                let now: u64 = self
                    .writer
                    .submit(move |session| prune(session, home_pool).boxed())
                    .await?;
                pruned += now;
                if now == 0 {
                    return Ok(pruned);
                }
            }
        }
        .boxed()
    }

    fn digest<'a>(&'a self, home_pool: &'a Fqdn) -> Answer<'a, Vec<ModuleDigest>> {
        async move {
            let mut connection = self.reads.acquire().await.map_err(failed)?;
            let mut snapshot = connection.begin().await.map_err(failed)?;
            let (pool, head) = pool_head(&mut snapshot, home_pool).await?;
            let chain = session::load_chain(&mut snapshot, pool).await?;
            let positions = session::load_positions(&mut snapshot, pool).await?;
            let kinds = session::load_digests(&mut snapshot, pool).await?;
            let owned = self.owns(home_pool, &chain);
            Ok(MODULES
                .into_iter()
                .map(|module| {
                    let sum = session::sum_of(&kinds, module);
                    let of_module = kinds
                        .iter()
                        .filter(|(kind, digest)| kind.module() == module && digest.documents > 0);
                    let watermark = positions
                        .get(&module)
                        .map_or(0, |position| position.watermark);
                    ModuleDigest {
                        module,
                        documents: sum.documents,
                        digest: sum.digest,
                        sequence: if owned { head } else { watermark },
                        kinds: of_module
                            .map(|(kind, digest)| (*kind, digest.documents))
                            .collect(),
                    }
                })
                .collect())
        }
        .boxed()
    }
}

impl Sqlite {
    fn owns(&self, home_pool: &Fqdn, chain: &Chain) -> bool {
        chain.owner() == side_of(&self.own_pool, home_pool)
    }

    fn position<'a>(
        &'a self,
        home_pool: &'a Fqdn,
        module: BackupModule,
        read: fn(session::ModulePosition) -> u64,
    ) -> Answer<'a, u64> {
        async move {
            convert::module_code(module)?;
            let mut connection = self.reads.acquire().await.map_err(failed)?;
            let (pool, _) = pool_head(&mut connection, home_pool).await?;
            let positions = session::load_positions(&mut connection, pool).await?;
            Ok(positions.get(&module).copied().map_or(0, read))
        }
        .boxed()
    }
}

/// Id and head of a home pool.
pub(super) async fn pool_head(
    connection: &mut SqliteConnection,
    home_pool: &Fqdn,
) -> Result<(i64, u64)> {
    let row = sqlx::query("SELECT id, head FROM home_pool WHERE name = ?")
        .bind(home_pool.as_str().to_owned())
        .fetch_optional(connection)
        .await
        .map_err(failed)?
        .ok_or_else(|| Error::UnknownHomePool {
            home_pool: home_pool.clone(),
        })?;
    Ok((row.try_get(0).map_err(failed)?, unsigned(&row, 1)?))
}

/// Changes after the watermark within the limits, and whether they reach the end of the log.
async fn read_changes(
    connection: &mut SqliteConnection,
    pool: i64,
    query: &ChangesQuery,
) -> Result<(Vec<Document>, bool)> {
    let limit = usize::try_from(query.limit_documents.max(1)).unwrap_or(usize::MAX);
    let mut rows = sqlx::query(concat!(
        "SELECT ",
        document_columns!("document"),
        " FROM document WHERE home_pool = ? AND module = ? AND sequence > ? ORDER BY sequence LIMIT ?"
    ))
    .bind(pool)
    .bind(convert::module_code(query.module)?)
    .bind(convert::number(query.after))
    .bind(i64::from(query.limit_documents.max(1)) + 1)
    .fetch(connection);
    let mut documents = Vec::new();
    let mut bytes = 0;
    while let Some(row) = rows.try_next().await.map_err(failed)? {
        let document = convert::document(&row)?;
        bytes += document.body.len() as u64;
        let over = bytes > query.limit_bytes && !documents.is_empty();
        if over || documents.len() == limit {
            return Ok((documents, false));
        }
        documents.push(document);
    }
    Ok((documents, true))
}

/// Gives documents that are still at their sequences the next ones of the log, through the write gate.
async fn postpone(
    session: &mut Session,
    home_pool: Fqdn,
    documents: Vec<(DocumentKey, u64)>,
) -> Result<()> {
    let epoch = session.admit(&home_pool)?;
    let pool = session
        .pools
        .get_mut(&home_pool)
        .ok_or(Error::UnknownHomePool { home_pool })?;
    for (key, sequence) in documents {
        let done = sqlx::query(
            "UPDATE document SET epoch = ?, sequence = ?
             WHERE home_pool = ? AND owner = ? AND kind = ? AND key = ? AND sequence = ?",
        )
        .bind(convert::number(epoch.0))
        .bind(convert::number(pool.head + 1))
        .bind(pool.id)
        .bind(key.owner)
        .bind(convert::kind_code(key.kind)?)
        .bind(key.key)
        .bind(convert::number(sequence))
        .execute(&mut session.connection)
        .await
        .map_err(failed)?;
        pool.head += done.rows_affected();
    }
    Ok(())
}

/// Wants every key that is here again.
pub(super) async fn want_all(
    connection: &mut SqliteConnection,
    pool: i64,
    module: i64,
) -> Result<()> {
    sqlx::query(
        "INSERT OR IGNORE INTO wanted (home_pool, module, owner, kind, key)
         SELECT home_pool, module, owner, kind, key FROM document WHERE home_pool = ? AND module = ?",
    )
    .bind(pool)
    .bind(module)
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
}

/// Removes some tombstones that the partner has; how many. Only the owner has tombstones that anybody may still need.
async fn prune(session: &mut Session, home_pool: Fqdn) -> Result<u64> {
    let pool = session.pool(&home_pool)?;
    let id = pool.id;
    let acknowledged = MODULES.map(|module| (module, pool.position(module).acknowledged));
    let mut pruned = 0;
    for (module, acknowledged) in acknowledged {
        let done = sqlx::query(
            "DELETE FROM document WHERE id IN (
                 SELECT id FROM document
                 WHERE home_pool = ? AND module = ? AND deleted = 1 AND sequence <= ? LIMIT ?)",
        )
        .bind(id)
        .bind(convert::module_code(module)?)
        .bind(convert::number(acknowledged))
        .bind(PRUNE_ROWS)
        .execute(&mut session.connection)
        .await
        .map_err(failed)?;
        pruned += done.rows_affected();
    }
    Ok(pruned)
}
