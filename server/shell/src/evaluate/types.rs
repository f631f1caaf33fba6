//! Types by name: what `-is`, `catch [T]` and casts look at; exceptions and their families.

use std::sync::Arc;

use crate::command::{ParameterType, RangeKind, Validation};
use crate::convert;
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::failure;
use crate::language::ast::TypeLiteral;
use crate::members::{property, same_name};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::text::{Culture, as_double, read, to_text};
use crate::type_names::type_chain;
use crate::value::{Object, Property, Text, Value};

/// Exceptions that a session meets, each with its base class.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("System.SystemException", "System.Exception"),
    ("System.ApplicationException", "System.Exception"),
    ("System.ArgumentException", "System.SystemException"),
    ("System.ArgumentNullException", "System.ArgumentException"),
    (
        "System.ArgumentOutOfRangeException",
        "System.ArgumentException",
    ),
    ("System.ArithmeticException", "System.SystemException"),
    ("System.DivideByZeroException", "System.ArithmeticException"),
    ("System.OverflowException", "System.ArithmeticException"),
    ("System.FormatException", "System.SystemException"),
    ("System.IndexOutOfRangeException", "System.SystemException"),
    ("System.InvalidCastException", "System.SystemException"),
    ("System.InvalidOperationException", "System.SystemException"),
    (
        "System.ObjectDisposedException",
        "System.InvalidOperationException",
    ),
    ("System.NotImplementedException", "System.SystemException"),
    ("System.NotSupportedException", "System.SystemException"),
    ("System.NullReferenceException", "System.SystemException"),
    (
        "System.OperationCanceledException",
        "System.SystemException",
    ),
    ("System.OutOfMemoryException", "System.SystemException"),
    ("System.TimeoutException", "System.SystemException"),
    (
        "System.UnauthorizedAccessException",
        "System.SystemException",
    ),
    (
        "System.Security.SecurityException",
        "System.SystemException",
    ),
    ("System.IO.IOException", "System.SystemException"),
    ("System.IO.FileNotFoundException", "System.IO.IOException"),
    (
        "System.IO.DirectoryNotFoundException",
        "System.IO.IOException",
    ),
    (
        "System.Management.Automation.RuntimeException",
        "System.SystemException",
    ),
    (
        "System.Management.Automation.ActionPreferenceStopException",
        "System.Management.Automation.RuntimeException",
    ),
    (
        "System.Management.Automation.CmdletInvocationException",
        "System.Management.Automation.RuntimeException",
    ),
    (
        "System.Management.Automation.CommandNotFoundException",
        "System.Management.Automation.RuntimeException",
    ),
    (
        "System.Management.Automation.ItemNotFoundException",
        "System.Management.Automation.SessionStateException",
    ),
    (
        "System.Management.Automation.SessionStateException",
        "System.Management.Automation.RuntimeException",
    ),
    (
        "System.Management.Automation.SessionStateUnauthorizedAccessException",
        "System.Management.Automation.SessionStateException",
    ),
    (
        "System.Management.Automation.MethodException",
        "System.Management.Automation.ExtendedTypeSystemException",
    ),
    (
        "System.Management.Automation.MethodInvocationException",
        "System.Management.Automation.MethodException",
    ),
    (
        "System.Management.Automation.ExtendedTypeSystemException",
        "System.Management.Automation.RuntimeException",
    ),
    (
        "System.Management.Automation.SetValueException",
        "System.Management.Automation.ExtendedTypeSystemException",
    ),
    (
        "System.Management.Automation.SetValueInvocationException",
        "System.Management.Automation.SetValueException",
    ),
    (
        "System.Management.Automation.ParameterBindingException",
        "System.Management.Automation.RuntimeException",
    ),
    (
        "System.Management.Automation.ParameterBindingValidationException",
        "System.Management.Automation.ParameterBindingException",
    ),
    (
        "System.Management.Automation.ParameterBindingArgumentTransformationException",
        "System.Management.Automation.ParameterBindingException",
    ),
    (
        "System.Management.Automation.PSInvalidCastException",
        "System.InvalidCastException",
    ),
    (
        "System.Management.Automation.PSInvalidOperationException",
        "System.InvalidOperationException",
    ),
    (
        "System.Management.Automation.PSArgumentException",
        "System.ArgumentException",
    ),
    (
        "System.Management.Automation.PSArgumentNullException",
        "System.ArgumentNullException",
    ),
    (
        "System.Management.Automation.ValidationMetadataException",
        "System.Management.Automation.MetadataException",
    ),
    (
        "System.Management.Automation.MetadataException",
        "System.Management.Automation.RuntimeException",
    ),
    (
        "System.Management.Automation.ParseException",
        "System.Management.Automation.RuntimeException",
    ),
    (
        "System.Management.Automation.Host.HostException",
        "System.Management.Automation.RuntimeException",
    ),
    (
        "Microsoft.PowerShell.Commands.WriteErrorException",
        "System.SystemException",
    ),
];

/// The family of an exception: its own full name first, `System.Object` last.
pub(super) fn exception_chain(exception: &str) -> Vec<Text> {
    let mut chain: Vec<Text> = vec![exception.into()];
    let mut current = exception;
    while let Some((_, base)) = EXCEPTIONS.iter().find(|(name, _)| *name == current) {
        chain.push((*base).into());
        current = base;
    }
    if current != "System.Exception" {
        chain.push("System.Exception".into());
    }
    chain.push("System.Object".into());
    chain
}

/// Whether an exception is of the type that a `catch` names.
pub(crate) fn exception_is(exception: &str, wanted: &str) -> bool {
    exception_chain(exception)
        .iter()
        .any(|name| names(name, wanted))
}

/// Whether `typed` names the type `full`: in full, or without `System.`.
fn names(full: &str, typed: &str) -> bool {
    same_name(full, typed)
        || full
            .strip_prefix("System.")
            .is_some_and(|rest| same_name(rest, typed))
}

/// The full name of the exception class that `typed` names.
pub(crate) fn find_exception(typed: &str) -> Option<&'static str> {
    if names("System.Exception", typed) {
        return Some("System.Exception");
    }
    EXCEPTIONS
        .iter()
        .map(|(name, _)| *name)
        .find(|name| names(name, typed))
}

/// The exception that the language's own exception around it was made of, if it was.
pub(super) fn inner_exception(record: &ErrorRecord) -> Option<&'static str> {
    let id = record.fully_qualified_id.split(',').next().unwrap_or("");
    match record.exception.as_str() {
        "System.Management.Automation.MethodInvocationException" => EXCEPTIONS
            .iter()
            .map(|(name, _)| *name)
            .find(|name| name.rsplit('.').next() == Some(id)),
        "System.Management.Automation.RuntimeException" if id.contains("InvalidCast") => {
            Some("System.Management.Automation.PSInvalidCastException")
        }
        "System.Management.Automation.RuntimeException"
            if record.message == failure::DIVIDED_BY_ZERO =>
        {
            Some("System.DivideByZeroException")
        }
        _ => None,
    }
}

/// Types that are known for their static members only.
const STATIC_TYPES: &[&str] = &["System.Math", "System.Environment", "System.Convert"];

/// The full name of an exception class, or of a type with static members, that `typed` names.
fn static_type(typed: &str) -> Option<&'static str> {
    find_exception(typed).or_else(|| STATIC_TYPES.iter().copied().find(|full| names(full, typed)))
}

/// An exception object.
pub(crate) fn exception_object(exception: &str, message: &str) -> Value {
    let properties = [
        ("Message", Value::text(message)),
        ("InnerException", Value::Null),
    ];
    exception_with(exception, properties, format!("{exception}: {message}"))
}

/// An object of class `exception` with these properties; `text` is its `ToString()`.
fn exception_with<const N: usize>(
    exception: &str,
    properties: [(&str, Value); N],
    text: String,
) -> Value {
    let properties = properties.map(|(name, value)| Property {
        name: name.into(),
        value,
        note: false,
    });
    Value::Object(Arc::new(Object {
        type_names: std::sync::RwLock::new(exception_chain(exception).into()),
        properties: std::sync::RwLock::new(properties.into()),
        text: Some(text.into()),
        custom: false,
    }))
}

/// The exception of a record, around the one that it was made of.
pub(crate) fn exception_of_record(record: &ErrorRecord) -> Value {
    let outer = exception_object(&record.exception, &record.message);
    let (Some(inner), Value::Object(object)) = (inner_exception(record), &outer) else {
        return outer;
    };
    // The call's own words are around those of what was called.
    let message = record
        .message
        .strip_prefix("Exception calling ")
        .and_then(|rest| rest.split_once(": \"")?.1.strip_suffix('"'))
        .unwrap_or(&record.message);
    let mut properties = crate::text::write(&object.properties);
    for property in &mut *properties {
        if &*property.name == "InnerException" {
            property.value = exception_object(inner, message);
        }
    }
    drop(properties);
    outer
}

/// The exception of class `exception` around the error of a record.
pub(crate) fn exception_around(exception: &str, message: &str, record: &ErrorRecord) -> Value {
    let inner = exception_object(&record.exception, &record.message);
    // A preference that stopped has its record, but no exception within.
    let within = !exception.ends_with("StopException");
    let text = if within {
        format!(
            "{exception}: {message}\n ---> {}: {}\n   --- End of inner exception stack trace ---",
            record.exception, record.message
        )
    } else {
        format!("{exception}: {message}")
    };
    let properties = [
        ("ErrorRecord", Value::Error(Arc::new(record.clone()))),
        ("Message", Value::text(message)),
        ("InnerException", if within { inner } else { Value::Null }),
    ];
    exception_with(exception, properties, text)
}

/// Class and message, if a value is an exception.
pub(super) fn exception_of(value: &Value) -> Option<(String, String)> {
    let Value::Object(object) = value else {
        return None;
    };
    let chain = read(&object.type_names).clone();
    chain
        .iter()
        .any(|name| &**name == "System.Exception")
        .then(|| {
            let message = property(value, "Message").unwrap_or_default();
            (
                chain.first().map(ToString::to_string).unwrap_or_default(),
                crate::text::to_text(&message, crate::text::Culture::Invariant),
            )
        })
}

impl Engine<'_> {
    /// The type that a literal names.
    ///
    /// # Errors
    /// `TypeNotFound` if there is none in this session.
    pub(crate) fn resolve_type(&self, literal: &TypeLiteral) -> Result<ParameterType, Halt> {
        self.find_type(&literal.name).ok_or_else(|| {
            let record = failure::runtime(
                "TypeNotFound",
                ErrorCategory::InvalidOperation,
                format!("Unable to find type [{}].", literal.name),
            )
            .with_target(Value::String(literal.name.clone()));
            self.fail(record)
        })
    }

    /// The type of that name, if there is one in this session.
    pub(crate) fn find_type(&self, name: &str) -> Option<ParameterType> {
        if let Some(own) = self.session.enumerations.get(&name.to_lowercase()) {
            return Some(ParameterType::Enum(own.clone()));
        }
        convert::type_names::resolve(name)
            .or_else(|| static_type(name).map(|full| ParameterType::Plain(full.into())))
    }

    /// Converts as a cast does.
    ///
    /// # Errors
    /// The cast's error.
    pub(super) fn cast(&mut self, value: &Value, target: &ParameterType) -> Result<Value, Halt> {
        let context = convert::ConversionContext::invariant(self.host.now());
        convert::convert(value, target, context)
            .map_err(|error| self.fail(failure::conversion(error)))
    }

    /// Converts to a plain type by full name, as the operators do.
    pub(super) fn cast_to(&mut self, value: &Value, full_name: &str) -> Result<Value, Halt> {
        self.cast(value, &ParameterType::Plain(full_name.into()))
    }
}

/// `-is`: whether a value is of a type.
pub(super) fn is_of_type(value: &Value, target: &ParameterType) -> bool {
    if matches!(target, ParameterType::Array(_)) {
        return crate::convert::is_instance(value, target);
    }
    let full = target.full_name();
    let chain = type_chain(value);
    if chain.iter().any(|name| **name == *full) {
        return true;
    }
    match (&*full, value) {
        (_, Value::Null) => false,
        ("System.Object", _) => true,
        (
            "System.Management.Automation.PSObject" | "System.Management.Automation.PSCustomObject",
            Value::Object(object),
        ) => object.custom,
        ("System.Collections.IDictionary", Value::Dictionary(_)) => true,
        ("System.Array", Value::Array(_)) => true,
        _ => false,
    }
}

/// The validation that an attribute of a script parameter asks for; none for any other attribute.
pub(crate) fn validation(
    name: &str,
    arguments: &[Value],
    named: &[(Text, Value)],
) -> Option<Validation> {
    let option = |wanted: &str| {
        let mut found = named
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.next().map(|(_, value)| value)
    };
    let case_counts = option("IgnoreCase").is_some_and(|ignored| !convert::is_true(ignored));
    let text = |index: usize| {
        arguments
            .get(index)
            .map(|value| Text::from(to_text(value, Culture::Invariant)))
    };
    let size = |index: usize| {
        arguments
            .get(index)
            .and_then(as_double)
            .map_or(0, |n| n as usize)
    };
    let validation = match name {
        "validateset" => {
            Validation::Set((0..arguments.len()).filter_map(text).collect(), case_counts)
        }
        "validaterange" if arguments.len() == 1 => Validation::RangeKind(range_kind(&text(0)?)?),
        "validaterange" => Validation::Range(arguments.first()?.clone(), arguments.get(1)?.clone()),
        "validatepattern" => Validation::Pattern(text(0)?, false),
        "validatelength" => Validation::Length(size(0), size(1)),
        "validatecount" => Validation::Count(size(0), size(1)),
        "validatescript" => match arguments.first()? {
            Value::ScriptBlock(block) => Validation::Script(block.clone()),
            _ => return None,
        },
        "validatenotnull" => Validation::NotNull,
        "validatenotnullorempty" => Validation::NotNullOrEmpty,
        "validatenotnullorwhitespace" => Validation::NotNullOrWhiteSpace,
        _ => return None,
    };
    Some(match (validation, option("ErrorMessage")) {
        (
            plain @ (Validation::Set(..) | Validation::Pattern(..) | Validation::Script(_)),
            Some(message),
        ) => Validation::Worded(Box::new(plain), to_text(message, Culture::Invariant).into()),
        (plain, _) => plain,
    })
}

fn range_kind(name: &str) -> Option<RangeKind> {
    [
        ("Positive", RangeKind::Positive),
        ("NonNegative", RangeKind::NonNegative),
        ("Negative", RangeKind::Negative),
        ("NonPositive", RangeKind::NonPositive),
    ]
    .into_iter()
    .find(|(known, _)| known.eq_ignore_ascii_case(name))
    .map(|(_, kind)| kind)
}

/// What a structure's parameterless constructor makes: what a cast of no output at all gives.
pub(super) fn default_of(target: &ParameterType) -> Option<Value> {
    let ParameterType::Plain(name) = target else {
        return None;
    };
    Some(match &**name {
        "System.DateTime" => Value::DateTime(crate::value::DateTime {
            ticks: 0,
            kind: crate::value::DateTimeKind::Unspecified,
        }),
        "System.TimeSpan" => Value::TimeSpan(0),
        "System.Guid" => Value::Guid(uuid::Uuid::nil()),
        _ => return None,
    })
}
