//! Functions that the text itself declares: their parameters complete before the text has run.

use std::sync::Arc;

use crate::command::CommandInfo;
use crate::help::function::command_of;
use crate::language::ast::{Source, Statement, StatementKind};
use crate::language::parser;

/// The function of that name that the text declares, as a command.
pub(super) fn find(text: &str, name: &str) -> Option<Arc<CommandInfo>> {
    let has_function = text
        .as_bytes()
        .windows(8)
        .any(|word| word.eq_ignore_ascii_case(b"function"));
    if !has_function {
        return None;
    }
    let source = Arc::new(Source {
        text: text.into(),
        file: None,
    });
    let block = parser::parse(&source).ok()?;
    block
        .end
        .iter()
        .find_map(|statement| declared(statement, name))
}

fn declared(statement: &Statement, wanted: &str) -> Option<Arc<CommandInfo>> {
    let StatementKind::Function { name, body, .. } = &statement.kind else {
        return None;
    };
    name.eq_ignore_ascii_case(wanted)
        .then(|| Arc::new(command_of(name, body)))
}
