//! Commands that say what there is: `Get-Command`, `Get-Alias`, `Get-Help`, `Get-Member`.

mod class_members;
mod found;
pub mod get_alias;
pub mod get_command;
pub mod get_help;
pub mod get_member;
mod info;
pub(crate) use info::module_version;
pub(crate) use info::{
    cmdlet as command_object, function as function_object, script as script_object,
};
pub(crate) mod likeness;
mod parameter_info;
mod show_command_info;

use std::sync::Arc;

use crate::builtin;
use crate::command::CommandInfo;
use crate::evaluate::scope::Alias;
use crate::help::function::command_of;
use crate::pipeline::stage::Context;
use crate::text::{Culture, to_text};
use crate::value::{Text, Value};
use crate::wildcard::Wildcard;

/// All cmdlets of the session, the catalogue's and the built-in ones, sorted by name.
fn all_commands(context: &Context<'_>) -> Vec<Arc<CommandInfo>> {
    let mut all = context.host().commands();
    all.extend(builtin::all().iter().map(|built_in| built_in.info.clone()));
    all.sort_by_cached_key(|command| command.name.to_lowercase());
    all
}

/// An alias as `AliasInfo`, with the command that it ends at.
pub(super) fn alias(context: &Context<'_>, alias: &Alias) -> Value {
    info::alias(alias, found::resolved(context, &alias.target))
}

/// The command that a name means, through aliases: a function of the session, a built-in one, one of the catalogue.
fn find_command(context: &Context<'_>, name: &str) -> Option<Arc<CommandInfo>> {
    if let Some(function) = context.engine.session.scopes.function(name) {
        return Some(Arc::new(command_of(&function.name, &function.body)));
    }
    let own = context.engine.session.scopes.alias_target(name);
    let name = own.or_else(|| builtin::alias_target(name)).unwrap_or(name);
    builtin::find(name)
        .map(|built_in| built_in.info.clone())
        .or_else(|| context.host().find_command(name))
}

/// A list parameter as texts; a single value is a list of one.
fn texts(context: &Context<'_>, name: &str) -> Vec<Text> {
    match context.parameter(name) {
        None | Some(Value::Null) => Vec::new(),
        Some(value) => value
            .elements()
            .unwrap_or_else(|| vec![value.clone()])
            .iter()
            .map(|item| Text::from(to_text(item, Culture::Invariant)))
            .collect(),
    }
}

/// Whether one of the patterns fits, or there are none.
fn fits(patterns: &[Text], name: &str) -> bool {
    patterns.is_empty()
        || patterns
            .iter()
            .any(|pattern| Wildcard::new(pattern).matches(name))
}
