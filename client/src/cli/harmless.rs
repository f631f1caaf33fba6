//! What a terminal is given: text and its colours. What others have stored — a display name, a file's line, a node's
//! message — may hold sequences that rename the window, write to the clipboard or paint over what stands above; a
//! terminal would obey them, so they are shown instead. What goes into a file or a pipe stays as it is.

use std::borrow::Cow;

const ESCAPE: char = '\u{1b}';

/// The text with every control character shown that does more than end a line, leave a blank or colour.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            ESCAPE => colour(rest).or_else(|| link(rest)).unwrap_or(0),
            '\r' if rest.starts_with("\r\n") => 2,
            c if is_plain(c) => c.len_utf8(),
            _ => 0,
        };
        if taken == 0 {
            out.push(picture(c));
            rest = &rest[c.len_utf8()..];
        } else {
            out.push_str(&rest[..taken]);
            rest = &rest[taken..];
        }
    }
    Cow::Owned(out)
}

/// The length of a sequence that sets colours and weights (`ESC [ … m`).
fn colour(text: &str) -> Option<usize> {
    let numbers = text.strip_prefix("\u{1b}[")?;
    let end = numbers.find(|c: char| !c.is_ascii_digit() && !matches!(c, ';' | ':'))?;
    numbers[end..].starts_with('m').then_some(2 + end + 1)
}

/// The length of one that begins or ends a link (`ESC ] 8 ; … ; … ESC \`).
fn link(text: &str) -> Option<usize> {
    let target = text.strip_prefix("\u{1b}]8;")?;
    let end = target.find(char::is_control)?;
    let end_sign = ["\u{1b}\\", "\u{7}"]
        .into_iter()
        .find(|sign| target[end..].starts_with(sign))?;
    Some(4 + end + end_sign.len())
}

/// What stands for a control character: its picture, where Unicode has one.
fn picture(c: char) -> char {
    match u32::from(c) {
        0x7f => '\u{2421}',
        code @ 0..0x20 => char::from_u32(0x2400 + code).unwrap_or(char::REPLACEMENT_CHARACTER),
        _ => char::REPLACEMENT_CHARACTER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_and_links_pass_and_the_rest_is_shown() {
        for (text, expected) in [
            ("a\tb\nc\r\nd é 𝒳", "a\tb\nc\r\nd é 𝒳"),
            ("\u{1b}[31;1mred\u{1b}[0m", "\u{1b}[31;1mred\u{1b}[0m"),
            (
                "\u{1b}]8;;https://a.b\u{1b}\\a\u{1b}]8;;\u{7}",
                "\u{1b}]8;;https://a.b\u{1b}\\a\u{1b}]8;;\u{7}",
            ),
            // A title, the clipboard, a cleared screen, a line painted over, a bell, an 8-bit sequence, a cut one.
            ("\u{1b}]0;root\u{7}", "␛]0;root␇"),
            ("\u{1b}]52;c;YQ==\u{1b}\\", "␛]52;c;YQ==␛\\"),
            ("\u{1b}[2J\u{1b}[1A", "␛[2J␛[1A"),
            ("done\rfail\u{8}\u{7f}", "done␍fail␈␡"),
            ("\u{9b}2J\0", "\u{fffd}2J␀"),
            ("\u{1b}", "␛"),
            ("\u{1b}[31", "␛[31"),
            ("\u{1b}]8;;https://a.b", "␛]8;;https://a.b"),
        ] {
            assert_eq!(harmless(text), expected, "{text:?}");
        }
        assert!(matches!(harmless("plain"), Cow::Borrowed(_)));
    }
}
