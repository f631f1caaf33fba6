//! A file of the caller's that is being written.

use tandem::shell::v1::{FileAction, FileRequest};
use tandem_shell::file::{self, FileSink, WriteMode};

use super::{Desk, failure};
use crate::dispatch::event::FileFailure;
use crate::shell_service::screen::FILE_BATCH_BYTES;

/// A file that is being written.
pub(in crate::shell_service) struct CallerSink {
    desk: Desk,
    /// What all its pieces begin with.
    request: FileRequest,
    /// Whether there is something to end.
    is_open: bool,
}

impl CallerSink {
    /// Begins a file; whether it can be written is known then.
    pub(in crate::shell_service) fn create(
        desk: &Desk,
        path: &str,
        mode: WriteMode,
    ) -> Result<Self, FileFailure> {
        let action = match mode {
            WriteMode::Replace => FileAction::Write,
            WriteMode::Create => FileAction::Create,
            WriteMode::Append => FileAction::Append,
        };
        let mut sink = Self {
            desk: desk.clone(),
            request: desk.request(path, action)?,
            is_open: false,
        };
        let id = sink.request.request_id;
        desk.ask(FileRequest {
            last: !desk.is_paced,
            ..sink.request.clone()
        })?;
        desk.part(id)?;
        if desk.is_paced {
            sink.is_open = true;
        } else {
            // Such a caller answers the end of a file only: what follows goes behind the beginning.
            desk.close(id);
            sink.request = desk.request(path, FileAction::Append)?;
        }
        Ok(sink)
    }

    /// Writes the next bytes.
    pub(super) fn put(&mut self, data: &[u8]) -> Result<(), FileFailure> {
        if let Some(answer) = self.desk.waiting_part(self.request.request_id) {
            self.is_open = false;
            failure(&answer).map_or(Ok(()), Err)?;
        }
        self.is_open = true;
        let voice = &self.desk.voice;
        for piece in data.chunks(FILE_BATCH_BYTES) {
            let is_due = {
                let mut screen = voice.screen.borrow_mut();
                screen.hold_piece(&self.request, piece, false);
                screen.is_due()
            };
            if is_due {
                voice.flush();
            }
        }
        Ok(())
    }

    /// Ends the file, and waits until all of it has been written.
    pub(super) fn end(&mut self) -> Result<(), FileFailure> {
        if !self.hold_end() {
            return Ok(());
        }
        self.desk.voice.flush();
        while !self.desk.part(self.request.request_id)?.last {}
        Ok(())
    }

    /// Holds the end of the file back; false if there is none.
    fn hold_end(&mut self) -> bool {
        if !std::mem::take(&mut self.is_open) {
            return false;
        }
        let mut screen = self.desk.voice.screen.borrow_mut();
        screen.hold_piece(&self.request, &[], true);
        true
    }
}

impl FileSink for CallerSink {
    fn write(&mut self, piece: &[u8]) -> Result<(), file::FileFailure> {
        self.put(piece).map_err(FileFailure::to_shell)
    }

    fn finish(&mut self) -> Result<(), file::FileFailure> {
        self.end().map_err(FileFailure::to_shell)
    }
}

impl Drop for CallerSink {
    fn drop(&mut self) {
        self.hold_end();
        self.desk.close(self.request.request_id);
    }
}
