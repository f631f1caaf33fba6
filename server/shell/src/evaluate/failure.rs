//! Runtime errors of the language itself (`RuntimeException`), in PowerShell's words.

use crate::convert::ConversionError;
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::type_names::type_name;
use crate::value::Value;

/// Full name of the exception that the language throws.
const RUNTIME: &str = "System.Management.Automation.RuntimeException";

/// What a division by zero says.
pub const DIVIDED_BY_ZERO: &str = "Attempted to divide by zero.";

/// A `RuntimeException` of a given id and category.
pub fn runtime(
    id: &'static str,
    category: ErrorCategory,
    message: impl Into<String>,
) -> ErrorRecord {
    ErrorRecord::new(id, category, RUNTIME, message)
}

/// A path of the caller's that leads to nothing (`PathNotFound`).
pub fn path_not_found(path: &str) -> ErrorRecord {
    ErrorRecord::new(
        "PathNotFound",
        ErrorCategory::ObjectNotFound,
        "System.Management.Automation.ItemNotFoundException",
        format!("Cannot find path '{path}' because it does not exist."),
    )
    .with_target(Value::text(path))
}

/// An operation that is not allowed (`InvalidOperation`).
pub fn invalid_operation(id: &'static str, message: impl Into<String>) -> ErrorRecord {
    runtime(id, ErrorCategory::InvalidOperation, message)
}

/// A cast that failed.
pub fn conversion(error: ConversionError) -> ErrorRecord {
    runtime(error.id, ErrorCategory::InvalidArgument, error.message)
}

/// `Method invocation failed because [T] does not contain a method named 'm'.`
pub fn method_not_found(value: &Value, method: &str) -> ErrorRecord {
    let name = match value {
        Value::Object(object) if object.custom => {
            "System.Management.Automation.PSCustomObject".into()
        }
        other => type_name(other),
    };
    method_not_found_in(&name, method)
}

/// The same for a type by its full name.
pub fn method_not_found_in(type_name: &str, method: &str) -> ErrorRecord {
    let record = invalid_operation(
        "MethodNotFound",
        format!(
            "Method invocation failed because [{type_name}] does not contain a method named '{method}'."
        ),
    );
    // An operator that a type lacks is named as the target, a method is not.
    if method.starts_with("op_") {
        record.with_target(Value::text(method))
    } else {
        record
    }
}

/// `You cannot call a method on a null-valued expression.`
pub fn method_on_null() -> ErrorRecord {
    invalid_operation(
        "InvokeMethodOnNull",
        "You cannot call a method on a null-valued expression.",
    )
}

/// An exception of .NET's that flew out of an operator: its full name is the id.
pub fn thrown(exception: &'static str, message: impl Into<String>) -> ErrorRecord {
    ErrorRecord::new(
        exception,
        ErrorCategory::OperationStopped,
        exception,
        message,
    )
}

/// An exception of .NET's that flew out of a method: its short name is the id.
pub fn method_invocation(
    method: &str,
    arguments: usize,
    exception: &str,
    message: &str,
) -> ErrorRecord {
    let mut record = ErrorRecord::new(
        exception.rsplit('.').next().unwrap_or_default().to_owned(),
        ErrorCategory::NotSpecified,
        "System.Management.Automation.MethodInvocationException",
        format!("Exception calling \"{method}\" with \"{arguments}\" argument(s): \"{message}\""),
    );
    record.reason = "MethodInvocationException".into();
    record
}

/// A collection or text that would grow beyond what a session may hold.
pub fn too_large() -> ErrorRecord {
    ErrorRecord::new(
        "System.OutOfMemoryException",
        ErrorCategory::OperationStopped,
        "System.OutOfMemoryException",
        "The result is larger than a session may hold.",
    )
}
