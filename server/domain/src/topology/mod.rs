//! What is deployed: the model, the documents it is read from, whether a document is acceptable and what it changes.

mod model;
mod role;

pub use model::{
    BackEndAvailability, Dependency, Hosting, Machine, NetInterface, Pool, PoolKind, Port, Service,
    SipDomain, Site, Topology,
};
pub use role::Role;
