//! The Backup Service: keeps the other pool's copy of the users that this pool serves in step.
//!
//! Each home pool that this pool owns is exported to the other pool of the pair, module by module. The receiver's
//! watermark is the only truth: a cycle asks for it, ships what comes after it, and may be interrupted at any point.
//! Cycles run every `SyncInterval`, and when an administrator or an operation asks; a write does not start one.

pub(crate) mod content;
mod cycle;
mod drive;
mod lost;
mod service;
mod status;
pub(crate) mod wire;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex as StdMutex};

use tandem_domain::backup::BackupModule;
use tandem_domain::identity::Fqdn;
use tokio::sync::{Mutex, Notify};

use crate::management::{self, Management};
use crate::ownership::Ownership;
use crate::peer::{self, Peers};
use crate::store::{self, Stores};

pub use cycle::{Extent, Shipped};
pub use drive::{Drive, DriveError, Progress};
pub use lost::{Loss, LostFile};
pub use service::Synced;
pub use status::ModuleStatus;
pub use wire::{document, document_key, from_document, from_document_key};

/// The error id of a conference file that is lost.
pub const FILE_LOST: &str = "ConferenceFileLost";

/// Why a cycle did not complete.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `LYNCBACKUP` is stopped on this node.
    #[error("the Backup Service (LYNCBACKUP) is stopped on pool \"{pool}\"")]
    NotActive {
        /// The pool.
        pool: Fqdn,
    },
    /// The topology gives this pool no backup pool.
    #[error("pool \"{pool}\" has no backup pool")]
    NotPaired {
        /// The pool.
        pool: Fqdn,
    },
    /// The other pool serves these users: it exports them.
    #[error(
        "pool \"{pool}\" does not serve the users of pool \"{home}\", so it has nothing of theirs to export"
    )]
    NotOwner {
        /// This pool.
        pool: Fqdn,
        /// The home pool.
        home: Fqdn,
    },
    /// The other pool could not be reached or refused.
    #[error(transparent)]
    Peer(#[from] peer::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A management document could not be shipped.
    #[error(transparent)]
    Management(management::Error),
    /// A conference file that was to be sent is lost.
    #[error("{0}")]
    FileLost(Box<LostFile>),
}

impl Error {
    /// The stable error id.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::NotActive { .. } => "BackupServiceNotActive",
            Self::NotPaired { .. } => "PoolNotPaired",
            Self::NotOwner { .. } => "PoolNotServing",
            Self::Peer(error) => error.id(),
            Self::Store(error) => error.id(),
            Self::Management(_) => "ManagementDocumentNotShipped",
            Self::FileLost(_) => FILE_LOST,
        }
    }
}

impl From<management::Error> for Error {
    fn from(error: management::Error) -> Self {
        match error {
            management::Error::Peer(error) => Self::Peer(error),
            management::Error::Store(error) => Self::Store(error),
            other @ (management::Error::Unreadable { .. } | management::Error::ReplicaStopped) => {
                Self::Management(other)
            }
        }
    }
}

/// Tells whether `LYNCBACKUP` runs on this node.
pub type IsActive = Arc<dyn Fn() -> bool + Send + Sync>;

/// The Backup Service of this node. Clones share it.
#[derive(Clone)]
pub struct Backup {
    inner: Arc<Inner>,
}

/// One lock per home pool and module.
type Turns = BTreeMap<(Fqdn, BackupModule), Arc<Mutex<()>>>;

struct Inner {
    pool: Fqdn,
    stores: Stores,
    ownership: Ownership,
    management: Management,
    peers: Peers,
    is_active: IsActive,
    /// What is known of each module, by home pool. The Central Management store stands under this node's pool.
    modules: StdMutex<BTreeMap<(Fqdn, BackupModule), status::Record>>,
    /// Conference files that both pools have lost, by home pool.
    lost: StdMutex<BTreeMap<Fqdn, lost::LostFiles>>,
    /// One cycle at a time per home pool and module.
    turns: StdMutex<Turns>,
    /// Starts a round of cycles before the interval has passed.
    wake: Notify,
}

impl fmt::Debug for Backup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backup")
            .field("pool", &self.inner.pool)
            .finish_non_exhaustive()
    }
}

impl Backup {
    /// The Backup Service of the node that `ownership` belongs to.
    #[must_use]
    pub fn new(
        stores: Stores,
        ownership: Ownership,
        management: Management,
        peers: Peers,
        is_active: IsActive,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                pool: ownership.pool().clone(),
                stores,
                ownership,
                management,
                peers,
                is_active,
                modules: StdMutex::default(),
                lost: StdMutex::default(),
                turns: StdMutex::default(),
                wake: Notify::new(),
            }),
        }
    }

    /// Whether `LYNCBACKUP` runs on this node.
    #[must_use]
    pub fn is_active(&self) -> bool {
        (self.inner.is_active)()
    }

    /// Makes the service begin a round of cycles now.
    pub fn wake(&self) {
        self.inner.wake.notify_one();
    }

    /// The other pool of the pair.
    ///
    /// # Errors
    /// [`Error::NotPaired`] when the topology names none.
    pub fn partner(&self) -> Result<Fqdn, Error> {
        self.inner
            .management
            .partner()
            .ok_or_else(|| Error::NotPaired {
                pool: self.inner.pool.clone(),
            })
    }
}
