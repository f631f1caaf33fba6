//! The methods of `$PSCmdlet`: an advanced function writes and asks as a cmdlet does (`MshCommandRuntime`).

use crate::command::ConfirmImpact;
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::{as_operand, failure, nothing, operator, overload};
use crate::host::{ChoicePrompt, ShouldProcess};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::kept::PipeLists;
use crate::pipeline::preference::{Action, Preferred};
use crate::pipeline::running::Running;
use crate::pipeline::should::{CHOICES, asks, described};
use crate::pipeline::sink::{Origin, Record, Sink};
use crate::pipeline::streams::{HALTED, INQUIRE, action_stopped, cannot_ask, choices, stopped_by};
use crate::text::{Culture, to_text};
use crate::type_names::type_name;
use crate::value::Value;

/// Methods that are known by their name, whatever their arguments.
const NAMES: [&str; 10] = [
    "shouldprocess",
    "shouldcontinue",
    "writeobject",
    "writeerror",
    "writewarning",
    "writeverbose",
    "writedebug",
    "writeinformation",
    "throwterminatingerror",
    "getvariablevalue",
];

fn text(arguments: &[Value], index: usize) -> String {
    arguments
        .get(index)
        .map_or_else(String::new, |value| to_text(value, Culture::Current))
}

/// What is given where an error record is wanted.
fn not_a_record(method: &str, value: &Value) -> ErrorRecord {
    let to = "System.Management.Automation.ErrorRecord";
    let text = to_text(value, Culture::Invariant);
    let from = type_name(value);
    let message = format!(
        "Cannot convert argument \"errorRecord\", with value: \"{text}\", for \"{method}\" to type \"{to}\": \"Cannot convert \
         the \"{text}\" value of type \"{from}\" to type \"{to}\".\""
    );
    ErrorRecord::new(
        "MethodArgumentConversionInvalidCastArgument",
        ErrorCategory::NotSpecified,
        "System.Management.Automation.MethodException",
        message,
    )
}

impl Engine<'_> {
    /// A method of `$PSCmdlet`; none if it has no such method.
    pub(crate) fn cmdlet_method(
        &mut self,
        typed: &str,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Option<Value>, Halt> {
        let at = |index: usize| text(arguments, index);
        let name = &*typed.to_ascii_lowercase();
        match (name, arguments) {
            ("shouldprocess", [_]) => self.function_asks(&ShouldProcess::Target(at(0)), out),
            ("shouldprocess", [_, _]) => {
                self.function_asks(&ShouldProcess::TargetAndAction(at(0), at(1)), out)
            }
            ("shouldprocess", [_, _, _]) => {
                let described = ShouldProcess::Described {
                    description: at(0),
                    query: at(1),
                    caption: at(2),
                };
                self.function_asks(&described, out)
            }
            ("shouldcontinue", [_, _]) => {
                let table = [CHOICES[0], CHOICES[2]];
                self.choose(&table, at(1), at(0))
                    .map(|choice| Some(Value::Bool(choice == 0)))
            }
            ("writeobject", [value, rest @ ..]) if rest.len() < 2 => {
                if rest.first().is_some_and(operator::truth) {
                    self.write_all(value.clone(), out)?;
                } else {
                    out.output(self, value.clone())?;
                }
                Ok(Some(nothing()))
            }
            ("writeerror", [value]) => match as_operand(value.clone()) {
                Value::Error(record) => self.function_writes((*record).clone(), out),
                other => Err(self.fail(not_a_record(typed, &other))),
            },
            ("throwterminatingerror", [value]) => match as_operand(value.clone()) {
                Value::Error(record) => Err(self.function_terminates((*record).clone())),
                other => Err(self.fail(not_a_record(typed, &other))),
            },
            ("writewarning" | "writeverbose" | "writedebug", [_]) => {
                self.function_says(name, at(0), out)
            }
            ("writeinformation", [data, rest @ ..]) if rest.len() < 2 => {
                self.function_informs(data.clone(), rest.first(), out)
            }
            ("getvariablevalue", [_, rest @ ..]) if rest.len() < 2 => {
                let found = self.session.variable(&at(0));
                Ok(Some(found.unwrap_or_else(|| {
                    rest.first().cloned().unwrap_or_default()
                })))
            }
            (known, _) if NAMES.contains(&known) => self.no_overload(typed, arguments),
            _ => Ok(None),
        }
    }

    fn no_overload(&self, name: &str, arguments: &[Value]) -> Result<Option<Value>, Halt> {
        Err(self.fail(overload::none_found(name, arguments.len())))
    }

    /// Where the advanced function stands among those that run.
    fn own_level(&self) -> Option<usize> {
        self.session.running.iter().rposition(Running::is_advanced)
    }

    /// What ends the advanced function: nothing within it takes that.
    fn ends_function(&self, halt: Halt) -> Halt {
        match self.own_level() {
            Some(level) => Halt::Function {
                level,
                halt: Box::new(halt),
            },
            None => halt,
        }
    }

    fn of_function(&mut self, mut record: ErrorRecord) -> ErrorRecord {
        if let Some(level) = self.own_level()
            && let Some(running) = self.session.running.get_mut(level)
        {
            running.failed = true;
            record.set_invocation(running.invocation.clone());
        }
        self.session.locate(&mut record);
        record
    }

    fn function_terminates(&mut self, record: ErrorRecord) -> Halt {
        let record = self.of_function(record);
        let halt = self.fail(record);
        self.ends_function(halt)
    }

    /// `$PSCmdlet.WriteError(…)`.
    fn function_writes(
        &mut self,
        record: ErrorRecord,
        out: &mut dyn Sink,
    ) -> Result<Option<Value>, Halt> {
        let mut record = self.of_function(record);
        let action = self.error_preference();
        match action {
            Action::Ignore => return Ok(Some(nothing())),
            Action::Stop => {
                let record = self.placed(record);
                return Err(self.ends_function(Halt::Stop(Box::new(record))));
            }
            Action::Inquire => self.function_inquires(record.shown_message().to_owned())?,
            _ => {}
        }
        self.session.remember(&mut record);
        PipeLists::append_error(self.session.pipe_lists.as_ref(), &record);
        if action != Action::SilentlyContinue {
            out.record(self, Record::Error(Box::new(record)))?;
        }
        Ok(Some(nothing()))
    }

    /// Asks whether to go on after a record.
    fn function_inquires(&mut self, message: String) -> Result<(), Halt> {
        if self.choose(&INQUIRE, "Confirm".into(), message)? < 2 {
            return Ok(());
        }
        let record = self.of_function(action_stopped(HALTED.to_owned()));
        Err(self.ends_function(Halt::Stop(Box::new(record))))
    }

    /// `$PSCmdlet.WriteWarning(…)` and its like.
    fn function_says(
        &mut self,
        method: &str,
        message: String,
        out: &mut dyn Sink,
    ) -> Result<Option<Value>, Halt> {
        let level = self.own_level();
        let at = level.map(|level| self.session.running[level].invocation.clone());
        let (stream, record) = match method {
            "writewarning" => (Preferred::Warning, Record::Warning(message.clone(), at)),
            "writeverbose" => (Preferred::Verbose, Record::Verbose(message.clone(), at)),
            _ => (Preferred::Debug, Record::Debug(message.clone(), at)),
        };
        if stream == Preferred::Warning {
            PipeLists::append_warning(self.session.pipe_lists.as_ref(), &record);
        }
        let action = self.function_preference(level, stream);
        self.function_record(action, stream, record, &message, out)
    }

    /// The preference of a stream; -Debug asks about warnings and verbose records, -Verbose shows warnings.
    fn function_preference(&self, level: Option<usize>, stream: Preferred) -> Action {
        let own = level.and_then(|level| self.session.running.get(level));
        let given =
            |name: &str| own.is_some_and(|own| own.bound.iter().any(|(bound, _)| &**bound == name));
        let (debug, verbose) = own.map_or((false, false), |own| (own.debug, own.verbose));
        match stream {
            Preferred::Warning if given("WarningAction") => {}
            Preferred::Warning | Preferred::Verbose
                if debug && !(verbose && stream == Preferred::Verbose) =>
            {
                return Action::Inquire;
            }
            Preferred::Warning if verbose => return Action::Continue,
            _ => {}
        }
        self.session.preference(stream)
    }

    /// `$PSCmdlet.WriteInformation(…)`.
    fn function_informs(
        &mut self,
        data: Value,
        tags: Option<&Value>,
        out: &mut dyn Sink,
    ) -> Result<Option<Value>, Halt> {
        let tags = match tags {
            None | Some(Value::Null) => Vec::new(),
            Some(tags) => match tags.elements() {
                Some(items) => items
                    .iter()
                    .map(|tag| to_text(tag, Culture::Invariant))
                    .collect(),
                None => vec![to_text(tags, Culture::Invariant)],
            },
        };
        let action = self.session.preference(Preferred::Information);
        let shown = action == Action::Continue || tags.iter().any(|tag| tag == "PSHOST");
        let message = to_text(&data, Culture::Current);
        let running = self.session.running.last();
        let at = running.map(|running| running.invocation.clone());
        let record = Record::Information {
            data,
            tags,
            shown,
            origin: Origin::of(&at.unwrap_or_default(), self.host.now()),
        };
        PipeLists::append_information(self.session.pipe_lists.as_ref(), &record);
        match action {
            Action::Ignore => Ok(Some(nothing())),
            // Hidden records reach the stream all the same.
            Action::SilentlyContinue => {
                out.record(self, record)?;
                Ok(Some(nothing()))
            }
            _ => self.function_record(action, Preferred::Information, record, &message, out),
        }
    }

    fn function_record(
        &mut self,
        action: Action,
        stream: Preferred,
        record: Record,
        message: &str,
        out: &mut dyn Sink,
    ) -> Result<Option<Value>, Halt> {
        if matches!(action, Action::SilentlyContinue | Action::Ignore) {
            return Ok(Some(nothing()));
        }
        out.record(self, record)?;
        match action {
            Action::Stop => {
                let record = self.of_function(action_stopped(stopped_by(stream, message)));
                Err(self.ends_function(Halt::Stop(Box::new(record))))
            }
            Action::Inquire => {
                self.function_inquires("Continue with this operation?".into())?;
                Ok(Some(nothing()))
            }
            _ => Ok(Some(nothing())),
        }
    }

    fn choose(
        &mut self,
        table: &[(&str, &str)],
        caption: String,
        message: String,
    ) -> Result<usize, Halt> {
        let prompt = ChoicePrompt {
            caption,
            message,
            choices: choices(table, self.host),
            default: 0,
        };
        match self.host.prompt_for_choice(&prompt) {
            Ok(choice) => Ok(choice),
            Err(failure) => Err(match cannot_ask(failure, &prompt.message) {
                Some(record) => self.function_terminates(record),
                None => Halt::Cancelled,
            }),
        }
    }

    /// `$PSCmdlet.ShouldProcess(…)`. What -WhatIf and -Confirm say is in the preferences of the function's scope.
    fn function_asks(
        &mut self,
        question: &ShouldProcess,
        out: &mut dyn Sink,
    ) -> Result<Option<Value>, Halt> {
        let Some(at) = self.own_level() else {
            return Err(self.fail(failure::method_on_null()));
        };
        let running = &self.session.running[at];
        let (info, verbose, at_call) = (
            running.info.clone(),
            running.verbose,
            running.invocation.clone(),
        );
        if let Some(answer) = running
            .answered
            .or_else(|| (!info.should_process).then_some(true))
        {
            return Ok(Some(Value::Bool(answer)));
        }
        let description = described(&info.name, question);
        if self.session.what_if_preference() {
            let line = Record::HostLine(format!("What if: {description}"));
            out.record(self, line)?;
            return Ok(Some(Value::Bool(false)));
        }
        let threshold: ConfirmImpact = self.session.confirm_preference();
        if !asks(threshold, info.confirm_impact) {
            if verbose {
                out.record(self, Record::Verbose(description, Some(at_call)))?;
            }
            return Ok(Some(Value::Bool(true)));
        }
        let (message, caption) = match question {
            ShouldProcess::Described { query, caption, .. } => (query.clone(), caption.clone()),
            _ => (
                format!("Are you sure you want to perform this action?\n{description}"),
                "Confirm".to_owned(),
            ),
        };
        let choice = self.choose(&CHOICES, caption, message)?;
        let go_on = matches!(choice, 0 | 1);
        if matches!(choice, 1 | 3)
            && let Some(running) = self.session.running.get_mut(at)
        {
            running.answered = Some(go_on);
        }
        Ok(Some(Value::Bool(go_on)))
    }
}
