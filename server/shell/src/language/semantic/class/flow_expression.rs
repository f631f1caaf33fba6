//! The expressions of a method's flow: what they read, and where they may go two ways.

use crate::language::ast::{BinaryOperator, Expression, ExpressionKind, StringPart};
use crate::language::semantic::class::flow::{Walk, local};

impl Walk {
    pub(super) fn expressions(&mut self, expressions: &[Expression]) {
        for expression in expressions {
            self.expression(expression);
        }
    }

    pub(super) fn expression(&mut self, expression: &Expression) {
        match &expression.kind {
            ExpressionKind::Constant(_)
            | ExpressionKind::BareWord(..)
            | ExpressionKind::Type(_)
            | ExpressionKind::ScriptBlock(_)
            | ExpressionKind::Error => {}
            ExpressionKind::Variable(path) => {
                if let Some(key) = local(path) {
                    self.graph.reads(key, expression.extent.start);
                }
            }
            ExpressionKind::Expandable(parts) => {
                for part in parts {
                    if let StringPart::Expression(part) = part {
                        self.expression(part);
                    }
                }
            }
            ExpressionKind::Parenthesis(statement) => self.statement(statement),
            ExpressionKind::SubExpression(statements)
            | ExpressionKind::ArrayExpression(statements) => self.statements(statements),
            ExpressionKind::ArrayLiteral(items) => self.expressions(items),
            ExpressionKind::Hashtable(entries) => {
                for (key, value) in entries {
                    self.expression(key);
                    self.statement(value);
                }
            }
            ExpressionKind::Cast(_, operand)
            | ExpressionKind::Attributed(_, operand)
            | ExpressionKind::Unary(_, operand)
            | ExpressionKind::Step {
                target: operand, ..
            } => self.expression(operand),
            ExpressionKind::Ternary(condition, positive, negative) => {
                self.ternary(condition, positive, negative);
            }
            ExpressionKind::Binary {
                operator,
                left,
                right,
                ..
            } => self.binary(*operator, left, right),
            ExpressionKind::Member { target, name, .. } => {
                self.expression(target);
                self.expression(name);
            }
            ExpressionKind::Index { target, index, .. } => {
                self.expression(target);
                self.expression(index);
            }
            ExpressionKind::Call {
                target,
                name,
                arguments,
                ..
            } => {
                self.expression(target);
                self.expression(name);
                self.expressions(arguments);
            }
        }
    }

    fn ternary(&mut self, condition: &Expression, positive: &Expression, negative: &Expression) {
        let (first, second) = (self.graph.node(), self.graph.node());
        let after = self.graph.node();
        self.expression(condition);
        self.graph.flow_to(first);
        self.graph.flow_to(second);
        for (own, expression) in [(first, positive), (second, negative)] {
            self.graph.go_to(own);
            self.expression(expression);
            self.graph.flow_to(after);
        }
        self.graph.go_to(after);
    }

    fn binary(&mut self, operator: BinaryOperator, left: &Expression, right: &Expression) {
        self.expression(left);
        if !matches!(operator, BinaryOperator::And | BinaryOperator::Or) {
            return self.expression(right);
        }
        let (after, own) = (self.graph.node(), self.graph.node());
        self.graph.flow_to(after);
        self.graph.flow_to(own);
        self.graph.go_to(own);
        self.expression(right);
        self.graph.flow_to(after);
        self.graph.go_to(after);
    }
}
