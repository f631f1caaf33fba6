//! `Get-CsBackupServiceConfiguration`.

use tandem::backup::v1::{BackupServiceConfiguration, GetCsBackupServiceConfigurationRequest};
use tandem_shell::wildcard::Wildcard;

use super::configuration::{GLOBAL, check_identity, shown};
use crate::dispatch::{Cmdlet, Context, Failure};

/// Returns the settings of the Backup Service.
#[derive(Debug)]
pub struct GetCsBackupServiceConfiguration;

impl Cmdlet for GetCsBackupServiceConfiguration {
    async fn run(
        context: &Context<BackupServiceConfiguration>,
        request: GetCsBackupServiceConfigurationRequest,
    ) -> Result<(), Failure> {
        check_identity(request.identity.as_deref())?;
        if let Some(filter) = &request.filter
            && !Wildcard::new(filter).matches(GLOBAL)
        {
            return Ok(());
        }
        context
            .output(shown(context.node().management.backup_configuration()))
            .await
    }
}
