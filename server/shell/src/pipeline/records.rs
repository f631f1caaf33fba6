//! Records as objects: what a redirected or kept record is in a pipeline or a variable.

use std::sync::{Arc, RwLock};

use crate::error_record::Invocation;
use crate::members::error::{invocation, list};
use crate::pipeline::sink::Record;
use crate::value::{Array, Object, Property, Text, Value};

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

/// The object that a record is; none for what is no record but a gesture of the host.
pub(super) fn as_object(record: &Record) -> Option<Value> {
    Some(match record {
        Record::Error(error) => Value::Error(Arc::new((**error).clone())),
        Record::Warning(text, at) => informational("WarningRecord", text, at.as_ref()),
        Record::Verbose(text, at) => informational("VerboseRecord", text, at.as_ref()),
        Record::Debug(text, at) => informational("DebugRecord", text, at.as_ref()),
        Record::Information { data, tags, .. } => object(
            &[
                "System.Management.Automation.InformationRecord",
                "System.Object",
            ],
            &crate::text::to_text(data, crate::text::Culture::Current),
            vec![
                ("MessageData", data.clone()),
                (
                    "Tags",
                    Value::Array(Arc::new(Array {
                        element_type: "System.String".into(),
                        items: tags
                            .iter()
                            .map(|tag| Value::text(tag.as_str()))
                            .collect::<Vec<_>>()
                            .into(),
                    })),
                ),
            ],
        ),
        Record::Progress(_) | Record::HostLine(_) | Record::Unseen(..) => return None,
    })
}
