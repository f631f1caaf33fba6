//! This machine's files that the word before the caret could mean.

use std::fs;
use std::ops::Range;

use reedline::{Span, Suggestion};

use super::super::files::local;

/// Files that are offered at once.
const FILES_MAX: usize = 200;

/// The word before the caret.
struct Word<'a> {
    /// Where it stands, with its quotes.
    range: Range<usize>,
    /// What it says so far.
    text: &'a str,
    /// Its quote.
    quote: Option<char>,
}

/// The files that the last word of a line could mean; none where a command is due.
pub(super) fn files(before: &str) -> Vec<Suggestion> {
    let word = word(before);
    if before[..word.range.start].trim().is_empty() {
        return Vec::new();
    }
    let (folder, name) = match word.text.rfind('/') {
        Some(slash) => word.text.split_at(slash + 1),
        None => ("", word.text),
    };
    let Ok(entries) = fs::read_dir(local(if folder.is_empty() { "." } else { folder })) else {
        return Vec::new();
    };
    let mut paths: Vec<String> = entries
        .flatten()
        .filter_map(|entry| {
            // A link to a folder is one.
            let is_folder = fs::metadata(entry.path()).is_ok_and(|found| found.is_dir());
            let found = entry.file_name().into_string().ok()?;
            let is_hidden = found.starts_with('.') && !name.starts_with('.');
            (found.starts_with(name) && !is_hidden)
                .then(|| format!("{folder}{found}{}", if is_folder { "/" } else { "" }))
        })
        .collect();
    paths.sort();
    paths.truncate(FILES_MAX);
    let suggestion = |path: String| Suggestion {
        value: written(&path, word.quote),
        display_override: Some(path),
        span: Span::new(word.range.start, word.range.end),
        ..Suggestion::default()
    };
    paths.into_iter().map(suggestion).collect()
}

/// The word that ends at the caret, within quotes, behind them or without any.
fn word(before: &str) -> Word<'_> {
    let mut open = None;
    let mut closed = None;
    for (index, character) in before.char_indices() {
        match open {
            Some((start, quote)) if quote == character => {
                closed = Some((start, index, quote));
                open = None;
            }
            None if matches!(character, '\'' | '"') => open = Some((index, character)),
            _ => {}
        }
    }
    let end = before.len();
    let quoted = open
        .map(|(start, quote)| (start, end, quote))
        .or_else(|| closed.filter(|(_, last, _)| last + 1 == end));
    if let Some((start, last, quote)) = quoted {
        return Word {
            range: start..end,
            text: &before[start + 1..last],
            quote: Some(quote),
        };
    }
    let ends_word = |character: char| character.is_whitespace() || "=,(>:;|".contains(character);
    let start = before.rfind(ends_word).map_or(0, |index| index + 1);
    Word {
        range: start..end,
        text: &before[start..],
        quote: None,
    }
}

/// A path as PowerShell's language reads it back.
fn written(path: &str, quote: Option<char>) -> String {
    let is_plain =
        |character: char| character.is_alphanumeric() || "-_./:+%~\\".contains(character);
    match quote {
        Some('"') if !path.contains(['"', '$', '`']) => format!("\"{path}\""),
        None if path.chars().all(is_plain) => path.to_owned(),
        _ => format!("'{}'", path.replace('\'', "''")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn files_complete_words_but_never_the_command() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("a folder")).unwrap();
        for name in ["users one.csv", "users.csv", ".users", "a folder/it's.csv"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let path = folder.path().to_str().unwrap();
        let completed = |before: &str| -> Vec<String> {
            let before = before.replace("PATH", path);
            let whole = |found: Suggestion| before[..found.span.start].to_owned() + &found.value;
            let found = files(&before).into_iter().map(whole);
            found.map(|line| line.replace(path, "PATH")).collect()
        };
        let table: [(&str, &[&str]); 8] = [
            (
                "Import-Csv PATH/use",
                &[
                    "Import-Csv 'PATH/users one.csv'",
                    "Import-Csv PATH/users.csv",
                ],
            ),
            (
                "Import-Csv 'PATH/users o",
                &["Import-Csv 'PATH/users one.csv'"],
            ),
            (
                "Import-Csv \"PATH/users o",
                &["Import-Csv \"PATH/users one.csv\""],
            ),
            ("Import-Csv PATH/a", &["Import-Csv 'PATH/a folder/'"]),
            // Another Tab goes on behind the quote.
            (
                "Import-Csv 'PATH/a folder/'",
                &["Import-Csv 'PATH/a folder/it''s.csv'"],
            ),
            (
                "'x' | Export-Csv -Path:PATH/.",
                &["'x' | Export-Csv -Path:PATH/.users"],
            ),
            ("PATH/use", &[]),
            ("Import-Csv PATH/none/", &[]),
        ];
        for (before, wanted) in table {
            assert_eq!(completed(before), wanted, "{before}");
        }
    }
}
