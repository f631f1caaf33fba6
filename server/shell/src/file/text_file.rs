//! A file of the caller's as text, taken from it as it is wanted.

use std::io::{self, BufRead, Read};

use super::{FileFailure, FileSource, MAX_WHOLE, too_long};
use crate::host::Host;
use crate::text::decoder::Decoder;
use crate::text::encoding::TextEncoding;

/// A text file that is being read.
pub struct TextFile {
    path: String,
    source: Option<Box<dyn FileSource>>,
    decoder: Decoder,
    /// What has been read, from `at` on not yet taken.
    text: String,
    at: usize,
}

impl TextFile {
    /// Opens a file: what it holds is text by its byte order mark, else in `encoding`.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn open(host: &dyn Host, path: &str, encoding: TextEncoding) -> Result<Self, FileFailure> {
        Ok(Self {
            path: path.to_owned(),
            source: Some(host.open_file(path)?),
            decoder: Decoder::new(encoding),
            text: String::new(),
            at: 0,
        })
    }

    /// Which file.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The next line, as `System.IO.StreamReader` reads it: `\r`, `\n` and `\r\n` end one.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn line(&mut self) -> Result<Option<&str>, FileFailure> {
        let mut searched = 0;
        loop {
            let rest = &self.text.as_bytes()[self.at + searched..];
            let found = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let Some(found) = found else {
                searched += rest.len();
                if self.refill("A line")? {
                    continue;
                }
                return Ok((searched > 0).then(|| self.take(searched, 0)));
            };
            let (first, second) = (rest[found], rest.get(found + 1).copied());
            let end = searched + found;
            // Whether a line feed follows is still to come.
            if (first, second) == (b'\r', None) && self.refill("A line")? {
                searched = end;
                continue;
            }
            let ends = match (first, second) {
                (b'\r', Some(b'\n')) => 2,
                _ => 1,
            };
            return Ok(Some(self.take(end, ends)));
        }
    }

    /// What stands before the next `delimiter`, which is not empty; nothing stands behind one at the end.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn part(&mut self, delimiter: &str) -> Result<Option<&str>, FileFailure> {
        let mut searched = 0;
        loop {
            let rest = &self.text[self.at + searched..];
            if let Some(found) = rest.find(delimiter) {
                return Ok(Some(self.take(searched + found, delimiter.len())));
            }
            // The beginning of a delimiter may stand at the end.
            let mut sure = rest.len().saturating_sub(delimiter.len() - 1);
            while !rest.is_char_boundary(sure) {
                sure -= 1;
            }
            let length = searched + rest.len();
            searched += sure;
            if !self.refill("A part between delimiters")? {
                return Ok((length > 0).then(|| self.take(length, 0)));
            }
        }
    }

    /// All that is left.
    ///
    /// # Errors
    /// Why it cannot be read; also when it is longer than [`MAX_WHOLE`].
    pub fn rest(mut self) -> Result<String, FileFailure> {
        while self.refill("The text")? {}
        self.text.drain(..self.at);
        Ok(self.text)
    }

    /// The encoding that the byte order mark of the file says, once something of it has been read.
    #[must_use]
    pub fn marked(&self) -> Option<TextEncoding> {
        self.decoder.marked()
    }

    fn take(&mut self, length: usize, ends: usize) -> &str {
        let begin = self.at;
        self.at += length + ends;
        &self.text[begin..begin + length]
    }

    /// Reads more behind what has not been taken, which is a part of `what`; false at the end of the file.
    fn refill(&mut self, what: &str) -> Result<bool, FileFailure> {
        let Some(source) = &mut self.source else {
            return Ok(false);
        };
        self.text.drain(..self.at);
        self.at = 0;
        if self.text.len() > MAX_WHOLE {
            return Err(too_long(&format!("{what} of the file '{}'", self.path)));
        }
        match source.next()? {
            Some(piece) => self.decoder.decode(&piece, &mut self.text),
            None => {
                self.source = None;
                self.decoder.finish(&mut self.text);
            }
        }
        Ok(self.source.is_some() || !self.text.is_empty())
    }
}

/// A text file for a reader that takes one object or record of it after another: as UTF-8 bytes, or as characters. Those end
/// where the file does, and where it cannot be read further.
pub struct TextParts {
    file: TextFile,
    /// What one of them is called, at the beginning of a sentence.
    what: &'static str,
    failure: Option<FileFailure>,
    /// Bytes since the last [`TextParts::begin`].
    taken: usize,
}

impl TextParts {
    /// The objects of `file`.
    #[must_use]
    pub fn objects(file: TextFile) -> Self {
        Self::new(file, "An object")
    }

    /// The records of `file`.
    #[must_use]
    pub fn records(file: TextFile) -> Self {
        Self::new(file, "A record")
    }

    fn new(file: TextFile, what: &'static str) -> Self {
        Self {
            file,
            what,
            failure: None,
            taken: 0,
        }
    }

    /// A new one begins.
    pub fn begin(&mut self) {
        self.taken = 0;
    }

    /// Why the file could not be read to its end.
    pub fn failure(&mut self) -> Option<FileFailure> {
        self.failure.take()
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &TextFile {
        &self.file
    }

    /// Whether the one that is read is no longer than one may be.
    fn fits(&mut self) -> bool {
        if self.taken > MAX_WHOLE {
            let what = format!("{} of the file '{}'", self.what, self.file.path);
            self.failure = Some(too_long(&what));
        }
        self.failure.is_none()
    }

    /// Reads more; false at the end of the file, and where it cannot be read further.
    fn more(&mut self) -> bool {
        if !self.fits() {
            return false;
        }
        match self.file.refill(self.what) {
            Ok(more) => more,
            Err(failure) => {
                self.failure = Some(failure);
                false
            }
        }
    }
}

impl Read for TextParts {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for TextParts {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.fits() {
            while self.file.at == self.file.text.len() && self.more() {}
        }
        if self.failure.is_some() {
            return Err(io::Error::other("the file cannot be read"));
        }
        Ok(&self.file.text.as_bytes()[self.file.at..])
    }

    fn consume(&mut self, amount: usize) {
        self.file.at += amount;
        self.taken += amount;
    }
}

impl Iterator for TextParts {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        loop {
            if let Some(next) = self.file.text[self.file.at..].chars().next() {
                self.consume(next.len_utf8());
                return Some(next);
            }
            if !self.more() {
                return None;
            }
        }
    }
}
