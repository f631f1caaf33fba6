//! Tandem's decisions as pure functions over plain data.
//!
//! Everything that must be *right* about disaster recovery is decided here: who may write, whether a pool may be failed
//! over, in which steps, what would be lost, where a user signs in. The package sees no runtime, no network, no store,
//! no clock and no randomness: facts come in as arguments, decisions go out as values. So each rule can be tried against
//! thousands of random histories without starting anything.
//!
//! | Module | Decides |
//! |---|---|
//! | [`identity`] | what a name means: FQDN, SIP URI, `Registrar:pool1.contoso.com` |
//! | [`topology`] | what is deployed, whether a document is acceptable, what a publication changes |
//! | [`ownership`] | who may write the users of a home pool, and which history wins when two meet again |
//! | [`pool_state`] | whether a pool may be failed over or back now |
//! | [`refusal`] | every "no", with what was found and the command that mends it |
//! | [`plan`] | the exact steps, their undo, their digest |
//! | [`loss`] | what a disaster failover loses, and whether that is within a budget |
//! | [`backup`] | modules, states and limits of the Backup Service, and readiness |
//! | [`sign_in`] | where a user is served, and in which mode |
//! | [`quorum`] | how many Front End servers a pool needs |

// A new state, role or refusal must be decided everywhere, not fall into a default.
#![warn(clippy::wildcard_enum_match_arm)]

pub mod backup;
pub mod identity;
pub mod loss;
pub mod observation;
pub mod ownership;
pub mod plan;
pub mod pool_state;
pub mod quorum;
pub mod refusal;
pub mod request;
pub mod sign_in;
pub mod topology;

#[cfg(test)]
mod fixtures;
