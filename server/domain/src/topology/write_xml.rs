//! Writes the published form. What that form has no place for (hosting, addresses, a kind that cannot be inferred) is
//! written as attributes of Tandem's own namespace, so that reading gives the same model again.

use std::fmt::Write as _;

use quick_xml::escape::escape;

use super::model::{Dependency, Pool, Port, Service, Topology};
use super::read_xml::read_xml;
use super::tree::EXTENSION;
use super::{Role, keyword_of};

const TOPOLOGY: &str = "urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2008";
const SERVICE_ROLES: &str = "urn:schema:Microsoft.Rtc.Management.Deploy.ServiceRoles.2008";

/// Writes a topology in the published form.
#[must_use]
pub fn write_xml(topology: &Topology) -> String {
    // What a pool is for is inferred when the document is read; where the inference differs, the kind is written out.
    let plain = Writer::new(topology, &[]).document();
    let inferred: Vec<bool> = match read_xml(&plain) {
        Ok(read) => topology
            .pools
            .iter()
            .zip(&read.topology.pools)
            .map(|(wanted, read)| wanted.kind != read.kind)
            .collect(),
        Err(_) => topology.pools.iter().map(|_| true).collect(),
    };
    if inferred.contains(&true) {
        Writer::new(topology, &inferred).document()
    } else {
        plain
    }
}

struct Writer<'a> {
    topology: &'a Topology,
    /// Whether the kind of each pool is written out.
    kinds: &'a [bool],
    /// The cluster number of each pool within its site.
    numbers: Vec<u32>,
    xml: String,
    depth: usize,
}

impl<'a> Writer<'a> {
    fn new(topology: &'a Topology, kinds: &'a [bool]) -> Self {
        let mut counters = std::collections::BTreeMap::new();
        let numbers = topology
            .pools
            .iter()
            .map(|pool| {
                let counter = counters.entry(pool.site.to_lowercase()).or_insert(0);
                *counter += 1;
                *counter
            })
            .collect();
        Self {
            topology,
            kinds,
            numbers,
            xml: String::new(),
            depth: 0,
        }
    }

    fn document(mut self) -> String {
        self.xml
            .push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
        let root = [
            ("xmlns", Some(TOPOLOGY.to_owned())),
            ("xmlns:tandem", Some(EXTENSION.to_owned())),
        ];
        self.nested("Topology", &root, |w| {
            w.domains();
            w.sites();
            w.nested("Clusters", &[], |w| {
                for (index, pool) in w.topology.pools.iter().enumerate() {
                    w.cluster(index, pool);
                }
            });
            w.nested("SqlInstances", &[], |w| {
                for (index, pool) in w.topology.pools.iter().enumerate() {
                    for instance in &pool.sql_instances {
                        w.nested("SqlInstance", &[], |w| w.sql_instance_id(index, instance));
                    }
                }
            });
            w.nested("Services", &[], |w| {
                for (index, pool) in w.topology.pools.iter().enumerate() {
                    for service in &pool.services {
                        w.service(index, pool, service);
                    }
                }
            });
        });
        self.xml
    }

    fn domains(&mut self) {
        let default = self.topology.default_domain().map(ToString::to_string);
        self.nested("InternalDomains", &[("DefaultDomain", default)], |w| {
            for domain in &w.topology.sip_domains {
                w.empty("InternalDomain", &[("Name", Some(domain.name.to_string()))]);
            }
        });
    }

    fn sites(&mut self) {
        let topology = self.topology;
        self.nested("Sites", &[], |w| {
            for site in topology.sites.iter().filter(|site| site.parent.is_none()) {
                w.nested(
                    "CentralSite",
                    &[("SiteId", Some(site.id.to_string()))],
                    |w| {
                        w.leaf("Name", &site.name);
                        if let Some(description) = &site.description {
                            w.leaf("Description", description);
                        }
                        w.nested("RemoteSites", &[], |w| {
                            let is_ours = |parent: &String| parent.eq_ignore_ascii_case(&site.name);
                            for branch in topology
                                .sites
                                .iter()
                                .filter(|b| b.parent.as_ref().is_some_and(is_ours))
                            {
                                w.nested(
                                    "RemoteSite",
                                    &[("SiteId", Some(branch.id.to_string()))],
                                    |w| {
                                        w.leaf("Name", &branch.name);
                                        if let Some(description) = &branch.description {
                                            w.leaf("Description", description);
                                        }
                                    },
                                );
                            }
                        });
                    },
                );
            }
        });
    }

    fn cluster(&mut self, index: usize, pool: &Pool) {
        let backup_by_service = self.backup_service(pool).is_some();
        let attributes = [
            ("Fqdn", Some(pool.fqdn.to_string())),
            (
                "tandem:Kind",
                self.kinds
                    .get(index)
                    .copied()
                    .unwrap_or(false)
                    .then(|| keyword_of(&pool.kind)),
            ),
            ("tandem:Hosting", pool.hosting.as_ref().map(keyword_of)),
            ("tandem:OperatingSystem", pool.operating_system.clone()),
            ("tandem:BackEnd", pool.back_end.as_ref().map(keyword_of)),
            (
                "tandem:BackupPool",
                pool.backup_pool
                    .as_ref()
                    .filter(|_| !backup_by_service)
                    .map(ToString::to_string),
            ),
        ];
        self.nested("Cluster", &attributes, |w| {
            w.cluster_id(index);
            for (ordinal, machine) in pool.machines.iter().enumerate() {
                let attributes = [
                    ("OrdinalInCluster", Some((ordinal + 1).to_string())),
                    ("Fqdn", Some(machine.fqdn.to_string())),
                    ("FaultDomain", machine.fault_domain.clone()),
                    ("UpgradeDomain", machine.upgrade_domain.clone()),
                    ("tandem:Address", machine.address.clone()),
                ];
                w.nested("Machine", &attributes, |w| {
                    for interface in &machine.interfaces {
                        w.empty(
                            "NetInterface",
                            &[
                                ("InterfaceSide", Some(interface.side.clone())),
                                ("InterfaceNumber", Some(interface.number.to_string())),
                                ("IPAddress", Some(interface.ip_address.clone())),
                                (
                                    "ConfiguredIPAddress",
                                    interface.configured_ip_address.clone(),
                                ),
                            ],
                        );
                    }
                });
            }
        });
    }

    fn service(&mut self, index: usize, pool: &Pool, service: &Service) {
        self.nested("Service", &[], |w| {
            w.service_id(pool, service);
            w.nested("DependsOn", &[], |w| {
                if service.role == Role::UserServer
                    && let Some((backup, service)) = w.backup_service(pool)
                {
                    w.nested("Dependency", &[("Usage", Some("Backup".to_owned()))], |w| {
                        w.service_id(backup, service);
                    });
                }
                for dependency in &service.depends_on {
                    if let Some((pool, used)) = w.used(dependency) {
                        let usage = Some(dependency.usage.clone());
                        w.nested("Dependency", &[("Usage", usage)], |w| {
                            w.service_id(pool, used);
                        });
                    }
                }
            });
            w.nested("InstalledOn", &[], |w| match &service.sql_instance {
                Some(instance) => w.sql_instance_id(index, instance),
                None => w.cluster_id(index),
            });
            w.nested("Ports", &[("xmlns", Some(SERVICE_ROLES.to_owned()))], |w| {
                for port in &service.ports {
                    w.port(port);
                }
            });
            let roles = || ("xmlns", Some(SERVICE_ROLES.to_owned()));
            if service.role == Role::Director {
                w.empty(
                    "RegistrarService",
                    &[roles(), ("IsDirector", Some("true".to_owned()))],
                );
            }
            if service.share.is_some() {
                w.empty(
                    "FileStoreService",
                    &[roles(), ("ShareName", service.share.clone())],
                );
            }
        });
    }

    fn port(&mut self, port: &Port) {
        self.empty(
            "Port",
            &[
                ("Owner", Some(port.owner.clone())),
                ("Usage", Some(port.usage.clone())),
                ("InterfaceSide", Some(port.interface_side.clone())),
                ("InterfaceNumber", Some(port.interface_number.to_string())),
                ("Port", Some(port.port.to_string())),
                ("Protocol", Some(port.protocol.clone())),
                ("UrlPath", port.url_path.clone()),
                (
                    "AuthorizesRequests",
                    Some(port.authorizes_requests.to_string()),
                ),
                ("Range", port.range.map(|range| range.to_string())),
                (
                    "ConfiguredPort",
                    port.configured_port.map(|port| port.to_string()),
                ),
                (
                    "ConfiguredFqdn",
                    port.configured_fqdn.as_ref().map(ToString::to_string),
                ),
                ("GruuType", port.gruu_type.clone()),
            ],
        );
    }

    /// The service by which a pool can name its backup pool.
    fn backup_service(&self, pool: &Pool) -> Option<(&'a Pool, &'a Service)> {
        pool.service(&Role::UserServer)?;
        let backup = self.topology.pool(pool.backup_pool.as_ref()?)?;
        (backup.fqdn != pool.fqdn).then_some(())?;
        Some((backup, backup.service(&Role::UserServer)?))
    }

    fn used(&self, dependency: &Dependency) -> Option<(&'a Pool, &'a Service)> {
        let pool = self.topology.pool(&dependency.pool)?;
        let service = pool
            .services
            .iter()
            .find(|service| dependency.is_on(service))?;
        Some((pool, service))
    }

    fn site_id(&self, pool: &Pool) -> String {
        self.topology
            .site(&pool.site)
            .map_or(0, |site| site.id)
            .to_string()
    }

    fn cluster_id(&mut self, index: usize) {
        let pool = &self.topology.pools[index];
        let attributes = [
            ("SiteId", Some(self.site_id(pool))),
            ("Number", Some(self.numbers[index].to_string())),
        ];
        self.empty("ClusterId", &attributes);
    }

    fn sql_instance_id(&mut self, index: usize, name: &str) {
        self.nested("SqlInstanceId", &[("Name", Some(name.to_owned()))], |w| {
            w.cluster_id(index);
        });
    }

    fn service_id(&mut self, pool: &Pool, service: &Service) {
        let attributes = [
            ("SiteId", Some(self.site_id(pool))),
            ("RoleName", Some(service.role.document_name().to_owned())),
            ("Instance", Some(service.instance.to_string())),
        ];
        self.empty("ServiceId", &attributes);
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, Option<String>)], end: &str) {
        self.xml.extend(std::iter::repeat_n("  ", self.depth));
        self.xml.push('<');
        self.xml.push_str(name);
        for (name, value) in attributes {
            if let Some(value) = value {
                // Writing to a String cannot fail.
                let _ = write!(self.xml, " {name}=\"{}\"", attribute_value(value));
            }
        }
        self.xml.push_str(end);
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, Option<String>)]) {
        self.tag(name, attributes, " />\n");
    }

    fn leaf(&mut self, name: &str, text: &str) {
        self.tag(name, &[], ">");
        // The end of a line that is written as it is would be read as a line feed.
        self.xml.push_str(&escape(text).replace('\r', "&#13;"));
        self.xml.push_str("</");
        self.xml.push_str(name);
        self.xml.push_str(">\n");
    }

    fn nested(
        &mut self,
        name: &str,
        attributes: &[(&str, Option<String>)],
        inside: impl FnOnce(&mut Self),
    ) {
        self.tag(name, attributes, ">\n");
        self.depth += 1;
        inside(self);
        self.depth -= 1;
        self.xml.extend(std::iter::repeat_n("  ", self.depth));
        self.xml.push_str("</");
        self.xml.push_str(name);
        self.xml.push_str(">\n");
    }
}

/// White space other than blanks would be normalised away when the attribute is read.
fn attribute_value(value: &str) -> String {
    escape(value)
        .replace('\n', "&#10;")
        .replace('\r', "&#13;")
        .replace('\t', "&#9;")
}
