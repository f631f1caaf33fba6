//! The members of an error record.

use std::sync::Arc;

use crate::command::{CommandInfo, CommandKind};
use crate::convert::enumerations;
use crate::error_record::{ErrorRecord, Invocation};
use crate::evaluate::dictionary;
use crate::evaluate::exception::exception_of_record;
use crate::format::error_view::{category_text, position_message, target_name, target_type};
use crate::value::{EnumValue, List, Object, Text, Value};

/// The type of an error's category.
pub(crate) const CATEGORY_INFO: &str = "System.Management.Automation.ErrorCategoryInfo";

/// They in PowerShell's order: what its own type data adds first.
pub(super) fn properties(record: &ErrorRecord) -> Vec<(&'static str, Value)> {
    let iterations = record.iterations.iter().copied().map(Value::Int32);
    vec![
        ("PSMessageDetails", Value::Null),
        ("Exception", exception_of_record(record)),
        ("TargetObject", (*record.target).clone()),
        ("CategoryInfo", category(record)),
        (
            "FullyQualifiedErrorId",
            Value::text(&*record.fully_qualified_id),
        ),
        ("ErrorDetails", details(record)),
        (
            "InvocationInfo",
            record.invocation.as_ref().map_or(Value::Null, invocation),
        ),
        (
            "ScriptStackTrace",
            record.stack.clone().map_or(Value::Null, Value::String),
        ),
        (
            "PipelineIterationInfo",
            list(
                "System.Collections.ObjectModel.ReadOnlyCollection`1[System.Int32]",
                iterations.collect(),
            ),
        ),
    ]
}

pub(crate) fn list(type_name: &str, items: Vec<Value>) -> Value {
    Value::List(Arc::new(List {
        keys: None,
        type_name: type_name.into(),
        items: items.into(),
    }))
}

fn typed(name: &str, text: Option<&str>, properties: Vec<(&str, Value)>) -> Value {
    let types: [Text; 2] = [name.into(), "System.Object".into()];
    let properties = properties
        .into_iter()
        .map(|(name, value)| (Text::from(name), value))
        .collect();
    Value::Object(Arc::new({
        let object = Object::typed(types.into(), properties);
        match text {
            Some(text) => object.with_text(text),
            None => object,
        }
    }))
}

fn category(record: &ErrorRecord) -> Value {
    let name = "System.Management.Automation.ErrorCategory";
    let category = crate::convert::enumerations::find(name).map_or_else(
        || Value::text(format!("{:?}", record.category)),
        |definition| {
            Value::Enum(EnumValue {
                definition,
                number: i64::from(record.category as u8),
            })
        },
    );
    typed(
        CATEGORY_INFO,
        Some(&category_text(record)),
        vec![
            ("Category", category),
            ("Activity", Value::text(&*record.activity)),
            ("Reason", Value::text(&*record.reason)),
            ("TargetName", Value::text(target_name(record))),
            ("TargetType", Value::text(target_type(record))),
        ],
    )
}

fn details(record: &ErrorRecord) -> Value {
    if record.details.is_none() && record.recommended_action.is_none() {
        return Value::Null;
    }
    let text = |part: &Option<String>| Value::text(part.as_deref().unwrap_or_default());
    typed(
        "System.Management.Automation.ErrorDetails",
        record.details.as_deref(),
        vec![
            ("Message", text(&record.details)),
            ("RecommendedAction", text(&record.recommended_action)),
        ],
    )
}

/// The invocation of a record: a copy that knows the command and the place, and nothing of the pipeline.
pub(crate) fn invocation(at: &Invocation) -> Value {
    let copy = Invocation {
        pipeline_length: 0,
        pipeline_position: 0,
        ..at.clone()
    };
    invocation_object(&copy, Called::default())
}

/// What only the command itself knows of how it was called.
#[derive(Default)]
pub(crate) struct Called {
    /// `MyCommand`, where it is not the one of the invocation.
    pub(crate) command: Option<Value>,
    /// `BoundParameters`.
    pub(crate) bound: Option<Value>,
    /// `UnboundArguments`.
    pub(crate) rest: Vec<Value>,
    /// `ExpectingInput`.
    pub(crate) expects_input: bool,
    /// Whether the session's user called it, and no script.
    pub(crate) of_runspace: bool,
}

/// `MyCommand`: a cmdlet or function, or a script that has no name.
fn my_command(at: &Invocation) -> Value {
    if let Some(info) = &at.info
        && at.script_block.is_none()
    {
        if !matches!(info.kind, CommandKind::Cmdlet) {
            return function(info);
        }
        return crate::builtin::discovery::command_object(info);
    }
    let Some(text) = &at.script_block else {
        return Value::Null;
    };
    let name = at.command_id.clone().unwrap_or_else(|| "".into());
    typed(
        "System.Management.Automation.ScriptInfo",
        Some(text),
        vec![
            ("Definition", Value::String(text.clone())),
            ("Name", Value::String(name)),
            ("CommandType", kind(64)),
            ("Source", Value::text("")),
            ("Version", Value::Null),
            ("ModuleName", Value::text("")),
        ],
    )
}

/// A function that a record names; its text is the function's own.
fn function(info: &CommandInfo) -> Value {
    typed(
        "System.Management.Automation.FunctionInfo",
        Some(&info.name),
        vec![
            ("Name", Value::String(info.name.clone())),
            ("CommandType", kind(2)),
            ("Source", Value::text("")),
            ("Version", Value::Null),
            ("ModuleName", Value::text("")),
        ],
    )
}

/// A value of `CommandTypes`.
fn kind(number: i64) -> Value {
    let name = "System.Management.Automation.CommandTypes";
    enumerations::find(name).map_or(Value::Null, |definition| {
        Value::Enum(EnumValue { definition, number })
    })
}

/// `InvocationInfo` (see the class of that name for the order of its properties).
pub(crate) fn invocation_object(at: &Invocation, called: Called) -> Value {
    let number = |n: usize| Value::Int32(i32::try_from(n).unwrap_or(i32::MAX));
    let line = at
        .source
        .as_deref()
        .and_then(|source| source.lines().nth(at.line.checked_sub(1)?))
        .unwrap_or_default();
    let statement = match (&at.source, at.line) {
        (Some(source), 1..) => source.get(at.extent.start..at.extent.end),
        _ => None,
    };
    let file = at.script.as_deref();
    let folder = file.and_then(|file| file.rsplit_once(['/', '\\']));
    let folder = folder.map_or("", |(folder, _)| folder);
    let empty = || {
        let entries = indexmap::IndexMap::new();
        dictionary(
            "System.Collections.Generic.Dictionary`2[System.String,System.Object]",
            entries,
        )
    };
    let origin = enumerations::find("System.Management.Automation.CommandOrigin").map_or_else(
        || Value::text("Internal"),
        |definition| {
            Value::Enum(EnumValue {
                definition,
                number: i64::from(!called.of_runspace),
            })
        },
    );
    typed(
        "System.Management.Automation.InvocationInfo",
        None,
        vec![
            (
                "MyCommand",
                called.command.unwrap_or_else(|| my_command(at)),
            ),
            ("BoundParameters", called.bound.unwrap_or_else(empty)),
            (
                "UnboundArguments",
                list(
                    "System.Collections.Generic.List`1[System.Object]",
                    called.rest,
                ),
            ),
            ("ScriptLineNumber", number(at.line)),
            ("OffsetInLine", number(at.offset)),
            ("HistoryId", Value::Int64(at.history_id)),
            ("ScriptName", Value::text(file.unwrap_or_default())),
            ("Line", Value::text(line)),
            ("Statement", Value::text(statement.unwrap_or_default())),
            ("PositionMessage", Value::text(position_message(at))),
            ("PSScriptRoot", Value::text(folder)),
            (
                "PSCommandPath",
                at.script.clone().map_or(Value::Null, Value::String),
            ),
            ("InvocationName", Value::text(&*at.invocation_name)),
            ("PipelineLength", number(at.pipeline_length)),
            ("PipelinePosition", number(at.pipeline_position)),
            ("ExpectingInput", Value::Bool(called.expects_input)),
            ("CommandOrigin", origin),
            ("DisplayScriptPosition", Value::Null),
        ],
    )
}
