//! One property value as the text of a table cell or of a list's line.

use crate::members;
use crate::text::{Culture, MAX_LIST_TEXT, decimal_fixed, double_fixed, push_text, read, to_text};
use crate::value::{Object, Text, Value};

/// Decimals of a real number in a table: what format `F` gives in en-US.
const TABLE_DECIMALS: usize = 3;

/// Properties that stand for an object that has no text of its own, in order of preference.
const DISPLAY_NAMES: [&str; 3] = ["Name", "Id", "Key"];
/// Endings of such properties, in order of preference.
const DISPLAY_ENDINGS: [&str; 3] = ["Key", "Name", "Id"];

/// How values become text.
#[derive(Clone, Copy, Debug)]
pub struct TextOptions {
    /// `$FormatEnumerationLimit`: how many elements of a collection are shown; −1 for all.
    pub enumeration_limit: i64,
    /// Whether real numbers are shown with fixed decimals, as tables do.
    pub fixed_decimals: bool,
}

/// The text of a property value.
pub fn cell_text(value: &Value, options: TextOptions) -> Text {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(array) => collection(&read(&array.items), options),
        Value::List(list) => collection(&read(&list.items), options),
        Value::Dictionary(dictionary) => {
            let entries = read(&dictionary.entries);
            enumerated(entries.values(), options, |out, (key, item)| {
                out.push('[');
                push_text(out, key, Culture::Current);
                out.push_str(", ");
                push_text(out, item, Culture::Current);
                out.push(']');
            })
        }
        Value::Double(n) if options.fixed_decimals => double_fixed(*n, TABLE_DECIMALS).into(),
        Value::Single(n) if options.fixed_decimals => {
            double_fixed(f64::from(*n), TABLE_DECIMALS).into()
        }
        Value::Decimal(n) if options.fixed_decimals => {
            decimal_fixed(*n, TABLE_DECIMALS as u32).into()
        }
        Value::Noted(noted) => cell_text(&noted.base, options),
        other => to_text(other, Culture::Current).into(),
    }
}

fn collection(items: &[Value], options: TextOptions) -> Text {
    enumerated(items.iter(), options, |out, item| {
        out.push_str(&element_text(item));
    })
}

fn enumerated<T>(
    items: impl Iterator<Item = T>,
    options: TextOptions,
    mut push: impl FnMut(&mut String, T),
) -> Text {
    let limit = usize::try_from(options.enumeration_limit).unwrap_or(usize::MAX);
    let mut out = String::from("{");
    for (index, item) in items.enumerate() {
        if index == limit || out.len() > MAX_LIST_TEXT {
            out.push('…');
            break;
        }
        if index > 0 {
            out.push_str(", ");
        }
        push(&mut out, item);
    }
    out.push('}');
    out.into()
}

/// An element by its own text; an object without one by the property that names it.
fn element_text(item: &Value) -> String {
    match item {
        Value::Null => "$null".into(),
        Value::Object(object) if !has_own_text(object) && !object.custom => display_property(item)
            .map_or_else(
                || to_text(item, Culture::Current),
                |name| {
                    members::property(item, &name)
                        .map_or_else(String::new, |value| to_text(&value, Culture::Current))
                },
            ),
        other => to_text(other, Culture::Current),
    }
}

/// Whether the type itself declares `ToString`: a match and its groups have it from the capture that they derive from.
fn has_own_text(object: &Object) -> bool {
    const HEIRS: [&str; 2] = [
        "System.Text.RegularExpressions.Match",
        "System.Text.RegularExpressions.Group",
    ];
    let names = read(&object.type_names);
    let inherits = names.first().is_some_and(|name| HEIRS.contains(&&**name));
    let overrides = object.class().is_some() && object.scripts.find("ToString").is_some();
    (object.text.is_some() && !inherits) || overrides
}

/// The property that names an object: Name, Id, Key, then any that ends in Key, Name or Id.
pub fn display_property(value: &Value) -> Option<Text> {
    let names: Vec<Text> = members::properties(value)
        .into_iter()
        .map(|property| property.name)
        .collect();
    let exact = DISPLAY_NAMES
        .iter()
        .find_map(|wanted| names.iter().find(|name| members::same_name(name, wanted)));
    exact
        .or_else(|| {
            DISPLAY_ENDINGS.iter().find_map(|ending| {
                names.iter().find(|name| {
                    name.to_ascii_lowercase()
                        .ends_with(&ending.to_ascii_lowercase())
                })
            })
        })
        .cloned()
}
