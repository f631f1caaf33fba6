//! Quotes of a word at the caret, and of what replaces it.

use crate::language::characters::{is_dash, is_double_quote, is_single_quote, is_word_end};

/// A word without the quotes around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quoted<'a> {
    /// The quote that it begins with.
    pub(super) quote: Option<char>,
    /// What stands within.
    pub(super) text: &'a str,
}

impl<'a> Quoted<'a> {
    /// The quote at the beginning counts, with its like at the end if that is there.
    pub(super) fn of(word: &'a str) -> Self {
        let mut letters = word.chars();
        let quote = match letters.next() {
            Some(c) if is_single_quote(c) => '\'',
            Some(c) if is_double_quote(c) => '"',
            _ => {
                return Self {
                    quote: None,
                    text: word,
                };
            }
        };
        let rest = letters.as_str();
        let closes = |c: char| match quote {
            '"' => is_double_quote(c),
            _ => is_single_quote(c),
        };
        Self {
            quote: Some(quote),
            text: rest.strip_suffix(closes).unwrap_or(rest),
        }
    }
}

/// The value in the quotes begun, or in single ones where it could not stand bare.
pub(super) fn quoted(value: &str, quote: Option<char>) -> String {
    if quote.is_none() && stands_bare(value) {
        return value.to_owned();
    }
    let quote = quote.unwrap_or('\'');
    let mut text = String::from(quote);
    for c in value.chars() {
        // Typographic quotes end a string as straight ones do.
        match c {
            c if quote == '\'' && is_single_quote(c) => text.push(c),
            c if quote == '"' && (is_double_quote(c) || "`$".contains(c)) => text.push('`'),
            _ => {}
        }
        text.push(c);
    }
    text.push(quote);
    text
}

/// Whether a value is read as itself where an argument is expected.
fn stands_bare(value: &str) -> bool {
    let bare = |c: char| {
        !is_word_end(c) && !is_single_quote(c) && !is_double_quote(c) && !"`$<>".contains(c)
    };
    // A splat, a comment and a closing bracket are such at the beginning of a word only.
    let first = value.chars().next();
    value.chars().all(bare) && first.is_some_and(|first| !is_dash(first) && !"@#]".contains(first))
}
