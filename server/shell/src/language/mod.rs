//! From text to a tree: tokens, statements, and the errors that PowerShell's parser reports, with their extents.

pub mod ast;
pub(crate) mod characters;
mod here_string;
pub mod lexer;
mod member_sign;
pub mod number;
pub mod parse_error;
pub mod parser;
pub mod position;
mod quoted;
mod semantic;
mod sign;
pub mod token;
pub mod words;

pub use parser::parse;
