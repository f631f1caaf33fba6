//! `Get-Variable`, `Set-Variable`, `New-Variable`, `Clear-Variable` and `Remove-Variable`.

use std::sync::Arc;

use crate::builtin::declare::{UTILITY, at, command, named, switch};
use crate::builtin::support::{gathered, texts};
use crate::command::{CommandInfo, ConfirmImpact, ParameterInfo};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::members::same_name;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::value::{Object, Text, Value};
use crate::wildcard::Wildcard;

fn scope() -> ParameterInfo {
    named("Scope", "string")
}

fn name() -> ParameterInfo {
    at(0, "Name", "string[]").mandatory().from_property()
}

/// What the binder knows of `Get-Variable`.
pub(super) fn get_info() -> CommandInfo {
    command("Get-Variable", UTILITY)
        .with(
            at(0, "Name", "string[]")
                .from_pipeline()
                .from_property()
                .validated(crate::command::Validation::NotNullOrEmpty),
        )
        .with(switch("ValueOnly"))
        .with(named("Include", "string[]"))
        .with(named("Exclude", "string[]"))
        .with(scope())
}

/// What the binder knows of `Set-Variable`.
pub(super) fn set_info() -> CommandInfo {
    command("Set-Variable", UTILITY)
        .with_default_set("__AllParameterSets")
        .with_should_process(ConfirmImpact::Low)
        .with(name())
        .with(at(1, "Value", "object").from_pipeline().from_property())
        .with(named("Include", "string[]"))
        .with(named("Exclude", "string[]"))
        .with(named("Description", "string"))
        .with(named("Option", "string"))
        .with(switch("Force"))
        .with(named("Visibility", "string"))
        .with(switch("PassThru"))
        .with(scope())
}

/// What the binder knows of `New-Variable`.
pub(super) fn new_info() -> CommandInfo {
    command("New-Variable", UTILITY)
        .with_should_process(ConfirmImpact::Low)
        .with(at(0, "Name", "string").mandatory().from_property())
        .with(at(1, "Value", "object").from_pipeline().from_property())
        .with(named("Description", "string"))
        .with(named("Option", "string"))
        .with(named("Visibility", "string"))
        .with(switch("Force"))
        .with(switch("PassThru"))
        .with(scope())
}

/// What the binder knows of `Clear-Variable`.
pub(super) fn clear_info() -> CommandInfo {
    command("Clear-Variable", UTILITY)
        .with_should_process(ConfirmImpact::Low)
        .with(name())
        .with(named("Include", "string[]"))
        .with(named("Exclude", "string[]"))
        .with(switch("Force"))
        .with(switch("PassThru"))
        .with(scope())
}

/// What the binder knows of `Remove-Variable`.
pub(super) fn remove_info() -> CommandInfo {
    command("Remove-Variable", UTILITY)
        .with_should_process(ConfirmImpact::Low)
        .with(name())
        .with(named("Include", "string[]"))
        .with(named("Exclude", "string[]"))
        .with(switch("Force"))
        .with(scope())
}

/// One `Get-Variable` to run.
pub(super) fn get() -> Box<dyn Stage> {
    Box::new(Get)
}

/// One `Set-Variable` to run.
pub(super) fn set() -> Box<dyn Stage> {
    Box::new(Set { piped: Vec::new() })
}

/// One `New-Variable` to run.
pub(super) fn new() -> Box<dyn Stage> {
    Box::new(New)
}

/// One `Clear-Variable` to run.
pub(super) fn clear() -> Box<dyn Stage> {
    Box::new(Clear)
}

/// One `Remove-Variable` to run.
pub(super) fn remove() -> Box<dyn Stage> {
    Box::new(Remove)
}

fn not_found(name: &str) -> ErrorRecord {
    ErrorRecord::new(
        "VariableNotFound",
        ErrorCategory::ObjectNotFound,
        "System.Management.Automation.ItemNotFoundException",
        format!("Cannot find a variable with the name '{name}'."),
    )
    .with_target(Value::text(name))
}

/// `System.Management.Automation.PSVariable`.
fn variable_object(name: &str, value: Value) -> Value {
    let types: [Text; 2] = [
        "System.Management.Automation.PSVariable".into(),
        "System.Object".into(),
    ];
    Value::Object(Arc::new(Object::typed(
        types.into(),
        vec![
            ("Name".into(), Value::text(name)),
            ("Description".into(), Value::text("")),
            ("Value".into(), value),
        ],
    )))
}

/// Variables whose names fit; a name that is no pattern and fits nothing is an error.
fn matching(context: &mut Context<'_>, names: &[Text]) -> Result<Vec<(Text, Value)>, Halt> {
    let all = context.engine.session.variables();
    let mut found = Vec::new();
    for name in names {
        let pattern = Wildcard::new(name);
        let before = found.len();
        found.extend(all.iter().filter(|(own, _)| pattern.matches(own)).cloned());
        if found.len() == before && !pattern.is_pattern() {
            match context.variable(name) {
                Some(value) => found.push((name.clone(), value)),
                None => context.write_error(not_found(name))?,
            }
        }
    }
    Ok(found)
}

struct Get;

impl Stage for Get {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let mut names = texts(context, "Name");
        if names.is_empty() {
            names.push("*".into());
        }
        let value_only = context.switch("ValueOnly");
        for (name, value) in matching(context, &names)? {
            context.write(if value_only {
                value
            } else {
                variable_object(&name, value)
            })?;
        }
        Ok(())
    }
}

struct Set {
    piped: Vec<Value>,
}

impl Stage for Set {
    fn process(&mut self, _: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        self.piped.extend(input);
        Ok(())
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        let value = if context.expects_input() {
            gathered(std::mem::take(&mut self.piped))
        } else {
            context.parameter("Value").cloned().unwrap_or_default()
        };
        for name in texts(context, "Name") {
            assign(context, &name, value.clone())?;
            if context.switch("PassThru") {
                context.write(variable_object(&name, value.clone()))?;
            }
        }
        Ok(())
    }
}

fn assign(context: &mut Context<'_>, name: &str, value: Value) -> Result<(), Halt> {
    let target = match crate::builtin::support::text(context, "Scope") {
        Some(scope) if scope.parse::<usize>().is_err() => format!("{scope}:{name}"),
        _ => name.to_owned(),
    };
    let scopes = &context.engine.session.scopes;
    if scopes
        .find(&name.to_lowercase())
        .is_some_and(|variable| variable.read_only)
    {
        let record = ErrorRecord::new(
            "VariableNotWritable",
            ErrorCategory::WriteError,
            "System.Management.Automation.SessionStateUnauthorizedAccessException",
            format!("Cannot overwrite variable {name} because it is read-only or constant."),
        );
        return context.write_error(record.with_target(Value::text(name)));
    }
    context.set_variable(&target, value);
    protect(context, &target);
    Ok(())
}

/// `-Option ReadOnly` and `Constant` keep a variable from being changed.
fn protect(context: &mut Context<'_>, target: &str) {
    let options = crate::builtin::support::text(context, "Option").unwrap_or_default();
    let keeps = options
        .split(',')
        .map(str::trim)
        .any(|option| same_name(option, "ReadOnly") || same_name(option, "Constant"));
    let path = crate::language::words::variable_path(target, false);
    if keeps && let Some(variable) = context.engine.session.scopes.get_for_writing(&path) {
        variable.read_only = true;
    }
}

struct New;

impl Stage for New {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let Some(name) = crate::builtin::support::text(context, "Name") else {
            return Ok(());
        };
        let known = context
            .engine
            .session
            .variables()
            .iter()
            .any(|(own, _)| same_name(own, &name));
        if known && !context.switch("Force") {
            let record = ErrorRecord::new(
                "VariableAlreadyExists",
                ErrorCategory::ResourceExists,
                "System.Management.Automation.SessionStateException",
                format!("A variable with name '{name}' already exists."),
            );
            return context.write_error(record.with_target(Value::String(name)));
        }
        let value = context.parameter("Value").cloned().unwrap_or_default();
        assign(context, &name, value.clone())?;
        if context.switch("PassThru") {
            context.write(variable_object(&name, value))?;
        }
        Ok(())
    }
}

struct Clear;

impl Stage for Clear {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let names = texts(context, "Name");
        for (name, _) in matching(context, &names)? {
            assign(context, &name, Value::Null)?;
        }
        Ok(())
    }
}

struct Remove;

impl Stage for Remove {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let names = texts(context, "Name");
        for (name, _) in matching(context, &names)? {
            context
                .engine
                .session
                .scopes
                .remove_local(&name.to_lowercase());
        }
        Ok(())
    }
}
