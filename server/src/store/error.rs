//! Why a store call failed, told apart by what the caller does next.

use std::error::Error as StdError;
use std::io;

use tandem_domain::identity::Fqdn;
use tandem_domain::ownership::Epoch;

use super::gate::Refusal;
use super::{ContentHash, DocumentKey, OperationState, Version};

/// Why a store call failed. Nothing of the call has been applied.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The write gate is closed for this home pool: go elsewhere, or wait.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The document is not at the version that the write was made for: read it again.
    #[error("{key} is at version {found}, not at version {expected}")]
    VersionConflict {
        /// The document.
        key: DocumentKey,
        /// The version that the write expected; 0 stands for "does not exist".
        expected: Version,
        /// The version that the document has; 0 when it does not exist.
        found: Version,
    },
    /// The node keeps nothing of this home pool.
    #[error("this node keeps no data of pool {home_pool}")]
    UnknownHomePool {
        /// The pool.
        home_pool: Fqdn,
    },
    /// An import or a term comes from a history that the one here supersedes.
    #[error("the sender writes pool {home_pool} at epoch {theirs}, but epoch {ours} is known here")]
    Superseded {
        /// The home pool.
        home_pool: Fqdn,
        /// The epoch known here.
        ours: Epoch,
        /// The sender's.
        theirs: Epoch,
    },
    /// An import comes from a history that this node has yet to adopt.
    #[error(
        "the sender writes pool {home_pool} at epoch {theirs}, and this node has not adopted that yet (it knows epoch {ours})"
    )]
    Behind {
        /// The home pool.
        home_pool: Fqdn,
        /// The epoch known here.
        ours: Epoch,
        /// The sender's.
        theirs: Epoch,
    },
    /// An import for a home pool that this node itself writes.
    #[error("this node owns pool {home_pool} at epoch {epoch} and takes no copy of it")]
    OwnedHere {
        /// The home pool.
        home_pool: Fqdn,
        /// The epoch.
        epoch: Epoch,
    },
    /// A user who is to move in is homed here already.
    #[error("user {owner} is homed on pool {home_pool} already")]
    HomedAlready {
        /// The home pool.
        home_pool: Fqdn,
        /// The user.
        owner: String,
    },
    /// A term would claim writes as its own that this copy does not hold.
    #[error("the copy of pool {home_pool} is whole up to {held}, {claimed} is claimed")]
    Incomplete {
        /// The home pool.
        home_pool: Fqdn,
        /// The sequence up to which the copy holds everything.
        held: u64,
        /// The base of the term.
        claimed: u64,
    },
    /// The operation has not been prepared here.
    #[error("operation {id} was never prepared here")]
    OperationUnknown {
        /// The operation.
        id: String,
    },
    /// The operation has ended; what it ended with stands.
    #[error("operation {id} has ended: {state}")]
    OperationEnded {
        /// The operation.
        id: String,
        /// How it ended.
        state: OperationState,
    },
    /// A compare-and-put found another version.
    #[error("document {name} is at version {found}, not at version {expected}")]
    ManagementConflict {
        /// The management document.
        name: String,
        /// The version that was expected.
        expected: u64,
        /// The version that is there; 0 when there is none.
        found: u64,
    },
    /// What is named does not exist.
    #[error("{what} does not exist")]
    NotFound {
        /// What.
        what: String,
    },
    /// A value is larger than its limit.
    #[error("{what} is {given} and may be {limit} at most")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// Its size or number.
        given: u64,
        /// The limit.
        limit: u64,
    },
    /// A value that the store cannot keep.
    #[error("{0}")]
    Invalid(String),
    /// The bytes of a content are not the ones that its hash names. They have been thrown away: send them again.
    #[error("the bytes received hash to {found}, not to {expected}")]
    HashMismatch {
        /// The name.
        expected: ContentHash,
        /// The hash of what came.
        found: ContentHash,
    },
    /// An upload does not begin where the bytes held end: continue at `held`.
    #[error("{held} bytes of content {hash} are held; an upload cannot begin at {given}")]
    UploadOffset {
        /// The content.
        hash: ContentHash,
        /// Bytes held.
        held: u64,
        /// Where the upload began.
        given: u64,
    },
    /// An upload ended before its length, or ran over it. What is held stays, so that it can be continued.
    #[error("{received} of {length} bytes of content {hash} have come")]
    UploadLength {
        /// The content.
        hash: ContentHash,
        /// Bytes received.
        received: u64,
        /// Bytes announced.
        length: u64,
    },
    /// Another transfer of the same content is under way: wait for it.
    #[error("content {hash} is being transferred by somebody else")]
    UploadBusy {
        /// The content.
        hash: ContentHash,
    },
    /// There is no room: make some, then do it again. What was acknowledged is not touched.
    #[error("the disk is full: {0}")]
    DiskFull(String),
    /// What was stored cannot be read back.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// The store is shutting down.
    #[error("the store is closed")]
    Closed,
    /// The database or the file system failed.
    #[error("the store failed: {0}")]
    Backend(#[source] Box<dyn StdError + Send + Sync>),
}

impl Error {
    /// The stable error id: of what an administrator has to mend, which is room or whatever the node's log tells, and of
    /// what another node that sends a content does something about.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::DiskFull(_) => "DiskFull",
            Self::HashMismatch { .. } => "ContentHashMismatch",
            Self::UploadBusy { .. } => "ContentBusy",
            _ => "StoreFailed",
        }
    }

    /// A failure of the file system, told apart by what the caller does next.
    pub(crate) fn from_io(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::DiskFull(error.to_string())
            }
            _ => Self::Backend(Box::new(error)),
        }
    }
}
