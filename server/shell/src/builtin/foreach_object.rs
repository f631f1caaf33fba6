//! `ForEach-Object`: runs blocks for each object, or takes a member of it.

use std::sync::Arc;

use crate::builtin::declare::{CORE, at, command, named, switch};
use crate::builtin::support::{input_object, items, text};
use crate::command::{CommandInfo, Validation};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::host::ShouldProcess;
use crate::members;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{Culture, to_text};
use crate::value::{ScriptBlock, Text, Value};
use crate::wildcard::Wildcard;

/// What the binder knows of it.
pub(super) fn info() -> CommandInfo {
    let blocks = &["ScriptBlockSet"][..];
    let member = &["PropertyAndMethodSet"][..];
    let parallel = &["ParallelParameterSet"][..];
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
        .with(
            at(0, "MemberName", "string")
                .mandatory()
                .validated(Validation::NotNullOrEmpty)
                .in_sets(member),
        )
        .with(
            named("ArgumentList", "object[]")
                .alias(&["Args"])
                .from_remaining()
                .in_sets(member),
        )
        .with(
            named("Parallel", "scriptblock")
                .mandatory()
                .in_sets(parallel),
        )
        .with(
            named("ThrottleLimit", "int")
                .validated(whole(1, i32::MAX))
                .in_sets(parallel),
        )
        .with(
            named("TimeoutSeconds", "int")
                .validated(whole(0, i32::MAX / 1000))
                .in_sets(parallel),
        )
        .with(switch("AsJob").in_sets(parallel))
        .with(switch("UseNewRunspace").in_sets(parallel))
}

fn whole(least: i32, most: i32) -> Validation {
    Validation::Range(Value::Int32(least), Value::Int32(most))
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

/// The blocks of a parameter; a null among them does nothing, but counts.
fn blocks(context: &Context<'_>, name: &str) -> Vec<Option<Arc<ScriptBlock>>> {
    items(context, name)
        .iter()
        .map(|value| match value.base() {
            Value::ScriptBlock(block) => Some(Arc::clone(block)),
            _ => None,
        })
        .collect()
}

impl Stage for ForEachObject {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        if context.parameter_set() == "ParallelParameterSet" {
            return Err(context.terminate(ErrorRecord::new(
                "ParallelNotSupported",
                ErrorCategory::NotImplemented,
                "System.Management.Automation.PSNotSupportedException",
                "The 'Parallel' parameter is not supported: a session has one runspace. Leave it out, and the block runs for one object after the other.",
            )));
        }
        if let Some(name) = text(context, "MemberName") {
            self.member = Some((name, items(context, "ArgumentList")));
            return Ok(());
        }
        if ["WhatIf", "Confirm"]
            .iter()
            .any(|name| context.switch(name))
        {
            return Err(context.terminate(ErrorRecord::new(
                "NoShouldProcessForScriptBlockSet",
                ErrorCategory::InvalidOperation,
                "System.InvalidOperationException",
                "The -WhatIf and -Confirm parameters are not supported for script blocks.",
            )));
        }
        let mut scripts: std::collections::VecDeque<_> = blocks(context, "Begin").into();
        scripts.extend(blocks(context, "Process"));
        scripts.extend(blocks(context, "RemainingScripts"));
        // Of several blocks the first begins and, from three on, the last ends unless another one was named to.
        let mut begin = None;
        let count = scripts.len();
        let named_end = context.parameter("End").is_some();
        self.end = blocks(context, "End").into_iter().flatten().next();
        if count > 1 {
            begin = scripts.pop_front().flatten();
        }
        if count > 2 && !named_end {
            self.end = scripts.pop_back().flatten();
        }
        self.process = scripts.into_iter().flatten().collect();
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
    let mut resolved = Text::from(name);
    if arguments.is_empty() {
        let mut action = "property";
        if matches!(object.base(), Value::Dictionary(_)) && is_key(object, name) {
            action = "key";
        } else if Wildcard::new(name).is_pattern() {
            let mut found = members::matching(object, name);
            if found.len() > 1 {
                let names: String = found.iter().map(|name| format!(" {name}")).collect();
                let record = refusal(
                    "AmbiguousPropertyOrMethodName",
                    format!(
                        "Input name \"{name}\" is ambiguous. It can be resolved to multiple matched members. Possible matches include:{names}."
                    ),
                );
                return context.write_error(record.with_target(object.clone()));
            }
            resolved = found.pop().unwrap_or(resolved);
        } else if let Some(own) = members::matching(object, name).pop() {
            resolved = own;
        }
        let found = members::property(object, &resolved);
        if matches!(object, Value::Null) || found.is_some() {
            let action = format!("Retrieve the value for {action} '{resolved}'");
            if !context.should_process(&ShouldProcess::TargetAndAction(target, action))? {
                return Ok(());
            }
            return match found {
                Some(found) => context.write_enumerated(found),
                None if context.engine.session.is_strict(2) => {
                    let message = "Cannot operate on a 'null' input object.".into();
                    context.write_error(refusal("InputObjectIsNull", message))
                }
                None => context.write(Value::Null),
            };
        }
    }
    call(context, object, &resolved, arguments, target)
}

fn is_key(object: &Value, name: &str) -> bool {
    matches!(object.base(), Value::Dictionary(table)
        if crate::text::read(&table.entries)
            .values()
            .any(|(key, _)| matches!(key, Value::String(key) if members::same_name(key, name))))
}

fn call(
    context: &mut Context<'_>,
    object: &Value,
    name: &str,
    arguments: &[Value],
    target: String,
) -> Result<(), Halt> {
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
                if !context.engine.session.is_strict(2) {
                    return context.write(Value::Null);
                }
                let message = format!("The input name \"{name}\" cannot be resolved to a member.");
                let record = refusal("PropertyOrMethodNotFound", message);
                return context.write_error(record.with_target(object.clone()));
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
