//! Tokens that begin with a sign of their own: variables, parameters, redirections, numbers.

use crate::language::ast::{Stream, VariablePath};
use crate::language::characters::{
    ends_number, is_dash, is_double_quote, is_identifier_part, is_single_quote, is_variable_start,
    is_word_end,
};
use crate::language::lexer::{Lexer, Mode};
use crate::language::number;
use crate::language::token::{RedirectionSign, Sign, TokenKind, dash_operator};
use crate::value::{Text, Value};

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
    /// Whether a stream's number at hand, or none, is followed by `>`.
    pub(super) fn at_redirection(&self) -> bool {
        self.peek() == Some('>') || self.peek_next() == Some('>')
    }

    /// `n>`, `n>>`, `n>&1`. In an expression a number before `>` is just a number.
    pub(super) fn scan_redirection(&mut self) -> TokenKind {
        let bytes = &self.text.as_bytes()[self.at..];
        let first = bytes.first().copied().unwrap_or_default();
        let explicit = first.is_ascii_digit();
        let skip = usize::from(explicit || first == b'*');
        let stream = match first {
            b'*' => Stream::All,
            b'2' => Stream::Error,
            b'3' => Stream::Warning,
            b'4' => Stream::Verbose,
            b'5' => Stream::Debug,
            b'6' => Stream::Information,
            _ => Stream::Output,
        };
        let target = match bytes.get(skip + 2) {
            _ if skip == 0 || bytes.get(skip + 1) != Some(&b'&') => None,
            Some(b'1') => Some(Stream::Output),
            Some(b'2') if explicit => Some(Stream::Error),
            _ => None,
        };
        if let Some(into) = target {
            self.at += skip + 3;
            return TokenKind::Redirection(RedirectionSign::Merge { from: stream, into });
        }
        if explicit && self.mode == Mode::Expression {
            self.at += 1;
            return TokenKind::Number(Value::Int32(i32::from(first - b'0')));
        }
        let append = bytes.get(skip + 1) == Some(&b'>');
        self.at += skip + 1 + usize::from(append);
        TokenKind::Redirection(RedirectionSign::File { stream, append })
    }

    /// Whether the sign at hand belongs to the number behind it.
    pub(super) fn sign_begins_number(&self) -> bool {
        self.signed_numbers
            && self
                .peek_next()
                .is_some_and(|c| c.is_ascii_digit() || c == '.')
    }

    pub(super) fn scan_dash(&mut self, start: usize) -> TokenKind {
        let dash = self.peek().map_or(1, char::len_utf8);
        let (sign, length) = match self.peek_next() {
            Some(c) if is_dash(c) => (Sign::MinusMinus, dash + c.len_utf8()),
            Some('=') => (Sign::MinusEquals, dash + 1),
            Some(c) if c.is_alphabetic() || c == '_' || c == '?' => return self.scan_parameter(),
            _ if self.sign_begins_number() => return self.scan_number(start),
            _ => (Sign::Minus, dash),
        };
        self.at += length;
        if self.mode == Mode::Command && !self.at_word_end() {
            return self.scan_generic(self.slice(start, self.at));
        }
        TokenKind::Sign(sign)
    }

    /// `-Name`: in a command it runs to a blank or to one of `{ } ( ) ; , | & . [ :`, and a quote makes an argument of
    /// the whole; in an expression it is as long as its letters.
    fn scan_parameter(&mut self) -> TokenKind {
        let start = self.at;
        let command = self.mode == Mode::Command;
        self.take();
        let name_start = self.at;
        if command {
            self.take_identifier();
        }
        let mut colon = false;
        while let Some(next) = self.peek() {
            match next {
                '.' | '[' => break,
                _ if is_word_end(next) => break,
                ':' => {
                    colon = true;
                    break;
                }
                _ if is_single_quote(next) || is_double_quote(next) => {
                    if command {
                        return self.scan_generic(self.slice(start, self.at));
                    }
                    break;
                }
                _ if command || next.is_ascii_alphabetic() => {
                    self.take();
                }
                _ => break,
            }
        }
        let name = self.slice(name_start, self.at);
        if self.mode == Mode::Expression
            && let Some(operator) = dash_operator(name)
        {
            return TokenKind::Operator(operator);
        }
        if name.is_empty() {
            return TokenKind::Sign(Sign::Minus);
        }
        if colon && command {
            self.at += 1;
        }
        TokenKind::Parameter {
            name: name.into(),
            colon,
        }
    }

    /// Whether a number that begins at the character at hand, and what ends it, stand there.
    pub(super) fn number_ends_here(&self) -> bool {
        number::scan(&self.text[self.at..]).is_some_and(|(length, _)| self.ends_number(length))
    }

    /// Whether a number of that many bytes may end where it does.
    fn ends_number(&self, length: usize) -> bool {
        match self.text[self.at + length..].chars().next() {
            None => true,
            Some(next) => {
                is_word_end(next)
                    || (self.mode == Mode::Expression
                        && ends_number(next, self.ternary_ends_number))
            }
        }
    }

    /// A number, if the characters make one whole; else a bare word.
    pub(super) fn scan_number(&mut self, start: usize) -> TokenKind {
        let scanned = number::scan(&self.text[start..]);
        let Some((length, literal)) = scanned.filter(|(length, _)| self.ends_number(*length))
        else {
            return self.scan_generic("");
        };
        match literal.value() {
            Some(value) => {
                self.at += length;
                TokenKind::Number(value)
            }
            None if self.mode != Mode::Expression => self.scan_generic(""),
            None => {
                self.at += length;
                let text = self.slice(start, self.at);
                self.refuse(
                    "BadNumericConstant",
                    format!("The numeric constant {text} is not valid."),
                    start,
                    self.at,
                );
                TokenKind::Number(Value::Null)
            }
        }
    }

    /// What follows `$` or `@`; the sign itself stands at `start`. In a command a name that goes on as no variable's name
    /// does is a bare word.
    pub(super) fn scan_variable(
        &mut self,
        start: usize,
        splatted: bool,
        in_string: bool,
    ) -> TokenKind {
        let word = self.mode == Mode::Command && !in_string;
        let begins = |c: char| is_variable_start(c) || (c == '{' && !splatted);
        let Some(first) = self.peek().filter(|c| begins(*c)) else {
            return self.scan_generic(self.slice(start, self.at));
        };
        let path = if first == '{' {
            let name = self.braced_name(in_string);
            let goes_on = |c: char| !is_word_end(c) && c != '.' && c != '[';
            if word && self.peek().is_some_and(goes_on) {
                self.at = start;
                return self.scan_generic("");
            }
            variable_path(&name, false)
        } else {
            if !self.take_variable_name(word) {
                self.at = start;
                return self.scan_generic("");
            }
            variable_path(self.slice(start + 1, self.at), splatted)
        };
        if let Some(drive) = path
            .text
            .strip_suffix(':')
            .filter(|drive| !drive.contains(':'))
        {
            let (id, message) = if first == '{' {
                (
                    "InvalidBracedVariableReference",
                    "Variable reference is not valid. The variable name is missing.",
                )
            } else if drive.is_empty() {
                (
                    "InvalidVariableReference",
                    "Variable reference is not valid. '$' was not followed by a valid variable name character. Consider \
                     using ${} to delimit the name.",
                )
            } else {
                (
                    "InvalidVariableReferenceWithDrive",
                    "Variable reference is not valid. ':' was not followed by a valid variable name character. Consider \
                     using ${} to delimit the name.",
                )
            };
            self.refuse(id, message, start, self.at);
        }
        TokenKind::Variable(path)
    }

    /// Takes the name of a variable without braces; false if in a command it is the beginning of a bare word.
    fn take_variable_name(&mut self, word: bool) -> bool {
        let first = self.take();
        if matches!(first, Some('$' | '?' | '^')) {
            return !word || self.at_word_end();
        }
        self.take_identifier();
        while let Some(next) = self.peek() {
            match next {
                ':' if self.peek_next() == Some(':') => break,
                ':' | '?' => {}
                '.' | '[' | '=' => break,
                _ if is_identifier_part(next) => {}
                _ if word && !is_word_end(next) => return false,
                _ => break,
            }
            self.take();
        }
        true
    }

    /// What stands between the braces of `${…}`.
    fn braced_name(&mut self, in_string: bool) -> String {
        let start = self.at;
        self.at += 1;
        let mut name = String::new();
        loop {
            match self.take() {
                None => {
                    // Not a format string: the doubled braces are PowerShell's.
                    self.refuse_incomplete(
                        "IncompleteDollarVariableReference",
                        "${{variable}} reference starting is missing the closing '}}'.",
                        start,
                        self.at,
                    );
                    return if name.is_empty() {
                        ":Error:".into()
                    } else {
                        name
                    };
                }
                Some('}') => break,
                Some('`') if self.peek().is_some() => self.escape(&mut name),
                Some('`') => {}
                Some('{') => {
                    // What follows the brace is blamed, whatever it is.
                    let blamed = self.at;
                    let length = self.peek().map_or(1, char::len_utf8);
                    self.refuse(
                        "OpenBraceNeedsToBeBackTickedInVariableName",
                        "Use `{ instead of { in variable names.",
                        blamed,
                        blamed + length,
                    );
                    name.push('{');
                }
                Some(quote)
                    if in_string
                        && is_double_quote(quote)
                        && self.peek().is_some_and(is_double_quote) =>
                {
                    name.extend(self.take());
                }
                Some(other) => name.push(other),
            }
        }
        if name.is_empty() {
            self.refuse(
                "EmptyVariableReference",
                "An empty ${} variable reference was found. A name is required inside the braces.",
                self.at - 1,
                self.at,
            );
            name.push_str(":Error:");
        }
        name
    }
}
