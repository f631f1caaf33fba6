//! From the value as typed to the parameter's type: what the binder adds to a plain conversion.
//!
//! Booleans and switches take truth values and numbers only, collections are built element by element, a list is
//! refused where one value is wanted, and `$null` has rules of its own.

use crate::binder::{BindError, BindException};
use crate::command::ParameterType;
use crate::convert::{self, ConversionContext, is_instance};
use crate::error_record::{ErrorCategory, Extent};
use crate::text::encoding::TextEncoding;
use crate::text::{Culture, as_double, read, to_text};
use crate::type_names::type_name;
use crate::value::{Text, Value};

/// An argument on its way into a parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Incoming<'a> {
    pub(crate) value: &'a Value,
    /// The text of a lone numeric bare word.
    pub(crate) source: Option<&'a Text>,
    /// What to blame.
    pub(crate) extent: Option<&'a Extent>,
    /// Whether it came down the pipeline, where everything is an object to PowerShell.
    pub(crate) from_pipeline: bool,
}

/// Whether a value counts as a list to the binder.
pub(crate) fn elements(value: &Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(array) => Some(read(&array.items).clone()),
        Value::List(list) => Some(read(&list.items).clone()),
        Value::Noted(noted) => elements(&noted.base),
        _ => None,
    }
}

/// Whether the value is of the type already, so that nothing is converted.
pub(crate) fn is_as_wanted(target: &ParameterType, incoming: Incoming<'_>) -> bool {
    incoming.source.is_none() && is_instance(incoming.value, target)
}

/// The value, made to fit the type.
///
/// # Errors
/// `CannotConvertArgument`, `CannotConvertArgumentNoMessage`, `…NullNotAllowed` for a Boolean.
pub(crate) fn coerce(
    parameter: &str,
    target: &ParameterType,
    incoming: Incoming<'_>,
    context: ConversionContext,
) -> Result<Value, BindError> {
    let value = incoming.value;
    if matches!(value, Value::Null) {
        return null_for(parameter, target, incoming.extent);
    }
    if is_as_wanted(target, incoming) {
        return Ok(value.clone());
    }
    match target {
        ParameterType::Plain(name) => match &**name {
            "System.Management.Automation.PSObject" | "System.Object" => Ok(value.clone()),
            "System.Boolean" => truth(parameter, target, incoming).map(Value::Bool),
            "System.Management.Automation.SwitchParameter" => {
                truth(parameter, target, incoming).map(Value::Switch)
            }
            "System.String" if incoming.source.is_some() => {
                Ok(incoming.source.cloned().map_or(Value::Null, Value::String))
            }
            "System.Text.Encoding" => encoding(parameter, incoming),
            _ => scalar(parameter, target, incoming, context),
        },
        ParameterType::Nullable(inner) if matches!(&**inner, ParameterType::Plain(name) if &**name == "System.Boolean") => {
            truth(parameter, target, incoming).map(Value::Bool)
        }
        ParameterType::Array(element) | ParameterType::List(_, element) => {
            let items = match elements(value) {
                Some(items) => items
                    .iter()
                    .map(|item| {
                        let item = Incoming {
                            value: item,
                            source: None,
                            ..incoming
                        };
                        coerce(parameter, element, item, context)
                    })
                    .collect::<Result<Vec<_>, _>>()?,
                None => vec![coerce(parameter, element, incoming, context)?],
            };
            Ok(convert::collection(target, items))
        }
        ParameterType::Nullable(_)
        | ParameterType::Enum(_)
        | ParameterType::Custom(..)
        | ParameterType::Class(_) => scalar(parameter, target, incoming, context),
    }
}

/// The value if it fits without conversion, as the binder's first attempts want it.
pub(crate) fn fitting(target: &ParameterType, incoming: Incoming<'_>) -> Option<Value> {
    let value = incoming.value;
    if matches!(value, Value::Null) {
        let is_text = matches!(target, ParameterType::Plain(name) if &**name == "System.String");
        return (!is_value_type(target) && !is_text).then_some(Value::Null);
    }
    if is_instance(value, target) && (is_wrapped(incoming) || !is_psobject(target)) {
        return Some(value.clone());
    }
    let (ParameterType::Array(element) | ParameterType::List(_, element)) = target else {
        return None;
    };
    let items = elements(value).unwrap_or_else(|| vec![value.clone()]);
    items
        .iter()
        .all(|item| matches!(item, Value::Null) || is_instance(item, element))
        .then(|| convert::collection(target, items))
}

fn is_psobject(target: &ParameterType) -> bool {
    matches!(target, ParameterType::Plain(name) if &**name == "System.Management.Automation.PSObject")
}

/// Whether PowerShell holds the value in a `PSObject` already, so that a parameter of that type takes it as it is.
fn is_wrapped(incoming: Incoming<'_>) -> bool {
    incoming.from_pipeline
        || incoming.source.is_some()
        || matches!(incoming.value, Value::Object(_) | Value::Noted(_))
}

fn null_for(
    parameter: &str,
    target: &ParameterType,
    extent: Option<&Extent>,
) -> Result<Value, BindError> {
    match target {
        ParameterType::Plain(name) if &**name == "System.Boolean" => Err(BindError::new(
            "ParameterArgumentValidationErrorNullNotAllowed",
            format!("Cannot bind argument to parameter '{parameter}' because it is null."),
        )
        .at(extent)),
        ParameterType::Plain(name) if &**name == "System.Management.Automation.SwitchParameter" => {
            Ok(Value::Switch(true))
        }
        _ => Ok(Value::Null),
    }
}

/// Whether `$null` is no value of the type.
pub(crate) fn is_value_type(target: &ParameterType) -> bool {
    match target {
        ParameterType::Plain(name) => matches!(
            &**name,
            "System.Boolean"
                | "System.Byte"
                | "System.SByte"
                | "System.Int16"
                | "System.UInt16"
                | "System.Int32"
                | "System.UInt32"
                | "System.Int64"
                | "System.UInt64"
                | "System.Single"
                | "System.Double"
                | "System.Decimal"
                | "System.Numerics.BigInteger"
                | "System.Char"
                | "System.DateTime"
                | "System.TimeSpan"
                | "System.Guid"
                | "System.Management.Automation.SwitchParameter"
        ),
        ParameterType::Enum(_) => true,
        ParameterType::Nullable(_)
        | ParameterType::Array(_)
        | ParameterType::List(..)
        | ParameterType::Custom(..)
        | ParameterType::Class(_) => false,
    }
}

/// What the property of a value type says to `$null`.
pub(crate) fn null_refusal(parameter: &str, target: &ParameterType) -> BindError {
    let inner = convert::null_to_value_type(target);
    BindError::new(
        "ParameterBindingFailed",
        format!(
            "Cannot bind parameter '{parameter}' to the target. Exception setting \"{parameter}\": \"{inner}\""
        ),
    )
    .of_category(ErrorCategory::WriteError)
}

fn truth(
    parameter: &str,
    target: &ParameterType,
    incoming: Incoming<'_>,
) -> Result<bool, BindError> {
    let number = match incoming.value {
        Value::Bool(flag) => return Ok(*flag),
        // Only an object around a switch is looked into.
        Value::Switch(flag) if incoming.from_pipeline => return Ok(*flag),
        Value::Enum(member) => Some(member.number as f64),
        Value::BigInteger(_) => None,
        other => as_double(other),
    };
    number.map(|number| number != 0.0).ok_or_else(|| {
        cannot_convert(
            parameter,
            target,
            &type_name(incoming.value),
            "",
            incoming.extent,
        )
    })
}

fn cannot_convert(
    parameter: &str,
    target: &ParameterType,
    from: &str,
    inner: &str,
    extent: Option<&Extent>,
) -> BindError {
    BindError::new(
        "CannotConvertArgument",
        format!(
            "Cannot convert '{from}' to the type '{}' required by parameter '{parameter}'. {inner}",
            target.full_name()
        ),
    )
    .at(extent)
}

/// An encoding stays the name or code page that was given, once that is known to be one (`ArgumentToEncodingTransformation`).
fn encoding(parameter: &str, incoming: Incoming<'_>) -> Result<Value, BindError> {
    let page = match incoming.value.base() {
        Value::Int32(page) => Some(*page),
        _ => None,
    };
    let known = match page {
        Some(page) => TextEncoding::of_page(page).map(|_| Value::Int32(page)),
        None => {
            let name = Text::from(to_text(incoming.value, Culture::Invariant));
            TextEncoding::named(&name).map(|_| Value::String(name))
        }
    };
    known.map_err(|reason| {
        BindError {
            exception: BindException::Transformation,
            ..BindError::new(
                "ParameterArgumentTransformationError",
                format!(
                    "Cannot process argument transformation on parameter '{parameter}'. {reason}"
                ),
            )
            .of_category(ErrorCategory::InvalidData)
        }
        .at(incoming.extent)
    })
}

fn scalar(
    parameter: &str,
    target: &ParameterType,
    incoming: Incoming<'_>,
    context: ConversionContext,
) -> Result<Value, BindError> {
    let takes_lists = match target {
        ParameterType::Enum(_) => true,
        ParameterType::Plain(name) => &**name == "System.Management.Automation.PSListModifier",
        _ => false,
    };
    if !takes_lists && elements(incoming.value).is_some() {
        return Err(cannot_convert(
            parameter,
            target,
            &type_name(incoming.value),
            "Specified method is not supported.",
            incoming.extent,
        ));
    }
    convert::convert_token(incoming.value, incoming.source, target, context).map_err(|error| {
        BindError::new(
            "CannotConvertArgumentNoMessage",
            format!("Cannot bind parameter '{parameter}'. {}", error.message),
        )
        .at(incoming.extent)
    })
}
