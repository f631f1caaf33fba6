//! Tokens that begin with a sign, and what a command makes of them.

use crate::language::characters::{
    is_double_quote, is_identifier_start, is_single_quote, is_variable_start,
};
use crate::language::lexer::{Lexer, Mode};
use crate::language::parse_error::ParseError;
use crate::language::token::{Sign, TokenKind};

impl Lexer<'_> {
    /// Signs that are one token whatever stands behind them, and those that in a command may begin a word.
    pub(super) fn scan_sign(&mut self, first: char) -> TokenKind {
        const PLAIN: &[(&str, Sign)] = &[
            ("&&", Sign::AndAnd),
            ("||", Sign::OrOr),
            ("|", Sign::Pipe),
            ("&", Sign::Ampersand),
            (";", Sign::Semicolon),
            ("(", Sign::LeftParenthesis),
            (")", Sign::RightParenthesis),
            ("{", Sign::LeftBrace),
            ("}", Sign::RightBrace),
            ("]", Sign::RightBracket),
            (",", Sign::Comma),
        ];
        const WORDLIKE: &[(&str, Sign)] = &[
            ("++", Sign::PlusPlus),
            ("+=", Sign::PlusEquals),
            ("*=", Sign::StarEquals),
            ("/=", Sign::SlashEquals),
            ("%=", Sign::PercentEquals),
            ("=", Sign::Equals),
            ("+", Sign::Plus),
            ("*", Sign::Star),
            ("/", Sign::Slash),
            ("%", Sign::Percent),
            ("[", Sign::LeftBracket),
        ];
        if first.is_ascii_punctuation() {
            for (text, sign) in PLAIN {
                if self.starts(text) {
                    return self.sign(*sign, text.len());
                }
            }
            for (text, sign) in WORDLIKE {
                if self.starts(text) {
                    return self.sign_or_word(*sign, text.len());
                }
            }
        }
        let start = self.at;
        self.take();
        self.scan_generic(self.slice(start, self.at))
    }

    /// `@{`, `@(`, `@'`, `@"`, `@name`.
    pub(super) fn scan_at(&mut self) -> TokenKind {
        let start = self.at;
        match self.peek_next() {
            Some('{') => self.sign(Sign::AtBrace, 2),
            Some('(') => self.sign(Sign::AtParenthesis, 2),
            Some(next) if is_single_quote(next) || is_double_quote(next) => self.scan_here_string(),
            Some(next) if is_variable_start(next) => {
                self.at += 1;
                self.scan_variable(start, true, false)
            }
            _ => {
                self.at += 1;
                self.refuse(
                    "UnrecognizedToken",
                    "Unrecognized token in source text.",
                    start,
                    self.at,
                );
                TokenKind::Unknown
            }
        }
    }

    /// A backtick that continues no line: what it makes of the next character begins a word.
    pub(super) fn scan_backtick(&mut self) -> TokenKind {
        self.at += 1;
        if self.peek().is_none() {
            let end = self.at + 1;
            self.note(ParseError {
                id: "IncompleteString",
                message: "Incomplete string token.".into(),
                extent: self.extent(end, end),
                incomplete: true,
            });
            return TokenKind::EndOfInput;
        }
        let mut begun = String::new();
        self.escape(&mut begun);
        self.scan_generic(&begun)
    }

    pub(super) fn scan_dot(&mut self, start: usize) -> TokenKind {
        let next = self.peek_next();
        match next {
            Some('.') => {
                self.at += 2;
                if self.mode == Mode::Command && !self.at_word_end() {
                    return self.scan_generic("..");
                }
                TokenKind::Sign(Sign::DotDot)
            }
            Some(digit) if digit.is_ascii_digit() => self.scan_number(start),
            _ => {
                self.at += 1;
                let calls = matches!(next, Some('$' | '"' | '\''));
                if self.mode == Mode::Command && !self.at_word_end() && !calls {
                    return self.scan_generic(".");
                }
                TokenKind::Sign(Sign::Dot)
            }
        }
    }

    pub(super) fn scan_exclamation(&mut self) -> TokenKind {
        let start = self.at;
        self.at += 1;
        let word = match self.mode {
            Mode::Command => !self.at_word_end(),
            Mode::Expression => match self.peek() {
                Some(next) if is_identifier_start(next) => true,
                Some(next) if next.is_ascii_digit() || next == '.' => !self.number_ends_here(),
                _ => false,
            },
            _ => false,
        };
        if word {
            return self.scan_generic(self.slice(start, start + 1));
        }
        TokenKind::Sign(Sign::Exclamation)
    }

    pub(super) fn scan_colon(&mut self) -> TokenKind {
        self.at += 1;
        if self.peek() == Some(':') {
            self.at += 1;
            if self.mode == Mode::Command && !self.names_only && !self.at_word_end() {
                return self.scan_generic("::");
            }
            return TokenKind::Sign(Sign::ColonColon);
        }
        if self.mode != Mode::Command {
            return TokenKind::Sign(Sign::Colon);
        }
        if !self.peek().is_some_and(is_identifier_start) {
            return self.scan_generic(":");
        }
        let start = self.at;
        self.take_identifier();
        if !self.at_word_end() {
            return self.scan_generic(self.slice(start - 1, self.at));
        }
        TokenKind::Label(self.slice(start, self.at).into())
    }

    pub(super) fn scan_question(&mut self) -> TokenKind {
        if self.starts("??=") {
            return self.sign(Sign::QuestionQuestionEquals, 3);
        }
        if self.starts("??") {
            return self.sign(Sign::QuestionQuestion, 2);
        }
        self.sign(Sign::Question, 1)
    }
}
