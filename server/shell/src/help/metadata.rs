//! What PowerShell refuses of a function for what it declares, at the moment when it is called: attributes that cannot be
//! made, names that two parameters share (`MergedCommandParameterMetadata`, `InternalParameterMetadata`).

use crate::binder::common_parameters;
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::help::attribute::{self, attributes, flag, texts};
use crate::help::construct::{Refused, constructed};
use crate::help::function::{cmdlet_binding, is_advanced};
use crate::language::ast::{Block, ParameterDeclaration};
use crate::value::Text;

/// How many named parameter sets a command may have.
const SETS: usize = 32;

/// What a parameter belongs to that names no set.
const ALL_SETS: &str = "__AllParameterSets";

/// What is refused of a function or block, if anything is.
pub(crate) fn refused(body: &Block) -> Option<ErrorRecord> {
    if body.metadata_sound.get() == Some(&true) {
        return None;
    }
    let found = constructs(body)
        .or_else(|| merged(body).err())
        .map(|record| *record);
    let _ = body.metadata_sound.set(found.is_none());
    found
}

/// Whether an error of these is placed at the name of the command, where it has one.
pub(crate) fn is_of_names(record: &ErrorRecord) -> bool {
    record.category == ErrorCategory::MetadataError && record.invocation.is_none()
}

fn constructs(body: &Block) -> Option<Box<ErrorRecord>> {
    let of_parameters = body.parameters.iter().flat_map(|own| &own.attributes);
    let mut all = body.attributes.iter().chain(of_parameters);
    all.find_map(|attribute| constructed(attribute, &body.source).err())
}

fn metadata(id: &'static str, message: String) -> Box<ErrorRecord> {
    Box::new(ErrorRecord::new(
        id,
        ErrorCategory::MetadataError,
        "System.Management.Automation.MetadataException",
        message,
    ))
}

/// The aliases of a parameter as its metadata lists them: attributes are read from the last to the first.
fn aliases(parameter: &ParameterDeclaration) -> Vec<Text> {
    let mut all: Vec<_> = attributes(parameter, "Alias").collect();
    all.reverse();
    let all = all.into_iter();
    all.flat_map(|attribute| texts(&attribute.positional))
        .collect()
}

fn merged(body: &Block) -> Refused {
    let advanced = is_advanced(body);
    let mut names = Names::default();
    let own: Vec<_> = body
        .parameters
        .iter()
        .map(|parameter| (parameter, aliases(parameter)))
        .collect();
    let mut declared: Vec<&Text> = Vec::new();
    for (parameter, aliases) in &own {
        sets_once(parameter)?;
        let reserved = ["SelectProperty", "SelectObject"];
        if advanced && reserved.iter().any(|name| same(name, &parameter.name)) {
            let message = format!(
                "The parameter name \"{}\" is reserved for future use.",
                parameter.name
            );
            return Err(metadata("ReservedParameterName", message));
        }
        for alias in aliases {
            if declared.iter().any(|other| same(other, alias)) {
                let message = format!("The alias \"{alias}\" is declared multiple times.");
                return Err(metadata("AliasDeclaredMultipleTimes", message));
            }
            declared.push(alias);
        }
    }
    for (parameter, aliases) in &own {
        names.add(&parameter.name, aliases)?;
    }
    if advanced {
        common(body, &mut names)?;
    }
    few_sets(body)
}

/// Adds what every advanced function has, and what it asks for.
fn common(body: &Block, names: &mut Names) -> Refused {
    let supports = |key| cmdlet_binding(body).is_some_and(|binding| flag(binding, key));
    for common in common_parameters() {
        let on_request = matches!(&*common.name, "WhatIf" | "Confirm");
        if !on_request || supports("SupportsShouldProcess") {
            names.add(&common.name, &common.aliases)?;
        }
    }
    if supports("SupportsPaging") {
        for name in ["IncludeTotalCount", "Skip", "First"] {
            names.add(name, &[])?;
        }
    }
    if supports("SupportsTransactions") {
        names.add("UseTransaction", &["usetx".into()])?;
    }
    Ok(())
}

/// A parameter is in a set once.
fn sets_once(parameter: &ParameterDeclaration) -> Refused {
    let mut sets: Vec<String> = attributes(parameter, "Parameter").map(set).collect();
    sets.reverse();
    let twice = (1..sets.len()).find(|at| sets[..*at].iter().any(|set| same(set, &sets[*at])));
    twice.map_or(Ok(()), |at| {
        let message = format!(
            "The parameter \"{}\" is declared in parameter-set \"{}\" multiple times.",
            parameter.name, sets[at]
        );
        let id = "ParameterDeclaredInParameterSetMultipleTimes";
        Err(metadata(id, message))
    })
}

fn set(attribute: &crate::language::ast::Attribute) -> String {
    attribute::text(attribute, "ParameterSetName")
        .filter(|set| !set.is_empty())
        .unwrap_or_else(|| ALL_SETS.into())
}

/// A command has a bit for each of its sets.
fn few_sets(body: &Block) -> Refused {
    let default =
        cmdlet_binding(body).and_then(|own| attribute::text(own, "DefaultParameterSetName"));
    let mut sets: Vec<String> = default.into_iter().filter(|set| !set.is_empty()).collect();
    for parameter in &body.parameters {
        for set in attributes(parameter, "Parameter").map(set) {
            if !same(&set, ALL_SETS) && !sets.contains(&set) {
                sets.push(set);
            }
        }
    }
    if sets.len() <= SETS {
        return Ok(());
    }
    Err(Box::new(ErrorRecord::new(
        "ParsingTooManyParameterSets",
        ErrorCategory::MetadataError,
        "System.Management.Automation.ParsingMetadataException",
        "Cannot get or run the command. The maximum number of parameter sets for this command has been exceeded.",
    )))
}

fn same(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
}

/// The names and aliases of a command's parameters; each stands for one of them.
#[derive(Default)]
struct Names {
    parameters: Vec<Text>,
    /// Each alias and the parameter that has it.
    aliases: Vec<(Text, Text)>,
}

impl Names {
    fn add(&mut self, name: &str, aliases: &[Text]) -> Refused {
        if self.parameters.iter().any(|own| same(own, name)) {
            let message = format!(
                "A parameter with the name '{name}' was defined multiple times for the command."
            );
            return Err(metadata("ParameterNameAlreadyExistsForCommand", message));
        }
        if let Some((_, owner)) = self.aliases.iter().find(|(alias, _)| same(alias, name)) {
            return Err(conflict(name, owner));
        }
        self.parameters.push(name.into());
        for alias in aliases {
            if self.aliases.iter().any(|(own, _)| same(own, alias)) {
                let message = format!(
                    "The parameter alias cannot be specified because an alias with the name '{alias}' was already defined \
                     multiple times for the command."
                );
                return Err(metadata(
                    "AliasParameterNameAlreadyExistsForCommand",
                    message,
                ));
            }
            if let Some(own) = self.parameters.iter().find(|own| same(own, alias)) {
                return Err(conflict(own, name));
            }
            self.aliases.push((alias.clone(), name.into()));
        }
        Ok(())
    }
}

fn conflict(name: &str, owner: &str) -> Box<ErrorRecord> {
    metadata(
        "ParameterNameConflictsWithAlias",
        format!(
            "The parameter '{name}' cannot be specified because it conflicts with the parameter alias of the same name for \
             parameter '{owner}'."
        ),
    )
}
