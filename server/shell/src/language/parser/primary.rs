//! Operands: constants, strings, variables, parentheses, literals of collections and blocks.

use crate::error_record::Extent;
use crate::language::ast::{Expression, ExpressionKind, Statement, StringPart};
use crate::language::lexer::{Lexer, Mode};
use crate::language::parser::{Parser, after, error_expression, error_statement, span};
use crate::language::token::{RawPart, RawSubExpression, Sign, Token, TokenKind};
use crate::value::Value;

impl Parser<'_> {
    /// An operand, with its members and indices if asked; nothing if none stands here.
    pub(super) fn primary(&mut self, with_members: bool) -> Option<Expression> {
        let token = self.next();
        let extent = token.extent.clone();
        let found = match token.kind {
            TokenKind::Variable(path) => constant(ExpressionKind::Variable(path), extent),
            TokenKind::Number(value) => constant(ExpressionKind::Constant(value), extent),
            TokenKind::Literal(text) => {
                constant(ExpressionKind::Constant(Value::String(text)), extent)
            }
            TokenKind::Expandable(parts) => {
                let parts = self.string_parts(parts);
                constant(ExpressionKind::Expandable(parts), extent)
            }
            TokenKind::Sign(Sign::LeftParenthesis) => self.parenthesis(&token),
            TokenKind::Sign(Sign::DollarParenthesis) => {
                let (statements, extent) = self.sub_expression(&token);
                constant(ExpressionKind::SubExpression(statements), extent)
            }
            TokenKind::Sign(Sign::AtParenthesis) => {
                let (statements, extent) = self.sub_expression(&token);
                constant(ExpressionKind::ArrayExpression(statements), extent)
            }
            TokenKind::Sign(Sign::AtBrace) => self.hashtable(&token),
            TokenKind::Sign(Sign::LeftBrace) => self.script_block_expression(&token),
            _ => {
                self.unget(token);
                return None;
            }
        };
        Some(if with_members {
            self.members(found, true)
        } else {
            found
        })
    }

    fn parenthesis(&mut self, open: &Token) -> Expression {
        let (inner, close) = self.with_comma(true, |parser| {
            parser.in_mode(Mode::Command, |parser| {
                parser.skip_lines();
                let inner = parser.pipeline_chain().unwrap_or_else(|| {
                    let place = after(&open.extent);
                    parser.report_incomplete(
                        "ExpectedExpression",
                        "An expression was expected after '('.",
                        place.clone(),
                    );
                    error_statement(place)
                });
                parser.skip_lines();
                let close = parser.next();
                if close.kind.is(Sign::RightParenthesis) {
                    return (inner, Some(close.extent));
                }
                parser.unget(close);
                parser.report_incomplete(
                    "MissingEndParenthesisInExpression",
                    "Missing closing ')' in expression.",
                    after(&inner.extent),
                );
                (inner, None)
            })
        });
        let extent = span(&open.extent, close.as_ref().unwrap_or(&inner.extent));
        constant(ExpressionKind::Parenthesis(Box::new(inner)), extent)
    }

    /// The statements of `$(…)` and `@(…)`, and where it stands.
    fn sub_expression(&mut self, open: &Token) -> (Vec<Statement>, Extent) {
        self.with_comma(true, |parser| {
            parser.in_mode(Mode::Command, |parser| {
                parser.skip_lines();
                let mut statements = Vec::new();
                parser.statement_list(&mut statements);
                parser.skip_lines();
                let close = parser.next();
                let mut end = close.extent.clone();
                if !close.kind.is(Sign::RightParenthesis) {
                    parser.unget(close);
                    parser.report_incomplete(
                        "MissingEndParenthesisInSubexpression",
                        "Missing closing ')' in subexpression.",
                        end,
                    );
                    let last = statements.last();
                    end = last.map_or_else(|| open.extent.clone(), |last| last.extent.clone());
                }
                let extent = span(&open.extent, &end);
                (statements, extent)
            })
        })
    }

    fn hashtable(&mut self, open: &Token) -> Expression {
        self.skip_lines();
        let mut entries = Vec::new();
        while let Some(entry) = self.hashtable_entry() {
            entries.push(entry);
            if !matches!(self.peek().kind, TokenKind::NewLine) && !self.peek_is(Sign::Semicolon) {
                break;
            }
            self.skip_separators();
        }
        let close = self.next();
        let mut end = close.extent.clone();
        if !close.kind.is(Sign::RightBrace) {
            self.unget(close);
            self.missing_closing_brace(after(&open.extent), &end);
            end = self.before(&end);
        }
        constant(ExpressionKind::Hashtable(entries), span(&open.extent, &end))
    }

    fn hashtable_entry(&mut self) -> Option<(Expression, Statement)> {
        let (key, equals) = self.in_mode(Mode::Expression, |parser| {
            let key = parser.label_or_key()?;
            Some((key, parser.next()))
        })?;
        if !equals.kind.is(Sign::Equals) {
            self.unget(equals);
            let place = after(&key.extent);
            self.report(
                "MissingEqualsInHashLiteral",
                "Missing '=' operator after key in hash literal.",
                place.clone(),
            );
            self.sync_on_error(false, &[Sign::RightBrace, Sign::Semicolon, Sign::NewLine]);
            return Some((key, error_statement(place)));
        }
        let value = self.in_mode(Mode::Command, |parser| {
            parser.skip_lines();
            parser.statement()
        });
        let value = value.unwrap_or_else(|| {
            let place = after(&equals.extent);
            self.report_incomplete(
                "MissingStatementInHashLiteral",
                "Missing statement after '=' in hash literal.",
                place.clone(),
            );
            error_statement(place)
        });
        Some((key, value))
    }

    /// Parses what an expandable string's parts hold.
    pub(super) fn string_parts(&mut self, raw: Vec<RawPart>) -> Vec<StringPart> {
        raw.into_iter()
            .map(|part| match part {
                RawPart::Literal(text) => StringPart::Literal(text.into()),
                RawPart::Variable(path, extent) => {
                    StringPart::Expression(constant(ExpressionKind::Variable(path), extent))
                }
                RawPart::SubExpression(sub) => {
                    let parsed = self.deeper(|parser| parser.nested(&sub));
                    let missing = || error_expression(sub.extent.clone());
                    StringPart::Expression(parsed.unwrap_or_else(missing))
                }
            })
            .collect()
    }

    /// The `$(…)` of a string, a text of its own; what stands behind it there is not looked at.
    fn nested(&mut self, sub: &RawSubExpression) -> Option<Expression> {
        let mut inner = Parser {
            depth: self.depth,
            budget: self.budget,
            ..Parser::new(Lexer::nested(&sub.text, &sub.origins), self.source)
        };
        inner.lexer.errors = std::mem::take(&mut self.lexer.errors);
        inner.lexer.mode = Mode::Expression;
        let parsed = inner.primary(true);
        self.height = self.height.max(inner.height);
        self.budget = inner.budget;
        self.lexer.errors = inner.lexer.errors;
        parsed
    }
}

fn constant(kind: ExpressionKind, extent: Extent) -> Expression {
    Expression { kind, extent }
}
