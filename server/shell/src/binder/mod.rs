//! Arguments meet parameters: PowerShell's own order of attempts, its errors, its prompts.
//!
//! [`bind`] does what is done once, from the command line; [`Binding::bind_input`] what is done for each object that
//! comes down the pipeline. Both are pure: what has to be asked or run goes out through [`BindingContext`].

mod argument;
mod error;
mod signature;

use std::sync::Arc;

pub use argument::{Argument, ArgumentName, ArgumentValue};
pub use error::{BindError, BindException};
pub use signature::Signature;

use crate::command::CommandInfo;
use crate::error_record::ErrorRecord;
use crate::host::{FieldPrompt, PromptFailure};
use crate::value::{DateTime, ScriptBlock, Text, Value};

/// What the binder asks of whoever runs the command.
pub trait BindingContext {
    /// Asks for the mandatory parameters that were not given, all at once.
    ///
    /// # Errors
    /// When nobody can be asked; the binder then names the parameters that are missing.
    fn prompt_for_fields(&mut self, prompt: &FieldPrompt) -> Result<Vec<Value>, PromptFailure>;

    /// Runs a script block with `$_` set to `input` and gives what it writes: delay-bound arguments, `ValidateScript`.
    ///
    /// # Errors
    /// The error that ended the block.
    fn run_block(
        &mut self,
        block: &Arc<ScriptBlock>,
        input: &Value,
    ) -> Result<Vec<Value>, BlockFailure>;

    /// Shows a warning: a default value that does not fit, an obsolete parameter.
    fn warning(&mut self, message: String);

    /// Now, in the session's zone: the day that a text such as `10:30` means.
    fn now(&self) -> DateTime;
}

/// Why a script block of an argument gave nothing.
#[derive(Debug)]
pub enum BlockFailure {
    /// The error that ended it.
    Error(Box<ErrorRecord>),
    /// The pipeline was stopped.
    Cancelled,
}

/// A command line to bind.
#[derive(Debug)]
pub struct BindRequest {
    /// The command.
    pub command: Arc<CommandInfo>,
    /// Its arguments as typed, splatted entries in their places.
    pub arguments: Vec<Argument>,
    /// Whether something stands before it in the pipeline.
    pub expects_input: bool,
    /// Its position in the pipeline, counted from 1: part of the prompt's heading.
    pub pipeline_position: usize,
    /// What `$PSDefaultParameterValues` holds for this command: parameter name and value, in order.
    pub defaults: Vec<(Text, Value)>,
}

/// A command with its parameters bound.
#[derive(Debug)]
pub struct Binding {
    command: Arc<CommandInfo>,
    /// Bound values by parameter name: the command's own parameters and the common ones.
    bound: Vec<(Text, Value)>,
    set_name: Text,
}

impl Binding {
    /// The command.
    pub fn command(&self) -> &Arc<CommandInfo> {
        &self.command
    }

    /// What stands in the parameters at this object: name as declared, value converted. The common ones are among
    /// them; what an earlier object bound is not.
    pub fn parameters(&self) -> &[(Text, Value)] {
        &self.bound
    }

    /// The value bound to a parameter, by its declared name.
    pub fn parameter(&self, name: &str) -> Option<&Value> {
        self.bound
            .iter()
            .find(|(bound, _)| &**bound == name)
            .map(|(_, value)| value)
    }

    /// The chosen parameter set; `__AllParameterSets` where the command has none.
    pub fn parameter_set(&self) -> &str {
        &self.set_name
    }
}
