//! `Get-CsSite`.

use tandem::topology::v1::{GetCsSiteRequest, Site};
use tandem_domain::topology::{self, Pool, Role, Service, Topology};

use super::selection::{Selection, published};
use crate::dispatch::{Cmdlet, Context, Failure};

/// Returns the sites of the deployment.
#[derive(Debug)]
pub struct GetCsSite;

impl Cmdlet for GetCsSite {
    async fn run(context: &Context<Site>, request: GetCsSiteRequest) -> Result<(), Failure> {
        let published = published(context).await?;
        let selection = Selection::new(
            request.identity.as_deref(),
            request.filter.as_deref(),
            "Site:",
        );
        let mut found = false;
        for site in &published.topology.sites {
            if selection.wants(&site.name) {
                found = true;
                context.output(message(&published.topology, site)).await?;
            }
        }
        selection.check(found, "SiteNotFound", "site", "Get-CsSite")?;
        Ok(())
    }
}

fn message(topology: &Topology, site: &topology::Site) -> Site {
    let pools: Vec<&Pool> = topology.pools_of_site(&site.name).collect();
    let services = pools
        .iter()
        .flat_map(|pool| {
            pool.services
                .iter()
                .map(|service| pool.service_identity(&service.role))
        })
        .collect();
    let edge = |wanted: fn(&Service) -> bool| {
        let edges = pools
            .iter()
            .filter_map(|pool| Some((pool, pool.service(&Role::EdgeServer)?)));
        edges
            .filter(|(_, service)| wanted(service))
            .map(|(pool, service)| pool.service_identity(&service.role))
            .next()
            .unwrap_or_default()
    };
    let chat = pools
        .iter()
        .find(|pool| pool.service(&Role::PersistentChatServer).is_some());
    Site {
        identity: site.identity(),
        site_id: site.id.to_string(),
        services,
        pools: pools.iter().map(|pool| pool.fqdn.to_string()).collect(),
        federation_route: edge(Service::is_federation_enabled),
        xmpp_federation_route: edge(Service::is_xmpp_enabled),
        default_persistent_chat_pool: chat.map(|pool| pool.fqdn.to_string()).unwrap_or_default(),
        description: site.description.clone().unwrap_or_default(),
        display_name: site.name.clone(),
        site_type: if site.parent.is_none() {
            "CentralSite"
        } else {
            "BranchSite"
        }
        .to_owned(),
        parent_site: site
            .parent
            .as_ref()
            .map(|parent| format!("Site:{parent}"))
            .unwrap_or_default(),
    }
}
