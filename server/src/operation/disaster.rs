//! A move without the pool that serves: the taking pool decides alone, in one transaction.

use std::time::{Duration, SystemTime};

use prost::Message;
use tandem_domain::ownership::Term;
use tandem_domain::plan::{Action, Step};

use super::Error;
use super::entry::{ended, rolled_back};
use super::execute::Execution;
use crate::store::{OperationEntry, OperationState};

impl Execution {
    pub(super) async fn disaster_step(&mut self, step: &Step) -> Result<(), Error> {
        match &step.action {
            Action::StateLoss => {
                for line in self.plan.loss.iter().flat_map(|loss| loss.describe()) {
                    self.running.narration.detail(line);
                }
                Ok(())
            }
            Action::TakeOwnership { .. } => self.take().await,
            Action::StopServices { .. } | Action::ReleaseOwnership { .. } => {
                self.tell_releasing_pool().await;
                Ok(())
            }
            Action::Prepare | Action::StartServices | Action::RedirectUsers => Ok(()),
            Action::Freeze
            | Action::FlushStorage
            | Action::Ship { .. }
            | Action::Verify
            | Action::LockUser { .. }
            | Action::CopyUser { .. }
            | Action::ChangeHome { .. }
            | Action::DropUserCopy { .. } => Err(Error::PlanBroken {
                reason: format!("step {} does not belong to a disaster", step.action.name()),
            }),
        }
    }

    /// The commit: the next term of this pool's parity begins where its copy is whole.
    async fn take(&mut self) -> Result<(), Error> {
        let inner = self.operations.inner.clone();
        let home = self.plan.guards.home.clone();
        let whole = inner.stores.change_log.contiguous_head(&home).await?;
        let term = Term {
            epoch: self.plan.guards.next_epoch,
            // Lower than the last base when that history was adopted and not yet imported: nothing more is claimed.
            base_sequence: whole,
        };
        let mut entry = self.entry.clone();
        entry.result = self.result(Duration::ZERO).encode_to_vec().into();
        let now = SystemTime::now();
        let entry = ended(entry, OperationState::Committed, None, now);
        // What is given up ends with the commit: until then it may still turn out that the other pool has taken over.
        let reason = Error::Superseded {
            by: entry.id.clone(),
        };
        let given_up = self.gives_up.iter().cloned();
        let mut journal: Vec<OperationEntry> = given_up
            .map(|entry| rolled_back(entry, &reason, now))
            .collect();
        journal.insert(0, entry.clone());
        let decided_at = self.plan.guards.current_epoch;
        inner
            .ownership
            .append_term(&home, term, decided_at, journal)
            .await?;
        self.entry = entry;
        Ok(())
    }

    /// The pool that loses the users adopts the new history when it hears of it: now, when it answers, else when it
    /// returns.
    async fn tell_releasing_pool(&self) {
        let releasing = &self.plan.guards.releasing;
        match self.operations.inner.exchange.beat(releasing).await {
            Ok(_) => self.running.narration.detail(format!("Pool \"{releasing}\" has been told.")),
            Err(error) => self.running.narration.warning(format!(
                "Pool \"{releasing}\" could not be told ({error}). It adopts the new ownership when it returns, and keeps what it alone has for salvage."
            )),
        }
    }
}
