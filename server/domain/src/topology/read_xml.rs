//! Reads the two XML forms of a topology: Topology Builder's working file, and the published document.

use super::document::Document;
use super::model::{Machine, NetInterface, Port, SipDomain, Site};
use super::raw::{RawCluster, RawService, RawTopology, assemble, description};
use super::tree::{Element, ReadError, parse};
use super::{Role, keyword};
use crate::identity::Fqdn;

/// Reads either XML form.
pub fn read_xml(text: &str) -> Result<Document, ReadError> {
    let root = parse(text)?;
    let raw = match root.name.as_str() {
        "TopologyBuilder" => {
            let partial = root
                .child("NewTopology")
                .and_then(|new| new.child("PartialTopology"))
                .ok_or_else(|| root.invalid("it has no NewTopology/PartialTopology".to_owned()))?;
            read_builder(partial)?
        }
        "Topology" => read_published(&root)?,
        _ => {
            return Err(ReadError::NotATopology {
                at: root.at,
                root: root.name,
            });
        }
    };
    let topology = assemble(raw)?;
    Ok(Document {
        topology,
        ignored: root.ignored(),
        original_xml: Some(text.to_owned()),
    })
}

fn read_builder(partial: &Element) -> Result<RawTopology, ReadError> {
    let mut raw = RawTopology {
        sip_domains: sip_domains(partial)?,
        ..RawTopology::default()
    };
    for site in list(partial, "CentralSites", "CentralSite") {
        let index = push_site(&mut raw, site, None)?;
        read_builder_clusters(&mut raw, site, index)?;
        let parent = raw.sites[index].name.clone();
        for branch in list(site, "RemoteSites", "RemoteSite") {
            let index = push_site(&mut raw, branch, Some(parent.clone()))?;
            read_builder_clusters(&mut raw, branch, index)?;
        }
    }
    for service in list(partial, "Services", "Service") {
        let depends_on = list(service, "DependsOn", "Dependency")
            .map(|used| Ok((used.required("ServiceUniqueId")?.to_owned(), usage(used))))
            .collect::<Result<_, ReadError>>()?;
        raw.services.push(RawService {
            at: service.at,
            key: service.required("UniqueId")?.to_owned(),
            role: role(service, service.required("RoleName")?)?,
            instance: None,
            installed_on: service.required("InstalledOn")?.to_owned(),
            depends_on,
            share: share(service),
            ports: ports(service)?,
        });
    }
    Ok(raw)
}

fn read_builder_clusters(
    raw: &mut RawTopology,
    site: &Element,
    index: usize,
) -> Result<(), ReadError> {
    for cluster in list(site, "Clusters", "Cluster") {
        let sql_instances = list(cluster, "SqlInstances", "SqlInstance")
            .map(|instance| {
                let name = instance.attribute("Name").unwrap_or_default();
                Ok((instance.required("UniqueId")?.to_owned(), name.to_owned()))
            })
            .collect::<Result<_, ReadError>>()?;
        let machines: Vec<&Element> = list(cluster, "Machines", "Machine").collect();
        let key = cluster.required("UniqueId")?.to_owned();
        let is_single_machine = cluster.flag("IsSingleMachineOnly")?;
        let mut read = read_cluster(cluster, index, key, &machines)?;
        read.is_single_machine = is_single_machine;
        read.sql_instances = sql_instances;
        raw.clusters.push(read);
    }
    Ok(())
}

fn read_published(root: &Element) -> Result<RawTopology, ReadError> {
    let mut raw = RawTopology {
        sip_domains: sip_domains(root)?,
        ..RawTopology::default()
    };
    for site in list(root, "Sites", "CentralSite") {
        let index = push_site(&mut raw, site, None)?;
        let parent = raw.sites[index].name.clone();
        for branch in list(site, "RemoteSites", "RemoteSite") {
            push_site(&mut raw, branch, Some(parent.clone()))?;
        }
    }
    for cluster in list(root, "Clusters", "Cluster") {
        let id = cluster
            .child("ClusterId")
            .ok_or_else(|| cluster.invalid("it has no ClusterId".to_owned()))?;
        let site_id: u32 = number(id, "SiteId")?;
        let index = raw
            .sites
            .iter()
            .position(|site| site.id == site_id)
            .ok_or_else(|| id.invalid(format!("there is no site {site_id}")))?;
        let mut machines: Vec<(u32, &Element)> = cluster
            .children("Machine")
            .map(|machine| {
                Ok((
                    machine.parsed("OrdinalInCluster")?.unwrap_or(u32::MAX),
                    machine,
                ))
            })
            .collect::<Result<_, ReadError>>()?;
        machines.sort_by_key(|(ordinal, _)| *ordinal);
        let machines: Vec<&Element> = machines.into_iter().map(|(_, machine)| machine).collect();
        raw.clusters
            .push(read_cluster(cluster, index, cluster_key(id)?, &machines)?);
    }
    for instance in list(root, "SqlInstances", "SqlInstance") {
        let id = instance
            .child("SqlInstanceId")
            .ok_or_else(|| instance.invalid("it has no SqlInstanceId".to_owned()))?;
        let cluster_key = inner_cluster_key(id)?;
        let name = id.attribute("Name").unwrap_or_default().to_owned();
        let key = sql_key(&cluster_key, &name);
        let cluster = raw
            .clusters
            .iter_mut()
            .find(|cluster| cluster.key == cluster_key)
            .ok_or_else(|| id.invalid(format!("there is no cluster {cluster_key}")))?;
        cluster.sql_instances.push((key, name));
    }
    for service in list(root, "Services", "Service") {
        let service = read_published_service(service)?;
        raw.services.push(service);
    }
    Ok(raw)
}

fn read_published_service(service: &Element) -> Result<RawService, ReadError> {
    let id = service
        .child("ServiceId")
        .ok_or_else(|| service.invalid("it has no ServiceId".to_owned()))?;
    let installed_on = service
        .child("InstalledOn")
        .ok_or_else(|| service.invalid("it has no InstalledOn".to_owned()))?;
    let installed_on = match (
        installed_on.child("SqlInstanceId"),
        installed_on.child("ClusterId"),
    ) {
        (Some(instance), _) => sql_key(
            &inner_cluster_key(instance)?,
            instance.attribute("Name").unwrap_or_default(),
        ),
        (None, Some(cluster)) => cluster_key(cluster)?,
        (None, None) => {
            return Err(
                installed_on.invalid("it names neither a cluster nor a SQL instance".to_owned())
            );
        }
    };
    let depends_on = list(service, "DependsOn", "Dependency")
        .map(|used| {
            let id = used
                .child("ServiceId")
                .ok_or_else(|| used.invalid("it has no ServiceId".to_owned()))?;
            Ok((service_key(id)?, usage(used)))
        })
        .collect::<Result<_, ReadError>>()?;
    Ok(RawService {
        at: service.at,
        key: service_key(id)?,
        role: role(service, id.required("RoleName")?)?,
        instance: Some(number(id, "Instance")?),
        installed_on,
        depends_on,
        share: share(service),
        ports: ports(service)?,
    })
}

/// The children of a list element, which may be missing.
fn list<'a>(
    parent: &'a Element,
    list: &'a str,
    item: &'a str,
) -> impl Iterator<Item = &'a Element> {
    parent
        .children(list)
        .flat_map(move |list| list.children(item))
}

fn number(element: &Element, name: &str) -> Result<u32, ReadError> {
    element.required(name)?;
    Ok(element.parsed(name)?.unwrap_or_default())
}

fn cluster_key(id: &Element) -> Result<String, ReadError> {
    Ok(format!(
        "{}:{}",
        number(id, "SiteId")?,
        number(id, "Number")?
    ))
}

fn inner_cluster_key(id: &Element) -> Result<String, ReadError> {
    id.child("ClusterId")
        .ok_or_else(|| id.invalid("it has no ClusterId".to_owned()))
        .and_then(cluster_key)
}

fn sql_key(cluster: &str, name: &str) -> String {
    format!("{cluster}\\{name}")
}

fn service_key(id: &Element) -> Result<String, ReadError> {
    Ok(format!(
        "{}-{}-{}",
        number(id, "SiteId")?,
        id.required("RoleName")?,
        number(id, "Instance")?
    ))
}

fn usage(dependency: &Element) -> String {
    dependency
        .attribute("Usage")
        .unwrap_or("Default")
        .to_owned()
}

fn sip_domains(parent: &Element) -> Result<Vec<SipDomain>, ReadError> {
    let mut domains = Vec::new();
    for list in parent.children("InternalDomains") {
        let default: Option<Fqdn> = list.parsed("DefaultDomain")?;
        for domain in list.children("InternalDomain") {
            domain.required("Name")?;
            if let Some(name) = domain.parsed::<Fqdn>("Name")? {
                let default = default.as_ref() == Some(&name);
                domains.push(SipDomain { name, default });
            }
        }
        if let Some(default) = default
            && !domains.iter().any(|domain| domain.default)
        {
            return Err(list.invalid(format!(
                "its default domain \"{default}\" is not among its domains"
            )));
        }
    }
    Ok(domains)
}

fn push_site(
    raw: &mut RawTopology,
    site: &Element,
    parent: Option<String>,
) -> Result<usize, ReadError> {
    let text = |name: &str| {
        let content = site.child(name).map_or("", Element::text);
        description(content).map_err(|reason| site.invalid(reason))
    };
    let name = text("Name")?.ok_or_else(|| site.invalid("it has no Name".to_owned()))?;
    raw.sites.push(Site {
        id: number(site, "SiteId")?,
        name,
        parent,
        description: text("Description")?,
    });
    Ok(raw.sites.len() - 1)
}

fn read_cluster(
    cluster: &Element,
    site: usize,
    key: String,
    machines: &[&Element],
) -> Result<RawCluster, ReadError> {
    cluster.required("Fqdn")?;
    let Some(fqdn) = cluster.parsed::<Fqdn>("Fqdn")? else {
        return Err(cluster.invalid("the attribute Fqdn is missing".to_owned()));
    };
    let machines = machines
        .iter()
        .map(|machine| read_machine(machine, &fqdn))
        .collect::<Result<_, ReadError>>()?;
    let extension = |name: &str| cluster.extension(name).map(str::to_owned);
    Ok(RawCluster {
        at: cluster.at,
        key,
        site,
        is_single_machine: false,
        machines,
        sql_instances: Vec::new(),
        hosting: extension("Hosting")
            .map(|word| keyword(&word).map_err(|e| cluster.invalid(e)))
            .transpose()?,
        operating_system: extension("OperatingSystem"),
        back_end: extension("BackEnd")
            .map(|word| keyword(&word).map_err(|e| cluster.invalid(e)))
            .transpose()?,
        kind: extension("Kind")
            .map(|word| keyword(&word).map_err(|e| cluster.invalid(e)))
            .transpose()?,
        backup_pool: cluster.parsed("tandem:BackupPool")?,
        fqdn,
    })
}

/// The machine of a pool of one need not repeat the pool's name.
fn read_machine(machine: &Element, pool: &Fqdn) -> Result<Machine, ReadError> {
    let text = |name: &str| machine.attribute(name).map(str::to_owned);
    Ok(Machine {
        fqdn: machine.parsed("Fqdn")?.unwrap_or_else(|| pool.clone()),
        fault_domain: text("FaultDomain"),
        upgrade_domain: text("UpgradeDomain"),
        address: machine.extension("Address").map(str::to_owned),
        interfaces: machine
            .children("NetInterface")
            .map(|interface| {
                Ok(NetInterface {
                    side: interface.required("InterfaceSide")?.to_owned(),
                    number: number(interface, "InterfaceNumber")?,
                    ip_address: interface.required("IPAddress")?.to_owned(),
                    configured_ip_address: interface
                        .attribute("ConfiguredIPAddress")
                        .map(str::to_owned),
                })
            })
            .collect::<Result<_, ReadError>>()?,
    })
}

/// A Director is a Registrar with `IsDirector="true"`.
fn role(service: &Element, name: &str) -> Result<Role, ReadError> {
    let is_director = match service.child("RegistrarService") {
        Some(detail) => detail.flag("IsDirector")?,
        None => false,
    };
    let role = Role::from_document_name(name);
    Ok(if is_director && role == Role::Registrar {
        Role::Director
    } else {
        role
    })
}

fn share(service: &Element) -> Option<String> {
    service
        .child("FileStoreService")?
        .attribute("ShareName")
        .map(str::to_owned)
}

fn ports(service: &Element) -> Result<Vec<Port>, ReadError> {
    list(service, "Ports", "Port")
        .map(|port| {
            port.required("Port")?;
            Ok(Port {
                owner: port.required("Owner")?.to_owned(),
                usage: port.required("Usage")?.to_owned(),
                interface_side: port.required("InterfaceSide")?.to_owned(),
                interface_number: number(port, "InterfaceNumber")?,
                port: port.parsed("Port")?.unwrap_or_default(),
                protocol: port.required("Protocol")?.to_owned(),
                url_path: port.attribute("UrlPath").map(str::to_owned),
                range: port.parsed("Range")?,
                configured_port: port.parsed("ConfiguredPort")?,
                configured_fqdn: port.parsed("ConfiguredFqdn")?,
                gruu_type: port.attribute("GruuType").map(str::to_owned),
                authorizes_requests: port.flag("AuthorizesRequests")?,
            })
        })
        .collect()
}
