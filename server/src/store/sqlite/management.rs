//! [`ManagementDocuments`] in SQLite.

use futures_util::FutureExt;
use sqlx::Row;

use super::Sqlite;
use super::convert::{self, bytes_at, failed, time_at, unsigned};
use super::session::Session;
use crate::store::{Answer, Error, ManagementDocument, ManagementDocuments, Result};

impl ManagementDocuments for Sqlite {
    fn get<'a>(&'a self, name: &'a str) -> Answer<'a, Option<ManagementDocument>> {
        async move {
            let row = sqlx::query(
                "SELECT name, version, body, published, publisher FROM management_document WHERE name = ?",
            )
            .bind(name.to_owned())
            .fetch_optional(&self.reads)
            .await
            .map_err(failed)?;
            let Some(row) = row else { return Ok(None) };
            Ok(Some(ManagementDocument {
                name: row.try_get(0).map_err(failed)?,
                version: unsigned(&row, 1)?,
                body: bytes_at(&row, 2)?,
                published: time_at(&row, 3)?,
                publisher: row.try_get(4).map_err(failed)?,
            }))
        }
        .boxed()
    }

    fn versions(&self) -> Answer<'_, Vec<(String, u64)>> {
        async move {
            let rows = sqlx::query("SELECT name, version FROM management_document ORDER BY name")
                .fetch_all(&self.reads)
                .await
                .map_err(failed)?;
            rows.iter()
                .map(|row| Ok((row.try_get(0).map_err(failed)?, unsigned(row, 1)?)))
                .collect()
        }
        .boxed()
    }

    fn put(&self, document: ManagementDocument, expected: Option<u64>) -> Answer<'_, u64> {
        self.writer
            .submit(move |session| put(session, document, expected).boxed())
            .boxed()
    }
}

async fn put(
    session: &mut Session,
    document: ManagementDocument,
    expected: Option<u64>,
) -> Result<u64> {
    let row = sqlx::query("SELECT version FROM management_document WHERE name = ?")
        .bind(document.name.clone())
        .fetch_optional(&mut session.connection)
        .await
        .map_err(failed)?;
    let found = row.map_or(Ok(0), |row| unsigned(&row, 0))?;
    match expected {
        Some(expected) if expected != found => {
            return Err(Error::ManagementConflict {
                name: document.name,
                expected,
                found,
            });
        }
        None if document.version <= found => return Ok(found),
        Some(_) | None => {}
    }
    sqlx::query(
        "INSERT OR REPLACE INTO management_document (name, version, body, published, publisher) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(document.name)
    .bind(convert::number(document.version))
    .bind(document.body.to_vec())
    .bind(convert::micros(document.published))
    .bind(document.publisher)
    .execute(&mut session.connection)
    .await
    .map_err(failed)?;
    Ok(document.version)
}
