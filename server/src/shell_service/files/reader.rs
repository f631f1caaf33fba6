//! A file of the caller's that is being read.

use std::collections::VecDeque;

use tandem::shell::v1::invoke_response::Message;
use tandem::shell::v1::{FileAction, FileAnswer, FileRequest, FileTaken};
use tandem_shell::file::{self, FileSource};

use super::{Desk, MAX_FILE, too_large};
use crate::dispatch::event::FileFailure;
use crate::shell_service::pace::Pace;

/// A file that is being read.
pub(in crate::shell_service) struct CallerFile {
    desk: Desk,
    id: u32,
    /// What has come and has not been taken.
    ahead: VecDeque<FileAnswer>,
    pace: Pace,
    is_ended: bool,
}

impl CallerFile {
    /// Opens a file: of a caller that keeps pace its beginning is there then, of another one all of it.
    pub(in crate::shell_service) fn open(desk: &Desk, path: &str) -> Result<Self, FileFailure> {
        let request = desk.request(path, FileAction::Read)?;
        let mut file = Self {
            desk: desk.clone(),
            id: request.request_id,
            ahead: VecDeque::new(),
            pace: Pace::asked(),
            is_ended: false,
        };
        let request = FileRequest {
            last: true,
            ..request
        };
        desk.ask(request)?;
        let mut bytes = 0;
        loop {
            let part = file.part()?;
            let last = part.last;
            bytes += part.data.len();
            if !desk.is_paced && bytes > MAX_FILE {
                return Err(too_large(path));
            }
            file.ahead.push_back(part);
            if last || desk.is_paced {
                return Ok(file);
            }
        }
    }

    /// The next piece; `None` at the end.
    pub(super) fn piece(&mut self) -> Result<Option<Vec<u8>>, FileFailure> {
        loop {
            let part = match self.ahead.pop_front() {
                Some(part) => part,
                None if self.is_ended => return Ok(None),
                None => self.part()?,
            };
            let bytes = u32::try_from(part.data.len()).unwrap_or(u32::MAX);
            if self.pace.take(bytes) && !self.is_ended {
                self.tell(false);
                self.desk.voice.flush();
            }
            if !part.data.is_empty() {
                return Ok(Some(part.data));
            }
        }
    }

    /// The next part that the caller sends.
    fn part(&mut self) -> Result<FileAnswer, FileFailure> {
        let waiting = self.desk.waiting_part(self.id);
        let part = match waiting {
            Some(part) => super::failure(&part).map_or(Ok(part), Err),
            None => {
                // Nothing is left to be done until more comes: the caller sees all that was made of it so far.
                self.tell(false);
                self.desk.voice.flush();
                self.desk.part(self.id)
            }
        };
        self.is_ended = part.as_ref().map_or(true, |part| part.last);
        part
    }

    fn tell(&mut self, enough: bool) {
        let news = self.pace.news();
        if !self.desk.is_paced || news.is_none() && !enough {
            return;
        }
        let taken = FileTaken {
            request_id: self.id,
            messages: self.pace.taken(),
            enough,
        };
        let mut screen = self.desk.voice.screen.borrow_mut();
        screen.hold(Message::FileTaken(taken));
    }
}

impl FileSource for CallerFile {
    fn next(&mut self) -> Result<Option<Vec<u8>>, file::FileFailure> {
        self.piece().map_err(FileFailure::to_shell)
    }
}

impl Drop for CallerFile {
    fn drop(&mut self) {
        if !self.is_ended {
            self.tell(true);
        }
        self.desk.close(self.id);
    }
}
