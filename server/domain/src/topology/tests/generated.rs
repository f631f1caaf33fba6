//! Property: whatever topology is written, in either form, is read back the same.

use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;

use super::*;

fn word() -> impl Strategy<Value = String> {
    "[A-Za-zÄß&<>\"'][A-Za-z0-9 Äß&<>\"'\t\n]{0,10}[A-Za-z0-9]"
}

fn name() -> impl Strategy<Value = Fqdn> {
    "[a-z][a-z0-9]{0,8}\\.[a-z]{2,6}".prop_map(|text| fqdn(&text))
}

fn interface() -> impl Strategy<Value = NetInterface> {
    (word(), 0..4u32, word(), option::of(word())).prop_map(
        |(side, number, ip_address, configured_ip_address)| NetInterface {
            side,
            number,
            ip_address,
            configured_ip_address,
        },
    )
}

fn machine() -> impl Strategy<Value = Machine> {
    (
        name(),
        option::of(word()),
        option::of(word()),
        option::of(word()),
        vec(interface(), 0..2),
    )
        .prop_map(
            |(fqdn, fault_domain, upgrade_domain, address, interfaces)| Machine {
                fqdn,
                fault_domain,
                upgrade_domain,
                address,
                interfaces,
            },
        )
}

fn port() -> impl Strategy<Value = Port> {
    (
        (word(), word(), word(), 1..3u32, any::<u16>(), word()),
        (
            option::of(word()),
            option::of(any::<u16>()),
            option::of(any::<u16>()),
            option::of(name()),
            option::of(word()),
            any::<bool>(),
        ),
    )
        .prop_map(
            |((owner, usage, interface_side, interface_number, port, protocol), more)| Port {
                owner,
                usage,
                interface_side,
                interface_number,
                port,
                protocol,
                url_path: more.0,
                range: more.1,
                configured_port: more.2,
                configured_fqdn: more.3,
                gruu_type: more.4,
                authorizes_requests: more.5,
            },
        )
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![
        Just(Role::UserServer),
        Just(Role::Registrar),
        Just(Role::Director),
        Just(Role::EdgeServer),
        Just(Role::MediationServer),
        Just(Role::CentralManagement),
        Just(Role::WebServer),
        Just(Role::Other("Holography".to_owned())),
    ]
}

fn kind() -> impl Strategy<Value = PoolKind> {
    prop_oneof![
        Just(PoolKind::EnterpriseFrontEnd),
        Just(PoolKind::StandardFrontEnd),
        Just(PoolKind::Edge),
        Just(PoolKind::Director),
        Just(PoolKind::SqlStore),
        Just(PoolKind::SurvivableBranch),
        Just(PoolKind::Other),
    ]
}

/// Which pool, which of its services, how.
type Use = (prop::sample::Index, prop::sample::Index, String);

#[derive(Clone, Debug)]
struct PoolSeed {
    site: prop::sample::Index,
    kind: PoolKind,
    hosting: Option<Hosting>,
    operating_system: Option<String>,
    backup: Option<prop::sample::Index>,
    machines: Vec<Machine>,
    services: Vec<(Role, Vec<Port>, Vec<Use>)>,
}

fn pool_seed() -> impl Strategy<Value = PoolSeed> {
    let used = (
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        word(),
    );
    (
        any::<prop::sample::Index>(),
        kind(),
        option::of(prop_oneof![Just(Hosting::Physical), Just(Hosting::Virtual)]),
        option::of(word()),
        option::of(any::<prop::sample::Index>()),
        vec(machine(), 0..4),
        vec((role(), vec(port(), 0..2), vec(used, 0..3)), 0..4),
    )
        .prop_map(
            |(site, kind, hosting, operating_system, backup, machines, services)| PoolSeed {
                site,
                kind,
                hosting,
                operating_system,
                backup,
                machines,
                services,
            },
        )
}

prop_compose! {
    fn topology()(
        domains in btree_set(name(), 0..3),
        site_names in btree_set("[A-Z][a-z]{1,6}", 1..4),
        branch_of_first in option::of(word()),
        descriptions in vec(option::of(word()), 4),
        names in btree_set(name(), 0..5),
        seeds in vec(pool_seed(), 5),
    ) -> Topology {
        let mut sites: Vec<Site> = (1..)
            .zip(&site_names)
            .zip(descriptions)
            .map(|((id, name), description)| Site { id, name: name.clone(), parent: None, description })
            .collect();
        if branch_of_first.is_some() {
            let parent = Some(sites[0].name.clone());
            // The branches of a site follow it in a document.
            sites.insert(1, Site { id: 99, name: "0branch".to_owned(), parent, description: None });
        }
        let fqdns: Vec<Fqdn> = names.into_iter().collect();
        let mut pools: Vec<Pool> = fqdns.iter().zip(&seeds).map(|(fqdn, seed)| Pool {
            fqdn: fqdn.clone(),
            site: seed.site.get(&sites).name.clone(),
            kind: seed.kind,
            hosting: seed.hosting,
            operating_system: seed.operating_system.clone(),
            back_end: None,
            backup_pool: seed.backup.map(|index| index.get(&fqdns).clone()),
            machines: seed.machines.clone(),
            sql_instances: vec!["rtc".to_owned()],
            services: Vec::new(),
        }).collect();
        let mut instance = 0;
        for (pool, seed) in pools.iter_mut().zip(&seeds) {
            for (role, ports, _) in &seed.services {
                if pool.service(role).is_some() { continue; }
                instance += 1;
                pool.services.push(Service { role: role.clone(), instance, sql_instance: None, share: None, depends_on: Vec::new(), ports: ports.clone() });
            }
            instance += 1;
            pool.services.push(Service { role: Role::ArchivingDatabase, instance, sql_instance: Some("rtc".to_owned()), share: None, depends_on: Vec::new(), ports: Vec::new() });
        }
        let known = pools.clone();
        for (pool, seed) in pools.iter_mut().zip(&seeds) {
            let fqdn = pool.fqdn.clone();
            let names_backup = pool.service(&Role::UserServer).is_some();
            for (service, (_, _, uses)) in pool.services.iter_mut().zip(&seed.services) {
                for (on, which, usage) in uses {
                    let on = on.get(&known);
                    let used = which.get(&on.services);
                    // On a pool with users, a dependency on the same service elsewhere is the backup pool.
                    if names_backup && used.role == service.role && on.fqdn != fqdn { continue; }
                    service.depends_on.push(Dependency { role: used.role.clone(), pool: on.fqdn.clone(), sql_instance: used.sql_instance.clone(), share: None, usage: usage.clone() });
                }
            }
        }
        let sip_domains = domains.into_iter().enumerate().map(|(index, name)| SipDomain { name, default: index == 0 }).collect();
        Topology { sip_domains, sites, pools }
    }
}

proptest! {
    #[test]
    fn xml_is_read_back_the_same(topology in topology()) {
        let written = write_xml(&topology);
        let read = read_xml(&written).map_err(|error| TestCaseError::fail(format!("{error}\n{written}")))?;
        prop_assert_eq!(read.topology, topology);
        prop_assert_eq!(read.ignored, Vec::<Ignored>::new());
    }

    #[test]
    fn toml_is_read_back_the_same(topology in topology()) {
        let written = write_toml(&topology);
        let read = read_toml(&written).map_err(|error| TestCaseError::fail(format!("{error}\n{written}")))?;
        prop_assert_eq!(read, topology);
    }

    #[test]
    fn a_difference_is_empty_exactly_when_nothing_changed(one in topology(), other in topology()) {
        prop_assert!(difference(&one, &one).is_empty());
        prop_assert_eq!(difference(&one, &other).is_empty(), difference(&other, &one).is_empty());
    }

    #[test]
    fn validation_never_fails(topology in topology()) {
        let findings = validate(&topology);
        prop_assert!(findings.is_sorted_by_key(|finding| finding.severity));
    }

    #[test]
    fn whatever_is_cut_or_changed_is_read_or_refused(at in 0..BUILDER.len(), with in "\\PC{0,3}") {
        let mut text = BUILDER.to_owned();
        if text.is_char_boundary(at) {
            text.insert_str(at, &with);
            let _ = Document::read(&text);
            let _ = Document::read(&text[..at]);
        }
    }
}
