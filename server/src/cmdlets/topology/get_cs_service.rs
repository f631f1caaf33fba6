//! `Get-CsService`.

use tandem::topology::v1::{GetCsServiceRequest, Service};
use tandem_domain::identity::Fqdn;
use tandem_domain::topology::{self, Pool, Role};

use super::selection::{Selection, missing, published};
use crate::dispatch::{Cmdlet, Context, Failure};

/// Returns the services of the deployment.
#[derive(Debug)]
pub struct GetCsService;

impl Cmdlet for GetCsService {
    async fn run(context: &Context<Service>, request: GetCsServiceRequest) -> Result<(), Failure> {
        let management = &context.node().management;
        let published = published(context).await?;
        let pools = &published.topology.pools;
        if let Some(wanted) = request.pool_fqdn.as_deref()
            && !pools
                .iter()
                .any(|pool| pool.fqdn.as_str().eq_ignore_ascii_case(wanted))
        {
            return Err(missing("PoolNotFound", "pool", wanted, "Get-CsPool").into());
        }
        // Each role has a switch and a parameter set of its own, both named after it.
        let role = Role::from_identity_prefix(context.parameter_set());
        let master = management.master();
        let selection = Selection::new(
            request.identity.as_deref(),
            request.filter.as_deref(),
            "service:",
        );
        let mut found = false;
        for pool in pools {
            let fqdn = pool.fqdn.as_str();
            if request
                .pool_fqdn
                .as_deref()
                .is_some_and(|wanted| !fqdn.eq_ignore_ascii_case(wanted))
            {
                continue;
            }
            for service in &pool.services {
                let is_of_role = role.as_ref().is_none_or(|role| *role == service.role);
                if is_of_role && selection.wants(&pool.service_identity(&service.role)) {
                    found = true;
                    context
                        .output(message(pool, service, master.as_ref()))
                        .await?;
                }
            }
        }
        selection.check(found, "ServiceNotFound", "service", "Get-CsService")?;
        Ok(())
    }
}

fn message(pool: &Pool, service: &topology::Service, master: Option<&Fqdn>) -> Service {
    let identity = |role: &Role, pool: &Fqdn| format!("{}:{pool}", role.identity_prefix());
    let uses = |role: Role| {
        let dependency = service
            .depends_on
            .iter()
            .find(|dependency| dependency.role == role);
        dependency
            .map(|dependency| identity(&dependency.role, &dependency.pool))
            .unwrap_or_default()
    };
    Service {
        identity: pool.service_identity(&service.role),
        role: service.role.identity_prefix().to_owned(),
        pool_fqdn: pool.fqdn.to_string(),
        site_id: format!("Site:{}", pool.site),
        dependent_service_list: service
            .depends_on
            .iter()
            .map(|dependency| identity(&dependency.role, &dependency.pool))
            .collect(),
        active: (service.role == Role::CentralManagement).then(|| master == Some(&pool.fqdn)),
        edge_server: uses(Role::EdgeServer),
        registrar: uses(Role::Registrar),
    }
}
