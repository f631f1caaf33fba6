//! The properties of an error record: what `$_.Exception.Message`, `$Error[0].CategoryInfo` and views see.

use std::sync::{Arc, LazyLock, RwLock};

use crate::error_record::{ErrorRecord, Invocation};
use crate::evaluate::exception_object;
use crate::format::error_view::{category_text, position_message, target_name, target_type};
use crate::value::{EnumDefinition, EnumValue, Object, Property, Text, Value};

/// `System.Management.Automation.ErrorCategory`, in its numeric order.
static CATEGORY: LazyLock<Arc<EnumDefinition>> = LazyLock::new(|| {
    Arc::new(EnumDefinition {
        name: "System.Management.Automation.ErrorCategory".into(),
        flags: false,
        members: crate::convert::enumerations::find("System.Management.Automation.ErrorCategory")
            .map(|known| known.members.clone())
            .unwrap_or_default(),
    })
});

fn object(type_name: &str, text: Option<String>, properties: Vec<(&str, Value)>) -> Value {
    let names: [Text; 2] = [type_name.into(), "System.Object".into()];
    Value::Object(Arc::new(Object {
        type_names: RwLock::new(names.into()),
        properties: RwLock::new(
            properties
                .into_iter()
                .map(|(name, value)| Property {
                    name: name.into(),
                    value,
                    note: false,
                })
                .collect(),
        ),
        text: text.map(Text::from),
        custom: false,
    }))
}

/// The properties of a record, in .NET's order.
pub fn properties(record: &ErrorRecord) -> Vec<(&'static str, Value)> {
    vec![
        (
            "Exception",
            exception_object(&record.exception, &record.message),
        ),
        ("TargetObject", record.target.clone()),
        ("CategoryInfo", category_info(record)),
        (
            "FullyQualifiedErrorId",
            Value::text(&*record.fully_qualified_id),
        ),
        ("ErrorDetails", details(record)),
        (
            "InvocationInfo",
            record
                .invocation
                .as_ref()
                .map_or(Value::Null, invocation_info),
        ),
        ("ScriptStackTrace", Value::Null),
        ("PipelineIterationInfo", Value::array(Vec::new())),
    ]
}

fn category_info(record: &ErrorRecord) -> Value {
    let category = Value::Enum(EnumValue {
        definition: CATEGORY.clone(),
        number: record.category as i64,
    });
    object(
        "System.Management.Automation.ErrorCategoryInfo",
        Some(category_text(record)),
        vec![
            ("Category", category),
            ("Activity", Value::text(record.activity.as_str())),
            ("Reason", Value::text(record.reason.as_str())),
            ("TargetName", Value::text(target_name(record))),
            ("TargetType", Value::text(target_type(record))),
        ],
    )
}

fn details(record: &ErrorRecord) -> Value {
    if record.details.is_none() && record.recommended_action.is_none() {
        return Value::Null;
    }
    let message = record.details.clone().unwrap_or_default();
    object(
        "System.Management.Automation.ErrorDetails",
        Some(message.clone()),
        vec![
            ("Message", Value::text(message)),
            (
                "RecommendedAction",
                Value::text(record.recommended_action.clone().unwrap_or_default()),
            ),
        ],
    )
}

fn invocation_info(invocation: &Invocation) -> Value {
    let number = |n: usize| Value::Int32(i32::try_from(n).unwrap_or(i32::MAX));
    let text = |text: &Option<Text>| text.clone().map_or(Value::Null, Value::String);
    let line = invocation
        .source
        .as_deref()
        .and_then(|source| source.lines().nth(invocation.line.saturating_sub(1)))
        .unwrap_or_default();
    object(
        "System.Management.Automation.InvocationInfo",
        None,
        vec![
            ("MyCommand", text(&invocation.command)),
            ("ScriptLineNumber", number(invocation.line)),
            ("OffsetInLine", number(invocation.offset)),
            ("ScriptName", text(&invocation.script)),
            ("Line", Value::text(line)),
            ("PositionMessage", Value::text(position_message(invocation))),
            (
                "InvocationName",
                Value::text(invocation.invocation_name.as_str()),
            ),
            ("PipelineLength", number(invocation.pipeline_length)),
            ("PipelinePosition", number(invocation.pipeline_position)),
        ],
    )
}
