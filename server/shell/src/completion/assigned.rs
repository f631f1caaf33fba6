//! Variables that the text gives a value, whether it has run or not (`FindVariablesVisitor`).

use crate::builtin;
use crate::completion::tree::{self, Node};
use crate::language::ast::{
    Block, Command, CommandElement, Expression, ExpressionKind, Statement, StatementKind,
};

/// A variable that the text sets.
#[derive(Clone, Debug)]
pub(super) struct Assigned<'a> {
    /// Its name without a scope.
    pub(super) name: String,
    /// The type that was declared for it, as typed.
    pub(super) constraint: Option<String>,
    /// What it was given last.
    pub(super) value: Given<'a>,
}

/// What a variable was given.
#[derive(Clone, Copy, Debug)]
pub(super) enum Given<'a> {
    /// Nothing that can be told from the text.
    Unknown,
    /// The value of a statement.
    Statement(&'a Statement),
    /// An argument of a command.
    Expression(&'a Expression),
    /// One element of a statement's value after the other.
    EachOf(&'a Statement),
    /// A list of records.
    List,
}

/// Commands that set the variable that they name.
const SETTERS: &[&str] = &["New-Variable", "Set-Variable"];

/// Parameters that name a variable to be filled with records.
const OUT_VARIABLES: &[&str] = &[
    "ErrorVariable",
    "ev",
    "WarningVariable",
    "wv",
    "InformationVariable",
    "iv",
    "OutVariable",
    "ov",
];

/// Commands whose script blocks run in the caller's scope.
const LOCAL: &[&str] = &[
    "ForEach-Object",
    "foreach",
    "%",
    "Where-Object",
    "where",
    "?",
];

/// The variables that the text sets before `caret`, those of the innermost block first.
pub(super) fn before(whole: &Block, caret: usize) -> Vec<Assigned<'_>> {
    let mut around = Vec::new();
    tree::walk(whole, &mut |node, left| {
        if let (Node::Block(block, _), false) = (node, left)
            && (block.extent.start <= caret && caret <= block.extent.end)
        {
            around.push(block);
        }
        true
    });
    let mut found = Vec::new();
    for top in around.into_iter().rev() {
        in_block(top, caret, &mut found);
    }
    found
}

/// What one block sets, its inner blocks left out unless they run in its scope.
fn in_block<'a>(top: &'a Block, caret: usize, found: &mut Vec<Assigned<'a>>) {
    tree::walk(top, &mut |node, left| {
        if left {
            return true;
        }
        match node {
            Node::Block(block, of) => {
                if std::ptr::eq(block, top) {
                    for parameter in &block.parameters {
                        if parameter.extent.end < caret {
                            let literal = parameter.type_literal.as_ref();
                            let constraint =
                                literal.map_or_else(|| "object".to_owned(), |l| l.name.to_string());
                            note(found, &parameter.name, Some(constraint), Given::Unknown);
                        }
                    }
                    return true;
                }
                of.is_some_and(runs_here)
            }
            Node::Statement(statement) => {
                if statement.extent.start > caret {
                    return false;
                }
                of_statement(statement, caret, found);
                true
            }
            Node::Element(pipeline, index) => {
                if let crate::language::ast::ElementKind::Command(command) =
                    &pipeline.elements[index].kind
                {
                    of_command(command, found);
                }
                true
            }
            Node::Expression(_) | Node::Clauses(_) | Node::Handler => true,
        }
    });
}

fn runs_here(command: &Command) -> bool {
    name_of(command).is_some_and(|name| LOCAL.iter().any(|own| own.eq_ignore_ascii_case(name)))
}

/// The name of a command, if it stands there.
pub(super) fn name_of(command: &Command) -> Option<&str> {
    match &command.name.kind {
        ExpressionKind::Constant(crate::value::Value::String(name))
        | ExpressionKind::BareWord(crate::value::Value::String(name), _) => Some(name),
        _ => None,
    }
}

fn of_statement<'a>(statement: &'a Statement, caret: usize, found: &mut Vec<Assigned<'a>>) {
    match &statement.kind {
        StatementKind::Assignment(assignment) => {
            target(&assignment.target, &assignment.value, caret, found);
        }
        StatementKind::ForEach {
            variable,
            collection,
            ..
        } => note(found, &variable.text, None, Given::EachOf(collection)),
        _ => {}
    }
}

fn target<'a>(
    left: &'a Expression,
    value: &'a Statement,
    caret: usize,
    found: &mut Vec<Assigned<'a>>,
) {
    match &left.kind {
        ExpressionKind::ArrayLiteral(items) => {
            for item in items {
                target(item, value, caret, found);
            }
        }
        ExpressionKind::Cast(..) | ExpressionKind::Attributed(..) | ExpressionKind::Variable(_) => {
            let (mut inner, mut constraint) = (left, None);
            loop {
                match &inner.kind {
                    ExpressionKind::Cast(literal, next) => {
                        constraint.get_or_insert_with(|| literal.name.to_string());
                        inner = next;
                    }
                    ExpressionKind::Attributed(_, next) => inner = next,
                    ExpressionKind::Variable(path) => {
                        // The caret is in the very name: it is not set before itself.
                        if !(inner.extent.start <= caret && caret <= inner.extent.end) {
                            note(found, &path.text, constraint, Given::Statement(value));
                        }
                        return;
                    }
                    _ => return,
                }
            }
        }
        _ => {}
    }
}

fn of_command<'a>(command: &'a Command, found: &mut Vec<Assigned<'a>>) {
    let arguments = || arguments(command);
    let name = name_of(command).map(|name| builtin::alias_target(name).unwrap_or(name));
    let sets = name.is_some_and(|name| SETTERS.iter().any(|own| own.eq_ignore_ascii_case(name)));
    if sets {
        let mut positional = arguments()
            .filter(|(parameter, _)| parameter.is_none())
            .map(|(_, argument)| argument);
        let mut named = |wanted: &str| {
            arguments()
                .find(|(parameter, _)| {
                    parameter.is_some_and(|parameter| parameter.eq_ignore_ascii_case(wanted))
                })
                .map(|(_, argument)| argument)
                .or_else(|| positional.next())
        };
        let variable = named("Name").and_then(text_of);
        let value = named("Value").map_or(Given::Unknown, Given::Expression);
        if let Some(variable) = variable {
            note(found, variable, None, value);
        }
    }
    for (parameter, argument) in arguments() {
        let fills = parameter.is_some_and(|parameter| {
            OUT_VARIABLES
                .iter()
                .any(|own| own.eq_ignore_ascii_case(parameter))
        });
        if let (true, Some(variable)) = (fills, text_of(argument)) {
            note(found, variable.trim_start_matches('+'), None, Given::List);
        }
    }
}

/// The arguments of a command with the names right before them.
fn arguments(command: &Command) -> impl Iterator<Item = (Option<&str>, &Expression)> {
    let mut before = None;
    command.elements.iter().filter_map(move |part| match part {
        CommandElement::Parameter {
            name,
            argument: Some(argument),
            ..
        } => Some((Some(&**name), argument)),
        CommandElement::Parameter { name, .. } => {
            before = Some(&**name);
            None
        }
        CommandElement::Argument(argument) => Some((before.take(), argument)),
    })
}

/// The text that an expression is, if it is a constant one.
pub(super) fn text_of(expression: &Expression) -> Option<&str> {
    match &expression.kind {
        ExpressionKind::Constant(crate::value::Value::String(text))
        | ExpressionKind::BareWord(crate::value::Value::String(text), _) => Some(text),
        _ => None,
    }
}

fn note<'a>(
    found: &mut Vec<Assigned<'a>>,
    name: &str,
    constraint: Option<String>,
    value: Given<'a>,
) {
    let name = match name.split_once(':') {
        Some((_, bare)) => bare,
        None => name,
    };
    let known = found
        .iter_mut()
        .find(|known| known.name.eq_ignore_ascii_case(name));
    match (known, constraint) {
        (Some(known), Some(constraint)) => known.constraint = Some(constraint),
        (Some(known), None) => known.value = value,
        (None, constraint) => found.push(Assigned {
            name: name.to_owned(),
            constraint,
            value,
        }),
    }
}
