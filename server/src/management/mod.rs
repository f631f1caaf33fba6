//! The Central Management store: versioned documents with one master, a replica on every node.
//!
//! A publication is stored on the master (compare-and-put, so two administrators cannot overwrite each other unseen) and
//! pushed to every pool of the old and the new topology. Whoever was away sees in the next heartbeat that others have a
//! newer version, and fetches it.

mod nodes;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use bytes::Bytes;
use tandem::peer::v1 as wire;
use tandem_domain::backup::BackupServiceConfiguration;
use tandem_domain::identity::Fqdn;
use tandem_domain::topology::Topology;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::peer::wire::{moment, timestamp};
use crate::peer::{self, Peers};
use crate::store::{self, ManagementDocument, ManagementDocuments};

pub use nodes::{front_ends, names_a_node};

/// Name of the topology's document.
pub const TOPOLOGY: &str = "topology";
/// Name of the document with the settings of the Backup Service.
pub const BACKUP_SERVICE_CONFIGURATION: &str = "backup-service-configuration";
/// The documents that are distributed.
pub const DISTRIBUTED: [&str; 2] = [TOPOLOGY, BACKUP_SERVICE_CONFIGURATION];

/// Versions that a master which is lost may have published unseen, at most.
pub const VERSIONS_UNSEEN_MAX: u64 = 1_000;

/// Reads a topology document: the domain knows its forms.
pub type ReadTopology = fn(&[u8]) -> std::result::Result<Topology, String>;

/// Why a management document could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store failed, or has another version than expected.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The pool could not be asked.
    #[error(transparent)]
    Peer(#[from] peer::Error),
    /// `REPLICA` is stopped on this node.
    #[error("the Replica Replicator Agent (REPLICA) is stopped here, so no new version is taken")]
    ReplicaStopped,
    /// The document cannot be understood.
    #[error("the document \"{name}\" cannot be read: {reason}")]
    Unreadable {
        /// Its name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// The topology in force on this node.
#[derive(Clone, Debug)]
pub struct Published {
    /// Its version; 0 before the first publication.
    pub version: u64,
    /// What it says.
    pub topology: Arc<Topology>,
    /// The document as it was published; empty before the first publication.
    pub document: Bytes,
    /// When it was published.
    pub published: Option<SystemTime>,
    /// By whom.
    pub publisher: String,
}

/// How a pool took a publication.
#[derive(Debug)]
pub struct Delivery {
    /// The pool.
    pub pool: Fqdn,
    /// Whether it has it now. A pool that has not fetches it when it hears of it.
    pub outcome: std::result::Result<(), peer::Error>,
}

/// This node's replica of the Central Management store. Clones share it.
#[derive(Clone)]
pub struct Management {
    inner: Arc<Inner>,
}

struct Inner {
    pool: Fqdn,
    store: Arc<dyn ManagementDocuments>,
    peers: Peers,
    read_topology: ReadTopology,
    topology: watch::Sender<Published>,
    configuration: watch::Sender<BackupServiceConfiguration>,
    agents: OnceLock<Agents>,
}

/// Tells whether a Windows service runs on this node.
pub type IsActive = Arc<dyn Fn() -> bool + Send + Sync>;

/// The Windows services that carry documents between nodes.
struct Agents {
    /// `REPLICA`: takes documents.
    replica: IsActive,
    /// `MASTER`: hands them out.
    master: IsActive,
}

impl fmt::Debug for Management {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Management")
            .field("pool", &self.inner.pool)
            .finish_non_exhaustive()
    }
}

impl Management {
    /// Reads what this node has.
    ///
    /// # Errors
    /// When the store fails or a stored document cannot be understood.
    pub async fn open(
        pool: Fqdn,
        store: Arc<dyn ManagementDocuments>,
        peers: Peers,
        read_topology: ReadTopology,
    ) -> Result<Self, Error> {
        let nothing = Published {
            version: 0,
            topology: Arc::default(),
            document: Bytes::new(),
            published: None,
            publisher: String::new(),
        };
        let management = Self {
            inner: Arc::new(Inner {
                pool,
                store,
                peers,
                read_topology,
                topology: watch::Sender::new(nothing),
                configuration: watch::Sender::default(),
                agents: OnceLock::new(),
            }),
        };
        for name in DISTRIBUTED {
            if let Some(document) = management.inner.store.get(name).await? {
                management.take_effect(&document)?;
            }
        }
        Ok(management)
    }

    /// Lets two Windows services rule: `REPLICA` over taking documents of other nodes, `MASTER` over handing them out.
    /// Both run until this is called; the first call stands.
    pub fn obey(&self, replica: IsActive, master: IsActive) {
        self.inner.agents.get_or_init(|| Agents { replica, master });
    }

    fn replica_runs(&self) -> bool {
        self.inner
            .agents
            .get()
            .is_none_or(|agents| (agents.replica)())
    }

    fn master_runs(&self) -> bool {
        self.inner
            .agents
            .get()
            .is_none_or(|agents| (agents.master)())
    }

    /// The topology in force.
    #[must_use]
    pub fn topology(&self) -> Published {
        self.inner.topology.borrow().clone()
    }

    /// Follows the topology.
    #[must_use]
    pub fn watch_topology(&self) -> watch::Receiver<Published> {
        self.inner.topology.subscribe()
    }

    /// The settings of the Backup Service in force.
    #[must_use]
    pub fn backup_configuration(&self) -> BackupServiceConfiguration {
        self.inner.configuration.borrow().clone()
    }

    /// Follows the settings of the Backup Service.
    #[must_use]
    pub fn watch_backup_configuration(&self) -> watch::Receiver<BackupServiceConfiguration> {
        self.inner.configuration.subscribe()
    }

    /// The partner of this node's pool, by the topology in force.
    #[must_use]
    pub fn partner(&self) -> Option<Fqdn> {
        let published = self.inner.topology.borrow();
        published
            .topology
            .backup_of(&self.inner.pool)
            .map(|pool| pool.fqdn.clone())
    }

    /// The pool that the active Central Management store is on. Before the first publication nobody is.
    #[must_use]
    pub fn master(&self) -> Option<Fqdn> {
        let published = self.inner.topology.borrow();
        published
            .topology
            .central_management_pools()
            .next()
            .map(|pool| pool.fqdn.clone())
    }

    /// The pools that documents are taken from: those of the Central Management store, active and standby, and the partner,
    /// which has what this pool has missed. `None` before the first publication: then from any that the configuration names.
    #[must_use]
    pub fn sources(&self) -> Option<BTreeSet<Fqdn>> {
        let published = self.inner.topology.borrow();
        if published.version == 0 {
            return None;
        }
        Some(nodes::sources(&published.topology, &self.inner.pool))
    }

    /// The other Front End pools of the topology.
    #[must_use]
    pub fn other_pools(&self) -> BTreeSet<Fqdn> {
        let published = self.inner.topology.borrow();
        front_ends(&published.topology)
            .filter(|pool| *pool != self.inner.pool)
            .collect()
    }

    /// A document as it is here.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn get(&self, name: &str) -> Result<Option<ManagementDocument>, Error> {
        Ok(self.inner.store.get(name).await?)
    }

    /// Versions of the distributed documents, as heartbeats tell them.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn versions(&self) -> Result<BTreeMap<String, u64>, Error> {
        let mut versions: BTreeMap<String, u64> =
            self.inner.store.versions().await?.into_iter().collect();
        versions.retain(|name, _| DISTRIBUTED.contains(&name.as_str()));
        Ok(versions)
    }

    /// Publishes the next version of a document from this node: stores it when `expected` is still the newest (0: none),
    /// then pushes it to all pools of the topologies before and after.
    ///
    /// # Errors
    /// When somebody else has published meanwhile, the body cannot be understood, or the store fails. Pools that could
    /// not be reached are no error: they are told in the answer, and fetch it later.
    pub async fn publish(
        &self,
        name: &str,
        body: Bytes,
        expected: u64,
        publisher: &str,
        now: SystemTime,
    ) -> Result<(u64, Vec<Delivery>), Error> {
        let next = (expected, expected + 1);
        self.publish_as(name, body, next, publisher, now).await
    }

    /// Publishes a topology in the place of a master that is lost. It wins over the versions that the master may have
    /// published unseen.
    ///
    /// # Errors
    /// As [`Self::publish`].
    pub async fn take_over(
        &self,
        body: Bytes,
        expected: u64,
        publisher: &str,
        now: SystemTime,
    ) -> Result<(u64, Vec<Delivery>), Error> {
        let next = (expected, expected + VERSIONS_UNSEEN_MAX);
        self.publish_as(TOPOLOGY, body, next, publisher, now).await
    }

    async fn publish_as(
        &self,
        name: &str,
        body: Bytes,
        (expected, version): (u64, u64),
        publisher: &str,
        now: SystemTime,
    ) -> Result<(u64, Vec<Delivery>), Error> {
        let document = ManagementDocument {
            name: name.to_owned(),
            version,
            body,
            published: now,
            publisher: publisher.to_owned(),
        };
        self.understand(&document)?;
        let mut pools = self.other_pools();
        let version = self
            .inner
            .store
            .put(document.clone(), Some(expected))
            .await?;
        self.take_effect(&document)?;
        pools.extend(self.other_pools());
        Ok((version, self.push(&document, pools).await))
    }

    /// Stores a document that another pool sent, when it is newer than what is here (or, with `expected`, when that
    /// version is here). Answers the newest version here.
    ///
    /// # Errors
    /// When the body cannot be understood, the expectation fails, or the store fails.
    pub async fn accept(
        &self,
        document: ManagementDocument,
        expected: Option<u64>,
    ) -> Result<u64, Error> {
        if !self.replica_runs() {
            return Err(Error::ReplicaStopped);
        }
        self.understand(&document)?;
        let version = self.inner.store.put(document.clone(), expected).await?;
        if version == document.version {
            self.take_effect(&document)?;
        }
        Ok(version)
    }

    /// Fetches from `pool` every document that it has in a newer version than this node, when it is one to take them from.
    ///
    /// # Errors
    /// When the pool cannot be asked, or what it sends cannot be taken.
    pub async fn catch_up(&self, pool: &Fqdn, theirs: &BTreeMap<String, u64>) -> Result<(), Error> {
        let is_source = self.sources().is_none_or(|sources| sources.contains(pool));
        if !self.replica_runs() || !is_source {
            return Ok(());
        }
        let ours = self.versions().await?;
        for (name, version) in theirs {
            let is_newer = *version > ours.get(name).copied().unwrap_or(0);
            if !is_newer || !DISTRIBUTED.contains(&name.as_str()) {
                continue;
            }
            let request = wire::GetManagementDocumentRequest { name: name.clone() };
            let answer = self
                .inner
                .peers
                .to(pool)?
                .get_management_document(request)
                .await?;
            if let Some(document) = answer.document {
                self.accept(from_message(document), None).await?;
            }
        }
        Ok(())
    }

    /// Sends every distributed document to `pool`, which keeps what is newer; the number of documents.
    ///
    /// # Errors
    /// When the pool cannot be reached or the store fails.
    pub async fn ship(&self, pool: &Fqdn) -> Result<u64, Error> {
        let mut shipped = 0;
        for name in DISTRIBUTED {
            if let Some(document) = self.inner.store.get(name).await? {
                self.send(pool, &document).await?;
                shipped += 1;
            }
        }
        Ok(shipped)
    }

    async fn push(&self, document: &ManagementDocument, pools: BTreeSet<Fqdn>) -> Vec<Delivery> {
        let mut calls = JoinSet::new();
        for pool in pools {
            let (management, document) = (self.clone(), document.clone());
            calls.spawn(async move {
                let outcome = management.send(&pool, &document).await;
                Delivery { pool, outcome }
            });
        }
        let mut deliveries = calls.join_all().await;
        deliveries.sort_by(|a, b| a.pool.cmp(&b.pool));
        deliveries
    }

    async fn send(&self, pool: &Fqdn, document: &ManagementDocument) -> Result<(), peer::Error> {
        if !self.master_runs() {
            return Err(peer::Error::Refused {
                pool: self.inner.pool.clone(),
                id: "MasterNotActive".to_owned(),
                message: "the Master Replicator Agent (MASTER) is stopped".to_owned(),
            });
        }
        let request = wire::PutManagementDocumentRequest {
            document: Some(to_message(document.clone())),
            expected_version: None,
        };
        self.inner
            .peers
            .to(pool)?
            .put_management_document(request)
            .await?;
        Ok(())
    }

    /// Whether a document can be put into force.
    fn understand(&self, document: &ManagementDocument) -> Result<Understood, Error> {
        let unreadable = |reason: String| Error::Unreadable {
            name: document.name.clone(),
            reason,
        };
        match document.name.as_str() {
            TOPOLOGY => (self.inner.read_topology)(&document.body)
                .map(|topology| Understood::Topology(Box::new(topology)))
                .map_err(unreadable),
            BACKUP_SERVICE_CONFIGURATION => serde_json::from_slice(&document.body)
                .map(|configuration| Understood::Configuration(Box::new(configuration)))
                .map_err(|error| unreadable(error.to_string())),
            _ => Err(unreadable("there is no document of that name".to_owned())),
        }
    }

    fn take_effect(&self, document: &ManagementDocument) -> Result<(), Error> {
        match self.understand(document)? {
            Understood::Topology(topology) => {
                let published = Published {
                    version: document.version,
                    topology: Arc::from(topology),
                    document: document.body.clone(),
                    published: Some(document.published),
                    publisher: document.publisher.clone(),
                };
                self.inner.topology.send_if_modified(|current| {
                    let is_newer = published.version > current.version;
                    if is_newer {
                        *current = published;
                    }
                    is_newer
                });
            }
            Understood::Configuration(configuration) => {
                self.inner.configuration.send_if_modified(|current| {
                    let is_other = *current != *configuration;
                    *current = *configuration;
                    is_other
                });
            }
        }
        Ok(())
    }
}

/// A document's body, understood.
enum Understood {
    Topology(Box<Topology>),
    Configuration(Box<BackupServiceConfiguration>),
}

/// A document as a message.
#[must_use]
pub fn to_message(document: ManagementDocument) -> wire::ManagementDocument {
    wire::ManagementDocument {
        name: document.name,
        version: document.version,
        body: document.body.into(),
        published: Some(timestamp(document.published)),
        publisher: document.publisher,
    }
}

/// A document from a message.
#[must_use]
pub fn from_message(message: wire::ManagementDocument) -> ManagementDocument {
    ManagementDocument {
        name: message.name,
        version: message.version,
        body: message.body.into(),
        published: moment(message.published),
        publisher: message.publisher,
    }
}
