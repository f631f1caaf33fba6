//! Every parser against texts that nobody meant: real ones, mutated.
//!
//! Seeds are what the repository holds of the real thing: recorded command lines and CLIXML, sample topologies. Each
//! target mutates them (`mutation`) for a bounded time (`campaign`) and demands that the parser neither panics nor
//! hangs, and that what it takes it gives back: printed and read again, a text means the same.
//!
//! `TANDEM_FUZZ_SECONDS` is the time of each target (default 2); `TANDEM_FUZZ_SEED` repeats a run. A failing text is
//! kept in `tests/fuzz/found/`, printed with its seed, and tried first by every later run: commit it with the mend.
//!
//! The engine is proptest, which the workspace has already: it shrinks what it finds. The fuzzing front ends offer more
//! only on a nightly toolchain, with coverage; on a stable one they feed random bytes, and random bytes get no further
//! than the first token.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod campaign;
mod clixml;
mod command_line;
mod data;
mod mutation;
mod run_line;
mod seeds;
mod topology;
mod values;
mod wire;
