//! The change log, as the Backup Service sees it: the documents themselves, in the order of their last writes.
//!
//! A home pool has one sequence. Each module reads *the last value per key after a watermark*, so the log never outgrows
//! the data. The receiver's watermark is the only truth about how far its copy is.

use std::collections::BTreeSet;
use std::time::SystemTime;

use tandem_domain::backup::{BackupModule, DocumentKind};
use tandem_domain::identity::Fqdn;
use tandem_domain::ownership::Epoch;

use super::{Answer, ContentHash, Document, DocumentKey};

/// Which changes to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangesQuery {
    /// The home pool.
    pub home_pool: Fqdn,
    /// The module.
    pub module: BackupModule,
    /// The watermark: changes after this sequence.
    pub after: u64,
    /// Most documents; at least 1 is read.
    pub limit_documents: u32,
    /// Bytes of bodies after which the batch ends; it holds at least one document when there is any.
    pub limit_bytes: u64,
}

/// Changes by rising sequence, the last value per key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The documents, tombstones among them.
    pub documents: Vec<Document>,
    /// The receiver's watermark once it has applied them. At the end of the log it is the home pool's head, also when
    /// the last writes were another module's: so quiet modules keep up.
    pub watermark: u64,
    /// Whether the batch reaches the head of the log.
    pub complete: bool,
    /// What the module's live documents amount to at the head, when the batch reaches it.
    pub sum: Option<ModuleSum>,
}

/// What the live documents of a module amount to: equal on both pools when the copies are equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModuleSum {
    /// How many there are.
    pub documents: u64,
    /// Sum of their hashes, as in [`ModuleDigest`].
    pub digest: u128,
}

/// What the partner does not have yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pending {
    /// Records by kind; kinds with none are left out.
    pub kinds: Vec<KindPending>,
    /// When the oldest of them was written.
    pub oldest: Option<SystemTime>,
    /// The home pool's head when they were counted.
    pub head: u64,
}

impl Pending {
    /// Records of all kinds.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.kinds.iter().map(|kind| kind.records).sum()
    }
}

/// Pending records of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindPending {
    /// The kind.
    pub kind: DocumentKind,
    /// Records.
    pub records: u64,
    /// Bytes of the contents that they stand for.
    pub bytes: u64,
}

/// Documents that this node wants from the owner again, although they are older than its watermark.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Their keys.
    pub keys: Vec<DocumentKey>,
    /// Whether there are more.
    pub more: bool,
}

/// A batch that the owner sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The home pool.
    pub home_pool: Fqdn,
    /// The module.
    pub module: BackupModule,
    /// The sender's epoch: it must be the last one known here.
    pub epoch: Epoch,
    /// Changes by rising sequence. Those at or below the watermark have been applied before and are passed over.
    pub documents: Vec<Document>,
    /// Answers to *wanted*: current values, or deletions of what the sender does not have.
    pub reconciled: Vec<Document>,
    /// The watermark after this batch; it never falls.
    pub watermark: u64,
    /// What the owner's documents amount to at that watermark, when the batch reaches the head of the log. A copy that has
    /// missed a deletion whose tombstone is gone, because its store is older than it was, is found out by this.
    pub sum: Option<ModuleSum>,
    /// Contents that the owner has lost: documents that name them are taken without them.
    pub lost: BTreeSet<ContentHash>,
}

/// Digest of one module's live documents: equal on both pools when the copies are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleDigest {
    /// The module.
    pub module: BackupModule,
    /// Live documents.
    pub documents: u64,
    /// Sum of the hashes of all live documents (key, version, body), modulo 2^128: the order of writes does not matter.
    pub digest: u128,
    /// The sequence up to which the copy is complete: the head where it is written, the watermark where it is imported.
    pub sequence: u64,
    /// Live documents by kind; kinds with none are left out.
    pub kinds: Vec<(DocumentKind, u64)>,
}

/// The change log. Modules are those that ship users' documents: another one is [`super::Error::Invalid`].
pub trait ChangeLog: Send + Sync {
    /// Reads changes after a watermark.
    fn changes(&self, query: ChangesQuery) -> Answer<'_, Batch>;

    /// The current values of these documents, or deletions with version 0: answers to *wanted*.
    fn current(&self, home_pool: Fqdn, keys: Vec<DocumentKey>) -> Answer<'_, Vec<Document>>;

    /// The last sequence given out or imported.
    fn head<'a>(&'a self, home_pool: &'a Fqdn) -> Answer<'a, u64>;

    /// The sequence up to which this copy holds every change: the head where it is written; where it is imported, the
    /// least of the modules' watermarks. A takeover begins its term here, so that nothing missing counts as contained.
    fn contiguous_head<'a>(&'a self, home_pool: &'a Fqdn) -> Answer<'a, u64>;

    /// Moves documents to the end of the log as they are, so that others get past them; those that are not at the sequence
    /// given any more stay where they are.
    fn postpone<'a>(
        &'a self,
        home_pool: &'a Fqdn,
        documents: Vec<(DocumentKey, u64)>,
    ) -> Answer<'a, ()>;

    /// Counts what stands after a watermark.
    fn pending<'a>(
        &'a self,
        home_pool: &'a Fqdn,
        module: BackupModule,
        after: u64,
    ) -> Answer<'a, Pending>;

    /// How far this node's copy is.
    fn watermark<'a>(&'a self, home_pool: &'a Fqdn, module: BackupModule) -> Answer<'a, u64>;

    /// How far the partner's copy was when it last said so.
    fn acknowledged<'a>(&'a self, home_pool: &'a Fqdn, module: BackupModule) -> Answer<'a, u64>;

    /// Remembers how far the partner's copy is.
    fn set_acknowledged<'a>(
        &'a self,
        home_pool: &'a Fqdn,
        module: BackupModule,
        sequence: u64,
    ) -> Answer<'a, ()>;

    /// Documents that this node wants again, at most `limit`.
    fn wanted<'a>(
        &'a self,
        home_pool: &'a Fqdn,
        module: BackupModule,
        limit: u32,
    ) -> Answer<'a, Wanted>;

    /// Applies a batch in one transaction with digests and watermark; the watermark, durable. When the copy ought to equal
    /// the owner's documents after it and does not, all of it is asked for again: then the watermark is 0.
    fn apply_import(&self, import: Import) -> Answer<'_, u64>;

    /// Removes tombstones that the partner has imported; how many.
    fn prune_tombstones<'a>(&'a self, home_pool: &'a Fqdn) -> Answer<'a, u64>;

    /// Digests of both modules. The cost does not depend on the number of documents.
    fn digest<'a>(&'a self, home_pool: &'a Fqdn) -> Answer<'a, Vec<ModuleDigest>>;
}
