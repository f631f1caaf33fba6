//! Files on the caller's machine, read and written through the stream in pieces.

use bytes::{Bytes, BytesMut};
use tandem::shell::v1::invoke_response::Message;
use tandem::shell::v1::{FileAction, FileRequest};

use tandem_shell::host;

use super::host::WorkerHost;
use crate::dispatch::event::FileFailure;

/// Longest piece of a file in one message, in bytes.
const PIECE: usize = 256 * 1024;

/// Longest file that a cmdlet reads, in bytes.
const MAX_FILE: usize = 64 * 1024 * 1024;

impl WorkerHost {
    /// Reads a file of the caller's.
    pub(super) fn read_caller_file(&self, path: &str) -> Result<Bytes, FileFailure> {
        let request_id = self.next_id();
        let request = FileRequest {
            request_id,
            path: path.to_owned(),
            action: FileAction::Read.into(),
            data: Vec::new(),
            last: true,
        };
        self.say(Message::File(request)).map_err(|()| gone())?;
        let mut bytes = BytesMut::new();
        loop {
            let part = self.incoming.file().ok_or_else(gone)?;
            if part.request_id != request_id {
                continue;
            }
            failure(&part.error, &part.error_kind)?;
            if bytes.len() + part.data.len() > MAX_FILE {
                let message = format!("\"{path}\" is larger than {MAX_FILE} bytes.");
                return Err(FileFailure {
                    kind: "too_large".to_owned(),
                    message,
                });
            }
            bytes.extend_from_slice(&part.data);
            if part.last {
                return Ok(bytes.freeze());
            }
        }
    }

    /// Writes a file of the caller's as `action` says.
    pub(super) fn write_caller_file(
        &self,
        path: &str,
        data: &Bytes,
        action: FileAction,
    ) -> Result<(), FileFailure> {
        let request_id = self.next_id();
        let mut left = data.clone();
        loop {
            let piece = left.split_to(left.len().min(PIECE));
            let last = left.is_empty();
            let request = FileRequest {
                request_id,
                path: path.to_owned(),
                action: action.into(),
                data: piece.to_vec(),
                last,
            };
            self.say(Message::File(request)).map_err(|()| gone())?;
            if last {
                break;
            }
        }
        loop {
            let answer = self.incoming.file().ok_or_else(gone)?;
            if answer.request_id == request_id {
                return failure(&answer.error, &answer.error_kind);
            }
        }
    }
}

/// The failure as the engine knows it.
pub(super) fn to_shell(failure: FileFailure) -> host::FileFailure {
    match failure.kind.as_str() {
        "not_found" => host::FileFailure::NotFound,
        "access_denied" => host::FileFailure::Denied,
        "is_directory" => host::FileFailure::Directory,
        _ => host::FileFailure::Other(failure.message),
    }
}

fn failure(error: &str, kind: &str) -> Result<(), FileFailure> {
    if error.is_empty() && kind.is_empty() {
        return Ok(());
    }
    Err(FileFailure {
        kind: kind.to_owned(),
        message: error.to_owned(),
    })
}

fn gone() -> FileFailure {
    FileFailure {
        kind: "unavailable".to_owned(),
        message: "The caller has gone or stopped the pipeline.".to_owned(),
    }
}
