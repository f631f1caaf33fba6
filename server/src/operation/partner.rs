//! The other pool's part in an operation that it does not coordinate: it journals it, takes ownership when told to, or
//! gives it up for good.

use std::time::SystemTime;

use tandem::peer::v1 as wire;
use tandem_domain::ownership::{Chain, Term};

use super::decide::extended;
use super::entry::{Course, ended, from_message, to_message};
use super::fault::{Moment, Part};
use super::move_in::MovedUser;
use super::{Operations, entry};
use crate::peer::Refusal;
use crate::peer::wire::{chain, pool};
use crate::store::{self, OPEN_OPERATIONS_MAX, OperationEntry, OperationFailure, OperationState};

/// Why this pool does not do what the coordinator asks.
#[derive(Debug, thiserror::Error)]
pub enum PartnerError {
    /// It will not: the coordinator may rely on it.
    #[error("{}", .0.message)]
    Refused(Refusal),
    /// It could not: nobody knows yet.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<Refusal> for PartnerError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

pub(super) fn refuse<T>(id: &'static str, message: impl Into<String>) -> Result<T, PartnerError> {
    Err(Refusal::new(id, message).into())
}

/// An entry as it stands here: whatever the sender says of it, it has only begun.
fn running(entry: OperationEntry) -> OperationEntry {
    OperationEntry {
        state: OperationState::Running,
        ended: None,
        failure: None,
        ..entry
    }
}

impl Operations {
    /// Journals an operation that the other pool coordinates.
    ///
    /// # Errors
    /// A refusal when the plan does not hold here, or another operation moves one of the pools.
    pub async fn prepare(&self, record: wire::OperationRecord) -> Result<(), PartnerError> {
        let entry = running(from_message(record)?);
        let course = Course::of(&entry)?;
        let _admission = self.inner.admission.lock().await;
        if let Some(known) = self.inner.stores.journal.get(&entry.id).await? {
            return match known.state {
                OperationState::Running => Ok(()),
                OperationState::Committed | OperationState::RolledBack => refuse(
                    "OperationEnded",
                    format!("operation {} has ended here: {}", known.id, known.state),
                ),
            };
        }
        if MovedUser::is_in(&entry) {
            return self.prepare_user(entry).await;
        }
        let Some(state) = self.inner.ownership.get(&course.home) else {
            return refuse(
                "UnknownHomePool",
                format!("this node keeps no copy of pool \"{}\"", course.home),
            );
        };
        if state.chain.epoch() != course.epoch || course.taking != self.inner.pool {
            return refuse(
                "PlanChanged",
                format!(
                    "epoch {} is in force for pool \"{}\" here, the plan was made at {}",
                    state.chain.epoch(),
                    course.home,
                    course.epoch
                ),
            );
        }
        if let Some(reason) = state.quarantine {
            return refuse(
                "Quarantined",
                format!("pool \"{}\" is in quarantine: {reason}", self.inner.pool),
            );
        }
        let journal = &self.inner.stores.journal;
        let running = journal
            .list(Some(OperationState::Running), OPEN_OPERATIONS_MAX)
            .await?;
        if let Some(other) = running.iter().find(|other| {
            other.home_pool.is_some()
                && entry::kind_of(other) != tandem_domain::observation::OperationKind::MoveUser
        }) {
            return refuse(
                "OperationInProgress",
                format!("operation {} ({}) has not ended", other.id, other.cmdlet),
            );
        }
        let name = entry::step::PREPARE;
        self.inner.faults.reach(Moment::Before, name, Part::Partner);
        self.inner.stores.journal.begin(entry).await?;
        self.inner.faults.reach(Moment::After, name, Part::Partner);
        Ok(())
    }

    /// Takes ownership: the commit point of a planned move. The same call again answers the same.
    ///
    /// # Errors
    /// A refusal when the operation was given up here or its term does not fit; the coordinator then has it aborted.
    pub async fn transfer(
        &self,
        request: wire::TransferOwnershipRequest,
    ) -> Result<(), PartnerError> {
        let offered = chain(&request.term)?;
        let home = pool(&request.home_pool, "home_pool")?;
        let _admission = self.inner.admission.lock().await;
        let Some(entry) = self.inner.stores.journal.get(&request.operation_id).await? else {
            return refuse(
                "OperationNotFound",
                format!("operation {} was never prepared here", request.operation_id),
            );
        };
        match entry.state {
            OperationState::Committed => return Ok(()),
            OperationState::RolledBack => {
                return refuse(
                    "OperationAborted",
                    format!("operation {} was given up here", entry.id),
                );
            }
            OperationState::Running => {}
        }
        let course = Course::of(&entry)?;
        let term = self.check_offer(&course, &home, &offered).await?;
        let mut entry = ended(entry, OperationState::Committed, None, SystemTime::now());
        entry::step::TRANSFER.clone_into(&mut entry.step);
        let name = entry::step::TRANSFER;
        self.inner.faults.reach(Moment::Before, name, Part::Partner);
        self.inner
            .ownership
            .append_term(&home, term, course.epoch, vec![entry])
            .await?;
        self.inner.faults.reach(Moment::After, name, Part::Partner);
        tracing::info!(%home, epoch = %term.epoch, "ownership taken");
        Ok(())
    }

    /// The term that the offer adds, when it fits the plan, the history and the copy that are here.
    async fn check_offer(
        &self,
        course: &Course,
        home: &tandem_domain::identity::Fqdn,
        offered: &Chain,
    ) -> Result<Term, PartnerError> {
        let term = offered.last();
        let known = self
            .inner
            .ownership
            .get(home)
            .map(|state| state.chain)
            .unwrap_or_default();
        if *home != course.home || term.epoch != course.next_epoch {
            return refuse(
                "PlanChanged",
                format!(
                    "epoch {} is offered, {} was planned",
                    term.epoch, course.next_epoch
                ),
            );
        }
        if extended(&known, term).as_ref() != Ok(offered) {
            return refuse(
                "PlanChanged",
                format!(
                    "the offered history does not continue the one known here, which ends at epoch {}",
                    known.epoch()
                ),
            );
        }
        let whole = self.inner.stores.change_log.contiguous_head(home).await?;
        if whole < term.base_sequence {
            return refuse(
                "CopyIncomplete",
                format!(
                    "the copy of pool \"{home}\" is whole up to {whole}, {} is needed",
                    term.base_sequence
                ),
            );
        }
        Ok(term)
    }

    /// Gives an operation up: it will never commit here. Answers what stands.
    ///
    /// # Errors
    /// When the journal fails.
    pub async fn abort(
        &self,
        request: wire::AbortOperationRequest,
    ) -> Result<OperationState, PartnerError> {
        let _admission = self.inner.admission.lock().await;
        let journal = &self.inner.stores.journal;
        let entry = match (journal.get(&request.operation_id).await?, request.operation) {
            (Some(entry), _) => entry,
            // It was never told of it: that it has ended is noted, should its beginning come later.
            (None, Some(record)) => running(from_message(record)?),
            (None, None) => return Ok(OperationState::RolledBack),
        };
        if entry.state != OperationState::Running {
            return Ok(entry.state);
        }
        let failure = OperationFailure {
            id: request.error_id,
            message: request.error_message,
        };
        if MovedUser::is_in(&entry) {
            let id = entry.id.clone();
            self.end_user(entry, failure).await?;
            // The account may have ended it a moment before.
            let entry = journal.get(&id).await?;
            return Ok(entry.map_or(OperationState::RolledBack, |entry| entry.state));
        }
        let entry = ended(
            entry,
            OperationState::RolledBack,
            Some(failure),
            SystemTime::now(),
        );
        journal.record(entry).await?;
        Ok(OperationState::RolledBack)
    }

    /// This pool's journal entry of an operation, as a message.
    ///
    /// # Errors
    /// When the journal fails or the entry cannot be told.
    pub async fn tell(&self, id: &str) -> Result<Option<wire::OperationRecord>, PartnerError> {
        match self.inner.stores.journal.get(id).await? {
            Some(entry) => Ok(Some(to_message(&entry)?)),
            None => Ok(None),
        }
    }
}
