//! Conversion to the other types of .NET and PowerShell that text or a dictionary can stand for.

use std::sync::{Arc, RwLock};

use indexmap::IndexMap;

use crate::command::ParameterType;
use crate::convert::error::net_text;
use crate::convert::semantic_version::{self, SemanticVersion};
use crate::convert::{ConversionError, number, type_names};
use crate::text::{Culture, read, to_text};
use crate::value::{Comparer, Dictionary, List, NamedScalar, Object, Text, Value};

/// Converts to a type by its full name.
pub(super) fn convert(
    value: &Value,
    source: Option<&Text>,
    name: &str,
    target: &ParameterType,
) -> Result<Value, ConversionError> {
    match name {
        semantic_version::TYPE => return to_semantic_version(value, target),
        "System.Version" if let Some(version) = SemanticVersion::of(value) => {
            return Ok(Value::Version(version.numbers.into()));
        }
        "System.Collections.Hashtable"
        | "System.Collections.SortedList"
        | "System.Collections.Specialized.OrderedDictionary" => {
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
            return address_of(number::as_integer(value).unwrap_or(0), target);
        }
        other if number::is_number(other) && name != "System.Type" => source
            .cloned()
            .unwrap_or_else(|| to_text(other, Culture::Invariant).into()),
        other => return Err(ConversionError::between(other, target)),
    };
    from_text(&text, name, target)
}

/// A version of text, of a number, of another version.
fn to_semantic_version(value: &Value, target: &ParameterType) -> Result<Value, ConversionError> {
    let refused = |id, inner: &str| {
        Err(ConversionError::wrapping(
            id,
            &net_text(value),
            target,
            inner,
        ))
    };
    let numbers = match value {
        Value::String(text) => {
            return match SemanticVersion::parse(text) {
                Some(version) => Ok(version.value()),
                None if text.is_empty() => refused("InvalidCastParseTargetInvocation", "version"),
                // `Int32.Parse` of nothing is thrown.
                None => refused(
                    "InvalidCastParseTargetInvocation",
                    "The input string '' was not in a correct format.",
                ),
            };
        }
        Value::Version(parts) if parts.get(3).is_some_and(|revision| *revision > 0) => {
            return refused(
                "InvalidCastConstructorException",
                "Cannot process argument because the value of argument \"version\" is not valid. Change the value of the \
                 \"version\" argument and run the operation again.",
            );
        }
        Value::Version(parts) => [0, 1, 2].map(|at| parts.get(at).copied().unwrap_or(0)),
        Value::UInt8(_) | Value::Int16(_) | Value::UInt16(_) | Value::Int32(_) => {
            let major = number::as_integer(value).and_then(|major| i32::try_from(major).ok());
            match major.filter(|major| *major >= 0) {
                Some(major) => [major, 0, 0],
                None => {
                    return refused(
                        "InvalidCastConstructorException",
                        "Cannot process argument because the value of argument \"major\" is not valid. Change the value of the \
                         \"major\" argument and run the operation again.",
                    );
                }
            }
        }
        other => return Err(ConversionError::between(other, target)),
    };
    let version = SemanticVersion {
        numbers,
        pre_release: None,
        build: None,
    };
    Ok(version.value())
}

fn scalar(name: &str, text: impl Into<Text>) -> Value {
    Value::Named(Arc::new(NamedScalar {
        options: 0,
        type_name: name.into(),
        text: text.into(),
    }))
}

/// `new IPAddress(long)`: the bytes in the order of the network, the first one lowest.
fn address_of(number: i64, target: &ParameterType) -> Result<Value, ConversionError> {
    let Ok(bytes) = u32::try_from(number) else {
        let inner = format!(
            "newAddress ('{0}') must be less than or equal to '{1}'. (Parameter 'newAddress')\nActual value was {0}.",
            u64::from_ne_bytes(number.to_ne_bytes()),
            u32::MAX
        );
        return Err(ConversionError::wrapping(
            "InvalidCastConstructorException",
            &number.to_string(),
            target,
            &inner,
        ));
    };
    let address = std::net::Ipv4Addr::from(bytes.to_le_bytes());
    Ok(scalar("System.Net.IPAddress", address.to_string()))
}

fn from_text(text: &Text, name: &str, target: &ParameterType) -> Result<Value, ConversionError> {
    let parse = |inner: &str| {
        ConversionError::wrapping("InvalidCastParseTargetInvocation", text, target, inner)
    };
    match name {
        "System.Guid" => parse_guid(text).map(Value::Guid).map_err(|inner| {
            ConversionError::wrapping(
                "InvalidCastParseTargetInvocationWithFormatProvider",
                text,
                target,
                inner,
            )
        }),
        "System.Version" => parse_version(text)
            .map(|parts| Value::Version(parts.into()))
            .map_err(|inner| parse(&inner)),
        "System.Uri" => match crate::text::uri::refusal(text) {
            Some(inner) => Err(ConversionError::wrapping(
                "InvalidCastFromStringToUri",
                text,
                target,
                inner,
            )),
            None => Ok(scalar(name, text.clone())),
        },
        "System.Text.RegularExpressions.Regex" => match crate::regex::compile(text, true) {
            Ok(_) => Ok(scalar(name, text.clone())),
            Err(inner) => Err(ConversionError::wrapping(
                "InvalidCastFromStringToRegex",
                text,
                target,
                &inner,
            )),
        },
        "System.Net.Mail.MailAddress" if is_mail_address(text) => Ok(scalar(name, text.clone())),
        "System.Net.Mail.MailAddress" => Err(ConversionError::wrapping(
            "InvalidCastConstructorException",
            text,
            target,
            "The specified string is not in the form required for an e-mail address.",
        )),
        "System.Net.IPAddress" => parse_address(text)
            .map(|address| scalar(name, address))
            .ok_or_else(|| parse("An invalid IP address was specified.")),
        _ => match type_names::resolve(text) {
            Some(resolved) => Ok(Value::Type(resolved.full_name())),
            None => Err(ConversionError {
                id: "InvalidCastFromStringToType",
                ..ConversionError::no_way(&Value::String(text.clone()), target)
            }),
        },
    }
}

/// `user@host`, alone or in angle brackets behind a name.
fn is_mail_address(text: &str) -> bool {
    let address = match text.trim().strip_suffix('>') {
        Some(named) => named.rsplit_once('<').map_or("", |(_, address)| address),
        None => text.trim(),
    };
    address.rsplit_once('@').is_some_and(|(user, host)| {
        let is_quoted = user.len() > 1 && user.starts_with('"') && user.ends_with('"');
        let is_plain =
            |c: char| !c.is_whitespace() && !c.is_control() && !"()<>[]:;@\\,\"".contains(c);
        let dots = |text: &str| text.split('.').all(|part| !part.is_empty());
        (is_quoted || dots(user) && user.chars().all(is_plain))
            && dots(host)
            && host.chars().all(is_plain)
    })
}

/// Thirty-two hexadecimal digits, bare or with dashes, with these bare or in braces or parentheses; else why not.
pub(crate) fn parse_guid(text: &str) -> Result<uuid::Uuid, &'static str> {
    const LENGTH: &str =
        "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).";
    const DASHES: &str = "Dashes are in the wrong position for GUID parsing.";
    const DIGITS: &str = "Guid string should only contain hexadecimal characters.";
    let text = text.trim();
    if text.len() < 32 {
        return Err("Unrecognized Guid format.");
    }
    if !text.is_ascii() {
        return Err(DIGITS);
    }
    if text.starts_with("{0x") || text.starts_with("{0X") {
        return parse_hexadecimal_guid(text);
    }
    let dashed = match (text.as_bytes()[0], text.as_bytes()[text.len() - 1]) {
        (b'{', b'}') | (b'(', b')') if text.len() == 38 => &text[1..37],
        (b'{' | b'(', _) => return Err(LENGTH),
        _ if text.contains('-') => text,
        _ if text.len() != 32 => return Err(LENGTH),
        _ => return uuid::Uuid::try_parse(text).map_err(|_| DIGITS),
    };
    if dashed.len() != 36 {
        return Err(LENGTH);
    }
    if [8, 13, 18, 23]
        .iter()
        .any(|at| dashed.as_bytes()[*at] != b'-')
    {
        return Err(DASHES);
    }
    uuid::Uuid::try_parse(dashed).map_err(|_| DIGITS)
}

/// `{0xdddddddd,0xdddd,0xdddd,{0xdd,0xdd,0xdd,0xdd,0xdd,0xdd,0xdd,0xdd}}`, white space anywhere.
fn parse_hexadecimal_guid(text: &str) -> Result<uuid::Uuid, &'static str> {
    const BRACES: &str = "Could not find a brace, or the length between the previous token and the brace was zero (i.e., '0x,'etc.).";
    const PREFIX: &str = "Expected 0x prefix.";
    const DIGITS: &str = "Guid string should only contain hexadecimal characters.";
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (head, bytes) = compact
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix("}}"))
        .and_then(|text| text.split_once(",{"))
        .ok_or(BRACES)?;
    let number = |part: &str, most: usize| {
        let digits = part
            .strip_prefix("0x")
            .or_else(|| part.strip_prefix("0X"))
            .ok_or(PREFIX)?;
        match digits.len() {
            0 => Err(BRACES),
            length if length > most => Err("Value was either too large or too small for a UInt32."),
            _ => u32::from_str_radix(digits, 16).map_err(|_| DIGITS),
        }
    };
    let (&[first, second, third], parts) = (
        head.split(',').collect::<Vec<_>>().as_slice(),
        bytes.split(',').collect::<Vec<_>>(),
    ) else {
        return Err(BRACES);
    };
    let narrow = |part: &str| u16::try_from(number(part, 4)?).map_err(|_| DIGITS);
    let last: Vec<u8> = parts
        .iter()
        .map(|part| u8::try_from(number(part, 2)?).map_err(|_| DIGITS))
        .collect::<Result<_, _>>()?;
    let last: [u8; 8] = last.try_into().map_err(|_| BRACES)?;
    Ok(uuid::Uuid::from_fields(
        number(first, 8)?,
        narrow(second)?,
        narrow(third)?,
        &last,
    ))
}

/// An address of four bytes as the C library reads it: up to four numbers, decimal, octal or hexadecimal, of which the
/// last fills the bytes that are left. Or one of IPv6.
fn parse_address(text: &str) -> Option<String> {
    let text = text.trim();
    if text.contains(':') {
        let bare = text.trim_start_matches('[').trim_end_matches(']');
        let (address, scope) = match bare.split_once('%') {
            Some((address, scope)) => (address, scope.parse::<u32>().ok()?),
            None => (bare, 0),
        };
        let address: std::net::Ipv6Addr = address.parse().ok()?;
        return Some(match scope {
            0 => address.to_string(),
            scope => format!("{address}%{scope}"),
        });
    }
    let numbers = text
        .split('.')
        .map(
            |part| match part.strip_prefix("0x").or_else(|| part.strip_prefix("0X")) {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None if part.len() > 1 && part.starts_with('0') => {
                    u32::from_str_radix(part, 8).ok()
                }
                None => part.parse().ok(),
            },
        )
        .collect::<Option<Vec<u32>>>()?;
    let (last, leading) = numbers.split_last()?;
    if leading.len() > 3 || leading.iter().any(|byte| *byte > 255) {
        return None;
    }
    let room = 8 * (4 - leading.len() as u32);
    if room < 32 && *last >= 1 << room {
        return None;
    }
    let head = leading
        .iter()
        .zip([24, 16, 8])
        .fold(0, |address, (byte, shift)| address | byte << shift);
    Some(std::net::Ipv4Addr::from(head | last).to_string())
}

fn parse_version(text: &str) -> Result<Vec<i32>, String> {
    let parts: Vec<&str> = text.trim().split('.').collect();
    if !(2..=4).contains(&parts.len()) {
        return Err("Version string portion was too short or too long. (Parameter 'input')".into());
    }
    // What .NET calls the parts when it blames them.
    let names = match parts.len() {
        3 => ["input", "input", "build", ""],
        _ => ["input", "input", "build", "revision"],
    };
    parts
        .into_iter()
        .zip(names)
        .map(|(part, name)| match part.trim().parse::<i64>() {
            Ok(number) if (i32::MIN.into()..0).contains(&number) => Err(format!(
                "{name} ('{number}') must be a non-negative value. (Parameter '{name}')\nActual value was {number}."
            )),
            Ok(number) => i32::try_from(number)
                .map_err(|_| "Value was either too large or too small for an Int32.".to_owned()),
            Err(_) if !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()) => {
                Err("Value was either too large or too small for an Int32.".to_owned())
            }
            Err(_) => Err(format!(
                "The input string '{part}' was not in a correct format."
            )),
        })
        .collect()
}

/// Another kind of dictionary with the same entries.
fn dictionary(value: &Value, name: &str, target: &ParameterType) -> Result<Value, ConversionError> {
    let Value::Dictionary(from) = value else {
        return Err(ConversionError::between(value, target));
    };
    // A new dictionary knows nothing of how the other tells its keys apart.
    let entries = read(&from.entries).clone();
    let made = Dictionary::of_entries(name, Comparer::Exact, entries.values());
    Ok(Value::Dictionary(Arc::new(made)))
}

/// `@{Add=…; Remove=…; Replace=…}`, or bare values that replace.
fn list_modifier(value: &Value, target: &ParameterType) -> Result<Value, ConversionError> {
    let mut parts: IndexMap<&str, Vec<Value>> = ["Add", "Remove", "Replace"]
        .map(|part| (part, Vec::new()))
        .into();
    match value {
        // Any other dictionary is one replacement.
        Value::Dictionary(dictionary)
            if &*dictionary.type_name == "System.Collections.Hashtable" =>
        {
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
                keys: None,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_are_refused_for_their_own_reasons() {
        let good = "12345678-1234-1234-1234-123456789012";
        assert!(parse_guid(good).is_ok());
        assert!(parse_guid(&format!("({good})")).is_ok());
        assert!(parse_guid(&good.replace('-', "")).is_ok());
        for (text, reason) in [
            ("x", "Unrecognized Guid format."),
            (
                "123456781234123412341234567890123",
                "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).",
            ),
            (
                "123456781-234-1234-1234-123456789012",
                "Dashes are in the wrong position for GUID parsing.",
            ),
            (
                "1234567g-1234-1234-1234-123456789012",
                "Guid string should only contain hexadecimal characters.",
            ),
        ] {
            assert_eq!(parse_guid(text), Err(reason), "{text}");
        }
    }

    #[test]
    fn addresses_may_be_short() {
        let text = parse_address;
        assert_eq!(text("fe80::1%3"), Some("fe80::1%3".into()));
        assert_eq!(text("10.0.0.1"), Some("10.0.0.1".into()));
        assert_eq!(text("1"), Some("0.0.0.1".into()));
        assert_eq!(text("10.1"), Some("10.0.0.1".into()));
        assert_eq!(text("::1"), Some("::1".into()));
        assert_eq!(text("1.2.3.256"), None);
        assert_eq!(text("x"), None);
    }
}
