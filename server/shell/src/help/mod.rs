//! What the session says of its commands: syntax lines, `Get-Help`, topics.

pub mod draw;
pub mod object;
pub mod syntax;
