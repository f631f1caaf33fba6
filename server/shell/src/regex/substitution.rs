//! What a replacement text makes of a match.

use super::Match;

/// A replacement text: `$1`, `${name}`, `$&`, `` $` ``, `$'`, `$+`, `$_` and `$$` stand for parts.
pub(crate) fn expand(template: &str, found: &Match<'_>, out: &mut String) {
    let mut rest = template;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let taken = substitute(rest, found, out);
        if taken == 0 {
            out.push('$');
        }
        rest = &rest[taken..];
    }
    out.push_str(rest);
}

/// Writes what the characters behind a `$` stand for; how many of them were taken.
fn substitute(rest: &str, found: &Match<'_>, out: &mut String) -> usize {
    let whole = found.range();
    let part = match rest.chars().next() {
        Some('$') => "$",
        Some('&') => found.text(),
        Some('`') => &found.input()[..whole.start],
        Some('\'') => &found.input()[whole.end..],
        Some('_') => found.input(),
        Some('+') => found.last_group(),
        _ => return group(rest, found, out),
    };
    out.push_str(part);
    1
}

/// `1`, `{1}` or `{name}`.
fn group(rest: &str, found: &Match<'_>, out: &mut String) -> usize {
    let (name, length) = match rest.strip_prefix('{') {
        Some(inner) => match inner.find('}') {
            Some(end) => (&inner[..end], end + 2),
            None => return 0,
        },
        None => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            (&rest[..digits], digits)
        }
    };
    match found.named(name) {
        Some(part) => {
            out.push_str(part);
            length
        }
        None => 0,
    }
}
