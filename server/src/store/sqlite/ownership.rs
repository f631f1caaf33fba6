//! [`OwnershipStore`] in SQLite: the small state of home pools changes in the writer's memory and is written back in its
//! transaction.

use std::collections::BTreeMap;

use futures_util::FutureExt;
use sqlx::Row;
use tandem_domain::identity::Fqdn;
use tandem_domain::ownership::{Chain, Term};

use super::convert::{self, failed, unsigned};
use super::session::{self, MODULES, ModulePosition, PoolState, Session};
use super::{Sqlite, adopt, journal};
use crate::store::{
    Adopted, Adoption, Answer, Error, HomePoolRecord, OperationEntry, OwnershipStore, Refusal,
    Result, ServingUpdate, TermAppend,
};

impl OwnershipStore for Sqlite {
    fn keep<'a>(&'a self, home_pool: &'a Fqdn) -> Answer<'a, ()> {
        let home_pool = home_pool.clone();
        self.writer
            .submit(move |session| keep(session, home_pool).boxed())
            .boxed()
    }

    fn list(&self) -> Answer<'_, Vec<HomePoolRecord>> {
        self.records(None).boxed()
    }

    fn get<'a>(&'a self, home_pool: &'a Fqdn) -> Answer<'a, Option<HomePoolRecord>> {
        async move { Ok(self.records(Some(home_pool)).await?.pop()) }.boxed()
    }

    fn update<'a>(
        &'a self,
        home_pool: &'a Fqdn,
        update: ServingUpdate,
        journal: Option<OperationEntry>,
    ) -> Answer<'a, ()> {
        let home_pool = home_pool.clone();
        self.writer
            .submit(move |session| {
                async move {
                    change_serving(session.pool(&home_pool)?, &home_pool, update)?;
                    journal::record_if_any(session, journal).await
                }
                .boxed()
            })
            .boxed()
    }

    fn append_term(&self, append: TermAppend) -> Answer<'_, ()> {
        self.writer
            .submit(move |session| append_term(session, append).boxed())
            .boxed()
    }

    fn adopt(&self, adoption: Adoption) -> Answer<'_, Adopted> {
        self.writer
            .submit(move |session| adopt::adopt(session, adoption).boxed())
            .boxed()
    }
}

impl Sqlite {
    async fn records(&self, home_pool: Option<&Fqdn>) -> Result<Vec<HomePoolRecord>> {
        let mut snapshot = self.reads.begin().await.map_err(failed)?;
        let rows = sqlx::query(
            "SELECT id, name, head, frozen_by, services_running FROM home_pool
             WHERE ?1 IS NULL OR name = ?1 ORDER BY name",
        )
        .bind(home_pool.map(|home_pool| home_pool.as_str().to_owned()))
        .fetch_all(&mut *snapshot)
        .await
        .map_err(failed)?;
        let mut records = Vec::with_capacity(rows.len());
        for row in &rows {
            let id = row.try_get(0).map_err(failed)?;
            records.push(HomePoolRecord {
                home_pool: convert::fqdn(row.try_get(1).map_err(failed)?)?,
                chain: session::load_chain(&mut snapshot, id).await?,
                frozen_by: row.try_get(3).map_err(failed)?,
                services_running: row.try_get(4).map_err(failed)?,
                head: unsigned(row, 2)?,
            });
        }
        Ok(records)
    }
}

async fn keep(session: &mut Session, home_pool: Fqdn) -> Result<()> {
    if session.pools.contains_key(&home_pool) {
        return Ok(());
    }
    let row = sqlx::query("INSERT INTO home_pool (name) VALUES (?) RETURNING id")
        .bind(home_pool.as_str().to_owned())
        .fetch_one(&mut session.connection)
        .await
        .map_err(failed)?;
    let pool = PoolState {
        id: row.try_get(0).map_err(failed)?,
        chain: Chain::new(),
        frozen_by: None,
        services_running: true,
        head: 0,
        positions: MODULES
            .into_iter()
            .map(|module| (module, ModulePosition::default()))
            .collect(),
        digests: BTreeMap::new(),
        locked: BTreeMap::new(),
        has_salvage: false,
    };
    session.pools.insert(home_pool, pool);
    Ok(())
}

fn change_serving(pool: &mut PoolState, home_pool: &Fqdn, update: ServingUpdate) -> Result<()> {
    if let Some(frozen_by) = update.frozen_by {
        if let (Some(holder), Some(other)) = (&pool.frozen_by, &frozen_by)
            && holder != other
        {
            return Err(Error::Refused(Refusal::Frozen {
                home_pool: home_pool.clone(),
                operation: holder.clone(),
            }));
        }
        pool.frozen_by = frozen_by;
    }
    if let Some(running) = update.services_running {
        pool.services_running = running;
    }
    Ok(())
}

async fn append_term(session: &mut Session, append: TermAppend) -> Result<()> {
    let TermAppend {
        home_pool,
        after,
        term,
        serving,
        journal,
    } = append;
    let chain = session.pool(&home_pool)?.chain.clone();
    if chain.last() != term {
        if chain.epoch() != after {
            return Err(Error::Superseded {
                home_pool,
                ours: chain.epoch(),
                theirs: after,
            });
        }
        let longer = extended(&chain, term)?;
        let owned_before = session.owns(&home_pool, &chain);
        let owned_after = session.owns(&home_pool, &longer);
        let pool = session.pool(&home_pool)?;
        let held = pool.positions.values().map(|position| position.watermark);
        let held = held.min().unwrap_or(0);
        if !owned_before && owned_after && held < term.base_sequence {
            return Err(Error::Incomplete {
                home_pool,
                held,
                claimed: term.base_sequence,
            });
        }
        if owned_before && !owned_after {
            for position in pool.positions.values_mut() {
                position.watermark = term.base_sequence;
            }
        }
        if owned_after {
            // The partner says anew how far its copy is.
            for position in pool.positions.values_mut() {
                position.acknowledged = 0;
            }
        }
        pool.head = pool.head.max(term.base_sequence);
        pool.chain = longer;
    }
    change_serving(session.pool(&home_pool)?, &home_pool, serving)?;
    for entry in journal {
        journal::record_if_any(session, Some(entry)).await?;
    }
    Ok(())
}

fn extended(chain: &Chain, term: Term) -> Result<Chain> {
    let mut terms = chain.terms().to_vec();
    terms.push(term);
    Chain::try_from(terms).map_err(|error| Error::Invalid(error.to_string()))
}
