//! Conversion of any value to any .NET type (`LanguagePrimitives.ConvertTo`): the binder's coercion of arguments,
//! casts, `-as` and the operators go through here.

pub mod enumerations;
mod error;
pub mod type_names;

pub use error::ConversionError;

use crate::command::ParameterType;
use crate::text::Culture;
use crate::value::{DateTime, DateTimeKind, Value};

/// What a conversion depends on beside the value.
#[derive(Clone, Copy, Debug)]
pub struct ConversionContext {
    /// Whose texts of dates and numbers count: the binder's current culture, or a cast's invariant one.
    pub culture: Culture,
    /// The day that a text such as `10:30` means.
    pub now: DateTime,
}

impl ConversionContext {
    /// What a cast uses on the day `now`.
    pub fn invariant(now: DateTime) -> Self {
        Self {
            culture: Culture::Invariant,
            now,
        }
    }

    /// What the binder uses on the day `now`.
    pub fn current(now: DateTime) -> Self {
        Self {
            culture: Culture::Current,
            now,
        }
    }
}

impl Default for ConversionContext {
    fn default() -> Self {
        Self::invariant(DateTime {
            ticks: 0,
            kind: DateTimeKind::Local,
        })
    }
}

/// Converts `value` to `target`.
///
/// # Errors
/// What PowerShell says when there is no way from the one to the other.
pub fn convert(
    value: &Value,
    target: &ParameterType,
    context: ConversionContext,
) -> Result<Value, ConversionError> {
    let _ = context;
    Err(ConversionError::no_way(value, target))
}
