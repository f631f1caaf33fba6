//! `Import-PowerShellDataFile`: the hashtable of a file, made without anything being run.

use crate::builtin::declare::{UTILITY, at, command, switch};
use crate::builtin::invoke::block_of;
use crate::builtin::out_file::open_text;
use crate::builtin::support::{paths, tell_failure};
use crate::command::{CommandInfo, Validation};
use crate::convert::{number, type_names};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::lone_expression;
use crate::language::ast::{
    Block, Expression, ExpressionKind, Source, Statement, StringPart, UnaryOperator,
};
use crate::language::parse;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::value::{Text, Value};

/// Most parts of a table (`IsSafeValueVisitor`).
const MAX_PARTS: usize = 5000;
/// Most entries of a table.
const MAX_ENTRIES: usize = 500;
/// Variables that a table may name.
const VARIABLES: [&str; 5] = ["psculture", "psuiculture", "true", "false", "null"];

/// What the binder knows of it.
pub(super) fn info() -> CommandInfo {
    command("Import-PowerShellDataFile", UTILITY)
        .with_default_set("ByPath")
        .with(
            at(0, "Path", "string[]")
                .mandatory()
                .in_sets(&["ByPath"])
                .validated(Validation::NotNullOrEmpty),
        )
        .with(
            at(0, "LiteralPath", "string[]")
                .alias(&["PSPath", "LP"])
                .mandatory()
                .from_property()
                .in_sets(&["ByLiteralPath"])
                .validated(Validation::NotNullOrEmpty),
        )
        .with(switch("SkipLimitCheck"))
}

/// One to run.
pub(super) fn create() -> Box<dyn Stage> {
    Box::new(ImportPowerShellDataFile)
}

struct ImportPowerShellDataFile;

impl Stage for ImportPowerShellDataFile {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        for path in paths(context) {
            let read = open_text(context, &path).and_then(|file| file.rest());
            match read {
                Ok(text) => import(context, &path, text.into())?,
                Err(failure) => {
                    let record = ErrorRecord::new(
                        "PathNotFound",
                        ErrorCategory::InvalidArgument,
                        "System.ArgumentException",
                        format!("Cannot find path '{path}' because it does not exist."),
                    );
                    let record = record.with_target(Value::String(path.clone()));
                    tell_failure(context, &failure, record)?;
                }
            }
        }
        Ok(())
    }
}

fn import(context: &mut Context<'_>, path: &Text, text: Text) -> Result<(), Halt> {
    let source = std::sync::Arc::new(Source {
        text: text.clone(),
        file: None,
    });
    let Ok(block) = parse(&source) else {
        return context.write_error(refused(path, "CouldNotParseAsPowerShellDataFile"));
    };
    let Some(table) = table_of(&block) else {
        let id = "CouldNotParseAsPowerShellDataFileNoHashtableRoot";
        return context.write_error(refused(path, id));
    };
    let written = text.get(table.extent.start..table.extent.end);
    let written = written.unwrap_or_default();
    let mut parts = Parts {
        left: MAX_PARTS,
        entries: MAX_ENTRIES,
    };
    if context.switch("SkipLimitCheck") {
        parts.left = usize::MAX;
        parts.entries = usize::MAX;
    }
    if !parts.are_safe(table) {
        return Err(context.terminate(ErrorRecord::new(
            "System.InvalidOperationException",
            ErrorCategory::NotSpecified,
            "System.InvalidOperationException",
            format!(
                "Cannot generate a PowerShell object for a ScriptBlock evaluating dynamic expressions. Dynamic expression: {written}."
            ),
        )));
    }
    let block = block_of(context, written.into())?;
    context.run(&block, None, &[])
}

fn refused(path: &Text, id: &'static str) -> ErrorRecord {
    ErrorRecord::new(
        id,
        ErrorCategory::InvalidData,
        "System.InvalidOperationException",
        format!("The file '{path}' could not be parsed as a PowerShell Data File."),
    )
    .with_target(Value::String(path.clone()))
}

/// The first hashtable of a text.
fn table_of(block: &Block) -> Option<&Expression> {
    let statements = block.begin.iter().chain(&block.process).flatten();
    statements.chain(&block.end).find_map(in_statement)
}

fn in_statement(statement: &Statement) -> Option<&Expression> {
    in_expression(lone_expression(statement)?)
}

fn in_expression(expression: &Expression) -> Option<&Expression> {
    match &expression.kind {
        ExpressionKind::Hashtable(_) => Some(expression),
        ExpressionKind::Parenthesis(inner) => in_statement(inner),
        ExpressionKind::SubExpression(inner) | ExpressionKind::ArrayExpression(inner) => {
            inner.iter().find_map(in_statement)
        }
        ExpressionKind::ArrayLiteral(items) => items.iter().find_map(in_expression),
        ExpressionKind::Cast(_, operand) | ExpressionKind::Unary(_, operand) => {
            in_expression(operand)
        }
        _ => None,
    }
}

/// How much a table may still hold.
struct Parts {
    left: usize,
    entries: usize,
}

impl Parts {
    /// Whether nothing has to be run to know what an expression is (`IsSafeValueVisitor`).
    fn are_safe(&mut self, expression: &Expression) -> bool {
        let Some(left) = self.left.checked_sub(1) else {
            return false;
        };
        self.left = left;
        match &expression.kind {
            ExpressionKind::Constant(_)
            | ExpressionKind::BareWord(..)
            | ExpressionKind::ScriptBlock(_) => true,
            ExpressionKind::Variable(path) => VARIABLES.contains(&&*path.key),
            ExpressionKind::Expandable(parts) => parts.iter().all(|part| match part {
                StringPart::Expression(inner) => self.are_safe(inner),
                StringPart::Literal(_) => true,
            }),
            ExpressionKind::Parenthesis(inner) => self.is_safe(inner),
            ExpressionKind::SubExpression(inner) | ExpressionKind::ArrayExpression(inner) => {
                inner.iter().all(|statement| self.is_safe(statement))
            }
            ExpressionKind::ArrayLiteral(items) => items.iter().all(|item| self.are_safe(item)),
            ExpressionKind::Hashtable(entries) => {
                entries.len() <= self.entries
                    && entries
                        .iter()
                        .all(|(key, value)| self.are_safe(key) && self.is_safe(value))
            }
            ExpressionKind::Cast(literal, operand) => {
                is_primitive(&literal.name) && self.are_safe(operand)
            }
            ExpressionKind::Unary(operator, operand) => {
                matches!(
                    operator,
                    UnaryOperator::Minus | UnaryOperator::Plus | UnaryOperator::Not
                ) && self.are_safe(operand)
            }
            ExpressionKind::Index { target, index, .. } => {
                self.are_safe(index) && self.are_safe(target)
            }
            ExpressionKind::Ternary(condition, yes, no) => {
                self.are_safe(condition) && self.are_safe(yes) && self.are_safe(no)
            }
            _ => false,
        }
    }

    fn is_safe(&mut self, statement: &Statement) -> bool {
        lone_expression(statement).is_some_and(|expression| self.are_safe(expression))
    }
}

/// Types that a value in a table may be made into (`IsSafePrimitive`).
fn is_primitive(name: &str) -> bool {
    type_names::resolve(name).is_some_and(|target| {
        let full = target.full_name();
        number::Kind::of_type(&full).is_some()
            || matches!(&*full, "System.String" | "System.Boolean" | "System.Char")
    })
}
