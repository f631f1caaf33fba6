//! The Central Management store's documents: named, versioned, replaced as a whole.

use std::time::SystemTime;

use bytes::Bytes;

use super::Answer;

/// A management document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagementDocument {
    /// Its name: `topology`, `backup-service-configuration`.
    pub name: String,
    /// Its version, from 1.
    pub version: u64,
    /// The bytes.
    pub body: Bytes,
    /// When it was published.
    pub published: SystemTime,
    /// By whom.
    pub publisher: String,
}

/// Management documents.
pub trait ManagementDocuments: Send + Sync {
    /// The newest version of a document.
    fn get<'a>(&'a self, name: &'a str) -> Answer<'a, Option<ManagementDocument>>;

    /// Names and versions of all documents.
    fn versions(&self) -> Answer<'_, Vec<(String, u64)>>;

    /// Stores a document and answers the newest version here.
    ///
    /// With `expected` (0: none) only when the newest version is that one, else
    /// [`super::Error::ManagementConflict`]. Without it only when what is here is older, else nothing happens.
    fn put(&self, document: ManagementDocument, expected: Option<u64>) -> Answer<'_, u64>;
}
