//! What follows an operand without a blank: `.Name`, `::Name`, `(…)`, `[…]`.

use crate::error_record::Extent;
use crate::language::ast::{Expression, ExpressionKind};
use crate::language::lexer::Mode;
use crate::language::parser::{Parser, after, error_expression, span};
use crate::language::token::{Sign, Token, TokenKind};
use crate::value::Value;

impl Parser<'_> {
    /// Whether a member's sign, or an index if asked, follows.
    pub(super) fn at_member(&mut self, brackets: bool) -> bool {
        self.ungot.is_none() && self.lexer.at_member(brackets)
    }

    /// The expression with the members and indices behind it.
    pub(super) fn members(&mut self, mut target: Expression, brackets: bool) -> Expression {
        let mut brackets = brackets;
        while self.ungot.is_none() {
            let Some(sign) = self.lexer.take_member_sign(brackets) else {
                break;
            };
            brackets = true;
            if !self.grow() {
                break;
            }
            self.skip_lines();
            target = match sign.kind {
                TokenKind::Sign(Sign::LeftBracket) => self.index(target, &sign, false),
                TokenKind::Sign(Sign::QuestionBracket) => self.index(target, &sign, true),
                _ => self.member(target, &sign),
            };
        }
        target
    }

    fn index(&mut self, target: Expression, open: &Token, null_conditional: bool) -> Expression {
        self.skip_lines();
        let index = self.with_comma(true, Self::expression);
        let index = index.unwrap_or_else(|| {
            self.report_incomplete(
                "MissingArrayIndexExpression",
                "Array index expression is missing or not valid.",
                after(&open.extent),
            );
            error_expression(open.extent.clone())
        });
        self.skip_lines();
        let close = self.next();
        let mut end = close.extent.clone();
        if !close.kind.is(Sign::RightBracket) {
            self.unget(close);
            if !matches!(index.kind, ExpressionKind::Error) {
                self.report_incomplete(
                    "MissingEndSquareBracket",
                    "Missing ']' after array index expression.",
                    after(&index.extent),
                );
            }
            end = index.extent.clone();
        }
        Expression {
            extent: span(&target.extent, &end),
            kind: ExpressionKind::Index {
                target: Box::new(target),
                index: Box::new(index),
                null_conditional,
            },
        }
    }

    fn member(&mut self, target: Expression, sign: &Token) -> Expression {
        let is_static = sign.kind.is(Sign::ColonColon);
        let null_conditional = sign.kind.is(Sign::QuestionDot);
        let Some(name) = self.member_name() else {
            self.report_incomplete(
                "MissingPropertyName",
                "Missing property name after reference operator.",
                after(&sign.extent),
            );
            let argument = self.single_argument();
            let end = argument.map_or_else(|| sign.extent.clone(), |argument| argument.extent);
            return error_expression(span(&target.extent, &end));
        };
        let mut end = name.extent.clone();
        let arguments = self.member_call(&mut end);
        let extent = span(&target.extent, &end);
        let (target, name) = (Box::new(target), Box::new(name));
        Expression {
            kind: match arguments {
                Some(arguments) => ExpressionKind::Call {
                    target,
                    name,
                    is_static,
                    null_conditional,
                    arguments,
                },
                None => ExpressionKind::Member {
                    target,
                    name,
                    is_static,
                    null_conditional,
                },
            },
            extent,
        }
    }

    fn member_name(&mut self) -> Option<Expression> {
        if let Some((name, extent)) = self.simple_name() {
            return Some(Expression {
                kind: ExpressionKind::Constant(Value::String(name)),
                extent,
            });
        }
        let kind = &self.peek().kind;
        if kind.is_unary_operator() || kind.is(Sign::LeftBracket) {
            return self.unary(false);
        }
        self.deeper(|parser| parser.primary(false))
    }

    /// The arguments that follow a member's name without a blank.
    fn member_call(&mut self, end: &mut Extent) -> Option<Vec<Expression>> {
        if self.ungot.is_some() {
            return None;
        }
        let point = self.lexer.position();
        let generic = self.generic_method_arguments(point);
        let Some(open) = self.lexer.take_call_sign() else {
            if generic {
                self.resync(point);
            }
            return None;
        };
        if open.kind.is(Sign::LeftParenthesis) {
            let (arguments, last) = self.call_arguments(&open);
            *end = last;
            return Some(arguments);
        }
        self.skip_lines();
        let block = self.script_block_expression(&open);
        *end = block.extent.clone();
        Some(vec![block])
    }

    /// `[int]` between a method's name and its parenthesis; false, and nothing taken, if none stands there.
    fn generic_method_arguments(&mut self, point: usize) -> bool {
        if self.lexer.peek() != Some('[') {
            return false;
        }
        self.lexer.take_sign(Sign::LeftBracket, 1);
        self.in_mode(Mode::TypeName, |parser| {
            parser.skip_lines();
            let first = parser.next();
            if !matches!(first.kind, TokenKind::Identifier(_)) {
                parser.resync(point);
                return false;
            }
            let (_, close) = parser.generic_arguments(&first);
            if close.kind.is(Sign::RightBracket) {
                return true;
            }
            let place = parser.before(&close.extent);
            parser.unget(close);
            parser.report_incomplete(
                "EndSquareBracketExpectedAtEndOfType",
                "Missing ] at end of type token.",
                place,
            );
            false
        })
    }

    /// The arguments of a call after its parenthesis, and where the call ends.
    pub(super) fn call_arguments(&mut self, open: &Token) -> (Vec<Expression>, Extent) {
        let mut arguments = Vec::new();
        let mut comma: Option<Extent> = None;
        let reported = self.with_comma(false, |parser| {
            loop {
                parser.skip_lines();
                let Some(argument) = parser.expression() else {
                    if let Some(comma) = &comma {
                        parser.missing_after(",", after(comma));
                    }
                    return comma.is_some();
                };
                arguments.push(argument);
                parser.skip_lines();
                comma = parser.eat(Sign::Comma).map(|comma| comma.extent);
                if comma.is_none() {
                    return false;
                }
            }
        });
        self.skip_lines();
        let close = self.next();
        if close.kind.is(Sign::RightParenthesis) {
            return (arguments, close.extent);
        }
        self.unget(close);
        let last = arguments.last().map_or(&open.extent, |last| &last.extent);
        let last = last.clone();
        if !reported {
            self.report_incomplete(
                "MissingEndParenthesisInMethodCall",
                "Missing ')' in method call.",
                after(&last),
            );
        }
        (arguments, comma.unwrap_or(last))
    }
}
