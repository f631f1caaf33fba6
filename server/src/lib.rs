//! The node: serves one pool, hosts the cmdlets, keeps the pair in step.

pub mod operation;
pub mod peer;
pub mod store;
