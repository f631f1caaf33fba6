//! Within a comment: lines of the history behind `#`, keywords of comment-based help.

use crate::completion::{Completion, CompletionMatch, CompletionSource, MatchKind};
use crate::wildcard::Wildcard;

/// The keywords of comment-based help with PowerShell's descriptions.
const KEYWORDS: &[(&str, &str)] = &[
    (
        "COMPONENT",
        "The name of the technology or feature that the function or script uses, or to which it is related.",
    ),
    (
        "DESCRIPTION",
        "A detailed description of the function or script.\nThis keyword can be used only once in each topic.",
    ),
    (
        "EXAMPLE",
        "A sample command that uses the function or script, optionally followed by sample output and a description.\nRepeat this keyword for each example.",
    ),
    (
        "EXTERNALHELP",
        ".EXTERNALHELP <XML Help File>\nThe .ExternalHelp keyword is required when a function or script is documented in XML files.",
    ),
    (
        "FORWARDHELPCATEGORY",
        ".FORWARDHELPCATEGORY <Category>\nSpecifies the help category of the item in .ForwardHelpTargetName",
    ),
    (
        "FORWARDHELPTARGETNAME",
        ".FORWARDHELPTARGETNAME <Command-Name>\nRedirects to the help topic for the specified command.",
    ),
    (
        "FUNCTIONALITY",
        "The keywords that describe the intended use of the function.",
    ),
    (
        "INPUTS",
        "The .NET types of objects that can be piped to the function or script.\nYou can also include a description of the input objects.",
    ),
    (
        "LINK",
        "The name of a related topic.\nRepeat the .LINK keyword for each related topic.\nThe .Link keyword content can also include a URI to an online version of the same help topic.",
    ),
    (
        "NOTES",
        "Additional information about the function or script.",
    ),
    (
        "OUTPUTS",
        "The .NET type of the objects that the cmdlet returns.\nYou can also include a description of the returned objects.",
    ),
    (
        "PARAMETER",
        ".PARAMETER  <Parameter-Name>\nThe description of a parameter.\nAdd a .PARAMETER keyword for each parameter in the function or script syntax.",
    ),
    (
        "REMOTEHELPRUNSPACE",
        ".REMOTEHELPRUNSPACE <PSSession-variable>\nSpecifies a session that contains the help topic.\nEnter a variable that contains a PSSession object.",
    ),
    ("ROLE", "The name of the user role for the help topic."),
    (
        "SYNOPSIS",
        "A brief description of the function or script.\nThis keyword can be used only once in each topic.",
    ),
];

/// Keywords that may stand more than once.
const REPEATED: &[&str] = &["EXAMPLE", "LINK", "PARAMETER"];

/// Completes within the comment that begins at `start`.
pub(super) fn complete(
    text: &str,
    caret: usize,
    start: usize,
    source: &dyn CompletionSource,
) -> Completion {
    if text[start..].starts_with("<#") {
        let end = text[start..]
            .find("#>")
            .map_or(text.len(), |at| start + at + 2);
        return help_keyword(text, caret, start, end);
    }
    let end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let whole = Completion::at(start, end - start);
    let word = &text[start + 1..end];
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    if !word.chars().all(is_word) {
        return whole;
    }
    let lines = source.history();
    let offer = |line: &str| CompletionMatch {
        text: line.to_owned(),
        list_text: line.to_owned(),
        kind: MatchKind::History,
        tooltip: line.to_owned(),
    };
    let id = word.parse::<u64>().ok();
    let matches = match id {
        Some(id) => lines
            .iter()
            .filter(|(known, _)| *known == id)
            .map(|(_, line)| offer(line))
            .collect(),
        None => {
            let pattern = Wildcard::new(&format!("*{word}*"));
            let fitting = lines.iter().rev().filter(|(_, line)| pattern.matches(line));
            fitting.map(|(_, line)| offer(line)).collect()
        }
    };
    Completion { matches, ..whole }
}

/// The keyword that the caret is in: a word behind a dot that begins a line.
fn help_keyword(text: &str, caret: usize, start: usize, end: usize) -> Completion {
    let mut used = Vec::new();
    let mut own = None;
    let mut at = start;
    for line in text[start..end].split_inclusive('\n') {
        let trimmed = line.trim_start_matches(|c: char| c.is_whitespace());
        if let Some(word) = trimmed.strip_prefix('.') {
            let begin = at + line.len() - word.len();
            let length = word
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(word.len());
            let word = &word[..length];
            if (begin..=begin + length).contains(&caret) {
                own = Some((begin, word));
            } else {
                used.push(word);
            }
        }
        at += line.len();
    }
    let Some((begin, word)) = own else {
        return Completion::at(start, end - start);
    };
    let matches = KEYWORDS
        .iter()
        .filter(|(keyword, _)| {
            let begins = keyword
                .get(..word.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(word));
            let is_used = used.iter().any(|other| other.eq_ignore_ascii_case(keyword));
            begins && (!is_used || REPEATED.contains(keyword))
        })
        .map(|(keyword, tooltip)| CompletionMatch {
            text: (*keyword).to_owned(),
            list_text: (*keyword).to_owned(),
            kind: MatchKind::Keyword,
            tooltip: (*tooltip).to_owned(),
        })
        .collect();
    Completion {
        matches,
        ..Completion::at(begin, word.len())
    }
}
