//! Why a value is not convertible, in PowerShell's words.

use crate::command::ParameterType;
use crate::text::{Culture, double_round_trip, single_round_trip, to_text};
use crate::type_names::{short_name, type_name};
use crate::value::Value;

/// A failed conversion (`PSInvalidCastException` and its kin).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConversionError {
    /// The id of the error record that a cast in a script raises.
    pub id: &'static str,
    /// The whole message.
    pub message: String,
}

impl ConversionError {
    /// An error of a given id and message.
    pub(crate) fn new(id: &'static str, message: impl Into<String>) -> Self {
        Self {
            id,
            message: message.into(),
        }
    }

    /// `Cannot convert value "x" to type "T". Error: "…"`.
    pub(crate) fn wrapping(
        id: &'static str,
        value: &str,
        target: &ParameterType,
        inner: &str,
    ) -> Self {
        Self::new(
            id,
            format!(
                "Cannot convert value \"{value}\" to type \"{}\". Error: \"{inner}\"",
                target.full_name()
            ),
        )
    }

    /// `Cannot convert the "x" value of type "A" to type "B".`
    pub(crate) fn no_way(value: &Value, target: &ParameterType) -> Self {
        let target = target.full_name();
        if matches!(
            &*target,
            "System.Security.SecureString" | "System.Management.Automation.PSCredential"
        ) {
            return Self::new(
                "ConvertToFinalInvalidCastException",
                format!(
                    "Cannot convert the value of type \"{}\" to type \"{target}\".",
                    type_name(value)
                ),
            );
        }
        Self::new(
            "ConvertToFinalInvalidCastException",
            format!(
                "Cannot convert the \"{}\" value of type \"{}\" to type \"{target}\".",
                net_text(value),
                type_name(value),
            ),
        )
    }

    /// What is said when there is no rule from one type to another: a value that .NET counts as convertible is tried
    /// and refused by .NET, any other by PowerShell.
    pub(crate) fn between(value: &Value, target: &ParameterType) -> Self {
        let source = match value {
            Value::Bool(_) | Value::Char(_) | Value::DateTime(_) | Value::Enum(_) => {
                type_name(value)
            }
            _ => return Self::no_way(value, target),
        };
        let to = target.full_name();
        // .NET names its own convertible types shortly.
        let (from, to) = if matches!(
            &*to,
            "System.DateTime" | "System.Char" | "System.Boolean" | "System.Decimal"
        ) || crate::convert::number::Kind::of_type(&to).is_some()
        {
            (short_name(&source).to_owned(), short_name(&to).to_owned())
        } else {
            (source.to_string(), to.to_string())
        };
        Self::wrapping(
            "InvalidCastIConvertible",
            &net_text(value),
            target,
            &format!("Invalid cast from '{from}' to '{to}'."),
        )
    }
}

/// `ToString()` as .NET's own types have it: a list says its type, a double all its digits, a date follows the session.
pub(crate) fn net_text(value: &Value) -> String {
    match value {
        Value::Array(_) | Value::List(_) => type_name(value).to_string(),
        Value::Double(number) => double_round_trip(*number),
        Value::Single(number) => single_round_trip(*number),
        Value::Noted(noted) => net_text(&noted.base),
        other => to_text(other, Culture::Current),
    }
}
