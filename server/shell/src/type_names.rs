//! .NET's names of the types that values have: what `GetType()`, CLIXML, error records and views go by.

use crate::text::read;
use crate::value::{Text, Value};

/// Full .NET name of a value's type; for an object its most derived type name. `$null` has none.
pub fn type_name(value: &Value) -> Text {
    match value {
        Value::Null => Text::from(""),
        Value::Bool(_) => "System.Boolean".into(),
        Value::Switch(_) => "System.Management.Automation.SwitchParameter".into(),
        Value::Int8(_) => "System.SByte".into(),
        Value::UInt8(_) => "System.Byte".into(),
        Value::Int16(_) => "System.Int16".into(),
        Value::UInt16(_) => "System.UInt16".into(),
        Value::Int32(_) => "System.Int32".into(),
        Value::UInt32(_) => "System.UInt32".into(),
        Value::Int64(_) => "System.Int64".into(),
        Value::UInt64(_) => "System.UInt64".into(),
        Value::Single(_) => "System.Single".into(),
        Value::Double(_) => "System.Double".into(),
        Value::Decimal(_) => "System.Decimal".into(),
        Value::BigInteger(_) => "System.Numerics.BigInteger".into(),
        Value::Char(_) => "System.Char".into(),
        Value::String(_) => "System.String".into(),
        Value::DateTime(_) => "System.DateTime".into(),
        Value::TimeSpan(_) => "System.TimeSpan".into(),
        Value::Guid(_) => "System.Guid".into(),
        Value::Version(_) => "System.Version".into(),
        Value::Enum(member) => member.definition.name.clone(),
        Value::Named(scalar) => scalar.type_name.clone(),
        Value::Array(array) => format!("{}[]", array.element_type).into(),
        Value::List(list) => list.type_name.clone(),
        Value::Dictionary(dictionary) => dictionary.type_name.clone(),
        Value::Object(object) => read(&object.type_names)
            .first()
            .map_or_else(|| "System.Object".into(), Clone::clone),
        Value::ScriptBlock(_) => "System.Management.Automation.ScriptBlock".into(),
        Value::Noted(noted) => type_name(&noted.base),
        Value::Type(_) => "System.RuntimeType".into(),
        Value::SecureString(_) => "System.Security.SecureString".into(),
        Value::Error(_) => "System.Management.Automation.ErrorRecord".into(),
        Value::Format(packet) => packet.type_name(),
    }
}

/// `GetType().Name`: the name without its namespace, generics as ``List`1``.
pub fn short_type_name(value: &Value) -> String {
    if let Value::Object(object) = value
        && object.custom
    {
        return "PSCustomObject".into();
    }
    short_name(&type_name(value)).into()
}

/// The last segment of a full type name, without generic arguments.
pub fn short_name(full: &str) -> &str {
    let bare = match full.find('`') {
        // The arity of a generic type belongs to its name, the arguments behind it do not.
        Some(at) => full[at..].find('[').map_or(full, |end| &full[..at + end]),
        None => full.split_once('<').map_or(full, |(name, _)| name),
    };
    bare.rsplit(['.', '+']).next().unwrap_or(bare)
}

/// `PSObject.TypeNames`: the type and its bases, most derived first, to `System.Object`.
pub fn type_chain(value: &Value) -> Vec<Text> {
    let own = type_name(value);
    match value {
        Value::Null => Vec::new(),
        Value::Object(object) => read(&object.type_names).to_vec(),
        Value::Noted(noted) => type_chain(&noted.base),
        Value::Format(packet) => packet.type_names(),
        Value::Array(_) => vec![own, "System.Array".into(), "System.Object".into()],
        Value::Enum(_) => vec![
            own,
            "System.Enum".into(),
            "System.ValueType".into(),
            "System.Object".into(),
        ],
        Value::Type(_) => [
            "System.RuntimeType",
            "System.Reflection.TypeInfo",
            "System.Type",
            "System.Reflection.MemberInfo",
            "System.Object",
        ]
        .map(Text::from)
        .into(),
        Value::String(_)
        | Value::Named(_)
        | Value::List(_)
        | Value::Dictionary(_)
        | Value::ScriptBlock(_)
        | Value::Version(_)
        | Value::Error(_)
        | Value::SecureString(_) => vec![own, "System.Object".into()],
        Value::Bool(_)
        | Value::Switch(_)
        | Value::Int8(_)
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
        | Value::BigInteger(_)
        | Value::Char(_)
        | Value::DateTime(_)
        | Value::TimeSpan(_)
        | Value::Guid(_) => vec![own, "System.ValueType".into(), "System.Object".into()],
    }
}
