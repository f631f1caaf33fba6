//! Who may run what. Nobody may anything that is not said here.

use tandem::cmdlet::v1::Effect;

use super::identity::Identity;

/// May run every cmdlet.
const ADMINISTRATORS: [&str; 2] = ["RTCUniversalServerAdmins", "CsAdministrator"];

/// May run cmdlets that only read.
const VIEWERS: [&str; 1] = ["CsViewOnlyAdministrator"];

/// Members are components of the deployment: nodes and front ends.
const COMPONENTS: &str = "RTCComponentUniversalServices";

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

/// Whether the caller is a component of the deployment.
#[must_use]
pub fn is_component(caller: &Identity) -> bool {
    caller.is_member(COMPONENTS)
}

fn is_viewer(caller: &Identity) -> bool {
    VIEWERS.iter().any(|group| caller.is_member(group))
}

#[cfg(test)]
mod tests {
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
