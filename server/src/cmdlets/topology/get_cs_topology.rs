//! `Get-CsTopology`.

use tandem::topology::v1::{GetCsTopologyRequest, Topology};
use tandem_domain::topology::Document;
use tandem_shell::error_record::ErrorCategory;

use crate::dispatch::{Cmdlet, Context, Failure, Fault};
use crate::management::Published;
use crate::peer::wire::timestamp;

/// Returns the published topology.
#[derive(Debug)]
pub struct GetCsTopology;

impl Cmdlet for GetCsTopology {
    async fn run(
        context: &Context<Topology>,
        request: GetCsTopologyRequest,
    ) -> Result<(), Failure> {
        let published = context.node().management.topology();
        if published.version == 0 {
            return Err(not_published().into());
        }
        let mut output = message(&published);
        if request.as_xml() {
            output.document = Some(as_xml(&published)?);
        }
        context.output(output).await
    }
}

/// The error before the first publication.
pub(super) fn not_published() -> Fault {
    Fault::new(
        "TopologyNotPublished",
        ErrorCategory::ObjectNotFound,
        "No topology has been published yet.",
    )
    .mended_by("Publish-CsTopology -FileName <document>")
}

/// The published document as XML.
pub(super) fn as_xml(published: &Published) -> Result<String, Fault> {
    let text = String::from_utf8_lossy(&published.document);
    let document = Document::read(&text).map_err(|error| {
        Fault::new(
            "TopologyUnreadable",
            ErrorCategory::InvalidData,
            format!("The published document cannot be read: {error}."),
        )
    })?;
    Ok(document.to_xml())
}

fn message(published: &Published) -> Topology {
    let topology = &published.topology;
    let pools = &topology.pools;
    let services = pools.iter().flat_map(|pool| {
        pool.services
            .iter()
            .map(|service| pool.service_identity(&service.role))
    });
    Topology {
        version: published.version,
        internal_domains: topology
            .sip_domains
            .iter()
            .map(|domain| domain.name.to_string())
            .collect(),
        sites: topology.sites.iter().map(|site| site.identity()).collect(),
        clusters: pools.iter().map(|pool| pool.fqdn.to_string()).collect(),
        machines: pools
            .iter()
            .flat_map(|pool| &pool.machines)
            .map(|machine| machine.fqdn.to_string())
            .collect(),
        services: services.collect(),
        published: published.published.map(timestamp),
        publisher: published.publisher.clone(),
        document: None,
    }
}
