//! What a command writes beside its output: which preference applies, which variable keeps it, where it goes.

use std::sync::Arc;

use crate::error_record::{ErrorCategory, ErrorRecord, Invocation};
use crate::host::{ChoicePrompt, Host, ProgressRecord, PromptFailure};
use crate::language::position;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::kept::Kept;
use crate::pipeline::preference::{Action, Preferred, of_command};
use crate::pipeline::records::as_object;
use crate::pipeline::redirect::Target;
use crate::pipeline::sink::{Origin, Record};
use crate::pipeline::stage::{Context, push};
use crate::value::Value;

/// The choices of a question about a record.
pub(super) const INQUIRE: [(&str, &str); 3] = [
    ("&Yes", "Continue with only the next step of the operation."),
    (
        "Yes to &All",
        "Continue with all the steps of the operation.",
    ),
    ("&Halt Command", "Stop this command."),
];

/// The last choice of every question, where there is a nested prompt to go to.
const SUSPEND: (&str, &str) = (
    "&Suspend",
    "Pause the current pipeline and return to the command prompt. Type \"exit\" to resume the pipeline.",
);

/// The exception of a preference that made a record the end.
const STOPPED: &str = "System.Management.Automation.ActionPreferenceStopException";

/// The exception around the error that ended a command.
const INVOCATION: &str = "System.Management.Automation.CmdletInvocationException";

/// What [`STOPPED`] says.
pub(super) fn stopped_by(stream: Preferred, message: &str) -> String {
    let variable = match stream {
        Preferred::Error => "ErrorActionPreference",
        Preferred::Warning => "WarningPreference",
        Preferred::Verbose => "VerbosePreference",
        Preferred::Debug => "DebugPreference",
        Preferred::Information => "InformationPreference",
        Preferred::Progress => "ProgressPreference",
    };
    format!(
        "The running command stopped because the preference variable \"{variable}\" or common parameter is set to Stop: \
         {message}"
    )
}

/// What [`STOPPED`] says when the answer was to halt.
pub(super) const HALTED: &str =
    "The running command stopped because the user selected the Stop option.";

/// The record of [`STOPPED`].
pub(super) fn action_stopped(message: String) -> ErrorRecord {
    ErrorRecord::new(
        "ActionPreferenceStop",
        ErrorCategory::OperationStopped,
        "System.Management.Automation.ParentContainsErrorRecordException",
        message,
    )
}

/// What a record's preference comes to.
enum Verdict {
    GoOn,
    Stop,
}

impl Context<'_> {
    /// Writes a non-terminating error. Activity, id suffix and position are filled in unless the record names its
    /// activity itself.
    ///
    /// # Errors
    /// When -ErrorAction makes it the end.
    pub fn write_error(&mut self, record: ErrorRecord) -> Result<(), Halt> {
        let mut record = self.complete(record);
        self.engine.session.locate(&mut record);
        self.command.failed = true;
        let action = of_command(&self.command.binding, self.engine.session, Preferred::Error);
        if action == Action::Ignore {
            return Ok(());
        }
        if action == Action::Inquire
            && let Verdict::Stop =
                self.inquire(Preferred::Error, record.shown_message().to_owned())?
        {
            return Err(self.halted());
        }
        if action == Action::Stop {
            record = self.engine.placed(record);
            let message = stopped_by(Preferred::Error, record.shown_message());
            self.command.keep_exception(STOPPED, &message, &record);
            return Err(Halt::Stop(Box::new(record)));
        }
        self.command
            .keep_error(|| Value::Error(Arc::new(record.clone())));
        self.engine.session.remember(&mut record);
        match action {
            Action::SilentlyContinue => Ok(()),
            _ => self.route(Record::Error(Box::new(record))),
        }
    }

    /// One of the things that the command keeps.
    pub(super) fn kept<T>(&self, which: impl Fn(&Kept) -> Option<&T>) -> Option<&T> {
        self.command.kept.as_deref().and_then(which)
    }

    /// Makes a terminating error of a record, to be returned. Filled in as by [`Context::write_error`].
    pub fn terminate(&mut self, record: ErrorRecord) -> Halt {
        let record = self.complete(record);
        self.command.failed = true;
        self.command
            .keep_exception(INVOCATION, &record.message, &record);
        Halt::Error(Box::new(record))
    }

    /// Says of a record which command it came from, and where that stands.
    fn complete(&self, mut record: ErrorRecord) -> ErrorRecord {
        // Who says where it comes from has said all.
        if record.invocation.is_some() && !record.activity.is_empty() {
            return record;
        }
        let command = self.command.binding.command();
        if record.activity.is_empty() {
            record.activity = command.name.to_string();
            if !command.implementing_type.is_empty() {
                let id = &record.fully_qualified_id;
                let separator = if id.is_empty() { "" } else { "," };
                record.fully_qualified_id =
                    format!("{id}{separator}{}", command.implementing_type).into();
            }
        }
        if record.invocation.is_none() {
            record.invocation = Some(self.command.invocation.clone());
        }
        record
    }

    /// Writes a warning.
    ///
    /// # Errors
    /// When -WarningAction makes it the end.
    pub fn warning(&mut self, message: String) -> Result<(), Halt> {
        self.warning_at(message, self.command.invocation.clone())
    }

    /// The same of a command that writes for whoever called it.
    pub(crate) fn warning_at(&mut self, message: String, at: Invocation) -> Result<(), Halt> {
        let record = Record::Warning(message.clone(), Some(at));
        self.command
            .keep_warning(|| as_object(&record).unwrap_or_default());
        self.informational(Preferred::Warning, record, &message)
    }

    /// Writes a verbose record.
    ///
    /// # Errors
    /// When the preference makes it the end.
    pub fn verbose(&mut self, message: String) -> Result<(), Halt> {
        self.verbose_at(message, self.command.invocation.clone())
    }

    /// The same of a command that writes for whoever called it.
    pub(crate) fn verbose_at(&mut self, message: String, at: Invocation) -> Result<(), Halt> {
        let record = Record::Verbose(message.clone(), Some(at));
        self.informational(Preferred::Verbose, record, &message)
    }

    /// Writes a debug record.
    ///
    /// # Errors
    /// When the preference makes it the end.
    pub fn debug(&mut self, message: String) -> Result<(), Halt> {
        self.debug_at(message, self.command.invocation.clone())
    }

    /// The same of a command that writes for whoever called it.
    pub(crate) fn debug_at(&mut self, message: String, at: Invocation) -> Result<(), Halt> {
        let record = Record::Debug(message.clone(), Some(at));
        self.informational(Preferred::Debug, record, &message)
    }

    /// Writes an information record; with tag `PSHOST` it is shown under every preference but Ignore.
    ///
    /// # Errors
    /// When the preference makes it the end.
    pub fn information(&mut self, data: Value, tags: Vec<String>) -> Result<(), Halt> {
        let of_host = tags.iter().any(|tag| tag == "PSHOST");
        let action = of_command(
            &self.command.binding,
            self.engine.session,
            Preferred::Information,
        );
        let shown = of_host || action == Action::Continue;
        let message = crate::text::to_text(&data, crate::text::Culture::Current);
        let origin = Origin::of(&self.command.invocation, self.engine.host.now());
        let record = Record::Information {
            data,
            tags,
            shown,
            origin,
        };
        self.command
            .keep_information(|| as_object(&record).unwrap_or_default());
        match action {
            Action::Ignore => Ok(()),
            // Hidden records reach the stream all the same.
            Action::SilentlyContinue | Action::Continue | Action::Break | Action::Suspend => {
                self.route(record)
            }
            Action::Stop | Action::Inquire => {
                self.informational(Preferred::Information, record, &message)
            }
        }
    }

    /// Writes progress.
    ///
    /// # Errors
    /// When the preference makes it the end.
    pub fn progress(&mut self, record: ProgressRecord) -> Result<(), Halt> {
        let activity = record.activity.clone();
        self.informational(Preferred::Progress, Record::Progress(record), &activity)
    }

    fn informational(
        &mut self,
        stream: Preferred,
        record: Record,
        message: &str,
    ) -> Result<(), Halt> {
        let action = of_command(&self.command.binding, self.engine.session, stream);
        match action {
            Action::SilentlyContinue | Action::Ignore => Ok(()),
            Action::Continue | Action::Break | Action::Suspend => self.route(record),
            Action::Stop => {
                self.route(record)?;
                Err(self.action_stop(stopped_by(stream, message)))
            }
            Action::Inquire => {
                self.route(record)?;
                match self.inquire(stream, "Continue with this operation?".into())? {
                    Verdict::Stop => Err(self.halted()),
                    Verdict::GoOn => Ok(()),
                }
            }
        }
    }

    fn halted(&mut self) -> Halt {
        self.action_stop(HALTED.into())
    }

    fn action_stop(&mut self, message: String) -> Halt {
        let record = self.complete(action_stopped(message));
        self.command
            .keep_exception(STOPPED, &record.message, &record);
        Halt::Stop(Box::new(record))
    }

    /// Asks whether to go on after a record of a stream.
    fn inquire(&mut self, stream: Preferred, message: String) -> Result<Verdict, Halt> {
        let bit = 1 << stream as u8;
        if self.command.answered.streams & bit != 0 {
            return Ok(Verdict::GoOn);
        }
        let prompt = ChoicePrompt {
            caption: "Confirm".into(),
            message: message.clone(),
            choices: choices(&INQUIRE, self.engine.host),
            default: 0,
        };
        match self.engine.host.prompt_for_choice(&prompt) {
            Ok(0) => Ok(Verdict::GoOn),
            Ok(1) => {
                self.command.answered.streams |= bit;
                Ok(Verdict::GoOn)
            }
            Ok(_) => Ok(Verdict::Stop),
            Err(failure) => Err(self.cannot_ask(failure, &message)),
        }
    }

    /// The error of a question that nobody can be asked.
    pub(super) fn cannot_ask(&mut self, failure: PromptFailure, message: &str) -> Halt {
        match cannot_ask(failure, message) {
            Some(record) => self.terminate(record),
            None => Halt::Cancelled,
        }
    }

    /// Sends a record where the command's redirections say.
    pub(super) fn route(&mut self, record: Record) -> Result<(), Halt> {
        match self.command.redirects.of(&record) {
            Target::Own => {
                // Records of a command within another's block go where that one's go.
                self.tail.record(&mut self.engine, record)
            }
            Target::Nothing => record
                .hidden()
                .map_or(Ok(()), |kept| self.tail.record(&mut self.engine, kept)),
            Target::File(index) => match as_object(&record) {
                Some(object) => push(
                    &mut self.engine,
                    &mut self.command.files[index..=index],
                    self.tail,
                    object,
                ),
                None => Ok(()),
            },
            Target::Output => match as_object(&record) {
                Some(object) => {
                    // These three join the output as objects of it; errors and warnings do not.
                    if matches!(
                        record,
                        Record::Verbose(..) | Record::Debug(..) | Record::Information { .. }
                    ) && let Some(kept) = &self.command.kept
                    {
                        Kept::append(kept.output.as_ref(), || object.clone());
                    }
                    self.pass(object)
                }
                None => Ok(()),
            },
        }
    }
}

/// Labels and help texts as a prompt has them, with the choice to suspend where the host can.
pub(super) fn choices(table: &[(&str, &str)], host: &dyn Host) -> Vec<(String, String)> {
    table
        .iter()
        .chain(host.has_nested_prompt().then_some(&SUSPEND))
        .map(|(label, help)| ((*label).to_owned(), (*help).to_owned()))
        .collect()
}

/// The record that says that nobody can be asked; none if the pipeline was stopped.
pub(super) fn cannot_ask(failure: PromptFailure, message: &str) -> Option<ErrorRecord> {
    match failure {
        PromptFailure::NonInteractive => Some(ErrorRecord::new(
            "InvalidOperation",
            ErrorCategory::InvalidOperation,
            "System.Management.Automation.PSInvalidOperationException",
            "PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.",
        )),
        PromptFailure::NoUser => Some(ErrorRecord::new(
            "HostFunctionNotImplemented",
            ErrorCategory::NotImplemented,
            "System.Management.Automation.Host.HostException",
            format!(
                "A command that prompts the user failed because the host program or the command type does not support user \
                 interaction. The host was attempting to request confirmation with the following message: {message}"
            ),
        )),
        PromptFailure::Ended => Some(ErrorRecord::new(
            "System.NullReferenceException",
            ErrorCategory::NotSpecified,
            "System.NullReferenceException",
            "Object reference not set to an instance of an object.",
        )),
        PromptFailure::Cancelled => None,
    }
}

impl Engine<'_> {
    /// A record that flies from where nothing stands is placed at the running statement (`UpdateExceptionErrorRecordPosition`).
    pub(crate) fn placed(&self, mut record: ErrorRecord) -> ErrorRecord {
        if let Some(own) = &mut record.invocation
            && own.line == 0
            && !self.session.source.text.is_empty()
        {
            let at = position::invocation(&self.session.source, &self.session.sequence_point);
            *own = Invocation {
                script: at.script,
                source: at.source,
                extent: at.extent,
                line: at.line,
                offset: at.offset,
                ..std::mem::take(own)
            };
        }
        record
    }

    /// Asks what to do about a terminating error under `Inquire`: show it and go on, go on, or stop.
    pub(crate) fn ask_about_failure(&mut self, record: &ErrorRecord) -> Result<Action, Halt> {
        let table = [
            (
                "&Continue",
                "Displays the error and continues with the next statement.",
            ),
            (
                "S&ilently Continue",
                "Continues without displaying the error.",
            ),
            ("&Break", "Enter the debugger."),
        ];
        let prompt = ChoicePrompt {
            caption: "Action to take for this exception:".into(),
            message: record.shown_message().to_owned(),
            choices: choices(&table, self.host),
            default: 0,
        };
        match self.host.prompt_for_choice(&prompt) {
            Ok(0) => Ok(Action::Continue),
            Ok(1) => Ok(Action::SilentlyContinue),
            Ok(_) => Ok(Action::Stop),
            Err(failure) => Err(match cannot_ask(failure, &prompt.message) {
                Some(record) => self.fail(record),
                None => Halt::Cancelled,
            }),
        }
    }
}
