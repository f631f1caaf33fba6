//! Where a transfer was offered the taking pool decides: asking it until it answers, releasing when it has committed,
//! rolling back when it never will.

use std::time::{Duration, SystemTime};

use prost::Message;
use tandem::peer::v1 as wire;
use tandem::pool::v1::PoolFailOverResult;
use tandem_domain::identity::Fqdn;
use tandem_domain::ownership::{Chain, PartnerAnswer, Term};

use super::entry::{Course, ended, step, to_message};
use super::move_in::MovedUser;
use super::progress::{Gauge, Outcome, WaitsFor};
use super::{Error, Operations, Running};
use crate::peer::wire::terms;
use crate::store::{OperationEntry, OperationFailure, OperationState};

/// Time between two attempts to learn what the taking pool decided.
const ASK_AGAIN: Duration = Duration::from_millis(500);

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
                Err(
                    error
                    @ (crate::peer::Error::Refused { .. } | crate::peer::Error::Failed { .. }),
                ) => {
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
                waits_for: Some(WaitsFor::Partner),
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
                .append_term(&home, term, term.epoch, vec![entry.clone()])
                .await?;
        }
        Ok(entry)
    }

    /// Rolls back here, durably, then tells the other pool, which otherwise asks.
    ///
    /// # Errors
    /// When it cannot be written: then nothing has changed, and the operation is still open.
    pub(super) async fn roll_back(
        &self,
        entry: OperationEntry,
        other: &Fqdn,
        reason: &Error,
    ) -> Result<(), Error> {
        match self.close(entry.clone(), reason).await {
            Ok(_) => {
                tracing::warn!(operation = %entry.id, %reason, "rolled back");
                if *other != self.inner.pool
                    && let Err(error) = self.abort_there(&entry, other, reason).await
                {
                    tracing::info!(operation = %entry.id, %error, "the other pool was not told and will ask");
                }
                Ok(())
            }
            // Ended meanwhile: what it ended with stands.
            Err(Error::Store(crate::store::Error::OperationEnded { .. })) => Ok(()),
            Err(error) => Err(error),
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
            operation: if MovedUser::is_in(entry) {
                to_message(entry).ok()
            } else {
                None
            },
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
pub(super) fn offered(term: Term) -> bytes::Bytes {
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
                entry.failure.clone().unwrap_or_else(|| OperationFailure {
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
