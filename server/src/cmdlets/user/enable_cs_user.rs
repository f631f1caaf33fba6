//! `Enable-CsUser`.

use tandem::user::v1::{AddressType, EnableCsUserRequest, User};
use tandem_domain::identity::{Fqdn, SipUri, UserId};
use tandem_domain::refusal::Refusal;
use tandem_domain::topology::Topology;
use tandem_shell::error_record::ErrorCategory;

use super::accounts::{self, Ran, account_fault};
use crate::dispatch::{Call, Cmdlet, Context, Failure, Fault};
use crate::store::{Account, AccountDetails, AccountName, Write};

/// Enables a user and homes it on a pool.
#[derive(Debug)]
pub struct EnableCsUser;

impl Cmdlet for EnableCsUser {
    async fn run(context: &Context<User>, request: EnableCsUserRequest) -> Result<(), Failure> {
        let node = context.node();
        let topology = node.management.topology().topology;
        let home_pool = registrar_pool(&topology, request.registrar_pool.as_deref())?;
        let details = details(&request.identity)?;
        let sip_address = address(&topology, &request, &details)?;
        if !topology.accepts_domain_of(&sip_address) {
            return Err(Fault::invalid_argument(
                "SipDomainNotFound",
                format!(
                    "\"{}\" is no SIP domain of the topology.",
                    sip_address.domain()
                ),
            )
            .target(sip_address.as_str())
            .mended_by("(Get-CsTopology).SipDomains lists the SIP domains.")
            .into());
        }
        if let Ran::Elsewhere = accounts::run_where_served(context, &home_pool).await? {
            return Ok(());
        }
        refuse_enabled(context, &sip_address, &home_pool).await?;
        if !context
            .should_process(request.identity.clone(), None)
            .await?
        {
            return Ok(());
        }
        let account = Account {
            home_pool,
            sip_address,
            details,
        };
        let write = Write {
            home_pool: account.home_pool.clone(),
            key: account.key(),
            body: account.body().map_err(account_fault)?,
            content: None,
            expected_version: Some(0),
            delete: false,
        };
        node.stores
            .documents
            .put_many(vec![write])
            .await
            .map_err(account_fault)?;
        if request.pass_thru() {
            context.output(accounts::message(account)).await?;
        }
        Ok(())
    }
}

/// Refuses an address that a user has already, on whichever pool.
async fn refuse_enabled(
    call: &Call,
    sip_address: &SipUri,
    home_pool: &Fqdn,
) -> Result<(), Failure> {
    let name = AccountName::SipAddress(sip_address.clone());
    let documents = &call.node().stores.documents;
    let known = documents
        .find_accounts(&name, 1)
        .await
        .map_err(account_fault)?;
    let Some(known) = known.first() else {
        return Ok(());
    };
    Err(Fault::new(
        "UserAlreadyEnabled",
        ErrorCategory::ResourceExists,
        format!(
            "User {sip_address} is enabled already, on pool {}.",
            known.home_pool
        ),
    )
    .target(sip_address.as_str())
    .mended_by(format!(
        "Move-CsUser -Identity {sip_address} -Target {home_pool}"
    ))
    .into())
}

/// The pool that the user is to be homed on.
fn registrar_pool(topology: &Topology, name: Option<&str>) -> Result<Fqdn, Failure> {
    let name = name.ok_or_else(|| {
        Fault::invalid_argument(
            "RegistrarPoolRequired",
            "A user is homed on a pool, and none was named.",
        )
        .mended_by("Enable-CsUser -Identity <user> -RegistrarPool <pool> -SipAddress sip:<address>")
    })?;
    let fqdn = Fqdn::parse(name)
        .map_err(|error| Fault::invalid_argument("InvalidFqdn", error.to_string()).target(name))?;
    match topology.pool(&fqdn) {
        None => Err(Refusal::PoolNotFound { pool: fqdn }.into()),
        Some(pool) if !pool.kind.is_front_end() => Err(Refusal::PoolNotFrontEnd {
            pool: fqdn,
            kind: pool.kind,
        }
        .into()),
        Some(_) => Ok(fqdn),
    }
}

/// What the identity says about the user. This deployment has no directory that could say more.
fn details(identity: &str) -> Result<AccountDetails, Fault> {
    let id = UserId::parse(identity).map_err(|error| {
        Fault::invalid_argument("InvalidUserIdentity", error.to_string()).target(identity)
    })?;
    let (display_name, sam_account_name, user_principal_name) = match id {
        UserId::SipAddress(address) => {
            let bare = address.address().to_owned();
            (local_part(&bare), local_part(&bare), bare)
        }
        UserId::UserPrincipalName(name) => (local_part(&name), local_part(&name), name),
        UserId::Logon { name, .. } => (name.clone(), name, String::new()),
        UserId::DisplayName(name) if name.contains(' ') => (name, String::new(), String::new()),
        UserId::DisplayName(name) => (name.clone(), name, String::new()),
    };
    Ok(AccountDetails {
        display_name,
        sam_account_name,
        user_principal_name,
        enabled: true,
        enterprise_voice_enabled: false,
    })
}

fn local_part(address: &str) -> String {
    address.split('@').next().unwrap_or_default().to_owned()
}

/// The SIP address that was given, or the one that -SipAddressType makes.
fn address(
    topology: &Topology,
    request: &EnableCsUserRequest,
    details: &AccountDetails,
) -> Result<SipUri, Fault> {
    if let Some(given) = request.sip_address.as_deref() {
        return parsed(given);
    }
    let domain = || {
        request
            .sip_domain
            .clone()
            .or_else(|| topology.default_domain().map(ToString::to_string))
            .ok_or_else(|| needed("the deployment has no default SIP domain; give -SipDomain"))
    };
    let local = |name: &str, what: &str| {
        if name.is_empty() {
            return Err(needed(&format!(
                "\"{}\" says nothing about the {what}",
                request.identity
            )));
        }
        Ok(format!("sip:{name}@{}", domain()?))
    };
    let principal = &details.user_principal_name;
    let made = match request.sip_address_type() {
        AddressType::Unspecified if request.sip_address_type.is_none() => {
            match UserId::parse(&request.identity) {
                Ok(UserId::SipAddress(address)) => return Ok(address),
                _ => return Err(needed("neither -SipAddress nor -SipAddressType was given")),
            }
        }
        AddressType::Unspecified => return Err(needed("the -SipAddressType is not known")),
        AddressType::SamAccountName => local(&details.sam_account_name, "account name")?,
        AddressType::FirstLastName => local(
            &details
                .display_name
                .split_whitespace()
                .collect::<Vec<_>>()
                .join("."),
            "name",
        )?,
        AddressType::UserPrincipalName | AddressType::EmailAddress if principal.is_empty() => {
            return Err(needed(&format!(
                "\"{}\" is no user principal name",
                request.identity
            )));
        }
        AddressType::UserPrincipalName | AddressType::EmailAddress => format!("sip:{principal}"),
    };
    parsed(&made)
}

fn parsed(text: &str) -> Result<SipUri, Fault> {
    SipUri::parse(text).map_err(|error| {
        Fault::invalid_argument("InvalidSipAddress", error.to_string()).target(text)
    })
}

fn needed(reason: &str) -> Fault {
    Fault::invalid_argument(
        "SipAddressRequired",
        format!("The user's SIP address is not known: {reason}."),
    )
    .mended_by("Enable-CsUser -Identity <user> -RegistrarPool <pool> -SipAddress sip:<address>")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn made(identity: &str, kind: AddressType) -> Result<String, Fault> {
        let request = EnableCsUserRequest {
            identity: identity.to_owned(),
            sip_address_type: (kind != AddressType::Unspecified).then_some(kind.into()),
            sip_domain: Some("contoso.com".to_owned()),
            ..EnableCsUserRequest::default()
        };
        let details = details(identity)?;
        address(&Topology::default(), &request, &details).map(String::from)
    }

    #[test]
    fn addresses_are_made_of_what_the_identity_says() {
        use AddressType as Type;
        for (identity, kind, address) in [
            (
                "CONTOSO\\kenmyer",
                Type::SamAccountName,
                "sip:kenmyer@contoso.com",
            ),
            ("Ken Myer", Type::FirstLastName, "sip:ken.myer@contoso.com"),
            (
                "ken@corp.contoso.com",
                Type::UserPrincipalName,
                "sip:ken@corp.contoso.com",
            ),
            (
                "sip:ken@contoso.com",
                Type::Unspecified,
                "sip:ken@contoso.com",
            ),
        ] {
            assert_eq!(made(identity, kind).unwrap(), address);
        }
        for (identity, kind) in [
            ("Ken Myer", Type::SamAccountName),
            ("kenmyer", Type::UserPrincipalName),
            ("kenmyer", Type::Unspecified),
        ] {
            assert_eq!(made(identity, kind).unwrap_err().id, "SipAddressRequired");
        }
    }
}
