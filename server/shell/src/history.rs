//! The lines that a session ran, as `Get-History` shows them.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::convert::enumerations;
use crate::value::{DateTime, EnumValue, Object, Text, Value};

/// Most lines that a session remembers (`$MaximumHistoryCount`).
const MAX_ENTRIES: usize = 4096;

/// How far a pipeline came.
pub(crate) const STATE: &str = "System.Management.Automation.Runspaces.PipelineState";
/// It runs (`PipelineState.Running`).
const RUNNING: i64 = 1;
/// It ran to its end (`PipelineState.Completed`).
const COMPLETED: i64 = 4;
/// An error ended it (`PipelineState.Failed`).
const FAILED: i64 = 5;

/// The lines of a session, oldest first.
#[derive(Debug, Default)]
pub struct History {
    entries: VecDeque<Entry>,
    last: i64,
    current: Option<Current>,
    /// The entries that `Invoke-History` runs, the innermost last.
    pub(crate) invoked: Vec<i64>,
}

/// The line that runs.
#[derive(Debug)]
struct Current {
    line: Text,
    start: DateTime,
    /// Its number, where it stands in the history before its end.
    id: Option<i64>,
}

/// One line.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its number, counted from 1.
    pub id: i64,
    /// As typed.
    pub line: Text,
    /// How far it came, as `PipelineState` counts.
    pub state: i64,
    /// When it began.
    pub start: DateTime,
    /// When it ended.
    pub end: DateTime,
}

impl History {
    /// A line begins to run.
    pub(crate) fn begin(&mut self, line: &str, start: DateTime) {
        self.invoked.clear();
        self.current = Some(Current {
            line: line.into(),
            start,
            id: None,
        });
    }

    /// The line that ran is remembered; a blank one is forgotten.
    pub(crate) fn finish(&mut self, completed: bool, end: DateTime) {
        let Some(current) = self.current.take() else {
            return;
        };
        let state = if completed { COMPLETED } else { FAILED };
        if let Some(entry) = self
            .entries
            .iter_mut()
            .find(|entry| current.id == Some(entry.id))
        {
            entry.state = state;
            entry.end = end;
        } else if current.id.is_none() && !current.line.trim().is_empty() {
            self.add(current.line, state, current.start, end);
        }
    }

    /// The line that runs is remembered before its end, once: what is added by it stands behind it.
    pub(crate) fn remember_current(&mut self, now: DateTime) {
        let Some(current) = self.current.as_ref().filter(|own| own.id.is_none()) else {
            return;
        };
        let (line, start) = (current.line.clone(), current.start);
        let id = self.add(line, RUNNING, start, now);
        if let Some(current) = &mut self.current {
            current.id = Some(id);
        }
    }

    /// The line that runs is remembered as another one: that which it stands for.
    pub(crate) fn replace_current(&mut self, line: &Text) {
        if let Some(current) = &mut self.current {
            current.line = line.clone();
        }
    }

    /// A line more; its number.
    pub(crate) fn add(&mut self, line: Text, state: i64, start: DateTime, end: DateTime) -> i64 {
        if self.entries.len() == MAX_ENTRIES {
            self.entries.pop_front();
        }
        self.last += 1;
        self.entries.push_back(Entry {
            id: self.last,
            line,
            state,
            start,
            end,
        });
        self.last
    }

    /// The number of the next line.
    pub(crate) fn next_id(&self) -> i64 {
        self.last + 1
    }

    /// Forgets the lines; the next one is counted on.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    /// Forgets one line.
    pub(crate) fn remove(&mut self, id: i64) {
        self.entries.retain(|entry| entry.id != id);
    }

    /// The line of that number.
    pub(crate) fn entry(&self, id: i64) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// The lines, oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter()
    }
}

impl Entry {
    /// `Microsoft.PowerShell.Commands.HistoryInfo`.
    pub fn object(&self) -> Value {
        let types: [Text; 2] = [
            "Microsoft.PowerShell.Commands.HistoryInfo".into(),
            "System.Object".into(),
        ];
        let state = enumerations::find(STATE).map_or(Value::Null, |definition| {
            Value::Enum(EnumValue {
                definition,
                number: self.state,
            })
        });
        let duration = Value::TimeSpan(self.end.ticks - self.start.ticks);
        let properties = vec![
            ("Id".into(), Value::Int64(self.id)),
            ("CommandLine".into(), Value::String(self.line.clone())),
            ("ExecutionStatus".into(), state),
            ("StartExecutionTime".into(), Value::DateTime(self.start)),
            ("EndExecutionTime".into(), Value::DateTime(self.end)),
            ("Duration".into(), duration),
        ];
        Value::Object(Arc::new(
            Object::typed(types.into(), properties).with_text(self.line.clone()),
        ))
    }
}
