//! What a command that drives the Backup Service waits for.

use super::ExportState;

/// The state that a drive ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitTarget {
    /// Everything ships within one interval.
    SteadyState,
    /// Nothing is left to ship, and the partner imported it all.
    FinalState,
}

/// Parameters of `Backup-CsPool` that do not go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParameterConflict {
    /// The two waits exclude each other.
    #[error(
        "-SteadyState and -FullBackup cannot be given together: one waits for SteadyState, the other for FinalState."
    )]
    SteadyStateWithFullBackup,
    /// What is shipped home before a failback is shipped whole.
    #[error("-FailedOverPoolOnly needs -FullBackup.")]
    FailedOverPoolOnlyWithoutFullBackup,
}

impl WaitTarget {
    /// The wait that the switches of `Backup-CsPool` mean; without a switch, for SteadyState.
    pub fn of_switches(
        steady_state: bool,
        full_backup: bool,
        failed_over_pool_only: bool,
    ) -> Result<Self, ParameterConflict> {
        match (steady_state, full_backup) {
            (true, true) => Err(ParameterConflict::SteadyStateWithFullBackup),
            (true | false, false) if failed_over_pool_only => {
                Err(ParameterConflict::FailedOverPoolOnlyWithoutFullBackup)
            }
            (false, true) => Ok(Self::FinalState),
            (true | false, false) => Ok(Self::SteadyState),
        }
    }

    /// Whether a module has arrived. FinalState is beyond SteadyState. A module that does not apply has nothing to wait
    /// for; leave it out.
    #[must_use]
    pub fn is_reached(self, state: ExportState) -> bool {
        match (self, state) {
            (Self::SteadyState | Self::FinalState, ExportState::FinalState)
            | (Self::SteadyState, ExportState::SteadyState) => true,
            (Self::FinalState, ExportState::SteadyState)
            | (
                Self::SteadyState | Self::FinalState,
                ExportState::NotInitialized | ExportState::NonSteadyState | ExportState::ErrorState,
            ) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_and_their_wait() {
        assert_eq!(
            WaitTarget::of_switches(false, false, false),
            Ok(WaitTarget::SteadyState)
        );
        assert_eq!(
            WaitTarget::of_switches(true, false, false),
            Ok(WaitTarget::SteadyState)
        );
        assert_eq!(
            WaitTarget::of_switches(false, true, true),
            Ok(WaitTarget::FinalState)
        );
        assert_eq!(
            WaitTarget::of_switches(true, true, true),
            Err(ParameterConflict::SteadyStateWithFullBackup)
        );
        assert_eq!(
            WaitTarget::of_switches(true, false, true),
            Err(ParameterConflict::FailedOverPoolOnlyWithoutFullBackup)
        );
    }

    #[test]
    fn a_steady_module_is_not_final() {
        assert!(WaitTarget::SteadyState.is_reached(ExportState::FinalState));
        assert!(WaitTarget::SteadyState.is_reached(ExportState::SteadyState));
        assert!(!WaitTarget::FinalState.is_reached(ExportState::SteadyState));
        assert!(!WaitTarget::SteadyState.is_reached(ExportState::NotInitialized));
    }
}
