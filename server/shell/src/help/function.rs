//! Functions as commands: what their `param(…)` declares, and the help in their comments.

use crate::command::{
    ALL_SETS, CommandHelp, CommandInfo, CommandKind, ConfirmImpact, ParameterInfo, SetMembership,
    Validation,
};
use crate::help::comment;
use crate::language::ast::{Attribute, Block, Expression, ExpressionKind, ParameterDeclaration};
use crate::text::{Culture, to_text};
use crate::value::{Text, Value};

/// A function as help, completion and Get-Command see it.
pub fn command_of(name: &str, body: &Block) -> CommandInfo {
    let mut command = CommandInfo::new(name, name, "");
    let binding = attribute_text(body, "cmdletbinding");
    let declares_parameter = body
        .parameters
        .iter()
        .any(|parameter| attributes(parameter, "Parameter").next().is_some());
    command.kind = if binding.is_some() || declares_parameter {
        CommandKind::AdvancedFunction
    } else {
        CommandKind::SimpleFunction
    };
    if binding.is_some_and(|text| text.contains("supportsshouldprocess")) {
        command = command.with_should_process(ConfirmImpact::Medium);
    }
    let written = comment::of_function(body);
    let any_position = body
        .parameters
        .iter()
        .any(|parameter| position(parameter).is_some());
    let mut next = 0;
    for declaration in &body.parameters {
        let mut parameter = parameter_of(declaration, body);
        // Without any Position every parameter but a switch has the next one.
        if !any_position && !crate::help::syntax::is_switch(&parameter) {
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

/// The text of an attribute of the whole function, in lower case; the tree does not keep it.
fn attribute_text(body: &Block, name: &str) -> Option<String> {
    let text = body.source.text.get(body.extent.start..body.extent.end)?;
    let lower = text.to_lowercase();
    let start = lower.find(&format!("[{name}"))?;
    let end = lower[start..].find(']')?;
    Some(lower[start..start + end].to_owned())
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

fn parameter_of(declaration: &ParameterDeclaration, body: &Block) -> ParameterInfo {
    let type_name = declaration
        .type_literal
        .as_ref()
        .map_or("object", |literal| &*literal.name);
    let mut parameter = ParameterInfo::new(declaration.name.clone(), type_name);
    for attribute in attributes(declaration, "Parameter") {
        parameter = parameter.member(membership(attribute));
    }
    for attribute in attributes(declaration, "Alias") {
        parameter.aliases.extend(texts(&attribute.positional));
    }
    for attribute in attributes(declaration, "ValidateSet") {
        parameter = parameter.validated(Validation::Set(texts(&attribute.positional), false));
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
