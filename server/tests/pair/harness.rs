//! Two nodes in one process: real stores in temporary folders, real connections over loopback, and a link between them
//! that can be cut. TLS is the assembly's; the tests with whole processes cover it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tandem::peer::v1 as wire;
use tandem_domain::backup::{BackupModule, DocumentKind};
use tandem_domain::identity::Fqdn;
use tandem_domain::ownership::{Epoch, QuarantineReason, WhenPartnerUnreachable};
use tandem_domain::plan::Decision;
use tandem_domain::request::{FailBackRequest, FailOverRequest};
use tandem_domain::topology::Document as TopologyDocument;
use tandem_server::backup::Backup;
use tandem_server::management::{Management, TOPOLOGY};
use tandem_server::operation::fault::Faults;
use tandem_server::operation::progress::{Heard, Outcome};
use tandem_server::operation::{Error, MoveRequest, Operations, Order, Started};
use tandem_server::ownership::Ownership;
use tandem_server::peer::service::{Answers, Forwarded, Parts, server};
use tandem_server::peer::{Deadlines, Exchange, Peers};
use tandem_server::store::sqlite::{self, SqliteOptions};
use tandem_server::store::{
    self, ContentHash, ContentReference, DocumentKey, OperationEntry, Stores, Write,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::transport::Server;
use tonic::{Request, Response, Status, Streaming};

use crate::disk::Disk;
use crate::network::Network;

const HEARTBEAT: Duration = Duration::from_millis(100);

const DEADLINES: Deadlines = Deadlines {
    question: Duration::from_secs(2),
    step: Duration::from_secs(5),
    transfer: Duration::from_secs(20),
};

pub(crate) const TOPOLOGY_DOCUMENT: &str = include_str!("topology.toml");

pub(crate) fn fqdn(text: &str) -> Fqdn {
    Fqdn::parse(text).unwrap()
}

pub(crate) fn pool1() -> Fqdn {
    fqdn("pool1.contoso.com")
}

pub(crate) fn pool2() -> Fqdn {
    fqdn("pool2.contoso.com")
}

struct NothingForwarded;

#[tonic::async_trait]
impl Forwarded for NothingForwarded {
    async fn run(
        self: Arc<Self>,
        _request: Request<Streaming<wire::ForwardRequest>>,
    ) -> Result<Response<Answers<wire::ForwardResponse>>, Status> {
        Err(Status::unimplemented("the tests forward nothing"))
    }
}

/// One node, running.
pub(crate) struct Node {
    pub pool: Fqdn,
    pub stores: Stores,
    pub management: Management,
    pub ownership: Ownership,
    pub exchange: Exchange,
    pub backup: Backup,
    pub backup_runs: Arc<AtomicBool>,
    pub operations: Operations,
    pub disk: Disk,
    stop: CancellationToken,
    ends: Vec<tokio::task::JoinHandle<()>>,
}

impl Node {
    pub(crate) async fn start(pool: Fqdn, folder: PathBuf, network: &Network) -> Self {
        let options = SqliteOptions {
            folder,
            own_pool: pool.clone(),
        };
        let (mut stores, writer) = open(&options).await;
        let disk = Disk::default();
        disk.hold(&mut stores);
        let stop = CancellationToken::new();
        let ends = vec![tokio::spawn(writer.run())];
        let peers = Peers::new(Box::new(network.of(&pool)), DEADLINES);
        let policy = WhenPartnerUnreachable::Quarantine;
        let ownership = Ownership::open(pool.clone(), &stores, policy)
            .await
            .unwrap();
        let management = Management::open(
            pool.clone(),
            stores.management.clone(),
            peers.clone(),
            read_topology,
        )
        .await
        .unwrap();
        let exchange = Exchange::open(
            stores.clone(),
            ownership.clone(),
            management.clone(),
            peers.clone(),
        )
        .await
        .unwrap();
        let backup_runs = Arc::new(AtomicBool::new(true));
        let runs = backup_runs.clone();
        let backup = Backup::new(
            stores.clone(),
            ownership.clone(),
            management.clone(),
            peers.clone(),
            Arc::new(move || runs.load(Ordering::SeqCst)),
        );
        let operations = Operations::new(
            stores.clone(),
            ownership.clone(),
            management.clone(),
            exchange.clone(),
            backup.clone(),
            peers,
            Faults::default(),
        );
        let mut node = Self {
            pool,
            stores,
            management,
            ownership,
            exchange,
            backup,
            backup_runs,
            operations,
            disk,
            stop,
            ends,
        };
        node.listen(network).await;
        node.work();
        node
    }

    /// Answers the other node.
    async fn listen(&mut self, network: &Network) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        network.place(self.pool.clone(), listener.local_addr().unwrap());
        let service = server(Parts {
            stores: self.stores.clone(),
            ownership: self.ownership.clone(),
            exchange: self.exchange.clone(),
            backup: self.backup.clone(),
            operations: self.operations.clone(),
            management: self.management.clone(),
            forwarded: Arc::new(NothingForwarded),
        });
        let stopped = self.stop.clone();
        let incoming = network.incoming(listener);
        self.ends.push(tokio::spawn(async move {
            let server = Server::builder().add_service(service);
            server
                .serve_with_incoming_shutdown(incoming, stopped.cancelled_owned())
                .await
                .unwrap();
        }));
    }

    /// Starts what the node does without being asked.
    fn work(&mut self) {
        let (beating, stopped) = (self.exchange.clone(), self.stop.clone());
        self.ends.push(tokio::spawn(async move {
            beating.run(HEARTBEAT, stopped).await;
        }));
        let (backing, stopped) = (self.backup.clone(), self.stop.clone());
        self.ends
            .push(tokio::spawn(async move { backing.run(stopped).await }));
        let (resolving, stopped) = (self.operations.clone(), self.stop.clone());
        self.ends
            .push(tokio::spawn(async move { resolving.run(stopped).await }));
    }

    /// Ends the node's tasks where they stand; nothing is told to anybody.
    pub(crate) async fn kill(self) {
        self.stop.cancel();
        for end in self.ends.into_iter().skip(1) {
            end.abort();
            let _ = end.await;
        }
        // The writer ends when the last handle is gone; what it had acknowledged is durable.
    }

    pub(crate) async fn publish(&self) {
        let body = Bytes::from_static(TOPOLOGY_DOCUMENT.as_bytes());
        self.management
            .publish(TOPOLOGY, body, 0, "test", SystemTime::now())
            .await
            .unwrap();
    }

    pub(crate) async fn put(
        &self,
        home: &Fqdn,
        owner: &str,
        key: &str,
        body: &str,
    ) -> store::Result<u64> {
        let written = self
            .stores
            .documents
            .put_many(vec![contact(home, owner, key, body)])
            .await?;
        Ok(written[0].position.sequence)
    }

    /// Puts what has to be accepted.
    pub(crate) async fn keep(&self, home: &Fqdn, owner: &str, key: &str, body: &str) {
        self.put(home, owner, key, body).await.unwrap();
    }

    /// Deletes what has been put.
    pub(crate) async fn delete(&self, home: &Fqdn, owner: &str, key: &str) {
        let gone = Write {
            delete: true,
            ..contact(home, owner, key, "")
        };
        self.stores.documents.put_many(vec![gone]).await.unwrap();
    }

    /// Has the Backup Service send the other node all that it lacks.
    pub(crate) async fn sync(&self) {
        self.backup.sync(&BackupModule::ALL).await.unwrap();
    }

    /// The epoch that it knows of a home pool.
    pub(crate) fn epoch(&self, home: &Fqdn) -> Option<Epoch> {
        Some(self.ownership.get(home)?.chain.epoch())
    }

    /// Why it does not know whether it may serve a home pool.
    pub(crate) fn quarantine(&self, home: &Fqdn) -> Option<QuarantineReason> {
        self.ownership.get(home)?.quarantine
    }

    pub(crate) async fn read(&self, home: &Fqdn, owner: &str, key: &str) -> Option<String> {
        let key = DocumentKey {
            owner: owner.to_owned(),
            kind: DocumentKind::Contact,
            key: key.to_owned(),
        };
        let document = self.stores.documents.get(home, &key).await.unwrap()?;
        Some(String::from_utf8(document.body.to_vec()).unwrap())
    }

    pub(crate) async fn put_file(
        &self,
        home: &Fqdn,
        owner: &str,
        key: &str,
        bytes: &[u8],
    ) -> ContentHash {
        let mut upload = self.stores.contents.receive(1 << 30, None).await.unwrap();
        for piece in bytes.chunks(100_000) {
            upload.append(Bytes::copy_from_slice(piece)).await.unwrap();
        }
        let stored = upload.finish().await.unwrap();
        let write = Write {
            home_pool: home.clone(),
            key: DocumentKey {
                owner: owner.to_owned(),
                kind: DocumentKind::ConferenceContent,
                key: key.to_owned(),
            },
            body: Bytes::from_static(b"{}"),
            content: Some(ContentReference {
                hash: stored.hash,
                length: stored.length,
            }),
            expected_version: None,
            delete: false,
        };
        self.stores.documents.put_many(vec![write]).await.unwrap();
        stored.hash
    }

    /// Runs a move to its end, as its cmdlet does: plan, show, start, watch.
    pub(crate) async fn run(&self, request: MoveRequest) -> Result<OperationEntry, Error> {
        self.run_as(request, None).await
    }

    pub(crate) async fn run_as(
        &self,
        request: MoveRequest,
        id: Option<String>,
    ) -> Result<OperationEntry, Error> {
        let (id, mut watcher) = match self.start_move(request, id).await? {
            Started::Running { id, watcher } => (id, watcher),
            Started::Ended(entry) => return Ok(*entry),
        };
        let end = async {
            loop {
                match watcher.next().await {
                    Heard::Outcome(outcome) => return outcome,
                    Heard::Event(_) | Heard::Gauge(_) => {}
                }
            }
        };
        let _outcome: Outcome = tokio::time::timeout(Duration::from_secs(30), end)
            .await
            .expect("the operation ends");
        Ok(self.operations.entry(&id).await?.unwrap())
    }

    /// Begins a move; its id, while it runs.
    pub(crate) async fn begin(&self, request: MoveRequest) -> String {
        match self.start_move(request, None).await.unwrap() {
            Started::Running { id, .. } => id,
            Started::Ended(entry) => panic!("it ended at once: {entry:?}"),
        }
    }

    async fn start_move(&self, request: MoveRequest, id: Option<String>) -> Result<Started, Error> {
        let (decision, _) = self.operations.plan(&request).await?;
        let shown = match decision {
            Decision::Run(plan) => plan.digest(),
            Decision::Resume { operation } => panic!("operation {operation} is open"),
        };
        let order = Order {
            id,
            request,
            shown,
            caller: "test".to_owned(),
            bytes: Bytes::new(),
        };
        self.operations.start(order).await
    }

    pub(crate) fn serves(&self, home: &Fqdn) -> bool {
        self.ownership
            .get(home)
            .is_some_and(|state| state.is_writable() && state.services_running)
    }
}

/// Opens the stores once the node that had them before has let go of its folder.
async fn open(options: &SqliteOptions) -> (Stores, sqlite::Writer) {
    for _ in 0..400 {
        match sqlite::open(options).await {
            Ok(opened) => return opened,
            Err(store::Error::Invalid(_)) => tokio::time::sleep(Duration::from_millis(25)).await,
            Err(error) => panic!("{error}"),
        }
    }
    panic!("{} is still in use", options.folder.display());
}

fn contact(home: &Fqdn, owner: &str, key: &str, body: &str) -> Write {
    Write {
        home_pool: home.clone(),
        key: DocumentKey {
            owner: owner.to_owned(),
            kind: DocumentKind::Contact,
            key: key.to_owned(),
        },
        body: Bytes::copy_from_slice(body.as_bytes()),
        content: None,
        expected_version: None,
        delete: false,
    }
}

fn read_topology(bytes: &[u8]) -> Result<tandem_domain::topology::Topology, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    TopologyDocument::read(text)
        .map(|document| document.topology)
        .map_err(|error| error.to_string())
}

/// Two paired nodes.
pub(crate) struct Pair {
    pub network: Network,
    pub folder: tempfile::TempDir,
    pub one: Node,
    pub two: Node,
}

impl Pair {
    pub(crate) async fn start() -> Self {
        let network = Network::default();
        let folder = tempfile::tempdir().unwrap();
        let one = Node::start(pool1(), folder.path().join("one"), &network).await;
        let two = Node::start(pool2(), folder.path().join("two"), &network).await;
        one.publish().await;
        // Before the first publication nobody knows the other: it is handed over as Publish-CsTopology does.
        let pair = Self {
            network,
            folder,
            one,
            two,
        };
        pair.settled().await;
        pair
    }

    pub(crate) async fn settled(&self) {
        eventually(
            "both pools serve their own users and know each other",
            || async {
                [&self.one, &self.two].iter().all(|node| {
                    [pool1(), pool2()].iter().all(|home| {
                        let known = node.ownership.get(home);
                        known.is_some_and(|state| state.quarantine.is_none())
                    })
                })
            },
        )
        .await;
    }

    /// Cuts the nodes off from each other, until pool2 has noticed.
    pub(crate) async fn part(&self) {
        self.network.cut();
        eventually("pool2 misses pool1", || async {
            !self.two.exchange.board().view(&pool1()).answers
        })
        .await;
    }

    /// Waits until a heartbeat has told pool2 of everything that pool1 has written.
    pub(crate) async fn told_of_all(&self) {
        let written = self.one.stores.change_log.head(&pool1()).await.unwrap();
        eventually("pool2 knows how far pool1 is", || async {
            let heard = self.two.exchange.board().view(&pool1()).last;
            heard.is_some_and(|(report, _)| {
                let heads = report
                    .heads
                    .iter()
                    .filter(|((home, _), _)| *home == pool1());
                heads.map(|(_, head)| head.sequence).max() == Some(written)
            })
        })
        .await;
    }
}

/// Waits until something holds.
pub(crate) async fn eventually<F, R>(what: &str, mut holds: F)
where
    F: FnMut() -> R,
    R: Future<Output = bool>,
{
    for _ in 0..400 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("it does not come about that {what}");
}

pub(crate) fn fail_over(pool: Fqdn) -> MoveRequest {
    MoveRequest::FailOver(FailOverRequest::planned(pool))
}

pub(crate) fn fail_over_disaster(pool: Fqdn) -> MoveRequest {
    MoveRequest::FailOver(FailOverRequest::disaster(pool))
}

pub(crate) fn fail_back(pool: Fqdn) -> MoveRequest {
    MoveRequest::FailBack(FailBackRequest::planned(pool))
}

pub(crate) fn fail_back_disaster(pool: Fqdn) -> MoveRequest {
    MoveRequest::FailBack(FailBackRequest::disaster(pool))
}
