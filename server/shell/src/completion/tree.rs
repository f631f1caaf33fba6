//! The text around the caret as a tree: parsed as far as it goes, with the open brackets closed.

use std::sync::Arc;

use crate::completion::place::Place;
use crate::language::ast::{
    Block, Command, CommandElement, Element, ElementKind, Expression, ExpressionKind, Pipeline,
    Source, Statement, StatementKind, StringPart, Switch,
};
use crate::language::parser;

/// A place in the tree, with what matters of it to completion.
#[derive(Clone, Copy, Debug)]
pub(super) enum Node<'a> {
    /// A script block, a function's body, the whole; with the command that has it as an argument.
    Block(&'a Block, Option<&'a Command>),
    /// A statement.
    Statement(&'a Statement),
    /// An element of a pipeline.
    Element(&'a Pipeline, usize),
    /// An expression.
    Expression(&'a Expression),
    /// The clauses of a `switch`.
    Clauses(&'a Switch),
    /// What catches an error.
    Handler,
}

/// The text up to `end`, its open brackets closed.
pub(super) fn before(text: &str, end: usize, place: &Place) -> Option<Block> {
    let mut whole = text.get(..end)?.to_owned();
    // What stands in quotes there is closed by the quotes.
    whole.push_str(&place.closers());
    block(&whole)
}

/// A text, parsed as far as it goes.
pub(super) fn block(text: &str) -> Option<Block> {
    let source = Arc::new(Source {
        text: text.into(),
        file: None,
    });
    parser::parse_in_part(&source)
}

/// The expression that a block is, if it is one.
pub(super) fn pure(block: &Block) -> Option<&Expression> {
    match &*block.end {
        [statement] => pure_statement(statement),
        _ => None,
    }
}

/// The expression that a statement is, if it is one.
pub(super) fn pure_statement(statement: &Statement) -> Option<&Expression> {
    let StatementKind::Chain(chain) = &statement.kind else {
        return None;
    };
    match (&*chain.first.elements, &*chain.rest) {
        ([element], []) => match &element.kind {
            ElementKind::Expression(expression) => Some(expression),
            ElementKind::Command(_) => None,
        },
        _ => None,
    }
}

/// How deep a walk goes: what is nested deeper than anybody writes is passed over.
const MAX_LEVELS: usize = 200;

/// Goes through a block in the order of the text. `enter` says whether to go into a node.
pub(super) fn walk<'a>(block: &'a Block, enter: &mut dyn FnMut(Node<'a>, bool) -> bool) {
    let mut level = 0_usize;
    walk_block(block, None, &mut |node, left| {
        if left {
            level -= 1;
            return enter(node, true);
        }
        let entered = level < MAX_LEVELS && enter(node, false);
        level += usize::from(entered);
        entered
    });
}

type Enter<'a, 'e> = &'e mut dyn FnMut(Node<'a>, bool) -> bool;

/// Calls `enter` with the node and, if it was entered, again behind it (with `true`).
fn within<'a>(node: Node<'a>, enter: Enter<'a, '_>, inner: impl FnOnce(Enter<'a, '_>)) {
    if enter(node, false) {
        inner(enter);
        enter(node, true);
    }
}

fn walk_block<'a>(block: &'a Block, of: Option<&'a Command>, enter: Enter<'a, '_>) {
    within(Node::Block(block, of), enter, |enter| {
        for parameter in &block.parameters {
            if let Some(default) = &parameter.default {
                expression(default, None, enter);
            }
        }
        statements(block.begin.as_deref().unwrap_or_default(), enter);
        statements(block.process.as_deref().unwrap_or_default(), enter);
        statements(&block.end, enter);
    });
}

fn statements<'a>(all: &'a [Statement], enter: Enter<'a, '_>) {
    for one in all {
        statement(one, enter);
    }
}

fn statement<'a>(node: &'a Statement, enter: Enter<'a, '_>) {
    within(Node::Statement(node), enter, |enter| match &node.kind {
        StatementKind::Chain(chain) => {
            pipeline(&chain.first, enter);
            for (_, further) in &chain.rest {
                pipeline(further, enter);
            }
        }
        StatementKind::Assignment(assignment) => {
            expression(&assignment.target, None, enter);
            statement(&assignment.value, enter);
        }
        StatementKind::Function { body, .. } => walk_block(body, None, enter),
        StatementKind::Switch(switch) => {
            statement(&switch.subject, enter);
            within(Node::Clauses(switch), enter, |enter| {
                for (test, body) in &switch.clauses {
                    expression(test, None, enter);
                    statements(body, enter);
                }
                statements(switch.default.as_deref().unwrap_or_default(), enter);
            });
        }
        StatementKind::Throw(inner) | StatementKind::Return(inner) | StatementKind::Exit(inner) => {
            if let Some(inner) = inner {
                statement(inner, enter);
            }
        }
        other => compound(other, enter),
    });
}

/// Conditions, loops, handlers.
fn compound<'a>(kind: &'a StatementKind, enter: Enter<'a, '_>) {
    match kind {
        StatementKind::If { clauses, otherwise } => {
            for (condition, body) in clauses {
                statement(condition, enter);
                statements(body, enter);
            }
            statements(otherwise.as_deref().unwrap_or_default(), enter);
        }
        StatementKind::While {
            condition, body, ..
        } => {
            statement(condition, enter);
            statements(body, enter);
        }
        StatementKind::Do {
            condition, body, ..
        } => {
            statements(body, enter);
            statement(condition, enter);
        }
        StatementKind::For {
            initial,
            condition,
            step,
            body,
            ..
        } => {
            for part in [initial, condition, step].into_iter().flatten() {
                statement(part, enter);
            }
            statements(body, enter);
        }
        StatementKind::ForEach {
            collection, body, ..
        } => {
            statement(collection, enter);
            statements(body, enter);
        }
        StatementKind::Try {
            body,
            catches,
            finally,
        } => {
            statements(body, enter);
            for catch in catches {
                within(Node::Handler, enter, |enter| statements(&catch.body, enter));
            }
            statements(finally.as_deref().unwrap_or_default(), enter);
        }
        StatementKind::Trap(catch) => {
            within(Node::Handler, enter, |enter| statements(&catch.body, enter));
        }
        _ => {}
    }
}

fn pipeline<'a>(whole: &'a Pipeline, enter: Enter<'a, '_>) {
    for (index, element) in whole.elements.iter().enumerate() {
        within(Node::Element(whole, index), enter, |enter| {
            element_parts(element, enter);
        });
    }
}

fn element_parts<'a>(element: &'a Element, enter: Enter<'a, '_>) {
    match &element.kind {
        ElementKind::Expression(inner) => expression(inner, None, enter),
        ElementKind::Command(command) => {
            expression(&command.name, Some(command), enter);
            for part in &command.elements {
                match part {
                    CommandElement::Argument(inner)
                    | CommandElement::Parameter {
                        argument: Some(inner),
                        ..
                    } => expression(inner, Some(command), enter),
                    CommandElement::Parameter { argument: None, .. } => {}
                }
            }
        }
    }
}

fn expression<'a>(node: &'a Expression, of: Option<&'a Command>, enter: Enter<'a, '_>) {
    within(Node::Expression(node), enter, |enter| match &node.kind {
        ExpressionKind::Expandable(parts) => {
            for part in parts {
                if let StringPart::Expression(inner) = part {
                    expression(inner, None, enter);
                }
            }
        }
        ExpressionKind::Parenthesis(inner) => statement(inner, enter),
        ExpressionKind::SubExpression(inner) | ExpressionKind::ArrayExpression(inner) => {
            statements(inner, enter);
        }
        ExpressionKind::ArrayLiteral(items) => {
            for item in items {
                expression(item, of, enter);
            }
        }
        ExpressionKind::Hashtable(entries) => {
            for (key, value) in entries {
                expression(key, None, enter);
                statement(value, enter);
            }
        }
        ExpressionKind::ScriptBlock(block) => walk_block(block, of, enter),
        ExpressionKind::Cast(_, inner)
        | ExpressionKind::Unary(_, inner)
        | ExpressionKind::Step { target: inner, .. }
        | ExpressionKind::Member { target: inner, .. }
        | ExpressionKind::Attributed(_, inner) => expression(inner, None, enter),
        ExpressionKind::Binary { left, right, .. } => {
            expression(left, None, enter);
            expression(right, None, enter);
        }
        ExpressionKind::Ternary(condition, yes, no) => {
            for part in [condition, yes, no] {
                expression(part, None, enter);
            }
        }
        ExpressionKind::Call {
            target, arguments, ..
        } => {
            expression(target, None, enter);
            for argument in arguments {
                expression(argument, None, enter);
            }
        }
        ExpressionKind::Index { target, index, .. } => {
            expression(target, None, enter);
            expression(index, None, enter);
        }
        ExpressionKind::Constant(_)
        | ExpressionKind::BareWord(..)
        | ExpressionKind::Variable(_)
        | ExpressionKind::Type(_)
        | ExpressionKind::Error => {}
    });
}
