//! A script file, read before anything is connected.

use std::fs;
use std::path::{Path, PathBuf};

use super::options::Mode;

/// A script file.
pub(crate) struct Script {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

impl Script {
    /// The script of that mode, if it is one's.
    ///
    /// # Errors
    /// Why it cannot be read, and what to do about it.
    pub(crate) fn of(mode: &Mode) -> Result<Option<Self>, String> {
        let Mode::File(path, _) = mode else {
            return Ok(None);
        };
        let bytes = fs::read(path).map_err(|error| {
            format!(
                "cannot read the script \"{}\": {error}\n  Check that the path is right.",
                path.display()
            )
        })?;
        Ok(Some(Self {
            path: path.clone(),
            text: decoded(&bytes).ok_or_else(|| unreadable(path))?,
        }))
    }
}

/// UTF-8, or UTF-16 with its mark, as editors of Windows write it.
fn decoded(bytes: &[u8]) -> Option<String> {
    let units = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        rest.is_empty()
            .then(|| String::from_utf16(&units).ok())
            .flatten()
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => units(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => units(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] | rest => String::from_utf8(rest.to_vec()).ok(),
    }
}

fn unreadable(path: &Path) -> String {
    format!(
        "the script \"{}\" is not UTF-8\n  Save it as UTF-8, or convert it: iconv -f WINDOWS-1252 -t UTF-8",
        path.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_read_in_the_encodings_that_editors_write() {
        for (bytes, text) in [
            (&b"\xEF\xBB\xBFa"[..], Some("a")),
            (b"a\xC3\xBC", Some("a\u{fc}")),
            (b"\xFF\xFEa\0\xFC\0", Some("a\u{fc}")),
            (b"\xFE\xFF\0a\0\xFC", Some("a\u{fc}")),
            (b"\xFF\xFEa", None),
            (b"a\xFC", None),
            (b"", Some("")),
        ] {
            assert_eq!(decoded(bytes).as_deref(), text, "{bytes:?}");
        }
    }
}
