//! `Format-Custom`: an object as a class with nested braces.

use crate::format::cell_text::{TextOptions, cell_text};
use crate::format::elements::elements;
use crate::format::producer::is_scalar;
use crate::format::request::{Evaluate, Selection};
use crate::format::resolve::{Resolved, all_properties, resolve};
use crate::text::{Culture, to_text};
use crate::type_names::short_name;
use crate::value::{Text, Value};

/// Elements of a collection that are shown.
const MAX_ELEMENTS: usize = 4;
/// Levels that are shown at most, whatever -Depth says.
const MAX_DEPTH: usize = 32;
/// Lines of one object: objects that hold each other many times over have no end.
const MAX_LINES: usize = 100_000;

/// The lines of one object, with the empty one behind it.
pub(crate) fn draw(
    value: &Value,
    selections: &[Selection],
    depth: usize,
    blocks: &mut dyn Evaluate,
) -> Vec<Text> {
    let mut lines = Vec::new();
    let columns = if selections.is_empty() {
        all_properties(value)
            .into_iter()
            .map(Resolved::property)
            .collect()
    } else {
        resolve(selections, value)
    };
    push_class(&mut lines, value, &columns, 0, depth.min(MAX_DEPTH), blocks);
    lines.push(Text::from(""));
    lines
}

fn push_line(lines: &mut Vec<Text>, indent: usize, text: &str) {
    lines.push(format!("{:indent$}{text}", "").into());
}

fn push_class(
    lines: &mut Vec<Text>,
    value: &Value,
    columns: &[Resolved],
    indent: usize,
    depth: usize,
    blocks: &mut dyn Evaluate,
) {
    if lines.len() > MAX_LINES {
        push_line(lines, indent, "…");
        return;
    }
    let type_name = crate::type_names::type_name(value);
    push_line(lines, indent, &format!("class {}", short_name(&type_name)));
    push_line(lines, indent, "{");
    for column in columns {
        let member = column.value(value, blocks);
        push_member(lines, &column.label, &member, indent + 2, depth, blocks);
    }
    push_line(lines, indent, "}");
}

fn push_member(
    lines: &mut Vec<Text>,
    label: &str,
    value: &Value,
    indent: usize,
    depth: usize,
    blocks: &mut dyn Evaluate,
) {
    if depth == 0 || matches!(value, Value::Null) || is_scalar(value) {
        let options = TextOptions {
            enumeration_limit: MAX_ELEMENTS as i64,
            fixed_decimals: false,
        };
        push_line(
            lines,
            indent,
            &format!("{label} = {}", cell_text(value, options)),
        );
        return;
    }
    push_line(lines, indent, &format!("{label} = "));
    match enumerable(value) {
        Some(items) => {
            push_line(lines, indent + 2, "[");
            for item in items.iter().take(MAX_ELEMENTS) {
                push_element(lines, item, indent + 4, depth - 1, blocks);
            }
            if items.len() > MAX_ELEMENTS {
                push_line(lines, indent + 4, "…");
            }
            push_line(lines, indent + 2, "]");
        }
        None => push_nested(lines, value, indent + 2, depth - 1, blocks),
    }
}

/// The elements of a collection; a dictionary's are its entries.
fn enumerable(value: &Value) -> Option<Vec<Value>> {
    match value {
        Value::Dictionary(_) => Some(elements(value)),
        other => other.elements(),
    }
}

fn push_element(
    lines: &mut Vec<Text>,
    item: &Value,
    indent: usize,
    depth: usize,
    blocks: &mut dyn Evaluate,
) {
    if depth == 0 || is_scalar(item) || item.elements().is_some() {
        push_line(lines, indent, &to_text(item, Culture::Current));
    } else {
        push_nested(lines, item, indent, depth, blocks);
    }
}

fn push_nested(
    lines: &mut Vec<Text>,
    value: &Value,
    indent: usize,
    depth: usize,
    blocks: &mut dyn Evaluate,
) {
    let columns: Vec<Resolved> = all_properties(value)
        .into_iter()
        .map(Resolved::property)
        .collect();
    push_class(lines, value, &columns, indent, depth, blocks);
}
