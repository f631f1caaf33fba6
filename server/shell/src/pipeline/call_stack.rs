//! The functions and blocks that run in each other (`Debugger.GetCallStack`): what `ScriptStackTrace` and Get-PSCallStack tell.

use std::sync::Arc;

use crate::error_record::{ErrorRecord, Extent, Invocation};
use crate::evaluate::operator::truth;
use crate::language::ast::Source;
use crate::language::position;
use crate::session::SessionState;
use crate::text::{Culture, to_text};
use crate::value::{Text, Value};

/// What a frame is called that has no name.
const BLOCK: &str = "<ScriptBlock>";
/// Where text stands that is in no file.
const NO_FILE: &str = "<No file>";

/// A part of a function or block that runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Frame {
    /// The function's name; none for a block.
    name: Option<Text>,
    /// Which of its named parts it is (`<Process>`).
    part: &'static str,
    /// The text that it stands in, and the statement of it that runs, while another frame is above it.
    source: Arc<Source>,
    point: Extent,
    /// How many functions ran when it began, itself among them.
    level: usize,
}

impl Frame {
    /// A part of a function.
    pub(crate) fn of(name: &Text, part: &'static str) -> Self {
        Self {
            name: Some(name.clone()).filter(|name| !name.is_empty()),
            part,
            ..Self::default()
        }
    }
}

/// A frame as it is told.
pub(crate) struct Told {
    /// Name and part.
    pub(crate) function: String,
    /// The file, if it stands in one.
    pub(crate) file: Option<Text>,
    /// The statement that runs.
    pub(crate) at: Invocation,
    /// How what runs was called.
    pub(crate) invocation: Invocation,
    /// What it was given, as Get-PSCallStack writes that.
    pub(crate) arguments: String,
}

impl Told {
    /// `CallStackFrame.ToString()`.
    pub(crate) fn text(&self) -> String {
        let file = self.file.as_deref().unwrap_or(NO_FILE);
        format!("at {}, {file}: line {}", self.function, self.at.line)
    }

    /// `CallStackFrame.GetScriptLocation()`.
    pub(crate) fn location(&self) -> String {
        self.file.as_deref().map_or_else(
            || NO_FILE.to_owned(),
            |file| {
                let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
                format!("{name}: line {}", self.at.line)
            },
        )
    }
}

impl SessionState {
    /// A frame begins: the one below keeps where it stands.
    pub(crate) fn push_frame(&mut self, mut frame: Frame) {
        frame.level = self.running.len();
        if let Some(below) = self.frames.last_mut() {
            below.source = self.source.clone();
            below.point = self.sequence_point.clone();
        }
        self.frames.push(frame);
    }

    /// The frames, the innermost first.
    pub(crate) fn call_stack(&self) -> Vec<Told> {
        let innermost = self.frames.len().saturating_sub(1);
        let tell = |(index, frame): (usize, &Frame)| {
            let (source, point) = if index == innermost {
                (&self.source, &self.sequence_point)
            } else {
                (&frame.source, &frame.point)
            };
            let function = frame.name.as_deref().unwrap_or(BLOCK);
            Told {
                function: format!("{function}{}", frame.part),
                file: source.file.clone(),
                at: position::invocation(source, point),
                invocation: self.invocation_at(frame.level),
                arguments: self.arguments_at(frame.level),
            }
        };
        self.frames.iter().enumerate().rev().map(tell).collect()
    }

    fn arguments_at(&self, level: usize) -> String {
        let running = level.checked_sub(1).and_then(|last| self.running.get(last));
        let Some(running) = running else {
            return "{}".to_owned();
        };
        let text = |value: &Value| to_text(value, Culture::Current);
        let bound = running.bound.iter().map(|(name, value)| {
            let value = if truth(value) {
                text(value)
            } else {
                String::new()
            };
            format!("{name}={value}")
        });
        let rest = running.rest.iter().map(|value| match truth(value) {
            true => text(value),
            false => "$null".to_owned(),
        });
        let all: Vec<String> = bound.chain(rest).collect();
        format!("{{{}}}", all.join(", "))
    }

    /// Says of a record where in the scripts it happened, unless that is known, and which line of the session it was.
    pub(crate) fn locate(&self, record: &mut ErrorRecord) {
        if record.stack.is_none() {
            record.stack = Some(self.stack_trace());
        }
        if let Some(at) = &mut record.invocation
            && at.history_id == 0
        {
            at.history_id = self.history.next_id();
        }
    }

    /// `ErrorRecord.ScriptStackTrace` of what goes wrong now.
    fn stack_trace(&self) -> Text {
        let frames: Vec<String> = self.call_stack().iter().map(Told::text).collect();
        frames.join("\n").into()
    }
}
