//! The readable form: the same model as TOML, in which a usual pool is five lines.
//!
//! ```toml
//! default_domain = "contoso.com"
//!
//! [[site]]
//! name = "Redmond"
//!
//! [[pool]]
//! fqdn = "pool1.contoso.com"
//! site = "Redmond"
//! kind = "StandardFrontEnd"
//! backup_pool = "pool2.contoso.com"
//! machine = [{ fqdn = "pool1.contoso.com", address = "127.0.0.1:7001" }]
//! ```
//!
//! A pool that lists no `service` has the usual ones of its kind. Unknown keys are refused by name.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use toml::Spanned;

use super::Role;
use super::model::{
    BackEndAvailability, Dependency, Hosting, Machine, Pool, PoolKind, Port, Service, SipDomain,
    Site, Topology,
};
use super::raw::{
    MAX_MACHINES_PER_POOL, MAX_POOLS, MAX_SERVICES, MAX_SITES, description, take_backup_pool,
};
use super::tree::{MAX_DOCUMENT_BYTES, Place, Places, ReadError};
use super::usual::{self, Features};
use crate::identity::Fqdn;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadableTopology {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default_domain: Option<Fqdn>,
    /// Domains beside the default one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    domains: Vec<Fqdn>,
    #[serde(default, rename = "site", skip_serializing_if = "Vec::is_empty")]
    sites: Vec<ReadableSite>,
    #[serde(default, rename = "pool", skip_serializing_if = "Vec::is_empty")]
    pools: Vec<Spanned<ReadablePool>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadableSite {
    #[serde(deserialize_with = "label")]
    name: String,
    /// By default the sites are numbered in the order in which they stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<u32>,
    /// The central site that a branch belongs to.
    #[serde(
        default,
        deserialize_with = "optional_label",
        skip_serializing_if = "Option::is_none"
    )]
    parent: Option<String>,
    #[serde(
        default,
        deserialize_with = "optional_label",
        skip_serializing_if = "Option::is_none"
    )]
    description: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadablePool {
    fqdn: Fqdn,
    #[serde(deserialize_with = "label")]
    site: String,
    kind: PoolKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    backup_pool: Option<Fqdn>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hosting: Option<Hosting>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operating_system: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    back_end: Option<BackEndAvailability>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    central_management: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next_hop: Option<Fqdn>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    federation: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    xmpp: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    external_fqdn: Option<Fqdn>,
    /// By default those of the usual services.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sql_instances: Option<Vec<String>>,
    /// By default the one machine that has the pool's name.
    #[serde(default, rename = "machine", skip_serializing_if = "Option::is_none")]
    machines: Option<Vec<Machine>>,
    /// By default the usual services of the kind.
    #[serde(default, rename = "service", skip_serializing_if = "Option::is_none")]
    services: Option<Vec<ReadableService>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadableService {
    role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    instance: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sql_instance: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    share: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<ReadableDependency>,
    #[serde(default, rename = "port", skip_serializing_if = "Vec::is_empty")]
    ports: Vec<Port>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadableDependency {
    role: Role,
    pool: Fqdn,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sql_instance: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    share: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    usage: Option<String>,
}

/// See [`description`].
fn optional_label<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    description(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// See [`description`]; it cannot be missing.
fn label<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    optional_label(deserializer)?.ok_or_else(|| D::Error::custom("the name is empty"))
}

/// Reads the readable form.
pub fn read_toml(text: &str) -> Result<Topology, ReadError> {
    if text.len() > MAX_DOCUMENT_BYTES {
        return Err(ReadError::TooLarge { bytes: text.len() });
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let read: ReadableTopology = toml::from_str(text).map_err(|error| ReadError::Malformed {
        at: error.span().map_or(Place { line: 1, column: 1 }, |span| {
            Places::new(text).at(span.start as u64)
        }),
        reason: error.message().to_owned(),
    })?;
    check_counts(&read)?;
    let sites: Vec<Site> = (1..)
        .zip(read.sites)
        .map(|(order, site)| Site {
            id: site.id.unwrap_or(order),
            name: site.name,
            parent: site.parent,
            description: site.description,
        })
        .collect();
    let mut numbering = Numbering::default();
    let mut places = Places::new(text);
    let pools = read
        .pools
        .into_iter()
        .map(|pool| {
            let at = places.at(pool.span().start as u64);
            pool_of(at, pool.into_inner(), &mut numbering)
        })
        .collect::<Result<_, ReadError>>()?;
    let default = read.default_domain.into_iter().map(|name| SipDomain {
        name,
        default: true,
    });
    let others = read.domains.into_iter().map(|name| SipDomain {
        name,
        default: false,
    });
    Ok(Topology {
        sip_domains: default.chain(others).collect(),
        sites,
        pools,
    })
}

/// Writes the readable form. Reading it gives an equal topology, but for the order of the SIP domains: the default one
/// comes first.
#[must_use]
pub fn write_toml(topology: &Topology) -> String {
    let mut numbering = Numbering::default();
    let readable = ReadableTopology {
        default_domain: topology.default_domain().cloned(),
        domains: topology
            .sip_domains
            .iter()
            .filter(|domain| !domain.default)
            .map(|domain| domain.name.clone())
            .collect(),
        sites: (1..)
            .zip(&topology.sites)
            .map(|(order, site)| ReadableSite {
                name: site.name.clone(),
                id: (site.id != order).then_some(site.id),
                parent: site.parent.clone(),
                description: site.description.clone(),
            })
            .collect(),
        pools: topology
            .pools
            .iter()
            .map(|pool| Spanned::new(0..0, readable_pool(pool, &mut numbering)))
            .collect(),
    };
    // Only maps with keys that are no strings fail to serialise, and there is none here.
    toml::to_string(&readable).unwrap_or_else(|error| format!("# {error}\n"))
}

fn check_counts(read: &ReadableTopology) -> Result<(), ReadError> {
    let machines =
        |pool: &Spanned<ReadablePool>| pool.as_ref().machines.as_ref().map_or(1, Vec::len);
    let services =
        |pool: &Spanned<ReadablePool>| pool.as_ref().services.as_ref().map_or(0, Vec::len);
    for (what, count, limit) in [
        ("sites", read.sites.len(), MAX_SITES),
        ("pools", read.pools.len(), MAX_POOLS),
        (
            "machines in one pool",
            read.pools.iter().map(machines).max().unwrap_or(0),
            MAX_MACHINES_PER_POOL,
        ),
        (
            "services",
            read.pools.iter().map(services).sum(),
            MAX_SERVICES,
        ),
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

/// Numbers the services of a site and role in the order in which they stand.
#[derive(Default)]
struct Numbering(BTreeMap<(String, String), u32>);

impl Numbering {
    fn next(&mut self, site: &str, role: &Role) -> u32 {
        let counter = self
            .0
            .entry((site.to_lowercase(), role.document_name().to_owned()))
            .or_default();
        *counter += 1;
        *counter
    }
}

fn pool_of(at: Place, pool: ReadablePool, numbering: &mut Numbering) -> Result<Pool, ReadError> {
    let features = Features {
        central_management: pool.central_management,
        next_hop: pool.next_hop,
        federation: pool.federation,
        xmpp: pool.xmpp,
        external_fqdn: pool.external_fqdn,
    };
    let invalid = |reason: String| ReadError::Invalid {
        at,
        path: format!("pool {}", pool.fqdn),
        reason,
    };
    if pool.services.is_some() && features != Features::default() {
        return Err(invalid(
            "central_management, next_hop, federation, xmpp and external_fqdn describe the usual services; a pool that lists its services says it there".to_owned(),
        ));
    }
    if pool.kind != PoolKind::Edge
        && (features.next_hop.is_some()
            || features.federation
            || features.xmpp
            || features.external_fqdn.is_some())
    {
        return Err(invalid(
            "only an Edge pool has next_hop, federation, xmpp and external_fqdn".to_owned(),
        ));
    }
    let mut services = match pool.services {
        Some(services) => services.into_iter().map(service_of).collect(),
        None => usual::services(pool.kind, &pool.fqdn, &features),
    };
    for service in &mut services {
        let number = numbering.next(&pool.site, &service.role);
        if service.instance == 0 {
            service.instance = number;
        }
    }
    let backup_by_service =
        take_backup_pool(&pool.fqdn, &mut services).map_err(|(one, other)| {
            invalid(format!(
                "its services name two backup pools, \"{one}\" and \"{other}\""
            ))
        })?;
    Ok(Pool {
        site: pool.site,
        kind: pool.kind,
        hosting: pool.hosting,
        operating_system: pool.operating_system,
        back_end: pool.back_end,
        backup_pool: backup_by_service.or(pool.backup_pool),
        machines: pool
            .machines
            .unwrap_or_else(|| vec![sole_machine(&pool.fqdn)]),
        sql_instances: pool
            .sql_instances
            .unwrap_or_else(|| usual::sql_instances(pool.kind)),
        services,
        fqdn: pool.fqdn,
    })
}

fn sole_machine(pool: &Fqdn) -> Machine {
    Machine {
        fqdn: pool.clone(),
        fault_domain: None,
        upgrade_domain: None,
        address: None,
        interfaces: Vec::new(),
    }
}

/// Instance 0 means: number it.
fn service_of(service: ReadableService) -> Service {
    Service {
        role: service.role,
        instance: service.instance.unwrap_or(0),
        sql_instance: service.sql_instance,
        share: service.share,
        depends_on: service
            .depends_on
            .into_iter()
            .map(|used| Dependency {
                role: used.role,
                pool: used.pool,
                sql_instance: used.sql_instance,
                share: used.share,
                usage: used.usage.unwrap_or_else(|| "Default".to_owned()),
            })
            .collect(),
        ports: service.ports,
    }
}

fn readable_pool(pool: &Pool, numbering: &mut Numbering) -> ReadablePool {
    let features = usual::features(&pool.services);
    let mut expanded = usual::services(pool.kind, &pool.fqdn, &features);
    let numbers: Vec<u32> = pool
        .services
        .iter()
        .map(|service| numbering.next(&pool.site, &service.role))
        .collect();
    for (service, number) in expanded.iter_mut().zip(&numbers) {
        service.instance = *number;
    }
    let is_usual = expanded == pool.services;
    let features = if is_usual {
        features
    } else {
        Features::default()
    };
    ReadablePool {
        fqdn: pool.fqdn.clone(),
        site: pool.site.clone(),
        kind: pool.kind,
        backup_pool: pool.backup_pool.clone(),
        hosting: pool.hosting,
        operating_system: pool.operating_system.clone(),
        back_end: pool.back_end,
        central_management: features.central_management,
        next_hop: features.next_hop,
        federation: features.federation,
        xmpp: features.xmpp,
        external_fqdn: features.external_fqdn,
        sql_instances: (pool.sql_instances != usual::sql_instances(pool.kind))
            .then(|| pool.sql_instances.clone()),
        machines: (pool.machines != [sole_machine(&pool.fqdn)]).then(|| pool.machines.clone()),
        services: (!is_usual).then(|| {
            pool.services
                .iter()
                .zip(numbers)
                .map(|(service, number)| readable_service(service, number))
                .collect()
        }),
    }
}

fn readable_service(service: &Service, number: u32) -> ReadableService {
    ReadableService {
        role: service.role.clone(),
        instance: (service.instance != number).then_some(service.instance),
        sql_instance: service.sql_instance.clone(),
        share: service.share.clone(),
        depends_on: service
            .depends_on
            .iter()
            .map(|used| ReadableDependency {
                role: used.role.clone(),
                pool: used.pool.clone(),
                sql_instance: used.sql_instance.clone(),
                share: used.share.clone(),
                usage: (used.usage != "Default").then(|| used.usage.clone()),
            })
            .collect(),
        ports: service.ports.clone(),
    }
}
