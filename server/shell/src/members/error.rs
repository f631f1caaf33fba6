//! The members of an error record.

use std::sync::Arc;

use crate::error_record::{ErrorRecord, Invocation};
use crate::evaluate::exception::exception_of_record;
use crate::format::error_view::{category_text, position_message, target_name, target_type};
use crate::value::{EnumValue, Object, Text, Value};

/// They in PowerShell's order.
pub(super) fn properties(record: &ErrorRecord) -> Vec<(&'static str, Value)> {
    vec![
        ("Exception", exception_of_record(record)),
        ("TargetObject", record.target.clone()),
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
        ("ScriptStackTrace", Value::text("")),
        ("PipelineIterationInfo", Value::array(Vec::new())),
    ]
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
        "System.Management.Automation.ErrorCategoryInfo",
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

fn invocation(at: &Invocation) -> Value {
    let command = at.command.as_ref().map(|name| {
        typed(
            "System.Management.Automation.CmdletInfo",
            Some(name),
            vec![("Name", Value::String(name.clone()))],
        )
    });
    invocation_object(at, command, Vec::new())
}

/// `InvocationInfo` with the command that was called, and what a function knows beside.
pub(crate) fn invocation_object(
    at: &Invocation,
    command: Option<Value>,
    more: Vec<(&'static str, Value)>,
) -> Value {
    let number = |n: usize| Value::Int32(i32::try_from(n).unwrap_or(i32::MAX));
    let line = at
        .source
        .as_deref()
        .and_then(|source| source.lines().nth(at.line.checked_sub(1)?))
        .unwrap_or_default();
    let mut properties = vec![("MyCommand", command.unwrap_or_default())];
    properties.extend(more);
    properties.extend([
        ("ScriptLineNumber", number(at.line)),
        ("OffsetInLine", number(at.offset)),
        (
            "ScriptName",
            Value::String(at.script.clone().unwrap_or_else(|| "".into())),
        ),
        ("Line", Value::text(line)),
        ("PositionMessage", Value::text(position_message(at))),
        ("InvocationName", Value::text(&*at.invocation_name)),
        ("PipelineLength", number(at.pipeline_length)),
        ("PipelinePosition", number(at.pipeline_position)),
    ]);
    typed(
        "System.Management.Automation.InvocationInfo",
        None,
        properties,
    )
}
