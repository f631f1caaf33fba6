//! The text in which a stand-in says what was bound: each value with its type.

use tandem_shell::text::{Culture, time_span_constant, to_round_trip_text, to_text};
use tandem_shell::type_names::short_type_name;
use tandem_shell::value::{Property, Text, Value};

/// `Name=[Type]value; …`, sorted by name.
pub(crate) fn describe(bound: &[(Text, Value)]) -> String {
    let mut bound: Vec<_> = bound.iter().collect();
    bound.sort_by(|a, b| a.0.cmp(&b.0));
    bound
        .iter()
        .map(|(name, value)| format!("{name}={}", marked(value)))
        .collect::<Vec<_>>()
        .join("; ")
}

fn marked(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::String(text) => format!("[string]{text}"),
        Value::Switch(on) => format!("[switch]{}", if *on { "True" } else { "False" }),
        Value::TimeSpan(ticks) => format!("[TimeSpan]{}", time_span_constant(*ticks)),
        Value::DateTime(_) => format!("[DateTime]{}", to_round_trip_text(value)),
        Value::Array(array) if &*array.element_type == "System.Byte" => {
            format!(
                "[byte[]]{}",
                base64_of(&array.items.read().expect("no writer panics"))
            )
        }
        Value::Array(array) => items(value, &array.items.read().expect("no writer panics")),
        Value::List(list) => items(value, &list.items.read().expect("no writer panics")),
        Value::Dictionary(dictionary) => {
            let mut entries: Vec<String> = dictionary
                .entries
                .read()
                .expect("no writer panics")
                .values()
                .map(|(key, item)| format!("{}={}", marked(key), marked(item)))
                .collect();
            if &*dictionary.type_name == "System.Collections.Hashtable" {
                entries.sort();
            }
            format!("[{}]{{{}}}", short_type_name(value), entries.join("; "))
        }
        Value::Object(object) => {
            let properties = object.properties.read().expect("no writer panics");
            let is_modifier = object
                .type_names
                .read()
                .expect("no writer panics")
                .first()
                .is_some_and(|name| name.ends_with(".PSListModifier"));
            let name = if is_modifier {
                "PSListModifier".into()
            } else {
                short_type_name(value)
            };
            format!("[{name}]{{{}}}", members(&properties))
        }
        Value::Noted(noted) => marked(&noted.base),
        scalar => format!(
            "[{}]{}",
            short_type_name(scalar),
            to_text(scalar, Culture::Invariant)
        ),
    }
}

fn items(value: &Value, items: &[Value]) -> String {
    let items: Vec<String> = items.iter().map(marked).collect();
    format!("[{}]({})", short_type_name(value), items.join(", "))
}

fn members(properties: &[Property]) -> String {
    let members: Vec<String> = properties
        .iter()
        .map(|property| format!("{}={}", property.name, marked(&property.value)))
        .collect();
    members.join("; ")
}

/// Base64 of an array of bytes.
fn base64_of(items: &[Value]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bytes: Vec<u8> = items
        .iter()
        .map(|item| match item {
            Value::UInt8(byte) => *byte,
            _ => 0,
        })
        .collect();
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk
            .iter()
            .fold(0_u32, |word, byte| word << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for index in 0..4 {
            if index <= chunk.len() {
                out.push(char::from(
                    ALPHABET[(word >> (18 - 6 * index) & 63) as usize],
                ));
            } else {
                out.push('=');
            }
        }
    }
    out
}
