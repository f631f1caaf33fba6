//! Who may run what. Nobody may anything that is not said here.

use tandem::cmdlet::v1::Effect;
use tandem_domain::identity::Fqdn;

use super::identity::Identity;

/// May run every cmdlet.
const ADMINISTRATORS: [&str; 2] = ["RTCUniversalServerAdmins", "CsAdministrator"];

/// May run cmdlets that only read.
const VIEWERS: [&str; 1] = ["CsViewOnlyAdministrator"];

/// Members are components of the deployment: nodes and front ends.
pub(super) const COMPONENTS: &str = "RTCComponentUniversalServices";

/// Whether the caller may run cmdlets of that effect; -WhatIf of a change is a change.
#[must_use]
pub fn may_run(caller: &Identity, effect: Effect) -> bool {
    is_administrator(caller) || (effect == Effect::Read && is_viewer(caller))
}

/// Whether the caller may call the services of cmdlets at all.
#[must_use]
pub fn may_call_cmdlets(caller: &Identity) -> bool {
    is_administrator(caller) || is_viewer(caller)
}

/// Whether the caller may run every cmdlet.
#[must_use]
pub fn is_administrator(caller: &Identity) -> bool {
    ADMINISTRATORS.iter().any(|group| caller.is_member(group))
}

/// Whether a group lets its members run cmdlets.
#[must_use]
pub fn is_role(group: &str) -> bool {
    roles().any(|role| role.eq_ignore_ascii_case(group))
}

/// Whether every group that lets the caller run cmdlets is one of `restricted`.
#[must_use]
pub fn is_restricted(caller: &Identity, restricted: &[String]) -> bool {
    let is_free = |role: &str| {
        let mut restricted = restricted.iter();
        caller.is_member(role) && !restricted.any(|group| group.eq_ignore_ascii_case(role))
    };
    !roles().any(is_free)
}

fn roles() -> impl Iterator<Item = &'static str> {
    ADMINISTRATORS.into_iter().chain(VIEWERS)
}

/// Whether the caller is a component of the deployment.
#[must_use]
pub fn is_component(caller: &Identity) -> bool {
    caller.is_member(COMPONENTS)
}

/// Whether the caller's certificate names a pool: then its word is that pool's. What follows from it concerns who serves.
#[must_use]
pub fn speaks_for(caller: &Identity, pool: &Fqdn) -> bool {
    caller.machines.iter().any(|name| name == pool.as_str())
}

fn is_viewer(caller: &Identity) -> bool {
    VIEWERS.iter().any(|group| caller.is_member(group))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn member(groups: &[&str]) -> Identity {
        Identity {
            groups: groups.iter().map(ToString::to_string).collect(),
            ..Identity::default()
        }
    }

    #[test]
    fn nobody_may_anything_unless_said() {
        for groups in [
            &[][..],
            &["Domain Admins"],
            &["RTCComponentUniversalServices"],
        ] {
            assert!(!may_call_cmdlets(&member(groups)), "{groups:?}");
            assert!(!may_run(&member(groups), Effect::Read), "{groups:?}");
        }
    }

    #[test]
    fn a_pool_speaks_for_itself_only() {
        let node = Identity {
            machines: vec!["fe01.contoso.com".into(), "pool1.contoso.com".into()],
            ..Identity::default()
        };
        for (pool, expected) in [("Pool1.contoso.com", true), ("pool2.contoso.com", false)] {
            let pool = Fqdn::parse(pool).unwrap();
            assert_eq!(speaks_for(&node, &pool), expected, "{pool}");
        }
    }

    #[test]
    fn the_freest_group_of_a_caller_counts() {
        let viewers = [String::from("csviewonlyadministrator")];
        let both = ["CsViewOnlyAdministrator", "CsAdministrator"];
        assert!(is_restricted(&member(&both[..1]), &viewers));
        assert!(!is_restricted(&member(&both), &viewers));
        assert!(!is_restricted(&member(&both[..1]), &[]));
        assert!(is_restricted(&member(&both), &both.map(String::from)));
        assert!(is_role("csadministrator") && !is_role("Domain Admins"));
    }

    #[test]
    fn viewers_read_and_administrators_change() {
        let viewer = member(&["csviewonlyadministrator"]);
        assert!(may_run(&viewer, Effect::Read));
        assert!(!may_run(&viewer, Effect::Change));
        assert!(!may_run(&viewer, Effect::Unspecified));
        for group in ADMINISTRATORS {
            assert!(may_run(&member(&[group]), Effect::Change));
        }
    }
}
