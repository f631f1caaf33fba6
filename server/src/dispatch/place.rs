//! Which node runs a cmdlet.

use prost_reflect::DynamicMessage;
use tandem::cmdlet::v1::Place;
use tandem_domain::identity::Fqdn;

use super::catalogue::Described;
use super::failure::Fault;
use crate::node::Node;

/// The pool that a call belongs to; `None` for this node.
///
/// # Errors
/// When it names a computer that is not in the topology.
pub(super) fn of(
    node: &Node,
    cmdlet: &Described,
    given: &DynamicMessage,
) -> Result<Option<Fqdn>, Fault> {
    let pool = match cmdlet.place {
        Place::Here | Place::Unspecified => None,
        Place::NamedPool => named_pool(node, given),
        Place::CentralManagement | Place::CentralManagementOrStandby => node.management.master(),
        Place::NamedComputer => named_computer(node, given)?,
    };
    Ok(pool.filter(|pool| *pool != node.pool))
}

/// The pool that `PoolFqdn` names, when a node serves it. Any other name is the cmdlet's to refuse.
fn named_pool(node: &Node, given: &DynamicMessage) -> Option<Fqdn> {
    let name = text(given, "pool_fqdn")?;
    let pool = Fqdn::parse(&name).ok()?;
    let published = node.management.topology();
    let served = published.topology.pool(&pool)?.kind.is_front_end();
    served.then_some(pool)
}

fn named_computer(node: &Node, given: &DynamicMessage) -> Result<Option<Fqdn>, Fault> {
    let Some(name) = text(given, "computer_name") else {
        return Ok(None);
    };
    if name.eq_ignore_ascii_case(node.machine.as_str()) {
        return Ok(None);
    }
    let not_found = || {
        Fault::not_found(
            "ComputerNotFound",
            format!("There is no computer \"{name}\" in the topology."),
        )
        .target(&*name)
        .mended_by("Get-CsComputer lists the computers.")
    };
    let machine = Fqdn::parse(&name).map_err(|_| not_found())?;
    let published = node.management.topology();
    let (pool, _) = published.topology.machine(&machine).ok_or_else(not_found)?;
    if pool.kind.is_front_end() {
        return Ok(Some(pool.fqdn.clone()));
    }
    Err(Fault::unavailable(
        "ComputerHasNoNode",
        format!(
            "Computer \"{name}\" belongs to pool \"{}\", which no node serves.",
            pool.fqdn
        ),
    )
    .target(name.as_str()))
}

fn text(given: &DynamicMessage, field: &str) -> Option<String> {
    let value = given.get_field_by_name(field)?;
    value
        .as_str()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}
