//! Classes at work: defined when their block begins (`define`), made into objects (`construct`), called (`invoke`, where
//! `overload` picks the method), read and set (`property`), and what else converts to them (`conversion`).

mod base;
mod compare;
mod construct;
mod conversion;
mod define;
mod invoke;
mod overload;
mod property;
mod signature;

use std::sync::{Arc, Weak};

use crate::command::ParameterType;
use crate::pipeline::engine::Engine;
use crate::text::write;
use crate::value::class::{Class, DefinedType, Types};
use crate::value::{Object, Value};

pub(crate) use conversion::is_convertible;
pub(crate) use define::Undefined;
pub(crate) use invoke::RunningMethod;
pub(crate) use signature::{definition_type, method_definition};

/// Most types that a session's texts define.
const MAX_TYPES: usize = 4096;

/// The types that a session's texts defined. As in .NET they last as long as the session: objects may outlive the scope that
/// their class was seen in.
#[derive(Debug, Default)]
pub(crate) struct Classes {
    /// Types of one block each.
    homes: Vec<Arc<Types>>,
    count: usize,
}

impl Classes {
    /// Whether none was ever defined: then nobody looks for any.
    pub(crate) fn is_empty(&self) -> bool {
        self.homes.is_empty()
    }

    /// All classes.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Class>> {
        let all = self.homes.iter().flat_map(|home| home.0.values());
        all.filter_map(|own| match own {
            DefinedType::Class(class) => Some(class),
            DefinedType::Enum(_) => None,
        })
    }

    fn keep(&mut self, types: Arc<Types>) {
        self.count += types.0.len();
        self.homes.push(types);
    }

    /// The type of that name (in lower case) that was defined last, wherever it is seen.
    fn last(&self, key: &str) -> Option<&DefinedType> {
        self.homes.iter().rev().find_map(|home| home.0.get(key))
    }
}

impl Drop for Classes {
    fn drop(&mut self) {
        // A static property may hold an object of its own class.
        for class in self.all() {
            let held = std::mem::take(&mut *write(&class.statics));
            drop(held);
        }
    }
}

impl Engine<'_> {
    /// The type of that name that a text defined and that is seen here.
    pub(crate) fn own_type(&self, name: &str) -> Option<ParameterType> {
        let key = name.to_lowercase();
        let found = self.session.scopes.type_named(&key);
        found.map(DefinedType::parameter_type)
    }

    /// The class that a type value is, wherever it was defined.
    pub(crate) fn class_of(&self, value: &Value) -> Option<Arc<Class>> {
        let Value::Type(name) = value else {
            return None;
        };
        if self.session.classes.is_empty() {
            return None;
        }
        let key = name.to_lowercase();
        let seen = self.session.scopes.type_named(&key);
        match seen.or_else(|| self.session.classes.last(&key))? {
            DefinedType::Class(class) => Some(class.clone()),
            DefinedType::Enum(_) => None,
        }
    }

    /// The class whose static members a value has: the class that it is, or that it is an object of.
    pub(crate) fn static_class_of(&self, value: &Value) -> Option<Arc<Class>> {
        match object_of(value) {
            Some((_, class)) => Some(class.clone()),
            None => self.class_of(value),
        }
    }

    /// The types that a class was defined together with.
    fn home(class: &Class) -> Option<Arc<Types>> {
        class.home.get().and_then(Weak::upgrade)
    }
}

/// The object of a class that a value is.
pub(super) fn object_of(value: &Value) -> Option<(&Arc<Object>, &Arc<Class>)> {
    match value.base() {
        Value::Object(object) => Some((object, object.class()?)),
        _ => None,
    }
}
