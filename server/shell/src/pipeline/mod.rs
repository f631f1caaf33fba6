//! Commands at work: objects pushed from stage to stage as plain calls, one at a time, and the streams beside them.

pub(crate) mod call_stack;
mod cmdlet_methods;
pub mod command;
mod computed;
mod default_values;
pub mod engine;
mod function;
pub mod halt;
mod host_command;
mod input;
pub mod kept;
mod parameters;
pub mod preference;
mod records;
pub(crate) mod redirect;
pub(crate) mod run;
pub(crate) mod running;
pub mod runtime;
mod should;
pub mod sink;
pub mod stage;
mod streams;
