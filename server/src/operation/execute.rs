//! Carries a plan out, step by step, on the pool that coordinates it. Each step is journalled before it starts.

use std::time::Duration;

use tandem::peer::v1 as wire;
use tandem::pool::v1::PoolFailOverResult;
use tandem_domain::loss::LossStatement;
use tandem_domain::ownership::Term;
use tandem_domain::plan::{Action, Plan, Step, Waiver};
use tokio::time::Instant;

use super::decide::{offered, offered_in};
use super::entry::{Course, to_message};
use super::fault::{Moment, Part};
use super::observe::shipped_modules;
use super::progress::{Event, Gauge};
use super::{Error, Operations, Running};
use crate::backup::{Drive, DriveError};
use crate::peer::wire::duration;
use crate::store::{OperationEntry, OperationState};

/// One operation that runs.
pub(super) struct Execution {
    pub(super) operations: Operations,
    pub(super) plan: Plan,
    pub(super) entry: OperationEntry,
    pub(super) running: Running,
    pub(super) began: Instant,
    pub(super) frozen_at: Option<Instant>,
    /// Operations that froze the users here, and that end with the commit of this one.
    pub(super) gives_up: Vec<OperationEntry>,
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
            gives_up: Vec::new(),
            is_decided: false,
            is_incomplete: false,
        }
    }

    /// Runs it to its end.
    pub(super) async fn run(mut self) {
        for warning in &self.plan.warnings {
            self.running.narration.warning(warning.clone());
        }
        let reason = self.steps().await.err();
        if let Some(reason) = &reason {
            self.roll_back(reason).await;
        }
        self.operations
            .see_to_its_end(&self.entry.id, &self.running, reason.as_ref())
            .await;
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
                waits_for: None,
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
                waits_for: None,
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
            Ok(()) => {
                self.tell_lost_files();
                Ok(())
            }
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

    /// A lost file is no reason to stay: whoever serves the users, it has to be put back.
    fn tell_lost_files(&self) {
        let home = &self.plan.guards.home;
        let lost = self.operations.inner.backup.lost_files(home);
        if let Some(first) = lost.first() {
            self.running.narration.warning(format!(
                "{} conference files are lost on both pools, and stay so: {first}. {}",
                lost.len(),
                first.mend()
            ));
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
            stated_loss: self
                .plan
                .loss
                .as_ref()
                .map_or(Some(0), LossStatement::count),
            plan: self.entry.plan_digest.clone(),
        }
    }

    /// Rolls back, as far as anything does; what cannot be written now is written later.
    async fn roll_back(&mut self, reason: &Error) {
        if self.is_decided || self.entry.state != OperationState::Running {
            // The commit stands. What failed after it is told, and taken up again by the resolver.
            self.running.narration.warning(reason.to_string());
            return;
        }
        self.running
            .narration
            .detail(format!("Rolling back: {reason}"));
        let taking = self.plan.guards.taking.clone();
        let rolled_back = self
            .operations
            .roll_back(self.entry.clone(), &taking, reason)
            .await;
        if let Err(error) = rolled_back {
            tracing::error!(operation = %self.entry.id, %reason, %error, "the rollback could not be written and is tried again");
        }
    }
}
