//! What a type says of itself when it is asked (`System.Type`).

use crate::convert::{enumerations, number};
use crate::members::same_name;
use crate::type_names::families;
use crate::value::Value;

/// One of the questions that are answered by yes or no; none if it is another property.
pub(super) fn flag(of: &str, name: &str) -> Option<Value> {
    let is_array = of.ends_with("[]");
    let is_enum = !is_array && enumerations::find(of).is_some();
    let is_value = is_enum
        || of == "System.Enum"
        || matches!(super::base_type(of), Value::Type(base) if &*base == "System.ValueType");
    let is_interface = families::INTERFACES.contains(&of);
    let is_number = number::Kind::of_type(of).is_some()
        && !matches!(of, "System.Decimal" | "System.Numerics.BigInteger");
    let flags = [
        ("IsArray", is_array),
        ("IsEnum", is_enum),
        ("IsValueType", is_value),
        ("IsInterface", is_interface),
        ("IsClass", !is_value && !is_interface),
        (
            "IsPrimitive",
            is_number || matches!(of, "System.Boolean" | "System.Char"),
        ),
        ("IsGenericType", of.contains('`') && !is_array),
    ];
    let asked = flags.into_iter().find(|(own, _)| same_name(own, name));
    asked.map(|(_, answer)| Value::Bool(answer))
}
