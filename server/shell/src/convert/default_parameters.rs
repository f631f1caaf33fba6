//! `DefaultParameterDictionary`: keys `command:parameter`, each part quoted or not, and `Disabled`.

use std::sync::{Arc, RwLock};

use indexmap::IndexMap;

use crate::command::ParameterType;
use crate::convert::ConversionError;
use crate::text::{Culture, read, to_text};
use crate::type_names::type_name;
use crate::value::{Dictionary, Text, Value};

/// Its full name.
pub(crate) const TYPE: &str = "System.Management.Automation.DefaultParameterDictionary";

/// Where the right form is written down.
const ABOUT: &str = "For information about the correct format, see about_Parameters_Default_Values at \
                     https://go.microsoft.com/fwlink/?LinkId=228266.";

/// Why it takes no such key: the exception, and what it says.
pub(crate) type Refusal = (&'static str, String);

/// The key as it is kept, without blanks around.
///
/// # Errors
/// When it is no text, or names no parameter of a command.
pub(crate) fn key(key: &Value) -> Result<Text, Refusal> {
    let Value::String(text) = key else {
        return Err((
            "System.Management.Automation.PSArgumentException",
            format!(
                "The key '{}' of type '{}' is not a string value. DefaultParameterDictionary only accepts string value keys. \
                 (Parameter 'key')",
                to_text(key, Culture::Current),
                type_name(key)
            ),
        ));
    };
    let trimmed = text.trim();
    if parts(trimmed).is_some() || trimmed.eq_ignore_ascii_case("Disabled") {
        return Ok(trimmed.into());
    }
    Err((
        "System.Management.Automation.PSInvalidOperationException",
        format!("The key '{text}' does not have a valid format. {ABOUT}"),
    ))
}

/// A dictionary as one: every key has to be right.
pub(super) fn create(
    dictionary: &Dictionary,
    target: &ParameterType,
) -> Result<Value, ConversionError> {
    let mut entries: IndexMap<Text, (Value, Value)> = IndexMap::new();
    let mut bad = Vec::new();
    for (own, value) in read(&dictionary.entries).values() {
        match key(own) {
            Ok(name) => {
                let folded = Text::from(name.to_lowercase());
                entries
                    .entry(folded)
                    .or_insert((Value::String(name), value.clone()));
            }
            Err(_) => bad.push(to_text(own, Culture::Current)),
        }
    }
    if bad.is_empty() {
        return Ok(Value::Dictionary(Arc::new(Dictionary {
            comparer: Default::default(),
            type_name: TYPE.into(),
            entries: RwLock::new(entries),
        })));
    }
    let (keys, do_not) = match bad.len() {
        1 => ("key", "does not have a valid format"),
        _ => ("keys", "do not have valid formats"),
    };
    let inner = format!("The {keys} '{}' {do_not}. {ABOUT}", bad.join(", "));
    let text = &*dictionary.type_name;
    Err(ConversionError::wrapping(
        "ConvertViaConstructor",
        text,
        target,
        &inner,
    ))
}

/// The two parts of a key: name of a command, name of a parameter.
pub(crate) fn parts(key: &str) -> Option<(Text, Text)> {
    let (command, rest) = part(key, true)?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start();
    let (parameter, rest) = part(rest, false)?;
    rest.is_empty().then_some((command, parameter))
}

/// One part of a key and what follows it; the first one ends before a colon.
fn part(text: &str, first: bool) -> Option<(Text, &str)> {
    let name = |name: &str| Some(Text::from(name.trim())).filter(|name| !name.is_empty());
    let quotes: &[char] = match text.chars().next()? {
        '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' => {
            &['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}']
        }
        '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' => &['"', '\u{201c}', '\u{201d}', '\u{201e}'],
        _ if first => {
            let (before, _) = text.split_once(':')?;
            return Some((name(before)?, &text[before.len()..]));
        }
        _ => return Some((name(text)?, "")),
    };
    let mut inner = text.chars();
    inner.next();
    let inner = inner.as_str();
    let (at, quote) = inner.char_indices().find(|(_, c)| quotes.contains(c))?;
    Some((name(&inner[..at])?, &inner[at + quote.len_utf8()..]))
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn a_key_has_two_parts_quoted_or_not() {
        let of = |key| parts(key).map(|(command, parameter)| format!("{command}|{parameter}"));
        assert_eq!(of("Get-Probe:Count").as_deref(), Some("Get-Probe|Count"));
        assert_eq!(
            of("'Get-Probe' : \"Count\"").as_deref(),
            Some("Get-Probe|Count")
        );
        assert_eq!(of("Get-* : C").as_deref(), Some("Get-*|C"));
        for bad in ["", "Disabled", ":a", "a:", "'a:b", "'a' b:c", "a:'b'c"] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }
}
