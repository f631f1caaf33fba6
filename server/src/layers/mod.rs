//! What stands between a connection and the services: TLS, identity, authorisation.

pub mod authorise;
pub mod identity;
