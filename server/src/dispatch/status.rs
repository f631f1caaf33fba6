//! Terminating errors of typed calls as gRPC statuses: the one table from PowerShell's categories to gRPC's codes.

use std::collections::HashMap;

use prost::Message;
use tandem_shell::error_record::{ErrorCategory, ErrorRecord};
use tandem_shell::text::{Culture, to_text};
use tonic::metadata::MetadataValue;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::record;

/// The domain of our error ids in `google.rpc.ErrorInfo`.
pub const ERROR_DOMAIN: &str = "tandem";

/// The trailer that holds the bytes of the whole `tandem.cmdlet.v1.ErrorRecord`.
pub const ERROR_RECORD_TRAILER: &str = "tandem-error-record-bin";

/// Longest record that travels in a trailer, in bytes; a longer one gives its message only.
const MAX_TRAILER_BYTES: usize = 4 * 1024;

/// The status that tells of `error`.
#[must_use]
pub fn from_record(error: &ErrorRecord) -> Status {
    let id = error
        .fully_qualified_id
        .split(',')
        .next()
        .unwrap_or_default();
    let mut facts = HashMap::from([(
        "category".to_owned(),
        record::category_name(error.category).to_owned(),
    )]);
    facts.insert(
        "fully_qualified_error_id".to_owned(),
        error.fully_qualified_id.to_string(),
    );
    let target = to_text(&error.target, Culture::Invariant);
    if !target.is_empty() {
        facts.insert("target".to_owned(), target);
    }
    if let Some(action) = &error.recommended_action {
        facts.insert("recommended_action".to_owned(), action.clone());
    }
    let mut details = ErrorDetails::with_error_info(id, ERROR_DOMAIN, facts);
    if code(error.category) == Code::InvalidArgument {
        details
            .add_bad_request_violation(to_text(&error.target, Culture::Invariant), &error.message);
    }
    let mut status =
        Status::with_error_details(code(error.category), error.message.clone(), details);
    let bytes = record::to_wire(error, String::new()).encode_to_vec();
    if bytes.len() <= MAX_TRAILER_BYTES {
        status
            .metadata_mut()
            .insert_bin(ERROR_RECORD_TRAILER, MetadataValue::from_bytes(&bytes));
    }
    status
}

/// The code of a category.
#[must_use]
pub fn code(category: ErrorCategory) -> Code {
    use ErrorCategory as Category;
    match category {
        Category::InvalidArgument
        | Category::InvalidType
        | Category::SyntaxError
        | Category::ParserError
        | Category::MetadataError => Code::InvalidArgument,
        Category::InvalidOperation | Category::NotEnabled | Category::NotInstalled => {
            Code::FailedPrecondition
        }
        Category::ObjectNotFound => Code::NotFound,
        Category::ResourceExists => Code::AlreadyExists,
        Category::OperationStopped | Category::DeadlockDetected => Code::Aborted,
        Category::ResourceBusy => Code::FailedPrecondition,
        Category::OperationTimeout => Code::DeadlineExceeded,
        Category::PermissionDenied | Category::SecurityError => Code::PermissionDenied,
        Category::AuthenticationError => Code::Unauthenticated,
        Category::ResourceUnavailable | Category::ConnectionError => Code::Unavailable,
        Category::LimitsExceeded | Category::QuotaExceeded => Code::ResourceExhausted,
        Category::NotImplemented => Code::Unimplemented,
        Category::InvalidData | Category::InvalidResult => Code::DataLoss,
        Category::NotSpecified
        | Category::OpenError
        | Category::CloseError
        | Category::DeviceError
        | Category::ReadError
        | Category::WriteError
        | Category::FromStdErr
        | Category::ProtocolError => Code::Internal,
    }
}
