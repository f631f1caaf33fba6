//! `Get-CsPoolBackupRelationship`.

use tandem::backup::v1::{BackupRelation, GetCsPoolBackupRelationshipRequest};

use super::pools::named;
use crate::dispatch::{Cmdlet, Context, Failure};

/// Names the backup pool of a pool.
#[derive(Debug)]
pub struct GetCsPoolBackupRelationship;

impl Cmdlet for GetCsPoolBackupRelationship {
    async fn run(
        context: &Context<BackupRelation>,
        request: GetCsPoolBackupRelationshipRequest,
    ) -> Result<(), Failure> {
        let pool = named(context, &request.pool_fqdn)?;
        let published = context.node().management.topology();
        match published.topology.backup_of(&pool) {
            Some(backup) => {
                context
                    .output(BackupRelation {
                        pool_fqdn: pool.to_string(),
                        backup_pool_fqdn: backup.fqdn.to_string(),
                    })
                    .await
            }
            None => {
                context
                    .warning(format!("Pool \"{pool}\" has no backup pool."))
                    .await
            }
        }
    }
}
