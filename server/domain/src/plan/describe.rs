//! A plan in sentences, for `-WhatIf`, `-Confirm` and the journal.

use super::{Action, Plan, PlanKind, Step, Waiver};
use crate::loss::human_age;

impl Plan {
    /// What the whole plan does, in one sentence.
    #[must_use]
    pub fn summary(&self) -> String {
        let guards = &self.guards;
        match &self.kind {
            PlanKind::FailOver => format!(
                "Fail over pool \"{}\": its {} users will be served by pool \"{}\". {}",
                guards.home,
                self.users,
                guards.taking,
                self.promise()
            ),
            PlanKind::DisasterFailOver => format!(
                "Fail over pool \"{}\" in disaster mode: its {} users will be served by pool \"{}\" from its last backup.",
                guards.home, self.users, guards.taking
            ),
            PlanKind::FailBack => format!(
                "Fail back pool \"{}\": its {} users will be served by their home pool again. {}",
                guards.home,
                self.users,
                self.promise()
            ),
            PlanKind::DisasterFailBack => format!(
                "Fail back pool \"{}\" in disaster mode: its {} users will be served by their home pool again, without what pool \"{}\" alone holds.",
                guards.home, self.users, guards.releasing
            ),
            PlanKind::MoveUser { user, account_only } => format!(
                "Move user \"{user}\" from pool \"{}\" to pool \"{}\"{}.",
                guards.releasing,
                guards.taking,
                if *account_only {
                    ", without contacts, groups and meetings"
                } else {
                    ""
                }
            ),
        }
    }

    /// What a planned move promises about the data.
    fn promise(&self) -> &'static str {
        if self.guards.waivers.contains(&Waiver::SkipDataVerification) {
            "When the wait time passes before everything is shipped, the move goes on and the rest is kept for salvage."
        } else {
            "Nothing is lost."
        }
    }

    /// One step in one sentence.
    #[must_use]
    pub fn sentence(&self, step: &Step) -> String {
        let guards = &self.guards;
        match &step.action {
            Action::Prepare => format!(
                "Record the operation on pool \"{}\" and compare what was planned with what is.",
                step.on
            ),
            Action::Freeze => format!(
                "Refuse further writes of the users of pool \"{}\" on pool \"{}\".",
                guards.home, step.on
            ),
            Action::FlushStorage => format!(
                "Flush the storage service on every Front End server of pool \"{}\".",
                step.on
            ),
            Action::Ship { wait } => format!(
                "Ship everything that pool \"{}\" does not have yet from pool \"{}\", for at most {}.",
                guards.taking,
                step.on,
                human_age(*wait)
            ),
            Action::Verify => format!(
                "Compare the data on pool \"{}\" and pool \"{}\".",
                guards.releasing, guards.taking
            ),
            Action::StopServices { drain } if drain.is_zero() => format!(
                "Stop the services of pool \"{}\" and sign its users out.",
                step.on
            ),
            Action::StopServices { drain } => format!(
                "Stop the services of pool \"{}\", which may drain for {}, and sign its users out.",
                step.on,
                human_age(*drain)
            ),
            Action::StartServices => format!("Start the services of pool \"{}\".", step.on),
            Action::StateLoss => "Record the loss that is accepted.".to_owned(),
            Action::TakeOwnership { epoch } => format!(
                "Let pool \"{}\" serve the users of pool \"{}\", at epoch {epoch}. From here on there is no way back.",
                step.on, guards.home
            ),
            Action::ReleaseOwnership { epoch } => format!(
                "Tell pool \"{}\" that epoch {epoch} is in force and that it no longer serves the users of pool \"{}\".",
                step.on, guards.home
            ),
            Action::RedirectUsers => format!(
                "Redirect the users of pool \"{}\" to pool \"{}\".",
                guards.home, guards.taking
            ),
            Action::LockUser { user } => format!(
                "Make the data of user \"{user}\" read-only on pool \"{}\".",
                step.on
            ),
            Action::CopyUser { user } => format!(
                "Copy the data of user \"{user}\" from pool \"{}\" to pool \"{}\".",
                guards.releasing, step.on
            ),
            Action::ChangeHome { user } => format!(
                "Make pool \"{}\" the home of user \"{user}\". From here on there is no way back.",
                step.on
            ),
            Action::DropUserCopy { user } => {
                format!("Delete what user \"{user}\" left on pool \"{}\".", step.on)
            }
        }
    }

    /// The whole plan, one sentence a line: what it does, what is lost, what to know, the steps, the digest.
    #[must_use]
    pub fn describe(&self) -> Vec<String> {
        let mut lines = vec![self.summary()];
        if let Some(loss) = &self.loss {
            lines.extend(loss.describe());
        }
        lines.extend(
            self.warnings
                .iter()
                .map(|warning| format!("Note: {warning}")),
        );
        if let Some(operation) = &self.supersedes {
            lines.push(format!(
                "Operation {operation}, which was interrupted, is rolled back first."
            ));
        }
        lines.extend(
            self.steps
                .iter()
                .enumerate()
                .map(|(index, step)| format!("{}. {}", index + 1, self.sentence(step))),
        );
        lines.push(format!(
            "Expected duration: {} ms. Plan {}.",
            self.expected_duration.as_millis(),
            self.digest()
        ));
        lines
    }
}
