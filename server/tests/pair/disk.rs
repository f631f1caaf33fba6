//! A disk that is full from a chosen step of an operation on: what operations write is refused, as the store refuses it.

use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use tandem_domain::identity::Fqdn;
use tandem_server::store::{
    Adopted, Adoption, Answer, Error, HomePoolRecord, Journal, OperationEntry, OperationState,
    OwnershipStore, ServingUpdate, Stores, TermAppend,
};

/// The room on a node's disk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk(Arc<Mutex<Room>>);

#[derive(Debug, Default)]
struct Room {
    /// The step whose first write finds the disk full.
    fills_at: Option<&'static str>,
    is_full: bool,
    /// The step whose next write meets a fault of the program.
    panics_at: Option<&'static str>,
}

impl Disk {
    /// Fills when an operation that has come to `step` writes.
    pub(crate) fn fill_at(&self, step: &'static str) {
        self.0.lock().unwrap().fills_at = Some(step);
    }

    /// Has the next write of an operation that has come to `step` panic.
    pub(crate) fn panic_at(&self, step: &'static str) {
        self.0.lock().unwrap().panics_at = Some(step);
    }

    pub(crate) fn is_full(&self) -> bool {
        self.0.lock().unwrap().is_full
    }

    /// Makes room.
    pub(crate) fn clear(&self) {
        *self.0.lock().unwrap() = Room::default();
    }

    /// Puts the stores that operations write to on this disk.
    pub(crate) fn hold(&self, stores: &mut Stores) {
        stores.journal = Arc::new(OnDisk(self.clone(), stores.journal.clone()));
        stores.ownership = Arc::new(OnDisk(self.clone(), stores.ownership.clone()));
    }

    fn write<'a, T: Send + 'a>(
        &self,
        entry: Option<&OperationEntry>,
        write: impl FnOnce() -> Answer<'a, T>,
    ) -> Answer<'a, T> {
        let mut room = self.0.lock().unwrap();
        if let (Some(step), Some(entry)) = (room.fills_at, entry) {
            room.is_full |= entry.step == step;
        }
        if entry.is_some_and(|entry| {
            room.panics_at
                .take_if(|step| **step == *entry.step)
                .is_some()
        }) {
            drop(room);
            panic!("the test's fault");
        }
        if room.is_full {
            return async { Err(Error::DiskFull("no room".to_owned())) }.boxed();
        }
        write()
    }
}

/// A store on a disk.
struct OnDisk<S: ?Sized>(Disk, Arc<S>);

impl Journal for OnDisk<dyn Journal> {
    fn begin(&self, entry: OperationEntry) -> Answer<'_, Option<OperationEntry>> {
        self.0.write(Some(&entry.clone()), || self.1.begin(entry))
    }

    fn record(&self, entry: OperationEntry) -> Answer<'_, ()> {
        self.0.write(Some(&entry.clone()), || self.1.record(entry))
    }

    fn get<'a>(&'a self, id: &'a str) -> Answer<'a, Option<OperationEntry>> {
        self.1.get(id)
    }

    fn list(&self, state: Option<OperationState>, limit: u32) -> Answer<'_, Vec<OperationEntry>> {
        self.1.list(state, limit)
    }

    fn forget_old(&self, keep: u32) -> Answer<'_, u64> {
        self.1.forget_old(keep)
    }
}

impl OwnershipStore for OnDisk<dyn OwnershipStore> {
    fn keep<'a>(&'a self, home_pool: &'a Fqdn) -> Answer<'a, ()> {
        self.1.keep(home_pool)
    }

    fn list(&self) -> Answer<'_, Vec<HomePoolRecord>> {
        self.1.list()
    }

    fn get<'a>(&'a self, home_pool: &'a Fqdn) -> Answer<'a, Option<HomePoolRecord>> {
        self.1.get(home_pool)
    }

    fn update<'a>(
        &'a self,
        home_pool: &'a Fqdn,
        update: ServingUpdate,
        journal: Option<OperationEntry>,
    ) -> Answer<'a, ()> {
        self.0.write(journal.clone().as_ref(), || {
            self.1.update(home_pool, update, journal)
        })
    }

    fn append_term(&self, append: TermAppend) -> Answer<'_, ()> {
        self.0.write(append.journal.clone().first(), || {
            self.1.append_term(append)
        })
    }

    fn adopt(&self, adoption: Adoption) -> Answer<'_, Adopted> {
        self.0.write(None, || self.1.adopt(adoption))
    }
}
