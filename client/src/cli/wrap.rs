//! Lines broken between words, for what is read and not copied: questions and plans (`WrapToCurrentWindowWidth`).

/// The text in lines of fewer characters than the window is wide; what goes on stands under the last column of its line.
pub(crate) fn wrapped(text: &str, width: u16) -> String {
    // A line that fills the last cell would be broken by the terminal, too.
    let room = usize::from(width).saturating_sub(1).max(1);
    let mut lines = Vec::new();
    for line in text.split('\n') {
        break_line(line, room, &mut lines);
    }
    lines.join("\n")
}

fn break_line(line: &str, room: usize, lines: &mut Vec<String>) {
    let indent = match column(line) {
        column if column * 2 < room => " ".repeat(column),
        _ => String::new(),
    };
    let mut rest = line.to_owned();
    while let Some((end, _)) = rest.char_indices().nth(room) {
        // A blank right behind the room ends the line, too.
        let mut breaks = rest[..end]
            .char_indices()
            .chain([(end, rest[end..].chars().next().unwrap_or_default())]);
        let blank = breaks.rfind(|(index, character)| *character == ' ' && *index > indent.len());
        let cut = blank.map_or(end, |(index, _)| index);
        let next = rest[cut..].trim_start();
        let next = if next.is_empty() {
            None
        } else {
            Some(format!("{indent}{next}"))
        };
        lines.push(rest[..cut].trim_end().to_owned());
        match next {
            Some(next) => rest = next,
            None => return,
        }
    }
    lines.push(rest);
}

/// Where the last column of a line begins, in characters: behind its last run of blanks.
fn column(line: &str) -> usize {
    let text = line.trim_end();
    let Some(run) = text.rfind("  ") else {
        return text.len() - text.trim_start().len();
    };
    text[..run + 2].chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_go_on_under_their_column() {
        for (text, width, lines) in [
            ("a b", 10, "a b"),
            ("", 10, ""),
            ("one two three", 8, "one two\nthree"),
            ("one two\n\nthree", 9, "one two\n\nthree"),
            (
                "  1. Prepare  Record it now, and go on.",
                33,
                "  1. Prepare  Record it now, and\n              go on.",
            ),
            // Too narrow for a column.
            ("  1. Prepare  Record it", 20, "  1. Prepare\nRecord it"),
            // A word that is longer than a line is broken.
            ("abcdefghij k", 6, "abcde\nfghij\nk"),
            ("x abcdefghij", 6, "x\nabcde\nfghij"),
            ("ü ö ä ü ö", 6, "ü ö ä\nü ö"),
            ("trailing    ", 9, "trailing"),
        ] {
            assert_eq!(wrapped(text, width), lines, "{text:?}");
        }
        assert_eq!(wrapped("abc", 0), "a\nb\nc");
    }
}
