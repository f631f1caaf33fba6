//! Functions that the text itself declares: their parameters complete before the text has run.

use std::sync::Arc;

use crate::command::{CommandInfo, CommandKind, ParameterInfo};
use crate::error_record::Extent;
use crate::language::ast::{Block, Source, Statement, StatementKind};
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

/// A function as a command; without `CmdletBinding` and `Parameter` attributes it has no common parameters.
fn command_of(name: &str, body: &Block) -> CommandInfo {
    let whole = |extent: &Extent| &body.source.text[extent.start..extent.end];
    let mut command = CommandInfo::new(name, name, "");
    let head = whole(&body.extent).to_ascii_lowercase();
    command.kind = if head.contains("cmdletbinding") || head.contains("[parameter") {
        CommandKind::AdvancedFunction
    } else {
        CommandKind::SimpleFunction
    };
    body.parameters.iter().fold(command, |command, parameter| {
        let type_name = parameter
            .type_literal
            .as_ref()
            .map_or("object", |literal| &*literal.name);
        command.with(ParameterInfo::new(parameter.name.clone(), type_name))
    })
}
