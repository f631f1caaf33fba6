//! Words that belong to statements: flags of `switch`, labels behind `break`, kinds of `using`.

use crate::completion::place::{Opener, Place};
use crate::completion::{Completion, CompletionMatch, MatchKind, type_name};
use crate::language::characters::is_dash;

/// The flags of `switch`, sorted.
const FLAGS: &[&str] = &[
    "CaseSensitive",
    "Exact",
    "File",
    "Parallel",
    "Regex",
    "Wildcard",
];

/// What `using` takes in, with PowerShell's descriptions.
const USING: &[(&str, &str)] = &[
    ("assembly", "Specifies the path to a .NET assembly to load."),
    (
        "module",
        "Specifies a PowerShell module to load classes from.",
    ),
    (
        "namespace",
        "Specifies a .NET namespace to resolve types from or a namespace alias.",
    ),
    ("type", "Specifies an alias for a .NET Type."),
];

/// Completes a word of a statement that is no command, if the caret is in one.
pub(super) fn complete(place: &Place, text: &str) -> Option<Completion> {
    let first = place.words.first()?;
    let whole = Completion::at(place.word.start, place.word_end - place.word.start);
    let prefix = &*place.word.text;
    let matches = match (&*first.text.to_ascii_lowercase(), place.words.len()) {
        ("switch", _) => flags(prefix.strip_prefix(is_dash)?),
        ("break" | "continue", 1) => labels(place, text, prefix),
        ("using", 1) => using(prefix),
        ("using", 2) if place.words[1].text.eq_ignore_ascii_case("namespace") => {
            let dots = prefix.matches('.').count();
            let fits = |name: &str| {
                name.matches('.').count() == dots
                    && name
                        .get(..prefix.len())
                        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
            };
            let mut found = type_name::namespaces(&fits);
            found.sort_by_cached_key(|found| found.list_text.to_lowercase());
            found
        }
        _ => return None,
    };
    let nowhere = matches.is_empty() && prefix.is_empty();
    Some(Completion {
        matches,
        nowhere,
        ..whole
    })
}

fn flags(prefix: &str) -> Vec<CompletionMatch> {
    let begins = |flag: &str| {
        flag.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    FLAGS
        .iter()
        .filter(|flag| begins(flag))
        .map(|flag| CompletionMatch {
            text: format!("-{flag}"),
            list_text: (*flag).to_owned(),
            kind: MatchKind::ParameterName,
            tooltip: (*flag).to_owned(),
        })
        .collect()
}

fn using(prefix: &str) -> Vec<CompletionMatch> {
    USING
        .iter()
        .filter(|(keyword, _)| {
            keyword
                .get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        })
        .map(|(keyword, tooltip)| CompletionMatch {
            text: (*keyword).to_owned(),
            list_text: (*keyword).to_owned(),
            kind: MatchKind::Keyword,
            tooltip: (*tooltip).to_owned(),
        })
        .collect()
}

/// The labels of the loops that the caret is in, outermost first, each with its loop.
fn labels(place: &Place, text: &str, prefix: &str) -> Vec<CompletionMatch> {
    let blocks = place.frames.iter().zip(place.frames.iter().skip(1));
    blocks
        .filter(|(_, inner)| inner.opener == Opener::Block)
        .filter_map(|(around, inner)| {
            let start = around.words.first().map(|word| word.start)?;
            let label = around.words.first()?.text.strip_prefix(':')?;
            let begins = label
                .get(..prefix.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(prefix));
            let end = closing(text, inner.opened_at);
            begins.then(|| CompletionMatch {
                text: label.to_owned(),
                list_text: label.to_owned(),
                kind: MatchKind::Text,
                tooltip: text.get(start..end).unwrap_or_default().to_owned(),
            })
        })
        .collect()
}

/// Behind the brace that closes the one at `open`, or the end.
fn closing(text: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, c) in text[open..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return open + at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}
