//! A dictionary stands for a new object whose properties it sets (`ConvertViaNoArgumentConstructor`). Of the types that
//! Tandem knows, those that can be made so have no property that can be set: an empty dictionary makes their zero, any
//! other is refused for its first entry.

use crate::command::ParameterType;
use crate::convert::{ConversionError, from_null, generics, number};
use crate::text::{Culture, read, to_text};
use crate::value::{Comparer, DateTime, DateTimeKind, Dictionary, EnumValue, Value};

/// The object that the entries make; none for a type that no dictionary makes.
pub(super) fn create(
    dictionary: &Dictionary,
    target: &ParameterType,
) -> Option<Result<Value, ConversionError>> {
    let zero = match target {
        ParameterType::Plain(name) if generics::of_entries(name).is_some() => {
            Value::Dictionary(Dictionary::of_entries(name, Comparer::Exact, [].iter()).into())
        }
        _ => zero(target).filter(|_| !is_primitive(target))?,
    };
    let entries = read(&dictionary.entries);
    let Some((key, _)) = entries.values().next() else {
        return Some(Ok(zero));
    };
    let key = to_text(key, Culture::Invariant);
    let name = target.full_name();
    let inner = match readable(target)
        .iter()
        .find(|property| property.eq_ignore_ascii_case(&key))
    {
        Some(property) => format!("'{property}' is a ReadOnly property."),
        None => format!(
            "The property '{key}' was not found for the '{name}' object. {}",
            match target {
                ParameterType::Enum(_) => "The settable properties are: [value__ <System.Int32>].",
                _ => "There is no settable property available.",
            }
        ),
    };
    Some(Err(ConversionError::new(
        "ObjectCreationError",
        format!("Cannot create object of type \"{name}\". {inner}"),
    )))
}

/// What a field of the type holds before anything is put there; none for types whose fields hold `$null`.
pub(super) fn zero(target: &ParameterType) -> Option<Value> {
    let name = match target {
        ParameterType::Enum(definition) => {
            return Some(Value::Enum(EnumValue {
                definition: definition.clone(),
                number: 0,
            }));
        }
        ParameterType::Plain(name) => name,
        _ => return None,
    };
    Some(match &**name {
        "System.DateTime" => Value::DateTime(DateTime {
            ticks: 0,
            kind: DateTimeKind::Unspecified,
        }),
        "System.TimeSpan" => Value::TimeSpan(0),
        "System.Guid" => Value::Guid(uuid::Uuid::nil()),
        "System.Version" => Value::Version([0, 0].into()),
        "System.Boolean" | "System.Char" | "System.Management.Automation.SwitchParameter" => {
            return from_null(target).ok();
        }
        other if number::Kind::of_type(other).is_some() => return from_null(target).ok(),
        _ => return None,
    })
}

/// What a property of the type holds before anything is put there.
pub(crate) fn initial(target: &ParameterType) -> Value {
    match target {
        ParameterType::Plain(name) if &**name == "System.Version" => Value::Null,
        _ => zero(target).unwrap_or_default(),
    }
}

/// Types that .NET counts as primitive are made of no dictionary; nor is a switch, which has a rule of its own.
fn is_primitive(target: &ParameterType) -> bool {
    match target {
        ParameterType::Plain(name) => !matches!(
            &**name,
            "System.DateTime"
                | "System.TimeSpan"
                | "System.Guid"
                | "System.Version"
                | "System.Decimal"
        ),
        _ => false,
    }
}

/// The properties that a type shows and nobody can set.
fn readable(target: &ParameterType) -> &'static [&'static str] {
    match target {
        ParameterType::Plain(name) => match &**name {
            "System.DateTime" => &[
                "Date",
                "Day",
                "DayOfWeek",
                "DayOfYear",
                "Hour",
                "Kind",
                "Millisecond",
                "Microsecond",
                "Nanosecond",
                "Minute",
                "Month",
                "Second",
                "Ticks",
                "TimeOfDay",
                "Year",
            ],
            "System.TimeSpan" => &[
                "Ticks",
                "Days",
                "Hours",
                "Milliseconds",
                "Microseconds",
                "Nanoseconds",
                "Minutes",
                "Seconds",
                "TotalDays",
                "TotalHours",
                "TotalMilliseconds",
                "TotalMicroseconds",
                "TotalNanoseconds",
                "TotalMinutes",
                "TotalSeconds",
            ],
            "System.Version" => &[
                "Major",
                "Minor",
                "Build",
                "Revision",
                "MajorRevision",
                "MinorRevision",
            ],
            "System.Guid" => &["Variant", "Version"],
            "System.Decimal" => &["Scale"],
            _ => &[],
        },
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::convert::{ConversionContext, convert, type_names};

    fn cast(entries: &[(&str, i32)], target: &str) -> Result<Value, String> {
        let mut dictionary = indexmap::IndexMap::new();
        for (key, value) in entries {
            dictionary.insert((*key).into(), (Value::text(*key), Value::Int32(*value)));
        }
        let value = Value::Dictionary(std::sync::Arc::new(Dictionary {
            comparer: Default::default(),
            type_name: "System.Collections.Hashtable".into(),
            entries: std::sync::RwLock::new(dictionary),
        }));
        let target = type_names::resolve(target).unwrap();
        convert(&value, &target, ConversionContext::default()).map_err(|error| error.message)
    }

    #[test]
    fn an_empty_dictionary_makes_a_zero() {
        assert!(matches!(cast(&[], "timespan"), Ok(Value::TimeSpan(0))));
        assert!(matches!(cast(&[], "DayOfWeek"), Ok(Value::Enum(member)) if member.number == 0));
        assert!(cast(&[], "int").is_err());
    }

    #[test]
    fn entries_are_refused_for_their_properties() {
        assert_eq!(
            cast(&[("hours", 1)], "timespan").unwrap_err(),
            "Cannot create object of type \"System.TimeSpan\". 'Hours' is a ReadOnly property."
        );
        assert_eq!(
            cast(&[("a", 1)], "guid").unwrap_err(),
            "Cannot create object of type \"System.Guid\". The property 'a' was not found for the 'System.Guid' \
             object. There is no settable property available."
        );
    }
}
