//! What a running function knows of itself: `$PSBoundParameters`, `$MyInvocation`, `$PSCmdlet`.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::command::{CommandInfo, CommandKind, ConfirmImpact};
use crate::error_record::Invocation;
use crate::evaluate::scope::Scopes;
use crate::evaluate::{as_operand, dictionary, failure};
use crate::host::{ChoicePrompt, ShouldProcess};
use crate::members::error::invocation_object;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::should::{CHOICES, asks, described};
use crate::pipeline::sink::{Record, Sink};
use crate::pipeline::streams::{cannot_ask, choices};
use crate::session::SessionState;
use crate::text::{Culture, to_text, write};
use crate::value::{Object, Text, Value};

/// The type of `$PSBoundParameters`.
const BOUND: &str = "System.Management.Automation.PSBoundParametersDictionary";
/// The type of `$PSCmdlet`.
pub(crate) const CMDLET: &str = "System.Management.Automation.PSScriptCmdlet";

/// A function or script block that runs.
#[derive(Debug)]
pub(crate) struct Running {
    /// As the binder sees it.
    pub(crate) info: Arc<CommandInfo>,
    /// Where it was called.
    pub(crate) invocation: Invocation,
    /// What its parameters are bound to.
    pub(crate) bound: Vec<(Text, Value)>,
    /// What no parameter took.
    pub(crate) rest: Vec<Value>,
    /// Which of that was typed as a name: `@args` hands it on as one.
    pub(crate) names: Vec<usize>,
    /// The chosen parameter set.
    pub(crate) set: Text,
    /// Whether something stands before it in its pipeline.
    pub(crate) expects_input: bool,
    /// Whether -Verbose was given.
    pub(crate) verbose: bool,
    /// The answer given to all that follows.
    pub(crate) answered: Option<bool>,
}

impl Running {
    fn is_advanced(&self) -> bool {
        self.info.kind == CommandKind::AdvancedFunction
    }

    fn bound_parameters(&self) -> Value {
        let entries: IndexMap<Text, (Value, Value)> = self
            .bound
            .iter()
            .map(|(name, value)| {
                let key = Text::from(name.to_lowercase());
                (key, (Value::String(name.clone()), value.clone()))
            })
            .collect();
        dictionary(BOUND, entries)
    }

    fn my_invocation(&self, scopes: &Scopes) -> Value {
        let more = vec![
            ("BoundParameters", self.bound_parameters()),
            ("UnboundArguments", Value::array(self.rest.clone())),
            ("ExpectingInput", Value::Bool(self.expects_input)),
        ];
        let command = scopes
            .function(&self.info.name)
            .map(|function| crate::builtin::discovery::function_object(function));
        invocation_object(&self.invocation, command, more)
    }

    fn cmdlet(&self, scopes: &Scopes) -> Value {
        let names: [Text; 4] = [
            CMDLET.into(),
            "System.Management.Automation.PSCmdlet".into(),
            "System.Management.Automation.Cmdlet".into(),
            "System.Object".into(),
        ];
        let properties = vec![
            ("ParameterSetName".into(), Value::String(self.set.clone())),
            ("MyInvocation".into(), self.my_invocation(scopes)),
        ];
        Value::Object(Arc::new(Object::typed(names.as_slice().into(), properties)))
    }
}

impl SessionState {
    /// `$MyInvocation`: how the innermost function or block was called; around all of them, the text that runs.
    pub(crate) fn my_invocation(&self) -> Invocation {
        if let Some(running) = self.running.last() {
            return running.invocation.clone();
        }
        let file = self.source.file.clone();
        let name = file.as_deref().map(|file| {
            let name = file.rsplit(['/', '\\']).next();
            Text::from(name.unwrap_or_default())
        });
        Invocation {
            command_id: name,
            script_block: Some(file.unwrap_or_else(|| self.source.text.clone())),
            ..Invocation::default()
        }
    }
}

impl Engine<'_> {
    /// A variable that a running function has of itself; none for any other.
    pub(crate) fn own_variable(&mut self, key: &str) -> Option<Value> {
        let running = self.session.running.last()?;
        match key {
            "psboundparameters" => {
                // What is taken out of it stays out.
                let bound = running.bound_parameters();
                self.session.scopes.set_local(&key.into(), bound.clone());
                Some(bound)
            }
            "myinvocation" => Some(running.my_invocation(&self.session.scopes)),
            "pscmdlet" => {
                let mut outer = self.session.running.iter().rev();
                outer
                    .find(|running| running.is_advanced())
                    .map(|running| running.cmdlet(&self.session.scopes))
            }
            _ => None,
        }
    }

    /// Adds what an input object bound to `$PSBoundParameters`, if that was read already.
    pub(super) fn note_bound(&mut self) {
        let Some(running) = self.session.running.last() else {
            return;
        };
        let read = self.session.scopes.find("psboundparameters");
        let Some(Value::Dictionary(table)) = read.map(|variable| &variable.value) else {
            return;
        };
        if &*table.type_name != BOUND {
            return;
        }
        let mut entries = write(&table.entries);
        for (name, value) in &running.bound {
            let key = name.to_lowercase().into();
            entries.insert(key, (Value::String(name.clone()), value.clone()));
        }
    }

    /// A method of `$PSCmdlet`; none if it has no such method.
    pub(crate) fn cmdlet_method(
        &mut self,
        name: &str,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Option<Value>, Halt> {
        let text = |index: usize| {
            arguments
                .get(index)
                .map_or_else(String::new, |value| to_text(value, Culture::Current))
        };
        match (name, arguments.len()) {
            ("shouldprocess", 1) => self.function_asks(&ShouldProcess::Target(text(0)), out),
            ("shouldprocess", 2) => {
                self.function_asks(&ShouldProcess::TargetAndAction(text(0), text(1)), out)
            }
            ("shouldprocess", 3) => {
                let described = ShouldProcess::Described {
                    description: text(0),
                    query: text(1),
                    caption: text(2),
                };
                self.function_asks(&described, out)
            }
            ("shouldcontinue", 2) => {
                let table = [CHOICES[0], CHOICES[2]];
                let (query, caption) = (text(0), text(1));
                self.choose(&table, caption, query)
                    .map(|choice| Some(Value::Bool(choice == 0)))
            }
            ("writeobject", 1) => {
                out.output(self, arguments[0].clone())?;
                Ok(Some(crate::evaluate::nothing()))
            }
            ("writeobject", 2) => {
                if crate::evaluate::operator::truth(&arguments[1]) {
                    self.write_all(arguments[0].clone(), out)?;
                } else {
                    out.output(self, arguments[0].clone())?;
                }
                Ok(Some(crate::evaluate::nothing()))
            }
            ("throwterminatingerror", 1) => match as_operand(arguments[0].clone()) {
                Value::Error(record) => Err(self.function_terminates((*record).clone())),
                _ => Ok(None),
            },
            ("writewarning" | "writeverbose" | "writedebug", 1) => {
                let at = self
                    .session
                    .running
                    .last()
                    .map(|own| own.invocation.clone());
                let record = match name {
                    "writewarning" => Record::Warning(text(0), at),
                    "writeverbose" => Record::Verbose(text(0), at),
                    _ => Record::Debug(text(0), at),
                };
                if self.shows(name) {
                    out.record(self, record)?;
                }
                Ok(Some(crate::evaluate::nothing()))
            }
            _ => Ok(None),
        }
    }

    /// Whether the preference of a stream shows what is written to it.
    fn shows(&self, method: &str) -> bool {
        let preference = match method {
            "writewarning" => "warningpreference",
            "writeverbose" => "verbosepreference",
            _ => "debugpreference",
        };
        let found = self.session.scopes.find(preference);
        !matches!(found.map(|found| &found.value), Some(Value::Enum(own)) if matches!(own.number, 0 | 4))
    }

    fn function_terminates(&mut self, mut record: crate::error_record::ErrorRecord) -> Halt {
        let mut outer = self.session.running.iter().rev();
        if let Some(running) = outer.find(|running| running.is_advanced()) {
            record.activity = running.info.name.to_string();
            let id = &record.fully_qualified_id;
            let separator = if id.is_empty() { "" } else { "," };
            record.fully_qualified_id = format!("{id}{separator}{}", running.info.name).into();
            record.invocation = Some(running.invocation.clone());
        }
        self.fail(record)
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
        let advanced = |running: &Running| running.is_advanced();
        let Some(at) = self.session.running.iter().rposition(advanced) else {
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
