//! What remoting writes of records: notes that the other side reads them back from.

use crate::error_record::ErrorRecord;
use crate::evaluate::exception::exception_of_record;
use crate::format::error_view;
use crate::members;
use crate::type_names::type_chain;
use crate::value::{Property, Value};

/// The note properties of an error record on the wire.
pub(super) fn error_notes(record: &ErrorRecord) -> Vec<Property> {
    let mut notes = vec![
        ("Exception", exception_of_record(record)),
        ("TargetObject", (*record.target).clone()),
        (
            "FullyQualifiedErrorId",
            Value::text(&*record.fully_qualified_id),
        ),
        ("InvocationInfo", Value::Null),
        (
            "ErrorCategory_Category",
            Value::Int32(i32::from(record.category as u8)),
        ),
        ("ErrorCategory_Activity", Value::text(&*record.activity)),
        ("ErrorCategory_Reason", Value::text(&*record.reason)),
        (
            "ErrorCategory_TargetName",
            Value::text(error_view::target_name(record)),
        ),
        (
            "ErrorCategory_TargetType",
            Value::text(error_view::target_type(record)),
        ),
        (
            "ErrorCategory_Message",
            Value::text(error_view::category_text(record)),
        ),
    ];
    if let Some(details) = &record.details {
        notes.push(("ErrorDetails_Message", Value::text(&**details)));
    }
    if let Some(action) = &record.recommended_action {
        notes.push(("ErrorDetails_RecommendedAction", Value::text(&**action)));
    }
    notes.push(("SerializeExtendedInfo", Value::Bool(false)));
    notes
        .into_iter()
        .map(|(name, value)| Property {
            name: name.into(),
            value,
            note: true,
        })
        .collect()
}

/// The notes that remoting reads a verbose, warning or debug record back from; none for any other object.
pub(super) fn record_notes(value: &Value) -> Option<Vec<Property>> {
    let is_record = type_chain(value)
        .iter()
        .any(|name| &**name == "System.Management.Automation.InformationalRecord");
    let note = |name: &str, value: Value| Property {
        name: name.into(),
        value,
        note: true,
    };
    is_record.then(|| {
        vec![
            note(
                "InformationalRecord_Message",
                members::property(value, "Message").unwrap_or_default(),
            ),
            note(
                "InformationalRecord_SerializeInvocationInfo",
                Value::Bool(false),
            ),
        ]
    })
}
