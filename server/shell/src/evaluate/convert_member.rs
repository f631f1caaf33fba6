//! `[convert]::…`.

use std::sync::Arc;

use base64::Engine as _;

use crate::command::ParameterType;
use crate::convert::{ConversionContext, convert, net_text};
use crate::evaluate::method::{Outcome, text_of};
use crate::evaluate::parse_method::parse;
use crate::value::{Array, Value};

/// The types that `System.Convert` makes, by the end of the method's name.
const TARGETS: &[(&str, &str)] = &[
    ("toboolean", "System.Boolean"),
    ("tobyte", "System.Byte"),
    ("tochar", "System.Char"),
    ("todatetime", "System.DateTime"),
    ("todecimal", "System.Decimal"),
    ("todouble", "System.Double"),
    ("toint16", "System.Int16"),
    ("toint32", "System.Int32"),
    ("toint64", "System.Int64"),
    ("tosbyte", "System.SByte"),
    ("tosingle", "System.Single"),
    ("touint16", "System.UInt16"),
    ("touint32", "System.UInt32"),
    ("touint64", "System.UInt64"),
];

/// A static method of `System.Convert`.
pub(super) fn call(name: &str, arguments: &[Value], context: ConversionContext) -> Outcome {
    let target = TARGETS.iter().find(|(method, _)| *method == name);
    match (name, target, arguments) {
        (_, Some((_, target)), [value]) => to_type(value, target, context),
        (_, Some((_, target)), [digits @ Value::String(_), base]) => {
            from_base(&text_of(digits), base, target)
        }
        ("tostring", _, [value]) => Outcome::Value(Value::text(net_text(value))),
        ("tostring", _, [value, base]) => to_base(value, base),
        ("tobase64string", _, [bytes]) => with_bytes(bytes, |bytes| {
            base64::engine::general_purpose::STANDARD.encode(bytes)
        }),
        ("tohexstring", _, [bytes]) => with_bytes(bytes, |bytes| {
            bytes.iter().map(|byte| format!("{byte:02X}")).collect()
        }),
        ("frombase64string", _, [text]) => {
            let text: String = text_of(text).split_whitespace().collect();
            match base64::engine::general_purpose::STANDARD.decode(text) {
                Ok(bytes) => Outcome::Value(byte_array(bytes)),
                Err(_) => Outcome::Thrown(
                    "System.FormatException",
                    "The input is not a valid Base-64 string as it contains a non-base 64 character, more than two \
                     padding characters, or an illegal character among the padding characters."
                        .into(),
                ),
            }
        }
        _ => Outcome::Unknown,
    }
}

fn to_type(value: &Value, target: &str, context: ConversionContext) -> Outcome {
    let target = ParameterType::Plain(target.into());
    if matches!(value, Value::String(_)) {
        return parse(&target, value, context);
    }
    match convert(value, &target, context) {
        Ok(value) => Outcome::Value(value),
        Err(error) => {
            let reason = error
                .message
                .split_once("Error: \"")
                .and_then(|(_, rest)| rest.strip_suffix('"'));
            match reason {
                Some(reason) if reason.starts_with("Invalid cast") => {
                    Outcome::Thrown("System.InvalidCastException", reason.to_owned())
                }
                Some(reason) => Outcome::Thrown("System.OverflowException", reason.to_owned()),
                None => Outcome::Unknown,
            }
        }
    }
}

fn radix(base: &Value) -> Result<u32, Outcome> {
    match crate::convert::number::as_integer(base) {
        Some(base @ (2 | 8 | 10 | 16)) => Ok(base as u32),
        Some(_) => Err(Outcome::Thrown(
            "System.ArgumentException",
            "Invalid Base.".into(),
        )),
        None => Err(Outcome::Unknown),
    }
}

fn from_base(digits: &str, base: &Value, target: &str) -> Outcome {
    let base = match radix(base) {
        Ok(base) => base,
        Err(outcome) => return outcome,
    };
    let bare = match base {
        16 => digits
            .strip_prefix("0x")
            .or_else(|| digits.strip_prefix("0X"))
            .unwrap_or(digits),
        _ => digits,
    };
    let Ok(bits) = u64::from_str_radix(bare, base) else {
        return Outcome::Thrown(
            "System.FormatException",
            if bare.is_empty() {
                "Index was out of range. Must be non-negative and less than the size of the collection. (Parameter 'startIndex')"
            } else if bare.starts_with(|c: char| c.is_digit(base)) {
                "Additional non-parsable characters are at the end of the string."
            } else {
                "Could not find any recognizable digits."
            }
            .into(),
        );
    };
    // Other bases than ten write the bits of a number, the sign's among them.
    let value = match target {
        "System.Byte" => u8::try_from(bits).ok().map(Value::UInt8),
        "System.Int16" => u16::try_from(bits).ok().map(|n| Value::Int16(n as i16)),
        "System.Int32" => u32::try_from(bits).ok().map(|n| Value::Int32(n as i32)),
        "System.Int64" => Some(Value::Int64(bits as i64)),
        "System.UInt16" => u16::try_from(bits).ok().map(Value::UInt16),
        "System.UInt32" => u32::try_from(bits).ok().map(Value::UInt32),
        "System.UInt64" => Some(Value::UInt64(bits)),
        _ => return Outcome::Unknown,
    };
    match value {
        Some(value) => Outcome::Value(value),
        None => Outcome::Thrown(
            "System.OverflowException",
            format!(
                "Value was either too large or too small for a{} {}.",
                if target.contains(".Int") { "n" } else { "" },
                target.trim_start_matches("System.")
            ),
        ),
    }
}

fn to_base(value: &Value, base: &Value) -> Outcome {
    let base = match radix(base) {
        Ok(base) => base,
        Err(outcome) => return outcome,
    };
    let bits = match value {
        Value::UInt8(n) => u64::from(*n),
        Value::Int16(n) => u64::from(*n as u16),
        Value::Int32(n) => u64::from(*n as u32),
        Value::Int64(n) => *n as u64,
        _ => return Outcome::Unknown,
    };
    Outcome::Value(Value::text(match base {
        2 => format!("{bits:b}"),
        8 => format!("{bits:o}"),
        16 => format!("{bits:x}"),
        _ => text_of(value),
    }))
}

fn with_bytes(value: &Value, write: impl Fn(&[u8]) -> String) -> Outcome {
    let target = ParameterType::Array(Box::new(ParameterType::Plain("System.Byte".into())));
    let bytes = convert(value, &target, ConversionContext::default())
        .ok()
        .and_then(|value| value.elements());
    let Some(items) = bytes else {
        return Outcome::Unknown;
    };
    let bytes: Vec<u8> = items
        .iter()
        .filter_map(|item| match item {
            Value::UInt8(byte) => Some(*byte),
            _ => None,
        })
        .collect();
    Outcome::Value(Value::text(write(&bytes)))
}

fn byte_array(bytes: Vec<u8>) -> Value {
    Value::Array(Arc::new(Array {
        element_type: "System.Byte".into(),
        items: bytes
            .into_iter()
            .map(Value::UInt8)
            .collect::<Vec<_>>()
            .into(),
    }))
}
