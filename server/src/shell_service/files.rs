//! Files on the caller's machine, read and written through the stream in pieces: as the pipeline wants them and makes them, so
//! that a file of any length goes through it.

mod reader;
mod writer;

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use bytes::Bytes;
use tandem::shell::v1::invoke_response::Message;
use tandem::shell::v1::{FileAction, FileAnswer, FileRequest};
use tandem_shell::file::{self, WriteMode};

pub(super) use self::reader::CallerFile;
pub(super) use self::writer::CallerSink;
use super::incoming::{FilePart, OPEN_FILES};
use super::voice::Voice;
use crate::dispatch::event::FileFailure;

/// Longest file that is read whole, in bytes.
const MAX_FILE: usize = file::MAX_WHOLE;

/// The way to the caller's files; all of a pipeline's are one.
#[derive(Clone)]
pub(super) struct Desk {
    voice: Voice,
    /// Whether the caller keeps pace; see `Start.paces_files`.
    is_paced: bool,
    ids: Rc<Cell<u32>>,
    /// What the caller said of files that are open.
    parts: Rc<RefCell<HashMap<u32, VecDeque<FilePart>>>>,
}

impl Desk {
    pub(super) fn new(voice: Voice, is_paced: bool) -> Self {
        Self {
            voice,
            is_paced,
            ids: Rc::default(),
            parts: Rc::default(),
        }
    }

    /// The id of the next request.
    pub(super) fn next_id(&self) -> u32 {
        self.ids.set(self.ids.get() + 1);
        self.ids.get()
    }

    /// A new request; what is said of it is kept until [`Desk::close`].
    fn request(&self, path: &str, action: FileAction) -> Result<FileRequest, FileFailure> {
        let mut parts = self.parts.borrow_mut();
        if parts.len() >= OPEN_FILES {
            return Err(FileFailure {
                kind: "other".to_owned(),
                message: format!("{OPEN_FILES} files are open, and no more can be at once."),
            });
        }
        let request_id = self.next_id();
        parts.insert(request_id, VecDeque::new());
        self.voice.incoming.want_file(request_id);
        Ok(FileRequest {
            request_id,
            path: path.to_owned(),
            action: action.into(),
            paced: self.is_paced,
            ..FileRequest::default()
        })
    }

    fn close(&self, id: u32) {
        self.parts.borrow_mut().remove(&id);
        self.voice.incoming.drop_file(id);
        // What waits of it must not hold up what else the caller says.
        while let Some(part) = self.voice.incoming.waiting_file() {
            self.keep(part);
        }
    }

    /// Sends what the caller must answer.
    fn ask(&self, request: FileRequest) -> Result<(), FileFailure> {
        let said = self.voice.say(Message::File(request));
        said.map_err(|()| self.gone())
    }

    fn keep(&self, part: FilePart) {
        if let Some(parts) = self.parts.borrow_mut().get_mut(&part.0.request_id) {
            parts.push_back(part);
        }
    }

    /// What the caller has said of a file already.
    fn waiting_part(&self, id: u32) -> Option<FileAnswer> {
        loop {
            let own = self.parts.borrow_mut().get_mut(&id)?.pop_front();
            if let Some((part, _room)) = own {
                return Some(part);
            }
            self.keep(self.voice.incoming.waiting_file()?);
        }
    }

    /// What the caller says next of a file, or its failure.
    fn part(&self, id: u32) -> Result<FileAnswer, FileFailure> {
        loop {
            if let Some(part) = self.waiting_part(id) {
                return failure(&part).map_or(Ok(part), Err);
            }
            let part = self.voice.incoming.file().ok_or_else(|| self.gone())?;
            self.keep(part);
        }
    }

    fn gone(&self) -> FileFailure {
        let (kind, message) = match self.voice.incoming.stop.is_cancelled() {
            true => ("stopped", "The pipeline was stopped."),
            false => ("unavailable", "The caller says nothing any more."),
        };
        FileFailure {
            kind: kind.to_owned(),
            message: message.to_owned(),
        }
    }

    /// Whether a file is there.
    pub(super) fn examine(&self, path: &str) -> Result<(), FileFailure> {
        if !self.is_paced {
            return CallerFile::open(self, path).map(drop);
        }
        let request = self.request(path, FileAction::Examine)?;
        let id = request.request_id;
        let answer = self.ask(request).and_then(|()| self.part(id));
        self.close(id);
        answer.map(drop)
    }

    /// Reads a whole file.
    pub(super) fn read(&self, path: &str) -> Result<Bytes, FileFailure> {
        let mut file = CallerFile::open(self, path)?;
        let mut whole = Vec::new();
        while let Some(piece) = file.piece()? {
            if whole.len() + piece.len() > MAX_FILE {
                return Err(too_large(path));
            }
            whole.extend_from_slice(&piece);
        }
        Ok(whole.into())
    }

    /// Writes a whole file.
    pub(super) fn write(&self, path: &str, data: &[u8]) -> Result<(), FileFailure> {
        let mut file = CallerSink::create(self, path, WriteMode::Replace)?;
        file.put(data)?;
        file.end()
    }
}

fn too_large(path: &str) -> FileFailure {
    FileFailure {
        kind: "too_large".to_owned(),
        message: format!("\"{path}\" is larger than {MAX_FILE} bytes."),
    }
}

/// What the caller says went wrong.
fn failure(answer: &FileAnswer) -> Option<FileFailure> {
    let is_failure = !answer.error.is_empty() || !answer.error_kind.is_empty();
    is_failure.then(|| FileFailure {
        kind: answer.error_kind.clone(),
        message: answer.error.clone(),
    })
}
