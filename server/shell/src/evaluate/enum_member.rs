//! `[enum]::…`, and what members of an enumeration can do.

use std::sync::Arc;

use crate::command::ParameterType;
use crate::convert::{ConversionContext, convert, number};
use crate::evaluate::method::{Outcome, text_of};
use crate::members::same_name;
use crate::value::{Array, EnumDefinition, EnumValue, Value};

/// A method of a member.
pub(super) fn method(member: &EnumValue, name: &str, arguments: &[Value]) -> Outcome {
    match (name, arguments) {
        ("hasflag", [Value::Enum(flag)]) => {
            Outcome::Value(Value::Bool(member.number & flag.number == flag.number))
        }
        _ => Outcome::Unknown,
    }
}

/// A static method of `System.Enum` about an enumeration.
pub(super) fn call(
    name: &str,
    definition: Option<&Arc<EnumDefinition>>,
    arguments: &[Value],
) -> Outcome {
    let Some(definition) = definition else {
        return Outcome::Thrown(
            "System.ArgumentException",
            "Type provided must be an Enum. (Parameter 'enumType')".into(),
        );
    };
    let value = |number: i64| {
        Value::Enum(EnumValue {
            definition: definition.clone(),
            number,
        })
    };
    match (name, arguments) {
        ("getnames", [_]) => Outcome::Value(list(
            "System.String",
            by_number(definition).map(|(name, _)| Value::String(name.clone())),
        )),
        ("getvalues", [_]) => Outcome::Value(list(
            &definition.name,
            by_number(definition).map(|(_, number)| value(*number)),
        )),
        ("getname", [_, wanted]) => {
            let number = number_of(wanted);
            let found = definition
                .members
                .iter()
                .find(|(_, own)| Some(*own) == number);
            Outcome::Value(found.map_or(Value::Null, |(name, _)| Value::String(name.clone())))
        }
        ("isdefined", [_, Value::String(name)]) => Outcome::Value(Value::Bool(
            definition.members.iter().any(|(own, _)| own == name),
        )),
        ("isdefined", [_, wanted]) => {
            let number = number_of(wanted);
            Outcome::Value(Value::Bool(
                definition
                    .members
                    .iter()
                    .any(|(_, own)| Some(*own) == number),
            ))
        }
        ("toobject", [_, wanted]) => {
            number_of(wanted).map_or(Outcome::Unknown, |number| Outcome::Value(value(number)))
        }
        ("getunderlyingtype", [_]) => Outcome::Value(Value::Type("System.Int32".into())),
        ("parse", [_, text, ignores @ ..]) => {
            let ignores_case = ignores.first().is_some_and(crate::convert::is_true);
            parse(definition, &text_of(text), ignores_case)
        }
        _ => Outcome::Unknown,
    }
}

fn list(element_type: &str, items: impl Iterator<Item = Value>) -> Value {
    Value::Array(Arc::new(Array {
        element_type: element_type.into(),
        items: items.collect::<Vec<_>>().into(),
    }))
}

/// Members as .NET keeps them: by their numbers, taken without sign.
fn by_number(definition: &EnumDefinition) -> impl Iterator<Item = &(crate::value::Text, i64)> {
    let mut members: Vec<_> = definition.members.iter().collect();
    members.sort_by_key(|(_, number)| *number as u64);
    members.into_iter()
}

fn number_of(value: &Value) -> Option<i64> {
    match value {
        Value::Enum(member) => Some(member.number),
        other => number::as_integer(other),
    }
}

/// `Enum.Parse`: whole names, or a number.
fn parse(definition: &Arc<EnumDefinition>, text: &str, ignores_case: bool) -> Outcome {
    let member = |name: &str| {
        definition
            .members
            .iter()
            .find(|(own, _)| **own == *name || (ignores_case && same_name(own, name)))
    };
    let mut number = 0;
    for name in text.split(',').map(str::trim) {
        if name.is_empty() {
            return Outcome::Thrown(
                "System.ArgumentException",
                "Must specify valid information for parsing in the string. (Parameter 'value')"
                    .into(),
            );
        }
        number |= match (member(name), name.parse::<i64>()) {
            (Some((_, own)), _) => *own,
            (None, Ok(own)) => own,
            (None, Err(_)) => {
                return Outcome::Thrown(
                    "System.ArgumentException",
                    format!("Requested value '{name}' was not found."),
                );
            }
        };
    }
    Outcome::Value(Value::Enum(EnumValue {
        definition: definition.clone(),
        number,
    }))
}

/// The enumeration that the first argument names, as a type or as a text.
pub(super) fn subject(
    argument: Option<&Value>,
    find: impl Fn(&str) -> Option<ParameterType>,
) -> Option<Arc<EnumDefinition>> {
    let target = ParameterType::Plain("System.Type".into());
    let found = match argument? {
        Value::Type(name) => find(name)?,
        other => match convert(other, &target, ConversionContext::default()) {
            Ok(Value::Type(name)) => find(&name)?,
            _ => find(&text_of(other))?,
        },
    };
    match found {
        ParameterType::Enum(definition) => Some(definition),
        _ => None,
    }
}
