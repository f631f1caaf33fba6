//! The journal: what a node has begun, how far it is, and how it ended.

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use bytes::Bytes;
use tandem_domain::identity::Fqdn;

use super::Answer;

/// Whether an operation runs, or how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperationState {
    /// It runs, or was interrupted.
    Running,
    /// Its effects stand.
    Committed,
    /// Its effects are undone.
    RolledBack,
}

impl OperationState {
    /// The name on the wire and in the store.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Committed => "committed",
            Self::RolledBack => "rolled-back",
        }
    }
}

impl fmt::Display for OperationState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for OperationState {
    type Err = super::Error;
    fn from_str(text: &str) -> super::Result<Self> {
        [Self::Running, Self::Committed, Self::RolledBack]
            .into_iter()
            .find(|state| state.name() == text)
            .ok_or_else(|| super::Error::Invalid(format!("'{text}' is no state of an operation")))
    }
}

/// Why an operation was rolled back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationFailure {
    /// The error id.
    pub id: String,
    /// The message.
    pub message: String,
}

/// An operation in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationEntry {
    /// A UUID, chosen by the caller or by the node.
    pub id: String,
    /// The cmdlet.
    pub cmdlet: String,
    /// The home pool that it moves, when it moves one.
    pub home_pool: Option<Fqdn>,
    /// The request's bytes.
    pub request: Bytes,
    /// The plan's bytes.
    pub plan: Bytes,
    /// The digest of the plan.
    pub plan_digest: String,
    /// Who asked.
    pub caller: String,
    /// The coordinating pool.
    pub coordinator: Fqdn,
    /// Whether it runs.
    pub state: OperationState,
    /// The step reached.
    pub step: String,
    /// When it began.
    pub started: SystemTime,
    /// When it ended.
    pub ended: Option<SystemTime>,
    /// Why it was rolled back.
    pub failure: Option<OperationFailure>,
    /// The result's bytes, when it has one: the same id again answers with them.
    pub result: Bytes,
}

/// How many operations may be open at once, and are all looked at: the oldest may be the one that stands in the way.
pub const OPEN_OPERATIONS_MAX: u32 = 10_000;

/// Operations.
///
/// INVARIANT: an operation that has ended never changes its state again.
pub trait Journal: Send + Sync {
    /// Writes a new entry and answers `None`; when the id is known nothing is written and its entry is the answer.
    fn begin(&self, entry: OperationEntry) -> Answer<'_, Option<OperationEntry>>;

    /// Writes an entry, durable before the answer.
    ///
    /// Fails with [`super::Error::OperationEnded`] when the entry would change the state of an ended operation.
    fn record(&self, entry: OperationEntry) -> Answer<'_, ()>;

    /// One operation.
    fn get<'a>(&'a self, id: &'a str) -> Answer<'a, Option<OperationEntry>>;

    /// The newest first, at most `limit`; of one state when it is given.
    fn list(&self, state: Option<OperationState>, limit: u32) -> Answer<'_, Vec<OperationEntry>>;

    /// Forgets ended operations but the newest `keep`; how many.
    fn forget_old(&self, keep: u32) -> Answer<'_, u64>;
}
