//! A pair of pools for the tests of the decisions: pool1 in Redmond, pool2 in Dublin, an Edge pool that points at pool2.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use crate::identity::Fqdn;
use crate::observation::{CentralManagement, Observation, PoolObservation, Reach};
use crate::ownership::{Chain, Epoch, Side};
use crate::pool_state::PoolState;
use crate::topology::{Role, read_toml};

pub(crate) fn fqdn(name: &str) -> Fqdn {
    Fqdn::parse(name).unwrap()
}

pub(crate) fn pool1() -> Fqdn {
    fqdn("pool1.contoso.com")
}

pub(crate) fn pool2() -> Fqdn {
    fqdn("pool2.contoso.com")
}

/// Both pools are up, serve their own users and have nothing left to ship.
pub(crate) fn healthy_pair() -> Observation {
    let topology = read_toml(include_str!("../testdata/pair.toml")).unwrap();
    let pools = topology
        .pools
        .iter()
        .filter(|pool| pool.kind.is_front_end())
        .map(|pool| (pool.fqdn.clone(), PoolObservation::healthy(pool)))
        .collect();
    Observation {
        topology: Arc::new(topology),
        topology_version: 7,
        pools,
        central_management: CentralManagement::Available { active: pool2() },
        open_operations: Vec::new(),
    }
}

pub(crate) fn pool_mut<'a>(seen: &'a mut Observation, pool: &Fqdn) -> &'a mut PoolObservation {
    seen.pools.get_mut(pool).unwrap()
}

/// Sets the state of a pool, with the ownership history that belongs to it.
pub(crate) fn set_state(seen: &mut Observation, pool: &Fqdn, state: PoolState) {
    let observed = pool_mut(seen, pool);
    observed.state = state;
    observed.chain = if state.is_away() {
        Chain::new().taken_over(Side::Backup, 10, Epoch(0))
    } else {
        Chain::new()
    };
}

pub(crate) fn set_down(seen: &mut Observation, pool: &Fqdn) {
    pool_mut(seen, pool).reach = Reach::Unreachable {
        silent_for: Some(std::time::Duration::from_secs(65)),
    };
}

/// Points the Edge pool at another pool.
pub(crate) fn set_next_hop(seen: &mut Observation, pool: &Fqdn) {
    let topology = Arc::make_mut(&mut seen.topology);
    for service in topology
        .pools
        .iter_mut()
        .flat_map(|pool| &mut pool.services)
    {
        if service.role == Role::EdgeServer {
            service.depends_on[0].pool = pool.clone();
        }
    }
}
