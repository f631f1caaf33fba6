//! What a publication changes, in words that an administrator can check.

use std::fmt;

use super::keyword_of;
use super::model::{Machine, Pool, Service, Site, Topology};
use crate::identity::Fqdn;

/// One change between two topologies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The SIP domains or the default one changed.
    Domains {
        /// Before, the default one first.
        from: Vec<Fqdn>,
        /// After, the default one first.
        to: Vec<Fqdn>,
    },
    /// A site is new.
    SiteAdded(String),
    /// A site is gone.
    SiteRemoved(String),
    /// A site of the same name is different.
    SiteChanged(String),
    /// A pool is new.
    PoolAdded(Fqdn),
    /// A pool is gone.
    PoolRemoved(Fqdn),
    /// A property of a pool changed.
    PoolChanged {
        /// The pool.
        pool: Fqdn,
        /// The property.
        property: &'static str,
        /// Before.
        from: String,
        /// After.
        to: String,
    },
    /// The backup pool of a pool changed.
    BackupPool {
        /// The pool.
        pool: Fqdn,
        /// Before.
        from: Option<Fqdn>,
        /// After.
        to: Option<Fqdn>,
    },
    /// The next hop of an Edge pool changed.
    NextHop {
        /// The Edge pool.
        pool: Fqdn,
        /// Before.
        from: Option<Fqdn>,
        /// After.
        to: Option<Fqdn>,
    },
    /// A machine is new in a pool.
    MachineAdded {
        /// The pool.
        pool: Fqdn,
        /// The machine.
        machine: Fqdn,
    },
    /// A machine is gone from a pool.
    MachineRemoved {
        /// The pool.
        pool: Fqdn,
        /// The machine.
        machine: Fqdn,
    },
    /// A machine's domains, address or interfaces changed.
    MachineChanged {
        /// The pool.
        pool: Fqdn,
        /// The machine.
        machine: Fqdn,
    },
    /// The machines of a pool stand in another order: other machines are the seeds of its quorum.
    MachinesReordered {
        /// The pool.
        pool: Fqdn,
    },
    /// A service is new on a pool.
    ServiceAdded {
        /// Its identity.
        identity: String,
    },
    /// A service is gone from a pool.
    ServiceRemoved {
        /// Its identity.
        identity: String,
    },
    /// A service's dependencies, ports or store changed.
    ServiceChanged {
        /// Its identity.
        identity: String,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_none = |fqdn: &Option<Fqdn>| {
            fqdn.as_ref()
                .map_or_else(|| "none".to_owned(), ToString::to_string)
        };
        let list = |fqdns: &[Fqdn]| {
            fqdns
                .iter()
                .map(Fqdn::as_str)
                .collect::<Vec<_>>()
                .join(", ")
        };
        match self {
            Self::Domains { from, to } => write!(f, "SIP domains: {} -> {}", list(from), list(to)),
            Self::SiteAdded(site) => write!(f, "Site:{site} is added"),
            Self::SiteRemoved(site) => write!(f, "Site:{site} is removed"),
            Self::SiteChanged(site) => write!(f, "Site:{site} is changed"),
            Self::PoolAdded(pool) => write!(f, "{pool} is added"),
            Self::PoolRemoved(pool) => write!(f, "{pool} is removed"),
            Self::PoolChanged {
                pool,
                property,
                from,
                to,
            } => write!(f, "{pool}: {property}: {from} -> {to}"),
            Self::BackupPool { pool, from, to } => write!(
                f,
                "{pool}: backup pool: {} -> {}",
                or_none(from),
                or_none(to)
            ),
            Self::NextHop { pool, from, to } => {
                write!(f, "{pool}: next hop: {} -> {}", or_none(from), or_none(to))
            }
            Self::MachineAdded { pool, machine } => write!(f, "{pool}: machine {machine} is added"),
            Self::MachineRemoved { pool, machine } => {
                write!(f, "{pool}: machine {machine} is removed")
            }
            Self::MachineChanged { pool, machine } => {
                write!(f, "{pool}: machine {machine} is changed")
            }
            Self::MachinesReordered { pool } => {
                write!(f, "{pool}: its machines stand in another order")
            }
            Self::ServiceAdded { identity } => write!(f, "{identity} is added"),
            Self::ServiceRemoved { identity } => write!(f, "{identity} is removed"),
            Self::ServiceChanged { identity } => write!(f, "{identity} is changed"),
        }
    }
}

/// What changes from one topology to another. Empty exactly when both mean the same; the order of sites, pools and
/// services means nothing.
#[must_use]
pub fn difference(old: &Topology, new: &Topology) -> Vec<Change> {
    let mut changes = Vec::new();
    let (from, to) = (domains(old), domains(new));
    if from != to {
        changes.push(Change::Domains { from, to });
    }
    compare(
        (&old.sites, &new.sites),
        |site: &Site| site.name.to_lowercase(),
        &mut changes,
        |site| Change::SiteRemoved(site.name.clone()),
        |site| Change::SiteAdded(site.name.clone()),
        |_, site| vec![Change::SiteChanged(site.name.clone())],
    );
    compare(
        (&old.pools, &new.pools),
        |pool: &Pool| pool.fqdn.clone(),
        &mut changes,
        |pool| Change::PoolRemoved(pool.fqdn.clone()),
        |pool| Change::PoolAdded(pool.fqdn.clone()),
        pool_changes,
    );
    changes
}

/// Matches two lists by key: first what is gone, then what changed, then what is new.
fn compare<T: PartialEq, K: Ord>(
    (old, new): (&[T], &[T]),
    key: impl Fn(&T) -> K,
    changes: &mut Vec<Change>,
    removed: impl Fn(&T) -> Change,
    added: impl Fn(&T) -> Change,
    changed: impl Fn(&T, &T) -> Vec<Change>,
) {
    let index = |items: &'_ [T]| -> std::collections::BTreeMap<K, usize> {
        items
            .iter()
            .enumerate()
            .map(|(at, item)| (key(item), at))
            .collect()
    };
    let (olds, news) = (index(old), index(new));
    for (name, at) in &olds {
        match news.get(name) {
            None => changes.push(removed(&old[*at])),
            Some(then) if old[*at] != new[*then] => changes.extend(changed(&old[*at], &new[*then])),
            Some(_) => {}
        }
    }
    for (name, at) in &news {
        if !olds.contains_key(name) {
            changes.push(added(&new[*at]));
        }
    }
}

fn domains(topology: &Topology) -> Vec<Fqdn> {
    let mut domains: Vec<_> = topology.sip_domains.iter().collect();
    domains.sort_by_key(|domain| (!domain.default, domain.name.clone()));
    domains
        .into_iter()
        .map(|domain| domain.name.clone())
        .collect()
}

fn pool_changes(old: &Pool, new: &Pool) -> Vec<Change> {
    let pool = &new.fqdn;
    let mut changes = property_changes(old, new);
    if old.backup_pool != new.backup_pool {
        changes.push(Change::BackupPool {
            pool: pool.clone(),
            from: old.backup_pool.clone(),
            to: new.backup_pool.clone(),
        });
    }
    if old.next_hop() != new.next_hop() {
        changes.push(Change::NextHop {
            pool: pool.clone(),
            from: old.next_hop().cloned(),
            to: new.next_hop().cloned(),
        });
    }
    machine_changes(pool, &old.machines, &new.machines, &mut changes);
    let identity = |service: &Service| new.service_identity(&service.role);
    compare(
        (&old.services, &new.services),
        |service: &Service| (service.role.clone(), service.instance),
        &mut changes,
        |service| Change::ServiceRemoved {
            identity: identity(service),
        },
        |service| Change::ServiceAdded {
            identity: identity(service),
        },
        |_, service| {
            vec![Change::ServiceChanged {
                identity: identity(service),
            }]
        },
    );
    changes
}

/// Kind, site and what else is one value.
fn property_changes(old: &Pool, new: &Pool) -> Vec<Change> {
    let said = |value: Option<String>| value.unwrap_or_else(|| "not said".to_owned());
    let values = |pool: &Pool| {
        [
            ("site", pool.site.clone()),
            ("kind", pool.kind.name().to_owned()),
            ("hosting", said(pool.hosting.as_ref().map(keyword_of))),
            ("operating system", said(pool.operating_system.clone())),
            ("back end", said(pool.back_end.as_ref().map(keyword_of))),
            ("SQL instances", pool.sql_instances.join(", ")),
        ]
    };
    values(old)
        .into_iter()
        .zip(values(new))
        .filter(|(from, to)| from != to)
        .map(|((property, from), (_, to))| Change::PoolChanged {
            pool: new.fqdn.clone(),
            property,
            from,
            to,
        })
        .collect()
}

fn machine_changes(pool: &Fqdn, old: &[Machine], new: &[Machine], changes: &mut Vec<Change>) {
    let named = |machine: &Machine| (pool.clone(), machine.fqdn.clone());
    compare(
        (old, new),
        |machine: &Machine| machine.fqdn.clone(),
        changes,
        |machine| {
            let (pool, machine) = named(machine);
            Change::MachineRemoved { pool, machine }
        },
        |machine| {
            let (pool, machine) = named(machine);
            Change::MachineAdded { pool, machine }
        },
        |_, machine| {
            let (pool, machine) = named(machine);
            vec![Change::MachineChanged { pool, machine }]
        },
    );
    if is_reordered(old, new) {
        changes.push(Change::MachinesReordered { pool: pool.clone() });
    }
}

/// Whether the machines that both lists have stand in another order.
fn is_reordered(old: &[Machine], new: &[Machine]) -> bool {
    let common = |of: &[Machine], with: &[Machine]| -> Vec<Fqdn> {
        of.iter()
            .filter(|machine| with.iter().any(|other| other.fqdn == machine.fqdn))
            .map(|machine| machine.fqdn.clone())
            .collect()
    };
    common(old, new) != common(new, old)
}
