//! How the arguments of a plain function or script block are shared out among its parameters.

use crate::binder::{Argument, ArgumentName, ArgumentValue, BindError};
use crate::language::ast::{Block, ExpressionKind, ParameterDeclaration};
use crate::members::same_name;
use crate::pipeline::parameters::{Bound, field, named};
use crate::value::Value;

fn declared_position(parameter: &ParameterDeclaration) -> Option<i32> {
    parameter
        .attributes
        .iter()
        .filter(|attribute| attribute.name.eq_ignore_ascii_case("Parameter"))
        .find_map(|attribute| match named(attribute, "Position") {
            Some(Some(value)) => match &value.kind {
                ExpressionKind::Constant(Value::Int32(position)) => Some(*position),
                _ => None,
            },
            _ => None,
        })
}

pub(super) fn is_switch(parameter: &ParameterDeclaration) -> bool {
    parameter.type_literal.as_ref().is_some_and(|literal| {
        same_name(&literal.name, "switch") || same_name(&literal.name, "SwitchParameter")
    })
}

fn aliases(parameter: &ParameterDeclaration) -> impl Iterator<Item = &str> {
    parameter
        .attributes
        .iter()
        .filter(|attribute| attribute.name.eq_ignore_ascii_case("Alias"))
        .flat_map(|attribute| &attribute.positional)
        .filter_map(|alias| match &alias.kind {
            ExpressionKind::Constant(Value::String(own)) => Some(&**own),
            _ => None,
        })
}

/// The parameter that a typed name means: the whole name, else the only one that begins so.
///
/// # Errors
/// `AmbiguousParameter`.
fn find(
    parameters: &[ParameterDeclaration],
    typed: &ArgumentName,
) -> Result<Option<usize>, BindError> {
    let name = &*typed.name;
    let whole = |parameter: &ParameterDeclaration| {
        same_name(&parameter.name, name) || aliases(parameter).any(|alias| same_name(alias, name))
    };
    if let Some(found) = parameters.iter().position(whole) {
        return Ok(Some(found));
    }
    let begins = |own: &str| {
        own.get(..name.len())
            .is_some_and(|head| same_name(head, name))
    };
    let candidates: Vec<usize> = (0..parameters.len())
        .filter(|index| {
            let parameter = &parameters[*index];
            begins(&parameter.name) || aliases(parameter).any(begins)
        })
        .collect();
    if candidates.len() < 2 {
        return Ok(candidates.first().copied());
    }
    let possible: String = candidates
        .iter()
        .map(|index| format!(" -{}", parameters[*index].name))
        .collect();
    Err(BindError::new(
        "AmbiguousParameter",
        format!(
            "Parameter cannot be processed because the parameter name '{name}' is ambiguous. Possible matches \
             include:{possible}."
        ),
    )
    .at(Some(&typed.extent)))
}

/// Shares the arguments out among the declared parameters.
///
/// # Errors
/// What a name says that means several parameters, was given twice, or has no value.
pub(super) fn share(body: &Block, mut arguments: Vec<Argument>) -> Result<Bound, BindError> {
    // An explicit parameter beats the same key of a splatted dictionary, so those come last.
    arguments.sort_by_key(|argument| argument.splatted);
    let parameters = &body.parameters;
    let mut bound = Bound {
        given: parameters.iter().map(|_| None).collect(),
        rest: Vec::new(),
        settled: false,
        recorded: Vec::new(),
    };
    let mut positional = Vec::new();
    let mut arguments = arguments.into_iter().peekable();
    while let Some(argument) = arguments.next() {
        let Some(name) = &argument.name else {
            positional.extend(argument.value);
            continue;
        };
        let Some(index) = find(parameters, name)? else {
            // A plain function leaves an unknown name among its arguments.
            positional.push(as_text(name));
            positional.extend(argument.value);
            continue;
        };
        let value = match argument.value {
            Some(value) => value,
            None if is_switch(&parameters[index]) => ArgumentValue {
                value: Value::Bool(true),
                extent: name.extent.clone(),
                source: None,
            },
            None => {
                let next = match arguments.next() {
                    Some(Argument {
                        name: Some(next),
                        value: None,
                        ..
                    }) if find(parameters, &next)?.is_none() => Some(as_text(&next)),
                    Some(Argument {
                        name: None, value, ..
                    }) => value,
                    _ => None,
                };
                next.ok_or_else(|| missing_argument(&parameters[index], name))?
            }
        };
        if bound.given[index].is_some() {
            if argument.splatted {
                continue;
            }
            return Err(BindError::new(
                "ParameterAlreadyBound",
                format!(
                    "Cannot bind parameter because parameter '{}' is specified more than once. To provide multiple \
                     values to parameters that can accept multiple values, use the array syntax. For example, \
                     \"-parameter value1,value2,value3\".",
                    parameters[index].name
                ),
            )
            .at(Some(&name.extent)));
        }
        bound.given[index] = Some(value);
    }
    place(parameters, positional, &mut bound);
    Ok(bound)
}

/// A name as the value that it is where no parameter has it.
fn as_text(name: &ArgumentName) -> ArgumentValue {
    ArgumentValue {
        value: Value::String(name.typed.clone()),
        extent: name.extent.clone(),
        source: None,
    }
}

fn missing_argument(parameter: &ParameterDeclaration, name: &ArgumentName) -> BindError {
    BindError::new(
        "MissingArgument",
        format!(
            "Missing an argument for parameter '{}'. Specify a parameter of type '{}' and try again.",
            parameter.name,
            field(parameter).type_name
        ),
    )
    .at(Some(&name.extent))
}

/// Gives what has no name to the parameters by their positions.
fn place(parameters: &[ParameterDeclaration], positional: Vec<ArgumentValue>, bound: &mut Bound) {
    let any_position = parameters
        .iter()
        .any(|parameter| declared_position(parameter).is_some());
    let mut order: Vec<usize> = (0..parameters.len())
        .filter(|index| {
            let parameter = &parameters[*index];
            !is_switch(parameter) && (!any_position || declared_position(parameter).is_some())
        })
        .collect();
    order.sort_by_key(|index| declared_position(&parameters[*index]).unwrap_or(0));
    let mut free = order
        .into_iter()
        .filter(|index| bound.given[*index].is_none())
        .collect::<Vec<_>>()
        .into_iter();
    for value in positional {
        match free.next() {
            Some(index) => bound.given[index] = Some(value),
            None => bound.rest.push(value.value),
        }
    }
}
