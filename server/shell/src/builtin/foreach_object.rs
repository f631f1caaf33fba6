//! `ForEach-Object`: runs blocks for each object, or takes a member of it.

use std::sync::Arc;

use crate::builtin::declare::{CORE, at, command, named};
use crate::builtin::support::{input_object, items, text};
use crate::command::CommandInfo;
use crate::members;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::value::{ScriptBlock, Text, Value};

/// What the binder knows of it.
pub(super) fn info() -> CommandInfo {
    let blocks = &["ScriptBlockSet"][..];
    let member = &["PropertyAndMethodSet"][..];
    command("ForEach-Object", CORE)
        .with_default_set("ScriptBlockSet")
        .with_should_process(crate::command::ConfirmImpact::Medium)
        .with(named("InputObject", "psobject").from_pipeline())
        .with(named("Begin", "scriptblock").in_sets(blocks))
        .with(
            at(0, "Process", "scriptblock[]")
                .mandatory()
                .in_sets(blocks)
                .allow_nothing(),
        )
        .with(named("End", "scriptblock").in_sets(blocks))
        .with(
            named("RemainingScripts", "scriptblock[]")
                .from_remaining()
                .in_sets(blocks)
                .allow_nothing(),
        )
        .with(at(0, "MemberName", "string").mandatory().in_sets(member))
        .with(
            named("ArgumentList", "object[]")
                .alias(&["Args"])
                .from_remaining()
                .in_sets(member),
        )
}

/// One to run.
pub(super) fn create() -> Box<dyn Stage> {
    Box::<ForEachObject>::default()
}

#[derive(Default)]
struct ForEachObject {
    process: Vec<Arc<ScriptBlock>>,
    end: Option<Arc<ScriptBlock>>,
    member: Option<(Text, Vec<Value>)>,
}

fn blocks(values: &[Value]) -> Vec<Arc<ScriptBlock>> {
    values
        .iter()
        .filter_map(|value| match value {
            Value::ScriptBlock(block) => Some(Arc::clone(block)),
            _ => None,
        })
        .collect()
}

impl Stage for ForEachObject {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        if let Some(name) = text(context, "MemberName") {
            self.member = Some((name, items(context, "ArgumentList")));
            return Ok(());
        }
        let mut process = blocks(&items(context, "Process"));
        process.extend(blocks(&items(context, "RemainingScripts")));
        let mut begin = blocks(&items(context, "Begin")).pop();
        self.end = blocks(&items(context, "End")).pop();
        // Of several blocks the first begins and, from three on, the last ends.
        let mut process: std::collections::VecDeque<_> = process.into();
        if begin.is_none() && process.len() > 1 {
            begin = process.pop_front();
            if self.end.is_none() && process.len() > 1 {
                self.end = process.pop_back();
            }
        }
        self.process = process.into();
        match begin {
            Some(block) => context.run(&block, None, &[]),
            None => Ok(()),
        }
    }

    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let object = input_object(context, input).unwrap_or_default();
        if let Some((name, arguments)) = &self.member {
            return member(context, &object, name, arguments);
        }
        for block in &self.process {
            context.run(block, Some(&object), &[])?;
        }
        Ok(())
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        match self.end.take() {
            Some(block) => context.run(&block, None, &[]),
            None => Ok(()),
        }
    }
}

/// A property if there is one of that name, else a method.
fn member(
    context: &mut Context<'_>,
    object: &Value,
    name: &str,
    arguments: &[Value],
) -> Result<(), Halt> {
    if let Value::Null = object {
        return Ok(());
    }
    if arguments.is_empty()
        && let Some(found) = members::property(object, name)
    {
        return context.write_enumerated(found);
    }
    let result = context
        .engine
        .call_method(object, name, arguments, context.tail)?;
    context.write_enumerated(result)
}
