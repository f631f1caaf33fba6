//! Operators: ternary, binary by precedence, unary, casts, commas.

use crate::error_record::Extent;
use crate::language::ast::{BinaryOperator, Expression, ExpressionKind, UnaryOperator};
use crate::language::lexer::Mode;
use crate::language::parser::parameter::Bracketed;
use crate::language::parser::{Parser, after, error_expression, span};
use crate::language::token::{DashOperator, Sign, Token, TokenKind, precedence};

impl Parser<'_> {
    /// An expression; nothing if none stands here.
    pub(super) fn expression(&mut self) -> Option<Expression> {
        self.expression_in(false)
    }

    /// An expression; in a ternary `?` and `:` end a number.
    fn expression_in(&mut self, ternary: bool) -> Option<Expression> {
        self.deeper(|parser| parser.in_mode(Mode::Expression, |parser| parser.ternary(ternary)))
    }

    fn ternary(&mut self, ternary: bool) -> Option<Expression> {
        let condition = self.binary(ternary)?;
        let Some(question) = self.eat(Sign::Question) else {
            return Some(condition);
        };
        self.skip_lines();
        let positive = self.expression_in(true);
        if positive.is_none() {
            self.missing_value("?", after(&question.extent));
        }
        self.skip_lines();
        let colon = self.next();
        if !colon.kind.is(Sign::Colon) {
            let extent = colon.extent.clone();
            self.unget(colon);
            if positive.is_some() {
                self.report_incomplete(
                    "MissingColonInTernaryExpression",
                    "Missing ':' in the ternary expression.",
                    extent.clone(),
                );
            }
            let end = self.before(&extent);
            return Some(error_expression(span(&condition.extent, &end)));
        }
        self.skip_lines();
        let negative = self.expression_in(true);
        if negative.is_none() {
            self.missing_value(":", after(&colon.extent));
        }
        let (Some(positive), Some(negative)) = (positive, negative) else {
            return Some(error_expression(span(&condition.extent, &colon.extent)));
        };
        Some(Expression {
            extent: span(&condition.extent, &negative.extent),
            kind: ExpressionKind::Ternary(
                Box::new(condition),
                Box::new(positive),
                Box::new(negative),
            ),
        })
    }

    fn binary(&mut self, ternary: bool) -> Option<Expression> {
        let first = self.array_literal(ternary)?;
        let Some(operator) = binary_operator(&self.peek().kind) else {
            return Some(self.recover_parameter(first));
        };
        let token = self.next();
        let mut operands = vec![first];
        let mut operators = vec![(operator, token)];
        loop {
            self.skip_lines();
            let operand = self.array_literal(true).unwrap_or_else(|| {
                let place = operators
                    .last()
                    .map_or_else(Extent::default, |(_, token)| token.extent.clone());
                let text = self.text_of(&place);
                self.missing_value(text, after(&place));
                error_expression(after(&place))
            });
            operands.push(operand);
            let Some(operator) = binary_operator(&self.peek().kind) else {
                break;
            };
            let token = self.next();
            let strength = precedence(operator);
            while operators
                .last()
                .is_some_and(|(last, _)| strength <= precedence(*last))
            {
                reduce(&mut operands, &mut operators);
            }
            operators.push((operator, token));
            if !self.grow() {
                break;
            }
        }
        while !operators.is_empty() && operands.len() > 1 {
            reduce(&mut operands, &mut operators);
        }
        let whole = operands.pop()?;
        Some(self.recover_parameter(whole))
    }

    /// A parameter where an operator was due is told, and skipped.
    fn recover_parameter(&mut self, before: Expression) -> Expression {
        if !matches!(self.peek().kind, TokenKind::Parameter { .. }) {
            return before;
        }
        let token = self.next();
        self.unexpected(&token);
        error_expression(span(&before.extent, &token.extent))
    }

    fn array_literal(&mut self, ternary: bool) -> Option<Expression> {
        let first = self.unary(ternary)?;
        if self.no_comma || !self.peek_is(Sign::Comma) {
            return Some(first);
        }
        let mut items = vec![first];
        while let Some(comma) = self.eat(Sign::Comma) {
            self.skip_lines();
            match self.unary(true) {
                Some(item) => items.push(item),
                None => {
                    self.missing_after(",", after(&comma.extent));
                    items.push(error_expression(comma.extent));
                    break;
                }
            }
        }
        let extent = match items.as_slice() {
            [first, .., last] => span(&first.extent, &last.extent),
            _ => Extent::default(),
        };
        Some(Expression {
            kind: ExpressionKind::ArrayLiteral(items),
            extent,
        })
    }

    /// An operand with what stands before and after it.
    pub(super) fn unary(&mut self, ternary: bool) -> Option<Expression> {
        self.deeper(|parser| parser.unary_rule(ternary))
    }

    fn unary_rule(&mut self, ternary: bool) -> Option<Expression> {
        let signed = std::mem::replace(&mut self.lexer.signed_numbers, true);
        let ends = std::mem::replace(&mut self.lexer.ternary_ends_number, ternary);
        if let Some(token) = &self.ungot {
            let anew = token.kind.is(Sign::Minus)
                || (ternary
                    && matches!(
                        token.kind,
                        TokenKind::Generic(_) | TokenKind::GenericExpandable(_)
                    ));
            if anew {
                let start = token.start;
                self.resync(start);
            }
        }
        self.peek();
        self.lexer.signed_numbers = signed;
        self.lexer.ternary_ends_number = ends;
        if self.peek().kind.is_unary_operator() {
            if self.no_comma && self.peek_is(Sign::Comma) {
                return None;
            }
            let token = self.next();
            return self
                .unary_operation(token)
                .map(|found| self.step_after(found));
        }
        let found = if self.peek_is(Sign::LeftBracket) {
            self.bracketed()?
        } else {
            self.primary(true)?
        };
        Some(self.step_after(found))
    }

    fn unary_operation(&mut self, token: Token) -> Option<Expression> {
        self.skip_lines();
        let Some(operand) = self.unary(true) else {
            let text = self.text_of(&token.extent);
            self.report_incomplete(
                "MissingExpressionAfterOperator",
                format!("Missing expression after unary operator '{text}'."),
                after(&token.extent),
            );
            return Some(error_expression(token.extent));
        };
        let extent = span(&token.extent, &operand.extent);
        let operand = Box::new(operand);
        let kind = match token.kind {
            TokenKind::Sign(sign @ (Sign::PlusPlus | Sign::MinusMinus)) => ExpressionKind::Step {
                target: operand,
                by: if sign == Sign::PlusPlus { 1 } else { -1 },
                prefix: true,
            },
            TokenKind::Sign(Sign::Comma) => ExpressionKind::Unary(UnaryOperator::Comma, operand),
            TokenKind::Sign(Sign::Plus) => ExpressionKind::Unary(UnaryOperator::Plus, operand),
            TokenKind::Sign(Sign::Minus) => ExpressionKind::Unary(UnaryOperator::Minus, operand),
            TokenKind::Operator(
                DashOperator::Unary(operator) | DashOperator::Either(operator, _),
            ) => ExpressionKind::Unary(operator, operand),
            _ => ExpressionKind::Unary(UnaryOperator::Not, operand),
        };
        Some(Expression { kind, extent })
    }

    /// `x++`, `x--`.
    fn step_after(&mut self, target: Expression) -> Expression {
        let by = match self.peek().kind {
            TokenKind::Sign(Sign::PlusPlus) => 1,
            TokenKind::Sign(Sign::MinusMinus) => -1,
            _ => return target,
        };
        if matches!(target.kind, ExpressionKind::Error) {
            return target;
        }
        let token = self.next();
        Expression {
            extent: span(&target.extent, &token.extent),
            kind: ExpressionKind::Step {
                target: Box::new(target),
                by,
                prefix: false,
            },
        }
    }

    /// `[type]`, `[type]operand`, `[Attribute(…)]operand`, `[type]::Member`.
    fn bracketed(&mut self) -> Option<Expression> {
        let open = self.peek().extent.clone();
        let mut brackets = self.attribute_list(true);
        let mut whole = match brackets.pop()? {
            Bracketed::Attribute(attribute) => {
                self.skip_lines();
                let Some(operand) = self.unary(true) else {
                    self.report_incomplete(
                        "UnexpectedAttribute",
                        format!("Unexpected attribute '{}'.", attribute.name),
                        attribute.extent.clone(),
                    );
                    return Some(error_expression(span(&open, &attribute.extent)));
                };
                attributed(Bracketed::Attribute(attribute), operand)
            }
            Bracketed::Type(literal) => {
                let of_type = Expression {
                    extent: literal.extent.clone(),
                    kind: ExpressionKind::Type(literal.clone()),
                };
                if self.at_member(false) {
                    self.members(of_type, false)
                } else if matches!(self.peek().kind, TokenKind::NewLine)
                    || self.peek_is(Sign::Comma)
                {
                    of_type
                } else {
                    match self.unary(true) {
                        Some(operand) => attributed(Bracketed::Type(literal), operand),
                        None => of_type,
                    }
                }
            }
        };
        while let Some(bracketed) = brackets.pop() {
            if !self.grow() {
                return None;
            }
            whole = attributed(bracketed, whole);
        }
        Some(whole)
    }
}

/// A type or an attribute with the operand behind it.
fn attributed(bracketed: Bracketed, operand: Expression) -> Expression {
    let extent = span(bracketed.extent(), &operand.extent);
    let operand = Box::new(operand);
    Expression {
        kind: match bracketed {
            Bracketed::Type(literal) => ExpressionKind::Cast(literal, operand),
            Bracketed::Attribute(attribute) => {
                ExpressionKind::Attributed(std::sync::Arc::new(attribute), operand)
            }
        },
        extent,
    }
}

/// Makes one expression of the last operator and its operands.
fn reduce(operands: &mut Vec<Expression>, operators: &mut Vec<(BinaryOperator, Token)>) {
    let (Some(right), Some(left), Some((operator, token))) =
        (operands.pop(), operands.pop(), operators.pop())
    else {
        return;
    };
    operands.push(Expression {
        extent: span(&left.extent, &right.extent),
        kind: ExpressionKind::Binary {
            operator,
            operator_extent: token.extent,
            left: Box::new(left),
            right: Box::new(right),
        },
    });
}

fn binary_operator(kind: &TokenKind) -> Option<BinaryOperator> {
    match kind {
        TokenKind::Operator(DashOperator::Binary(operator) | DashOperator::Either(_, operator)) => {
            Some(*operator)
        }
        TokenKind::Sign(sign) => Some(match sign {
            Sign::Plus => BinaryOperator::Add,
            Sign::Minus => BinaryOperator::Subtract,
            Sign::Star => BinaryOperator::Multiply,
            Sign::Slash => BinaryOperator::Divide,
            Sign::Percent => BinaryOperator::Remainder,
            Sign::DotDot => BinaryOperator::Range,
            Sign::QuestionQuestion => BinaryOperator::Coalesce,
            _ => return None,
        }),
        _ => None,
    }
}
