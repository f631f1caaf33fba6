//! Records as objects: what a redirected or kept record is in a pipeline or a variable.

use std::sync::{Arc, RwLock};

use crate::error_record::Invocation;
use crate::members::error::{invocation, list};
use crate::pipeline::sink::{Origin, Record};
use crate::value::{Object, Property, Text, Value};

fn object(type_names: &[&str], text: &str, properties: Vec<(&str, Value)>) -> Value {
    let names: Vec<Text> = type_names.iter().map(|name| Text::from(*name)).collect();
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
        text: Some(text.into()),
        custom: false,
        scripts: Default::default(),
        instance: None,
    }))
}

fn informational(kind: &str, message: &str, at: Option<&Invocation>) -> Value {
    let own = format!("System.Management.Automation.{kind}");
    object(
        &[
            &own,
            "System.Management.Automation.InformationalRecord",
            "System.Object",
        ],
        message,
        vec![
            ("Message", Value::text(message)),
            ("InvocationInfo", at.map_or(Value::Null, invocation)),
            (
                "PipelineIterationInfo",
                list(
                    "System.Collections.ObjectModel.ReadOnlyCollection`1[System.Int32]",
                    Vec::new(),
                ),
            ),
        ],
    )
}

/// `InformationRecord` (see the class of that name for the order of its properties). A session has no user, machine or
/// process of its own that it could tell of.
fn information(data: &Value, tags: &[String], origin: &Origin) -> Value {
    let tags = tags.iter().map(|tag| Value::text(tag.as_str())).collect();
    object(
        &[
            "System.Management.Automation.InformationRecord",
            "System.Object",
        ],
        &crate::text::to_text(data, crate::text::Culture::Current),
        vec![
            ("MessageData", data.clone()),
            ("Source", Value::String(origin.source.clone())),
            ("TimeGenerated", Value::DateTime(origin.time)),
            (
                "Tags",
                list("System.Collections.Generic.List`1[System.String]", tags),
            ),
            ("User", Value::text("")),
            ("Computer", Value::text("")),
            ("ProcessId", Value::UInt32(1)),
            ("NativeThreadId", Value::UInt32(1)),
            ("ManagedThreadId", Value::UInt32(1)),
        ],
    )
}

/// The object that a record is; none for what is no record but a gesture of the host.
pub(super) fn as_object(record: &Record) -> Option<Value> {
    Some(match record {
        Record::Error(error) => Value::Error(Arc::new((**error).clone())),
        Record::Warning(text, at) => informational("WarningRecord", text, at.as_ref()),
        Record::Verbose(text, at) => informational("VerboseRecord", text, at.as_ref()),
        Record::Debug(text, at) => informational("DebugRecord", text, at.as_ref()),
        Record::Information {
            data, tags, origin, ..
        } => information(data, tags, origin),
        Record::Progress(_) | Record::HostLine(_) | Record::Unseen(..) => return None,
    })
}
