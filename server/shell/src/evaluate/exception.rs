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

/// Exceptions that a session meets: name, base class, number (`HResult`, hexadecimal; 0 where it is the base's), words.
static EXCEPTIONS: LazyLock<Vec<Class>> = LazyLock::new(|| {
    include_str!("exceptions.txt")
        .lines()
        .filter_map(|line| {
            let mut parts = line.splitn(4, '|');
            Some(Class {
                name: parts.next()?,
                base: parts.next()?,
                number: u32::from_str_radix(parts.next()?, 16).ok()?,
                message: parts.next().filter(|words| !words.is_empty()),
            })
        })
        .collect()
});

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
    /// `CommandName` of the exception about a command that there is not.
    command: Option<Value>,
    /// `ErrorRecord` of PowerShell's own exceptions.
    record: Option<Value>,
    /// `WasThrownFromThrowStatement` of PowerShell's own exceptions.
    thrown: bool,
}

/// Longest text of an exception that the exception around it repeats whole, in bytes: each keeps its text, and they may
/// lie in each other as deep as one likes.
const MAX_INNER_TEXT: usize = 16 << 10;

/// What the exception around it says of an exception.
fn inner_text(inner: &Value) -> Option<Text> {
    let Value::Object(own) = inner else {
        return None;
    };
    match &own.text {
        Some(text) if text.len() > MAX_INNER_TEXT => {
            let (class, message) = exception_of(inner)?;
            let end = message.floor_char_boundary(MAX_INNER_TEXT);
            Some(format!("{class}: {}", &message[..end]).into())
        }
        text => text.clone(),
    }
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
    if let Some(name) = parts.command {
        properties.push(("CommandName", name));
    }
    if exception_is(exception, RUNTIME) {
        properties.push(("ErrorRecord", parts.record.unwrap_or_default()));
        properties.push(("WasThrownFromThrowStatement", Value::Bool(parts.thrown)));
    }
    let inner_text = inner_text(&parts.inner);
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
        scripts: Default::default(),
        instance: None,
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
        return (**own).clone();
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
            command: record
                .exception
                .ends_with(".CommandNotFoundException")
                .then(|| (*record.target).clone()),
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
