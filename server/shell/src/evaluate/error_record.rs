//! `[ErrorRecord]::new(…)`: an error that a script makes itself.

use crate::command::ParameterType;
use crate::convert::enumerations;
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::exception::{exception_of, exception_of_record};
use crate::evaluate::{as_operand, overload};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::text::{Culture, to_text};
use crate::value::Value;

/// The type of an error record.
pub(super) const TYPE: &str = "System.Management.Automation.ErrorRecord";

/// The record of an exception, an id, a category and a target; or of another record with an exception in place of that of its
/// parent.
pub(crate) fn new(engine: &Engine<'_>, arguments: &[Value]) -> Result<Value, Halt> {
    let refused = || engine.fail(overload::none_found("new", arguments.len()));
    let record = match arguments {
        [exception, id, category, target] => {
            let (class, message) = exception_of(exception).ok_or_else(refused)?;
            let category = self::category(engine, category).ok_or_else(refused)?;
            ErrorRecord {
                thrown: Some(exception.clone().into()),
                ..ErrorRecord::new(to_text(id, Culture::Invariant), category, class, message)
                    .with_target(as_operand(target.clone()))
            }
        }
        [Value::Error(record), exception] => {
            let mut copy = (**record).clone();
            if copy
                .exception
                .ends_with(".ParentContainsErrorRecordException")
                && let Some((class, message)) = exception_of(exception)
            {
                copy = ErrorRecord {
                    reason: class.rsplit('.').next().unwrap_or_default().to_owned(),
                    exception: class,
                    message,
                    thrown: Some(exception.clone().into()),
                    ..copy
                };
            } else {
                copy.thrown = Some(exception_of_record(record).into());
            }
            copy
        }
        _ => return Err(refused()),
    };
    Ok(Value::Error(record.into()))
}

fn category(engine: &Engine<'_>, value: &Value) -> Option<ErrorCategory> {
    let name = "System.Management.Automation.ErrorCategory";
    let target = ParameterType::Enum(enumerations::find(name)?);
    let context = crate::convert::ConversionContext::invariant(engine.host.now());
    match crate::convert::convert(value, &target, context).ok()? {
        Value::Enum(member) => ErrorCategory::from_number(member.number),
        _ => None,
    }
}
