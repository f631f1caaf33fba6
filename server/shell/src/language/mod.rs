//! From text to a tree: tokens, statements, and the errors that PowerShell's parser reports, with their extents.

pub mod ast;
