//! `$PSDefaultParameterValues` as the session keeps it: keys `command:parameter`, each part quoted or not, and
//! `Disabled` (`DefaultParameterDictionary`).

use crate::binder::DefaultValue;
use crate::builtin;
use crate::evaluate::operator::truth;
use crate::pipeline::engine::Engine;
use crate::text::{Culture, read, to_text};
use crate::value::{Text, Value};
use crate::wildcard::Wildcard;

impl Engine<'_> {
    /// What `$PSDefaultParameterValues` holds for a command, by its name or an alias of it.
    pub(super) fn default_values(&self, command: &str) -> Vec<DefaultValue> {
        let Some(variable) = self.session.scopes.find("psdefaultparametervalues") else {
            return Vec::new();
        };
        let Value::Dictionary(table) = &variable.value else {
            return Vec::new();
        };
        let entries = read(&table.entries);
        if entries.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (key, value) in entries.values() {
            let key = to_text(key, Culture::Invariant);
            let key = key.trim();
            let Some((wanted, parameter)) = parts(key) else {
                if key.eq_ignore_ascii_case("Disabled") && truth(value) {
                    return Vec::new();
                }
                continue;
            };
            let pattern = Wildcard::new(&wanted);
            if pattern.matches(command) || self.has_alias(command, &pattern) {
                found.push(DefaultValue {
                    command: wanted,
                    parameter,
                    value: value.clone(),
                });
            }
        }
        found
    }

    fn has_alias(&self, command: &str, pattern: &Wildcard) -> bool {
        let own = self.session.aliases.iter();
        own.map(|(name, target)| (&**name, &**target))
            .chain(builtin::aliases().iter().copied())
            .any(|(name, target)| target.eq_ignore_ascii_case(command) && pattern.matches(name))
    }
}

/// The two parts of a key: name of a command, name of a parameter.
fn parts(key: &str) -> Option<(Text, Text)> {
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
