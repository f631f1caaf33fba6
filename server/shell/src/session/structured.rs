//! Statements as data, in the shape that PowerShell's own remoting gives them (`CREATE_PIPELINE`).

use std::sync::Arc;

use super::{
    RunOutcome, Session, StructuredArgument, StructuredCommand, StructuredPipeline,
    StructuredTarget, When, scripts_not_allowed,
};
use crate::binder::{Argument, ArgumentName, ArgumentValue};
use crate::error_record::Extent;
use crate::host::Host;
use crate::language::ast::Source;
use crate::language::parse;
use crate::language::parse_error::into_record;
use crate::pipeline::command::{Resolved, Script};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::redirect::{FileTarget, Redirected};
use crate::pipeline::run::{Head, MAX_COMMANDS, Ready};
use crate::pipeline::sink::Sink;
use crate::text::read;
use crate::value::Value;

impl Session {
    pub(super) fn run_structured(
        &mut self,
        host: &dyn Host,
        pipelines: &[StructuredPipeline],
        sink: &mut dyn Sink,
    ) -> RunOutcome {
        if self.options.no_language && pipelines.iter().any(has_script) {
            return self.refused(scripts_not_allowed(), false);
        }
        self.state.source = Arc::default();
        let mut outcome = Ok(());
        for (index, pipeline) in pipelines.iter().enumerate() {
            let is_wanted = match pipeline.when {
                When::Always => true,
                When::AfterSuccess => self.state.success,
                When::AfterFailure => !self.state.success,
            };
            if !is_wanted {
                continue;
            }
            let mut engine = Engine {
                session: &mut self.state,
                host,
            };
            outcome = match engine.run_fed(pipeline, index == 0, sink) {
                Err(halt) => engine.survive(halt, sink),
                done => done,
            };
            if outcome.is_err() {
                break;
            }
        }
        self.finish(outcome, sink, host)
    }
}

/// Whether anything in a pipeline is text of the language.
fn has_script(pipeline: &StructuredPipeline) -> bool {
    pipeline.commands.iter().any(|command| {
        let mut values = command
            .arguments
            .iter()
            .filter_map(|own| own.value.as_ref());
        command.is_script || values.any(holds_block)
    })
}

fn holds_block(value: &Value) -> bool {
    match value {
        Value::ScriptBlock(_) => true,
        Value::Noted(noted) => holds_block(&noted.base),
        Value::Array(_) | Value::List(_) => {
            value.elements().unwrap_or_default().iter().any(holds_block)
        }
        Value::Dictionary(dictionary) => read(&dictionary.entries)
            .values()
            .any(|(key, value)| holds_block(key) || holds_block(value)),
        Value::Object(object) => read(&object.properties)
            .iter()
            .any(|property| holds_block(&property.value)),
        _ => false,
    }
}

impl Engine<'_> {
    /// Runs a pipeline; the input from outside, if there is any object in it, stands before the first one. No objects are no
    /// pipeline: a program's standard input is often just empty.
    fn run_fed(
        &mut self,
        pipeline: &StructuredPipeline,
        is_first: bool,
        sink: &mut dyn Sink,
    ) -> Result<(), Halt> {
        let first = match is_first {
            true => self.next_input()?,
            false => None,
        };
        let head = match first {
            None => Head::Command,
            first => Head::Input(first),
        };
        let outcome = self.run_structured(pipeline, head, sink);
        self.end_input();
        outcome
    }

    fn run_structured(
        &mut self,
        pipeline: &StructuredPipeline,
        head: Head,
        sink: &mut dyn Sink,
    ) -> Result<(), Halt> {
        self.check_stop()?;
        let before = usize::from(head.is_objects());
        let length = before + pipeline.commands.len();
        if length > MAX_COMMANDS {
            return Err(self.fail(crate::evaluate::failure::too_large()));
        }
        let mut ready = Vec::with_capacity(length);
        for (position, command) in pipeline.commands.iter().enumerate() {
            let resolved = self.resolve_structured(command)?;
            let mut invocation = self.invocation(
                &resolved,
                command.name.to_string(),
                &Extent::default(),
                before + position,
                length,
            );
            invocation.line = 0;
            invocation.offset = 0;
            ready.push(Ready {
                resolved,
                arguments: command.arguments.iter().map(argument).collect(),
                redirected: redirected(command),
                invocation,
            });
        }
        self.run_ready(head, ready, sink)
    }

    fn resolve_structured(&self, command: &StructuredCommand) -> Result<Resolved, Halt> {
        if !command.is_script {
            return self.find_command(&command.name).ok_or_else(|| {
                let typed = command.name.to_string();
                self.command_not_found(&command.name, typed, &Extent::default())
            });
        }
        let source = Arc::new(Source {
            text: command.name.clone(),
            file: None,
        });
        match parse(&source) {
            Ok(body) => Ok(Resolved::Script(Script {
                name: "".into(),
                text: Some(command.name.clone()),
                body: Arc::new(body),
                filter: false,
                dotted: !command.use_local_scope,
                info: None,
                path: None,
                closure: None,
            })),
            Err(errors) => Err(Halt::Throw(Box::new(into_record(&errors, &source)))),
        }
    }
}

fn redirected(command: &StructuredCommand) -> Redirected {
    let mut redirected = Redirected::default();
    for redirection in &command.redirections {
        match &redirection.target {
            StructuredTarget::Output => redirected.merge(redirection.stream),
            StructuredTarget::File { path, append } => {
                let file = FileTarget {
                    path: Value::String(path.clone()),
                    append: *append,
                };
                redirected.put(redirection.stream, file);
            }
        }
    }
    redirected
}

fn argument(argument: &StructuredArgument) -> Argument {
    let value = argument.value.as_ref().map(|value| ArgumentValue {
        value: value.clone(),
        extent: Extent::default(),
        source: None,
    });
    Argument {
        name: argument.name.as_ref().map(|name| ArgumentName {
            name: name.clone(),
            typed: format!("-{name}").into(),
            extent: Extent::default(),
        }),
        value,
        splatted: false,
    }
}
