//! Functions as commands: what their `param(…)` declares, and the help in their comments.

use crate::command::{
    ALL_SETS, CommandHelp, CommandInfo, CommandKind, ConfirmImpact, ParameterInfo, ParameterType,
    SetMembership,
};
use crate::convert::{self, ConversionContext, type_names};
use crate::evaluate::validation;
use crate::help::attribute::{argument, attributes, flag, named, texts};
use crate::help::{attribute, comment};
use crate::language::ast::{Attribute, Block, ExpressionKind, ParameterDeclaration};
use crate::text::{Culture, to_text};
use crate::value::{Text, Value};

/// Whether a function is an advanced one: it has `CmdletBinding` or a `Parameter` attribute.
pub fn is_advanced(body: &Block) -> bool {
    body.has_parameters
        && (body
            .parameters
            .iter()
            .any(|parameter| attributes(parameter, "Parameter").next().is_some())
            || cmdlet_binding(body).is_some())
}

/// A function as the binder, help, completion and Get-Command see it.
pub fn command_of(name: &str, body: &Block) -> CommandInfo {
    let mut command = CommandInfo::new(name, name, "");
    command.kind = if is_advanced(body) {
        CommandKind::AdvancedFunction
    } else {
        CommandKind::SimpleFunction
    };
    let text_of = |key: &str| attribute::text(cmdlet_binding(body)?, key);
    let says = |key: &str| cmdlet_binding(body).is_some_and(|binding| flag(binding, key));
    if says("SupportsShouldProcess") {
        let impact = text_of("ConfirmImpact").map(|impact| impact.to_ascii_lowercase());
        command = command.with_should_process(match impact.as_deref() {
            Some("none") => ConfirmImpact::None,
            Some("low") => ConfirmImpact::Low,
            Some("high") => ConfirmImpact::High,
            _ => ConfirmImpact::Medium,
        });
    }
    command.default_set = text_of("DefaultParameterSetName").map(Text::from);
    let by_position = cmdlet_binding(body).is_none_or(|binding| {
        named(binding, "PositionalBinding").is_none() || says("PositionalBinding")
    });
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
    command.output_types = match written.outputs.is_empty() {
        true => attribute::output_types(body),
        false => written.outputs.clone(),
    };
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

/// `[CmdletBinding(…)]` before `param`.
pub(super) fn cmdlet_binding(body: &Block) -> Option<&Attribute> {
    let mut all = body.attributes.iter();
    all.find(|attribute| attribute::is(attribute, "CmdletBinding"))
}

fn attribute_position(attribute: &Attribute) -> Option<i32> {
    let given = match named(attribute, "Position")? {
        Some(value) => argument(value)?,
        None => Value::Bool(true),
    };
    let target = ParameterType::Plain("System.Int32".into());
    match convert::convert(&given, &target, ConversionContext::default()) {
        Ok(Value::Int32(position)) => Some(position),
        _ => None,
    }
}

fn position(parameter: &ParameterDeclaration) -> Option<i32> {
    attributes(parameter, "Parameter").find_map(attribute_position)
}

fn membership(attribute: &Attribute) -> SetMembership {
    let set = attribute::text(attribute, "ParameterSetName");
    SetMembership {
        set: set.map_or_else(|| ALL_SETS.into(), Text::from),
        mandatory: flag(attribute, "Mandatory"),
        position: attribute_position(attribute),
        from_pipeline: flag(attribute, "ValueFromPipeline"),
        from_pipeline_by_property_name: flag(attribute, "ValueFromPipelineByPropertyName"),
        from_remaining_arguments: flag(attribute, "ValueFromRemainingArguments"),
    }
}

/// The parameter with what a validation attribute asks; any other attribute leaves it as it is.
fn with_check(mut parameter: ParameterInfo, attribute: &Attribute) -> ParameterInfo {
    let name = attribute::short_name(&attribute.name).to_ascii_lowercase();
    match &*name {
        "allownull" => parameter.allow_null = true,
        "allowemptystring" => parameter.allow_empty_string = true,
        "allowemptycollection" => parameter.allow_empty_collection = true,
        _ => {}
    }
    let values = attribute::arguments(&attribute.positional);
    let options: Vec<(Text, Value)> = attribute
        .named
        .iter()
        .filter_map(|(name, value)| {
            let value = value.as_ref().map_or(Some(Value::Bool(true)), argument)?;
            Some((name.clone(), value))
        })
        .collect();
    match validation(&name, &values, &options) {
        Some(check) => parameter.validated(check),
        None => parameter,
    }
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
        let message = attribute::text(attribute, "HelpMessage").map(Text::from);
        parameter.help_message = parameter.help_message.or(message);
    }
    for attribute in attributes(declaration, "Alias") {
        parameter.aliases.extend(texts(&attribute.positional));
    }
    for attribute in &declaration.attributes {
        parameter = with_check(parameter, attribute);
    }
    parameter.default_text = match &declaration.default {
        Some(default) => Some(match &default.kind {
            ExpressionKind::Constant(value) | ExpressionKind::BareWord(value, _) => {
                to_text(value, Culture::Invariant).into()
            }
            _ => Text::from(
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
