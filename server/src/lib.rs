//! The node: serves one pool, hosts the cmdlets, keeps the pair in step.

pub mod backup;
pub mod cmdlets;
pub mod configuration;
pub mod dispatch;
pub mod layers;
pub mod management;
pub mod node;
pub mod operation;
pub mod ownership;
pub mod peer;
pub mod store;
pub mod telemetry;
pub mod windows_services;
