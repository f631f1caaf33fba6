//! What no original has: operations that always have an answer, readiness, salvage.

pub(crate) mod faults;
