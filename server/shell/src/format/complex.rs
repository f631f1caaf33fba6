//! `Format-Custom`: an object as a class with nested braces (`ComplexViewObjectBrowser`).

use crate::format::cell_text::{TextOptions, cell_text};
use crate::format::elements::elements;
use crate::format::packet::ComplexLine;
use crate::format::producer::is_scalar;
use crate::format::request::{Evaluate, Selection};
use crate::format::resolve::{Column, Shown, declared_properties, resolve};
use crate::format::view::ViewRegistry;
use crate::text::MAX_LIST_TEXT;
use crate::type_names::{short_name, type_name};
use crate::value::{Text, Value};

/// Levels that are shown at most, whatever -Depth says.
const MAX_DEPTH: usize = 32;
/// Lines of one object: objects that hold each other many times over have no end.
const MAX_LINES: usize = 100_000;
/// Cells that each level stands further in.
const STEP: usize = 2;

/// What an object is shown with.
pub(crate) struct Browser<'a> {
    pub(crate) views: &'a ViewRegistry,
    pub(crate) options: TextOptions,
    pub(crate) blocks: &'a mut dyn Evaluate,
    /// What stands for a value that could not be computed.
    pub(crate) failed: &'static str,
    /// Bytes of the values that were drawn.
    pub(crate) drawn: usize,
}

/// How deep a value stands, and how deep values are opened.
#[derive(Clone, Copy)]
struct Level {
    now: usize,
    deepest: usize,
}

impl Level {
    fn next(self) -> Self {
        Self {
            now: self.now + 1,
            ..self
        }
    }

    fn is_leaf(self, value: &Value) -> bool {
        self.now >= self.deepest || matches!(value, Value::Null) || is_scalar(value)
    }
}

impl Browser<'_> {
    /// The lines of one object, with the empty one behind it.
    pub(crate) fn draw(
        &mut self,
        value: &Value,
        selections: &[Selection],
        depth: usize,
    ) -> Vec<ComplexLine> {
        let mut lines = Vec::new();
        let level = Level {
            now: 0,
            deepest: depth.min(MAX_DEPTH),
        };
        if is_scalar(value) {
            self.push_leaf(&mut lines, 0, "", value);
        } else if let Some(items) = enumerable(value) {
            self.push_enumeration(&mut lines, &items, 0, level);
        } else {
            self.push_object(&mut lines, value, selections, 0, level);
        }
        lines.push((0, Text::from("")));
        lines
    }

    fn push_object(
        &mut self,
        lines: &mut Vec<ComplexLine>,
        value: &Value,
        selections: &[Selection],
        indent: usize,
        level: Level,
    ) {
        if lines.len() > MAX_LINES {
            lines.push((indent, Text::from("…")));
            return;
        }
        let columns = if selections.is_empty() {
            let names = match self.views.default_properties(value) {
                Some(names) => names.to_vec(),
                None => declared_properties(value),
            };
            names.into_iter().map(Column::property).collect()
        } else {
            resolve(selections, value)
        };
        let of_type = type_name(value);
        lines.push((indent, format!("class {}", short_name(&of_type)).into()));
        lines.push((indent, Text::from("{")));
        for column in &columns {
            let member = match column.value(value, self.blocks) {
                Shown::Value(member) => member,
                Shown::Missing => Value::Null,
                Shown::Failed => Value::text(self.failed),
            };
            let level = Level {
                deepest: column.depth.unwrap_or(level.deepest).min(MAX_DEPTH),
                ..level
            };
            self.push_member(lines, &column.name, &member, indent + STEP, level);
        }
        lines.push((indent, Text::from("}")));
    }

    fn push_member(
        &mut self,
        lines: &mut Vec<ComplexLine>,
        name: &str,
        value: &Value,
        indent: usize,
        level: Level,
    ) {
        let label = format!("{name} = ");
        if let Some(items) = enumerable(value) {
            lines.push((indent, label.into()));
            self.push_enumeration(lines, &items, indent + STEP, level.next());
        } else if level.is_leaf(value) {
            self.push_leaf(lines, indent, &label, value);
        } else {
            lines.push((indent, label.into()));
            self.push_object(lines, value, &[], indent + STEP, level.next());
        }
    }

    /// The elements in brackets, with the empty line behind them.
    fn push_enumeration(
        &mut self,
        lines: &mut Vec<ComplexLine>,
        items: &[Value],
        indent: usize,
        level: Level,
    ) {
        if lines.len() > MAX_LINES {
            lines.push((indent, Text::from("…")));
            return;
        }
        let limit = usize::try_from(self.options.enumeration_limit).unwrap_or(usize::MAX);
        let inner = indent + STEP;
        lines.push((indent, Text::from("[")));
        for item in items.iter().take(limit) {
            if level.is_leaf(item) {
                self.push_leaf(lines, inner, "", item);
            } else if let Some(items) = enumerable(item) {
                lines.push((inner, Text::from("")));
                self.push_enumeration(lines, &items, inner + STEP, level.next());
            } else {
                self.push_object(lines, item, &[], inner, level.next());
            }
        }
        if items.len() > limit {
            lines.push((inner, Text::from("…")));
        }
        lines.push((indent, Text::from("]")));
        lines.push((indent, Text::from("")));
    }

    fn push_leaf(
        &mut self,
        lines: &mut Vec<ComplexLine>,
        indent: usize,
        label: &str,
        value: &Value,
    ) {
        let text = match self.drawn > MAX_LIST_TEXT {
            true => Text::from("…"),
            false => cell_text(value, self.options),
        };
        self.drawn += text.len();
        lines.push((indent, format!("{label}{text}").into()));
    }
}

/// The elements of a collection; a dictionary's are its entries.
fn enumerable(value: &Value) -> Option<Vec<Value>> {
    match value {
        Value::Dictionary(_) => Some(elements(value)),
        other => other.elements(),
    }
}
