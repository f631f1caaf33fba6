//! Conversion of any value to any .NET type (`LanguagePrimitives.ConvertTo`): the binder's coercion of arguments,
//! casts, `-as` and the operators go through here.

mod collection;
pub mod date_time;
pub(crate) mod default_parameters;
mod entries;
mod enumeration;
pub mod enumerations;
mod error;
pub(crate) mod exact;
pub(crate) mod exact_span;
pub(crate) mod generics;
mod named;
pub mod number;
pub(crate) mod semantic_version;
pub mod time_span;
mod truth;
pub mod type_names;

pub use collection::collection;
pub(crate) use entries::initial;
pub use error::ConversionError;
pub(crate) use error::net_text;
pub(crate) use named::parse_guid;
pub(crate) use truth::is_reference_type;
pub use truth::{is_instance, is_true};

use crate::command::{ParameterType, TextRule};
use crate::text::{Culture, to_text};
use crate::type_names::families;
use crate::value::{DateTime, DateTimeKind, Text, Value};

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
    convert_token(value, None, target, context)
}

/// Converts a value whose text as typed is known: a type that reads text reads `007`, not 7.
///
/// # Errors
/// As [`convert`].
pub fn convert_token(
    value: &Value,
    source: Option<&Text>,
    target: &ParameterType,
    context: ConversionContext,
) -> Result<Value, ConversionError> {
    if let Value::Noted(noted) = value {
        // The wrapper stays where anything goes; a type takes what is wrapped.
        let anything = matches!(target, ParameterType::Plain(name)
            if matches!(&**name, "System.Object" | "System.Management.Automation.PSObject"));
        return if anything {
            Ok(value.clone())
        } else {
            convert_token(&noted.base, source, target, context)
        };
    }
    if matches!(value, Value::Null) {
        return from_null(target);
    }
    if source.is_none() && is_instance(value, target) {
        return Ok(value.clone());
    }
    if let (Value::Dictionary(dictionary), ParameterType::Plain(name)) = (value, target)
        && &**name == default_parameters::TYPE
    {
        return default_parameters::create(dictionary, target);
    }
    if let Value::Dictionary(dictionary) = value
        && let Some(made) = entries::create(dictionary, target)
    {
        return made;
    }
    match target {
        ParameterType::Plain(name) => plain(value, source, name, target, context),
        ParameterType::Nullable(inner) => convert_token(value, source, inner, context),
        ParameterType::Array(element) | ParameterType::List(_, element) => {
            collection::convert(value, target, element, context)
        }
        ParameterType::Enum(definition) => enumeration::convert(value, source, definition),
        ParameterType::Custom(_, rule) => match value {
            Value::String(text) => read_custom(text, target, *rule),
            number if number::is_number(number) => {
                let text = source
                    .cloned()
                    .unwrap_or_else(|| to_text(number, Culture::Invariant).into());
                read_custom(&text, target, *rule)
            }
            other => Err(ConversionError::between(other, target)),
        },
        // Whoever has the engine at hand makes an object of the class (`evaluate/class/conversion.rs`).
        ParameterType::Class(_) => Err(ConversionError::no_way(value, target)),
    }
}

fn plain(
    value: &Value,
    source: Option<&Text>,
    name: &str,
    target: &ParameterType,
    context: ConversionContext,
) -> Result<Value, ConversionError> {
    if let Some(kind) = number::Kind::of_type(name) {
        return number::convert(value, kind, target);
    }
    Ok(match name {
        "System.Object" | "System.Management.Automation.PSObject" => value.clone(),
        "System.String" => match (source, value) {
            (Some(source), _) => Value::String(source.clone()),
            (None, Value::String(text)) => Value::String(text.clone()),
            (None, other) => Value::text(to_text(other, context.culture)),
        },
        "System.Boolean" => Value::Bool(is_true(value)),
        "System.Management.Automation.SwitchParameter" => match value {
            Value::Bool(flag) | Value::Switch(flag) => Value::Switch(*flag),
            number if number::is_number(number) => Value::Switch(is_true(number)),
            other => return Err(ConversionError::between(other, target)),
        },
        "System.Char" => number::to_char(value, target)?,
        // A name or a block stays what it is.
        "Microsoft.PowerShell.Commands.PSPropertyExpression" => match value {
            Value::String(text) if !text.is_empty() => value.clone(),
            Value::ScriptBlock(_) => value.clone(),
            other => return Err(ConversionError::between(other, target)),
        },
        "System.Array" => match value.elements() {
            Some(items) => Value::array(items),
            None => Value::array(vec![value.clone()]),
        },
        "System.TimeSpan" => time_span::to_time_span(value, source, target)?,
        "System.DateTime" => date_time::to_date_time(value, source, target, context)?,
        _ if crate::evaluate::reference::is_type(target) => {
            crate::evaluate::reference::of_value(value)
        }
        // What is of such a type needs no conversion, and nothing converts to one.
        family if families::belongs(value, family).is_some() => {
            return Err(ConversionError::no_way(value, target));
        }
        _ => return named::convert(value, source, name, target),
    })
}

/// What `$null` becomes: zero, empty text, nothing.
fn from_null(target: &ParameterType) -> Result<Value, ConversionError> {
    let ParameterType::Plain(name) = target else {
        return match target {
            ParameterType::Enum(_) => Err(ConversionError::new(
                "InvalidCastFromNullToEnum",
                null_to_value_type(target),
            )),
            _ => Ok(Value::Null),
        };
    };
    if let Some(kind) = number::Kind::of_type(name) {
        return number::convert(&Value::Int32(0), kind, target);
    }
    match &**name {
        "System.String" => Ok(Value::text("")),
        "System.Boolean" => Ok(Value::Bool(false)),
        "System.Management.Automation.SwitchParameter" => Ok(Value::Switch(false)),
        "System.Char" => Ok(Value::Char(0)),
        "System.DateTime" | "System.TimeSpan" | "System.Guid" => Err(ConversionError::new(
            "nullToObjectInvalidCast",
            null_to_value_type(target),
        )),
        _ => Ok(Value::Null),
    }
}

/// The text that refuses `$null` for a type that has no such value.
pub(crate) fn null_to_value_type(target: &ParameterType) -> String {
    match target {
        ParameterType::Enum(definition) => format!(
            "Cannot convert null to type \"{}\" due to enumeration values that are not valid. Specify one of the \
             following enumeration values and try again. The possible enumeration values are \"{}\".",
            definition.name,
            enumeration::member_names(definition, ",")
        ),
        other => format!("Cannot convert null to type \"{}\".", other.full_name()),
    }
}

fn read_custom(
    text: &Text,
    target: &ParameterType,
    rule: TextRule,
) -> Result<Value, ConversionError> {
    let refused = match rule {
        TextRule::Fqdn => (!is_domain_name(text))
            .then(|| format!("\"{text}\" is not a valid fully qualified domain name.")),
        TextRule::Identity => text
            .is_empty()
            .then(|| "Identity cannot be empty.".to_owned()),
    };
    match refused {
        Some(inner) => Err(ConversionError::wrapping(
            "InvalidCastConstructorException",
            text,
            target,
            &inner,
        )),
        None => Ok(Value::Named(std::sync::Arc::new(
            crate::value::NamedScalar {
                options: 0,
                type_name: target.full_name(),
                text: text.clone(),
            },
        ))),
    }
}

/// Letters, digits, `_` and `-` in dot-separated labels of at most 63 characters, 255 in all.
pub fn is_domain_name(text: &str) -> bool {
    const MAX_LABEL: usize = 63;
    const MAX_NAME: usize = 255;
    text.len() <= MAX_NAME
        && text.split('.').all(|label| {
            (1..=MAX_LABEL).contains(&label.len())
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TYPES: &[&str] = &[
        "int",
        "byte",
        "ulong",
        "double",
        "single",
        "decimal",
        "bigint",
        "bool",
        "char",
        "datetime",
        "timespan",
        "guid",
        "version",
        "uri",
        "ipaddress",
        "DayOfWeek",
        "int[]",
        "string[]",
        "pslistmodifier",
        "hashtable",
        "type",
    ];

    proptest! {
        #[test]
        fn any_text_converts_or_is_refused_in_words(
            text in "[-+.:,/0-9a-fxTZkmgb ]{0,24}|\\PC{0,12}",
            of_type in 0..TYPES.len(),
        ) {
            let target = type_names::resolve(TYPES[of_type]).ok_or_else(|| {
                TestCaseError::fail("every name stands for a type")
            })?;
            match convert(&Value::text(text.clone()), &target, ConversionContext::default()) {
                Ok(value) => prop_assert!(is_instance(&value, &target), "{text:?} to {}", TYPES[of_type]),
                Err(error) => prop_assert!(error.message.starts_with("Cannot convert")),
            }
        }
    }

    #[test]
    fn domain_names_have_labels() {
        assert!(is_domain_name("pool1.contoso.com"));
        assert!(is_domain_name("fe_01"));
        for refused in ["", ".", "a..b", "a b", "pöl", &"a".repeat(64)] {
            assert!(!is_domain_name(refused), "{refused}");
        }
    }
}
