//! Values of parameters that have a completer of their own: names of commands, of parts of names, of variables.

use crate::builtin::verbs;
use crate::command::CommandInfo;
use crate::completion::quote::{Quoted, quoted};
use crate::completion::{CompletionMatch, CompletionSource, MatchKind, type_name, variable};
use crate::wildcard::Wildcard;

/// Separators of `Join-String` with their names.
const SEPARATORS: &[(&str, &str, &str)] = &[
    (",", "Comma", "',' - Comma"),
    (", ", "Comma-Space", "', ' - Comma-Space"),
    (";", "Semi-Colon", "';' - Semi-Colon"),
    ("; ", "Semi-Colon-Space", "'; ' - Semi-Colon-Space"),
    ("`n", "Newline", "`n - Newline"),
    ("-", "Dash", "'-' - Dash"),
    (" ", "Space", "' ' - Space"),
];

/// The values of a parameter with a completer; none if it has none. `given` are the values of the command's other
/// parameters.
pub(super) fn complete(
    command: &CommandInfo,
    parameter: &str,
    typed: &str,
    given: &[(String, String)],
    text: &str,
    source: &dyn CompletionSource,
) -> Option<Vec<CompletionMatch>> {
    let word = Quoted::of(typed);
    let of = |values: Vec<String>, kind| matching(&word, values, kind);
    Some(match (&*command.name, parameter) {
        ("Get-Command", "Noun") => of(
            parts_of_names(given, source, "Verb", |_, noun| noun),
            MatchKind::Text,
        ),
        ("Get-Command", "Verb") => {
            let by_noun = given.iter().any(|(name, _)| name == "Noun");
            let verbs = match by_noun {
                true => parts_of_names(given, source, "Noun", |verb, _| verb),
                false => verbs().map(|(verb, _)| verb.to_owned()).collect(),
            };
            of(verbs, MatchKind::Text)
        }
        ("Get-Command", "Module") => of(modules(source), MatchKind::ParameterValue),
        ("Get-Command", "Name") => crate::completion::commands(typed, source),
        ("Get-Help", "Name") => {
            let mut found = crate::completion::commands(typed, source);
            found.extend(topics(typed, source));
            found
        }
        ("Get-Alias", "Name") => {
            let aliases = source.aliases().into_iter();
            let mut names: Vec<_> = aliases.map(|(name, _)| name.to_string()).collect();
            names.sort_by_cached_key(|name| name.to_lowercase());
            of(names, MatchKind::ParameterValue)
        }
        ("Get-Alias", "Definition") => crate::completion::cmdlets(typed, source),
        ("Get-Variable" | "Set-Variable" | "Clear-Variable" | "Remove-Variable", "Name") => {
            of(variable::names(source), MatchKind::ParameterValue)
        }
        (name, "Scope") if name.ends_with("-Variable") || name.ends_with("-Alias") => of(
            ["Global", "Local", "Script"].map(str::to_owned).into(),
            MatchKind::Text,
        ),
        ("Get-Verb", "Verb") => of(verbs_of_groups(given), MatchKind::Text),
        ("Set-StrictMode", "Version") => of(
            ["Latest", "3.0", "2.0", "1.0"].map(str::to_owned).into(),
            MatchKind::Text,
        ),
        ("Get-Date", "Format") => offered(&FILE_DATES, typed),
        ("Get-Command", "ExcludeModule") => of(modules(source), MatchKind::ParameterValue),
        ("Invoke-Expression", "Command") => crate::completion::commands(typed, source),
        ("Get-Command", "ParameterType") => type_name::matching(word.text, text),
        ("New-Object", "TypeName") => type_name::matching(word.text, text),
        ("Join-String", "Separator") => separators(&word),
        ("Join-String", "FormatString") => formats(&word),
        _ => return None,
    })
}

/// Formats of `Get-Date` for names of files.
const FILE_DATES: [&str; 4] = [
    "FileDate",
    "FileDateUniversal",
    "FileDateTime",
    "FileDateTimeUniversal",
];

/// The values of `ArgumentCompletions` that begin with what was typed or match its wildcards, as they are.
fn offered(values: &[&str], typed: &str) -> Vec<CompletionMatch> {
    let pattern = Wildcard::new(&format!("{}*", typed.trim()));
    values
        .iter()
        .filter(|value| pattern.matches(value))
        .map(|value| CompletionMatch {
            text: (*value).to_owned(),
            list_text: (*value).to_owned(),
            kind: MatchKind::ParameterValue,
            tooltip: (*value).to_owned(),
        })
        .collect()
}

/// The approved verbs of the groups that -Group names, of all if it names none.
fn verbs_of_groups(given: &[(String, String)]) -> Vec<String> {
    let groups = given.iter().find(|(name, _)| name == "Group");
    let is_wanted = |group: &str| {
        groups.is_none_or(|(_, names)| {
            let mut names = names.split(',').map(str::trim);
            names.any(|name| name.eq_ignore_ascii_case(group))
        })
    };
    verbs()
        .filter(|(_, group)| is_wanted(group))
        .map(|(verb, _)| verb.to_owned())
        .collect()
}

/// The values that begin with the word or match its wildcards, in its quotes.
fn matching(word: &Quoted<'_>, values: Vec<String>, kind: MatchKind) -> Vec<CompletionMatch> {
    let pattern = Wildcard::new(&format!("{}*", word.text));
    values
        .into_iter()
        .filter(|value| pattern.matches(value))
        .map(|value| CompletionMatch {
            text: quoted(&value, word.quote),
            list_text: value.clone(),
            kind,
            tooltip: value,
        })
        .collect()
}

/// The verbs or nouns of the commands that the other part and the modules leave, sorted.
fn parts_of_names(
    given: &[(String, String)],
    source: &dyn CompletionSource,
    other: &str,
    part: fn(String, String) -> String,
) -> Vec<String> {
    let patterns = |name: &str| {
        let value = given
            .iter()
            .find(|(parameter, _)| parameter == name)?
            .1
            .as_str();
        Some(
            value
                .split(',')
                .map(|one| Wildcard::new(one.trim()))
                .collect::<Vec<_>>(),
        )
    };
    let (by_part, by_module) = (patterns(other), patterns("Module"));
    let fits = |wanted: &Option<Vec<Wildcard>>, text: &str| {
        wanted
            .as_ref()
            .is_none_or(|wanted| wanted.iter().any(|pattern| pattern.matches(text)))
    };
    let mut found: Vec<String> = source
        .commands()
        .iter()
        .filter(|command| fits(&by_module, &command.module))
        .filter_map(|command| {
            let (verb, noun) = command.name.split_once('-')?;
            let own = match other {
                "Verb" => verb,
                _ => noun,
            };
            fits(&by_part, own).then(|| part(verb.to_owned(), noun.to_owned()))
        })
        .collect();
    found.sort_by_cached_key(|name| name.to_lowercase());
    found.dedup_by(|a, b| a.eq_ignore_ascii_case(b));
    found
}

fn modules(source: &dyn CompletionSource) -> Vec<String> {
    let all = source.commands();
    let mut names: Vec<String> = all
        .iter()
        .map(|command| command.module.to_string())
        .collect();
    names.retain(|name| !name.is_empty());
    names.sort_by_cached_key(|name| name.to_lowercase());
    names.dedup();
    names
}

/// Topics whose names begin with what was typed or match its wildcards.
fn topics(typed: &str, source: &dyn CompletionSource) -> Vec<CompletionMatch> {
    let pattern = Wildcard::new(&format!("{typed}*"));
    let names = source.help_topics().into_iter();
    names
        .filter(|name| pattern.matches(name))
        .map(|name| CompletionMatch {
            text: name.to_owned(),
            list_text: name.to_owned(),
            kind: MatchKind::ParameterValue,
            tooltip: name.to_owned(),
        })
        .collect()
}

/// A text as it stands within quotes: one with an escaped line break wants double ones.
fn escaped(value: &str, word: &Quoted<'_>) -> String {
    if value.contains("`n") {
        return format!("\"{value}\"");
    }
    quoted(value, word.quote.or(Some('\'')))
}

fn separators(word: &Quoted<'_>) -> Vec<CompletionMatch> {
    SEPARATORS
        .iter()
        .filter(|(value, _, _)| value.starts_with(word.text))
        .map(|(value, list_text, tooltip)| CompletionMatch {
            text: escaped(value, word),
            list_text: (*list_text).to_owned(),
            kind: MatchKind::ParameterValue,
            tooltip: (*tooltip).to_owned(),
        })
        .collect()
}

fn formats(word: &Quoted<'_>) -> Vec<CompletionMatch> {
    ["[{0}]", "{0:N2}", "`n    `${0}", "`n    [string] `${0}"]
        .into_iter()
        .filter(|value| value.starts_with(word.text))
        .map(|value| CompletionMatch {
            text: escaped(value, word),
            list_text: value.to_owned(),
            kind: MatchKind::Text,
            tooltip: value.to_owned(),
        })
        .collect()
}
