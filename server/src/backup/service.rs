//! The rounds of cycles: every `SyncInterval`, when somebody asks, and when the service starts.

use std::time::Duration;

use tandem_domain::backup::{BackupCategory, BackupModule};
use tandem_domain::identity::Fqdn;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::cycle::{Extent, Shipped};
use super::{Backup, Error};
use crate::ownership::HomePools;

/// How often a stopped service looks whether it was started.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

impl Backup {
    /// Runs rounds of cycles until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        let mut settings = self.inner.management.watch_backup_configuration();
        let mut topology = self.inner.management.watch_topology();
        let mut owners = self.inner.ownership.subscribe();
        loop {
            if !self.is_active() {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(LOOK_AGAIN) => continue,
                }
            }
            let exports = self.exports();
            self.round(&exports).await;
            let interval = settings.borrow_and_update().sync_interval;
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(interval) => {}
                () = self.inner.wake.notified() => {}
                // Users that this pool has just taken are backed up at once, not an interval later.
                () = self.exports_change(&mut owners, &exports) => {}
                // A pairing is armed at once.
                changed = topology.changed() => if changed.is_err() { return },
                changed = settings.changed() => if changed.is_err() { return },
            }
        }
    }

    /// One cycle of everything that this pool exports, both modules of a home pool at once. Failures stand in the status.
    async fn round(&self, exports: &[(Fqdn, BackupModule)]) {
        if self.partner().is_err() {
            return;
        }
        let mut cycles = JoinSet::new();
        for (home, module) in exports.iter().cloned() {
            let backup = self.clone();
            cycles.spawn(async move {
                match backup.cycle(&home, module, Extent::OneCycle).await {
                    Ok(Shipped { documents: 0, .. }) => {}
                    Ok(shipped) => {
                        tracing::info!(%home, %module, documents = shipped.documents, "shipped");
                    }
                    Err(error) => tracing::warn!(%home, %module, %error, "a cycle of the Backup Service failed"),
                }
            });
        }
        while let Some(cycle) = cycles.join_next().await {
            if let Err(error) = cycle {
                tracing::error!(%error, "a cycle of the Backup Service met a fault of this program");
            }
        }
    }

    /// Waits until this pool exports other things than `before`.
    async fn exports_change(
        &self,
        owners: &mut watch::Receiver<HomePools>,
        before: &[(Fqdn, BackupModule)],
    ) {
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
        let mut exports: Vec<(Fqdn, BackupModule)> = inner
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
    /// what it has lost of it.
    ///
    /// # Errors
    /// The first failure; the other modules have been shipped all the same.
    pub async fn sync(&self, modules: &[BackupModule]) -> Result<u64, Error> {
        if !self.is_active() {
            return Err(Error::NotActive {
                pool: self.inner.pool.clone(),
            });
        }
        self.partner()?;
        let mut documents = 0;
        let mut failed = None;
        for (home, module) in self.exports() {
            if modules.contains(&module) {
                match self.cycle(&home, module, Extent::OneCycle).await {
                    Ok(shipped) => documents += shipped.documents,
                    Err(error) => failed = failed.or(Some(error)),
                }
            }
        }
        if modules.contains(&BackupModule::DataConf)
            && let Err(error) = self.restore_contents().await
        {
            failed = failed.or(Some(error));
        }
        failed.map_or(Ok(documents), Err)
    }
}
