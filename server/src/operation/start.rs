//! From an order to a running operation: known ids are answered from the journal, new ones are planned once more under
//! the admission lock, and run only when the plan is the one that was shown.

use std::time::SystemTime;

use bytes::Bytes;
use prost::Message;
use tandem_domain::plan::{Decision, Digest, Plan, plan_fail_back, plan_fail_over};
use tandem_domain::refusal::Refusal;

use super::entry::{Course, rolled_back, step};
use super::execute::Execution;
use super::plan_message::message;
use super::progress::Watcher;
use super::{Error, MoveRequest, Operations, Seen};
use crate::store::{OperationEntry, OperationState};

/// An administrator's order, confirmed.
#[derive(Clone, Debug)]
pub struct Order {
    /// Id chosen by the caller: a UUID.
    pub id: Option<String>,
    /// What is asked for.
    pub request: MoveRequest,
    /// The plan that was shown and confirmed.
    pub shown: Digest,
    /// Who asks.
    pub caller: String,
    /// The request in the contract's form, for the journal.
    pub bytes: Bytes,
}

/// What came of an order.
#[derive(Debug)]
pub enum Started {
    /// It runs.
    Running {
        /// Its id.
        id: String,
        /// Tells everything from its beginning.
        watcher: Watcher,
    },
    /// It had ended before: this is its outcome.
    Ended(Box<OperationEntry>),
}

impl Operations {
    /// What `request` would do now.
    ///
    /// # Errors
    /// The refusal, when it would be refused; [`Error::ElsewhereCoordinated`] when another node must plan it.
    pub async fn plan(&self, request: &MoveRequest) -> Result<(Decision, Seen), Error> {
        self.check_coordinator(request)?;
        self.judge(request).await
    }

    /// What this node thinks of `request`, whoever coordinates it: the refusal to give when the coordinator does not
    /// answer.
    ///
    /// # Errors
    /// The refusal, or when the store fails.
    pub async fn judge(&self, request: &MoveRequest) -> Result<(Decision, Seen), Error> {
        let seen = self.observe_for(request).await?;
        let decision = match request {
            MoveRequest::FailOver(request) => plan_fail_over(&seen.observation, request)?,
            MoveRequest::FailBack(request) => plan_fail_back(&seen.observation, request)?,
        };
        Ok((decision, seen))
    }

    /// The operation of that id, if this node has one: taken up again when it was interrupted.
    ///
    /// # Errors
    /// [`Error::IdInUse`] when the id belongs to another command, [`Error::ElsewhereCoordinated`] when it runs on the
    /// other pool, or when the store fails.
    pub async fn find(&self, id: &str, request: &MoveRequest) -> Result<Option<Started>, Error> {
        let Some(entry) = self.entry(id).await? else {
            return Ok(None);
        };
        if entry.cmdlet != request.kind().cmdlet()
            || entry.home_pool.as_ref() != Some(request.home())
        {
            return Err(Error::IdInUse {
                id: id.to_owned(),
                cmdlet: entry.cmdlet,
                pool: entry
                    .home_pool
                    .map(|pool| pool.to_string())
                    .unwrap_or_default(),
            });
        }
        self.attach(entry).await.map(Some)
    }

    /// The journal's entry of an operation.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn entry(&self, id: &str) -> Result<Option<OperationEntry>, Error> {
        Ok(self.inner.stores.journal.get(id).await?)
    }

    /// Listens to an operation of the journal, taking it up when nobody runs it.
    pub(super) async fn attach(&self, entry: OperationEntry) -> Result<Started, Error> {
        if entry.state != OperationState::Running {
            return Ok(Started::Ended(Box::new(entry)));
        }
        if entry.coordinator != self.inner.pool {
            return Err(Error::ElsewhereCoordinated {
                coordinator: entry.coordinator,
            });
        }
        let id = entry.id.clone();
        self.take_up(entry);
        if let Some(watcher) = self.watch(&id) {
            return Ok(Started::Running { id, watcher });
        }
        // It ended between the two looks.
        let entry = self.entry(&id).await?;
        entry
            .map(|entry| Started::Ended(Box::new(entry)))
            .ok_or_else(|| Error::Unknown {
                id,
                pool: self.inner.pool.clone(),
            })
    }

    /// Starts an operation, or attaches to the one that has its id or that the same command began.
    ///
    /// # Errors
    /// The refusal, [`Refusal::PlanChanged`] when the plan is not the one that was shown, or when the store fails.
    pub async fn start(&self, order: Order) -> Result<Started, Error> {
        let _admission = self.inner.admission.lock().await;
        if let Some(id) = &order.id
            && let Some(started) = self.find(id, &order.request).await?
        {
            return Ok(started);
        }
        let (decision, seen) = self.plan(&order.request).await?;
        let plan = match decision {
            Decision::Run(plan) => plan,
            Decision::Resume { operation } => {
                let entry = self.entry(&operation).await?;
                let entry = entry.ok_or_else(|| Error::Unknown {
                    id: operation,
                    pool: self.inner.pool.clone(),
                })?;
                check_shown(&entry, &order)?;
                return self.attach(entry).await;
            }
        };
        if plan.digest() != order.shown {
            return Err(Refusal::PlanChanged {
                pool: plan.guards.home.clone(),
                shown: order.shown.into(),
                now: plan.digest(),
            }
            .into());
        }
        let entry = self.new_entry(order, &plan, seen.at);
        let gives_up = self.supersede(&plan, &entry).await?;
        self.inner.stores.journal.begin(entry.clone()).await?;
        let id = entry.id.clone();
        let narration = self.detach(&id, |operations, running| {
            let mut execution = Execution::new(operations, *plan, entry, running);
            execution.gives_up = gives_up;
            execution.run()
        });
        let watcher = match narration {
            Some(narration) => narration.watch(),
            None => self.watch(&id).ok_or_else(|| Error::Unknown {
                id: id.clone(),
                pool: self.inner.pool.clone(),
            })?,
        };
        Ok(Started::Running { id, watcher })
    }

    fn check_coordinator(&self, request: &MoveRequest) -> Result<(), Error> {
        let published = self.inner.management.topology();
        // An unpaired pool is refused by whoever is asked.
        let Some(backup) = published.topology.backup_of(request.home()) else {
            return Ok(());
        };
        let coordinator = request.coordinator(&backup.fqdn);
        if *coordinator == self.inner.pool {
            return Ok(());
        }
        Err(Error::ElsewhereCoordinated {
            coordinator: coordinator.clone(),
        })
    }

    fn new_entry(&self, order: Order, plan: &Plan, now: SystemTime) -> OperationEntry {
        OperationEntry {
            id: order.id.unwrap_or_else(|| uuid::Uuid::now_v7().to_string()),
            cmdlet: plan.kind.operation().cmdlet().to_owned(),
            home_pool: Some(plan.guards.home.clone()),
            request: order.bytes,
            plan: message(plan, now).encode_to_vec().into(),
            plan_digest: plan.digest().to_string(),
            caller: order.caller,
            coordinator: self.inner.pool.clone(),
            state: OperationState::Running,
            step: step::PREPARE.to_owned(),
            started: now,
            ended: None,
            failure: None,
            result: Bytes::new(),
        }
    }

    /// Gives up what a disaster goes past: the operation that the plan names, and a transfer that cannot be decided. What
    /// has frozen the users here ends with the commit only, and is the answer: they stay read-only until this pool has them.
    async fn supersede(
        &self,
        plan: &Plan,
        by: &OperationEntry,
    ) -> Result<Vec<OperationEntry>, Error> {
        let mut at_commit = Vec::new();
        for entry in self.open_entries().await? {
            let is_named = plan.supersedes.as_ref() == Some(&entry.id);
            if !is_named && !self.is_undecided(&entry, &plan.guards.home) {
                continue;
            }
            if Course::of(&entry).is_ok_and(|course| course.releasing == self.inner.pool) {
                at_commit.push(entry);
                continue;
            }
            let reason = Error::Superseded { by: by.id.clone() };
            self.close(entry, &reason).await?;
        }
        Ok(at_commit)
    }

    /// Rolls an operation back on this pool: thaws what it froze, in one transaction with its journal entry.
    pub(super) async fn close(
        &self,
        entry: OperationEntry,
        reason: &Error,
    ) -> Result<OperationEntry, Error> {
        let home = entry.home_pool.clone();
        let course = Course::of(&entry).ok();
        let entry = rolled_back(entry, reason, SystemTime::now());
        let releases = course.is_some_and(|course| course.releasing == self.inner.pool);
        match home.filter(|_| releases) {
            Some(home) => {
                self.inner
                    .ownership
                    .thaw(&home, Some(entry.clone()))
                    .await?;
            }
            None => self.inner.stores.journal.record(entry.clone()).await?,
        }
        Ok(entry)
    }
}

/// Whoever was shown another plan than the open operation carries out has not agreed to that one.
fn check_shown(entry: &OperationEntry, order: &Order) -> Result<(), Error> {
    match entry.plan_digest.parse::<Digest>() {
        Ok(now) if now != order.shown => Err(Refusal::PlanChanged {
            pool: order.request.home().clone(),
            shown: order.shown.into(),
            now,
        }
        .into()),
        Ok(_) | Err(_) => Ok(()),
    }
}
