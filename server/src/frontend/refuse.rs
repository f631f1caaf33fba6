//! Refusals to front ends: a status with a stable reason, and where to go instead.

use std::collections::HashMap;

use tandem_domain::identity::{Fqdn, SipUri};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::Answer;
use crate::dispatch::status::ERROR_DOMAIN;
use crate::ownership::HomePool;
use crate::store::{Error, Refusal};
use crate::windows_services::Service;

fn status(
    code: Code,
    reason: &str,
    message: impl Into<String>,
    facts: impl IntoIterator<Item = (&'static str, String)>,
) -> Status {
    let facts: HashMap<String, String> = facts
        .into_iter()
        .map(|(name, fact)| (name.to_owned(), fact))
        .collect();
    let details = ErrorDetails::with_error_info(reason, ERROR_DOMAIN, facts);
    Status::with_error_details(code, message, details)
}

/// A request that cannot be understood.
pub(super) fn argument(field: &str, message: impl Into<String>) -> Status {
    let message = message.into();
    let mut details = ErrorDetails::with_error_info(
        "InvalidRequest",
        ERROR_DOMAIN,
        HashMap::from([("field".to_owned(), field.to_owned())]),
    );
    details.add_bad_request_violation(field, &message);
    Status::with_error_details(Code::InvalidArgument, message, details)
}

/// More of something than is accepted.
pub(super) fn too_many(what: &str, limit: usize) -> Status {
    status(
        Code::ResourceExhausted,
        "LimitExceeded",
        format!("There may be {limit} {what} at most."),
        [("limit", limit.to_string())],
    )
}

/// This node keeps no such user.
pub(super) fn unknown_user(user: &SipUri) -> Status {
    status(
        Code::NotFound,
        "UserNotFound",
        format!("There is no user {user} on this pool or the pool that it backs up."),
        [("user", user.to_string())],
    )
}

/// There is no such document.
pub(super) fn no_document(what: &str) -> Status {
    status(
        Code::NotFound,
        "DocumentNotFound",
        format!("There is no {what}."),
        [],
    )
}

/// The service has been stopped.
pub(super) fn stopped(service: Service, pool: &Fqdn) -> Status {
    status(
        Code::Unavailable,
        "ServiceStopped",
        format!(
            "{} is stopped on pool {pool}. Start-CsWindowsService -Name {} starts it.",
            service.display_name(),
            service.name()
        ),
        [
            ("pool", pool.to_string()),
            ("service", service.name().to_owned()),
        ],
    )
}

/// Another pool serves the user, or nobody does.
pub(super) fn elsewhere(user: &SipUri, answer: &Answer) -> Status {
    let mut facts = vec![
        ("user", user.to_string()),
        ("home_pool", answer.home.to_string()),
        ("epoch", answer.epoch.to_string()),
    ];
    match &answer.serving {
        Some(pool) => {
            facts.push(("serving_pool", pool.to_string()));
            facts.push(("endpoint", answer.endpoints.join(",")));
            status(
                Code::FailedPrecondition,
                "ServedElsewhere",
                answer.reason(),
                facts,
            )
        }
        None => status(
            Code::FailedPrecondition,
            "NotServed",
            answer.reason(),
            facts,
        ),
    }
}

/// The user is in resiliency mode.
pub(super) fn resiliency(user: &SipUri, home: &HomePool) -> Status {
    let mut facts = vec![
        ("user", user.to_string()),
        ("home_pool", home.home.to_string()),
    ];
    if let Some(operation) = &home.frozen_by {
        facts.push(("operation_id", operation.clone()));
    }
    status(
        Code::FailedPrecondition,
        "Resiliency",
        format!(
            "User {user} is in resiliency mode while pool {} is moved: nothing is stored until it is served normally.",
            home.home
        ),
        facts,
    )
}

/// A client that does not read.
pub(super) fn slow_reader() -> Status {
    status(
        Code::ResourceExhausted,
        "SlowReader",
        "The watch was ended because its messages were not read; begin it again.",
        [],
    )
}

/// What the store refused, or how it failed.
pub(super) fn store(error: Error) -> Status {
    let message = error.to_string();
    match error {
        Error::Refused(Refusal::NotOwner {
            home_pool, epoch, ..
        }) => status(
            Code::FailedPrecondition,
            "ServedElsewhere",
            message,
            [
                ("home_pool", home_pool.to_string()),
                ("epoch", epoch.to_string()),
            ],
        ),
        Error::Refused(Refusal::Frozen {
            home_pool,
            operation,
        }) => status(
            Code::FailedPrecondition,
            "Resiliency",
            message,
            [
                ("home_pool", home_pool.to_string()),
                ("operation_id", operation),
            ],
        ),
        Error::Refused(Refusal::UserLocked {
            home_pool,
            owner,
            operation,
        }) => status(
            Code::FailedPrecondition,
            "Resiliency",
            message,
            [
                ("home_pool", home_pool.to_string()),
                ("user", owner),
                ("operation_id", operation),
            ],
        ),
        Error::Refused(Refusal::Quarantined { home_pool, .. }) => status(
            Code::FailedPrecondition,
            "NotServed",
            message,
            [("home_pool", home_pool.to_string())],
        ),
        Error::VersionConflict {
            key,
            expected,
            found,
        } => status(
            Code::Aborted,
            "VersionConflict",
            message,
            [
                ("owner", key.owner),
                ("kind", key.kind.to_string()),
                ("key", key.key),
                ("expected_version", expected.to_string()),
                ("version", found.to_string()),
            ],
        ),
        Error::TooLarge { limit, .. } => status(
            Code::ResourceExhausted,
            "LimitExceeded",
            message,
            [("limit", limit.to_string())],
        ),
        Error::Invalid(_) => argument("write", message),
        Error::HashMismatch { found, .. } => status(
            Code::InvalidArgument,
            "HashMismatch",
            message,
            [("content_hash", found.to_string())],
        ),
        Error::UploadOffset { .. } | Error::UploadLength { .. } | Error::UploadBusy { .. } => {
            status(Code::Aborted, "UploadInterrupted", message, [])
        }
        Error::DiskFull(_) => status(Code::ResourceExhausted, "DiskFull", message, []),
        Error::NotFound { .. } | Error::UnknownHomePool { .. } => {
            status(Code::NotFound, "NotFound", message, [])
        }
        Error::Closed => status(Code::Unavailable, "ShuttingDown", message, []),
        Error::Superseded { .. }
        | Error::Behind { .. }
        | Error::OwnedHere { .. }
        | Error::Incomplete { .. }
        | Error::HomedAlready { .. }
        | Error::OperationEnded { .. }
        | Error::OperationUnknown { .. }
        | Error::ManagementConflict { .. }
        | Error::Damaged(_)
        | Error::Backend(_) => {
            tracing::error!(error = %message, "the store failed a front end's call");
            status(Code::Internal, "StoreFailed", message, [])
        }
    }
}
