//! Node to node: the service that a node offers to the others, and its calls to them.

mod access;
mod answer;
pub mod client;
pub mod error;
pub mod exchange;
pub mod heartbeat;
mod import;
mod import_user;
pub mod service;
pub mod wire;

pub(crate) use answer::OPERATION_UNKNOWN;
pub use client::{Connect, Deadlines, ImportStream, Peer, Peers};
pub use error::{Error, Refusal};
pub use exchange::Exchange;
