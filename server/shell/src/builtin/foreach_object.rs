//! `ForEach-Object`: runs blocks for each object, or takes a member of it.

use std::sync::Arc;

use crate::builtin::declare::{CORE, at, command, named};
use crate::builtin::support::{input_object, items, text};
use crate::command::CommandInfo;
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::host::ShouldProcess;
use crate::members;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{Culture, to_text};
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

/// A property if there is one of that name, else a method; nothing of either is null, unless there are arguments.
fn member(
    context: &mut Context<'_>,
    object: &Value,
    name: &str,
    arguments: &[Value],
) -> Result<(), Halt> {
    let target = format!("InputObject: {}", described(object));
    if matches!(object, Value::Null) && !arguments.is_empty() {
        return context.write_error(refusal(
            "InvokeMethodOnNull",
            "You cannot call a method on a null-valued expression.".into(),
        ));
    }
    if arguments.is_empty()
        && (matches!(object, Value::Null) || members::property(object, name).is_some())
    {
        let action = format!("Retrieve the value for property '{name}'");
        if !context.should_process(&ShouldProcess::TargetAndAction(target, action))? {
            return Ok(());
        }
        return match members::property(object, name) {
            Some(found) => context.write_enumerated(found),
            None => context.write(Value::Null),
        };
    }
    let action = match arguments {
        [] => format!("Invoke method '{name}'"),
        some => {
            let list: Vec<String> = some.iter().map(described).collect();
            format!("Invoke method '{name}' with arguments: {}", list.join(", "))
        }
    };
    if !context.should_process(&ShouldProcess::TargetAndAction(target, action))? {
        return Ok(());
    }
    let result = context
        .engine
        .call_method(object, name, arguments, context.tail);
    match result {
        Ok(result) => context.write_enumerated(result),
        Err(Halt::Error(record)) if &*record.fully_qualified_id == "MethodNotFound" => {
            if arguments.is_empty() {
                return context.write(Value::Null);
            }
            let message = format!("Input name \"{name}\" cannot be resolved to a method.");
            context.write_error(refusal("MethodNotFound", message).with_target(object.clone()))
        }
        Err(Halt::Error(record)) => {
            let record = ErrorRecord::new(
                "MethodInvocationError",
                ErrorCategory::InvalidOperation,
                record.exception.clone(),
                record.shown_message(),
            );
            context.write_error(record.with_target(object.clone()))
        }
        Err(other) => Err(other),
    }
}

fn refusal(id: &'static str, message: String) -> ErrorRecord {
    ErrorRecord::new(
        id,
        ErrorCategory::InvalidArgument,
        "System.Management.Automation.PSArgumentException",
        message,
    )
}

/// What a question about an object calls it: its text, or its type if it has none.
fn described(object: &Value) -> String {
    if matches!(object, Value::Null) {
        return "null".into();
    }
    let text = to_text(object, Culture::Current);
    if text.is_empty() {
        crate::type_names::type_name(object).to_string()
    } else {
        text
    }
}
