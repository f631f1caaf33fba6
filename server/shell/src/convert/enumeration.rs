//! Conversion to enumerations: names, unique beginnings of names, numbers, several at once.

use std::sync::Arc;

use crate::command::ParameterType;
use crate::convert::ConversionError;
use crate::convert::error::net_text;
use crate::convert::number;
use crate::text::{Culture, enum_text, to_text};
use crate::value::{EnumDefinition, EnumValue, Text, Value};

/// The members' names in the order of their numbers, as .NET lists them.
pub(super) fn member_names(definition: &EnumDefinition, separator: &str) -> String {
    in_order(definition)
        .iter()
        .map(|(name, _)| &**name)
        .collect::<Vec<_>>()
        .join(separator)
}

fn in_order(definition: &EnumDefinition) -> Vec<&(Text, i64)> {
    let mut members: Vec<_> = definition.members.iter().collect();
    members.sort_by_key(|(_, number)| u64::from_ne_bytes(number.to_ne_bytes()));
    members
}

/// Levels of lists in lists that are read.
const MAX_LEVELS: usize = 32;

/// Converts a value to a member, or to several of them at once.
pub(super) fn convert(
    value: &Value,
    source: Option<&Text>,
    definition: &Arc<EnumDefinition>,
) -> Result<Value, ConversionError> {
    within(value, source, definition, MAX_LEVELS)
}

/// The same of what lies in so many levels of lists at most: a list may hold itself.
fn within(
    value: &Value,
    source: Option<&Text>,
    definition: &Arc<EnumDefinition>,
    levels: usize,
) -> Result<Value, ConversionError> {
    let target = ParameterType::Enum(definition.clone());
    match value {
        Value::Array(_) | Value::List(_) if levels == 0 => {
            Err(ConversionError::no_way(value, &target))
        }
        Value::String(text) => from_text(text, definition),
        Value::Enum(member) if member.definition.name == definition.name => Ok(value.clone()),
        Value::Array(_) | Value::List(_) => {
            let parts = value
                .elements()
                .unwrap_or_default()
                .iter()
                .map(|item| match item {
                    Value::String(text) => Ok(text.to_string()),
                    Value::Null => super::from_null(&target).map(|_| String::new()),
                    other => match within(other, None, definition, levels - 1)? {
                        Value::Enum(member) => Ok(enum_text(&member)),
                        other => Ok(to_text(&other, Culture::Invariant)),
                    },
                })
                .collect::<Result<Vec<_>, ConversionError>>()?;
            from_text(&parts.join(","), definition)
        }
        Value::Single(_) | Value::Double(_) | Value::Decimal(_) => {
            let text = source
                .cloned()
                .unwrap_or_else(|| to_text(value, Culture::Invariant).into());
            from_text(&text, definition)
        }
        Value::Enum(_) | Value::Bool(_) | Value::Char(_) => {
            Err(ConversionError::between(value, &target))
        }
        other => match number::as_integer(other) {
            Some(number) => defined(
                definition,
                number,
                &net_text(other),
                "UndefinedIntegerToEnum",
            ),
            None => Err(ConversionError::between(other, &target)),
        },
    }
}

fn member(definition: &Arc<EnumDefinition>, number: i64) -> Value {
    Value::Enum(EnumValue {
        definition: definition.clone(),
        number,
    })
}

fn from_text(text: &str, definition: &Arc<EnumDefinition>) -> Result<Value, ConversionError> {
    let number = match parse(text, definition) {
        Some(number) => number,
        None => by_beginning(text, definition)?,
    };
    defined(definition, number, text, "EnumParseUndefined")
}

/// `Enum.Parse`: a number, a name, or names separated by commas, whose bits are combined; case does not count.
fn parse(text: &str, definition: &EnumDefinition) -> Option<i64> {
    let text = text.trim();
    if text.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+')
        && let Ok(number) = text.parse()
    {
        return Some(number);
    }
    text.split(',')
        .map(|part| find(part.trim(), definition))
        .try_fold(0, |bits, part| Some(bits | part?))
}

fn find(name: &str, definition: &EnumDefinition) -> Option<i64> {
    definition
        .members
        .iter()
        .find(|(member, _)| member.eq_ignore_ascii_case(name))
        .map(|(_, number)| *number)
}

fn by_beginning(text: &str, definition: &Arc<EnumDefinition>) -> Result<i64, ConversionError> {
    let target = ParameterType::Enum(definition.clone());
    let wrapped = |inner: String| {
        ConversionError::wrapping(
            "SubstringDisambiguationEnumParseThrewAnException",
            text,
            &target,
            &inner,
        )
    };
    let members = in_order(definition);
    let candidates: Vec<_> = members
        .into_iter()
        .filter(|(member, _)| {
            member
                .get(..text.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(text))
        })
        .collect();
    match &*candidates {
        [] => Err(wrapped(format!(
            "Unable to match the identifier name {text} to a valid enumerator name. Specify one of the following \
             enumerator names and try again:\n{}",
            member_names(definition, ", ")
        ))),
        [(_, number)] => Ok(*number),
        several => {
            let names: Vec<_> = several.iter().map(|(name, _)| &**name).collect();
            Err(wrapped(format!(
                "The identifier name {text} cannot be processed because it is either too similar or identical to the \
                 following enumerator names: {}. Use a more specific identifier name.",
                names.join(", ")
            )))
        }
    }
}

/// Only numbers that a member, or for flags some members together, stand for are values.
fn defined(
    definition: &Arc<EnumDefinition>,
    number: i64,
    shown: &str,
    id: &'static str,
) -> Result<Value, ConversionError> {
    let any_negative = definition.members.iter().any(|(_, own)| *own < 0);
    let is_defined = any_negative
        || if definition.flags {
            let all = definition
                .members
                .iter()
                .fold(0, |bits, (_, own)| bits | own);
            number >= 0 && number & !all == 0
        } else {
            definition.members.iter().any(|(_, own)| *own == number)
        };
    if is_defined {
        return Ok(member(definition, number));
    }
    Err(ConversionError::new(
        id,
        format!(
            "Cannot convert value \"{shown}\" to type \"{}\" due to enumeration values that are not valid. Specify \
             one of the following enumeration values and try again. The possible enumeration values are \"{}\".",
            definition.name,
            member_names(definition, ",")
        ),
    ))
}
