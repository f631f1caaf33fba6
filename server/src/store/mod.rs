//! What a node keeps: documents and their change log, ownership, the journal, salvage, management documents, the audit
//! log, and content files.
//!
//! The rest of the node sees narrow traits over plain data, one per concern, so that each part is bound by what it
//! touches and no part knows the database. All traits are object-safe: handles are `Arc<dyn …>`. What a method answers
//! is durable when it has answered.
//!
//! Every change goes through **one writer**, which commits many callers' changes in one transaction, and through the
//! **write gate** ([`gate`]), which is looked at inside that transaction.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;

mod account;
mod audit;
mod change_log;
mod content;
mod content_files;
mod document;
mod error;
pub mod gate;
mod journal;
mod management;
mod ownership;
mod salvage;
pub mod sqlite;

pub use account::{Account, AccountDetails, AccountName};
pub use audit::{AuditIntent, AuditLog, AuditOutcome, AuditRecord};
pub use change_log::{
    Batch, ChangeLog, ChangesQuery, Import, KindPending, ModuleDigest, ModuleSum, Pending, Wanted,
};
pub use content::{
    CONTENT_CHUNK_BYTES, ContentHash, ContentRead, ContentUpload, Contents, Missing, StoredContent,
};
pub use document::{
    BODY_BYTES_MAX, ContentReference, Document, DocumentKey, Documents, KEY_BYTES_MAX, MoveIn,
    Version, WRITES_MAX, Write, Written,
};
pub use error::Error;
pub use gate::{Refusal, WriteGate};
pub use journal::{Journal, OPEN_OPERATIONS_MAX, OperationEntry, OperationFailure, OperationState};
pub use management::{ManagementDocument, ManagementDocuments};
pub use ownership::{Adopted, Adoption, HomePoolRecord, OwnershipStore, ServingUpdate, TermAppend};
pub use salvage::{SalvageBundle, SalvageItem, SalvageStore, apply_salvaged, has_changed};

/// The outcome of a store call.
pub type Result<T> = std::result::Result<T, Error>;

/// A store call under way.
pub type Answer<'a, T> = BoxFuture<'a, Result<T>>;

/// Rows as they are read; nothing is held beyond a page of them.
pub type Rows<T> = BoxStream<'static, Result<T>>;

/// All stores of a node, as handles that are cheap to clone.
#[derive(Clone)]
pub struct Stores {
    /// Users' documents.
    pub documents: Arc<dyn Documents>,
    /// The change log, as the Backup Service sees it.
    pub change_log: Arc<dyn ChangeLog>,
    /// Who serves which home pool.
    pub ownership: Arc<dyn OwnershipStore>,
    /// Operations.
    pub journal: Arc<dyn Journal>,
    /// What a lost history had acknowledged.
    pub salvage: Arc<dyn SalvageStore>,
    /// The Central Management store's documents.
    pub management: Arc<dyn ManagementDocuments>,
    /// Who ran what.
    pub audit: Arc<dyn AuditLog>,
    /// Conference files.
    pub contents: Arc<dyn Contents>,
    /// The write gate's live state.
    pub gate: WriteGate,
}
