//! The caller's files, read and written for a pipeline on the server. Only files that the caller named in the command: a server
//! that asks for another one is refused.

mod named;
mod reader;

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tandem::shell::v1::{FileAction, FileAnswer, FileRequest};
use tandem_client::Requests;

use named::Named;
use reader::Readers;

/// Files that may be written at once.
const OPEN_FILES_MAX: usize = 16;

/// Answers file requests.
#[derive(Debug, Default)]
pub(crate) struct Files {
    named: Named,
    readers: Readers,
    open: HashMap<u32, File>,
    /// Files that could not be written: what else comes for them is passed over.
    failed: HashSet<u32>,
}

impl Files {
    /// Notes text that the caller gave: a line, a script, the words of a command.
    pub(crate) fn note(&mut self, text: &str) {
        self.named.note(text);
    }

    /// Forgets files that a pipeline left open.
    pub(crate) fn close(&mut self) {
        self.open.clear();
        self.failed.clear();
    }

    /// Does what is asked for and answers; a file to read is sent meanwhile.
    pub(crate) async fn serve(&mut self, request: FileRequest, requests: &Requests) {
        let answer = FileAnswer {
            request_id: request.request_id,
            last: true,
            ..FileAnswer::default()
        };
        let done = match request.action() {
            FileAction::Read => self.allowed(&request.path).map(|path| {
                self.readers.start(path, request.clone(), requests.clone());
                None
            }),
            FileAction::Examine => self.examine(&request.path).await.map(|()| Some(answer)),
            FileAction::Unspecified => Err(ErrorKind::Unsupported.into()),
            action => self
                .write(&request, action, requests)
                .await
                .map(|done| done.map(|last| FileAnswer { last, ..answer })),
        };
        let answer = match done {
            Ok(None) => return,
            Ok(Some(answer)) => answer,
            Err(error) => {
                self.open.remove(&request.request_id);
                self.failed.insert(request.request_id);
                refusal(&request, &error)
            }
        };
        requests.file(answer).await;
    }

    async fn examine(&self, path: &str) -> io::Result<()> {
        let path = self.allowed(path)?;
        match blocking(move || fs::metadata(path)).await?.is_dir() {
            true => Err(ErrorKind::IsADirectory.into()),
            false => Ok(()),
        }
    }

    /// Takes one piece; whether to answer, and whether it was the last.
    async fn write(
        &mut self,
        request: &FileRequest,
        action: FileAction,
        requests: &Requests,
    ) -> io::Result<Option<bool>> {
        let id = request.request_id;
        if self.failed.contains(&id) {
            return Ok(None);
        }
        let open = self.open.remove(&id);
        let is_first = open.is_none();
        let mut file = match open {
            Some(file) => file,
            None if self.open.len() == OPEN_FILES_MAX => {
                return Err(io::Error::other("too many files are open"));
            }
            None => {
                let path = self.allowed(&request.path)?;
                if self.readers.reads(&path, requests) {
                    return Err(ErrorKind::ResourceBusy.into());
                }
                blocking(move || create(&path, action)).await?
            }
        };
        if !request.data.is_empty() {
            let data = request.data.clone();
            file = blocking(move || file.write_all(&data).map(|()| file)).await?;
        }
        if !request.last {
            self.open.insert(id, file);
        }
        Ok((request.last || is_first && request.paced).then_some(request.last))
    }

    /// The path on this machine, when the caller named it as a word of its own.
    fn allowed(&self, path: &str) -> io::Result<PathBuf> {
        if !self.named.has(path) {
            return Err(io::Error::other(format!(
                "No line of this session names the file \"{path}\", so it is out of the server's reach. Write the path out in the command."
            )));
        }
        Ok(local(path))
    }
}

/// The path on this machine.
pub(super) fn local(path: &str) -> PathBuf {
    if let Some(rest) = path.strip_prefix("~/")
        && let Some(home) = std::env::var_os("HOME")
    {
        return PathBuf::from(home).join(rest);
    }
    PathBuf::from(path)
}

fn create(path: &Path, action: FileAction) -> io::Result<File> {
    // Said of a folder in the same way whatever is asked of it and wherever it is.
    if fs::metadata(path).is_ok_and(|found| found.is_dir()) {
        return Err(ErrorKind::IsADirectory.into());
    }
    let mut options = OpenOptions::new();
    match action {
        FileAction::Create => options.write(true).create_new(true),
        FileAction::Append => options.append(true).create(true),
        _ => options.write(true).create(true).truncate(true),
    };
    options.open(path)
}

/// Runs what may wait for a disk or a device beside the pipeline's messages.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(io::Error::other(error)))
}

/// The answer that says what went wrong.
fn refusal(request: &FileRequest, error: &io::Error) -> FileAnswer {
    FileAnswer {
        request_id: request.request_id,
        last: true,
        error: said(&request.path, error),
        error_kind: kind(request, error).to_owned(),
        ..FileAnswer::default()
    }
}

/// What .NET says where it has no words of its own: the system's, and the path.
fn said(path: &str, error: &io::Error) -> String {
    let text = error.to_string();
    let Some(code) = error.raw_os_error() else {
        return text;
    };
    let words = text
        .strip_suffix(&format!(" (os error {code})"))
        .unwrap_or(&text);
    format!("{words} : '{path}'")
}

fn kind(request: &FileRequest, error: &io::Error) -> &'static str {
    match error.kind() {
        // A server that keeps no pace does not know the finer kinds.
        ErrorKind::NotFound | ErrorKind::NotADirectory
            if request.paced && !has_folder(&request.path) =>
        {
            "folder_not_found"
        }
        ErrorKind::NotFound => "not_found",
        ErrorKind::PermissionDenied => "access_denied",
        ErrorKind::AlreadyExists => "exists",
        ErrorKind::IsADirectory => "is_directory",
        ErrorKind::FileTooLarge => "too_large",
        ErrorKind::ResourceBusy if request.paced => "in_use",
        _ => "other",
    }
}

/// Whether the folder is there that the file is in, or would be.
fn has_folder(path: &str) -> bool {
    match local(path).parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.is_dir(),
        _ => true,
    }
}
