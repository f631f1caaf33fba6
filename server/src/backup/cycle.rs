//! One cycle of one module: from the receiver's watermark to the head of the log, or as far as the limits allow.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, SystemTime};

use tandem::peer::v1 as wire;
use tandem_domain::backup::{BackupModule, RECORDS_PER_BATCH};
use tandem_domain::identity::Fqdn;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::Instant;

use super::lost::LostFile;
use super::{Backup, Error, content, document, from_document_key};
use crate::ownership::HomePool;
use crate::peer::wire::terms;
use crate::peer::{self, ImportStream, Peer};
use crate::store::{self, Batch, ChangesQuery, ContentHash, Document};

/// Bytes of bodies that one batch carries at most, beside its last document.
pub(super) const BATCH_BYTES: u64 = 2 * 1024 * 1024;

/// Batches under way at once: the receiver writes one while the next travels.
const BATCHES_UNDER_WAY: usize = 4;

/// Cycles shorter than this tell nothing about the rate.
const RATE_DOCUMENTS: u64 = 500;

/// What a cycle did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shipped {
    /// Documents that the receiver imported.
    pub documents: u64,
    /// Whether nothing was left when it ended.
    pub complete: bool,
    /// How long it took.
    pub took: Duration,
}

impl Shipped {
    pub(super) fn documents_per_second(&self) -> Option<u64> {
        let micros = u64::try_from(self.took.as_micros())
            .unwrap_or(u64::MAX)
            .max(1);
        (self.documents >= RATE_DOCUMENTS)
            .then(|| self.documents.saturating_mul(1_000_000) / micros)
    }
}

/// How much a cycle may ship.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// As much as the settings allow for one cycle.
    OneCycle,
    /// Until nothing is left.
    Everything,
}

impl Backup {
    /// Runs a cycle of one module of one home pool now, after the one that may be under way.
    ///
    /// # Errors
    /// When the service is stopped, the pool does not own the users or is not paired, the other pool cannot be reached
    /// or refuses, or a store fails. The error stands in the module's status until a cycle succeeds.
    pub async fn cycle(
        &self,
        home: &Fqdn,
        module: BackupModule,
        extent: Extent,
    ) -> Result<Shipped, Error> {
        let _turn = self.turn(home, module).await;
        let started = Instant::now();
        let outcome = match module {
            BackupModule::CmsMaster => self.ship_central_management().await,
            BackupModule::PresenceFocus | BackupModule::DataConf => {
                self.ship_documents(home, module, extent).await
            }
        }
        .map(|shipped| Shipped {
            took: started.elapsed(),
            ..shipped
        });
        if !matches!(outcome, Err(Error::NotActive { .. })) {
            self.note_cycle(home, module, &outcome, SystemTime::now());
        }
        outcome
    }

    async fn ship_central_management(&self) -> Result<Shipped, Error> {
        self.check_active()?;
        let partner = self.partner()?;
        let documents = self.inner.management.ship(&partner).await?;
        Ok(Shipped {
            documents,
            complete: true,
            took: Duration::ZERO,
        })
    }

    async fn ship_documents(
        &self,
        home: &Fqdn,
        module: BackupModule,
        extent: Extent,
    ) -> Result<Shipped, Error> {
        self.check_active()?;
        let inner = &self.inner;
        let state = inner.ownership.get(home).filter(HomePool::is_owned_here);
        let state = state.ok_or_else(|| Error::NotOwner {
            pool: inner.pool.clone(),
            home: home.clone(),
        })?;
        let receiver = if *home == inner.pool {
            self.partner()?
        } else {
            home.clone()
        };
        let peer = inner.peers.to(&receiver)?;
        let limits = inner.management.backup_configuration().limits(module);
        let max_batches = match extent {
            Extent::OneCycle => limits.max_batches,
            Extent::Everything => u64::MAX,
        };
        let mut shipped = Shipped::default();
        let mut batches = 0;
        // A receiver that wants documents again tells some at a time: each opening answers what it told.
        loop {
            let opened = peer
                .open_import(wire::OpenImportRequest {
                    home_pool: home.to_string(),
                    module: module.name().to_owned(),
                    term: terms(&state.chain),
                })
                .await?;
            inner
                .stores
                .change_log
                .set_acknowledged(home, module, opened.watermark)
                .await?;
            let more_wanted = opened.more_wanted;
            let mut export = Export {
                backup: self,
                peer: &peer,
                home,
                module,
                epoch: state.chain.epoch().0,
                stream: None,
                under_way: VecDeque::new(),
                shipped: &mut shipped,
            };
            export.run(opened, max_batches, &mut batches).await?;
            if !more_wanted || batches >= max_batches {
                shipped.complete &= !more_wanted;
                break;
            }
        }
        if module == BackupModule::DataConf
            && let Err(error) = self
                .look_after_files(home, &peer, state.chain.epoch())
                .await
        {
            tracing::warn!(%home, %error, "lost conference files could not be looked for");
        }
        Ok(shipped)
    }

    fn check_active(&self) -> Result<(), Error> {
        if self.is_active() {
            return Ok(());
        }
        Err(Error::NotActive {
            pool: self.inner.pool.clone(),
        })
    }

    async fn turn(&self, home: &Fqdn, module: BackupModule) -> OwnedMutexGuard<()> {
        let turn: Arc<Mutex<()>> = self
            .inner
            .turns
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry((home.clone(), module))
            .or_default()
            .clone();
        turn.lock_owned().await
    }
}

/// A batch whose files are on the receiving pool, but for those that are lost.
struct Ready {
    batch: Batch,
    lost: Vec<ContentHash>,
    /// Whether nothing of it has moved to the end of the log.
    is_whole: bool,
}

/// One opened import: batches go out, answers come back in order.
struct Export<'a> {
    backup: &'a Backup,
    peer: &'a Peer,
    home: &'a Fqdn,
    module: BackupModule,
    epoch: u64,
    stream: Option<ImportStream>,
    /// Documents of the batches that were not answered yet.
    under_way: VecDeque<u64>,
    shipped: &'a mut Shipped,
}

impl Export<'_> {
    async fn run(
        &mut self,
        opened: wire::OpenImportResponse,
        max_batches: u64,
        batches: &mut u64,
    ) -> Result<(), Error> {
        let change_log = &self.backup.inner.stores.change_log;
        let mut after = opened.watermark;
        let mut reconciled = self.wanted(opened.wanted).await?;
        loop {
            self.backup.check_active()?;
            let batch = change_log
                .changes(ChangesQuery {
                    home_pool: self.home.clone(),
                    module: self.module,
                    after,
                    limit_documents: u32::try_from(RECORDS_PER_BATCH).unwrap_or(u32::MAX),
                    limit_bytes: BATCH_BYTES,
                })
                .await?;
            let is_news =
                !batch.documents.is_empty() || !reconciled.is_empty() || batch.watermark > after;
            let mut complete = batch.complete;
            if is_news {
                *batches += 1;
                match self.ship_files(batch, &mut reconciled).await? {
                    Some(Ready {
                        batch,
                        lost,
                        is_whole,
                    }) => {
                        after = batch.watermark;
                        complete &= is_whole;
                        self.send(batch, std::mem::take(&mut reconciled), lost)
                            .await?;
                    }
                    // Packages of files that nobody waits behind: the next look may find somebody who does.
                    None => complete = false,
                }
            }
            if complete || *batches >= max_batches {
                self.shipped.complete = complete;
                break;
            }
        }
        while !self.under_way.is_empty() {
            self.answer().await?;
        }
        Ok(())
    }

    /// Current values of what the receiver wants again.
    async fn wanted(&self, keys: Vec<wire::DocumentKey>) -> Result<Vec<Document>, Error> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let keys = keys
            .into_iter()
            .map(from_document_key)
            .collect::<Result<_, _>>()
            .map_err(|refusal| peer::Error::Protocol {
                pool: self.peer.pool().clone(),
                reason: refusal.message,
            })?;
        Ok(self
            .backup
            .inner
            .stores
            .change_log
            .current(self.home.clone(), keys)
            .await?)
    }

    /// Sends the files of a batch, a package of each that is larger. Documents whose files are not whole over there move to
    /// the end of the log, so that nobody has to wait behind them. `None` when nobody does.
    async fn ship_files(
        &self,
        mut batch: Batch,
        reconciled: &mut [Document],
    ) -> Result<Option<Ready>, Error> {
        let inner = &self.backup.inner;
        let contents = &inner.stores.contents;
        let manner = self.backup.manner();
        let mut lost = BTreeMap::new();
        let mut is_whole = true;
        loop {
            let documents = batch.documents.iter().chain(&*reconciled);
            let sent = content::ship(self.peer, contents, documents.clone(), manner).await?;
            let pools = (&inner.pool, self.peer.pool());
            let files = LostFile::among(documents, &sent.lost, self.home, pools);
            self.backup.note_lost(self.home, files.collect::<Vec<_>>());
            lost.extend(sent.lost.iter().map(|(hash, loss)| (*hash, loss.clone())));
            if sent.unfinished.is_empty() {
                break;
            }
            if reconciled
                .iter()
                .any(|document| !sent.is_done_with(document))
            {
                // Answers have no place in the log that they could move from.
                continue;
            }
            let waits = |document: &&Document| !sent.is_done_with(document);
            let behind: Vec<_> = batch.documents.iter().filter(waits).collect();
            if batch.complete && reconciled.is_empty() && behind.len() == batch.documents.len() {
                return Ok(None);
            }
            let behind = behind
                .into_iter()
                .map(|document| (document.key.clone(), document.position.sequence))
                .collect();
            match inner.stores.change_log.postpone(self.home, behind).await {
                Ok(()) => {
                    batch
                        .documents
                        .retain(|document| sent.is_done_with(document));
                    // The copy lacks what stands behind the watermark now.
                    batch.sum = None;
                    is_whole = false;
                    break;
                }
                // Read-only for an operation: nobody writes, so nobody waits behind them for long.
                Err(store::Error::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Some(Ready {
            batch,
            lost: lost.into_keys().collect(),
            is_whole,
        }))
    }

    async fn send(
        &mut self,
        batch: Batch,
        reconciled: Vec<Document>,
        lost: Vec<ContentHash>,
    ) -> Result<(), Error> {
        let Batch {
            documents,
            watermark,
            sum,
            ..
        } = batch;
        while self.under_way.len() >= BATCHES_UNDER_WAY {
            self.answer().await?;
        }
        let count = (documents.len() + reconciled.len()) as u64;
        let request = wire::ImportChangesRequest {
            home_pool: self.home.to_string(),
            module: self.module.name().to_owned(),
            epoch: self.epoch,
            document: documents.into_iter().map(document).collect(),
            watermark,
            reconciled: reconciled.into_iter().map(document).collect(),
            digest: sum.map(|sum| wire::ModuleDigest {
                module: self.module.name().to_owned(),
                documents: sum.documents,
                digest: sum.digest.to_be_bytes().to_vec(),
                sequence: watermark,
            }),
            lost_content: lost.iter().map(ToString::to_string).collect(),
        };
        if self.stream.is_none() {
            self.stream = Some(self.peer.import_changes().await?);
        }
        self.under_way.push_back(count);
        let Some(stream) = &self.stream else {
            return Ok(());
        };
        if stream.send(request).await.is_err() {
            // The receiver ended the stream: an answer that waits says why.
            return self.answer().await;
        }
        Ok(())
    }

    async fn answer(&mut self) -> Result<(), Error> {
        let Some(stream) = &mut self.stream else {
            return Ok(());
        };
        let watermark = stream.next_answer().await?;
        self.shipped.documents += self.under_way.pop_front().unwrap_or(0);
        let change_log = &self.backup.inner.stores.change_log;
        Ok(change_log
            .set_acknowledged(self.home, self.module, watermark)
            .await?)
    }
}
