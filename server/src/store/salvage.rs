//! Salvage: what a history that lost had acknowledged, kept until an administrator has looked at it.

use std::time::SystemTime;

use tandem_domain::identity::Fqdn;
use tandem_domain::ownership::Epoch;

use super::{Answer, Document};

/// One divergence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SalvageBundle {
    /// Its id: a UUID.
    pub id: String,
    /// The home pool.
    pub home_pool: Fqdn,
    /// The highest epoch among its writes.
    pub epoch: Epoch,
    /// When it was found.
    pub found: SystemTime,
    /// Writes in it.
    pub records: u64,
    /// Bytes of the contents that they stand for.
    pub bytes: u64,
    /// Writes that have been applied since.
    pub applied: u64,
}

/// One write of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SalvageItem {
    /// Its number in the bundle, from 1, by rising sequence.
    pub number: u64,
    /// The write.
    pub document: Document,
    /// When it was applied.
    pub applied: Option<SystemTime>,
}

/// Salvage bundles. A write that the owner's history turns out to contain leaves its bundle when it is imported.
pub trait SalvageStore: Send + Sync {
    /// All bundles, the newest first; of one home pool when it is given.
    fn bundles<'a>(&'a self, home_pool: Option<&'a Fqdn>) -> Answer<'a, Vec<SalvageBundle>>;

    /// Items after a number, at most `limit`.
    fn items<'a>(&'a self, bundle: &'a str, after: u64, limit: u32)
    -> Answer<'a, Vec<SalvageItem>>;

    /// Notes that items have been applied.
    fn mark_applied<'a>(
        &'a self,
        bundle: &'a str,
        numbers: Vec<u64>,
        when: SystemTime,
    ) -> Answer<'a, ()>;
}
