//! How functions convert their arguments: by casts, with errors of their own kind
//! (`ArgumentTypeConverterAttribute`).

use crate::binder::coerce::{Incoming, elements};
use crate::binder::{BindError, BindException};
use crate::command::{CommandKind, ParameterType};
use crate::convert::{self, ConversionContext, is_instance};
use crate::error_record::ErrorCategory;
use crate::text::as_double;
use crate::type_names::type_name;
use crate::value::Value;

/// A version of PowerShell as it may be given to a cmdlet: a whole number, or the last one
/// (`ArgumentToVersionTransformationAttribute`); nothing if it is given as any other version.
pub(crate) fn powershell_version(value: &Value) -> Option<Value> {
    let number = match value.base() {
        Value::String(text) if text.eq_ignore_ascii_case("latest") => {
            return Some(Value::Version([7, 6, 5].into()));
        }
        Value::String(text) if text.contains('.') => return None,
        Value::Double(_) => return None,
        other => convert::convert(
            other,
            &ParameterType::Plain("System.Int32".into()),
            ConversionContext::default(),
        ),
    };
    match number {
        Ok(Value::Int32(major @ 0..)) => Some(Value::Version([major, 0].into())),
        _ => None,
    }
}

/// The name of a user, whose password the command itself asks for (`CredentialAttribute`).
pub(crate) fn user_name(value: &Value) -> Option<Value> {
    match value.base() {
        Value::String(name) => Some(Value::String(name.clone())),
        _ => None,
    }
}

/// The value, cast to the parameter's type.
///
/// # Errors
/// `ParameterArgumentTransformationError`.
pub(crate) fn transform(
    parameter: &str,
    target: &ParameterType,
    incoming: Incoming<'_>,
    kind: CommandKind,
    context: ConversionContext,
) -> Result<Value, BindError> {
    let is_reference = crate::evaluate::reference::is_type(target);
    let referenced = match is_reference {
        true => None,
        false => crate::evaluate::reference::value_of(incoming.value),
    };
    // What takes no reference takes what it refers to.
    let incoming = Incoming {
        value: referenced.as_ref().unwrap_or(incoming.value),
        ..incoming
    };
    let value = incoming.value;
    let failed = |inner: &str| {
        BindError {
            exception: BindException::Transformation,
            ..BindError::new(
                "ParameterArgumentTransformationError",
                format!(
                    "Cannot process argument transformation on parameter '{parameter}'. {inner}"
                ),
            )
            .of_category(ErrorCategory::InvalidData)
        }
        .at(incoming.extent)
    };
    if is_instance(value, target) && incoming.source.is_none() {
        return Ok(value.clone());
    }
    if is_reference {
        return Err(failed("Reference type is expected in argument."));
    }
    let ParameterType::Plain(name) = target else {
        return convert::convert_token(value, incoming.source, target, context)
            .map_err(|error| failed(&error.message));
    };
    match &**name {
        "System.Object" | "System.Management.Automation.PSObject" => Ok(value.clone()),
        "System.String" if kind == CommandKind::AdvancedFunction && elements(value).is_some() => {
            Err(failed("Cannot convert value to type System.String."))
        }
        "System.Boolean" | "System.Management.Automation.SwitchParameter" => {
            let truth = match value {
                Value::Null => Some(false),
                Value::Bool(flag) | Value::Switch(flag) => Some(*flag),
                other => as_double(other).map(|number| number != 0.0),
            };
            let truth = truth.ok_or_else(|| {
                failed(&format!(
                    "Cannot convert value \"{}\" to type \"{name}\". Boolean parameters accept only Boolean values and \
                     numbers, such as $True, $False, 1 or 0.",
                    type_name(value)
                ))
            })?;
            Ok(if &**name == "System.Boolean" {
                Value::Bool(truth)
            } else {
                Value::Switch(truth)
            })
        }
        _ => convert::convert_token(value, incoming.source, target, context)
            .map_err(|error| failed(&error.message)),
    }
}
