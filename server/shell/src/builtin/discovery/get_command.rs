//! `Get-Command`.

use std::collections::HashSet;
use std::sync::Arc;

use crate::builtin::discovery::info::{self, ALIAS, CMDLET, FILTER, FUNCTION};
use crate::builtin::discovery::{all_aliases, all_commands, find_command, fits, texts};
use crate::command::{CommandInfo, ParameterInfo, SetMembership, Validation};
use crate::convert::type_names;
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::scope::Function;
use crate::help::function::command_of;
use crate::help::syntax::definition;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::value::{Noted, Text, Value};
use crate::wildcard::Wildcard;

/// What the binder knows of it.
pub fn info() -> CommandInfo {
    const CMDLETS: &str = "CmdletSet";
    const ALL: &str = "AllCommandSet";
    let by_property =
        |name: &str, type_name: &str| ParameterInfo::new(name, type_name).from_property();
    CommandInfo::new(
        "Get-Command",
        "Microsoft.PowerShell.Commands.GetCommandCommand",
        "Microsoft.PowerShell.Core",
    )
    .with_default_set(CMDLETS)
    .with_output(&["System.Management.Automation.CmdletInfo"])
    .with_synopsis("Gets all commands.")
    .with(
        ParameterInfo::new("Name", "string[]")
            .member(SetMembership {
                set: ALL.into(),
                position: Some(0),
                from_pipeline: true,
                from_pipeline_by_property_name: true,
                ..SetMembership::default()
            })
            .validated(Validation::NotNullOrEmpty),
    )
    .with(by_property("Verb", "string[]").in_sets(&[CMDLETS]))
    .with(by_property("Noun", "string[]").in_sets(&[CMDLETS]))
    .with(by_property("Module", "string[]").alias(&["PSSnapin"]))
    .with(ParameterInfo::new("ExcludeModule", "string[]"))
    .with(
        by_property("CommandType", "System.Management.Automation.CommandTypes")
            .alias(&["Type"])
            .in_sets(&[ALL]),
    )
    .with(by_property("TotalCount", "int"))
    .with(by_property("Syntax", "switch"))
    .with(
        ParameterInfo::new("ArgumentList", "object[]")
            .alias(&["Args"])
            .at(1)
            .from_remaining()
            .allow_nothing(),
    )
    .with(by_property("All", "switch"))
    .with(by_property("ListImported", "switch"))
    .with(ParameterInfo::new("ParameterName", "string[]").validated(Validation::NotNullOrEmpty))
    .with(ParameterInfo::new("ParameterType", "string[]").validated(Validation::NotNullOrEmpty))
    .with(by_property("UseAbbreviationExpansion", "switch").in_sets(&[ALL]))
}

/// One to run.
pub fn create() -> Box<dyn Stage> {
    Box::<GetCommand>::default()
}

/// What was found so far.
#[derive(Default)]
struct GetCommand {
    found: Vec<Found>,
    /// Parameters that a command was found by, lower-case.
    matched: HashSet<String>,
}

/// What is asked for beside names.
struct Filter {
    verbs: Vec<Text>,
    nouns: Vec<Text>,
    modules: Vec<Text>,
    excluded: Vec<Text>,
    parameters: Vec<Text>,
    parameter_types: Vec<Text>,
    /// Bits of `CommandTypes`; all by default.
    kinds: i64,
}

impl Filter {
    fn of(context: &Context<'_>) -> Self {
        let named = |name: &str| texts(context, name);
        Self {
            verbs: named("Verb"),
            nouns: named("Noun"),
            modules: named("Module"),
            excluded: named("ExcludeModule"),
            parameters: named("ParameterName"),
            parameter_types: named("ParameterType"),
            kinds: match context.parameter("CommandType") {
                Some(Value::Enum(kinds)) => kinds.number,
                _ => ALIAS | FUNCTION | FILTER | CMDLET,
            },
        }
    }

    fn takes(&self, found: &Found, matched: &mut HashSet<String>) -> bool {
        let name = found.name();
        let module = found.module();
        let by_parts = !self.verbs.is_empty() || !self.nouns.is_empty();
        let parts = name.split_once('-');
        let fits_parts = match parts {
            Some((verb, noun)) => fits(&self.verbs, verb) && fits(&self.nouns, noun),
            None => !by_parts,
        };
        let in_module = match module {
            "" => self.modules.is_empty(),
            module => {
                fits(&self.modules, module)
                    && (self.excluded.is_empty() || !fits(&self.excluded, module))
            }
        };
        self.kinds & found.kind() != 0
            && fits_parts
            && in_module
            && self.takes_parameters(found, matched)
    }

    /// Whether the command has one of the parameters that are asked for; which ones it has is kept.
    fn takes_parameters(&self, found: &Found, matched: &mut HashSet<String>) -> bool {
        if self.parameters.is_empty() && self.parameter_types.is_empty() {
            return true;
        }
        let Some(command) = found.command() else {
            return false;
        };
        let mut any = false;
        for parameter in command.all_parameters() {
            let names = std::iter::once(&parameter.name).chain(&parameter.aliases);
            let fitting: Vec<&Text> = names.filter(|name| fits(&self.parameters, name)).collect();
            if !fitting.is_empty() {
                matched.insert(parameter.name.to_lowercase());
                matched.extend(fitting.iter().map(|name| name.to_lowercase()));
            }
            any |= !fitting.is_empty() && self.takes_type(parameter);
        }
        any
    }

    /// Whether a parameter is of one of the types that are asked for, or an array of one.
    fn takes_type(&self, parameter: &ParameterInfo) -> bool {
        if self.parameter_types.is_empty() {
            return true;
        }
        let own = parameter.parameter_type.full_name();
        let element = own.strip_suffix("[]").unwrap_or(&own);
        self.parameter_types.iter().any(|wanted| {
            let full = type_names::resolve(wanted)
                .map_or_else(|| wanted.clone(), |resolved| resolved.full_name());
            full.eq_ignore_ascii_case(&own) || full.eq_ignore_ascii_case(element)
        })
    }
}

impl Stage for GetCommand {
    fn process(&mut self, context: &mut Context<'_>, _input: Option<Value>) -> Result<(), Halt> {
        let filter = Filter::of(context);
        let names = texts(context, "Name");
        let all = ["*".into()];
        for name in if names.is_empty() { &all[..] } else { &names } {
            let is_pattern = Wildcard::new(name).is_pattern();
            let candidates = if is_pattern {
                matching(context, name)
            } else if context.switch("UseAbbreviationExpansion") {
                abbreviated(context, name)
            } else {
                exactly(context, name)
            };
            let mut any = false;
            for candidate in candidates {
                // -Syntax is that of what an alias stands for.
                let candidate = match candidate {
                    Found::Alias(_, target) if context.switch("Syntax") => {
                        match exactly(context, &target).into_iter().next() {
                            Some(resolved) => resolved,
                            None => continue,
                        }
                    }
                    other => other,
                };
                if filter.takes(&candidate, &mut self.matched) {
                    any = true;
                    self.found.push(candidate);
                }
            }
            if !any && !is_pattern {
                context.write_error(not_found(name))?;
            }
        }
        Ok(())
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        let names = texts(context, "Name");
        let mut found = std::mem::take(&mut self.found);
        let total = match context.parameter("TotalCount") {
            Some(Value::Int32(count)) => usize::try_from(*count).ok(),
            _ => None,
        };
        if names.is_empty() && !context.switch("All") && total.is_none() {
            // Short aliases are shown where they are asked for only.
            let asked = matches!(context.parameter("CommandType"), Some(Value::Enum(kinds)) if kinds.number & ALIAS != 0);
            found.retain(|found| asked || found.kind() != ALIAS || found.name().contains('-'));
        }
        for name in texts(context, "ParameterName") {
            if !Wildcard::new(&name).is_pattern() && !self.matched.contains(&name.to_lowercase()) {
                context.write_error(no_parameter(&name))?;
            }
        }
        found.truncate(total.unwrap_or(usize::MAX));
        if names.is_empty() || names.iter().any(|name| Wildcard::new(name).is_pattern()) {
            found.sort_by_cached_key(|found| (found.kind(), found.name().to_lowercase()));
        }
        let syntax = context.switch("Syntax");
        for one in found {
            let shown = if syntax {
                help_text(syntax_of(context, &one, &names))
            } else {
                one.shown(context)
            };
            context.write(shown)?;
        }
        Ok(())
    }
}

/// Text that wraps where it is shown, as help does: a string that is wrapped in an object, without notes.
fn help_text(text: String) -> Value {
    Value::Noted(Arc::new(Noted {
        base: Value::text(text),
        notes: Vec::new().into(),
    }))
}

/// The syntax of a command; of one that was asked for by another name, under that name.
fn syntax_of(context: &Context<'_>, found: &Found, names: &[Text]) -> String {
    let syntax = found
        .command()
        .map_or_else(String::new, |command| definition(&command));
    let name = found.name();
    if names.is_empty() || names.iter().any(|asked| asked.eq_ignore_ascii_case(name)) {
        return syntax;
    }
    let is_pattern = names.iter().any(|name| Wildcard::new(name).is_pattern());
    let asked_by =
        |alias: &str| is_pattern || names.iter().any(|asked| asked.eq_ignore_ascii_case(alias));
    let alias = all_aliases(context)
        .into_iter()
        .find(|(alias, target)| **target == *name && asked_by(alias))
        .map(|(alias, _)| alias);
    let alias = alias.unwrap_or_else(|| match is_pattern {
        true => name.into(),
        false => names[0].clone(),
    });
    if &*alias == name {
        return syntax;
    }
    format!(
        "{alias} (alias) -> {name}\n{}",
        syntax.replace(name, &alias)
    )
}

/// One thing that was found.
enum Found {
    Cmdlet(Arc<CommandInfo>),
    Alias(Text, Text),
    Function(Arc<Function>),
}

impl Found {
    fn name(&self) -> &str {
        match self {
            Self::Cmdlet(command) => &command.name,
            Self::Alias(name, _) => name,
            Self::Function(function) => &function.name,
        }
    }

    fn module(&self) -> &str {
        match self {
            Self::Cmdlet(command) => &command.module,
            Self::Alias(..) | Self::Function(_) => "",
        }
    }

    /// Bit of `CommandTypes`.
    fn kind(&self) -> i64 {
        match self {
            Self::Cmdlet(_) => CMDLET,
            Self::Alias(..) => ALIAS,
            Self::Function(function) if function.filter => FILTER,
            Self::Function(_) => FUNCTION,
        }
    }

    fn command(&self) -> Option<Arc<CommandInfo>> {
        match self {
            Self::Cmdlet(command) => Some(Arc::clone(command)),
            Self::Alias(..) => None,
            Self::Function(function) => Some(Arc::new(command_of(&function.name, &function.body))),
        }
    }

    fn shown(&self, context: &Context<'_>) -> Value {
        match self {
            Self::Cmdlet(command) => info::cmdlet(command),
            Self::Alias(name, target) => info::alias(name, target, resolved(context, target)),
            Self::Function(function) => info::function(function),
        }
    }
}

/// The command that an alias ends at, as an object.
pub(super) fn resolved(context: &Context<'_>, target: &str) -> Value {
    let found = exactly(context, target).into_iter();
    found
        .filter(|found| !matches!(found, Found::Alias(..)))
        .map(|found| found.shown(context))
        .next()
        .unwrap_or_default()
}

fn chosen(context: &Context<'_>, wanted: &dyn Fn(&str) -> bool) -> Vec<Found> {
    let aliases = all_aliases(context)
        .into_iter()
        .filter(|(name, _)| wanted(name))
        .map(|(name, target)| Found::Alias(name, target));
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
        .chain(functions.into_iter().map(Found::Function))
        .chain(cmdlets.map(Found::Cmdlet))
        .collect()
}

fn matching(context: &Context<'_>, pattern: &str) -> Vec<Found> {
    let pattern = Wildcard::new(pattern);
    chosen(context, &|name| pattern.matches(name))
}

/// Commands whose capitals, and what stands behind the dash, are the letters of a word: `i-psf` is `Import-PSFile`.
fn abbreviated(context: &Context<'_>, word: &str) -> Vec<Found> {
    chosen(context, &|name| {
        let letters: String = name
            .chars()
            .filter(|c| c.is_uppercase() || *c == '-')
            .collect();
        name.contains('-') && letters.eq_ignore_ascii_case(word)
    })
}

/// What a name means, in the order in which commands are found.
fn exactly(context: &Context<'_>, name: &str) -> Vec<Found> {
    let is_it = |own: &str| own.eq_ignore_ascii_case(name);
    if let Some((alias, target)) = all_aliases(context)
        .into_iter()
        .find(|(alias, _)| is_it(alias))
    {
        return vec![Found::Alias(alias, target)];
    }
    if let Some(function) = context.engine.session.scopes.function(name) {
        return vec![Found::Function(Arc::clone(function))];
    }
    find_command(context, name)
        .map(Found::Cmdlet)
        .into_iter()
        .collect()
}

fn not_found(name: &Text) -> ErrorRecord {
    let mut record = ErrorRecord::new(
        "CommandNotFoundException",
        ErrorCategory::ObjectNotFound,
        "System.Management.Automation.CommandNotFoundException",
        format!(
            "The term '{name}' is not recognized as a name of a cmdlet, function, script file, or executable \
             program.\nCheck the spelling of the name, or if a path was included, verify that the path is correct and \
             try again."
        ),
    );
    record.target = Value::String(name.clone());
    record
}

fn no_parameter(name: &Text) -> ErrorRecord {
    ErrorRecord::new(
        "CommandParameterNotFound",
        ErrorCategory::ObjectNotFound,
        "System.ArgumentException",
        format!(
            "No matching commands include a parameter named '{name}'.  Check the spelling of the parameter name, and \
             then try again. (Parameter '{name}')"
        ),
    )
    .with_target(Value::String(name.clone()))
}
