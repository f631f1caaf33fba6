//! FrontEndService: what front ends and user applications call. Who serves a user, where to go when that changes, and the
//! user's documents and conference files.
//!
//! Whether a user is served here is decided by the domain ([`tandem_domain::sign_in`]) from what this node knows at that
//! moment; whether a write is accepted is decided again by the write gate, inside the writer's transaction.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tandem_domain::identity::{Fqdn, SipUri};
use tandem_domain::sign_in::{self, Mode, SignIn, UserOperation};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tonic::Status;

use crate::management::Management;
use crate::ownership::{HomePool, Ownership};
use crate::peer::heartbeat::Board;
use crate::store::{AccountName, Stores};
use crate::windows_services::{Service, UnderWay, WindowsServices};

mod content;
mod documents;
mod refuse;
mod service;
mod serving;
mod watch;

pub use service::server;
pub use serving::Answer;

/// Watches that a node serves at the same time.
pub const WATCHES_MAX: usize = 1_024;
/// Users of one watch.
const WATCHED_USERS_MAX: usize = 10_000;
/// Bytes of one conference file.
const CONFERENCE_FILE_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// How long a client may leave a message unread.
const READ_PATIENCE: Duration = Duration::from_secs(10);

/// Where pools are reached: as the configuration says, else by their names.
#[derive(Clone, Debug)]
pub struct Directory {
    /// This node's pool.
    pub own_pool: Fqdn,
    /// The port that this node listens on.
    pub own_port: u16,
    /// Addresses of pools whose name does not resolve or that listen elsewhere, as `host:port`.
    pub addresses: BTreeMap<Fqdn, String>,
    /// The port of the others.
    pub port: u16,
}

impl Directory {
    /// Addresses of a pool's nodes, as `host:port`.
    #[must_use]
    pub fn endpoints(&self, pool: &Fqdn) -> Vec<String> {
        let port = if *pool == self.own_pool {
            self.own_port
        } else {
            self.port
        };
        let configured = self.addresses.get(pool).cloned();
        vec![configured.unwrap_or_else(|| format!("{pool}:{port}"))]
    }
}

/// The parts of a node that front ends are served from.
#[derive(Clone)]
pub struct FrontEnd {
    parts: Arc<Parts>,
}

/// What a [`FrontEnd`] is made of.
pub struct Parts {
    /// What the node keeps.
    pub stores: Stores,
    /// Who serves which home pool.
    pub ownership: Ownership,
    /// The topology: which pool backs up which.
    pub management: Management,
    /// What the other pools said last.
    pub board: Board,
    /// Whether the services of users run.
    pub services: Arc<WindowsServices>,
    /// Where pools are reached.
    pub directory: Directory,
    /// Ends watches when the node stops.
    pub stop: CancellationToken,
    /// How many more watches are accepted: [`WATCHES_MAX`] at first.
    pub watches: Arc<Semaphore>,
}

impl FrontEnd {
    /// A front end over a node's parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            parts: Arc::new(parts),
        }
    }

    /// Who serves the users of a home pool at this moment, as this node knows it.
    #[must_use]
    pub fn serving(&self, home: &HomePool) -> Answer {
        let parts = &self.parts;
        let topology = parts.management.topology().topology;
        let view = serving::view(
            home,
            parts.ownership.pool(),
            topology.backup_of(&home.home).map(|pool| &pool.fqdn),
            parts.services.running(Service::FrontEnd),
            &parts.board,
        );
        Answer::new(
            home,
            parts.ownership.pool(),
            sign_in::decide(&view),
            |pool| parts.directory.endpoints(pool),
        )
    }

    /// The home pool of a user that this node keeps.
    async fn home_of(&self, user: &SipUri) -> Result<HomePool, Status> {
        let name = AccountName::SipAddress(user.clone());
        let accounts = self
            .parts
            .stores
            .documents
            .find_accounts(&name, 2)
            .await
            .map_err(refuse::store)?;
        // While a user moves within the pair both home pools may have the account: the one that is written last is not
        // knowable here, so the pool of this node goes first.
        let own = self.parts.ownership.pool();
        let account = accounts
            .iter()
            .find(|account| account.home_pool == *own)
            .or_else(|| accounts.first())
            .ok_or_else(|| refuse::unknown_user(user))?;
        self.parts
            .ownership
            .get(&account.home_pool)
            .ok_or_else(|| refuse::unknown_user(user))
    }

    /// Begins a piece of work of a service, when it runs.
    fn enter(&self, service: Service) -> Result<UnderWay<'_>, Status> {
        self.parts
            .services
            .enter(service)
            .ok_or_else(|| refuse::stopped(service, self.parts.ownership.pool()))
    }

    /// The home pool of a user whom this node serves in a mode that allows `operation`.
    async fn serve(&self, user: &SipUri, operation: UserOperation) -> Result<HomePool, Status> {
        let home = self.home_of(user).await?;
        let answer = self.serving(&home);
        let mode = match &answer.decision {
            SignIn::Serve(mode) => *mode,
            SignIn::Redirect { .. } | SignIn::Refuse(_) => {
                return Err(refuse::elsewhere(user, &answer));
            }
        };
        if sign_in::is_allowed(mode, operation) {
            Ok(home)
        } else {
            Err(refuse::resiliency(user, &home))
        }
    }
}

/// The mode on the wire.
fn mode_on_wire(mode: Mode) -> tandem::frontend::v1::SignInMode {
    use tandem::frontend::v1::SignInMode;
    match mode {
        Mode::Normal => SignInMode::Normal,
        Mode::Resiliency => SignInMode::Resiliency,
    }
}

/// A user's SIP address, as a request gives it.
fn user(text: &str) -> Result<SipUri, Status> {
    SipUri::parse(text).map_err(|error| refuse::argument("user", error.to_string()))
}
