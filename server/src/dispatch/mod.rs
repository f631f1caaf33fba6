//! From a call to its cmdlet: who may call what, what is written down before anything happens, where it runs, and how
//! what it says travels back.

mod audit;
pub mod catalogue;
mod check;
pub mod cmdlet;
pub mod comments;
pub mod describe;
pub mod dispatcher;
pub mod event;
pub mod failure;
pub mod forward;
pub mod forwarded;
pub mod limits;
mod place;
pub mod record;
pub mod registry;
pub mod running;
pub mod shape;
pub mod status;
mod trace;
pub mod typed;
pub mod unattended;
pub mod values;

pub use cmdlet::{Call, Cmdlet, Context, Contract};
pub use failure::{Failure, Fault};
pub use forward::Forwarding;
