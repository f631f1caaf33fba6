//! `Get-CsUserPoolInfo`.

use tandem::user::v1::{GetCsUserPoolInfoRequest, UserPoolInformation};
use tandem_domain::topology::Pool;

use super::accounts;
use crate::dispatch::{Cmdlet, Context, Failure};

/// Tells which pools a user belongs to.
#[derive(Debug)]
pub struct GetCsUserPoolInfo;

impl Cmdlet for GetCsUserPoolInfo {
    async fn run(
        context: &Context<UserPoolInformation>,
        request: GetCsUserPoolInfoRequest,
    ) -> Result<(), Failure> {
        let node = context.node();
        let account = match accounts::find_one(node, &request.identity).await {
            Ok(account) => account,
            Err(fault) => return context.error(fault).await,
        };
        let home = &account.home_pool;
        let topology = node.management.topology().topology;
        let backup = topology.backup_of(home);
        let primary_machines = machines(topology.pool(home));
        let backup_machines = machines(backup);
        context
            .output(UserPoolInformation {
                primary_pool_fqdn: home.to_string(),
                backup_pool_fqdn: backup.map(|pool| pool.fqdn.to_string()).unwrap_or_default(),
                user_services_pool_fqdn: node.operations.server_of(home).to_string(),
                primary_pool_primary_registrar: first(&primary_machines),
                backup_pool_primary_registrar: first(&backup_machines),
                primary_pool_machines_in_preferred_order: primary_machines,
                backup_pool_machines_in_preferred_order: backup_machines,
            })
            .await
    }
}

fn machines(pool: Option<&Pool>) -> Vec<String> {
    let machines = pool.into_iter().flat_map(|pool| &pool.machines);
    machines.map(|machine| machine.fqdn.to_string()).collect()
}

fn first(machines: &[String]) -> String {
    machines.first().cloned().unwrap_or_default()
}
