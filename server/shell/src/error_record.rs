//! PowerShell's error record: what went wrong, of which category, with which stable id, and where.

use std::sync::Arc;

use crate::command::CommandInfo;
use crate::value::{Held, Text, Value};

/// `System.Management.Automation.ErrorCategory`, in its numeric order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(
    missing_docs,
    reason = "the names are PowerShell's own and say all there is to say"
)]
pub enum ErrorCategory {
    #[default]
    NotSpecified,
    OpenError,
    CloseError,
    DeviceError,
    DeadlockDetected,
    InvalidArgument,
    InvalidData,
    InvalidOperation,
    InvalidResult,
    InvalidType,
    MetadataError,
    NotImplemented,
    NotInstalled,
    ObjectNotFound,
    OperationStopped,
    OperationTimeout,
    SyntaxError,
    ParserError,
    PermissionDenied,
    ResourceBusy,
    ResourceExists,
    ResourceUnavailable,
    ReadError,
    WriteError,
    FromStdErr,
    SecurityError,
    ProtocolError,
    ConnectionError,
    AuthenticationError,
    LimitsExceeded,
    QuotaExceeded,
    NotEnabled,
}

impl ErrorCategory {
    /// All categories in their numeric order.
    pub const ALL: [Self; 32] = [
        Self::NotSpecified,
        Self::OpenError,
        Self::CloseError,
        Self::DeviceError,
        Self::DeadlockDetected,
        Self::InvalidArgument,
        Self::InvalidData,
        Self::InvalidOperation,
        Self::InvalidResult,
        Self::InvalidType,
        Self::MetadataError,
        Self::NotImplemented,
        Self::NotInstalled,
        Self::ObjectNotFound,
        Self::OperationStopped,
        Self::OperationTimeout,
        Self::SyntaxError,
        Self::ParserError,
        Self::PermissionDenied,
        Self::ResourceBusy,
        Self::ResourceExists,
        Self::ResourceUnavailable,
        Self::ReadError,
        Self::WriteError,
        Self::FromStdErr,
        Self::SecurityError,
        Self::ProtocolError,
        Self::ConnectionError,
        Self::AuthenticationError,
        Self::LimitsExceeded,
        Self::QuotaExceeded,
        Self::NotEnabled,
    ];

    /// The category of that number.
    pub fn from_number(number: i64) -> Option<Self> {
        usize::try_from(number)
            .ok()
            .and_then(|number| Self::ALL.get(number).copied())
    }
}

/// A stretch of the input text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Offset of the first character, in UTF-8 bytes of the whole input.
    pub start: usize,
    /// Offset past the last character.
    pub end: usize,
}

/// `System.Management.Automation.ErrorRecord`.
#[derive(Clone, Debug, Default)]
pub struct ErrorRecord {
    /// `FullyQualifiedErrorId` whole: the id, a comma and the suffix, or the bare id.
    pub fully_qualified_id: StaticOrOwned,
    /// The category.
    pub category: ErrorCategory,
    /// `CategoryInfo.Activity`: the command's name by default.
    pub activity: String,
    /// `CategoryInfo.Reason`: the exception's short class name by default.
    pub reason: String,
    /// `TargetObject`.
    pub target: Held,
    /// `CategoryInfo.TargetName` where it is given; else the target as text.
    pub target_name: Option<String>,
    /// `CategoryInfo.TargetType` where it is given; else the short name of the target's type.
    pub target_type: Option<String>,
    /// `Exception.Message`.
    pub message: String,
    /// Full .NET name of the exception's class.
    pub exception: String,
    /// `ErrorDetails.Message`, shown instead of `message`.
    pub details: Option<String>,
    /// `ErrorDetails.RecommendedAction`: the command or step that mends it.
    pub recommended_action: Option<String>,
    /// Where in the input, when known.
    pub invocation: Option<Invocation>,
    /// `ScriptStackTrace`, once it has happened somewhere.
    pub stack: Option<Text>,
    /// How many objects each command of the pipeline had taken (`PipelineIterationInfo`).
    pub iterations: Vec<i32>,
    /// The exception, where the record was made of an object that is one.
    pub thrown: Option<Held>,
    /// Whether `$Error` has it already.
    pub kept: bool,
}

impl ErrorRecord {
    /// A record of exception class `exception` (full .NET name) with its `reason` derived from it; everything else
    /// is filled in by whoever knows it.
    pub fn new(
        id: impl Into<StaticOrOwned>,
        category: ErrorCategory,
        exception: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        let exception = exception.into();
        let reason = exception.rsplit('.').next().unwrap_or_default().to_owned();
        Self {
            fully_qualified_id: id.into(),
            category,
            reason,
            message: message.into(),
            exception,
            ..Self::default()
        }
    }

    /// The same record with a target object.
    #[must_use]
    pub fn with_target(mut self, target: Value) -> Self {
        self.target = target.into();
        self
    }

    /// Whether a record that was kept already is this one, as far as can be seen: the same words at the same place.
    pub(crate) fn is_same(&self, kept: &Self) -> bool {
        let place = |record: &Self| {
            let at = record.invocation.as_ref();
            at.map(|at| (at.line, at.offset, at.extent.clone()))
        };
        self.fully_qualified_id == kept.fully_qualified_id
            && self.message == kept.message
            && place(self) == place(kept)
    }

    /// Says which command the record is of and where that was called (`SetInvocationInfo`): what follows the comma of the id,
    /// and the activity unless it was given, are the new command's.
    pub fn set_invocation(&mut self, at: Invocation) {
        let old = self.invocation.take().unwrap_or_default();
        if let Some(suffix) = &old.command_id
            && let Some(id) = self.fully_qualified_id.strip_suffix(&**suffix)
        {
            let id = id.strip_suffix(',').unwrap_or(id).to_owned();
            self.fully_qualified_id = id.into();
        }
        if old.command.as_deref() == Some(&self.activity) {
            self.activity.clear();
        }
        if let Some(suffix) = at.command_id.as_deref().filter(|suffix| !suffix.is_empty()) {
            let id = &self.fully_qualified_id;
            let separator = if id.is_empty() { "" } else { "," };
            self.fully_qualified_id = format!("{id}{separator}{suffix}").into();
        }
        if self.activity.is_empty() {
            self.activity = at.command.as_deref().unwrap_or_default().to_owned();
        }
        self.invocation = Some(at);
    }

    /// Whether its exception is one that `throw` made (`WasThrownFromThrowStatement`).
    pub fn was_thrown(&self) -> bool {
        self.category == ErrorCategory::OperationStopped
            && self.activity.is_empty()
            && self.exception == "System.Management.Automation.RuntimeException"
    }

    /// What is shown to a person: `ErrorDetails.Message`, else `Exception.Message`.
    pub fn shown_message(&self) -> &str {
        self.details.as_deref().unwrap_or(&self.message)
    }
}

/// Where an error, warning or verbose record came from (`InvocationInfo`).
#[derive(Clone, Debug, Default)]
pub struct Invocation {
    /// The command's name, if it resolved to one.
    pub command: Option<Text>,
    /// What an error id has behind its comma: the cmdlet's implementing type, the function's name.
    pub command_id: Option<Text>,
    /// The command as the binder sees it.
    pub info: Option<Arc<CommandInfo>>,
    /// The text of the script or block that is the command, or the file that it stands in.
    pub script_block: Option<Text>,
    /// The name as typed.
    pub invocation_name: String,
    /// The script file, if any.
    pub script: Option<Text>,
    /// The whole source text that the extent lies in.
    pub source: Option<Text>,
    /// The extent that the position message underlines.
    pub extent: Extent,
    /// First line, counted from 1.
    pub line: usize,
    /// Column of the first character, counted from 1.
    pub offset: usize,
    /// The number that the line will have in the history.
    pub history_id: i64,
    /// Commands in the pipeline.
    pub pipeline_length: usize,
    /// Which of them, counted from 1.
    pub pipeline_position: usize,
}

/// Owned text that is often a constant.
pub type StaticOrOwned = std::borrow::Cow<'static, str>;
