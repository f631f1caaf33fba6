//! The step between documents and the model: things refer to each other by the document's own keys, which are resolved
//! here, and what a pool is *for* is inferred from what is installed on it.

use std::collections::BTreeMap;

use super::Role;
use super::model::{
    BackEndAvailability, Dependency, Hosting, Machine, Pool, PoolKind, Port, Service, SipDomain,
    Site, Topology,
};
use super::tree::{Place, ReadError};
use crate::identity::Fqdn;

/// How many sites a topology may have.
pub const MAX_SITES: usize = 500;
/// How many pools a topology may have.
pub const MAX_POOLS: usize = 2_000;
/// How many machines a pool may have.
pub const MAX_MACHINES_PER_POOL: usize = 1_000;
/// How many services a topology may have.
pub const MAX_SERVICES: usize = 20_000;

/// A document's content, with its own keys.
#[derive(Debug, Default)]
pub(super) struct RawTopology {
    pub(super) sip_domains: Vec<SipDomain>,
    pub(super) sites: Vec<Site>,
    pub(super) clusters: Vec<RawCluster>,
    pub(super) services: Vec<RawService>,
}

#[derive(Debug)]
pub(super) struct RawCluster {
    pub(super) at: Place,
    pub(super) key: String,
    pub(super) fqdn: Fqdn,
    pub(super) site: usize,
    pub(super) is_single_machine: bool,
    pub(super) machines: Vec<Machine>,
    /// Key and name of each SQL instance.
    pub(super) sql_instances: Vec<(String, String)>,
    pub(super) hosting: Option<Hosting>,
    pub(super) operating_system: Option<String>,
    pub(super) back_end: Option<BackEndAvailability>,
    /// What the document says that cannot be inferred.
    pub(super) kind: Option<PoolKind>,
    pub(super) backup_pool: Option<Fqdn>,
}

#[derive(Debug)]
pub(super) struct RawService {
    pub(super) at: Place,
    pub(super) key: String,
    pub(super) role: Role,
    pub(super) instance: Option<u32>,
    /// The key of a cluster or of a SQL instance.
    pub(super) installed_on: String,
    /// Key and usage.
    pub(super) depends_on: Vec<(String, String)>,
    pub(super) share: Option<String>,
    pub(super) ports: Vec<Port>,
}

/// The name or description of a site, without the white space around it, which does not count in an XML element;
/// `None` if nothing is left. Both forms of a topology hold what it returns.
///
/// # Errors
/// A character that XML cannot hold (XML 1.0, production 2).
pub(super) fn description(text: &str) -> Result<Option<String>, String> {
    let is_writable = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    if let Some(unwritable) = text.chars().find(|&c| !is_writable(c)) {
        return Err(format!(
            "the character U+{:04X} is part of no name",
            u32::from(unwritable)
        ));
    }
    Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
}

/// Where a service is installed.
struct Host {
    cluster: usize,
    sql_instance: Option<String>,
}

/// Resolves the keys and infers what each pool is for.
pub(super) fn assemble(raw: RawTopology) -> Result<Topology, ReadError> {
    check_counts(&raw)?;
    let index = Index::new(&raw)?;
    let mut services: Vec<Vec<Service>> = raw.clusters.iter().map(|_| Vec::new()).collect();
    let mut instances: BTreeMap<(usize, String), u32> = BTreeMap::new();
    for service in &raw.services {
        let host = index.host(service)?;
        let site = raw.clusters[host.cluster].site;
        let counter = instances
            .entry((site, service.role.document_name().to_owned()))
            .or_default();
        *counter += 1;
        services[host.cluster].push(Service {
            role: service.role.clone(),
            instance: service.instance.unwrap_or(*counter),
            sql_instance: host.sql_instance.clone(),
            share: service.share.clone(),
            depends_on: index.dependencies(&raw, service)?,
            ports: service.ports.clone(),
        });
    }
    let mut pools = Vec::with_capacity(raw.clusters.len());
    for (cluster, services) in raw.clusters.into_iter().zip(services) {
        pools.push(pool(cluster, services, &raw.sites)?);
    }
    Ok(Topology {
        sip_domains: raw.sip_domains,
        sites: raw.sites,
        pools,
    })
}

/// The document's keys.
struct Index<'a> {
    hosts: BTreeMap<&'a str, Host>,
    services: BTreeMap<&'a str, &'a RawService>,
}

impl<'a> Index<'a> {
    fn new(raw: &'a RawTopology) -> Result<Self, ReadError> {
        let mut services = BTreeMap::new();
        for service in &raw.services {
            if services.insert(service.key.as_str(), service).is_some() {
                return Err(invalid(
                    service,
                    format!("there are two services \"{}\"", service.key),
                ));
            }
        }
        Ok(Self {
            hosts: hosts(raw)?,
            services,
        })
    }

    fn host(&self, service: &RawService) -> Result<&Host, ReadError> {
        self.hosts
            .get(service.installed_on.as_str())
            .ok_or_else(|| {
                invalid(
                    service,
                    format!(
                        "it is installed on \"{}\", which the document does not have",
                        service.installed_on
                    ),
                )
            })
    }

    fn dependencies(
        &self,
        raw: &RawTopology,
        service: &RawService,
    ) -> Result<Vec<Dependency>, ReadError> {
        service
            .depends_on
            .iter()
            .map(|(key, usage)| {
                let used = self.services.get(key.as_str()).ok_or_else(|| {
                    invalid(
                        service,
                        format!(
                            "it depends on service \"{key}\", which the document does not have"
                        ),
                    )
                })?;
                let host = self.host(used)?;
                Ok(Dependency {
                    role: used.role.clone(),
                    pool: raw.clusters[host.cluster].fqdn.clone(),
                    sql_instance: host.sql_instance.clone(),
                    share: used.share.clone(),
                    usage: usage.clone(),
                })
            })
            .collect()
    }
}

fn check_counts(raw: &RawTopology) -> Result<(), ReadError> {
    let machines = raw
        .clusters
        .iter()
        .map(|cluster| cluster.machines.len())
        .max()
        .unwrap_or(0);
    for (what, count, limit) in [
        ("sites", raw.sites.len(), MAX_SITES),
        ("pools", raw.clusters.len(), MAX_POOLS),
        ("machines in one pool", machines, MAX_MACHINES_PER_POOL),
        ("services", raw.services.len(), MAX_SERVICES),
    ] {
        if count > limit {
            return Err(ReadError::LimitExceeded {
                at: Place { line: 1, column: 1 },
                what,
                limit,
            });
        }
    }
    Ok(())
}

fn hosts(raw: &RawTopology) -> Result<BTreeMap<&str, Host>, ReadError> {
    let mut hosts = BTreeMap::new();
    for (index, cluster) in raw.clusters.iter().enumerate() {
        let keys = std::iter::once((cluster.key.as_str(), None)).chain(
            cluster
                .sql_instances
                .iter()
                .map(|(key, name)| (key.as_str(), Some(name.clone()))),
        );
        for (key, sql_instance) in keys {
            let host = Host {
                cluster: index,
                sql_instance,
            };
            if hosts.insert(key, host).is_some() {
                return Err(ReadError::Invalid {
                    at: cluster.at,
                    path: format!("Cluster[Fqdn={}]", cluster.fqdn),
                    reason: format!("the id \"{key}\" is used twice"),
                });
            }
        }
    }
    Ok(hosts)
}

fn invalid(service: &RawService, reason: String) -> ReadError {
    ReadError::Invalid {
        at: service.at,
        path: format!("Service[RoleName={}]", service.role.document_name()),
        reason,
    }
}

fn pool(
    cluster: RawCluster,
    mut services: Vec<Service>,
    sites: &[Site],
) -> Result<Pool, ReadError> {
    let in_branch = sites
        .get(cluster.site)
        .is_some_and(|site| site.parent.is_some());
    let inferred = infer_kind(&services, &cluster, in_branch);
    let backup_pool = match take_backup_pool(&cluster.fqdn, &mut services) {
        Ok(found) => found.or(cluster.backup_pool),
        Err((one, other)) => {
            return Err(ReadError::Invalid {
                at: cluster.at,
                path: format!("Cluster[Fqdn={}]", cluster.fqdn),
                reason: format!("its services name two backup pools, \"{one}\" and \"{other}\""),
            });
        }
    };
    Ok(Pool {
        fqdn: cluster.fqdn,
        site: sites
            .get(cluster.site)
            .map(|site| site.name.clone())
            .unwrap_or_default(),
        kind: cluster.kind.unwrap_or(inferred),
        hosting: cluster.hosting,
        operating_system: cluster.operating_system,
        back_end: cluster.back_end,
        backup_pool,
        machines: cluster.machines,
        sql_instances: cluster
            .sql_instances
            .into_iter()
            .map(|(_, name)| name)
            .collect(),
        services,
    })
}

/// A pool with User Services names its backup pool by a dependency on the same service there: of its User Services or of
/// its Registrar (paired pools are each other's backup registrar). Such dependencies become [`Pool::backup_pool`].
pub(super) fn take_backup_pool(
    own: &Fqdn,
    services: &mut [Service],
) -> Result<Option<Fqdn>, (Fqdn, Fqdn)> {
    if !services
        .iter()
        .any(|service| service.role == Role::UserServer)
    {
        return Ok(None);
    }
    let mut backup: Option<Fqdn> = None;
    for service in services {
        let role = service.role.clone();
        if role != Role::UserServer && role != Role::Registrar {
            continue;
        }
        let mut conflict = None;
        service.depends_on.retain(|dependency| {
            if dependency.role != role || &dependency.pool == own {
                return true;
            }
            match &backup {
                Some(known) if known != &dependency.pool => {
                    conflict = Some((known.clone(), dependency.pool.clone()));
                }
                Some(_) => {}
                None => backup = Some(dependency.pool.clone()),
            }
            false
        });
        if let Some(conflict) = conflict {
            return Err(conflict);
        }
    }
    Ok(backup)
}

/// What a pool is for, from what is installed on it.
fn infer_kind(services: &[Service], cluster: &RawCluster, in_branch: bool) -> PoolKind {
    let has = |role: &Role| services.iter().any(|service| &service.role == role);
    if has(&Role::UserServer) {
        // Only a Standard Edition server has its user database beside it.
        return if cluster.is_single_machine || has(&Role::UserDatabase) {
            PoolKind::StandardFrontEnd
        } else {
            PoolKind::EnterpriseFrontEnd
        };
    }
    if has(&Role::Registrar) && in_branch {
        return PoolKind::SurvivableBranch;
    }
    [
        (Role::EdgeServer, PoolKind::Edge),
        (Role::Director, PoolKind::Director),
        (Role::Registrar, PoolKind::Director),
        (Role::PersistentChatServer, PoolKind::PersistentChat),
        (Role::MediationServer, PoolKind::Mediation),
        (Role::TrustedApplicationPool, PoolKind::TrustedApplication),
        (Role::PstnGateway, PoolKind::PstnGateway),
        (Role::WacServer, PoolKind::OfficeWebApps),
    ]
    .into_iter()
    .find(|(role, _)| has(role))
    .map_or_else(
        || {
            if !cluster.sql_instances.is_empty() || services.iter().any(|s| s.role.is_database()) {
                PoolKind::SqlStore
            } else if has(&Role::FileStore) {
                PoolKind::FileStore
            } else {
                PoolKind::Other
            }
        },
        |(_, kind)| kind,
    )
}
