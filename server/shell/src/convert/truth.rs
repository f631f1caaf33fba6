//! What needs no conversion, and what counts as true.

use crate::command::ParameterType;
use crate::text::{as_double, read};
use crate::type_names::{families, fixed_type_name, type_chain, type_name};
use crate::value::Value;

/// Whether a value is of a type already (`Type.IsInstanceOfType`, with PowerShell's wrapping taken off).
pub fn is_instance(value: &Value, target: &ParameterType) -> bool {
    let value = match value {
        Value::Null => return false,
        Value::Noted(noted) => &noted.base,
        other => other,
    };
    match target {
        ParameterType::Plain(name) => match (&**name, value) {
            ("System.Object" | "System.Management.Automation.PSObject", _)
            | ("System.String", Value::String(_))
            | ("System.Int32", Value::Int32(_))
            | ("System.Boolean", Value::Bool(_))
            | ("System.Array", Value::Array(_))
            | ("System.Type", Value::Type(_)) => true,
            (name, Value::Object(_)) => {
                type_chain(value).iter().any(|own| **own == *name)
                    || families::belongs(value, name) == Some(true)
            }
            (name, other) => {
                families::belongs(other, name).unwrap_or_else(|| match fixed_type_name(other) {
                    Some(own) => own == name,
                    None => *type_name(other) == *name,
                })
            }
        },
        ParameterType::Nullable(inner) => is_instance(value, inner),
        ParameterType::Enum(definition) => {
            matches!(value, Value::Enum(member) if member.definition.name == definition.name)
        }
        ParameterType::Custom(name, _) => {
            matches!(value, Value::Named(scalar) if scalar.type_name == *name)
        }
        ParameterType::Array(element) => match value {
            Value::Array(array) => {
                let wanted = element.full_name();
                array.element_type == wanted
                    || (&*wanted == "System.Object" && is_reference_type(&array.element_type))
            }
            _ => false,
        },
        ParameterType::Class(wanted) => match (value, wanted.class()) {
            (Value::Object(object), Some(wanted)) => object
                .class()
                .is_some_and(|class| class.derives_from(&wanted)),
            _ => false,
        },
        ParameterType::List(..) => {
            matches!(value, Value::List(list) if list.type_name == target.full_name())
        }
    }
}

/// Arrays of these are arrays of objects too; arrays of numbers are not.
pub(crate) fn is_reference_type(element: &str) -> bool {
    !crate::binder::is_value_type(&ParameterType::Plain(element.into()))
}

/// Whether PowerShell takes a value for true: no zero, no empty text, no empty list.
pub fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) | Value::Switch(flag) => *flag,
        Value::String(text) => !text.is_empty(),
        Value::Char(unit) => *unit != 0,
        Value::Enum(member) => member.number != 0,
        Value::Noted(noted) => is_true(&noted.base),
        Value::Array(array) => list_is_true(&read(&array.items)),
        Value::List(list) => list_is_true(&read(&list.items)),
        other => as_double(other).is_none_or(|number| number != 0.0),
    }
}

fn list_is_true(items: &[Value]) -> bool {
    match items {
        [] => false,
        [only] => match only {
            Value::Array(inner) => !read(&inner.items).is_empty(),
            Value::List(inner) => !read(&inner.items).is_empty(),
            other => is_true(other),
        },
        _ => true,
    }
}
