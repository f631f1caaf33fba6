//! `Publish-CsTopology`.

use std::time::SystemTime;

use bytes::Bytes;
use tandem::topology::v1::{PublishCsTopologyRequest, TopologyPublication};
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
        if !confirmed(context, expected + 1, &changes).await? {
            return Ok(());
        }
        if let Some(path) = request.backup_file_name.as_deref().filter(|_| expected > 0) {
            context.write_caller_file(path, as_xml(&before)?).await?;
        }
        let publisher = &context.caller().name;
        let (version, deliveries) = node
            .management
            .publish(
                TOPOLOGY,
                Bytes::from(text),
                expected,
                publisher,
                SystemTime::now(),
            )
            .await
            .map_err(publication_fault)?;
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
