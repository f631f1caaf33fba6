//! How far each module is: what the last cycles and imports showed, and the state that the domain makes of it.

use std::sync::PoisonError;
use std::time::SystemTime;

use tandem_domain::backup::{
    BackupCategory, BackupModule, CycleOutcome, ExportObservation, ImportState, import_state,
};
use tandem_domain::identity::Fqdn;

use super::{Backup, Error};
use crate::store;

/// What is remembered of one module since the service started.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    pub(super) has_completed_a_cycle: bool,
    pub(super) last_cycle: Option<CycleOutcome>,
    pub(super) unacknowledged: u64,
    pub(super) last_export: Option<SystemTime>,
    pub(super) last_import: Option<SystemTime>,
    pub(super) export_error: Option<String>,
    pub(super) import_error: Option<String>,
    /// Documents per second of the last cycle that shipped enough to tell; 0 before.
    pub(super) documents_per_second: u64,
}

/// The status of one module of this pool.
#[derive(Clone, Debug)]
pub struct ModuleStatus {
    /// The module.
    pub module: BackupModule,
    /// What decides its export state.
    pub export: ExportObservation,
    /// Its import state.
    pub import: ImportState,
    /// Records that the partner has not imported.
    pub pending_records: u64,
    /// Bytes of content that the partner has not got.
    pub pending_bytes: u64,
    /// When the last cycle that shipped everything ended.
    pub last_export: Option<SystemTime>,
    /// When the last batch was imported.
    pub last_import: Option<SystemTime>,
    /// What failed last; empty when nothing does.
    pub last_error: String,
}

impl Backup {
    /// The status of this pool's modules of `category`, all when it is not given.
    ///
    /// A pool that serves the users of both reports the worse of both exports: an administrator who asks one pool learns
    /// whether anything that it exports is behind.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn status(
        &self,
        category: Option<BackupCategory>,
    ) -> Result<Vec<ModuleStatus>, store::Error> {
        let mut all = Vec::new();
        for module in BackupModule::ALL {
            if category.is_none_or(|category| module.category() == category) {
                all.push(match module {
                    BackupModule::CmsMaster => self.central_management_status(),
                    BackupModule::PresenceFocus | BackupModule::DataConf => {
                        self.user_data_status(module).await?
                    }
                });
            }
        }
        Ok(all)
    }

    async fn user_data_status(&self, module: BackupModule) -> Result<ModuleStatus, store::Error> {
        let inner = &self.inner;
        let capacity = inner
            .management
            .backup_configuration()
            .limits(module)
            .capacity();
        let mut status = ModuleStatus {
            module,
            export: ExportObservation {
                is_applicable: false,
                has_completed_a_cycle: true,
                last_cycle: None,
                pending: 0,
                unacknowledged: 0,
                cycle_capacity: capacity,
                lost_files: 0,
            },
            import: ImportState::NormalState,
            pending_records: 0,
            pending_bytes: 0,
            last_export: None,
            last_import: None,
            last_error: String::new(),
        };
        let mut errors = Vec::new();
        for (home, state) in inner.ownership.all().iter() {
            let record = self.record(home, module);
            if state.is_owned_here() {
                let acknowledged = inner.stores.change_log.acknowledged(home, module).await?;
                let pending = inner
                    .stores
                    .change_log
                    .pending(home, module, acknowledged)
                    .await?;
                let export = &mut status.export;
                export.is_applicable = inner.management.partner().is_some();
                export.has_completed_a_cycle &= record.has_completed_a_cycle;
                export.last_cycle = worse(export.last_cycle, &record);
                export.pending = export.pending.max(pending.records());
                export.unacknowledged += record.unacknowledged;
                status.pending_records += pending.records();
                status.pending_bytes += pending.kinds.iter().map(|kind| kind.bytes).sum::<u64>();
                status.last_export = status.last_export.max(record.last_export);
                errors.extend(record.export_error);
                if module == BackupModule::DataConf {
                    export.lost_files += self.lost_files(home).len() as u64;
                    errors.extend(self.lost_files_told(home));
                }
            } else {
                status.import = status
                    .import
                    .max(import_state(record.import_error.is_some()));
                errors.extend(record.import_error);
            }
            status.last_import = status.last_import.max(record.last_import);
        }
        if !status.export.has_completed_a_cycle
            && !matches!(status.export.last_cycle, Some(CycleOutcome::Failed))
        {
            status.export.last_cycle = None;
        }
        status.last_error = errors.join("; ");
        Ok(status)
    }

    fn central_management_status(&self) -> ModuleStatus {
        let inner = &self.inner;
        let record = self.record(&inner.pool, BackupModule::CmsMaster);
        let is_master = inner.management.master().as_ref() == Some(&inner.pool);
        ModuleStatus {
            module: BackupModule::CmsMaster,
            export: ExportObservation {
                is_applicable: is_master && inner.management.partner().is_some(),
                has_completed_a_cycle: record.has_completed_a_cycle,
                last_cycle: record.last_cycle,
                pending: 0,
                unacknowledged: record.unacknowledged,
                cycle_capacity: inner
                    .management
                    .backup_configuration()
                    .limits(BackupModule::CmsMaster)
                    .capacity(),
                lost_files: 0,
            },
            import: import_state(record.import_error.is_some()),
            pending_records: 0,
            pending_bytes: 0,
            last_export: record.last_export,
            last_import: record.last_import,
            last_error: record
                .export_error
                .or(record.import_error)
                .unwrap_or_default(),
        }
    }

    /// Documents per second that recent cycles of a home pool shipped; 0 when none told.
    #[must_use]
    pub fn shipping_rate(&self, home: &Fqdn) -> u64 {
        BackupCategory::UserData
            .modules()
            .iter()
            .map(|&module| self.record(home, module).documents_per_second)
            .max()
            .unwrap_or(0)
    }

    /// Notes how an import went: PeerService applies them.
    pub fn note_import(
        &self,
        home: &Fqdn,
        module: BackupModule,
        error: Option<String>,
        now: SystemTime,
    ) {
        self.change(home, module, |record| {
            if error.is_none() {
                record.last_import = Some(now);
            }
            record.import_error = error;
        });
    }

    pub(super) fn note_cycle(
        &self,
        home: &Fqdn,
        module: BackupModule,
        outcome: &Result<super::cycle::Shipped, Error>,
        now: SystemTime,
    ) {
        self.change(home, module, |record| match outcome {
            Ok(shipped) => {
                record.has_completed_a_cycle = true;
                record.last_cycle = Some(CycleOutcome::Shipped(shipped.documents));
                record.unacknowledged = 0;
                record.export_error = None;
                if shipped.complete {
                    record.last_export = Some(now);
                }
                if let Some(rate) = shipped.documents_per_second() {
                    record.documents_per_second = rate;
                }
            }
            Err(error) => {
                record.last_cycle = Some(CycleOutcome::Failed);
                record.export_error = Some(error.to_string());
            }
        });
    }

    fn record(&self, home: &Fqdn, module: BackupModule) -> Record {
        let modules = self
            .inner
            .modules
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        modules
            .get(&(home.clone(), module))
            .cloned()
            .unwrap_or_default()
    }

    fn change(&self, home: &Fqdn, module: BackupModule, change: impl FnOnce(&mut Record)) {
        let mut modules = self
            .inner
            .modules
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        change(modules.entry((home.clone(), module)).or_default());
    }
}

/// Of two exports the one that is worse off: a failure outweighs a cycle, a cycle outweighs none.
fn worse(before: Option<CycleOutcome>, record: &Record) -> Option<CycleOutcome> {
    match (before, record.last_cycle) {
        (Some(CycleOutcome::Failed), _) | (_, Some(CycleOutcome::Failed)) => {
            Some(CycleOutcome::Failed)
        }
        (Some(CycleOutcome::Shipped(a)), Some(CycleOutcome::Shipped(b))) => {
            Some(CycleOutcome::Shipped(a.saturating_add(b)))
        }
        (one, None) | (None, one) => one,
    }
}
