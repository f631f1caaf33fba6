//! What the session says of its commands: syntax lines, `Get-Help`, topics.

pub mod syntax;
