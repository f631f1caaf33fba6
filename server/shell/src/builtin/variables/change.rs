//! What changes a variable that there is, and what keeps it from being changed.

use crate::builtin::support::text;
use crate::builtin::variables::{Place, of};
use crate::convert::{ConversionContext, convert};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::not_writable;
use crate::evaluate::scope::{Options, Variable};
use crate::pipeline::stage::Context;
use crate::value::Value;

/// What a variable refuses, with its name in the message.
pub(super) fn refused(id: &'static str, name: &str, message: String) -> ErrorRecord {
    ErrorRecord::new(
        id,
        ErrorCategory::WriteError,
        "System.Management.Automation.SessionStateUnauthorizedAccessException",
        message,
    )
    .with_target(Value::text(name))
}

/// The options and the description that were given, for a variable that is made.
pub(super) fn describe(context: &Context<'_>, variable: &mut Variable) {
    if let Some(Value::Enum(options)) = context.parameter("Option") {
        variable.options = Options(options.number as u8);
    }
    variable.description = text(context, "Description");
}

/// Changes a variable that there is. -Force goes past read-only, for the while.
pub(super) fn change(
    context: &mut Context<'_>,
    place: &Place,
    value: Option<&Value>,
) -> Result<(), Box<ErrorRecord>> {
    let force = context.switch("Force");
    let options = match context.parameter("Option") {
        Some(Value::Enum(options)) => Some(Options(options.number as u8)),
        _ => None,
    };
    let description = text(context, "Description");
    let now = context.host().now();
    let Some(variable) = of(context, place) else {
        return Ok(());
    };
    let forced = force && variable.options.has(Options::READ_ONLY);
    if forced {
        if variable.options.has(Options::CONSTANT) {
            return Err(Box::new(not_writable(&variable.name)));
        }
        variable.options = Options(variable.options.0 & !Options::READ_ONLY);
    }
    let changed = value.map_or(Ok(()), |value| store(variable, value, now));
    let changed = changed.and_then(|()| {
        if let Some(text) = description {
            variable.description = Some(text);
        }
        match options {
            Some(options) => set_options(variable, options),
            None => Ok(()),
        }
    });
    if forced && options.is_none() {
        variable.options = Options(variable.options.0 | Options::READ_ONLY);
    }
    changed
}

fn set_options(variable: &mut Variable, options: Options) -> Result<(), Box<ErrorRecord>> {
    let name = &variable.name;
    if variable.options.is_fixed() {
        return Err(Box::new(not_writable(name)));
    }
    if options.has(Options::CONSTANT) {
        return Err(Box::new(refused(
            "VariableCannotBeMadeConstant",
            name,
            format!(
                "Existing variable {name} cannot be made constant. Variables can be made constant only at creation time."
            ),
        )));
    }
    if variable.options.has(Options::ALL_SCOPE) && !options.has(Options::ALL_SCOPE) {
        return Err(Box::new(refused(
            "VariableAllScopeOptionCannotBeRemoved",
            name,
            format!("The AllScope option cannot be removed from the variable '{name}'."),
        )));
    }
    variable.options = options;
    Ok(())
}

/// Gives a variable a value, of the type that it holds.
fn store(
    variable: &mut Variable,
    value: &Value,
    now: crate::value::DateTime,
) -> Result<(), Box<ErrorRecord>> {
    if variable.options.is_fixed() {
        return Err(Box::new(not_writable(&variable.name)));
    }
    variable.value = match &variable.constraint {
        None => value.clone(),
        Some(constraint) => {
            convert(value, constraint, ConversionContext::invariant(now)).map_err(|error| {
                Box::new(ErrorRecord::new(
                    "RuntimeException",
                    ErrorCategory::MetadataError,
                    "System.Management.Automation.ArgumentTransformationMetadataException",
                    error.message,
                ))
            })?
        }
    };
    Ok(())
}
