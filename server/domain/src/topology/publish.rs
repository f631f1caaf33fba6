//! What a publication must not do to pools that are failed over or on their way: their users would be stranded.

use super::model::Topology;
use crate::identity::Fqdn;
use crate::observation::Observation;
use crate::pool_state::PoolState;
use crate::refusal::Refusal;

/// Whether `new` may replace the topology that was observed. Every refusal is named, not only the first.
///
/// A failed-over pool may be unpaired, paired anew or deleted once no user is homed on it: that is how a pool that is gone
/// for good is given up (move every user off it first).
#[must_use]
pub fn check_publish(seen: &Observation, new: &Topology) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for old in seen
        .topology
        .pools
        .iter()
        .filter(|pool| pool.kind.is_front_end())
    {
        let homed_users = seen.pool(&old.fqdn).map_or(0, |pool| pool.homed_users);
        let Some(change) = change_to(seen, new, &old.fqdn) else {
            continue;
        };
        let partner = seen
            .topology
            .backup_of(&old.fqdn)
            .map(|backup| &backup.fqdn);
        let open = seen
            .open_operation(&old.fqdn)
            .or_else(|| partner.and_then(|partner| seen.open_operation(partner)));
        if let Some(operation) = open {
            refusals.push(Refusal::PublishDuringOperation {
                pool: operation.pool.clone(),
                id: operation.id.clone(),
                running: operation.kind,
                change,
            });
        } else if seen.state(&old.fqdn) != PoolState::Normal {
            if homed_users > 0 {
                refusals.push(Refusal::PublishTouchesFailedOverPool {
                    pool: old.fqdn.clone(),
                    backup: partner.unwrap_or(&old.fqdn).clone(),
                    change,
                    homed_users,
                });
            }
        } else if homed_users > 0 && new.pool(&old.fqdn).is_none() {
            refusals.push(Refusal::PublishRemovesHomedUsers {
                pool: old.fqdn.clone(),
                homed_users,
            });
        }
    }
    refusals.dedup();
    refusals
}

/// What a publication does to a pool and its pairing, in words; `None` when it leaves both alone.
fn change_to(seen: &Observation, new: &Topology, pool: &Fqdn) -> Option<&'static str> {
    if new.pool(pool).is_none() {
        return Some("deleting it");
    }
    let before = seen.topology.backup_of(pool).map(|backup| &backup.fqdn);
    let after = new.backup_of(pool).map(|backup| &backup.fqdn);
    match (before, after) {
        (before, after) if before == after => None,
        (Some(_), None) => Some("unpairing it"),
        (_, Some(_)) => Some("pairing it with another pool"),
        (None, None) => None,
    }
}
