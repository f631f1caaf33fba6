//! [`SalvageStore`] in SQLite.

use std::time::SystemTime;

use futures_util::FutureExt;
use sqlx::Row;
use tandem_domain::identity::Fqdn;
use tandem_domain::ownership::Epoch;

use super::Sqlite;
use super::convert::{
    self, DOCUMENT_COLUMNS, document_columns, failed, optional_time_at, unsigned,
};
use crate::store::{Answer, Error, SalvageBundle, SalvageItem, SalvageStore};

impl SalvageStore for Sqlite {
    fn bundles<'a>(&'a self, home_pool: Option<&'a Fqdn>) -> Answer<'a, Vec<SalvageBundle>> {
        async move {
            let rows = sqlx::query(
                "SELECT salvage_bundle.id, home_pool.name, salvage_bundle.found, max(salvage_item.epoch), count(*),
                        coalesce(sum(salvage_item.content_length), 0), count(salvage_item.applied)
                 FROM salvage_bundle JOIN home_pool ON home_pool.id = salvage_bundle.home_pool
                 JOIN salvage_item ON salvage_item.bundle = salvage_bundle.id
                 WHERE ?1 IS NULL OR home_pool.name = ?1
                 GROUP BY salvage_bundle.id ORDER BY salvage_bundle.found DESC, salvage_bundle.id",
            )
            .bind(home_pool.map(|home_pool| home_pool.as_str().to_owned()))
            .fetch_all(&self.reads)
            .await
            .map_err(failed)?;
            let mut bundles = Vec::with_capacity(rows.len());
            for row in &rows {
                bundles.push(SalvageBundle {
                    id: row.try_get(0).map_err(failed)?,
                    home_pool: convert::fqdn(row.try_get(1).map_err(failed)?)?,
                    epoch: Epoch(unsigned(row, 3)?),
                    found: convert::time_at(row, 2)?,
                    records: unsigned(row, 4)?,
                    bytes: unsigned(row, 5)?,
                    applied: unsigned(row, 6)?,
                });
            }
            Ok(bundles)
        }
        .boxed()
    }

    fn items<'a>(
        &'a self,
        bundle: &'a str,
        after: u64,
        limit: u32,
    ) -> Answer<'a, Vec<SalvageItem>> {
        async move {
            let rows = sqlx::query(concat!(
                "SELECT ",
                document_columns!("salvage_item"),
                ", number, applied FROM salvage_item WHERE bundle = ? AND number > ? ORDER BY number LIMIT ?"
            ))
            .bind(bundle.to_owned())
            .bind(convert::number(after))
            .bind(limit)
            .fetch_all(&self.reads)
            .await
            .map_err(failed)?;
            let mut items = Vec::with_capacity(rows.len());
            for row in &rows {
                items.push(SalvageItem {
                    number: unsigned(row, DOCUMENT_COLUMNS)?,
                    document: convert::document(row)?,
                    applied: optional_time_at(row, DOCUMENT_COLUMNS + 1)?,
                });
            }
            Ok(items)
        }
        .boxed()
    }

    fn mark_applied<'a>(
        &'a self,
        bundle: &'a str,
        numbers: Vec<u64>,
        when: SystemTime,
    ) -> Answer<'a, ()> {
        let bundle = bundle.to_owned();
        self.writer
            .submit(move |session| {
                async move {
                    let numbers = serde_json::to_string(&numbers)
                        .map_err(|error| Error::Backend(Box::new(error)))?;
                    sqlx::query(
                        "UPDATE salvage_item SET applied = ?
                         WHERE bundle = ? AND number IN (SELECT value FROM json_each(?))",
                    )
                    .bind(convert::micros(when))
                    .bind(bundle)
                    .bind(numbers)
                    .execute(&mut session.connection)
                    .await
                    .map_err(failed)?;
                    Ok(())
                }
                .boxed()
            })
            .boxed()
    }
}
