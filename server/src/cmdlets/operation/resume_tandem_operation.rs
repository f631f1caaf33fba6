//! `Resume-TandemOperation`.

use tandem::operation::v1::{Operation, ResumeTandemOperationRequest};

use super::elsewhere::answers_instead;
use super::faults::fault;
use super::get_tandem_operation::message;
use crate::dispatch::{Cmdlet, Context, Failure};
use crate::operation::Error;
use crate::store::OperationState;

/// Takes up an operation that was interrupted.
#[derive(Debug)]
pub struct ResumeTandemOperation;

impl Cmdlet for ResumeTandemOperation {
    async fn run(
        context: &Context<Operation>,
        request: ResumeTandemOperationRequest,
    ) -> Result<(), Failure> {
        let node = context.node();
        let id = &request.identity;
        let entry = node.operations.entry(id).await.map_err(fault)?;
        let unknown = || {
            fault(Error::Unknown {
                id: id.clone(),
                pool: node.pool.clone(),
            })
        };
        let Some(entry) = entry else {
            return answers_instead(context, unknown()).await;
        };
        if entry.state != OperationState::Running {
            return context.output(message(entry)).await;
        }
        if !context.should_process(id.clone(), None).await? {
            return Ok(());
        }
        let entry = node.operations.resume(id).await.map_err(fault)?;
        if entry.state == OperationState::Running {
            context
                .warning(format!(
                    "Operation {id} is still open at step {}: the pool that decides it has not answered. It ends by itself when that pool does.",
                    entry.step
                ))
                .await?;
        }
        context.output(message(entry)).await
    }
}
