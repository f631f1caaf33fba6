//! Functions as commands: what their `param(…)` declares, and the help in their comments.

use crate::command::{
    ALL_SETS, CommandHelp, CommandInfo, CommandKind, ConfirmImpact, ParameterInfo, ParameterType,
    SetMembership, Validation,
};
use crate::convert::type_names;
use crate::help::comment;
use crate::language::ast::{Attribute, Block, Expression, ExpressionKind, ParameterDeclaration};
use crate::text::{Culture, to_text};
use crate::value::{Text, Value};

/// Whether a function is an advanced one: it has `CmdletBinding` or a `Parameter` attribute.
pub fn is_advanced(body: &Block) -> bool {
    body.has_parameters
        && (body
            .parameters
            .iter()
            .any(|parameter| attributes(parameter, "Parameter").next().is_some())
            || attribute_text(body, "cmdletbinding").is_some())
}

/// A function as the binder, help, completion and Get-Command see it.
pub fn command_of(name: &str, body: &Block) -> CommandInfo {
    let mut command = CommandInfo::new(name, name, "");
    let binding = attribute_text(body, "cmdletbinding");
    command.kind = if is_advanced(body) {
        CommandKind::AdvancedFunction
    } else {
        CommandKind::SimpleFunction
    };
    let binding = binding.unwrap_or_default();
    let lower = binding.to_lowercase();
    if lower.contains("supportsshouldprocess") {
        let impact = [
            ("'none'", ConfirmImpact::None),
            ("'low'", ConfirmImpact::Low),
            ("'high'", ConfirmImpact::High),
        ]
        .into_iter()
        .find(|(name, _)| lower.replace('"', "'").contains(name))
        .map_or(ConfirmImpact::Medium, |(_, impact)| impact);
        command = command.with_should_process(impact);
    }
    command.default_set = quoted_after(&binding, "defaultparametersetname");
    let by_position = !lower.replace(' ', "").contains("positionalbinding=$false");
    let written = comment::of_function(body);
    let any_position = body
        .parameters
        .iter()
        .any(|parameter| position(parameter).is_some());
    let mut next = 0;
    let numbered = by_position && !any_position;
    for declaration in &body.parameters {
        let mut parameter = parameter_of(declaration, body);
        // Without any Position every parameter but a switch has the next one.
        if numbered && !crate::help::syntax::is_switch(&parameter) {
            parameter = parameter.at(next);
            next += 1;
        }
        if let Some((_, description)) = written
            .parameters
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(&parameter.name))
        {
            parameter.description = description.clone();
        }
        command.parameters.push(parameter);
    }
    command.output_types = written.outputs.clone();
    command.help = CommandHelp {
        synopsis: written.synopsis,
        description: written.description,
        examples: written.examples,
        links: written.links,
        inputs: written.inputs,
        notes: written.notes,
    };
    command
}

/// The text of an attribute of the whole function, which stands before `param`; the tree does not keep it.
fn attribute_text(body: &Block, name: &str) -> Option<String> {
    let end = body
        .parameters
        .first()
        .map_or(body.extent.end, |first| first.extent.start);
    let text = body.source.text.get(body.extent.start..end)?;
    let lower = text.to_ascii_lowercase();
    let start = lower.find(&format!("[{name}"))?;
    let length = lower[start..].find(']')?;
    Some(text[start..start + length].to_owned())
}

/// What stands in quotes behind a key of an attribute.
fn quoted_after(attribute: &str, key: &str) -> Option<Text> {
    let at = attribute.to_ascii_lowercase().find(key)?;
    let rest = &attribute[at + key.len()..];
    let open = rest.find(['"', '\''])?;
    let quote = rest[open..].chars().next()?;
    let inner = &rest[open + 1..];
    Some(inner[..inner.find(quote)?].into())
}

fn attributes<'a>(
    parameter: &'a ParameterDeclaration,
    name: &'a str,
) -> impl Iterator<Item = &'a Attribute> {
    parameter
        .attributes
        .iter()
        .filter(move |attribute| attribute.name.eq_ignore_ascii_case(name))
}

fn constant(expression: &Expression) -> Option<&Value> {
    match &expression.kind {
        ExpressionKind::Constant(value) | ExpressionKind::BareWord(value, _) => Some(value),
        _ => None,
    }
}

fn texts(expressions: &[Expression]) -> Vec<Text> {
    expressions
        .iter()
        .filter_map(constant)
        .map(|value| Text::from(to_text(value, Culture::Invariant)))
        .collect()
}

/// What an attribute says under a key: none if the key is missing, nothing inside if it stands alone.
fn named<'a>(attribute: &'a Attribute, key: &str) -> Option<Option<&'a Expression>> {
    attribute
        .named
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(key))
        .map(|(_, value)| value.as_ref())
}

fn flag(attribute: &Attribute, key: &str) -> bool {
    named(attribute, key).is_some_and(|value| match value.map(|value| &value.kind) {
        None => true,
        Some(ExpressionKind::Variable(path)) => &*path.key != "false",
        Some(_) => true,
    })
}

fn attribute_position(attribute: &Attribute) -> Option<i32> {
    match constant(named(attribute, "Position")??)? {
        Value::Int32(position) => Some(*position),
        _ => None,
    }
}

fn position(parameter: &ParameterDeclaration) -> Option<i32> {
    attributes(parameter, "Parameter").find_map(attribute_position)
}

fn membership(attribute: &Attribute) -> SetMembership {
    let set = named(attribute, "ParameterSetName")
        .flatten()
        .and_then(constant)
        .map_or_else(
            || ALL_SETS.to_owned(),
            |set| to_text(set, Culture::Invariant),
        );
    SetMembership {
        set: set.into(),
        mandatory: flag(attribute, "Mandatory"),
        position: attribute_position(attribute),
        from_pipeline: flag(attribute, "ValueFromPipeline"),
        from_pipeline_by_property_name: flag(attribute, "ValueFromPipelineByPropertyName"),
        from_remaining_arguments: flag(attribute, "ValueFromRemainingArguments"),
    }
}

/// The parameter with what a validation attribute asks; any other attribute leaves it as it is.
fn with_check(mut parameter: ParameterInfo, attribute: &Attribute) -> ParameterInfo {
    let values: Vec<Value> = attribute
        .positional
        .iter()
        .filter_map(constant)
        .cloned()
        .collect();
    let sizes: Vec<usize> = values
        .iter()
        .filter_map(|value| match value {
            Value::Int32(size) => usize::try_from(*size).ok(),
            _ => None,
        })
        .collect();
    let check = match (&*attribute.name.to_ascii_lowercase(), &*values, &*sizes) {
        ("allownull", ..) => {
            parameter.allow_null = true;
            return parameter;
        }
        ("allowemptystring", ..) => {
            parameter.allow_empty_string = true;
            return parameter;
        }
        ("allowemptycollection", ..) => {
            parameter.allow_empty_collection = true;
            return parameter;
        }
        ("validateset", ..) => {
            let case_counts = matches!(named(attribute, "IgnoreCase"), Some(Some(value))
                if matches!(&value.kind, ExpressionKind::Variable(path) if &*path.key == "false"));
            Validation::Set(texts(&attribute.positional), case_counts)
        }
        ("validaterange", [least, most], _) => Validation::Range(least.clone(), most.clone()),
        ("validatelength", _, [least, most]) => Validation::Length(*least, *most),
        ("validatecount", _, [least, most]) => Validation::Count(*least, *most),
        ("validatepattern", [Value::String(pattern)], _) => {
            Validation::Pattern(pattern.clone(), false)
        }
        ("validatenotnull", ..) => Validation::NotNull,
        ("validatenotnullorempty", ..) => Validation::NotNullOrEmpty,
        _ => return parameter,
    };
    parameter.validated(check)
}

fn parameter_of(declaration: &ParameterDeclaration, body: &Block) -> ParameterInfo {
    let type_name = declaration
        .type_literal
        .as_ref()
        .map_or("object", |literal| &*literal.name);
    // A type that only the session knows is converted to when the parameter becomes a variable.
    let of_type = type_names::resolve(type_name)
        .unwrap_or_else(|| ParameterType::Plain("System.Object".into()));
    let mut parameter = ParameterInfo::of_type(declaration.name.clone(), of_type);
    for attribute in attributes(declaration, "Parameter") {
        parameter = parameter.member(membership(attribute));
    }
    for attribute in attributes(declaration, "Alias") {
        parameter.aliases.extend(texts(&attribute.positional));
    }
    for attribute in &declaration.attributes {
        parameter = with_check(parameter, attribute);
    }
    parameter.default_text = match &declaration.default {
        Some(default) => Some(match constant(default) {
            Some(value) => to_text(value, Culture::Invariant).into(),
            None => Text::from(
                body.source
                    .text
                    .get(default.extent.start..default.extent.end)
                    .unwrap_or(""),
            ),
        }),
        None => crate::help::syntax::is_switch(&parameter).then(|| Text::from("False")),
    };
    parameter
}
