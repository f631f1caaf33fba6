//! Content: the bytes of conference files, named by their BLAKE3 hash.
//!
//! Bytes are durable before a document that names them is acknowledged, and an interrupted transfer goes on where it
//! ended.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use bytes::Bytes;

use super::{Answer, Error, Result, Rows};

/// Bytes of one piece of content, at most.
pub const CONTENT_CHUNK_BYTES: usize = 1024 * 1024;

/// BLAKE3 hash of a content: its name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// The hash of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for ContentHash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from(self.0).to_hex())
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ContentHash {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        blake3::Hash::from_hex(text)
            .map(|hash| Self(*hash.as_bytes()))
            .map_err(|_| Error::Invalid("a content hash is 64 hexadecimal digits".to_owned()))
    }
}

/// A content that is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredContent {
    /// Its name.
    pub hash: ContentHash,
    /// Its bytes.
    pub length: u64,
}

/// A content that is not stored, or not wholly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Its name.
    pub hash: ContentHash,
    /// Bytes held from an interrupted transfer: go on there.
    pub received: u64,
}

/// A content as it is read.
pub struct ContentRead {
    /// The whole length in bytes.
    pub length: u64,
    /// Pieces of at most [`CONTENT_CHUNK_BYTES`].
    pub pieces: Rows<Bytes>,
}

/// A transfer under way. Dropping it keeps what has come, when the content's hash is known.
pub trait ContentUpload: Send {
    /// Adds a piece.
    fn append(&mut self, piece: Bytes) -> Answer<'_, ()>;

    /// Checks length and hash, makes the content durable and gives it its name.
    fn finish(self: Box<Self>) -> Answer<'static, StoredContent>;
}

/// Content files.
pub trait Contents: Send + Sync {
    /// Which of these are not stored.
    fn missing(&self, hashes: Vec<ContentHash>) -> Answer<'_, Vec<Missing>>;

    /// Begins or resumes the transfer of a content whose hash is known. `offset` must be what is held, or 0 to begin
    /// again.
    fn resume(
        &self,
        hash: ContentHash,
        length: u64,
        offset: u64,
    ) -> Answer<'_, Box<dyn ContentUpload>>;

    /// Begins a transfer of at most `limit` bytes whose hash is not known yet; `expected` is checked at the end.
    fn receive(
        &self,
        limit: u64,
        expected: Option<ContentHash>,
    ) -> Answer<'_, Box<dyn ContentUpload>>;

    /// Reads a content from `offset` on; [`Error::NotFound`] when it is not stored.
    fn read(&self, hash: ContentHash, offset: u64) -> Answer<'_, ContentRead>;

    /// Takes a content whose bytes are not the ones that its hash names out of the way: it is missing from then on, and its
    /// bytes are kept beside the others for whoever wants to look at them. One that is not stored stays so.
    fn set_aside(&self, hash: ContentHash) -> Answer<'_, ()>;

    /// Removes contents that no document and no salvage names, and abandoned transfers, when nobody has asked for them
    /// for `idle`; how many.
    fn collect_garbage(&self, idle: Duration) -> Answer<'_, u64>;
}
