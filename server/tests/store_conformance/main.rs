//! What every store promises, tried through the traits alone, on SQLite in a folder that a test may close and open again.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod contents;
mod documents;
mod import;
mod ownership;
mod records;
mod support;
