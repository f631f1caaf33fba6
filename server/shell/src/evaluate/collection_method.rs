//! Methods of arrays, lists and dictionaries.

use std::sync::Arc;

use crate::convert::default_parameters;
use crate::evaluate::hashtable::{dictionary as dictionary_of, fold};
use crate::evaluate::method::{Outcome, equals, text_of};
use crate::evaluate::{MAX_ENTRIES, MAX_GROWTH, nothing};
use crate::text::{as_double, read, write};
use crate::value::{Array, Dictionary, Value};

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

fn index_of(items: &[Value], item: &Value) -> Outcome {
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

fn out_of_range() -> Outcome {
    Outcome::Thrown(
        "System.ArgumentOutOfRangeException",
        "Index was out of range.".into(),
    )
}

fn list_method(list: &crate::value::List, name: &str, arguments: &[Value]) -> Outcome {
    // Arguments may hold the list itself, so they are looked into before it is locked.
    let items = || read(&list.items).clone();
    let more = match (name, arguments) {
        ("contains", [item]) => {
            return Outcome::Value(Value::Bool(items().iter().any(|own| equals(own, item))));
        }
        ("indexof", [item]) => return index_of(&items(), item),
        ("toarray", []) => return Outcome::Value(Value::array(items())),
        ("remove", [item]) => {
            let at = items().iter().position(|own| equals(own, item));
            return Outcome::Value(Value::Bool(at.is_some_and(|at| {
                let mut items = write(&list.items);
                at < items.len() && {
                    items.remove(at);
                    true
                }
            })));
        }
        ("addrange", [more]) => more.elements().unwrap_or_else(|| vec![more.clone()]),
        _ => Vec::new(),
    };
    let place = arguments
        .first()
        .and_then(as_double)
        .and_then(|n| usize::try_from(n as i64).ok());
    let mut items = write(&list.items);
    let grows = matches!(name, "add" | "addrange" | "insert");
    if grows && items.len() + more.len().max(1) > MAX_GROWTH {
        return Outcome::too_large();
    }
    match (name, arguments) {
        ("add", [item]) => {
            items.push(item.clone());
            Outcome::Value(match &*list.type_name {
                "System.Collections.ArrayList" => Value::Int32(items.len() as i32 - 1),
                _ => nothing(),
            })
        }
        ("addrange", [_]) => {
            items.extend(more);
            Outcome::Value(nothing())
        }
        ("clear", []) => {
            items.clear();
            Outcome::Value(nothing())
        }
        ("removeat", [_]) => match place.filter(|place| *place < items.len()) {
            Some(place) => {
                items.remove(place);
                Outcome::Value(nothing())
            }
            None => out_of_range(),
        },
        ("insert", [_, item]) => match place.filter(|place| *place <= items.len()) {
            Some(place) => {
                items.insert(place, item.clone());
                Outcome::Value(nothing())
            }
            None => out_of_range(),
        },
        _ => Outcome::Unknown,
    }
}

fn dictionary_method(
    owner: &Value,
    dictionary: &Dictionary,
    name: &str,
    arguments: &[Value],
) -> Outcome {
    let key = arguments.first();
    match (name, key) {
        ("containskey" | "contains", Some(key)) => Outcome::Value(Value::Bool(
            read(&dictionary.entries).contains_key(&fold(key)),
        )),
        ("add", Some(key)) => add_entry(dictionary, key, arguments.get(1)),
        ("insert" | "removeat", Some(place)) => by_place(dictionary, place, &arguments[1..]),
        ("remove", Some(key)) => {
            write(&dictionary.entries).shift_remove(&fold(key));
            Outcome::Value(nothing())
        }
        ("getenumerator", None) => {
            Outcome::Value(Value::array(crate::format::elements::elements(owner)))
        }
        ("containsvalue", Some(value)) => {
            let entries = read(&dictionary.entries);
            let found = entries.values().any(|(_, own)| equals(own, value));
            Outcome::Value(Value::Bool(found))
        }
        ("clone", None) => {
            let entries = read(&dictionary.entries).clone();
            Outcome::Value(dictionary_of(&dictionary.type_name, entries))
        }
        ("clear", None) => {
            write(&dictionary.entries).clear();
            Outcome::Value(nothing())
        }
        _ => Outcome::Unknown,
    }
}

/// `RemoveAt`, or `Insert` with a key and a value, of an ordered dictionary.
fn by_place(dictionary: &Dictionary, place: &Value, entry: &[Value]) -> Outcome {
    let mut entries = write(&dictionary.entries);
    let place = as_double(place).and_then(|place| usize::try_from(place as i64).ok());
    let most = entries.len() + usize::from(!entry.is_empty());
    let Some(place) = place.filter(|place| *place < most) else {
        return Outcome::Thrown(
            "System.ArgumentOutOfRangeException",
            "Specified argument was out of the range of valid values. (Parameter 'index')".into(),
        );
    };
    match entry {
        [] => {
            entries.shift_remove_index(place);
        }
        [key, value] => {
            let folded = fold(key);
            if entries.contains_key(&folded) {
                let name = text_of(key);
                return Outcome::Thrown(
                    "System.ArgumentException",
                    format!(
                        "Item has already been added. Key in dictionary: '{name}'  Key being added: '{name}'"
                    ),
                );
            }
            if entries.len() >= MAX_ENTRIES {
                return Outcome::too_large();
            }
            entries.shift_insert(place, folded, (key.clone(), value.clone()));
        }
        _ => return Outcome::Unknown,
    }
    Outcome::Value(nothing())
}

/// `Add` of a dictionary.
fn add_entry(dictionary: &Dictionary, key: &Value, value: Option<&Value>) -> Outcome {
    let of_defaults = &*dictionary.type_name == default_parameters::TYPE;
    let key = &match of_defaults.then(|| default_parameters::key(key)) {
        None => key.clone(),
        Some(Ok(key)) => Value::String(key),
        Some(Err((exception, message))) => return Outcome::Thrown(exception, message),
    };
    let folded = fold(key);
    let mut entries = write(&dictionary.entries);
    if entries.len() >= MAX_ENTRIES {
        return Outcome::too_large();
    }
    if entries.contains_key(&folded) {
        let name = text_of(key);
        return match of_defaults {
            true => Outcome::Thrown(
                "System.Management.Automation.PSArgumentException",
                format!(
                    "The key '{name}' has already been added to the dictionary. (Parameter 'key')"
                ),
            ),
            false => Outcome::Thrown(
                "System.ArgumentException",
                format!(
                    "Item has already been added. Key in dictionary: '{name}'  Key being added: '{name}'"
                ),
            ),
        };
    }
    entries.insert(folded, (key.clone(), value.cloned().unwrap_or_default()));
    Outcome::Value(nothing())
}
