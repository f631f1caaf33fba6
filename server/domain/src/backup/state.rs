//! The states of a module, per direction, from what its last cycle showed. Each is a snapshot at call time.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How the export of a module to the partner stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ExportState {
    // In the order of the overall state: the worst stands last.
    /// Nothing is left to ship, and the partner imported it all.
    FinalState,
    /// Everything ships within one interval.
    SteadyState,
    /// No cycle completed yet, or the module does not apply to this pool.
    NotInitialized,
    /// Changes arrive faster than they ship: the backlog grows.
    NonSteadyState,
    /// The last export failed, and the true position is not known; or files are lost that it should have shipped.
    ErrorState,
}

impl ExportState {
    /// The name that status shows.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FinalState => "FinalState",
            Self::SteadyState => "SteadyState",
            Self::NotInitialized => "NotInitialized",
            Self::NonSteadyState => "NonSteadyState",
            Self::ErrorState => "ErrorState",
        }
    }
}

impl fmt::Display for ExportState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How the import of a module from the partner stands.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub enum ImportState {
    /// Imports work.
    #[default]
    NormalState,
    /// The last import failed.
    ErrorState,
}

impl ImportState {
    /// The name that status shows.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NormalState => "NormalState",
            Self::ErrorState => "ErrorState",
        }
    }
}

impl fmt::Display for ImportState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How the last cycle of a module ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CycleOutcome {
    /// It shipped so many changes.
    Shipped(u64),
    /// It failed.
    Failed,
}

/// What is known of the export of one module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportObservation {
    /// Whether the module applies: `CMSMaster` does only on the pool of the active Central Management Server.
    pub is_applicable: bool,
    /// Whether a cycle has completed since the service started.
    pub has_completed_a_cycle: bool,
    /// How the last cycle ended; `None` before the first.
    pub last_cycle: Option<CycleOutcome>,
    /// Changes after the last one that was shipped.
    pub pending: u64,
    /// Changes that were shipped and that the partner has not acknowledged as imported.
    pub unacknowledged: u64,
    /// How many changes one cycle may ship.
    pub cycle_capacity: u64,
    /// Files that neither pool has any more, although a document names them.
    pub lost_files: u64,
}

/// The export state of a module.
#[must_use]
pub fn export_state(seen: &ExportObservation) -> ExportState {
    if !seen.is_applicable {
        return ExportState::NotInitialized;
    }
    match seen.last_cycle {
        Some(CycleOutcome::Failed) => ExportState::ErrorState,
        None => ExportState::NotInitialized,
        Some(CycleOutcome::Shipped(_)) if !seen.has_completed_a_cycle => {
            ExportState::NotInitialized
        }
        Some(CycleOutcome::Shipped(_)) if seen.lost_files > 0 => ExportState::ErrorState,
        Some(CycleOutcome::Shipped(_)) if seen.pending > seen.cycle_capacity => {
            ExportState::NonSteadyState
        }
        Some(CycleOutcome::Shipped(_)) if seen.pending == 0 && seen.unacknowledged == 0 => {
            ExportState::FinalState
        }
        Some(CycleOutcome::Shipped(_)) => ExportState::SteadyState,
    }
}

/// The import state of a module, from whether its last import failed.
#[must_use]
pub fn import_state(last_import_failed: bool) -> ImportState {
    if last_import_failed {
        ImportState::ErrorState
    } else {
        ImportState::NormalState
    }
}

/// The overall export state: the worst of the modules that apply. When none applies, nothing is initialised.
#[must_use]
pub fn overall_export_state<'a>(
    modules: impl IntoIterator<Item = &'a ExportObservation>,
) -> ExportState {
    modules
        .into_iter()
        .filter(|seen| seen.is_applicable)
        .map(export_state)
        .max()
        .unwrap_or(ExportState::NotInitialized)
}

/// The overall import state: an error in one module is an error.
#[must_use]
pub fn overall_import_state(modules: impl IntoIterator<Item = ImportState>) -> ImportState {
    modules.into_iter().max().unwrap_or_default()
}

/// Whether a direction is healthy: its export keeps up and its import works.
#[must_use]
pub fn is_healthy(export: ExportState, import: ImportState) -> bool {
    let exports = match export {
        ExportState::FinalState | ExportState::SteadyState => true,
        ExportState::NotInitialized | ExportState::NonSteadyState | ExportState::ErrorState => {
            false
        }
    };
    exports && import == ImportState::NormalState
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen() -> ExportObservation {
        ExportObservation {
            is_applicable: true,
            has_completed_a_cycle: true,
            last_cycle: Some(CycleOutcome::Shipped(0)),
            pending: 0,
            unacknowledged: 0,
            cycle_capacity: 100,
            lost_files: 0,
        }
    }

    #[test]
    fn one_observation_for_each_state() {
        let final_state = seen();
        let steady = ExportObservation {
            pending: 100,
            ..seen()
        };
        let in_flight = ExportObservation {
            unacknowledged: 1,
            ..seen()
        };
        let backlog = ExportObservation {
            pending: 101,
            ..seen()
        };
        let failed = ExportObservation {
            last_cycle: Some(CycleOutcome::Failed),
            ..seen()
        };
        let new = ExportObservation {
            last_cycle: None,
            has_completed_a_cycle: false,
            ..seen()
        };
        let lacking = ExportObservation {
            lost_files: 1,
            ..seen()
        };
        let states = [
            final_state,
            steady,
            in_flight,
            backlog,
            failed,
            new,
            lacking,
        ]
        .map(|seen| export_state(&seen));
        assert_eq!(
            states,
            [
                ExportState::FinalState,
                ExportState::SteadyState,
                ExportState::SteadyState,
                ExportState::NonSteadyState,
                ExportState::ErrorState,
                ExportState::NotInitialized,
                ExportState::ErrorState,
            ]
        );
    }

    #[test]
    fn the_overall_state_is_the_worst_that_applies() {
        let standby = ExportObservation {
            is_applicable: false,
            ..seen()
        };
        assert_eq!(
            overall_export_state([&seen(), &standby]),
            ExportState::FinalState
        );
        let new = ExportObservation {
            last_cycle: None,
            has_completed_a_cycle: false,
            ..seen()
        };
        let steady = ExportObservation {
            pending: 1,
            ..seen()
        };
        assert_eq!(
            overall_export_state([&new, &steady]),
            ExportState::NotInitialized
        );
        let backlog = ExportObservation {
            pending: 101,
            ..seen()
        };
        assert_eq!(
            overall_export_state([&backlog, &new]),
            ExportState::NonSteadyState
        );
        assert_eq!(
            overall_import_state([ImportState::NormalState, ImportState::ErrorState]),
            ImportState::ErrorState
        );
    }
}
