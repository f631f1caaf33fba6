//! `[T]::new(…)` and New-Object: the constructors of collections, and what types make of nothing.

use std::sync::Arc;

use crate::command::ParameterType;
use crate::convert::{ConversionContext, convert, number, type_names};
use crate::evaluate::dictionary;
use crate::evaluate::method::Outcome;
use crate::text::as_double;
use crate::value::{List, Object, Value};

/// What the constructor of a collection makes; nothing if the type has none here.
pub(super) fn construct(
    type_name: &str,
    arguments: &[Value],
    context: ConversionContext,
) -> Option<Outcome> {
    let list = |items: Vec<Value>| {
        Value::List(Arc::new(List {
            type_name: type_name.into(),
            items: items.into(),
        }))
    };
    Some(match (type_name, arguments) {
        (
            "System.Collections.Hashtable" | "System.Collections.Specialized.OrderedDictionary",
            [],
        ) => Outcome::Value(dictionary(type_name, indexmap::IndexMap::new())),
        ("System.Collections.ArrayList", []) => Outcome::Value(list(Vec::new())),
        ("System.Collections.ArrayList", [of]) => match capacity(of) {
            true => Outcome::Value(list(Vec::new())),
            false => of
                .elements()
                .map_or(Outcome::Unknown, |items| Outcome::Value(list(items))),
        },
        (_, arguments) if type_name.starts_with("System.Collections.Generic.List`1[") => {
            generic_list(type_name, arguments, context, list)
        }
        _ => return None,
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

/// A list of elements of one type.
fn generic_list(
    type_name: &str,
    arguments: &[Value],
    context: ConversionContext,
    list: impl Fn(Vec<Value>) -> Value,
) -> Outcome {
    let (of, target) = match (arguments, type_names::resolve(type_name)) {
        ([], _) => return Outcome::Value(list(Vec::new())),
        ([of], _) if capacity(of) => return Outcome::Value(list(Vec::new())),
        ([of], Some(target)) => (of, target),
        _ => return Outcome::Unknown,
    };
    match of
        .elements()
        .map(|items| convert(&Value::array(items), &target, context))
    {
        Some(Ok(made)) => Outcome::Value(made),
        _ => Outcome::Unknown,
    }
}
