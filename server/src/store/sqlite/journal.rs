//! [`Journal`] in SQLite.

use futures_util::FutureExt;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::Sqlite;
use super::convert::{self, bytes_at, failed, optional_time_at, time_at};
use super::session::Session;
use crate::store::{
    Answer, Error, Journal, OperationEntry, OperationFailure, OperationState, Result,
};

macro_rules! select_operations {
    ($rest:literal) => {
        concat!(
            "SELECT id, cmdlet, home_pool, request, plan, plan_digest, caller, coordinator, state, step, started, ended,
                    failure_id, failure_message, result FROM operation ",
            $rest
        )
    };
}

impl Journal for Sqlite {
    fn begin(&self, entry: OperationEntry) -> Answer<'_, Option<OperationEntry>> {
        self.writer
            .submit(move |session| {
                async move {
                    let known = find(&mut session.connection, &entry.id).await?;
                    if known.is_none() {
                        write(&mut session.connection, entry).await?;
                    }
                    Ok(known)
                }
                .boxed()
            })
            .boxed()
    }

    fn record(&self, entry: OperationEntry) -> Answer<'_, ()> {
        self.writer
            .submit(move |session| record_if_any(session, Some(entry)).boxed())
            .boxed()
    }

    fn get<'a>(&'a self, id: &'a str) -> Answer<'a, Option<OperationEntry>> {
        async move {
            let mut connection = self.reads.acquire().await.map_err(failed)?;
            find(&mut connection, id).await
        }
        .boxed()
    }

    fn list(&self, state: Option<OperationState>, limit: u32) -> Answer<'_, Vec<OperationEntry>> {
        async move {
            let rows = sqlx::query(select_operations!(
                "WHERE ?1 IS NULL OR state = ?1 ORDER BY started DESC, id DESC LIMIT ?2"
            ))
            .bind(state.map(OperationState::name))
            .bind(limit)
            .fetch_all(&self.reads)
            .await
            .map_err(failed)?;
            rows.iter().map(entry).collect()
        }
        .boxed()
    }

    fn forget_old(&self, keep: u32) -> Answer<'_, u64> {
        self.writer
            .submit(move |session| {
                async move {
                    let done = sqlx::query(
                        "DELETE FROM operation WHERE id IN (
                             SELECT id FROM operation WHERE state <> ? ORDER BY started DESC, id DESC
                             LIMIT -1 OFFSET ?)",
                    )
                    .bind(OperationState::Running.name())
                    .bind(keep)
                    .execute(&mut session.connection)
                    .await
                    .map_err(failed)?;
                    Ok(done.rows_affected())
                }
                .boxed()
            })
            .boxed()
    }
}

/// Writes an entry in the transaction under way. The state of an ended operation never changes.
pub(super) async fn record_if_any(
    session: &mut Session,
    entry: Option<OperationEntry>,
) -> Result<()> {
    let Some(entry) = entry else { return Ok(()) };
    let known = find(&mut session.connection, &entry.id).await?;
    if let Some(known) = known
        && known.state != OperationState::Running
        && known.state != entry.state
    {
        return Err(Error::OperationEnded {
            id: entry.id,
            state: known.state,
        });
    }
    write(&mut session.connection, entry).await
}

async fn write(connection: &mut SqliteConnection, entry: OperationEntry) -> Result<()> {
    let (failure_id, failure_message) = entry
        .failure
        .map(|failure| (failure.id, failure.message))
        .unzip();
    sqlx::query(
        "INSERT OR REPLACE INTO operation (id, cmdlet, home_pool, request, plan, plan_digest, caller, coordinator, state,
             step, started, ended, failure_id, failure_message, result)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(entry.id)
    .bind(entry.cmdlet)
    .bind(entry.home_pool.map(String::from))
    .bind(entry.request.to_vec())
    .bind(entry.plan.to_vec())
    .bind(entry.plan_digest)
    .bind(entry.caller)
    .bind(String::from(entry.coordinator))
    .bind(entry.state.name())
    .bind(entry.step)
    .bind(convert::micros(entry.started))
    .bind(entry.ended.map(convert::micros))
    .bind(failure_id)
    .bind(failure_message)
    .bind(entry.result.to_vec())
    .execute(connection)
    .await
    .map_err(failed)?;
    Ok(())
}

pub(super) async fn find(
    connection: &mut SqliteConnection,
    id: &str,
) -> Result<Option<OperationEntry>> {
    let row = sqlx::query(select_operations!("WHERE id = ?"))
        .bind(id.to_owned())
        .fetch_optional(connection)
        .await
        .map_err(failed)?;
    row.as_ref().map(entry).transpose()
}

fn entry(row: &SqliteRow) -> Result<OperationEntry> {
    let home_pool: Option<&str> = row.try_get(2).map_err(failed)?;
    let state: &str = row.try_get(8).map_err(failed)?;
    let failure_id: Option<String> = row.try_get(12).map_err(failed)?;
    let failure_message: Option<String> = row.try_get(13).map_err(failed)?;
    Ok(OperationEntry {
        id: row.try_get(0).map_err(failed)?,
        cmdlet: row.try_get(1).map_err(failed)?,
        home_pool: home_pool.map(convert::fqdn).transpose()?,
        request: bytes_at(row, 3)?,
        plan: bytes_at(row, 4)?,
        plan_digest: row.try_get(5).map_err(failed)?,
        caller: row.try_get(6).map_err(failed)?,
        coordinator: convert::fqdn(row.try_get(7).map_err(failed)?)?,
        state: state
            .parse()
            .map_err(|error: Error| Error::Damaged(error.to_string()))?,
        step: row.try_get(9).map_err(failed)?,
        started: time_at(row, 10)?,
        ended: optional_time_at(row, 11)?,
        failure: failure_id.map(|id| OperationFailure {
            id,
            message: failure_message.unwrap_or_default(),
        }),
        result: bytes_at(row, 14)?,
    })
}
