//! A pipeline at work: made ready from its first command to its last, begun, fed, ended.

use std::sync::Arc;

use crate::binder::{Argument, Binding};
use crate::builtin::discovery::get_help;
use crate::command::{CommandInfo, CommandKind, ParameterType};
use crate::error_record::{Extent, Invocation};
use crate::help::function::command_of;
use crate::language::ast::{
    Command, Element, ElementKind, ExpressionKind, Invocation as Operator, Pipeline,
};
use crate::language::position;
use crate::pipeline::command::{Asked, Resolved};
use crate::pipeline::engine::Engine;
use crate::pipeline::function::{Place, ScriptStage};
use crate::pipeline::halt::Halt;
use crate::pipeline::host_command::HostCommand;
use crate::pipeline::redirect::Redirected;
use crate::pipeline::runtime::{Answered, CommandState, Slot};
use crate::pipeline::sink::Sink;
use crate::pipeline::stage::{Context, Stage, begin, push};
use crate::text::{Culture, to_text};
use crate::value::{Text, Value};

/// Most commands of one pipeline.
pub(crate) const MAX_COMMANDS: usize = 256;

/// A command before it is bound.
pub(crate) struct Ready {
    pub(crate) resolved: Resolved,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) redirected: Redirected,
    pub(crate) invocation: Invocation,
}

/// Where a pipeline begins.
pub(crate) enum Head {
    /// With its first command.
    Command,
    /// With objects.
    Objects(Vec<Value>),
    /// With the input from outside, whose first object may have been taken already.
    Input(Option<Value>),
}

impl Head {
    pub(crate) fn is_objects(&self) -> bool {
        !matches!(self, Self::Command)
    }
}

impl Engine<'_> {
    /// Runs a pipeline that is more than one expression.
    pub(crate) fn run_commands(
        &mut self,
        pipeline: &Pipeline,
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        if pipeline.elements.len() > MAX_COMMANDS {
            return Err(self.fail(crate::evaluate::failure::too_large()));
        }
        let mut head = Head::Command;
        let mut ready = Vec::with_capacity(pipeline.elements.len());
        let mut elements = pipeline.elements.iter();
        if let Some(Element {
            kind: ElementKind::Expression(expression),
            redirections,
            ..
        }) = pipeline.elements.first()
        {
            elements.next();
            if redirections.is_empty() && self.is_input(expression) {
                head = Head::Input(None);
            } else {
                let pipeline = self.session.next_pipeline;
                let (objects, file) =
                    self.evaluate_redirected(expression, redirections, pipeline, out)?;
                head = Head::Objects(objects);
                if let Some(file) = file {
                    ready.push(self.file_ready(file, 1)?);
                }
            }
        }
        let length = pipeline.elements.len();
        let skipped = usize::from(head.is_objects());
        for (index, element) in elements.enumerate() {
            let at = index + skipped;
            ready.push(self.ready(element, at, length, out)?);
        }
        self.run_ready(head, ready, out)
    }

    fn ready(
        &mut self,
        element: &Element,
        position: usize,
        length: usize,
        out: &mut dyn Sink,
    ) -> Result<Ready, Halt> {
        let ElementKind::Command(command) = &element.kind else {
            return Err(self.fail(crate::evaluate::failure::invalid_operation(
                "ExpressionsMustBeFirstInPipeline",
                "Expressions are only allowed as the first element of a pipeline.",
            )));
        };
        let resolved = self.resolve(command, out)?;
        let arguments = self.arguments(command, out)?;
        let redirected = self.redirected(&element.redirections, out)?;
        self.refuse_names(&resolved, command)?;
        let typed = invocation_name(command);
        let invocation = self.invocation(&resolved, typed, &element.extent, position, length);
        Ok(Ready {
            resolved,
            arguments,
            redirected,
            invocation,
        })
    }

    pub(crate) fn invocation(
        &self,
        resolved: &Resolved,
        typed: String,
        extent: &Extent,
        position: usize,
        length: usize,
    ) -> Invocation {
        let (command, command_id, script_block) = match resolved {
            Resolved::BuiltIn(command) => named(&command.info),
            Resolved::Cmdlet(info) => named(info),
            Resolved::Script(script) if script.name.is_empty() => (None, None, script.text.clone()),
            // A file is no command that its name alone would find.
            Resolved::Script(script) => (
                Some(script.name.clone()).filter(|_| script.path.is_none()),
                Some(script.name.clone()),
                script.path.clone(),
            ),
        };
        Invocation {
            info: match resolved {
                Resolved::BuiltIn(command) => Some(command.info.clone()),
                Resolved::Cmdlet(info) => Some(info.clone()),
                Resolved::Script(script) => script.info.clone(),
            },
            command,
            command_id,
            script_block,
            invocation_name: typed,
            pipeline_length: length,
            pipeline_position: position + 1,
            ..position::invocation(&self.session.source, extent)
        }
    }

    /// Binds the commands of a pipeline and runs them.
    pub(crate) fn run_ready(
        &mut self,
        head: Head,
        ready: Vec<Ready>,
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        self.session.success = true;
        self.session.next_pipeline += 1;
        let pipeline = self.session.next_pipeline;
        self.session.pipeline_depth += 1;
        let outcome = self.run_bound(head, ready, pipeline, out);
        self.session.pipeline_depth -= 1;
        // What fails within a function's pipelines is the function's own affair.
        let failed = matches!(
            outcome,
            Err(Halt::Error(_) | Halt::Throw(_) | Halt::Ended(_) | Halt::Stop(_))
        );
        if self.session.pipeline_depth == 0 && (failed || outcome.is_ok() && !self.session.success)
        {
            self.session.had_errors = true;
        }
        outcome
    }

    fn run_bound(
        &mut self,
        head: Head,
        ready: Vec<Ready>,
        pipeline: u64,
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        let headed = head.is_objects();
        let mut slots = Vec::with_capacity(ready.len() + 1);
        for mut command in ready {
            let expects_input = headed || !slots.is_empty();
            let position = slots.len();
            let file = command.redirected.output.take();
            slots.push(self.slot(command, pipeline, position, expects_input, headed, out)?);
            if let Some(file) = file {
                slots.push(self.file_slot(file, pipeline, slots.len(), out)?);
            }
        }
        if let Some(last) = slots.last_mut() {
            last.state.around = self.session.pipe_lists.clone();
        }
        self.keep(&mut slots)?;
        let outcome = self.drive(head, &mut slots, pipeline, out);
        let cleaned = (0..slots.len()).try_for_each(|index| {
            self.at(&mut slots, index, out, |stage, context| {
                stage.clean(context)
            })
        });
        let outcome = outcome.and(cleaned);
        let kept = slots.iter().map(|slot| slot.state.hoarded).sum();
        self.session.memory.give_back(kept);
        self.forget_pipeline_variables(&slots);
        self.session.success = outcome.is_ok() && !slots.iter().any(|slot| slot.state.failed);
        outcome
    }

    pub(super) fn slot(
        &mut self,
        ready: Ready,
        pipeline: u64,
        position: usize,
        expects_input: bool,
        headed: bool,
        out: &mut dyn Sink,
    ) -> Result<Slot, Halt> {
        // A cmdlet of the catalogue sees its bound parameters only, so every object is bound.
        let sees_input = !matches!(ready.resolved, Resolved::Cmdlet(_));
        let is_script = matches!(ready.resolved, Resolved::Script(_));
        let place = Place {
            expects_input,
            position: position + usize::from(headed),
        };
        let (stage, binding) = self.stage(
            ready.resolved,
            ready.arguments,
            place,
            &ready.invocation,
            out,
        )?;
        let Redirected {
            redirects, files, ..
        } = ready.redirected;
        let files = self.file_slots(files, pipeline, position, out)?;
        Ok(Slot {
            stage,
            state: CommandState {
                takes_anything: binding.command().kind != CommandKind::AdvancedFunction
                    && (is_script || sees_input && takes_anything(&binding)),
                binding,
                invocation: ready.invocation,
                pipeline,
                position,
                expects_input,
                redirects,
                files,
                answered: Answered::default(),
                kept: None,
                around: None,
                buffer: None,
                hoarded: 0,
                begun: false,
                failed: false,
            },
        })
    }

    /// A command's behaviour with its command line bound; help in its place if that is asked for.
    fn stage(
        &mut self,
        resolved: Resolved,
        arguments: Vec<Argument>,
        place: Place,
        invocation: &Invocation,
        out: &mut dyn Sink,
    ) -> Result<(Box<dyn Stage>, Binding), Halt> {
        let (info, stage): (Arc<CommandInfo>, Box<dyn Stage>) = match resolved {
            Resolved::BuiltIn(command) => (command.info.clone(), (command.create)()),
            Resolved::Cmdlet(info) => (info, Box::new(HostCommand)),
            // A function that is asked for help does not run; a block without a name has none.
            Resolved::Script(script)
                if !script.name.is_empty() && get_help::is_asked_for(&arguments) =>
            {
                let info = command_of(&script.name, &script.body);
                (Arc::new(info), Box::new(HostCommand))
            }
            Resolved::Script(script) => {
                let (stage, binding) =
                    ScriptStage::new(self, script, arguments, place, invocation, out)?;
                return Ok((Box::new(stage), binding));
            }
        };
        let Place {
            expects_input,
            position,
        } = place;
        if get_help::is_asked_for(&arguments) {
            let helper = Arc::new(get_help::stand_in());
            let binding = self.bind(
                &helper,
                Vec::new(),
                expects_input,
                position,
                invocation,
                out,
            )?;
            return Ok((get_help::in_place_of(info), binding));
        }
        let binding = self.bind(&info, arguments, expects_input, position, invocation, out)?;
        Ok((stage, binding))
    }

    /// Begins, feeds and ends the stages.
    fn drive(
        &mut self,
        head: Head,
        slots: &mut [Slot],
        pipeline: u64,
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        let mut first = 0;
        for index in 0..slots.len() {
            let outcome = begin(self, &mut slots[index..], out);
            enough(outcome, pipeline, &mut first)?;
        }
        if first == 0 {
            let outcome = self.feed(head, slots, out);
            enough(outcome, pipeline, &mut first)?;
        }
        let mut index = first;
        while index < slots.len() {
            let outcome = self.at(slots, index, out, |stage, context| {
                stage.end(context)?;
                context.empty_buffer()
            });
            let mut next = index + 1;
            enough(outcome, pipeline, &mut next)?;
            index = next;
        }
        slots
            .iter_mut()
            .try_for_each(|slot| self.end_files(&mut slot.state.files, out))
    }

    fn feed(&mut self, head: Head, slots: &mut [Slot], out: &mut dyn Sink) -> Result<(), Halt> {
        match head {
            Head::Command => self.at(slots, 0, out, |stage, context| {
                context.compute_parameters()?;
                stage.process(context, None)
            }),
            Head::Objects(objects) => {
                for object in objects {
                    self.check_stop()?;
                    push(self, slots, out, object)?;
                }
                Ok(())
            }
            Head::Input(first) => {
                let mut next = first;
                while let Some(object) = match next.take() {
                    None => self.next_input()?,
                    taken => taken,
                } {
                    push(self, slots, out, object)?;
                }
                Ok(())
            }
        }
    }

    pub(super) fn at(
        &mut self,
        slots: &mut [Slot],
        index: usize,
        out: &mut dyn Sink,
        call: impl FnOnce(&mut dyn crate::pipeline::stage::Stage, &mut Context<'_>) -> Result<(), Halt>,
    ) -> Result<(), Halt> {
        let Some((slot, downstream)) = slots[index..].split_first_mut() else {
            return Ok(());
        };
        let mut context = Context {
            engine: self.lend(),
            command: &mut slot.state,
            downstream,
            tail: out,
        };
        call(slot.stage.as_mut(), &mut context)
    }
}

impl Context<'_> {
    /// Binds an input object; false if it was refused, which has been reported.
    pub(super) fn bind_input(&mut self, value: &Value) -> Result<bool, Halt> {
        let mut asked = Asked::new(&mut self.engine, self.tail);
        let outcome = self.command.binding.bind_input(value, &mut asked);
        if let Some(halt) = asked.halt {
            return Err(halt);
        }
        let Err(error) = outcome else { return Ok(true) };
        if error.cancelled {
            return Err(Halt::Cancelled);
        }
        let info = self.command.binding.command().clone();
        let record = self
            .engine
            .binding_record(error, &info, &self.command.invocation.clone());
        self.write_error(record)?;
        Ok(false)
    }
}

/// What a command is called as: its name as typed, or the operator before it.
pub(crate) fn invocation_name(command: &Command) -> String {
    match (command.invocation, &command.name.kind) {
        (Operator::Call, _) => "&".to_owned(),
        (Operator::Dot, _) => ".".to_owned(),
        (Operator::Name, ExpressionKind::Constant(value)) => to_text(value, Culture::Invariant),
        (Operator::Name, _) => String::new(),
    }
}

/// Name and implementing type of a cmdlet.
fn named(info: &CommandInfo) -> (Option<Text>, Option<Text>, Option<Text>) {
    let id = Some(info.implementing_type.clone()).filter(|id| !id.is_empty());
    (Some(info.name.clone()), id, None)
}

/// Whether `Select-Object -First` and its like ended the upstream: the stages up to the one that said so are done.
fn enough(outcome: Result<(), Halt>, pipeline: u64, first: &mut usize) -> Result<(), Halt> {
    match outcome {
        Err(Halt::Enough {
            pipeline: own,
            stage,
        }) if own == pipeline => {
            *first = stage + 1;
            Ok(())
        }
        other => other,
    }
}

/// Whether the only parameter that takes input is an unbound one that takes any object.
fn takes_anything(binding: &Binding) -> bool {
    let info: &CommandInfo = binding.command();
    let mut taking = info.parameters.iter().filter(|parameter| {
        parameter
            .sets
            .iter()
            .any(|set| set.from_pipeline || set.from_pipeline_by_property_name)
    });
    let (Some(only), None) = (taking.next(), taking.next()) else {
        return false;
    };
    let any_type = matches!(
        &only.parameter_type,
        ParameterType::Plain(name) if matches!(&**name, "System.Object" | "System.Management.Automation.PSObject")
    );
    let optional = only.sets.iter().all(|set| !set.mandatory);
    any_type && optional && binding.parameter(&only.name).is_none() && only.validations.is_empty()
}
