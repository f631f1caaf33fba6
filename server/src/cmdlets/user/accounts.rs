//! Users by their names, and the pool that serves them.

use std::collections::BTreeSet;

use tandem::user::v1::User;
use tandem_domain::identity::{Fqdn, SipUri, UserId};
use tandem_shell::error_record::ErrorCategory;

use crate::cmdlets::operation::faults::store_fault;
use crate::dispatch::{Call, Failure, Fault, Forwarding};
use crate::node::Node;
use crate::store::{self, Account, AccountName};

/// Accounts that are named when a name means several.
const NAMED_MAX: u32 = 10;

/// The accounts that -Identity may mean, of all home pools that this node keeps; at most `limit`.
pub(super) async fn find(node: &Node, identity: &str, limit: u32) -> Result<Vec<Account>, Fault> {
    for name in names(identity)? {
        let found = node
            .stores
            .documents
            .find_accounts(&name, limit)
            .await
            .map_err(account_fault)?;
        if !found.is_empty() {
            return Ok(without_stale_copies(node, found));
        }
    }
    Ok(Vec::new())
}

/// A user that has just moved within the pair stands on its old pool's copy until that is brought up to date: an account
/// that this node serves is the truth, another one of the same user is not.
fn without_stale_copies(node: &Node, found: Vec<Account>) -> Vec<Account> {
    let served = |account: &Account| {
        node.ownership
            .get(&account.home_pool)
            .is_some_and(|home| home.is_owned_here())
    };
    let known: BTreeSet<SipUri> = found
        .iter()
        .filter(|account| served(account))
        .map(|account| account.sip_address.clone())
        .collect();
    found
        .into_iter()
        .filter(|account| served(account) || !known.contains(&account.sip_address))
        .collect()
}

/// The one account that -Identity means.
pub(super) async fn find_one(node: &Node, identity: &str) -> Result<Account, Fault> {
    let mut found = find(node, identity, NAMED_MAX).await?;
    match (found.pop(), found.is_empty()) {
        (None, _) => Err(not_found(identity)),
        (Some(account), true) => Ok(account),
        (Some(last), false) => {
            found.push(last);
            let names: Vec<&str> = found
                .iter()
                .map(|account| account.sip_address.as_str())
                .collect();
            Err(Fault::invalid_argument(
                "AmbiguousUser",
                format!("\"{identity}\" means several users: {}.", names.join(", ")),
            )
            .target(identity)
            .mended_by("Name the user by the SIP address."))
        }
    }
}

/// What an identity may name, the likeliest first.
fn names(identity: &str) -> Result<Vec<AccountName>, Fault> {
    let id = UserId::parse(identity).map_err(|error| {
        Fault::invalid_argument("InvalidUserIdentity", error.to_string()).target(identity)
    })?;
    Ok(match id {
        UserId::SipAddress(address) => vec![AccountName::SipAddress(address)],
        UserId::UserPrincipalName(name) => {
            let address = SipUri::parse(&format!("sip:{name}")).ok();
            let principal = AccountName::UserPrincipalName(name);
            address
                .map(AccountName::SipAddress)
                .into_iter()
                .chain([principal])
                .collect()
        }
        UserId::Logon { name, .. } => vec![AccountName::SamAccountName(name)],
        UserId::DisplayName(name) if name.contains(['*', ' ']) => {
            vec![AccountName::DisplayName(name)]
        }
        UserId::DisplayName(name) => vec![
            AccountName::SamAccountName(name.clone()),
            AccountName::DisplayName(name),
        ],
    })
}

/// Nobody has that name here.
pub(super) fn not_found(identity: &str) -> Fault {
    Fault::not_found("UserNotFound", format!("There is no user \"{identity}\"."))
        .target(identity)
        .mended_by("Get-CsUser lists the users.")
}

/// A user as the cmdlets return one.
pub(super) fn message(account: Account) -> User {
    let details = account.details;
    User {
        identity: account.sip_address.as_str().to_owned(),
        sip_address: account.sip_address.into(),
        display_name: details.display_name,
        registrar_pool: account.home_pool.into(),
        enabled: details.enabled,
        sam_account_name: details.sam_account_name,
        user_principal_name: details.user_principal_name,
        home_server: String::new(),
        enterprise_voice_enabled: details.enterprise_voice_enabled,
    }
}

/// Where a change of a home pool's users runs.
pub(super) enum Ran {
    /// Here: this node serves them.
    Here,
    /// It has run on the pool that serves them.
    Elsewhere,
}

/// Runs this call on the pool that serves the users of `home`, unless this is it.
pub(super) async fn run_where_served(call: &Call, home: &Fqdn) -> Result<Ran, Failure> {
    let node = call.node();
    let serving = node.operations.server_of(home);
    if serving == node.pool {
        return Ok(Ran::Here);
    }
    let unreachable = match call.forward(&serving).await {
        Ok(()) => return Ok(Ran::Elsewhere),
        Err(Forwarding::Ended(failure)) => return Err(failure),
        Err(unreachable @ Forwarding::Unreachable(_)) => unreachable,
    };
    // A home pool that is not kept here may be failed over without this node's knowledge.
    let topology = node.management.topology().topology;
    match topology.backup_of(home) {
        Some(backup) if node.ownership.get(home).is_none() && backup.fqdn != node.pool => {
            call.forward(&backup.fqdn).await?;
            Ok(Ran::Elsewhere)
        }
        Some(_) | None => Err(unreachable.into()),
    }
}

/// A failure of the store as an error.
pub(super) fn account_fault(error: store::Error) -> Fault {
    use store::{Error, Refusal};
    let message = error.to_string();
    match error {
        Error::Refused(Refusal::NotOwner { home_pool, .. }) => {
            Fault::invalid_operation("ServedElsewhere", message).target(home_pool.to_string())
        }
        Error::Refused(Refusal::Frozen {
            home_pool,
            operation,
        }) => Fault::new("PoolReadOnly", ErrorCategory::ResourceBusy, message)
            .target(home_pool.to_string())
            .mended_by(format!("Get-TandemOperation -Identity {operation}")),
        Error::Refused(Refusal::UserLocked {
            owner, operation, ..
        }) => Fault::new("UserReadOnly", ErrorCategory::ResourceBusy, message)
            .target(owner)
            .mended_by(format!("Get-TandemOperation -Identity {operation}")),
        Error::Refused(Refusal::Quarantined { home_pool, .. }) => {
            Fault::unavailable("Quarantined", message).target(home_pool.to_string())
        }
        Error::VersionConflict { key, .. } => Fault::new(
            "VersionConflict",
            ErrorCategory::ResourceBusy,
            format!("{message}: somebody else has changed it meanwhile"),
        )
        .target(key.owner),
        Error::Invalid(_) | Error::TooLarge { .. } => {
            Fault::invalid_argument("InvalidUser", message)
        }
        error => store_fault(&error),
    }
}
