//! Operators: ternary, binary by precedence, unary, casts, commas.

use crate::error_record::Extent;
use crate::language::ast::{BinaryOperator, Expression, ExpressionKind, UnaryOperator};
use crate::language::lexer::Mode;
use crate::language::parser::{Parser, is_assignable};
use crate::language::token::{DashOperator, Sign, TokenKind, precedence};

impl Parser<'_> {
    /// Whether an expression rather than a command begins here.
    pub(super) fn begins_expression(&mut self) -> bool {
        match &self.peek(Mode::Operand).kind {
            TokenKind::Number(_) | TokenKind::Literal(_) | TokenKind::Expandable(_) => true,
            TokenKind::Variable(_) => true,
            TokenKind::Operator(operator) => !matches!(operator, DashOperator::Binary(_)),
            TokenKind::Sign(sign) => matches!(
                sign,
                Sign::LeftParenthesis
                    | Sign::AtParenthesis
                    | Sign::DollarParenthesis
                    | Sign::AtBrace
                    | Sign::LeftBrace
                    | Sign::LeftBracket
                    | Sign::Plus
                    | Sign::Minus
                    | Sign::PlusPlus
                    | Sign::MinusMinus
                    | Sign::Exclamation
                    | Sign::Comma
            ),
            TokenKind::EndOfInput
            | TokenKind::NewLine
            | TokenKind::Word(_)
            | TokenKind::ExpandableWord(_)
            | TokenKind::Parameter { .. }
            | TokenKind::Redirection(_)
            | TokenKind::Label(_) => false,
        }
    }

    /// An expression; nothing if none stands here.
    pub(super) fn expression(&mut self) -> Option<Expression> {
        self.deeper(Self::ternary)
    }

    fn ternary(&mut self) -> Option<Expression> {
        let condition = self.binary(0)?;
        if !self.eat(Mode::Expression, Sign::Question) {
            return Some(condition);
        }
        let start = condition.extent.start;
        self.skip_lines();
        let Some(positive) = self.expression() else {
            self.missing_value("?");
            return Some(condition);
        };
        self.skip_lines();
        if !self.eat(Mode::Expression, Sign::Colon) {
            let extent = self.peek(Mode::Expression).extent.clone();
            self.refuse_incomplete(
                "MissingColonInTernaryExpression",
                "Missing ':' in the ternary expression.",
                extent,
            );
            return Some(condition);
        }
        self.skip_lines();
        let Some(negative) = self.expression() else {
            self.missing_value(":");
            return Some(condition);
        };
        Some(Expression {
            kind: ExpressionKind::Ternary(
                Box::new(condition),
                Box::new(positive),
                Box::new(negative),
            ),
            extent: self.span(start),
        })
    }

    fn missing_value(&mut self, operator: &str) {
        let after = self.after_last();
        self.refuse_incomplete(
            "ExpectedValueExpression",
            format!("You must provide a value expression following the '{operator}' operator."),
            after,
        );
    }

    fn binary(&mut self, minimum: u8) -> Option<Expression> {
        let mut left = self.array_literal()?;
        while let Some(operator) = self.binary_operator() {
            let strength = precedence(operator);
            if strength < minimum || !self.grow() {
                break;
            }
            let token = self.next(Mode::Expression);
            let text = self.source_text(&token.extent);
            self.skip_lines();
            let Some(right) = self.binary(strength + 1) else {
                self.missing_value(&text);
                break;
            };
            let extent = Extent {
                start: left.extent.start,
                end: right.extent.end,
            };
            left = Expression {
                kind: ExpressionKind::Binary {
                    operator,
                    operator_extent: token.extent,
                    left: Box::new(left),
                    right: Box::new(right),
                },
                extent,
            };
        }
        Some(left)
    }

    fn binary_operator(&mut self) -> Option<BinaryOperator> {
        match self.peek(Mode::Expression).kind {
            TokenKind::Operator(
                DashOperator::Binary(operator) | DashOperator::Either(_, operator),
            ) => Some(operator),
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

    fn array_literal(&mut self) -> Option<Expression> {
        let first = self.unary()?;
        if self.no_comma || !self.peek_is(Mode::Expression, Sign::Comma) {
            return Some(first);
        }
        let start = first.extent.start;
        let mut items = vec![first];
        while self.eat(Mode::Expression, Sign::Comma) {
            let after = self.after_last();
            self.skip_lines();
            match self.unary() {
                Some(item) => items.push(item),
                None => {
                    self.refuse_incomplete(
                        "MissingExpressionAfterToken",
                        "Missing expression after ','.",
                        after,
                    );
                    break;
                }
            }
        }
        Some(Expression {
            kind: ExpressionKind::ArrayLiteral(items),
            extent: self.span(start),
        })
    }

    /// An operand with what stands before and after it.
    pub(super) fn unary(&mut self) -> Option<Expression> {
        self.deeper(Self::unary_rule)
    }

    fn unary_rule(&mut self) -> Option<Expression> {
        let token = self.peek(Mode::Operand).clone();
        let operator = match token.kind {
            TokenKind::Operator(
                DashOperator::Unary(operator) | DashOperator::Either(operator, _),
            ) => operator,
            TokenKind::Sign(Sign::Minus) => UnaryOperator::Minus,
            TokenKind::Sign(Sign::Plus) => UnaryOperator::Plus,
            TokenKind::Sign(Sign::Exclamation) => UnaryOperator::Not,
            TokenKind::Sign(Sign::Comma) if !self.no_comma => UnaryOperator::Comma,
            TokenKind::Sign(Sign::PlusPlus) => return self.step_before(1),
            TokenKind::Sign(Sign::MinusMinus) => return self.step_before(-1),
            TokenKind::Sign(Sign::LeftBracket) => return self.bracketed(),
            _ => {
                let operand = self.primary()?;
                return Some(self.step_after(operand));
            }
        };
        self.next(Mode::Operand);
        let text = self.source_text(&token.extent);
        let after = self.after_last();
        self.skip_lines();
        match self.unary() {
            Some(operand) => Some(Expression {
                kind: ExpressionKind::Unary(operator, Box::new(operand)),
                extent: self.span(token.extent.start),
            }),
            None => {
                self.refuse_incomplete(
                    "MissingExpressionAfterOperator",
                    format!("Missing expression after unary operator '{text}'."),
                    after,
                );
                None
            }
        }
    }

    fn step_before(&mut self, by: i8) -> Option<Expression> {
        let token = self.next(Mode::Operand);
        let after = self.after_last();
        let text = if by > 0 { "++" } else { "--" };
        let Some(target) = self.unary() else {
            self.refuse_incomplete(
                "MissingExpressionAfterOperator",
                format!("Missing expression after unary operator '{text}'."),
                after,
            );
            return None;
        };
        Some(self.step(target, by, true, token.extent.start))
    }

    fn step_after(&mut self, target: Expression) -> Expression {
        let by = match self.peek(Mode::Expression).kind {
            TokenKind::Sign(Sign::PlusPlus) => 1,
            TokenKind::Sign(Sign::MinusMinus) => -1,
            _ => return target,
        };
        self.next(Mode::Expression);
        let start = target.extent.start;
        self.step(target, by, false, start)
    }

    fn step(&mut self, target: Expression, by: i8, prefix: bool, start: usize) -> Expression {
        if !is_assignable(&target) {
            let text = if by > 0 { "++" } else { "--" };
            self.refuse(
                "OperatorRequiresVariableOrProperty",
                format!("The '{text}' operator works only on variables or on properties."),
                target.extent.clone(),
            );
        }
        Expression {
            kind: ExpressionKind::Step {
                target: Box::new(target),
                by,
                prefix,
            },
            extent: self.span(start),
        }
    }

    /// `[type]`, `[type]operand`, `[Attribute(…)]operand`, `[type]::Member`.
    fn bracketed(&mut self) -> Option<Expression> {
        let start = self.peek(Mode::Operand).extent.start;
        let attribute = self.attribute()?;
        if !attribute.positional.is_empty()
            || !attribute.named.is_empty()
            || attribute.has_parentheses
        {
            let operand = self.unary()?;
            return Some(Expression {
                kind: ExpressionKind::Attributed(
                    std::sync::Arc::new(attribute.into_ast()),
                    Box::new(operand),
                ),
                extent: self.span(start),
            });
        }
        let literal = attribute.into_type();
        let type_expression = Expression {
            kind: ExpressionKind::Type(literal.clone()),
            extent: literal.extent.clone(),
        };
        if self.at_type_member() {
            let member = self.members(type_expression)?;
            return Some(self.step_after(member));
        }
        let operand_follows = match &self.peek(Mode::Operand).kind {
            TokenKind::Sign(Sign::Comma) => false,
            TokenKind::Operator(operator) => matches!(operator, DashOperator::Unary(_)),
            _ => self.begins_expression(),
        };
        if !operand_follows {
            return Some(type_expression);
        }
        let operand = self.unary()?;
        Some(Expression {
            kind: ExpressionKind::Cast(literal, Box::new(operand)),
            extent: self.span(start),
        })
    }
}
