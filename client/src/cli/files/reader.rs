//! Files that a pipeline reads: each on a task of its own, which goes no further ahead than the pipeline lets it.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tandem::shell::v1::{FileAnswer, FileRequest};
use tandem_client::Requests;

use super::{blocking, refusal};

/// Bytes of one answer.
const PIECE_BYTES: usize = 128 << 10;

/// The files that are being read, by request.
#[derive(Clone, Debug, Default)]
pub(super) struct Readers(Arc<Mutex<HashMap<u32, PathBuf>>>);

impl Readers {
    /// Begins to send a file.
    pub(super) fn start(&self, path: PathBuf, request: FileRequest, requests: Requests) {
        let readers = self.clone();
        tokio::spawn(async move {
            let id = request.request_id;
            let sent = readers.send(path, id, &requests).await;
            readers.all().remove(&id);
            if let Err(error) = sent {
                requests.file(refusal(&request, &error)).await;
            }
        });
    }

    /// Whether a pipeline still reads that file.
    pub(super) fn reads(&self, path: &Path, requests: &Requests) -> bool {
        let Ok(path) = fs::canonicalize(path) else {
            return false;
        };
        let all = self.all();
        all.iter()
            .any(|(id, read)| *read == path && requests.is_file_wanted(*id))
    }

    async fn send(&self, path: PathBuf, id: u32, requests: &Requests) -> io::Result<()> {
        let (mut file, path, is_regular) = blocking(move || open(&path)).await?;
        self.all().insert(id, path);
        loop {
            let (back, data) = blocking(move || piece(file, is_regular)).await?;
            file = back;
            let last = if is_regular {
                data.len() < PIECE_BYTES
            } else {
                data.is_empty()
            };
            if last {
                // From here on it may be written: the pipeline has all of it.
                self.all().remove(&id);
            }
            let answer = FileAnswer {
                request_id: id,
                data,
                last,
                ..FileAnswer::default()
            };
            if !requests.file(answer).await || last {
                return Ok(());
            }
        }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<u32, PathBuf>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The file, which one it is, and whether it is one of a disk, whose pieces can be filled.
fn open(path: &Path) -> io::Result<(File, PathBuf, bool)> {
    if fs::metadata(path)?.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    let file = File::open(path)?;
    let is_regular = file.metadata()?.is_file();
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    Ok((file, path, is_regular))
}

/// The next piece; empty at the end.
fn piece(mut file: File, is_regular: bool) -> io::Result<(File, Vec<u8>)> {
    let mut data = vec![0; PIECE_BYTES];
    let mut filled = 0;
    while filled < data.len() {
        match file.read(&mut data[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
        if !is_regular {
            break;
        }
    }
    data.truncate(filled);
    Ok((file, data))
}
