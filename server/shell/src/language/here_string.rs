//! Here-strings: what stands between `@'` or `@"` at the end of a line and the closing sign at the beginning of one.

use crate::language::characters::{is_blank, is_double_quote, is_line_break, is_single_quote};
use crate::language::lexer::Lexer;
use crate::language::quoted::Parts;
use crate::language::token::TokenKind;

impl Lexer<'_> {
    /// `@'⏎…⏎'@` and `@"⏎…⏎"@`.
    pub(super) fn scan_here_string(&mut self) -> TokenKind {
        let start = self.at;
        self.at += 1;
        let single = self.take().is_some_and(is_single_quote);
        let mut parts = Parts::default();
        if !self.here_header(start, single) {
            return parts.into_string();
        }
        // Where a closing sign stands that is not at the beginning of its line.
        let mut misplaced = None;
        let mut ended = self.here_footer(single, &mut parts, &mut misplaced);
        while !ended {
            let Some(next) = self.peek() else {
                self.here_unterminated(start, single, misplaced);
                break;
            };
            match next {
                _ if is_line_break(next) => {
                    let at = self.at;
                    self.take_line_break();
                    let before = parts.literal.len();
                    parts.literal.push_str(self.slice(at, self.at));
                    ended = self.here_footer(single, &mut parts, &mut misplaced);
                    if ended {
                        // The break before the closing sign belongs to it.
                        parts.literal.truncate(before);
                    }
                }
                _ if single => {
                    parts.literal.push(next);
                    self.take();
                }
                _ => self.expanded(next, &mut parts, true),
            }
        }
        parts.into_string()
    }

    /// The rest of the first line, which must be blank; false if it is not, and the string is given up.
    fn here_header(&mut self, start: usize, single: bool) -> bool {
        while self.peek().is_some_and(is_blank) {
            self.take();
        }
        match self.peek() {
            Some(next) if is_line_break(next) => {
                self.take_line_break();
                true
            }
            None => {
                self.here_unterminated(start, single, None);
                false
            }
            Some(next) => {
                self.refuse(
                    "UnexpectedCharactersAfterHereStringHeader",
                    "No characters are allowed after a here-string header but before the end of the line.",
                    self.at,
                    self.at + next.len_utf8(),
                );
                let quote = if single { '\'' } else { '"' };
                while let Some(next) = self.peek().filter(|c| !is_line_break(*c)) {
                    self.take();
                    if next == quote && self.peek() == Some('@') {
                        self.take();
                        break;
                    }
                }
                false
            }
        }
    }

    /// Takes the closing sign if it begins the line; one behind blanks is text, and remembered.
    fn here_footer(
        &mut self,
        single: bool,
        parts: &mut Parts,
        misplaced: &mut Option<usize>,
    ) -> bool {
        if self.at_here_end(single) {
            let _ = (self.take(), self.take());
            return true;
        }
        while let Some(blank) = self.peek().filter(|c| is_blank(*c)) {
            parts.literal.push(blank);
            self.take();
        }
        if self.at_here_end(single) {
            misplaced.get_or_insert(self.at);
            parts.literal.extend(self.take());
            parts.literal.extend(self.take());
        }
        false
    }

    fn at_here_end(&self, single: bool) -> bool {
        let closes = if single {
            is_single_quote
        } else {
            is_double_quote
        };
        self.peek_next() == Some('@') && self.peek().is_some_and(closes)
    }

    fn here_unterminated(&mut self, start: usize, single: bool, misplaced: Option<usize>) {
        match misplaced {
            Some(at) => self.refuse_incomplete(
                "WhitespaceBeforeHereStringFooter",
                "White space is not allowed before the string terminator.",
                at,
                self.at,
            ),
            None => self.refuse_incomplete(
                "TerminatorExpectedAtEndOfString",
                format!(
                    "The string is missing the terminator: {}@.",
                    if single { '\'' } else { '"' }
                ),
                start,
                self.at,
            ),
        }
    }
}
