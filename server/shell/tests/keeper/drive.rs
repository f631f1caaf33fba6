//! The caller's files as tests have them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use tandem_shell::file::{FileFailure, FileSink, FileSource, WriteMode};

/// The files, by path.
pub(crate) type Files = Rc<RefCell<BTreeMap<String, Vec<u8>>>>;

/// What was written: path, text, and whether it came behind something.
pub(crate) type Written = Rc<RefCell<Vec<(String, String, bool)>>>;

/// Bytes of a piece: small, so that every text is cut somewhere.
const PIECE: usize = 7;

/// A file that is being read.
pub(crate) enum Source {
    /// What it holds.
    Bytes(Vec<u8>),
    /// What it begins with, and what follows without end.
    Endless(Option<&'static [u8]>, &'static [u8]),
    /// One that breaks off.
    Broken(Option<Vec<u8>>),
}

/// Opens a file. Below `/missing/` is no folder; `/folder` is one, `/endless` has no end and `/endless.xml` neither, `/broken` breaks off.
pub(crate) fn open(files: &Files, path: &str) -> Result<Box<dyn FileSource>, FileFailure> {
    let source = match path {
        "/folder" => return Err(FileFailure::Directory),
        "/endless" => Source::Endless(None, b"yes\nyes\n"),
        "/endless.xml" => Source::Endless(Some(b"<Objs>"), b"<S>yes</S>"),
        "/broken" => Source::Broken(Some(b"a,b\n1,2\n3,".to_vec())),
        _ if path.starts_with("/missing/") => return Err(FileFailure::FolderNotFound),
        _ => {
            let held = files.borrow().get(path).cloned();
            Source::Bytes(held.ok_or(FileFailure::NotFound)?)
        }
    };
    Ok(Box::new(source))
}

impl FileSource for Source {
    fn next(&mut self) -> Result<Option<Vec<u8>>, FileFailure> {
        match self {
            Self::Bytes(left) if left.is_empty() => Ok(None),
            Self::Bytes(left) => Ok(Some(left.drain(..left.len().min(PIECE)).collect())),
            Self::Endless(begin, _) if begin.is_some() => Ok(begin.take().map(<[u8]>::to_vec)),
            Self::Endless(_, on) => Ok(Some(on.repeat(1_000))),
            Self::Broken(piece) => match piece.take() {
                Some(piece) => Ok(Some(piece)),
                None => Err(FileFailure::Other("The disk is gone.".to_owned())),
            },
        }
    }
}

struct Sink {
    path: String,
    files: Files,
    written: Written,
    append: bool,
}

/// Begins a file. Below `/sealed/` nothing is written.
pub(crate) fn create(
    files: &Files,
    written: &Written,
    path: &str,
    mode: WriteMode,
) -> Result<Box<dyn FileSink>, FileFailure> {
    match path {
        "/folder" => return Err(FileFailure::Directory),
        "/used" => return Err(FileFailure::InUse),
        _ if path.starts_with("/sealed/") => return Err(FileFailure::Denied),
        _ if path.starts_with("/missing/") => return Err(FileFailure::FolderNotFound),
        _ if mode == WriteMode::Create && files.borrow().contains_key(path) => {
            return Err(FileFailure::Exists);
        }
        _ => {}
    }
    let mut all = files.borrow_mut();
    let file = all.entry(path.to_owned()).or_default();
    if mode == WriteMode::Replace {
        file.clear();
    }
    Ok(Box::new(Sink {
        path: path.to_owned(),
        files: Rc::clone(files),
        written: Rc::clone(written),
        append: mode == WriteMode::Append,
    }))
}

impl FileSink for Sink {
    fn write(&mut self, piece: &[u8]) -> Result<(), FileFailure> {
        let mut files = self.files.borrow_mut();
        let file = files.entry(self.path.clone()).or_default();
        file.extend_from_slice(piece);
        let text = String::from_utf8_lossy(piece).into_owned();
        let mut written = self.written.borrow_mut();
        written.push((self.path.clone(), text, self.append));
        self.append = true;
        Ok(())
    }

    fn finish(&mut self) -> Result<(), FileFailure> {
        match self.path.as_str() {
            "/full" => Err(FileFailure::Other("No space left on device".to_owned())),
            _ => Ok(()),
        }
    }
}
