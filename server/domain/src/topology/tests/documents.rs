//! Reading the three forms, and refusing what is hostile or broken, with its place.

use super::*;

#[test]
fn a_topology_builder_file() {
    let document = Document::read(BUILDER).unwrap();
    let topology = &document.topology;
    assert_eq!(topology.default_domain(), Some(&fqdn("fabrikam.com")));
    assert_eq!(topology.sip_domains.len(), 2);
    let sites: Vec<(u32, &str, Option<&str>)> = topology
        .sites
        .iter()
        .map(|site| (site.id, site.name.as_str(), site.parent.as_deref()))
        .collect();
    assert_eq!(
        sites,
        [
            (1, "Redmond", None),
            (2, "Dublin", None),
            (3, "Cork", Some("Dublin"))
        ]
    );
    assert_eq!(
        topology.sites[0].description.as_deref(),
        Some("Head office & labs")
    );
    let kinds: Vec<(&str, PoolKind)> = topology
        .pools
        .iter()
        .map(|pool| (pool.fqdn.as_str(), pool.kind))
        .collect();
    assert_eq!(
        kinds,
        [
            ("pool1.fabrikam.com", PoolKind::EnterpriseFrontEnd),
            ("sql1.fabrikam.com", PoolKind::SqlStore),
            ("files1.fabrikam.com", PoolKind::FileStore),
            ("director1.fabrikam.com", PoolKind::Director),
            ("edge1.fabrikam.com", PoolKind::Edge),
            ("pool2.fabrikam.com", PoolKind::EnterpriseFrontEnd),
            ("sql2.fabrikam.com", PoolKind::SqlStore),
            ("files2.fabrikam.com", PoolKind::FileStore),
            ("branch1.fabrikam.com", PoolKind::SurvivableBranch),
        ]
    );
    let pool1 = topology.pool(&fqdn("pool1.fabrikam.com")).unwrap();
    assert_eq!(
        topology.backup_of(&pool1.fqdn).unwrap().fqdn,
        fqdn("pool2.fabrikam.com")
    );
    assert_eq!(pool1.machines[1].fault_domain.as_deref(), Some("Rack2"));
    assert_eq!(
        pool1.service_identity(&Role::UserServer),
        "UserServer:pool1.fabrikam.com"
    );
    assert_eq!(
        topology.service_id(pool1, pool1.service(&Role::Registrar).unwrap()),
        "1-Registrar-1"
    );
    let sql = topology.pool(&fqdn("sql1.fabrikam.com")).unwrap();
    assert_eq!(
        sql.machines[0].fqdn, sql.fqdn,
        "the machine of a pool of one has its name"
    );
    let edge = topology.pool(&fqdn("edge1.fabrikam.com")).unwrap();
    assert_eq!(edge.next_hop(), Some(&fqdn("pool2.fabrikam.com")));
    assert!(
        edge.service(&Role::EdgeServer)
            .unwrap()
            .is_federation_enabled()
    );
    assert!(!edge.service(&Role::EdgeServer).unwrap().is_xmpp_enabled());
    assert_eq!(validate(topology), []);
}

#[test]
fn the_original_text_is_given_back() {
    assert_eq!(Document::read(BUILDER).unwrap().to_xml(), BUILDER);
    let readable = Document::of(pair());
    assert_eq!(read_xml(&readable.to_xml()).unwrap().topology, pair());
}

#[test]
fn what_is_not_used_is_named() {
    let ignored = Document::read(BUILDER).unwrap().ignored;
    let count = |path: &str| {
        let path = format!("TopologyBuilder/NewTopology/PartialTopology/{path}");
        ignored
            .iter()
            .find(|entry| entry.path == path)
            .map(|entry| entry.count)
    };
    assert_eq!(count("SimpleUrlConfiguration"), Some(1));
    assert_eq!(
        count("SimpleUrlConfiguration/SimpleUrl/SimpleUrlEntry"),
        Some(1)
    );
    assert_eq!(
        count("CentralSites/CentralSite/Clusters/Cluster/@RequiresSetup"),
        Some(8)
    );
    assert_eq!(count("Services/Service/WebService"), Some(2));
    assert_eq!(
        count("Services/Service/WebService/ExternalSettings"),
        Some(2)
    );
    assert_eq!(
        count("Services/Service/Ports/Port/@Range"),
        None,
        "the range of a port is used"
    );
    assert_eq!(
        count("CentralSites/CentralSite/Clusters/Cluster/@Fqdn"),
        None
    );
}

#[test]
fn what_tandem_writes_it_uses_whole() {
    let written = write_xml(&Document::read(BUILDER).unwrap().topology);
    assert_eq!(read_xml(&written).unwrap().ignored, []);
}

#[test]
fn a_published_topology() {
    let document = Document::read(PUBLISHED).unwrap();
    let topology = &document.topology;
    let pool = topology.pool(&fqdn("lync.woodgrove.example")).unwrap();
    assert_eq!(pool.kind, PoolKind::StandardFrontEnd);
    assert_eq!(pool.sql_instances, ["rtc"]);
    assert_eq!(
        topology.backup_of(&pool.fqdn).unwrap().fqdn,
        fqdn("lync2.woodgrove.example")
    );
    let backup = topology.pool(&fqdn("lync2.woodgrove.example")).unwrap();
    assert_eq!(
        topology.service_id(backup, backup.service(&Role::UserServer).unwrap()),
        "2-UserServices-4"
    );
    assert!(
        document
            .ignored
            .iter()
            .any(|entry| entry.path == "Topology/@Signature")
    );
}

#[test]
fn the_usual_services_need_not_be_listed() {
    let topology = pair();
    let pool = topology.pool(&fqdn("pool1.contoso.com")).unwrap();
    assert_eq!(pool.machines[0].address.as_deref(), Some("127.0.0.1:7001"));
    for role in [
        Role::UserServer,
        Role::Registrar,
        Role::ConferencingServer,
        Role::UserDatabase,
        Role::CentralManagement,
    ] {
        assert!(pool.service(&role).is_some(), "{role}");
    }
    let edge = topology.pool(&fqdn("edge.contoso.com")).unwrap();
    assert_eq!(edge.next_hop(), Some(&fqdn("pool2.contoso.com")));
    assert_eq!(validate(&topology), []);
    let written = write_toml(&topology);
    assert!(!written.contains("service"), "{written}");
    assert_eq!(read_toml(&written).unwrap(), topology);
}

fn error(text: &str) -> ReadError {
    Document::read(text).unwrap_err()
}

#[test]
fn the_name_of_a_site_is_the_same_in_both_forms() {
    let site = |name: &str| {
        format!(
            "default_domain = \"contoso.com\"\n[[site]]\nname = \"{name}\"\ndescription = \"{name}\"\n"
        )
    };
    for (written, held) in [
        ("Redmond", "Redmond"),
        (" Redmond\\t", "Redmond"),
        ("Redmond\\u0085", "Redmond"),
        ("Red\\r\\n mond", "Red\r\n mond"),
        ("Zürich & <Basel>", "Zürich & <Basel>"),
    ] {
        let topology = read_toml(&site(written)).unwrap();
        assert_eq!(topology.sites[0].name, held);
        assert_eq!(topology.sites[0].description.as_deref(), Some(held));
        assert_eq!(
            Document::read(&write_xml(&topology)).unwrap().topology,
            topology,
            "{written}"
        );
    }
    for (written, reason) in [
        ("", "the name is empty"),
        (" \\n", "the name is empty"),
        ("Red\\u0001mond", "the character U+0001 is part of no name"),
        ("Red\\uffffmond", "the character U+FFFF is part of no name"),
    ] {
        let error = error(&site(written)).to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn errors_have_a_place() {
    let malformed = BUILDER.replacen("</Cluster>", "</Clusterr>", 1);
    let line = malformed
        .lines()
        .position(|line| line.contains("</Clusterr>"))
        .unwrap()
        + 1;
    let message = error(&malformed).to_string();
    assert!(message.starts_with(&format!("line {line},")), "{message}");

    let wrong_port = BUILDER.replacen("Port=\"50000\"", "Port=\"70000\"", 1);
    let line = wrong_port
        .lines()
        .position(|line| line.contains("70000"))
        .unwrap()
        + 1;
    let message = error(&wrong_port).to_string();
    assert!(
        message.contains(&format!("line {line},")) && message.contains("attribute Port"),
        "{message}"
    );

    let message =
        error("default_domain = \"contoso.com\"\n[[site]]\nnmae = \"Redmond\"\n").to_string();
    assert!(
        message.starts_with("line 3, column 1") && message.contains("nmae"),
        "{message}"
    );
}

#[test]
fn the_readable_form_says_where_it_contradicts_itself() {
    let text = include_str!("../../../testdata/pair.toml")
        .replace("kind = \"Edge\"", "kind = \"Director\"");
    let line = text
        .lines()
        .position(|line| line.contains("edge.contoso.com"))
        .unwrap();
    let message = error(&text).to_string();
    assert!(
        message.starts_with("pool edge.contoso.com") && message.contains(&format!("line {line},")),
        "{message}"
    );
}

#[test]
fn references_that_lead_nowhere() {
    let id = |text: &str| {
        let start = text.find("InstalledOn=\"").unwrap() + "InstalledOn=\"".len();
        text[start..start + 36].to_owned()
    };
    let installed_nowhere = BUILDER.replacen(
        &format!("InstalledOn=\"{}\"", id(BUILDER)),
        "InstalledOn=\"00000000-0000-0000-0000-00000000dead\"",
        1,
    );
    assert!(error(&installed_nowhere).to_string().contains("dead"));
    let dangling = PUBLISHED.replacen("Instance=\"4\"", "Instance=\"5\"", 1);
    assert!(error(&dangling).to_string().contains("2-UserServices-5"));
}

#[test]
fn documents_that_are_no_topology() {
    assert!(matches!(
        error("<Policy xmlns='urn:x'/>"),
        ReadError::NotATopology { .. }
    ));
    assert!(matches!(
        error("<TopologyBuilder/>"),
        ReadError::Invalid { .. }
    ));
    for text in [
        "<",
        "<a",
        "<Topology>",
        "<Topology></Topology><Topology/>",
        "x = ",
        "<Topology>&nbsp;</Topology>",
    ] {
        assert!(Document::read(text).is_err(), "{text:?} was accepted");
    }
}

#[test]
fn entities_are_not_expanded() {
    let bomb = "<!DOCTYPE t [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><Topology>&b;</Topology>";
    assert!(matches!(error(bomb), ReadError::DocumentType { .. }));
    assert!(matches!(
        error("<Topology>&b;</Topology>"),
        ReadError::DocumentType { .. }
    ));
    assert!(matches!(
        error("<Topology a='&b;'/>"),
        ReadError::Malformed { .. }
    ));
}

#[test]
fn hostile_sizes_are_refused() {
    let deep = format!("<Topology>{}", "<a>".repeat(100_000));
    assert!(matches!(
        error(&deep),
        ReadError::LimitExceeded {
            limit: MAX_DEPTH,
            ..
        }
    ));
    let many = format!("<Topology>{}</Topology>", "<a/>".repeat(MAX_ELEMENTS + 1));
    assert!(matches!(
        error(&many),
        ReadError::LimitExceeded {
            limit: MAX_ELEMENTS,
            ..
        }
    ));
    let wide: String = (0..100).map(|n| format!(" a{n}='1'")).collect();
    assert!(matches!(
        error(&format!("<Topology{wide}/>")),
        ReadError::LimitExceeded {
            limit: MAX_ATTRIBUTES,
            ..
        }
    ));
    let long = "x".repeat(MAX_NAME_BYTES + 1);
    assert!(matches!(
        error(&format!("<{long}/>")),
        ReadError::LimitExceeded {
            limit: MAX_NAME_BYTES,
            ..
        }
    ));
    let deep = format!("site = {}", "[".repeat(100_000));
    assert!(matches!(error(&deep), ReadError::Malformed { .. }));
    let many = "[[site]]\nname = \"a\"\n".repeat(MAX_SITES + 1);
    assert!(matches!(
        error(&many),
        ReadError::LimitExceeded {
            limit: MAX_SITES,
            ..
        }
    ));
    let large = " ".repeat(MAX_DOCUMENT_BYTES + 1);
    assert!(matches!(error(&large), ReadError::TooLarge { .. }));
    assert!(matches!(
        error(&format!("<{large}")),
        ReadError::TooLarge { .. }
    ));
}

#[test]
fn what_is_listed_as_unused_is_bounded() {
    let many: String = (0..MAX_IGNORED_PATHS * 2)
        .map(|n| format!("<a{n}/>"))
        .collect();
    let ignored = read_xml(&format!("<Topology>{many}</Topology>"))
        .unwrap()
        .ignored;
    assert_eq!(ignored.len(), MAX_IGNORED_PATHS + 1);
    assert_eq!(
        ignored.iter().map(|entry| entry.count).sum::<u64>(),
        2 * MAX_IGNORED_PATHS as u64
    );
}
