//! The real program against a node that plays a script: what arrives at the node, what comes out on which stream, how it ends.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod certificates;
mod files;
mod input;
mod lines;
mod node;
mod streams;
