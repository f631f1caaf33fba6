//! Operations: what moves users between pools, journalled on both, ending committed or rolled back whatever dies.

pub mod fault;
pub mod plan_message;
pub mod progress;
