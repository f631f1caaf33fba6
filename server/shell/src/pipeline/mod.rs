//! Commands at work: objects pushed from stage to stage as plain calls, one at a time, and the streams beside them.

pub mod engine;
pub mod halt;
pub mod runtime;
pub mod sink;
pub mod stage;
mod streams;
