//! Which pools of a topology run a node.

use std::collections::BTreeSet;

use tandem_domain::identity::Fqdn;
use tandem_domain::topology::Topology;

/// The Front End pools of a topology: the pools that run a node.
pub fn front_ends(topology: &Topology) -> impl Iterator<Item = Fqdn> + '_ {
    topology
        .pools
        .iter()
        .filter(|pool| pool.kind.is_front_end())
        .map(|pool| pool.fqdn.clone())
}

/// The pools of the Central Management store, active and standby, a pool's partner, and itself.
pub(super) fn sources(topology: &Topology, own: &Fqdn) -> BTreeSet<Fqdn> {
    let holders = topology.central_management_pools().map(|pool| &pool.fqdn);
    holders
        .chain([own])
        .flat_map(|pool| {
            let backup = topology.backup_of(pool).map(|backup| backup.fqdn.clone());
            backup.into_iter().chain([pool.clone()])
        })
        .collect()
}

/// Whether a name is that of a pool that runs a node, or of one of its machines.
#[must_use]
pub fn names_a_node(topology: &Topology, name: &str) -> bool {
    let is_its = |fqdn: &Fqdn| fqdn.as_str().eq_ignore_ascii_case(name);
    let nodes = topology
        .pools
        .iter()
        .filter(|pool| pool.kind.is_front_end());
    nodes
        .into_iter()
        .any(|pool| is_its(&pool.fqdn) || pool.machines.iter().any(|machine| is_its(&machine.fqdn)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use tandem_domain::topology::Document;

    use super::*;

    #[test]
    fn an_edge_server_is_no_node() {
        let text = r#"
            default_domain = "contoso.com"
            [[site]]
            name = "Redmond"
            [[pool]]
            fqdn = "pool1.contoso.com"
            site = "Redmond"
            kind = "StandardFrontEnd"
            [[pool]]
            fqdn = "edge.contoso.com"
            site = "Redmond"
            kind = "Edge"
            next_hop = "pool1.contoso.com"
        "#;
        let topology = Document::read(text).unwrap().topology;
        assert!(names_a_node(&topology, "POOL1.contoso.com"));
        assert!(!names_a_node(&topology, "edge.contoso.com"));
        assert!(!names_a_node(&topology, "pool9.contoso.com"));
    }
}
