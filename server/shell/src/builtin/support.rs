//! What several commands do with their parameters.

use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::host::FileFailure;
use crate::pipeline::stage::Context;
use crate::text::{Culture, as_double, to_text};
use crate::value::{Text, Value};

/// The object to work on: what comes down the pipeline, else -InputObject.
pub(super) fn input_object(context: &Context<'_>, input: Option<Value>) -> Option<Value> {
    input.or_else(|| context.parameter("InputObject").cloned())
}

/// A parameter as text.
pub(super) fn text(context: &Context<'_>, name: &str) -> Option<Text> {
    context.parameter(name).map(|value| match value {
        Value::String(text) => text.clone(),
        other => to_text(other, Culture::Invariant).into(),
    })
}

/// A list parameter as texts.
pub(super) fn texts(context: &Context<'_>, name: &str) -> Vec<Text> {
    items(context, name)
        .iter()
        .map(|value| to_text(value, Culture::Invariant).into())
        .collect()
}

/// A parameter as a list; a single value is a list of one.
pub(super) fn items(context: &Context<'_>, name: &str) -> Vec<Value> {
    match context.parameter(name) {
        None => Vec::new(),
        Some(value) => value.elements().unwrap_or_else(|| vec![value.clone()]),
    }
}

/// A parameter as a whole number.
pub(super) fn number(context: &Context<'_>, name: &str) -> Option<i64> {
    context
        .parameter(name)
        .and_then(as_double)
        .map(|number| number as i64)
}

/// A parameter as a count of at least nothing.
pub(super) fn count(context: &Context<'_>, name: &str) -> Option<usize> {
    number(context, name).map(|number| usize::try_from(number).unwrap_or(0))
}

/// What a block's output is as one value.
pub(super) fn gathered(mut values: Vec<Value>) -> Value {
    match values.len() {
        0 => Value::Null,
        1 => values.remove(0),
        _ => Value::array(values),
    }
}

/// What became of a file of the caller's, as a record.
pub(super) fn file_error(path: &str, failure: &FileFailure) -> ErrorRecord {
    match failure {
        FileFailure::NotFound => ErrorRecord::new(
            "FileOpenFailure",
            ErrorCategory::OpenError,
            "System.IO.FileNotFoundException",
            format!("Could not find file '{path}'."),
        ),
        FileFailure::Denied | FileFailure::Directory => ErrorRecord::new(
            "FileOpenFailure",
            ErrorCategory::OpenError,
            "System.UnauthorizedAccessException",
            format!("Access to the path '{path}' is denied."),
        ),
        FileFailure::Other(message) => ErrorRecord::new(
            "FileOpenFailure",
            ErrorCategory::OpenError,
            "System.IO.IOException",
            message.clone(),
        ),
    }
}
