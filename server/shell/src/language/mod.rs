//! From text to a tree: tokens, statements, and the errors that PowerShell's parser reports, with their extents.

pub mod ast;
pub(crate) mod characters;
pub mod lexer;
pub mod number;
pub mod parse_error;
pub mod parser;
pub mod position;
mod quoted;
pub mod token;
pub mod words;

pub use parser::parse;
