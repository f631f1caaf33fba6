//! The history file, without lines that may hold secrets.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use reedline::{
    FileBackedHistory, History, HistoryItem, HistoryItemId, HistorySessionId, Result, SearchQuery,
};

/// Lines that are kept.
const LINES_MAX: usize = 5000;
/// What a line with a secret has in it; the words that PSReadLine goes by.
const SECRET_WORDS: [&str; 6] = [
    "password",
    "passphrase",
    "asplaintext",
    "token",
    "apikey",
    "secret",
];

/// The caller's history; `None` where there is no place for it.
pub(super) fn open() -> Option<Box<dyn History>> {
    let path = path()?;
    keep_private(&path).ok()?;
    let history = FileBackedHistory::with_file(LINES_MAX, path).ok()?;
    Some(Box::new(Discreet { history }))
}

/// Makes the file before anything is in it, so that nobody else can read what will be.
fn keep_private(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// `tandem/history` in `XDG_STATE_HOME`, in `~/.local/state`, or on Windows in `LOCALAPPDATA`.
fn path() -> Option<PathBuf> {
    let folder = |name: &str| {
        env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let state = folder("XDG_STATE_HOME")
        .or_else(|| folder("LOCALAPPDATA").filter(|_| cfg!(windows)))
        .or_else(|| folder("HOME").map(|home| home.join(Path::new(".local/state"))))?;
    Some(state.join("tandem").join("history"))
}

fn may_hold_secret(line: &str) -> bool {
    let line = line.to_lowercase();
    SECRET_WORDS.iter().any(|word| line.contains(word))
}

/// A history that forgets lines with secrets before they are written anywhere.
struct Discreet {
    history: FileBackedHistory,
}

impl History for Discreet {
    fn save(&mut self, item: HistoryItem) -> Result<HistoryItem> {
        if may_hold_secret(&item.command_line) {
            return Ok(item);
        }
        self.history.save(item)
    }

    fn load(&self, id: HistoryItemId) -> Result<HistoryItem> {
        self.history.load(id)
    }

    fn count(&self, query: SearchQuery) -> Result<i64> {
        self.history.count(query)
    }

    fn search(&self, query: SearchQuery) -> Result<Vec<HistoryItem>> {
        self.history.search(query)
    }

    fn update(
        &mut self,
        id: HistoryItemId,
        updater: &dyn Fn(HistoryItem) -> HistoryItem,
    ) -> Result<()> {
        self.history.update(id, updater)
    }

    fn clear(&mut self) -> Result<()> {
        self.history.clear()
    }

    fn delete(&mut self, id: HistoryItemId) -> Result<()> {
        self.history.delete(id)
    }

    fn sync(&mut self) -> std::io::Result<()> {
        self.history.sync()
    }

    fn session(&self) -> Option<HistorySessionId> {
        self.history.session()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tandem/history");
        keep_private(&file).unwrap();
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
    }

    #[test]
    fn lines_with_secrets_never_reach_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("history");
        let mut history = Discreet {
            history: FileBackedHistory::with_file(10, file.clone()).unwrap(),
        };
        for line in [
            "Get-CsPool",
            "$p = ConvertTo-SecureString x -AsPlainText",
            "Connect -Password x",
        ] {
            history.save(HistoryItem::from_command_line(line)).unwrap();
        }
        history.sync().unwrap();
        assert_eq!(std::fs::read_to_string(file).unwrap().trim(), "Get-CsPool");
    }
}
