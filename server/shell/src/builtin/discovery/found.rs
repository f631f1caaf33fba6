//! The commands that a name means, or that it fits.

use std::sync::Arc;

use crate::builtin::discovery::info::{self, ALIAS, CMDLET, FILTER, FUNCTION};
use crate::builtin::discovery::likeness::distance;
use crate::builtin::discovery::{all_commands, show_command_info};
use crate::command::{CommandInfo, qualified};
use crate::evaluate::scope::{Alias, Function};
use crate::help::function::command_of;
use crate::pipeline::command::MAX_ALIASES;
use crate::pipeline::stage::Context;
use crate::text::read;
use crate::value::{Text, Value};
use crate::wildcard::Wildcard;

/// One thing that was found.
pub(super) enum Found {
    Cmdlet(Arc<CommandInfo>),
    Alias(Arc<Alias>),
    Function(Arc<Function>),
}

impl Found {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Cmdlet(command) => &command.name,
            Self::Alias(alias) => &alias.name,
            Self::Function(function) => &function.name,
        }
    }

    pub(super) fn module(&self) -> &str {
        match self {
            Self::Cmdlet(command) => &command.module,
            Self::Alias(..) | Self::Function(_) => "",
        }
    }

    /// Bit of `CommandTypes`.
    pub(super) fn kind(&self) -> i64 {
        match self {
            Self::Cmdlet(_) => CMDLET,
            Self::Alias(..) => ALIAS,
            Self::Function(function) if function.filter => FILTER,
            Self::Function(_) => FUNCTION,
        }
    }

    pub(super) fn command(&self) -> Option<Arc<CommandInfo>> {
        match self {
            Self::Cmdlet(command) => Some(Arc::clone(command)),
            Self::Alias(..) => None,
            Self::Function(function) => Some(Arc::new(command_of(&function.name, &function.body))),
        }
    }

    pub(super) fn show_command_info(&self, context: &Context<'_>) -> Value {
        let definition = match self.shown(context) {
            Value::Object(object) => read(&object.properties)
                .iter()
                .find(|property| &*property.name == "Definition")
                .map(|property| property.value.clone()),
            _ => None,
        };
        show_command_info::of(
            self.name(),
            self.module(),
            self.kind(),
            definition.unwrap_or_default(),
            self.command().as_deref(),
        )
    }

    pub(super) fn shown(&self, context: &Context<'_>) -> Value {
        match self {
            Self::Cmdlet(command) => info::cmdlet(command),
            Self::Alias(alias) => info::alias(alias, resolved(context, &alias.target)),
            Self::Function(function) => info::function(function),
        }
    }
}

/// The command that an alias ends at, as an object.
pub(super) fn resolved(context: &Context<'_>, target: &str) -> Value {
    let scopes = &context.engine.session.scopes;
    let mut target = Text::from(target);
    for _ in 0..MAX_ALIASES {
        match scopes.alias(&target) {
            Some((_, alias)) => target = alias.target.clone(),
            None => break,
        }
    }
    let found = exactly(context, &target).into_iter();
    found
        .filter(|found| !matches!(found, Found::Alias(..)))
        .map(|found| found.shown(context))
        .next()
        .unwrap_or_default()
}

fn chosen(context: &Context<'_>, wanted: &dyn Fn(&str) -> bool) -> Vec<Found> {
    let aliases = context.engine.session.scopes.aliases(None);
    let aliases = aliases.into_iter().filter(|alias| wanted(&alias.name));
    let mut functions: Vec<Arc<Function>> = Vec::new();
    for function in context.engine.session.scopes.functions() {
        let known = functions
            .iter()
            .any(|known| known.name.eq_ignore_ascii_case(&function.name));
        if wanted(&function.name) && !known {
            functions.push(Arc::clone(function));
        }
    }
    functions.sort_by_cached_key(|function| function.name.to_lowercase());
    let cmdlets = all_commands(context)
        .into_iter()
        .filter(|command| wanted(&command.name));
    aliases
        .map(Found::Alias)
        .chain(functions.into_iter().map(Found::Function))
        .chain(cmdlets.map(Found::Cmdlet))
        .collect()
}

/// Only cmdlets go by the name of a module.
pub(super) fn matching(context: &Context<'_>, name: &str) -> Vec<Found> {
    let (module, bare) = qualified(name);
    let pattern = Wildcard::new(bare);
    let mut found = chosen(context, &|name| pattern.matches(name));
    if module.is_some() {
        found.retain(|found| matches!(found, Found::Cmdlet(command) if command.is_of(module)));
    }
    found
}

/// Commands whose capitals, and what stands behind the dash, are the letters of a word: `i-psf` is `Import-PSFile`.
pub(super) fn abbreviated(context: &Context<'_>, word: &str) -> Vec<Found> {
    let pattern = Wildcard::new(word);
    chosen(context, &|name| {
        let letters: String = name
            .chars()
            .filter(|c| c.is_uppercase() || *c == '-')
            .collect();
        pattern.matches(name) || name.contains('-') && letters.eq_ignore_ascii_case(word)
    })
}

/// Commands that a word is like.
pub(super) fn near(context: &Context<'_>, word: &str, most: usize) -> Vec<Found> {
    chosen(context, &|name| distance(name, word) <= most)
}

/// What a name means, in the order in which commands are found.
pub(super) fn exactly(context: &Context<'_>, name: &str) -> Vec<Found> {
    let (module, bare) = qualified(name);
    let is_it = |own: &str| own.eq_ignore_ascii_case(bare);
    let mut found = Vec::new();
    if module.is_none() {
        let alias = context.engine.session.scopes.alias(bare);
        found.extend(alias.map(|(_, alias)| Found::Alias(alias)));
        let function = context.engine.session.scopes.function(bare);
        found.extend(function.map(|function| Found::Function(Arc::clone(function))));
    }
    let cmdlet = all_commands(context)
        .into_iter()
        .find(|command| is_it(&command.name) && command.is_of(module));
    found.extend(cmdlet.map(Found::Cmdlet));
    found
}
