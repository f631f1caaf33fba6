//! What the writer works with: its connection, and the small state of each home pool (chain, freeze, head, watermarks,
//! digests), which it keeps in memory and writes back in the transaction that changed it.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{Row, SqliteConnection};
use tandem_domain::backup::{BackupModule, DocumentKind};
use tandem_domain::identity::Fqdn;
use tandem_domain::ownership::{Chain, Epoch, Term};

use super::convert::{self, failed, number, unsigned};
use crate::store::gate::{Owner, side_of};
use crate::store::{Error, ModuleSum, Refusal, Result, WriteGate};

/// Modules whose documents are kept.
pub(super) const MODULES: [BackupModule; 2] = [BackupModule::PresenceFocus, BackupModule::DataConf];

/// How far copies are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ModulePosition {
    pub(super) watermark: u64,
    pub(super) acknowledged: u64,
}

/// Count and digest of the live documents of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct KindDigest {
    pub(super) documents: u64,
    pub(super) digest: u128,
}

impl KindDigest {
    pub(super) fn add(&mut self, hash: u128) {
        self.documents += 1;
        self.digest = self.digest.wrapping_add(hash);
    }

    pub(super) fn remove(&mut self, hash: u128) {
        self.documents = self.documents.saturating_sub(1);
        self.digest = self.digest.wrapping_sub(hash);
    }
}

/// What the live documents of a module amount to.
pub(super) fn sum_of(
    digests: &BTreeMap<DocumentKind, KindDigest>,
    module: BackupModule,
) -> ModuleSum {
    let of_module = digests.iter().filter(|(kind, _)| kind.module() == module);
    of_module.fold(ModuleSum::default(), |sum, (_, digest)| ModuleSum {
        documents: sum.documents + digest.documents,
        digest: sum.digest.wrapping_add(digest.digest),
    })
}

/// The small state of one home pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PoolState {
    pub(super) id: i64,
    pub(super) chain: Chain,
    pub(super) frozen_by: Option<String>,
    pub(super) services_running: bool,
    pub(super) head: u64,
    pub(super) positions: BTreeMap<BackupModule, ModulePosition>,
    pub(super) digests: BTreeMap<DocumentKind, KindDigest>,
    /// Users that are read-only, and the operation that moves each.
    pub(super) locked: BTreeMap<String, String>,
    /// Whether any salvage of this pool is kept: imports then look whether they contain it.
    pub(super) has_salvage: bool,
}

impl PoolState {
    pub(super) fn position(&mut self, module: BackupModule) -> &mut ModulePosition {
        self.positions.entry(module).or_default()
    }

    pub(super) fn digest(&mut self, kind: DocumentKind) -> &mut KindDigest {
        self.digests.entry(kind).or_default()
    }
}

/// The home pools that a node keeps.
pub(super) type Pools = BTreeMap<Fqdn, PoolState>;

/// The writer's connection and state.
pub(super) struct Session {
    pub(super) connection: SqliteConnection,
    pub(super) own_pool: Fqdn,
    pub(super) gate: WriteGate,
    /// As the transaction under way sees them.
    pub(super) pools: Pools,
    /// As they were last committed.
    stored: Pools,
    /// What is durable could not be read after a transaction failed: it may not be what was last committed.
    is_unread: bool,
    /// Copies that were found to differ from their owner's documents and are built anew.
    pub(super) rebuilt: BTreeSet<(Fqdn, BackupModule)>,
}

impl Session {
    pub(super) async fn load(
        mut connection: SqliteConnection,
        own_pool: Fqdn,
        gate: WriteGate,
    ) -> Result<Self> {
        let pools = load_pools(&mut connection).await?;
        Ok(Self {
            connection,
            own_pool,
            gate,
            stored: pools.clone(),
            is_unread: false,
            pools,
            rebuilt: BTreeSet::new(),
        })
    }

    pub(super) fn pool(&mut self, home_pool: &Fqdn) -> Result<&mut PoolState> {
        self.pools
            .get_mut(home_pool)
            .ok_or_else(|| Error::UnknownHomePool {
                home_pool: home_pool.clone(),
            })
    }

    /// Whether this node owns the last term of a home pool.
    pub(super) fn owns(&self, home_pool: &Fqdn, chain: &Chain) -> bool {
        chain.owner() == side_of(&self.own_pool, home_pool)
    }

    /// The write gate, inside the transaction: the epoch to write at, or why not.
    pub(super) fn admit(&mut self, home_pool: &Fqdn) -> Result<Epoch> {
        let side = side_of(&self.own_pool, home_pool);
        self.pool(home_pool)?;
        self.gate.check(home_pool)?;
        let pool = self.pool(home_pool)?;
        if pool.chain.owner() != side {
            return Err(Error::Refused(Refusal::NotOwner {
                home_pool: home_pool.clone(),
                owner: Owner(pool.chain.owner()),
                epoch: pool.chain.epoch(),
            }));
        }
        if let Some(operation) = &pool.frozen_by {
            return Err(Error::Refused(Refusal::Frozen {
                home_pool: home_pool.clone(),
                operation: operation.clone(),
            }));
        }
        Ok(pool.chain.epoch())
    }

    /// Writes back what the transaction has changed.
    pub(super) async fn flush(&mut self) -> Result<()> {
        for (name, pool) in &self.pools {
            let stored = self.stored.get(name);
            if stored == Some(pool) {
                continue;
            }
            flush_serving(&mut self.connection, pool, stored).await?;
            flush_digests(&mut self.connection, pool, stored).await?;
            flush_locks(&mut self.connection, pool, stored).await?;
        }
        Ok(())
    }

    /// The transaction has been committed.
    pub(super) fn committed(&mut self) {
        if self.stored != self.pools {
            self.stored.clone_from(&self.pools);
        }
    }

    /// The transaction has failed: undoes what is left of it, and reads back what is durable, now or before the next one.
    pub(super) async fn abandon(&mut self) -> Result<()> {
        // SQLite has already rolled back after some errors; then this says that there is no transaction.
        let _ = sqlx::query("ROLLBACK").execute(&mut self.connection).await;
        // Nothing of it may be written by a later transaction.
        self.pools.clone_from(&self.stored);
        self.is_unread = true;
        self.read_back().await
    }

    /// Makes sure that what is in memory is what is durable.
    pub(super) async fn read_back(&mut self) -> Result<()> {
        if self.is_unread {
            self.pools = load_pools(&mut self.connection).await?;
            self.stored.clone_from(&self.pools);
            self.is_unread = false;
        }
        Ok(())
    }
}

async fn flush_serving(
    connection: &mut SqliteConnection,
    pool: &PoolState,
    stored: Option<&PoolState>,
) -> Result<()> {
    sqlx::query("UPDATE home_pool SET head = ?, frozen_by = ?, services_running = ? WHERE id = ?")
        .bind(number(pool.head))
        .bind(pool.frozen_by.clone())
        .bind(pool.services_running)
        .bind(pool.id)
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    if stored.is_none_or(|stored| stored.chain != pool.chain) {
        sqlx::query("DELETE FROM term WHERE home_pool = ?")
            .bind(pool.id)
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
        for term in pool.chain.terms() {
            sqlx::query("INSERT INTO term (home_pool, epoch, base_sequence) VALUES (?, ?, ?)")
                .bind(pool.id)
                .bind(number(term.epoch.0))
                .bind(number(term.base_sequence))
                .execute(&mut *connection)
                .await
                .map_err(failed)?;
        }
    }
    for (module, position) in &pool.positions {
        if stored.and_then(|stored| stored.positions.get(module)) == Some(position) {
            continue;
        }
        sqlx::query(
            "INSERT INTO module_position (home_pool, module, watermark, acknowledged) VALUES (?, ?, ?, ?)
             ON CONFLICT DO UPDATE SET watermark = excluded.watermark, acknowledged = excluded.acknowledged",
        )
        .bind(pool.id)
        .bind(convert::module_code(*module)?)
        .bind(number(position.watermark))
        .bind(number(position.acknowledged))
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    }
    Ok(())
}

async fn flush_digests(
    connection: &mut SqliteConnection,
    pool: &PoolState,
    stored: Option<&PoolState>,
) -> Result<()> {
    for (kind, digest) in &pool.digests {
        if stored.and_then(|stored| stored.digests.get(kind)) == Some(digest) {
            continue;
        }
        sqlx::query(
            "INSERT INTO digest (home_pool, kind, documents, digest) VALUES (?, ?, ?, ?)
             ON CONFLICT DO UPDATE SET documents = excluded.documents, digest = excluded.digest",
        )
        .bind(pool.id)
        .bind(convert::kind_code(*kind)?)
        .bind(number(digest.documents))
        .bind(convert::hash_bytes(digest.digest))
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    }
    Ok(())
}

async fn flush_locks(
    connection: &mut SqliteConnection,
    pool: &PoolState,
    stored: Option<&PoolState>,
) -> Result<()> {
    if stored.is_some_and(|stored| stored.locked == pool.locked) {
        return Ok(());
    }
    sqlx::query("DELETE FROM user_lock WHERE home_pool = ?")
        .bind(pool.id)
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    for (owner, operation) in &pool.locked {
        sqlx::query("INSERT INTO user_lock (home_pool, owner, operation) VALUES (?, ?, ?)")
            .bind(pool.id)
            .bind(owner.clone())
            .bind(operation.clone())
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
    }
    Ok(())
}

async fn load_locks(
    connection: &mut SqliteConnection,
    pool: i64,
) -> Result<BTreeMap<String, String>> {
    let rows = sqlx::query("SELECT owner, operation FROM user_lock WHERE home_pool = ?")
        .bind(pool)
        .fetch_all(connection)
        .await
        .map_err(failed)?;
    rows.iter()
        .map(|row| {
            Ok((
                row.try_get(0).map_err(failed)?,
                row.try_get(1).map_err(failed)?,
            ))
        })
        .collect()
}

async fn load_pools(connection: &mut SqliteConnection) -> Result<Pools> {
    let rows = sqlx::query(
        "SELECT id, name, head, frozen_by, services_running,
                EXISTS (SELECT 1 FROM salvage_bundle WHERE home_pool = home_pool.id)
         FROM home_pool",
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(failed)?;
    let mut pools = Pools::new();
    for row in rows {
        let id: i64 = row.try_get(0).map_err(failed)?;
        let name = convert::fqdn(row.try_get(1).map_err(failed)?)?;
        let pool = PoolState {
            id,
            chain: load_chain(connection, id).await?,
            frozen_by: row.try_get(3).map_err(failed)?,
            services_running: row.try_get(4).map_err(failed)?,
            head: unsigned(&row, 2)?,
            positions: load_positions(connection, id).await?,
            digests: load_digests(connection, id).await?,
            locked: load_locks(connection, id).await?,
            has_salvage: row.try_get(5).map_err(failed)?,
        };
        pools.insert(name, pool);
    }
    Ok(pools)
}

pub(super) async fn load_chain(connection: &mut SqliteConnection, pool: i64) -> Result<Chain> {
    let rows =
        sqlx::query("SELECT epoch, base_sequence FROM term WHERE home_pool = ? ORDER BY epoch")
            .bind(pool)
            .fetch_all(connection)
            .await
            .map_err(failed)?;
    let mut terms = Vec::with_capacity(rows.len());
    for row in &rows {
        terms.push(Term {
            epoch: Epoch(unsigned(row, 0)?),
            base_sequence: unsigned(row, 1)?,
        });
    }
    Chain::try_from(terms).map_err(|error| Error::Damaged(error.to_string()))
}

pub(super) async fn load_positions(
    connection: &mut SqliteConnection,
    pool: i64,
) -> Result<BTreeMap<BackupModule, ModulePosition>> {
    let rows = sqlx::query(
        "SELECT module, watermark, acknowledged FROM module_position WHERE home_pool = ?",
    )
    .bind(pool)
    .fetch_all(connection)
    .await
    .map_err(failed)?;
    let mut positions: BTreeMap<_, _> = MODULES
        .into_iter()
        .map(|module| (module, ModulePosition::default()))
        .collect();
    for row in &rows {
        let module = convert::module_of_code(row.try_get(0).map_err(failed)?)?;
        let position = ModulePosition {
            watermark: unsigned(row, 1)?,
            acknowledged: unsigned(row, 2)?,
        };
        positions.insert(module, position);
    }
    Ok(positions)
}

pub(super) async fn load_digests(
    connection: &mut SqliteConnection,
    pool: i64,
) -> Result<BTreeMap<DocumentKind, KindDigest>> {
    let rows = sqlx::query("SELECT kind, documents, digest FROM digest WHERE home_pool = ?")
        .bind(pool)
        .fetch_all(connection)
        .await
        .map_err(failed)?;
    let mut digests = BTreeMap::new();
    for row in &rows {
        let digest = KindDigest {
            documents: unsigned(row, 1)?,
            digest: convert::hash_of_bytes(row.try_get(2).map_err(failed)?)?,
        };
        digests.insert(
            convert::kind_of_code(row.try_get(0).map_err(failed)?)?,
            digest,
        );
    }
    Ok(digests)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sqlx::Connection;

    use super::*;

    async fn run(session: &mut Session, statement: &'static str) {
        sqlx::query(statement)
            .execute(&mut session.connection)
            .await
            .unwrap();
    }

    /// What failed must not be written by the transaction after it, although the disk cannot even be read at that moment.
    #[tokio::test]
    async fn nothing_of_a_failed_transaction_is_left_in_memory() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let migrations = sqlx::migrate!("migrations/sqlite");
        migrations.run(&mut connection).await.unwrap();
        let pool = Fqdn::parse("pool1.contoso.com").unwrap();
        let mut session = Session::load(connection, pool.clone(), WriteGate::new())
            .await
            .unwrap();
        run(
            &mut session,
            "INSERT INTO home_pool (name, head) VALUES ('pool1.contoso.com', 4)",
        )
        .await;
        run(&mut session, "INSERT INTO term VALUES (1, 0, 0)").await;
        session.abandon().await.unwrap();
        assert_eq!(session.pool(&pool).unwrap().head, 4);

        session.pool(&pool).unwrap().head = 9;
        session.pool(&pool).unwrap().frozen_by = Some("never committed".to_owned());
        run(&mut session, "ALTER TABLE term RENAME TO unreadable").await;
        assert!(session.abandon().await.is_err());
        let state = session.pool(&pool).unwrap();
        assert_eq!((state.head, &state.frozen_by), (4, &None));
        assert!(session.read_back().await.is_err(), "it is still unread");

        // A commit that was reported as failed may have been written all the same.
        run(&mut session, "UPDATE home_pool SET head = 5").await;
        run(&mut session, "ALTER TABLE unreadable RENAME TO term").await;
        session.read_back().await.unwrap();
        assert_eq!(session.pool(&pool).unwrap().head, 5);
    }
}
