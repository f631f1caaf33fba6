//! The commands that every session has, beside the cmdlets of the catalogue.

pub mod discovery;

use std::sync::Arc;

use crate::command::CommandInfo;
use crate::pipeline::stage::Stage;

/// A command that the engine runs itself.
#[derive(Debug)]
pub struct BuiltIn {
    /// What the binder, help and completion know of it.
    pub info: Arc<CommandInfo>,
    /// Makes one to run, once per use in a pipeline.
    pub create: fn() -> Box<dyn Stage>,
}

/// The built-in command of that name, case-insensitively; aliases are resolved before.
pub fn find(_name: &str) -> Option<&'static BuiltIn> {
    None
}

/// What an alias stands for, case-insensitively.
pub fn alias_target(_name: &str) -> Option<&'static str> {
    None
}

/// All built-in commands, sorted by name: what Get-Command and completion list.
pub fn all() -> &'static [BuiltIn] {
    &[]
}

/// Aliases with what they stand for, sorted.
pub fn aliases() -> &'static [(&'static str, &'static str)] {
    &[]
}
