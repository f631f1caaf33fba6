//! Terms, freezes and service flags of the home pools that a node keeps.

use std::time::SystemTime;

use tandem_domain::identity::Fqdn;
use tandem_domain::ownership::{Chain, Epoch, Position, Term};

use super::{Answer, OperationEntry};

/// What is durable about one home pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HomePoolRecord {
    /// The home pool.
    pub home_pool: Fqdn,
    /// Its terms.
    pub chain: Chain,
    /// The operation that has made it read-only here.
    pub frozen_by: Option<String>,
    /// Whether the services that serve its users run here.
    pub services_running: bool,
    /// The last sequence given out or imported.
    pub head: u64,
}

/// A change of what is durable about a home pool; `None` leaves as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServingUpdate {
    /// Read-only for an operation, or (`Some(None)`) writable again.
    pub frozen_by: Option<Option<String>>,
    /// Whether services run.
    pub services_running: Option<bool>,
}

/// A takeover, or its adoption by the pool that releases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermAppend {
    /// The home pool.
    pub home_pool: Fqdn,
    /// The epoch in force before; another one refuses the change.
    pub after: Epoch,
    /// The new term.
    pub term: Term,
    /// What else changes in the same transaction: the releasing pool thaws, for instance.
    pub serving: ServingUpdate,
    /// Journal entries that are written in the same transaction: of the operation, and of those that it ends.
    pub journal: Vec<OperationEntry>,
}

/// A winning history to adopt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adoption {
    /// The home pool.
    pub home_pool: Fqdn,
    /// The winning history.
    pub chain: Chain,
    /// The last position that both histories have: what stands here after it goes to salvage.
    pub common: Position,
    /// Id for the salvage bundle, should one be needed.
    pub bundle_id: String,
    /// When the divergence was found.
    pub found: SystemTime,
}

/// What an adoption did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adopted {
    /// The salvage bundle, when there was anything to keep.
    pub bundle_id: Option<String>,
    /// Writes kept in it.
    pub records: u64,
}

/// Who serves which home pool, durable.
pub trait OwnershipStore: Send + Sync {
    /// Begins to keep a home pool, with the chain of a new pool and running services. Nothing happens when it is kept.
    fn keep<'a>(&'a self, home_pool: &'a Fqdn) -> Answer<'a, ()>;

    /// All home pools that are kept.
    fn list(&self) -> Answer<'_, Vec<HomePoolRecord>>;

    /// One home pool.
    fn get<'a>(&'a self, home_pool: &'a Fqdn) -> Answer<'a, Option<HomePoolRecord>>;

    /// Freezes, thaws, starts or stops, together with a journal entry. When a freeze has been answered no write can
    /// follow it.
    fn update<'a>(
        &'a self,
        home_pool: &'a Fqdn,
        update: ServingUpdate,
        journal: Option<OperationEntry>,
    ) -> Answer<'a, ()>;

    /// Appends a term. The same last term again succeeds and only writes the rest. When the term makes the other pool the
    /// owner, this copy's watermarks become the term's base: it holds everything before. A term that claims more than this
    /// copy holds is [`super::Error::Incomplete`].
    fn append_term(&self, append: TermAppend) -> Answer<'_, ()>;

    /// Adopts a winning history in one transaction: what stands here after the common position becomes a salvage bundle,
    /// its keys become *wanted*, watermarks and head fall to the common position, digests follow.
    fn adopt(&self, adoption: Adoption) -> Answer<'_, Adopted>;
}
