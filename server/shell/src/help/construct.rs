//! Attributes made of what is written: wrong keys, numbers of arguments and values are refused as the compiler
//! (`NewParameterAttribute`, …) and the constructors of the attributes refuse them.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::binder::range::order;
use crate::command::ParameterType;
use crate::convert::{self, ConversionContext, enumerations};
use crate::error_record::{ErrorCategory, ErrorRecord, Extent};
use crate::evaluate::failure;
use crate::help::attribute::{self, argument};
use crate::language::ast::{Attribute, Source};
use crate::language::position;
use crate::type_names::type_name;
use crate::value::Value;

/// Nothing, or what is refused.
pub(super) type Refused = Result<(), Box<ErrorRecord>>;

/// What an argument by name is converted to.
#[derive(Clone, Copy)]
enum Kind {
    /// Whatever converts always.
    Any,
    /// A text that may not be empty.
    Help,
    /// A whole number.
    Number,
    /// An enumeration of `System.Management.Automation`.
    Member(&'static str),
}

/// The arguments by name of an attribute that the compiler makes itself.
fn keys(short: &str) -> Option<&'static [(&'static str, Kind)]> {
    use Kind::{Any, Help, Member, Number};
    Some(match short {
        "cmdletbinding" => &[
            ("DefaultParameterSetName", Any),
            ("HelpUri", Any),
            ("SupportsShouldProcess", Any),
            ("PositionalBinding", Any),
            ("ConfirmImpact", Member("ConfirmImpact")),
            ("SupportsTransactions", Any),
            ("SupportsPaging", Any),
            ("RemotingCapability", Member("RemotingCapability")),
        ],
        "parameter" => &[
            ("Position", Number),
            ("ParameterSetName", Any),
            ("Mandatory", Any),
            ("ValueFromPipeline", Any),
            ("ValueFromPipelineByPropertyName", Any),
            ("ValueFromRemainingArguments", Any),
            ("HelpMessage", Help),
            ("HelpMessageBaseName", Help),
            ("HelpMessageResourceId", Help),
            ("DontShow", Any),
        ],
        "outputtype" => &[("ParameterSetName", Any), ("ProviderCmdlet", Any)],
        "validateset" => &[("IgnoreCase", Any), ("ErrorMessage", Any)],
        "alias" | "validatenotnull" | "validatenotnullorempty" => &[],
        _ => return None,
    })
}

/// Whether an attribute can be made.
///
/// # Errors
/// What is refused of it, with its place in the text where PowerShell tells that.
pub(super) fn constructed(attribute: &Attribute, source: &Arc<Source>) -> Refused {
    if let Some(record) = attribute::refused(attribute, source) {
        return Err(record.into());
    }
    let short = attribute::short_name(&attribute.name).to_ascii_lowercase();
    let count = attribute.positional.len();
    let takes = match &*short {
        "cmdletbinding" | "validatenotnull" | "validatenotnullorempty" => count == 0,
        "parameter" => matches!(count, 0 | 2),
        _ => true,
    };
    if !takes {
        return Err(placed(
            failure::invalid_operation("MethodCountCouldNotFindBest", no_constructor(count)),
            source,
            &attribute.extent,
        ));
    }
    if short == "validateset" && count == 0 {
        return Err(out_of_range("validValues", "System.String[]"));
    }
    let Some(keys) = keys(&short) else {
        return validator(attribute, &short, source);
    };
    for ((name, value), extent) in attribute.named.iter().zip(&attribute.named_extents) {
        let Some((key, kind)) = keys.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)) else {
            let written = source.text.get(extent.start..extent.end);
            let mut record = no_property(name, "CmdletBindingAttribute");
            record.target_name = written.map(str::to_owned);
            record.target_type = Some("NamedAttributeArgumentAst".into());
            return Err(placed(record, source, extent));
        };
        let value = match value.as_ref() {
            None => Some(Value::Bool(true)),
            Some(value) => argument(value),
        };
        if let Some(value) = value {
            fits(key, *kind, &value)?;
        }
    }
    Ok(())
}

fn fits(key: &str, kind: Kind, value: &Value) -> Refused {
    let target = match kind {
        Kind::Any => return Ok(()),
        Kind::Help => {
            let empty = matches!(value, Value::Null)
                || matches!(value, Value::String(text) if text.is_empty());
            return match empty {
                true => Err(not_valid(key)),
                false => Ok(()),
            };
        }
        Kind::Number => ParameterType::Plain("System.Int32".into()),
        Kind::Member(name) => {
            let name = format!("System.Management.Automation.{name}");
            match enumerations::find(&name) {
                Some(definition) => ParameterType::Enum(definition),
                None => return Ok(()),
            }
        }
    };
    match convert::convert(value, &target, ConversionContext::default()) {
        Ok(_) => Ok(()),
        Err(error) => Err(Box::new(failure::conversion(error))),
    }
}

/// The attributes that their own constructors check.
fn validator(attribute: &Attribute, short: &str, source: &Arc<Source>) -> Refused {
    let at_attribute = |record| placed(record, source, &attribute.extent);
    let count = attribute.positional.len();
    let takes = match short {
        "validatelength" | "validatecount" => count == 2,
        "validaterange" => matches!(count, 1 | 2),
        "validatepattern" | "validatescript" => count == 1,
        _ => true,
    };
    if !takes {
        let mut record = ErrorRecord::new(
            "MethodCountCouldNotFindBest",
            ErrorCategory::NotSpecified,
            "System.Management.Automation.MethodException",
            no_constructor(count),
        );
        record.reason = "MethodException".into();
        return Err(at_attribute(record));
    }
    let (name, options): (&str, &[&str]) = match short {
        "validatelength" => ("ValidateLengthAttribute", &["MinLength", "MaxLength"]),
        "validatecount" => ("ValidateCountAttribute", &["MinLength", "MaxLength"]),
        "validaterange" => ("ValidateRangeAttribute", &["MinRange", "MaxRange"]),
        "validatepattern" => (
            "ValidatePatternAttribute",
            &["RegexPattern", "Options", "ErrorMessage"],
        ),
        "validatescript" => ("ValidateScriptAttribute", &["ScriptBlock", "ErrorMessage"]),
        _ => return Ok(()),
    };
    let known = |key: &str| options.iter().any(|own| own.eq_ignore_ascii_case(key));
    if let Some((key, _)) = attribute.named.iter().find(|(key, _)| !known(key)) {
        return Err(at_attribute(no_property(key, name)));
    }
    called(attribute, short).map_err(|record| match record.category {
        ErrorCategory::MetadataError | ErrorCategory::NotSpecified => at_attribute(*record),
        _ => at_attribute(failure::invalid_operation(
            "ExceptionConstructingAttribute",
            format!(
                "The following exception occurred while constructing the attribute \"{}\": \"{}\"",
                attribute.name, record.message
            ),
        )),
    })
}

/// What the constructor of an attribute of `ValidateX` says of its arguments.
fn called(attribute: &Attribute, short: &str) -> Refused {
    let values: Option<Vec<Value>> = attribute.positional.iter().map(argument).collect();
    match (short, values.as_deref()) {
        ("validatelength", Some([least, most])) => bounds(
            least,
            most,
            (
                "ValidateLengthMaxLengthSmallerThanMinLength",
                "The specified maximum character length of the argument is shorter than the specified minimum argument \
                 character length. Update the ValidateLength attribute for the parameter.",
            ),
        ),
        ("validatecount", Some([least, most])) => bounds(
            least,
            most,
            (
                "ValidateRangeMaxLengthSmallerThanMinLength",
                "The specified maximum number of arguments for a parameter is fewer than the specified minimum number of \
                 arguments. Update the ValidateCount attribute for the parameter.",
            ),
        ),
        ("validaterange", Some([least, most])) => range(least, most),
        ("validatescript", Some([given])) if !matches!(given, Value::ScriptBlock(_)) => {
            let target = ParameterType::Plain("System.Management.Automation.ScriptBlock".into());
            let reason = convert::ConversionError::no_way(given, &target).message;
            let mut record = ErrorRecord::new(
                "MethodArgumentConversionInvalidCastArgument",
                ErrorCategory::NotSpecified,
                "System.Management.Automation.MethodException",
                format!(
                    "Cannot convert argument \"scriptBlock\", with value: \"{}\", for \".ctor\" to type \"{}\": \"{reason}\"",
                    convert::net_text(given),
                    target.full_name()
                ),
            );
            record.reason = "MethodException".into();
            Err(Box::new(record))
        }
        ("validatepattern", Some([Value::String(pattern)])) if pattern.is_empty() => {
            Err(not_valid("regexPattern"))
        }
        _ => Ok(()),
    }
}

/// The constructors of `ValidateLength` and `ValidateCount`.
fn bounds(least: &Value, most: &Value, (id, message): (&'static str, &'static str)) -> Refused {
    let target = ParameterType::Plain("System.Int32".into());
    let number =
        |value: &Value| match convert::convert(value, &target, ConversionContext::default()) {
            Ok(Value::Int32(number)) => Ok(number),
            Ok(_) => Ok(0),
            Err(error) => Err(Box::new(failure::conversion(error))),
        };
    let (least, most) = (number(least)?, number(most)?);
    if least < 0 {
        return Err(out_of_range("minLength", &least.to_string()));
    }
    if most <= 0 {
        return Err(out_of_range("maxLength", &most.to_string()));
    }
    if most < least {
        return Err(invalid(id, message.into()));
    }
    Ok(())
}

/// The constructor of `ValidateRange` with two limits.
fn range(least: &Value, most: &Value) -> Refused {
    for (value, name) in [(least, "minRange"), (most, "maxRange")] {
        if matches!(value, Value::Null) {
            let message = format!(
                "Cannot process argument because the value of argument \"{name}\" is null. Change the value of argument \
                 \"{name}\" to a non-null value. (Parameter '{name}')"
            );
            return Err(Box::new(failure::runtime(
                "ArgumentNull",
                ErrorCategory::InvalidArgument,
                message,
            )));
        }
    }
    let (left, right) = (type_name(least), type_name(most));
    let numbers = convert::number::is_number(least) && convert::number::is_number(most);
    if left != right && !numbers {
        let short = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
        let message = format!(
            "The specified minimum range ({}) cannot be accepted because it is not the same type as the specified maximum \
             range ({}). Update the ValidateRange attribute for the parameter.",
            short(&left),
            short(&right)
        );
        return Err(invalid("MinRangeNotTheSameTypeOfMaxRange", message));
    }
    if order(least, most) == Ordering::Greater {
        return Err(invalid(
            "MaxRangeSmallerThanMinRange",
            "The specified maximum range cannot be accepted because it is less than the specified minimum range. Update the \
             ValidateRange attribute for the parameter."
                .into(),
        ));
    }
    Ok(())
}

fn placed(mut record: ErrorRecord, source: &Arc<Source>, extent: &Extent) -> Box<ErrorRecord> {
    record.invocation = Some(position::invocation(source, extent));
    record.into()
}

fn no_constructor(count: usize) -> String {
    format!("Cannot find an overload for \".ctor\" and the argument count: \"{count}\".")
}

fn no_property(name: &str, of: &str) -> ErrorRecord {
    let message =
        format!("Property '{name}' cannot be found for type 'System.Management.Automation.{of}'.");
    failure::invalid_operation("PropertyNotFoundForType", message)
}

fn invalid(id: &'static str, message: String) -> Box<ErrorRecord> {
    Box::new(ErrorRecord::new(
        id,
        ErrorCategory::MetadataError,
        "System.Management.Automation.ValidationMetadataException",
        message,
    ))
}

fn not_valid(name: &str) -> Box<ErrorRecord> {
    Box::new(failure::runtime(
        "Argument",
        ErrorCategory::InvalidArgument,
        format!(
            "Cannot process argument because the value of argument \"{name}\" is not valid. Change the value of the \
             \"{name}\" argument and run the operation again. (Parameter '{name}')"
        ),
    ))
}

fn out_of_range(name: &str, actual: &str) -> Box<ErrorRecord> {
    Box::new(failure::runtime(
        "ArgumentOutOfRange",
        ErrorCategory::InvalidArgument,
        format!(
            "Cannot process argument because the value of argument \"{name}\" is out of range. Change argument \"{name}\" to \
             a value that is within range. (Parameter '{name}')\nActual value was {actual}."
        ),
    ))
}
