//! Validation attributes, and what a mandatory parameter refuses by itself.

use std::sync::Arc;

use crate::binder::coerce::elements;
use crate::binder::{BindError, BindException, BindingContext, BlockFailure, range};
use crate::command::{ParameterInfo, ParameterType, Validation};
use crate::convert::{self, enumerations};
use crate::error_record::{ErrorCategory, Extent};
use crate::regex::Options;
use crate::text::{Culture, to_text};
use crate::value::{ScriptBlock, Text, Value};

/// Checks a value against the attributes of its parameter, in declaration order.
///
/// # Errors
/// `ParameterArgumentValidationError` with the text of the first attribute that refuses.
pub(crate) fn check(
    parameter: &ParameterInfo,
    value: &Value,
    extent: Option<&Extent>,
    context: &mut dyn BindingContext,
) -> Result<(), BindError> {
    for validation in &parameter.validations {
        apply(validation, value, context).map_err(|refusal| match refusal {
            Refusal::Text(inner) => BindError {
                exception: BindException::Validation,
                ..BindError::new(
                    "ParameterArgumentValidationError",
                    format!(
                        "Cannot validate argument on parameter '{}'. {inner}",
                        parameter.name
                    ),
                )
                .of_category(ErrorCategory::InvalidData)
                .at(extent)
            },
            Refusal::Cancelled => BindError::cancelled(),
        })?;
    }
    Ok(())
}

/// Why a value is refused by one attribute; none if it is not.
pub(crate) fn refused_by(
    validation: &Validation,
    value: &Value,
    context: &mut dyn BindingContext,
) -> Option<String> {
    match apply(validation, value, context) {
        Err(Refusal::Text(text)) => Some(text),
        Ok(()) | Err(Refusal::Cancelled) => None,
    }
}

/// Why an attribute refuses a value.
pub(crate) enum Refusal {
    /// In these words.
    Text(String),
    /// It does not: the pipeline was stopped.
    Cancelled,
}

impl From<String> for Refusal {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

const NULL_OR_EMPTY: &str = "The argument is null or empty. Provide an argument that is not null or empty, and then try the command again.";
const NULL: &str = "The argument is null. Provide a valid value for the argument, and then try running the command again.";
const NULL_ELEMENT: &str = "The argument has a null value, or an element of the argument collection contains a null value. Provide a collection that does not contain any null values, and then try the command again.";
const EMPTY_ELEMENT: &str = "The argument is null, empty, or an element of the argument collection contains a null value. Supply a collection that does not contain any null values and then try the command again.";
const NO_COLLECTION: &str = "The ValidateCount attribute cannot be applied to a non-array parameter. Either remove the attribute from the parameter or make the parameter an array parameter.";
const NO_TEXT: &str = "The ValidateLength attribute cannot be applied to a parameter that is not a string or string[] parameter. Make the parameter a string or string[] parameter.";
const BLANK: &str = "The argument is null, empty, or consists of only white-space characters. Provide an argument that contains non white-space characters, and then try the command again.";
const BLANK_ELEMENT: &str = "An element of the argument collection is null, empty, or consists of only white-space characters. Supply a collection that does not contain any those values and then try the command again.";

fn apply(
    validation: &Validation,
    value: &Value,
    context: &mut dyn BindingContext,
) -> Result<(), Refusal> {
    match validation {
        Validation::NotNull => not_null(value),
        Validation::NotNullOrEmpty => not_null_or_empty(value),
        Validation::NotNullOrWhiteSpace => not_null_or_white_space(value),
        Validation::VariableName => variable_name(value),
        Validation::PowerShellVersion => powershell_version(value),
        Validation::Credential => Ok(()),
        Validation::NoMemberType => no_member_type(value),
        Validation::Count(least, most) => count(value, *least, *most),
        Validation::Worded(inner, template) => each(value, |element| {
            element_allowed(inner, element, context).map_err(|refusal| match refusal {
                Refusal::Text(_) if !matches!(element, Value::Null) => {
                    Refusal::Text(worded(template, element, inner))
                }
                other => other,
            })
        }),
        Validation::Set(..)
        | Validation::Range(..)
        | Validation::RangeKind(_)
        | Validation::Pattern(..)
        | Validation::Length(..)
        | Validation::Script(_) => each(value, |element| {
            element_allowed(validation, element, context)
        }),
    }
}

/// The members of `PSMemberTypes` that `Add-Member` adds: alias, code, note and script properties, property and member
/// sets, code and script methods.
pub(crate) const ADDABLE: [i64; 8] = [1, 2, 8, 16, 32, 128, 256, 1024];

/// `ValidateNotePropertyNameAttribute`.
fn no_member_type(value: &Value) -> Result<(), Refusal> {
    let name = "System.Management.Automation.PSMemberTypes";
    let Some(definition) = enumerations::find(name) else {
        return Ok(());
    };
    let target = ParameterType::Enum(definition);
    match convert::convert(value, &target, convert::ConversionContext::default()) {
        Ok(Value::Enum(kind)) if ADDABLE.contains(&kind.number) => Err(format!(
            "The parameter NotePropertyName cannot take values that could be converted to the type {name}. To define the name of a member with those values, use Add-Member, and specify the member type."
        )
        .into()),
        _ => Ok(()),
    }
}

/// `PSVersionInfo.IsValidPSVersion`.
pub(crate) fn is_powershell_version(parts: &[i32]) -> bool {
    match *parts {
        [1..=4, minor, ..] => minor == 0,
        [5, minor, ..] => minor <= 1,
        [6, minor, ..] => minor <= 2,
        [7, minor, ..] => minor <= 6,
        _ => false,
    }
}

/// `ValidateVersion`.
fn powershell_version(value: &Value) -> Result<(), Refusal> {
    if matches!(value, Value::Version(parts) if is_powershell_version(parts)) {
        return Ok(());
    }
    let text = to_text(value, Culture::Invariant);
    Err(Refusal::Text(format!(
        "The \"{text}\" argument does not contain a valid PowerShell version. Supply a valid version number and then try the \
         command again."
    )))
}

/// The author's own words: `{0}` is the value, `{1}` what it was held against.
fn worded(template: &str, element: &Value, validation: &Validation) -> String {
    let against = match validation {
        Validation::Set(members, _) => members.join(","),
        Validation::Pattern(pattern, _) => pattern.to_string(),
        Validation::Script(script) => script.text.to_string(),
        _ => String::new(),
    };
    let arguments = [
        Value::text(to_text(element, Culture::Invariant)),
        Value::text(against),
    ];
    crate::format_string::format(template, &arguments).unwrap_or_else(|_| template.to_owned())
}

/// Enumerated attributes look at every element; they refuse `$null`, and have nothing against an empty collection.
fn each(
    value: &Value,
    mut check: impl FnMut(&Value) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    match elements(value) {
        _ if matches!(value, Value::Null) => Err(EMPTY_ELEMENT.to_owned().into()),
        Some(items) => items.iter().try_for_each(check),
        None => check(value),
    }
}

fn element_allowed(
    validation: &Validation,
    element: &Value,
    context: &mut dyn BindingContext,
) -> Result<(), Refusal> {
    if matches!(element, Value::Null) && !matches!(validation, Validation::Length(..)) {
        return Err(NULL.to_owned().into());
    }
    match validation {
        Validation::Set(members, case_counts) => member_of(element, members, *case_counts),
        Validation::Range(least, most) => range::within(element, least, most),
        Validation::RangeKind(kind) => range::of_kind(element, *kind),
        Validation::Pattern(pattern, options) => matches_pattern(element, pattern, *options),
        Validation::Length(least, most) => length(element, *least, *most),
        Validation::Script(script) => script_holds(element, script, context),
        Validation::NotNull
        | Validation::NotNullOrEmpty
        | Validation::NotNullOrWhiteSpace
        | Validation::Worded(..)
        | Validation::VariableName
        | Validation::PowerShellVersion
        | Validation::Credential
        | Validation::NoMemberType
        | Validation::Count(..) => Ok(()),
    }
}

fn member_of(element: &Value, members: &[Text], case_counts: bool) -> Result<(), Refusal> {
    let text = to_text(element, Culture::Invariant);
    let found = members.iter().any(|member| {
        if case_counts {
            **member == *text
        } else {
            member.to_lowercase() == text.to_lowercase()
        }
    });
    if found {
        return Ok(());
    }
    Err(format!(
        "The argument \"{text}\" does not belong to the set \"{}\" specified by the ValidateSet attribute. \
         Supply an argument that is in the set and then try the command again.",
        members.join(",")
    )
    .into())
}

fn matches_pattern(element: &Value, pattern: &str, options: Options) -> Result<(), Refusal> {
    let text = to_text(element, Culture::Invariant);
    let matched = crate::regex::compile_with(pattern, options)?
        .is_match(&text)
        .unwrap_or(false);
    if matched {
        return Ok(());
    }
    Err(format!(
        "The argument \"{text}\" does not match the \"{pattern}\" pattern. Supply an argument that matches \
         \"{pattern}\" and try the command again."
    )
    .into())
}

fn length(element: &Value, least: usize, most: usize) -> Result<(), Refusal> {
    let Value::String(text) = element else {
        return Err(NO_TEXT.to_owned().into());
    };
    let length = text.encode_utf16().count();
    if length < least {
        return Err(format!(
            "The character length ({length}) of the argument is too short. Specify an argument with a length that is \
             greater than or equal to \"{least}\", and then try the command again."
        )
        .into());
    }
    if length > most {
        return Err(format!(
            "The character length of the {length} argument is too long. Shorten the character length of the argument \
             so it is fewer than or equal to \"{most}\" characters, and then try the command again."
        )
        .into());
    }
    Ok(())
}

fn script_holds(
    element: &Value,
    script: &Arc<ScriptBlock>,
    context: &mut dyn BindingContext,
) -> Result<(), Refusal> {
    let output = match context.run_block(script, element) {
        Ok(output) => output,
        Err(BlockFailure::Error(record)) => return Err(record.message.into()),
        Err(BlockFailure::Cancelled) => return Err(Refusal::Cancelled),
    };
    let holds = match &*output {
        [] => false,
        [only] => crate::convert::is_true(only),
        _ => true,
    };
    if holds {
        return Ok(());
    }
    Err(format!(
        "The \"{}\" validation script for the argument with value \"{}\" did not return a result of True. \
         Determine why the validation script failed, and then try the command again.",
        script.text,
        to_text(element, Culture::Invariant)
    )
    .into())
}

fn not_null(value: &Value) -> Result<(), Refusal> {
    if matches!(value, Value::Null) {
        return Err(NULL.to_owned().into());
    }
    match elements(value) {
        Some(items) if items.iter().any(|item| matches!(item, Value::Null)) => {
            Err(NULL_ELEMENT.to_owned().into())
        }
        _ => Ok(()),
    }
}

fn not_null_or_empty(value: &Value) -> Result<(), Refusal> {
    match value {
        Value::Null => return Err(NULL_OR_EMPTY.to_owned().into()),
        Value::String(text) if text.is_empty() => return Err(NULL_OR_EMPTY.to_owned().into()),
        Value::Dictionary(dictionary) if crate::text::read(&dictionary.entries).is_empty() => {
            return Err(EMPTY_ELEMENT.to_owned().into());
        }
        _ => {}
    }
    let Some(items) = elements(value) else {
        return Ok(());
    };
    let empty = |item: &Value| match item {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        _ => false,
    };
    if items.is_empty() || items.iter().any(empty) {
        return Err(EMPTY_ELEMENT.to_owned().into());
    }
    Ok(())
}

fn not_null_or_white_space(value: &Value) -> Result<(), Refusal> {
    let blank = |item: &Value| match item {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        _ => false,
    };
    match elements(value) {
        _ if matches!(value, Value::Null) => Err(NULL_OR_EMPTY.to_owned().into()),
        Some(items) if items.is_empty() => Err(EMPTY_ELEMENT.to_owned().into()),
        Some(items) if items.iter().any(blank) => Err(BLANK_ELEMENT.to_owned().into()),
        None if blank(value) => Err(BLANK.to_owned().into()),
        _ => Ok(()),
    }
}

/// A leading `+` appends; what is left must not be empty.
fn variable_name(value: &Value) -> Result<(), Refusal> {
    let Value::String(text) = value else {
        return Ok(());
    };
    if text.strip_prefix('+').unwrap_or(text).is_empty() {
        return Err("Cannot process argument because the value of argument \"path\" is not valid. Change the value of the \"path\" argument and run the operation again."
            .to_owned()
            .into());
    }
    Ok(())
}

fn count(value: &Value, least: usize, most: usize) -> Result<(), Refusal> {
    let number = match value {
        Value::Null => 0,
        other => match elements(other) {
            Some(items) => items.len(),
            None => return Err(NO_COLLECTION.to_owned().into()),
        },
    };
    if (least..=most).contains(&number) {
        return Ok(());
    }
    Err(if least == most {
        format!("The parameter requires exactly {least} value(s) - {number} value(s) were provided.")
    } else {
        format!(
            "The parameter requires at least {least} value(s) and no more than {most} value(s) - {number} value(s) were provided."
        )
    }
    .into())
}

/// What a parameter that is mandatory somewhere refuses: nothing, empty text, an empty collection, and such elements.
///
/// # Errors
/// `ParameterArgumentValidationError…NotAllowed`.
pub(crate) fn check_mandatory(
    parameter: &ParameterInfo,
    value: &Value,
    extent: Option<&Extent>,
) -> Result<(), BindError> {
    check_nothing(parameter, &parameter.parameter_type, value, extent)?;
    let (element, array) = match &parameter.parameter_type {
        ParameterType::Array(element) => (element, true),
        ParameterType::List(_, element) => (element, false),
        _ => return Ok(()),
    };
    let Some(items) = elements(value) else {
        return Ok(());
    };
    if items.is_empty() && !parameter.allow_empty_collection {
        return Err(if array {
            refusal(parameter, "EmptyArray", "it is an empty array", extent)
        } else {
            refusal(
                parameter,
                "EmptyCollection",
                "it is an empty collection",
                extent,
            )
        });
    }
    items
        .iter()
        .try_for_each(|item| check_nothing(parameter, element, item, extent))
}

fn check_nothing(
    parameter: &ParameterInfo,
    declared: &ParameterType,
    value: &Value,
    extent: Option<&Extent>,
) -> Result<(), BindError> {
    let of_type = |name: &str| matches!(declared, ParameterType::Plain(plain) if &**plain == name);
    match value {
        Value::Null => {
            let nullable_bool = matches!(declared, ParameterType::Nullable(inner)
                if matches!(&**inner, ParameterType::Plain(name) if &**name == "System.Boolean"));
            if parameter.allow_null || nullable_bool {
                return Ok(());
            }
            Err(refusal(parameter, "Null", "it is null", extent))
        }
        Value::String(text)
            if text.is_empty() && of_type("System.String") && !parameter.allow_empty_string =>
        {
            Err(refusal(
                parameter,
                "EmptyString",
                "it is an empty string",
                extent,
            ))
        }
        _ => Ok(()),
    }
}

fn refusal(
    parameter: &ParameterInfo,
    what: &str,
    because: &str,
    extent: Option<&Extent>,
) -> BindError {
    let id = match what {
        "EmptyArray" => "ParameterArgumentValidationErrorEmptyArrayNotAllowed",
        "EmptyCollection" => "ParameterArgumentValidationErrorEmptyCollectionNotAllowed",
        "EmptyString" => "ParameterArgumentValidationErrorEmptyStringNotAllowed",
        _ => "ParameterArgumentValidationErrorNullNotAllowed",
    };
    BindError {
        exception: BindException::Validation,
        ..BindError::new(
            id,
            format!(
                "Cannot bind argument to parameter '{}' because {because}.",
                parameter.name
            ),
        )
        .of_category(ErrorCategory::InvalidData)
        .at(extent)
    }
}
