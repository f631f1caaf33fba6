//! Topologies that the tests of this module share.

#![allow(clippy::unwrap_used)]

mod documents;
mod generated;
mod publishing;
mod rules;

use super::*;
use crate::identity::Fqdn;

pub(super) fn fqdn(name: &str) -> Fqdn {
    Fqdn::parse(name).unwrap()
}

/// Two paired Standard Edition pools and an Edge pool that hands traffic to the second.
pub(super) fn pair() -> Topology {
    read_toml(include_str!("../../../testdata/pair.toml")).unwrap()
}

/// A Topology Builder file of two sites, with paired Enterprise pools, an Edge pool, a Director and a branch.
pub(super) const BUILDER: &str = include_str!("../../../testdata/fabrikam.tbxml");
pub(super) const PUBLISHED: &str = include_str!("../../../testdata/published.xml");
