//! Conversion to the other types of .NET and PowerShell that text or a dictionary can stand for.

use std::sync::{Arc, RwLock};

use indexmap::IndexMap;

use crate::command::ParameterType;
use crate::convert::error::net_text;
use crate::convert::{ConversionError, number, type_names};
use crate::text::{Culture, read, to_text};
use crate::value::{Dictionary, List, NamedScalar, Object, Text, Value};

/// Converts to a type by its full name.
pub(super) fn convert(
    value: &Value,
    source: Option<&Text>,
    name: &str,
    target: &ParameterType,
) -> Result<Value, ConversionError> {
    match name {
        "System.Collections.Hashtable" | "System.Collections.Specialized.OrderedDictionary" => {
            return dictionary(value, name, target);
        }
        "System.Management.Automation.PSListModifier" => return list_modifier(value, target),
        "System.Guid"
        | "System.Version"
        | "System.Uri"
        | "System.Net.IPAddress"
        | "System.Text.RegularExpressions.Regex"
        | "System.Net.Mail.MailAddress"
        | "System.Type" => {}
        _ => return Err(ConversionError::no_way(value, target)),
    }
    let text = match value {
        Value::String(text) => text.clone(),
        Value::UInt8(_) | Value::Int32(_) | Value::Int64(_) if name == "System.Net.IPAddress" => {
            let number = number::as_integer(value).unwrap_or(0);
            let bytes = u32::try_from(number).unwrap_or(0).to_le_bytes();
            return Ok(scalar(name, std::net::Ipv4Addr::from(bytes).to_string()));
        }
        other if number::is_number(other) && name != "System.Type" => source
            .cloned()
            .unwrap_or_else(|| to_text(other, Culture::Invariant).into()),
        other => return Err(ConversionError::between(other, target)),
    };
    from_text(&text, name, target)
}

fn scalar(name: &str, text: impl Into<Text>) -> Value {
    Value::Named(Arc::new(NamedScalar {
        type_name: name.into(),
        text: text.into(),
    }))
}

fn from_text(text: &Text, name: &str, target: &ParameterType) -> Result<Value, ConversionError> {
    let parse = |inner: &str| {
        ConversionError::wrapping("InvalidCastParseTargetInvocation", text, target, inner)
    };
    match name {
        "System.Guid" => parse_guid(text).map(Value::Guid).ok_or_else(|| {
            ConversionError::wrapping(
                "InvalidCastParseTargetInvocationWithFormatProvider",
                text,
                target,
                "Unrecognized Guid format.",
            )
        }),
        "System.Version" => parse_version(text)
            .map(|parts| Value::Version(parts.into()))
            .map_err(|inner| parse(&inner)),
        "System.Uri" | "System.Text.RegularExpressions.Regex" | "System.Net.Mail.MailAddress" => {
            Ok(scalar(name, text.clone()))
        }
        "System.Net.IPAddress" => text
            .trim()
            .parse::<std::net::IpAddr>()
            .map(|address| scalar(name, address.to_string()))
            .map_err(|_| parse("An invalid IP address was specified.")),
        _ => match type_names::resolve(text) {
            Some(resolved) => Ok(Value::Type(resolved.full_name())),
            None => Err(ConversionError::no_way(
                &Value::String(text.clone()),
                target,
            )),
        },
    }
}

/// Thirty-two hexadecimal digits, bare or with dashes, bare or in braces or parentheses.
fn parse_guid(text: &str) -> Option<uuid::Uuid> {
    let text = text.trim();
    let inner = text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .or_else(|| {
            text.strip_prefix('(')
                .and_then(|rest| rest.strip_suffix(')'))
        });
    match inner {
        Some(inner) if inner.len() != 36 => None,
        Some(inner) => uuid::Uuid::try_parse(inner).ok(),
        None if matches!(text.len(), 32 | 36) => uuid::Uuid::try_parse(text).ok(),
        None => None,
    }
}

fn parse_version(text: &str) -> Result<Vec<i32>, String> {
    let parts: Vec<&str> = text.trim().split('.').collect();
    if !(2..=4).contains(&parts.len()) {
        return Err("Version string portion was too short or too long. (Parameter 'input')".into());
    }
    parts
        .into_iter()
        .map(|part| match part.trim().parse::<i64>() {
            Ok(number) if number < 0 => Err(
                "Version's parameters must be greater than or equal to zero. (Parameter 'input')"
                    .into(),
            ),
            Ok(number) => i32::try_from(number)
                .map_err(|_| "Value was either too large or too small for an Int32.".to_owned()),
            Err(_) => Err(format!(
                "The input string '{part}' was not in a correct format."
            )),
        })
        .collect()
}

/// Another kind of dictionary with the same entries.
fn dictionary(value: &Value, name: &str, target: &ParameterType) -> Result<Value, ConversionError> {
    let Value::Dictionary(from) = value else {
        return Err(ConversionError::no_way(value, target));
    };
    Ok(Value::Dictionary(Arc::new(Dictionary {
        type_name: name.into(),
        entries: RwLock::new(read(&from.entries).clone()),
    })))
}

/// `@{Add=…; Remove=…; Replace=…}`, or bare values that replace.
fn list_modifier(value: &Value, target: &ParameterType) -> Result<Value, ConversionError> {
    let mut parts: IndexMap<&str, Vec<Value>> = ["Add", "Remove", "Replace"]
        .map(|part| (part, Vec::new()))
        .into();
    match value {
        Value::Dictionary(dictionary) => {
            for (key, item) in read(&dictionary.entries).values() {
                let key = to_text(key, Culture::Invariant);
                let part = parts
                    .iter_mut()
                    .find(|(part, _)| part.eq_ignore_ascii_case(&key));
                let Some((_, items)) = part else {
                    return Err(ConversionError::wrapping(
                        "InvalidCastConstructorException",
                        &net_text(value),
                        target,
                        &format!(
                            "The following unknown list modifier was detected: '{key}'. Valid list modifiers are Add, \
                             Remove, and Replace."
                        ),
                    ));
                };
                items.extend(item.elements().unwrap_or_else(|| vec![item.clone()]));
            }
        }
        other => {
            let items = other.elements().unwrap_or_else(|| vec![other.clone()]);
            parts.insert("Replace", items);
        }
    }
    let type_names = [
        "System.Management.Automation.PSListModifier",
        "System.Object",
    ]
    .map(Text::from);
    let properties = parts
        .into_iter()
        .map(|(part, items)| {
            let list = Value::List(Arc::new(List {
                type_name: "System.Collections.ObjectModel.Collection`1[System.Object]".into(),
                items: RwLock::new(items),
            }));
            (Text::from(part), list)
        })
        .collect();
    Ok(Value::Object(Arc::new(Object::typed(
        type_names.into(),
        properties,
    ))))
}
