//! What a running command has beside its behaviour: bound parameters, streams, place in the pipeline.

use std::sync::Arc;

use crate::binder::Binding;
use crate::error_record::Invocation;
use crate::pipeline::kept::{Kept, PipeLists};
use crate::pipeline::redirect::Redirects;
use crate::pipeline::stage::Stage;
use crate::value::Value;

/// A command of a pipeline: its behaviour and its state.
pub struct Slot {
    /// The behaviour.
    pub stage: Box<dyn Stage>,
    /// The rest.
    pub state: CommandState,
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Slot")
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
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
    /// Whether input goes to the behaviour as it is: its one pipeline parameter takes any object.
    pub takes_anything: bool,
    /// Where its streams go.
    pub redirects: Redirects,
    /// The files that redirections to files mean, each as an `Out-File` of its own.
    pub files: Vec<Slot>,
    /// Answers given for all that follows (`Yes to All`, `No to All`).
    pub answered: Answered,
    /// Variables that keep its records and objects; none for most commands.
    pub kept: Option<Box<Kept>>,
    /// The lists of the pipe around that it writes to: none unless it is the last of its pipeline.
    pub(crate) around: Option<Arc<PipeLists>>,
    /// Objects that -OutBuffer holds back; none for most commands.
    pub buffer: Option<Box<OutBuffer>>,
    /// Whether it has begun.
    pub begun: bool,
    /// Whether it wrote an error.
    pub failed: bool,
    /// Bytes of the objects that it keeps.
    pub hoarded: usize,
}

/// Objects on their way to the next command, which gets them all when there is one more than the limit.
#[derive(Debug)]
pub struct OutBuffer {
    /// -OutBuffer.
    pub limit: usize,
    /// What waits.
    pub waiting: Vec<Value>,
}

/// Answers given once for all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Answered {
    /// To `ShouldProcess`.
    pub should_process: Option<bool>,
    /// `Yes to All` when asked about a record: one bit for each stream, by [`Preferred`]'s order.
    ///
    /// [`Preferred`]: crate::pipeline::preference::Preferred
    pub streams: u8,
}
