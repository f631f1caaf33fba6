//! `System.Text.RegularExpressions.Match`: what a replacing block sees as `$_`, and what `Select-String` finds.

use std::ops::Range;
use std::sync::Arc;

use super::Match;
use crate::value::{List, Object, Text, Value};

/// Counts the UTF-16 units before places of a text; each time from the place before, which is near.
#[derive(Default)]
pub(crate) struct Places {
    byte: usize,
    unit: i32,
}

impl Places {
    fn of(&mut self, input: &str, byte: usize) -> i32 {
        self.unit = match byte < self.byte {
            true => self.unit - units(&input[byte..self.byte]),
            false => self.unit + units(&input[self.byte..byte]),
        };
        self.byte = byte;
        self.unit
    }
}

fn units(part: &str) -> i32 {
    i32::try_from(part.encode_utf16().count()).unwrap_or(i32::MAX)
}

/// A match as an object.
pub(crate) fn match_object(found: &Match<'_>) -> Value {
    next_match_object(found, &mut Places::default())
}

/// One of several matches in a text as an object.
pub(crate) fn next_match_object(found: &Match<'_>, places: &mut Places) -> Value {
    let groups = found
        .groups()
        .map(|(number, name, span)| {
            let name = name.map_or_else(|| number.to_string(), str::to_owned);
            group("Group", found.input(), &name, span, Vec::new(), places)
        })
        .collect();
    let groups = vec![("Groups", collection("GroupCollection", groups))];
    let range = Some(found.range());
    group("Match", found.input(), "0", range, groups, places)
}

/// `Match.Empty`: what no match is.
pub(crate) fn no_match() -> Value {
    let places = &mut Places::default();
    let whole = group("Group", "", "0", None, Vec::new(), places);
    let groups = vec![("Groups", collection("GroupCollection", vec![whole]))];
    group("Match", "", "0", None, groups, places)
}

/// The group that is not there (`Group.s_emptyGroup`).
pub(crate) fn no_group() -> Value {
    group("Group", "", "", None, Vec::new(), &mut Places::default())
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
    places: &mut Places,
) -> Value {
    let text = span.clone().map_or("", |span| &input[span]);
    let start = span.as_ref().map_or(0, |span| places.of(input, span.start));
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
