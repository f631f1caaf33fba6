//! One file per cmdlet, `<area>/<verb_noun>.rs`, with its behaviour. `build.rs` connects each to its RPC and fails the
//! build when one is missing.

pub mod backup;
pub mod operation;
pub mod pool;
pub mod topology;
pub mod user;
