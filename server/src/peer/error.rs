//! What can go wrong between two nodes, by what the caller does next: try again later, give up, or pass the refusal on.

use std::time::Duration;

use tandem_domain::identity::Fqdn;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// The domain of `ErrorInfo` in a status that one node answers to another.
const ERROR_DOMAIN: &str = "tandem.peer";

/// Why a call to another node gave no answer that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The node's configuration has no address for the pool.
    #[error("no address is configured for pool \"{pool}\"")]
    NoAddress {
        /// The pool.
        pool: Fqdn,
    },
    /// No connection, or it broke. The call may or may not have had its effect.
    #[error("pool \"{pool}\" cannot be reached: {reason}")]
    Unreachable {
        /// The pool.
        pool: Fqdn,
        /// What the transport said.
        reason: String,
    },
    /// No answer in time. The call may or may not have had its effect.
    #[error("pool \"{pool}\" did not answer within {deadline:?}")]
    DeadlineExceeded {
        /// The pool.
        pool: Fqdn,
        /// The deadline of the call.
        deadline: Duration,
    },
    /// A transfer stopped moving. What has come over stays there, for the next attempt.
    #[error("a transfer with pool \"{pool}\" has not moved for {after:?}")]
    Stalled {
        /// The pool.
        pool: Fqdn,
        /// How long it was waited for.
        after: Duration,
    },
    /// The other node understood and said no: nothing happened there.
    #[error("pool \"{pool}\" refused: {message}")]
    Refused {
        /// The pool.
        pool: Fqdn,
        /// The stable error id.
        id: String,
        /// What it found.
        message: String,
    },
    /// The other node tried and could not, for instance because its disk is full: it may be able to later. The call may or
    /// may not have had its effect.
    #[error("pool \"{pool}\" could not do it: {message}")]
    Failed {
        /// The pool.
        pool: Fqdn,
        /// The stable error id.
        id: String,
        /// What stood in the way there.
        message: String,
    },
    /// The answer is not one that the contract allows.
    #[error("pool \"{pool}\" answered against the contract: {reason}")]
    Protocol {
        /// The pool.
        pool: Fqdn,
        /// What is wrong with it.
        reason: String,
    },
}

impl Error {
    /// Reads a status that the pool answered, or that the transport made up.
    pub(crate) fn from_status(pool: &Fqdn, deadline: Duration, status: &Status) -> Self {
        let pool = pool.clone();
        if let Some(info) = status.get_details_error_info()
            && info.domain == ERROR_DOMAIN
        {
            let (id, message) = (info.reason, status.message().to_owned());
            return if status.code() == Code::Unavailable {
                Self::Failed { pool, id, message }
            } else {
                Self::Refused { pool, id, message }
            };
        }
        match status.code() {
            Code::DeadlineExceeded | Code::Cancelled => Self::DeadlineExceeded { pool, deadline },
            Code::PermissionDenied | Code::Unauthenticated => Self::Refused {
                pool,
                id: "AccessDenied".to_owned(),
                message: status.message().to_owned(),
            },
            Code::Unimplemented | Code::InvalidArgument | Code::OutOfRange => Self::Protocol {
                pool,
                reason: status.message().to_owned(),
            },
            _ => Self::Unreachable {
                pool,
                reason: status.message().to_owned(),
            },
        }
    }

    /// The stable error id under which the failure is recorded and shown.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::NoAddress { .. } => "PeerAddressUnknown",
            Self::Unreachable { .. } => "PeerUnreachable",
            Self::DeadlineExceeded { .. } => "PeerDeadlineExceeded",
            Self::Stalled { .. } => "PeerTransferStalled",
            Self::Refused { id, .. } | Self::Failed { id, .. } => id,
            Self::Protocol { .. } => "PeerProtocolError",
        }
    }

    /// Whether the other node said no with this id.
    #[must_use]
    pub fn is_refusal(&self, wanted: &str) -> bool {
        matches!(self, Self::Refused { id, .. } if id == wanted)
    }
}

/// A "no" that one node gives to another: the receiver turns it into [`Error::Refused`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The stable error id.
    pub id: &'static str,
    /// What was found.
    pub message: String,
}

impl Refusal {
    /// A refusal with an id of the contract and a sentence.
    pub fn new(id: &'static str, message: impl Into<String>) -> Self {
        Self {
            id,
            message: message.into(),
        }
    }
}

/// Something failed on this node that may work later: the receiver turns it into [`Error::Failed`].
pub(super) fn failed(id: &'static str, message: String) -> Status {
    let details = ErrorDetails::with_error_info(id, ERROR_DOMAIN, []);
    Status::with_error_details(Code::Unavailable, message, details)
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        Self::with_error_details(
            Code::FailedPrecondition,
            refusal.message,
            ErrorDetails::with_error_info(refusal.id, ERROR_DOMAIN, []),
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn pool() -> Fqdn {
        Fqdn::parse("pool2.contoso.com").unwrap()
    }

    #[test]
    fn a_refusal_keeps_its_id_on_the_wire() {
        let status = Status::from(Refusal::new("ChainSuperseded", "epoch 3 stands"));
        let error = Error::from_status(&pool(), Duration::from_secs(1), &status);
        assert!(error.is_refusal("ChainSuperseded"));
        assert!(error.to_string().contains("epoch 3 stands"));
    }

    #[test]
    fn a_failure_over_there_is_neither_a_refusal_nor_silence() {
        let status = failed("DiskFull", "the disk is full".to_owned());
        let error = Error::from_status(&pool(), Duration::from_secs(1), &status);
        assert_eq!(error.id(), "DiskFull");
        assert!(matches!(error, Error::Failed { .. }), "{error:?}");
    }

    #[test]
    fn what_the_transport_says_is_no_refusal() {
        for (code, id) in [
            (Code::Unavailable, "PeerUnreachable"),
            (Code::Unknown, "PeerUnreachable"),
            (Code::DeadlineExceeded, "PeerDeadlineExceeded"),
            (Code::PermissionDenied, "AccessDenied"),
        ] {
            let error = Error::from_status(&pool(), Duration::from_secs(1), &Status::new(code, ""));
            assert_eq!(error.id(), id);
        }
    }
}
