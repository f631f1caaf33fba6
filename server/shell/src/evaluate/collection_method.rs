//! Methods of arrays, and where those of other collections are.

use std::sync::Arc;

use crate::evaluate::dictionary_method::dictionary_method;
use crate::evaluate::list_method::list_method;
use crate::evaluate::method::{Outcome, equals};
use crate::text::as_double;
use crate::value::{Array, Value};

pub(super) fn collection_method(owner: &Value, name: &str, arguments: &[Value]) -> Outcome {
    match owner {
        Value::Dictionary(dictionary) => dictionary_method(owner, dictionary, name, arguments),
        Value::List(list) => list_method(list, name, arguments),
        other => {
            let items = other.elements().unwrap_or_default();
            match (name, arguments) {
                ("contains", [item]) => {
                    Outcome::Value(Value::Bool(items.iter().any(|own| equals(own, item))))
                }
                ("indexof", [item]) => index_of(&items, item),
                ("getvalue", [index]) => value_at(&items, index),
                ("getlength" | "getlowerbound" | "getupperbound", [dimension]) => {
                    bound_of(items.len(), name, dimension)
                }
                ("getenumerator", []) => Outcome::Value(Value::array(items)),
                ("clone", []) => Outcome::Value(match other {
                    Value::Array(array) => Value::Array(Arc::new(Array {
                        element_type: array.element_type.clone(),
                        items: items.into(),
                    })),
                    _ => Value::array(items),
                }),
                _ => Outcome::Unknown,
            }
        }
    }
}

pub(super) fn index_of(items: &[Value], item: &Value) -> Outcome {
    let at = items.iter().position(|own| equals(own, item));
    Outcome::Value(Value::Int32(at.map_or(-1, |at| at as i32)))
}

/// `GetValue`: an element by its place from 0.
fn value_at(items: &[Value], index: &Value) -> Outcome {
    let place = as_double(index).and_then(|place| usize::try_from(place as i64).ok());
    match place.and_then(|place| items.get(place)) {
        Some(item) => Outcome::Value(item.clone()),
        None => Outcome::Thrown(
            "System.IndexOutOfRangeException",
            "Index was outside the bounds of the array.".into(),
        ),
    }
}

/// `GetLength`, `GetLowerBound` and `GetUpperBound` of the only dimension.
fn bound_of(length: usize, name: &str, dimension: &Value) -> Outcome {
    if as_double(dimension) != Some(0.0) {
        return Outcome::Thrown(
            "System.IndexOutOfRangeException",
            "Array does not have that many dimensions.".into(),
        );
    }
    let length = i32::try_from(length).unwrap_or(i32::MAX);
    Outcome::Value(Value::Int32(match name {
        "getlength" => length,
        "getlowerbound" => 0,
        _ => length - 1,
    }))
}
