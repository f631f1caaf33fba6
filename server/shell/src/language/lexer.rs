//! From characters to tokens, in modes: a command's arguments, an expression's operands, a type's name.
//!
//! The parser says which mode applies, token by token, as PowerShell's own does: the same characters mean different
//! things in each. The lexer never fails: what it refuses it notes among the errors and goes on.

use crate::error_record::Extent;
use crate::language::characters::{
    is_blank, is_dash, is_double_quote, is_identifier_part, is_identifier_start, is_line_break,
    is_single_quote, is_word_end,
};
use crate::language::parse_error::ParseError;
use crate::language::token::{Keyword, RedirectionSign, Sign, Token, TokenKind};

/// How the next characters are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Arguments of a command: bare words.
    #[default]
    Command,
    /// Operands and operators.
    Expression,
    /// The name of a type.
    TypeName,
    /// What stands between the name of a class or enumeration and its members.
    Signature,
}

/// Most errors that are kept of one text.
const MAX_ERRORS: usize = 100;

/// A reader of tokens.
#[derive(Debug, Default)]
pub struct Lexer<'a> {
    /// What is read.
    pub(super) text: &'a str,
    /// For a text taken out of a string: where each of its bytes stands in the source.
    pub(super) origins: Option<&'a [usize]>,
    /// Where reading stands.
    pub(super) at: usize,
    /// How the next characters are read.
    pub mode: Mode,
    /// Whether a name is due, which no word of the language is then.
    pub names_only: bool,
    /// Whether an operand is due: a sign before digits belongs to the number.
    pub signed_numbers: bool,
    /// Whether `?` and `:` end a number, because a ternary may go on there.
    pub ternary_ends_number: bool,
    /// Where the `#requires` comments stand that were read.
    pub requires: Vec<Extent>,
    /// What was refused.
    pub errors: Vec<ParseError>,
}

impl<'a> Lexer<'a> {
    /// Reads a whole source.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            ..Self::default()
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

    /// How long this text is, in bytes.
    pub fn length(&self) -> usize {
        self.text.len()
    }

    /// Goes back to an earlier position.
    pub fn rewind(&mut self, position: usize) {
        self.at = position;
    }

    /// Gives up the rest.
    pub fn rewind_to_end(&mut self) {
        self.at = self.text.len();
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

    /// Whether nothing but blanks and comments stands after an extent; a further line counts as something. In a
    /// sub-expression of a string the offset is taken for one of its own text, as PowerShell does.
    pub fn is_at_end(&self, extent: &Extent) -> bool {
        let Some(mut rest) = self.text.get(extent.end..) else {
            return true;
        };
        loop {
            rest = rest.trim_start_matches(is_blank);
            if rest.starts_with('#') {
                rest = rest.trim_start_matches(|c| !is_line_break(c));
            } else if let Some(comment) = rest.strip_prefix("<#") {
                rest = comment.split_once("#>").map_or("", |(_, after)| after);
            } else {
                return rest.is_empty();
            }
        }
    }

    /// Whether the first thing after a line break at `end` is a pipe, which goes on with the pipeline.
    pub fn pipe_follows(&self, end: usize) -> bool {
        let mut rest = self.text.get(end..).unwrap_or_default();
        let mut fresh_line = true;
        loop {
            rest = rest.trim_start_matches(is_blank);
            let Some(next) = rest.chars().next() else {
                return false;
            };
            if is_line_break(next) {
                // An empty line ends the statement.
                if fresh_line {
                    return false;
                }
                fresh_line = true;
                rest = rest.strip_prefix("\r\n").unwrap_or_else(|| &rest[1..]);
                continue;
            }
            fresh_line = false;
            if next == '#' {
                rest = rest.trim_start_matches(|c| !is_line_break(c));
            } else if let Some(comment) = rest.strip_prefix("<#") {
                rest = comment.split_once("#>").map_or("", |(_, after)| after);
            } else {
                return next == '|';
            }
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

    pub(super) fn starts(&self, word: &str) -> bool {
        self.text.as_bytes()[self.at..].starts_with(word.as_bytes())
    }

    /// Notes an error.
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

    /// Keeps an error, once: what is read twice refuses the same twice.
    pub fn note(&mut self, error: ParseError) {
        let known = |own: &ParseError| own.id == error.id && own.extent == error.extent;
        if self.errors.len() < MAX_ERRORS && !self.errors.iter().any(known) {
            self.errors.push(error);
        }
    }

    /// Notes an error that more input could mend if nothing stands behind it.
    pub fn refuse_incomplete(
        &mut self,
        id: &'static str,
        message: impl Into<String>,
        start: usize,
        end: usize,
    ) {
        let extent = self.extent(start, end);
        self.note(ParseError {
            id,
            message: message.into(),
            incomplete: self.is_at_end(&extent),
            extent,
        });
    }

    /// Skips blanks, continued lines, comments and line breaks; semicolons too, if asked.
    pub fn skip_lines(&mut self, semicolons: bool) {
        while let Some(next) = self.peek() {
            match next {
                ';' if semicolons => self.at += 1,
                _ if is_line_break(next) => self.take_line_break(),
                _ if self.skip_filler(next) => {}
                _ => return,
            }
        }
    }

    /// Skips one blank, comment or continued line that begins with the character at hand; false if none does.
    pub(super) fn skip_filler(&mut self, next: char) -> bool {
        match next {
            'A'..='Z' | 'a'..='z' | '0'..='9' | '-' | '$' | '(' | '{' => return false,
            '#' => self.skip_to_line_end(),
            '<' if self.starts("<#") => self.skip_block_comment(),
            '`' => match self.peek_next() {
                Some(after) if is_line_break(after) => {
                    self.at += 1;
                    self.take_line_break();
                }
                Some(after) if is_blank(after) => {
                    self.at += 1;
                    self.take();
                }
                _ => return false,
            },
            _ if is_blank(next) => {
                self.take();
            }
            _ => return false,
        }
        true
    }

    pub(super) fn take_line_break(&mut self) {
        if self.starts("\r\n") {
            self.at += 1;
        }
        self.at += 1;
    }

    fn skip_to_line_end(&mut self) {
        let start = self.at;
        while self.peek().is_some_and(|next| !is_line_break(next)) {
            self.take();
        }
        let requires = self.text[start..]
            .get(1..9)
            .is_some_and(|word| word.eq_ignore_ascii_case("requires"));
        if requires && self.origins.is_none() && self.requires.len() < MAX_ERRORS {
            let extent = self.extent(start, self.at);
            self.requires.push(extent);
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

    /// The next token.
    pub fn next_token(&mut self) -> Token {
        while let Some(next) = self.peek() {
            if !self.skip_filler(next) {
                break;
            }
        }
        let start = self.at;
        let kind = self.scan(start);
        let mut extent = self.extent(start, self.at);
        if matches!(kind, TokenKind::EndOfInput) {
            // The end stands one past the last character.
            extent = Extent {
                start: extent.end + 1,
                end: extent.end + 1,
            };
        }
        Token {
            kind,
            extent,
            start,
        }
    }

    pub(super) fn sign(&mut self, sign: Sign, length: usize) -> TokenKind {
        self.at += length;
        TokenKind::Sign(sign)
    }

    /// A sign of that many bytes; in a command, a word that only begins with it.
    pub(super) fn sign_or_word(&mut self, sign: Sign, length: usize) -> TokenKind {
        let start = self.at;
        self.at += length;
        if self.mode == Mode::Command && !self.at_word_end() {
            return self.scan_generic(self.slice(start, self.at));
        }
        TokenKind::Sign(sign)
    }

    /// Whether a bare word ends at the character at hand.
    pub(super) fn at_word_end(&self) -> bool {
        self.peek().is_none_or(is_word_end)
    }

    fn scan(&mut self, start: usize) -> TokenKind {
        let Some(first) = self.peek() else {
            return TokenKind::EndOfInput;
        };
        match first {
            '\n' | '\r' => {
                self.take_line_break();
                TokenKind::NewLine
            }
            '`' => self.scan_backtick(),
            '@' => self.scan_at(),
            '$' if self.peek_next() == Some('(') => self.sign(Sign::DollarParenthesis, 2),
            '$' => {
                self.at += 1;
                self.scan_variable(start, false, false)
            }
            '<' => {
                self.at += 1;
                TokenKind::Redirection(RedirectionSign::Input)
            }
            '>' | '1'..='6' if self.at_redirection() => self.scan_redirection(),
            '*' if self.starts("*>") => self.scan_redirection(),
            '0'..='9' => self.scan_number(start),
            '.' => self.scan_dot(start),
            '!' => self.scan_exclamation(),
            ':' => self.scan_colon(),
            '?' if self.mode == Mode::Expression => self.scan_question(),
            '+' if self.sign_begins_number() => self.scan_number(start),
            _ if is_dash(first) => self.scan_dash(start),
            _ if is_single_quote(first) => self.scan_single_quoted(),
            _ if is_double_quote(first) => self.scan_double_quoted(),
            _ if is_identifier_start(first) => self.scan_identifier(),
            _ => self.scan_sign(first),
        }
    }

    /// A name; in a command a word of the language, or the beginning of a longer word.
    fn scan_identifier(&mut self) -> TokenKind {
        let start = self.at;
        self.take_identifier();
        if self.mode == Mode::TypeName {
            while self.peek().is_some_and(|c| {
                c.is_alphanumeric() || matches!(c, '.' | '`' | '_' | '+' | '#' | '\\')
            }) {
                self.take();
            }
            return TokenKind::Identifier(self.slice(start, self.at).into());
        }
        let name = self.slice(start, self.at);
        if !self.names_only && self.mode == Mode::Command && !self.at_word_end() {
            return self.scan_generic(name);
        }
        if !self.names_only
            && matches!(self.mode, Mode::Command | Mode::Signature)
            && let Some(keyword) = Keyword::find(name)
        {
            return TokenKind::Keyword(keyword);
        }
        TokenKind::Identifier(name.into())
    }
}

fn origin(origins: &[usize], at: usize) -> usize {
    origins
        .get(at)
        .or_else(|| origins.last())
        .copied()
        .unwrap_or_default()
}
