//! Takes up interrupted operations: at start, with every heartbeat, and when an administrator asks. Each ends committed
//! or rolled back, by the rule of whoever decides at the step that was reached.

use std::sync::PoisonError;
use std::time::{Duration, SystemTime};

use prost::Message;
use tandem::peer::v1 as wire;
use tandem::pool::v1::PoolFailOverResult;
use tandem_domain::observation::OperationKind;
use tokio_util::sync::CancellationToken;

use super::decide::{offered_in, outcome_of};
use super::entry::{Course, ended, from_message, kind_of, plan_of, step};
use super::move_in::MovedUser;
use super::partner::PartnerError;
use super::progress::{Gauge, Heard, WaitsFor};
use super::{Error, Operations, Running};
use crate::peer::wire::duration;
use crate::store::{OperationEntry, OperationFailure, OperationState};

/// How often the journal is looked through although nobody was heard.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// Time until the journal is looked at after an operation was taken up.
const LOOK_SOON: Duration = Duration::from_millis(20);

/// How long an administrator who asks for an operation to be taken up waits for its end.
const RESUME_WAIT: Duration = Duration::from_secs(15);

/// How many operations `Get-TandemOperation` tells.
const LISTED_MAX: u32 = 10_000;

/// An operation that could not be ended.
struct Open {
    error: Error,
    /// Whether the taking pool has committed it.
    is_committed: bool,
}

impl From<Error> for Open {
    fn from(error: Error) -> Self {
        Self {
            error,
            is_committed: false,
        }
    }
}

impl Operations {
    /// Takes up interrupted operations until `stop`, and keeps the readiness of all pools fresh.
    pub async fn run(&self, stop: CancellationToken) {
        loop {
            if let Err(error) = self.resolve_all().await {
                tracing::error!(%error, "interrupted operations could not be looked up");
            }
            if let Err(error) = self.refresh_readiness().await {
                tracing::warn!(%error, "readiness could not be computed");
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.inner.exchange.heard() => {}
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
        }
    }

    /// Ends the operations of this process: those that can still be rolled back within `limit`, what is left where it
    /// stands. It is taken up at the next start.
    pub async fn settle_down(&self, limit: Duration) {
        let running: Vec<String> = {
            let running = self.inner.running.lock();
            let running = running.unwrap_or_else(PoisonError::into_inner);
            running.keys().cloned().collect()
        };
        for id in running {
            self.stop(&id);
        }
        self.inner.tasks.close();
        if tokio::time::timeout(limit, self.inner.tasks.wait())
            .await
            .is_err()
        {
            self.inner.halt.cancel();
            self.inner.tasks.wait().await;
        }
    }

    /// Takes up every operation that nobody runs.
    ///
    /// # Errors
    /// When the journal fails.
    pub async fn resolve_all(&self) -> Result<(), Error> {
        for entry in self.open_entries().await? {
            if entry.coordinator == self.inner.pool {
                // An operation that is being admitted is in the journal before it runs.
                let _admission = self.inner.admission.lock().await;
                self.take_up(entry);
            } else if let Err(error) = self.ask_coordinator(entry).await {
                tracing::debug!(%error, "the coordinator was not asked");
            }
        }
        Ok(())
    }

    /// The newest operations of this node's journal.
    ///
    /// # Errors
    /// When the journal fails.
    pub async fn list(&self) -> Result<Vec<OperationEntry>, Error> {
        Ok(self.inner.stores.journal.list(None, LISTED_MAX).await?)
    }

    /// Takes up an operation now and answers what became of it within a short while.
    ///
    /// # Errors
    /// [`Error::Unknown`] when there is none, or what prevents the coordinator from being asked.
    pub async fn resume(&self, id: &str) -> Result<OperationEntry, Error> {
        let unknown = || Error::Unknown {
            id: id.to_owned(),
            pool: self.inner.pool.clone(),
        };
        let entry = self.entry(id).await?.ok_or_else(unknown)?;
        if entry.state != OperationState::Running {
            return Ok(entry);
        }
        if entry.coordinator == self.inner.pool {
            {
                let _admission = self.inner.admission.lock().await;
                self.take_up(entry);
            }
            if let Some(mut watcher) = self.watch(id) {
                let end = async { while !matches!(watcher.next().await, Heard::Outcome(_)) {} };
                let _ = tokio::time::timeout(RESUME_WAIT, end).await;
            }
        } else {
            self.ask_coordinator(entry).await?;
        }
        self.entry(id).await?.ok_or_else(unknown)
    }

    /// Runs an operation of the journal that this pool coordinates to its end, unless it runs already.
    pub(super) fn take_up(&self, entry: OperationEntry) {
        let id = entry.id.clone();
        self.detach(&id, |operations, running| async move {
            operations.see_to_its_end(&entry.id, &running, None).await;
        });
    }

    /// Goes on with an operation until its journal entry has ended, and tells how. Whoever listens hears the end, however
    /// long a store or the other pool takes to answer. `reason` is why it rolls back if it does; unless given, the node that
    /// ran it is gone.
    pub(super) async fn see_to_its_end(&self, id: &str, running: &Running, reason: Option<&Error>) {
        let reason = reason.unwrap_or(&Error::Interrupted);
        let mut is_told = false;
        loop {
            let open = match self.entry(id).await {
                Ok(None) | Err(Error::Store(crate::store::Error::Closed)) => return,
                Ok(Some(entry)) => {
                    if let Some(outcome) = outcome_of(&entry) {
                        running.narration.end(outcome);
                        return;
                    }
                    match self.finish(entry, running, reason).await {
                        // The journal says whether it was written down.
                        Ok(()) => {
                            tokio::time::sleep(LOOK_SOON).await;
                            continue;
                        }
                        Err(open) => open,
                    }
                }
                Err(error) => Open::from(error),
            };
            let Open {
                error,
                is_committed,
            } = open;
            tracing::warn!(operation = %id, %error, "an operation is still open");
            if !is_told {
                is_told = true;
                running.narration.warning(format!(
                    "The end of the operation cannot be written down: {error}. It is tried again."
                ));
            }
            running.narration.gauge(Gauge {
                status: error.to_string(),
                percent: 90,
                waits_for: Some(WaitsFor::Store { is_committed }),
            });
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    async fn finish(
        &self,
        entry: OperationEntry,
        running: &Running,
        reason: &Error,
    ) -> Result<(), Open> {
        if kind_of(&entry) == OperationKind::MoveUser {
            return Ok(Box::pin(self.finish_user(entry, running, reason)).await?);
        }
        let broken = |refusal: crate::peer::Refusal| Error::PlanBroken {
            reason: refusal.message,
        };
        let course = Course::of(&entry).map_err(broken)?;
        let is_offered = entry.step == step::TRANSFER;
        let term =
            offered_in(&entry).filter(|_| is_offered && !course.is_disaster(&self.inner.pool));
        let Some(term) = term else {
            return Ok(self.roll_back(entry, &course.taking, reason).await?);
        };
        match self.decide(&entry, &course, term, running).await {
            Ok(()) => {
                let released = async {
                    let result = self.result_of(&entry, &course).await?;
                    self.release(entry, term, result).await
                };
                released.await.map(drop).map_err(|error| Open {
                    error,
                    is_committed: true,
                })
            }
            Err(reason) => Ok(self.roll_back(entry, &course.taking, &reason).await?),
        }
    }

    async fn result_of(
        &self,
        entry: &OperationEntry,
        course: &Course,
    ) -> Result<PoolFailOverResult, Error> {
        let took = SystemTime::now()
            .duration_since(entry.started)
            .unwrap_or_default();
        Ok(PoolFailOverResult {
            operation_id: entry.id.clone(),
            outcome: "Committed".to_owned(),
            pool_fqdn: course.home.to_string(),
            serving_pool_fqdn: course.taking.to_string(),
            epoch: course.next_epoch.0,
            users: self
                .inner
                .stores
                .documents
                .count_accounts(&course.home)
                .await?,
            // The freeze outlived the process that began it: it is bounded by the whole.
            read_only: Some(duration(took)),
            duration: Some(duration(took)),
            stated_loss: Some(0),
            plan: entry.plan_digest.clone(),
        })
    }

    /// Asks the coordinator of an operation that is open here how it ended there.
    async fn ask_coordinator(&self, entry: OperationEntry) -> Result<(), Error> {
        let request = wire::GetOperationRequest {
            operation_id: entry.id.clone(),
        };
        let answer = self
            .inner
            .peers
            .to(&entry.coordinator)?
            .get_operation(request)
            .await?;
        let failure = match answer.operation.map(from_message) {
            None => OperationFailure {
                id: "OperationNotFound".to_owned(),
                message: format!(
                    "pool \"{}\", which coordinated it, does not know it",
                    entry.coordinator
                ),
            },
            Some(Ok(there)) => match (there.state, there.failure) {
                (OperationState::RolledBack, Some(failure)) => failure,
                (OperationState::RolledBack, None) => OperationFailure {
                    id: "OperationRolledBack".to_owned(),
                    message: "the coordinator rolled it back".to_owned(),
                },
                // A coordinator commits only after this pool has: its word about this journal is no news.
                (OperationState::Running | OperationState::Committed, _) => return Ok(()),
            },
            Some(Err(refusal)) => {
                return Err(Error::PlanBroken {
                    reason: refusal.message,
                });
            }
        };
        let _admission = self.inner.admission.lock().await;
        let entry = match self.entry(&entry.id).await? {
            Some(entry) if entry.state == OperationState::Running => entry,
            Some(_) | None => return Ok(()),
        };
        if MovedUser::is_in(&entry) {
            let end = self.end_user(entry, failure).await;
            return end.map_err(|error| match error {
                PartnerError::Store(error) => error.into(),
                PartnerError::Refused(refusal) => Error::PlanBroken {
                    reason: refusal.message,
                },
            });
        }
        let entry = ended(
            entry,
            OperationState::RolledBack,
            Some(failure),
            SystemTime::now(),
        );
        Ok(self.inner.stores.journal.record(entry).await?)
    }

    /// The result of an operation that has ended, as its cmdlet emits it.
    #[must_use]
    pub fn result(entry: &OperationEntry) -> PoolFailOverResult {
        if entry.state == OperationState::Committed
            && let Ok(result) = PoolFailOverResult::decode(entry.result.clone())
            && !result.operation_id.is_empty()
        {
            return result;
        }
        let plan = plan_of(entry).unwrap_or_default();
        let is_committed = entry.state == OperationState::Committed;
        let took = entry
            .ended
            .and_then(|end| end.duration_since(entry.started).ok())
            .unwrap_or_default();
        PoolFailOverResult {
            operation_id: entry.id.clone(),
            outcome: if is_committed {
                "Committed"
            } else {
                "RolledBack"
            }
            .to_owned(),
            pool_fqdn: plan.home_pool,
            serving_pool_fqdn: if is_committed {
                plan.taking_pool
            } else {
                plan.releasing_pool
            },
            epoch: if is_committed {
                plan.next_epoch
            } else {
                plan.epoch
            },
            users: 0,
            read_only: Some(prost_types::Duration::default()),
            duration: Some(duration(took)),
            stated_loss: Some(0),
            plan: entry.plan_digest.clone(),
        }
    }
}
