//! Methods of texts.

use std::sync::Arc;

use crate::evaluate::MAX_GROWTH;
use crate::evaluate::method::{Outcome, text_of};
use crate::text::as_double;
use crate::value::{Array, Value};

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
        ("toupper" | "toupperinvariant", 0) => string(&text.to_uppercase()),
        ("tolower" | "tolowerinvariant", 0) => string(&text.to_lowercase()),
        ("trim", _) => string(text.trim_matches(drops)),
        ("trimstart", _) => string(text.trim_start_matches(drops)),
        ("trimend", _) => string(text.trim_end_matches(drops)),
        ("startswith" | "endswith" | "contains", 1 | 2) => contains(text, name, arguments),
        ("indexof" | "lastindexof", 1) => {
            let part = argument(0).unwrap_or_default();
            let at = if name == "indexof" {
                text.find(&part)
            } else {
                text.rfind(&part)
            };
            let index = at.map_or(-1, |at| text[..at].encode_utf16().count() as i32);
            Outcome::Value(Value::Int32(index))
        }
        ("replace", 2) => {
            let from = argument(0).unwrap_or_default();
            if from.is_empty() {
                return Outcome::Thrown(
                    "System.ArgumentException",
                    "String cannot be of zero length. (Parameter 'oldValue')".into(),
                );
            }
            let to = argument(1).unwrap_or_default();
            let more = to.len().saturating_sub(from.len());
            let places = if more == 0 {
                0
            } else {
                text.matches(&from).count()
            };
            if places.saturating_mul(more) > MAX_GROWTH {
                return Outcome::too_large();
            }
            string(&text.replace(&from, &to))
        }
        ("split", _) => split_text(text, arguments),
        ("substring", 1 | 2) => substring(text, number(0), number(1)),
        ("padleft" | "padright", 1 | 2) => padded(text, name == "padleft", arguments),
        ("insert", 2) => splice(text, number(0), Some(0), &argument(1).unwrap_or_default()),
        ("remove", 1 | 2) => splice(text, number(0), number(1), ""),
        ("tochararray", 0) => Outcome::Value(Value::Array(Arc::new(Array {
            element_type: "System.Char".into(),
            items: text
                .encode_utf16()
                .map(Value::Char)
                .collect::<Vec<_>>()
                .into(),
        }))),
        ("tostring", _) => string(text),
        _ => Outcome::Unknown,
    }
}

fn contains(text: &str, name: &str, arguments: &[Value]) -> Outcome {
    let argument = |index: usize| arguments.get(index).map(text_of);
    let ignore_case = argument(1).is_some_and(|mode| mode.to_lowercase().contains("ignorecase"));
    let fold = |text: &str| {
        if ignore_case {
            text.to_lowercase()
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
    let drop_empty = arguments
        .get(1)
        .is_some_and(|options| text_of(options).to_lowercase().contains("removeempty"));
    let whole = arguments.first().map(text_of).unwrap_or_default();
    let pieces: Vec<&str> = if separators.is_empty() {
        text.split(char::is_whitespace).collect()
    } else if matches!(arguments.first(), Some(Value::String(_))) {
        text.split(whole.as_str()).collect()
    } else {
        text.split(separators.as_slice()).collect()
    };
    let items: Vec<Value> = pieces
        .into_iter()
        .filter(|piece| !(drop_empty && piece.is_empty()))
        .map(Value::text)
        .collect();
    Outcome::Value(Value::Array(Arc::new(Array {
        element_type: "System.String".into(),
        items: items.into(),
    })))
}

const OUTSIDE: &str =
    "Index and length must refer to a location within the string. (Parameter 'length')";

fn substring(text: &str, start: Option<i64>, length: Option<i64>) -> Outcome {
    let units: Vec<u16> = text.encode_utf16().collect();
    let start = start
        .and_then(|n| usize::try_from(n).ok())
        .filter(|start| *start <= units.len());
    let Some(start) = start else {
        return Outcome::Thrown(
            "System.ArgumentOutOfRangeException",
            "startIndex cannot be larger than length of string. (Parameter 'startIndex')".into(),
        );
    };
    let length = match length {
        None => Some(units.len() - start),
        Some(length) => usize::try_from(length)
            .ok()
            .filter(|length| *length <= units.len() - start),
    };
    match length {
        Some(length) => Outcome::Value(Value::text(String::from_utf16_lossy(
            &units[start..start + length],
        ))),
        None => Outcome::Thrown("System.ArgumentOutOfRangeException", OUTSIDE.into()),
    }
}

/// Takes `length` units out at `start` and puts `replacement` there.
fn splice(text: &str, start: Option<i64>, length: Option<i64>, replacement: &str) -> Outcome {
    let mut units: Vec<u16> = text.encode_utf16().collect();
    let start = start
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(usize::MAX);
    let end = match length {
        Some(length) => start.saturating_add(usize::try_from(length).unwrap_or(usize::MAX)),
        None => units.len(),
    };
    if start > units.len() || end > units.len() {
        return Outcome::Thrown("System.ArgumentOutOfRangeException", OUTSIDE.into());
    }
    if units.len() + replacement.len() > MAX_GROWTH {
        return Outcome::too_large();
    }
    units.splice(start..end, replacement.encode_utf16());
    Outcome::Value(Value::text(String::from_utf16_lossy(&units)))
}
