//! Quoted strings and bare words: escapes, doubled quotes, and what is expanded within.

use crate::language::characters::{
    is_double_quote, is_single_quote, is_variable_start, is_word_end, plain_length,
};
use crate::language::lexer::{Lexer, Mode};
use crate::language::token::{RawPart, RawSubExpression, TokenKind};

/// Text and expandable parts as they are gathered.
#[derive(Default)]
pub(super) struct Parts {
    parts: Vec<RawPart>,
    pub(super) literal: String,
}

impl Parts {
    fn add(&mut self, part: RawPart) {
        if !self.literal.is_empty() {
            self.parts
                .push(RawPart::Literal(std::mem::take(&mut self.literal)));
        }
        self.parts.push(part);
    }

    fn all(mut self) -> Result<String, Vec<RawPart>> {
        if self.parts.is_empty() {
            return Ok(self.literal);
        }
        if !self.literal.is_empty() {
            self.parts.push(RawPart::Literal(self.literal));
        }
        Err(self.parts)
    }

    /// As a quoted string.
    pub(super) fn into_string(self) -> TokenKind {
        match self.all() {
            Ok(text) => TokenKind::Literal(text.into()),
            Err(parts) => TokenKind::Expandable(parts),
        }
    }

    fn into_word(self) -> TokenKind {
        match self.all() {
            Ok(text) => TokenKind::Generic(text.into()),
            Err(parts) => TokenKind::GenericExpandable(parts),
        }
    }
}

impl Lexer<'_> {
    /// `'…'`.
    pub(super) fn scan_single_quoted(&mut self) -> TokenKind {
        let mut text = String::new();
        self.single_quoted_into(&mut text);
        TokenKind::Literal(text.into())
    }

    fn single_quoted_into(&mut self, text: &mut String) {
        let start = self.at;
        self.take();
        loop {
            match self.take() {
                None => return self.unterminated(start, "'"),
                Some(c) if is_single_quote(c) => {
                    if !self.peek().is_some_and(is_single_quote) {
                        return;
                    }
                    text.extend(self.take());
                }
                Some(c) => text.push(c),
            }
        }
    }

    /// `"…"`.
    pub(super) fn scan_double_quoted(&mut self) -> TokenKind {
        let mut parts = Parts::default();
        self.double_quoted_into(&mut parts);
        parts.into_string()
    }

    fn double_quoted_into(&mut self, parts: &mut Parts) {
        let start = self.at;
        self.take();
        loop {
            match self.peek() {
                None => return self.unterminated(start, "\""),
                Some(c) if is_double_quote(c) => {
                    self.take();
                    if !self.peek().is_some_and(is_double_quote) {
                        return;
                    }
                    parts.literal.extend(self.take());
                }
                Some(c) => self.expanded(c, parts, false),
            }
        }
    }

    /// Takes one character of an expandable text with what belongs to it.
    pub(super) fn expanded(&mut self, next: char, parts: &mut Parts, here: bool) {
        match next {
            '$' => self.dollar(parts, here),
            '`' => {
                self.at += 1;
                self.escape(&mut parts.literal);
            }
            other => {
                parts.literal.push(other);
                self.take();
            }
        }
    }

    fn unterminated(&mut self, start: usize, quote: &str) {
        self.refuse_incomplete(
            "TerminatorExpectedAtEndOfString",
            format!("The string is missing the terminator: {quote}."),
            start,
            self.at,
        );
    }

    /// What follows a `$` within a string: a variable, a sub-expression, or just a dollar.
    fn dollar(&mut self, parts: &mut Parts, here: bool) {
        let start = self.at;
        self.at += 1;
        match self.peek() {
            Some('(') => {
                let sub = self.raw_sub_expression(start, here);
                parts.add(RawPart::SubExpression(sub));
            }
            Some(next) if next == '{' || is_variable_start(next) => {
                let outer = std::mem::replace(&mut self.mode, Mode::Expression);
                let token = self.scan_variable(start, false, true);
                self.mode = outer;
                if let TokenKind::Variable(path) = token {
                    let extent = self.extent(start, self.at);
                    parts.add(RawPart::Variable(path, extent));
                }
            }
            _ => parts.literal.push('$'),
        }
    }

    /// Gathers the text of a `$(…)` within a string. PowerShell counts parentheses only and makes doubled quotes single,
    /// whatever stands around them; so `"$("")"` is a lone quote.
    fn raw_sub_expression(&mut self, start: usize, here: bool) -> RawSubExpression {
        self.at += 1;
        let mut text = String::from("$(");
        let mut origins = vec![
            self.extent(start, start).start,
            self.extent(start + 1, start + 1).start,
        ];
        let mut depth = 1_usize;
        while depth > 0 {
            let place = self.at;
            let Some(mut next) = self.take() else {
                self.refuse_incomplete(
                    "IncompleteDollarSubexpressionReference",
                    "$(subexpression) is missing the closing ')'.",
                    start,
                    self.at,
                );
                break;
            };
            match next {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ if (next == '`' || is_double_quote(next)) && !here => {
                    if let Some(quote) = self.peek().filter(|c| is_double_quote(*c)) {
                        self.take();
                        next = quote;
                    }
                }
                _ => {}
            }
            let origin = self.extent(place, place).start;
            origins.extend((0..next.len_utf8()).map(|byte| origin + byte));
            text.push(next);
        }
        origins.push(self.extent(self.at, self.at).start);
        RawSubExpression {
            text,
            origins,
            extent: self.extent(start, self.at),
        }
    }

    /// What a backtick makes of the next character.
    pub(super) fn escape(&mut self, out: &mut String) {
        match self.take() {
            None | Some('\0') => out.push('`'),
            Some('0') => out.push('\0'),
            Some('a') => out.push('\u{7}'),
            Some('b') => out.push('\u{8}'),
            Some('e') => out.push('\u{1B}'),
            Some('f') => out.push('\u{C}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('v') => out.push('\u{B}'),
            Some('u') => self.unicode_escape(out),
            Some(other) => out.push(other),
        }
    }

    /// `` `u{…} ``: the characters before the brace are taken.
    fn unicode_escape(&mut self, out: &mut String) {
        const MOST_DIGITS: usize = 6;
        const INVALID: &str = "The Unicode escape sequence is not valid. A valid sequence is `u{ followed by one to six hex \
                               digits and a closing '}'.";
        let start = self.at.saturating_sub(2);
        if self.peek() != Some('{') {
            return self.refuse("InvalidUnicodeEscapeSequence", INVALID, start, self.at);
        }
        self.at += 1;
        let digits_start = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_hexdigit())
            && self.at - digits_start < MOST_DIGITS
        {
            self.at += 1;
        }
        let digits = self.slice(digits_start, self.at);
        let here = self.at;
        match self.peek() {
            Some('}') => self.at += 1,
            Some(c) if c.is_ascii_hexdigit() => {
                return self.refuse(
                    "TooManyDigitsInUnicodeEscapeSequence",
                    "The Unicode escape sequence contains more than the maximum of six hex digits between braces.",
                    here,
                    here + 1,
                );
            }
            _ if digits.len() < MOST_DIGITS => {
                return self.refuse("InvalidUnicodeEscapeSequence", INVALID, here, here + 1);
            }
            _ => {
                return self.refuse(
                    "MissingUnicodeEscapeSequenceTerminator",
                    "The Unicode escape sequence is missing the closing '}'.",
                    here,
                    here + 1,
                );
            }
        }
        match u32::from_str_radix(digits, 16) {
            Err(_) => self.refuse("InvalidUnicodeEscapeSequence", INVALID, start, self.at),
            Ok(code) if code > 0x10_FFFF => self.refuse(
                "InvalidUnicodeEscapeSequenceValue",
                "The Unicode escape sequence value is out of range. The maximum value is 0x10FFFF.",
                digits_start,
                here,
            ),
            // A lone surrogate is no character here.
            Ok(code) => out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
    }

    /// A bare word that begins with `begun`: quotes within concatenate, variables expand.
    pub(super) fn scan_generic(&mut self, begun: &str) -> TokenKind {
        let start = self.at;
        self.at += plain_length(&self.text.as_bytes()[start..]);
        let plain = self.slice(start, self.at);
        if begun.is_empty() && self.at_word_end() {
            return TokenKind::Generic(plain.into());
        }
        let mut parts = Parts {
            literal: [begun, plain].concat(),
            ..Parts::default()
        };
        while let Some(next) = self.peek() {
            match next {
                _ if is_single_quote(next) => self.single_quoted_into(&mut parts.literal),
                _ if is_double_quote(next) => self.double_quoted_into(&mut parts),
                _ if is_word_end(next) => break,
                _ => self.expanded(next, &mut parts, false),
            }
        }
        parts.into_word()
    }
}
