//! `CsBackupServiceConfiguration`: one global object, its defaults, its ranges, and what it means for one cycle.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::BackupModule;

/// The shortest `SyncInterval`.
pub const MIN_SYNC_INTERVAL: Duration = Duration::from_secs(5);
/// The longest `SyncInterval`.
pub const MAX_SYNC_INTERVAL: Duration = Duration::from_secs(3 * 60 * 60);
/// How many changes one batch carries at most. `MaxBatchesPer…Sync` times this is what one cycle may ship.
pub const RECORDS_PER_BATCH: u64 = 200;

/// The settings of the Backup Service, Identity `Global`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BackupServiceConfiguration {
    /// How often the service ships. 5 s to 3 h, both included.
    pub sync_interval: Duration,
    /// Simultaneous calls to the partner, at least 1.
    pub max_concurrent_calls: i32,
    /// Batches of the Central Management store in one cycle, at least 1.
    pub max_batches_per_cms_sync: i32,
    /// Batches of user data in one cycle, at least 1.
    pub max_batches_per_user_store_sync: i32,
    /// The largest package of conference content, in KB, at least 1.
    pub max_data_conf_package_size_kb: i32,
    /// The share of high-priority changes in one cycle, in percent, 0 to 100; not in Lync Server 2013's documents.
    pub max_high_pri_queue_percentage_per_user_store_sync: Option<i32>,
    /// Groups that may read status, beside RTCUniversalServerAdmins.
    pub authorized_universal_groups: Vec<String>,
    /// Local accounts that may read status.
    pub authorized_local_accounts: Vec<String>,
    /// Whether response groups are backed up; only later products can.
    pub enable_rgs_backup_service: bool,
}

impl Default for BackupServiceConfiguration {
    fn default() -> Self {
        Self {
            sync_interval: Duration::from_secs(120),
            max_concurrent_calls: 10,
            max_batches_per_cms_sync: 500,
            max_batches_per_user_store_sync: 500,
            max_data_conf_package_size_kb: 102_400,
            max_high_pri_queue_percentage_per_user_store_sync: None,
            authorized_universal_groups: Vec::new(),
            authorized_local_accounts: vec!["Network Service".to_owned()],
            enable_rgs_backup_service: false,
        }
    }
}

/// A setting that is outside its range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{parameter} cannot be {value}: {range}.")]
pub struct InvalidSetting {
    /// The parameter, as the cmdlet names it.
    pub parameter: &'static str,
    /// The value that was given.
    pub value: String,
    /// What is allowed.
    pub range: &'static str,
}

impl BackupServiceConfiguration {
    /// Every setting that is outside its range, in the order of the object's properties.
    #[must_use]
    pub fn validate(&self) -> Vec<InvalidSetting> {
        let mut found = Vec::new();
        if !(MIN_SYNC_INTERVAL..=MAX_SYNC_INTERVAL).contains(&self.sync_interval) {
            found.push(InvalidSetting {
                parameter: "SyncInterval",
                value: time_span(self.sync_interval),
                range: "it lies between 00:00:05 and 03:00:00",
            });
        }
        for (parameter, value) in [
            ("MaxConcurrentCalls", self.max_concurrent_calls),
            ("MaxBatchesPerCmsSync", self.max_batches_per_cms_sync),
            (
                "MaxBatchesPerUserStoreSync",
                self.max_batches_per_user_store_sync,
            ),
            (
                "MaxDataConfPackageSizeKB",
                self.max_data_conf_package_size_kb,
            ),
        ] {
            if value < 1 {
                found.push(InvalidSetting {
                    parameter,
                    value: value.to_string(),
                    range: "it is at least 1",
                });
            }
        }
        if let Some(percentage) = self.max_high_pri_queue_percentage_per_user_store_sync
            && !(0..=100).contains(&percentage)
        {
            found.push(InvalidSetting {
                parameter: "MaxHighPriQueuePercentagePerUserStoreSync",
                value: percentage.to_string(),
                range: "it is a percentage between 0 and 100",
            });
        }
        if self.enable_rgs_backup_service {
            found.push(InvalidSetting {
                parameter: "EnableRgsBackupService",
                value: "True".to_owned(),
                range: "Lync Server 2013 does not back up response groups",
            });
        }
        found
    }

    /// What one cycle of a module may ship.
    #[must_use]
    pub fn limits(&self, module: BackupModule) -> CycleLimits {
        let batches = match module {
            BackupModule::CmsMaster => self.max_batches_per_cms_sync,
            BackupModule::PresenceFocus | BackupModule::DataConf => {
                self.max_batches_per_user_store_sync
            }
        };
        CycleLimits {
            max_batches: positive(batches),
            max_concurrent_calls: positive(self.max_concurrent_calls),
            max_package_bytes: positive(self.max_data_conf_package_size_kb).saturating_mul(1024),
        }
    }
}

/// What one cycle of one module may ship.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CycleLimits {
    /// Batches, at least 1.
    pub max_batches: u64,
    /// Calls under way at once, at least 1.
    pub max_concurrent_calls: u64,
    /// Bytes of one package of content. A file that is larger ships alone, in several packages.
    pub max_package_bytes: u64,
}

impl CycleLimits {
    /// How many changes one cycle may ship. More pending than this is a backlog.
    #[must_use]
    pub fn capacity(&self) -> u64 {
        self.max_batches.saturating_mul(RECORDS_PER_BATCH)
    }

    /// The sizes of the batches that ship `pending` changes in one cycle.
    pub fn batches(&self, pending: u64) -> impl Iterator<Item = u64> {
        let now = pending.min(self.capacity());
        (0..now.div_ceil(RECORDS_PER_BATCH))
            .map(move |index| (now - index * RECORDS_PER_BATCH).min(RECORDS_PER_BATCH))
    }
}

fn positive(value: i32) -> u64 {
    u64::try_from(value).unwrap_or(1).max(1)
}

/// `hh:mm:ss`, as PowerShell shows a time span of less than a day.
fn time_span(span: Duration) -> String {
    let seconds = span.as_secs();
    format!(
        "{:02}:{:02}:{:02}",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_defaults_are_valid() {
        let defaults = BackupServiceConfiguration::default();
        assert!(defaults.validate().is_empty());
        assert_eq!(defaults.sync_interval, Duration::from_secs(120));
        assert_eq!(defaults.max_data_conf_package_size_kb, 102_400);
    }

    #[test]
    fn both_ends_of_the_interval_are_included() {
        let with = |sync_interval| {
            BackupServiceConfiguration {
                sync_interval,
                ..Default::default()
            }
            .validate()
        };
        assert!(with(MIN_SYNC_INTERVAL).is_empty());
        assert!(with(MAX_SYNC_INTERVAL).is_empty());
        let short = with(Duration::from_secs(4));
        assert_eq!(short.len(), 1);
        assert_eq!(
            short[0].to_string(),
            "SyncInterval cannot be 00:00:04: it lies between 00:00:05 and 03:00:00."
        );
        assert_eq!(with(MAX_SYNC_INTERVAL + Duration::from_millis(1)).len(), 1);
    }

    #[test]
    fn every_bad_setting_is_named() {
        let bad = BackupServiceConfiguration {
            max_concurrent_calls: 0,
            max_batches_per_cms_sync: -1,
            max_high_pri_queue_percentage_per_user_store_sync: Some(101),
            ..Default::default()
        };
        let names: Vec<&str> = bad.validate().iter().map(|found| found.parameter).collect();
        assert_eq!(
            names,
            [
                "MaxConcurrentCalls",
                "MaxBatchesPerCmsSync",
                "MaxHighPriQueuePercentagePerUserStoreSync"
            ]
        );
    }

    #[test]
    fn batches_add_up_to_what_one_cycle_may_ship() {
        let limits = CycleLimits {
            max_batches: 3,
            max_concurrent_calls: 1,
            max_package_bytes: 1,
        };
        for pending in [
            0,
            1,
            RECORDS_PER_BATCH,
            RECORDS_PER_BATCH + 1,
            10 * RECORDS_PER_BATCH,
        ] {
            let batches: Vec<u64> = limits.batches(pending).collect();
            assert_eq!(
                batches.iter().sum::<u64>(),
                pending.min(3 * RECORDS_PER_BATCH)
            );
            assert!(
                batches.len() <= 3
                    && batches
                        .iter()
                        .all(|size| (1..=RECORDS_PER_BATCH).contains(size))
            );
        }
    }
}
