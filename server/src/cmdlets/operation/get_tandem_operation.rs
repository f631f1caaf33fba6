//! `Get-TandemOperation`.

use tandem::operation::v1::{GetTandemOperationRequest, Operation};

use super::elsewhere::answers_instead;
use super::faults::fault;
use crate::dispatch::{Cmdlet, Context, Failure};
use crate::operation::Error;
use crate::peer::wire::timestamp;
use crate::store::{OperationEntry, OperationState};

/// Returns operations.
#[derive(Debug)]
pub struct GetTandemOperation;

impl Cmdlet for GetTandemOperation {
    async fn run(
        context: &Context<Operation>,
        request: GetTandemOperationRequest,
    ) -> Result<(), Failure> {
        let node = context.node();
        if let Some(id) = &request.identity {
            let entry = node.operations.entry(id).await.map_err(fault)?;
            let unknown = || {
                fault(Error::Unknown {
                    id: id.clone(),
                    pool: node.pool.clone(),
                })
            };
            return match entry {
                Some(entry) => context.output(message(entry)).await,
                None => answers_instead(context, unknown()).await,
            };
        }
        for entry in node.operations.list().await.map_err(fault)? {
            let home = entry
                .home_pool
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            if request
                .pool_fqdn
                .as_ref()
                .is_none_or(|wanted| wanted.eq_ignore_ascii_case(&home))
            {
                context.output(message(entry)).await?;
            }
        }
        Ok(())
    }
}

/// An entry of the journal as an object.
pub(super) fn message(entry: OperationEntry) -> Operation {
    let failure = entry.failure;
    Operation {
        identity: entry.id,
        cmdlet: entry.cmdlet,
        pool_fqdn: entry
            .home_pool
            .map(|pool| pool.to_string())
            .unwrap_or_default(),
        outcome: match entry.state {
            OperationState::Running => "Running",
            OperationState::Committed => "Committed",
            OperationState::RolledBack => "RolledBack",
        }
        .to_owned(),
        step: entry.step,
        caller: entry.caller,
        coordinator: entry.coordinator.to_string(),
        started: Some(timestamp(entry.started)),
        ended: entry.ended.map(timestamp),
        plan: entry.plan_digest,
        error_id: failure
            .as_ref()
            .map(|failure| failure.id.clone())
            .unwrap_or_default(),
        error_message: failure.map(|failure| failure.message).unwrap_or_default(),
    }
}
