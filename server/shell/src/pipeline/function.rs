//! Functions and script blocks as stages of a pipeline.

use std::sync::Arc;

use crate::binder::{Argument, Binding};
use crate::command::CommandInfo;
use crate::error_record::Invocation;
use crate::evaluate::NAMES;
use crate::evaluate::scope::Scope;
use crate::pipeline::command::Script;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::parameters::{Bound, has_flag, share};
use crate::pipeline::sink::{Record, Sink};
use crate::pipeline::stage::{Context, Onward, Stage};
use crate::value::{Text, Value};

/// A function or script block in a pipeline.
pub(super) struct ScriptStage {
    script: Script,
    bound: Option<Bound>,
    /// Its own scope while it does not run.
    scope: Option<Scope>,
    /// Objects that a block without `process` is given at its end.
    input: Vec<Value>,
    /// Keys of the parameters that take input objects.
    from_pipeline: Vec<Text>,
    returned: bool,
}

impl ScriptStage {
    /// Makes one ready: arguments are shared out, common parameters bound.
    pub(super) fn new(
        engine: &mut Engine<'_>,
        script: Script,
        arguments: Vec<Argument>,
        invocation: &Invocation,
        out: &mut dyn Sink,
    ) -> Result<(Self, Binding), Halt> {
        let mut bound = share(&script.body, arguments);
        let name: Text = script.name.clone();
        let info = Arc::new(CommandInfo::new(name.clone(), name, ""));
        let common = std::mem::take(&mut bound.common);
        let binding = engine.bind(&info, common, false, 0, invocation, out)?;
        let from_pipeline = script
            .body
            .parameters
            .iter()
            .filter(|parameter| has_flag(parameter, "ValueFromPipeline"))
            .map(|parameter| parameter.name.to_lowercase().into())
            .collect();
        Ok((
            Self {
                script,
                bound: Some(bound),
                scope: None,
                input: Vec::new(),
                from_pipeline,
                returned: false,
            },
            binding,
        ))
    }

    /// Runs a part of the body in its own scope; what it writes sees the caller's.
    fn run(
        &mut self,
        context: &mut Context<'_>,
        part: impl FnOnce(&mut Engine<'_>, &mut dyn Sink) -> Result<(), Halt>,
    ) -> Result<(), Halt> {
        if self.returned {
            return Ok(());
        }
        let body = self.script.body.clone();
        let depth = context.engine.session.scopes.depth();
        if !self.script.dotted {
            let scope = self.scope.take().unwrap_or_default();
            context.engine.session.scopes.resume(scope);
        }
        let outcome = {
            let mut sink = OutOfScope {
                depth: (!self.script.dotted).then_some(depth),
                onward: Onward {
                    command: &mut *context.command,
                    slots: &mut *context.downstream,
                    tail: &mut *context.tail,
                },
            };
            context
                .engine
                .within(&body, |engine| part(engine, &mut sink))
        };
        if !self.script.dotted {
            self.scope = context.engine.session.scopes.suspend(depth);
        }
        match outcome {
            Err(Halt::Return) => {
                self.returned = true;
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
        let source = context.engine.session.source.clone();
        self.run(context, |engine, sink| {
            if let Some(bound) = bound {
                // Arguments stand in the caller's text.
                let own = std::mem::replace(&mut engine.session.source, source);
                let outcome = engine.declare_parameters(&body, &name, bound, &invocation, sink);
                engine.session.source = own;
                outcome?;
            }
            engine.run_statements(&body.begin, sink)
        })?;
        self.returned = false;
        Ok(())
    }

    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        if !self.has_process() {
            self.input.extend(input);
            return Ok(());
        }
        let body = self.script.body.clone();
        let filter = self.script.filter;
        let keys = self.from_pipeline.clone();
        let outcome = self.run(context, |engine, sink| {
            if let Some(input) = input {
                engine
                    .session
                    .scopes
                    .set_local(&NAMES.dollar, input.clone());
                for key in &keys {
                    engine.session.scopes.set_local(key, input.clone());
                }
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
        let keys = self.from_pipeline.clone();
        self.run(context, |engine, sink| {
            if let (Some(last), false) = (input.last(), keys.is_empty()) {
                for key in &keys {
                    engine.session.scopes.set_local(key, last.clone());
                }
            }
            engine
                .session
                .scopes
                .set_local(&NAMES.input, Value::array(input));
            engine.run_statements(&body.end, sink)
        })
    }
}

/// What a function writes leaves its scope before it goes on.
struct OutOfScope<'a> {
    depth: Option<usize>,
    onward: Onward<'a>,
}

impl Sink for OutOfScope<'_> {
    fn output(&mut self, engine: &mut Engine<'_>, value: Value) -> Result<(), Halt> {
        let Some(depth) = self.depth else {
            return self.onward.output(engine, value);
        };
        let inner = engine.session.scopes.split_off(depth);
        let outcome = self.onward.output(engine, value);
        engine.session.scopes.join(inner);
        outcome
    }

    fn record(&mut self, engine: &mut Engine<'_>, record: Record) -> Result<(), Halt> {
        self.onward.record(engine, record)
    }
}
