//! Functions and script blocks as stages of a pipeline.

use std::sync::Arc;

use crate::binder::{Argument, ArgumentValue, Binding};
use crate::command::CommandKind;
use crate::convert::enumerations;
use crate::error_record::Invocation;
use crate::evaluate::closure::Closure;
use crate::evaluate::scope::Scope;
use crate::evaluate::{NAMES, failure};
use crate::help::function::{command_of, is_advanced};
use crate::help::metadata;
use crate::language::ast::Command;
use crate::language::position;

use crate::pipeline::call_stack::Frame;
use crate::pipeline::command::{Resolved, Script};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::parameters::Bound;
use crate::pipeline::run::invocation_name;
use crate::pipeline::running::Running;
use crate::pipeline::sink::{Record, Sink};
use crate::pipeline::stage::{Context, Onward, Stage};
use crate::value::{EnumValue, ScriptBlock, Text, Value};

/// Where a function stands in its pipeline.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Whether something stands before it.
    pub(super) expects_input: bool,
    /// Its position, from 0.
    pub(super) position: usize,
}

impl Context<'_> {
    /// A script block as a stage that stands in this command's place, with these arguments.
    ///
    /// # Errors
    /// When the arguments do not bind.
    pub(crate) fn block_stage(
        &mut self,
        block: &Arc<ScriptBlock>,
        arguments: Vec<Value>,
        dotted: bool,
    ) -> Result<Box<dyn Stage>, Halt> {
        let script = Script {
            name: "".into(),
            text: Some(Arc::clone(&block.text)),
            body: Arc::clone(&block.body),
            filter: false,
            dotted,
            info: None,
            path: None,
            closure: block.closure.clone(),
        };
        let invocation = self.command.invocation.clone();
        let arguments = arguments
            .into_iter()
            .map(|value| {
                Argument::positional(ArgumentValue {
                    value,
                    extent: invocation.extent.clone(),
                    source: None,
                })
            })
            .collect();
        let place = Place {
            expects_input: self.command.expects_input,
            position: self.command.position,
        };
        let mut sink = Onward {
            command: &mut *self.command,
            slots: &mut *self.downstream,
            tail: &mut *self.tail,
        };
        let (stage, _) = ScriptStage::new(
            &mut self.engine,
            script,
            arguments,
            place,
            &invocation,
            &mut sink,
        )?;
        Ok(Box::new(stage))
    }
}

/// A function or script block in a pipeline.
pub(super) struct ScriptStage {
    script: Script,
    bound: Option<Bound>,
    /// Its own scope while it does not run.
    scope: Option<Scope>,
    /// What it knows of itself while it does not run.
    running: Option<Running>,
    /// Objects that a block without `process` is given at its end.
    input: Vec<Value>,
    /// Preference variables that common parameters set within the function.
    preferences: Vec<(Text, Value)>,
    /// The parameters of an advanced function that take input objects.
    from_pipeline: Vec<FromPipeline>,
    returned: bool,
}

/// A parameter that takes input objects.
struct FromPipeline {
    name: Text,
    /// Its variable.
    key: Text,
    /// What it holds where no object gives it anything.
    default: Value,
    /// Whether the last object gave it something.
    fed: bool,
}

impl FromPipeline {
    fn new(name: Text) -> Self {
        Self {
            key: name.to_lowercase().into(),
            name,
            default: Value::Null,
            fed: false,
        }
    }
}

impl Engine<'_> {
    /// Refuses a function that cannot run: for what it declares, and here for dynamic parameters.
    fn refuse_script(&self, script: &Script) -> Result<(), Halt> {
        if let Some(record) = metadata::refused(&script.body) {
            return Err(self.fail(record));
        }
        if script.body.dynamic.is_some() {
            return Err(self.fail(failure::invalid_operation(
                "DynamicParametersNotSupported",
                format!(
                    "'{}' cannot run: dynamic parameters are not supported in this session. Declare its parameters in \
                     'param (…)'.",
                    script.name
                ),
            )));
        }
        Ok(())
    }
}

impl Engine<'_> {
    /// Refuses an advanced function whose names clash where its own name stands: it is looked up with its metadata.
    pub(super) fn refuse_names(&self, resolved: &Resolved, command: &Command) -> Result<(), Halt> {
        let Resolved::Script(script) = resolved else {
            return Ok(());
        };
        if script.name.is_empty() || !is_advanced(&script.body) {
            return Ok(());
        }
        match metadata::refused(&script.body).filter(metadata::is_of_names) {
            None => Ok(()),
            Some(mut record) => {
                record.invocation = Some(Invocation {
                    invocation_name: invocation_name(command),
                    ..position::invocation(&self.session.source, &command.name.extent)
                });
                Err(self.fail(record))
            }
        }
    }
}

impl ScriptStage {
    /// Makes one ready: arguments are shared out, common parameters bound.
    pub(super) fn new(
        engine: &mut Engine<'_>,
        script: Script,
        arguments: Vec<Argument>,
        place: Place,
        invocation: &Invocation,
        out: &mut dyn Sink,
    ) -> Result<(Self, Binding), Halt> {
        let info = match &script.info {
            Some(info) => info.clone(),
            None => Arc::new(command_of(&script.name, &script.body)),
        };
        engine.refuse_script(&script)?;
        let binding = engine.bind(
            &info,
            arguments,
            place.expects_input,
            place.position,
            invocation,
            out,
        )?;
        let given = script
            .body
            .parameters
            .iter()
            .map(|declared| binding.parameter(&declared.name).cloned())
            .collect();
        let advanced = info.kind == CommandKind::AdvancedFunction;
        let rest = binding.remaining_arguments().to_vec();
        let running = Running {
            info,
            invocation: invocation.clone(),
            bound: binding.recorded_parameters().to_vec(),
            rest: rest.clone(),
            names: binding.remaining_names.clone(),
            set: binding.parameter_set().into(),
            expects_input: place.expects_input,
            verbose: matches!(binding.parameter("Verbose"), Some(Value::Switch(true))),
            debug: matches!(binding.parameter("Debug"), Some(Value::Switch(true))),
            answered: None,
            path: script.path.clone(),
            failed: false,
        };
        let (preferences, from_pipeline) = if advanced {
            let takers = binding.input_parameters().into_iter();
            (
                preferences(&binding),
                takers.map(FromPipeline::new).collect(),
            )
        } else {
            (Vec::new(), Vec::new())
        };
        let stage = Self {
            script,
            bound: Some(Bound { given, rest }),
            scope: None,
            running: Some(running),
            input: Vec::new(),
            preferences,
            from_pipeline,
            returned: false,
        };
        Ok((stage, binding))
    }

    /// What the current object bound; what the one before it bound has its default again (`RestoreDefaultParameterValues`).
    fn bound_by_input(&mut self, context: &Context<'_>) -> Vec<(Text, Value)> {
        let mut bound = Vec::new();
        for parameter in &mut self.from_pipeline {
            let given = context.parameter(&parameter.name).cloned();
            let was_fed = std::mem::replace(&mut parameter.fed, given.is_some());
            match given {
                Some(value) => bound.push((parameter.key.clone(), value)),
                None if was_fed => bound.push((parameter.key.clone(), parameter.default.clone())),
                None => {}
            }
        }
        bound
    }

    /// Runs a part of the body in its own scope; what it writes sees the caller's.
    fn run(
        &mut self,
        context: &mut Context<'_>,
        named: &'static str,
        part: impl FnOnce(&mut Engine<'_>, &mut dyn Sink) -> Result<(), Halt>,
    ) -> Result<(), Halt> {
        if self.returned {
            return Ok(());
        }
        let body = self.script.body.clone();
        let depth = context.engine.session.scopes.depth();
        let level = context.engine.session.running.len();
        context.engine.session.running.extend(self.running.take());
        let closure = self.script.closure.clone();
        let around = closure.as_deref().and_then(Closure::take);
        let closure = closure.filter(|_| around.is_some());
        let own_depth = depth + usize::from(around.is_some());
        around
            .into_iter()
            .for_each(|scope| context.engine.session.scopes.resume(scope));
        if !self.script.dotted {
            let is_file = self.script.path.is_some();
            let scope = self.scope.take().unwrap_or_else(|| Scope::of(is_file));
            context.engine.session.scopes.resume(scope);
        }
        let frame = Frame::of(&self.script.name, named);
        let lists = context.command.pipe_lists();
        let around = std::mem::replace(&mut context.engine.session.pipe_lists, lists);
        let outcome = {
            let mut sink = OutOfScope {
                depth: (!self.script.dotted || closure.is_some()).then_some(depth),
                level,
                onward: Onward {
                    command: &mut *context.command,
                    slots: &mut *context.downstream,
                    tail: &mut *context.tail,
                },
            };
            context
                .engine
                .within(&body, frame, |engine| part(engine, &mut sink))
        };
        context.engine.session.pipe_lists = around;
        if !self.script.dotted {
            self.scope = context.engine.session.scopes.suspend(own_depth);
        }
        if let Some(closure) = closure {
            closure.put_back(context.engine.session.scopes.suspend(depth));
        }
        let innermost = level.min(context.engine.session.running.len());
        self.running = context.engine.session.running.drain(innermost..).next();
        context.command.failed |= self.running.as_ref().is_some_and(|own| own.failed);
        match outcome {
            Err(Halt::Function { level: own, halt }) if own == level => Err(*halt),
            Err(Halt::Return) => {
                self.returned = true;
                Ok(())
            }
            // A script that another calls ends itself only.
            Err(Halt::Exit(code))
                if self.script.path.is_some() && context.command.invocation.line > 0 =>
            {
                self.returned = true;
                context.command.failed |= context.engine.leave_script(&code);
                Ok(())
            }
            other => other,
        }
    }

    fn has_process(&self) -> bool {
        self.script.filter || self.script.body.process.is_some()
    }
}

impl Stage for ScriptStage {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        let body = self.script.body.clone();
        let name = self.script.name.clone();
        let invocation = context.command.invocation.clone();
        let bound = self.bound.take();
        let preferences = std::mem::take(&mut self.preferences);
        let source = context.engine.session.source.clone();
        let mut from_pipeline = std::mem::take(&mut self.from_pipeline);
        let outcome = self.run(context, "<Begin>", |engine, sink| {
            if let Some(bound) = bound {
                // Arguments stand in the caller's text.
                let own = std::mem::replace(&mut engine.session.source, source);
                let outcome = engine.declare_parameters(&body, &name, bound, &invocation, sink);
                engine.session.source = own;
                outcome?;
                for parameter in &mut from_pipeline {
                    let declared = engine.session.scopes.find(&parameter.key);
                    parameter.default = declared.map(|own| own.value.clone()).unwrap_or_default();
                }
            }
            for (key, value) in preferences {
                engine.session.scopes.set_local(&key, value);
            }
            engine.run_statements(body.begin.as_deref().unwrap_or_default(), sink)
        });
        self.from_pipeline = from_pipeline;
        outcome?;
        self.returned = false;
        Ok(())
    }

    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        if !self.has_process() {
            if let Some(object) = &input {
                context.hoard(object)?;
            }
            self.input.extend(input);
            return Ok(());
        }
        let body = self.script.body.clone();
        let filter = self.script.filter;
        let bound = self.bound_by_input(context);
        if let Some(running) = &mut self.running
            && !self.from_pipeline.is_empty()
        {
            running.bound = context.command.binding.recorded_parameters().to_vec();
        }
        let part = if filter { "" } else { "<Process>" };
        let outcome = self.run(context, part, |engine, sink| {
            if let Some(input) = input {
                engine
                    .session
                    .scopes
                    .set_local(&NAMES.dollar, input.clone());
                for (key, value) in &bound {
                    engine.session.scopes.set_local(key, value.clone());
                }
                engine.note_bound();
            }
            match &body.process {
                Some(process) => engine.run_statements(process, sink),
                None if filter => engine.run_statements(&body.end, sink),
                None => Ok(()),
            }
        });
        self.returned = false;
        outcome
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        if self.script.filter {
            return Ok(());
        }
        let body = self.script.body.clone();
        let input = std::mem::take(&mut self.input);
        // A block without `process` sees the last object that was bound.
        let bound = if input.is_empty() {
            Vec::new()
        } else {
            self.bound_by_input(context)
        };
        let is_file = self.script.path.is_some();
        let part = if body.is_named { "<End>" } else { "" };
        self.run(context, part, |engine, sink| {
            for (key, value) in &bound {
                engine.session.scopes.set_local(key, value.clone());
            }
            // What the caller gives from outside is the input of a whole file.
            if !(input.is_empty() && engine.session.awaits_input() && is_file) {
                let input = Value::array(input);
                engine.session.scopes.set_local(&NAMES.input, input);
            }
            engine.run_statements(&body.end, sink)
        })
    }

    fn clean(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        let body = self.script.body.clone();
        let has_begun = self.bound.is_none();
        let Some(clean) = body.clean.as_ref().filter(|_| has_begun) else {
            return Ok(());
        };
        self.returned = false;
        // What it writes is no output.
        self.run(context, "<Clean>", |engine, sink| {
            engine.gather(sink, |engine, sink| engine.run_statements(clean, sink))?;
            Ok(())
        })
    }
}

/// What the common parameters of an advanced function make of the preference variables: commands within it follow.
fn preferences(binding: &Binding) -> Vec<(Text, Value)> {
    let member = |name: &str, number: i64| {
        enumerations::find(&format!("System.Management.Automation.{name}"))
            .map(|definition| Value::Enum(EnumValue { definition, number }))
    };
    let on = |name: &str| match binding.parameter(name) {
        Some(Value::Switch(on)) => Some(*on),
        _ => None,
    };
    // Continue is 2 and Low is 1; SilentlyContinue and None are 0.
    let shown = |on: bool| member("ActionPreference", if on { 2 } else { 0 });
    let asked = |on: bool| member("ConfirmImpact", i64::from(on));
    let given = |name: &str| binding.parameter(name).cloned();
    [
        ("verbosepreference", on("Verbose").and_then(shown)),
        ("debugpreference", on("Debug").and_then(shown)),
        ("erroractionpreference", given("ErrorAction")),
        ("warningpreference", given("WarningAction")),
        ("informationpreference", given("InformationAction")),
        ("progresspreference", given("ProgressAction")),
        ("whatifpreference", on("WhatIf").map(Value::Bool)),
        ("confirmpreference", on("Confirm").and_then(asked)),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((Text::from(name), value?)))
    .collect()
}

/// What a function writes leaves its scope before it goes on.
struct OutOfScope<'a> {
    depth: Option<usize>,
    /// How many functions run around it.
    level: usize,
    onward: Onward<'a>,
}

impl Sink for OutOfScope<'_> {
    fn output(&mut self, engine: &mut Engine<'_>, value: Value) -> Result<(), Halt> {
        let level = self.level.min(engine.session.running.len());
        let running = engine.session.running.split_off(level);
        let inner = self
            .depth
            .map(|depth| engine.session.scopes.split_off(depth));
        let outcome = self.onward.output(engine, value);
        if let Some(inner) = inner {
            engine.session.scopes.join(inner);
        }
        engine.session.running.truncate(level);
        engine.session.running.extend(running);
        outcome
    }

    fn record(&mut self, engine: &mut Engine<'_>, record: Record) -> Result<(), Halt> {
        self.onward.record(engine, record)
    }
}
