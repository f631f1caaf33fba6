//! The deployment as administrators draw it in Topology Builder: sites, pools, machines, services and who depends on whom.

use serde::{Deserialize, Serialize};

use super::Role;
use crate::identity::{Fqdn, SipUri};

/// A whole deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topology {
    /// The SIP domains.
    pub sip_domains: Vec<SipDomain>,
    /// Central and branch sites, in the order of their ids.
    pub sites: Vec<Site>,
    /// All pools, in document order.
    pub pools: Vec<Pool>,
}

/// A domain that users' SIP addresses may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SipDomain {
    /// `contoso.com`.
    pub name: Fqdn,
    /// Whether it is the default domain. At most one is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub default: bool,
}

/// A data centre or a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The number that service ids start with (`1` in `1-Registrar-1`). From 1 up, unique.
    pub id: u32,
    /// The name, unique without regard to case: `Redmond`.
    pub name: String,
    /// The site that a branch belongs to; `None` for a central site.
    pub parent: Option<String>,
    /// Free text.
    pub description: Option<String>,
}

impl Site {
    /// The form in which objects refer to the site: `Site:Redmond`.
    #[must_use]
    pub fn identity(&self) -> String {
        format!("Site:{}", self.name)
    }
}

/// What a pool is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PoolKind {
    /// Enterprise Edition Front End pool: several machines over one back end.
    EnterpriseFrontEnd,
    /// Standard Edition: one machine with its store.
    StandardFrontEnd,
    /// Edge Servers.
    Edge,
    /// Stand-alone Mediation Servers.
    Mediation,
    /// Directors.
    Director,
    /// Persistent Chat Servers.
    PersistentChat,
    /// Servers of a trusted application.
    TrustedApplication,
    /// A SQL Server host.
    SqlStore,
    /// A file server.
    FileStore,
    /// A Survivable Branch Appliance or Server.
    SurvivableBranch,
    /// A gateway to the telephone network.
    PstnGateway,
    /// An Office Web Apps farm.
    OfficeWebApps,
    /// None of the above: kept and shown, never paired.
    Other,
}

impl PoolKind {
    /// The name that documents and messages use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::EnterpriseFrontEnd => "Enterprise Edition Front End pool",
            Self::StandardFrontEnd => "Standard Edition Front End pool",
            Self::Edge => "Edge pool",
            Self::Mediation => "Mediation pool",
            Self::Director => "Director pool",
            Self::PersistentChat => "Persistent Chat pool",
            Self::TrustedApplication => "trusted application pool",
            Self::SqlStore => "SQL Server store",
            Self::FileStore => "file store",
            Self::SurvivableBranch => "Survivable Branch Appliance",
            Self::PstnGateway => "PSTN gateway",
            Self::OfficeWebApps => "Office Web Apps farm",
            Self::Other => "pool of no known kind",
        }
    }

    /// Whether users are homed on such a pool *and* it may have a backup pool.
    #[must_use]
    pub fn is_front_end(self) -> bool {
        match self {
            Self::EnterpriseFrontEnd | Self::StandardFrontEnd => true,
            Self::Edge
            | Self::Mediation
            | Self::Director
            | Self::PersistentChat
            | Self::TrustedApplication
            | Self::SqlStore
            | Self::FileStore
            | Self::SurvivableBranch
            | Self::PstnGateway
            | Self::OfficeWebApps
            | Self::Other => false,
        }
    }
}

/// Where the machines of a pool run. Topology documents do not say; the readable form may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hosting {
    /// On hardware of their own.
    Physical,
    /// On a hypervisor.
    Virtual,
}

/// How the back end of a pool is kept available. Topology documents do not say all of it; the readable form may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackEndAvailability {
    /// One SQL Server.
    Single,
    /// SQL mirroring.
    Mirrored,
    /// A failover cluster.
    Clustered,
}

/// One or more machines that act as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// The pool's name; equal to its machine's for a pool of one.
    pub fqdn: Fqdn,
    /// The name of its site.
    pub site: String,
    /// What it is for.
    pub kind: PoolKind,
    /// Physical or virtual, where known.
    pub hosting: Option<Hosting>,
    /// The operating system, where known: `Windows Server 2012 R2`.
    pub operating_system: Option<String>,
    /// How its back end is kept available, where known.
    pub back_end: Option<BackEndAvailability>,
    /// The pool that this one names as its backup. Validation asks that the other names this one too.
    pub backup_pool: Option<Fqdn>,
    /// The machines. Their order says which are the seeds of the pool's quorum.
    pub machines: Vec<Machine>,
    /// The SQL instances on it, by name; the default instance's name is empty.
    pub sql_instances: Vec<String>,
    /// The services on it.
    pub services: Vec<Service>,
}

/// One computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// The computer's name.
    pub fqdn: Fqdn,
    /// Machines of one fault domain fail together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault_domain: Option<String>,
    /// Machines of one upgrade domain are taken down together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upgrade_domain: Option<String>,
    /// Where its node listens, as `host:port`, when that is not the FQDN on the usual port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Its network interfaces.
    #[serde(default, rename = "interface", skip_serializing_if = "Vec::is_empty")]
    pub interfaces: Vec<NetInterface>,
}

/// One network interface of a machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetInterface {
    /// `Primary`, `Internal`, `External`, `Pstn`.
    pub side: String,
    /// Counted from 1 within its side.
    pub number: u32,
    /// The address, `0.0.0.0` for all.
    pub ip_address: String,
    /// The address behind NAT, if another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configured_ip_address: Option<String>,
}

/// One role installed on a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// What it does.
    pub role: Role,
    /// The third part of its id (`2` in `1-Registrar-2`): unique among the services of its role and site.
    pub instance: u32,
    /// For a store: the SQL instance, empty for the default one.
    pub sql_instance: Option<String>,
    /// For a file store: the name of the share.
    pub share: Option<String>,
    /// The services that it uses.
    pub depends_on: Vec<Dependency>,
    /// The ports that it listens on.
    pub ports: Vec<Port>,
}

impl Service {
    /// Whether federation is enabled: an Edge service then listens outside for SIP over mutual TLS (port 5061).
    #[must_use]
    pub fn is_federation_enabled(&self) -> bool {
        self.ports.iter().any(|port| {
            port.owner == "urn:component:AccessEdge"
                && port.usage == "SipServer"
                && port.interface_side == "External"
                && port.protocol == "Mtls"
        })
    }

    /// Whether the XMPP gateway is enabled: an Edge service then listens outside for XMPP (port 5269).
    #[must_use]
    pub fn is_xmpp_enabled(&self) -> bool {
        self.ports.iter().any(|port| {
            port.owner == "urn:component:XmppFederationProxy" && port.interface_side == "External"
        })
    }
}

/// A use of another service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Dependency {
    /// The role of the service that is used.
    pub role: Role,
    /// The pool that it runs on.
    pub pool: Fqdn,
    /// The SQL instance, when the service is a database.
    pub sql_instance: Option<String>,
    /// The share, when the service is a file store.
    pub share: Option<String>,
    /// How it is used: `Default`, `Backup`, …
    pub usage: String,
}

impl Dependency {
    /// Whether a service of the pool that is named is the one that is meant.
    #[must_use]
    pub fn is_on(&self, service: &Service) -> bool {
        self.role == service.role
            && self.sql_instance == service.sql_instance
            && self.share == service.share
    }
}

/// A port that a service listens on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Port {
    /// The component behind it: `urn:component:Registrar`.
    pub owner: String,
    /// What it is used for: `SipServer`.
    pub usage: String,
    /// The side of the machine: `Primary`, `Internal`, `External`, `Pstn`.
    pub interface_side: String,
    /// Counted from 1 within its side.
    pub interface_number: u32,
    /// The port number, from 1.
    pub port: u16,
    /// `Tcp`, `Udp`, `Tls`, `Mtls`, `Http`, `Https`, `TcpOrUdp`.
    pub protocol: String,
    /// The path for web protocols.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url_path: Option<String>,
    /// How many ports follow this one, for a range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<u16>,
    /// The port that clients see, if another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configured_port: Option<u16>,
    /// The name that clients use, if another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configured_fqdn: Option<Fqdn>,
    /// The kind of routable address that the port stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gruu_type: Option<String>,
    /// Whether requests are authorised here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub authorizes_requests: bool,
}

impl Pool {
    /// The service of a role, if the pool has it.
    #[must_use]
    pub fn service(&self, role: &Role) -> Option<&Service> {
        self.services.iter().find(|service| &service.role == role)
    }

    /// The identity of a service on this pool: `Registrar:pool1.contoso.com`.
    #[must_use]
    pub fn service_identity(&self, role: &Role) -> String {
        format!("{}:{}", role.identity_prefix(), self.fqdn)
    }

    /// The Front End pool that an Edge pool hands inbound traffic to: the Registrar that its Edge service depends on.
    #[must_use]
    pub fn next_hop(&self) -> Option<&Fqdn> {
        self.service(&Role::EdgeServer)?
            .depends_on
            .iter()
            .find(|dependency| matches!(dependency.role, Role::Registrar | Role::Director))
            .map(|dependency| &dependency.pool)
    }
}

impl Topology {
    /// The pool of that name.
    #[must_use]
    pub fn pool(&self, fqdn: &Fqdn) -> Option<&Pool> {
        self.pools.iter().find(|pool| &pool.fqdn == fqdn)
    }

    /// The site of that name, compared without case.
    #[must_use]
    pub fn site(&self, name: &str) -> Option<&Site> {
        self.sites
            .iter()
            .find(|site| site.name.eq_ignore_ascii_case(name))
    }

    /// The pools of a site, in document order.
    pub fn pools_of_site<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Pool> {
        self.pools
            .iter()
            .filter(move |pool| pool.site.eq_ignore_ascii_case(name))
    }

    /// The machine of that name and its pool.
    #[must_use]
    pub fn machine(&self, fqdn: &Fqdn) -> Option<(&Pool, &Machine)> {
        self.pools.iter().find_map(|pool| {
            pool.machines
                .iter()
                .find(|machine| &machine.fqdn == fqdn)
                .map(|machine| (pool, machine))
        })
    }

    /// The backup pool of a pool, when both name each other.
    #[must_use]
    pub fn backup_of(&self, fqdn: &Fqdn) -> Option<&Pool> {
        let backup = self.pool(self.pool(fqdn)?.backup_pool.as_ref()?)?;
        (backup.backup_pool.as_ref() == Some(fqdn)).then_some(backup)
    }

    /// The Edge pools whose next hop is that pool, in document order.
    pub fn edges_with_next_hop<'a>(&'a self, fqdn: &'a Fqdn) -> impl Iterator<Item = &'a Pool> {
        self.pools
            .iter()
            .filter(move |pool| pool.next_hop() == Some(fqdn))
    }

    /// The pools that the topology installs the Central Management service on: its master, and its standby when paired.
    pub fn central_management_pools(&self) -> impl Iterator<Item = &Pool> {
        self.pools
            .iter()
            .filter(|pool| pool.service(&Role::CentralManagement).is_some())
    }

    /// `1-Registrar-2`: the id of a service by site, role and instance.
    #[must_use]
    pub fn service_id(&self, pool: &Pool, service: &Service) -> String {
        let site = self.site(&pool.site).map_or(0, |site| site.id);
        format!(
            "{site}-{}-{}",
            service.role.document_name(),
            service.instance
        )
    }

    /// The default SIP domain.
    #[must_use]
    pub fn default_domain(&self) -> Option<&Fqdn> {
        self.sip_domains
            .iter()
            .find(|domain| domain.default)
            .map(|domain| &domain.name)
    }

    /// Whether users may have that SIP address: its domain is one of the deployment's.
    #[must_use]
    pub fn accepts_domain_of(&self, address: &SipUri) -> bool {
        self.sip_domains
            .iter()
            .any(|domain| domain.name.as_str() == address.domain())
    }
}
