//! `Get-CsUser`.

use std::collections::BTreeSet;

use futures_util::TryStreamExt;
use tandem::user::v1::{GetCsUserRequest, User};
use tandem_domain::identity::Fqdn;

use super::accounts::{self, account_fault};
use super::filter::Filter;
use crate::dispatch::{Call, Cmdlet, Context, Failure, Fault, Forwarding};
use crate::management::front_ends;
use crate::node::Node;

/// Accounts that one -Identity returns at most: a wildcard may mean many.
const IDENTITY_USERS_MAX: u32 = 10_000;

/// Returns users.
#[derive(Debug)]
pub struct GetCsUser;

impl Cmdlet for GetCsUser {
    async fn run(context: &Context<User>, request: GetCsUserRequest) -> Result<(), Failure> {
        let filter = request.filter.as_deref().map(Filter::parse).transpose()?;
        let wanted = Wanted {
            filter,
            left: request.result_size.map_or(u64::MAX, u64::from),
        };
        if request.un_assigned_user() {
            // A user without a pool is not enabled, and is not known here.
            return Ok(());
        }
        match request.identity.as_deref() {
            Some(identity) => by_identity(context, identity, wanted).await,
            None => all(context, wanted).await,
        }
    }
}

/// Which users are returned, and how many more.
struct Wanted {
    filter: Option<Filter>,
    left: u64,
}

impl Wanted {
    /// Returns a user that passes the filter.
    async fn emit(&mut self, context: &Context<User>, user: User) -> Result<(), Failure> {
        if self
            .filter
            .as_ref()
            .is_some_and(|filter| !filter.matches(&user))
        {
            return Ok(());
        }
        self.left = self.left.saturating_sub(1);
        context.output(user).await
    }
}

async fn by_identity(
    context: &Context<User>,
    identity: &str,
    mut wanted: Wanted,
) -> Result<(), Failure> {
    let found = accounts::find(context.node(), identity, IDENTITY_USERS_MAX).await?;
    if found.is_empty() {
        return match strangers(context).first() {
            Some(pool) => Ok(context.forward(pool).await?),
            None => context.error(accounts::not_found(identity)).await,
        };
    }
    for account in found {
        if wanted.left == 0 {
            break;
        }
        wanted.emit(context, accounts::message(account)).await?;
    }
    Ok(())
}

/// All users: of the home pools that this node keeps from here, the others from pools that keep them.
async fn all(context: &Context<User>, mut wanted: Wanted) -> Result<(), Failure> {
    let node = context.node();
    let home_pool = wanted.filter.as_ref().and_then(Filter::home_pool);
    let mut users = node.stores.documents.accounts(home_pool.as_ref());
    while wanted.left > 0 {
        let Some(account) = users.try_next().await.map_err(account_fault)? else {
            break;
        };
        wanted.emit(context, accounts::message(account)).await?;
    }
    drop(users);
    let others = strangers(context).into_iter().filter(|pool| {
        home_pool
            .as_ref()
            .is_none_or(|home| is_kept_by(node, pool, home))
    });
    for pool in others {
        if wanted.left == 0 {
            break;
        }
        if wanted.left < u64::MAX {
            // The other node would count from the beginning again.
            context
                .warning(format!(
                    "Users of pool {pool} were not asked for: name it with -Filter."
                ))
                .await?;
            continue;
        }
        match context.forward(&pool).await {
            Ok(()) => {}
            Err(Forwarding::Ended(failure)) => return Err(failure),
            Err(Forwarding::Unreachable(error)) => {
                let text = format!("The users of pool {pool} cannot be read: {error}.");
                context
                    .error(Fault::unavailable("PoolUnreachable", text).target(pool.to_string()))
                    .await?;
            }
        }
    }
    Ok(())
}

/// One pool of each pair that this node keeps no copy of. None when the call comes from another node, which asks them
/// itself.
fn strangers(call: &Call) -> Vec<Fqdn> {
    if call.is_forwarded() {
        return Vec::new();
    }
    let node = call.node();
    let topology = node.management.topology().topology;
    let mut covered = BTreeSet::new();
    front_ends(&topology)
        .filter(|pool| node.ownership.get(pool).is_none() && *pool != node.pool)
        .filter(|pool| {
            let backup = topology.backup_of(pool).map(|backup| backup.fqdn.clone());
            let is_new = !covered.contains(pool);
            covered.insert(pool.clone());
            covered.extend(backup);
            is_new
        })
        .collect()
}

/// Whether `pool` keeps the users of `home`.
fn is_kept_by(node: &Node, pool: &Fqdn, home: &Fqdn) -> bool {
    let topology = node.management.topology().topology;
    pool == home
        || topology
            .backup_of(home)
            .is_some_and(|backup| backup.fqdn == *pool)
}
