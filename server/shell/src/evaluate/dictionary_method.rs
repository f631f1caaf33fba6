//! Methods of dictionaries.

use crate::convert::default_parameters;
use crate::evaluate::method::{Outcome, equals, text_of};
use crate::evaluate::{MAX_ENTRIES, nothing};
use crate::text::{as_double, read, write};
use crate::value::{Dictionary, Value};

pub(super) fn dictionary_method(
    owner: &Value,
    dictionary: &Dictionary,
    name: &str,
    arguments: &[Value],
) -> Outcome {
    let key = arguments.first();
    match (name, key) {
        ("containskey" | "contains", Some(key)) => Outcome::Value(Value::Bool(
            read(&dictionary.entries).contains_key(&dictionary.folded(key)),
        )),
        ("getbyindex" | "getkey" | "indexofkey" | "indexofvalue", Some(wanted)) => {
            sorted(dictionary, name, wanted)
        }
        ("add", Some(key)) => add_entry(dictionary, key, arguments.get(1)),
        ("insert" | "removeat", Some(place)) => by_place(dictionary, place, &arguments[1..]),
        ("tryadd", Some(key)) => {
            let absent = !read(&dictionary.entries).contains_key(&dictionary.folded(key));
            match absent.then(|| add_entry(dictionary, key, arguments.get(1))) {
                None | Some(Outcome::Value(_)) => Outcome::Value(Value::Bool(absent)),
                Some(refused) => refused,
            }
        }
        ("remove", Some(key)) => {
            let key = dictionary.folded(key);
            let removed = write(&dictionary.entries).shift_remove(&key);
            Outcome::Value(match dictionary.is_generic() {
                true => Value::Bool(removed.is_some()),
                false => nothing(),
            })
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
            let copy = Dictionary {
                comparer: dictionary.comparer,
                type_name: dictionary.type_name.clone(),
                entries: entries.into(),
            };
            Outcome::Value(Value::Dictionary(copy.into()))
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
            let folded = dictionary.folded(key);
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
    let folded = dictionary.folded(key);
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
            false if dictionary.is_generic() => Outcome::Thrown(
                "System.ArgumentException",
                format!("An item with the same key has already been added. Key: {name}"),
            ),
            false => Outcome::Thrown(
                "System.ArgumentException",
                format!(
                    "Item has already been added. Key in dictionary: '{name}'  Key being added: '{name}'"
                ),
            ),
        };
    }
    let value = value.cloned().unwrap_or_default();
    dictionary.put(&mut entries, folded, (key.clone(), value));
    Outcome::Value(nothing())
}

/// Where the entries of a sorted list stand.
fn sorted(dictionary: &Dictionary, name: &str, wanted: &Value) -> Outcome {
    let entries = read(&dictionary.entries);
    let place = |at: Option<usize>| Outcome::Value(Value::Int32(at.map_or(-1, |at| at as i32)));
    let at = as_double(wanted).and_then(|at| usize::try_from(at as i64).ok());
    match (name, at.and_then(|at| entries.get_index(at))) {
        ("indexofkey", _) => place(entries.get_index_of(&dictionary.folded(wanted))),
        ("indexofvalue", _) => place(entries.values().position(|(_, own)| equals(own, wanted))),
        ("getkey", Some((_, (key, _)))) => Outcome::Value(key.clone()),
        (_, Some((_, (_, value)))) => Outcome::Value(value.clone()),
        _ => Outcome::Thrown(
            "System.ArgumentOutOfRangeException",
            "Index was out of range. Must be non-negative and less than the size of the collection. (Parameter 'index')".into(),
        ),
    }
}
