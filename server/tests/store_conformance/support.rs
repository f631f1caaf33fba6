//! A node's stores in a temporary folder, and short words for what tests do with them.

use std::path::PathBuf;

use bytes::Bytes;
use futures_util::TryStreamExt;
use tandem_domain::backup::{BackupModule, DocumentKind};
use tandem_domain::identity::{Fqdn, SipUri};
use tandem_server::store::sqlite::{self, SqliteOptions};
use tandem_server::store::{
    Account, AccountDetails, Batch, ChangesQuery, Document, DocumentKey, Import, Stores, Write,
    Written,
};
use tempfile::TempDir;
use tokio::task::JoinHandle;

pub(crate) use tandem_domain::backup::BackupModule::{DataConf, PresenceFocus};

pub(crate) fn fqdn(name: &str) -> Fqdn {
    Fqdn::parse(name).unwrap()
}

pub(crate) fn pool1() -> Fqdn {
    fqdn("pool1.contoso.com")
}

pub(crate) fn pool2() -> Fqdn {
    fqdn("pool2.contoso.com")
}

/// A node: its stores, and the writer that runs for them.
pub(crate) struct Node {
    pub(crate) stores: Stores,
    pub(crate) folder: TempDir,
    own_pool: Fqdn,
    writer: JoinHandle<()>,
}

impl Node {
    /// A new node of a pool that keeps pool1 and pool2, out of quarantine.
    pub(crate) async fn new(own_pool: Fqdn) -> Self {
        let node = Self::open(tempfile::tempdir().unwrap(), own_pool).await;
        for home_pool in [pool1(), pool2()] {
            node.stores.ownership.keep(&home_pool).await.unwrap();
            node.stores.gate.release(&home_pool);
        }
        node
    }

    async fn open(folder: TempDir, own_pool: Fqdn) -> Self {
        let options = SqliteOptions {
            folder: folder.path().to_path_buf(),
            own_pool: own_pool.clone(),
        };
        let (stores, writer) = sqlite::open(&options).await.unwrap();
        Self {
            stores,
            folder,
            own_pool,
            writer: tokio::spawn(writer.run()),
        }
    }

    /// Closes the stores and opens them again, as a restart does; home pools are in quarantine afterwards.
    pub(crate) async fn reopened(self) -> Self {
        let Self {
            stores,
            folder,
            own_pool,
            writer,
        } = self;
        drop(stores);
        writer.await.unwrap();
        Self::open(folder, own_pool).await
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("tandem.sqlite")
    }

    pub(crate) async fn put(&self, writes: Vec<Write>) -> Vec<Written> {
        self.stores.documents.put_many(writes).await.unwrap()
    }

    pub(crate) async fn get(&self, home_pool: &Fqdn, key: &DocumentKey) -> Option<Document> {
        self.stores.documents.get(home_pool, key).await.unwrap()
    }

    pub(crate) async fn list(&self, home_pool: &Fqdn, owner: &str) -> Vec<Document> {
        self.stores
            .documents
            .list(home_pool, owner, None)
            .try_collect()
            .await
            .unwrap()
    }

    pub(crate) async fn changes(&self, module: BackupModule, after: u64, limit: u32) -> Batch {
        self.stores
            .change_log
            .changes(ChangesQuery {
                home_pool: pool1(),
                module,
                after,
                limit_documents: limit,
                limit_bytes: u64::MAX,
            })
            .await
            .unwrap()
    }

    /// Sends what `self` has of pool1 after the copy's watermark, in batches of `limit`, to a copy of the same history.
    pub(crate) async fn ship_to(&self, copy: &Self, limit: u32) {
        assert_eq!(self.ship(copy, limit).await, 0, "the copy is built anew");
    }

    /// The same to any copy; how often it asks for all of it again.
    pub(crate) async fn ship(&self, copy: &Self, limit: u32) -> usize {
        let epoch = self.chain(&pool1()).await.epoch();
        let mut rebuilt = 0;
        for module in [PresenceFocus, DataConf] {
            loop {
                let log = &copy.stores.change_log;
                let after = log.watermark(&pool1(), module).await.unwrap();
                let wanted = log.wanted(&pool1(), module, limit).await.unwrap();
                let batch = self.changes(module, after, limit).await;
                let reconciled = self
                    .stores
                    .change_log
                    .current(pool1(), wanted.keys)
                    .await
                    .unwrap();
                let import = Import {
                    home_pool: pool1(),
                    module,
                    epoch,
                    documents: batch.documents,
                    reconciled,
                    watermark: batch.watermark,
                    sum: batch.sum,
                    lost: Default::default(),
                };
                let is_refused = log.apply_import(import).await.unwrap() < batch.watermark;
                rebuilt += usize::from(is_refused);
                if batch.complete && !wanted.more && !is_refused {
                    break;
                }
            }
        }
        rebuilt
    }

    pub(crate) async fn chain(&self, home_pool: &Fqdn) -> tandem_domain::ownership::Chain {
        self.stores
            .ownership
            .get(home_pool)
            .await
            .unwrap()
            .unwrap()
            .chain
    }
}

pub(crate) fn key(owner: &str, kind: DocumentKind, key: &str) -> DocumentKey {
    DocumentKey {
        owner: owner.to_owned(),
        kind,
        key: key.to_owned(),
    }
}

pub(crate) fn contact(owner: &str, name: &str) -> DocumentKey {
    key(owner, DocumentKind::Contact, name)
}

pub(crate) fn write(key: DocumentKey, body: &str) -> Write {
    Write {
        home_pool: pool1(),
        key,
        body: Bytes::from(body.to_owned()),
        content: None,
        expected_version: None,
        delete: false,
    }
}

pub(crate) fn delete(key: DocumentKey) -> Write {
    Write {
        delete: true,
        ..write(key, "")
    }
}

pub(crate) fn account(home_pool: Fqdn, name: &str) -> Account {
    Account {
        home_pool,
        sip_address: SipUri::parse(&format!("sip:{name}@contoso.com")).unwrap(),
        details: AccountDetails {
            display_name: format!("User {name}"),
            sam_account_name: name.to_owned(),
            user_principal_name: format!("{name}@corp.contoso.com"),
            enabled: true,
            enterprise_voice_enabled: false,
        },
    }
}

pub(crate) fn account_write(account: &Account) -> Write {
    Write {
        home_pool: account.home_pool.clone(),
        body: account.body().unwrap(),
        ..write(account.key(), "")
    }
}
