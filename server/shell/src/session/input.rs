//! What a session is asked to run, and what a run leaves.

use crate::error_record::ErrorRecord;
use crate::language::ast::Stream;
use crate::value::{Text, Value};

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
    /// A line of commands and constants only: whatever else the language has is refused (`ScriptsNotAllowed`). A session
    /// without language runs these too.
    Commands(&'a str),
    /// Statements as data: no text is parsed.
    Structured(&'a [StructuredPipeline]),
}

/// A pipeline as data.
#[derive(Clone, Debug, Default)]
pub struct StructuredPipeline {
    /// Its commands.
    pub commands: Vec<StructuredCommand>,
    /// Whether it depends on the one before it.
    pub when: When,
}

/// What a pipeline needs of the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// Nothing: `;`.
    #[default]
    Always,
    /// That it succeeded: `&&`.
    AfterSuccess,
    /// That it failed: `||`.
    AfterFailure,
}

/// A command as data.
#[derive(Clone, Debug, Default)]
pub struct StructuredCommand {
    /// Its name, or the text of a script.
    pub name: Text,
    /// Whether it is a script, which a session without language refuses.
    pub is_script: bool,
    /// Whether a script has a scope of its own; otherwise what it sets stays set in the session.
    pub use_local_scope: bool,
    /// Its arguments in order.
    pub arguments: Vec<StructuredArgument>,
    /// Where its streams go, in order.
    pub redirections: Vec<StructuredRedirection>,
}

/// A redirection as data.
#[derive(Clone, Debug)]
pub struct StructuredRedirection {
    /// Which stream.
    pub stream: Stream,
    /// Where it goes.
    pub target: StructuredTarget,
}

/// Where a stream goes.
#[derive(Clone, Debug)]
pub enum StructuredTarget {
    /// Into the output.
    Output,
    /// Into a file of the caller's; without a name nowhere.
    File {
        /// Its path.
        path: Text,
        /// Whether it keeps what it holds.
        append: bool,
    },
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
    /// Short class name of the exception that a caller of PowerShell's API would have caught.
    pub exception: Option<&'static str>,
    /// Whether the text just ends too early: more input could mend it.
    pub incomplete: bool,
    /// `$?` after the last statement.
    pub success: bool,
    /// The code given to `exit`.
    pub exit_code: Option<i32>,
}
