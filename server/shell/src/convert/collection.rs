//! Arrays and lists, element by element.

use std::sync::{Arc, RwLock};

use crate::command::ParameterType;
use crate::convert::error::net_text;
use crate::convert::{self, ConversionContext, ConversionError, entries};
use crate::value::{Array, Comparer, List, Value};

/// A collection of the target's kind holding these elements, which are of its element type already. `$null` among
/// values of a value type becomes the type's zero, as in a new array.
pub fn collection(target: &ParameterType, mut items: Vec<Value>) -> Value {
    let element = match target {
        ParameterType::Array(element) | ParameterType::List(_, element) => element,
        _ => return Value::array(items),
    };
    if crate::binder::is_value_type(element) {
        for item in items.iter_mut().filter(|item| matches!(item, Value::Null)) {
            *item = entries::zero(element).unwrap_or_default();
        }
    }
    match target {
        ParameterType::List(..) => {
            let list = List::new(target.full_name(), items, Comparer::Exact);
            Value::List(Arc::new(list))
        }
        _ => Value::Array(Arc::new(Array {
            element_type: element.full_name(),
            items: RwLock::new(items),
        })),
    }
}

/// A cast to a collection: every element of a list, or the one value.
pub(super) fn convert(
    value: &Value,
    target: &ParameterType,
    element: &ParameterType,
    context: ConversionContext,
) -> Result<Value, ConversionError> {
    let of_characters = matches!(element, ParameterType::Plain(name) if &**name == "System.Char");
    let items = match (value, value.elements()) {
        (_, Some(items)) => items
            .iter()
            .map(|item| convert::convert(item, element, context))
            .collect::<Result<Vec<_>, _>>()?,
        // A cast splits text into characters; the binder, which goes element by element, does not.
        (Value::String(text), None) if of_characters => {
            text.encode_utf16().map(Value::Char).collect()
        }
        (scalar, None) => {
            let item = convert::convert(scalar, element, context).map_err(|inner| {
                if inner.id == "ConvertToFinalInvalidCastException" {
                    return ConversionError::no_way(scalar, target);
                }
                ConversionError::wrapping(
                    "InvalidCastExceptionScalarToArray",
                    &net_text(scalar),
                    target,
                    &inner.message,
                )
            })?;
            vec![item]
        }
    };
    Ok(collection(target, items))
}
