//! Methods of texts.

use std::sync::Arc;

use crate::convert::enumerations;
use crate::evaluate::MAX_GROWTH;
use crate::evaluate::method::{Outcome, text_of};
use crate::text::{as_double, to_lower, to_upper};
use crate::value::{Array, EnumValue, Value};

/// `TypeCode.String`.
const TYPE_CODE_OF_TEXT: i64 = 18;

pub(super) fn text_method(text: &Arc<str>, name: &str, arguments: &[Value]) -> Outcome {
    let argument = |index: usize| arguments.get(index).map(text_of);
    let number = |index: usize| arguments.get(index).and_then(as_double).map(|n| n as i64);
    let string = |text: &str| Outcome::Value(Value::text(text));
    let trimmed: Vec<char> = arguments
        .iter()
        .flat_map(|argument| text_of(argument).chars().collect::<Vec<_>>())
        .collect();
    let drops = |c: char| {
        if arguments.is_empty() {
            c.is_whitespace()
        } else {
            trimmed.contains(&c)
        }
    };
    match (name, arguments.len()) {
        ("toupper" | "toupperinvariant", 0) => string(&to_upper(text)),
        ("tolower" | "tolowerinvariant", 0) => string(&to_lower(text)),
        ("trim", _) => string(text.trim_matches(drops)),
        ("trimstart", _) => string(text.trim_start_matches(drops)),
        ("trimend", _) => string(text.trim_end_matches(drops)),
        ("startswith" | "endswith" | "contains", 1 | 2) => contains(text, name, arguments),
        ("indexof" | "lastindexof", _) => index_of(text, name == "lastindexof", arguments),
        ("replace", 2) => replaced(
            text,
            &argument(0).unwrap_or_default(),
            &argument(1).unwrap_or_default(),
        ),
        ("split", _) => split_text(text, arguments),
        ("substring", 1 | 2) => substring(text, number(0), number(1)),
        ("padleft" | "padright", 1 | 2) => padded(text, name == "padleft", arguments),
        ("insert", 2) => inserted(text, number(0), &argument(1).unwrap_or_default()),
        ("remove", 1 | 2) => removed(text, number(0), number(1)),
        ("clone", 0) => string(text),
        ("gettypecode", 0) => {
            enumerations::find("System.TypeCode").map_or(Outcome::Unknown, |definition| {
                Outcome::Value(Value::Enum(EnumValue {
                    definition,
                    number: TYPE_CODE_OF_TEXT,
                }))
            })
        }
        ("tochararray", 2) => character_slice(text, number(0), number(1)),
        ("tochararray", 0) => Outcome::Value(Value::Array(Arc::new(Array {
            element_type: "System.Char".into(),
            items: text
                .encode_utf16()
                .map(Value::Char)
                .collect::<Vec<_>>()
                .into(),
        }))),
        ("equals", 2) => Outcome::Value(Value::Bool(
            if argument(1).is_some_and(|mode| mode.ends_with("IgnoreCase")) {
                to_upper(text) == to_upper(&argument(0).unwrap_or_default())
            } else {
                **text == argument(0).unwrap_or_default()
            },
        )),
        ("tostring", _) => string(text),
        _ => Outcome::Unknown,
    }
}

fn replaced(text: &str, from: &str, to: &str) -> Outcome {
    if from.is_empty() {
        return Outcome::Thrown(
            "System.ArgumentException",
            "The value cannot be an empty string. (Parameter 'oldValue')".into(),
        );
    }
    let more = to.len().saturating_sub(from.len());
    let places = if more == 0 {
        0
    } else {
        text.matches(from).count()
    };
    if places.saturating_mul(more) > MAX_GROWTH {
        return Outcome::too_large();
    }
    Outcome::Value(Value::text(text.replace(from, to)))
}

/// `IndexOf(value[, startIndex[, count]])` and its like from the end.
fn index_of(text: &str, from_end: bool, arguments: &[Value]) -> Outcome {
    let number = |index: usize| match arguments.get(index) {
        Some(Value::Int32(n)) => Some(*n),
        _ => None,
    };
    let ignore_case = matches!(arguments.get(1), Some(mode @ Value::Enum(_)) if text_of(mode).ends_with("IgnoreCase"));
    let fold = |text: &str| -> Vec<u16> {
        if ignore_case {
            to_upper(text).encode_utf16().collect()
        } else {
            text.encode_utf16().collect()
        }
    };
    let units = fold(text);
    let part = fold(&arguments.first().map(text_of).unwrap_or_default());
    let length = units.len();
    let start = number(1).map_or(if from_end { length } else { 0 }, |n| n as usize);
    if start > length {
        return Outcome::Thrown(
            "System.ArgumentOutOfRangeException",
            "Index was out of range. Must be non-negative and less than or equal to the size of the collection. \
             (Parameter 'startIndex')"
                .into(),
        );
    }
    let here = |at: usize| units[at..].starts_with(&part);
    let found = if from_end {
        let last = (start + usize::from(number(1).is_some())).saturating_sub(part.len());
        (0..=last.min(length)).rev().find(|at| here(*at))
    } else {
        let end = number(2).map_or(length, |count| {
            start.saturating_add(count as usize).min(length)
        });
        (start..=end).find(|at| *at + part.len() <= end && here(*at))
    };
    Outcome::Value(Value::Int32(found.map_or(-1, |at| at as i32)))
}

fn contains(text: &str, name: &str, arguments: &[Value]) -> Outcome {
    let argument = |index: usize| arguments.get(index).map(text_of);
    let ignore_case = argument(1).is_some_and(|mode| mode.to_lowercase().contains("ignorecase"));
    let fold = |text: &str| {
        if ignore_case {
            to_upper(text)
        } else {
            text.to_owned()
        }
    };
    let (own, part) = (fold(text), fold(&argument(0).unwrap_or_default()));
    Outcome::Value(Value::Bool(match name {
        "startswith" => own.starts_with(&part),
        "endswith" => own.ends_with(&part),
        _ => own.contains(&part),
    }))
}

fn padded(text: &str, left: bool, arguments: &[Value]) -> Outcome {
    let width = arguments.first().and_then(as_double).unwrap_or(0.0);
    if width < 0.0 {
        return negative("totalWidth", width as i64);
    }
    let width = width.max(0.0) as usize;
    if width > MAX_GROWTH {
        return Outcome::too_large();
    }
    let fill = arguments
        .get(1)
        .and_then(|fill| text_of(fill).chars().next())
        .unwrap_or(' ');
    let padding: String =
        std::iter::repeat_n(fill, width.saturating_sub(text.chars().count())).collect();
    Outcome::Value(Value::text(if left {
        format!("{padding}{text}")
    } else {
        format!("{text}{padding}")
    }))
}

fn split_text(text: &str, arguments: &[Value]) -> Outcome {
    let separators: Vec<char> = arguments
        .first()
        .map(|first| match first.elements() {
            Some(items) => items
                .iter()
                .flat_map(|item| text_of(item).chars().collect::<Vec<_>>())
                .collect(),
            None => text_of(first).chars().collect(),
        })
        .unwrap_or_default();
    let options = |word: &str| {
        arguments
            .iter()
            .skip(1)
            .any(|options| text_of(options).to_lowercase().contains(word))
    };
    let (drop_empty, trims) = (options("removeempty"), options("trimentries"));
    let most = arguments
        .get(1)
        .and_then(crate::convert::number::as_integer)
        .map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(0));
    if most == 0 {
        return Outcome::Value(Value::Array(Arc::new(Array {
            element_type: "System.String".into(),
            items: Vec::new().into(),
        })));
    }
    let whole = arguments.first().map(text_of).unwrap_or_default();
    let pieces: Vec<&str> = if separators.is_empty() {
        text.splitn(most, char::is_whitespace).collect()
    } else if matches!(arguments.first(), Some(Value::String(_))) {
        text.splitn(most, whole.as_str()).collect()
    } else {
        text.splitn(most, separators.as_slice()).collect()
    };
    let items: Vec<Value> = pieces
        .into_iter()
        .map(|piece| if trims { piece.trim() } else { piece })
        .filter(|piece| !(drop_empty && piece.is_empty()))
        .map(Value::text)
        .collect();
    Outcome::Value(Value::Array(Arc::new(Array {
        element_type: "System.String".into(),
        items: items.into(),
    })))
}

fn outside(message: impl Into<String>) -> Outcome {
    Outcome::Thrown("System.ArgumentOutOfRangeException", message.into())
}

/// `ArgumentOutOfRangeException.ThrowIfNegative`.
fn negative(parameter: &str, number: i64) -> Outcome {
    outside(format!(
        "{parameter} ('{number}') must be a non-negative value. (Parameter '{parameter}')\nActual value was {number}."
    ))
}

const BELOW_ZERO: &str = "StartIndex cannot be less than zero. (Parameter 'startIndex')";
const BEYOND_END: &str =
    "startIndex cannot be larger than length of string. (Parameter 'startIndex')";

fn substring(text: &str, start: Option<i64>, length: Option<i64>) -> Outcome {
    let units: Vec<u16> = text.encode_utf16().collect();
    let start = start.unwrap_or_default();
    let Ok(from) = usize::try_from(start) else {
        return outside(BELOW_ZERO);
    };
    if from > units.len() {
        return outside(BEYOND_END);
    }
    let Ok(count) = length.map_or(Ok(units.len() - from), usize::try_from) else {
        return outside("Length cannot be less than zero. (Parameter 'length')");
    };
    match units[from..].get(..count) {
        Some(part) => Outcome::Value(Value::text(String::from_utf16_lossy(part))),
        None => outside(
            "Index and length must refer to a location within the string. (Parameter 'length')",
        ),
    }
}

/// `ToCharArray(startIndex, length)`.
fn character_slice(text: &str, start: Option<i64>, length: Option<i64>) -> Outcome {
    let units: Vec<u16> = text.encode_utf16().collect();
    let place = |n: Option<i64>| usize::try_from(n.unwrap_or_default()).ok();
    let part = place(start).and_then(|from| units.get(from..from.saturating_add(place(length)?)));
    match part {
        Some(part) => Outcome::Value(Value::Array(Arc::new(Array {
            element_type: "System.Char".into(),
            items: part
                .iter()
                .copied()
                .map(Value::Char)
                .collect::<Vec<_>>()
                .into(),
        }))),
        None => outside(
            "Index was out of range. Must be non-negative and less than the size of the collection. (Parameter \
             'startIndex')",
        ),
    }
}

fn inserted(text: &str, start: Option<i64>, part: &str) -> Outcome {
    let mut units: Vec<u16> = text.encode_utf16().collect();
    let start = start.unwrap_or_default();
    match usize::try_from(start).ok().filter(|at| *at <= units.len()) {
        None => outside(format!(
            "startIndex ('{}') must be less than or equal to '{}'. (Parameter 'startIndex')\nActual value was {}.",
            start as u32,
            units.len(),
            start as u32
        )),
        Some(_) if units.len() + part.len() > MAX_GROWTH => Outcome::too_large(),
        Some(at) => {
            units.splice(at..at, part.encode_utf16());
            Outcome::Value(Value::text(String::from_utf16_lossy(&units)))
        }
    }
}

fn removed(text: &str, start: Option<i64>, count: Option<i64>) -> Outcome {
    let mut units: Vec<u16> = text.encode_utf16().collect();
    let start = start.unwrap_or_default();
    let from = usize::try_from(start).ok();
    let end = match (from, count) {
        (None, None) => return outside(BELOW_ZERO),
        (None, Some(_)) => return negative("startIndex", start),
        (Some(from), None) if from > units.len() => return outside(BEYOND_END),
        (Some(_), None) => units.len(),
        (Some(_), Some(count)) if count < 0 => return negative("count", count),
        (Some(from), Some(count)) => from.saturating_add(count as usize),
    };
    let from = from.unwrap_or_default();
    if end > units.len() || from > end {
        return outside(
            "Index and count must refer to a location within the string. (Parameter 'count')",
        );
    }
    units.drain(from..end);
    Outcome::Value(Value::text(String::from_utf16_lossy(&units)))
}
