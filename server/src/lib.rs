//! The node: serves one pool, hosts the cmdlets, keeps the pair in step.

pub mod management;
pub mod operation;
pub mod ownership;
pub mod peer;
pub mod store;
