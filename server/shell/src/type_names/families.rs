//! The interfaces and abstract bases that .NET's types have in common: `[ValueType]`, `[IComparable]`, `[IList]`.

use crate::value::{Text, Value};

/// Classes that no value is of itself.
pub const BASES: &[&str] = &["System.Enum", "System.ValueType"];

/// Interfaces that can be named.
pub const INTERFACES: &[&str] = &[
    "System.Collections.ICollection",
    "System.Collections.IDictionary",
    "System.Collections.IEnumerable",
    "System.Collections.IList",
    "System.Collections.Specialized.IOrderedDictionary",
    "System.ICloneable",
    "System.IComparable",
    "System.IConvertible",
    "System.IDisposable",
    "System.IFormattable",
    "System.ISpanFormattable",
];

const NUMBER: &[&str] = &[
    "System.IComparable",
    "System.IConvertible",
    "System.IFormattable",
    "System.ISpanFormattable",
];
/// Numbers and moments that convert to nothing else.
const FORMATTED: &[&str] = &[
    "System.IComparable",
    "System.IFormattable",
    "System.ISpanFormattable",
];
const TEXT: &[&str] = &[
    "System.ICloneable",
    "System.Collections.IEnumerable",
    "System.IComparable",
    "System.IConvertible",
];
const LIST: &[&str] = &[
    "System.Collections.ICollection",
    "System.Collections.IEnumerable",
    "System.Collections.IList",
];
const DICTIONARY: &[&str] = &[
    "System.Collections.ICollection",
    "System.Collections.IDictionary",
    "System.Collections.IEnumerable",
];

/// Whether a value is of the interface or base `family`; none if that is a type of its own.
pub fn belongs(value: &Value, family: &str) -> Option<bool> {
    if BASES.contains(&family) {
        let chain = super::type_chain(value);
        return Some(chain.iter().any(|name| **name == *family));
    }
    if !INTERFACES.contains(&family) {
        return None;
    }
    Some(match value {
        Value::Null => false,
        Value::Noted(noted) => return belongs(&noted.base, family),
        Value::Bool(_) => {
            family != "System.IFormattable"
                && family != "System.ISpanFormattable"
                && NUMBER.contains(&family)
        }
        Value::Int8(_)
        | Value::UInt8(_)
        | Value::Int16(_)
        | Value::UInt16(_)
        | Value::Int32(_)
        | Value::UInt32(_)
        | Value::Int64(_)
        | Value::UInt64(_)
        | Value::Single(_)
        | Value::Double(_)
        | Value::Decimal(_)
        | Value::Char(_)
        | Value::DateTime(_)
        | Value::Enum(_) => NUMBER.contains(&family),
        Value::BigInteger(_) | Value::TimeSpan(_) | Value::Guid(_) => FORMATTED.contains(&family),
        Value::Version(_) => FORMATTED.contains(&family) || family == "System.ICloneable",
        Value::String(_) => TEXT.contains(&family),
        Value::Array(_) => LIST.contains(&family) || family == "System.ICloneable",
        Value::List(list) => {
            LIST.contains(&family)
                || (family == "System.ICloneable" && is_array_list(&list.type_name))
        }
        Value::Dictionary(dictionary) => {
            DICTIONARY.contains(&family) || family == own_of_dictionary(&dictionary.type_name)
        }
        // The wrapper of a custom object compares and formats itself.
        Value::Object(object) => {
            let of_class = object.class().is_some_and(|class| class.implements(family));
            of_class
                || (object.custom && matches!(family, "System.IComparable" | "System.IFormattable"))
        }
        Value::Named(_)
        | Value::Switch(_)
        | Value::ScriptBlock(_)
        | Value::Type(_)
        | Value::SecureString(_)
        | Value::Error(_)
        | Value::Format(_) => false,
    })
}

fn is_array_list(type_name: &Text) -> bool {
    &**type_name == "System.Collections.ArrayList"
}

/// The interface that the two dictionaries do not share.
fn own_of_dictionary(type_name: &str) -> &'static str {
    match type_name {
        "System.Collections.Hashtable" => "System.ICloneable",
        _ => "System.Collections.Specialized.IOrderedDictionary",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_of_the_interfaces_of_their_types() {
        for (value, family, expected) in [
            (Value::Int32(1), "System.ValueType", true),
            (Value::text("a"), "System.ValueType", false),
            (Value::text("a"), "System.IComparable", true),
            (Value::text("a"), "System.Collections.IEnumerable", true),
            (Value::Bool(true), "System.IConvertible", true),
            (Value::Bool(true), "System.IFormattable", false),
            (Value::TimeSpan(1), "System.IConvertible", false),
            (Value::array(Vec::new()), "System.Collections.IList", true),
            (Value::Null, "System.IComparable", false),
        ] {
            assert_eq!(
                belongs(&value, family),
                Some(expected),
                "{value:?} {family}"
            );
        }
        assert_eq!(belongs(&Value::Int32(1), "System.Int32"), None);
    }
}
