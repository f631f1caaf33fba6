//! .NET's names of the types that values have: what `GetType()`, CLIXML, error records and views go by.

pub mod families;
pub(crate) mod qualified;

use crate::text::read;
use crate::value::{Text, Value};

/// Full .NET name of a value's type, where every value of its kind has the same.
pub fn fixed_type_name(value: &Value) -> Option<&'static str> {
    Some(match value {
        Value::Bool(_) => "System.Boolean",
        Value::Switch(_) => "System.Management.Automation.SwitchParameter",
        Value::Int8(_) => "System.SByte",
        Value::UInt8(_) => "System.Byte",
        Value::Int16(_) => "System.Int16",
        Value::UInt16(_) => "System.UInt16",
        Value::Int32(_) => "System.Int32",
        Value::UInt32(_) => "System.UInt32",
        Value::Int64(_) => "System.Int64",
        Value::UInt64(_) => "System.UInt64",
        Value::Single(_) => "System.Single",
        Value::Double(_) => "System.Double",
        Value::Decimal(_) => "System.Decimal",
        Value::BigInteger(_) => "System.Numerics.BigInteger",
        Value::Char(_) => "System.Char",
        Value::String(_) => "System.String",
        Value::DateTime(_) => "System.DateTime",
        Value::TimeSpan(_) => "System.TimeSpan",
        Value::Guid(_) => "System.Guid",
        Value::Version(_) => "System.Version",
        Value::ScriptBlock(_) => "System.Management.Automation.ScriptBlock",
        Value::Type(_) => "System.RuntimeType",
        Value::SecureString(_) => "System.Security.SecureString",
        Value::Error(_) => "System.Management.Automation.ErrorRecord",
        Value::Null
        | Value::Enum(_)
        | Value::Named(_)
        | Value::Array(_)
        | Value::List(_)
        | Value::Dictionary(_)
        | Value::Object(_)
        | Value::Noted(_)
        | Value::Format(_) => return None,
    })
}

/// Full .NET name of a value's type; for an object its most derived type name. `$null` has none.
pub fn type_name(value: &Value) -> Text {
    match value {
        Value::Enum(member) => member.definition.name.clone(),
        Value::Named(scalar) => scalar.type_name.clone(),
        Value::Array(array) => format!("{}[]", array.element_type).into(),
        Value::List(list) => list.type_name.clone(),
        Value::Dictionary(dictionary) => dictionary.type_name.clone(),
        Value::Object(object) => read(&object.type_names)
            .first()
            .map_or_else(|| "System.Object".into(), Clone::clone),
        Value::Noted(noted) => type_name(&noted.base),
        Value::Format(packet) => packet.type_name(),
        fixed => fixed_type_name(fixed).unwrap_or_default().into(),
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
        Value::List(_) | Value::Dictionary(_) => {
            vec![qualified::full_name(&own), "System.Object".into()]
        }
        Value::String(_)
        | Value::Named(_)
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
