//! [`Documents`] in SQLite.

use std::collections::{BTreeMap, HashSet};
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use sqlx::sqlite::SqlitePool;
use tandem_domain::backup::DocumentKind;
use tandem_domain::identity::Fqdn;
use tandem_domain::ownership::Position;

use super::convert::{self, document_columns, failed, unsigned};
use super::rows::{self, Replacement};
use super::session::Session;
use super::{Sqlite, account, owner};
use crate::store::{
    Account, AccountName, Answer, BODY_BYTES_MAX, Document, DocumentKey, Documents, Error,
    KEY_BYTES_MAX, MoveIn, OperationEntry, Refusal, Result, Rows, WRITES_MAX, Write, Written,
};

/// Documents that are read at once.
const PAGE_ROWS: u32 = 256;

impl Documents for Sqlite {
    fn get<'a>(
        &'a self,
        home_pool: &'a Fqdn,
        key: &'a DocumentKey,
    ) -> Answer<'a, Option<Document>> {
        async move {
            let row = sqlx::query(concat!(
                "SELECT ",
                document_columns!("document"),
                " FROM document JOIN home_pool ON home_pool.id = document.home_pool
                  WHERE home_pool.name = ? AND document.owner = ? AND document.kind = ? AND document.key = ?
                    AND document.deleted = 0"
            ))
            .bind(home_pool.as_str().to_owned())
            .bind(key.owner.clone())
            .bind(convert::kind_code(key.kind)?)
            .bind(key.key.clone())
            .fetch_optional(&self.reads)
            .await
            .map_err(failed)?;
            row.as_ref().map(convert::document).transpose()
        }
        .boxed()
    }

    fn list(&self, home_pool: &Fqdn, owner: &str, kind: Option<DocumentKind>) -> Rows<Document> {
        let query = OwnerQuery {
            reads: self.reads.clone(),
            home_pool: home_pool.clone(),
            owner: owner.to_owned(),
            kind,
            after: None,
        };
        pages(query, |query| query.page().boxed())
    }

    fn put_many(&self, writes: Vec<Write>) -> Answer<'_, Vec<Written>> {
        async move {
            self.check(&writes).await?;
            self.writer
                .submit(move |session| put(session, writes).boxed())
                .await
        }
        .boxed()
    }

    fn move_in<'a>(
        &'a self,
        home_pool: &'a Fqdn,
        owner: &'a str,
        writes: Vec<Write>,
        by: MoveIn,
    ) -> Answer<'a, ()> {
        let (home_pool, owner) = (home_pool.clone(), owner.to_owned());
        async move {
            self.check(&writes).await?;
            self.writer
                .submit(move |session| {
                    owner::move_in(session, home_pool, owner, writes, by).boxed()
                })
                .await
        }
        .boxed()
    }

    fn move_back<'a>(
        &'a self,
        home_pool: &'a Fqdn,
        owner: &'a str,
        journal: Option<OperationEntry>,
    ) -> Answer<'a, ()> {
        let (home_pool, owner) = (home_pool.clone(), owner.to_owned());
        self.writer
            .submit(move |session| owner::move_back(session, home_pool, owner, journal).boxed())
            .boxed()
    }

    fn delete_owner<'a>(&'a self, home_pool: &'a Fqdn, owner: &'a str) -> Answer<'a, u64> {
        let (home_pool, owner) = (home_pool.clone(), owner.to_owned());
        self.writer
            .submit(move |session| owner::delete(session, home_pool, owner).boxed())
            .boxed()
    }

    fn lock_owner<'a>(
        &'a self,
        home_pool: &'a Fqdn,
        owner: &'a str,
        journal: OperationEntry,
    ) -> Answer<'a, ()> {
        let (home_pool, owner) = (home_pool.clone(), owner.to_owned());
        self.writer
            .submit(move |session| owner::lock(session, home_pool, owner, journal).boxed())
            .boxed()
    }

    fn unlock_owner<'a>(
        &'a self,
        home_pool: &'a Fqdn,
        owner: &'a str,
        journal: OperationEntry,
    ) -> Answer<'a, ()> {
        let (home_pool, owner) = (home_pool.clone(), owner.to_owned());
        self.writer
            .submit(move |session| owner::unlock(session, home_pool, owner, journal).boxed())
            .boxed()
    }

    fn release_owner<'a>(
        &'a self,
        home_pool: &'a Fqdn,
        owner: &'a str,
        journal: OperationEntry,
    ) -> Answer<'a, u64> {
        let (home_pool, owner) = (home_pool.clone(), owner.to_owned());
        self.writer
            .submit(move |session| owner::release(session, home_pool, owner, journal).boxed())
            .boxed()
    }

    fn accounts(&self, home_pool: Option<&Fqdn>) -> Rows<Account> {
        let query = account::AccountsQuery::new(self.reads.clone(), home_pool.cloned());
        pages(query, |query| query.page().boxed())
    }

    fn find_accounts<'a>(&'a self, name: &'a AccountName, limit: u32) -> Answer<'a, Vec<Account>> {
        account::find(&self.reads, name, limit).boxed()
    }

    fn count_accounts<'a>(&'a self, home_pool: &'a Fqdn) -> Answer<'a, u64> {
        async move {
            let row = sqlx::query(
                "SELECT coalesce(sum(documents), 0) FROM digest JOIN home_pool ON home_pool.id = digest.home_pool
                 WHERE home_pool.name = ? AND digest.kind = ?",
            )
            .bind(home_pool.as_str().to_owned())
            .bind(convert::kind_code(DocumentKind::Account)?)
            .fetch_one(&self.reads)
            .await
            .map_err(failed)?;
            unsigned(&row, 0)
        }
        .boxed()
    }
}

impl Sqlite {
    /// Refuses what cannot be kept before the writer sees it.
    async fn check(&self, writes: &[Write]) -> Result<()> {
        check_limits(writes)?;
        self.check_contents(writes.iter().filter_map(|write| write.content))
            .await
    }
}

/// Rows of a query that is asked page by page; an empty page ends them.
fn pages<Q, T>(
    query: Q,
    page: impl for<'q> Fn(&'q mut Q) -> Answer<'q, Vec<T>> + Send + 'static,
) -> Rows<T>
where
    Q: Send + 'static,
    T: Send + 'static,
{
    stream::unfold((Some(query), page), |(query, page)| async move {
        let mut query = query?;
        match page(&mut query).await {
            Ok(rows) if rows.is_empty() => None,
            Ok(rows) => Some((
                stream::iter(rows.into_iter().map(Ok).collect::<Vec<_>>()),
                (Some(query), page),
            )),
            Err(error) => Some((stream::iter(vec![Err(error)]), (None, page))),
        }
    })
    .flatten()
    .boxed()
}

struct OwnerQuery {
    reads: SqlitePool,
    home_pool: Fqdn,
    owner: String,
    kind: Option<DocumentKind>,
    after: Option<(DocumentKind, String)>,
}

impl OwnerQuery {
    async fn page(&mut self) -> Result<Vec<Document>> {
        let (after_kind, after_key) = match &self.after {
            None => (-1, String::new()),
            Some((kind, key)) => (convert::kind_code(*kind)?, key.clone()),
        };
        let kind = self.kind.map(convert::kind_code).transpose()?;
        let rows = sqlx::query(concat!(
            "SELECT ",
            document_columns!("document"),
            " FROM document
              WHERE document.home_pool = (SELECT id FROM home_pool WHERE name = ?1) AND document.owner = ?2
                AND (document.kind, document.key) > (?3, ?4) AND (?5 IS NULL OR document.kind = ?5)
                AND document.deleted = 0
              ORDER BY document.kind, document.key LIMIT ?6"
        ))
        .bind(self.home_pool.as_str().to_owned())
        .bind(self.owner.clone())
        .bind(after_kind)
        .bind(after_key)
        .bind(kind)
        .bind(PAGE_ROWS)
        .fetch_all(&self.reads)
        .await
        .map_err(failed)?;
        let documents: Vec<Document> = rows.iter().map(convert::document).collect::<Result<_>>()?;
        if let Some(last) = documents.last() {
            self.after = Some((last.key.kind, last.key.key.clone()));
        }
        Ok(documents)
    }
}

/// Refuses what is too large, or contradicts itself.
fn check_limits(writes: &[Write]) -> Result<()> {
    let limit = |what, given: usize, limit: usize| {
        if given > limit {
            Err(Error::TooLarge {
                what,
                given: given as u64,
                limit: limit as u64,
            })
        } else {
            Ok(())
        }
    };
    limit("the number of writes", writes.len(), WRITES_MAX)?;
    let mut keys = HashSet::with_capacity(writes.len());
    for write in writes {
        convert::kind_code(write.key.kind)?;
        limit("a document's body", write.body.len(), BODY_BYTES_MAX)?;
        limit("a document's owner", write.key.owner.len(), KEY_BYTES_MAX)?;
        limit("a document's key", write.key.key.len(), KEY_BYTES_MAX)?;
        if !keys.insert((&write.home_pool, &write.key)) {
            return Err(Error::Invalid(format!(
                "{} is written twice in one call",
                write.key
            )));
        }
        if !write.delete && write.key.kind.is_file() != write.content.is_some() {
            return Err(Error::Invalid(format!(
                "{}: conference files, and they only, stand for a content",
                write.key
            )));
        }
    }
    Ok(())
}

/// Writes, all or none; positions in the order of the writes.
pub(super) async fn put(session: &mut Session, writes: Vec<Write>) -> Result<Vec<Written>> {
    let now = SystemTime::now();
    let mut by_pool: BTreeMap<Fqdn, Vec<(usize, Write)>> = BTreeMap::new();
    let mut written: Vec<Option<Written>> = vec![None; writes.len()];
    for (place, write) in writes.into_iter().enumerate() {
        by_pool
            .entry(write.home_pool.clone())
            .or_default()
            .push((place, write));
    }
    for (home_pool, writes) in by_pool {
        put_into(session, &home_pool, writes, now, &mut written).await?;
    }
    Ok(written.into_iter().flatten().collect())
}

async fn put_into(
    session: &mut Session,
    home_pool: &Fqdn,
    writes: Vec<(usize, Write)>,
    now: SystemTime,
    written: &mut [Option<Written>],
) -> Result<()> {
    let epoch = session.admit(home_pool)?;
    let pool = session
        .pools
        .get_mut(home_pool)
        .ok_or_else(|| Error::UnknownHomePool {
            home_pool: home_pool.clone(),
        })?;
    refuse_locked(&pool.locked, home_pool, &writes)?;
    let found = rows::existing(
        &mut session.connection,
        pool.id,
        writes.iter().map(|(_, write)| &write.key),
    )
    .await?;
    let mut replacements = Vec::with_capacity(writes.len());
    for (index, (place, write)) in writes.into_iter().enumerate() {
        let existing = found.get(&index).copied();
        let live = existing.filter(|existing| !existing.deleted);
        let version = live.map_or(0, |live| live.version);
        if let Some(expected) = write.expected_version
            && expected != version
        {
            return Err(Error::VersionConflict {
                key: write.key,
                expected,
                found: version,
            });
        }
        let last_version = existing.map_or(0, |existing| existing.version);
        let nothing_to_do = write.delete && live.is_none();
        if !nothing_to_do {
            pool.head += 1;
        }
        let position = Position {
            epoch,
            sequence: pool.head,
        };
        let version = if nothing_to_do {
            last_version
        } else {
            last_version + 1
        };
        if let Some(slot) = written.get_mut(place) {
            *slot = Some(Written { version, position });
        }
        if nothing_to_do {
            continue;
        }
        replacements.push(Replacement {
            document: document(write, version, position, now),
            existing,
        });
    }
    rows::write(&mut session.connection, pool, &replacements).await
}

/// Refuses the documents of users who are being moved to another pool.
fn refuse_locked(
    locked: &BTreeMap<String, String>,
    home_pool: &Fqdn,
    writes: &[(usize, Write)],
) -> Result<()> {
    for (_, write) in writes {
        if let Some(operation) = locked.get(&write.key.owner) {
            return Err(Error::Refused(Refusal::UserLocked {
                home_pool: home_pool.clone(),
                owner: write.key.owner.clone(),
                operation: operation.clone(),
            }));
        }
    }
    Ok(())
}

/// What a write leaves behind: the document, or what remembers its deletion.
fn document(write: Write, version: u64, position: Position, now: SystemTime) -> Document {
    Document {
        key: write.key,
        body: if write.delete {
            Bytes::new()
        } else {
            write.body
        },
        version,
        position,
        deleted: write.delete,
        written: now,
        content: write.content.filter(|_| !write.delete),
    }
}
