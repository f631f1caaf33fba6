//! Which characters separate, quote, negate and name: typographic quotes and dashes count as their plain forms.

/// A dash of any length.
pub(crate) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2013}' | '\u{2014}' | '\u{2015}')
}

/// A single quote, straight or curly.
pub(crate) fn is_single_quote(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}'..='\u{201B}')
}

/// A double quote, straight or curly.
pub(crate) fn is_double_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201C}'..='\u{201E}')
}

/// A blank within a line.
pub(crate) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{B}' | '\u{C}' | '\u{A0}' | '\u{85}')
        || (!c.is_ascii() && c.is_whitespace())
}

/// A line break.
pub(crate) fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r')
}

/// What ends every bare word.
pub(crate) fn is_word_end(c: char) -> bool {
    matches!(c, '&' | '(' | ')' | ',' | ';' | '{' | '|' | '}' | '\0')
        || is_line_break(c)
        || is_blank(c)
}

/// For each byte, whether a bare word goes on with it as it stands: ASCII, and neither an end, a quote, an escape nor the
/// beginning of a variable.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0_u8;
    while byte < 0x80 {
        plain[byte as usize] = !matches!(
            byte,
            b'&' | b'('
                | b')'
                | b','
                | b';'
                | b'{'
                | b'|'
                | b'}'
                | b'\0'
                | b'\n'
                | b'\r'
                | b' '
                | b'\t'
                | 0xB
                | 0xC
                | b'`'
                | b'$'
                | b'\''
                | b'"'
        );
        byte += 1;
    }
    plain
};

/// How many bytes at the beginning of `text` a bare word takes as they stand.
pub(crate) fn plain_length(text: &[u8]) -> usize {
    text.iter()
        .position(|byte| !PLAIN[usize::from(*byte)])
        .unwrap_or(text.len())
}

/// What may follow a number in an expression; the signs of a ternary only where one may be meant.
pub(crate) fn ends_number(c: char, ternary: bool) -> bool {
    matches!(
        c,
        '!' | '%' | '*' | '+' | '.' | '/' | '<' | '=' | '>' | ']' | '#'
    ) || is_dash(c)
        || (ternary && matches!(c, '?' | ':'))
}

/// What a variable's name may begin with.
pub(crate) fn is_variable_start(c: char) -> bool {
    matches!(c, '$' | '?' | '^' | ':' | '_') || c.is_alphanumeric()
}

/// What a name may begin with.
pub(crate) fn is_identifier_start(c: char) -> bool {
    c == '_' || c.is_ascii_alphabetic() || !c.is_ascii() && c.is_alphabetic()
}

/// What a name may go on with.
pub(crate) fn is_identifier_part(c: char) -> bool {
    c == '_' || c.is_ascii_alphanumeric() || !c.is_ascii() && c.is_alphanumeric()
}
