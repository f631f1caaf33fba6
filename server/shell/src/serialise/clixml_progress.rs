//! Progress as CLIXML: `<PR>`, which the other side makes a `ProgressRecord` of.

use std::sync::Arc;

use crate::host::ProgressRecord;
use crate::members;
use crate::text::{Culture, read, to_text};
use crate::value::{Object, Property, Text, Value};

const TYPE: &str = "System.Management.Automation.ProgressRecord";

/// The elements of a record in their order, with the properties that they hold. Between the second and the third stands
/// `CurrentOperation` as a value.
const ELEMENTS: [(&str, &str); 7] = [
    ("AV", "Activity"),
    ("AI", "ActivityId"),
    ("PI", "ParentActivityId"),
    ("PC", "PercentComplete"),
    ("T", "RecordType"),
    ("SR", "SecondsRemaining"),
    ("SD", "StatusDescription"),
];

/// What a minishell writes of a record (`ConsoleHostUserInterface.WriteProgress`): the record beside the id of its source.
/// A session is one source.
#[must_use]
pub fn progress_item(record: &ProgressRecord) -> Value {
    let note = |name: &str, value: Value| Property {
        name: name.into(),
        value,
        note: true,
    };
    Value::Object(Arc::new(Object::custom(vec![
        note("SourceId", Value::Int64(1)),
        note("Record", record_object(record)),
    ])))
}

fn record_object(record: &ProgressRecord) -> Value {
    // PowerShell refuses records in which these say nothing.
    let text = |text: &str| Value::text(if text.is_empty() { " " } else { text });
    let kind = if record.completed {
        "Completed"
    } else {
        "Processing"
    };
    let operation = record
        .current_operation
        .as_ref()
        .map_or(Value::Null, |operation| Value::text(operation.as_str()));
    object(vec![
        ("ActivityId", Value::Int32(record.activity_id)),
        ("ParentActivityId", Value::Int32(record.parent_activity_id)),
        ("Activity", text(&record.activity)),
        ("StatusDescription", text(&record.status)),
        ("CurrentOperation", operation),
        ("PercentComplete", Value::Int32(record.percent_complete)),
        ("SecondsRemaining", Value::Int32(record.seconds_remaining)),
        ("RecordType", Value::text(kind)),
    ])
}

fn object(properties: Vec<(&str, Value)>) -> Value {
    let names: [Text; 2] = [TYPE.into(), "System.Object".into()];
    let properties = properties
        .into_iter()
        .map(|(name, value)| (name.into(), value))
        .collect();
    Value::Object(Arc::new(Object::typed(names.into(), properties)))
}

/// One child of `<PR>`.
pub(super) enum Part {
    /// An element with text.
    Text(&'static str, String),
    /// `CurrentOperation`.
    Value(Value),
}

/// The children of a progress record's element; none for any other value.
pub(super) fn parts(value: &Value) -> Option<Vec<Part>> {
    let Value::Object(object) = value else {
        return None;
    };
    let names = read(&object.type_names);
    if names.first().is_none_or(|name| &**name != TYPE) {
        return None;
    }
    let property = |name: &str| members::property(value, name).unwrap_or_default();
    let mut parts: Vec<Part> = ELEMENTS
        .iter()
        .map(|(element, name)| Part::Text(element, to_text(&property(name), Culture::Invariant)))
        .collect();
    parts.insert(2, Part::Value(property("CurrentOperation")));
    Some(parts)
}

/// A progress record from its elements' texts, by element name; none when a number is missing.
pub(super) fn from_parts(text: impl Fn(&str) -> Option<String>, operation: Value) -> Option<Value> {
    let mut properties = Vec::with_capacity(ELEMENTS.len() + 1);
    for (element, name) in ELEMENTS {
        let text = text(element)?;
        let value = match element {
            "AV" | "T" | "SD" => Value::text(text),
            _ => Value::Int32(text.trim().parse().ok()?),
        };
        properties.push((name, value));
    }
    properties.push(("CurrentOperation", operation));
    Some(object(properties))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::serialise::clixml_read::read_clixml;
    use crate::serialise::clixml_write::{ClixmlOptions, ClixmlWriter};

    #[test]
    fn progress_is_written_as_powershell_reads_it() {
        let record = ProgressRecord {
            activity_id: 3,
            parent_activity_id: -1,
            activity: "Shipping <users>".into(),
            status: "batch 1 of 2".into(),
            percent_complete: 50,
            seconds_remaining: -1,
            ..ProgressRecord::default()
        };
        let mut writer = ClixmlWriter::new(ClixmlOptions {
            depth: 1,
            indent: false,
        });
        let item = progress_item(&record);
        writer.push(&item, Some("progress")).unwrap();
        let text = writer.finish();
        let expected = "<Obj S=\"progress\" RefId=\"0\"><TN RefId=\"0\">\
             <T>System.Management.Automation.PSCustomObject</T><T>System.Object</T></TN><MS><I64 N=\"SourceId\">1</I64>\
             <PR N=\"Record\"><AV>Shipping &lt;users&gt;</AV><AI>3</AI><Nil /><PI>-1</PI><PC>50</PC><T>Processing</T>\
             <SR>-1</SR><SD>batch 1 of 2</SD></PR></MS></Obj>";
        assert!(text.contains(expected), "{text}");

        let read = read_clixml(&text).unwrap();
        let record = members::property(&read[0].value, "Record").unwrap();
        assert!(parts(&record).is_some(), "{record:?}");
        let activity = members::property(&record, "Activity").unwrap();
        assert_eq!(to_text(&activity, Culture::Invariant), "Shipping <users>");
    }
}
