//! A transfer under way: hashed as it comes, renamed when it is whole and right.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::FutureExt;

use super::{Lease, Place, blocking, final_path, partial_path};
use crate::store::{Answer, ContentHash, ContentUpload, Error, Result, StoredContent};

/// A transfer under way.
pub(super) struct Upload {
    place: Place,
    /// `None` while a piece is being written, and after one could not be.
    open: Option<Open>,
    path: PathBuf,
    /// The name that is promised.
    expected: Option<ContentHash>,
    /// The length that is promised, or the most that may come.
    length: Length,
    received: u64,
    /// Keeps what has come when it is dropped: it can be continued, because its name is known.
    resumable: bool,
    _lease: Option<Lease>,
}

struct Open {
    file: File,
    hasher: blake3::Hasher,
}

#[derive(Clone, Copy)]
enum Length {
    Exactly(u64),
    AtMost(u64),
}

impl Upload {
    pub(super) fn resumed(
        place: Place,
        file: File,
        hasher: blake3::Hasher,
        hash: ContentHash,
        length: u64,
        received: u64,
        lease: Lease,
    ) -> Result<Self> {
        if received > length {
            return Err(Error::UploadLength {
                hash,
                received,
                length,
            });
        }
        Ok(Self {
            path: partial_path(&place.folder, hash),
            place,
            open: Some(Open { file, hasher }),
            expected: Some(hash),
            length: Length::Exactly(length),
            received,
            resumable: true,
            _lease: Some(lease),
        })
    }

    pub(super) fn received(
        place: Place,
        file: File,
        path: PathBuf,
        limit: u64,
        expected: Option<ContentHash>,
    ) -> Self {
        Self {
            place,
            open: Some(Open {
                file,
                hasher: blake3::Hasher::new(),
            }),
            path,
            expected,
            length: Length::AtMost(limit),
            received: 0,
            resumable: false,
            _lease: None,
        }
    }

    fn check_room(&self, received: u64) -> Result<()> {
        match (self.length, self.expected) {
            (Length::Exactly(length), Some(hash)) if received > length => {
                Err(Error::UploadLength {
                    hash,
                    received,
                    length,
                })
            }
            (Length::AtMost(limit), _) if received > limit => Err(Error::TooLarge {
                what: "a content",
                given: received,
                limit,
            }),
            _ => Ok(()),
        }
    }
}

impl ContentUpload for Upload {
    fn append(&mut self, piece: Bytes) -> Answer<'_, ()> {
        async move {
            let received = self.received + piece.len() as u64;
            self.check_room(received)?;
            let mut open = self.open.take().ok_or_else(broken)?;
            let open = blocking(move || {
                open.file.write_all(&piece).map_err(Error::from_io)?;
                open.hasher.update(&piece);
                Ok(open)
            })
            .await?;
            self.open = Some(open);
            self.received = received;
            Ok(())
        }
        .boxed()
    }

    fn finish(mut self: Box<Self>) -> Answer<'static, StoredContent> {
        async move {
            let open = self.open.take().ok_or_else(broken)?;
            if let (Length::Exactly(length), Some(hash)) = (self.length, self.expected)
                && self.received != length
            {
                return Err(Error::UploadLength {
                    hash,
                    received: self.received,
                    length,
                });
            }
            let hash = ContentHash::from(*open.hasher.finalize().as_bytes());
            if let Some(expected) = self.expected
                && expected != hash
            {
                self.resumable = false;
                return Err(Error::HashMismatch {
                    expected,
                    found: hash,
                });
            }
            let stored = StoredContent {
                hash,
                length: self.received,
            };
            let _removal = self.place.removal.read().await;
            let (from, folder) = (self.path.clone(), self.place.folder.clone());
            blocking(move || name(&open.file, &from, &final_path(&folder, hash))).await?;
            Ok(stored)
        }
        .boxed()
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if !self.resumable {
            // Already renamed when it was finished; what cannot be removed now is collected as garbage later.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn broken() -> Error {
    Error::Invalid("the transfer has failed before; begin it again".to_owned())
}

/// Makes the bytes durable, gives them their name, and makes the name durable.
fn name(file: &File, from: &Path, to: &Path) -> Result<()> {
    file.sync_all().map_err(Error::from_io)?;
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder).map_err(Error::from_io)?;
    fs::rename(from, to).map_err(Error::from_io)?;
    for folder in folder.ancestors().take(3) {
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(Error::from_io)?;
    }
    Ok(())
}
