//! The node: serves one pool, hosts the cmdlets, keeps the pair in step.
//!
//! [`start`] is the one place that names a concrete store and starts the node's tasks.

pub mod backup;
pub mod cmdlets;
pub mod configuration;
pub mod dispatch;
mod essential;
pub mod frontend;
mod health;
mod housekeeping;
pub mod layers;
pub mod management;
pub mod node;
pub mod operation;
pub mod ownership;
pub mod peer;
pub mod shell_service;
pub mod store;
pub mod telemetry;
pub mod windows_services;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tandem_domain::topology::{Document, Topology};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::transport::Server;

use crate::backup::Backup;
use crate::configuration::Configuration;
use crate::dispatch::catalogue::Catalogue;
use crate::dispatch::dispatcher::Dispatcher;
use crate::dispatch::registry;
use crate::dispatch::typed::Typed;
use crate::essential::Essential;
use crate::frontend::FrontEnd;
use crate::layers::access::{Access, IsOurs};
use crate::layers::around::Around;
use crate::layers::dial::Dial;
use crate::layers::listener;
use crate::layers::observe::Observe;
use crate::layers::tls::{self, Certificates};
use crate::management::Management;
use crate::node::Node;
use crate::operation::Operations;
use crate::operation::fault::Faults;
use crate::ownership::Ownership;
use crate::peer::{Deadlines, Exchange, Peers};
use crate::shell_service::Shell;
use crate::store::Stores;
use crate::store::sqlite::{self, SqliteOptions};
use crate::windows_services::{Service, WindowsServices};

/// How often an idle connection is asked whether its caller still stands, and how long the answer may take.
const KEEP_ALIVE: (Duration, Duration) = (Duration::from_secs(20), Duration::from_secs(10));

/// Calls that one connection may have open.
const STREAMS_PER_CONNECTION: u32 = 1_024;

/// Bytes under way to a receiver that has not taken them: of one call, of one connection.
const WINDOWS: (u32, u32) = (2 * 1024 * 1024, 8 * 1024 * 1024);

/// Longest time until operations that cannot be rolled back are left as they stand, at the end.
const OPERATIONS_DEADLINE: Duration = Duration::from_secs(5);

/// Longest time until the store has written what is left at the end.
const FLUSH_DEADLINE: Duration = Duration::from_secs(30);

/// Why a node does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The certificates cannot be used.
    #[error("certificates: {0}")]
    Certificates(#[from] tls::Error),
    /// The store cannot be opened.
    #[error("store in {}: {error}{}", folder.display(), way_out(error))]
    Open {
        /// The data folder.
        folder: PathBuf,
        /// Why.
        error: store::Error,
    },
    /// The store failed.
    #[error("store: {0}")]
    Store(#[from] store::Error),
    /// A published document that the store holds cannot be used.
    #[error("published documents: {0}")]
    Management(#[from] management::Error),
    /// The address cannot be listened on.
    #[error("listen {address}: {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        error: io::Error,
    },
    /// The reflection service cannot be made.
    #[error("reflection: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
}

/// What mends a store that cannot be opened, where the error does not say it.
fn way_out(error: &store::Error) -> &'static str {
    match error {
        store::Error::Damaged(_) => {
            ". Move the folder aside and start again: the node then serves nobody until its data is back from its partner's copy (Get-Help about_Pool_Failover, A STORE THAT IS LOST)"
        }
        _ => "",
    }
}

/// A node that runs.
#[derive(Debug)]
pub struct RunningNode {
    /// Its parts.
    pub node: Arc<Node>,
    /// Where it listens.
    pub address: SocketAddr,
    stop: CancellationToken,
    grace: Duration,
    serving: JoinHandle<Result<(), tonic::transport::Error>>,
    tasks: Essential,
    writer: JoinHandle<()>,
}

/// Starts a node. It answers when this has returned.
///
/// # Errors
/// What stands in the way.
pub async fn start(configuration: Configuration) -> Result<RunningNode, StartError> {
    let certificates = Certificates::load(configuration.tls.clone())?;
    tell_certificate_problems(&configuration);
    let options = SqliteOptions {
        folder: configuration.data.clone(),
        own_pool: configuration.pool.clone(),
    };
    let opened = sqlite::open(&options).await;
    let (stores, writer) = opened.map_err(|error| StartError::Open {
        folder: options.folder.clone(),
        error,
    })?;
    let stop = CancellationToken::new();
    let tasks = Essential::new(stop.clone());
    // What cannot be started ends again, and that is no fault of its own.
    let unless_started = stop.clone().drop_guard();
    let writer = tokio::spawn(tasks.watched("the store's writer", writer.run()));
    let address = configuration.listen;
    let listen = |error| StartError::Listen { address, error };
    let listener = TcpListener::bind(address).await.map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;

    let node = Arc::new(assemble(&configuration, certificates.clone(), stores).await?);
    let catalogue = Arc::new(Catalogue::new());
    let dispatcher = Arc::new(Dispatcher::new(
        node.clone(),
        catalogue,
        configuration.limits,
    ));

    let front_end = front_end(&configuration, &node, address, &stop);
    let shell = Shell::new(
        node.clone(),
        dispatcher.clone(),
        configuration.sessions,
        configuration.commands_only.clone(),
    );
    tasks.spawn(
        "the sweep of sessions",
        shell_service::sweep(shell.clone(), stop.clone()),
    );
    let routes = routes(&node, &dispatcher, front_end, &tasks, &stop)?.add_service(shell.server());
    start_tasks(&configuration, &node, &certificates, &tasks, &stop);
    let connections = listener::listen(listener, certificates, stop.clone());
    let server = Server::builder()
        .http2_keepalive_interval(Some(KEEP_ALIVE.0))
        .http2_keepalive_timeout(Some(KEEP_ALIVE.1))
        .max_concurrent_streams(STREAMS_PER_CONNECTION)
        .initial_stream_window_size(WINDOWS.0)
        .initial_connection_window_size(WINDOWS.1)
        .layer(Around(Observe::default()))
        .layer(Around(Access::new(ours(&configuration, &node))))
        .add_routes(routes);
    let stopped = stop.clone().cancelled_owned();
    let serving = tokio::spawn(
        server.serve_with_incoming_shutdown(ReceiverStream::new(connections), stopped),
    );
    unless_started.disarm();
    tracing::info!(pool = %node.pool, computer = %node.machine, %address, "the node runs");
    Ok(RunningNode {
        node,
        address,
        stop,
        grace: configuration.stop_grace,
        serving,
        tasks,
        writer,
    })
}

/// Warns of what callers and other nodes would hold against this node's certificate.
fn tell_certificate_problems(configuration: &Configuration) {
    let (pool, computer) = (&configuration.pool, &configuration.computer);
    for problem in tls::problems(&configuration.tls, pool, computer) {
        tracing::warn!(
            "{problem}: whoever calls this node, or is called by it, holds that against it"
        );
    }
}

/// Opens the parts of a node over its stores.
async fn assemble(
    configuration: &Configuration,
    certificates: Certificates,
    stores: Stores,
) -> Result<Node, StartError> {
    let dial = Dial::new(
        certificates,
        configuration.peers.clone(),
        configuration.peer_port,
    );
    let peers = Peers::new(Box::new(dial), Deadlines::default());
    let pool = configuration.pool.clone();
    let management = Management::open(
        pool.clone(),
        stores.management.clone(),
        peers.clone(),
        read_topology,
    )
    .await?;
    let ownership = Ownership::open(pool.clone(), &stores, configuration.quarantine).await?;
    let exchange = Exchange::open(
        stores.clone(),
        ownership.clone(),
        management.clone(),
        peers.clone(),
    )
    .await?;
    let services = Arc::new(WindowsServices::new(Instant::now()));
    let runs = |service: Service| -> management::IsActive {
        let services = services.clone();
        Arc::new(move || services.running(service))
    };
    management.obey(runs(Service::Replica), runs(Service::Master));
    let backup = Backup::new(
        stores.clone(),
        ownership.clone(),
        management.clone(),
        peers.clone(),
        runs(Service::Backup),
    );
    let operations = Operations::new(
        stores.clone(),
        ownership.clone(),
        management.clone(),
        exchange.clone(),
        backup.clone(),
        peers.clone(),
        Faults::new(configuration.fault.clone()),
    );
    Ok(Node {
        pool,
        machine: configuration.computer.clone(),
        services,
        stores,
        peers,
        management,
        ownership,
        exchange,
        backup,
        operations,
    })
}

/// Reads a published document in any of its forms.
fn read_topology(document: &[u8]) -> Result<Topology, String> {
    let text = std::str::from_utf8(document).map_err(|error| error.to_string())?;
    Document::read(text)
        .map(|document| document.topology)
        .map_err(|error| error.to_string())
}

/// The door of users, over the node's parts.
fn front_end(
    configuration: &Configuration,
    node: &Node,
    address: SocketAddr,
    stop: &CancellationToken,
) -> FrontEnd {
    FrontEnd::new(frontend::Parts {
        stores: node.stores.clone(),
        ownership: node.ownership.clone(),
        management: node.management.clone(),
        board: node.exchange.board().clone(),
        services: node.services.clone(),
        directory: frontend::Directory {
            own_pool: node.pool.clone(),
            own_port: address.port(),
            addresses: configuration.peers.clone(),
            port: configuration.peer_port,
        },
        stop: stop.clone(),
        watches: Arc::new(Semaphore::new(frontend::WATCHES_MAX)),
    })
}

/// Every service of the node.
fn routes(
    node: &Arc<Node>,
    dispatcher: &Arc<Dispatcher>,
    front_end: FrontEnd,
    tasks: &Essential,
    stop: &CancellationToken,
) -> Result<Routes, StartError> {
    let (health, follow) = health::service(node.clone(), stop.clone());
    tasks.spawn("the health service", follow);
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(tandem::DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()?;
    let routes = Routes::new(health)
        .add_service(reflection)
        .add_service(frontend::server(front_end))
        .add_service(peer::service::server(peer::service::Parts {
            stores: node.stores.clone(),
            ownership: node.ownership.clone(),
            exchange: node.exchange.clone(),
            backup: node.backup.clone(),
            operations: node.operations.clone(),
            management: node.management.clone(),
            forwarded: dispatcher.clone(),
        }));
    Ok(registry::add_services(
        routes,
        &Typed::new(dispatcher.clone()),
    ))
}

fn start_tasks(
    configuration: &Configuration,
    node: &Arc<Node>,
    certificates: &Certificates,
    tasks: &Essential,
    stop: &CancellationToken,
) {
    let (exchange, heartbeat, stopped) =
        (node.exchange.clone(), configuration.heartbeat, stop.clone());
    tasks.spawn("heartbeats", async move {
        exchange.run(heartbeat, stopped).await;
    });
    let (backup, stopped) = (node.backup.clone(), stop.clone());
    tasks.spawn(
        "the Backup Service",
        async move { backup.run(stopped).await },
    );
    let (operations, stopped) = (node.operations.clone(), stop.clone());
    tasks.spawn("operations", async move { operations.run(stopped).await });
    let swept = (node.stores.clone(), node.ownership.clone());
    tasks.spawn(
        "housekeeping",
        housekeeping::run(swept.0, swept.1, stop.clone()),
    );
    let (certificates, peers, stopped) = (certificates.clone(), node.peers.clone(), stop.clone());
    tasks.spawn("certificates", async move {
        certificates
            .follow(stopped, move || peers.reconnect())
            .await;
    });
}

/// The names of the deployment's nodes: of the topology in force, and of the configuration.
fn ours(configuration: &Configuration, node: &Arc<Node>) -> IsOurs {
    let management = node.management.clone();
    let mut configured: Vec<String> = configuration
        .peers
        .keys()
        .map(ToString::to_string)
        .collect();
    configured.extend([node.pool.to_string(), node.machine.to_string()]);
    Arc::new(move |name| {
        configured.iter().any(|own| own.eq_ignore_ascii_case(name))
            || management::names_a_node(&management.topology().topology, name)
    })
}

impl RunningNode {
    /// Ends when the node has stopped serving by itself, or lacks a part that it cannot do without, which happens only by
    /// a fault.
    pub async fn ended(&mut self) {
        tokio::select! {
            served = &mut self.serving => if let Ok(Err(error)) = served {
                tracing::error!(%error, "the node serves no longer");
            },
            () = self.tasks.broken() => {}
        }
    }

    /// Stops: takes no new connections and calls, lets running ones end within the grace, writes what is left.
    pub async fn stop(self) {
        tracing::info!("the node stops");
        self.stop.cancel();
        let abort = self.serving.abort_handle();
        if tokio::time::timeout(self.grace, self.serving)
            .await
            .is_err()
        {
            tracing::warn!(
                grace_s = self.grace.as_secs(),
                "calls that have not ended are cut off"
            );
            abort.abort();
        }
        self.node.operations.settle_down(OPERATIONS_DEADLINE).await;
        if tokio::time::timeout(FLUSH_DEADLINE, self.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!("some tasks did not end in time");
        }
        // The writer ends when the last handle of the stores is gone.
        drop(self.node);
        if tokio::time::timeout(FLUSH_DEADLINE, self.writer)
            .await
            .is_err()
        {
            tracing::warn!(
                "the store was still in use at the end; what was acknowledged is durable all the same"
            );
        }
        tracing::info!("the node has stopped");
    }
}
