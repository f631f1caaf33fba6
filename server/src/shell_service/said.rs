//! Records beside output: as messages, and as they read on a console.

use tandem::cmdlet::v1::stream_record::Record;
use tandem::cmdlet::v1::{InformationRecord, Plan, ProgressRecord, StreamRecord};
use tandem::shell::v1::Said;
use tandem_shell::error_record::{ErrorRecord, Invocation};
use tandem_shell::format::error_view::{ErrorView, position_message, render};
use tandem_shell::host;
use tandem_shell::text::{Culture, to_text};
use tandem_shell::value::Value;

use super::plan_text;
use crate::dispatch::{record, values};

/// PowerShell's colours of errors, and of warnings, verbose and debug records.
const ERROR_COLOR: &str = "\u{1b}[31;1m";
const NOTE_COLOR: &str = "\u{1b}[33;1m";
const RESET: &str = "\u{1b}[0m";

/// How records are to read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Console {
    /// Width in characters.
    pub(super) width: usize,
    /// Whether escape sequences are wanted.
    pub(super) color: bool,
}

impl Console {
    pub(super) fn error(self, error: &ErrorRecord, terminating: bool) -> Said {
        let position = error.invocation.as_ref().map(position).unwrap_or_default();
        let text = render(error, ErrorView::ConciseView, self.width);
        let rendered = self.colored(ERROR_COLOR, text.trim_end_matches('\n'));
        Said {
            terminating,
            ..said(Record::Error(record::to_wire(error, position)), rendered)
        }
    }

    pub(super) fn warning(self, text: &str) -> Said {
        said(
            Record::Warning(text.to_owned()),
            self.colored(NOTE_COLOR, &format!("WARNING: {text}")),
        )
    }

    pub(super) fn verbose(self, text: &str) -> Said {
        said(
            Record::Verbose(text.to_owned()),
            self.colored(NOTE_COLOR, &format!("VERBOSE: {text}")),
        )
    }

    pub(super) fn debug(self, text: &str) -> Said {
        said(
            Record::Debug(text.to_owned()),
            self.colored(NOTE_COLOR, &format!("DEBUG: {text}")),
        )
    }

    fn colored(self, color: &str, text: &str) -> String {
        if self.color {
            format!("{color}{text}{RESET}")
        } else {
            text.to_owned()
        }
    }
}

pub(super) fn host_line(line: &str) -> Said {
    said(Record::Host(line.to_owned()), line.to_owned())
}

pub(super) fn information(data: &Value, tags: &[String], is_shown: bool) -> Said {
    let record = InformationRecord {
        message: Some(values::to_wire(data)),
        tag: tags.to_vec(),
    };
    let text = if is_shown {
        to_text(data, Culture::Current)
    } else {
        String::new()
    };
    said(Record::Information(record), text)
}

pub(super) fn progress(progress: &host::ProgressRecord) -> Said {
    let record = ProgressRecord {
        activity_id: progress.activity_id,
        parent_activity_id: progress.parent_activity_id,
        activity: progress.activity.clone(),
        status: progress.status.clone(),
        current_operation: progress.current_operation.clone().unwrap_or_default(),
        percent_complete: progress.percent_complete,
        seconds_remaining: progress.seconds_remaining,
        completed: progress.completed,
    };
    said(Record::Progress(record), String::new())
}

/// A plan; it is read out where it is what was asked for.
pub(super) fn plan(plan: &Plan, is_shown: bool) -> Said {
    let text = if is_shown {
        plan_text::render(plan)
    } else {
        String::new()
    };
    said(Record::Plan(plan.clone()), text)
}

fn position(invocation: &Invocation) -> String {
    position_message(invocation)
}

fn said(record: Record, rendered: String) -> Said {
    Said {
        record: Some(StreamRecord {
            record: Some(record),
        }),
        rendered,
        terminating: false,
        feedback: String::new(),
    }
}
