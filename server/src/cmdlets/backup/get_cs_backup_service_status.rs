//! `Get-CsBackupServiceStatus`.

use tandem::backup::v1::{
    BackupModuleStatus, BackupServiceStatus, GetCsBackupServiceStatusRequest,
};
use tandem_domain::backup::{export_state, overall_export_state, overall_import_state};

use super::pools::{category, own_paired};
use crate::backup::ModuleStatus;
use crate::cmdlets::operation::faults::store_fault;
use crate::dispatch::{Cmdlet, Context, Failure};
use crate::peer::wire::timestamp;

/// Tells how far the Backup Service of a pool is.
#[derive(Debug)]
pub struct GetCsBackupServiceStatus;

impl Cmdlet for GetCsBackupServiceStatus {
    async fn run(
        context: &Context<BackupServiceStatus>,
        request: GetCsBackupServiceStatusRequest,
    ) -> Result<(), Failure> {
        own_paired(context, &request.pool_fqdn)?;
        let category = category(request.category)?;
        let node = context.node();
        let status = node.backup.status(category).await;
        let modules = status.map_err(|error| store_fault(&error).target(node.pool.as_str()))?;
        if !node.backup.is_active() {
            context
                .warning(format!(
                    "The Backup Service (LYNCBACKUP) is stopped on pool \"{}\".",
                    node.pool
                ))
                .await?;
        }
        for module in &modules {
            if !module.last_error.is_empty() {
                let (module, error) = (module.module.name(), &module.last_error);
                context.warning(format!("{module}: {error}")).await?;
            }
        }
        let export = overall_export_state(modules.iter().map(|module| &module.export));
        let import = overall_import_state(modules.iter().map(|module| module.import));
        context
            .output(BackupServiceStatus {
                active_machine_fqdn: node.machine.to_string(),
                overall_export_status: export.name().to_owned(),
                overall_import_status: import.name().to_owned(),
                backup_modules: modules.into_iter().map(message).collect(),
            })
            .await
    }
}

fn message(module: ModuleStatus) -> BackupModuleStatus {
    BackupModuleStatus {
        identity: module.module.name().to_owned(),
        export_status: export_state(&module.export).name().to_owned(),
        import_status: module.import.name().to_owned(),
        pending_records: module.pending_records,
        pending_bytes: module.pending_bytes,
        last_export: module.last_export.map(timestamp),
        last_import: module.last_import.map(timestamp),
        last_error: module.last_error,
    }
}
