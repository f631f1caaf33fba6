//! The trait of a running command, and what it may ask of the engine.

use std::sync::Arc;

use crate::error_record::ErrorRecord;
use crate::host::Host;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::kept::Kept;
use crate::pipeline::redirect::Target;
use crate::pipeline::runtime::{CommandState, Slot};
use crate::pipeline::sink::{Gather, Record, Sink};
use crate::value::{ScriptBlock, Value};

/// A running command (`System.Management.Automation.Cmdlet`): one call each for begin and end, one per input object.
pub trait Stage {
    /// Before any input. Parameters of the command line are bound.
    ///
    /// # Errors
    /// What ends the command.
    fn begin(&mut self, _context: &mut Context<'_>) -> Result<(), Halt> {
        Ok(())
    }

    /// Once per input object, which has been bound already; once with none if nothing stands before the command.
    ///
    /// # Errors
    /// What ends the command.
    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt>;

    /// After all input.
    ///
    /// # Errors
    /// What ends the command.
    fn end(&mut self, _context: &mut Context<'_>) -> Result<(), Halt> {
        Ok(())
    }

    /// However the pipeline ended, if the command had begun: `clean { … }` of a function.
    ///
    /// # Errors
    /// What ends the command.
    fn clean(&mut self, _context: &mut Context<'_>) -> Result<(), Halt> {
        Ok(())
    }
}

/// What a running command sees of the engine.
pub struct Context<'a> {
    /// The session and the host.
    pub engine: Engine<'a>,
    /// The command's own state.
    pub command: &'a mut CommandState,
    /// The commands after it.
    pub downstream: &'a mut [Slot],
    /// What stands behind the last command.
    pub tail: &'a mut dyn Sink,
}

impl Context<'_> {
    /// The value bound to a parameter, by its declared name.
    pub fn parameter(&self, name: &str) -> Option<&Value> {
        self.command.binding.parameter(name)
    }

    /// Whether a switch was given and is on.
    pub fn switch(&self, name: &str) -> bool {
        matches!(
            self.parameter(name),
            Some(Value::Switch(true) | Value::Bool(true))
        )
    }

    /// The chosen parameter set.
    pub fn parameter_set(&self) -> &str {
        self.command.binding.parameter_set()
    }

    /// Whether something stands before the command in its pipeline.
    pub fn expects_input(&self) -> bool {
        self.command.expects_input
    }

    /// The door to the world.
    pub fn host(&self) -> &dyn Host {
        self.engine.host
    }

    /// Writes one object to the pipeline, a collection as it is.
    ///
    /// # Errors
    /// When downstream runs no further.
    pub fn write(&mut self, value: Value) -> Result<(), Halt> {
        if let Some(kept) = &self.command.kept {
            Kept::append(kept.output.as_ref(), || value.clone());
        }
        if self.command.redirects.output() == Target::Nothing {
            return Ok(());
        }
        if let Some(name) = self.kept(|kept| kept.pipeline.as_ref()) {
            let name = name.clone();
            self.engine.session.scopes.set_local(&name, value.clone());
        }
        self.pass(value)
    }

    /// Gives an object to the next command, or has it wait for more (-OutBuffer).
    pub(super) fn pass(&mut self, value: Value) -> Result<(), Halt> {
        match &mut self.command.buffer {
            Some(buffer) if !self.downstream.is_empty() => {
                buffer.waiting.push(value);
                if buffer.waiting.len() > buffer.limit {
                    return self.empty_buffer();
                }
                Ok(())
            }
            _ => push(&mut self.engine, self.downstream, self.tail, value),
        }
    }

    /// Gives what waits to the next command.
    pub(super) fn empty_buffer(&mut self) -> Result<(), Halt> {
        let waiting = match &mut self.command.buffer {
            Some(buffer) => std::mem::take(&mut buffer.waiting),
            None => return Ok(()),
        };
        waiting
            .into_iter()
            .try_for_each(|value| push(&mut self.engine, self.downstream, self.tail, value))
    }

    /// Writes an object; a collection element by element (one level).
    ///
    /// # Errors
    /// When downstream runs no further.
    pub fn write_enumerated(&mut self, value: Value) -> Result<(), Halt> {
        match value.elements() {
            Some(items) => items.into_iter().try_for_each(|item| self.write(item)),
            None => self.write(value),
        }
    }

    /// Counts an object that the command keeps until the pipeline ends.
    ///
    /// # Errors
    /// When the session would hold more than it may.
    pub fn hoard(&mut self, object: &Value) -> Result<(), Halt> {
        self.command.hoarded += self.engine.hoard(object)?;
        Ok(())
    }

    /// The same of a text that the command keeps, and that grew by so many bytes.
    ///
    /// # Errors
    /// When the session would hold more than it may.
    pub fn hoard_bytes(&mut self, bytes: usize) -> Result<(), Halt> {
        self.command.hoarded += self.engine.hoard_bytes(bytes)?;
        Ok(())
    }

    /// What ends the pipeline's upstream silently (`Select-Object -First`), to be returned.
    pub fn enough(&self) -> Halt {
        Halt::Enough {
            pipeline: self.command.pipeline,
            stage: self.command.position,
        }
    }

    /// Runs a script block in the caller's scope with `$_` and `$args` and gives what it writes. Its other streams go
    /// where the command's go.
    ///
    /// # Errors
    /// What ended the block.
    pub fn evaluate(
        &mut self,
        block: &Arc<ScriptBlock>,
        dollar: Option<&Value>,
        arguments: &[Value],
    ) -> Result<Vec<Value>, Halt> {
        let mut collected = Vec::new();
        let mut kept = 0;
        let lists = self.command.pipe_lists();
        let around = std::mem::replace(&mut self.engine.session.pipe_lists, lists);
        let mut sink = Gather {
            into: &mut collected,
            kept: &mut kept,
            records: &mut Onward {
                command: self.command,
                slots: self.downstream,
                tail: self.tail,
            },
        };
        let outcome = self.engine.run_block(block, dollar, arguments, &mut sink);
        self.engine.session.pipe_lists = around;
        self.engine.session.memory.give_back(kept);
        outcome.map(|()| collected)
    }

    /// Runs the block of a calculated property, in a scope of its own. An error that ends a statement of it ends the
    /// block and is not shown: whoever asked for the value decides what becomes of it.
    ///
    /// # Errors
    /// What ended more than the block.
    pub fn calculate(
        &mut self,
        block: &Arc<ScriptBlock>,
        object: &Value,
    ) -> Result<Result<Value, Box<ErrorRecord>>, Halt> {
        let depth = self.engine.session.scopes.enter(false);
        self.engine.session.try_depth += 1;
        let outcome = self.evaluate(block, Some(object), &[]);
        self.engine.session.try_depth -= 1;
        self.engine.session.scopes.leave(depth);
        let given = self.engine.session.take_error(outcome)?;
        Ok(given.map(|mut values| match values.len() {
            0 => Value::Null,
            1 => values.remove(0),
            _ => Value::array(values),
        }))
    }

    /// Runs a script block as [`Context::evaluate`] does, but passes what it writes straight down the pipeline.
    ///
    /// # Errors
    /// What ended the block.
    pub fn run(
        &mut self,
        block: &Arc<ScriptBlock>,
        dollar: Option<&Value>,
        arguments: &[Value],
    ) -> Result<(), Halt> {
        let lists = self.command.pipe_lists();
        let around = std::mem::replace(&mut self.engine.session.pipe_lists, lists);
        let mut sink = Onward {
            command: self.command,
            slots: self.downstream,
            tail: self.tail,
        };
        let outcome = self.engine.run_block(block, dollar, arguments, &mut sink);
        self.engine.session.pipe_lists = around;
        outcome
    }

    /// Reads a variable (name without `$`, scope prefix allowed).
    pub fn variable(&self, name: &str) -> Option<Value> {
        self.engine.session.variable(name)
    }

    /// Sets a variable in the caller's scope (scope prefix allowed).
    pub fn set_variable(&mut self, name: &str, value: Value) {
        self.engine.session.set_variable(name, value);
    }
}

/// Begins the first of `slots`, unless an object that came early has begun it.
///
/// # Errors
/// When it runs no further.
pub(super) fn begin(
    engine: &mut Engine<'_>,
    slots: &mut [Slot],
    tail: &mut dyn Sink,
) -> Result<(), Halt> {
    let Some((slot, downstream)) = slots.split_first_mut() else {
        return Ok(());
    };
    if std::mem::replace(&mut slot.state.begun, true) {
        return Ok(());
    }
    engine.begin_files(&mut slot.state.files, tail)?;
    let mut context = Context {
        engine: engine.lend(),
        command: &mut slot.state,
        downstream,
        tail,
    };
    slot.stage.begin(&mut context)
}

/// Gives one object to the first of `slots`, or to what stands behind the last.
///
/// # Errors
/// When what takes it runs no further.
pub fn push(
    engine: &mut Engine<'_>,
    slots: &mut [Slot],
    tail: &mut dyn Sink,
    value: Value,
) -> Result<(), Halt> {
    // What a command writes while it begins comes before the next one has begun.
    if slots.first().is_some_and(|slot| !slot.state.begun) {
        begin(engine, slots, tail)?;
    }
    match slots.split_first_mut() {
        None => tail.output(engine, value),
        Some((slot, downstream)) => {
            let mut context = Context {
                engine: engine.lend(),
                command: &mut slot.state,
                downstream,
                tail,
            };
            context.compute_input(&value)?;
            if !context.command.takes_anything && !context.bind_input(&value)? {
                return Ok(());
            }
            slot.stage.process(&mut context, Some(value))
        }
    }
}

/// What a block within a command writes: objects go down the pipeline, records where the command's go.
pub(super) struct Onward<'a> {
    pub(super) command: &'a mut CommandState,
    pub(super) slots: &'a mut [Slot],
    pub(super) tail: &'a mut dyn Sink,
}

impl Sink for Onward<'_> {
    fn output(&mut self, engine: &mut Engine<'_>, value: Value) -> Result<(), Halt> {
        Context {
            engine: engine.lend(),
            command: self.command,
            downstream: self.slots,
            tail: self.tail,
        }
        .write(value)
    }

    fn record(&mut self, engine: &mut Engine<'_>, record: Record) -> Result<(), Halt> {
        Context {
            engine: engine.lend(),
            command: self.command,
            downstream: self.slots,
            tail: self.tail,
        }
        .route(record)
    }
}
