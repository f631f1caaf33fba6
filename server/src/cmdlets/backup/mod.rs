//! The Backup Service: who backs up whom, how far, and how it is set.

mod backup_cs_pool;
mod configuration;
mod get_cs_backup_service_configuration;
mod get_cs_backup_service_status;
mod get_cs_pool_backup_relationship;
mod invoke_cs_backup_service_sync;
mod pools;
mod remove_cs_backup_service_configuration;
mod set_cs_backup_service_configuration;
mod sync_cs_user_data;

pub use backup_cs_pool::BackupCsPool;
pub use get_cs_backup_service_configuration::GetCsBackupServiceConfiguration;
pub use get_cs_backup_service_status::GetCsBackupServiceStatus;
pub use get_cs_pool_backup_relationship::GetCsPoolBackupRelationship;
pub use invoke_cs_backup_service_sync::InvokeCsBackupServiceSync;
pub use remove_cs_backup_service_configuration::RemoveCsBackupServiceConfiguration;
pub use set_cs_backup_service_configuration::SetCsBackupServiceConfiguration;
pub use sync_cs_user_data::SyncCsUserData;
