//! What a user sees: real nodes, real TLS, real clients, and the promises kept while processes are killed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod backup;
mod certificates;
mod deployment;
mod desk;
mod disaster;
mod examples;
mod files;
mod forwarded;
mod input;
mod kill_steps;
mod languages;
mod planned;
mod raw;
mod reconnection;
mod refusals;
mod restarts;
mod shells;
mod sign_in;
mod terminal;
mod tmux;
mod writers;
