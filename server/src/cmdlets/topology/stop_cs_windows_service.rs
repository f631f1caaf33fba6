//! `Stop-CsWindowsService`.

use std::time::Duration;

use tandem::topology::v1::StopCsWindowsServiceRequest;
use tandem_shell::error_record::ErrorCategory;

use super::get_cs_windows_service::{input_name, named};
use super::report::Report;
use crate::dispatch::{Call, Cmdlet, Context, Failure, Fault};
use crate::windows_services::Service;

/// How long a stopped service may take to end what is under way, unless -Graceful waits for all of it.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long -Graceful waits.
const GRACE: Duration = Duration::from_secs(3600);

/// Stops the Windows services of a computer, or one of them.
#[derive(Debug)]
pub struct StopCsWindowsService;

impl Cmdlet for StopCsWindowsService {
    async fn run(
        context: &Context<()>,
        request: StopCsWindowsServiceRequest,
    ) -> Result<(), Failure> {
        let node = context.node();
        let name = input_name(request.input_object.as_ref())?.or_else(|| request.name.clone());
        let mut stopped = Vec::new();
        let mut report = Report::default();
        for service in named(name.as_deref())? {
            let target = format!("{} on {}", service.name(), node.machine);
            if context.should_process(target, None).await? {
                node.services.stop(service);
                report.add(service.name(), "Stopped");
                stopped.push(service);
            }
        }
        if request.no_wait() {
            return report.write(context, request.report.as_deref()).await;
        }
        let patience = if request.graceful() { GRACE } else { PATIENCE };
        for service in stopped {
            wait(context, service, patience).await?;
        }
        report.write(context, request.report.as_deref()).await
    }
}

/// Waits until nothing of the service is under way.
async fn wait(call: &Call, service: Service, patience: Duration) -> Result<(), Failure> {
    let services = &call.node().services;
    let drained = tokio::select! {
        drained = tokio::time::timeout(patience, services.drained(service)) => drained.is_ok(),
        () = call.stopping().cancelled() => return Err(Failure::Stopped),
    };
    if drained {
        return call
            .verbose(format!("Service {} is stopped.", service.name()))
            .await;
    }
    let left = services.under_way(service);
    let text = format!(
        "Service {} takes nothing new, but {left} requests have not ended within {} s.",
        service.name(),
        patience.as_secs()
    );
    call.error(
        Fault::new("ServiceStopTimeout", ErrorCategory::OperationTimeout, text)
            .target(service.name()),
    )
    .await
}
