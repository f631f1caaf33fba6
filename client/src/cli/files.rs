//! The caller's files, read and written for a pipeline on the server. Only files that the caller named in the command: a server
//! that asks for another one is refused.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::PathBuf;

use tandem::shell::v1::{FileAction, FileAnswer, FileRequest};
use tandem_client::Requests;

/// Bytes of one answer.
const PIECE_BYTES: usize = 256 << 10;
/// Text of a session that is kept to know what was named; the oldest is forgotten first.
const NAMED_BYTES_MAX: usize = 1 << 20;
/// Files that may be written at once.
const OPEN_FILES_MAX: usize = 16;

/// Answers file requests.
#[derive(Debug, Default)]
pub(crate) struct Files {
    named: String,
    open: HashMap<u32, File>,
    /// Files that could not be written: what else comes for them is passed over.
    failed: HashSet<u32>,
}

impl Files {
    /// Notes text that the caller gave: a line, a script, the words of a command.
    pub(crate) fn note(&mut self, text: &str) {
        self.named.push_str(text);
        self.named.push('\n');
        if self.named.len() > NAMED_BYTES_MAX {
            let excess = self.named.len() - NAMED_BYTES_MAX;
            let cut = (excess..self.named.len()).find(|index| self.named.is_char_boundary(*index));
            self.named.drain(..cut.unwrap_or(0));
        }
    }

    /// Forgets files that a pipeline left open.
    pub(crate) fn close(&mut self) {
        self.open.clear();
        self.failed.clear();
    }

    /// Does what is asked for and answers.
    pub(crate) async fn serve(&mut self, request: FileRequest, requests: &Requests) {
        let id = request.request_id;
        let done = match FileAction::try_from(request.action) {
            Ok(FileAction::Read) => self.read(&request, requests).await.map(|()| false),
            Ok(action) => self.write(&request, action),
            Err(_) => Err(io::Error::from(ErrorKind::Unsupported)),
        };
        let (error, error_kind) = match done {
            Ok(false) => return,
            Ok(true) => (String::new(), String::new()),
            Err(error) => {
                self.open.remove(&id);
                self.failed.insert(id);
                (error.to_string(), kind(&error).to_owned())
            }
        };
        requests
            .file(FileAnswer {
                request_id: id,
                data: Vec::new(),
                last: true,
                error,
                error_kind,
            })
            .await;
    }

    async fn read(&self, request: &FileRequest, requests: &Requests) -> io::Result<()> {
        let path = self.allowed(&request.path)?;
        if fs::metadata(&path)?.is_dir() {
            return Err(ErrorKind::IsADirectory.into());
        }
        let mut file = File::open(path)?;
        loop {
            let mut data = vec![0; PIECE_BYTES];
            let length = fill(&mut file, &mut data)?;
            data.truncate(length);
            let last = length < PIECE_BYTES;
            let answer = FileAnswer {
                request_id: request.request_id,
                data,
                last,
                ..FileAnswer::default()
            };
            if !requests.file(answer).await || last {
                return Ok(());
            }
        }
    }

    /// Takes one piece; whether it was the last.
    fn write(&mut self, request: &FileRequest, action: FileAction) -> io::Result<bool> {
        if self.failed.contains(&request.request_id) {
            return Ok(false);
        }
        if !self.open.contains_key(&request.request_id) {
            if self.open.len() == OPEN_FILES_MAX {
                return Err(io::Error::other("too many files are open"));
            }
            let file = self.create(&request.path, action)?;
            self.open.insert(request.request_id, file);
        }
        if let Some(file) = self.open.get_mut(&request.request_id) {
            file.write_all(&request.data)?;
        }
        if request.last {
            self.open.remove(&request.request_id);
        }
        Ok(request.last)
    }

    fn create(&self, path: &str, action: FileAction) -> io::Result<File> {
        let path = self.allowed(path)?;
        let mut options = OpenOptions::new();
        match action {
            FileAction::Write => options.write(true).create(true).truncate(true),
            FileAction::Create => options.write(true).create_new(true),
            FileAction::Append => options.append(true).create(true),
            FileAction::Read | FileAction::Unspecified => return Err(ErrorKind::Unsupported.into()),
        };
        options.open(path)
    }

    /// The path on this machine, when the caller named it as a word of its own.
    fn allowed(&self, path: &str) -> io::Result<PathBuf> {
        if !names(&self.named, path) {
            return Err(io::Error::other(format!(
                "No line of this session names the file \"{path}\", so it is out of the server's reach. Write the path out in the command."
            )));
        }
        if let Some(rest) = path.strip_prefix("~/")
            && let Some(home) = std::env::var_os("HOME")
        {
            return Ok(PathBuf::from(home).join(rest));
        }
        Ok(PathBuf::from(path))
    }
}

/// Whether the text has the path between two delimiters of PowerShell's language; quotes and backticks inside do not count.
fn names(text: &str, path: &str) -> bool {
    if path.trim().is_empty() {
        return false;
    }
    let bare = |text: &str| {
        text.chars()
            .map(|c| if is_quote(c) { '\u{0}' } else { c })
            .collect::<String>()
    };
    let wanted = bare(path).replace('\u{0}', "");
    // A quote at a path's edge is a delimiter, one inside it is doubled or escaped: try both readings.
    [bare(text), bare(text).replace('\u{0}', "")]
        .iter()
        .any(|text| {
            text.match_indices(&wanted).any(|(start, found)| {
                let before = text[..start].chars().next_back();
                let after = text[start + found.len()..].chars().next();
                before.is_none_or(is_delimiter) && after.is_none_or(is_delimiter)
            })
        })
}

fn is_quote(character: char) -> bool {
    matches!(character, '"' | '\'' | '`' | '\u{2018}'..='\u{201f}')
}

fn is_delimiter(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '\u{0}' | ',' | ';' | '|' | '(' | ')' | '{' | '}' | '=' | ':' | '>' | '<' | '@' | '&'
        )
}

fn fill(file: &mut File, data: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < data.len() {
        match file.read(&mut data[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn kind(error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::NotFound => "not_found",
        ErrorKind::PermissionDenied => "access_denied",
        ErrorKind::AlreadyExists => "exists",
        ErrorKind::IsADirectory => "is_directory",
        ErrorKind::FileTooLarge => "too_large",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_path_must_stand_in_the_command() {
        for (line, path) in [
            ("Get-CsUser | Export-Csv users.csv", "users.csv"),
            ("Export-Csv -Path:out/users.csv", "out/users.csv"),
            ("Export-Csv 'my users.csv'", "my users.csv"),
            ("Get-Content \"~/a b.txt\"", "~/a b.txt"),
            ("Get-Content 'it''s'", "it's"),
            ("Get-Content a` b.txt", "a b.txt"),
            ("Get-Content a.txt,b.txt", "b.txt"),
            ("1>out.txt", "out.txt"),
            (
                "Publish-CsTopology -FileName topology.toml",
                "topology.toml",
            ),
        ] {
            assert!(names(line, path), "{line}: {path}");
        }
    }

    #[test]
    fn a_part_of_a_path_or_another_path_is_refused() {
        for (line, path) in [
            ("Get-Content users.csv", "users"),
            ("Get-Content users.csv", "csv"),
            ("Get-Content users.csv", "/etc/passwd"),
            ("Get-Content /etc/passwd.bak", "/etc/passwd"),
            ("Get-Content /etc/passwd.bak", "/etc"),
            ("Get-CsPool", ""),
            ("Get-CsPool ", " "),
            ("Get-CsPool", "C"),
        ] {
            assert!(!names(line, path), "{line}: {path}");
        }
    }

    fn piece(id: u32, path: &str, data: &[u8], last: bool) -> FileRequest {
        FileRequest {
            request_id: id,
            path: path.to_owned(),
            action: 0,
            data: data.to_vec(),
            last,
        }
    }

    #[test]
    fn pieces_of_a_file_follow_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let path = path.to_str().unwrap();
        let mut files = Files::default();
        files.note(&format!("Set-Content {path}"));
        assert!(
            !files
                .write(&piece(1, path, b"one ", false), FileAction::Write)
                .unwrap()
        );
        assert!(
            files
                .write(&piece(1, path, b"two", true), FileAction::Write)
                .unwrap()
        );
        assert_eq!(fs::read(path).unwrap(), b"one two");
        assert!(
            files
                .write(&piece(2, path, b"!", true), FileAction::Append)
                .unwrap()
        );
        assert_eq!(fs::read(path).unwrap(), b"one two!");
        let refused = files
            .write(&piece(3, path, b"", true), FileAction::Create)
            .unwrap_err();
        assert_eq!(kind(&refused), "exists");
    }

    #[test]
    fn old_text_of_a_session_is_forgotten() {
        let mut files = Files::default();
        files.note("Get-Content old.txt");
        files.note(&"ü".repeat(NAMED_BYTES_MAX / 2));
        assert!(files.named.len() <= NAMED_BYTES_MAX);
        assert!(!names(&files.named, "old.txt"));
    }
}
