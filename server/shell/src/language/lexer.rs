//! From characters to tokens, in two modes: a command's arguments and an expression's operands.
//!
//! The parser says which mode applies, token by token, as PowerShell's own does: the same characters mean different
//! things in the two. The lexer never fails: what it refuses it notes among the errors and goes on.

use crate::error_record::Extent;
use crate::language::characters;
use crate::language::characters::{
    is_blank, is_dash, is_identifier_part, is_identifier_start, is_line_break,
};
use crate::language::parse_error::ParseError;
use crate::language::token::{RedirectionSign, Sign, Token, TokenKind};

/// How the next characters are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Arguments of a command: bare words.
    Command,
    /// Operands and operators.
    Expression,
    /// An operand is due: a sign before digits belongs to the number.
    Operand,
}

/// Most errors that are kept of one text.
const MAX_ERRORS: usize = 100;

/// A reader of tokens.
#[derive(Debug)]
pub struct Lexer<'a> {
    /// What is read.
    pub(super) text: &'a str,
    /// For a text taken out of a string: where each of its bytes stands in the source.
    origins: Option<&'a [usize]>,
    /// Where reading stands.
    pub(super) at: usize,
    /// What was refused.
    pub errors: Vec<ParseError>,
}

impl<'a> Lexer<'a> {
    /// Reads a whole source.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            origins: None,
            at: 0,
            errors: Vec::new(),
        }
    }

    /// Reads a text taken out of a string of the source.
    pub fn nested(text: &'a str, origins: &'a [usize]) -> Self {
        Self {
            origins: Some(origins),
            ..Self::new(text)
        }
    }

    /// Where reading stands, in bytes of this text.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Goes back to an earlier position.
    pub fn rewind(&mut self, position: usize) {
        self.at = position;
    }

    /// Whether everything was read.
    pub fn at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    /// Gives up the rest.
    pub fn rewind_to_end(&mut self) {
        self.at = self.text.len();
    }

    /// Goes on after the character at `position`.
    pub fn advance_past(&mut self, position: usize) {
        self.at = position;
        self.take();
    }

    /// The extent in the source of a stretch of this text.
    pub fn extent(&self, start: usize, end: usize) -> Extent {
        match self.origins {
            None => Extent { start, end },
            Some(origins) => Extent {
                start: origin(origins, start),
                end: origin(origins, end),
            },
        }
    }

    /// The text between two positions.
    pub fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// The character at hand.
    pub(super) fn peek(&self) -> Option<char> {
        match self.text.as_bytes().get(self.at) {
            None => None,
            Some(byte) if byte.is_ascii() => Some(char::from(*byte)),
            Some(_) => self.text[self.at..].chars().next(),
        }
    }

    /// The character after the one at hand.
    pub(super) fn peek_next(&self) -> Option<char> {
        let mut rest = self.text[self.at..].chars();
        rest.next();
        rest.next()
    }

    /// Takes the character at hand.
    pub(super) fn take(&mut self) -> Option<char> {
        let taken = self.peek()?;
        self.at += taken.len_utf8();
        Some(taken)
    }

    /// Takes the characters that a name may go on with.
    pub(super) fn take_identifier(&mut self) {
        let ascii = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| ascii(byte)).count();
        while self.peek().is_some_and(is_identifier_part) {
            self.take();
        }
    }

    fn starts(&self, word: &str) -> bool {
        self.text.as_bytes()[self.at..].starts_with(word.as_bytes())
    }

    /// Notes an error; one at the end of the text could be mended by more input.
    pub fn refuse(
        &mut self,
        id: &'static str,
        message: impl Into<String>,
        start: usize,
        end: usize,
    ) {
        self.note(ParseError {
            id,
            message: message.into(),
            extent: self.extent(start, end),
            incomplete: false,
        });
    }

    /// Keeps an error, once: a token that is looked at twice refuses the same twice.
    pub fn note(&mut self, error: ParseError) {
        if !self.errors.contains(&error) && self.errors.len() < MAX_ERRORS {
            self.errors.push(error);
        }
    }

    /// Notes an error at the end of the text, which more input could mend.
    pub fn refuse_incomplete(
        &mut self,
        id: &'static str,
        message: impl Into<String>,
        start: usize,
        end: usize,
    ) {
        self.note(ParseError {
            id,
            message: message.into(),
            extent: self.extent(start, end),
            incomplete: self.at >= self.text.len(),
        });
    }

    /// Skips blanks, continued lines and comments; line breaks too, if asked.
    pub fn skip_blanks(&mut self, lines: bool) {
        while let Some(next) = self.peek() {
            match next {
                'A'..='Z' | 'a'..='z' | '0'..='9' | '-' | '$' | '(' | '{' => return,
                '`' => {
                    let after = self.text[self.at + 1..].chars().next();
                    if !after.is_some_and(is_line_break) {
                        return;
                    }
                    self.at += 1;
                    self.take_line_break();
                }
                '#' => self.skip_to_line_end(),
                '<' if self.starts("<#") => self.skip_block_comment(),
                _ if is_blank(next) => {
                    self.take();
                }
                _ if lines && is_line_break(next) => self.take_line_break(),
                _ => return,
            }
        }
    }

    fn take_line_break(&mut self) {
        if self.starts("\r\n") {
            self.at += 1;
        }
        self.at += 1;
    }

    fn skip_to_line_end(&mut self) {
        while self.peek().is_some_and(|next| !is_line_break(next)) {
            self.take();
        }
    }

    fn skip_block_comment(&mut self) {
        let start = self.at;
        match self.text[start..].find("#>") {
            Some(end) => self.at = start + end + 2,
            None => {
                self.at = self.text.len();
                self.refuse_incomplete(
                    "MissingTerminatorMultiLineComment",
                    "The terminator '#>' is missing from the multiline comment.",
                    start,
                    self.text.len(),
                );
            }
        }
    }

    /// The token that begins at the character at hand; blanks before it are skipped already.
    pub fn next(&mut self, mode: Mode) -> Token {
        let start = self.at;
        let kind = self.scan(mode, start);
        Token {
            kind,
            extent: self.extent(start, self.at),
        }
    }

    pub(super) fn sign(&mut self, sign: Sign, length: usize) -> TokenKind {
        self.at += length;
        TokenKind::Sign(sign)
    }

    fn scan(&mut self, mode: Mode, start: usize) -> TokenKind {
        let Some(first) = self.peek() else {
            return TokenKind::EndOfInput;
        };
        if is_line_break(first) {
            self.take_line_break();
            return TokenKind::NewLine;
        }
        if let Some(kind) = self.scan_common(first) {
            return kind;
        }
        if is_dash(first) {
            return self.scan_dash(mode, start);
        }
        if first.is_ascii_digit()
            || (first == '.' && self.peek_next().is_some_and(|c| c.is_ascii_digit()))
        {
            return self.scan_number(mode, start);
        }
        if mode == Mode::Command {
            return self.scan_word();
        }
        if mode == Mode::Operand
            && first == '+'
            && self.peek_next().is_some_and(|c| c.is_ascii_digit())
        {
            return self.scan_number(mode, start);
        }
        match self.operator_sign() {
            Some((sign, length)) => self.sign(sign, length),
            None if first == ':' => self.scan_label(),
            None => self.scan_identifier(),
        }
    }

    /// Tokens that mean the same in both modes.
    fn scan_common(&mut self, first: char) -> Option<TokenKind> {
        if let Some((sign, length)) = self.fixed_sign(first) {
            return Some(self.sign(sign, length));
        }
        match first {
            '$' => self.scan_variable_token(),
            '@' => self.scan_at(),
            '<' => {
                self.at += 1;
                Some(TokenKind::Redirection(RedirectionSign::Input))
            }
            '>' | '*' | '1'..='6' => self.scan_redirection(first),
            _ if characters::is_single_quote(first) => Some(self.scan_single_quoted()),
            _ if characters::is_double_quote(first) => Some(self.scan_double_quoted()),
            _ => None,
        }
    }

    /// A sign that means the same in both modes, and its length.
    fn fixed_sign(&self, first: char) -> Option<(Sign, usize)> {
        let second = self.text.as_bytes().get(self.at + 1);
        Some(match (first, second) {
            ('&', Some(b'&')) => (Sign::AndAnd, 2),
            ('|', Some(b'|')) => (Sign::OrOr, 2),
            ('@', Some(b'(')) => (Sign::AtParenthesis, 2),
            ('@', Some(b'{')) => (Sign::AtBrace, 2),
            ('$', Some(b'(')) => (Sign::DollarParenthesis, 2),
            ('|', _) => (Sign::Pipe, 1),
            ('&', _) => (Sign::Ampersand, 1),
            (';', _) => (Sign::Semicolon, 1),
            ('(', _) => (Sign::LeftParenthesis, 1),
            (')', _) => (Sign::RightParenthesis, 1),
            ('{', _) => (Sign::LeftBrace, 1),
            ('}', _) => (Sign::RightBrace, 1),
            (',', _) => (Sign::Comma, 1),
            _ => return None,
        })
    }

    /// A sign that only an expression has, and its length.
    fn operator_sign(&self) -> Option<(Sign, usize)> {
        let bytes = &self.text.as_bytes()[self.at..];
        Some(match (bytes.first()?, bytes.get(1)) {
            (b'?', Some(b'?')) if bytes.get(2) == Some(&b'=') => (Sign::QuestionQuestionEquals, 3),
            (b'?', Some(b'?')) => (Sign::QuestionQuestion, 2),
            (b'?', Some(b'.')) => (Sign::QuestionDot, 2),
            (b'?', Some(b'[')) => (Sign::QuestionBracket, 2),
            (b'?', _) => (Sign::Question, 1),
            (b':', Some(b':')) => (Sign::ColonColon, 2),
            (b'+', Some(b'+')) => (Sign::PlusPlus, 2),
            (b'+', Some(b'=')) => (Sign::PlusEquals, 2),
            (b'*', Some(b'=')) => (Sign::StarEquals, 2),
            (b'/', Some(b'=')) => (Sign::SlashEquals, 2),
            (b'%', Some(b'=')) => (Sign::PercentEquals, 2),
            (b'.', Some(b'.')) => (Sign::DotDot, 2),
            (b'=', _) => (Sign::Equals, 1),
            (b'+', _) => (Sign::Plus, 1),
            (b'*', _) => (Sign::Star, 1),
            (b'/', _) => (Sign::Slash, 1),
            (b'%', _) => (Sign::Percent, 1),
            (b'!', _) => (Sign::Exclamation, 1),
            (b'.', _) => (Sign::Dot, 1),
            (b'[', _) => (Sign::LeftBracket, 1),
            (b']', _) => (Sign::RightBracket, 1),
            (b':', _) if !self.peek_next().is_some_and(is_identifier_start) => (Sign::Colon, 1),
            _ => return None,
        })
    }

    /// `:label` before a loop.
    fn scan_label(&mut self) -> TokenKind {
        self.at += 1;
        let start = self.at;
        self.take_identifier();
        TokenKind::Label(self.slice(start, self.at).into())
    }

    /// A name in an expression: a member, a hashtable's key, a keyword.
    fn scan_identifier(&mut self) -> TokenKind {
        let start = self.at;
        self.take_identifier();
        if self.at == start {
            return self.scan_word();
        }
        TokenKind::Word(self.slice(start, self.at).into())
    }
}

fn origin(origins: &[usize], at: usize) -> usize {
    origins
        .get(at)
        .or_else(|| origins.last())
        .copied()
        .unwrap_or_default()
}
