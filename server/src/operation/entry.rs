//! What stands in the journal: the plan as the contract writes it, enough to go on after a crash without asking anyone.

use std::time::SystemTime;

use prost::Message;
use tandem::cmdlet::v1 as cmdlet;
use tandem::peer::v1 as wire;
use tandem_domain::identity::Fqdn;
use tandem_domain::observation::OperationKind;
use tandem_domain::ownership::Epoch;

use super::Error;
use crate::peer::Refusal;
use crate::peer::wire::{INVALID_MESSAGE, moment, pool, timestamp};
use crate::store::{OperationEntry, OperationFailure, OperationState};

/// Names of the steps that the journal's reader tells apart; the others are only told.
pub(super) mod step {
    /// Nothing has begun.
    pub(in crate::operation) const PREPARE: &str = "Prepare";
    /// From here on the taking pool's journal decides.
    pub(in crate::operation) const TRANSFER: &str = "TakeOwnership";
    /// The taking pool has the users.
    pub(in crate::operation) const RELEASE: &str = "ReleaseOwnership";
}

/// What an entry's plan says, as far as going on after a crash depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Course {
    pub(super) home: Fqdn,
    pub(super) releasing: Fqdn,
    pub(super) taking: Fqdn,
    pub(super) epoch: Epoch,
    pub(super) next_epoch: Epoch,
}

impl Course {
    /// Reads the plan of an entry.
    pub(super) fn of(entry: &OperationEntry) -> Result<Self, Refusal> {
        let plan = plan_of(entry)?;
        Ok(Self {
            home: pool(&plan.home_pool, "plan.home_pool")?,
            releasing: pool(&plan.releasing_pool, "plan.releasing_pool")?,
            taking: pool(&plan.taking_pool, "plan.taking_pool")?,
            epoch: Epoch(plan.epoch),
            next_epoch: Epoch(plan.next_epoch),
        })
    }

    /// Whether an operation that `coordinator` drives does without the releasing pool.
    pub(super) fn is_disaster(&self, coordinator: &Fqdn) -> bool {
        *coordinator == self.taking
    }
}

/// The plan of an entry, as the contract writes it.
pub(super) fn plan_of(entry: &OperationEntry) -> Result<cmdlet::Plan, Refusal> {
    cmdlet::Plan::decode(entry.plan.clone()).map_err(|error| {
        Refusal::new(
            INVALID_MESSAGE,
            format!("the journalled plan cannot be read: {error}"),
        )
    })
}

/// What kind of operation an entry is.
pub(super) fn kind_of(entry: &OperationEntry) -> OperationKind {
    [OperationKind::FailOver, OperationKind::FailBack]
        .into_iter()
        .find(|kind| kind.cmdlet() == entry.cmdlet)
        .unwrap_or(OperationKind::MoveUser)
}

/// The entry as it reads when the operation has ended.
pub(super) fn ended(
    mut entry: OperationEntry,
    state: OperationState,
    failure: Option<OperationFailure>,
    now: SystemTime,
) -> OperationEntry {
    entry.state = state;
    entry.ended = Some(now);
    entry.failure = failure;
    entry
}

/// The entry as it reads when the operation is rolled back for that reason.
pub(super) fn rolled_back(
    entry: OperationEntry,
    reason: &Error,
    now: SystemTime,
) -> OperationEntry {
    let failure = OperationFailure {
        id: reason.id().to_owned(),
        message: reason.to_string(),
    };
    let mut entry = ended(entry, OperationState::RolledBack, Some(failure), now);
    entry.result = bytes::Bytes::new();
    entry
}

/// An entry as the other pool reads it.
pub(super) fn to_message(entry: &OperationEntry) -> Result<wire::OperationRecord, Refusal> {
    let failure = entry.failure.clone();
    Ok(wire::OperationRecord {
        operation_id: entry.id.clone(),
        cmdlet: entry.cmdlet.clone(),
        request: entry.request.to_vec(),
        plan: Some(plan_of(entry)?),
        caller: entry.caller.clone(),
        coordinator: entry.coordinator.to_string(),
        state: entry.state.name().to_owned(),
        step: entry.step.clone(),
        started: Some(timestamp(entry.started)),
        ended: entry.ended.map(timestamp),
        error_id: failure
            .as_ref()
            .map(|failure| failure.id.clone())
            .unwrap_or_default(),
        error_message: failure.map(|failure| failure.message).unwrap_or_default(),
    })
}

/// An entry from the other pool.
pub(super) fn from_message(record: wire::OperationRecord) -> Result<OperationEntry, Refusal> {
    let invalid = |reason: String| Refusal::new(INVALID_MESSAGE, reason);
    let plan = record
        .plan
        .ok_or_else(|| invalid("the operation has no plan".to_owned()))?;
    if uuid::Uuid::parse_str(&record.operation_id).is_err() {
        return Err(invalid("an operation's id is a UUID".to_owned()));
    }
    Ok(OperationEntry {
        id: record.operation_id,
        cmdlet: record.cmdlet,
        home_pool: Some(pool(&plan.home_pool, "plan.home_pool")?),
        request: record.request.into(),
        plan_digest: plan.digest.clone(),
        plan: plan.encode_to_vec().into(),
        caller: record.caller,
        coordinator: pool(&record.coordinator, "coordinator")?,
        state: record
            .state
            .parse()
            .map_err(|error: crate::store::Error| invalid(error.to_string()))?,
        step: record.step,
        started: moment(record.started),
        ended: record.ended.map(|ended| moment(Some(ended))),
        failure: (!record.error_id.is_empty()).then_some(OperationFailure {
            id: record.error_id,
            message: record.error_message,
        }),
        result: bytes::Bytes::new(),
    })
}
