//! The health service, part by part: what a load balancer or an administrator asks first.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tonic_health::ServingStatus;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::server::HealthReporter;

use crate::node::Node;
use crate::windows_services::Service;

/// How often the parts are looked at when nothing tells of a change.
const LOOK: Duration = Duration::from_secs(1);

/// The health service, and the task that keeps it true until `stop`.
pub(crate) fn service(
    node: Arc<Node>,
    stop: CancellationToken,
) -> (HealthServer<impl Health>, impl Future<Output = ()> + Send) {
    let (reporter, service) = tonic_health::server::health_reporter();
    (service, follow(reporter, node, stop))
}

async fn follow(reporter: HealthReporter, node: Arc<Node>, stop: CancellationToken) {
    let mut ownership = node.ownership.subscribe();
    loop {
        report(&reporter, &node).await;
        tokio::select! {
            () = stop.cancelled() => break,
            () = node.services.changed() => {}
            changed = ownership.changed() => if changed.is_err() { break },
            () = tokio::time::sleep(LOOK) => {}
        }
    }
    for part in ["", SHELL, PEERS, FRONT_END, BACKUP] {
        reporter
            .set_service_status(part, ServingStatus::NotServing)
            .await;
    }
}

const SHELL: &str = "tandem.shell.v1.ShellService";
const PEERS: &str = "tandem.peer.v1.PeerService";
const FRONT_END: &str = "tandem.frontend.v1.FrontEndService";
const BACKUP: &str = "tandem.backup.v1.BackupService";

async fn report(reporter: &HealthReporter, node: &Node) {
    let serves_somebody = node
        .ownership
        .all()
        .values()
        .any(|home| home.is_owned_here() && home.quarantine.is_none());
    let parts = [
        ("", true),
        (SHELL, true),
        (PEERS, true),
        (
            FRONT_END,
            serves_somebody && node.services.running(Service::FrontEnd),
        ),
        (BACKUP, node.services.running(Service::Backup)),
    ];
    for (part, serves) in parts {
        let status = if serves {
            ServingStatus::Serving
        } else {
            ServingStatus::NotServing
        };
        reporter.set_service_status(part, status).await;
    }
}
