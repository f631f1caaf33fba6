//! What takes a value.

use crate::error_record::Extent;
use crate::evaluate::lone_expression;
use crate::language::ast::{Assignment, AssignmentOperator, Expression, ExpressionKind};
use crate::language::semantic::Checker;

impl Checker<'_> {
    pub(super) fn assignment(&mut self, assignment: &Assignment) {
        let simple = assignment.operator == AssignmentOperator::Set;
        self.assignment_target(&assignment.target, simple);
        self.property_target(&assignment.target);
        self.reference_constraint(&assignment.target);
        let around = std::mem::replace(&mut self.assigned, true);
        self.expression(&assignment.target);
        self.assigned = around;
        self.statement(&assignment.value);
    }

    fn assignment_target(&mut self, target: &Expression, simple: bool) {
        for extent in self.refused_targets(target, simple) {
            self.refuse(
                "InvalidLeftHandSide",
                "The assignment expression is not valid. The input to an assignment operator must be an object that is able \
                 to accept assignments, such as a variable or a property.",
                &extent,
            );
        }
    }

    pub(super) fn step_target(&mut self, target: &Expression, operator: &str) {
        for extent in self.refused_targets(target, false) {
            self.refuse(
                "OperatorRequiresVariableOrProperty",
                format!("The '{operator}' operator works only on variables or on properties."),
                &extent,
            );
        }
    }

    /// Where something stands that takes no value; several values are only taken by a plain assignment.
    fn refused_targets(&mut self, target: &Expression, simple: bool) -> Vec<Extent> {
        match &target.kind {
            ExpressionKind::ArrayLiteral(items) if simple => items
                .iter()
                .flat_map(|item| self.refused_targets(item, true))
                .collect(),
            ExpressionKind::Parenthesis(statement) => match lone_expression(statement) {
                Some(inner) => self.refused_targets(inner, simple),
                None => vec![statement.extent.clone()],
            },
            ExpressionKind::Cast(literal, inner) => {
                if literal.name.eq_ignore_ascii_case("void") {
                    self.void_type(&literal.extent);
                }
                self.refused_targets(inner, simple)
            }
            ExpressionKind::Attributed(_, inner) => self.refused_targets(inner, simple),
            ExpressionKind::Variable(_)
            | ExpressionKind::Member {
                null_conditional: false,
                ..
            }
            | ExpressionKind::Call {
                null_conditional: false,
                ..
            }
            | ExpressionKind::Index {
                null_conditional: false,
                ..
            } => Vec::new(),
            _ => vec![target.extent.clone()],
        }
    }
}
