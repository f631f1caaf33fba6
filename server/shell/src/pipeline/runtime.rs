//! What a running command has beside its behaviour: bound parameters, streams, place in the pipeline.

use crate::binder::Binding;
use crate::error_record::Invocation;
use crate::pipeline::stage::Stage;

/// A command of a pipeline: its behaviour and its state.
pub struct Slot {
    /// The behaviour.
    pub stage: Box<dyn Stage>,
    /// The rest.
    pub state: CommandState,
}

/// The state of one running command.
#[derive(Debug)]
pub struct CommandState {
    /// The command with its parameters bound; those bound from the pipeline change with every object.
    pub binding: Binding,
    /// Where it stands in the input.
    pub invocation: Invocation,
    /// Which pipeline of the session it belongs to.
    pub pipeline: u64,
    /// Position in the pipeline, from 0.
    pub position: usize,
    /// Whether something stands before it.
    pub expects_input: bool,
}
