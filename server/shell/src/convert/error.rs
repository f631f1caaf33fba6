//! Why a value is not convertible, in PowerShell's words.

use crate::command::ParameterType;
use crate::text::{Culture, to_text};
use crate::type_names::type_name;
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

    /// `Cannot convert the "x" value of type "A" to type "B".`
    pub(crate) fn no_way(value: &Value, target: &ParameterType) -> Self {
        Self::new(
            "ConvertToFinalInvalidCastException",
            format!(
                "Cannot convert the \"{}\" value of type \"{}\" to type \"{}\".",
                to_text(value, Culture::Invariant),
                type_name(value),
                target.full_name()
            ),
        )
    }
}
