//! Why a statement or a stage runs no further.

use crate::error_record::ErrorRecord;
use crate::value::{Text, Value};

/// What unwinds through statements and stages. Every kind is caught by exactly one construct.
#[derive(Debug)]
pub enum Halt {
    /// A terminating error: caught by `try`, else by the statement that it ends.
    Error(Box<ErrorRecord>),
    /// An error that ends everything up to the nearest `try`, unless the preference hides errors (`throw`).
    Throw(Box<ErrorRecord>),
    /// An error that a preference or a trap made the end: no preference further out asks about it or hides it.
    Ended(Box<ErrorRecord>),
    /// A non-terminating error or another record that a preference made the end: as a thrown one.
    Stop(Box<ErrorRecord>),
    /// `$PSCmdlet` ended its function: neither traps, nor handlers nor preferences within it take that.
    Function {
        /// Its place among the functions that run.
        level: usize,
        /// How it ends for the caller.
        halt: Box<Self>,
    },
    /// `break`, with its label.
    Break(Option<Text>),
    /// `continue`, with its label.
    Continue(Option<Text>),
    /// `return`; its value has been written already.
    Return,
    /// `exit`, with its code.
    Exit(Value),
    /// Downstream wants no more (`Select-Object -First`): the pipeline and the stage that said so.
    Enough {
        /// [`crate::pipeline::runtime::CommandState::pipeline`].
        pipeline: u64,
        /// Position of the stage in it, from 0.
        stage: usize,
    },
    /// The pipeline was stopped from outside.
    Cancelled,
}

impl From<ErrorRecord> for Halt {
    fn from(record: ErrorRecord) -> Self {
        Self::Error(Box::new(record))
    }
}
