//! What several commands do with their parameters.

use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::file::FileFailure;
use crate::pipeline::halt::Halt;
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

/// The paths that -Path and -LiteralPath name.
pub(super) fn paths(context: &Context<'_>) -> Vec<Text> {
    let mut paths = texts(context, "Path");
    paths.extend(texts(context, "LiteralPath"));
    paths
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
    let (exception, message) = failure.exception(path);
    ErrorRecord::new(
        "FileOpenFailure",
        ErrorCategory::OpenError,
        exception,
        message,
    )
}

/// What broke off in the middle of a file of the caller's: what .NET throws, as a record.
pub(super) fn file_broken(path: &str, failure: &FileFailure) -> ErrorRecord {
    let (exception, message) = failure.exception(path);
    ErrorRecord::new(exception, ErrorCategory::NotSpecified, exception, message)
}

/// Ends a command because of a file of the caller's.
pub(super) fn end_by_file(context: &mut Context<'_>, path: &str, failure: &FileFailure) -> Halt {
    match failure {
        FileFailure::Stopped => Halt::Cancelled,
        failure => context.terminate(file_error(path, failure)),
    }
}

/// Tells of a file of the caller's what `record` says; a stop is no error.
pub(super) fn tell_failure(
    context: &mut Context<'_>,
    failure: &FileFailure,
    record: ErrorRecord,
) -> Result<(), Halt> {
    match failure {
        FileFailure::Stopped => Err(Halt::Cancelled),
        _ => context.write_error(record),
    }
}
