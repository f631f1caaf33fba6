//! `Get-CsUserDatabaseState`.

use tandem::user::v1::{GetCsUserDatabaseStateRequest, UserStoreState};
use tandem_domain::identity::Fqdn;

use crate::dispatch::{Cmdlet, Context, Failure, Fault};
use crate::management::front_ends;
use crate::node::Node;

/// What stands before the pool in the identity of a user database.
const PREFIX: &str = "UserDatabase:";

/// Tells whether the user database of a pool is online. A failover does not change it.
#[derive(Debug)]
pub struct GetCsUserDatabaseState;

impl Cmdlet for GetCsUserDatabaseState {
    async fn run(
        context: &Context<UserStoreState>,
        request: GetCsUserDatabaseStateRequest,
    ) -> Result<(), Failure> {
        let node = context.node();
        let topology = node.management.topology().topology;
        let named = request
            .identity
            .as_deref()
            .or(request.registrar_pool.as_deref());
        let named = named.map(|name| match name.get(..PREFIX.len()) {
            Some(start) if start.eq_ignore_ascii_case(PREFIX) => &name[PREFIX.len()..],
            _ => name,
        });
        let mut found = false;
        for pool in front_ends(&topology) {
            if named.is_some_and(|name| !pool.as_str().eq_ignore_ascii_case(name)) {
                continue;
            }
            found = true;
            context
                .output(UserStoreState {
                    identity: format!("{PREFIX}{pool}"),
                    online: is_online(node, &pool).await,
                })
                .await?;
        }
        match named {
            Some(name) if !found => {
                let text =
                    format!("There is no user database of a pool \"{name}\" in the topology.");
                let fault = Fault::not_found("PoolNotFound", text).target(name);
                Err(fault.mended_by("Get-CsPool lists the pools.").into())
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// Whether the database answers: here by a read, elsewhere as the pool was heard last.
async fn is_online(node: &Node, pool: &Fqdn) -> bool {
    if *pool == node.pool {
        node.stores.documents.count_accounts(pool).await.is_ok()
    } else {
        node.exchange.board().view(pool).answers
    }
}
