//! What the caller named: only such files are within a server's reach.

/// Text of a session that is kept to know what was named; the oldest is forgotten first.
const NAMED_BYTES_MAX: usize = 1 << 20;

/// Text that the caller gave.
#[derive(Debug, Default)]
pub(super) struct Named(String);

impl Named {
    /// Notes text that the caller gave: a line, a script, the words of a command.
    pub(super) fn note(&mut self, text: &str) {
        let named = &mut self.0;
        named.push_str(text);
        named.push('\n');
        if named.len() > NAMED_BYTES_MAX {
            let excess = named.len() - NAMED_BYTES_MAX;
            let cut = (excess..named.len()).find(|index| named.is_char_boundary(*index));
            named.drain(..cut.unwrap_or(0));
        }
    }

    /// Whether the caller named the path as a word of its own.
    pub(super) fn has(&self, path: &str) -> bool {
        names(&self.0, path)
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

#[cfg(test)]
mod tests {
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

    #[test]
    fn old_text_of_a_session_is_forgotten() {
        let mut named = Named::default();
        named.note("Get-Content old.txt");
        named.note(&"ü".repeat(NAMED_BYTES_MAX / 2));
        assert!(named.0.len() <= NAMED_BYTES_MAX);
        assert!(!named.has("old.txt"));
    }
}
