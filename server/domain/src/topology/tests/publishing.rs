//! What a publication changes, and when it is refused.

use super::*;
use crate::fixtures;
use crate::observation::{Observation, OpenOperation, OperationKind};
use crate::pool_state::PoolState;

fn changes(change: impl FnOnce(&mut Topology)) -> Vec<String> {
    let mut new = pair();
    change(&mut new);
    difference(&pair(), &new)
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn nothing_changed_is_nothing_listed() {
    assert!(changes(|_| {}).is_empty());
    assert!(
        changes(|t| t.pools.reverse()).is_empty(),
        "the order of pools means nothing"
    );
}

#[test]
fn each_change_is_said_once() {
    assert_eq!(
        changes(|t| t.pools[0].backup_pool = None),
        ["pool1.contoso.com: backup pool: pool2.contoso.com -> none"]
    );
    assert_eq!(
        changes(|t| t.pools[2].services[0].depends_on[0].pool = fqdn("pool1.contoso.com")),
        [
            "edge.contoso.com: next hop: pool2.contoso.com -> pool1.contoso.com",
            "EdgeServer:edge.contoso.com is changed"
        ]
    );
    assert_eq!(
        changes(|t| drop(t.pools.remove(2))),
        ["edge.contoso.com is removed"]
    );
    assert_eq!(
        changes(|t| t.pools[0].machines[0].address = None),
        ["pool1.contoso.com: machine pool1.contoso.com is changed"]
    );
    assert_eq!(
        changes(|t| t.sites[0].description = Some("HQ".into())),
        ["Site:Redmond is changed"]
    );
    assert_eq!(
        changes(|t| t.pools[1].site = "Redmond".into()),
        ["pool2.contoso.com: site: Dublin -> Redmond"]
    );
    assert_eq!(
        changes(|t| t.sip_domains[0].name = fqdn("fabrikam.com")),
        ["SIP domains: contoso.com -> fabrikam.com"]
    );
}

#[test]
fn the_order_of_machines_is_the_order_of_seeds() {
    let mut old = Document::read(BUILDER).unwrap().topology;
    let new = old.clone();
    old.pools[0].machines.swap(0, 2);
    assert_eq!(
        difference(&old, &new),
        [Change::MachinesReordered {
            pool: fqdn("pool1.fabrikam.com")
        }]
    );
}

fn seen(pool1: PoolState, homed_users: u64) -> Observation {
    let mut seen = fixtures::healthy_pair();
    for pool in seen.pools.values_mut() {
        pool.homed_users = homed_users;
    }
    fixtures::set_state(&mut seen, &fixtures::pool1(), pool1);
    seen
}

fn refusals(seen: &Observation, change: impl FnOnce(&mut Topology)) -> Vec<&'static str> {
    let mut new = pair();
    change(&mut new);
    check_publish(seen, &new)
        .iter()
        .map(crate::refusal::Refusal::id)
        .collect()
}

fn unpair(t: &mut Topology) {
    t.pools[0].backup_pool = None;
    t.pools[1].backup_pool = None;
}

#[test]
fn a_failed_over_pool_stays_paired_while_it_homes_users() {
    let failed_over = seen(PoolState::FailedOver, 10);
    assert_eq!(
        refusals(&failed_over, unpair),
        ["PublishTouchesFailedOverPool"]
    );
    assert_eq!(
        refusals(&failed_over, |t| drop(t.pools.remove(0))),
        ["PublishTouchesFailedOverPool"],
        "deleting the failed-over pool"
    );
    assert_eq!(
        refusals(&failed_over, |t| drop(t.pools.remove(1))),
        ["PublishTouchesFailedOverPool", "PublishRemovesHomedUsers"],
        "deleting the pool that serves"
    );
    assert!(
        refusals(&failed_over, |t| t.pools[0].operating_system =
            Some("any".into()))
        .is_empty()
    );
    assert!(
        refusals(&seen(PoolState::FailedOver, 0), unpair).is_empty(),
        "every user has been moved off"
    );
}

#[test]
fn a_normal_pool_may_be_unpaired_but_not_deleted_under_its_users() {
    assert!(refusals(&seen(PoolState::Normal, 10), unpair).is_empty());
    assert_eq!(
        refusals(&seen(PoolState::Normal, 10), |t| drop(t.pools.remove(0))),
        ["PublishRemovesHomedUsers"]
    );
    assert!(refusals(&seen(PoolState::Normal, 0), |t| drop(t.pools.remove(0))).is_empty());
}

#[test]
fn a_pair_is_left_alone_during_an_operation() {
    let mut moving = seen(PoolState::Normal, 0);
    moving.open_operations.push(OpenOperation {
        id: "op-1".into(),
        kind: OperationKind::FailOver,
        pool: fqdn("pool1.contoso.com"),
        disaster_mode: false,
    });
    assert_eq!(refusals(&moving, unpair), ["PublishDuringOperation"]);
}
