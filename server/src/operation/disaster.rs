//! A move without the pool that serves: the taking pool decides alone, in one transaction.

use std::time::{Duration, SystemTime};

use prost::Message;
use tandem_domain::ownership::Term;
use tandem_domain::plan::{Action, Step};

use super::Error;
use super::entry::ended;
use super::execute::Execution;
use crate::store::OperationState;

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
        let entry = ended(entry, OperationState::Committed, None, SystemTime::now());
        inner
            .ownership
            .append_term(&home, term, entry.clone())
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
