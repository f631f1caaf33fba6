//! `ShouldProcess` and `ShouldContinue`: what is asked, what is only told, what is taken as said.

use crate::command::ConfirmImpact;
use crate::host::{ChoicePrompt, ShouldProcess};
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Record;
use crate::pipeline::stage::Context;
use crate::pipeline::streams::choices;
use crate::value::Value;

/// The choices of `ShouldProcess`.
pub(super) const CHOICES: [(&str, &str); 4] = [
    ("&Yes", "Continue with only the next step of the operation."),
    (
        "Yes to &All",
        "Continue with all the steps of the operation.",
    ),
    (
        "&No",
        "Skip this operation and proceed with the next operation.",
    ),
    (
        "No to A&ll",
        "Skip this operation and all subsequent operations.",
    ),
];

impl Context<'_> {
    fn given_switch(&self, name: &str) -> Option<bool> {
        match self.parameter(name) {
            Some(Value::Switch(on) | Value::Bool(on)) => Some(*on),
            _ => None,
        }
    }

    /// Whether the command only says what it would do: -WhatIf, else `$WhatIfPreference`.
    pub fn is_what_if(&self) -> bool {
        self.given_switch("WhatIf")
            .unwrap_or_else(|| self.engine.session.what_if_preference())
    }

    /// `ShouldProcess`: whether to go on. See `System.Management.Automation.Cmdlet.ShouldProcess`.
    ///
    /// # Errors
    /// When nobody can be asked, or the answer was to halt.
    pub fn should_process(&mut self, question: &ShouldProcess) -> Result<bool, Halt> {
        let info = self.command.binding.command().clone();
        if !info.should_process {
            return Ok(true);
        }
        if let Some(answer) = self.command.answered.should_process {
            return Ok(answer);
        }
        let description = described(&info.name, question);
        if self.is_what_if() {
            let line = Record::HostLine(format!("What if: {description}"));
            self.tail.record(&mut self.engine, line)?;
            return Ok(false);
        }
        let threshold = match self.given_switch("Confirm") {
            Some(true) => ConfirmImpact::Low,
            Some(false) => ConfirmImpact::None,
            None => self.engine.session.confirm_preference(),
        };
        if !asks(threshold, info.confirm_impact) {
            if self.given_switch("Verbose") == Some(true) {
                self.verbose(description)?;
            }
            return Ok(true);
        }
        let (message, caption) = match question {
            ShouldProcess::Described { query, caption, .. } => (query.clone(), caption.clone()),
            _ => (
                format!("Are you sure you want to perform this action?\n{description}"),
                "Confirm".to_owned(),
            ),
        };
        let prompt = ChoicePrompt {
            caption,
            message,
            choices: choices(&CHOICES, self.engine.host),
            default: 0,
        };
        match self.engine.host.prompt_for_choice(&prompt) {
            Ok(0) => Ok(true),
            Ok(1) => {
                self.command.answered.should_process = Some(true);
                Ok(true)
            }
            Ok(3) => {
                self.command.answered.should_process = Some(false);
                Ok(false)
            }
            Ok(_) => Ok(false),
            Err(failure) => Err(self.cannot_ask(failure, &prompt.message)),
        }
    }

    /// `ShouldContinue`: asked whatever the preferences say.
    ///
    /// # Errors
    /// When nobody can be asked.
    pub fn should_continue(&mut self, query: &str, caption: &str) -> Result<bool, Halt> {
        let prompt = ChoicePrompt {
            caption: caption.to_owned(),
            message: query.to_owned(),
            choices: choices(&[CHOICES[0], CHOICES[2]], self.engine.host),
            default: 0,
        };
        match self.engine.host.prompt_for_choice(&prompt) {
            Ok(choice) => Ok(choice == 0),
            Err(failure) => Err(self.cannot_ask(failure, query)),
        }
    }
}

/// What a command says that it would do.
pub(super) fn described(command: &str, question: &ShouldProcess) -> String {
    match question {
        ShouldProcess::Target(target) => performing(command, target),
        ShouldProcess::TargetAndAction(target, action) => performing(action, target),
        ShouldProcess::Described { description, .. } => description.clone(),
    }
}

/// Whether an impact reaches the threshold from which on is asked.
pub(super) fn asks(threshold: ConfirmImpact, impact: ConfirmImpact) -> bool {
    threshold != ConfirmImpact::None && impact != ConfirmImpact::None && threshold <= impact
}

fn performing(action: &str, target: &str) -> String {
    format!("Performing the operation \"{action}\" on target \"{target}\".")
}
