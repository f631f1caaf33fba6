//! Salvage: what a history that lost had acknowledged, kept until an administrator has looked at it.

use std::time::SystemTime;

use tandem_domain::identity::Fqdn;
use tandem_domain::ownership::Epoch;

use super::{Answer, Document, DocumentKey, Error, Result, Stores};

/// How often salvage is applied anew because somebody wrote meanwhile.
const TRIES: usize = 10;

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

/// Applies salvaged writes where the users are served. Documents that were written again in a later term than the salvage
/// stay as they are, unless `overwrite`; their keys are the answer. Nobody's write comes between the look and the write.
///
/// # Errors
/// When the write gate or the store refuses; nothing has been applied then.
pub async fn apply_salvaged(
    stores: &Stores,
    home: &Fqdn,
    documents: Vec<Document>,
    overwrite: bool,
) -> Result<Vec<DocumentKey>> {
    let mut tries = 0;
    loop {
        let keys = documents.iter().map(|document| document.key.clone());
        let current = stores.change_log.current(home.clone(), keys.collect());
        let (mut writes, mut changed) = (Vec::new(), Vec::new());
        for (document, now) in documents.iter().zip(current.await?) {
            if !overwrite && has_changed(document, &now) {
                changed.push(now.key);
                continue;
            }
            let mut write = document.clone().into_write(home.clone());
            let version = if now.deleted { 0 } else { now.version };
            write.expected_version = (!overwrite).then_some(version);
            writes.push(write);
        }
        tries += 1;
        match stores.documents.put_many(writes).await {
            Err(Error::VersionConflict { .. }) if tries < TRIES => {}
            applied => return applied.map(|_| changed),
        }
    }
}

/// Whether a document was written again in a later term than the salvaged write, by what is known `now`.
#[must_use]
pub fn has_changed(salvaged: &Document, now: &Document) -> bool {
    // Version 0 stands for a document that the serving pool never had.
    now.version > 0 && now.position.epoch > salvaged.position.epoch
}
