//! `Remove-CsBackupServiceConfiguration`.

use tandem::backup::v1::RemoveCsBackupServiceConfigurationRequest;
use tandem_domain::backup::BackupServiceConfiguration;

use super::configuration::{GLOBAL, check_identity, publish};
use crate::dispatch::{Cmdlet, Context, Failure};

/// Resets the settings of the Backup Service to their defaults.
#[derive(Debug)]
pub struct RemoveCsBackupServiceConfiguration;

impl Cmdlet for RemoveCsBackupServiceConfiguration {
    async fn run(
        context: &Context<()>,
        request: RemoveCsBackupServiceConfigurationRequest,
    ) -> Result<(), Failure> {
        check_identity(Some(&request.identity))?;
        if !context.should_process(GLOBAL, None).await? {
            return Ok(());
        }
        publish(context, &BackupServiceConfiguration::default()).await
    }
}
