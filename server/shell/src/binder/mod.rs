//! Arguments meet parameters: PowerShell's own order of attempts, its errors, its prompts.
//!
//! [`bind`] does what is done once, from the command line; [`Binding::bind_input`] what is done for each object that
//! comes down the pipeline. Both are pure: what has to be asked or run goes out through [`BindingContext`].

mod argument;
mod coerce;
mod command_line;
mod defaults;
mod error;
mod input;
mod mandatory;
pub(crate) mod range;
mod sets;
mod signature;
mod state;
#[cfg(test)]
mod tests;
mod transform;
mod validate;

use std::sync::Arc;

pub use argument::{Argument, ArgumentName, ArgumentValue};
pub(crate) use coerce::is_value_type;
pub use defaults::DefaultValue;
pub use error::{BindError, BindException};
pub(crate) use signature::{FormalSet, SetMask};
pub use signature::{Signature, common_parameters, is_common};
pub use state::Binding;
pub(crate) use validate::{ADDABLE, is_powershell_version, refused_by};

use crate::command::CommandInfo;
use crate::error_record::ErrorRecord;
use crate::host::{FieldPrompt, PromptFailure};
use crate::value::{DateTime, ScriptBlock, Value};

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

    /// Runs a script block that gives a parameter its default, with `state` in `$args`; none if it failed, which ends
    /// the command.
    fn run_default(&mut self, block: &Arc<ScriptBlock>, state: &Value) -> Option<Vec<Value>>;

    /// Shows a warning of the command that is being bound: a default value that does not fit.
    fn warning(&mut self, binding: &Binding, message: String);

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
    /// What `$PSDefaultParameterValues` holds for this command, in order.
    pub defaults: Vec<DefaultValue>,
}

/// Binds a command line: everything that happens before the first input object.
///
/// # Errors
/// What ends the command before it begins.
pub fn bind(request: BindRequest, context: &mut dyn BindingContext) -> Result<Binding, BindError> {
    command_line::bind(request, context)
}

impl Binding {
    /// Binds one object that came down the pipeline, in place of the one before it.
    ///
    /// # Errors
    /// Why the object was refused: a non-terminating error, whose target is the object. The next one can be bound.
    pub fn bind_input(
        &mut self,
        object: &Value,
        context: &mut dyn BindingContext,
    ) -> Result<(), BindError> {
        input::bind(self, object, context)
    }
}
