//! The rounds of cycles: every `SyncInterval`, when somebody asks, and when the service starts.

use std::collections::BTreeMap;
use std::time::Duration;

use tandem_domain::backup::{BackupCategory, BackupModule};
use tandem_domain::identity::Fqdn;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::cycle::{Extent, Shipped};
use super::{Backup, Error, LostFile};
use crate::ownership::HomePools;

/// How often a stopped service looks whether it was started.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// What came of cycles that were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synced {
    /// Documents that the receiver imported.
    pub documents: u64,
    /// Conference files that no pool has any more.
    pub lost: Vec<LostFile>,
}

/// What one export is: the module of a home pool.
type Export = (Fqdn, BackupModule);

/// The cycles that run. A long one holds up no other: each export has its own turn.
#[derive(Default)]
struct Cycles {
    running: JoinSet<Export>,
    /// Those that run, and whether to run again at once, because a round began meanwhile that was asked for.
    exports: BTreeMap<Export, bool>,
}

impl Cycles {
    /// Begins a cycle of each of `exports`; one that runs runs again afterwards when the round was `asked_for`.
    fn begin(&mut self, backup: &Backup, exports: &[Export], asked_for: bool) {
        for export in exports {
            if let Some(again) = self.exports.get_mut(export) {
                *again |= asked_for;
                continue;
            }
            self.exports.insert(export.clone(), false);
            let (backup, export) = (backup.clone(), export.clone());
            self.running.spawn(async move {
                backup.tell_cycle(&export).await;
                export
            });
        }
    }

    /// Waits for the end of a cycle, for ever when none runs.
    async fn ended(&mut self, backup: &Backup) {
        match self.running.join_next().await {
            None => std::future::pending().await,
            Some(Ok(export)) => {
                if self.exports.remove(&export) == Some(true) {
                    self.begin(backup, &[export], false);
                }
            }
            Some(Err(error)) => {
                tracing::error!(%error, "a cycle of the Backup Service met a fault of this program");
                // Which one it was is not known: those that run still are waited for by their turn.
                self.exports.clear();
            }
        }
    }
}

impl Backup {
    /// Runs rounds of cycles until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        let mut settings = self.inner.management.watch_backup_configuration();
        let mut topology = self.inner.management.watch_topology();
        let mut owners = self.inner.ownership.subscribe();
        let mut cycles = Cycles::default();
        let mut asked_for = false;
        loop {
            if !self.is_active() {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(LOOK_AGAIN) => continue,
                }
            }
            let exports = self.exports();
            if self.partner().is_ok() {
                cycles.begin(self, &exports, asked_for);
            }
            let interval = settings.borrow_and_update().sync_interval;
            let next = tokio::time::sleep(interval);
            tokio::pin!(next);
            asked_for = loop {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = cycles.ended(self) => {}
                    () = &mut next => break false,
                    () = self.inner.wake.notified() => break true,
                    // Users that this pool has just taken are backed up at once, not an interval later.
                    () = self.exports_change(&mut owners, &exports) => break true,
                    // A pairing is armed at once.
                    changed = topology.changed() => if changed.is_ok() { break true } else { return },
                    changed = settings.changed() => if changed.is_ok() { break true } else { return },
                }
            };
        }
    }

    /// One cycle of one export. Its failure stands in the status.
    async fn tell_cycle(&self, (home, module): &Export) {
        match self.cycle(home, *module, Extent::OneCycle).await {
            Ok(Shipped { documents: 0, .. }) => {}
            Ok(shipped) => {
                tracing::info!(%home, %module, documents = shipped.documents, "shipped");
            }
            Err(error) => {
                tracing::warn!(%home, %module, %error, "a cycle of the Backup Service failed");
            }
        }
    }

    /// Waits until this pool exports other things than `before`.
    async fn exports_change(&self, owners: &mut watch::Receiver<HomePools>, before: &[Export]) {
        while self.exports() == before {
            if owners.changed().await.is_err() {
                // The node ends; so does the loop around this.
                std::future::pending::<()>().await;
            }
        }
    }

    /// What this pool exports now: the user data of the home pools that it owns, and the active Central Management store.
    #[must_use]
    pub fn exports(&self) -> Vec<(Fqdn, BackupModule)> {
        let inner = &self.inner;
        let mut exports: Vec<Export> = inner
            .ownership
            .all()
            .values()
            .filter(|state| state.is_owned_here() && state.quarantine.is_none())
            .flat_map(|state| {
                BackupCategory::UserData
                    .modules()
                    .iter()
                    .map(|&module| (state.home.clone(), module))
            })
            .collect();
        if inner.management.master().as_ref() == Some(&inner.pool) {
            exports.push((inner.pool.clone(), BackupModule::CmsMaster));
        }
        exports
    }

    /// Runs one cycle of each of `modules` now and waits for them. With conference content the other pool also gets back
    /// what it has lost of it, and what this one has lost of what it exports is looked for anew.
    ///
    /// # Errors
    /// The first failure; the other modules have been shipped all the same.
    pub async fn sync(&self, modules: &[BackupModule]) -> Result<Synced, Error> {
        if !self.is_active() {
            return Err(Error::NotActive {
                pool: self.inner.pool.clone(),
            });
        }
        self.partner()?;
        let mut synced = Synced::default();
        let mut failed = None;
        for (home, module) in self.exports() {
            if !modules.contains(&module) {
                continue;
            }
            if module == BackupModule::DataConf {
                self.look_through_again(&home);
            }
            match self.cycle(&home, module, Extent::OneCycle).await {
                Ok(shipped) => synced.documents += shipped.documents,
                Err(error) => failed = failed.or(Some(error)),
            }
            if module == BackupModule::DataConf {
                synced.lost.extend(self.lost_files(&home));
            }
        }
        if modules.contains(&BackupModule::DataConf)
            && let Err(error) = self.restore_contents().await
        {
            failed = failed.or(Some(error));
        }
        failed.map_or(Ok(synced), Err)
    }
}
