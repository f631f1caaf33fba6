//! What the parser refuses, as PowerShell's parser words it.

use std::sync::Arc;

use crate::error_record::{ErrorCategory, ErrorRecord, Extent};
use crate::format::error_view::position_message;
use crate::language::ast::Source;
use crate::language::parser::parse;
use crate::language::position;

/// One thing that is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// PowerShell's identifier.
    pub id: &'static str,
    /// The text, without its position.
    pub message: String,
    /// The stretch to blame; may be empty.
    pub extent: Extent,
    /// Whether more input could mend it.
    pub incomplete: bool,
}

/// Whether the first error says that the input just ends too early.
pub fn is_incomplete(errors: &[ParseError]) -> bool {
    errors.first().is_some_and(|error| error.incomplete)
}

/// The record of a text that was refused: that of the first error, with the messages of all.
pub fn into_record(errors: &[ParseError], source: &Arc<Source>) -> ErrorRecord {
    let Some(first) = errors.first() else {
        return ErrorRecord::default();
    };
    let exception = "System.Management.Automation.ParentContainsErrorRecordException";
    // A script that ends too early is wrong; a typed line may still go on.
    if first.incomplete && source.file.is_none() {
        return ErrorRecord::new(
            first.id,
            ErrorCategory::ParserError,
            exception,
            first.message.clone(),
        );
    }
    let message = errors
        .iter()
        .map(|error| {
            let place = position::invocation(source, &error.extent);
            format!("{}\n{}", position_message(&place), error.message)
        })
        .collect::<Vec<_>>()
        .join("\n\n");
    let mut record = ErrorRecord::new(first.id, ErrorCategory::ParserError, exception, message);
    record.invocation = Some(position::invocation(source, &first.extent));
    record
}

/// A text that cannot be read is an error of whoever was given it, also where more of it could mend it.
pub(crate) fn refused(errors: Vec<ParseError>, source: &Arc<Source>) -> ErrorRecord {
    let record = into_record(&for_good(errors), source);
    ErrorRecord::new(
        record.fully_qualified_id.clone(),
        ErrorCategory::ParserError,
        "System.Management.Automation.ParseException",
        record.message,
    )
}

/// The record of a line that ends too early and that nothing follows: as of any text that is wrong, with its place. None where
/// the line is whole.
pub fn unfinished(line: &str) -> Option<ErrorRecord> {
    let source = Arc::new(Source {
        text: line.into(),
        file: None,
    });
    parse(&source)
        .err()
        .map(|errors| into_record(&for_good(errors), &source))
}

/// Errors that no more input can mend.
fn for_good(mut errors: Vec<ParseError>) -> Vec<ParseError> {
    for error in &mut errors {
        error.incomplete = false;
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfinished_text_is_refused_with_its_place() {
        let source = Arc::new(Source {
            text: "1 +".into(),
            file: None,
        });
        let errors = crate::language::parse(&source).expect_err("it ends too early");
        let record = refused(errors, &source);
        assert_eq!(record.fully_qualified_id, "ExpectedValueExpression");
        assert!(record.message.starts_with("At line:1 char:"));
    }
}
