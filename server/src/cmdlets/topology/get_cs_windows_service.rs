//! `Get-CsWindowsService`.

use tandem::cmdlet::v1::Value;
use tandem::topology::v1::{GetCsWindowsServiceRequest, WindowsService};
use tandem_shell::error_record::ErrorCategory;
use tandem_shell::members::property;
use tandem_shell::text::{Culture, to_text};

use super::report::Report;
use crate::dispatch::values::from_wire;
use crate::dispatch::{Cmdlet, Context, Failure, Fault};
use crate::windows_services::Service;

/// Returns the Windows services of a computer.
#[derive(Debug)]
pub struct GetCsWindowsService;

impl Cmdlet for GetCsWindowsService {
    async fn run(
        context: &Context<WindowsService>,
        request: GetCsWindowsServiceRequest,
    ) -> Result<(), Failure> {
        let node = context.node();
        let mut report = Report::default();
        for service in named(request.name.as_deref())? {
            let running = node.services.running(service);
            let activity = if request.exclude_activity_level() {
                String::new()
            } else {
                node.services.activity(service)
            };
            report.add(service.name(), if running { "Running" } else { "Stopped" });
            context
                .output(WindowsService {
                    status: if running { "Running" } else { "Stopped" }.to_owned(),
                    name: service.name().to_owned(),
                    activity_level: activity,
                    display_name: service.display_name().to_owned(),
                    role_name: service.role().to_owned(),
                    computer_name: node.machine.to_string(),
                })
                .await?;
        }
        report.write(context, request.report.as_deref()).await
    }
}

/// The service of that name, or all.
pub(super) fn named(name: Option<&str>) -> Result<Vec<Service>, Fault> {
    let Some(name) = name else {
        return Ok(Service::ALL.to_vec());
    };
    let service = Service::named(name).ok_or_else(|| {
        Fault::new(
            "ServiceNotFound",
            ErrorCategory::ObjectNotFound,
            format!("There is no service \"{name}\" on this computer."),
        )
        .target(name)
        .mended_by("Get-CsWindowsService lists the services.")
    })?;
    Ok(vec![service])
}

/// The name in a service object that was piped in.
pub(super) fn input_name(object: Option<&Value>) -> Result<Option<String>, Fault> {
    let Some(object) = object else {
        return Ok(None);
    };
    let object = from_wire(object);
    let name = property(&object, "Name").map(|name| to_text(&name, Culture::Invariant));
    name.map(Some).ok_or_else(|| {
        Fault::new(
            "NotAService",
            ErrorCategory::InvalidArgument,
            "The input object has no property Name: it is not a service from Get-CsWindowsService.",
        )
    })
}
