//! .NET's regular expressions on top of a backtracking engine with a bounded number of steps.

use std::num::NonZeroUsize;
use std::sync::Arc;

use fancy_regex::{Captures, Regex, RegexBuilder};

use crate::value::{List, Object, Text, Value};

/// Most steps of one match: a pattern that explodes ends in an error, not in a stuck server.
const MAX_STEPS: usize = 1_000_000;
/// Most patterns that are kept compiled.
const MAX_CACHED: usize = 64;

thread_local! {
    static CACHE: std::cell::RefCell<lru::Cache> = std::cell::RefCell::default();
}

/// Compiles a pattern as .NET reads it.
///
/// # Errors
/// What is wrong with it, in .NET's words.
pub fn compile(pattern: &str, case_sensitive: bool) -> Result<Regex, String> {
    CACHE.with_borrow_mut(|cache| cache.get(pattern, case_sensitive))
}

fn build(pattern: &str, case_sensitive: bool) -> Result<Regex, String> {
    RegexBuilder::new(pattern)
        .case_insensitive(!case_sensitive)
        .backtrack_limit(MAX_STEPS)
        .build()
        .map_err(|error| {
            let (offset, reason) =
                fault(pattern).unwrap_or_else(|| (pattern.len(), error.to_string()));
            format!("Invalid pattern '{pattern}' at offset {offset}. {reason}")
        })
}

/// The first fault of a pattern that .NET would find, and the offset at which it would.
fn fault(pattern: &str) -> Option<(usize, String)> {
    let units: Vec<char> = pattern.chars().collect();
    let (mut at, mut open) = (0, 0);
    // What a quantifier would repeat: nothing yet, something, or something that has one already.
    let (mut repeats, mut quantified) = (false, false);
    while let Some(&c) = units.get(at) {
        at += 1;
        match c {
            '\\' => {
                let Some(next) = units.get(at) else {
                    return Some((at, "Illegal \\ at end of pattern.".into()));
                };
                at += 1;
                if next.is_ascii_alphabetic() && !"AabBcDdefGknPprSstuvWwxZz".contains(*next) {
                    return Some((at, format!("Unrecognized escape sequence \\{next}.")));
                }
                (repeats, quantified) = (true, false);
            }
            '[' => {
                at = end_of_set(&units, at)?;
                if at > units.len() {
                    return Some((units.len(), "Unterminated [] set.".into()));
                }
                (repeats, quantified) = (true, false);
            }
            '(' => {
                open += 1;
                (repeats, quantified) = (false, false);
                if units.get(at) == Some(&'?') {
                    at += 1;
                }
            }
            ')' if open == 0 => return Some((at, "Too many )'s.".into())),
            ')' => {
                open -= 1;
                (repeats, quantified) = (true, false);
            }
            '|' => (repeats, quantified) = (false, false),
            '*' | '+' | '?' if !repeats => {
                return Some((at, format!("Quantifier '{c}' following nothing.")));
            }
            '*' | '+' | '?' if quantified => {
                return Some((at, format!("Nested quantifier '{c}'.")));
            }
            '*' | '+' | '?' => {
                quantified = true;
                if units.get(at) == Some(&'?') {
                    at += 1;
                }
            }
            _ => (repeats, quantified) = (true, false),
        }
    }
    (open > 0).then(|| (units.len(), "Not enough )'s.".into()))
}

/// Where a set ends that was opened before `at`; past the end if nowhere.
fn end_of_set(units: &[char], at: usize) -> Option<usize> {
    let mut here = at;
    if units.get(here) == Some(&'^') {
        here += 1;
    }
    let first = here;
    while let Some(&c) = units.get(here) {
        here += 1;
        match c {
            '\\' => here += 1,
            ']' if here - 1 > first => return Some(here),
            _ => {}
        }
    }
    Some(units.len() + 1)
}

mod lru {
    //! The patterns used last.

    use super::{MAX_CACHED, NonZeroUsize, Regex, build};

    #[derive(Default)]
    pub(super) struct Cache {
        entries: Vec<(String, bool, Regex)>,
    }

    impl Cache {
        pub(super) fn get(&mut self, pattern: &str, case_sensitive: bool) -> Result<Regex, String> {
            let found = self
                .entries
                .iter()
                .position(|(text, case, _)| *case == case_sensitive && text == pattern);
            if let Some(at) = found {
                return Ok(self.entries[at].2.clone());
            }
            let regex = build(pattern, case_sensitive)?;
            if NonZeroUsize::new(MAX_CACHED).is_some_and(|limit| self.entries.len() >= limit.get())
            {
                self.entries.remove(0);
            }
            self.entries
                .push((pattern.to_owned(), case_sensitive, regex.clone()));
            Ok(regex)
        }
    }
}

/// What a .NET replacement text makes of a match: `$1`, `${name}`, `$&`, `$$`.
pub(super) fn expand(template: &str, captures: &Captures<'_, str>, out: &mut String) {
    let mut rest = template;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let taken = substitution(rest, captures, out);
        rest = &rest[taken..];
    }
    out.push_str(rest);
}

/// `System.Text.RegularExpressions.Match`: what a replacing block sees as `$_`, and what `Select-String` finds.
pub(crate) fn match_object(text: &str, captures: &Captures<'_, str>) -> Value {
    let groups = (0..captures.len())
        .map(|index| group_object("Group", text, captures, index, Vec::new()))
        .collect();
    let groups = collection("GroupCollection", groups);
    group_object("Match", text, captures, 0, vec![("Groups", groups)])
}

fn collection(class: &str, items: Vec<Value>) -> Value {
    Value::List(Arc::new(List {
        type_name: format!("System.Text.RegularExpressions.{class}").into(),
        items: items.into(),
    }))
}

/// A group with what it captured last; .NET's other captures of a repeated group are not kept.
fn group_object(
    class: &str,
    text: &str,
    captures: &Captures<'_, str>,
    index: usize,
    more: Vec<(&str, Value)>,
) -> Value {
    let found = captures.get(index);
    let units = |part: &str| i32::try_from(part.encode_utf16().count()).unwrap_or(i32::MAX);
    let value = found.map_or("", |found| found.as_str());
    let at = found.map_or(0, |found| units(&text[..found.start()]));
    let place = [
        ("Index", Value::Int32(at)),
        ("Length", Value::Int32(units(value))),
        ("Value", Value::text(value)),
        // A span is out of PowerShell's reach.
        ("ValueSpan", Value::Null),
    ];
    let named = [
        ("Success", Value::Bool(found.is_some())),
        ("Name", Value::text(index.to_string())),
    ];
    let itself = typed(class, value, named.iter().chain(&place).cloned());
    let itself = found.map(|_| itself).into_iter().collect();
    let captures = [("Captures", collection("CaptureCollection", itself))];
    let properties = more.into_iter().chain(named).chain(captures).chain(place);
    typed(class, value, properties)
}

/// An object of one of the classes: a match is a group, a group is a capture.
fn typed<'a>(class: &str, text: &str, properties: impl Iterator<Item = (&'a str, Value)>) -> Value {
    let classes = ["Match", "Group", "Capture"];
    let own = classes.iter().position(|known| *known == class);
    let mut names: Vec<Text> = classes[own.unwrap_or_default()..]
        .iter()
        .map(|class| format!("System.Text.RegularExpressions.{class}").into())
        .collect();
    names.push("System.Object".into());
    let properties = properties
        .map(|(name, value)| (name.into(), value))
        .collect();
    Value::Object(Arc::new(
        Object::typed(names.into(), properties).with_text(text),
    ))
}

/// Writes what the characters after a `$` stand for; how many of them were taken.
fn substitution(rest: &str, captures: &Captures<'_, str>, out: &mut String) -> usize {
    let group = |name: &str| match name.parse::<usize>() {
        Ok(index) => captures.get(index),
        Err(_) => captures.name(name),
    };
    if rest.starts_with('$') {
        out.push('$');
        return 1;
    }
    if rest.starts_with('&') {
        out.push_str(captures.get(0).map_or("", |whole| whole.as_str()));
        return 1;
    }
    if let Some(inner) = rest.strip_prefix('{')
        && let Some(end) = inner.find('}')
    {
        let name = &inner[..end];
        let known = name.parse::<usize>().map_or_else(
            |_| captures.name(name).is_some(),
            |index| index < captures.len(),
        );
        if known {
            out.push_str(group(name).map_or("", |found| found.as_str()));
            return end + 2;
        }
    }
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    for length in (1..=digits).rev() {
        if rest[..length]
            .parse::<usize>()
            .is_ok_and(|index| index < captures.len())
        {
            out.push_str(group(&rest[..length]).map_or("", |found| found.as_str()));
            return length;
        }
    }
    out.push('$');
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_named_as_dotnet_names_them() {
        for (pattern, expected) in [
            ("(", "Invalid pattern '(' at offset 1. Not enough )'s."),
            (")", "Invalid pattern ')' at offset 1. Too many )'s."),
            (
                "[a",
                "Invalid pattern '[a' at offset 2. Unterminated [] set.",
            ),
            (
                "*a",
                "Invalid pattern '*a' at offset 1. Quantifier '*' following nothing.",
            ),
            (
                "a**",
                "Invalid pattern 'a**' at offset 3. Nested quantifier '*'.",
            ),
            (
                "a\\",
                "Invalid pattern 'a\\' at offset 2. Illegal \\ at end of pattern.",
            ),
        ] {
            assert_eq!(
                compile(pattern, false).err().as_deref(),
                Some(expected),
                "{pattern}"
            );
        }
    }
}
