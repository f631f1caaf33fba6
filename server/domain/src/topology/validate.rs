//! Whether a topology may be published. What makes recovery impossible is refused; what Microsoft calls unsupported but
//! lets pass (pairs of different editions, hosting, operating systems, or in one site) is only warned of.

use std::collections::{BTreeMap, BTreeSet};

use super::Role;
use super::model::{Pool, PoolKind, Topology};
use crate::identity::Fqdn;

mod pairing;

/// Whether a finding stands in the way of a publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The topology is not published.
    Refuse,
    /// The topology is published with a warning.
    Warn,
}

/// One thing that is wrong with a topology.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A stable id: `BackupPoolNotReciprocal`.
    pub id: &'static str,
    /// Whether it stands in the way.
    pub severity: Severity,
    /// What was found.
    pub message: String,
    /// What to do about it.
    pub recommendation: String,
}

impl Finding {
    fn refuse(id: &'static str, message: String, recommendation: &str) -> Self {
        Self {
            id,
            severity: Severity::Refuse,
            message,
            recommendation: recommendation.to_owned(),
        }
    }

    fn warn(id: &'static str, message: String, recommendation: &str) -> Self {
        Self {
            severity: Severity::Warn,
            ..Self::refuse(id, message, recommendation)
        }
    }
}

/// Everything that is wrong with a topology: what is refused first, then in document order.
#[must_use]
pub fn validate(topology: &Topology) -> Vec<Finding> {
    let mut findings = Vec::new();
    domains(topology, &mut findings);
    sites(topology, &mut findings);
    names(topology, &mut findings);
    for pool in &topology.pools {
        machines(pool, &mut findings);
        services(topology, pool, &mut findings);
        pairing::check(topology, pool, &mut findings);
    }
    service_ids(topology, &mut findings);
    edges(topology, &mut findings);
    central_management(topology, &mut findings);
    findings.sort_by_key(|finding| finding.severity);
    findings
}

fn domains(topology: &Topology, findings: &mut Vec<Finding>) {
    let defaults = topology
        .sip_domains
        .iter()
        .filter(|domain| domain.default)
        .count();
    if defaults > 1 {
        findings.push(Finding::refuse(
            "SeveralDefaultDomains",
            format!("{defaults} SIP domains are the default one."),
            "Make one SIP domain the default.",
        ));
    }
    if defaults == 0 && topology.pools.iter().any(|pool| pool.kind.is_front_end()) {
        findings.push(Finding::warn(
            "NoDefaultDomain",
            "No SIP domain is the default one.".to_owned(),
            "Make one SIP domain the default.",
        ));
    }
}

fn sites(topology: &Topology, findings: &mut Vec<Finding>) {
    let mut names = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for site in &topology.sites {
        if !names.insert(site.name.to_lowercase()) {
            findings.push(Finding::refuse(
                "DuplicateSite",
                format!("There are two sites \"{}\".", site.name),
                "Give every site a name of its own.",
            ));
        }
        if !ids.insert(site.id) {
            findings.push(Finding::refuse(
                "DuplicateSiteId",
                format!(
                    "The id {} of site \"{}\" is used twice.",
                    site.id, site.name
                ),
                "Give every site an id of its own.",
            ));
        }
        let parent = site.parent.as_ref().map(|parent| topology.site(parent));
        let is_central = |parent: Option<&super::Site>| parent.is_some_and(|p| p.parent.is_none());
        if parent.is_some_and(|parent| !is_central(parent)) {
            findings.push(Finding::refuse(
                "BranchWithoutCentralSite",
                format!("Branch site \"{}\" belongs to no central site.", site.name),
                "Name a central site of the topology as its parent.",
            ));
        }
    }
    for pool in topology
        .pools
        .iter()
        .filter(|pool| topology.site(&pool.site).is_none())
    {
        findings.push(Finding::refuse(
            "SiteNotFound",
            format!(
                "Pool \"{}\" is in site \"{}\", which the topology does not have.",
                pool.fqdn, pool.site
            ),
            "Put the pool into a site of the topology.",
        ));
    }
}

/// Pools have names of their own, and a machine is in one pool. The machine of a pool of one has the pool's name, or
/// another.
fn names(topology: &Topology, findings: &mut Vec<Finding>) {
    let mut pools = BTreeSet::new();
    let mut machines: BTreeMap<&Fqdn, &Fqdn> = BTreeMap::new();
    for pool in &topology.pools {
        if !pools.insert(&pool.fqdn) {
            findings.push(Finding::refuse(
                "DuplicatePool",
                format!("There are two pools \"{}\".", pool.fqdn),
                "Give every pool a name of its own.",
            ));
        }
        for machine in &pool.machines {
            if let Some(other) = machines.insert(&machine.fqdn, &pool.fqdn) {
                findings.push(Finding::refuse(
                    "DuplicateMachine",
                    format!(
                        "Machine \"{}\" is in pool \"{other}\" and again in pool \"{}\".",
                        machine.fqdn, pool.fqdn
                    ),
                    "Put every machine into one pool, once.",
                ));
            }
        }
    }
    for (machine, pool) in machines {
        if machine != pool && pools.contains(machine) {
            findings.push(Finding::refuse(
                "MachineNamedAsPool",
                format!("Machine \"{machine}\" of pool \"{pool}\" has the name of another pool."),
                "Give the machine or the pool another name.",
            ));
        }
    }
}

fn machines(pool: &Pool, findings: &mut Vec<Finding>) {
    let count = pool.machines.len();
    match pool.kind {
        PoolKind::StandardFrontEnd if count != 1 => findings.push(Finding::refuse(
            "StandardPoolMachineCount",
            format!("Standard Edition pool \"{}\" has {count} machines; it has exactly one.", pool.fqdn),
            "Give the pool one machine, or make it an Enterprise Edition pool.",
        )),
        PoolKind::EnterpriseFrontEnd if count > 16 => findings.push(Finding::refuse(
            "TooManyFrontEnds",
            format!("Enterprise Edition pool \"{}\" has {count} Front End servers; 12 are supported.", pool.fqdn),
            "Divide the pool in two.",
        )),
        PoolKind::EnterpriseFrontEnd if count > 12 => findings.push(Finding::warn(
            "ManyFrontEnds",
            format!("Enterprise Edition pool \"{}\" has {count} Front End servers; Lync Server 2013 supports 12.", pool.fqdn),
            "Take servers out of the pool.",
        )),
        PoolKind::EnterpriseFrontEnd
        | PoolKind::StandardFrontEnd
        | PoolKind::Edge
        | PoolKind::Mediation
        | PoolKind::Director
        | PoolKind::PersistentChat
        | PoolKind::TrustedApplication
        | PoolKind::SqlStore
        | PoolKind::FileStore
        | PoolKind::SurvivableBranch
        | PoolKind::PstnGateway
        | PoolKind::OfficeWebApps
        | PoolKind::Other
            if count == 0 =>
        {
            findings.push(Finding::refuse(
                "PoolWithoutMachine",
                format!("The {} \"{}\" has no machine.", pool.kind.name(), pool.fqdn),
                "Give the pool a machine.",
            ));
        }
        PoolKind::EnterpriseFrontEnd
        | PoolKind::StandardFrontEnd
        | PoolKind::Edge
        | PoolKind::Mediation
        | PoolKind::Director
        | PoolKind::PersistentChat
        | PoolKind::TrustedApplication
        | PoolKind::SqlStore
        | PoolKind::FileStore
        | PoolKind::SurvivableBranch
        | PoolKind::PstnGateway
        | PoolKind::OfficeWebApps
        | PoolKind::Other => {}
    }
}

fn services(topology: &Topology, pool: &Pool, findings: &mut Vec<Finding>) {
    for service in &pool.services {
        if let Role::Other(name) = &service.role {
            findings.push(Finding::warn(
                "UnknownRole",
                format!("Pool \"{}\" has a service of role \"{name}\", which is not known here.", pool.fqdn),
                "Nothing needs to be done: the service is kept and shown, and takes no part in failover.",
            ));
        }
        if let Some(instance) = &service.sql_instance
            && !pool.sql_instances.contains(instance)
        {
            findings.push(Finding::refuse(
                "SqlInstanceNotFound",
                format!(
                    "{} is on SQL instance \"{instance}\", which pool \"{}\" does not have.",
                    service.role, pool.fqdn
                ),
                "Add the SQL instance to the pool.",
            ));
        }
        for used in &service.depends_on {
            let found = topology
                .pool(&used.pool)
                .is_some_and(|pool| pool.services.iter().any(|service| used.is_on(service)));
            if !found {
                findings.push(Finding::refuse(
                    "DependencyNotFound",
                    format!(
                        "{} depends on {}:{}, which the topology does not have.",
                        pool.service_identity(&service.role),
                        used.role,
                        used.pool
                    ),
                    "Add the service, or let the dependency name another one.",
                ));
            }
        }
    }
    if pool.kind.is_front_end() && pool.service(&Role::Registrar).is_none() {
        findings.push(Finding::warn(
            "FrontEndWithoutRegistrar",
            format!(
                "Front End pool \"{}\" has no Registrar: nobody can sign in there.",
                pool.fqdn
            ),
            "Add a Registrar service to the pool.",
        ));
    }
}

fn service_ids(topology: &Topology, findings: &mut Vec<Finding>) {
    let mut ids = BTreeSet::new();
    for pool in &topology.pools {
        for service in &pool.services {
            let id = topology.service_id(pool, service);
            if !ids.insert(id.clone()) {
                findings.push(Finding::refuse(
                    "DuplicateServiceId",
                    format!(
                        "The id {id} of {} is used twice.",
                        pool.service_identity(&service.role)
                    ),
                    "Give every service of a role and site an instance number of its own.",
                ));
            }
        }
    }
}

/// An Edge pool hands inbound traffic to a Front End pool or a Director; one Edge pool is the federation route.
fn edges(topology: &Topology, findings: &mut Vec<Finding>) {
    let edges = || {
        topology
            .pools
            .iter()
            .filter(|pool| pool.kind == PoolKind::Edge)
    };
    for edge in edges() {
        let next_hop = edge.next_hop().and_then(|fqdn| topology.pool(fqdn));
        let takes_traffic = next_hop
            .is_some_and(|pool| pool.kind.is_front_end() || pool.kind == PoolKind::Director);
        if !takes_traffic {
            findings.push(Finding::refuse(
                "EdgeWithoutNextHop",
                format!(
                    "Edge pool \"{}\" has no Front End pool or Director as its next hop.",
                    edge.fqdn
                ),
                "Set the next hop of the Edge pool.",
            ));
        }
    }
    let federated: Vec<&Fqdn> = edges()
        .filter(|pool| {
            pool.service(&Role::EdgeServer)
                .is_some_and(super::Service::is_federation_enabled)
        })
        .map(|pool| &pool.fqdn)
        .collect();
    if let [first, second, ..] = federated.as_slice() {
        findings.push(Finding::refuse(
            "SeveralFederationRoutes",
            format!("Federation is enabled on Edge pool \"{first}\" and on Edge pool \"{second}\"; one Edge pool is the federation route."),
            "Clear \"Enable federation for this Edge pool (Port 5061)\" on all Edge pools but one.",
        ));
    }
    let mut external: BTreeMap<&Fqdn, &Fqdn> = BTreeMap::new();
    for edge in edges() {
        let ports = edge.services.iter().flat_map(|service| &service.ports);
        let names: BTreeSet<&Fqdn> = ports
            .filter_map(|port| port.configured_fqdn.as_ref())
            .collect();
        for name in names {
            if let Some(other) = external.insert(name, &edge.fqdn) {
                findings.push(Finding::refuse(
                    "DuplicateExternalFqdn",
                    format!(
                        "Edge pools \"{other}\" and \"{}\" have the same external name \"{name}\".",
                        edge.fqdn
                    ),
                    "Give every Edge pool an external name of its own.",
                ));
            }
        }
    }
}

/// One pool is the Central Management Server; a second one only as the standby on its backup pool.
fn central_management(topology: &Topology, findings: &mut Vec<Finding>) {
    let pools: Vec<&Pool> = topology.central_management_pools().collect();
    let ok = match pools.as_slice() {
        [] | [_] => true,
        [one, other] => topology
            .backup_of(&one.fqdn)
            .is_some_and(|backup| backup.fqdn == other.fqdn),
        [_, _, _, ..] => false,
    };
    if !ok {
        let names: Vec<&str> = pools.iter().map(|pool| pool.fqdn.as_str()).collect();
        findings.push(Finding::refuse(
            "SeveralCentralManagementServers",
            format!(
                "The Central Management Server is on {}, which are no pair.",
                names.join(", ")
            ),
            "Leave it on one pool, and on that pool's backup pool as standby.",
        ));
    }
}
