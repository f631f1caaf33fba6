//! `Get-TandemReadiness`.

use std::time::SystemTime;

use tandem::operation::v1::{GetTandemReadinessRequest, Readiness};
use tandem_domain::identity::Fqdn;
use tandem_domain::refusal::Refusal;

use super::faults::fault;
use crate::dispatch::{Cmdlet, Context, Failure, Fault};
use crate::operation::ReadinessReport;
use crate::peer::wire::duration;

/// Tells whether a failover of a pool would succeed now.
#[derive(Debug)]
pub struct GetTandemReadiness;

impl Cmdlet for GetTandemReadiness {
    async fn run(
        context: &Context<Readiness>,
        request: GetTandemReadinessRequest,
    ) -> Result<(), Failure> {
        let node = context.node();
        let mut reports = node.operations.readiness();
        if reports.is_empty() {
            // A node that has just started, or was just paired, has not computed any yet.
            node.operations.refresh_readiness().await.map_err(fault)?;
            reports = node.operations.readiness();
        }
        let Some(wanted) = &request.pool_fqdn else {
            for report in reports {
                context.output(message(report)).await?;
            }
            return Ok(());
        };
        let wanted = Fqdn::parse(wanted).map_err(|error| {
            Fault::invalid_argument("InvalidFqdn", error.to_string()).target(wanted.as_str())
        })?;
        if let Some(report) = reports.into_iter().find(|report| report.pool == wanted) {
            return context.output(message(report)).await;
        }
        let published = node.management.topology();
        match published.topology.pool(&wanted) {
            None => Err(Refusal::PoolNotFound { pool: wanted }.into()),
            Some(_) if published.topology.backup_of(&wanted).is_none() => {
                Err(Refusal::PoolNotPaired { pool: wanted }.into())
            }
            // A pool of another pair: its own nodes know.
            Some(_) => Ok(context.forward(&wanted).await?),
        }
    }
}

fn message(report: ReadinessReport) -> Readiness {
    let recommendation = report.recommendation();
    let mut obstacle = Vec::new();
    if let Some(refusal) = &report.refusal {
        obstacle.push(format!("{}: {refusal}", refusal.id()));
    }
    if let Some(id) = &report.interrupted {
        obstacle.push(format!(
            "OperationInProgress: operation {id} was interrupted or is running."
        ));
    }
    let loss = report.loss.as_ref();
    Readiness {
        pool_fqdn: report.pool.to_string(),
        state: report.state.to_owned(),
        serving_pool_fqdn: report.serving.to_string(),
        ready: obstacle.is_empty(),
        obstacle,
        expected_duration: report.expected.map(duration),
        records_at_risk: loss.map_or(0, |loss| {
            loss.records().known().saturating_add(loss.files().known())
        }),
        bytes_at_risk: loss.map_or(0, |loss| loss.bytes().known()),
        copy_age: loss.and_then(|loss| loss.copy_age).map(duration),
        age: Some(duration(
            SystemTime::now()
                .duration_since(report.at)
                .unwrap_or_default(),
        )),
        recommendation,
    }
}
