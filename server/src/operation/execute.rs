//! Carries a plan out, step by step, on the pool that coordinates it. Each step is journalled before it starts.

use std::time::{Duration, SystemTime};

use prost::Message;
use tandem::peer::v1 as wire;
use tandem::pool::v1::PoolFailOverResult;
use tandem_domain::identity::Fqdn;
use tandem_domain::ownership::{Chain, PartnerAnswer, Term};
use tandem_domain::plan::{Action, Plan, Step, Waiver};
use tokio::time::Instant;

use super::entry::{Course, ended, step, to_message};
use super::fault::{Moment, Part};
use super::observe::shipped_modules;
use super::progress::{Event, Gauge, Outcome};
use super::{Error, Operations, Running};
use crate::backup::{Drive, DriveError};
use crate::peer::wire::{duration, terms};
use crate::store::{OperationEntry, OperationFailure, OperationState};

/// Time between two attempts to learn what the taking pool decided.
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// One operation that runs.
pub(super) struct Execution {
    pub(super) operations: Operations,
    pub(super) plan: Plan,
    pub(super) entry: OperationEntry,
    pub(super) running: Running,
    pub(super) began: Instant,
    pub(super) frozen_at: Option<Instant>,
    /// Whether the taking pool has committed: nothing rolls back any more.
    is_decided: bool,
    /// Whether -SkipDataVerification let the move go on although not everything was shipped.
    pub(super) is_incomplete: bool,
}

impl Execution {
    pub(super) fn new(
        operations: Operations,
        plan: Plan,
        entry: OperationEntry,
        running: Running,
    ) -> Self {
        Self {
            operations,
            plan,
            entry,
            running,
            began: Instant::now(),
            frozen_at: None,
            is_decided: false,
            is_incomplete: false,
        }
    }

    /// Runs it to its end.
    pub(super) async fn run(mut self) {
        for warning in &self.plan.warnings {
            self.running.narration.warning(warning.clone());
        }
        match self.steps().await {
            Ok(()) => {}
            Err(error) => self.roll_back(error).await,
        }
        let entry = self.operations.entry(&self.entry.id).await.ok().flatten();
        if let Some(outcome) = entry.as_ref().and_then(|entry| outcome_of(entry)) {
            self.running.narration.end(outcome);
        }
    }

    async fn steps(&mut self) -> Result<(), Error> {
        let steps = self.plan.steps.clone();
        let no_return = self.plan.point_of_no_return();
        for (index, step) in steps.iter().enumerate() {
            if index <= no_return {
                self.check_not_stopped()?;
            }
            let name = step.action.name();
            self.running.narration.tell(Event::Step {
                name,
                description: self.plan.sentence(step),
            });
            self.running.narration.gauge(Gauge {
                status: name.to_owned(),
                percent: u8::try_from(index * 100 / steps.len()).unwrap_or(100),
                is_waiting: false,
            });
            self.journal_step(step).await?;
            self.reach(Moment::Before, name);
            self.step(step).await?;
            self.reach(Moment::After, name);
        }
        Ok(())
    }

    fn check_not_stopped(&self) -> Result<(), Error> {
        if self.running.stop.is_cancelled() {
            return Err(Error::Stopped);
        }
        Ok(())
    }

    pub(super) fn reach(&self, moment: Moment, name: &str) {
        self.operations
            .inner
            .faults
            .reach(moment, name, Part::Coordinator);
    }

    /// Steps that change something durable here write their name in the same transaction; the others before they start.
    async fn journal_step(&mut self, step: &Step) -> Result<(), Error> {
        step.action.name().clone_into(&mut self.entry.step);
        let is_written_with_its_effect = match step.action {
            Action::Freeze | Action::StopServices { .. } | Action::TakeOwnership { .. } => true,
            // From the commit on nothing needs to be found in the journal but the commit.
            Action::ReleaseOwnership { .. } | Action::RedirectUsers => true,
            Action::Prepare
            | Action::FlushStorage
            | Action::Ship { .. }
            | Action::Verify
            | Action::StartServices
            | Action::StateLoss
            | Action::LockUser { .. }
            | Action::CopyUser { .. }
            | Action::ChangeHome { .. }
            | Action::DropUserCopy { .. } => false,
        };
        if !is_written_with_its_effect {
            self.operations
                .inner
                .stores
                .journal
                .record(self.entry.clone())
                .await?;
        }
        Ok(())
    }

    pub(super) fn is_disaster(&self) -> bool {
        self.plan.kind.is_disaster()
    }

    async fn step(&mut self, step: &Step) -> Result<(), Error> {
        if self.is_disaster() {
            return self.disaster_step(step).await;
        }
        let home = self.plan.guards.home.clone();
        let inner = self.operations.inner.clone();
        match &step.action {
            Action::Prepare => self.prepare().await,
            Action::Freeze => {
                inner.ownership.freeze(&home, self.entry.clone()).await?;
                self.frozen_at = Some(Instant::now());
                Ok(())
            }
            Action::FlushStorage => {
                self.running.narration.detail(
                    "Every acknowledged write is in the pool's store already; nothing is queued on its servers.",
                );
                Ok(())
            }
            Action::Ship { wait } => self.ship(*wait).await,
            Action::Verify => self.verify().await,
            Action::StopServices { .. } => {
                inner
                    .ownership
                    .set_services(&home, false, Some(self.entry.clone()))
                    .await?;
                Ok(())
            }
            Action::StartServices => self.check_taking_pool().await,
            Action::TakeOwnership { .. } => self.transfer().await,
            Action::ReleaseOwnership { .. } => self.release().await,
            Action::RedirectUsers => {
                // The taking pool's users are told by its own ownership; those that are still here by this pool's.
                let _ = inner.exchange.beat(&self.plan.guards.taking).await;
                Ok(())
            }
            Action::StateLoss
            | Action::LockUser { .. }
            | Action::CopyUser { .. }
            | Action::ChangeHome { .. }
            | Action::DropUserCopy { .. } => Err(Error::PlanBroken {
                reason: format!(
                    "step {} does not belong to a planned move",
                    step.action.name()
                ),
            }),
        }
    }

    async fn prepare(&self) -> Result<(), Error> {
        let record = to_message(&self.entry).map_err(|refusal| Error::PlanBroken {
            reason: refusal.message,
        })?;
        let request = wire::PrepareOperationRequest {
            operation: Some(record),
        };
        let inner = &self.operations.inner;
        inner
            .peers
            .to(&self.plan.guards.taking)?
            .prepare_operation(request)
            .await?;
        Ok(())
    }

    async fn ship(&mut self, wait: Duration) -> Result<(), Error> {
        let drive = Drive {
            home: self.plan.guards.home.clone(),
            modules: shipped_modules(),
            deadline: Instant::now() + wait,
            retries: None,
        };
        let narration = self.running.narration.clone();
        let tell = move |left: crate::backup::Progress| {
            narration.gauge(Gauge {
                status: format!(
                    "Ship: {} records and {} bytes of files are left",
                    left.records, left.bytes
                ),
                percent: 30,
                is_waiting: false,
            });
        };
        let stop = self.running.stop.clone();
        let backup = self.operations.inner.backup.clone();
        let driven = tokio::select! {
            driven = backup.drive_to_final(&drive, tell) => driven,
            () = stop.cancelled() => return Err(Error::Stopped),
        };
        let waived = self
            .plan
            .guards
            .waivers
            .contains(&Waiver::SkipDataVerification);
        match driven {
            Ok(()) => Ok(()),
            Err(timed_out @ DriveError::TimedOut { .. }) if waived => {
                self.is_incomplete = true;
                self.running.narration.warning(format!(
                    "The wait time has passed: {timed_out}. The move goes on, as -SkipDataVerification asks; what was not shipped is kept for salvage."
                ));
                Ok(())
            }
            Err(timed_out @ DriveError::TimedOut { .. }) => Err(Error::WaitTimeExpired {
                reason: timed_out.to_string(),
            }),
            Err(DriveError::Failed(error)) => Err(error.into()),
        }
    }

    async fn verify(&self) -> Result<(), Error> {
        let inner = &self.operations.inner;
        let home = &self.plan.guards.home;
        let request = wire::GetDigestRequest {
            home_pool: home.to_string(),
        };
        let peer = inner.peers.to(&self.plan.guards.taking)?;
        let (ours, theirs) = tokio::join!(
            inner.stores.change_log.digest(home),
            peer.get_digest(request)
        );
        let theirs = theirs?.digest;
        for own in ours? {
            let name = own.module.name();
            let other = theirs.iter().find(|digest| digest.module == name);
            let is_equal = other.is_some_and(|other| {
                other.documents == own.documents && other.digest == own.digest.to_be_bytes()
            });
            if !is_equal {
                return Err(Error::VerificationFailed {
                    module: name,
                    releasing: own.documents,
                    taking: other.map_or(0, |other| other.documents),
                });
            }
            self.running.narration.detail(format!(
                "{name}: {} documents are equal on both pools.",
                own.documents
            ));
        }
        Ok(())
    }

    /// The taking pool must be able to serve before ownership is offered to it: it starts its services when it takes it.
    async fn check_taking_pool(&self) -> Result<(), Error> {
        let taking = &self.plan.guards.taking;
        let word = self.operations.inner.exchange.beat(taking).await?;
        let home = &self.plan.guards.home;
        match word
            .homes
            .get(home)
            .and_then(|told| told.quarantine.as_ref())
        {
            Some(reason) => Err(Error::PlanBroken {
                reason: format!("pool \"{taking}\" is in quarantine: {reason}"),
            }),
            None => Ok(()),
        }
    }

    /// The term that the taking pool is to append: it contains everything that was shipped.
    async fn next_term(&self) -> Result<Term, Error> {
        let change_log = &self.operations.inner.stores.change_log;
        let home = &self.plan.guards.home;
        let mut base_sequence = change_log.head(home).await?;
        if self.is_incomplete {
            for module in shipped_modules() {
                base_sequence = base_sequence.min(change_log.acknowledged(home, module).await?);
            }
        }
        Ok(Term {
            epoch: self.plan.guards.next_epoch,
            base_sequence,
        })
    }

    async fn transfer(&mut self) -> Result<(), Error> {
        let term = self.next_term().await?;
        // Kept in the entry, so that the same term is offered again after a crash.
        self.entry.result = offered(term);
        self.operations
            .inner
            .stores
            .journal
            .record(self.entry.clone())
            .await?;
        let course = Course::of(&self.entry).map_err(|refusal| Error::PlanBroken {
            reason: refusal.message,
        })?;
        self.operations
            .decide(&self.entry, &course, term, &self.running)
            .await?;
        self.is_decided = true;
        Ok(())
    }

    async fn release(&mut self) -> Result<(), Error> {
        let Some(term) = offered_in(&self.entry) else {
            return Err(Error::PlanBroken {
                reason: "no term was offered".to_owned(),
            });
        };
        let read_only = self.frozen_at.map(|at| at.elapsed()).unwrap_or_default();
        let result = self.result(read_only);
        self.entry = self
            .operations
            .release(self.entry.clone(), term, result)
            .await?;
        Ok(())
    }

    pub(super) fn result(&self, read_only: Duration) -> PoolFailOverResult {
        let guards = &self.plan.guards;
        PoolFailOverResult {
            operation_id: self.entry.id.clone(),
            outcome: "Committed".to_owned(),
            pool_fqdn: guards.home.to_string(),
            serving_pool_fqdn: guards.taking.to_string(),
            epoch: guards.next_epoch.0,
            users: self.plan.users,
            read_only: Some(duration(read_only)),
            duration: Some(duration(self.began.elapsed())),
            stated_loss: self.plan.loss.as_ref().map_or(0, |loss| {
                loss.records().known().saturating_add(loss.files().known())
            }),
            plan: self.entry.plan_digest.clone(),
        }
    }

    async fn roll_back(&mut self, reason: Error) {
        if self.is_decided || self.entry.state != OperationState::Running {
            // The commit stands. What failed after it is told, and taken up again by the resolver.
            self.running.narration.warning(reason.to_string());
            return;
        }
        self.running
            .narration
            .detail(format!("Rolling back: {reason}"));
        let taking = self.plan.guards.taking.clone();
        self.operations
            .roll_back(self.entry.clone(), &taking, &reason)
            .await;
    }
}

impl Operations {
    /// Learns what the taking pool decides about a transfer that is journalled as offered. Ends only when it is decided:
    /// an error means that it will never commit.
    pub(super) async fn decide(
        &self,
        entry: &OperationEntry,
        course: &Course,
        term: Term,
        running: &Running,
    ) -> Result<(), Error> {
        let known = self
            .inner
            .ownership
            .get(&course.home)
            .map(|state| state.chain)
            .unwrap_or_default();
        let chain = extended(&known, term).map_err(|reason| Error::PlanBroken { reason })?;
        let mut is_told = false;
        loop {
            let error = match self.offer(entry, course, &chain).await {
                Ok(()) => return Ok(()),
                Err(error @ crate::peer::Error::Refused { .. }) => {
                    // An earlier offer may still be on its way: only an abort that was answered makes the no final.
                    match self
                        .abort_there(entry, &course.taking, &Error::Peer(error.clone()))
                        .await
                    {
                        Ok(OperationState::Committed) => return Ok(()),
                        Ok(OperationState::RolledBack | OperationState::Running) => {
                            return Err(error.into());
                        }
                        Err(unknown) => unknown,
                    }
                }
                Err(error) => error,
            };
            // A store that cannot be read now decides nothing: the question stays open.
            if let Ok(Some(now)) = self.entry(&entry.id).await
                && now.state != OperationState::Running
            {
                // A disaster operation went past it; what it ended with stands.
                return Err(Error::Interrupted);
            }
            if !is_told {
                is_told = true;
                running.narration.warning(format!(
                    "Pool \"{}\" has not answered whether it took over ({error}). The users of pool \"{}\" stay read-only until it does; the operation ends by itself then.",
                    course.taking, course.home
                ));
            }
            running.narration.gauge(Gauge {
                status: format!("Waiting for pool \"{}\"", course.taking),
                percent: 80,
                is_waiting: true,
            });
            tokio::time::sleep(ASK_AGAIN).await;
        }
    }

    async fn offer(
        &self,
        entry: &OperationEntry,
        course: &Course,
        chain: &Chain,
    ) -> Result<(), crate::peer::Error> {
        let request = wire::TransferOwnershipRequest {
            operation_id: entry.id.clone(),
            home_pool: course.home.to_string(),
            term: terms(chain),
        };
        self.inner
            .peers
            .to(&course.taking)?
            .transfer_ownership(request)
            .await?;
        Ok(())
    }

    /// Releases after the taking pool has committed: the same term here, and the end of the operation, in one
    /// transaction.
    pub(super) async fn release(
        &self,
        mut entry: OperationEntry,
        term: Term,
        result: PoolFailOverResult,
    ) -> Result<OperationEntry, Error> {
        let Some(home) = entry.home_pool.clone() else {
            return Err(Error::PlanBroken {
                reason: "the journal entry names no home pool".to_owned(),
            });
        };
        step::RELEASE.clone_into(&mut entry.step);
        entry.result = result.encode_to_vec().into();
        let now = SystemTime::now();
        let entry = ended(entry, OperationState::Committed, None, now);
        let head = self.inner.stores.change_log.head(&home).await?;
        if term.base_sequence < head {
            // Not everything was shipped, by the administrator's waiver: what is missing there is kept here.
            let known = self
                .inner
                .ownership
                .get(&home)
                .map(|state| state.chain)
                .unwrap_or_default();
            let chain = extended(&known, term).map_err(|reason| Error::PlanBroken { reason })?;
            let answer = PartnerAnswer::Answered {
                chain,
                head: term.base_sequence,
            };
            self.inner
                .ownership
                .settle(&home, &answer, &uuid::Uuid::now_v7().to_string(), now)
                .await?;
            self.inner
                .ownership
                .thaw(&home, Some(entry.clone()))
                .await?;
        } else {
            self.inner
                .ownership
                .append_term(&home, term, entry.clone())
                .await?;
        }
        Ok(entry)
    }

    /// Rolls back here, durably, then tells the other pool, which otherwise asks.
    pub(super) async fn roll_back(&self, entry: OperationEntry, other: &Fqdn, reason: &Error) {
        match self.close(entry.clone(), reason).await {
            Ok(_) => {
                tracing::warn!(operation = %entry.id, %reason, "rolled back");
                if *other != self.inner.pool
                    && let Err(error) = self.abort_there(&entry, other, reason).await
                {
                    tracing::info!(operation = %entry.id, %error, "the other pool was not told and will ask");
                }
            }
            // Ended meanwhile: what it ended with stands.
            Err(Error::Store(crate::store::Error::OperationEnded { .. })) => {}
            Err(error) => {
                tracing::error!(operation = %entry.id, %error, "the rollback could not be written and is tried again")
            }
        }
    }

    pub(super) async fn abort_there(
        &self,
        entry: &OperationEntry,
        other: &Fqdn,
        reason: &Error,
    ) -> Result<OperationState, crate::peer::Error> {
        let request = wire::AbortOperationRequest {
            operation_id: entry.id.clone(),
            home_pool: entry
                .home_pool
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            error_id: reason.id().to_owned(),
            error_message: reason.to_string(),
        };
        let answer = self.inner.peers.to(other)?.abort_operation(request).await?;
        answer
            .state
            .parse()
            .map_err(|error: crate::store::Error| crate::peer::Error::Protocol {
                pool: other.clone(),
                reason: error.to_string(),
            })
    }
}

/// A history with one more term; unchanged when it ends with that term already.
pub(super) fn extended(chain: &Chain, term: Term) -> Result<Chain, String> {
    if chain.last() == term {
        return Ok(chain.clone());
    }
    let mut terms = chain.terms().to_vec();
    terms.push(term);
    Chain::try_from(terms).map_err(|error| error.to_string())
}

/// While a transfer is undecided the entry's result holds the term that was offered.
fn offered(term: Term) -> bytes::Bytes {
    let term = wire::Term {
        epoch: term.epoch.0,
        base_sequence: term.base_sequence,
    };
    term.encode_to_vec().into()
}

/// The term that an undecided entry offered.
pub(super) fn offered_in(entry: &OperationEntry) -> Option<Term> {
    let term = wire::Term::decode(entry.result.clone()).ok()?;
    (term.epoch > 0).then_some(Term {
        epoch: tandem_domain::ownership::Epoch(term.epoch),
        base_sequence: term.base_sequence,
    })
}

/// How an entry's operation ended, for whoever listens.
pub(super) fn outcome_of(entry: &OperationEntry) -> Option<Outcome> {
    match entry.state {
        OperationState::Running => None,
        OperationState::Committed => {
            let result = PoolFailOverResult::decode(entry.result.clone()).unwrap_or_default();
            let read_only = result
                .read_only
                .as_ref()
                .map(crate::peer::wire::span)
                .unwrap_or_default();
            Some(Outcome::Committed { read_only })
        }
        OperationState::RolledBack => {
            let OperationFailure { id, message } =
                entry.failure.clone().unwrap_or(OperationFailure {
                    id: "OperationRolledBack".to_owned(),
                    message: "the operation was rolled back".to_owned(),
                });
            Some(Outcome::RolledBack {
                error_id: id,
                message,
            })
        }
    }
}
