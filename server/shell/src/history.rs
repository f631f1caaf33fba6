//! The lines that a session ran, as `Get-History` shows them.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::value::{DateTime, Object, Text, Value};

/// Most lines that a session remembers (`$MaximumHistoryCount`).
const MAX_ENTRIES: usize = 4096;

/// The lines of a session, oldest first.
#[derive(Debug, Default)]
pub struct History {
    entries: VecDeque<Entry>,
    last: i64,
}

/// One line.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its number, counted from 1.
    pub id: i64,
    /// As typed.
    pub line: Text,
    /// Whether it ran to its end.
    pub completed: bool,
    /// When it began.
    pub start: DateTime,
    /// When it ended.
    pub end: DateTime,
}

impl History {
    /// Remembers a line that has run; blank ones are forgotten.
    pub fn push(&mut self, line: &str, completed: bool, start: DateTime, end: DateTime) {
        if line.trim().is_empty() {
            return;
        }
        if self.entries.len() == MAX_ENTRIES {
            self.entries.pop_front();
        }
        self.last += 1;
        self.entries.push_back(Entry {
            id: self.last,
            line: line.into(),
            completed,
            start,
            end,
        });
    }

    /// The number of the next line.
    pub(crate) fn next_id(&self) -> i64 {
        self.last + 1
    }

    /// Forgets the lines; the next one is counted on.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
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
        let status = if self.completed {
            "Completed"
        } else {
            "Failed"
        };
        Value::Object(Arc::new(
            Object::typed(
                types.into(),
                vec![
                    ("Id".into(), Value::Int64(self.id)),
                    ("CommandLine".into(), Value::String(self.line.clone())),
                    ("ExecutionStatus".into(), Value::text(status)),
                    ("StartExecutionTime".into(), Value::DateTime(self.start)),
                    ("EndExecutionTime".into(), Value::DateTime(self.end)),
                    (
                        "Duration".into(),
                        Value::TimeSpan(self.end.ticks - self.start.ticks),
                    ),
                ],
            )
            .with_text(self.line.clone()),
        ))
    }
}
