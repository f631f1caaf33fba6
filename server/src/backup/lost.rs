//! Conference files that both pools have lost: found, named until they come back or nobody names them any more, and
//! fetched when the other pool turns out to have them.
//!
//! A lost file holds nothing up: its document ships without it. What is known of lost files is not durable; a node looks
//! all files through when it begins to export a home pool, and whenever an administrator has conference content shipped.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::PoisonError;

use tandem::peer::v1 as wire;
use tandem_domain::backup::BackupModule;
use tandem_domain::identity::Fqdn;
use tandem_domain::ownership::Epoch;

use super::content::{self, HASHES_PER_QUESTION, Manner, Outcome, Sent};
use super::cycle::BATCH_BYTES;
use super::{Backup, Error};
use crate::peer::Peer;
use crate::store::{
    Batch, ChangesQuery, ContentHash, ContentReference, Contents, Document, DocumentKey,
};

/// Lost files of one home pool that are remembered by name.
const REMEMBERED_MAX: usize = 10_000;

/// Lost files that are named in the log at once, and in a status.
const NAMED_MAX: usize = 3;

/// How a content is lost on this node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loss {
    /// It is not there.
    Missing,
    /// Its bytes are not the ones that its hash names.
    Damaged,
    /// Its bytes cannot be read.
    Unreadable(String),
}

/// A conference file that neither pool of the pair has, although a document names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostFile {
    /// The home pool of its organiser.
    pub home: Fqdn,
    /// Its document.
    pub key: DocumentKey,
    /// Its content.
    pub content: ContentReference,
    /// How it is lost.
    pub loss: Loss,
    /// The pool that exports it.
    pub pool: Fqdn,
    /// The other one, which does not have it either.
    pub other: Fqdn,
    /// Whether what the other one has is damaged.
    pub is_damaged_there: bool,
}

impl LostFile {
    /// Of `documents` those whose contents are `lost`.
    pub(crate) fn among<'a>(
        documents: impl IntoIterator<Item = &'a Document>,
        lost: &'a BTreeMap<ContentHash, Loss>,
        home: &'a Fqdn,
        (pool, other): (&'a Fqdn, &'a Fqdn),
    ) -> impl Iterator<Item = Self> {
        let live = documents.into_iter().filter(|document| !document.deleted);
        live.filter_map(move |document| {
            let content = document.content?;
            Some(Self {
                home: home.clone(),
                key: document.key.clone(),
                content,
                loss: lost.get(&content.hash)?.clone(),
                pool: pool.clone(),
                other: other.clone(),
                is_damaged_there: false,
            })
        })
    }

    /// What brings the file back, or makes nobody miss it.
    #[must_use]
    pub fn mend(&self) -> String {
        let hash = self.content.hash.to_string();
        let (first, second) = (&hash[..2], &hash[2..4]);
        format!(
            "Put the file back from a backup as content/{first}/{second}/{hash} in the data folder of either pool, have it uploaded again, or have it deleted. The Backup Service notices it by itself, and at once with: Invoke-CsBackupServiceSync -PoolFqdn {} -BackupModule ConfServices.DataConf",
            self.pool
        )
    }
}

impl fmt::Display for LostFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            home, pool, other, ..
        } = self;
        let (conference, name) = self.key.key.split_once('/').unwrap_or(("", &self.key.key));
        write!(f, "conference file \"{name}\" of ")?;
        if !conference.is_empty() {
            write!(f, "conference \"{conference}\" of ")?;
        }
        write!(
            f,
            "user {} of pool \"{home}\" is lost: its content {} ({} bytes) ",
            self.key.owner, self.content.hash, self.content.length
        )?;
        match &self.loss {
            Loss::Missing => write!(f, "is not on pool \"{pool}\" any more")?,
            Loss::Damaged => write!(
                f,
                "is damaged on pool \"{pool}\", where its bytes are kept in content/damaged"
            )?,
            Loss::Unreadable(reason) => write!(f, "cannot be read on pool \"{pool}\" ({reason})")?,
        }
        if self.is_damaged_there {
            return write!(f, ", and what pool \"{other}\" has of it is damaged");
        }
        write!(f, ", and pool \"{other}\" does not have it")
    }
}

/// What is known of the lost files of one home pool.
#[derive(Debug, Default)]
pub(super) struct LostFiles {
    files: BTreeMap<DocumentKey, LostFile>,
    /// Whether there were more than are remembered.
    overflows: bool,
    /// The epoch in which all files were looked through.
    looked_through: Option<Epoch>,
}

impl LostFiles {
    /// A damaged content is out of the way afterwards: that it was is still what there is to say of it.
    fn remember(&mut self, mut file: LostFile) {
        if let Some(known) = self.files.get(&file.key)
            && known.content == file.content
        {
            if file.loss == Loss::Missing {
                file.loss = known.loss.clone();
            }
            file.is_damaged_there |= known.is_damaged_there;
        }
        self.files.insert(file.key.clone(), file);
    }

    /// Whether the other pool is known to have nothing but damaged bytes of a document's content.
    fn is_damaged_there(&self, document: &Document) -> bool {
        let known = self.files.get(&document.key);
        known.is_some_and(|known| known.is_damaged_there && Some(known.content) == document.content)
    }
}

impl Backup {
    /// The conference files of a home pool that both pools have lost, as far as this node has found out.
    #[must_use]
    pub fn lost_files(&self, home: &Fqdn) -> Vec<LostFile> {
        self.of_home(home, |known| known.files.values().cloned().collect())
    }

    /// The lost files of a home pool in a sentence, and what mends them; `None` when there are none.
    pub(super) fn lost_files_told(&self, home: &Fqdn) -> Option<String> {
        self.of_home(home, |known| {
            let first = known.files.values().next()?;
            let named = known.files.values().take(NAMED_MAX);
            let mut text = named
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("; ");
            let more = known.files.len().saturating_sub(NAMED_MAX);
            if more > 0 {
                let at_least = if known.overflows { "at least " } else { "" };
                text = format!("{text}; {at_least}{more} more are lost too");
            }
            Some(format!("{text}. {}", first.mend()))
        })
    }

    /// Has all files of a home pool looked through in its next cycle, and those fetched again that came damaged.
    pub(super) fn look_through_again(&self, home: &Fqdn) {
        self.of_home(home, |known| {
            known.looked_through = None;
            for file in known.files.values_mut() {
                file.is_damaged_there = false;
            }
        });
    }

    /// Remembers lost files, and names those in the log that were not known.
    pub(super) fn note_lost(&self, home: &Fqdn, lost: impl IntoIterator<Item = LostFile>) {
        let mut new = 0;
        self.of_home(home, |known| {
            for file in lost {
                let is_known = known.files.contains_key(&file.key);
                if !is_known && known.files.len() >= REMEMBERED_MAX {
                    known.overflows = true;
                    continue;
                }
                if !is_known {
                    new += 1;
                    if new <= NAMED_MAX {
                        tracing::error!(%home, mend = file.mend(), "{file}");
                    }
                }
                known.remember(file);
            }
        });
        if new > NAMED_MAX {
            tracing::error!(%home, files = new, "conference files are lost on both pools");
        }
    }

    fn forget_lost(&self, home: &Fqdn, keys: impl Iterator<Item = DocumentKey>) {
        let files = self.of_home(home, |known| {
            keys.filter(|key| known.files.remove(key).is_some()).count()
        });
        if files > 0 {
            tracing::info!(%home, files, "conference files that were lost are back, or nobody names them any more");
        }
    }

    /// Looks whether lost files have come back, on either pool, or are not named any more; and all files through when this
    /// has not been done yet.
    pub(super) async fn look_after_files(
        &self,
        home: &Fqdn,
        peer: &Peer,
        epoch: Epoch,
    ) -> Result<(), Error> {
        let (known, looks_through) = self.of_home(home, |known| {
            let has_room = known.overflows && known.files.len() < REMEMBERED_MAX;
            let looks_through = known.looked_through != Some(epoch) || has_room;
            (known.files.keys().cloned().collect(), looks_through)
        });
        let mut suspected: Vec<DocumentKey> = known;
        if looks_through {
            let (missing, overflows) = self.missing_files(home).await?;
            let known: BTreeSet<_> = suspected.iter().cloned().collect();
            suspected.extend(missing.into_iter().filter(|key| !known.contains(key)));
            self.of_home(home, |known| {
                known.looked_through = Some(epoch);
                known.overflows = overflows;
            });
        }
        for keys in suspected.chunks(HASHES_PER_QUESTION) {
            self.look_after(home, peer, keys.to_vec()).await?;
        }
        Ok(())
    }

    /// Documents whose contents are not here.
    async fn missing_files(&self, home: &Fqdn) -> Result<(Vec<DocumentKey>, bool), Error> {
        let contents = &self.inner.stores.contents;
        let mut missing = Vec::new();
        let mut after = 0;
        loop {
            let batch = self.files_after(home, after).await?;
            let lost = not_here(contents.as_ref(), &batch.documents).await?;
            let named = batch.documents.into_iter().filter(|document| {
                let content = document.content;
                content.is_some_and(|content| lost.contains(&content.hash))
            });
            missing.extend(named.map(|document| document.key));
            if missing.len() > REMEMBERED_MAX {
                missing.truncate(REMEMBERED_MAX);
                return Ok((missing, true));
            }
            if batch.complete {
                return Ok((missing, false));
            }
            after = batch.watermark;
        }
    }

    async fn files_after(&self, home: &Fqdn, after: u64) -> Result<Batch, Error> {
        let query = ChangesQuery {
            home_pool: home.clone(),
            module: BackupModule::DataConf,
            after,
            limit_documents: u32::try_from(HASHES_PER_QUESTION).unwrap_or(u32::MAX),
            limit_bytes: BATCH_BYTES,
        };
        Ok(self.inner.stores.change_log.changes(query).await?)
    }

    /// Sends what is here again, fetches what the other pool has, and remembers what neither has.
    async fn look_after(
        &self,
        home: &Fqdn,
        peer: &Peer,
        keys: Vec<DocumentKey>,
    ) -> Result<(), Error> {
        let inner = &self.inner;
        let contents = inner.stores.contents.as_ref();
        let now = inner.stores.change_log.current(home.clone(), keys).await?;
        let (named, gone): (Vec<_>, Vec<_>) = now
            .into_iter()
            .partition(|document| !document.deleted && document.content.is_some());
        let absent = not_here(contents, &named).await?;
        let is_absent = |document: &Document| {
            let content = document.content;
            content.is_some_and(|content| absent.contains(&content.hash))
        };
        let (lost, back): (Vec<_>, Vec<_>) = named.iter().partition(|one| is_absent(one));
        let mut sent = content::ship(peer, &inner.stores.contents, back, self.manner()).await?;
        let damaged = self.fetch_lost(home, peer, &lost, &mut sent).await?;
        if !sent.unfinished.is_empty() {
            // More of them follows at once, not an interval later.
            self.wake();
        }
        let pools = (&inner.pool, peer.pool());
        let noted: Vec<_> = LostFile::among(&named, &sent.lost, home, pools)
            .map(|file| LostFile {
                is_damaged_there: damaged.contains(&file.content.hash),
                ..file
            })
            .collect();
        let is_lost: BTreeSet<_> = noted.iter().map(|file| file.key.clone()).collect();
        let settled = named
            .iter()
            .filter(|one| sent.is_done_with(one) && !is_lost.contains(&one.key))
            .chain(&gone)
            .map(|one| one.key.clone());
        self.forget_lost(home, settled);
        self.note_lost(home, noted);
        Ok(())
    }

    /// Fetches what the other pool has of these; the contents of which it has damaged bytes only.
    async fn fetch_lost(
        &self,
        home: &Fqdn,
        peer: &Peer,
        lost: &[&Document],
        sent: &mut Sent,
    ) -> Result<BTreeSet<ContentHash>, Error> {
        let mut damaged = BTreeSet::new();
        let wanted: BTreeMap<String, &Document> = lost
            .iter()
            .filter_map(|document| Some((document.content?.hash.to_string(), *document)))
            .collect();
        if wanted.is_empty() {
            return Ok(damaged);
        }
        let question = wire::FindMissingContentRequest {
            content_hash: wanted.keys().cloned().collect(),
        };
        let answer = peer.find_missing_content(question).await?.missing;
        let missing: BTreeSet<_> = answer.into_iter().map(|one| one.content_hash).collect();
        let package = self.manner().package.unwrap_or(u64::MAX);
        for (hash, document) in wanted {
            let Some(content) = document.content else {
                continue;
            };
            let is_damaged = self.of_home(home, |known| known.is_damaged_there(document));
            let outcome = if missing.contains(&hash) {
                Outcome::Lost(Loss::Missing)
            } else if is_damaged {
                Outcome::Lost(Loss::Damaged)
            } else {
                content::fetch(peer, &self.inner.stores.contents, content, package).await?
            };
            match outcome {
                Outcome::Whole => {}
                Outcome::More => drop(sent.unfinished.insert(content.hash)),
                // Whoever brings it sees to it; it is looked at again in the next cycle.
                Outcome::Busy => drop(sent.lost.insert(content.hash, Loss::Missing)),
                Outcome::Lost(loss) => {
                    if loss == Loss::Damaged {
                        damaged.insert(content.hash);
                    }
                    sent.lost.insert(content.hash, Loss::Missing);
                }
            }
        }
        Ok(damaged)
    }

    /// How conference files are sent while others wait.
    pub(super) fn manner(&self) -> Manner {
        let limits = self.inner.management.backup_configuration();
        let limits = limits.limits(BackupModule::DataConf);
        Manner {
            at_once: limits.max_concurrent_calls,
            package: Some(limits.max_package_bytes),
        }
    }

    /// Gives the other pool back what it has lost of the contents that the documents of both pools stand for, as far as
    /// this node has them. Documents stay as they are.
    pub(super) async fn restore_contents(&self) -> Result<(), Error> {
        let inner = &self.inner;
        let peer = inner.peers.to(&self.partner()?)?;
        let manner = Manner {
            package: None,
            ..self.manner()
        };
        for home in inner.ownership.all().keys() {
            let mut after = 0;
            loop {
                let batch = self.files_after(home, after).await?;
                // What is lost here is left out by its outcome.
                while !content::ship(&peer, &inner.stores.contents, &batch.documents, manner)
                    .await?
                    .unfinished
                    .is_empty()
                {}
                if batch.complete {
                    break;
                }
                after = batch.watermark;
            }
        }
        Ok(())
    }

    fn of_home<T>(&self, home: &Fqdn, change: impl FnOnce(&mut LostFiles) -> T) -> T {
        let mut lost = self
            .inner
            .lost
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        change(lost.entry(home.clone()).or_default())
    }
}

/// The contents of documents that this node does not have.
async fn not_here(
    contents: &dyn Contents,
    documents: &[Document],
) -> Result<BTreeSet<ContentHash>, Error> {
    let named = documents.iter().filter_map(|document| document.content);
    let missing = contents
        .missing(named.map(|content| content.hash).collect())
        .await?;
    Ok(missing.into_iter().map(|missing| missing.hash).collect())
}
