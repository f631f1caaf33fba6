//! Tokens that begin with a sign of their own: variables, parameters, redirections, numbers.

use crate::language::ast::{Stream, VariablePath};
use crate::language::characters::{
    self, is_dash, is_identifier_part, is_identifier_start, is_word_end,
};
use crate::language::lexer::{Lexer, Mode};
use crate::language::number;
use crate::language::token::{RedirectionSign, Sign, TokenKind, dash_operator};
use crate::value::Text;

/// Splits the scope off a variable's name.
pub fn variable_path(text: &str, splatted: bool) -> VariablePath {
    let (scope, name) = match text.split_once(':') {
        Some((scope, name)) if !scope.is_empty() && !name.is_empty() => {
            (Some(scope.to_lowercase().into()), name)
        }
        _ => (None, text),
    };
    let typed = Text::from(text);
    let in_lower_case = name
        .bytes()
        .all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    let key = if scope.is_none() && in_lower_case {
        typed.clone()
    } else {
        name.to_lowercase().into()
    };
    VariablePath {
        text: typed,
        scope,
        key,
        splatted,
    }
}

impl Lexer<'_> {
    pub(super) fn scan_variable_token(&mut self) -> Option<TokenKind> {
        let start = self.at;
        self.at += 1;
        match self.scan_variable_path(false, false) {
            Some(path) => Some(TokenKind::Variable(path)),
            None => {
                self.at = start;
                None
            }
        }
    }

    pub(super) fn scan_at(&mut self) -> Option<TokenKind> {
        let next = self.peek_next()?;
        if characters::is_single_quote(next) || characters::is_double_quote(next) {
            return self.scan_here_string();
        }
        let start = self.at;
        self.at += 1;
        if next == '{' || !(is_identifier_part(next) || next == '?') {
            self.at = start;
            return None;
        }
        match self.scan_variable_path(true, false) {
            Some(path) => Some(TokenKind::Variable(path)),
            None => {
                self.at = start;
                None
            }
        }
    }

    pub(super) fn scan_redirection(&mut self, first: char) -> Option<TokenKind> {
        let bytes = &self.text.as_bytes()[self.at..];
        let (stream, skip) = match first {
            '>' => (Stream::Output, 0),
            '*' => (Stream::All, 1),
            '1' => (Stream::Output, 1),
            '2' => (Stream::Error, 1),
            '3' => (Stream::Warning, 1),
            '4' => (Stream::Verbose, 1),
            '5' => (Stream::Debug, 1),
            _ => (Stream::Information, 1),
        };
        if bytes.get(skip) != Some(&b'>') {
            return None;
        }
        if skip == 1 && bytes.get(2) == Some(&b'&') && bytes.get(3).is_some_and(u8::is_ascii_digit)
        {
            let merges = bytes[3] == b'1' && stream != Stream::Output;
            self.at += 4;
            return Some(TokenKind::Redirection(if merges {
                RedirectionSign::Merge(stream)
            } else {
                RedirectionSign::BadMerge
            }));
        }
        let append = bytes.get(skip + 1) == Some(&b'>');
        self.at += skip + 1 + usize::from(append);
        Some(TokenKind::Redirection(RedirectionSign::File {
            stream,
            append,
        }))
    }

    pub(super) fn scan_dash(&mut self, mode: Mode, start: usize) -> TokenKind {
        let dash = self.peek().map_or(1, char::len_utf8);
        let next = self.peek_next();
        if mode == Mode::Command {
            return match next {
                Some(c) if is_identifier_start(c) || c == '?' => self.scan_parameter(),
                // A signed number is a bare word here; it becomes a number where a parameter wants one.
                _ => self.scan_word(),
            };
        }
        match next {
            Some(c) if is_dash(c) => self.sign(Sign::MinusMinus, dash + c.len_utf8()),
            Some('=') => self.sign(Sign::MinusEquals, dash + 1),
            Some(c) if is_identifier_start(c) => {
                self.at += dash;
                let word_start = self.at;
                self.take_identifier();
                match dash_operator(self.slice(word_start, self.at)) {
                    Some(operator) => TokenKind::Operator(operator),
                    None => {
                        self.at = start;
                        self.scan_parameter()
                    }
                }
            }
            Some(c) if mode == Mode::Operand && (c.is_ascii_digit() || c == '.') => {
                self.scan_number(mode, start)
            }
            _ => self.sign(Sign::Minus, dash),
        }
    }

    /// `-Name`: runs to a blank or to one of `{ } ( ) ; , | & . [ :`; a quote makes an argument of the whole.
    pub(super) fn scan_parameter(&mut self) -> TokenKind {
        let start = self.at;
        self.take();
        let name_start = self.at;
        self.take_identifier();
        while let Some(next) = self.peek() {
            match next {
                ':' | '.' | '[' => break,
                _ if characters::is_single_quote(next) || characters::is_double_quote(next) => {
                    self.at = start;
                    return self.scan_word();
                }
                _ if is_word_end(next) => break,
                _ => {
                    self.take();
                }
            }
        }
        let name = self.slice(name_start, self.at).into();
        let colon = self.peek() == Some(':');
        if colon {
            self.at += 1;
        }
        TokenKind::Parameter { name, colon }
    }

    /// A number, if the characters make one whole; else a bare word.
    pub(super) fn scan_number(&mut self, mode: Mode, start: usize) -> TokenKind {
        if matches!(self.peek(), Some(c) if c == '+' || is_dash(c)) {
            self.take();
        }
        while let Some(next) = self.peek() {
            let exponent_sign = (next == '+' || next == '-')
                && self.text[start..self.at].ends_with(['e', 'E'])
                && !self.text[start..self.at].contains(['x', 'X']);
            if next == '.' && self.peek_next() == Some('.') {
                break;
            }
            if next == '.'
                && (mode != Mode::Command && !self.peek_next().is_some_and(|c| c.is_ascii_digit())
                    || self.text[start..self.at].contains(['.', 'e', 'E']))
            {
                break;
            }
            if !(next.is_ascii_alphanumeric() || next == '.' || exponent_sign) {
                break;
            }
            self.take();
        }
        let text = self.slice(start, self.at);
        let ends = match self.peek() {
            None => true,
            Some(next) if mode == Mode::Command => is_word_end(next),
            Some(next) => is_word_end(next) || characters::ends_number(next),
        };
        if let (true, Some(value)) = (ends, number::parse(text)) {
            return TokenKind::Number(value);
        }
        self.at = start;
        if mode == Mode::Operand && matches!(self.peek(), Some(c) if c == '+' || is_dash(c)) {
            let plus = self.peek() == Some('+');
            let length = self.peek().map_or(1, char::len_utf8);
            return self.sign(if plus { Sign::Plus } else { Sign::Minus }, length);
        }
        self.scan_word()
    }

    /// What follows `$`, `@` or `${`: none if it names no variable. In a string a colon that nothing follows is refused.
    pub(super) fn scan_variable_path(
        &mut self,
        splatted: bool,
        in_string: bool,
    ) -> Option<VariablePath> {
        let start = self.at;
        let first = self.peek()?;
        if first == '{' && !splatted {
            return self.scan_braced_variable();
        }
        if matches!(first, '$' | '^') && !splatted {
            self.at += 1;
            return Some(variable_path(self.slice(start, self.at), splatted));
        }
        self.take_identifier();
        while let Some(next) = self.peek() {
            if next == ':' {
                let after = self.peek_next();
                if after == Some(':') || self.at == start {
                    break;
                }
                if after.is_some_and(|c| is_identifier_part(c) || c == '?') {
                    self.at += 1;
                    continue;
                }
                if in_string {
                    let end = self.at + 1;
                    self.refuse(
                        "InvalidVariableReferenceWithDrive",
                        "Variable reference is not valid. ':' was not followed by a valid variable name character. \
                         Consider using ${} to delimit the name.",
                        start.saturating_sub(1),
                        end,
                    );
                }
                break;
            }
            if !(is_identifier_part(next) || next == '?') {
                break;
            }
            self.take();
        }
        (self.at > start).then(|| variable_path(self.slice(start, self.at), splatted))
    }

    pub(super) fn scan_braced_variable(&mut self) -> Option<VariablePath> {
        let start = self.at;
        self.at += 1;
        let mut name = String::new();
        loop {
            match self.take() {
                None => {
                    let message = "The variable reference is missing the closing '}'.";
                    self.refuse_incomplete(
                        "IncompleteDollarVariableReference",
                        message,
                        start.saturating_sub(1),
                        self.at,
                    );
                    break;
                }
                Some('}') => break,
                Some('`') => name.extend(self.take()),
                Some(other) => name.push(other),
            }
        }
        if name.is_empty() {
            self.refuse(
                "EmptyVariableReference",
                "Empty ${} variable reference, there should be a name between the braces.",
                start.saturating_sub(1),
                self.at,
            );
        }
        Some(variable_path(&name, false))
    }
}
