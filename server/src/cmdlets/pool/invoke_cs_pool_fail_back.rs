//! `Invoke-CsPoolFailBack`.

use prost::Message;
use tandem::pool::v1::{InvokeCsPoolFailBackRequest, PoolFailOverResult};
use tandem_domain::request::FailBackRequest;

use super::moving::{self, wait_time};
use crate::dispatch::{Cmdlet, Context, Failure};
use crate::operation::MoveRequest;

/// Moves the users of a failed-over pool back to it.
#[derive(Debug)]
pub struct InvokeCsPoolFailBack;

impl Cmdlet for InvokeCsPoolFailBack {
    async fn run(
        context: &Context<PoolFailOverResult>,
        request: InvokeCsPoolFailBackRequest,
    ) -> Result<(), Failure> {
        let order = FailBackRequest {
            pool: moving::pool(&request.pool_fqdn)?,
            disaster_mode: request.disaster_mode(),
            skip_data_verification: request.skip_data_verification(),
            force: request.force(),
            wait_time: wait_time(context, request.wait_time.as_ref()).await?,
            loss_budget: moving::loss_budget(context)?,
            expected_plan: moving::expected_plan(context)?,
        };
        moving::run(
            context,
            MoveRequest::FailBack(order),
            request.encode_to_vec().into(),
        )
        .await
    }
}
