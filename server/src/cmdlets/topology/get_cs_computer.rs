//! `Get-CsComputer`.

use tandem::topology::v1::{Computer, GetCsComputerRequest};

use super::selection::{Selection, missing, published};
use crate::dispatch::{Cmdlet, Context, Failure};

/// Returns the computers of the deployment.
#[derive(Debug)]
pub struct GetCsComputer;

impl Cmdlet for GetCsComputer {
    async fn run(
        context: &Context<Computer>,
        request: GetCsComputerRequest,
    ) -> Result<(), Failure> {
        let node = context.node();
        let published = published(context).await?;
        let pools = &published.topology.pools;
        if let Some(wanted) = request.pool.as_deref()
            && !pools
                .iter()
                .any(|pool| pool.fqdn.as_str().eq_ignore_ascii_case(wanted))
        {
            return Err(missing("PoolNotFound", "pool", wanted, "Get-CsPool").into());
        }
        let selection = Selection::new(request.identity.as_deref(), request.filter.as_deref(), "");
        let mut found = false;
        for pool in pools {
            let fqdn = pool.fqdn.as_str();
            if request
                .pool
                .as_deref()
                .is_some_and(|wanted| !fqdn.eq_ignore_ascii_case(wanted))
            {
                continue;
            }
            for machine in &pool.machines {
                let is_local = machine.fqdn == node.machine;
                if selection.wants(machine.fqdn.as_str()) && (is_local || !request.local()) {
                    found = true;
                    let computer = Computer {
                        identity: machine.fqdn.to_string(),
                        pool: pool.fqdn.to_string(),
                        fqdn: machine.fqdn.to_string(),
                    };
                    context.output(computer).await?;
                }
            }
        }
        selection.check(found, "ComputerNotFound", "computer", "Get-CsComputer")?;
        Ok(())
    }
}
