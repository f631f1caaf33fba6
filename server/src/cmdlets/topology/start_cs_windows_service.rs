//! `Start-CsWindowsService`.

use tandem::topology::v1::StartCsWindowsServiceRequest;

use super::get_cs_windows_service::{input_name, named};
use super::report::Report;
use crate::dispatch::{Cmdlet, Context, Failure};

/// Starts the Windows services of a computer, or one of them.
#[derive(Debug)]
pub struct StartCsWindowsService;

impl Cmdlet for StartCsWindowsService {
    async fn run(
        context: &Context<()>,
        request: StartCsWindowsServiceRequest,
    ) -> Result<(), Failure> {
        let node = context.node();
        let name = input_name(request.input_object.as_ref())?.or_else(|| request.name.clone());
        let mut report = Report::default();
        for service in named(name.as_deref())? {
            let target = format!("{} on {}", service.name(), node.machine);
            if !context.should_process(target, None).await? {
                continue;
            }
            report.add(service.name(), "Running");
            if node.services.start(service) {
                context
                    .verbose(format!("Service {} is running.", service.name()))
                    .await?;
            } else if !request.force() {
                context
                    .verbose(format!("Service {} was running already.", service.name()))
                    .await?;
            }
        }
        report.write(context, request.report.as_deref()).await
    }
}
