//! `Invoke-Expression` and `Invoke-Command`: text and blocks that run as if they stood in the line.

use std::sync::Arc;

use crate::builtin::declare::{CORE, UTILITY, at, command, named, switch};
use crate::builtin::support::{items, text};
use crate::command::CommandInfo;
use crate::language::ast::Source;
use crate::language::parse;
use crate::language::parse_error::refused;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::value::{ScriptBlock, Text, Value};

/// What the binder knows of `Invoke-Expression`.
pub(super) fn expression_info() -> CommandInfo {
    command("Invoke-Expression", UTILITY)
        .with(at(0, "Command", "string").mandatory().from_pipeline())
}

/// What the binder knows of `Invoke-Command`: what it does in its own session.
pub(super) fn command_info() -> CommandInfo {
    command("Invoke-Command", CORE)
        .with_default_set("InProcess")
        .with(
            at(0, "ScriptBlock", "scriptblock")
                .alias(&["Command"])
                .mandatory(),
        )
        .with(switch("NoNewScope"))
        .with(named("InputObject", "psobject").from_pipeline())
        .with(named("ArgumentList", "object[]").alias(&["Args"]))
}

/// One `Invoke-Expression` to run.
pub(super) fn expression() -> Box<dyn Stage> {
    Box::new(InvokeExpression)
}

/// One `Invoke-Command` to run.
pub(super) fn invoke_command() -> Box<dyn Stage> {
    Box::<InvokeCommand>::default()
}

struct InvokeExpression;

impl Stage for InvokeExpression {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let Some(code) = text(context, "Command") else {
            return Ok(());
        };
        let block = block_of(context, code)?;
        context.run(&block, None, &[])
    }
}

/// A text as a block that can be run, where the session has the language.
pub(super) fn block_of(context: &mut Context<'_>, code: Text) -> Result<Arc<ScriptBlock>, Halt> {
    if context.engine.session.restricted {
        return Err(context.terminate(crate::session::scripts_not_allowed()));
    }
    let source = Arc::new(Source {
        text: code.clone(),
        file: None,
    });
    match parse(&source) {
        Ok(body) => Ok(Arc::new(ScriptBlock::new(code, Arc::new(body)))),
        Err(errors) => Err(context.terminate(refused(errors, &source))),
    }
}

#[derive(Default)]
struct InvokeCommand {
    block: Option<Box<dyn Stage>>,
}

impl Stage for InvokeCommand {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        let Some(Value::ScriptBlock(block)) = context.parameter("ScriptBlock") else {
            return Ok(());
        };
        let block = Arc::clone(block);
        let arguments = items(context, "ArgumentList");
        let dotted = context.switch("NoNewScope");
        let mut stage = context.block_stage(&block, arguments, dotted)?;
        stage.begin(context)?;
        self.block = Some(stage);
        Ok(())
    }

    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let object = input.or_else(|| context.parameter("InputObject").cloned());
        match &mut self.block {
            Some(stage) => stage.process(context, object),
            None => Ok(()),
        }
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        match &mut self.block {
            Some(stage) => stage.end(context),
            None => Ok(()),
        }
    }

    fn clean(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        match &mut self.block {
            Some(stage) => stage.clean(context),
            None => Ok(()),
        }
    }
}
