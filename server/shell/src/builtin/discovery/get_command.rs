//! `Get-Command`.

use std::collections::HashSet;
use std::sync::Arc;

use crate::builtin::discovery::found::{Found, abbreviated, exactly, matching, near};
use crate::builtin::discovery::info::{ALIAS, CMDLET, FILTER, FUNCTION};
use crate::builtin::discovery::likeness::{FUZZY_DISTANCE, distance};
use crate::builtin::discovery::{fits, texts};
use crate::builtin::support::count;
use crate::command::{CommandInfo, ParameterInfo, SetMembership, Validation, qualified};
use crate::convert::type_names;
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::help::syntax::definition;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::write;
use crate::value::{Noted, Property, Text, Value};
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
    .with(ParameterInfo::switch("ShowCommandInfo"))
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
    .with(ParameterInfo::switch("UseFuzzyMatching").in_sets(&[ALL]))
    .with(ParameterInfo::new("FuzzyMinimumDistance", "uint").in_sets(&[ALL]))
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

impl GetCommand {
    /// Finds what one name means.
    fn find(&mut self, context: &mut Context<'_>, filter: &Filter, name: &Text) {
        let fuzzy = context
            .switch("UseFuzzyMatching")
            .then(|| count(context, "FuzzyMinimumDistance").unwrap_or(FUZZY_DISTANCE));
        let is_pattern = is_pattern(context, name);
        let candidates = match fuzzy {
            Some(most) => near(context, name, most),
            None if context.switch("UseAbbreviationExpansion") => abbreviated(context, name),
            None if is_pattern => matching(context, name),
            None => exactly(context, name),
        };
        // Of an exact name only the first meaning counts, unless more is asked for.
        let only_first = !is_pattern
            && !context.switch("All")
            && ["TotalCount", "CommandType", "Module"]
                .iter()
                .all(|name| context.parameter(name).is_none());
        for candidate in candidates {
            // -Syntax is that of what an alias stands for.
            let candidate = match candidate {
                Found::Alias(alias) if context.switch("Syntax") => {
                    match exactly(context, &alias.target).into_iter().next() {
                        Some(resolved) => resolved,
                        None => continue,
                    }
                }
                other => other,
            };
            if filter.takes(&candidate, &mut self.matched) {
                self.found.push(candidate);
                if only_first {
                    return;
                }
            }
        }
    }
}

impl Stage for GetCommand {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        if context.switch("ShowCommandInfo") && context.switch("Syntax") {
            return Err(context.terminate(ErrorRecord::new(
                "GetCommandCannotSpecifySyntaxAndShowCommandInfoTogether",
                ErrorCategory::InvalidArgument,
                "System.Management.Automation.PSArgumentException",
                "The ShowCommandInfo and Syntax parameters cannot be specified together.",
            )));
        }
        Ok(())
    }

    fn process(&mut self, context: &mut Context<'_>, _input: Option<Value>) -> Result<(), Halt> {
        let filter = Filter::of(context);
        let names = texts(context, "Name");
        let all = ["*".into()];
        for name in if names.is_empty() { &all[..] } else { &names } {
            let before = self.found.len();
            self.find(context, &filter, name);
            if self.found.len() == before && !is_pattern(context, name) {
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
        if context.switch("UseFuzzyMatching") {
            return write_scored(context, found, &names);
        }
        for one in found {
            let shown = if context.switch("Syntax") {
                help_text(syntax_of(context, &one, &names))
            } else if context.switch("ShowCommandInfo") {
                one.show_command_info(context)
            } else {
                one.shown(context)
            };
            context.write(shown)?;
        }
        Ok(())
    }
}

/// Writes what was found by likeness, the likest first, each with its distance.
fn write_scored(context: &mut Context<'_>, found: Vec<Found>, names: &[Text]) -> Result<(), Halt> {
    let score = |found: &Found| names.iter().map(|name| distance(found.name(), name)).min();
    let mut scored: Vec<(usize, Found)> = found
        .into_iter()
        .map(|found| (score(&found).unwrap_or(0), found))
        .collect();
    scored.sort_by_key(|(score, _)| *score);
    for (score, one) in scored {
        let shown = one.shown(context);
        if let Value::Object(object) = &shown {
            write(&object.properties).push(Property {
                name: "Score".into(),
                value: Value::Int32(i32::try_from(score).unwrap_or(i32::MAX)),
                note: true,
            });
        }
        context.write(shown)?;
    }
    Ok(())
}

/// Text that wraps where it is shown, as help does: a string that is wrapped in an object, without notes.
fn help_text(text: String) -> Value {
    Value::Noted(Arc::new(Noted {
        base: Value::text(text),
        notes: Vec::new().into(),
        scripts: Default::default(),
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
    let aliases = context.engine.session.scopes.aliases(None);
    let alias = aliases
        .iter()
        .find(|alias| *alias.target == *name && asked_by(&alias.name))
        .map(|alias| alias.name.clone());
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

/// Whether a name stands for whatever it fits.
fn is_pattern(context: &Context<'_>, name: &str) -> bool {
    Wildcard::new(qualified(name).1).is_pattern()
        || context.switch("UseAbbreviationExpansion")
        || context.switch("UseFuzzyMatching")
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
    record.target = Value::String(name.clone()).into();
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
