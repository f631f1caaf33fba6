//! The services that a pool of each kind usually has, so that the readable form need not spell them out.

use super::Role;
use super::model::{Dependency, PoolKind, Port, Service};
use crate::identity::Fqdn;

/// What the readable form says of a pool instead of listing its services.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Features {
    /// Whether it may be the Central Management Server.
    pub(super) central_management: bool,
    /// For an Edge pool: the Front End pool that it hands inbound traffic to.
    pub(super) next_hop: Option<Fqdn>,
    /// For an Edge pool: whether it is the federation route (port 5061).
    pub(super) federation: bool,
    /// For an Edge pool: whether it is the XMPP gateway (port 5269).
    pub(super) xmpp: bool,
    /// For an Edge pool: the name that clients outside use.
    pub(super) external_fqdn: Option<Fqdn>,
}

/// The usual services of a pool. Instances are numbered by the caller.
pub(super) fn services(kind: PoolKind, pool: &Fqdn, features: &Features) -> Vec<Service> {
    let mut services = match kind {
        PoolKind::EnterpriseFrontEnd => front_end(pool, None),
        PoolKind::StandardFrontEnd => front_end(pool, Some("rtc")),
        PoolKind::Edge => vec![edge(features)],
        PoolKind::Director => vec![plain(Role::Director)],
        PoolKind::Mediation => vec![plain(Role::MediationServer)],
        PoolKind::PersistentChat => vec![plain(Role::PersistentChatServer)],
        PoolKind::TrustedApplication => vec![plain(Role::TrustedApplicationPool)],
        PoolKind::PstnGateway => vec![plain(Role::PstnGateway)],
        PoolKind::OfficeWebApps => vec![plain(Role::WacServer)],
        PoolKind::SurvivableBranch => vec![plain(Role::Registrar), plain(Role::MediationServer)],
        PoolKind::SqlStore => vec![database(Role::UserDatabase, "rtc")],
        PoolKind::FileStore => vec![Service {
            share: Some("LyncShare".to_owned()),
            ..plain(Role::FileStore)
        }],
        PoolKind::Other => Vec::new(),
    };
    if features.central_management {
        services.push(plain(Role::CentralManagement));
    }
    services
}

/// The SQL instances that those services stand on.
pub(super) fn sql_instances(kind: PoolKind) -> Vec<String> {
    match kind {
        PoolKind::StandardFrontEnd | PoolKind::SqlStore => vec!["rtc".to_owned()],
        PoolKind::EnterpriseFrontEnd
        | PoolKind::Edge
        | PoolKind::Mediation
        | PoolKind::Director
        | PoolKind::PersistentChat
        | PoolKind::TrustedApplication
        | PoolKind::FileStore
        | PoolKind::SurvivableBranch
        | PoolKind::PstnGateway
        | PoolKind::OfficeWebApps
        | PoolKind::Other => Vec::new(),
    }
}

/// What the readable form would say of these services. It may not say everything: compare what it expands to.
pub(super) fn features(services: &[Service]) -> Features {
    let edge = services
        .iter()
        .find(|service| service.role == Role::EdgeServer);
    Features {
        central_management: services.iter().any(|s| s.role == Role::CentralManagement),
        next_hop: edge.and_then(|edge| {
            edge.depends_on
                .iter()
                .find(|used| used.role == Role::Registrar)
                .map(|used| used.pool.clone())
        }),
        federation: edge.is_some_and(Service::is_federation_enabled),
        xmpp: edge.is_some_and(Service::is_xmpp_enabled),
        external_fqdn: edge.and_then(|edge| {
            edge.ports
                .iter()
                .find_map(|port| port.configured_fqdn.clone())
        }),
    }
}

fn plain(role: Role) -> Service {
    Service {
        role,
        instance: 0,
        sql_instance: None,
        share: None,
        depends_on: Vec::new(),
        ports: Vec::new(),
    }
}

fn database(role: Role, instance: &str) -> Service {
    Service {
        sql_instance: Some(instance.to_owned()),
        ..plain(role)
    }
}

fn uses(role: Role, pool: &Fqdn) -> Dependency {
    Dependency {
        role,
        pool: pool.clone(),
        sql_instance: None,
        share: None,
        usage: "Default".to_owned(),
    }
}

fn front_end(pool: &Fqdn, sql_instance: Option<&str>) -> Vec<Service> {
    let with = |role, roles: &[Role], ports: Vec<Port>| Service {
        depends_on: roles.iter().map(|role| uses(role.clone(), pool)).collect(),
        ports,
        ..plain(role)
    };
    let mut users = with(Role::UserServer, &[Role::ConferencingServer], Vec::new());
    if let Some(instance) = sql_instance {
        users.depends_on.push(Dependency {
            sql_instance: Some(instance.to_owned()),
            ..uses(Role::UserDatabase, pool)
        });
    }
    let mut services = vec![
        users,
        with(
            Role::Registrar,
            &[Role::UserServer, Role::WebServer],
            vec![port(
                "urn:component:Registrar",
                "SipServer",
                "Primary",
                5061,
                "Mtls",
                None,
            )],
        ),
        with(Role::WebServer, &[Role::UserServer], Vec::new()),
        with(
            Role::ConferencingServer,
            &[Role::WebServer, Role::UserServer],
            Vec::new(),
        ),
        with(Role::ApplicationServer, &[Role::Registrar], Vec::new()),
    ];
    if let Some(instance) = sql_instance {
        services.push(database(Role::UserDatabase, instance));
    }
    services
}

fn edge(features: &Features) -> Service {
    let name = features.external_fqdn.as_ref();
    let mut ports = vec![
        port(
            "urn:component:AccessEdge",
            "SipServer",
            "Internal",
            5061,
            "Mtls",
            None,
        ),
        port(
            "urn:component:AccessEdge",
            "SipClient",
            "External",
            5061,
            "Tls",
            name,
        ),
    ];
    if features.federation {
        ports.push(port(
            "urn:component:AccessEdge",
            "SipServer",
            "External",
            5061,
            "Mtls",
            name,
        ));
    }
    if features.xmpp {
        ports.push(port(
            "urn:component:XmppFederationProxy",
            "XmppServer",
            "External",
            5269,
            "Tls",
            None,
        ));
        ports.push(port(
            "urn:component:XmppFederationProxy",
            "XptServer",
            "Internal",
            23_456,
            "Mtls",
            None,
        ));
    }
    Service {
        depends_on: features
            .next_hop
            .iter()
            .map(|pool| uses(Role::Registrar, pool))
            .collect(),
        ports,
        ..plain(Role::EdgeServer)
    }
}

fn port(
    owner: &str,
    usage: &str,
    side: &str,
    port: u16,
    protocol: &str,
    name: Option<&Fqdn>,
) -> Port {
    Port {
        owner: owner.to_owned(),
        usage: usage.to_owned(),
        interface_side: side.to_owned(),
        interface_number: 1,
        port,
        protocol: protocol.to_owned(),
        url_path: None,
        range: None,
        configured_port: None,
        configured_fqdn: name.cloned(),
        gruu_type: None,
        authorizes_requests: false,
    }
}
