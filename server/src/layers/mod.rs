//! What stands between a connection and the services: TLS, identity, authorisation, measurement.

pub mod access;
pub mod around;
pub mod authorise;
pub mod dial;
pub mod identity;
pub mod listener;
pub mod observe;
pub mod tls;
