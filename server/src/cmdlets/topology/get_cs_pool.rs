//! `Get-CsPool`.

use tandem::topology::v1::{GetCsPoolRequest, Pool};
use tandem_domain::topology;

use super::selection::{Selection, missing, published};
use crate::dispatch::{Cmdlet, Context, Failure};

/// Returns the pools of the deployment.
#[derive(Debug)]
pub struct GetCsPool;

impl Cmdlet for GetCsPool {
    async fn run(context: &Context<Pool>, request: GetCsPoolRequest) -> Result<(), Failure> {
        let published = published(context).await?;
        let topology = &published.topology;
        let site = match request.site.as_deref() {
            None => None,
            Some(name) => {
                let name = name.strip_prefix("Site:").unwrap_or(name);
                Some(
                    topology
                        .site(name)
                        .ok_or_else(|| missing("SiteNotFound", "site", name, "Get-CsSite"))?,
                )
            }
        };
        let selection = Selection::new(request.identity.as_deref(), request.filter.as_deref(), "");
        let mut found = false;
        for pool in &topology.pools {
            let is_there = site.is_none_or(|site| pool.site.eq_ignore_ascii_case(&site.name));
            if is_there && selection.wants(pool.fqdn.as_str()) {
                found = true;
                context.output(message(pool)).await?;
            }
        }
        selection.check(found, "PoolNotFound", "pool", "Get-CsPool")?;
        Ok(())
    }
}

fn message(pool: &topology::Pool) -> Pool {
    Pool {
        identity: pool.fqdn.to_string(),
        services: pool
            .services
            .iter()
            .map(|service| pool.service_identity(&service.role))
            .collect(),
        computers: pool
            .machines
            .iter()
            .map(|machine| machine.fqdn.to_string())
            .collect(),
        fqdn: pool.fqdn.to_string(),
        backup_pool_fqdn: pool
            .backup_pool
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        site: format!("Site:{}", pool.site),
    }
}
