//! The one door between the engine and the world: cmdlets of the catalogue, prompts, the caller's files, the clock.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use crate::command::CommandInfo;
use crate::error_record::ErrorRecord;
use crate::file::{FileFailure, FileSink, FileSource, WriteMode};
use crate::format::view::ViewRegistry;
use crate::help::topic::Topic;
use crate::value::{DateTime, Text, Value};

/// What the engine asks of whoever runs it. Calls block: the engine runs on a worker of its own.
///
/// All take `&self`: while a cmdlet runs inside [`Host::invoke`], what it emits travels on through the pipeline and may
/// itself show, prompt or invoke.
pub trait Host {
    /// The catalogue's command of that name or alias, case-insensitively.
    fn find_command(&self, name: &str) -> Option<Arc<CommandInfo>>;

    /// All commands of the catalogue, sorted by name.
    fn commands(&self) -> Vec<Arc<CommandInfo>>;

    /// Conceptual help beside that of the language, such as `about_Pool_Failover`.
    fn help_topics(&self) -> &'static [Topic] {
        &[]
    }

    /// What a named list of completion holds that begins with `prefix`; `given` are the arguments of the line so far,
    /// by parameter name (see [`crate::command::ParameterInfo::completer`]).
    fn completion_list(&self, _list: &str, _prefix: &str, _given: &[(Text, Text)]) -> Vec<Text> {
        Vec::new()
    }

    /// The properties of a type that cmdlets emit: name, and type as a tooltip shows it.
    fn output_properties(&self, _type_name: &str) -> Vec<(Text, Text)> {
        Vec::new()
    }

    /// Runs one record of a cmdlet of the catalogue. Records come back through `sink` in order.
    ///
    /// # Errors
    /// The error that ended the cmdlet.
    fn invoke(&self, call: &CmdletCall<'_>, sink: &mut dyn CmdletSink) -> Result<(), Stopped>;

    /// Text, errors and warnings that the session shows its user, in order.
    fn show(&self, shown: Shown<'_>);

    /// Asks for one of several choices; the index of the answer.
    ///
    /// # Errors
    /// When nobody can be asked.
    fn prompt_for_choice(&self, prompt: &ChoicePrompt) -> Result<usize, PromptFailure>;

    /// Asks for the values of fields, all at once.
    ///
    /// # Errors
    /// When nobody can be asked.
    fn prompt_for_fields(&self, prompt: &FieldPrompt) -> Result<Vec<Value>, PromptFailure>;

    /// Whether its user can be taken to a nested prompt, and so be offered to suspend what asks. A remote session's cannot:
    /// PowerShell leaves the choice out there (`MshCommandRuntime.IsSuspendPromptAllowed`).
    fn has_nested_prompt(&self) -> bool {
        false
    }

    /// The next object of the input that the caller gives from outside (see [`crate::session::Session::expect_input`]);
    /// `None` at its end. Blocks until there is one.
    ///
    /// # Errors
    /// Why there is none.
    fn next_input(&self) -> Result<Option<Value>, InputFailure> {
        Ok(None)
    }

    /// No more of that input is wanted.
    fn end_input(&self) {}

    /// Now, in the session's zone.
    fn now(&self) -> DateTime;

    /// Fills with random bytes that nobody can foretell.
    fn fill_random(&self, bytes: &mut [u8]);

    /// Whether the pipeline has been asked to stop.
    fn stopping(&self) -> bool;

    /// The views that objects are shown by; a host with types of its own adds theirs.
    fn views(&self) -> Arc<ViewRegistry> {
        static STANDARD: LazyLock<Arc<ViewRegistry>> =
            LazyLock::new(|| Arc::new(ViewRegistry::standard()));
        Arc::clone(&STANDARD)
    }

    /// Cells of the caller's window: what Out-String and files are drawn for.
    fn width(&self) -> usize {
        DEFAULT_WIDTH
    }

    /// Waits; the caller of this looks at [`Host::stopping`] between two slices.
    fn sleep(&self, slice: Duration) {
        std::thread::sleep(slice);
    }

    /// Opens a file of the caller's to read it.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn open_file(&self, path: &str) -> Result<Box<dyn FileSource>, FileFailure> {
        Err(unreachable_file(path))
    }

    /// Whether a file of the caller's is there; of a folder the failure says that it is one.
    ///
    /// # Errors
    /// Why it is not.
    fn examine_file(&self, path: &str) -> Result<(), FileFailure> {
        self.open_file(path).map(drop)
    }

    /// Opens a file of the caller's to write it.
    ///
    /// # Errors
    /// Why it cannot be written.
    fn create_file(&self, path: &str, _mode: WriteMode) -> Result<Box<dyn FileSink>, FileFailure> {
        Err(unreachable_file(path))
    }
}

fn unreachable_file(path: &str) -> FileFailure {
    FileFailure::Other(format!(
        "The path '{path}' cannot be reached from this session."
    ))
}

/// Why no more input comes.
#[derive(Clone, Debug)]
pub enum InputFailure {
    /// What came cannot be read.
    Unreadable(Box<ErrorRecord>),
    /// The pipeline was stopped.
    Cancelled,
}

/// Cells of a window that nobody measured.
pub const DEFAULT_WIDTH: usize = 120;

/// One call of a cmdlet of the catalogue with its bound parameters.
#[derive(Debug)]
pub struct CmdletCall<'a> {
    /// The cmdlet.
    pub command: &'a CommandInfo,
    /// The chosen parameter set.
    pub parameter_set: &'a str,
    /// Bound parameters, the common ones left out.
    pub bound: &'a [(Text, Value)],
    /// Whether verbose records are wanted at all.
    pub verbose: bool,
    /// Whether debug records are wanted at all.
    pub debug: bool,
    /// -WhatIf, from the parameter or the preference.
    pub what_if: bool,
}

/// What a running cmdlet says to the engine.
pub trait CmdletSink {
    /// An output object.
    ///
    /// # Errors
    /// When the pipeline wants no more.
    fn output(&mut self, value: Value) -> Result<(), Stopped>;
    /// A non-terminating error.
    ///
    /// # Errors
    /// When -ErrorAction makes it the end.
    fn error(&mut self, record: ErrorRecord) -> Result<(), Stopped>;
    /// A terminating error; the cmdlet ends after it.
    fn terminate(&mut self, record: ErrorRecord) -> Stopped;
    /// A warning.
    ///
    /// # Errors
    /// When -WarningAction makes it the end.
    fn warning(&mut self, message: String) -> Result<(), Stopped>;
    /// A verbose record.
    ///
    /// # Errors
    /// When the preference makes it the end.
    fn verbose(&mut self, message: String) -> Result<(), Stopped>;
    /// A debug record.
    ///
    /// # Errors
    /// When the preference makes it the end.
    fn debug(&mut self, message: String) -> Result<(), Stopped>;
    /// An information record.
    ///
    /// # Errors
    /// When the preference makes it the end.
    fn information(&mut self, data: Value, tags: Vec<String>) -> Result<(), Stopped>;
    /// A progress record.
    ///
    /// # Errors
    /// When the preference makes it the end.
    fn progress(&mut self, record: ProgressRecord) -> Result<(), Stopped>;
    /// `ShouldProcess`: whether to go on. See `System.Management.Automation.Cmdlet.ShouldProcess`.
    ///
    /// # Errors
    /// When nobody can be asked, or the answer was to halt.
    fn should_process(&mut self, target: &ShouldProcess) -> Result<bool, Stopped>;
    /// `ShouldContinue`.
    ///
    /// # Errors
    /// When nobody can be asked, or the answer was to halt.
    fn should_continue(&mut self, query: &str, caption: &str) -> Result<bool, Stopped>;
}

/// The question of `ShouldProcess`.
#[derive(Clone, Debug)]
pub enum ShouldProcess {
    /// Target; the action is the cmdlet's name.
    Target(String),
    /// Target and action.
    TargetAndAction(String, String),
    /// Description (for -WhatIf and -Verbose), question and caption, all given.
    Described {
        /// What -WhatIf prints.
        description: String,
        /// The prompt's message.
        query: String,
        /// The prompt's caption.
        caption: String,
    },
}

/// Why a stage runs no further: the engine knows the record already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// A terminating error was recorded.
    Failed,
    /// Downstream wants no more (`Select-Object -First`).
    Enough,
    /// The pipeline was stopped.
    Cancelled,
}

/// What the session shows.
#[derive(Debug)]
pub enum Shown<'a> {
    /// An object that reached the end of the pipeline (before formatting).
    Output(&'a Value),
    /// A line of the host itself (`What if: …`).
    HostLine(&'a str),
    /// An error record.
    Error(&'a ErrorRecord),
    /// A warning.
    Warning(&'a str),
    /// A verbose record.
    Verbose(&'a str),
    /// A debug record.
    Debug(&'a str),
    /// An information record with its tags, and whether it is shown as well as kept.
    Information(&'a Value, &'a [String], bool),
    /// A record of the stream of that number that was redirected to nowhere: its buffers keep it all the same.
    Unseen(u8, &'a str),
    /// Progress.
    Progress(&'a ProgressRecord),
}

/// `System.Management.Automation.ProgressRecord`.
#[derive(Clone, Debug, Default)]
pub struct ProgressRecord {
    /// Which of several at once.
    pub activity_id: i32,
    /// The activity that this is a part of; −1 for none.
    pub parent_activity_id: i32,
    /// What is done.
    pub activity: String,
    /// How it stands.
    pub status: String,
    /// What exactly at this moment.
    pub current_operation: Option<String>,
    /// 0 to 100; −1 unknown.
    pub percent_complete: i32,
    /// −1 unknown.
    pub seconds_remaining: i32,
    /// Whether this ends the activity.
    pub completed: bool,
}

/// A confirmation.
#[derive(Clone, Debug)]
pub struct ChoicePrompt {
    /// Heading.
    pub caption: String,
    /// Question.
    pub message: String,
    /// Labels with `&` before the hot key, and help texts.
    pub choices: Vec<(String, String)>,
    /// Index of the default.
    pub default: usize,
}

/// A request for values.
#[derive(Clone, Debug)]
pub struct FieldPrompt {
    /// Heading.
    pub caption: String,
    /// Message.
    pub message: String,
    /// The fields.
    pub fields: Vec<FieldDescription>,
}

/// One field of a [`FieldPrompt`].
#[derive(Clone, Debug)]
pub struct FieldDescription {
    /// Name.
    pub name: String,
    /// Label with `&`.
    pub label: String,
    /// Full .NET type name.
    pub type_name: String,
    /// What `!?` shows.
    pub help_message: String,
    /// Whether an answer is needed.
    pub mandatory: bool,
    /// Whether the answer must not be echoed.
    pub secret: bool,
}

/// Why nobody answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptFailure {
    /// The session is not interactive (`PSInvalidOperationException`, id `InvalidOperation`).
    NonInteractive,
    /// The host has no user (`HostException`, id `HostFunctionNotImplemented`).
    NoUser,
    /// The answers that were to come from standard input are at their end: over a choice, PowerShell's own console stumbles then.
    Ended,
    /// The pipeline was stopped.
    Cancelled,
}
