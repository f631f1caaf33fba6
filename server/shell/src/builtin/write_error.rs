//! `Write-Error`.

use crate::builtin::declare::{UTILITY, at, command, named, set};
use crate::builtin::support::text;
use crate::command::{CommandInfo, ParameterInfo, ParameterType, SetMembership};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::members;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{Culture, to_text};
use crate::type_names::type_name;
use crate::value::Value;

/// The exception that a message alone becomes.
const EXCEPTION: &str = "Microsoft.PowerShell.Commands.WriteErrorException";

/// What the binder knows of it.
pub(super) fn info() -> CommandInfo {
    let no_exception = "NoException";
    let with_exception = "WithException";
    let record = "ErrorRecord";
    let fresh = [no_exception, with_exception];
    let category = crate::convert::enumerations::find("System.Management.Automation.ErrorCategory")
        .map_or_else(
            || ParameterType::Plain("System.String".into()),
            ParameterType::Enum,
        );
    let mut message = named("Message", "string")
        .alias(&["Msg"])
        .member(SetMembership {
            mandatory: true,
            position: Some(0),
            from_pipeline: true,
            ..set(no_exception)
        })
        .member(set(with_exception));
    message.allow_null = true;
    message.allow_empty_string = true;
    command("Write-Error", UTILITY)
        .with_default_set(no_exception)
        .with(
            at(0, "Exception", "System.Exception")
                .mandatory()
                .in_sets(&[with_exception]),
        )
        .with(message)
        .with(
            at(0, "ErrorRecord", "System.Management.Automation.ErrorRecord")
                .mandatory()
                .in_sets(&[record]),
        )
        .with(ParameterInfo::of_type("Category", category).in_sets(&fresh))
        .with(named("ErrorId", "string").in_sets(&fresh))
        .with(named("TargetObject", "object").in_sets(&fresh))
        .with(named("RecommendedAction", "string"))
        .with(named("CategoryActivity", "string").alias(&["Activity"]))
        .with(named("CategoryReason", "string").alias(&["Reason"]))
        .with(named("CategoryTargetName", "string").alias(&["TargetName"]))
        .with(named("CategoryTargetType", "string").alias(&["TargetType"]))
}

/// One to run.
pub(super) fn create() -> Box<dyn Stage> {
    Box::new(WriteError)
}

struct WriteError;

impl Stage for WriteError {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let mut record = match context.parameter("ErrorRecord") {
            Some(Value::Error(record)) => (**record).clone(),
            _ => fresh(context),
        };
        let of = |name: &str| {
            text(context, name)
                .map(|text| text.to_string())
                .filter(|text| !text.is_empty())
        };
        if let Some(action) = of("RecommendedAction") {
            let shown = record.shown_message().to_owned();
            record.details.get_or_insert(shown);
            record.recommended_action = Some(action);
        }
        if let Some(reason) = of("CategoryReason") {
            record.reason = reason;
        }
        record.target_name = of("CategoryTargetName").or(record.target_name);
        record.target_type = of("CategoryTargetType").or(record.target_type);
        let activity = of("CategoryActivity").unwrap_or_else(|| "Write-Error".into());
        // What it complains about is what the script around it was called for.
        record.set_invocation(context.engine.session.my_invocation());
        record.activity = activity;
        context.write_error(record)
    }
}

fn fresh(context: &Context<'_>) -> ErrorRecord {
    let message = text(context, "Message").unwrap_or_else(|| "".into());
    let (exception, own_message) = match context.parameter("Exception") {
        Some(exception) => (
            type_name(exception).to_string(),
            members::property(exception, "Message")
                .map_or_else(String::new, |message| to_text(&message, Culture::Invariant)),
        ),
        None => (EXCEPTION.to_owned(), message.to_string()),
    };
    let category = match context.parameter("Category") {
        Some(Value::Enum(member)) => ErrorCategory::from_number(member.number).unwrap_or_default(),
        _ => ErrorCategory::NotSpecified,
    };
    let id = text(context, "ErrorId")
        .filter(|id| !id.is_empty())
        .map_or_else(|| exception.clone(), |id| id.to_string());
    let mut record = ErrorRecord::new(id, category, exception, own_message);
    record.thrown = context.parameter("Exception").cloned().map(Into::into);
    if record.thrown.is_some() && !message.is_empty() {
        record.details = Some(message.to_string());
    }
    if let Some(target) = context.parameter("TargetObject") {
        record.target = target.clone().into();
    }
    record
}
