//! What may stand among the arguments of an attribute.

use crate::error_record::Extent;
use crate::evaluate::lone_expression;
use crate::language::ast::{Attribute, Expression, ExpressionKind, Statement, StringPart};

/// Where arguments stand that are neither constants nor script blocks.
pub(super) fn refused_arguments(attribute: &Attribute) -> Vec<&Extent> {
    let named = attribute
        .named
        .iter()
        .filter_map(|(_, value)| value.as_ref());
    named
        .chain(&attribute.positional)
        .filter(|value| !is_constant(value))
        .map(|value| &value.extent)
        .collect()
}

pub(super) fn is_constant(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Constant(_)
        | ExpressionKind::BareWord(..)
        | ExpressionKind::Type(_)
        | ExpressionKind::ScriptBlock(_)
        | ExpressionKind::Error => true,
        ExpressionKind::Variable(path) => {
            path.scope.is_none() && matches!(&*path.key, "true" | "false" | "null")
        }
        ExpressionKind::Expandable(parts) => parts
            .iter()
            .all(|part| matches!(part, StringPart::Literal(_))),
        ExpressionKind::ArrayLiteral(items) => items.iter().all(is_constant),
        ExpressionKind::Parenthesis(statement) => is_constant_statement(statement),
        ExpressionKind::ArrayExpression(statements) | ExpressionKind::SubExpression(statements) => {
            statements.iter().all(is_constant_statement)
        }
        ExpressionKind::Hashtable(entries) => entries
            .iter()
            .all(|(key, value)| is_constant(key) && is_constant_statement(value)),
        ExpressionKind::Cast(_, operand) | ExpressionKind::Unary(_, operand) => {
            is_constant(operand)
        }
        ExpressionKind::Binary { left, right, .. } => is_constant(left) && is_constant(right),
        ExpressionKind::Ternary(condition, positive, negative) => {
            is_constant(condition) && is_constant(positive) && is_constant(negative)
        }
        ExpressionKind::Member {
            target, is_static, ..
        } => *is_static && matches!(target.kind, ExpressionKind::Type(_)),
        ExpressionKind::Index { target, index, .. } => is_constant(target) && is_constant(index),
        ExpressionKind::Attributed(..)
        | ExpressionKind::Step { .. }
        | ExpressionKind::Call { .. } => false,
    }
}

fn is_constant_statement(statement: &Statement) -> bool {
    lone_expression(statement).is_some_and(is_constant)
}
