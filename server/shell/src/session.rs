//! The face of the engine: a session runs texts and structured pipelines, and remembers.

use std::collections::HashMap;
use std::sync::Arc;

use crate::error_record::ErrorRecord;
use crate::host::Host;
use crate::language::ast::{Block, Stream};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Sink;
use crate::value::{ScriptBlock, Text, Value};

/// How a session is set up.
#[derive(Clone, Debug, Default)]
pub struct SessionOptions {
    /// Refuse script text (`ScriptsNotAllowed`): only structured pipelines run.
    pub no_language: bool,
    /// Whether records of what was typed at the console carry positions on line 2 and later as typed input.
    pub noninteractive: bool,
}

/// What a session is asked to run.
#[derive(Clone, Debug)]
pub enum Input<'a> {
    /// A line or several, as typed.
    Text(&'a str),
    /// A script file of the caller's, with its arguments.
    Script {
        /// Its text.
        text: &'a str,
        /// Its path, as errors quote it.
        file: &'a str,
        /// Arguments.
        arguments: &'a [Value],
    },
    /// Statements as data: no text is parsed.
    Structured(&'a [StructuredPipeline]),
}

/// A pipeline as data.
#[derive(Clone, Debug, Default)]
pub struct StructuredPipeline {
    /// Its commands.
    pub commands: Vec<StructuredCommand>,
}

/// A command as data.
#[derive(Clone, Debug, Default)]
pub struct StructuredCommand {
    /// Its name.
    pub name: Text,
    /// Its arguments in order.
    pub arguments: Vec<StructuredArgument>,
    /// Streams that go into the output.
    pub merges: Vec<Stream>,
}

/// An argument as data.
#[derive(Clone, Debug, Default)]
pub struct StructuredArgument {
    /// Parameter name without the dash; none for a positional argument.
    pub name: Option<Text>,
    /// Its value; none for a switch that is just present.
    pub value: Option<Value>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunState {
    /// To its end.
    #[default]
    Completed,
    /// By a terminating error.
    Failed,
    /// Stopped from outside.
    Stopped,
}

/// What a run left.
#[derive(Clone, Debug, Default)]
pub struct RunOutcome {
    /// How it ended.
    pub state: RunState,
    /// Whether any error was written (`PowerShell.HadErrors`).
    pub had_errors: bool,
    /// The error that ended it; it was not shown through the host.
    pub terminating: Option<ErrorRecord>,
    /// `$?` after the last statement.
    pub success: bool,
    /// The code given to `exit`.
    pub exit_code: Option<i32>,
}

/// A session.
#[derive(Debug, Default)]
pub struct Session {
    options: SessionOptions,
    state: SessionState,
}

/// What a session remembers.
#[derive(Debug, Default)]
pub struct SessionState {
    variables: HashMap<String, Value>,
    functions: HashMap<String, Arc<Block>>,
}

impl Session {
    /// A fresh session.
    pub fn new(options: SessionOptions) -> Self {
        Self {
            options,
            state: SessionState::default(),
        }
    }

    /// Runs what it is given; objects and records go to `host` in order.
    pub fn run(&mut self, _host: &dyn Host, _input: &Input<'_>) -> RunOutcome {
        let _ = (&self.options, &self.state);
        RunOutcome::default()
    }

    /// What it remembers: for completion and help.
    pub fn state(&self) -> &SessionState {
        &self.state
    }
}

impl SessionState {
    /// Reads a variable (name without `$`, scope prefix allowed).
    pub fn variable(&self, name: &str) -> Option<Value> {
        self.variables.get(&name.to_lowercase()).cloned()
    }

    /// Sets a variable in the current scope (scope prefix allowed).
    pub fn set_variable(&mut self, name: &str, value: Value) {
        self.variables.insert(name.to_lowercase(), value);
    }

    /// Names of the functions that the session defined.
    pub fn functions(&self) -> impl Iterator<Item = &str> {
        self.functions.keys().map(String::as_str)
    }
}

impl Engine<'_> {
    /// Runs a script block in the current scope with `$_` and `$args`.
    ///
    /// # Errors
    /// What ended it.
    pub fn run_block(
        &mut self,
        _block: &Arc<ScriptBlock>,
        _dollar: Option<&Value>,
        _arguments: &[Value],
        _sink: &mut dyn Sink,
    ) -> Result<(), Halt> {
        Ok(())
    }
}
