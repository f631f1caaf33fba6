//! `Sync-CsUserData`.

use tandem::backup::v1::SyncCsUserDataRequest;
use tandem_domain::backup::BackupCategory;

use super::pools::{named, own_paired, tell_synced};
use crate::cmdlets::operation::faults::backup_fault;
use crate::dispatch::{Cmdlet, Context, Failure};

/// Ships the user data of a pool to its partner now.
#[derive(Debug)]
pub struct SyncCsUserData;

impl Cmdlet for SyncCsUserData {
    async fn run(context: &Context<()>, request: SyncCsUserDataRequest) -> Result<(), Failure> {
        let node = context.node();
        let pool = named(context, &request.pool_fqdn)?;
        if request.target() {
            // Towards the named pool: its partner ships.
            let published = node.management.topology();
            if let Some(backup) = published.topology.backup_of(&pool)
                && backup.fqdn != node.pool
            {
                return Ok(context.forward(&backup.fqdn).await?);
            }
        } else {
            own_paired(context, &request.pool_fqdn)?;
        }
        let modules = BackupCategory::UserData.modules();
        let synced = node
            .backup
            .sync(modules)
            .await
            .map_err(|error| backup_fault(&error))?;
        tell_synced(context, synced).await
    }
}
