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

/// What .NET's `Regex.Unescape` makes of a text.
fn unescape(text: &str) -> Result<String, Box<ErrorRecord>> {
    let characters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = characters.get(at) {
        at += 1;
        if *c == '\\' {
            let (escaped, read) = escape(&characters[at..]).map_err(|(offset, what)| {
                Box::new(ErrorRecord::new(
                    "System.Text.RegularExpressions.RegexParseException",
                    ErrorCategory::NotSpecified,
                    "System.Text.RegularExpressions.RegexParseException",
                    format!("Invalid pattern '{text}' at offset {}. {what}", at + offset),
                ))
            })?;
            out.push(escaped);
            at += read;
        } else {
            out.push(*c);
        }
    }
    Ok(out)
}

/// The character that stands behind a backslash, and how many it takes; else where it goes wrong, and what.
fn escape(rest: &[char]) -> Result<(char, usize), (usize, String)> {
    let Some(letter) = rest.first() else {
        return Err((0, "Illegal \\ at end of pattern.".into()));
    };
    let plain = match letter {
        'a' => '\u{7}',
        'b' => '\u{8}',
        'e' => '\u{1b}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        'x' | 'u' => {
            let wanted = if *letter == 'x' { 2 } else { 4 };
            let digits: String = rest.iter().skip(1).take(wanted).collect();
            let whole = digits.len() == wanted && digits.chars().all(|c| c.is_ascii_hexdigit());
            return whole
                .then(|| u32::from_str_radix(&digits, 16).ok())
                .flatten()
                .map(|unit| (char::from_u32(unit).unwrap_or('\u{fffd}'), wanted + 1))
                .ok_or_else(|| (1, "Insufficient or invalid hexadecimal digits.".into()));
        }
        '0'..='7' => {
            let digits: String = rest
                .iter()
                .take(3)
                .take_while(|c| ('0'..='7').contains(*c))
                .collect();
            let number = u32::from_str_radix(&digits, 8).unwrap_or(0);
            return Ok((char::from_u32(number & 0xff).unwrap_or('\0'), digits.len()));
        }
        letter if letter.is_alphanumeric() || *letter == '_' => {
            return Err((1, format!("Unrecognized escape sequence \\{letter}.")));
        }
        other => *other,
    };
    Ok((plain, 1))
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
