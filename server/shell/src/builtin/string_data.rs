//! `ConvertFrom-StringData`.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::builtin::declare::{UTILITY, at, command};
use crate::builtin::support::text;
use crate::command::CommandInfo;
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::fold;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::value::{Dictionary, Value};

/// What the binder knows of it.
pub(super) fn info() -> CommandInfo {
    let mut data = at(0, "StringData", "string").mandatory().from_pipeline();
    data.allow_empty_string = true;
    command("ConvertFrom-StringData", UTILITY)
        .with_output(&["System.Collections.Hashtable"])
        .with(data)
        .with(at(1, "Delimiter", "char"))
}

/// One to run.
pub(super) fn create() -> Box<dyn Stage> {
    Box::new(ConvertFromStringData)
}

struct ConvertFromStringData;

impl Stage for ConvertFromStringData {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let data = text(context, "StringData").unwrap_or_else(|| "".into());
        let delimiter = text(context, "Delimiter")
            .and_then(|text| text.chars().next())
            .unwrap_or('=');
        match read(&data, delimiter) {
            Ok(table) => context.write(table),
            Err(record) => Err(context.terminate(*record)),
        }
    }
}

fn read(data: &str, delimiter: char) -> Result<Value, Box<ErrorRecord>> {
    let mut entries = IndexMap::new();
    for line in data.split('\n').map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = line
            .split_once(delimiter)
            .filter(|(name, _)| !name.is_empty())
            .ok_or_else(|| {
                invalid(format!(
                    "Data line '{line}' is not in 'name=value' format. "
                ))
            })?;
        let name = Value::text(name.trim());
        let known = entries.contains_key(&fold(&name));
        if known {
            return Err(invalid(format!(
                "Data item '{}' in line '{line}' is already defined. ",
                crate::text::to_text(&name, crate::text::Culture::Invariant)
            )));
        }
        let value = Value::text(unescape(value.trim())?);
        entries.insert(fold(&name), (name, value));
    }
    Ok(Value::Dictionary(Arc::new(Dictionary {
        comparer: Default::default(),
        type_name: "System.Collections.Hashtable".into(),
        entries: entries.into(),
    })))
}

fn invalid(message: String) -> Box<ErrorRecord> {
    Box::new(ErrorRecord::new(
        "InvalidOperation",
        ErrorCategory::InvalidOperation,
        "System.Management.Automation.PSInvalidOperationException",
        message,
    ))
}

fn unescape(text: &str) -> Result<String, Box<ErrorRecord>> {
    crate::regex::unescape(text).map_err(|message| {
        Box::new(ErrorRecord::new(
            "System.Text.RegularExpressions.RegexParseException",
            ErrorCategory::NotSpecified,
            "System.Text.RegularExpressions.RegexParseException",
            message,
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_those_of_expressions() {
        for (text, plain) in [
            ("a\\tb", "a\tb"),
            ("C:\\\\x", "C:\\x"),
            ("\\x41\\u0042\\103", "ABC"),
            ("\\.", "."),
        ] {
            assert_eq!(unescape(text).ok().as_deref(), Some(plain));
        }
        for text in ["\\", "\\x4", "\\q"] {
            assert!(unescape(text).is_err());
        }
    }
}
