//! What is refused and what is only warned of.

use super::*;

/// The ids of what is found in the pair after a change, with their severities.
fn found(change: impl FnOnce(&mut Topology)) -> Vec<(&'static str, Severity)> {
    let mut topology = pair();
    change(&mut topology);
    validate(&topology)
        .into_iter()
        .map(|finding| (finding.id, finding.severity))
        .collect()
}

fn refused(change: impl FnOnce(&mut Topology)) -> Vec<&'static str> {
    found(change)
        .into_iter()
        .filter(|(_, severity)| *severity == Severity::Refuse)
        .map(|(id, _)| id)
        .collect()
}

#[test]
fn a_pair_is_reciprocal() {
    assert_eq!(
        refused(|t| t.pools[1].backup_pool = None),
        ["BackupPoolNotReciprocal"]
    );
    assert_eq!(
        refused(|t| t.pools[0].backup_pool = Some(fqdn("pool1.contoso.com"))),
        ["BackupPoolIsItself", "BackupPoolNotReciprocal"]
    );
    assert_eq!(
        refused(|t| t.pools[0].backup_pool = Some(fqdn("pool9.contoso.com"))),
        ["BackupPoolNotFound", "BackupPoolNotReciprocal"]
    );
}

#[test]
fn a_pool_has_one_partner() {
    let third = |t: &mut Topology| {
        let mut pool = t.pools[0].clone();
        pool.fqdn = fqdn("pool3.contoso.com");
        pool.machines[0].fqdn = pool.fqdn.clone();
        pool.services.clear();
        t.pools.push(pool);
    };
    assert_eq!(refused(third), ["BackupPoolNotReciprocal"]);
}

#[test]
fn only_front_end_pools_are_paired() {
    assert_eq!(
        refused(|t| {
            t.pools[1].backup_pool = None;
            t.pools[0].backup_pool = Some(fqdn("edge.contoso.com"));
            t.pools[2].backup_pool = Some(fqdn("pool1.contoso.com"));
        }),
        ["BackupPoolNotFrontEnd", "BackupPoolNotFrontEnd"]
    );
}

#[test]
fn unsupported_pairs_are_warned_of_once_and_accepted() {
    type Change = fn(&mut Topology);
    let cases: [(&str, Change); 5] = [
        ("PairInOneSite", |t| t.pools[1].site = "redmond".into()),
        ("PairOfDifferentHosting", |t| {
            t.pools[0].hosting = Some(Hosting::Physical);
            t.pools[1].hosting = Some(Hosting::Virtual);
        }),
        ("PairOfDifferentOperatingSystems", |t| {
            t.pools[0].operating_system = Some("Windows Server 2012".into());
            t.pools[1].operating_system = Some("Windows Server 2012 R2".into());
        }),
        ("PairOfDifferentBackEnds", |t| {
            t.pools[0].back_end = Some(BackEndAvailability::Mirrored);
            t.pools[1].back_end = Some(BackEndAvailability::Clustered);
        }),
        ("PairedPoolBelowThreeFrontEnds", |t| {
            for pool in &mut t.pools[..2] {
                pool.kind = PoolKind::EnterpriseFrontEnd;
            }
            for name in ["fe2.contoso.com", "fe3.contoso.com"] {
                let mut machine = t.pools[0].machines[0].clone();
                machine.fqdn = fqdn(name);
                t.pools[0].machines.push(machine);
            }
        }),
    ];
    for (id, change) in cases {
        let mut topology = pair();
        change(&mut topology);
        let ids: Vec<_> = validate(&topology)
            .into_iter()
            .filter(|f| f.id != "DuplicateServiceId")
            .map(|f| (f.id, f.severity))
            .collect();
        assert_eq!(ids, [(id, Severity::Warn)]);
    }
    let editions = found(|t| t.pools[1].kind = PoolKind::EnterpriseFrontEnd);
    assert!(editions.contains(&("PairOfDifferentEditions", Severity::Warn)));
    assert!(
        editions
            .iter()
            .all(|(_, severity)| *severity == Severity::Warn)
    );
}

#[test]
fn what_is_not_known_is_not_compared() {
    assert_eq!(found(|t| t.pools[0].hosting = Some(Hosting::Physical)), []);
}

#[test]
fn pools_and_machines() {
    let copy = |t: &mut Topology, name: &str| {
        let mut machine = t.pools[0].machines[0].clone();
        machine.fqdn = fqdn(name);
        t.pools[0].machines.push(machine);
    };
    assert_eq!(
        refused(|t| copy(t, "fe2.contoso.com")),
        ["StandardPoolMachineCount"]
    );
    assert_eq!(
        refused(|t| t.pools[0].machines.clear()),
        ["StandardPoolMachineCount"]
    );
    assert_eq!(
        refused(|t| t.pools[2].machines.clear()),
        ["PoolWithoutMachine"]
    );
    assert_eq!(
        refused(|t| t.pools[2].machines[0].fqdn = fqdn("pool1.contoso.com")),
        ["DuplicateMachine", "MachineNamedAsPool"]
    );
    assert!(refused(|t| t.pools.push(t.pools[2].clone())).contains(&"DuplicatePool"));
    assert!(refused(|t| t.pools[0].site = "Paris".into()).contains(&"SiteNotFound"));
    assert!(refused(|t| t.sites.push(t.sites[0].clone())).contains(&"DuplicateSite"));
}

#[test]
fn edges_and_their_next_hop() {
    assert_eq!(
        refused(|t| t.pools[2].services[0].depends_on.clear()),
        ["EdgeWithoutNextHop"]
    );
    assert_eq!(
        refused(|t| t.pools[2].services[0].depends_on[0].pool = fqdn("pool9.contoso.com")),
        ["DependencyNotFound", "EdgeWithoutNextHop"]
    );
    let second = |t: &mut Topology| {
        let mut edge = t.pools[2].clone();
        edge.fqdn = fqdn("edge2.contoso.com");
        edge.machines[0].fqdn = edge.fqdn.clone();
        edge.services[0].instance = 9;
        t.pools.push(edge);
    };
    assert_eq!(
        refused(second),
        ["SeveralFederationRoutes", "DuplicateExternalFqdn"]
    );
}

#[test]
fn the_standby_of_the_central_management_server_is_on_the_backup_pool() {
    let add = |t: &mut Topology, pool: usize| {
        let mut service = t.pools[0]
            .service(&Role::CentralManagement)
            .unwrap()
            .clone();
        service.instance += 1;
        t.pools[pool].services.push(service);
    };
    assert_eq!(found(|t| add(t, 1)), []);
    assert_eq!(refused(|t| add(t, 2)), ["SeveralCentralManagementServers"]);
}

#[test]
fn every_finding_teaches() {
    let mut topology = pair();
    topology.pools[1].backup_pool = None;
    topology.pools[0].machines.clear();
    topology.sites.clear();
    for finding in validate(&topology) {
        assert!(
            finding.message.ends_with('.') && finding.recommendation.ends_with('.'),
            "{finding:?}"
        );
    }
}
