//! An error with everything it holds, as `Get-Error` and `$ErrorView = 'DetailedView'` show it (the view `GetErrorInstance`
//! of PowerShell's own format data).

use std::sync::Arc;

use crate::convert::number::is_number;
use crate::error_record::ErrorRecord;
use crate::evaluate::operator::comparison::equal;
use crate::evaluate::operator::truth;
use crate::format::formatter::Formatter;
use crate::format::view::ViewRegistry;
use crate::members;
use crate::text::{Culture, to_text};
use crate::type_names::type_name;
use crate::value::{Object, Property, Text, Value};

/// The type that an error is shown under in full.
pub(crate) const ERROR: &str = "System.Management.Automation.ErrorRecord#PSExtendedError";
/// The type that an exception is shown under in full.
pub(crate) const EXCEPTION: &str = "System.Exception#PSExtendedError";
/// Where an error stands among several.
pub(crate) const INDEX: &str = "PSErrorIndex";
/// Errors within errors that are shown.
const MAX_DEPTH: usize = 10;
/// Cells that what an error holds stands further in.
const STEP: usize = 4;

/// An error or exception under the type that shows it in full.
pub(crate) fn extended(error: &Value, index: Option<i32>) -> Value {
    let own = match error {
        Value::Error(_) => ("System.Management.Automation.ErrorRecord", ERROR),
        _ => ("System.Exception", EXCEPTION),
    };
    let mut types = vec![Text::from(own.1)];
    types.extend(
        crate::type_names::type_chain(error)
            .iter()
            .filter(|name| &***name != own.0)
            .cloned(),
    );
    let mut properties = members::properties(error);
    // What the type table adds goes with the type's name.
    properties.retain(|property| &*property.name != "PSMessageDetails");
    properties.extend(index.map(|index| Property {
        name: INDEX.into(),
        value: Value::Int32(index),
        note: true,
    }));
    let object = Object::typed(types.into(), Vec::new());
    *crate::text::write(&object.properties) = properties;
    Value::Object(Arc::new(object.with_text(to_text(error, Culture::Current))))
}

/// A record in full, as `Get-Error | Out-String` gives it.
pub(crate) fn detailed(record: &ErrorRecord, width: usize) -> String {
    let mut registry = ViewRegistry::default();
    super::standard_views::register_errors(&mut registry);
    let mut formatter = Formatter::new(Arc::new(registry), width);
    let mut out = String::new();
    let error = extended(&Value::Error(Arc::new(record.clone())), None);
    formatter.push(&error, 0, &mut out);
    formatter.finish(0, &mut out);
    out.push('\n');
    out
}

/// The lines of an error.
pub(crate) fn draw(error: &Value, _width: usize) -> String {
    let mut out = String::new();
    push(&mut out, error, 0, 1);
    out
}

fn push(out: &mut String, object: &Value, indent: usize, depth: usize) {
    let properties = shown_members(object);
    let longest = properties
        .iter()
        .filter(|(_, value)| is_something(value))
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0);
    let start = out.len();
    for (name, value) in &properties {
        if !is_something(value) || count(value) == 0 || &**name == INDEX {
            continue;
        }
        out.push_str(&" ".repeat(indent));
        out.push_str(name);
        out.push_str(&" ".repeat(longest.saturating_sub(name.chars().count())));
        out.push_str(" : ");
        push_value(
            out,
            name,
            value,
            Place {
                indent,
                longest,
                depth,
            },
        );
        out.push('\n');
    }
    if out.len() > start {
        out.pop();
    }
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Place {
    indent: usize,
    longest: usize,
    depth: usize,
}

/// The members of an object; an exception tells its type first.
fn shown_members(object: &Value) -> Vec<(Text, Value)> {
    let mut all = Vec::new();
    if is_exception(object) {
        all.push(("Type".into(), Value::String(type_name_of(object))));
    }
    let own = members::properties(object).into_iter();
    all.extend(own.map(|property| (property.name, property.value)));
    all
}

/// The type of an exception, whatever type it is shown under.
fn type_name_of(object: &Value) -> Text {
    let chain = crate::type_names::type_chain(object);
    let own = chain.iter().find(|name| &***name != EXCEPTION);
    own.map_or_else(|| "System.Exception".into(), Text::clone)
}

fn is_exception(value: &Value) -> bool {
    let chain = crate::type_names::type_chain(value);
    chain
        .iter()
        .any(|name| matches!(&**name, "System.Exception" | EXCEPTION))
}

/// `-ne $null -and -ne ''`: of a collection, whether what is left of it by that is true.
fn is_something(value: &Value) -> bool {
    let empty = Value::text("");
    let filtered = |other: &Value| match value {
        Value::Array(_) | Value::List(_) => {
            let items = value.elements().unwrap_or_default();
            let left = items.into_iter().filter(|item| !equal(item, other, false));
            truth(&Value::array(left.collect()))
        }
        single => !equal(single, other, false),
    };
    filtered(&Value::Null) && filtered(&empty)
}

fn count(value: &Value) -> usize {
    match value {
        Value::Dictionary(dictionary) => crate::text::read(&dictionary.entries).len(),
        other => other.elements().map_or(1, |items| items.len()),
    }
}

fn push_value(out: &mut String, name: &str, value: &Value, place: Place) {
    let Place { indent, depth, .. } = place;
    let opens = is_exception(value)
        || matches!(value, Value::Error(_))
        || &*type_name(value) == "System.Management.Automation.InvocationInfo";
    if opens {
        push_nested(out, value, indent, depth);
    } else if name == "StackTrace" {
        out.push('\n');
        out.push_str(&to_text(value, Culture::Invariant));
    } else if let Value::Dictionary(dictionary) = value {
        let mut entries: Vec<_> = crate::text::read(&dictionary.entries)
            .values()
            .map(|(key, item)| {
                (
                    to_text(key, Culture::Invariant),
                    to_text(item, Culture::Invariant),
                )
            })
            .collect();
        entries.sort_by(|(a, _), (b, _)| crate::text::collation::compare(a, b, false));
        out.push('\n');
        for (key, item) in entries {
            let item = match key.eq_ignore_ascii_case("Authorization") {
                true => "…",
                false => &*item,
            };
            out.push_str(&format!("{}    {key} : {item}\n", " ".repeat(indent)));
        }
    } else if let Some(items) = value.elements() {
        push_items(out, &items, indent, depth);
    } else if let Value::Type(name) = value {
        out.push_str(&format!("[{name}]"));
    } else {
        push_text(out, &to_text(value, Culture::Invariant), place);
    }
}

fn push_nested(out: &mut String, value: &Value, indent: usize, depth: usize) {
    if depth >= MAX_DEPTH {
        out.push('…');
    } else {
        out.push('\n');
        push(out, value, indent + STEP, depth + 1);
    }
}

fn push_items(out: &mut String, items: &[Value], indent: usize, depth: usize) {
    if depth >= MAX_DEPTH {
        out.push('…');
        return;
    }
    let margin = " ".repeat(2 * indent + STEP + 2);
    for (at, item) in items.iter().enumerate() {
        out.push('\n');
        match item {
            Value::Type(name) => out.push_str(&format!("{margin}[{name}]")),
            text if is_plain(text) => {
                out.push_str(&margin);
                out.push_str(&to_text(text, Culture::Invariant));
            }
            other => {
                if at > 0 {
                    out.push('\n');
                }
                push(out, other, indent + STEP, depth + 1);
            }
        }
    }
}

/// A text, or what .NET calls primitive.
fn is_plain(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Bool(_) | Value::Char(_))
        || is_number(value) && !matches!(value, Value::Decimal(_))
}

/// A text; its further lines stand under the first one.
fn push_text(out: &mut String, text: &str, place: Place) {
    if !text.contains('\n') {
        out.push_str(text);
        return;
    }
    let margin = " ".repeat(place.indent + place.longest + 3);
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
            out.push_str(&margin);
        }
        out.push_str(line.trim());
    }
}
