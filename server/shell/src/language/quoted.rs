//! Quoted strings, here-strings and bare words: escapes, doubled quotes, and what is expanded within.

use crate::language::characters::{
    is_double_quote, is_line_break, is_single_quote, is_word_end, plain_length,
};
use crate::language::lexer::Lexer;
use crate::language::token::{RawPart, RawSubExpression, TokenKind};

/// Text and expandable parts as they are gathered.
#[derive(Default)]
struct Parts {
    parts: Vec<RawPart>,
    literal: String,
}

impl Parts {
    fn add(&mut self, part: RawPart) {
        if !self.literal.is_empty() {
            self.parts
                .push(RawPart::Literal(std::mem::take(&mut self.literal)));
        }
        self.parts.push(part);
    }

    fn finish(mut self, word: bool) -> TokenKind {
        if self.parts.is_empty() {
            let text = self.literal.into();
            return if word {
                TokenKind::Word(text)
            } else {
                TokenKind::Literal(text)
            };
        }
        if !self.literal.is_empty() {
            self.parts.push(RawPart::Literal(self.literal));
        }
        if word {
            TokenKind::ExpandableWord(self.parts)
        } else {
            TokenKind::Expandable(self.parts)
        }
    }
}

impl Lexer<'_> {
    /// `'…'`.
    pub(super) fn scan_single_quoted(&mut self) -> TokenKind {
        let start = self.at;
        let mut text = String::new();
        self.single_quoted_into(start, &mut text);
        TokenKind::Literal(text.into())
    }

    fn single_quoted_into(&mut self, start: usize, text: &mut String) {
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
        parts.finish(false)
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
                Some('$') => self.dollar(parts, false),
                Some('`') => {
                    self.at += 1;
                    self.escape(&mut parts.literal);
                }
                Some(c) => {
                    parts.literal.push(c);
                    self.take();
                }
            }
        }
    }

    fn unterminated(&mut self, start: usize, quote: &str) {
        self.refuse_incomplete(
            "TerminatorExpectedAtEndOfString",
            format!("The string is missing the terminator: {quote}."),
            start,
            self.text.len(),
        );
    }

    /// What follows a `$` within a string: a variable, a sub-expression, or just a dollar.
    fn dollar(&mut self, parts: &mut Parts, here: bool) {
        let start = self.at;
        self.at += 1;
        if self.peek() == Some('(') {
            let sub = self.raw_sub_expression(start, here);
            parts.add(RawPart::SubExpression(sub));
            return;
        }
        match self.scan_variable_path(false, true) {
            Some(path) => {
                let extent = self.extent(start, self.at);
                parts.add(RawPart::Variable(path, extent));
            }
            None => parts.literal.push('$'),
        }
    }

    /// Gathers the text of a `$(…)` within a string. PowerShell counts parentheses only and makes doubled quotes single,
    /// whatever stands around them; so `"$("")"` is a lone quote.
    fn raw_sub_expression(&mut self, start: usize, here: bool) -> RawSubExpression {
        self.at += 1;
        let mut text = String::new();
        let mut origins = Vec::new();
        let mut depth = 1_usize;
        loop {
            let place = self.at;
            let Some(mut next) = self.take() else {
                self.refuse_incomplete(
                    "MissingEndParenthesisInSubexpression",
                    "Missing closing ')' in subexpression.",
                    start,
                    self.text.len(),
                );
                break;
            };
            match next {
                '(' => depth += 1,
                ')' => {
                    depth -= 1;
                    if depth == 0 {
                        origins.push(self.extent(place, place).start);
                        break;
                    }
                }
                '`' if !here => {
                    if let Some(escaped) = self.peek()
                        && (is_double_quote(escaped) || escaped == '`')
                    {
                        self.take();
                        next = escaped;
                    }
                }
                _ if is_double_quote(next) && !here && self.peek().is_some_and(is_double_quote) => {
                    self.take();
                }
                _ => {}
            }
            let origin = self.extent(place, place).start;
            origins.extend((0..next.len_utf8()).map(|byte| origin + byte));
            text.push(next);
        }
        if origins.len() == text.len() {
            origins.push(self.extent(self.at, self.at).start);
        }
        RawSubExpression {
            text,
            origins,
            extent: self.extent(start, self.at),
        }
    }

    /// What a backtick makes of the next character.
    fn escape(&mut self, out: &mut String) {
        let start = self.at;
        match self.take() {
            None => out.push('`'),
            Some('0') => out.push('\0'),
            Some('a') => out.push('\u{7}'),
            Some('b') => out.push('\u{8}'),
            Some('e') => out.push('\u{1B}'),
            Some('f') => out.push('\u{C}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('v') => out.push('\u{B}'),
            Some('u') => self.unicode_escape(start, out),
            Some('\r') => {
                if self.peek() == Some('\n') {
                    self.take();
                }
                out.push('\n');
            }
            Some(other) => out.push(other),
        }
    }

    fn unicode_escape(&mut self, start: usize, out: &mut String) {
        let digits_start = self.at + 1;
        let length = self
            .text
            .get(digits_start..)
            .and_then(|rest| rest.find('}'))
            .filter(|length| (1..=6).contains(length));
        let code = length
            .filter(|_| self.peek() == Some('{'))
            .and_then(|length| {
                u32::from_str_radix(self.slice(digits_start, digits_start + length), 16).ok()
            })
            .and_then(char::from_u32);
        match (code, length) {
            (Some(code), Some(length)) => {
                out.push(code);
                self.at = digits_start + length + 1;
            }
            _ => self.refuse(
                "InvalidUnicodeEscapeSequence",
                "The Unicode escape sequence is not valid. A valid sequence is `u{ followed by one to six hex digits \
                 and a closing '}'.",
                start.saturating_sub(1),
                self.at,
            ),
        }
    }

    /// `@'⏎…⏎'@` and `@"⏎…⏎"@`.
    pub(super) fn scan_here_string(&mut self) -> Option<TokenKind> {
        let start = self.at;
        self.at += 1;
        let single = self.take().is_some_and(is_single_quote);
        while self
            .peek()
            .is_some_and(crate::language::characters::is_blank)
        {
            self.take();
        }
        if !self.peek().is_some_and(is_line_break) {
            self.refuse_incomplete(
                "UnexpectedCharactersAfterHereStringHeader",
                "No characters are allowed after a here-string header but before the end of the line.",
                start,
                self.at,
            );
            self.at = self.text.len();
            return Some(TokenKind::Literal("".into()));
        }
        self.take_break();
        let mut parts = Parts::default();
        let mut line_start = true;
        loop {
            if line_start && self.at_here_end(single) {
                let _ = (self.take(), self.take());
                break;
            }
            let Some(next) = self.peek() else {
                self.refuse_incomplete(
                    "TerminatorExpectedAtEndOfString",
                    format!(
                        "The string is missing the terminator: {}@.",
                        if single { "'" } else { "\"" }
                    ),
                    start,
                    self.text.len(),
                );
                break;
            };
            line_start = is_line_break(next);
            match next {
                '$' if !single => self.dollar(&mut parts, true),
                '`' if !single => {
                    self.at += 1;
                    self.escape(&mut parts.literal);
                }
                _ if line_start => {
                    let at = self.at;
                    self.take_break();
                    // The break before the closing quote belongs to the terminator.
                    if !self.at_here_end(single) {
                        parts.literal.push_str(self.slice(at, self.at));
                    }
                }
                other => {
                    parts.literal.push(other);
                    self.take();
                }
            }
        }
        Some(parts.finish(false))
    }

    fn at_here_end(&self, single: bool) -> bool {
        self.peek_next() == Some('@')
            && self.peek().is_some_and(|c| {
                if single {
                    is_single_quote(c)
                } else {
                    is_double_quote(c)
                }
            })
    }

    fn take_break(&mut self) {
        if self.take() == Some('\r') && self.peek() == Some('\n') {
            self.take();
        }
    }

    /// A bare word: quotes within concatenate, variables expand.
    pub(super) fn scan_word(&mut self) -> TokenKind {
        let start = self.at;
        self.at += plain_length(&self.text.as_bytes()[start..]);
        if self.at > start && self.peek().is_none_or(is_word_end) {
            return TokenKind::Word(self.slice(start, self.at).into());
        }
        let mut parts = Parts {
            literal: self.slice(start, self.at).to_owned(),
            ..Parts::default()
        };
        while let Some(next) = self.peek() {
            match next {
                '`' => {
                    self.at += 1;
                    match self.peek() {
                        Some(c) if is_line_break(c) => self.take_break(),
                        _ => self.escape(&mut parts.literal),
                    }
                }
                '$' => self.dollar(&mut parts, false),
                _ if is_single_quote(next) => {
                    let at = self.at;
                    let mut text = String::new();
                    self.single_quoted_into(at, &mut text);
                    parts.literal.push_str(&text);
                }
                _ if is_double_quote(next) => self.double_quoted_into(&mut parts),
                _ if is_word_end(next) => break,
                _ => {
                    parts.literal.push(next);
                    self.take();
                }
            }
        }
        if self.at == start {
            // A character that begins no token: it stands for itself, so that reading always goes on.
            parts.literal.extend(self.take());
        }
        parts.finish(true)
    }
}
