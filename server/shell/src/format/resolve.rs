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

/// Stands in a cell whose value could not be computed (-DisplayError).
pub(crate) const FAILED: &str = "#ERR";
/// Stands in a cell whose value could not be formatted (-DisplayError).
pub(crate) const FORMAT_FAILED: &str = "#FMTERR";

/// One column or line after patterns are resolved.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// What it is called where no label is given.
    pub(crate) name: Text,
    pub(crate) label: Text,
    pub(crate) width: Option<usize>,
    pub(crate) alignment: Option<Alignment>,
    pub(crate) depth: Option<usize>,
    format: Option<Text>,
    from: From,
}

#[derive(Clone, Debug)]
enum From {
    /// Of a view.
    Registered(Source),
    /// A property of the object.
    Property(Text),
    Block(Arc<ScriptBlock>),
}

/// What a column shows of an object.
pub(crate) enum Shown {
    Value(Value),
    /// The object has no such property.
    Missing,
    /// The block failed.
    Failed,
}

/// What went wrong in a cell, as -ShowError tells it.
pub(crate) enum CellError {
    /// An expression that failed.
    Expression(Text),
    /// A format string that means nothing.
    Format(Text),
}

/// How the texts of cells are made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CellOptions {
    pub(crate) text: TextOptions,
    /// -DisplayError.
    pub(crate) display_error: bool,
}

impl Column {
    /// A property under its own name.
    pub(crate) fn property(name: Text) -> Self {
        Self {
            name: name.clone(),
            label: name.clone(),
            width: None,
            alignment: None,
            depth: None,
            format: None,
            from: From::Property(name),
        }
    }

    /// A column of a registered view.
    pub(crate) fn from_view(column: &ViewColumn) -> Self {
        Self {
            name: column.label.clone(),
            label: column.label.clone(),
            width: column.width,
            alignment: Some(column.alignment.unwrap_or_default()),
            depth: None,
            format: None,
            from: From::Registered(column.source.clone()),
        }
    }

    /// What it shows of an object.
    pub(crate) fn value(&self, object: &Value, blocks: &mut dyn Evaluate) -> Shown {
        match &self.from {
            From::Registered(source) => Shown::Value(source.value(object)),
            From::Property(name) => {
                members::property(object, name).map_or(Shown::Missing, Shown::Value)
            }
            From::Block(block) => blocks
                .evaluate(block, object)
                .map_or(Shown::Failed, Shown::Value),
        }
    }

    /// The text of what it shows, and what went wrong.
    pub(crate) fn text(
        &self,
        object: &Value,
        blocks: &mut dyn Evaluate,
        options: CellOptions,
    ) -> (Text, Option<CellError>) {
        let value = match self.value(object, blocks) {
            Shown::Value(value) => value,
            Shown::Missing => return (Text::from(""), None),
            Shown::Failed => {
                let shown = if options.display_error { FAILED } else { "" };
                return (shown.into(), Some(CellError::Expression(self.name.clone())));
            }
        };
        let Some(format) = &self.format else {
            // Only what a view shows of a number keeps its decimals in a table.
            let fixed_decimals =
                options.text.fixed_decimals && !matches!(self.from, From::Registered(_));
            let options = TextOptions {
                fixed_decimals,
                ..options.text
            };
            return (cell_text(&value, options), None);
        };
        match apply_format(format, &value) {
            Ok(text) => (text.into(), None),
            Err(()) if options.display_error => {
                let error = CellError::Format(format.clone());
                (FORMAT_FAILED.into(), Some(error))
            }
            Err(()) => {
                let options = TextOptions {
                    fixed_decimals: false,
                    ..options.text
                };
                (cell_text(&value, options), None)
            }
        }
    }

    /// Whether an object has anything to show in it.
    pub(crate) fn exists(&self, object: &Value) -> bool {
        match &self.from {
            From::Property(name) => members::property(object, name).is_some(),
            From::Registered(_) | From::Block(_) => true,
        }
    }
}

/// Names of all properties that are shown, as a pattern finds them.
pub(crate) fn all_properties(value: &Value) -> Vec<Text> {
    let names = members::properties(value)
        .into_iter()
        .map(|property| property.name);
    without_remote_notes(value, names)
}

/// The same where nobody named any: what PowerShell adds to a type stands behind the type's own (`ExpandAll`).
pub(crate) fn declared_properties(value: &Value) -> Vec<Text> {
    let of_type = crate::type_names::type_name(value);
    let (added, own): (Vec<_>, Vec<_>) = members::properties(value)
        .into_iter()
        .partition(|property| members::is_added(&of_type, property));
    let names = own.into_iter().chain(added).map(|property| property.name);
    without_remote_notes(value, names)
}

fn without_remote_notes(value: &Value, names: impl Iterator<Item = Text>) -> Vec<Text> {
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

/// The properties of an object that a name or pattern means, in the object's order and as the object writes them.
pub(crate) fn properties_named(pattern: &str, value: &Value) -> Vec<Text> {
    let pattern = Wildcard::new(pattern);
    let mut names = all_properties(value);
    names.retain(|own| pattern.matches(own));
    names
}

/// The columns that selections mean for an object: patterns become the names that they match; a name that the object
/// does not have stays.
pub(crate) fn resolve(selections: &[Selection], value: &Value) -> Vec<Column> {
    let mut columns = Vec::new();
    for selection in selections {
        let with = |name: Text, from: From| Column {
            label: selection.label.clone().unwrap_or_else(|| name.clone()),
            name,
            width: selection.width,
            alignment: selection.alignment,
            depth: selection.depth,
            format: selection.format.clone(),
            from,
        };
        match &selection.source {
            SelectionSource::Block(block) => {
                columns.push(with(block.text.clone(), From::Block(Arc::clone(block))));
            }
            SelectionSource::Name(name) => {
                let before = columns.len();
                let matched = properties_named(name, value).into_iter();
                columns.extend(matched.map(|name| with(name.clone(), From::Property(name))));
                if columns.len() == before && !Wildcard::new(name).is_pattern() {
                    columns.push(with(name.clone(), From::Property(name.clone())));
                }
            }
        }
    }
    columns
}

/// A value under a format string: `{0:N2}` as the `-f` operator has it, or a bare format such as `N2`.
fn apply_format(format: &str, value: &Value) -> Result<String, ()> {
    if let Some(items) = value.elements() {
        // A collection has no formats of its own; it reads as its elements.
        let text = to_text(&Value::array(items), Culture::Current);
        let template = is_composite(format).then(|| Value::text(&*text));
        return match template {
            Some(text) => {
                crate::format_string::format(format, std::slice::from_ref(&text)).map_err(|_| ())
            }
            None => Ok(text),
        };
    }
    let template = if is_composite(format) {
        format.to_owned()
    } else {
        format!("{{0:{format}}}")
    };
    crate::format_string::format(&template, std::slice::from_ref(value)).map_err(|_| ())
}

fn is_composite(format: &str) -> bool {
    format.contains("{0") || format.contains('}')
}
