//! Error records on the wire and back (`tandem.cmdlet.v1.ErrorRecord`).

use tandem::cmdlet::v1 as wire;
use tandem_shell::error_record::{ErrorCategory, ErrorRecord, Invocation};

use super::values;

/// Every category by its name.
const CATEGORIES: [(&str, ErrorCategory); 32] = {
    use ErrorCategory::*;
    [
        ("NotSpecified", NotSpecified),
        ("OpenError", OpenError),
        ("CloseError", CloseError),
        ("DeviceError", DeviceError),
        ("DeadlockDetected", DeadlockDetected),
        ("InvalidArgument", InvalidArgument),
        ("InvalidData", InvalidData),
        ("InvalidOperation", InvalidOperation),
        ("InvalidResult", InvalidResult),
        ("InvalidType", InvalidType),
        ("MetadataError", MetadataError),
        ("NotImplemented", NotImplemented),
        ("NotInstalled", NotInstalled),
        ("ObjectNotFound", ObjectNotFound),
        ("OperationStopped", OperationStopped),
        ("OperationTimeout", OperationTimeout),
        ("SyntaxError", SyntaxError),
        ("ParserError", ParserError),
        ("PermissionDenied", PermissionDenied),
        ("ResourceBusy", ResourceBusy),
        ("ResourceExists", ResourceExists),
        ("ResourceUnavailable", ResourceUnavailable),
        ("ReadError", ReadError),
        ("WriteError", WriteError),
        ("FromStdErr", FromStdErr),
        ("SecurityError", SecurityError),
        ("ProtocolError", ProtocolError),
        ("ConnectionError", ConnectionError),
        ("AuthenticationError", AuthenticationError),
        ("LimitsExceeded", LimitsExceeded),
        ("QuotaExceeded", QuotaExceeded),
        ("NotEnabled", NotEnabled),
    ]
};

/// The category's name.
#[must_use]
pub fn category_name(category: ErrorCategory) -> &'static str {
    CATEGORIES
        .iter()
        .find(|(_, known)| *known == category)
        .map_or("NotSpecified", |(name, _)| name)
}

/// The category of that name.
#[must_use]
pub fn category(name: &str) -> ErrorCategory {
    CATEGORIES
        .iter()
        .find(|(known, _)| *known == name)
        .map_or(ErrorCategory::NotSpecified, |(_, category)| *category)
}

/// A record as it travels, with `position` as its position message.
#[must_use]
pub fn to_wire(record: &ErrorRecord, position: String) -> wire::ErrorRecord {
    let at = record.invocation.as_ref();
    wire::ErrorRecord {
        fully_qualified_error_id: record.fully_qualified_id.to_string(),
        category: category_name(record.category).to_owned(),
        activity: record.activity.clone(),
        reason: record.reason.clone(),
        target: Some(values::beside(&record.target)),
        message: record.message.clone(),
        exception: record.exception.clone(),
        details: record.details.clone().unwrap_or_default(),
        recommended_action: record.recommended_action.clone().unwrap_or_default(),
        position,
        line: number(at, |at| at.line),
        offset: number(at, |at| at.offset),
    }
}

fn number(at: Option<&Invocation>, field: impl Fn(&Invocation) -> usize) -> i32 {
    at.map_or(0, |at| i32::try_from(field(at)).unwrap_or(i32::MAX))
}

/// A record that has travelled. Its position stays behind: it belongs to the text on the other side.
#[must_use]
pub fn from_wire(record: &wire::ErrorRecord) -> ErrorRecord {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    ErrorRecord {
        fully_qualified_id: record.fully_qualified_error_id.clone().into(),
        category: category(&record.category),
        activity: record.activity.clone(),
        reason: record.reason.clone(),
        target: record
            .target
            .as_ref()
            .map(values::from_wire)
            .unwrap_or_default()
            .into(),
        message: record.message.clone(),
        exception: record.exception.clone(),
        details: some(&record.details),
        recommended_action: some(&record.recommended_action),
        ..ErrorRecord::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_stand_in_numeric_order() {
        for (number, (name, category)) in CATEGORIES.iter().enumerate() {
            assert_eq!(*category as usize, number, "{name}");
            assert_eq!(format!("{category:?}"), *name);
        }
    }
}
