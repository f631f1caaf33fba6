//! [`Contents`] in a folder: `ab/cd/<hash>` for what is stored, `partial/` for what is on its way.
//!
//! A file gets its name only when its bytes and its folder entry are durable and its hash is right, so a name is a
//! promise. What nobody names any more is removed after it has been idle for a while; asking for a content or storing it
//! again makes it busy, under the lock that removal takes, so that nothing is removed between the question and the
//! document that follows it. What turns out to be damaged is kept in `damaged/`.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use tokio::sync::RwLock;
use uuid::Uuid;

use self::upload::Upload;
use super::{
    Answer, CONTENT_CHUNK_BYTES, ContentHash, ContentRead, ContentUpload, Contents, Error, Missing,
    Result,
};

mod upload;

/// The folder of transfers under way.
const PARTIAL_FOLDER: &str = "partial";

/// The folder of what was found to be damaged. Nothing removes it: it may be all that is left of a file.
const DAMAGED_FOLDER: &str = "damaged";

/// Who knows whether a content is named.
pub(crate) trait ContentReferences: Send + Sync {
    /// Whether a document or a salvaged write names it.
    fn is_named(&self, hash: ContentHash) -> Answer<'_, bool>;
}

/// Content files of a node.
pub(crate) struct ContentFiles {
    folder: Arc<PathBuf>,
    references: Arc<dyn ContentReferences>,
    /// Contents whose transfer is under way: one at a time each.
    busy: Busy,
    /// Shared by those who make a content busy, held alone while one is removed.
    removal: Arc<RwLock<()>>,
}

impl ContentFiles {
    /// Opens the folder, making it when it does not exist.
    pub(crate) fn new(folder: PathBuf, references: Arc<dyn ContentReferences>) -> Result<Self> {
        fs::create_dir_all(folder.join(PARTIAL_FOLDER)).map_err(Error::from_io)?;
        Ok(Self {
            folder: Arc::new(folder),
            references,
            busy: Busy::default(),
            removal: Arc::new(RwLock::new(())),
        })
    }
}

impl Contents for ContentFiles {
    fn missing(&self, hashes: Vec<ContentHash>) -> Answer<'_, Vec<Missing>> {
        async move {
            let folder = self.folder.clone();
            let _removal = self.removal.read().await;
            blocking(move || {
                let mut missing = Vec::new();
                for hash in hashes {
                    if !touch(&final_path(&folder, hash))? {
                        let received = length(&partial_path(&folder, hash))?.unwrap_or(0);
                        missing.push(Missing { hash, received });
                    }
                }
                Ok(missing)
            })
            .await
        }
        .boxed()
    }

    fn resume(
        &self,
        hash: ContentHash,
        length: u64,
        offset: u64,
    ) -> Answer<'_, Box<dyn ContentUpload>> {
        async move {
            let lease = self.busy.take(hash)?;
            let path = partial_path(&self.folder, hash);
            let (file, hasher) = blocking(move || open_partial(&path, hash, offset)).await?;
            let upload = Upload::resumed(self.place(), file, hasher, hash, length, offset, lease)?;
            Ok(Box::new(upload) as Box<dyn ContentUpload>)
        }
        .boxed()
    }

    fn receive(
        &self,
        limit: u64,
        expected: Option<ContentHash>,
    ) -> Answer<'_, Box<dyn ContentUpload>> {
        async move {
            let path = self
                .folder
                .join(PARTIAL_FOLDER)
                .join(format!("upload-{}", Uuid::new_v4()));
            let made = path.clone();
            let file = blocking(move || File::create_new(&made).map_err(Error::from_io)).await?;
            let upload = Upload::received(self.place(), file, path, limit, expected);
            Ok(Box::new(upload) as Box<dyn ContentUpload>)
        }
        .boxed()
    }

    fn read(&self, hash: ContentHash, offset: u64) -> Answer<'_, ContentRead> {
        async move {
            let path = final_path(&self.folder, hash);
            let (file, length) = blocking(move || open_content(&path, hash, offset)).await?;
            let pieces = stream::unfold(Some(file), |file| async move {
                let mut file = file?;
                let piece = blocking(move || {
                    let mut piece = Vec::with_capacity(CONTENT_CHUNK_BYTES);
                    (&mut file)
                        .take(CONTENT_CHUNK_BYTES as u64)
                        .read_to_end(&mut piece)
                        .map_err(Error::from_io)?;
                    Ok((file, Bytes::from(piece)))
                })
                .await;
                match piece {
                    Ok((_, piece)) if piece.is_empty() => None,
                    Ok((file, piece)) => Some((Ok(piece), Some(file))),
                    Err(error) => Some((Err(error), None)),
                }
            });
            Ok(ContentRead {
                length,
                pieces: pieces.boxed(),
            })
        }
        .boxed()
    }

    fn set_aside(&self, hash: ContentHash) -> Answer<'_, ()> {
        async move {
            let folder = self.folder.clone();
            let _removal = self.removal.write().await;
            blocking(move || {
                let (from, to) = (final_path(&folder, hash), damaged_path(&folder, hash));
                fs::create_dir_all(folder.join(DAMAGED_FOLDER)).map_err(Error::from_io)?;
                match fs::rename(&from, &to) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        Err(Error::from_io(error))
                    }
                    Ok(()) | Err(_) => Ok(()),
                }
            })
            .await
        }
        .boxed()
    }

    fn collect_garbage(&self, idle: Duration) -> Answer<'_, u64> {
        async move {
            let before = SystemTime::now()
                .checked_sub(idle)
                .unwrap_or(SystemTime::UNIX_EPOCH);
            let folder = self.folder.clone();
            let stale = blocking(move || stale_files(&folder, before)).await?;
            let mut removed = 0;
            for file in stale {
                removed += u64::from(self.remove_if_unnamed(file, before).await?);
            }
            Ok(removed)
        }
        .boxed()
    }
}

impl ContentFiles {
    fn place(&self) -> Place {
        Place {
            folder: self.folder.clone(),
            removal: self.removal.clone(),
        }
    }

    /// Removes one idle file, unless it has become busy or is named.
    async fn remove_if_unnamed(&self, file: Stale, before: SystemTime) -> Result<bool> {
        let _removal = self.removal.write().await;
        match file.hash {
            Some(hash) if !file.partial && self.references.is_named(hash).await? => {
                return Ok(false);
            }
            Some(hash) if file.partial && self.busy.contains(hash) => return Ok(false),
            Some(_) | None => {}
        }
        blocking(move || {
            let still_idle = fs::metadata(&file.path)
                .and_then(|metadata| metadata.modified())
                .is_ok_and(|modified| modified < before);
            if still_idle {
                fs::remove_file(&file.path).map_err(Error::from_io)?;
            }
            Ok(still_idle)
        })
        .await
    }
}

/// Where an upload ends up.
#[derive(Clone)]
struct Place {
    folder: Arc<PathBuf>,
    removal: Arc<RwLock<()>>,
}

/// Contents whose transfer is under way.
#[derive(Clone, Default)]
struct Busy(Arc<Mutex<HashSet<ContentHash>>>);

impl Busy {
    fn take(&self, hash: ContentHash) -> Result<Lease> {
        let free = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(hash);
        if free {
            Ok(Lease {
                busy: self.clone(),
                hash,
            })
        } else {
            Err(Error::UploadBusy { hash })
        }
    }

    fn contains(&self, hash: ContentHash) -> bool {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&hash)
    }
}

/// The right to transfer one content; given back when dropped.
struct Lease {
    busy: Busy,
    hash: ContentHash,
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.busy
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.hash);
    }
}

/// An idle file.
struct Stale {
    path: PathBuf,
    partial: bool,
    hash: Option<ContentHash>,
}

/// Runs file system calls where they may block.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Backend(Box::new(error)))?
}

fn final_path(folder: &Path, hash: ContentHash) -> PathBuf {
    let name = hash.to_string();
    let (first, rest) = name.split_at(2);
    let (second, _) = rest.split_at(2);
    folder.join(first).join(second).join(&name)
}

fn partial_path(folder: &Path, hash: ContentHash) -> PathBuf {
    folder.join(PARTIAL_FOLDER).join(hash.to_string())
}

fn damaged_path(folder: &Path, hash: ContentHash) -> PathBuf {
    folder.join(DAMAGED_FOLDER).join(hash.to_string())
}

/// The length of a file; `None` when it does not exist.
fn length(path: &Path) -> Result<Option<u64>> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(Some(metadata.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::from_io(error)),
    }
}

/// Makes a content busy now; false when it is not stored.
fn touch(path: &Path) -> Result<bool> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(Error::from_io(error)),
    };
    file.set_modified(SystemTime::now())
        .map_err(Error::from_io)?;
    Ok(true)
}

/// Opens what is held of a content and hashes it. `offset` 0 begins again.
fn open_partial(path: &Path, hash: ContentHash, offset: u64) -> Result<(File, blake3::Hasher)> {
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(offset == 0)
        .open(path)
        .map_err(Error::from_io)?;
    let held = file.metadata().map_err(Error::from_io)?.len();
    if held != offset {
        return Err(Error::UploadOffset {
            hash,
            held,
            given: offset,
        });
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(&mut file).map_err(Error::from_io)?;
    Ok((file, hasher))
}

fn open_content(path: &Path, hash: ContentHash, offset: u64) -> Result<(File, u64)> {
    let mut file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::NotFound {
            what: format!("content {hash}"),
        },
        _ => Error::from_io(error),
    })?;
    let length = file.metadata().map_err(Error::from_io)?.len();
    file.seek(SeekFrom::Start(offset)).map_err(Error::from_io)?;
    Ok((file, length))
}

/// Files that nobody has asked for since `before`.
fn stale_files(folder: &Path, before: SystemTime) -> Result<Vec<Stale>> {
    let mut stale = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(current) = folders.pop() {
        for entry in fs::read_dir(&current).map_err(Error::from_io)? {
            let entry = entry.map_err(Error::from_io)?;
            let metadata = match entry.metadata() {
                Ok(metadata) => metadata,
                // A transfer has ended meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(Error::from_io(error)),
            };
            if metadata.is_dir() {
                if entry.file_name() != DAMAGED_FOLDER {
                    folders.push(entry.path());
                }
            } else if metadata.modified().is_ok_and(|modified| modified < before) {
                stale.push(Stale {
                    partial: current.ends_with(PARTIAL_FOLDER),
                    hash: entry
                        .file_name()
                        .to_str()
                        .and_then(|name| name.parse().ok()),
                    path: entry.path(),
                });
            }
        }
    }
    Ok(stale)
}
