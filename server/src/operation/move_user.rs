//! `Move-CsUser`: one user to another home pool, coordinated by the pool that serves the user now.
//!
//! The user is read-only from the first step on. Until `ChangeHome` is journalled an interruption rolls back: the user is
//! writable again and the copy goes. From then on the account is written on the other pool, however often that takes,
//! and only then what the user left behind is deleted, in one transaction with the end of the operation. So the user is
//! homed somewhere at every moment, and writable on one pool at most.

use std::time::{Duration, SystemTime};

use futures_util::TryStreamExt;
use prost::Message;
use tandem::peer::v1 as wire;
use tandem::user::v1::MoveCsUserRequest;
use tandem_domain::backup::DocumentKind;
use tandem_domain::identity::Fqdn;
use tandem_domain::observation::OperationKind;
use tandem_domain::ownership::Side;
use tandem_domain::plan::{Digest, Plan, plan_move_user};
use tandem_domain::refusal::Refusal;
use tandem_domain::request::MoveUserRequest;

use super::entry::{ended, step, to_message as to_record};
use super::move_in::MovedUser;
use super::plan_message::message;
use super::progress::{Event, Gauge, Outcome, WaitsFor};
use super::{Error, Operations, Running, Seen, Started};
use crate::backup::content;
use crate::backup::wire::document as to_message;
use crate::peer::OPERATION_UNKNOWN;
use crate::store::{Account, Document, MoveIn, OperationEntry, OperationFailure, OperationState};

/// Documents of one message to the other pool.
const PIECE_DOCUMENTS: usize = 500;
/// Bytes of bodies after which a message to the other pool ends.
const PIECE_BYTES: usize = 4 * 1024 * 1024;
/// Conference files that are sent at the same time.
const FILES_AT_ONCE: u64 = 4;
/// Time between two attempts at what can no longer be undone.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// Names of the steps that decide how an interrupted move goes on.
const LOCK: &str = "LockUser";
const COPY: &str = "CopyUser";
const CHANGE_HOME: &str = "ChangeHome";
const DROP_USER_COPY: &str = "DropUserCopy";
const DROP_COPY: &str = "DropCopy";

/// An administrator's order to move one user, confirmed.
#[derive(Clone, Debug)]
pub struct UserOrder {
    /// Id chosen by the caller: a UUID.
    pub id: Option<String>,
    /// What is asked for.
    pub request: MoveUserRequest,
    /// The plan that was shown and confirmed.
    pub shown: Digest,
    /// Who asks.
    pub caller: String,
}

impl Operations {
    /// The pool that serves the users of a home pool, as far as this node knows.
    #[must_use]
    pub fn server_of(&self, home: &Fqdn) -> Fqdn {
        let topology = self.inner.management.topology().topology;
        match self.inner.ownership.get(home) {
            Some(state) if state.is_owned_here() => self.inner.pool.clone(),
            Some(state) if state.side == Side::Home => topology
                .backup_of(home)
                .map_or_else(|| home.clone(), |backup| backup.fqdn.clone()),
            Some(_) | None => home.clone(),
        }
    }

    /// What moving a user would do now.
    ///
    /// # Errors
    /// The refusal; [`Error::ElsewhereCoordinated`] when another pool serves the user.
    pub async fn plan_user(&self, request: &MoveUserRequest) -> Result<(Plan, Seen), Error> {
        let coordinator = self.server_of(&request.from);
        if coordinator != self.inner.pool {
            return Err(Error::ElsewhereCoordinated { coordinator });
        }
        let seen = self.observe().await?;
        let plan = plan_move_user(&seen.observation, request)?;
        Ok((plan, seen))
    }

    /// Starts to move a user, or attaches to the operation that has the order's id.
    ///
    /// # Errors
    /// The refusal, [`Refusal::PlanChanged`] when the plan is not the one that was shown, or when the store fails.
    pub async fn start_user(&self, order: UserOrder) -> Result<Started, Error> {
        let _admission = self.inner.admission.lock().await;
        let bytes = journalled(&order.request);
        if let Some(id) = &order.id
            && let Some(entry) = self.entry(id).await?
        {
            if entry.cmdlet == OperationKind::MoveUser.cmdlet() && entry.request == bytes {
                return self.attach(entry).await;
            }
            return Err(Error::IdInUse {
                id: id.clone(),
                cmdlet: entry.cmdlet,
                pool: entry.home_pool.map(String::from).unwrap_or_default(),
            });
        }
        let (plan, seen) = self.plan_user(&order.request).await?;
        if plan.digest() != order.shown {
            return Err(Refusal::PlanChanged {
                pool: plan.guards.home.clone(),
                shown: order.shown.into(),
                now: plan.digest(),
            }
            .into());
        }
        let entry = OperationEntry {
            id: order.id.unwrap_or_else(|| uuid::Uuid::now_v7().to_string()),
            cmdlet: OperationKind::MoveUser.cmdlet().to_owned(),
            home_pool: Some(order.request.from.clone()),
            request: bytes.into(),
            plan: message(&plan, seen.at).encode_to_vec().into(),
            plan_digest: plan.digest().to_string(),
            caller: order.caller,
            coordinator: self.inner.pool.clone(),
            state: OperationState::Running,
            step: step::PREPARE.to_owned(),
            started: seen.at,
            ended: None,
            failure: None,
            result: bytes::Bytes::new(),
        };
        self.inner.stores.journal.begin(entry.clone()).await?;
        let id = entry.id.clone();
        let narration = self.detach(&id, |operations, running| async move {
            let id = entry.id.clone();
            let moved = match UserMove::of(operations.clone(), entry, running.clone()) {
                Ok(mut user_move) => user_move.run().await,
                Err(error) => Err(error),
            };
            operations
                .see_to_its_end(&id, &running, moved.err().as_ref())
                .await;
        });
        let watcher = narration.map(|narration| narration.watch());
        let unknown = || Error::Unknown {
            id: id.clone(),
            pool: self.inner.pool.clone(),
        };
        let watcher = watcher.or_else(|| self.watch(&id)).ok_or_else(unknown)?;
        Ok(Started::Running { id, watcher })
    }

    /// Goes on with an interrupted move: forwards from `ChangeHome` on, else back for that reason.
    pub(super) async fn finish_user(
        &self,
        entry: OperationEntry,
        running: &Running,
        reason: &Error,
    ) -> Result<(), Error> {
        let is_decided = entry.step == CHANGE_HOME;
        let mut user_move = UserMove::of(self.clone(), entry, running.clone())?;
        if is_decided {
            user_move.complete().await;
            return Ok(());
        }
        user_move.roll_back(reason).await
    }
}

/// The request as the journal keeps it: what going on after a crash needs, with the user's own address.
fn journalled(request: &MoveUserRequest) -> Vec<u8> {
    MoveCsUserRequest {
        identity: Some(request.user.as_str().to_owned()),
        target: Some(request.target.to_string()),
        force: Some(request.force),
        move_conference_data: Some(request.move_conference_data),
        ..MoveCsUserRequest::default()
    }
    .encode_to_vec()
}

/// One move that runs.
struct UserMove {
    operations: Operations,
    entry: OperationEntry,
    running: Running,
    moved: MovedUser,
}

impl UserMove {
    fn of(operations: Operations, entry: OperationEntry, running: Running) -> Result<Self, Error> {
        let moved = MovedUser::of(&entry).map_err(|reason| Error::PlanBroken { reason })?;
        Ok(Self {
            operations,
            entry,
            running,
            moved,
        })
    }

    /// Moves the user, or says why not; what could not be undone at once is left to whoever sees to the end.
    async fn run(&mut self) -> Result<(), Error> {
        let Err(reason) = self.prepare_and_copy().await else {
            self.complete().await;
            return Ok(());
        };
        if let Err(error) = self.roll_back(&reason).await {
            tracing::warn!(operation = %self.entry.id, %reason, %error, "a move is not undone yet");
        }
        Err(reason)
    }

    fn tell(&mut self, name: &'static str, description: String, percent: u8) {
        name.clone_into(&mut self.entry.step);
        let narration = &self.running.narration;
        narration.tell(Event::Step { name, description });
        narration.gauge(Gauge {
            status: name.to_owned(),
            percent,
            waits_for: None,
        });
    }

    /// What can be undone.
    async fn prepare_and_copy(&mut self) -> Result<(), Error> {
        let text = format!("Pool \"{}\" knows of the move.", self.moved.target);
        self.tell(step::PREPARE, text, 5);
        self.prepare_there().await?;
        self.tell(
            LOCK,
            format!("User \"{}\" is read-only.", self.moved.user),
            10,
        );
        let stores = self.operations.inner.stores.clone();
        stores
            .documents
            .lock_owner(
                &self.moved.from,
                self.moved.user.as_str(),
                self.entry.clone(),
            )
            .await?;
        if !self.moved.account_only {
            let text = format!(
                "Data of user \"{}\" is copied to pool \"{}\".",
                self.moved.user, self.moved.target
            );
            self.tell(COPY, text, 30);
            stores.journal.record(self.entry.clone()).await?;
            self.copy().await?;
        }
        if self.running.stop.is_cancelled() {
            return Err(Error::Stopped);
        }
        let text = format!(
            "User \"{}\" is homed on pool \"{}\".",
            self.moved.user, self.moved.target
        );
        self.tell(CHANGE_HOME, text, 60);
        stores.journal.record(self.entry.clone()).await?;
        Ok(())
    }

    /// Whether a document goes along. The account goes last; files only when they were asked for.
    fn goes_along(&self, document: &Document) -> bool {
        match document.key.kind {
            DocumentKind::Account => false,
            kind => !kind.is_file() || self.moved.with_files,
        }
    }

    /// The pool that the user moves to takes nothing of a move that it does not know.
    async fn prepare_there(&self) -> Result<(), Error> {
        let server = self.operations.server_of(&self.moved.target);
        if server == self.operations.inner.pool {
            return Ok(());
        }
        let record = to_record(&self.entry).map_err(|refusal| Error::PlanBroken {
            reason: refusal.message,
        })?;
        let request = wire::PrepareOperationRequest {
            operation: Some(record),
        };
        let peer = self.operations.inner.peers.to(&server)?;
        peer.prepare_operation(request).await?;
        Ok(())
    }

    async fn copy(&self) -> Result<(), Error> {
        let documents = &self.operations.inner.stores.documents;
        let mut all = documents.list(&self.moved.from, self.moved.user.as_str(), None);
        let (mut piece, mut bytes) = (Vec::new(), 0);
        while let Some(document) = all.try_next().await? {
            if !self.goes_along(&document) {
                continue;
            }
            bytes += document.body.len();
            piece.push(document);
            if piece.len() == PIECE_DOCUMENTS || bytes >= PIECE_BYTES {
                self.deliver(std::mem::take(&mut piece)).await?;
                bytes = 0;
            }
            if self.running.stop.is_cancelled() {
                return Err(Error::Stopped);
            }
        }
        self.deliver(piece).await
    }

    /// Writes documents on the target pool, wherever that is served.
    async fn deliver(&self, documents: Vec<Document>) -> Result<(), Error> {
        if documents.is_empty() {
            return Ok(());
        }
        let inner = &self.operations.inner;
        let server = self.operations.server_of(&self.moved.target);
        if server == inner.pool {
            let writes = documents
                .into_iter()
                .map(|document| document.into_write(self.moved.target.clone()));
            let by = MoveIn {
                operation: self.entry.id.clone(),
                ended: None,
            };
            let documents = &inner.stores.documents;
            documents
                .move_in(
                    &self.moved.target,
                    self.moved.user.as_str(),
                    writes.collect(),
                    by,
                )
                .await?;
            return Ok(());
        }
        let peer = inner.peers.to(&server)?;
        let pools = (&inner.pool, &self.moved.from);
        let contents = &inner.stores.contents;
        content::ship_all(&peer, contents, pools, &documents, FILES_AT_ONCE).await?;
        let request = wire::ImportUserRequest {
            operation_id: self.entry.id.clone(),
            home_pool: self.moved.target.to_string(),
            document: documents.into_iter().map(to_message).collect(),
            keep_changed: false,
        };
        peer.import_user(request).await?;
        Ok(())
    }

    /// What can no longer be undone: it is tried until it is done.
    async fn complete(&mut self) {
        while let Err(error) = self.change_home().await {
            self.wait(&error).await;
        }
        let text = format!(
            "What user \"{}\" left on pool \"{}\" is deleted.",
            self.moved.user, self.moved.from
        );
        self.tell(DROP_USER_COPY, text, 90);
        let entry = ended(
            self.entry.clone(),
            OperationState::Committed,
            None,
            SystemTime::now(),
        );
        let stores = self.operations.inner.stores.clone();
        while let Err(error) = stores
            .documents
            .release_owner(&self.moved.from, self.moved.user.as_str(), entry.clone())
            .await
        {
            self.wait(&error.into()).await;
        }
        // The partner's copy would show the user on both pools until the next interval.
        self.operations.inner.backup.wake();
        self.entry = entry;
    }

    async fn change_home(&self) -> Result<(), Error> {
        let documents = &self.operations.inner.stores.documents;
        match documents
            .get(&self.moved.from, &Account::key_of(&self.moved.user))
            .await?
        {
            Some(account) => match self.deliver(vec![account.clone()]).await {
                // Another pool serves the target by now.
                Err(Error::Peer(error)) if error.is_refusal(OPERATION_UNKNOWN) => {
                    self.prepare_there().await?;
                    self.deliver(vec![account]).await
                }
                delivered => delivered,
            },
            // It was written on the target before it was deleted here.
            None => Ok(()),
        }
    }

    async fn wait(&self, error: &Error) {
        tracing::warn!(operation = %self.entry.id, %error, "a move waits to be completed");
        self.running.narration.detail(format!("Waiting: {error}"));
        self.running.narration.gauge(Gauge {
            status: error.to_string(),
            percent: 60,
            waits_for: Some(match error {
                Error::Peer(_) => WaitsFor::Partner,
                _ => WaitsFor::Store {
                    is_committed: false,
                },
            }),
        });
        tokio::time::sleep(TRY_AGAIN).await;
    }

    /// The user stays: writable again at once, and the copy goes. While the copy cannot be deleted the operation stays
    /// open, and is taken up again.
    ///
    /// # Errors
    /// When the user could not be unlocked, or the copy not be deleted.
    async fn roll_back(&mut self, reason: &Error) -> Result<(), Error> {
        self.running
            .narration
            .detail(format!("Rolling back: {reason}"));
        // That the home was to change is journalled before it does; when that fails there is the copy.
        let has_copy =
            !self.moved.account_only && [COPY, CHANGE_HOME, DROP_COPY].contains(&&*self.entry.step);
        let failure = self
            .entry
            .failure
            .clone()
            .unwrap_or_else(|| OperationFailure {
                id: reason.id().to_owned(),
                message: reason.to_string(),
            });
        self.entry.failure = Some(failure.clone());
        let rolled_back = ended(
            self.entry.clone(),
            OperationState::RolledBack,
            Some(failure.clone()),
            SystemTime::now(),
        );
        DROP_COPY.clone_into(&mut self.entry.step);
        let unlocked = if has_copy {
            self.entry.clone()
        } else {
            rolled_back.clone()
        };
        self.unlock(unlocked).await?;
        let dropped = if has_copy {
            match self.drop_copy(reason).await {
                Ok(()) => self.unlock(rolled_back.clone()).await,
                Err(error) => Err(error),
            }
        } else {
            Ok(())
        };
        self.running.narration.end(Outcome::RolledBack {
            error_id: failure.id,
            message: failure.message,
        });
        dropped?;
        self.entry = rolled_back;
        if !has_copy && let Err(error) = self.drop_copy(reason).await {
            tracing::info!(operation = %self.entry.id, %error, "the other pool was not told and will ask");
        }
        Ok(())
    }

    /// The user is writable again, and the journal has this entry, in one transaction.
    async fn unlock(&self, entry: OperationEntry) -> Result<(), Error> {
        let documents = &self.operations.inner.stores.documents;
        Ok(documents
            .unlock_owner(&self.moved.from, self.moved.user.as_str(), entry)
            .await?)
    }

    /// Ends the move on the target pool, where the copy goes with it.
    async fn drop_copy(&self, reason: &Error) -> Result<(), Error> {
        let inner = &self.operations.inner;
        let server = self.operations.server_of(&self.moved.target);
        if server == inner.pool {
            let (target, user) = (&self.moved.target, self.moved.user.as_str());
            let documents = &inner.stores.documents;
            return Ok(documents.move_back(target, user, None).await?);
        }
        self.operations
            .abort_there(&self.entry, &server, reason)
            .await?;
        Ok(())
    }
}
