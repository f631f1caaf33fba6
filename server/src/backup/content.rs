//! Ships the conference files that a batch names, before the batch: a document never names bytes that are not there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::StreamExt;
use tandem::peer::v1 as wire;
use tandem_domain::backup::BackupModule;
use tandem_domain::identity::Fqdn;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use super::cycle::BATCH_BYTES;
use super::{Backup, Error};
use crate::peer::{self, Peer};
use crate::store::{ChangesQuery, ContentHash, Contents, Document};

/// Pieces that wait between the store and the connection.
const PIECE_QUEUE: usize = 2;

/// Hashes that one question to the receiver carries at most.
const HASHES_PER_QUESTION: usize = 1_000;

impl Backup {
    /// Sends the contents that `documents` stand for to `pool`, as far as it does not have them.
    ///
    /// # Errors
    /// When the pool cannot be reached, or a content cannot be read.
    pub async fn ship_contents(&self, pool: &Fqdn, documents: &[Document]) -> Result<(), Error> {
        let peer = self.inner.peers.to(pool)?;
        let concurrency = self
            .inner
            .management
            .backup_configuration()
            .max_concurrent_calls;
        let concurrency = u64::try_from(concurrency).unwrap_or(1);
        ship(&peer, &self.inner.stores.contents, documents, concurrency).await
    }

    /// Gives the other pool back what it has lost of the contents that the documents of both pools stand for, as far as
    /// this node has them. Documents stay as they are.
    pub(super) async fn restore_contents(&self) -> Result<(), Error> {
        let inner = &self.inner;
        let peer = inner.peers.to(&self.partner()?)?;
        let limits = inner.management.backup_configuration();
        let limits = limits.limits(BackupModule::DataConf);
        let contents = &inner.stores.contents;
        for home in inner.ownership.all().keys() {
            let mut after = 0;
            loop {
                let query = ChangesQuery {
                    home_pool: home.clone(),
                    module: BackupModule::DataConf,
                    after,
                    limit_documents: u32::try_from(HASHES_PER_QUESTION).unwrap_or(u32::MAX),
                    limit_bytes: BATCH_BYTES,
                };
                let mut batch = inner.stores.change_log.changes(query).await?;
                let named = batch.documents.iter().filter_map(|one| one.content);
                let lost = contents
                    .missing(named.map(|one| one.hash).collect())
                    .await?;
                let lost: BTreeSet<ContentHash> = lost.iter().map(|one| one.hash).collect();
                if !lost.is_empty() {
                    tracing::warn!(%home, lost = lost.len(), "conference files are lost here too");
                }
                let is_here =
                    |one: &Document| one.content.is_some_and(|one| !lost.contains(&one.hash));
                batch.documents.retain(is_here);
                ship(
                    &peer,
                    contents,
                    &batch.documents,
                    limits.max_concurrent_calls,
                )
                .await?;
                if batch.complete {
                    break;
                }
                after = batch.watermark;
            }
        }
        Ok(())
    }
}

/// Sends the contents that `documents` stand for and the receiver does not have, at most `concurrency` at once.
pub(crate) async fn ship(
    peer: &Peer,
    contents: &Arc<dyn Contents>,
    documents: &[Document],
    concurrency: u64,
) -> Result<(), Error> {
    let needed: BTreeMap<String, (ContentHash, u64)> = documents
        .iter()
        .filter(|document| !document.deleted)
        .filter_map(|document| document.content)
        .map(|content| (content.hash.to_string(), (content.hash, content.length)))
        .collect();
    let hashes: Vec<String> = needed.keys().cloned().collect();
    let slots = Arc::new(Semaphore::new(
        usize::try_from(concurrency).unwrap_or(1).max(1),
    ));
    for question in hashes.chunks(HASHES_PER_QUESTION) {
        let request = wire::FindMissingContentRequest {
            content_hash: question.to_vec(),
        };
        let answer = peer.find_missing_content(request).await?;
        let mut transfers = JoinSet::new();
        for missing in answer.missing {
            let Some(&(hash, length)) = needed.get(&missing.content_hash) else {
                continue;
            };
            let (peer, contents, slots) = (peer.clone(), contents.clone(), slots.clone());
            transfers.spawn(async move {
                // INVARIANT: the semaphore is never closed.
                let _slot = slots.acquire_owned().await;
                // A receiver that claims more than there is has another content under that name: begin again.
                let offset = if missing.received_bytes > length {
                    0
                } else {
                    missing.received_bytes
                };
                send(&peer, &contents, hash, offset, length).await
            });
        }
        while let Some(sent) = transfers.join_next().await {
            sent.map_err(|error| peer::Error::Protocol {
                pool: peer.pool().clone(),
                reason: format!("a transfer of content broke off: {error}"),
            })??;
        }
    }
    Ok(())
}

async fn send(
    peer: &Peer,
    contents: &Arc<dyn Contents>,
    hash: ContentHash,
    offset: u64,
    length: u64,
) -> Result<(), Error> {
    let mut read = contents.read(hash, offset).await?;
    let (pieces, queue) = mpsc::channel(PIECE_QUEUE);
    let feed = async move {
        while let Some(piece) = read.pieces.next().await {
            let piece = piece?;
            if pieces.send(piece).await.is_err() {
                break;
            }
        }
        Ok::<(), Error>(())
    };
    let (fed, sent) = tokio::join!(
        feed,
        peer.put_content(hash.to_string(), offset, length, queue)
    );
    fed?;
    Ok(sent?)
}
