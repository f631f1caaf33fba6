//! Names and values of a command's parameters.

use crate::binder::{SetMask, is_common};
use crate::command::{CommandInfo, ParameterInfo, ParameterType, Validation};
use crate::completion::pseudo::{self, Caret};
use crate::completion::scan::{Place, Word};
use crate::completion::{Completion, CompletionMatch, CompletionSource, MatchKind, variable};
use crate::help::syntax::{self, TypeStyle, type_text};
use crate::language::characters::{is_dash, is_double_quote, is_single_quote, is_word_end};
use crate::text::encoding::OFFERED;
use crate::value::Text;
use crate::wildcard::Wildcard;

/// What the words before the caret have given already.
#[derive(Debug, Default)]
struct Given {
    /// Indices of parameters with a value or, for switches, present.
    bound: Vec<usize>,
    /// Their values as typed.
    values: Vec<(usize, String)>,
    /// The sets that are still possible.
    valid: u32,
    /// The parameter that waits for its value.
    waiting: Option<usize>,
}

/// Completes the word at the caret as an argument of `command`.
pub(super) fn complete(
    place: &Place,
    command: &CommandInfo,
    text: &str,
    source: &dyn CompletionSource,
    whole: Completion,
) -> Completion {
    let given = given(place, command);
    let typed = &*place.word.text;
    if typed.starts_with('-') && given.waiting.is_none() && !place.word.after_comma {
        if let Some((name, value)) = typed[1..].split_once(':') {
            let start = place.word.start + typed.len() - value.len();
            if value.len() > 1 && value.starts_with('$') {
                return variable::complete(&place.from(start), text, source);
            }
            let Ok(Some(index)) = command.signature().find(command, name) else {
                return whole;
            };
            return Completion {
                start,
                length: place.word_end - start,
                matches: values(index, value, true, &given, command, source),
            };
        }
        return Completion {
            matches: names(place, command),
            ..whole
        };
    }
    let target = if place.word.after_comma {
        last_given(place, command)
    } else {
        given.waiting.or_else(|| next_position(&given, command))
    };
    let mut matches = match target {
        Some(index) if names_a_command(command, index) => {
            let mut found = crate::completion::commands(typed, source);
            if &*command.name == "Get-Help" {
                found.extend(topics(typed, source));
            }
            found
        }
        Some(index) => values(index, typed, false, &given, command, source),
        None => Vec::new(),
    };
    // Several sets can have a parameter at one position, and one of them may take a property.
    let takes_property = target.is_some_and(|index| {
        let alike = |other: usize| {
            given.waiting.is_none()
                && position_of(other, &given, command) == position_of(index, &given, command)
        };
        (0..command.signature().formals.len())
            .filter(|other| *other == index || alike(*other))
            .any(|other| names_a_property(command, other))
    });
    if matches.is_empty() && takes_property {
        matches = properties(place, typed, source);
    }
    Completion { matches, ..whole }
}

fn given(place: &Place, command: &CommandInfo) -> Given {
    let mut given = Given {
        valid: u32::MAX,
        ..Given::default()
    };
    let mut positional = Vec::new();
    for word in place.words.iter().skip(1) {
        take(word, command, &mut given, &mut positional);
    }
    for value in positional {
        if let Some(index) = next_position(&given, command) {
            bind(index, Some(value), command, &mut given);
        }
    }
    given
}

fn take(word: &Word, command: &CommandInfo, given: &mut Given, positional: &mut Vec<String>) {
    if word.after_comma || word.text.starts_with('@') {
        return;
    }
    if let Some(index) = given.waiting.take() {
        bind(index, Some(word.text.clone()), command, given);
        return;
    }
    let is_name = word
        .text
        .strip_prefix('-')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_alphabetic() || c == '_'));
    if !is_name {
        positional.push(word.text.clone());
        return;
    }
    let (name, attached) = match word.text[1..].split_once(':') {
        Some((name, value)) => (name, Some(value.to_owned())),
        None => (&word.text[1..], None),
    };
    let Ok(Some(index)) = command.signature().find(command, name) else {
        return;
    };
    let info = command.signature().info(command, index);
    let waits = attached
        .as_deref()
        .map_or_else(|| !syntax::is_switch(info), str::is_empty);
    if waits {
        given.waiting = Some(index);
        given.bound.push(index);
        narrow(index, command, given);
    } else {
        bind(index, attached, command, given);
    }
}

fn bind(index: usize, value: Option<String>, command: &CommandInfo, given: &mut Given) {
    if !given.bound.contains(&index) {
        given.bound.push(index);
    }
    given.values.extend(value.map(|value| (index, value)));
    narrow(index, command, given);
}

fn narrow(index: usize, command: &CommandInfo, given: &mut Given) {
    let mask = command.signature().formals[index].mask;
    // Sets that do not go together are left to the binder to refuse.
    if mask & given.valid != 0 {
        given.valid &= mask;
    }
}

/// The first position that a parameter has in the sets that are possible.
fn position_of(index: usize, given: &Given, command: &CommandInfo) -> Option<i32> {
    command.signature().formals[index]
        .within(given.valid)
        .filter_map(|set| set.position.filter(|_| !set.remaining))
        .min()
}

/// The parameter that the next value without a name goes to.
fn next_position(given: &Given, command: &CommandInfo) -> Option<usize> {
    (0..command.signature().formals.len())
        .filter(|index| !given.bound.contains(index))
        .filter_map(|index| Some((position_of(index, given, command)?, index)))
        .min()
        .map(|(_, index)| index)
}

/// The parameter whose value a comma continues.
fn last_given(place: &Place, command: &CommandInfo) -> Option<usize> {
    let mut before = place.words.iter().skip(1).filter(|word| !word.after_comma);
    let value = before.next_back()?;
    if let Some((name, _)) = value
        .text
        .strip_prefix('-')
        .and_then(|rest| rest.split_once(':'))
    {
        return command.signature().find(command, name).ok().flatten();
    }
    let name = before.next_back()?.text.strip_prefix('-')?;
    command.signature().find(command, name).ok().flatten()
}

/// Parameter names that the word at the caret may begin: own ones in declaration order, -WhatIf and -Confirm, then the
/// common ones. A parameter whose name does not fit is offered by the aliases that do.
fn names(place: &Place, command: &CommandInfo) -> Vec<CompletionMatch> {
    let prefix = &place.word.text[1..];
    let bound = pseudo::bind(place, command);
    let (mut offered, valid) = match bound.caret {
        _ if prefix.is_empty() => (bound.unbound, bound.valid),
        Caret::Unknown => return Vec::new(),
        Caret::Open | Caret::Ambiguous => (bound.unbound, bound.valid),
        Caret::Given => (bound.bound, bound.valid),
        Caret::Only(index) => (vec![index], SetMask::MAX),
    };
    let signature = command.signature();
    offered.retain(|index| {
        let formal = &signature.formals[*index];
        formal.in_all_sets || formal.mask & valid != 0
    });
    offered.sort_unstable();
    let mut offered: Vec<_> = offered
        .into_iter()
        .map(|index| signature.info(command, index))
        .collect();
    offered.sort_by_key(|info| match (is_common(command, &info.name), &*info.name) {
        (false, _) => 0,
        (true, "WhatIf" | "Confirm") => 1,
        (true, _) => 2,
    });
    let offer = |name: &Text, info: &ParameterInfo| CompletionMatch {
        text: format!("-{name}"),
        list_text: name.to_string(),
        kind: MatchKind::ParameterName,
        tooltip: format!(
            "[{}] {name}",
            type_text(&info.parameter_type, TypeStyle::Accelerator)
        ),
    };
    let pattern = Wildcard::new(&format!("{prefix}*"));
    let mut matches = Vec::new();
    for info in offered {
        if pattern.matches(&info.name) {
            matches.push(offer(&info.name, info));
        } else if !prefix.is_empty() {
            let aliases = info.aliases.iter().filter(|alias| pattern.matches(alias));
            matches.extend(aliases.map(|alias| offer(alias, info)));
        }
    }
    matches
}

/// Values that a parameter takes: of a `ValidateSet`, an enumeration, a named list; truth values for `-Switch:`.
fn values(
    index: usize,
    typed: &str,
    attached: bool,
    given: &Given,
    command: &CommandInfo,
    source: &dyn CompletionSource,
) -> Vec<CompletionMatch> {
    let info = command.signature().info(command, index);
    let (quote, prefix) = match typed.chars().next() {
        Some(quote @ ('"' | '\'')) => (Some(quote), typed[1..].trim_end_matches(quote)),
        _ => (None, typed),
    };
    if attached && syntax::is_switch(info) {
        if !matches!(typed, "" | "$") {
            return Vec::new();
        }
        return ["$true", "$false"]
            .into_iter()
            .map(|value| offer_value(value.to_owned(), value))
            .collect();
    }
    let members = closed_list(info);
    let candidates = match &info.completer {
        Some(list) if members.is_empty() => {
            let given: Vec<_> = given
                .values
                .iter()
                .map(|(index, value)| {
                    let name = command.signature().info(command, *index).name.clone();
                    (name, Text::from(value.trim_matches(['"', '\''])))
                })
                .collect();
            source.list(list, prefix, &given)
        }
        _ => members,
    };
    let pattern = Wildcard::new(&format!("{prefix}*"));
    let (whole, begun): (Vec<_>, Vec<_>) = candidates
        .into_iter()
        .filter(|value| pattern.matches(value) || value.eq_ignore_ascii_case(prefix))
        .partition(|value| value.eq_ignore_ascii_case(prefix));
    // What is there already comes first.
    whole
        .into_iter()
        .chain(begun)
        .map(|value| offer_value(quoted(&value, quote), &value))
        .collect()
}

fn offer_value(text: String, value: &str) -> CompletionMatch {
    CompletionMatch {
        text,
        list_text: value.to_owned(),
        kind: MatchKind::ParameterValue,
        tooltip: value.to_owned(),
    }
}

/// The value in the quotes begun, or in single ones where it could not stand bare.
fn quoted(value: &str, quote: Option<char>) -> String {
    if quote.is_none() && stands_bare(value) {
        return value.to_owned();
    }
    let quote = quote.unwrap_or('\'');
    let mut text = String::from(quote);
    for c in value.chars() {
        // Typographic quotes end a string as straight ones do.
        match c {
            c if quote == '\'' && is_single_quote(c) => text.push(c),
            c if quote == '"' && (is_double_quote(c) || "`$".contains(c)) => text.push('`'),
            _ => {}
        }
        text.push(c);
    }
    text.push(quote);
    text
}

/// Whether a value is read as itself where an argument is expected.
fn stands_bare(value: &str) -> bool {
    let bare = |c: char| {
        !is_word_end(c) && !is_single_quote(c) && !is_double_quote(c) && !"`$<>".contains(c)
    };
    // A splat and a comment are such at the beginning of a word only.
    let first = value.chars().next();
    value.chars().all(bare) && first.is_some_and(|first| !is_dash(first) && !"@#".contains(first))
}

/// The members of a parameter's `ValidateSet` or enumeration, sorted.
fn closed_list(info: &ParameterInfo) -> Vec<Text> {
    let set = info
        .validations
        .iter()
        .find_map(|validation| match validation {
            Validation::Set(members, _) => Some(members.clone()),
            _ => None,
        });
    let mut members = set.unwrap_or_else(|| members_of(&info.parameter_type));
    members.sort_by_cached_key(|member| member.to_lowercase());
    members
}

fn members_of(parameter_type: &ParameterType) -> Vec<Text> {
    match parameter_type {
        ParameterType::Enum(definition) => definition
            .members
            .iter()
            .map(|(name, _)| name.clone())
            .collect(),
        ParameterType::Nullable(inner)
        | ParameterType::Array(inner)
        | ParameterType::List(_, inner) => members_of(inner),
        ParameterType::Plain(name) if &**name == "System.Text.Encoding" => {
            OFFERED.into_iter().map(Text::from).collect()
        }
        ParameterType::Plain(_) | ParameterType::Custom(..) => Vec::new(),
    }
}

/// Commands whose arguments name commands.
fn names_a_command(command: &CommandInfo, index: usize) -> bool {
    &*command.signature().info(command, index).name == "Name"
        && matches!(&*command.name, "Get-Command" | "Get-Help" | "Get-Alias")
}

/// Topics whose names begin with what was typed or match its wildcards.
fn topics(typed: &str, source: &dyn CompletionSource) -> Vec<CompletionMatch> {
    let pattern = Wildcard::new(&format!("{typed}*"));
    let names = source.help_topics().into_iter();
    names
        .filter(|name| pattern.matches(name))
        .map(|name| offer_value(name.to_owned(), name))
        .collect()
}

/// Commands whose arguments name properties of what comes down the pipeline.
fn names_a_property(command: &CommandInfo, index: usize) -> bool {
    let parameter = &*command.signature().info(command, index).name;
    matches!(
        (&*command.name, parameter),
        (
            "Where-Object"
                | "Sort-Object"
                | "Select-Object"
                | "Group-Object"
                | "Measure-Object"
                | "Format-Table"
                | "Format-List"
                | "Format-Wide",
            "Property"
        ) | ("ForEach-Object", "MemberName" | "Process")
            | ("Select-Object", "ExpandProperty" | "ExcludeProperty")
    )
}

/// Properties of what stands before the pipe: the keys of a custom object, or what the last command emits.
fn properties(place: &Place, prefix: &str, source: &dyn CompletionSource) -> Vec<CompletionMatch> {
    let Some(upstream) = place.upstream.as_deref() else {
        return Vec::new();
    };
    let mut found = variable::custom_object(upstream);
    if found.is_empty() {
        let name = upstream.split_whitespace().next().unwrap_or_default();
        if let Some(command) = source.find_command(name) {
            for output in &command.output_types {
                found.extend(
                    source
                        .properties(output)
                        .into_iter()
                        .map(|(name, of_type)| (name.to_string(), format!("{of_type} {name}"))),
                );
            }
        }
    }
    found.retain(|(name, _)| name.to_lowercase().starts_with(&prefix.to_lowercase()));
    found.sort_by_cached_key(|(name, _)| name.to_lowercase());
    found
        .into_iter()
        .map(|(name, tooltip)| CompletionMatch {
            text: name.clone(),
            list_text: name,
            kind: MatchKind::Property,
            tooltip,
        })
        .collect()
}
