//! Tokens that are only looked for behind an operand, where a blank would end it: members, calls, indices.

use crate::language::characters::{is_blank, is_line_break};
use crate::language::lexer::{Lexer, Mode};
use crate::language::token::{Sign, Token, TokenKind};

impl Lexer<'_> {
    /// Whether the source itself is read, not a sub-expression of a string.
    pub(super) fn reads_source(&self) -> bool {
        self.origins.is_none()
    }

    /// Skips blanks and comments.
    pub(super) fn skip_within_line(&mut self) {
        while let Some(next) = self.peek() {
            if next == '`' || is_line_break(next) || !self.skip_filler(next) {
                return;
            }
        }
    }

    /// Takes a sign of that many bytes, whatever the mode makes of it.
    pub(super) fn take_sign(&mut self, sign: Sign, length: usize) -> Token {
        let start = self.at;
        self.at += length;
        Token {
            kind: TokenKind::Sign(sign),
            extent: self.extent(start, self.at),
            start,
        }
    }

    /// Whether a member's sign follows, or an index if asked.
    pub(super) fn at_member(&mut self, brackets: bool) -> bool {
        self.member_sign(brackets).is_some()
    }

    /// Takes the sign of a member or an index.
    pub(super) fn take_member_sign(&mut self, brackets: bool) -> Option<Token> {
        let (sign, length) = self.member_sign(brackets)?;
        Some(self.take_sign(sign, length))
    }

    fn member_sign(&mut self, brackets: bool) -> Option<(Sign, usize)> {
        while self.text[self.at..].starts_with("<#") {
            self.skip_filler('<');
        }
        let rest = &self.text[self.at..];
        // In a command a sign with nothing behind it belongs to no member.
        let dangles = |length: usize| {
            self.mode == Mode::Command
                && rest[length..]
                    .chars()
                    .next()
                    .is_none_or(|c| is_blank(c) || is_line_break(c) || c == '\0')
        };
        match rest.as_bytes() {
            [b'.', b'.', ..] => None,
            [b'.', ..] => (!dangles(1)).then_some((Sign::Dot, 1)),
            [b':', b':', ..] => (!dangles(2)).then_some((Sign::ColonColon, 2)),
            [b'[', ..] if brackets => Some((Sign::LeftBracket, 1)),
            [b'?', b'.', ..] => Some((Sign::QuestionDot, 2)),
            [b'?', b'[', ..] if brackets => Some((Sign::QuestionBracket, 2)),
            _ => None,
        }
    }

    /// Takes the parenthesis or brace of a call.
    pub(super) fn take_call_sign(&mut self) -> Option<Token> {
        match self.peek() {
            Some('(') => Some(self.take_sign(Sign::LeftParenthesis, 1)),
            Some('{') => Some(self.take_sign(Sign::LeftBrace, 1)),
            _ => None,
        }
    }

    /// The rest of the line behind `--%`, up to a pipe or `&&` outside of quotes.
    pub(super) fn take_verbatim(&mut self) -> (String, crate::error_record::Extent) {
        while self.peek().is_some_and(is_blank) {
            self.take();
        }
        let start = self.at;
        let mut quoted = false;
        while let Some(next) = self.peek() {
            match next {
                '"' => quoted = !quoted,
                '|' if !quoted => break,
                '&' if !quoted && self.peek_next() == Some('&') => break,
                _ if is_line_break(next) => break,
                _ => {}
            }
            self.take();
        }
        let text = self.slice(start, self.at).to_owned();
        (text, self.extent(start, self.at))
    }
}
