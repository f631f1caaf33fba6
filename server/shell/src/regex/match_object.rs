//! `System.Text.RegularExpressions.Match`: what a replacing block sees as `$_`, and what `Select-String` finds.

use std::ops::Range;
use std::sync::Arc;

use super::Match;
use crate::value::{List, Object, Text, Value};

/// A match as an object.
pub(crate) fn match_object(found: &Match<'_>) -> Value {
    let groups = found
        .groups()
        .map(|(number, name, span)| {
            let name = name.map_or_else(|| number.to_string(), str::to_owned);
            group("Group", found.input(), &name, span, Vec::new())
        })
        .collect();
    let groups = vec![("Groups", collection("GroupCollection", groups))];
    group("Match", found.input(), "0", Some(found.range()), groups)
}

/// `Match.Empty`: what no match is.
pub(crate) fn no_match() -> Value {
    let whole = group("Group", "", "0", None, Vec::new());
    let groups = vec![("Groups", collection("GroupCollection", vec![whole]))];
    group("Match", "", "0", None, groups)
}

/// The group that is not there (`Group.s_emptyGroup`).
pub(crate) fn no_group() -> Value {
    group("Group", "", "", None, Vec::new())
}

fn collection(class: &str, items: Vec<Value>) -> Value {
    Value::List(Arc::new(List {
        keys: None,
        type_name: format!("System.Text.RegularExpressions.{class}").into(),
        items: items.into(),
    }))
}

/// A group with what it captured last; .NET's other captures of a repeated group are not kept.
fn group(
    class: &str,
    input: &str,
    name: &str,
    span: Option<Range<usize>>,
    more: Vec<(&str, Value)>,
) -> Value {
    let units = |part: &str| i32::try_from(part.encode_utf16().count()).unwrap_or(i32::MAX);
    let text = span.clone().map_or("", |span| &input[span]);
    let start = span.as_ref().map_or(0, |span| units(&input[..span.start]));
    let place = [
        ("Index", Value::Int32(start)),
        ("Length", Value::Int32(units(text))),
        ("Value", Value::text(text)),
        // A span is out of PowerShell's reach.
        ("ValueSpan", Value::Null),
    ];
    let named = [
        ("Success", Value::Bool(span.is_some())),
        ("Name", Value::text(name)),
    ];
    let itself = typed(class, text, named.iter().chain(&place).cloned());
    let itself = span.map(|_| itself).into_iter().collect();
    let captures = [("Captures", collection("CaptureCollection", itself))];
    let properties = more.into_iter().chain(named).chain(captures).chain(place);
    typed(class, text, properties)
}

/// An object of one of the classes: a match is a group, a group is a capture.
fn typed<'a>(class: &str, text: &str, properties: impl Iterator<Item = (&'a str, Value)>) -> Value {
    let classes = ["Match", "Group", "Capture"];
    let own = classes.iter().position(|known| *known == class);
    let mut names: Vec<Text> = classes[own.unwrap_or_default()..]
        .iter()
        .map(|class| format!("System.Text.RegularExpressions.{class}").into())
        .collect();
    names.push("System.Object".into());
    let properties = properties
        .map(|(name, value)| (name.into(), value))
        .collect();
    Value::Object(Arc::new(
        Object::typed(names.into(), properties).with_text(text),
    ))
}
