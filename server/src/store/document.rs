//! Users' documents: the unit that is written, versioned, logged and shipped.

use std::fmt;
use std::time::SystemTime;

use bytes::Bytes;
use tandem_domain::backup::DocumentKind;
use tandem_domain::identity::Fqdn;
use tandem_domain::ownership::Position;

use super::{Account, AccountName, Answer, ContentHash, OperationEntry, Rows};

/// Most bytes of one document.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Most bytes of an owner or of a key.
pub const KEY_BYTES_MAX: usize = 1024;

/// Most writes of one [`Documents::put_many`].
pub const WRITES_MAX: usize = 1_000;

/// Version of a document, from 1; 0 stands for "does not exist".
pub type Version = u64;

/// Key of a document within its home pool.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DocumentKey {
    /// The user, as a SIP URI in lower case, or the object that the document belongs to.
    pub owner: String,
    /// What it is about.
    pub kind: DocumentKind,
    /// Key within owner and kind; empty for kinds that a user has one of.
    pub key: String,
}

impl fmt::Display for DocumentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.kind, self.owner)?;
        if self.key.is_empty() {
            Ok(())
        } else {
            write!(f, " '{}'", self.key)
        }
    }
}

/// The content that a [`DocumentKind::ConferenceContent`] document stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentReference {
    /// Its hash.
    pub hash: ContentHash,
    /// Its bytes.
    pub length: u64,
}

/// A document as it stands, or the tombstone of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its key.
    pub key: DocumentKey,
    /// The bytes; empty when deleted.
    pub body: Bytes,
    /// Its version; 0 only in an answer to *wanted* for a document that the sender does not have.
    pub version: Version,
    /// Where the write that made it stands in the home pool's log.
    pub position: Position,
    /// Whether that write was a deletion.
    pub deleted: bool,
    /// When it was written, to the microsecond.
    pub written: SystemTime,
    /// The content that it stands for, when it is a conference file.
    pub content: Option<ContentReference>,
}

impl Document {
    /// The same as a write of its own, whatever is there.
    #[must_use]
    pub fn into_write(self, home_pool: Fqdn) -> Write {
        Write {
            home_pool,
            key: self.key,
            body: self.body,
            content: self.content,
            expected_version: None,
            delete: self.deleted,
        }
    }
}

/// One write of a [`Documents::put_many`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// The home pool.
    pub home_pool: Fqdn,
    /// The document.
    pub key: DocumentKey,
    /// The bytes; at most [`BODY_BYTES_MAX`], not looked at when deleting.
    pub body: Bytes,
    /// The content that it stands for: required for conference files, refused for others. The content must be stored.
    pub content: Option<ContentReference>,
    /// Written only when the document has this version, 0 when it does not exist; `None`: in any case.
    pub expected_version: Option<Version>,
    /// Deletes the document. Deleting what does not exist succeeds and writes nothing.
    pub delete: bool,
}

/// What came of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// The document's version; 0 when it was deleted and had never existed.
    pub version: Version,
    /// Where the write stands in the home pool's log; the log's head when nothing needed to be written.
    pub position: Position,
}

/// The operation by which a user moves in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveIn {
    /// Its id.
    pub operation: String,
    /// Its journal entry as it ends with the account; `None` where another transaction ends it.
    pub ended: Option<OperationEntry>,
}

/// Users' documents.
pub trait Documents: Send + Sync {
    /// Reads one live document.
    fn get<'a>(&'a self, home_pool: &'a Fqdn, key: &'a DocumentKey)
    -> Answer<'a, Option<Document>>;

    /// The live documents of one owner, by kind and key; of one kind when it is given.
    fn list(&self, home_pool: &Fqdn, owner: &str, kind: Option<DocumentKind>) -> Rows<Document>;

    /// Writes, all or none, through the write gate; positions in the order of the writes.
    fn put_many(&self, writes: Vec<Write>) -> Answer<'_, Vec<Written>>;

    /// Writes what a user brings who moves to a home pool. From the account on the user is homed there and may write: what
    /// comes late, or twice, then changes nothing. Nothing is taken of a move that the journal does not have as running.
    ///
    /// Fails with [`super::Error::OperationUnknown`], [`super::Error::OperationEnded`], and with
    /// [`super::Error::HomedAlready`] when the user was homed there otherwise.
    fn move_in<'a>(
        &'a self,
        home_pool: &'a Fqdn,
        owner: &'a str,
        writes: Vec<Write>,
        by: MoveIn,
    ) -> Answer<'a, ()>;

    /// Ends a move that is rolled back, on the pool that the user was to move to: deletes what the user has brought, unless
    /// the user is homed there, together with the journal entry, in one transaction. Whatever comes of the move later is
    /// refused. Of a move that has ended here nothing changes.
    fn move_back<'a>(
        &'a self,
        home_pool: &'a Fqdn,
        owner: &'a str,
        journal: Option<OperationEntry>,
    ) -> Answer<'a, ()>;

    /// Deletes all documents of an owner through the write gate; how many there were.
    fn delete_owner<'a>(&'a self, home_pool: &'a Fqdn, owner: &'a str) -> Answer<'a, u64>;

    /// Makes one user read-only for the operation of the journal entry, which is written in the same transaction. The
    /// same operation again succeeds.
    fn lock_owner<'a>(
        &'a self,
        home_pool: &'a Fqdn,
        owner: &'a str,
        journal: OperationEntry,
    ) -> Answer<'a, ()>;

    /// Accepts the user's writes again, unless another operation holds the lock; with the operation's journal entry.
    fn unlock_owner<'a>(
        &'a self,
        home_pool: &'a Fqdn,
        owner: &'a str,
        journal: OperationEntry,
    ) -> Answer<'a, ()>;

    /// Ends a move on the pool that the user leaves: deletes all documents of the locked user, unlocks, and writes the
    /// operation's journal entry, in one transaction; how many documents there were.
    fn release_owner<'a>(
        &'a self,
        home_pool: &'a Fqdn,
        owner: &'a str,
        journal: OperationEntry,
    ) -> Answer<'a, u64>;

    /// Accounts by SIP address, of one home pool or of all that this node keeps. Memory does not grow with their number.
    fn accounts(&self, home_pool: Option<&Fqdn>) -> Rows<Account>;

    /// The accounts that a name may mean, in all home pools that this node keeps; at most `limit`.
    fn find_accounts<'a>(&'a self, name: &'a AccountName, limit: u32) -> Answer<'a, Vec<Account>>;

    /// How many accounts a home pool has.
    fn count_accounts<'a>(&'a self, home_pool: &'a Fqdn) -> Answer<'a, u64>;
}
