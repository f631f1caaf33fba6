//! Redirections of one command: which streams go into its output, and which go nowhere.

use crate::language::ast::Stream;
use crate::pipeline::sink::Record;

/// Where a stream goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// Where it always goes.
    #[default]
    Own,
    /// Into the output.
    Output,
    /// Nowhere.
    Nothing,
}

/// The targets of a command's streams, output first.
#[derive(Clone, Copy, Debug, Default)]
pub struct Redirects([Target; 6]);

fn place(stream: Stream) -> Option<usize> {
    match stream {
        Stream::Output => Some(0),
        Stream::Error => Some(1),
        Stream::Warning => Some(2),
        Stream::Verbose => Some(3),
        Stream::Debug => Some(4),
        Stream::Information => Some(5),
        Stream::All => None,
    }
}

impl Redirects {
    /// Sets the target of a stream, or of all of them.
    pub fn set(&mut self, stream: Stream, target: Target) {
        match place(stream) {
            Some(place) => self.0[place] = target,
            None => {
                let from = usize::from(target == Target::Output);
                self.0[from..].fill(target);
            }
        }
    }

    /// The target of the output.
    pub fn output(&self) -> Target {
        self.0[0]
    }

    /// The target of a record.
    pub fn of(&self, record: &Record) -> Target {
        let place = match record {
            Record::Error(_) => 1,
            Record::Warning(..) => 2,
            Record::Verbose(..) => 3,
            Record::Debug(..) => 4,
            Record::Information { .. } => 5,
            Record::Progress(_) | Record::HostLine(_) => return Target::Own,
        };
        self.0[place]
    }
}
