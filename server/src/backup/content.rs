//! Sends the conference files that documents name to another pool, and fetches them from there: by hash, in packages, going
//! on where an interrupted transfer ended.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use tandem::peer::v1 as wire;
use tandem_domain::identity::Fqdn;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use super::lost::{Loss, LostFile};
use super::{Backup, Error};
use crate::peer::{self, Peer};
use crate::store::{self, ContentHash, Contents, Document};

/// Pieces that wait between the store and the connection.
const PIECE_QUEUE: usize = 2;

/// Hashes that one question to the receiver carries at most.
pub(super) const HASHES_PER_QUESTION: usize = 1_000;

/// Time until a content is tried again that somebody else is sending.
const BUSY: Duration = Duration::from_millis(250);

/// How contents are sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// How many at once, at least 1.
    pub(crate) at_once: u64,
    /// The most bytes of one content: more of it waits, so that others get their turn. `None`: all of it.
    pub(crate) package: Option<u64>,
}

/// What came of the contents of some documents.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// The receiver does not have them, and neither does this node.
    pub(crate) lost: BTreeMap<ContentHash, Loss>,
    /// The receiver does not have all of them yet: send them again.
    pub(crate) unfinished: BTreeSet<ContentHash>,
}

impl Sent {
    /// Whether the content of a document is on the receiving pool, or nothing can bring it there.
    pub(super) fn is_done_with(&self, document: &Document) -> bool {
        let content = document.content;
        content.is_none_or(|content| !self.unfinished.contains(&content.hash))
    }
}

/// What came of one content.
pub(super) enum Outcome {
    Whole,
    More,
    Busy,
    Lost(Loss),
}

impl Backup {
    /// Sends the contents that `documents` of a home pool stand for to `pool`, as far as it does not have them.
    ///
    /// # Errors
    /// When the pool cannot be reached, or a content is lost.
    pub async fn ship_contents(
        &self,
        pool: &Fqdn,
        home: &Fqdn,
        documents: &[Document],
    ) -> Result<(), Error> {
        let peer = self.inner.peers.to(pool)?;
        let limits = self.inner.management.backup_configuration();
        let at_once = u64::try_from(limits.max_concurrent_calls).unwrap_or(1);
        let contents = &self.inner.stores.contents;
        ship_all(
            &peer,
            contents,
            (&self.inner.pool, home),
            documents,
            at_once,
        )
        .await
    }
}

/// Sends the contents that `documents` stand for and the receiver does not have.
pub(crate) async fn ship(
    peer: &Peer,
    contents: &Arc<dyn Contents>,
    documents: impl IntoIterator<Item = &Document>,
    manner: Manner,
) -> Result<Sent, Error> {
    let needed: BTreeMap<String, ContentHash> = documents
        .into_iter()
        .filter(|document| !document.deleted)
        .filter_map(|document| document.content)
        .map(|content| (content.hash.to_string(), content.hash))
        .collect();
    let hashes: Vec<String> = needed.keys().cloned().collect();
    let slots = usize::try_from(manner.at_once).unwrap_or(1).max(1);
    let slots = Arc::new(Semaphore::new(slots));
    let mut sent = Sent::default();
    let mut is_busy = false;
    for question in hashes.chunks(HASHES_PER_QUESTION) {
        let request = wire::FindMissingContentRequest {
            content_hash: question.to_vec(),
        };
        let answer = peer.find_missing_content(request).await?;
        let mut transfers = JoinSet::new();
        for missing in answer.missing {
            let Some(&hash) = needed.get(&missing.content_hash) else {
                continue;
            };
            let (peer, contents, slots) = (peer.clone(), contents.clone(), slots.clone());
            transfers.spawn(async move {
                // INVARIANT: the semaphore is never closed.
                let _slot = slots.acquire_owned().await;
                let offset = missing.received_bytes;
                (
                    hash,
                    send(&peer, &contents, hash, offset, manner.package).await,
                )
            });
        }
        while let Some(transfer) = transfers.join_next().await {
            let (hash, outcome) = transfer.map_err(|error| peer::Error::Protocol {
                pool: peer.pool().clone(),
                reason: format!("a transfer of content broke off: {error}"),
            })?;
            match outcome? {
                Outcome::Whole => {}
                Outcome::Lost(loss) => drop(sent.lost.insert(hash, loss)),
                outcome @ (Outcome::More | Outcome::Busy) => {
                    is_busy |= matches!(outcome, Outcome::Busy);
                    sent.unfinished.insert(hash);
                }
            }
        }
    }
    if is_busy {
        tokio::time::sleep(BUSY).await;
    }
    Ok(sent)
}

/// Sends all contents that `documents` stand for, from this pool and of that home pool.
pub(crate) async fn ship_all(
    peer: &Peer,
    contents: &Arc<dyn Contents>,
    (own, home): (&Fqdn, &Fqdn),
    documents: &[Document],
    at_once: u64,
) -> Result<(), Error> {
    let manner = Manner {
        at_once,
        package: None,
    };
    loop {
        let sent = ship(peer, contents, documents, manner).await?;
        let pools = (own, peer.pool());
        if let Some(lost) = LostFile::among(documents, &sent.lost, home, pools).next() {
            return Err(Error::FileLost(Box::new(lost)));
        }
        if sent.unfinished.is_empty() {
            return Ok(());
        }
    }
}

/// Sends one content from `offset` on.
async fn send(
    peer: &Peer,
    contents: &Arc<dyn Contents>,
    hash: ContentHash,
    offset: u64,
    package: Option<u64>,
) -> Result<Outcome, Error> {
    let read = match contents.read(hash, offset).await {
        Err(store::Error::NotFound { .. }) => return Ok(Outcome::Lost(Loss::Missing)),
        read => read?,
    };
    // A receiver that claims more than there is has another content under that name: begin again.
    let (offset, read) = match read.length < offset {
        true => (0, contents.read(hash, 0).await?),
        false => (offset, read),
    };
    let left = read.length - offset;
    let package = package.unwrap_or(left).min(left);
    let more = package < left;
    let (pieces, queue) = mpsc::channel(PIECE_QUEUE);
    let feed = feed(read.pieces, package, pieces);
    let first = wire::PutContentRequest {
        content_hash: hash.to_string(),
        offset,
        length: read.length,
        more,
        ..wire::PutContentRequest::default()
    };
    let (fed, sent) = tokio::join!(feed, peer.put_content(first, queue));
    if let Err(error) = fed {
        return Ok(Outcome::Lost(Loss::Unreadable(error.to_string())));
    }
    match sent {
        Ok(()) if more => Ok(Outcome::More),
        Ok(()) => Ok(Outcome::Whole),
        Err(error) if error.id() == "ContentBusy" => Ok(Outcome::Busy),
        Err(error) if error.id() == "ContentHashMismatch" => {
            if is_right(contents, hash).await? {
                // What came of it earlier was not, and is thrown away by now.
                return Ok(Outcome::More);
            }
            contents.set_aside(hash).await?;
            Ok(Outcome::Lost(Loss::Damaged))
        }
        Err(error) => Err(error.into()),
    }
}

/// Hands the first `bytes` of a content on, in pieces that show how the transfer moves.
async fn feed(
    mut from: store::Rows<Bytes>,
    mut bytes: u64,
    to: mpsc::Sender<Bytes>,
) -> store::Result<()> {
    while bytes > 0
        && let Some(piece) = from.next().await
    {
        let mut piece = piece?;
        piece.truncate(usize::try_from(bytes).unwrap_or(usize::MAX));
        bytes -= piece.len() as u64;
        while !piece.is_empty() {
            let now = piece.split_to(piece.len().min(peer::client::CONTENT_PIECE_BYTES));
            if to.send(now).await.is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Whether the bytes of a content are the ones that its hash names.
async fn is_right(contents: &Arc<dyn Contents>, hash: ContentHash) -> store::Result<bool> {
    let mut pieces = contents.read(hash, 0).await?.pieces;
    let mut hasher = blake3::Hasher::new();
    while let Some(piece) = pieces.try_next().await? {
        hasher.update(&piece);
    }
    Ok(ContentHash::from(*hasher.finalize().as_bytes()) == hash)
}

/// Fetches a content that this node has lost and `peer` has, `package` bytes of it at most.
pub(super) async fn fetch(
    peer: &Peer,
    contents: &Arc<dyn Contents>,
    content: store::ContentReference,
    package: u64,
) -> Result<Outcome, Error> {
    let held = contents.missing(vec![content.hash]).await?;
    let Some(held) = held.first() else {
        return Ok(Outcome::Whole);
    };
    let mut upload = match contents
        .resume(content.hash, content.length, held.received)
        .await
    {
        Err(store::Error::UploadBusy { .. }) => return Ok(Outcome::Busy),
        upload => upload?,
    };
    let pieces = peer.get_content(content.hash.to_string(), held.received);
    let mut pieces = std::pin::pin!(pieces.await?);
    let mut fetched = 0;
    while let Some(piece) = pieces.try_next().await? {
        fetched += piece.len() as u64;
        upload.append(piece).await?;
        if fetched >= package && held.received + fetched < content.length {
            return Ok(Outcome::More);
        }
    }
    match upload.finish().await {
        Err(store::Error::HashMismatch { .. }) if held.received > 0 => Ok(Outcome::More),
        Err(store::Error::HashMismatch { .. }) => Ok(Outcome::Lost(Loss::Damaged)),
        stored => stored.map(|_| Outcome::Whole).map_err(Error::from),
    }
}
