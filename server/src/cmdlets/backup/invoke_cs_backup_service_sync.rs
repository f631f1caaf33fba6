//! `Invoke-CsBackupServiceSync`.

use tandem::backup::v1::InvokeCsBackupServiceSyncRequest;
use tandem_domain::backup::{BackupModule, parse_modules};

use super::pools::{own_paired, tell_synced};
use crate::cmdlets::operation::faults::backup_fault;
use crate::dispatch::{Cmdlet, Context, Failure, Fault};

/// Makes the Backup Service of a pool ship now.
#[derive(Debug)]
pub struct InvokeCsBackupServiceSync;

impl Cmdlet for InvokeCsBackupServiceSync {
    async fn run(
        context: &Context<()>,
        request: InvokeCsBackupServiceSyncRequest,
    ) -> Result<(), Failure> {
        own_paired(context, &request.pool_fqdn)?;
        let given = request.backup_module.as_deref().unwrap_or("All");
        let modules = parse_modules(given).map_err(|error| {
            Fault::invalid_argument("UnknownBackupModule", error.to_string()).target(given)
        })?;
        let node = context.node();
        if modules == [BackupModule::CmsMaster]
            && node.management.master().as_ref() != Some(&node.pool)
        {
            context
                .warning(format!(
                    "Pool \"{}\" does not hold the active Central Management store, so it has nothing of it to ship.",
                    node.pool
                ))
                .await?;
        }
        let synced = node
            .backup
            .sync(modules)
            .await
            .map_err(|error| backup_fault(&error))?;
        tell_synced(context, synced).await
    }
}
