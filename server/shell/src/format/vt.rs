//! Escape sequences of a terminal in text: colours and styles, private modes, links (`ValueStringDecorated`). They take
//! no cells.

/// What begins every sequence.
pub(crate) const ESCAPE: char = '\x1b';

/// What ends all colours and styles.
pub(crate) const RESET: &str = "\x1b[0m";

/// The length in bytes of the sequence that a text begins with, if it begins with one.
fn sequence(text: &str) -> Option<usize> {
    let body = text.strip_prefix(ESCAPE)?;
    if let Some(link) = body.strip_prefix("]8;;") {
        let end = link.find("\x1b\\")?;
        return (!link[..end].contains('\n')).then_some(text.len() - link.len() + end + 2);
    }
    let body = body.strip_prefix('[')?;
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (private, mut rest) = match body.strip_prefix('?') {
        Some(rest) => (true, rest),
        None => (false, body),
    };
    let first = digits(rest);
    rest = &rest[first..];
    if private {
        let ends = first > 0 && rest.starts_with(['h', 'l']);
        return ends.then(|| text.len() - rest.len() + 1);
    }
    while let Some(next) = rest.strip_prefix(';') {
        let more = digits(next);
        if more == 0 {
            return None;
        }
        rest = &next[more..];
    }
    rest.starts_with('m').then(|| text.len() - rest.len() + 1)
}

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// A sequence.
    Sequence(&'a str),
    /// A character that is shown.
    Shown(char),
}

/// The pieces of a text, one after the other.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let sequence = (first == ESCAPE).then(|| sequence(rest)).flatten();
        let length = sequence.unwrap_or_else(|| first.len_utf8());
        let (piece, behind) = rest.split_at(length);
        rest = behind;
        Some(match sequence {
            Some(_) => Piece::Sequence(piece),
            None => Piece::Shown(first),
        })
    })
}

/// The text without its sequences.
pub fn plain(text: &str) -> String {
    pieces(text)
        .filter_map(|piece| match piece {
            Piece::Shown(c) => Some(c),
            Piece::Sequence(_) => None,
        })
        .collect()
}

/// The part of a text that begins behind `skip` shown characters and holds `length` of them; all sequences up to its
/// end stay, and are ended (`VtSubstring`).
pub(crate) fn part(text: &str, skip: usize, length: usize) -> String {
    let mut out = String::with_capacity(text.len() + RESET.len());
    let mut shown = 0;
    let mut decorated = false;
    for piece in pieces(text) {
        match piece {
            Piece::Sequence(sequence) => {
                decorated = true;
                out.push_str(sequence);
            }
            Piece::Shown(c) => {
                if shown >= skip + length {
                    break;
                }
                if shown >= skip {
                    out.push(c);
                }
                shown += 1;
                if shown == skip + length {
                    break;
                }
            }
        }
    }
    if decorated && !out.ends_with(RESET) {
        out.push_str(RESET);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_are_told_from_what_is_shown() {
        for (text, shown) in [
            ("\x1b[31mred\x1b[0m", "red"),
            ("\x1b[m\x1b[1;38;5;9mx", "x"),
            ("\x1b[?25lx\x1b[?25h", "x"),
            ("\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\", "link"),
            ("\x1b[31", "\x1b[31"),
            ("\x1b[;m", "\x1b[;m"),
            ("\x1b[2Jx", "\x1b[2Jx"),
        ] {
            assert_eq!(plain(text), shown, "{text:?}");
        }
    }

    #[test]
    fn parts_keep_their_colours() {
        assert_eq!(part("\x1b[31mabc\x1b[0md", 0, 2), "\x1b[31mab\x1b[0m");
        assert_eq!(part("a\x1b[31mbc", 1, 2), "\x1b[31mbc\x1b[0m");
        assert_eq!(part("abc", 1, 1), "b");
    }
}
