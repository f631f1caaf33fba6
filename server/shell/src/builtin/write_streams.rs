//! `Write-Host`, `Write-Warning`, `Write-Verbose`, `Write-Debug`, `Write-Information` and `Write-Progress`.

use std::sync::Arc;

use crate::builtin::declare::{UTILITY, at, command, named, switch};
use crate::builtin::support::{number, text, texts};
use crate::command::{CommandInfo, Validation};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::host::ProgressRecord;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{Culture, MAX_LIST_TEXT, to_text};
use crate::value::{Object, Text, Value};

/// Tag of what `Write-Host` writes.
const HOST_TAG: &str = "PSHOST";

fn message_info(name: &str) -> CommandInfo {
    let mut message = at(0, "Message", "string")
        .alias(&["Msg"])
        .mandatory()
        .from_pipeline();
    message.allow_empty_string = true;
    command(name, UTILITY).with(message)
}

/// What the binder knows of `Write-Warning`.
pub(super) fn warning_info() -> CommandInfo {
    message_info("Write-Warning")
}

/// What the binder knows of `Write-Verbose`.
pub(super) fn verbose_info() -> CommandInfo {
    message_info("Write-Verbose")
}

/// What the binder knows of `Write-Debug`.
pub(super) fn debug_info() -> CommandInfo {
    message_info("Write-Debug")
}

/// What the binder knows of `Write-Information`.
pub(super) fn information_info() -> CommandInfo {
    command("Write-Information", UTILITY)
        .with(
            at(0, "MessageData", "object")
                .alias(&["Msg", "Message"])
                .mandatory()
                .from_pipeline()
                .allow_nothing(),
        )
        .with(at(1, "Tags", "string[]"))
}

/// What the binder knows of `Write-Host`.
pub(super) fn host_info() -> CommandInfo {
    let mut object = at(0, "Object", "object")
        .alias(&["Msg", "Message"])
        .from_pipeline();
    for set in &mut object.sets {
        set.from_remaining_arguments = true;
    }
    command("Write-Host", UTILITY)
        .with(object)
        .with(switch("NoNewline"))
        .with(named("Separator", "object"))
        .with(named("ForegroundColor", "System.ConsoleColor"))
        .with(named("BackgroundColor", "System.ConsoleColor"))
}

/// What the binder knows of `Write-Progress`.
pub(super) fn progress_info() -> CommandInfo {
    let from = |least| Validation::Range(Value::Int32(least), Value::Int32(i32::MAX));
    command("Write-Progress", UTILITY)
        .with(at(0, "Activity", "string"))
        .with(at(1, "Status", "string").validated(Validation::NotNullOrEmpty))
        .with(at(2, "Id", "int").validated(from(0)))
        .with(
            named("PercentComplete", "int")
                .validated(Validation::Range(Value::Int32(-1), Value::Int32(100))),
        )
        .with(named("SecondsRemaining", "int"))
        .with(named("CurrentOperation", "string"))
        .with(named("ParentId", "int").validated(from(-1)))
        .with(switch("Completed"))
        .with(named("SourceId", "int"))
}

/// Makes a stage of a function that runs once per record.
macro_rules! each_record {
    ($(#[$doc:meta])* $create:ident, $body:expr) => {
        $(#[$doc])*
        pub(super) fn $create() -> Box<dyn Stage> {
            struct Each;
            impl Stage for Each {
                fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
                    let body: fn(&mut Context<'_>, Option<Value>) -> Result<(), Halt> = $body;
                    body(context, input)
                }
            }
            Box::new(Each)
        }
    };
}

fn message(context: &Context<'_>) -> String {
    text(context, "Message").map_or_else(String::new, |message| message.to_string())
}

each_record!(
    /// One `Write-Warning` to run.
    warning,
    |context, _| {
        let (message, at) = (message(context), context.engine.session.my_invocation());
        context.warning_at(message, at)
    }
);

each_record!(
    /// One `Write-Verbose` to run.
    verbose,
    |context, _| {
        let (message, at) = (message(context), context.engine.session.my_invocation());
        context.verbose_at(message, at)
    }
);

each_record!(
    /// One `Write-Debug` to run.
    debug,
    |context, _| {
        let (message, at) = (message(context), context.engine.session.my_invocation());
        context.debug_at(message, at)
    }
);

each_record!(
    /// One `Write-Information` to run.
    information,
    |context, _| {
        let data = context.parameter("MessageData").cloned().unwrap_or_default();
        let tags: Vec<String> = texts(context, "Tags")
            .iter()
            .map(ToString::to_string)
            .collect();
        let reserved = tags.iter().find(|tag| {
            let start = tag.get(..2);
            start.is_some_and(|start| start.eq_ignore_ascii_case("PS"))
        });
        if let Some(tag) = reserved {
            let record = ErrorRecord::new(
                "PSPrefixReservedInInformationTag",
                ErrorCategory::InvalidArgument,
                "System.InvalidOperationException",
                format!("Cannot use tag '{tag}'. The 'PS' prefix is reserved."),
            );
            return Err(context.terminate(record.with_target(Value::text(tag.as_str()))));
        }
        context.information(data, tags)
    }
);

each_record!(
    /// One `Write-Host` to run.
    host,
    |context, input| {
        let separator = text(context, "Separator").unwrap_or_else(|| " ".into());
        let object = input.as_ref().or_else(|| context.parameter("Object"));
        let shown = object.map_or_else(String::new, |object| host_text(object, &separator));
        let data = host_message(context, &shown);
        context.information(data, vec![HOST_TAG.into()])
    }
);

/// Levels of lists in lists that `Write-Host` opens.
const HOST_LEVELS: usize = 100;

/// Elements of a list one after the other, those of lists inside too; dictionaries show their text.
fn host_text(object: &Value, separator: &str) -> String {
    let mut out = String::new();
    push_host_text(&mut out, object, separator, HOST_LEVELS);
    out
}

fn push_host_text(out: &mut String, object: &Value, separator: &str, levels: usize) {
    let items = (levels > 0).then(|| object.elements()).flatten();
    let Some(items) = items else {
        out.push_str(&to_text(object, Culture::Current));
        return;
    };
    for (index, item) in items.iter().enumerate() {
        if out.len() > MAX_LIST_TEXT {
            // Each level ends here in its turn.
            return;
        }
        if index > 0 {
            out.push_str(separator);
        }
        push_host_text(out, item, separator, levels - 1);
    }
}

/// `System.Management.Automation.HostInformationMessage`.
fn host_message(context: &Context<'_>, message: &str) -> Value {
    let types: [Text; 2] = [
        "System.Management.Automation.HostInformationMessage".into(),
        "System.Object".into(),
    ];
    let colour = |name: &str| context.parameter(name).cloned().unwrap_or_default();
    let object = Object::typed(
        types.into(),
        vec![
            ("Message".into(), Value::text(message)),
            ("NoNewLine".into(), Value::Bool(context.switch("NoNewline"))),
            ("ForegroundColor".into(), colour("ForegroundColor")),
            ("BackgroundColor".into(), colour("BackgroundColor")),
        ],
    )
    .with_text(message);
    Value::Object(Arc::new(object))
}

each_record!(
    /// One `Write-Progress` to run.
    progress,
    |context, _| {
        let whole = |name: &str, default: i32| {
            number(context, name)
                .and_then(|n| i32::try_from(n).ok())
                .unwrap_or(default)
        };
        let of = |name: &str| text(context, name).map(|text| text.to_string());
        if of("Activity").is_none_or(|activity| activity.is_empty())
            && !context.switch("Completed")
        {
            let record = ErrorRecord::new(
                "MissingActivity",
                ErrorCategory::InvalidArgument,
                "System.ArgumentException",
                "Missing value for mandatory parameter. (Parameter 'Activity')",
            );
            let target = context.parameter("Activity").cloned().unwrap_or_default();
            return Err(context.terminate(record.with_target(target)));
        }
        if whole("ParentId", -1) == whole("Id", 0) {
            let record = ErrorRecord::new(
                "Argument",
                ErrorCategory::InvalidArgument,
                "System.Management.Automation.PSArgumentException",
                "ParentActivityId cannot be the same as the ActivityId. (Parameter 'value')",
            );
            return Err(context.terminate(record));
        }
        let record = ProgressRecord {
            activity_id: whole("Id", 0),
            parent_activity_id: whole("ParentId", -1),
            activity: of("Activity").unwrap_or_default(),
            status: of("Status").unwrap_or_else(|| "Processing".into()),
            current_operation: of("CurrentOperation"),
            percent_complete: whole("PercentComplete", -1),
            seconds_remaining: whole("SecondsRemaining", -1),
            completed: context.switch("Completed"),
        };
        context.progress(record)
    }
);
