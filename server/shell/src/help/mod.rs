//! What the session says of its commands: syntax lines, `Get-Help`, topics.

pub(crate) mod attribute;
pub mod comment;
mod construct;
pub mod draw;
pub mod function;
pub(crate) mod metadata;
pub mod object;
mod page;
pub mod syntax;
pub mod topic;
mod written;
