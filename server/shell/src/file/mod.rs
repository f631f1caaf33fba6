//! The caller's files, as the engine sees them: read and written in pieces, so that a file of any size goes through a
//! pipeline, and whole only where something wants all of it at once.

mod text_file;

pub use text_file::{TextFile, TextParts};

use crate::host::Host;

/// Longest file, line, field or other part of a file that is taken at once, in bytes.
pub const MAX_WHOLE: usize = 64 * 1024 * 1024;

/// A file that is being read. Dropping it ends the reading.
pub trait FileSource {
    /// The next piece; `None` at the end of the file. Blocks until there is one.
    ///
    /// # Errors
    /// Why there is none.
    fn next(&mut self) -> Result<Option<Vec<u8>>, FileFailure>;
}

/// A file that is being written. Dropping it ends the file, too, but leaves unsaid whether all of it was written.
pub trait FileSink {
    /// Writes the next piece. A failure may be that of an earlier one.
    ///
    /// # Errors
    /// Why it could not be written.
    fn write(&mut self, piece: &[u8]) -> Result<(), FileFailure>;

    /// Ends the file: all of it has been written then.
    ///
    /// # Errors
    /// Why something could not be written.
    fn finish(&mut self) -> Result<(), FileFailure>;
}

/// What becomes of what a file holds when it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteMode {
    /// It goes.
    Replace,
    /// There must be no such file.
    Create,
    /// It stays; what is written comes behind it.
    Append,
}

/// Why a file of the caller's could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFailure {
    /// There is no such file.
    NotFound,
    /// A folder on the way to it is missing.
    FolderNotFound,
    /// The caller may not.
    Denied,
    /// It is a folder.
    Directory,
    /// It is there already.
    Exists,
    /// It is being read, and must not be written meanwhile.
    InUse,
    /// The pipeline was stopped.
    Stopped,
    /// What the caller's system says.
    Other(String),
}

impl FileFailure {
    /// The exception that .NET throws for it, and what that says.
    #[must_use]
    pub fn exception(&self, path: &str) -> (&'static str, String) {
        match self {
            Self::NotFound => (
                "System.IO.FileNotFoundException",
                format!("Could not find file '{path}'."),
            ),
            Self::FolderNotFound => (
                "System.IO.DirectoryNotFoundException",
                format!("Could not find a part of the path '{path}'."),
            ),
            Self::Denied | Self::Directory => (
                "System.UnauthorizedAccessException",
                format!("Access to the path '{path}' is denied."),
            ),
            Self::Exists => (
                "System.IO.IOException",
                format!("The file '{path}' already exists."),
            ),
            Self::InUse => (
                "System.IO.IOException",
                format!(
                    "The process cannot access the file '{path}' because it is being used by another process."
                ),
            ),
            Self::Stopped => (
                "System.OperationCanceledException",
                "The operation was canceled.".to_owned(),
            ),
            Self::Other(message) => ("System.IO.IOException", message.clone()),
        }
    }
}

/// All of a file that is wanted whole.
///
/// # Errors
/// Why it cannot be read; also when it is longer than [`MAX_WHOLE`].
pub fn read_whole(host: &dyn Host, path: &str) -> Result<Vec<u8>, FileFailure> {
    let mut source = host.open_file(path)?;
    let mut whole = Vec::new();
    while let Some(piece) = source.next()? {
        if whole.len() + piece.len() > MAX_WHOLE {
            return Err(too_long(&format!("The file '{path}'")));
        }
        if whole.is_empty() {
            whole = piece;
        } else {
            whole.extend_from_slice(&piece);
        }
    }
    Ok(whole)
}

/// Says of `what` that it is longer than anything that is taken at once.
pub(crate) fn too_long(what: &str) -> FileFailure {
    FileFailure::Other(format!(
        "{what} is longer than {MAX_WHOLE} bytes, which is as much as can be taken at once. Read it in parts: Get-Content without -Raw gives line by line, -Delimiter part by part, -AsByteStream byte by byte."
    ))
}
