//! The .NET members that a session has: nothing else can be called, and `about_Methods` says the same.
//!
//! They are the ones that runbooks use, and none of them reaches anything but the values it is given. Which they are, the
//! table of the module `dotnet` says.

use crate::dotnet;
use crate::value::Value;

/// Methods of everything.
pub const OF_ALL: &[&str] = &[
    "CompareTo",
    "Equals",
    "ForEach",
    "GetType",
    "ToString",
    "Where",
];

/// Methods of the values of each type, beside those of everything.
pub fn methods() -> impl Iterator<Item = (&'static str, &'static str)> {
    callable(false).filter(|(_, name)| !OF_ALL.contains(name))
}

/// Static methods of each type. Besides, every type that a text converts to has `Parse` and `new`, and every exception
/// `new`.
pub fn static_methods() -> impl Iterator<Item = (&'static str, &'static str)> {
    callable(true).filter(|(_, name)| *name != "Parse")
}

/// Static properties and fields of each type. Besides, every enumeration has its members.
pub fn static_properties() -> impl Iterator<Item = (&'static str, &'static str)> {
    dotnet::types(true).flat_map(|(of, members)| {
        let properties = members.iter().filter(|member| !member.is_method());
        properties.map(move |member| (of, member.name))
    })
}

fn callable(is_static: bool) -> impl Iterator<Item = (&'static str, &'static str)> {
    dotnet::types(is_static).flat_map(|(of, members)| {
        let methods = members.iter().filter(|member| member.callable);
        methods.map(move |member| (of, member.name))
    })
}

/// Whether values such as `owner` have a method of that name.
pub(super) fn has_method(owner: &Value, name: &str) -> bool {
    OF_ALL.iter().any(|own| own.eq_ignore_ascii_case(name))
        || has(dotnet::members(family(owner), false), name, true)
}

/// The type that the methods of such a value are listed under.
pub(crate) fn family(owner: &Value) -> &'static str {
    match owner {
        Value::Array(_) => "System.Array",
        Value::List(list) => {
            class(&list.type_name, LISTS).unwrap_or("System.Collections.ArrayList")
        }
        Value::Dictionary(table) => {
            class(&table.type_name, DICTIONARIES).unwrap_or("System.Collections.Hashtable")
        }
        Value::Enum(_) => "System.Enum",
        Value::Named(scalar) if &*scalar.type_name == REGEX => REGEX,
        other => crate::type_names::fixed_type_name(other).unwrap_or_default(),
    }
}

/// The class of these that a type is; a generic type is known by its name without its arguments.
fn class(type_name: &str, classes: &[&'static str]) -> Option<&'static str> {
    let name = type_name
        .split_once('[')
        .map_or(type_name, |(class, _)| class);
    classes.iter().copied().find(|own| *own == name)
}

const LISTS: &[&str] = &[
    "System.Collections.ArrayList",
    "System.Collections.Queue",
    "System.Collections.Stack",
    "System.Collections.Generic.HashSet`1",
    "System.Collections.Generic.List`1",
    "System.Collections.Generic.Queue`1",
    "System.Collections.Generic.SortedSet`1",
    "System.Collections.Generic.Stack`1",
];
const DICTIONARIES: &[&str] = &[
    "System.Collections.Hashtable",
    "System.Collections.SortedList",
    "System.Collections.Specialized.OrderedDictionary",
    "System.Collections.Generic.Dictionary`2",
    "System.Collections.Generic.SortedDictionary`2",
];
const REGEX: &str = "System.Text.RegularExpressions.Regex";

/// Whether a type has a static method of that name.
pub(super) fn has_static_method(type_name: &str, name: &str) -> bool {
    has(dotnet::members(type_name, true), name, true)
}

/// Whether a type has a static property of that name.
pub(super) fn has_static_property(type_name: &str, name: &str) -> bool {
    has(dotnet::members(type_name, true), name, false)
}

fn has(members: &[dotnet::Member], name: &str, method: bool) -> bool {
    members.iter().any(|own| {
        own.name.eq_ignore_ascii_case(name) && own.is_method() == method && own.callable == method
    })
}
