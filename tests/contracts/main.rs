//! The contracts judged: written by one grammar, never broken for those who use them, true to the original's signatures.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod baseline;
mod grammar;
mod signatures;
