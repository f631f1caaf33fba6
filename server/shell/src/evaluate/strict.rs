//! `Set-StrictMode`: what is refused under which version. A version holds in its scope and those within, up to the next.

use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::failure;
use crate::language::ast::{Command, CommandElement, ExpressionKind};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::session::SessionState;
use crate::type_names::type_name;
use crate::value::Value;

impl SessionState {
    /// Whether what this version of strict mode refuses is refused here (`ExecutionContext.IsStrictVersion`).
    pub(crate) fn is_strict(&self, version: i32) -> bool {
        self.scopes
            .strict_version()
            .is_some_and(|own| own >= version)
    }
}

impl Engine<'_> {
    /// Whether a variable that does not exist is an error: under version 1 not within a string.
    pub(super) fn misses_variables(&self) -> bool {
        self.session
            .is_strict(if self.session.expanding == 0 { 1 } else { 2 })
    }

    /// The error of a command that is called as if it were a method: `f(1, 2)`.
    ///
    /// # Errors
    /// When it is, and strict mode has version 2.
    pub(crate) fn refuse_method_syntax(&self, command: &Command) -> Result<(), Halt> {
        let [CommandElement::Argument(argument)] = &*command.elements else {
            return Ok(());
        };
        let ExpressionKind::Parenthesis(statement) = &argument.kind else {
            return Ok(());
        };
        let is_list = crate::evaluate::lone_expression(statement)
            .is_some_and(|inner| matches!(inner.kind, ExpressionKind::ArrayLiteral(_)));
        if !is_list
            || command.name.extent.end != argument.extent.start
            || !self.session.is_strict(2)
        {
            return Ok(());
        }
        Err(self.fail(failure::invalid_operation(
            "StrictModeFunctionCallWithParens",
            "The function or command was called as if it were a method. Parameters should be separated by spaces. For \
             information about parameters, see the about_Parameters Help topic.",
        )))
    }
}

/// A property that does not exist; of the elements of an empty collection it is missed in other words.
pub(super) fn property_not_found(owner: &Value, name: &str) -> ErrorRecord {
    let message = format!(
        "The property '{name}' cannot be found on this object. Verify that the property exists."
    );
    if owner.elements().is_some_and(|items| items.is_empty()) {
        return failure::invalid_operation("PropertyNotFoundStrict", message);
    }
    ErrorRecord::new(
        "PropertyNotFoundStrict",
        ErrorCategory::NotSpecified,
        "System.Management.Automation.PropertyNotFoundException",
        message,
    )
}

/// An index beyond the end of what it counts.
pub(super) fn out_of_bounds(target: &Value) -> ErrorRecord {
    let (exception, message) = match target {
        Value::List(_) | Value::Dictionary(_) => (
            "System.ArgumentOutOfRangeException",
            "Index was out of range. Must be non-negative and less than the size of the collection. (Parameter 'index')",
        ),
        _ => (
            "System.IndexOutOfRangeException",
            "Index was outside the bounds of the array.",
        ),
    };
    ErrorRecord::new(
        exception,
        ErrorCategory::OperationStopped,
        exception,
        message,
    )
}

/// An index into what has no elements.
pub(super) fn cannot_index(target: &Value) -> ErrorRecord {
    failure::invalid_operation(
        "CannotIndex",
        format!(
            "Unable to index into an object of type \"{}\".",
            type_name(target)
        ),
    )
    .with_target(target.clone())
}
