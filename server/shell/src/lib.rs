//! PowerShell's language and cmdlet semantics, without .NET and without I/O.
//!
//! A line of text becomes statements, pipelines and commands (`language`); arguments meet parameters (`binder`,
//! `convert`); objects are pushed from stage to stage as plain calls (`pipeline`, `builtin`); results become text
//! (`format`, `serialise`). Whatever touches the world goes out through [`host::Host`], so the whole is tested
//! without a runtime.

pub mod binder;
pub mod builtin;
pub mod command;
pub mod completion;
pub mod convert;
pub mod decimal;
mod dotnet;
pub mod error_record;
pub mod evaluate;
pub mod feedback;
pub mod file;
pub mod format;
pub mod format_string;
pub mod help;
pub mod history;
pub mod host;
pub mod language;
pub mod members;
pub mod pipeline;
pub mod random;
pub mod regex;
pub mod serialise;
pub mod session;
mod style;
pub mod text;
pub mod type_names;
pub mod value;
pub mod wildcard;
