//! Text in cells of a console: how wide it is, how it is cut, padded and wrapped.

use crate::format::packet::Alignment;
use crate::format::vt::{self, ESCAPE, Piece, RESET};

/// Cells that a character takes: 2 for the wide ranges that PowerShell knows and for a surrogate pair, else 1.
pub fn char_cells(c: char) -> usize {
    match u32::from(c) {
        0x1100..=0x115f
        | 0x2329
        | 0x232a
        | 0x2e80..=0x303e
        | 0x3040..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe10..=0xfe19
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6 => 2,
        _ => c.len_utf16(),
    }
}

/// Cells that a text takes; a line feed counts as one, an escape sequence as none.
pub fn cells(text: &str) -> usize {
    if text.contains(ESCAPE) {
        return vt::pieces(text).map(piece_cells).sum();
    }
    if text.is_ascii() {
        return text.len();
    }
    text.chars().map(char_cells).sum()
}

fn piece_cells(piece: Piece<'_>) -> usize {
    match piece {
        Piece::Shown(c) => char_cells(c),
        Piece::Sequence(_) => 0,
    }
}

/// The longest beginning of at most `width` cells.
pub fn head(text: &str, width: usize) -> &str {
    if text.is_ascii() {
        return &text[..width.min(text.len())];
    }
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += char_cells(c);
        if used > width {
            return &text[..at];
        }
    }
    text
}

/// The longest end of at most `width` cells.
pub fn tail(text: &str, width: usize) -> &str {
    let mut used = 0;
    for (at, c) in text.char_indices().rev() {
        used += char_cells(c);
        if used > width {
            return &text[at + c.len_utf8()..];
        }
    }
    text
}

/// Appends `n` blanks.
pub fn push_blanks(out: &mut String, n: usize) {
    out.extend(std::iter::repeat_n(' ', n));
}

/// Appends a cell of a table: cut at the first line feed and at the width, or padded to it. A left-aligned cell is
/// padded only if something stands behind it. Colours end with the cell.
pub fn push_cell(out: &mut String, text: &str, width: usize, alignment: Alignment, pad: bool) {
    let first_line = text.find(['\n', '\r']);
    let shortened;
    let text = match first_line {
        Some(at) => {
            shortened = format!("{}…", &text[..at]);
            &*shortened
        }
        None => text,
    };
    if text.contains(ESCAPE) {
        let cut = cut(text, width, alignment);
        let used = cells(&cut);
        let (before, behind) = margins(width.saturating_sub(used), alignment, pad);
        push_blanks(out, before);
        out.push_str(&cut);
        push_blanks(out, behind);
        if !cut.ends_with(RESET) {
            out.push_str(RESET);
        }
        return;
    }
    let used = cells(text);
    if used <= width {
        let missing = width - used;
        match alignment {
            Alignment::Right => {
                push_blanks(out, missing);
                out.push_str(text);
            }
            Alignment::Center => {
                push_blanks(out, missing / 2);
                out.push_str(text);
                push_blanks(out, if pad { missing - missing / 2 } else { 0 });
            }
            Alignment::Left => {
                out.push_str(text);
                push_blanks(out, if pad { missing } else { 0 });
            }
        }
        return;
    }
    push_cut(out, text, width, alignment, pad);
}

/// Blanks before and behind a text.
fn margins(missing: usize, alignment: Alignment, pad: bool) -> (usize, usize) {
    let behind = |missing| if pad { missing } else { 0 };
    match alignment {
        Alignment::Right => (missing, 0),
        Alignment::Center => (missing / 2, behind(missing - missing / 2)),
        Alignment::Left => (0, behind(missing)),
    }
}

/// The part that fits of a text with escape sequences, marked with an ellipsis if something is left out.
fn cut(text: &str, width: usize, alignment: Alignment) -> String {
    let shown = vt::plain(text);
    if cells(&shown) <= width {
        return text.to_owned();
    }
    let mark = if width > 1 { "…" } else { "" };
    let room = width - mark.chars().count();
    match alignment {
        Alignment::Right => {
            let kept = tail(&shown, room).chars().count();
            let skipped = shown.chars().count() - kept;
            format!("{mark}{}", vt::part(text, skipped, kept))
        }
        Alignment::Center | Alignment::Left => {
            let kept = vt::part(text, 0, head(&shown, room).chars().count());
            match kept.strip_suffix(RESET) {
                Some(kept) => format!("{kept}{mark}{RESET}"),
                None => format!("{kept}{mark}"),
            }
        }
    }
}

/// Appends the part of a text that fits, marked with an ellipsis where there is room for one.
fn push_cut(out: &mut String, text: &str, width: usize, alignment: Alignment, pad: bool) {
    let mark = if width > 1 { "…" } else { "" };
    let room = width - mark.chars().count();
    let kept = match alignment {
        Alignment::Right => tail(text, room),
        Alignment::Center | Alignment::Left => head(text, room),
    };
    // A wide character that was cut away leaves one cell empty.
    let missing = room - cells(kept);
    match alignment {
        Alignment::Right => {
            push_blanks(out, missing);
            out.push_str(mark);
            out.push_str(kept);
        }
        Alignment::Center | Alignment::Left => {
            out.push_str(kept);
            out.push_str(mark);
            push_blanks(out, if pad { missing } else { 0 });
        }
    }
}

/// The lines of a text: line feeds kept, each wrapped by words at `width` cells. A word and the blank or tab behind it
/// move together; together longer than a line, they are broken in place.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let without_returns;
        let line = if line.contains('\r') {
            without_returns = line.replace('\r', "");
            &*without_returns
        } else {
            line
        };
        if cells(line) <= width || width == 0 {
            lines.push(line.to_owned());
        } else {
            wrap_line(line, width, &mut lines);
        }
    }
    lines
}

/// A hyphen that shows only where a line ends with it.
const SOFT_HYPHEN: char = '\u{ad}';
/// Where PowerShell parts words without a trace of what stood there.
const LOST: [char; 2] = ['\u{2011}', '\u{a0}'];

fn wrap_line(line: &str, width: usize, lines: &mut Vec<String>) {
    let mut filler = Filler {
        current: String::new(),
        left: width,
        width,
        lines,
    };
    let ends = |c: char| matches!(c, ' ' | '\t' | SOFT_HYPHEN) || LOST.contains(&c);
    for piece in line.split_inclusive(ends) {
        let end = piece.chars().next_back().filter(|c| ends(*c));
        match end {
            Some(end @ (SOFT_HYPHEN | '\u{2011}' | '\u{a0}')) => {
                let word = &piece[..piece.len() - end.len_utf8()];
                if end == SOFT_HYPHEN && cells(word) + 1 == filler.left {
                    filler.push(&format!("{word}-"));
                } else {
                    filler.push(word);
                }
            }
            _ => filler.push(piece),
        }
    }
    let last = filler.current;
    lines.push(last);
}

/// Fills lines of a width with words.
struct Filler<'a> {
    current: String,
    left: usize,
    width: usize,
    lines: &'a mut Vec<String>,
}

impl Filler<'_> {
    fn next_line(&mut self) {
        self.lines.push(std::mem::take(&mut self.current));
        self.left = self.width;
    }

    fn push(&mut self, word: &str) {
        let needed = cells(word);
        if needed <= self.width {
            if needed > self.left {
                self.next_line();
            }
            self.current.push_str(word);
            self.left -= needed;
            return;
        }
        for piece in vt::pieces(word) {
            let c = match piece {
                Piece::Shown(c) => c,
                Piece::Sequence(sequence) => {
                    self.current.push_str(sequence);
                    continue;
                }
            };
            let (c, needed) = match char_cells(c) {
                needed if needed > self.width => ('?', 1),
                needed => (c, needed),
            };
            if needed > self.left {
                self.next_line();
            }
            self.current.push(c);
            self.left -= needed;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str, width: usize, alignment: Alignment, pad: bool) -> String {
        let mut out = String::new();
        push_cell(&mut out, text, width, alignment, pad);
        out
    }

    #[test]
    fn wide_characters_take_two_cells() {
        assert_eq!(cells("日本語"), 6);
        assert_eq!(cells("emoji 😀"), 8);
        assert_eq!(head("日本語", 3), "日");
        assert_eq!(tail("日本語", 3), "語");
    }

    #[test]
    fn an_escape_that_begins_no_sequence_is_a_character() {
        assert_eq!(cells("\x1b-a"), 3);
        assert_eq!(cells("\x1b[31ma\x1b"), 2);
        assert_eq!(cell("\x1b-a", 4, Alignment::Left, true), "\x1b-a \x1b[0m");
    }

    #[test]
    fn cells_are_cut_and_padded_by_alignment() {
        assert_eq!(cell("abcdef", 4, Alignment::Left, true), "abc…");
        assert_eq!(cell("abcdef", 4, Alignment::Right, true), "…def");
        assert_eq!(cell("abcdef", 1, Alignment::Left, true), "a");
        assert_eq!(cell("ab", 4, Alignment::Left, false), "ab");
        assert_eq!(cell("ab", 4, Alignment::Right, false), "  ab");
        assert_eq!(cell("日本語", 4, Alignment::Left, true), "日… ");
        assert_eq!(cell("a\nb", 4, Alignment::Left, true), "a…  ");
    }

    #[test]
    fn words_move_with_the_blank_behind_them() {
        assert_eq!(wrap("aa bb cc", 5), ["aa ", "bb cc"]);
        assert_eq!(wrap("abcdefg", 3), ["abc", "def", "g"]);
        assert_eq!(wrap("a\n\nb", 3), ["a", "", "b"]);
    }
}
