//! Commands that may change variables by their names: what a method with one of them reads may be anything.

use crate::language::ast::{
    Command, ElementKind, ExpressionKind, Invocation, Statement, StatementKind,
};
use crate::value::Value;

/// Commands that may change variables by their names.
const BY_NAME: [&str; 10] = [
    "new-variable",
    "remove-variable",
    "set-variable",
    "set-psbreakpoint",
    "nv",
    "rv",
    "sbp",
    "sv",
    "set",
    "microsoft.powershell.utility\\new-variable",
];

/// Whether a command among the statements at hand may change variables by their names. Commands that stand deeper than
/// in a statement of their own are rare enough to be taken for harmless.
pub(super) fn changes(statements: &[Statement]) -> bool {
    statements.iter().any(|statement| match &statement.kind {
        StatementKind::Chain(chain) => {
            let rest = chain.rest.iter().map(|(_, pipeline)| pipeline);
            std::iter::once(&chain.first)
                .chain(rest)
                .flat_map(|pipeline| &pipeline.elements)
                .any(|element| match &element.kind {
                    ElementKind::Command(command) => changes_by_name(command),
                    ElementKind::Expression(_) => false,
                })
        }
        StatementKind::If { clauses, otherwise } => {
            let bodies = clauses.iter().map(|(_, body)| body).chain(otherwise);
            bodies.into_iter().any(|body| changes(body))
        }
        StatementKind::While { body, .. }
        | StatementKind::Do { body, .. }
        | StatementKind::For { body, .. }
        | StatementKind::ForEach { body, .. } => changes(body),
        StatementKind::Try {
            body,
            catches,
            finally,
        } => {
            let bodies = catches.iter().map(|catch| &catch.body).chain(finally);
            std::iter::once(body)
                .chain(bodies)
                .any(|body| changes(body))
        }
        _ => false,
    })
}

fn changes_by_name(command: &Command) -> bool {
    let named = match &command.name.kind {
        ExpressionKind::BareWord(Value::String(name), _)
        | ExpressionKind::Constant(Value::String(name)) => BY_NAME.contains(&&*name.to_lowercase()),
        _ => false,
    };
    named || command.invocation == Invocation::Dot
}
