//! Which lines are nothing but commands: names, parameters and constants, joined by `|` and `;`.
//!
//! The rule is that of PowerShell's remoting, which sends such lines to a restricted endpoint as commands and all others
//! as script text, which the endpoint refuses.

use crate::language::ast::{
    Block, Chain, Command, CommandElement, Element, ElementKind, Expression, ExpressionKind,
    Invocation, Redirection, Statement, StatementKind, VariablePath,
};

/// Variables that are constants.
const CONSTANTS: [&str; 3] = ["true", "false", "null"];

/// Whether a text is nothing but commands.
pub(super) fn is_plain(block: &Block) -> bool {
    !block.has_parameters && !block.is_named && block.end.iter().all(is_plain_statement)
}

fn is_plain_statement(statement: &Statement) -> bool {
    chain(statement).is_some_and(|chain| chain.first.elements.iter().all(is_command))
}

/// The one pipeline of a statement, if it is one.
fn chain(statement: &Statement) -> Option<&Chain> {
    match &statement.kind {
        StatementKind::Chain(chain) if chain.rest.is_empty() && !chain.background => Some(chain),
        _ => None,
    }
}

fn is_command(element: &Element) -> bool {
    let is_merge = |redirection: &Redirection| matches!(redirection, Redirection::Merge(_));
    match &element.kind {
        ElementKind::Command(command) => {
            element.redirections.iter().all(is_merge) && is_constant_command(command)
        }
        ElementKind::Expression(_) => false,
    }
}

fn is_constant_command(command: &Command) -> bool {
    command.invocation != Invocation::Dot
        && matches!(
            command.name.kind,
            ExpressionKind::Constant(_) | ExpressionKind::BareWord(..)
        )
        && command.elements.iter().all(|element| match element {
            CommandElement::Parameter { argument, .. } => argument.as_ref().is_none_or(is_constant),
            CommandElement::Argument(argument) => is_constant(argument),
        })
}

fn is_constant(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Constant(_) | ExpressionKind::BareWord(..) => true,
        ExpressionKind::Variable(path) => is_constant_variable(path),
        ExpressionKind::ArrayLiteral(items) => items.iter().all(is_constant),
        ExpressionKind::Parenthesis(statement) => is_constant_statement(statement),
        ExpressionKind::ArrayExpression(statements) => statements.iter().all(is_constant_statement),
        ExpressionKind::Hashtable(entries) => entries
            .iter()
            .all(|(key, value)| is_constant(key) && is_constant_statement(value)),
        _ => false,
    }
}

fn is_constant_variable(path: &VariablePath) -> bool {
    !path.splatted && path.scope.is_none() && CONSTANTS.contains(&&*path.key)
}

fn is_constant_statement(statement: &Statement) -> bool {
    let Some(chain) = chain(statement) else {
        return false;
    };
    match &*chain.first.elements {
        [
            Element {
                kind: ElementKind::Expression(expression),
                redirections,
                ..
            },
        ] => redirections.is_empty() && is_constant(expression),
        _ => false,
    }
}
