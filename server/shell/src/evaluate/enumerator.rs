//! Enumerators: `$foreach`, `$switch`, and what `GetEnumerator()` gives.
//!
//! One is a list of what it goes through, so that a pipeline or a loop takes its elements; where it stands is known here,
//! as long as anybody holds it.

use std::sync::{Arc, Weak};

use crate::evaluate::nothing;
use crate::members::same_name;
use crate::pipeline::engine::Engine;
use crate::text::read;
use crate::value::{List, Value};

/// The class of an array's enumerator.
pub(super) const OF_ARRAY: &str = "System.ArrayEnumerator";

/// Where the enumerators of a session stand.
#[derive(Debug, Default)]
pub(crate) struct Enumerators(Vec<(Weak<List>, usize)>);

impl Enumerators {
    /// An enumerator that stands before the first of these.
    pub(super) fn begin(&mut self, class: &str, items: Vec<Value>) -> Arc<List> {
        self.0.retain(|(list, _)| list.strong_count() > 0);
        let list = Arc::new(List {
            keys: None,
            type_name: class.into(),
            items: items.into(),
        });
        self.0.push((Arc::downgrade(&list), 0));
        list
    }

    fn place(&mut self, list: &Arc<List>) -> Option<&mut usize> {
        let own = |(other, _): &&mut (Weak<List>, usize)| std::ptr::eq(other.as_ptr(), &**list);
        self.0.iter_mut().rev().find(own).map(|(_, place)| place)
    }

    /// Goes to the next element; false behind the last one.
    pub(super) fn move_next(&mut self, list: &Arc<List>) -> bool {
        let length = read(&list.items).len();
        self.place(list).is_some_and(|place| {
            *place = (*place + 1).min(length + 1);
            *place <= length
        })
    }

    /// The element that it stands at; none before the first one and behind the last one.
    pub(super) fn current(&mut self, list: &Arc<List>) -> Option<Value> {
        let place = *self.place(list)?;
        read(&list.items).get(place.checked_sub(1)?).cloned()
    }
}

/// The class of what a value's `GetEnumerator` gives.
fn class(owner: &Value) -> Option<String> {
    let own = crate::type_names::type_name(owner);
    if let Some((generic, arguments)) = own.split_once('[')
        && generic.contains('`')
        && matches!(owner, Value::List(_) | Value::Dictionary(_))
    {
        return Some(format!("{generic}+Enumerator[{arguments}"));
    }
    let class = match owner {
        Value::Array(_) => OF_ARRAY,
        Value::String(_) => "System.CharEnumerator",
        Value::List(_) => match &*own {
            "System.Collections.ArrayList" => {
                "System.Collections.ArrayList+ArrayListEnumeratorSimple"
            }
            "System.Collections.Queue" => "System.Collections.Queue+QueueEnumerator",
            "System.Collections.Stack" => "System.Collections.Stack+StackEnumerator",
            _ => return None,
        },
        Value::Dictionary(_) => match &*own {
            "System.Collections.Specialized.OrderedDictionary" => {
                "System.Collections.Specialized.OrderedDictionary+OrderedDictionaryEnumerator"
            }
            "System.Collections.SortedList" => "System.Collections.SortedList+SortedListEnumerator",
            _ => "System.Collections.Hashtable+HashtableEnumerator",
        },
        _ => return None,
    };
    Some(class.into())
}

fn enumerated(owner: &Value) -> Vec<Value> {
    match owner {
        Value::String(text) => text.encode_utf16().map(Value::Char).collect(),
        Value::Dictionary(_) => crate::format::elements::elements(owner),
        other => other.elements().unwrap_or_default(),
    }
}

impl Engine<'_> {
    /// `GetEnumerator`, and the methods of an enumerator; none if the method is another one.
    pub(super) fn enumerator_method(
        &mut self,
        owner: &Value,
        name: &str,
        arguments: &[Value],
    ) -> Option<Value> {
        if !arguments.is_empty() {
            return None;
        }
        let enumerators = &mut self.session.enumerators;
        match (name, owner) {
            ("getenumerator", owner) => {
                let class = class(owner)?;
                Some(Value::List(enumerators.begin(&class, enumerated(owner))))
            }
            ("movenext", Value::List(list)) => {
                enumerators.place(list)?;
                Some(Value::Bool(enumerators.move_next(list)))
            }
            ("reset", Value::List(list)) => {
                *enumerators.place(list)? = 0;
                Some(nothing())
            }
            _ => None,
        }
    }

    /// A property of an enumerator; none if `owner` is none.
    pub(super) fn enumerator_property(&mut self, owner: &Value, name: &str) -> Option<Value> {
        let Value::List(list) = owner else {
            return None;
        };
        self.session.enumerators.place(list)?;
        let current = self.session.enumerators.current(list).unwrap_or_default();
        if same_name(name, "Current") {
            return Some(current);
        }
        // That of a dictionary shows the parts of its entry.
        let of_dictionary = ["Hashtable", "OrderedDictionary", "SortedList"]
            .iter()
            .any(|class| list.type_name.contains(class));
        let part = ["Key", "Value", "Entry"]
            .into_iter()
            .find(|part| of_dictionary && same_name(part, name))?;
        let standing = !matches!(current, Value::Null);
        match part {
            "Entry" if standing => Some(current),
            part if standing => crate::members::property(&current, part),
            _ => None,
        }
    }
}
