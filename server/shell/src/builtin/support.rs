//! What several commands do with their parameters.

use std::sync::Arc;

use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::host::FileFailure;
use crate::members;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::Context;
use crate::text::{Culture, as_double, to_text};
use crate::value::{ScriptBlock, Text, Value};

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

/// What a property of an object is computed from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// A property name or pattern.
    Name(Text),
    /// A block with `$_` as the object.
    Block(Arc<ScriptBlock>),
}

/// An argument of `-Property`: a name, a block, or a table that says more.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    /// What it is computed from.
    pub(super) source: Source,
    /// Its label, if given.
    pub(super) label: Option<Text>,
    /// The other keys of the table, by their full names.
    pub(super) options: Vec<(&'static str, Value)>,
}

/// Keys that a table may have, with those that go by another name too.
const KEYS: &[(&str, &str)] = &[
    ("expression", "Expression"),
    ("name", "Label"),
    ("label", "Label"),
    ("width", "Width"),
    ("alignment", "Alignment"),
    ("formatstring", "FormatString"),
    ("ascending", "Ascending"),
    ("descending", "Descending"),
    ("depth", "Depth"),
];

impl Expression {
    /// A property by its name.
    pub(super) fn name(name: impl Into<Text>) -> Self {
        Self {
            source: Source::Name(name.into()),
            label: None,
            options: Vec::new(),
        }
    }

    /// One of the other keys.
    pub(super) fn option(&self, name: &str) -> Option<&Value> {
        self.options
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// The name that its value goes by.
    pub(super) fn display_name(&self) -> Text {
        self.label.clone().unwrap_or_else(|| match &self.source {
            Source::Name(name) => name.clone(),
            Source::Block(block) => block.text.clone(),
        })
    }

    /// Its value for an object; none where the object has no such property.
    pub(super) fn value(
        &self,
        context: &mut Context<'_>,
        object: &Value,
    ) -> Result<Option<Value>, Halt> {
        match &self.source {
            Source::Name(name) => Ok(members::property(object, name)),
            Source::Block(block) => Ok(Some(gathered(context.evaluate(
                block,
                Some(object),
                &[],
            )?))),
        }
    }
}

/// The arguments of a parameter such as `-Property`.
///
/// # Errors
/// A table with a key that means nothing, or without an expression.
pub(super) fn expressions(
    context: &mut Context<'_>,
    parameter: &str,
) -> Result<Vec<Expression>, Halt> {
    let arguments = items(context, parameter);
    let mut expressions = Vec::with_capacity(arguments.len());
    for argument in arguments {
        match expression(&argument) {
            Ok(expression) => expressions.push(expression),
            Err(record) => return Err(context.terminate(*record)),
        }
    }
    Ok(expressions)
}

fn expression(argument: &Value) -> Result<Expression, Box<ErrorRecord>> {
    match argument {
        Value::ScriptBlock(block) => Ok(Expression {
            source: Source::Block(Arc::clone(block)),
            label: None,
            options: Vec::new(),
        }),
        Value::Dictionary(dictionary) => {
            let entries = crate::text::read(&dictionary.entries);
            table_expression(entries.values())
        }
        other => Ok(Expression::name(to_text(other, Culture::Invariant))),
    }
}

fn table_expression<'a>(
    entries: impl Iterator<Item = &'a (Value, Value)>,
) -> Result<Expression, Box<ErrorRecord>> {
    let mut source = None;
    let mut label = None;
    let mut options = Vec::new();
    for (key, value) in entries {
        let key = to_text(key, Culture::Invariant);
        match full_key(&key) {
            Some("Expression") => {
                source = Some(match value {
                    Value::ScriptBlock(block) => Source::Block(Arc::clone(block)),
                    other => Source::Name(to_text(other, Culture::Invariant).into()),
                });
            }
            Some("Label") => label = Some(Text::from(to_text(value, Culture::Current))),
            Some(option) => options.push((option, value.clone())),
            None => {
                return Err(Box::new(ErrorRecord::new(
                    "DictionaryKeyUnknown",
                    ErrorCategory::InvalidArgument,
                    "System.NotSupportedException",
                    format!("The {key} key is not valid."),
                )));
            }
        }
    }
    let source = source
        .or_else(|| label.clone().map(Source::Name))
        .ok_or_else(|| {
            Box::new(ErrorRecord::new(
                "DictionaryKeyMandatoryEntry",
                ErrorCategory::InvalidArgument,
                "System.NotSupportedException",
                "The Expression key is mandatory.",
            ))
        })?;
    Ok(Expression {
        source,
        label,
        options,
    })
}

/// A key by any beginning of its name; `n` and `l` are labels, `e` is the expression.
fn full_key(key: &str) -> Option<&'static str> {
    let key = key.to_ascii_lowercase();
    if key.is_empty() {
        return None;
    }
    KEYS.iter()
        .find(|(name, _)| name.starts_with(&key))
        .map(|(_, full)| *full)
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
