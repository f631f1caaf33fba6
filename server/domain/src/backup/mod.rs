//! The Backup Service's vocabulary and decisions: what belongs to which module, which state a module is in, how much one
//! cycle may ship.

mod configuration;
mod drive;
mod kind;
mod state;

pub use configuration::{
    BackupServiceConfiguration, CycleLimits, InvalidSetting, MAX_SYNC_INTERVAL, MIN_SYNC_INTERVAL,
    RECORDS_PER_BATCH,
};
pub use drive::{ParameterConflict, WaitTarget};
pub use kind::{BackupCategory, BackupModule, DocumentKind, UnknownModule, parse_modules};
pub use state::{
    CycleOutcome, ExportObservation, ExportState, ImportState, export_state, import_state,
    is_healthy, overall_export_state, overall_import_state,
};
