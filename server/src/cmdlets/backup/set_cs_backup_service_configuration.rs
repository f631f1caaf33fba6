//! `Set-CsBackupServiceConfiguration`.

use std::time::Duration;

use tandem::backup::v1::SetCsBackupServiceConfigurationRequest;
use tandem::cmdlet::v1::Value;
use tandem::cmdlet::v1::value::Kind;
use tandem_domain::backup::BackupServiceConfiguration;

use super::configuration::{GLOBAL, check_identity, publish, span};
use crate::dispatch::{Cmdlet, Context, Failure, Fault};

/// Changes the settings of the Backup Service on all nodes.
#[derive(Debug)]
pub struct SetCsBackupServiceConfiguration;

impl Cmdlet for SetCsBackupServiceConfiguration {
    async fn run(
        context: &Context<()>,
        request: SetCsBackupServiceConfigurationRequest,
    ) -> Result<(), Failure> {
        check_identity(request.identity.as_deref())?;
        let before = context.node().management.backup_configuration();
        let mut settings = before.clone();
        if let Some(instance) = &request.instance {
            take_instance(&mut settings, instance)?;
        }
        take_parameters(&mut settings, &request)?;
        if settings.sync_interval != before.sync_interval {
            context
                .verbose("The interval decides how much a disaster can lose, and what the service costs.")
                .await?;
        }
        if !context.should_process(GLOBAL, None).await? {
            return Ok(());
        }
        publish(context, &settings).await
    }
}

fn take_parameters(
    settings: &mut BackupServiceConfiguration,
    request: &SetCsBackupServiceConfigurationRequest,
) -> Result<(), Failure> {
    if let Some(interval) = &request.sync_interval {
        settings.sync_interval = span(interval)?;
    }
    let numbers = [
        (
            request.max_concurrent_calls,
            &mut settings.max_concurrent_calls,
        ),
        (
            request.max_batches_per_cms_sync,
            &mut settings.max_batches_per_cms_sync,
        ),
        (
            request.max_batches_per_user_store_sync,
            &mut settings.max_batches_per_user_store_sync,
        ),
        (
            request.max_data_conf_package_size_kb,
            &mut settings.max_data_conf_package_size_kb,
        ),
    ];
    for (given, setting) in numbers {
        *setting = given.unwrap_or(*setting);
    }
    if request
        .max_high_pri_queue_percentage_per_user_store_sync
        .is_some()
    {
        settings.max_high_pri_queue_percentage_per_user_store_sync =
            request.max_high_pri_queue_percentage_per_user_store_sync;
    }
    if let Some(groups) = &request.authorized_universal_groups {
        settings.authorized_universal_groups = names(groups);
    }
    if let Some(accounts) = &request.authorized_local_accounts {
        settings.authorized_local_accounts = names(accounts);
    }
    settings.enable_rgs_backup_service = request
        .enable_rgs_backup_service
        .unwrap_or(settings.enable_rgs_backup_service);
    Ok(())
}

/// Several names in one text are parted by commas.
fn names(text: &str) -> Vec<String> {
    text.split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Takes over the properties of a changed object. Properties that are not settings are passed over, as in the original.
fn take_instance(
    settings: &mut BackupServiceConfiguration,
    instance: &Value,
) -> Result<(), Failure> {
    let Some(Kind::Object(object)) = &instance.kind else {
        return Err(Fault::invalid_argument(
            "InvalidInstance",
            "-Instance is an object from Get-CsBackupServiceConfiguration.",
        )
        .target("Instance")
        .into());
    };
    for property in &object.property {
        let kind = property
            .value
            .as_ref()
            .and_then(|value| value.kind.as_ref());
        let name = property.name.as_str();
        let wrong = || {
            Fault::invalid_argument(
                "InvalidInstance",
                format!("Property {name} of -Instance has no value of its type."),
            )
            .target(name)
        };
        match name {
            "SyncInterval" => settings.sync_interval = interval(kind).ok_or_else(wrong)?,
            "MaxConcurrentCalls" => {
                settings.max_concurrent_calls = number(kind).ok_or_else(wrong)?;
            }
            "MaxBatchesPerCmsSync" => {
                settings.max_batches_per_cms_sync = number(kind).ok_or_else(wrong)?;
            }
            "MaxBatchesPerUserStoreSync" => {
                settings.max_batches_per_user_store_sync = number(kind).ok_or_else(wrong)?;
            }
            "MaxDataConfPackageSizeKB" => {
                settings.max_data_conf_package_size_kb = number(kind).ok_or_else(wrong)?;
            }
            "MaxHighPriQueuePercentagePerUserStoreSync" => {
                settings.max_high_pri_queue_percentage_per_user_store_sync = number(kind);
            }
            "AuthorizedUniversalGroups" => settings.authorized_universal_groups = texts(kind),
            "AuthorizedLocalAccounts" => settings.authorized_local_accounts = texts(kind),
            "EnableRgsBackupService" => {
                settings.enable_rgs_backup_service =
                    matches!(kind, Some(Kind::Bool(true) | Kind::Switch(true)));
            }
            _ => {}
        }
    }
    Ok(())
}

fn interval(kind: Option<&Kind>) -> Option<Duration> {
    match kind {
        Some(Kind::TimeSpan(span)) => Duration::try_from(*span).ok(),
        _ => None,
    }
}

fn number(kind: Option<&Kind>) -> Option<i32> {
    match kind {
        Some(Kind::Int32(number)) => Some(*number),
        Some(Kind::Int64(number)) => i32::try_from(*number).ok(),
        _ => None,
    }
}

fn texts(kind: Option<&Kind>) -> Vec<String> {
    match kind {
        Some(Kind::String(text)) => names(text),
        Some(Kind::List(list)) => list
            .item
            .iter()
            .flat_map(|item| texts(item.kind.as_ref()))
            .collect(),
        _ => Vec::new(),
    }
}
