//! `Get-History`, `Add-History`, `Clear-History` and `Invoke-History`: the lines that the session ran.

use crate::builtin::declare::{CORE, at, command, named, switch};
use crate::builtin::invoke::block_of;
use crate::builtin::support::{count, items, number, text, texts};
use crate::command::{CommandInfo, ConfirmImpact, ParameterType, Validation};
use crate::convert::{ConversionContext, convert, enumerations};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::history::{Entry, STATE};
use crate::host::ShouldProcess;
use crate::members::property;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Record;
use crate::pipeline::stage::{Context, Stage};
use crate::text::as_double;
use crate::value::Value;
use crate::wildcard::Wildcard;

/// What the binder knows of `Get-History`.
pub(super) fn get_info() -> CommandInfo {
    let positive = Validation::Range(Value::Int64(1), Value::Int64(i64::MAX));
    let whole = Validation::Range(Value::Int32(0), Value::Int32(i32::from(i16::MAX)));
    command("Get-History", CORE)
        .with_output(&["Microsoft.PowerShell.Commands.HistoryInfo"])
        .with(at(0, "Id", "long[]").from_pipeline().validated(positive))
        .with(at(1, "Count", "int").validated(whole))
}

/// What the binder knows of `Add-History`.
pub(super) fn add_info() -> CommandInfo {
    command("Add-History", CORE)
        .with_output(&["Microsoft.PowerShell.Commands.HistoryInfo"])
        .with(at(0, "InputObject", "psobject[]").from_pipeline())
        .with(switch("Passthru"))
}

/// What the binder knows of `Clear-History`.
pub(super) fn clear_info() -> CommandInfo {
    let positive = || Validation::Range(Value::Int32(1), Value::Int32(i32::MAX));
    let mut id = at(0, "Id", "int[]")
        .validated(positive())
        .in_sets(&["IDParameter"]);
    id.help_message = Some(
        "Specifies the ID of a command in the session history.Clear history clears only the specified command".into(),
    );
    let mut line = named("CommandLine", "string[]")
        .validated(Validation::NotNullOrEmpty)
        .in_sets(&["CommandLineParameter"]);
    line.help_message = Some("Specifies the name of a command in the session history".into());
    let mut many = at(1, "Count", "int").validated(positive());
    many.help_message = Some("Clears the specified number of history entries".into());
    let mut newest = switch("Newest");
    newest.help_message =
        Some("Specifies whether new entries to be cleared or the default old ones.".into());
    command("Clear-History", CORE)
        .with_should_process(ConfirmImpact::Medium)
        .with_default_set("IDParameter")
        .with(id)
        .with(line)
        .with(many)
        .with(newest)
}

/// What the binder knows of `Invoke-History`.
pub(super) fn invoke_info() -> CommandInfo {
    command("Invoke-History", CORE)
        .with_should_process(ConfirmImpact::Medium)
        .with(at(0, "Id", "string").from_property())
}

/// One `Get-History` to run.
pub(super) fn get() -> Box<dyn Stage> {
    Box::new(GetHistory)
}

/// One `Add-History` to run.
pub(super) fn add() -> Box<dyn Stage> {
    Box::new(AddHistory)
}

/// One `Clear-History` to run.
pub(super) fn clear() -> Box<dyn Stage> {
    Box::new(ClearHistory)
}

/// One `Invoke-History` to run.
pub(super) fn invoke() -> Box<dyn Stage> {
    Box::<InvokeHistory>::default()
}

fn ids(context: &Context<'_>) -> Vec<i64> {
    items(context, "Id")
        .iter()
        .filter_map(as_double)
        .map(|id| id as i64)
        .collect()
}

fn not_found(id: &'static str, number: i64) -> ErrorRecord {
    ErrorRecord::new(
        id,
        ErrorCategory::ObjectNotFound,
        "System.ArgumentException",
        format!("Cannot locate the history for Id {number}."),
    )
    .with_target(Value::Int64(number))
}

fn no_count(context: &mut Context<'_>, id: &'static str, message: &str, target: Value) -> Halt {
    let category = ErrorCategory::InvalidArgument;
    let record = ErrorRecord::new(id, category, "System.ArgumentException", message);
    context.terminate(record.with_target(target))
}

fn no_count_with_ids(context: &mut Context<'_>) -> Halt {
    let count = context.parameter("Count").cloned().unwrap_or_default();
    no_count(
        context,
        "GetHistoryNoCountWithMultipleIds",
        "The count cannot be combined with multiple Ids.",
        count,
    )
}

/// The numbers of `count` lines: from the oldest or the newest one on, or up to or from the one of a number
/// (`History.GetEntries`).
fn chosen(context: &Context<'_>, id: i64, count: Option<usize>, newest: bool) -> Vec<i64> {
    let history = &context.engine.session.history;
    let mut all: Vec<i64> = history.entries().map(|entry| entry.id).collect();
    if id > 0 {
        all.retain(|own| if newest { *own >= id } else { *own <= id });
    }
    let count = count.unwrap_or(usize::MAX).min(all.len());
    // Those before a line and the newest of all are counted from the end.
    if newest == (id > 0) {
        all.truncate(count);
    } else {
        all.drain(..all.len() - count);
    }
    all
}

struct GetHistory;

impl Stage for GetHistory {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let ids = ids(context);
        let count = count(context, "Count");
        let wanted = match (&*ids, count) {
            ([], count) => chosen(context, 0, count, true),
            ([id], Some(count)) => chosen(context, *id, Some(count), false),
            (_, Some(_)) => return Err(no_count_with_ids(context)),
            (ids, None) => ids.to_vec(),
        };
        for id in wanted {
            let entry = context.engine.session.history.entry(id).map(Entry::object);
            match entry {
                Some(entry) => context.write(entry)?,
                None => context.write_error(not_found("GetHistoryNoHistoryForId", id))?,
            }
        }
        Ok(())
    }
}

struct AddHistory;

impl Stage for AddHistory {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        let now = context.host().now();
        context.engine.session.history.remember_current(now);
        Ok(())
    }

    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        for given in items(context, "InputObject") {
            let Some(entry) = entry_of(context, &given) else {
                let record = ErrorRecord::new(
                    "AddHistoryInvalidInput",
                    ErrorCategory::InvalidData,
                    "System.IO.InvalidDataException",
                    "Cannot add history because the input object has a format that is not valid.",
                );
                context.write_error(record.with_target(given))?;
                continue;
            };
            context.engine.session.memory.count(entry.line.len());
            let history = &mut context.engine.session.history;
            let id = history.add(entry.line, entry.state, entry.start, entry.end);
            let added = history.entry(id).map(Entry::object);
            if context.switch("Passthru")
                && let Some(added) = added
            {
                context.write(added)?;
            }
        }
        Ok(())
    }
}

/// The line that an object tells of.
fn entry_of(context: &Context<'_>, given: &Value) -> Option<Entry> {
    let converted = |name: &str, target: ParameterType| {
        let value = property(given, name)?;
        let conversion = ConversionContext::invariant(context.host().now());
        convert(&value, &target, conversion).ok()
    };
    let date = |name| match converted(name, ParameterType::Plain("System.DateTime".into()))? {
        Value::DateTime(date) => Some(date),
        _ => None,
    };
    let Value::String(line) = property(given, "CommandLine")?.base().clone() else {
        return None;
    };
    let definition = enumerations::find(STATE)?;
    let Value::Enum(state) = converted("ExecutionStatus", ParameterType::Enum(definition))? else {
        return None;
    };
    Some(Entry {
        id: 0,
        line,
        state: state.number,
        start: date("StartExecutionTime")?,
        end: date("EndExecutionTime")?,
    })
}

struct ClearHistory;

impl Stage for ClearHistory {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        if context.parameter_set() == "CommandLineParameter" {
            return clear_lines(context);
        }
        let newest = context.switch("Newest");
        let count = count(context, "Count");
        let ids = ids(context);
        let gone = match (&*ids, count) {
            ([], None) => {
                let message = "This command will clear all the entries from the session history.";
                if !context.should_process(&ShouldProcess::Target(message.into()))? {
                    return Ok(());
                }
                chosen(context, 0, None, newest)
            }
            ([], count) => chosen(context, 0, count, newest),
            ([id], Some(_)) => {
                if context.engine.session.history.entry(*id).is_none() {
                    context.write_error(not_found("GetHistoryNoHistoryForId", *id))?;
                }
                chosen(context, *id, count, newest)
            }
            (_, Some(_)) => return Err(no_count_with_ids(context)),
            (ids, None) => {
                for id in ids {
                    if context.engine.session.history.entry(*id).is_none() {
                        context.write_error(not_found("GetHistoryNoHistoryForId", *id))?;
                    }
                    context.engine.session.history.remove(*id);
                }
                return Ok(());
            }
        };
        for id in gone {
            context.engine.session.history.remove(id);
        }
        Ok(())
    }
}

fn clear_lines(context: &mut Context<'_>) -> Result<(), Halt> {
    let lines = texts(context, "CommandLine");
    let count = number(context, "Count");
    if count.is_some() && lines.len() > 1 {
        return Err(no_count(
            context,
            "NoCountWithMultipleCmdLine ",
            "The count cannot be combined with multiple CommandLine parameters.",
            Value::strings(lines),
        ));
    }
    for line in lines {
        let pattern = Wildcard::new(&line);
        let most = match count {
            Some(count) => usize::try_from(count).unwrap_or(0),
            None if pattern.is_pattern() => usize::MAX,
            None => 1,
        };
        let newest = context.switch("Newest");
        let history = &mut context.engine.session.history;
        let fits = |entry: &&Entry| pattern.matches(entry.line.trim());
        let found = history.entries().filter(fits).map(|entry| entry.id);
        let mut gone: Vec<i64> = found.collect();
        if newest {
            gone.reverse();
        }
        for id in gone.into_iter().take(most) {
            history.remove(id);
        }
    }
    Ok(())
}

#[derive(Default)]
struct InvokeHistory {
    id: Option<Value>,
    many: bool,
}

impl Stage for InvokeHistory {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        if let Some(id) = context.parameter("Id") {
            self.many |= self.id.is_some();
            self.id = Some(id.clone());
        }
        Ok(())
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        if self.many {
            return Err(refused(
                context,
                ("InvokeHistoryMultipleCommandsError", ErrorCategory::InvalidArgument),
                "System.ArgumentException",
                "Cannot process multiple history commands. You can only run a single command by using Invoke-History.".into(),
                Value::Null,
            ));
        }
        let entry = self.entry(context)?;
        let asked = ShouldProcess::Target(entry.line.to_string());
        if !context.should_process(&asked)? {
            return Ok(());
        }
        if context.engine.session.history.invoked.contains(&entry.id) {
            return Err(refused(
                context,
                ("InvokeHistoryLoopDetected", ErrorCategory::InvalidOperation),
                "System.InvalidOperationException",
                "The Invoke-History cmdlet is called repeatedly, in a loop.".into(),
                Value::Null,
            ));
        }
        let block = block_of(context, entry.line.clone())?;
        let history = &mut context.engine.session.history;
        history.invoked.push(entry.id);
        history.replace_current(&entry.line);
        let line = Record::HostLine(entry.line.to_string());
        context.tail.record(&mut context.engine, line)?;
        let outcome = context.run(&block, None, &[]);
        context.engine.session.history.invoked.pop();
        outcome
    }
}

impl InvokeHistory {
    /// The line that was asked for: by its number, by its beginning, or the last one.
    fn entry(&self, context: &mut Context<'_>) -> Result<Entry, Halt> {
        let history = &context.engine.session.history;
        let Some(id) = &self.id else {
            let last = history.entries().next_back().cloned();
            return last.ok_or_else(|| {
                refused(
                    context,
                    (
                        "InvokeHistoryNoLastHistoryEntryFound",
                        ErrorCategory::InvalidOperation,
                    ),
                    "System.InvalidOperationException",
                    "Cannot locate most recent history.".into(),
                    Value::Null,
                )
            });
        };
        let target = ParameterType::Plain("System.Int64".into());
        let conversion = ConversionContext::invariant(context.host().now());
        let Ok(Value::Int64(number)) = convert(id, &target, conversion) else {
            let given = text(context, "Id").unwrap_or_else(|| "".into());
            let begins = |entry: &&Entry| entry.line.starts_with(&*given);
            let found = history.entries().rev().find(begins).cloned();
            return found.ok_or_else(|| {
                refused(
                    context,
                    (
                        "InvokeHistoryNoHistoryForCommandline",
                        ErrorCategory::ObjectNotFound,
                    ),
                    "System.ArgumentException",
                    format!("Cannot locate the history for command line {given}."),
                    Value::String(given.clone()),
                )
            });
        };
        if number <= 0 {
            return Err(refused(
                context,
                (
                    "InvokeHistoryInvalidIdGetHistory",
                    ErrorCategory::InvalidArgument,
                ),
                "System.ArgumentOutOfRangeException",
                format!(
                    "The identifier {number} is not a valid value for a History identifier. Specify a positive number, and then try again. (Parameter 'Id')"
                ),
                Value::Int64(number),
            ));
        }
        let found = history.entry(number).cloned();
        found.ok_or_else(|| context.terminate(not_found("InvokeHistoryNoHistoryForId", number)))
    }
}

fn refused(
    context: &mut Context<'_>,
    (id, category): (&'static str, ErrorCategory),
    exception: &'static str,
    message: String,
    target: Value,
) -> Halt {
    context.terminate(ErrorRecord::new(id, category, exception, message).with_target(target))
}
