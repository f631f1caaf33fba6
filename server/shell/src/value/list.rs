//! Lists of .NET's several classes: what their elements are kept as.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::RwLock;

use crate::evaluate::fold_by;
use crate::evaluate::operator::comparison;
use crate::text::{read, write};
use crate::value::{Comparer, Keys, List, Text, Value};

/// What a list is, as far as its elements are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListKind {
    /// Elements in the order in which they were put there.
    List,
    /// The first one in is the first one out.
    Queue,
    /// The last one in is the first one out; it is the first element.
    Stack,
    /// Each element once.
    Set,
    /// Each element once, in order.
    SortedSet,
}

impl ListKind {
    /// What the class of that name is.
    pub fn of(type_name: &str) -> Self {
        match type_name {
            "System.Collections.Queue" => Self::Queue,
            "System.Collections.Stack" => Self::Stack,
            generic => match generic.strip_prefix("System.Collections.Generic.") {
                Some(name) if name.starts_with("Queue`") => Self::Queue,
                Some(name) if name.starts_with("Stack`") => Self::Stack,
                Some(name) if name.starts_with("HashSet`") => Self::Set,
                Some(name) if name.starts_with("SortedSet`") => Self::SortedSet,
                _ => Self::List,
            },
        }
    }
}

impl List {
    /// A list of the class of that name, made of elements in the order in which they are given to its constructor.
    pub fn new(type_name: impl Into<Text>, mut items: Vec<Value>, comparer: Comparer) -> Self {
        let type_name = type_name.into();
        let kind = ListKind::of(&type_name);
        if kind == ListKind::Stack {
            items.reverse();
        }
        let is_set = matches!(kind, ListKind::Set | ListKind::SortedSet);
        let list = Self {
            type_name,
            keys: is_set.then(|| {
                Box::new(Keys {
                    comparer,
                    known: RwLock::new(HashSet::with_capacity(items.len())),
                })
            }),
            items: RwLock::new(Vec::new()),
        };
        match is_set {
            true => list.replace(items),
            false => *write(&list.items) = items,
        }
        list
    }

    /// What it is.
    pub fn kind(&self) -> ListKind {
        match self.keys {
            None if !self.type_name.starts_with("System.Collections.") => ListKind::List,
            _ => ListKind::of(&self.type_name),
        }
    }

    /// Puts an element into a set; false if it is there.
    pub fn put(&self, item: Value) -> bool {
        let Some(keys) = &self.keys else {
            return false;
        };
        if !write(&keys.known).insert(fold_by(&item, keys.comparer)) {
            return false;
        }
        let mut items = write(&self.items);
        let place = match self.kind() {
            ListKind::SortedSet => items.partition_point(|own| ordered(own, &item).is_lt()),
            _ => items.len(),
        };
        items.insert(place, item);
        true
    }

    /// Whether a set has an element.
    pub fn has(&self, item: &Value) -> bool {
        self.keys
            .as_ref()
            .is_some_and(|keys| read(&keys.known).contains(&fold_by(item, keys.comparer)))
    }

    /// Takes an element out of a set; false if it is not there.
    pub fn take(&self, item: &Value) -> bool {
        let Some(keys) = &self.keys else {
            return false;
        };
        let key = fold_by(item, keys.comparer);
        if !write(&keys.known).remove(&key) {
            return false;
        }
        let mut items = write(&self.items);
        if let Some(at) = items
            .iter()
            .position(|own| fold_by(own, keys.comparer) == key)
        {
            items.remove(at);
        }
        true
    }

    /// Makes these the elements of a set, each once.
    pub fn replace(&self, mut items: Vec<Value>) {
        let Some(keys) = &self.keys else {
            return;
        };
        let mut known = write(&keys.known);
        known.clear();
        items.retain(|item| known.insert(fold_by(item, keys.comparer)));
        if self.kind() == ListKind::SortedSet {
            items.sort_by(ordered);
        }
        *write(&self.items) = items;
    }
}

/// The order of .NET's default comparer.
pub(crate) fn ordered(a: &Value, b: &Value) -> Ordering {
    comparison::order(a, b, true).unwrap_or(Ordering::Equal)
}
