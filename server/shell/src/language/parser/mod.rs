//! Recursive descent over the tokens, one method a rule of PowerShell's grammar.
//!
//! A text that is refused is still read to its end, so that all its errors are reported at once; where reading goes on
//! after an error, and so which errors follow, is PowerShell's own way.

mod class;
mod command;
mod condition;
mod data;
mod definition;
mod expression;
mod loops;
mod member;
mod parameter;
mod pipeline;
mod primary;
mod requires;
mod script_block;
mod statement;
mod switch;
mod try_catch;
mod type_name;
mod using;

use std::sync::Arc;

use crate::error_record::Extent;
use crate::language::ast::{
    Block, Expression, ExpressionKind, Source, Statement, StatementKind, TypeDeclaration,
};
use crate::language::lexer::{Lexer, Mode};
use crate::language::parse_error::ParseError;
use crate::language::semantic;
use crate::language::token::{Keyword, Sign, Token, TokenKind};

/// Longest text that is parsed, in bytes.
pub const MAX_TEXT: usize = 4 << 20;
/// Deepest nesting of blocks, parentheses and strings.
pub const MAX_DEPTH: usize = 64;
/// Highest tree that an expression may make: `1+1+…` nests to the left without a single parenthesis.
pub const MAX_HEIGHT: usize = 1000;
/// Most tokens that are read for each byte of a text, on top of [`FREE_TOKENS`]: what may be one thing or another is read
/// more than once.
const TOKENS_PER_BYTE: usize = 8;
/// Tokens that are read of however short a text.
const FREE_TOKENS: usize = 10_000;

/// Parses a whole text.
///
/// # Errors
/// Everything that is wrong with it, in order.
pub fn parse(source: &Arc<Source>) -> Result<Block, Vec<ParseError>> {
    match read(source) {
        (Some(block), errors) if errors.is_empty() => Ok(block),
        (_, errors) => Err(errors),
    }
}

/// Parses a text that need not be whole, as far as it can be read: what completion goes by.
pub(crate) fn parse_in_part(source: &Arc<Source>) -> Option<Block> {
    read(source).0
}

fn read(source: &Arc<Source>) -> (Option<Block>, Vec<ParseError>) {
    let text = &*source.text;
    let mut parser = Parser::new(Lexer::new(text), source);
    if text.len() > MAX_TEXT {
        parser.lexer = Lexer::new("");
        parser.too_complicated();
        return (None, parser.lexer.errors);
    }
    parser.budget = FREE_TOKENS + text.len().saturating_mul(TOKENS_PER_BYTE);
    let mut block = parser.script_block_rule(None);
    block.requirements = parser.requirements();
    let mut lexer = parser.lexer;
    semantic::check(&block, &mut |error| lexer.note(error));
    let mut errors = lexer.errors;
    // The end of a text stands one past its last character while it is parsed, and places are counted from there; what is
    // told of them lies within the text, and in no character's midst.
    for error in &mut errors {
        error.extent.start = text.floor_char_boundary(error.extent.start);
        error.extent.end = text.ceil_char_boundary(error.extent.end).min(text.len());
    }
    (Some(block), errors)
}

/// The parser of one text, or of one sub-expression in a string.
pub(crate) struct Parser<'a> {
    lexer: Lexer<'a>,
    source: &'a Arc<Source>,
    /// The one token that was looked at and not taken.
    ungot: Option<Token>,
    depth: usize,
    /// How high the tree is, at most, that the rule at work has made so far.
    height: usize,
    /// How many tokens may still be read.
    budget: usize,
    /// Whether a comma separates arguments of a call instead of making an array.
    no_comma: bool,
    /// The types that the block at work has declared so far.
    types: Vec<TypeDeclaration>,
}

impl<'a> Parser<'a> {
    fn new(lexer: Lexer<'a>, source: &'a Arc<Source>) -> Self {
        Self {
            lexer,
            source,
            ungot: None,
            depth: 0,
            height: 0,
            budget: FREE_TOKENS,
            no_comma: false,
            types: Vec::new(),
        }
    }

    /// Whether a part of the text names a variable.
    fn names(&self, part: &Extent, variable: &str) -> bool {
        let text = self.source.text.get(part.start..part.end);
        let mut places = text.unwrap_or_default().as_bytes().windows(variable.len());
        places.any(|place| place.eq_ignore_ascii_case(variable.as_bytes()))
    }

    /// Takes the next token.
    fn next(&mut self) -> Token {
        if let Some(token) = self.ungot.take() {
            return token;
        }
        match self.budget.checked_sub(1) {
            Some(left) => self.budget = left,
            None => self.too_complicated(),
        }
        self.lexer.next_token()
    }

    /// Looks at the next token.
    fn peek(&mut self) -> &Token {
        let token = match self.ungot.take() {
            Some(token) => token,
            None => self.next(),
        };
        self.ungot.insert(token)
    }

    fn peek_is(&mut self, sign: Sign) -> bool {
        self.peek().kind.is(sign)
    }

    fn peek_is_keyword(&mut self, keyword: Keyword) -> bool {
        self.peek().kind.is_keyword(keyword)
    }

    /// Takes the token that was looked at.
    fn skip_token(&mut self) {
        self.ungot = None;
    }

    /// Puts the token back that was just taken.
    fn unget(&mut self, token: Token) {
        self.ungot = Some(token);
    }

    /// Takes the next token if it is that sign.
    fn eat(&mut self, sign: Sign) -> Option<Token> {
        self.peek_is(sign).then(|| self.next())
    }

    /// Where reading would go on.
    fn restore_point(&self) -> usize {
        self.ungot
            .as_ref()
            .map_or_else(|| self.lexer.position(), |token| token.start)
    }

    /// Goes back to an earlier point.
    fn resync(&mut self, point: usize) {
        self.ungot = None;
        self.lexer.rewind(point);
    }

    /// Changes how characters are read; a token that was looked at is read anew if it may be another one then.
    fn set_mode(&mut self, mode: Mode) {
        if mode != self.lexer.mode
            && let Some(token) = &self.ungot
            && !token.kind.is_invariant()
        {
            let start = token.start;
            self.resync(start);
        }
        self.lexer.mode = mode;
    }

    /// Runs a rule in a mode.
    fn in_mode<T>(&mut self, mode: Mode, rule: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.lexer.mode;
        self.set_mode(mode);
        let result = rule(self);
        self.set_mode(outer);
        result
    }

    /// Runs a rule in which a comma means an array, or does not.
    fn with_comma<T>(&mut self, makes_array: bool, rule: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.no_comma, !makes_array);
        let result = rule(self);
        self.no_comma = outer;
        result
    }

    fn skip_lines(&mut self) {
        if let Some(token) = &self.ungot
            && !matches!(token.kind, TokenKind::NewLine)
        {
            return;
        }
        self.ungot = None;
        self.lexer.skip_lines(false);
    }

    fn skip_separators(&mut self) {
        if let Some(token) = &self.ungot
            && !matches!(token.kind, TokenKind::NewLine)
            && !token.kind.is(Sign::Semicolon)
        {
            return;
        }
        self.ungot = None;
        self.lexer.skip_lines(true);
    }

    /// After an error: skips to one of these signs that closes what is open, or stands outside of all brackets.
    fn sync_on_error(&mut self, consume_closing: bool, wanted: &[Sign]) {
        use Sign::{
            LeftBrace, LeftBracket, LeftParenthesis, RightBrace, RightBracket, RightParenthesis,
        };
        let pairs = [
            (LeftParenthesis, RightParenthesis),
            (LeftBrace, RightBrace),
            (LeftBracket, RightBracket),
        ];
        let mut open = pairs.map(|(_, closing)| i64::from(wanted.contains(&closing)));
        loop {
            let token = self.next();
            let sign = match token.kind {
                TokenKind::EndOfInput => return self.unget(token),
                TokenKind::NewLine => Sign::NewLine,
                TokenKind::Sign(sign) => sign,
                _ => continue,
            };
            for (index, (opening, closing)) in pairs.iter().enumerate() {
                if sign == *opening {
                    open[index] += 1;
                } else if sign == *closing {
                    open[index] -= 1;
                    if open[index] == 0 && wanted.contains(closing) {
                        if !consume_closing {
                            self.unget(token);
                        }
                        return;
                    }
                }
            }
            if wanted.contains(&sign) && open == [0; 3] {
                return;
            }
        }
    }

    /// Notes an error.
    fn report(&mut self, id: &'static str, message: impl Into<String>, extent: Extent) {
        self.lexer.note(ParseError {
            id,
            message: message.into(),
            extent,
            incomplete: false,
        });
    }

    /// Notes an error that more input could mend if nothing stands behind it; whether it could.
    fn report_incomplete(
        &mut self,
        id: &'static str,
        message: impl Into<String>,
        extent: Extent,
    ) -> bool {
        let detected = extent.clone();
        self.report_detected(id, message, extent, &detected)
    }

    /// The same where the error was found at another place than it is about.
    fn report_detected(
        &mut self,
        id: &'static str,
        message: impl Into<String>,
        extent: Extent,
        detected: &Extent,
    ) -> bool {
        let incomplete = self.lexer.is_at_end(detected);
        self.lexer.note(ParseError {
            id,
            message: message.into(),
            extent,
            incomplete,
        });
        incomplete
    }

    fn unexpected(&mut self, token: &Token) {
        let text = self.text_of(&token.extent);
        self.report(
            "UnexpectedToken",
            format!("Unexpected token '{text}' in expression or statement."),
            token.extent.clone(),
        );
    }

    fn missing_closing_brace(&mut self, open: Extent, found: &Extent) -> bool {
        self.report_detected(
            "MissingEndCurlyBrace",
            "Missing closing '}' in statement block or type definition.",
            open,
            found,
        )
    }

    /// The source text of an extent.
    fn text_of(&self, extent: &Extent) -> &'a str {
        self.source
            .text
            .get(extent.start..extent.end)
            .unwrap_or_default()
    }

    /// The empty stretch before an extent's first character.
    fn before(&self, extent: &Extent) -> Extent {
        let text = &self.source.text;
        let mut at = extent.start.saturating_sub(1).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        Extent { start: at, end: at }
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
        let at = self.lexer.position();
        let extent = self.lexer.extent(at, at);
        self.ungot = None;
        self.lexer.rewind_to_end();
        let mut errors = self.lexer.errors.iter();
        if !errors.any(|error| error.id == "ScriptTooComplicated") {
            self.report(
                "ScriptTooComplicated",
                "Processing was stopped because the script is too complex.",
                extent,
            );
        }
    }
}

/// The empty stretch after an extent.
fn after(extent: &Extent) -> Extent {
    Extent {
        start: extent.end,
        end: extent.end,
    }
}

/// From the beginning of one extent to the end of another.
fn span(first: &Extent, last: &Extent) -> Extent {
    Extent {
        start: first.start,
        end: last.end,
    }
}

/// A statement that was refused: it only keeps its place.
fn error_statement(extent: Extent) -> Statement {
    Statement {
        kind: StatementKind::Error,
        extent,
    }
}

/// An expression that was refused.
fn error_expression(extent: Extent) -> Expression {
    Expression {
        kind: ExpressionKind::Error,
        extent,
    }
}

fn is_error(statement: &Statement) -> bool {
    matches!(statement.kind, StatementKind::Error)
}
