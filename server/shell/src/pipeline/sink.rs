//! Where objects and records go when they leave a pipeline.

use crate::error_record::{ErrorRecord, Invocation};
use crate::host::{ProgressRecord, Shown};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::value::{DateTime, Text, Value};

/// A record of one of the streams beside the output.
#[derive(Clone, Debug)]
pub enum Record {
    /// Stream 2.
    Error(Box<ErrorRecord>),
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
        /// Who wrote it, and when.
        origin: Origin,
    },
    /// What is left of a record of the stream of that number that was redirected to nowhere.
    Unseen(u8, String),
    /// Progress.
    Progress(ProgressRecord),
    /// A line of the host itself (`What if: …`).
    HostLine(String),
}

/// Where an information record comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The script file, else the command (`Source`).
    pub source: Text,
    /// `TimeGenerated`.
    pub time: DateTime,
}

impl Origin {
    /// That of a command called as `at` says, at `time`.
    pub(super) fn of(at: &Invocation, time: DateTime) -> Self {
        let source = at.script.clone().or_else(|| at.command.clone());
        Self {
            source: source.unwrap_or_else(|| "".into()),
            time,
        }
    }
}

impl Record {
    /// What is left of it when its stream goes nowhere: all but errors is kept, though it is not shown
    /// (`WriteWarningInfoBuffers` and its like).
    pub(super) fn hidden(self) -> Option<Self> {
        match self {
            Self::Information {
                data, tags, origin, ..
            } => Some(Self::Information {
                data,
                tags,
                shown: false,
                origin,
            }),
            Self::Warning(text, _) => Some(Self::Unseen(3, text)),
            Self::Verbose(text, _) => Some(Self::Unseen(4, text)),
            Self::Debug(text, _) => Some(Self::Unseen(5, text)),
            _ => None,
        }
    }
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

/// Keeps objects; other records go on.
pub struct Gather<'a> {
    /// Where objects are kept.
    pub into: &'a mut Vec<Value>,
    /// How many bytes they keep.
    pub kept: &'a mut usize,
    /// Where the rest goes.
    pub records: &'a mut dyn Sink,
}

impl Sink for Gather<'_> {
    fn output(&mut self, engine: &mut Engine<'_>, value: Value) -> Result<(), Halt> {
        if self.into.len() >= crate::evaluate::MAX_GROWTH {
            return Err(engine.fail(crate::evaluate::failure::too_large()));
        }
        *self.kept += engine.hoard(&value)?;
        self.into.push(value);
        Ok(())
    }

    fn record(&mut self, engine: &mut Engine<'_>, record: Record) -> Result<(), Halt> {
        self.records.record(engine, record)
    }
}

/// Drops everything.
pub struct Discard;

impl Sink for Discard {
    fn output(&mut self, _engine: &mut Engine<'_>, _value: Value) -> Result<(), Halt> {
        Ok(())
    }

    fn record(&mut self, _engine: &mut Engine<'_>, _record: Record) -> Result<(), Halt> {
        Ok(())
    }
}

/// Shows everything: the end of the outermost pipeline.
pub struct ShowAll;

impl Sink for ShowAll {
    fn output(&mut self, engine: &mut Engine<'_>, value: Value) -> Result<(), Halt> {
        engine.host.show(Shown::Output(&value));
        engine.check_stop()
    }

    fn record(&mut self, engine: &mut Engine<'_>, record: Record) -> Result<(), Halt> {
        engine.session.had_errors |= matches!(record, Record::Error(_));
        engine.host.show(match &record {
            Record::Error(error) => Shown::Error(error),
            Record::Warning(text, _) => Shown::Warning(text),
            Record::Verbose(text, _) => Shown::Verbose(text),
            Record::Debug(text, _) => Shown::Debug(text),
            Record::Information {
                data, tags, shown, ..
            } => Shown::Information(data, tags, *shown),
            Record::Unseen(stream, text) => Shown::Unseen(*stream, text),
            Record::Progress(progress) => Shown::Progress(progress),
            Record::HostLine(line) => Shown::HostLine(line),
        });
        Ok(())
    }
}
