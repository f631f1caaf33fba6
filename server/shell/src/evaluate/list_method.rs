//! Methods of lists, queues, stacks and sets.

use crate::evaluate::collection_method::index_of;
use crate::evaluate::method::{Outcome, equals};
use crate::evaluate::{MAX_GROWTH, array_member, nothing, set_method};
use crate::text::{as_double, read, write};
use crate::type_names::type_name;
use crate::value::list::ListKind;
use crate::value::{Array, Comparer, List, Value};

pub(super) fn list_method(list: &List, name: &str, arguments: &[Value]) -> Outcome {
    // Arguments may hold the list itself, so they are looked into before it is locked.
    let items = || read(&list.items).clone();
    match (list.kind(), name, arguments) {
        (ListKind::Set | ListKind::SortedSet, ..) => set_method::call(list, name, arguments),
        (_, "contains", [item]) => {
            Outcome::Value(Value::Bool(items().iter().any(|own| equals(own, item))))
        }
        (_, "toarray", []) => Outcome::Value(array_of(list, items())),
        (_, "clear", []) => {
            write(&list.items).clear();
            Outcome::Value(nothing())
        }
        (_, "clone", []) if !list.type_name.contains('`') => {
            let copy = List::new(list.type_name.clone(), Vec::new(), Comparer::Exact);
            *write(&copy.items) = items();
            Outcome::Value(Value::List(copy.into()))
        }
        (ListKind::Queue | ListKind::Stack, ..) => waiting(list, name, arguments),
        (_, "indexof", [item]) => index_of(&items(), item),
        (_, "lastindexof", [item]) => {
            let at = items().iter().rposition(|own| equals(own, item));
            Outcome::Value(Value::Int32(at.map_or(-1, |at| at as i32)))
        }
        (_, "remove", [item]) => removed(list, item),
        (_, "sort", []) => {
            let mut sorted = items();
            match array_member::sort(&mut sorted) {
                Ok(()) => *write(&list.items) = sorted,
                Err(refused) => return refused,
            }
            Outcome::Value(nothing())
        }
        (_, "reverse", []) => {
            write(&list.items).reverse();
            Outcome::Value(nothing())
        }
        (_, "getrange" | "removerange", [from, count]) => range(list, name, from, count),
        _ => changed(list, name, arguments),
    }
}

/// An array of a list's elements.
fn array_of(list: &List, items: Vec<Value>) -> Value {
    let element_type = list
        .type_name
        .strip_suffix(']')
        .and_then(|name| name.split_once('['))
        .map_or("System.Object", |(_, element)| element);
    Value::Array(
        Array {
            element_type: element_type.into(),
            items: items.into(),
        }
        .into(),
    )
}

/// `Remove`: a list of one type of elements says whether it had it.
fn removed(list: &List, item: &Value) -> Outcome {
    let at = read(&list.items)
        .clone()
        .iter()
        .position(|own| equals(own, item));
    if let Some(at) = at {
        let mut items = write(&list.items);
        if at < items.len() {
            items.remove(at);
        }
    }
    Outcome::Value(match list.type_name.contains('`') {
        true => Value::Bool(at.is_some()),
        false => nothing(),
    })
}

/// `Enqueue` and `Dequeue`, `Push` and `Pop`, `Peek`.
fn waiting(list: &List, name: &str, arguments: &[Value]) -> Outcome {
    let queues = list.kind() == ListKind::Queue;
    let mut items = write(&list.items);
    match (name, arguments) {
        ("enqueue" | "push", [_]) if items.len() >= MAX_GROWTH => Outcome::too_large(),
        ("enqueue", [item]) if queues => {
            items.push(item.clone());
            Outcome::Value(nothing())
        }
        ("push", [item]) if !queues => {
            items.insert(0, item.clone());
            Outcome::Value(nothing())
        }
        ("dequeue" | "pop" | "peek", []) if items.is_empty() => Outcome::Thrown(
            "System.InvalidOperationException",
            match queues {
                true => "Queue empty.".into(),
                false => "Stack empty.".into(),
            },
        ),
        ("dequeue", []) if queues => Outcome::Value(items.remove(0)),
        ("pop", []) if !queues => Outcome::Value(items.remove(0)),
        ("peek", []) => Outcome::Value(items[0].clone()),
        _ => Outcome::Unknown,
    }
}

/// `GetRange` and `RemoveRange`.
fn range(list: &List, name: &str, from: &Value, count: &Value) -> Outcome {
    let number = |value: &Value| as_double(value).and_then(|n| usize::try_from(n as i64).ok());
    let mut items = write(&list.items);
    let parameter = match (number(from), number(count)) {
        (None, _) => "index",
        (_, None) => "count",
        (Some(from), Some(count)) if from.saturating_add(count) > items.len() => {
            return Outcome::Thrown(
                "System.ArgumentException",
                "Offset and length were out of bounds for the array or count is greater than the number of elements from index to the end of the source collection.".into(),
            );
        }
        (Some(from), Some(count)) => {
            return Outcome::Value(match name {
                "getrange" => {
                    let part = items[from..from + count].to_vec();
                    Value::List(List::new(list.type_name.clone(), part, Comparer::Exact).into())
                }
                _ => {
                    items.drain(from..from + count);
                    nothing()
                }
            });
        }
    };
    Outcome::Thrown(
        "System.ArgumentOutOfRangeException",
        format!("Non-negative number required. (Parameter '{parameter}')"),
    )
}

/// `Add`, `AddRange`, `Insert`, `InsertRange` and `RemoveAt`.
fn changed(list: &List, name: &str, arguments: &[Value]) -> Outcome {
    let more = match (name, arguments) {
        ("addrange", [more]) | ("insertrange", [_, more]) => {
            more.elements().unwrap_or_else(|| vec![more.clone()])
        }
        _ => Vec::new(),
    };
    let place = arguments
        .first()
        .and_then(as_double)
        .and_then(|n| usize::try_from(n as i64).ok());
    let mut items = write(&list.items);
    let grows = matches!(name, "add" | "addrange" | "insert" | "insertrange");
    if grows && items.len() + more.len().max(1) > MAX_GROWTH {
        return Outcome::too_large();
    }
    let length = items.len();
    match (name, arguments) {
        ("add", [item]) => {
            items.push(item.clone());
            return Outcome::Value(match &*list.type_name {
                "System.Collections.ArrayList" => Value::Int32(items.len() as i32 - 1),
                _ => nothing(),
            });
        }
        ("addrange", [_]) => items.extend(more),
        ("removeat", [_]) => match place.filter(|place| *place < length) {
            Some(place) => drop(items.remove(place)),
            None => return out_of_range(false),
        },
        ("insert" | "insertrange", [_, item]) => match place.filter(|place| *place <= length) {
            Some(place) if name == "insert" => items.insert(place, item.clone()),
            Some(place) => drop(items.splice(place..place, more)),
            None => return out_of_range(list.type_name.contains("List`") || name != "insert"),
        },
        _ => return Outcome::Unknown,
    }
    Outcome::Value(nothing())
}

/// A place that a list does not have, or that nothing can be inserted at.
fn out_of_range(inserted: bool) -> Outcome {
    Outcome::Thrown(
        "System.ArgumentOutOfRangeException",
        match inserted {
            true => "Index must be within the bounds of the List. (Parameter 'index')".into(),
            false => "Index was out of range. Must be non-negative and less than the size of the collection. (Parameter 'index')".into(),
        },
    )
}

/// Whether a value is a sequence of elements of a type, as .NET's methods of generic collections want one
/// (`IEnumerable<T>`).
pub(super) fn is_sequence_of(value: &Value, element: &str) -> bool {
    let own: crate::value::Text = match value.base() {
        Value::Array(array) => array.element_type.clone(),
        list @ Value::List(_) => match type_name(list).split_once("`1[") {
            Some((_, rest)) => rest.trim_end_matches(']').into(),
            None => return false,
        },
        _ => return false,
    };
    *own == *element
        || (element == "System.Object" && crate::convert::is_reference_type(&own))
        || element
            .strip_suffix(']')
            .is_some_and(|bare| *own == *bare.trim_end_matches(']'))
}
