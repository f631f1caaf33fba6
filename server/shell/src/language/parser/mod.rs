//! Recursive descent over the tokens, one method a rule of PowerShell's grammar.
//!
//! A text that is refused is still read to its end, so that all its errors are reported at once, as PowerShell does.

mod block;
mod command;
mod expression;
mod loops;
mod pipeline;
mod primary;
mod statement;

use std::sync::Arc;

use crate::error_record::Extent;
use crate::language::ast::{
    Block, Expression, ExpressionKind, Source, Statement, StringPart, VariablePath,
};
use crate::language::lexer::{Lexer, Mode};
use crate::language::parse_error::ParseError;
use crate::language::token::{RawPart, Sign, Token, TokenKind};

/// Longest text that is parsed, in bytes.
pub const MAX_TEXT: usize = 4 << 20;
/// Deepest nesting of blocks, parentheses and strings.
pub const MAX_DEPTH: usize = 64;
/// Highest tree that an expression may make: `1+1+…` nests to the left without a single parenthesis.
pub const MAX_HEIGHT: usize = 1000;

/// Parses a whole text.
///
/// # Errors
/// Everything that is wrong with it, in order.
pub fn parse(source: &Arc<Source>) -> Result<Block, Vec<ParseError>> {
    let mut parser = Parser {
        lexer: Lexer::new(""),
        source,
        peeked: None,
        seen: Default::default(),
        depth: 0,
        height: 0,
        last_end: 0,
        splats: false,
        no_comma: false,
    };
    if source.text.len() > MAX_TEXT {
        parser.too_complicated();
        return Err(parser.lexer.errors);
    }
    parser.lexer = Lexer::new(&source.text);
    let block = parser.block(None, source.text.len());
    if parser.lexer.errors.is_empty() {
        Ok(block)
    } else {
        Err(parser.lexer.errors)
    }
}

/// Letters of the longest keyword.
const LONGEST_KEYWORD: usize = "inlinescript".len();

/// What stands behind a text.
const END: Token = Token {
    kind: TokenKind::EndOfInput,
    extent: Extent { start: 0, end: 0 },
};

/// A token that was looked at, and how to go back before it.
struct Peeked {
    token: Token,
    /// Where the blanks before it begin.
    start: usize,
    /// Where it begins itself.
    begin: usize,
    end: usize,
}

/// The parser of one text, or of one sub-expression in a string.
pub(crate) struct Parser<'a> {
    lexer: Lexer<'a>,
    source: &'a Arc<Source>,
    /// The mode of the token that was looked at and not taken yet.
    peeked: Option<Mode>,
    /// The last token that was looked at in each mode: one that was given back is mostly looked at again.
    seen: [Option<Peeked>; 3],
    depth: usize,
    /// How high the tree is, at most, that the rule at work has made so far.
    height: usize,
    /// Where the last token taken ends in the source.
    last_end: usize,
    /// Whether the variable at hand may be splatted: it is an argument of a command.
    splats: bool,
    /// Whether a comma separates arguments of a call instead of making an array.
    no_comma: bool,
}

impl<'a> Parser<'a> {
    /// Looks at the next token.
    fn peek(&mut self, mode: Mode) -> &Token {
        if self.peeked != Some(mode) {
            self.resync();
            let start = self.lexer.position();
            self.lexer.skip_blanks(false);
            let begin = self.lexer.position();
            match &mut self.seen[mode as usize] {
                Some(seen) if seen.begin == begin => {
                    seen.start = start;
                    self.lexer.rewind(seen.end);
                }
                seen => {
                    let token = self.lexer.next(mode);
                    *seen = Some(Peeked {
                        token,
                        start,
                        begin,
                        end: self.lexer.position(),
                    });
                }
            }
            self.peeked = Some(mode);
        }
        self.seen[mode as usize]
            .as_ref()
            .map_or(&END, |seen| &seen.token)
    }

    /// Takes the next token.
    fn next(&mut self, mode: Mode) -> Token {
        self.peek(mode);
        self.peeked = None;
        let token = self.seen[mode as usize]
            .take()
            .map_or(END, |seen| seen.token);
        self.last_end = token.extent.end;
        token
    }

    /// Forgets the token that was looked at: reading goes on before it.
    fn resync(&mut self) {
        let Some(mode) = self.peeked.take() else {
            return;
        };
        let seen = &mut self.seen[mode as usize];
        if let Some(seen) = seen {
            self.lexer.rewind(seen.start);
        }
        // A text with errors is read anew: what a token refused may have been taken back with it.
        if !self.lexer.errors.is_empty() {
            *seen = None;
        }
    }

    fn peek_is(&mut self, mode: Mode, sign: Sign) -> bool {
        self.peek(mode).kind.is(sign)
    }

    /// Takes the next token if it is that sign.
    fn eat(&mut self, mode: Mode, sign: Sign) -> bool {
        let found = self.peek_is(mode, sign);
        if found {
            self.next(mode);
        }
        found
    }

    /// Skips line breaks, blanks and comments.
    fn skip_lines(&mut self) {
        self.resync();
        self.lexer.skip_blanks(true);
    }

    /// The text of the token at hand, as typed.
    fn peeked_text(&self) -> &'a str {
        let seen = self
            .peeked
            .and_then(|mode| self.seen[mode as usize].as_ref());
        seen.map_or("", |seen| self.lexer.slice(seen.begin, seen.end))
    }

    /// The keyword at hand, in lower case, if the next word is a plain one.
    fn peek_keyword(&mut self) -> Option<String> {
        let TokenKind::Word(word) = &self.peek(Mode::Command).kind else {
            return None;
        };
        let like_a_keyword =
            word.len() <= LONGEST_KEYWORD && word.bytes().all(|byte| byte.is_ascii_alphabetic());
        if !like_a_keyword {
            return None;
        }
        let word = word.clone();
        (*word == *self.peeked_text()).then(|| word.to_ascii_lowercase())
    }

    /// Notes an error; offsets are of the source.
    fn refuse(&mut self, id: &'static str, message: impl Into<String>, extent: Extent) {
        self.note(id, message.into(), extent, false);
    }

    /// Notes an error that more input could mend if only blanks are left after the last token taken.
    fn refuse_incomplete(&mut self, id: &'static str, message: impl Into<String>, extent: Extent) {
        self.resync();
        let at = self.lexer.position();
        let errors = self.lexer.errors.len();
        self.lexer.skip_blanks(true);
        let incomplete = self.lexer.at_end();
        self.lexer.rewind(at);
        self.lexer.errors.truncate(errors);
        self.note(id, message.into(), extent, incomplete);
    }

    fn note(&mut self, id: &'static str, message: String, extent: Extent, incomplete: bool) {
        self.lexer.note(ParseError {
            id,
            message,
            extent,
            incomplete,
        });
    }

    /// The empty stretch after the last token taken.
    fn after_last(&self) -> Extent {
        Extent {
            start: self.last_end,
            end: self.last_end,
        }
    }

    /// From `start` to the end of the last token taken.
    fn span(&self, start: usize) -> Extent {
        Extent {
            start,
            end: self.last_end.max(start),
        }
    }

    /// Runs a rule one level deeper; beyond the limit the rest of the text is given up.
    fn deeper<T>(&mut self, rule: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            self.too_complicated();
            return None;
        }
        self.depth += 1;
        let beside = std::mem::take(&mut self.height);
        let result = rule(self);
        self.height = beside.max(self.height + 1);
        self.depth -= 1;
        result
    }

    /// Puts a further operator, member or index on top of what a rule has made; false beyond the limit, where the rest
    /// of the text is given up.
    fn grow(&mut self) -> bool {
        self.height += 1;
        let fits = self.height <= MAX_HEIGHT;
        if !fits {
            self.too_complicated();
        }
        fits
    }

    fn too_complicated(&mut self) {
        self.resync();
        let at = self.lexer.position();
        let extent = self.lexer.extent(at, at);
        self.lexer.rewind_to_end();
        if !self
            .lexer
            .errors
            .iter()
            .any(|error| error.id == "ScriptTooComplicated")
        {
            self.refuse(
                "ScriptTooComplicated",
                "The script is too long or nested too deeply to be parsed.",
                extent,
            );
        }
    }

    /// Statements up to the closing sign, which is left, or to the end.
    fn statements(&mut self, closing: Option<Sign>) -> Vec<Statement> {
        let mut statements = Vec::new();
        loop {
            self.skip_separators();
            match self.peek(Mode::Command).kind {
                TokenKind::EndOfInput => break,
                TokenKind::Sign(sign) if Some(sign) == closing => break,
                TokenKind::Sign(Sign::RightBrace | Sign::RightParenthesis) => {
                    if closing.is_some() {
                        break;
                    }
                    let text = self.peeked_text();
                    let token = self.next(Mode::Command);
                    self.unexpected(text, token.extent);
                }
                _ => {
                    self.resync();
                    let before = self.lexer.position();
                    let statement = self.deeper(Self::statement);
                    statements.extend(statement);
                    self.resync();
                    if self.lexer.position() <= before {
                        // Nothing was taken: a token that begins no statement. Take it, so that reading always ends.
                        self.lexer.advance_past(before);
                    }
                }
            }
        }
        statements
    }

    fn skip_separators(&mut self) {
        loop {
            self.skip_lines();
            if !self.eat(Mode::Command, Sign::Semicolon) {
                return;
            }
        }
    }

    fn unexpected(&mut self, text: &str, extent: Extent) {
        self.refuse(
            "UnexpectedToken",
            format!("Unexpected token '{text}' in expression or statement."),
            extent,
        );
    }

    /// Parses what an expandable string's parts hold.
    fn string_parts(&mut self, raw: Vec<RawPart>) -> Vec<StringPart> {
        raw.into_iter()
            .map(|part| match part {
                RawPart::Literal(text) => StringPart::Literal(text.into()),
                RawPart::Variable(path, extent) => StringPart::Expression(variable(path, extent)),
                RawPart::SubExpression(sub) => {
                    let extent = sub.extent.clone();
                    let statements = self
                        .deeper(|parser| Some(parser.nested(&sub.text, &sub.origins)))
                        .unwrap_or_default();
                    StringPart::Expression(Expression {
                        kind: ExpressionKind::SubExpression(statements),
                        extent,
                    })
                }
            })
            .collect()
    }

    fn nested(&mut self, text: &str, origins: &[usize]) -> Vec<Statement> {
        let mut inner = Parser {
            lexer: Lexer::nested(text, origins),
            source: self.source,
            peeked: None,
            seen: Default::default(),
            depth: self.depth,
            height: 0,
            last_end: origins.first().copied().unwrap_or_default(),
            splats: false,
            no_comma: false,
        };
        let statements = inner.statements(None);
        self.height = self.height.max(inner.height);
        self.lexer.errors.append(&mut inner.lexer.errors);
        statements
    }
}

fn variable(path: VariablePath, extent: Extent) -> Expression {
    Expression {
        kind: ExpressionKind::Variable(path),
        extent,
    }
}

/// Whether a value may be assigned to the expression.
fn is_assignable(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Variable(path) => !path.splatted,
        ExpressionKind::Member { .. } | ExpressionKind::Index { .. } => true,
        ExpressionKind::Cast(_, inner) | ExpressionKind::Attributed(_, inner) => {
            is_assignable(inner)
        }
        ExpressionKind::ArrayLiteral(items) => items.iter().all(is_assignable),
        ExpressionKind::Parenthesis(_)
        | ExpressionKind::Constant(_)
        | ExpressionKind::BareWord(..)
        | ExpressionKind::Expandable(_)
        | ExpressionKind::SubExpression(_)
        | ExpressionKind::ArrayExpression(_)
        | ExpressionKind::Hashtable(_)
        | ExpressionKind::ScriptBlock(_)
        | ExpressionKind::Type(_)
        | ExpressionKind::Unary(..)
        | ExpressionKind::Step { .. }
        | ExpressionKind::Binary { .. }
        | ExpressionKind::Ternary(..)
        | ExpressionKind::Call { .. } => false,
    }
}
