//! Why arguments did not meet their parameters (`ParameterBindingException` and its kin).

use std::borrow::Cow;

use crate::error_record::{ErrorCategory, ErrorRecord, Extent, Invocation};
use crate::value::Value;

/// Which of the binder's exceptions it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindException {
    /// `ParameterBindingException`.
    Binding,
    /// `ParameterBindingValidationException`.
    Validation,
    /// `ParameterBindingArgumentTransformationException`: a function's argument that does not convert.
    Transformation,
}

impl BindException {
    /// The short class name: `CategoryInfo.Reason`.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Binding => "ParameterBindingException",
            Self::Validation => "ParameterBindingValidationException",
            Self::Transformation => "ParameterBindingArgumentTransformationException",
        }
    }
}

/// A failure of the binder.
#[derive(Clone, Debug)]
pub struct BindError {
    /// The id, without the suffix that names the command's type.
    pub id: &'static str,
    /// The category.
    pub category: ErrorCategory,
    /// The exception's class.
    pub exception: BindException,
    /// The message.
    pub message: String,
    /// The token or value to blame; none blames the whole command.
    pub extent: Option<Extent>,
    /// The input object, where one could not be bound.
    pub target: Value,
    /// Whether the pipeline was stopped meanwhile; then nothing is shown.
    pub cancelled: bool,
}

impl BindError {
    /// An `InvalidArgument` failure of the whole command.
    pub(crate) fn new(id: &'static str, message: String) -> Self {
        Self {
            id,
            category: ErrorCategory::InvalidArgument,
            exception: BindException::Binding,
            message,
            extent: None,
            target: Value::Null,
            cancelled: false,
        }
    }

    /// The pipeline was stopped while somebody was asked.
    pub(crate) fn cancelled() -> Self {
        Self {
            cancelled: true,
            ..Self::new("PipelineStopped", String::new())
        }
    }

    /// The same failure, blamed on `extent`.
    pub(crate) fn at(mut self, extent: Option<&Extent>) -> Self {
        self.extent = extent.cloned();
        self
    }

    /// The same failure of another category.
    pub(crate) fn of_category(mut self, category: ErrorCategory) -> Self {
        self.category = category;
        self
    }

    /// Whether the failure says that the input object as such fits nowhere: the one kind that names the typed command.
    pub fn is_about_input(&self) -> bool {
        self.id.starts_with("InputObject")
    }

    /// The error record. `command` and `suffix` are the command's name and its implementing type; `invocation` is
    /// where [`BindError::extent`], or else the whole command, stands.
    pub fn into_record(
        self,
        command: &str,
        suffix: &str,
        invocation: Option<Invocation>,
    ) -> ErrorRecord {
        let reason = self.exception.reason();
        ErrorRecord {
            // A block without a name has no suffix.
            fully_qualified_id: if suffix.is_empty() {
                Cow::Borrowed(self.id)
            } else {
                Cow::Owned(format!("{},{suffix}", self.id))
            },
            category: self.category,
            activity: command.to_owned(),
            reason: reason.to_owned(),
            target: self.target.into(),
            message: self.message,
            exception: format!("System.Management.Automation.{reason}"),
            invocation,
            ..ErrorRecord::default()
        }
    }
}
