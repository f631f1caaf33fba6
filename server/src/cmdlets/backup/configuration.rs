//! The one object that the configuration cmdlets read and change.

use std::time::{Duration, SystemTime};

use tandem::backup::v1::BackupServiceConfiguration as Shown;
use tandem_domain::backup::BackupServiceConfiguration;

use crate::cmdlets::operation::faults::store_fault;
use crate::dispatch::{Call, Failure, Fault};
use crate::management::{self, BACKUP_SERVICE_CONFIGURATION};
use crate::peer::wire::duration;
use crate::store;

/// The identity of the one object.
pub(super) const GLOBAL: &str = "Global";

/// Refuses every identity but `Global`.
pub(super) fn check_identity(given: Option<&str>) -> Result<(), Failure> {
    match given {
        Some(other) if !other.eq_ignore_ascii_case(GLOBAL) => Err(Fault::not_found(
            "ConfigurationNotFound",
            format!(
                "There is no backup service configuration \"{other}\": the only one is {GLOBAL}."
            ),
        )
        .target(other)
        .mended_by(format!("Name {GLOBAL}, or leave -Identity out."))
        .into()),
        Some(_) | None => Ok(()),
    }
}

/// The settings as an object.
pub(super) fn shown(settings: BackupServiceConfiguration) -> Shown {
    Shown {
        identity: GLOBAL.to_owned(),
        sync_interval: Some(duration(settings.sync_interval)),
        max_concurrent_calls: settings.max_concurrent_calls,
        max_batches_per_cms_sync: settings.max_batches_per_cms_sync,
        max_batches_per_user_store_sync: settings.max_batches_per_user_store_sync,
        max_data_conf_package_size_kb: settings.max_data_conf_package_size_kb,
        max_high_pri_queue_percentage_per_user_store_sync: settings
            .max_high_pri_queue_percentage_per_user_store_sync
            .unwrap_or_default(),
        authorized_universal_groups: settings.authorized_universal_groups,
        authorized_local_accounts: settings.authorized_local_accounts,
        enable_rgs_backup_service: settings.enable_rgs_backup_service,
    }
}

/// A span of time that a parameter gives.
pub(super) fn span(given: &prost_types::Duration) -> Result<Duration, Failure> {
    Ok(Duration::try_from(*given).map_err(|_| {
        Fault::invalid_argument("InvalidSetting", "A time span cannot be negative here.")
            .target("SyncInterval")
    })?)
}

/// Publishes settings on all nodes, when they are within their ranges.
pub(super) async fn publish(
    call: &Call,
    settings: &BackupServiceConfiguration,
) -> Result<(), Failure> {
    let mistakes = settings.validate();
    if !mistakes.is_empty() {
        let text = mistakes
            .iter()
            .map(|mistake| format!("{mistake}."))
            .collect::<Vec<_>>()
            .join(" ");
        return Err(
            Fault::invalid_argument("InvalidSetting", text.replace("..", "."))
                .target(mistakes[0].parameter)
                .mended_by("To see the settings: Get-CsBackupServiceConfiguration")
                .into(),
        );
    }
    let management = &call.node().management;
    let known = management
        .get(BACKUP_SERVICE_CONFIGURATION)
        .await
        .map_err(failed)?;
    let expected = known.map_or(0, |document| document.version);
    let body = serde_json::to_vec(settings)
        .map_err(|error| Fault::invalid_argument("InvalidSetting", error.to_string()))?;
    let (version, deliveries) = management
        .publish(
            BACKUP_SERVICE_CONFIGURATION,
            body.into(),
            expected,
            &call.caller().name,
            SystemTime::now(),
        )
        .await
        .map_err(failed)?;
    for delivery in deliveries {
        if let Err(error) = delivery.outcome {
            call.warning(format!(
                "Pool \"{}\" does not have version {version} of the settings yet ({error}); it fetches it when it can be reached.",
                delivery.pool
            ))
            .await?;
        }
    }
    Ok(())
}

fn failed(error: management::Error) -> Fault {
    match error {
        management::Error::Store(store::Error::ManagementConflict { .. }) => Fault::new(
            "ConfigurationChanged",
            tandem_shell::error_record::ErrorCategory::ResourceBusy,
            "Somebody else changed the settings at the same moment.",
        )
        .mended_by(
            "Look at them with Get-CsBackupServiceConfiguration, and give the command again.",
        ),
        management::Error::Store(error) => store_fault(&error),
        error => Fault::unavailable("CentralManagementStoreFailed", format!("{error}.")),
    }
}
