//! [`AuditLog`] in SQLite.

use std::time::SystemTime;

use futures_util::FutureExt;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::Sqlite;
use super::convert::{self, failed, optional_time_at, time_at, unsigned};
use crate::store::{Answer, AuditIntent, AuditLog, AuditOutcome, AuditRecord, Error, Result};

impl AuditLog for Sqlite {
    fn intend(&self, intent: AuditIntent) -> Answer<'_, u64> {
        self.writer
            .submit(move |session| {
                async move {
                    let row = sqlx::query(
                        "INSERT INTO audit (intended, caller, peer_address, rpc, command, operation_id)
                         VALUES (?, ?, ?, ?, ?, ?) RETURNING number",
                    )
                    .bind(convert::micros(intent.when))
                    .bind(intent.caller)
                    .bind(intent.peer_address)
                    .bind(intent.rpc)
                    .bind(intent.command)
                    .bind(intent.operation_id)
                    .fetch_one(&mut session.connection)
                    .await
                    .map_err(failed)?;
                    unsigned(&row, 0)
                }
                .boxed()
            })
            .boxed()
    }

    fn conclude(&self, number: u64, outcome: AuditOutcome) -> Answer<'_, ()> {
        self.writer
            .submit(move |session| {
                async move {
                    let done = sqlx::query(
                        "UPDATE audit SET concluded = ?, error_id = ?, summary = ? WHERE number = ?",
                    )
                    .bind(convert::micros(outcome.when))
                    .bind(outcome.error_id)
                    .bind(outcome.summary)
                    .bind(convert::number(number))
                    .execute(&mut session.connection)
                    .await
                    .map_err(failed)?;
                    if done.rows_affected() == 0 {
                        return Err(Error::NotFound {
                            what: format!("audit record {number}"),
                        });
                    }
                    Ok(())
                }
                .boxed()
            })
            .boxed()
    }

    fn list(&self, limit: u32) -> Answer<'_, Vec<AuditRecord>> {
        async move {
            let rows = sqlx::query(
                "SELECT number, intended, caller, peer_address, rpc, command, operation_id, concluded, error_id, summary
                 FROM audit ORDER BY number DESC LIMIT ?",
            )
            .bind(limit)
            .fetch_all(&self.reads)
            .await
            .map_err(failed)?;
            rows.iter().map(record).collect()
        }
        .boxed()
    }

    fn forget_before(&self, before: SystemTime) -> Answer<'_, u64> {
        self.writer
            .submit(move |session| {
                async move {
                    let done = sqlx::query("DELETE FROM audit WHERE intended < ?")
                        .bind(convert::micros(before))
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

fn record(row: &SqliteRow) -> Result<AuditRecord> {
    let summary: Option<String> = row.try_get(9).map_err(failed)?;
    let error_id = row.try_get(8).map_err(failed)?;
    let outcome = optional_time_at(row, 7)?.map(|when| AuditOutcome {
        when,
        error_id,
        summary: summary.unwrap_or_default(),
    });
    Ok(AuditRecord {
        number: unsigned(row, 0)?,
        intent: AuditIntent {
            when: time_at(row, 1)?,
            caller: row.try_get(2).map_err(failed)?,
            peer_address: row.try_get(3).map_err(failed)?,
            rpc: row.try_get(4).map_err(failed)?,
            command: row.try_get(5).map_err(failed)?,
            operation_id: row.try_get(6).map_err(failed)?,
        },
        outcome,
    })
}
