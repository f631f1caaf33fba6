//! `[T]::new(…)` and New-Object: the constructors of collections, and what types make of nothing.

use std::sync::Arc;

use crate::command::ParameterType;
use crate::convert::{ConversionContext, convert, generics, number};
use crate::evaluate::hashtable::{HASHTABLE, ORDERED};
use crate::evaluate::list_method::is_sequence_of;
use crate::evaluate::method::Outcome;
use crate::evaluate::string_comparer;
use crate::format::elements;
use crate::text::{as_double, read};
use crate::value::list::ListKind;
use crate::value::{Comparer, Dictionary, List, Object, Value};

/// What the constructor of a collection makes; nothing if the type has none here.
pub(super) fn construct(type_name: &str, arguments: &[Value]) -> Option<Outcome> {
    if type_name == ARRAY_LIST || ListKind::of(type_name) != ListKind::List {
        return Some(list(type_name, arguments));
    }
    match type_name {
        HASHTABLE | ORDERED | "System.Collections.SortedList" => {
            Some(made_dictionary(type_name, arguments))
        }
        generic => {
            let class = generic
                .split_once("`1[")
                .or_else(|| generic.split_once("`2["));
            match class?.0.strip_prefix("System.Collections.")? {
                "Generic.List" | "ObjectModel.Collection" => Some(list(generic, arguments)),
                "Generic.Dictionary" | "Generic.SortedDictionary" => {
                    Some(made_dictionary(generic, arguments))
                }
                "Generic.KeyValuePair" => Some(pair(generic, arguments)),
                _ => None,
            }
        }
    }
}

const ARRAY_LIST: &str = "System.Collections.ArrayList";

/// What the last of some arguments says of how keys are told apart, and those before it.
fn compared(arguments: &[Value]) -> (Comparer, &[Value]) {
    match arguments.split_last() {
        Some((last, before)) => match string_comparer::of(last) {
            Some(comparer) => (comparer, before),
            None if !before.is_empty() && matches!(last, Value::Null) => (Comparer::Exact, before),
            None => (Comparer::Exact, arguments),
        },
        None => (Comparer::Exact, arguments),
    }
}

/// A list, a queue, a stack or a set: of nothing, with some room, or of what a collection holds.
fn list(type_name: &str, arguments: &[Value]) -> Outcome {
    let kind = ListKind::of(type_name);
    let (comparer, rest) = compared(arguments);
    let of_set = matches!(kind, ListKind::Set | ListKind::SortedSet);
    let made = |items| {
        let list = List::new(type_name, items, comparer);
        Outcome::Value(Value::List(Arc::new(list)))
    };
    let element = type_name
        .strip_suffix(']')
        .and_then(|own| own.split_once('['));
    match rest {
        _ if rest.len() < arguments.len() && !of_set => Outcome::Unknown,
        [] => made(Vec::new()),
        [room] if capacity(room) && kind != ListKind::SortedSet => made(Vec::new()),
        [of] if element.is_none_or(|(_, element)| is_sequence_of(of, element)) => {
            of.elements().map_or(Outcome::Unknown, made)
        }
        _ => Outcome::Unknown,
    }
}

/// A dictionary: of nothing, with some room, or of the entries of another one of the same types.
fn made_dictionary(type_name: &str, arguments: &[Value]) -> Outcome {
    let (comparer, rest) = compared(arguments);
    let made = |entries: &mut dyn Iterator<Item = &(Value, Value)>| {
        let made = Dictionary::of_entries(type_name, comparer, entries);
        Outcome::Value(Value::Dictionary(Arc::new(made)))
    };
    match rest {
        [] => made(&mut [].iter()),
        [room] if capacity(room) => made(&mut [].iter()),
        [Value::Dictionary(from)]
            if type_name != ORDERED
                && generics::of_entries(type_name) == generics::of_entries(&from.type_name) =>
        {
            let own = read(&from.entries).clone();
            made(&mut own.values())
        }
        _ => Outcome::Unknown,
    }
}

/// A key and its value.
fn pair(type_name: &str, arguments: &[Value]) -> Outcome {
    let types = generics::of_entries(type_name);
    let as_type = |value: &Value, target: &ParameterType| {
        convert(value, target, ConversionContext::default()).ok()
    };
    let made = match (types, arguments) {
        (Some((of_key, of_value)), [key, value]) => {
            as_type(key, &of_key).zip(as_type(value, &of_value))
        }
        (Some((of_key, of_value)), []) => {
            let zero = |of| super::types::default_of(of).unwrap_or_default();
            Some((zero(&of_key), zero(&of_value)))
        }
        _ => None,
    };
    made.map_or(Outcome::Unknown, |(key, value)| {
        Outcome::Value(elements::key_value_pair(type_name, &key, &value))
    })
}

/// What the parameterless constructor of a type that is no collection makes.
pub(super) fn of_nothing(target: &ParameterType) -> Option<Value> {
    let ParameterType::Plain(name) = target else {
        return None;
    };
    if number::Kind::of_type(name).is_some() {
        return convert(&Value::Int32(0), target, ConversionContext::default()).ok();
    }
    match &**name {
        "System.Boolean" => Some(Value::Bool(false)),
        "System.Management.Automation.PSObject" => {
            Some(Value::Object(Arc::new(Object::custom(Vec::new()))))
        }
        _ => super::types::default_of(target),
    }
}

/// Whether an argument says how much room a collection begins with.
fn capacity(value: &Value) -> bool {
    value.elements().is_none() && as_double(value).is_some_and(|room| room >= 0.0)
}
