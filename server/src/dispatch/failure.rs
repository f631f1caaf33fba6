//! Errors as cmdlets make them: a stable id, what was found, what mends it. The dispatcher adds what only it knows
//! (the cmdlet's name and type), so an id reads the same through a line, a pipeline and a typed stub.

use std::borrow::Cow;
use std::fmt;

use tandem_domain::refusal::{Category, Refusal};
use tandem_shell::error_record::{ErrorCategory, ErrorRecord};
use tandem_shell::value::Value;

/// Why a cmdlet ended before its end.
#[derive(Debug)]
pub enum Failure {
    /// A terminating error.
    Terminating(Box<Fault>),
    /// The caller has gone, stopped the pipeline or wants no more; nobody is left to tell.
    Stopped,
}

/// An error as a cmdlet makes it: `ErrorRecord` without what the dispatcher adds.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The stable id: the part of `FullyQualifiedErrorId` before the comma.
    pub id: Cow<'static, str>,
    /// The category.
    pub category: ErrorCategory,
    /// What was found.
    pub message: String,
    /// The object that it concerns.
    pub target: Value,
    /// The command or step that mends it.
    pub recommended_action: Option<Box<str>>,
    /// Full name of the exception's class.
    pub exception: &'static str,
    /// A finished record, when another node or a session made this error: shown as it stands.
    pub record: Option<Box<ErrorRecord>>,
}

/// The class of exceptions that a refusal or failure of ours carries.
pub const EXCEPTION: &str = "Microsoft.Rtc.Management.ManagementException";

impl Fault {
    /// An error with a stable id.
    pub fn new(
        id: impl Into<Cow<'static, str>>,
        category: ErrorCategory,
        message: impl Into<String>,
    ) -> Self {
        Self {
            id: id.into(),
            category,
            message: message.into(),
            target: Value::Null,
            recommended_action: None,
            exception: EXCEPTION,
            record: None,
        }
    }

    /// What was named does not exist.
    pub fn not_found(id: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(id, ErrorCategory::ObjectNotFound, message)
    }

    /// What was asked for is not possible in this state.
    pub fn invalid_operation(id: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(id, ErrorCategory::InvalidOperation, message)
    }

    /// A value is not acceptable.
    pub fn invalid_argument(id: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(id, ErrorCategory::InvalidArgument, message)
    }

    /// Something that is needed does not answer.
    pub fn unavailable(id: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(id, ErrorCategory::ResourceUnavailable, message)
    }

    /// The object that the error concerns, by its name.
    #[must_use]
    pub fn target(mut self, target: impl Into<String>) -> Self {
        self.target = Value::text(target.into());
        self
    }

    /// The command or step that mends it.
    #[must_use]
    pub fn mended_by(mut self, action: impl Into<String>) -> Self {
        self.recommended_action = Some(action.into().into_boxed_str());
        self
    }

    /// The exception's class, when it is not [`EXCEPTION`].
    #[must_use]
    pub fn exception(mut self, class: &'static str) -> Self {
        self.exception = class;
        self
    }

    /// A fault around a finished record.
    #[must_use]
    pub fn finished(record: ErrorRecord) -> Self {
        let id = record
            .fully_qualified_id
            .split(',')
            .next()
            .unwrap_or_default()
            .to_owned();
        Self {
            id: id.into(),
            category: record.category,
            message: record.message.clone(),
            target: (*record.target).clone(),
            recommended_action: record
                .recommended_action
                .clone()
                .map(String::into_boxed_str),
            exception: EXCEPTION,
            record: Some(Box::new(record)),
        }
    }

    /// The whole record of the cmdlet `activity` that the .NET type `implementing_type` stands for.
    #[must_use]
    pub fn into_record(self, activity: &str, implementing_type: &str) -> ErrorRecord {
        if let Some(record) = self.record {
            return *record;
        }
        let reason = self
            .exception
            .rsplit(['.', '+'])
            .next()
            .unwrap_or_default()
            .to_owned();
        ErrorRecord {
            fully_qualified_id: format!("{},{implementing_type}", self.id).into(),
            category: self.category,
            activity: activity.to_owned(),
            reason,
            target: self.target.into(),
            message: self.message,
            exception: self.exception.to_owned(),
            recommended_action: self.recommended_action.map(String::from),
            ..ErrorRecord::default()
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.id, self.message)
    }
}

impl std::error::Error for Fault {}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        let category = match refusal.category() {
            Category::ObjectNotFound => ErrorCategory::ObjectNotFound,
            Category::InvalidOperation => ErrorCategory::InvalidOperation,
            Category::ResourceUnavailable => ErrorCategory::ResourceUnavailable,
            Category::ResourceBusy => ErrorCategory::ResourceBusy,
            Category::InvalidArgument => ErrorCategory::InvalidArgument,
            Category::LimitsExceeded => ErrorCategory::LimitsExceeded,
        };
        let recommendation = match refusal.waiver() {
            Some(waiver) => format!("{} {waiver}", refusal.recommendation()),
            None => refusal.recommendation(),
        };
        Self::new(refusal.id(), category, refusal.to_string()).mended_by(recommendation)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Fault::from(refusal).into()
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Terminating(Box::new(fault))
    }
}
