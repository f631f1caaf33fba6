//! Contents that documents and salvage name, and the check that a document's content is there.

use std::collections::HashSet;

use futures_util::FutureExt;
use sqlx::Row;
use sqlx::sqlite::SqlitePool;

use super::Sqlite;
use super::convert::failed;
use crate::store::content_files::ContentReferences;
use crate::store::{Answer, ContentHash, ContentReference, Error, Result};

/// Which contents are named, as the collection of garbage asks.
pub(super) struct References {
    reads: SqlitePool,
}

impl References {
    pub(super) fn new(reads: SqlitePool) -> Self {
        Self { reads }
    }
}

impl ContentReferences for References {
    fn is_named(&self, hash: ContentHash) -> Answer<'_, bool> {
        async move {
            let row = sqlx::query(
                "SELECT EXISTS (SELECT 1 FROM document WHERE content_hash = ?1)
                     OR EXISTS (SELECT 1 FROM salvage_item WHERE content_hash = ?1)",
            )
            .bind(hash.as_bytes().to_vec())
            .fetch_one(&self.reads)
            .await
            .map_err(failed)?;
            row.try_get(0).map_err(failed)
        }
        .boxed()
    }
}

impl Sqlite {
    /// A document is not acknowledged before the content that it names is durable.
    pub(super) async fn check_contents(
        &self,
        contents: impl Iterator<Item = ContentReference>,
    ) -> Result<()> {
        let hashes: HashSet<ContentHash> = contents.map(|content| content.hash).collect();
        if hashes.is_empty() {
            return Ok(());
        }
        match self
            .contents
            .missing(hashes.into_iter().collect())
            .await?
            .first()
        {
            None => Ok(()),
            Some(missing) => Err(Error::NotFound {
                what: format!("content {}", missing.hash),
            }),
        }
    }
}
