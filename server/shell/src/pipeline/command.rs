//! From a command of the tree to one that can run: what its name stands for, what its arguments are, how they bind.

use std::sync::Arc;

use crate::binder::{
    Argument, ArgumentName, ArgumentValue, BindError, BindRequest, Binding, BindingContext,
    BlockFailure,
};
use crate::builtin::{self, BuiltIn};
use crate::command::{CommandInfo, CommandKind, qualified};
use crate::error_record::{ErrorCategory, ErrorRecord, Extent, Invocation};
use crate::evaluate::as_operand;
use crate::evaluate::closure::Closure;
use crate::host::{FieldPrompt, PromptFailure};
use crate::language::ast::{
    Block, Command, CommandElement, Expression, ExpressionKind, Invocation as Operator,
};
use crate::language::characters::is_dash;
use crate::language::position;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::preference::{Action, Preferred, of_command};
use crate::pipeline::run::invocation_name;
use crate::pipeline::sink::{Record, Sink};
use crate::text::{Culture, read, to_text};
use crate::value::{DateTime, ScriptBlock, Text, Value};

/// Longest chain of aliases that is followed.
pub(crate) const MAX_ALIASES: usize = 8;

/// What a command's name stands for.
#[derive(Clone)]
pub enum Resolved {
    /// A command that every session has.
    BuiltIn(&'static BuiltIn),
    /// A cmdlet of the catalogue.
    Cmdlet(Arc<CommandInfo>),
    /// A function, or a script block that is called.
    Script(Script),
}

/// A function or a script block.
#[derive(Clone)]
pub struct Script {
    /// The function's name; empty for a script block.
    pub name: Text,
    /// A script block's text; none for a function.
    pub text: Option<Text>,
    /// What it does.
    pub body: Arc<Block>,
    /// Whether its statements run once per input object.
    pub filter: bool,
    /// Whether it runs in the caller's scope.
    pub dotted: bool,
    /// As the binder sees it, if that is known already.
    pub(crate) info: Option<Arc<CommandInfo>>,
    /// The file that it is the text of, if it is a whole one.
    pub(crate) path: Option<Text>,
    /// The variables that a block was closed over.
    pub(crate) closure: Option<Arc<Closure>>,
}

impl Engine<'_> {
    /// What a name stands for: an alias first, then a function, a built-in command, a cmdlet of the catalogue.
    pub fn find_command(&self, name: &str) -> Option<Resolved> {
        let mut name = name;
        for _ in 0..MAX_ALIASES {
            match self
                .session
                .scopes
                .alias_target(name)
                .or_else(|| builtin::alias_target(name))
            {
                // One that stands for nothing was removed.
                Some("") | None => break,
                Some(target) => name = target,
            }
        }
        if let Some(function) = self.session.scopes.function(name) {
            return Some(Resolved::Script(Script {
                name: function.name.clone(),
                text: None,
                body: function.body.clone(),
                filter: function.filter,
                dotted: false,
                info: Some(function.info().clone()),
                path: None,
                closure: None,
            }));
        }
        let (module, bare) = qualified(name);
        if let Some(found) = builtin::find(bare) {
            return found.info.is_of(module).then_some(Resolved::BuiltIn(found));
        }
        let found = self.host.find_command(bare);
        found
            .filter(|command| command.is_of(module))
            .map(Resolved::Cmdlet)
    }

    /// What the name of a command of the tree stands for.
    pub(super) fn resolve(
        &mut self,
        command: &Command,
        out: &mut dyn Sink,
    ) -> Result<Resolved, Halt> {
        let value = self.evaluate(&command.name, out)?;
        let dotted = command.invocation == Operator::Dot;
        match value {
            Value::ScriptBlock(block) => Ok(Resolved::Script(Script {
                name: "".into(),
                text: Some(block.text.clone()),
                body: block.body.clone(),
                filter: false,
                dotted,
                info: None,
                path: None,
                closure: block.closure.clone(),
            })),
            Value::Null => Err(self.refuse_name(command, Value::Null)),
            other => {
                let name = to_text(&other, Culture::Invariant);
                if name.is_empty() {
                    return Err(self.refuse_name(command, other));
                }
                match self.find_command(&name) {
                    Some(Resolved::Script(script)) => {
                        Ok(Resolved::Script(Script { dotted, ..script }))
                    }
                    Some(found) => Ok(found),
                    None => match self.script_file(&name, dotted)? {
                        Some(script) => self.required_of(script, command),
                        None => Err(self.command_not_found(
                            &name,
                            invocation_name(command),
                            &command.name.extent,
                        )),
                    },
                }
            }
        }
    }

    /// What stands for a command is none.
    fn refuse_name(&self, command: &Command, target: Value) -> Halt {
        let operator = if command.invocation == Operator::Dot {
            '.'
        } else {
            '&'
        };
        let message = format!(
            "The expression after '{operator}' in a pipeline element produced an object that was not valid. It must result in a \
             command name, a script block, or a CommandInfo object."
        );
        let mut record = crate::evaluate::failure::invalid_operation("BadExpression", message)
            .with_target(target);
        let at = position::invocation(&self.session.source, &command.name.extent);
        record.invocation = Some(at);
        self.fail(record)
    }

    pub(crate) fn command_not_found(
        &self,
        name: &str,
        invocation_name: String,
        extent: &Extent,
    ) -> Halt {
        let (id, message) = match self.missing_module(name) {
            Some(module) => (
                "CouldNotAutoLoadModule",
                format!(
                    "The module '{module}' could not be loaded. For more information, run 'Import-Module {module}'."
                ),
            ),
            None => (
                "CommandNotFoundException",
                format!(
                    "The term '{name}' is not recognized as a name of a cmdlet, function, script file, or executable program.\n\
                     Check the spelling of the name, or if a path was included, verify that the path is correct and try again."
                ),
            ),
        };
        let mut record = ErrorRecord::new(
            id,
            ErrorCategory::ObjectNotFound,
            "System.Management.Automation.CommandNotFoundException",
            message,
        )
        .with_target(Value::text(name));
        record.invocation = Some(Invocation {
            invocation_name,
            ..position::invocation(&self.session.source, extent)
        });
        Halt::Error(Box::new(record))
    }

    /// The module that a name is qualified by, if there is none of that name
    /// (`CommandDiscovery.TryModuleAutoLoading`).
    fn missing_module<'n>(&self, name: &'n str) -> Option<&'n str> {
        let (module, bare) = qualified(name);
        let module = module.filter(|module| !module.is_empty() && !bare.is_empty())?;
        let is_path = module.contains(':') || module.ends_with('.');
        (!is_path && !self.has_module(module)).then_some(module)
    }

    /// Whether a command of this session counts to that module.
    pub(crate) fn has_module(&self, module: &str) -> bool {
        let of_it = |command: &CommandInfo| command.is_of(Some(module));
        builtin::all().iter().any(|built_in| of_it(&built_in.info))
            || self.host.commands().iter().any(|command| of_it(command))
    }

    /// The arguments of a command, evaluated.
    pub(super) fn arguments(
        &mut self,
        command: &Command,
        out: &mut dyn Sink,
    ) -> Result<Vec<Argument>, Halt> {
        self.refuse_method_syntax(command)?;
        let mut arguments = Vec::with_capacity(command.elements.len());
        for element in &command.elements {
            match element {
                CommandElement::Parameter {
                    name,
                    text,
                    argument,
                    extent,
                } => {
                    let attached = argument
                        .as_ref()
                        .map(|argument| self.argument_value(argument, out))
                        .transpose()?;
                    let name = ArgumentName {
                        name: name.clone(),
                        typed: text.clone(),
                        extent: extent.clone(),
                    };
                    arguments.push(Argument::named(name, attached));
                }
                CommandElement::Argument(expression) => match &expression.kind {
                    ExpressionKind::Variable(path) if path.splatted => {
                        let value = self.evaluate(expression, out)?;
                        let first = arguments.len();
                        splat(&value, &expression.extent, &mut arguments);
                        if &*path.key == "args" && path.scope.is_none() {
                            self.restore_names(&mut arguments[first..]);
                        }
                    }
                    _ => {
                        let value = self.argument_value(expression, out)?;
                        arguments.push(Argument::positional(value));
                    }
                },
            }
        }
        Ok(arguments)
    }

    /// What the running function was given by a name that it does not know is a name again behind `@args`.
    fn restore_names(&self, arguments: &mut [Argument]) {
        let Some(running) = self.session.running.last() else {
            return;
        };
        if running.rest.len() != arguments.len() {
            return;
        }
        for index in &running.names {
            let Some(argument) = arguments.get_mut(*index) else {
                continue;
            };
            let Some(ArgumentValue {
                value: Value::String(typed),
                extent,
                ..
            }) = argument.value.take()
            else {
                continue;
            };
            let name = typed.trim_start_matches(is_dash).trim_end_matches(':');
            argument.name = Some(ArgumentName {
                name: name.into(),
                typed: typed.clone(),
                extent,
            });
        }
    }

    fn argument_value(
        &mut self,
        expression: &Expression,
        out: &mut dyn Sink,
    ) -> Result<ArgumentValue, Halt> {
        let source = match &expression.kind {
            ExpressionKind::BareWord(_, text) => Some(text.clone()),
            _ => None,
        };
        Ok(ArgumentValue {
            value: as_operand(self.evaluate(expression, out)?),
            extent: expression.extent.clone(),
            source,
        })
    }

    /// Binds the command line of a command.
    pub(super) fn bind(
        &mut self,
        info: &Arc<CommandInfo>,
        arguments: Vec<Argument>,
        expects_input: bool,
        position: usize,
        invocation: &Invocation,
        out: &mut dyn Sink,
    ) -> Result<Binding, Halt> {
        let request = BindRequest {
            command: info.clone(),
            arguments,
            expects_input,
            pipeline_position: position + 1,
            // A simple function knows nothing of them.
            defaults: match info.kind {
                CommandKind::SimpleFunction => Default::default(),
                _ => self.default_values(&info.name),
            },
        };
        let mut asked = Asked::new(self, out);
        let outcome = crate::binder::bind(request, &mut asked);
        if let Some(halt) = asked.halt {
            return Err(halt);
        }
        outcome.map_err(|error| self.binding_failed(error, info, invocation))
    }

    /// The halt that a failed binding is.
    pub(super) fn binding_failed(
        &mut self,
        error: BindError,
        info: &CommandInfo,
        invocation: &Invocation,
    ) -> Halt {
        if error.cancelled {
            return Halt::Cancelled;
        }
        Halt::Error(Box::new(self.binding_record(error, info, invocation)))
    }

    /// The record of a failed binding.
    pub(super) fn binding_record(
        &mut self,
        error: BindError,
        info: &CommandInfo,
        invocation: &Invocation,
    ) -> ErrorRecord {
        // What was called from nowhere has no place among its arguments either.
        let place = match error
            .extent
            .as_ref()
            .filter(|_| invocation.line > 0 || invocation.source.is_none())
        {
            Some(extent) => Invocation {
                command: invocation.command.clone(),
                command_id: invocation.command_id.clone(),
                info: invocation.info.clone(),
                script_block: invocation.script_block.clone(),
                pipeline_length: invocation.pipeline_length,
                pipeline_position: invocation.pipeline_position,
                ..position::invocation(&self.session.source, extent)
            },
            None => Invocation {
                invocation_name: if error.is_about_input() {
                    invocation.invocation_name.clone()
                } else {
                    String::new()
                },
                ..invocation.clone()
            },
        };
        error.into_record(&info.name, &info.implementing_type, Some(place))
    }
}

/// The arguments that a splatted value is.
fn splat(value: &Value, extent: &Extent, into: &mut Vec<Argument>) {
    let argument = |value: Value| ArgumentValue {
        value,
        extent: extent.clone(),
        source: None,
    };
    match value {
        Value::Dictionary(table) => {
            for (key, entry) in read(&table.entries).values() {
                let name: Text = to_text(key, Culture::Invariant).into();
                into.push(Argument {
                    name: Some(ArgumentName {
                        typed: as_typed(&name),
                        name,
                        extent: extent.clone(),
                    }),
                    value: Some(argument(entry.clone())),
                    splatted: true,
                });
            }
        }
        // A text is a sequence of characters to .NET.
        Value::String(text) => into.extend(
            text.encode_utf16()
                .map(|unit| Argument::positional(argument(Value::Char(unit)))),
        ),
        other => match other.elements() {
            Some(items) => into.extend(
                items
                    .into_iter()
                    .map(|item| Argument::positional(argument(item))),
            ),
            None => into.push(Argument::positional(argument(other.clone()))),
        },
    }
}

/// A splatted name as it would be typed (`GetParameterText`): space behind it stands behind the colon.
fn as_typed(name: &str) -> Text {
    let bare = name.trim_end();
    if bare.is_empty() || bare.ends_with(':') {
        return format!("-{name}").into();
    }
    format!("-{bare}:{}", &name[bare.len()..]).into()
}

/// What the binder asks of the engine; a block that ended the pipeline is kept.
pub(crate) struct Asked<'a, 'b> {
    engine: &'a mut Engine<'b>,
    out: &'a mut dyn Sink,
    /// What ended the pipeline while the binder asked.
    pub(crate) halt: Option<Halt>,
}

impl<'a, 'b> Asked<'a, 'b> {
    pub(crate) fn new(engine: &'a mut Engine<'b>, out: &'a mut dyn Sink) -> Self {
        Self {
            engine,
            out,
            halt: None,
        }
    }
}

impl BindingContext for Asked<'_, '_> {
    fn prompt_for_fields(&mut self, prompt: &FieldPrompt) -> Result<Vec<Value>, PromptFailure> {
        self.engine.host.prompt_for_fields(prompt)
    }

    fn run_block(
        &mut self,
        block: &Arc<ScriptBlock>,
        input: &Value,
    ) -> Result<Vec<Value>, BlockFailure> {
        let out = &mut *self.out;
        let outcome = self.engine.gather(out, |engine, sink| {
            engine.run_block(block, Some(input), &[], sink)
        });
        match outcome {
            Ok(outputs) => Ok(outputs),
            Err(
                Halt::Error(record)
                | Halt::Throw(record)
                | Halt::Ended(record)
                | Halt::Stop(record),
            ) => Err(BlockFailure::Error(record)),
            Err(halt) => {
                self.halt = Some(halt);
                Err(BlockFailure::Cancelled)
            }
        }
    }

    fn run_default(&mut self, block: &Arc<ScriptBlock>, state: &Value) -> Option<Vec<Value>> {
        let state = std::slice::from_ref(state);
        let out = &mut *self.out;
        let outcome = self.engine.gather(out, |engine, sink| {
            engine.run_block(block, None, state, sink)
        });
        outcome.map_err(|halt| self.halt = Some(halt)).ok()
    }

    fn warning(&mut self, binding: &Binding, message: String) {
        let action = of_command(binding, self.engine.session, Preferred::Warning);
        if matches!(action, Action::SilentlyContinue | Action::Ignore) {
            return;
        }
        if let Err(halt) = self.out.record(self.engine, Record::Warning(message, None)) {
            self.halt = Some(halt);
        }
    }

    fn now(&self) -> DateTime {
        self.engine.host.now()
    }
}
