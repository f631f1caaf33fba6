//! Keys of a hashtable: of a calculated property, of what is splatted, of what it is cast to.

use crate::completion::place::{Opener, Place};
use crate::completion::{CompletionMatch, CompletionSource, MatchKind, argument, declared};
use crate::type_names::short_name;

/// The keys that describe a property, with their types.
const KEYS: &[(&str, &str)] = &[
    (
        "Alignment",
        "[string]\nDefine how the values are displayed in a column.\nValid values are 'left', 'center', or 'right'.",
    ),
    (
        "Ascending",
        "[bool]\nSpecifies the order of sorting for one or more properties.",
    ),
    (
        "Depth",
        "[int]\nThe depth key specifies the depth of expansion per property.",
    ),
    (
        "Descending",
        "[bool]\nSpecifies the order of sorting for one or more properties.",
    ),
    (
        "Expression",
        "[scriptblock]\nA script block used to calculate the value of the new property.",
    ),
    (
        "FormatString",
        "[string]\nSpecifies a format string that defines how the value is formatted for output.",
    ),
    (
        "Label",
        "[string]\nSpecifies the name of the property being created.",
    ),
    (
        "Name",
        "[string]\nSpecifies the name of the property being created.",
    ),
    (
        "Width",
        "[int]\nSpecifies the maximum column width in a table when the value is displayed.\nThe value must be greater than 0.",
    ),
];

/// The keys that could stand at the caret, if it is where one is due.
pub(super) fn complete(
    place: &Place,
    text: &str,
    source: &dyn CompletionSource,
) -> Option<Vec<CompletionMatch>> {
    let frame = place.frame();
    if frame.opener != Opener::Hashtable || frame.in_value || !frame.words.is_empty() {
        return None;
    }
    let prefix = &*place.word.text;
    let mut given: Vec<&str> = frame.keys.iter().map(String::as_str).collect();
    let behind = keys_behind(text, place.word_end);
    given.extend(behind.iter().map(String::as_str));
    let is_open = |key: &str| {
        key.len() >= prefix.len()
            && key
                .get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
            && !given.iter().any(|other| other.eq_ignore_ascii_case(key))
    };
    let around = place.around()?;
    if let Some(assigned) = around.assigned.clone() {
        let assigned = text.get(assigned)?.trim();
        return splatted(assigned, place, text, source, &is_open);
    }
    let name = around.words.first()?;
    let command = declared::find(text, &name.text).or_else(|| source.find_command(&name.text))?;
    let parameter = argument::parameter_of_hashtable(place, &command)?;
    let keys = keys_of(&command.name, &parameter)?;
    Some(
        keys.iter()
            .filter(|key| is_open(key))
            .map(|key| CompletionMatch {
                text: (*key).to_owned(),
                list_text: (*key).to_owned(),
                kind: MatchKind::Property,
                tooltip: KEYS
                    .iter()
                    .find(|(known, _)| known == key)
                    .map_or("", |(_, tooltip)| *tooltip)
                    .to_owned(),
            })
            .collect(),
    )
}

/// The keys that a parameter's hashtable has.
fn keys_of(command: &str, parameter: &str) -> Option<&'static [&'static str]> {
    Some(match (command, parameter) {
        ("Format-Table" | "Format-List" | "Format-Wide" | "Format-Custom", "GroupBy")
        | ("Format-List", "Property") => &["Expression", "FormatString", "Label"],
        ("Select-Object", "Property") => &["Name", "Expression"],
        ("Sort-Object", "Property") => &["Expression", "Ascending", "Descending"],
        ("Group-Object", "Property") => &["Expression"],
        ("Format-Table", "Property") => {
            &["Expression", "FormatString", "Label", "Width", "Alignment"]
        }
        ("Format-Wide", "Property") => &["Expression", "FormatString"],
        ("Format-Custom", "Property") => &["Expression", "Depth"],
        _ => return None,
    })
}

/// The keys that stand behind the caret in the same hashtable.
fn keys_behind(text: &str, end: usize) -> Vec<String> {
    let rest = text.get(end..).unwrap_or_default();
    let mut depth = 0_usize;
    let mut own = String::new();
    for c in rest.chars() {
        match c {
            '{' | '(' => depth += 1,
            '}' | ')' if depth == 0 => break,
            '}' | ')' => depth -= 1,
            c if depth == 0 => own.push(c),
            _ => {}
        }
    }
    own.split([';', '\n'])
        .skip(1)
        .filter_map(|entry| Some(entry.split_once('=')?.0.trim().to_owned()))
        .collect()
}

/// The parameters of the command that the variable is splatted to behind the caret.
fn splatted(
    assigned: &str,
    place: &Place,
    text: &str,
    source: &dyn CompletionSource,
    is_open: &dyn Fn(&str) -> bool,
) -> Option<Vec<CompletionMatch>> {
    let variable = assigned.strip_prefix('$')?;
    let rest = text.get(place.word_end..)?;
    let splat = format!("@{}", variable.to_lowercase());
    let at = rest
        .to_lowercase()
        .match_indices(&splat)
        .find_map(|(at, _)| {
            let after = rest.get(at + splat.len()..)?.chars().next();
            let ends = after.is_none_or(|c| !(c.is_alphanumeric() || c == '_'));
            ends.then_some(at)
        })?;
    let before = rest.get(..at)?;
    let start = before
        .rfind(['\n', ';', '|', '{', '}', '('])
        .map_or(0, |at| at + 1);
    let name = before.get(start..)?.split_whitespace().next()?;
    let command = declared::find(text, name).or_else(|| source.find_command(name))?;
    let found: Vec<_> = command
        .all_parameters()
        .filter(|parameter| is_open(&parameter.name))
        .map(|parameter| CompletionMatch {
            text: parameter.name.to_string(),
            list_text: parameter.name.to_string(),
            kind: MatchKind::ParameterName,
            tooltip: format!("[{}]", net_name(&parameter.parameter_type.full_name())),
        })
        .collect();
    (!found.is_empty()).then_some(found)
}

/// `Type.Name`: without a namespace; a generic type goes by its definition.
fn net_name(full: &str) -> String {
    match full.strip_suffix("[]") {
        Some(element) => format!("{}[]", net_name(element)),
        None => short_name(full).to_owned(),
    }
}
