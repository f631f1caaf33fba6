//! Where objects and records go when they leave a pipeline.

use crate::error_record::{ErrorRecord, Invocation};
use crate::host::ProgressRecord;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::value::Value;

/// A record of one of the streams beside the output.
#[derive(Clone, Debug)]
pub enum Record {
    /// Stream 2.
    Error(ErrorRecord),
    /// Stream 3.
    Warning(String, Option<Invocation>),
    /// Stream 4.
    Verbose(String, Option<Invocation>),
    /// Stream 5.
    Debug(String, Option<Invocation>),
    /// Stream 6: data, tags, and whether it is shown as well as kept.
    Information {
        /// `MessageData`.
        data: Value,
        /// `Tags`.
        tags: Vec<String>,
        /// Whether the preference shows it.
        shown: bool,
    },
    /// Progress.
    Progress(ProgressRecord),
    /// A line of the host itself (`What if: …`).
    HostLine(String),
}

/// The far end of a pipeline.
pub trait Sink {
    /// Takes an output object.
    ///
    /// # Errors
    /// When what is behind runs no further.
    fn output(&mut self, engine: &mut Engine<'_>, value: Value) -> Result<(), Halt>;

    /// Takes a record that was not redirected on its way.
    ///
    /// # Errors
    /// When what is behind runs no further.
    fn record(&mut self, engine: &mut Engine<'_>, record: Record) -> Result<(), Halt>;
}
