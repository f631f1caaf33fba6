//! Exceptions: their families, their words, and the objects that they are to a line.

use std::sync::{Arc, LazyLock};

use crate::error_record::ErrorRecord;
use crate::evaluate::hashtable::dictionary;
use crate::evaluate::{as_operand, failure};
use crate::members::{property, same_name};
use crate::text::{Culture, read, to_text};
use crate::value::{Object, Property, Text, Value};

/// A class of exceptions.
struct Class {
    name: &'static str,
    base: &'static str,
    /// `HResult`; 0 where it is that of the base class.
    number: u32,
    /// What it says when it is made without a message.
    message: Option<&'static str>,
}

/// What every exception is.
const EXCEPTION: &str = "System.Exception";
/// `HResult` of an exception as such.
const EXCEPTION_NUMBER: u32 = 0x8013_1500;

/// Exceptions that a session meets, each with its base class, its number and its words.
const EXCEPTIONS: &[Class] = &[
    class(
        "System.SystemException",
        "System.Exception",
        0x8013_1501,
        Some("System error."),
    ),
    class(
        "System.ApplicationException",
        "System.Exception",
        0x8013_1600,
        Some("Error in the application."),
    ),
    class(
        "System.ArgumentException",
        "System.SystemException",
        0x8007_0057,
        Some("Value does not fall within the expected range."),
    ),
    class(
        "System.ArgumentNullException",
        "System.ArgumentException",
        0x8000_4003,
        Some("Value cannot be null."),
    ),
    class(
        "System.ArgumentOutOfRangeException",
        "System.ArgumentException",
        0x8013_1502,
        Some("Specified argument was out of the range of valid values."),
    ),
    class(
        "System.ArithmeticException",
        "System.SystemException",
        0x8007_0216,
        Some("Overflow or underflow in the arithmetic operation."),
    ),
    class(
        "System.DivideByZeroException",
        "System.ArithmeticException",
        0x8002_0012,
        Some("Attempted to divide by zero."),
    ),
    class(
        "System.OverflowException",
        "System.ArithmeticException",
        0x8013_1516,
        Some("Arithmetic operation resulted in an overflow."),
    ),
    class(
        "System.FormatException",
        "System.SystemException",
        0x8013_1537,
        Some("One of the identified items was in an invalid format."),
    ),
    class(
        "System.IndexOutOfRangeException",
        "System.SystemException",
        0x8013_1508,
        Some("Index was outside the bounds of the array."),
    ),
    class(
        "System.InvalidCastException",
        "System.SystemException",
        0x8000_4002,
        Some("Specified cast is not valid."),
    ),
    class(
        "System.InvalidOperationException",
        "System.SystemException",
        0x8013_1509,
        Some("Operation is not valid due to the current state of the object."),
    ),
    class(
        "System.ObjectDisposedException",
        "System.InvalidOperationException",
        0x8013_1622,
        Some("Cannot access a disposed object."),
    ),
    class(
        "System.NotImplementedException",
        "System.SystemException",
        0x8000_4001,
        Some("The method or operation is not implemented."),
    ),
    class(
        "System.NotSupportedException",
        "System.SystemException",
        0x8013_1515,
        Some("Specified method is not supported."),
    ),
    class(
        "System.NullReferenceException",
        "System.SystemException",
        0x8000_4003,
        Some("Object reference not set to an instance of an object."),
    ),
    class(
        "System.OperationCanceledException",
        "System.SystemException",
        0x8013_153B,
        Some("The operation was canceled."),
    ),
    class(
        "System.OutOfMemoryException",
        "System.SystemException",
        0x8007_000E,
        Some("Insufficient memory to continue the execution of the program."),
    ),
    class(
        "System.TimeoutException",
        "System.SystemException",
        0x8013_1505,
        Some("The operation has timed out."),
    ),
    class(
        "System.UnauthorizedAccessException",
        "System.SystemException",
        0x8007_0005,
        Some("Attempted to perform an unauthorized operation."),
    ),
    class(
        "System.Security.SecurityException",
        "System.SystemException",
        0x8013_150A,
        Some("Security error."),
    ),
    class(
        "System.IO.IOException",
        "System.SystemException",
        0x8013_1620,
        Some("I/O error occurred."),
    ),
    class(
        "System.IO.FileNotFoundException",
        "System.IO.IOException",
        0x8007_0002,
        Some("Unable to find the specified file."),
    ),
    class(
        "System.IO.DirectoryNotFoundException",
        "System.IO.IOException",
        0x8007_0003,
        Some("Attempted to access a path that is not on the disk."),
    ),
    class(
        "System.Management.Automation.RuntimeException",
        "System.SystemException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.ActionPreferenceStopException",
        "System.Management.Automation.RuntimeException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.CmdletInvocationException",
        "System.Management.Automation.RuntimeException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.CommandNotFoundException",
        "System.Management.Automation.RuntimeException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.ItemNotFoundException",
        "System.Management.Automation.SessionStateException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.SessionStateException",
        "System.Management.Automation.RuntimeException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.SessionStateUnauthorizedAccessException",
        "System.Management.Automation.SessionStateException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.MethodException",
        "System.Management.Automation.ExtendedTypeSystemException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.MethodInvocationException",
        "System.Management.Automation.MethodException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.ExtendedTypeSystemException",
        "System.Management.Automation.RuntimeException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.SetValueException",
        "System.Management.Automation.ExtendedTypeSystemException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.SetValueInvocationException",
        "System.Management.Automation.SetValueException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.ParameterBindingException",
        "System.Management.Automation.RuntimeException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.ParameterBindingValidationException",
        "System.Management.Automation.ParameterBindingException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.ParameterBindingArgumentTransformationException",
        "System.Management.Automation.ParameterBindingException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.PSInvalidCastException",
        "System.InvalidCastException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.PSInvalidOperationException",
        "System.InvalidOperationException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.PSArgumentException",
        "System.ArgumentException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.PSArgumentNullException",
        "System.ArgumentNullException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.ValidationMetadataException",
        "System.Management.Automation.MetadataException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.MetadataException",
        "System.Management.Automation.RuntimeException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.ParseException",
        "System.Management.Automation.RuntimeException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.Host.HostException",
        "System.Management.Automation.RuntimeException",
        0,
        None,
    ),
    class(
        "Microsoft.PowerShell.Commands.WriteErrorException",
        "System.SystemException",
        0,
        None,
    ),
    class(
        "System.Collections.Generic.KeyNotFoundException",
        "System.SystemException",
        0x8013_1577,
        Some("The given key was not present in the dictionary."),
    ),
    class(
        "System.IO.PathTooLongException",
        "System.IO.IOException",
        0,
        None,
    ),
    class(
        "System.IO.InvalidDataException",
        "System.SystemException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.PSNotSupportedException",
        "System.NotSupportedException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.PSNotImplementedException",
        "System.NotImplementedException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.PSArgumentOutOfRangeException",
        "System.ArgumentOutOfRangeException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.PSObjectDisposedException",
        "System.ObjectDisposedException",
        0,
        None,
    ),
    class(
        "System.Management.Automation.PipelineStoppedException",
        "System.Management.Automation.RuntimeException",
        0,
        None,
    ),
];

const fn class(
    name: &'static str,
    base: &'static str,
    number: u32,
    message: Option<&'static str>,
) -> Class {
    Class {
        name,
        base,
        number,
        message,
    }
}

fn find(name: &str) -> Option<&'static Class> {
    EXCEPTIONS.iter().find(|class| class.name == name)
}

/// The family of an exception: its own full name first, `System.Object` last.
pub(super) fn exception_chain(exception: &str) -> Vec<Text> {
    let mut chain: Vec<Text> = vec![exception.into()];
    let mut current = exception;
    while let Some(class) = find(current) {
        chain.push(class.base.into());
        current = class.base;
    }
    if current != EXCEPTION {
        chain.push(EXCEPTION.into());
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
pub(super) fn names(full: &str, typed: &str) -> bool {
    same_name(full, typed)
        || full
            .strip_prefix("System.")
            .is_some_and(|rest| same_name(rest, typed))
}

/// The full name of the exception class that `typed` names.
pub(crate) fn find_exception(typed: &str) -> Option<&'static str> {
    if names(EXCEPTION, typed) {
        return Some(EXCEPTION);
    }
    EXCEPTIONS
        .iter()
        .map(|class| class.name)
        .find(|name| names(name, typed))
}

/// The exception that the language's own exception around it was made of, if it was.
pub(super) fn inner_exception(record: &ErrorRecord) -> Option<&'static str> {
    let id = record.fully_qualified_id.split(',').next().unwrap_or("");
    match record.exception.as_str() {
        "System.Management.Automation.MethodInvocationException" => EXCEPTIONS
            .iter()
            .map(|class| class.name)
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

/// `HResult`: the class's own, or that of the nearest class that it derives from.
fn number(exception: &str) -> i32 {
    let mut current = exception;
    while let Some(class) = find(current) {
        if class.number != 0 {
            return class.number.cast_signed();
        }
        current = class.base;
    }
    EXCEPTION_NUMBER.cast_signed()
}

/// What an exception says that was made without a message.
fn default_message(exception: &str) -> String {
    let known = find(exception).and_then(|class| class.message);
    known.map_or_else(
        || format!("Exception of type '{exception}' was thrown."),
        str::to_owned,
    )
}

static NO_DATA: LazyLock<Value> = LazyLock::new(|| {
    dictionary(
        "System.Collections.ListDictionaryInternal",
        indexmap::IndexMap::new(),
    )
});

/// What an exception is made of beside its class.
#[derive(Default)]
struct Parts {
    message: String,
    inner: Value,
    /// `ParamName` of the exceptions of arguments.
    parameter: Option<Value>,
    /// `ErrorRecord` of PowerShell's own exceptions.
    record: Option<Value>,
    /// `WasThrownFromThrowStatement` of PowerShell's own exceptions.
    thrown: bool,
}

/// An exception object: the properties of its class before those of every exception, as reflection has them.
fn object(exception: &str, parts: Parts) -> Value {
    let of_argument = exception_is(exception, "System.ArgumentException");
    let message = ("Message", Value::text(&*parts.message));
    let mut properties = Vec::with_capacity(10);
    if of_argument {
        properties.push(message.clone());
        properties.push(("ParamName", parts.parameter.unwrap_or_default()));
    }
    if exception_is(exception, RUNTIME) {
        properties.push(("ErrorRecord", parts.record.unwrap_or_default()));
        properties.push(("WasThrownFromThrowStatement", Value::Bool(parts.thrown)));
    }
    let inner_text = match &parts.inner {
        Value::Object(inner) => inner.text.clone(),
        _ => None,
    };
    properties.push(("TargetSite", Value::Null));
    if !of_argument {
        properties.push(message);
    }
    properties.extend([
        ("Data", NO_DATA.clone()),
        ("InnerException", parts.inner),
        ("HelpLink", Value::Null),
        ("Source", Value::Null),
        ("HResult", Value::Int32(number(exception))),
        ("StackTrace", Value::Null),
    ]);
    let mut text = format!("{exception}: {}", parts.message);
    if let Some(inner) = inner_text {
        text.push_str(&format!(
            "\n ---> {inner}\n   --- End of inner exception stack trace ---"
        ));
    }
    let properties: Vec<Property> = properties
        .into_iter()
        .map(|(name, value)| Property {
            name: name.into(),
            value,
            note: false,
        })
        .collect();
    Value::Object(Arc::new(Object {
        type_names: std::sync::RwLock::new(exception_chain(exception).into()),
        properties: std::sync::RwLock::new(properties),
        text: Some(text.into()),
        custom: false,
    }))
}

/// PowerShell's own exceptions, which know their record.
const RUNTIME: &str = "System.Management.Automation.RuntimeException";

/// An exception that says something.
pub(crate) fn exception_object(exception: &str, message: &str) -> Value {
    let parts = Parts {
        message: message.to_owned(),
        ..Parts::default()
    };
    object(exception, parts)
}

/// `[T]::new(…)` of an exception; none where the class has no such constructor.
pub(crate) fn new_exception(exception: &str, arguments: &[Value]) -> Option<Value> {
    let text = |value: &Value| to_text(&as_operand(value.clone()), Culture::Invariant);
    let is_exception = |value: &Value| exception_of(value).is_some();
    // Two of the exceptions of arguments are given the parameter before the message.
    let parameter_first = matches!(
        exception,
        "System.ArgumentNullException" | "System.ArgumentOutOfRangeException"
    );
    let of_argument = exception_is(exception, "System.ArgumentException");
    let (message, parameter, inner) = match arguments {
        [] => (None, None, Value::Null),
        [parameter] if parameter_first => (None, Some(parameter.clone()), Value::Null),
        [message] => (Some(text(message)), None, Value::Null),
        [message, inner] if is_exception(inner) || matches!(inner, Value::Null) && !of_argument => {
            (Some(text(message)), None, inner.clone())
        }
        [parameter, message] if parameter_first => {
            (Some(text(message)), Some(parameter.clone()), Value::Null)
        }
        [message, parameter] if of_argument => {
            (Some(text(message)), Some(parameter.clone()), Value::Null)
        }
        [message, parameter, inner] if of_argument && is_exception(inner) => {
            (Some(text(message)), Some(parameter.clone()), inner.clone())
        }
        _ => return None,
    };
    let mut message = message.unwrap_or_else(|| default_message(exception));
    let parameter = parameter.map(|name| Value::text(text(&name)));
    if let Some(Value::String(name)) = &parameter
        && !name.is_empty()
    {
        message.push_str(&format!(" (Parameter '{name}')"));
    }
    Some(object(
        exception,
        Parts {
            message,
            inner,
            parameter,
            ..Parts::default()
        },
    ))
}

/// The exception of a record: the object that was thrown, or one around that which it was made of.
pub(crate) fn exception_of_record(record: &ErrorRecord) -> Value {
    if let Some(own) = &record.thrown {
        return own.clone();
    }
    let inner = inner_exception(record).map_or(Value::Null, |inner| {
        // The call's own words are around those of what was called.
        let message = record
            .message
            .strip_prefix("Exception calling ")
            .and_then(|rest| rest.split_once(": \"")?.1.strip_suffix('"'))
            .unwrap_or(&record.message);
        exception_object(inner, message)
    });
    let within = exception_is(&record.exception, RUNTIME).then(|| {
        Value::Error(Arc::new(ErrorRecord {
            exception: "System.Management.Automation.ParentContainsErrorRecordException".into(),
            reason: "ParentContainsErrorRecordException".into(),
            ..record.clone()
        }))
    });
    object(
        &record.exception,
        Parts {
            message: record.message.clone(),
            inner,
            record: within,
            thrown: record.was_thrown(),
            ..Parts::default()
        },
    )
}

/// The exception of class `exception` around the error of a record.
pub(crate) fn exception_around(exception: &str, message: &str, record: &ErrorRecord) -> Value {
    // A preference that stopped has its record, but no exception within.
    let inner = match exception.ends_with("StopException") {
        true => Value::Null,
        false => exception_of_record(record),
    };
    object(
        exception,
        Parts {
            message: message.to_owned(),
            inner,
            record: Some(Value::Error(Arc::new(record.clone()))),
            ..Parts::default()
        },
    )
}

/// Class and message, if a value is an exception.
pub(super) fn exception_of(value: &Value) -> Option<(String, String)> {
    let Value::Object(object) = value else {
        return None;
    };
    let chain = Arc::clone(&read(&object.type_names));
    chain.iter().any(|name| &**name == EXCEPTION).then(|| {
        let message = property(value, "Message").unwrap_or_default();
        (
            chain.first().map(ToString::to_string).unwrap_or_default(),
            to_text(&message, Culture::Invariant),
        )
    })
}
