//! A laboratory of two sites in one folder: certificates, nodes and users, for newcomers and for the tests.

pub mod laboratory;
pub mod node;
pub mod pki;
pub mod programs;
pub mod users;
