//! `Get-PSCallStack`.

use std::sync::Arc;

use crate::builtin::declare::{UTILITY, command};
use crate::command::CommandInfo;
use crate::members::error::invocation;
use crate::pipeline::call_stack::Told;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::value::{Object, Text, Value};

/// What the binder knows of it.
pub(super) fn info() -> CommandInfo {
    command("Get-PSCallStack", UTILITY)
}

/// One to run.
pub(super) fn create() -> Box<dyn Stage> {
    Box::new(GetPsCallStack)
}

struct GetPsCallStack;

impl Stage for GetPsCallStack {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let frames = context.engine.session.call_stack();
        frames
            .iter()
            .try_for_each(|frame| context.write(object(frame)))
    }
}

/// `CallStackFrame`: what the type data adds before what it is made of.
fn object(frame: &Told) -> Value {
    let command = frame.invocation.command.as_deref().unwrap_or_default();
    let command = if command.is_empty() {
        &*frame.function
    } else {
        command
    };
    let types: [Text; 2] = [
        "System.Management.Automation.CallStackFrame".into(),
        "System.Object".into(),
    ];
    let properties = vec![
        ("Command".into(), Value::text(command)),
        ("Location".into(), Value::text(frame.location())),
        ("Arguments".into(), Value::text(&*frame.arguments)),
        (
            "ScriptName".into(),
            frame.file.clone().map_or(Value::Null, Value::String),
        ),
        (
            "ScriptLineNumber".into(),
            Value::Int32(i32::try_from(frame.at.line).unwrap_or(i32::MAX)),
        ),
        ("InvocationInfo".into(), invocation(&frame.invocation)),
        ("FunctionName".into(), Value::text(&*frame.function)),
    ];
    Value::Object(Arc::new(
        Object::typed(types.into(), properties).with_text(frame.text()),
    ))
}
