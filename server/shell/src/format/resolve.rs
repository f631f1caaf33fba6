//! Selections against an object: patterns become the properties that they name.

use std::sync::Arc;

use crate::format::cell_text::{TextOptions, cell_text};
use crate::format::packet::Alignment;
use crate::format::request::{Evaluate, Selection, SelectionSource};
use crate::format::view::{Source, ViewColumn};
use crate::members;
use crate::text::{Culture, to_text};
use crate::value::{ScriptBlock, Text, Value};
use crate::wildcard::Wildcard;

/// Notes that remoting adds and that are not shown unless asked for.
const REMOTE_NOTES: [&str; 2] = ["PSComputerName", "PSShowComputerName"];

/// One column or line after patterns are resolved.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    pub(crate) label: Text,
    pub(crate) width: Option<usize>,
    pub(crate) alignment: Option<Alignment>,
    format: Option<Text>,
    from: From,
}

#[derive(Clone, Debug)]
enum From {
    Registered(Source),
    Block(Arc<ScriptBlock>),
}

impl Resolved {
    /// A property under its own name.
    pub(crate) fn property(name: Text) -> Self {
        Self {
            label: name.clone(),
            width: None,
            alignment: None,
            format: None,
            from: From::Registered(Source::Property(name)),
        }
    }

    /// A column of a registered view.
    pub(crate) fn from_view(column: &ViewColumn) -> Self {
        Self {
            label: column.label.clone(),
            width: column.width,
            alignment: Some(column.alignment.unwrap_or_default()),
            format: None,
            from: From::Registered(column.source.clone()),
        }
    }

    /// What it shows of an object.
    pub(crate) fn value(&self, object: &Value, blocks: &mut dyn Evaluate) -> Value {
        match &self.from {
            From::Registered(source) => source.value(object),
            From::Block(block) => blocks.evaluate(block, object).unwrap_or_default(),
        }
    }

    /// The text of what it shows.
    pub(crate) fn text(
        &self,
        object: &Value,
        blocks: &mut dyn Evaluate,
        options: TextOptions,
    ) -> Text {
        let value = self.value(object, blocks);
        match &self.format {
            Some(format) => apply_format(format, &value),
            None => cell_text(&value, options),
        }
    }

    /// Whether an object has anything to show in it.
    pub(crate) fn exists(&self, object: &Value) -> bool {
        match &self.from {
            From::Registered(Source::Property(name)) => members::property(object, name).is_some(),
            From::Registered(Source::Compute(_)) | From::Block(_) => true,
        }
    }
}

/// Names of all properties that are shown.
pub(crate) fn all_properties(value: &Value) -> Vec<Text> {
    let names = members::properties(value)
        .into_iter()
        .map(|property| property.name);
    let shows_computer = matches!(
        members::property(value, REMOTE_NOTES[1]),
        Some(Value::Bool(true))
    );
    names
        .filter(|name| {
            let computer = members::same_name(name, REMOTE_NOTES[0]);
            !members::same_name(name, REMOTE_NOTES[1]) && (shows_computer || !computer)
        })
        .collect()
}

/// The columns that selections mean for an object: patterns become the names that they match, in the object's order;
/// a name that the object does not have stays.
pub(crate) fn resolve(selections: &[Selection], value: &Value) -> Vec<Resolved> {
    let mut columns = Vec::new();
    for selection in selections {
        let with = |label: Text, from: From| Resolved {
            label: selection.label.clone().unwrap_or(label),
            width: selection.width,
            alignment: selection.alignment,
            format: selection.format.clone(),
            from,
        };
        match &selection.source {
            SelectionSource::Block(block) => {
                columns.push(with(block.text.clone(), From::Block(Arc::clone(block))));
            }
            SelectionSource::Name(name) => {
                let property =
                    |name: Text| with(name.clone(), From::Registered(Source::Property(name)));
                let pattern = Wildcard::new(name);
                let matched = all_properties(value)
                    .into_iter()
                    .filter(|own| pattern.matches(own));
                let before = columns.len();
                columns.extend(matched.map(property));
                if columns.len() == before && !pattern.is_pattern() {
                    columns.push(property(name.clone()));
                }
            }
        }
    }
    columns
}

/// A value under a format string: `{0:N2}` as the `-f` operator has it, or a bare format such as `N2`.
pub(crate) fn apply_format(format: &str, value: &Value) -> Text {
    let template = if format.contains('{') {
        format.to_owned()
    } else {
        format!("{{0:{format}}}")
    };
    crate::format_string::format(&template, std::slice::from_ref(value))
        .unwrap_or_else(|_| to_text(value, Culture::Current))
        .into()
}
