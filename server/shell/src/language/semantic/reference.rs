//! Where `[ref]` may stand among the types before an operand.

use crate::error_record::Extent;
use crate::language::ast::{Expression, ExpressionKind, TypeLiteral};
use crate::language::semantic::Checker;

/// Whether a type is that of references.
fn is_reference(literal: &TypeLiteral) -> bool {
    crate::convert::type_names::resolve(&literal.name)
        .is_some_and(|target| crate::evaluate::reference::is_type(&target))
}

/// The types before an operand, the outermost first.
fn casts(operand: &Expression) -> Vec<&TypeLiteral> {
    let mut casts = Vec::new();
    let mut at = operand;
    loop {
        at = match &at.kind {
            ExpressionKind::Cast(literal, operand) => {
                casts.push(literal);
                operand
            }
            ExpressionKind::Attributed(_, operand) => operand,
            _ => return casts,
        };
    }
}

impl Checker<'_> {
    pub(super) fn cast(&mut self, literal: &TypeLiteral, operand: &Expression, whole: &Extent) {
        if literal.name.eq_ignore_ascii_case("ordered")
            && !matches!(operand.kind, ExpressionKind::Hashtable(_))
        {
            self.ordered(&literal.name, whole);
        }
        let within = casts(operand);
        if is_reference(literal) {
            for twice in within.iter().filter(|own| is_reference(own)) {
                self.refuse(
                    "ReferenceNeedsToBeByItselfInTypeSequence",
                    "Cannot have two occurrences of [ref] in a type sequence.",
                    &twice.extent,
                );
            }
        } else if !self.assigned
            && let Some(reference) = within.first().filter(|own| is_reference(own))
        {
            self.refuse(
                "ReferenceNeedsToBeLastTypeInTypeConversion",
                "[ref] can only be the final type in type conversion sequence.",
                &reference.extent,
            );
        }
        self.expression(operand);
    }

    /// The types of a variable that is given a value.
    pub(super) fn reference_constraint(&mut self, target: &Expression) {
        let casts = casts(target);
        let last = casts.iter().rfind(|own| is_reference(own));
        if let (Some(reference), true) = (last, casts.len() > 1) {
            self.refuse(
                "ReferenceNeedsToBeByItselfInTypeConstraint",
                "Cannot use [ref] with other types in a type constraint.",
                &reference.extent,
            );
        }
    }
}
