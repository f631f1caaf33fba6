//! Names of types: namespaces, generic arguments, arrays, assemblies.

use crate::error_record::Extent;
use crate::language::lexer::Mode;
use crate::language::parser::{Parser, after, span};
use crate::language::token::{Sign, Token, TokenKind};
use crate::value::Text;

/// Most dimensions of an array.
const MAX_DIMENSIONS: usize = 32;
/// What a `[` expects that is never closed.
const MISSING_BRACKET: &str = "Missing ] at end of attribute or type literal.";

impl Parser<'_> {
    /// A type's name with generic arguments and array brackets, as typed; nothing if none stands here.
    pub(super) fn type_name(&mut self, assembly: bool) -> Option<(Text, Extent)> {
        self.in_mode(Mode::TypeName, |parser| {
            let name = parser.next();
            if !matches!(name.kind, TokenKind::Identifier(_)) {
                parser.unget(name);
                return None;
            }
            let extent = parser.finish_type_name(&name, false, assembly);
            let text = parser.text_of(&extent).into();
            Some((text, extent))
        })
    }

    /// What follows the first word of a type's name; the extent of the whole.
    fn finish_type_name(&mut self, name: &Token, unbracketed: bool, assembly: bool) -> Extent {
        let token = self.peek().clone();
        if token.kind.is(Sign::LeftBracket) {
            self.skip_token();
            self.skip_lines();
            let inner = self.next();
            return match inner.kind {
                TokenKind::Sign(Sign::RightBracket | Sign::Comma) => {
                    self.array_brackets(name.extent.clone(), inner, unbracketed)
                }
                TokenKind::Sign(Sign::LeftBracket) | TokenKind::Identifier(_) => self
                    .deeper(|parser| Some(parser.generic_type_name(name, inner, unbracketed)))
                    .unwrap_or_else(|| name.extent.clone()),
                TokenKind::EndOfInput => {
                    self.unget(inner);
                    self.missing_type_name(after(&token.extent));
                    name.extent.clone()
                }
                _ => {
                    self.unexpected(&inner);
                    self.sync_on_error(true, &[Sign::RightBracket]);
                    name.extent.clone()
                }
            };
        }
        if token.kind.is(Sign::Comma) && assembly && !unbracketed {
            return self.assembly_name(&name.extent, &token.extent);
        }
        name.extent.clone()
    }

    fn missing_type_name(&mut self, place: Extent) {
        self.report_incomplete("MissingTypename", "Missing type name after '['.", place);
    }

    /// The assembly behind the comma at hand.
    fn assembly_name(&mut self, name: &Extent, comma: &Extent) -> Extent {
        self.skip_token();
        let start = self.lexer.position();
        let rest = self.lexer.slice(start, self.lexer.length());
        let length = rest.find([']', '\n', '\r']).unwrap_or(rest.len());
        let text = &rest[..length];
        self.lexer.rewind(start + length);
        if text.trim().is_empty() {
            self.report(
                "MissingAssemblyNameSpecification",
                "The type name is missing the assembly name specification.",
                after(comma),
            );
            return name.clone();
        }
        let end = start + text.trim_end().len();
        span(name, &self.lexer.extent(end, end))
    }

    fn generic_argument(&mut self, first: &Token) -> Extent {
        if matches!(first.kind, TokenKind::Identifier(_)) {
            return self.finish_type_name(first, true, true);
        }
        let name = self.next();
        if !matches!(name.kind, TokenKind::Identifier(_)) {
            let place = after(&name.extent);
            self.unget(name);
            self.missing_type_name(place);
            return first.extent.clone();
        }
        let extent = self.finish_type_name(&name, false, true);
        let close = self.next();
        if !close.kind.is(Sign::RightBracket) {
            let place = self.before(&close.extent);
            self.unget(close);
            self.report_incomplete(
                "EndSquareBracketExpectedAtEndOfType",
                "Missing ] at end of type token.",
                place,
            );
        }
        extent
    }

    /// `A, B` within the brackets of a generic type; the extent of the last, and the token behind.
    pub(super) fn generic_arguments(&mut self, first: &Token) -> (Extent, Token) {
        let mut last = self.generic_argument(first);
        loop {
            self.skip_lines();
            let token = self.next();
            if !token.kind.is(Sign::Comma) {
                return (last, token);
            }
            self.skip_lines();
            let next = self.peek().clone();
            if matches!(next.kind, TokenKind::Identifier(_)) || next.kind.is(Sign::LeftBracket) {
                self.skip_token();
                last = self
                    .deeper(|parser| Some(parser.generic_argument(&next)))
                    .unwrap_or(next.extent);
            } else {
                self.missing_type_name(after(&token.extent));
                last = token.extent;
            }
        }
    }

    fn generic_type_name(&mut self, name: &Token, first: Token, unbracketed: bool) -> Extent {
        let (last, close) = self.generic_arguments(&first);
        let mut extent = span(&name.extent, &close.extent);
        if !close.kind.is(Sign::RightBracket) {
            let place = self.before(&close.extent);
            self.unget(close);
            self.report_incomplete(
                "EndSquareBracketExpectedAtEndOfAttribute",
                MISSING_BRACKET,
                place,
            );
            extent = span(&name.extent, &last);
        }
        let token = self.peek().clone();
        if token.kind.is(Sign::LeftBracket) {
            self.skip_token();
            let inner = self.next();
            return self.array_brackets(extent, inner, unbracketed);
        }
        if token.kind.is(Sign::Comma) && !unbracketed {
            return self.assembly_name(&extent, &token.extent);
        }
        extent
    }

    /// `]`, `,,]` and further pairs of brackets behind an element's name.
    fn array_brackets(
        &mut self,
        mut extent: Extent,
        mut inner: Token,
        unbracketed: bool,
    ) -> Extent {
        loop {
            match inner.kind {
                TokenKind::Sign(Sign::Comma) => self.dimensions(&inner, &mut extent),
                TokenKind::Sign(Sign::RightBracket) => extent.end = inner.extent.end,
                TokenKind::EndOfInput => {
                    let place = self.before(&inner.extent);
                    self.unget(inner);
                    self.report(
                        "EndSquareBracketExpectedAtEndOfAttribute",
                        MISSING_BRACKET,
                        place,
                    );
                }
                _ => {
                    self.unexpected(&inner);
                    self.sync_on_error(true, &[Sign::RightBracket]);
                }
            }
            let token = self.peek().clone();
            if token.kind.is(Sign::Comma) && !unbracketed {
                return self.assembly_name(&extent, &token.extent);
            }
            if !token.kind.is(Sign::LeftBracket) {
                return extent;
            }
            self.skip_token();
            inner = self.next();
        }
    }

    fn dimensions(&mut self, first: &Token, extent: &mut Extent) {
        let mut count = 1_usize;
        let mut last = first.extent.clone();
        let token = loop {
            count += 1;
            let token = self.next();
            if !token.kind.is(Sign::Comma) {
                break token;
            }
            last = token.extent;
        };
        let closed = token.kind.is(Sign::RightBracket);
        if closed {
            extent.end = token.extent.end;
        } else {
            self.unget(token);
        }
        if count > MAX_DIMENSIONS {
            self.report(
                "ArrayHasTooManyDimensions",
                format!(
                    "The array has too many dimensions: {count}. The number of dimensions for an array must be less than or \
                     equal to {MAX_DIMENSIONS}."
                ),
                span(&first.extent, &last),
            );
        } else if !closed {
            self.report(
                "EndSquareBracketExpectedAtEndOfAttribute",
                MISSING_BRACKET,
                after(&last),
            );
        }
    }

    /// `[` behind blanks, on this line; a member's sign there gives the blanks back.
    pub(super) fn next_left_bracket(&mut self) -> Option<Token> {
        match &self.ungot {
            Some(token) if token.kind.is(Sign::LeftBracket) => Some(self.next()),
            Some(_) => None,
            None => {
                let point = self.lexer.position();
                self.lexer.skip_within_line();
                match self.lexer.peek() {
                    Some('[') => Some(self.lexer.take_sign(Sign::LeftBracket, 1)),
                    Some('.' | ':') => {
                        self.lexer.rewind(point);
                        None
                    }
                    _ => None,
                }
            }
        }
    }
}
