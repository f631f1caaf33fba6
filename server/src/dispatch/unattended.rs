//! Preferences and confirmations of a call that nobody can be asked about: PowerShell's rules for a host without a
//! user (`ShouldProcess` in its documented order, actions of records).

use std::sync::Arc;

use tandem::cmdlet::v1::stream_record::Record;
use tandem::cmdlet::v1::{ActionPreference, CommonParameters, StreamRecord};
use tandem_shell::command::{CommandInfo, ConfirmImpact};
use tandem_shell::error_record::{ErrorCategory, ErrorRecord};
use tandem_shell::host::ShouldProcess;
use tokio::sync::oneshot;

use super::event::{Event, FileFailure, Question};
use super::failure::Fault;
use super::record;

/// Decides in the place of a user.
#[derive(Debug)]
pub struct Unattended {
    command: Arc<CommandInfo>,
    what_if: bool,
    confirm: Option<bool>,
    verbose: bool,
    error_action: ActionPreference,
    warning_action: ActionPreference,
}

/// What becomes of an event.
#[derive(Debug)]
pub enum Reaction {
    /// The caller hears of it.
    Say(Box<StreamRecord>),
    /// The caller does not.
    Nothing,
    /// The call ends here.
    End(Box<Fault>),
}

impl Unattended {
    /// By the common parameters of one call of `command`.
    #[must_use]
    pub fn new(command: Arc<CommandInfo>, common: &CommonParameters) -> Self {
        Self {
            command,
            what_if: common.what_if,
            confirm: common.confirm,
            verbose: common.verbose,
            error_action: common.error_action(),
            warning_action: common.warning_action(),
        }
    }

    /// What becomes of `event`, which is not an output.
    pub fn react(&self, event: Event, finish: impl FnOnce(Fault) -> ErrorRecord) -> Reaction {
        match event {
            Event::Error(fault) => self.error(*fault, finish),
            Event::Warning(text) => self.warning(text),
            Event::Verbose(text) => say(Record::Verbose(text)),
            Event::Debug(text) => say(Record::Debug(text)),
            Event::Progress(progress) => say(Record::Progress(*progress)),
            Event::Plan(plan) => say(Record::Plan(*plan)),
            Event::HostLine(line) => say(Record::Host(line)),
            Event::Question(question) => self.answer(question),
            Event::Output(_) => Reaction::Nothing,
        }
    }

    fn error(&self, fault: Fault, finish: impl FnOnce(Fault) -> ErrorRecord) -> Reaction {
        match self.error_action {
            ActionPreference::SilentlyContinue | ActionPreference::Ignore => Reaction::Nothing,
            ActionPreference::Stop => Reaction::End(Box::new(fault)),
            ActionPreference::Inquire => {
                Reaction::End(Box::new(self.nobody_to_ask(&fault.message)))
            }
            ActionPreference::Unspecified | ActionPreference::Continue => say(Record::Error(
                record::to_wire(&finish(fault), String::new()),
            )),
        }
    }

    fn warning(&self, text: String) -> Reaction {
        match self.warning_action {
            ActionPreference::SilentlyContinue | ActionPreference::Ignore => Reaction::Nothing,
            ActionPreference::Stop => Reaction::End(Box::new(
                Fault::new(
                    "ActionPreferenceStop",
                    ErrorCategory::OperationStopped,
                    format!("The running command stopped because the preference variable \"WarningPreference\" or common parameter is set to Stop: {text}"),
                )
                .exception("System.Management.Automation.ParentContainsErrorRecordException"),
            )),
            ActionPreference::Inquire => Reaction::End(Box::new(self.nobody_to_ask(&text))),
            ActionPreference::Unspecified | ActionPreference::Continue => say(Record::Warning(text)),
        }
    }

    fn answer(&self, question: Question) -> Reaction {
        match question {
            Question::ShouldProcess(question, answer) => self.should_process(&question, answer),
            Question::ShouldContinue(query, _, answer) => {
                drop(answer);
                Reaction::End(Box::new(self.nobody_to_ask(&query)))
            }
            Question::ReadFile(_, answer) => {
                let _ = answer.send(Err(no_files()));
                Reaction::Nothing
            }
            Question::WriteFile(_, _, answer) => {
                let _ = answer.send(Err(no_files()));
                Reaction::Nothing
            }
        }
    }

    fn should_process(&self, question: &ShouldProcess, answer: oneshot::Sender<bool>) -> Reaction {
        let (description, query) = texts(question, &self.command.name);
        if !self.command.should_process {
            let _ = answer.send(true);
            return Reaction::Nothing;
        }
        if self.what_if {
            let _ = answer.send(false);
            return say(Record::Host(format!("What if: {description}")));
        }
        let asks = match self.confirm {
            Some(asked) => asked && self.command.confirm_impact >= ConfirmImpact::Low,
            None => self.command.confirm_impact == ConfirmImpact::High,
        };
        if asks {
            drop(answer);
            return Reaction::End(Box::new(self.nobody_to_ask(&query)));
        }
        let _ = answer.send(true);
        if self.verbose {
            say(Record::Verbose(description))
        } else {
            Reaction::Nothing
        }
    }

    fn nobody_to_ask(&self, message: &str) -> Fault {
        Fault::new(
            "HostFunctionNotImplemented",
            ErrorCategory::NotImplemented,
            format!("A command that prompts the user failed because the host program or the command type does not support user interaction. The host was attempting to request confirmation with the following message: {message}"),
        )
        .exception("System.Management.Automation.Host.HostException")
        .mended_by(format!("Give {} -Confirm:$false (typed: common.confirm = false).", self.command.name))
    }
}

/// The description and the question of `ShouldProcess`.
fn texts(question: &ShouldProcess, cmdlet: &str) -> (String, String) {
    let standard = |target: &str, action: &str| {
        let description = format!("Performing the operation \"{action}\" on target \"{target}\".");
        let query = format!("Are you sure you want to perform this action?\n{description}");
        (description, query)
    };
    match question {
        ShouldProcess::Target(target) => standard(target, cmdlet),
        ShouldProcess::TargetAndAction(target, action) => standard(target, action),
        ShouldProcess::Described {
            description, query, ..
        } => (description.clone(), query.clone()),
    }
}

fn no_files() -> FileFailure {
    FileFailure {
        kind: "unavailable".to_owned(),
        message: "A typed call cannot reach files of the caller's; give the contents instead, or call ShellService.".to_owned(),
    }
}

fn say(record: Record) -> Reaction {
    Reaction::Say(Box::new(StreamRecord {
        record: Some(record),
    }))
}
