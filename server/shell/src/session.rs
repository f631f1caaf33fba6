//! The face of the engine: a session runs texts and structured pipelines, and remembers.

mod errors;
mod functions;
mod input;
mod memory;
mod namespaces;
mod plain;
mod requirements;
mod script;
mod structured;

use std::sync::Arc;

pub(crate) use memory::Memory;

pub use input::{
    Input, RunOutcome, RunState, StructuredArgument, StructuredCommand, StructuredPipeline,
    StructuredRedirection, StructuredTarget, When,
};

use crate::error_record::{ErrorCategory, ErrorRecord, Extent};
use crate::evaluate::class::{Classes, RunningMethod, Undefined};
use crate::evaluate::scope::{Options, Scopes, Variable};
use crate::evaluate::{Computing, NAMES};
use crate::host::Host;
use crate::language::ast::{Block, Catch, Source};
use crate::language::parse;
use crate::language::parse_error::into_record;
use crate::language::words::variable_path;
use crate::pipeline::call_stack::Frame;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::kept::PipeLists;
use crate::pipeline::sink::{ShowAll, Sink};
use crate::value::{List, Text, Value};

/// What a session without language says of everything but commands.
pub(crate) fn scripts_not_allowed() -> ErrorRecord {
    ErrorRecord::new(
        "ScriptsNotAllowed",
        ErrorCategory::ParserError,
        "System.Management.Automation.ParseException",
        "The syntax is not supported by this runspace. This can occur if the runspace is in no-language mode.",
    )
}

/// How a session is set up.
#[derive(Clone, Debug, Default)]
pub struct SessionOptions {
    /// Refuse script text (`ScriptsNotAllowed`): only structured pipelines and lines of nothing but commands run.
    pub no_language: bool,
    /// Bytes that the session may hold, roughly: variables, functions, errors, lines, and what its running pipeline keeps. A
    /// line that would have it hold more ends with `SessionMemoryExceeded`. None: as many as it likes.
    pub memory: Option<usize>,
}

/// A session.
#[derive(Debug, Default)]
pub struct Session {
    options: SessionOptions,
    state: SessionState,
}

/// What a session remembers, and what the running line needs at hand.
#[derive(Debug)]
pub struct SessionState {
    /// Variables and functions.
    pub scopes: Scopes,
    /// `$Error`, the last one first.
    pub errors: Arc<List>,
    /// The lines that it ran.
    pub history: crate::history::History,
    /// The types that its texts defined.
    pub(crate) classes: Classes,
    /// The method of a class that runs, if one does.
    pub(crate) method: Option<RunningMethod>,
    /// The text that runs.
    pub source: Arc<Source>,
    /// The statement that runs.
    pub sequence_point: Extent,
    /// `$?`.
    pub success: bool,
    /// Whether any error was written in this run.
    pub had_errors: bool,
    /// How many expandable strings are being made around what runs.
    pub(crate) expanding: usize,
    /// How many `try` bodies with handlers run.
    pub(crate) try_depth: usize,
    /// The handlers of the running statement blocks that have traps, the innermost last; none for a `try`, a function or a
    /// block, which the traps around do not reach into.
    pub(crate) traps: Vec<Option<Arc<[Arc<Catch>]>>>,
    /// The parts of functions and blocks that run, the innermost last.
    pub(crate) frames: Vec<Frame>,
    /// The lists of the pipe that the running function or block writes to.
    pub(crate) pipe_lists: Option<Arc<PipeLists>>,
    /// How many pipelines run in each other.
    pub(crate) pipeline_depth: usize,
    /// How many blocks and functions run.
    pub(crate) call_depth: usize,
    /// The functions and blocks that run, the innermost last.
    pub(crate) running: Vec<crate::pipeline::running::Running>,
    /// How deep the running statements and expressions lie in each other.
    pub(crate) nesting: usize,
    /// The error that the running handler handles.
    pub(crate) caught: Option<Arc<ErrorRecord>>,
    /// The code that `$Host.SetShouldExit` asked for.
    pub(crate) exit_request: Option<i32>,
    /// The number of the last pipeline.
    pub(crate) next_pipeline: u64,
    /// Where `Get-Random` takes its numbers from once it was given a seed.
    pub(crate) random: Option<Box<crate::random::Seeded>>,
    /// Whether the session runs commands only, and no text of a language.
    pub(crate) restricted: bool,
    /// Whether the caller gives input from outside that has not come to its end.
    pub(crate) input_from_outside: bool,
    /// Whether it ever gave an object computed members: while it did not, nobody looks for any.
    pub(crate) computes: bool,
    /// Where its enumerators stand.
    pub(crate) enumerators: crate::evaluate::enumerator::Enumerators,
    /// The namespaces whose types go by their short names.
    pub(crate) namespaces: Vec<Text>,
    /// Where its matches go on.
    pub(crate) searches: crate::evaluate::regex_member::Searches,
    /// How much it holds.
    pub(crate) memory: Memory,
}

impl Default for SessionState {
    fn default() -> Self {
        let mut state = Self {
            scopes: Scopes::default(),
            errors: Arc::new(List {
                keys: None,
                type_name: "System.Collections.ArrayList".into(),
                items: Vec::new().into(),
            }),
            history: crate::history::History::default(),
            classes: Classes::default(),
            method: None,
            source: Arc::default(),
            sequence_point: Extent::default(),
            success: true,
            had_errors: false,
            expanding: 0,
            try_depth: 0,
            traps: Vec::new(),
            frames: Vec::new(),
            pipe_lists: None,
            pipeline_depth: 0,
            call_depth: 0,
            running: Vec::new(),
            nesting: 0,
            caught: None,
            next_pipeline: 0,
            random: None,
            restricted: false,
            input_from_outside: false,
            computes: false,
            enumerators: Default::default(),
            searches: Default::default(),
            namespaces: Vec::new(),
            memory: Memory::default(),
            exit_request: None,
        };
        for (name, value) in Self::preferences() {
            let mut variable = Variable::new(name, value);
            variable.constraint = state.preference_type(&name.to_lowercase());
            state.scopes.set_global(variable);
        }
        for (name, value, read_only) in crate::evaluate::automatic_variables() {
            let mut variable = Variable::new(name, value);
            variable.constraint = state.preference_type(&name.to_lowercase());
            // Where the user's files are may be said anew by force; the rest stays as it is.
            variable.options = match (read_only, name) {
                (false, _) => Options::default(),
                (true, "HOME" | "PSCulture" | "PSUICulture") => {
                    Options(Options::READ_ONLY | Options::ALL_SCOPE)
                }
                (true, _) => Options(Options::CONSTANT | Options::ALL_SCOPE),
            };
            state.scopes.set_global(variable);
        }
        state
    }
}

impl SessionState {
    /// Reads a variable (name without `$`, scope prefix allowed).
    pub fn variable(&self, name: &str) -> Option<Value> {
        self.scopes
            .get(&variable_path(name, false))
            .map(|variable| variable.value.clone())
    }

    /// Sets a variable in the current scope (scope prefix allowed), without the checks of an assignment.
    pub fn set_variable(&mut self, name: &str, value: Value) {
        let path = variable_path(name, false);
        match self.scopes.get_for_writing(&path) {
            Some(variable) => variable.value = value,
            None => {
                let bare: Text = name.rsplit(':').next().unwrap_or_default().into();
                self.scopes.put(&path, Variable::new(bare, value));
            }
        }
    }

    /// All variables that are seen, sorted by name.
    pub fn variables(&self) -> Vec<(Text, Value)> {
        self.scopes
            .visible()
            .into_iter()
            .map(|variable| (variable.name, variable.value))
            .collect()
    }

    /// The aliases that are seen with what they stand for, sorted by name.
    pub fn aliases(&self) -> Vec<(Text, Text)> {
        let aliases = self.scopes.aliases(None).into_iter();
        aliases
            .map(|alias| (alias.name.clone(), alias.target.clone()))
            .collect()
    }

    /// Whether a variable (by its name in lower case) may not be changed.
    pub fn is_protected(&self, key: &str) -> bool {
        matches!(key, "true" | "false" | "?" | "error")
            || self
                .scopes
                .find(key)
                .is_some_and(|variable| variable.options.is_fixed())
    }
}

impl Session {
    /// A fresh session.
    pub fn new(options: SessionOptions) -> Self {
        let state = SessionState {
            restricted: options.no_language,
            memory: options.memory.map(Memory::limited).unwrap_or_default(),
            ..SessionState::default()
        };
        Self { options, state }
    }

    /// The next run has input from outside: [`Host::next_input`] gives it object by object. Of statements as data it goes
    /// into the first one, if there is any; a text finds it in `$input`.
    pub fn expect_input(&mut self) {
        self.state.scopes.remove_local(&NAMES.input);
        self.state.input_from_outside = true;
    }

    /// Runs what it is given; objects and records go to `host` in order.
    pub fn run(&mut self, host: &dyn Host, input: &Input<'_>) -> RunOutcome {
        self.run_into(host, input, &mut ShowAll)
    }

    /// Runs what it is given; objects and records go to `sink`, prompts and cmdlets to `host`.
    pub fn run_into(
        &mut self,
        host: &dyn Host,
        input: &Input<'_>,
        sink: &mut dyn Sink,
    ) -> RunOutcome {
        // A fault of the engine may have left the run before in its middle.
        self.state.scopes.leave(1);
        self.state.had_errors = false;
        self.state.try_depth = 0;
        self.state.traps.clear();
        self.state.frames.clear();
        self.state.pipe_lists = None;
        self.state.pipeline_depth = 0;
        self.state.call_depth = 0;
        self.state.running.clear();
        self.state.nesting = 0;
        self.state.expanding = 0;
        if let Input::Text(text) | Input::Commands(text) = input {
            self.state.history.begin(text, host.now());
        }
        let is_fed = self.state.input_from_outside;
        let sink = &mut Computing(sink);
        let outcome = match input {
            Input::Structured(pipelines) => self.run_structured(host, pipelines, sink),
            Input::Text(text) => self.run_text(host, text, None, &[], sink),
            Input::Commands(text) => self.run_commands(host, text, sink),
            Input::Script {
                text,
                file,
                arguments,
            } => self.run_text(host, text, Some(file), arguments, sink),
        };
        self.state.scopes.leave(1);
        if is_fed {
            self.state.scopes.remove_local(&NAMES.input);
            if std::mem::take(&mut self.state.input_from_outside) {
                host.end_input();
            }
        }
        if let Input::Text(text) | Input::Commands(text) = input {
            let completed = outcome.state == RunState::Completed;
            self.state.memory.count(text.len());
            self.state.history.finish(completed, host.now());
        }
        self.state.make_room();
        outcome
    }

    fn run_text(
        &mut self,
        host: &dyn Host,
        text: &str,
        file: Option<&str>,
        arguments: &[Value],
        sink: &mut dyn Sink,
    ) -> RunOutcome {
        if self.options.no_language {
            return self.refused(scripts_not_allowed(), false);
        }
        let source = Arc::new(Source {
            text: text.into(),
            file: file.map(Text::from),
        });
        match parse(&source) {
            Ok(block) => self.run_block(host, block, file, arguments, sink),
            Err(errors) => {
                let incomplete =
                    file.is_none() && crate::language::parse_error::is_incomplete(&errors);
                self.refused(into_record(&errors, &source), incomplete)
            }
        }
    }

    fn run_commands(&mut self, host: &dyn Host, text: &str, sink: &mut dyn Sink) -> RunOutcome {
        let source = Arc::new(Source {
            text: text.into(),
            file: None,
        });
        match parse(&source) {
            Ok(block) if plain::is_plain(&block) => self.run_block(host, block, None, &[], sink),
            Ok(_) => self.refused(scripts_not_allowed(), false),
            Err(errors) => {
                let incomplete = crate::language::parse_error::is_incomplete(&errors);
                self.refused(into_record(&errors, &source), incomplete)
            }
        }
    }

    /// Takes the language from a session for good: from now on it runs commands only.
    pub fn restrict(&mut self) {
        self.options.no_language = true;
        self.state.restricted = true;
    }

    /// Whether it runs commands only.
    pub fn is_restricted(&self) -> bool {
        self.options.no_language
    }

    fn refused(&mut self, mut record: ErrorRecord, incomplete: bool) -> RunOutcome {
        self.state.remember(&mut record);
        self.state.success = false;
        RunOutcome {
            state: RunState::Failed,
            had_errors: true,
            exception: Some(if incomplete {
                "IncompleteParseException"
            } else {
                "ParseException"
            }),
            terminating: Some(record),
            incomplete,
            success: false,
            exit_code: None,
        }
    }

    fn run_block(
        &mut self,
        host: &dyn Host,
        block: Block,
        file: Option<&str>,
        arguments: &[Value],
        sink: &mut dyn Sink,
    ) -> RunOutcome {
        let mut engine = Engine {
            session: &mut self.state,
            host,
        };
        if file.is_some() {
            engine.session.scopes.enter(true);
        }
        match engine.define_types(&block, sink) {
            Ok(()) => {}
            Err(Undefined::Errors(errors)) => {
                return self.refused(into_record(&errors, &block.source), false);
            }
            Err(Undefined::Halt(halt)) => return self.finish(Err(halt), sink, host),
        }
        let outcome = engine.run_script(Arc::new(block), file, arguments, sink);
        self.finish(outcome, sink, host)
    }

    fn finish(
        &mut self,
        outcome: Result<(), Halt>,
        _sink: &mut dyn Sink,
        host: &dyn Host,
    ) -> RunOutcome {
        let mut result = RunOutcome {
            success: self.state.success,
            ..RunOutcome::default()
        };
        match outcome {
            Ok(())
            | Err(Halt::Return | Halt::Break(_) | Halt::Continue(_) | Halt::Enough { .. }) => {}
            Err(Halt::Exit(code)) => {
                let engine = Engine {
                    session: &mut self.state,
                    host,
                };
                result.exit_code = Some(engine.exit_code(&code));
            }
            Err(Halt::Error(mut record) | Halt::Throw(mut record) | Halt::Ended(mut record)) => {
                result.exception = Some("RuntimeException");
                self.state.had_errors = true;
                self.state.remember(&mut record);
                self.state.success = false;
                result.success = false;
                result.state = RunState::Failed;
                result.terminating = Some(*record);
            }
            Err(Halt::Stop(mut record)) => {
                result.exception = Some("ActionPreferenceStopException");
                self.state.had_errors = true;
                self.state.remember(&mut record);
                self.state.success = false;
                result.success = false;
                result.state = RunState::Failed;
                result.terminating = Some(*record);
            }
            // A function's own end has left the function.
            Err(Halt::Function { .. } | Halt::Cancelled) => result.state = RunState::Stopped,
        }
        let request = self.state.exit_request.take();
        result.exit_code = result.exit_code.or(request);
        result.had_errors = self.state.had_errors;
        result
    }

    /// What it remembers: for completion and help.
    pub fn state(&self) -> &SessionState {
        &self.state
    }

    /// What it remembers, to be changed: variables that a caller presets.
    pub fn state_mut(&mut self) -> &mut SessionState {
        &mut self.state
    }
}

impl Engine<'_> {
    /// Runs a whole input; its positions lie in its own text.
    fn run_script(
        &mut self,
        block: Arc<Block>,
        file: Option<&str>,
        arguments: &[Value],
        sink: &mut dyn Sink,
    ) -> Result<(), Halt> {
        if let Some(file) = file {
            return self.run_file(block, file, arguments, sink);
        }
        if !block.parameters.is_empty() {
            self.declare_script_parameters(&block, &[], sink)?;
        }
        self.run_body(&block, sink)
    }

    /// The code that a process ends with.
    pub(crate) fn exit_code(&self, value: &Value) -> i32 {
        let target = crate::command::ParameterType::Plain("System.Int32".into());
        let context = crate::convert::ConversionContext::invariant(self.host.now());
        match crate::convert::convert(value, &target, context) {
            Ok(Value::Int32(code)) => code,
            _ => 0,
        }
    }
}
