//! `[array]::…`: what changes or searches an array.

use crate::evaluate::MAX_GROWTH;
use crate::evaluate::method::Outcome;
use crate::evaluate::nothing;
use crate::evaluate::operator::comparison;
use crate::text::{read, write};
use crate::value::Value;
use crate::value::list::ordered;

/// A static method of `System.Array`.
pub(super) fn call(name: &str, arguments: &[Value]) -> Outcome {
    let Some(Value::Array(array)) = arguments.first().map(Value::base) else {
        return Outcome::Unknown;
    };
    match (name, &arguments[1..]) {
        ("reverse", []) => {
            write(&array.items).reverse();
            Outcome::Value(nothing())
        }
        ("sort", []) => {
            let mut items = read(&array.items).clone();
            if let Err(refused) = sort(&mut items) {
                return refused;
            }
            *write(&array.items) = items;
            Outcome::Value(nothing())
        }
        ("indexof" | "lastindexof", [wanted]) => {
            let items = read(&array.items).clone();
            let same = |own: &Value| {
                crate::type_names::type_name(own) == crate::type_names::type_name(wanted)
                    && comparison::equal(own, wanted, true)
            };
            let found = match name {
                "indexof" => items.iter().position(same),
                _ => items.iter().rposition(same),
            };
            Outcome::Value(Value::Int32(found.map_or(-1, |at| at as i32)))
        }
        _ => Outcome::Unknown,
    }
}

/// Sorts what compares; elements of several types are none that .NET compares.
///
/// # Errors
/// What .NET throws of them.
pub(super) fn sort(items: &mut [Value]) -> Result<(), Outcome> {
    let kind = |value: &Value| crate::type_names::type_name(value);
    let mixed = items
        .windows(2)
        .any(|pair| kind(&pair[0]) != kind(&pair[1]));
    if mixed || items.len() > MAX_GROWTH {
        return Err(Outcome::Thrown(
            "System.InvalidOperationException",
            "Failed to compare two elements in the array.".into(),
        ));
    }
    items.sort_by(ordered);
    Ok(())
}
