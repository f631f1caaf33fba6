//! `Publish-CsTopology`.

use std::time::SystemTime;

use bytes::Bytes;
use tandem::topology::v1::{PublishCsTopologyRequest, TopologyPublication};
use tandem_domain::identity::Fqdn;
use tandem_domain::topology::{Document, Severity, check_publish, difference, validate};
use tandem_shell::error_record::ErrorCategory;

use super::get_cs_topology::as_xml;
use super::report::Report;
use crate::dispatch::{Call, Cmdlet, Context, Failure, Fault};
use crate::management::{self, Delivery, TOPOLOGY};
use crate::store;

/// Publishes a topology.
#[derive(Debug)]
pub struct PublishCsTopology;

impl Cmdlet for PublishCsTopology {
    async fn run(
        context: &Context<TopologyPublication>,
        request: PublishCsTopologyRequest,
    ) -> Result<(), Failure> {
        let node = context.node();
        let text = document(context, &request).await?;
        let document = read(&text)?;
        let before = node.management.topology();
        let lost_master = lost_master(context, &request, &document).await?;
        name_unused(context, &document).await?;
        judge(context, &document).await?;

        let changes: Vec<String> = difference(&before.topology, &document.topology)
            .iter()
            .map(ToString::to_string)
            .collect();
        let expected = before.version;
        if changes.is_empty() && expected > 0 && text.as_bytes() == before.document.as_ref() {
            context
                .verbose("The document is the published one; there is nothing to publish.")
                .await?;
            return context
                .output(TopologyPublication {
                    version: expected,
                    ..Default::default()
                })
                .await;
        }
        let next = match lost_master {
            Some(_) => expected + management::VERSIONS_UNSEEN_MAX,
            None => expected + 1,
        };
        if !confirmed(context, next, &changes).await? {
            return Ok(());
        }
        if let Some(path) = request.backup_file_name.as_deref().filter(|_| expected > 0) {
            context.write_caller_file(path, as_xml(&before)?).await?;
        }
        let (publisher, now) = (&context.caller().name, SystemTime::now());
        let (management, text) = (&node.management, Bytes::from(text));
        let published = match lost_master {
            Some(_) => management.take_over(text, expected, publisher, now).await,
            None => {
                management
                    .publish(TOPOLOGY, text, expected, publisher, now)
                    .await
            }
        };
        let (version, deliveries) = published.map_err(publication_fault)?;
        let mut publication = TopologyPublication {
            version,
            difference: changes,
            ..Default::default()
        };
        note_deliveries(context, &mut publication, deliveries).await?;
        let report = report(&publication);
        context.output(publication).await?;
        report.write(context, request.report.as_deref()).await
    }
}

/// The pool of the active Central Management store when it is lost and this pool takes its place; `None` where this pool
/// holds it, or nobody yet.
async fn lost_master(
    context: &Context<TopologyPublication>,
    request: &PublishCsTopologyRequest,
    document: &Document,
) -> Result<Option<Fqdn>, Failure> {
    let node = context.node();
    let own = &node.pool;
    let Some(master) = node.management.master().filter(|master| master != own) else {
        return Ok(None);
    };
    if node.exchange.beat(&master).await.is_ok() {
        return Err(Fault::invalid_operation(
            "CentralManagementElsewhere",
            format!("The active Central Management store is on pool \"{master}\", which answers."),
        )
        .target(master.as_str())
        .mended_by(format!("Give the command on a node of pool \"{master}\"."))
        .into());
    }
    let unavailable = |mend: String| {
        let message = format!(
            "The active Central Management store is on pool \"{master}\", which cannot be reached."
        );
        Fault::unavailable("CentralManagementUnavailable", message)
            .target(master.as_str())
            .mended_by(mend)
    };
    let topology = node.management.topology().topology;
    let standby = topology.backup_of(&master).map(|standby| &standby.fqdn);
    if standby != Some(own) {
        let mend = standby.map_or_else(String::new, |standby| {
            format!(" When it is lost, the standby on pool \"{standby}\" can take over: give the command there.")
        });
        return Err(unavailable(format!("Bring the pool back.{mend}")).into());
    }
    let given = document.topology.central_management_pools().next();
    if given.map(|pool| &pool.fqdn) != Some(own) || !request.force() {
        return Err(unavailable(format!(
            "Bring the pool back. When it is lost, give the Central Management store to pool \"{own}\" in the document, and publish that here with -Force: Publish-CsTopology -FileName <document> -Force"
        ))
        .into());
    }
    context
        .warning(format!(
            "Pool \"{own}\" takes the Central Management store over from pool \"{master}\", which cannot be reached. What was published there and has not come here is lost."
        ))
        .await?;
    Ok(Some(master))
}

fn read(text: &str) -> Result<Document, Fault> {
    Document::read(text).map_err(|error| {
        Fault::new(
            "TopologyUnreadable",
            ErrorCategory::InvalidData,
            format!("The document cannot be read: {error}."),
        )
    })
}

/// Shows the changes and asks whether they are to be published.
async fn confirmed(
    context: &Context<TopologyPublication>,
    version: u64,
    changes: &[String],
) -> Result<bool, Failure> {
    for change in changes {
        context.host_line(format!("Change: {change}")).await?;
    }
    let action = format!("Publish version {version} with {} changes", changes.len());
    context.should_process("the topology", Some(&action)).await
}

/// Notes which pools have the new version, and warns of each that has not.
async fn note_deliveries(
    call: &Call,
    publication: &mut TopologyPublication,
    deliveries: Vec<Delivery>,
) -> Result<(), Failure> {
    let version = publication.version;
    for delivery in deliveries {
        let pool = delivery.pool.to_string();
        match delivery.outcome {
            Ok(()) => publication.reached.push(pool),
            Err(error) => {
                let text = format!(
                    "Pool \"{pool}\" does not have version {version} yet ({error}); it fetches it when it can be reached."
                );
                call.warning(text).await?;
                publication.outstanding.push(pool);
            }
        }
    }
    Ok(())
}

fn report(publication: &TopologyPublication) -> Report {
    let version = publication.version;
    let mut report = Report::default();
    for change in &publication.difference {
        report.add(change.as_str(), "published");
    }
    for pool in &publication.reached {
        report.add(pool.as_str(), format!("has version {version}"));
    }
    for pool in &publication.outstanding {
        report.add(
            pool.as_str(),
            format!("does not have version {version} yet"),
        );
    }
    report
}

/// The document's text, from the parameter or from the caller's machine.
async fn document(call: &Call, request: &PublishCsTopologyRequest) -> Result<String, Failure> {
    if request.finalize_uninstall() {
        return Err(Fault::invalid_operation(
            "FinalizeUninstallNotSupported",
            "Nothing of this product is left outside its pools: there is nothing to finalise.",
        )
        .into());
    }
    if let Some(document) = &request.document {
        return Ok(document.clone());
    }
    let Some(path) = request.file_name.as_deref() else {
        return Err(Fault::invalid_argument(
            "MissingMandatoryParameter",
            "Give -FileName or -Document.",
        )
        .into());
    };
    let bytes = call.read_caller_file(path).await?;
    String::from_utf8(bytes.to_vec()).map_err(|_| {
        Fault::new(
            "TopologyUnreadable",
            ErrorCategory::InvalidData,
            format!("\"{path}\" is not UTF-8 text."),
        )
        .target(path)
        .into()
    })
}

async fn name_unused(call: &Call, document: &Document) -> Result<(), Failure> {
    for ignored in &document.ignored {
        let times = if ignored.count == 1 {
            String::new()
        } else {
            format!(" ({} times)", ignored.count)
        };
        call.warning(format!("Not used: {}{times}.", ignored.path))
            .await?;
    }
    Ok(())
}

/// Warns of what is unsupported and refuses what is wrong, all of it at once.
async fn judge(call: &Call, document: &Document) -> Result<(), Failure> {
    let mut refusals = Vec::new();
    for finding in validate(&document.topology) {
        match finding.severity {
            Severity::Warn => {
                call.warning(format!("{} {}", finding.message, finding.recommendation))
                    .await?;
            }
            Severity::Refuse => refusals.push(
                Fault::new(finding.id, ErrorCategory::InvalidData, finding.message)
                    .mended_by(finding.recommendation),
            ),
        }
    }
    let operations = &call.node().operations;
    let seen = operations.observe().await.map_err(|error| {
        Fault::unavailable(
            "StoreUnavailable",
            format!("What runs at this moment could not be looked up: {error}."),
        )
    })?;
    refusals.extend(
        check_publish(&seen.observation, &document.topology)
            .into_iter()
            .map(Fault::from),
    );
    let Some(last) = refusals.pop() else {
        return Ok(());
    };
    for refusal in refusals {
        call.error(refusal).await?;
    }
    Err(last.into())
}

fn publication_fault(error: management::Error) -> Fault {
    match error {
        management::Error::Store(store::Error::ManagementConflict { expected, found, .. }) => Fault::new(
            "TopologyChanged",
            ErrorCategory::ResourceBusy,
            format!("Version {found} has been published meanwhile; the differences were made against version {expected}."),
        )
        .mended_by("Run Publish-CsTopology again and look at the differences."),
        other => Fault::unavailable("PublicationFailed", format!("The topology could not be published: {other}.")),
    }
}
