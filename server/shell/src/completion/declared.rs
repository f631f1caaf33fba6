//! Functions that the text itself declares: their parameters complete before the text has run.

use std::sync::Arc;

use crate::command::CommandInfo;
use crate::help::function::command_of;
use crate::language::ast::{Block, Source, Statement, StatementKind};
use crate::language::parser;
use crate::value::Text;

/// The function of that name that the text declares, as a command.
pub(super) fn find(text: &str, name: &str) -> Option<Arc<CommandInfo>> {
    let block = declaring(text)?;
    block
        .end
        .iter()
        .find_map(|statement| declared(statement, name))
}

/// The names of the functions that the text declares.
pub(super) fn names(text: &str) -> Vec<Text> {
    let Some(block) = declaring(text) else {
        return Vec::new();
    };
    let name = |statement: &Statement| match &statement.kind {
        StatementKind::Function { name, .. } => Some(name.clone()),
        _ => None,
    };
    block.end.iter().filter_map(name).collect()
}

/// The text, if it parses and may declare a function.
fn declaring(text: &str) -> Option<Block> {
    let bytes = text.as_bytes();
    let has = |keyword: &[u8]| {
        bytes
            .windows(keyword.len())
            .any(|word| word.eq_ignore_ascii_case(keyword))
    };
    if !has(b"function") && !has(b"filter") {
        return None;
    }
    let source = Arc::new(Source {
        text: text.into(),
        file: None,
    });
    parser::parse_in_part(&source)
}

fn declared(statement: &Statement, wanted: &str) -> Option<Arc<CommandInfo>> {
    let StatementKind::Function { name, body, .. } = &statement.kind else {
        return None;
    };
    name.eq_ignore_ascii_case(wanted)
        .then(|| Arc::new(command_of(name, body)))
}
