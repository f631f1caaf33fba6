//! Operations: what moves users between pools, journalled on both, ending committed or rolled back whatever dies.
//!
//! The pool that lets the users go coordinates a planned move, because it alone knows whether it ever offered the
//! transfer; in a disaster the pool that takes them coordinates and needs nobody else. Before the offer the coordinator's
//! journal decides, and an interruption rolls back. From the offer on the taking pool's journal decides, and the
//! coordinator asks it until it answers.

mod decide;
mod disaster;
mod entry;
mod error;
mod execute;
pub mod fault;
pub mod move_in;
mod move_user;
mod observe;
mod partner;
pub mod plan_message;
pub mod progress;
mod readiness;
mod resolve;
mod start;

use std::collections::BTreeMap;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use tandem_domain::identity::Fqdn;
use tandem_domain::observation::OperationKind;
use tandem_domain::request::{FailBackRequest, FailOverRequest};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::backup::Backup;
use crate::management::Management;
use crate::ownership::Ownership;
use crate::peer::{Exchange, Peers};
use crate::store::Stores;
use fault::Faults;
use progress::{Gauge, Narration, WaitsFor, Watcher};

pub use error::Error;
pub use move_user::UserOrder;
pub use observe::Seen;
pub use partner::PartnerError;
pub use readiness::ReadinessReport;
pub use start::{Order, Started};

/// Time until an operation is taken up that met a fault of this program.
const TAKE_UP_AGAIN: Duration = Duration::from_secs(1);

/// What an administrator asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MoveRequest {
    /// `Invoke-CsPoolFailOver`.
    FailOver(FailOverRequest),
    /// `Invoke-CsPoolFailBack`.
    FailBack(FailBackRequest),
}

impl MoveRequest {
    /// The pool that the users are homed on.
    #[must_use]
    pub fn home(&self) -> &Fqdn {
        match self {
            Self::FailOver(request) => &request.pool,
            Self::FailBack(request) => &request.pool,
        }
    }

    /// Whether it is to run without the pool that serves.
    #[must_use]
    pub fn is_disaster(&self) -> bool {
        match self {
            Self::FailOver(request) => request.disaster_mode,
            Self::FailBack(request) => request.disaster_mode,
        }
    }

    /// What kind of operation carries it out.
    #[must_use]
    pub fn kind(&self) -> OperationKind {
        match self {
            Self::FailOver(_) => OperationKind::FailOver,
            Self::FailBack(_) => OperationKind::FailBack,
        }
    }

    /// Which pool of a pair coordinates it: the one that lets go, or in a disaster the one that takes.
    #[must_use]
    pub fn coordinator<'a>(&'a self, backup: &'a Fqdn) -> &'a Fqdn {
        match (self.kind(), self.is_disaster()) {
            (OperationKind::FailOver, true) | (OperationKind::FailBack, false) => backup,
            (OperationKind::FailOver | OperationKind::MoveUser, false)
            | (OperationKind::FailBack | OperationKind::MoveUser, true) => self.home(),
        }
    }
}

/// The operations of this node. Clones share them.
#[derive(Clone)]
pub struct Operations {
    inner: Arc<Inner>,
}

struct Inner {
    pool: Fqdn,
    stores: Stores,
    ownership: Ownership,
    management: Management,
    exchange: Exchange,
    backup: Backup,
    peers: Peers,
    faults: Faults,
    /// What runs in this process.
    running: StdMutex<BTreeMap<String, Running>>,
    /// Held while an operation is admitted, on either side: at most one per pair.
    admission: Mutex<()>,
    readiness: readiness::Latest,
    tasks: TaskTracker,
    /// Ends what runs where it stands.
    halt: CancellationToken,
}

/// An operation that runs in this process.
#[derive(Clone, Debug)]
struct Running {
    narration: Narration,
    /// Cancelled when somebody asks to stop; heeded until the transfer is offered.
    stop: CancellationToken,
}

impl fmt::Debug for Operations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operations")
            .field("pool", &self.inner.pool)
            .finish_non_exhaustive()
    }
}

impl Operations {
    /// The operations of the node that `ownership` belongs to.
    #[must_use]
    pub fn new(
        stores: Stores,
        ownership: Ownership,
        management: Management,
        exchange: Exchange,
        backup: Backup,
        peers: Peers,
        faults: Faults,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                pool: ownership.pool().clone(),
                stores,
                ownership,
                management,
                exchange,
                backup,
                peers,
                faults,
                running: StdMutex::default(),
                admission: Mutex::new(()),
                readiness: readiness::Latest::default(),
                tasks: TaskTracker::new(),
                halt: CancellationToken::new(),
            }),
        }
    }

    /// Listens to an operation that runs in this process.
    #[must_use]
    pub fn watch(&self, id: &str) -> Option<Watcher> {
        self.running(id).map(|running| running.narration.watch())
    }

    /// Asks an operation of this process to stop. Until the transfer is offered it rolls back; afterwards it completes.
    /// Answers whether there is one.
    pub fn stop(&self, id: &str) -> bool {
        let running = self.running(id);
        if let Some(running) = &running {
            running.stop.cancel();
        }
        running.is_some()
    }

    fn running(&self, id: &str) -> Option<Running> {
        let running = self
            .inner
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        running.get(id).cloned()
    }

    /// Runs `work` detached from its caller, under an id that watchers find. `None` when it runs already.
    fn detach<F>(&self, id: &str, work: impl FnOnce(Self, Running) -> F) -> Option<Narration>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let running = Running {
            narration: Narration::default(),
            stop: CancellationToken::new(),
        };
        {
            let mut all = self
                .inner
                .running
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if all.contains_key(id) {
                return None;
            }
            all.insert(id.to_owned(), running.clone());
        }
        let narration = running.narration.clone();
        let work = work(self.clone(), running.clone());
        let (operations, id) = (self.clone(), id.to_owned());
        self.inner.tasks.spawn(async move {
            let halt = operations.inner.halt.clone();
            let to_its_end = operations.in_spite_of_faults(&id, &running, work);
            // Halted in the middle it is as if the process had died: the journal tells how it goes on.
            halt.run_until_cancelled(to_its_end).await;
            let mut all = operations
                .inner
                .running
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            all.remove(&id);
        });
        Some(narration)
    }

    /// Runs `work`. A fault of this program in it leaves an interrupted operation, which is seen to its end, so that who
    /// listens hears of it.
    async fn in_spite_of_faults(
        &self,
        id: &str,
        running: &Running,
        work: impl Future<Output = ()> + Send,
    ) {
        let mut ended = AssertUnwindSafe(work).catch_unwind().await.is_ok();
        while !ended {
            tracing::error!(operation = %id, "an operation met a fault of this program and is taken up again");
            running.narration.gauge(Gauge {
                status: "this node met a fault of its own".to_owned(),
                percent: 90,
                waits_for: Some(WaitsFor::Store {
                    is_committed: false,
                }),
            });
            tokio::time::sleep(TAKE_UP_AGAIN).await;
            let to_its_end = self.see_to_its_end(id, running, None);
            ended = AssertUnwindSafe(to_its_end).catch_unwind().await.is_ok();
        }
    }
}
