//! `Invoke-CsPoolFailOver`.

use std::time::Duration;

use prost::Message;
use tandem::pool::v1::{InvokeCsPoolFailOverRequest, PoolFailOverResult};
use tandem_domain::request::FailOverRequest;

use super::moving::{self, wait_time};
use crate::dispatch::{Cmdlet, Context, Failure};
use crate::operation::MoveRequest;

/// Moves the users of a pool to its backup pool.
#[derive(Debug)]
pub struct InvokeCsPoolFailOver;

impl Cmdlet for InvokeCsPoolFailOver {
    async fn run(
        context: &Context<PoolFailOverResult>,
        request: InvokeCsPoolFailOverRequest,
    ) -> Result<(), Failure> {
        let minutes = u64::try_from(request.services_stop_delay_mins.unwrap_or(1)).unwrap_or(0);
        let order = FailOverRequest {
            pool: moving::pool(&request.pool_fqdn)?,
            disaster_mode: request.disaster_mode(),
            flush_storage_service: request.flush_storage_service(),
            skip_data_verification: request.skip_data_verification(),
            force: request.force(),
            wait_time: wait_time(context, request.wait_time.as_ref()).await?,
            services_stop_delay: Duration::from_secs(minutes * 60),
            loss_budget: moving::loss_budget(context)?,
            expected_plan: moving::expected_plan(context)?,
        };
        moving::run(
            context,
            MoveRequest::FailOver(order),
            request.encode_to_vec().into(),
        )
        .await
    }
}
