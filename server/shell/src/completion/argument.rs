//! Names and values of a command's parameters.

use crate::binder::{SetMask, is_common};
use crate::command::{CommandInfo, ParameterInfo, ParameterType, Validation};
use crate::completion::completer;
use crate::completion::place::{Place, Word};
use crate::completion::pseudo::{self, Caret};
use crate::completion::quote::{Quoted, quoted};
use crate::completion::{Completion, CompletionMatch, CompletionSource, MatchKind, input};
use crate::help::syntax::{self, TypeStyle, type_text};
use crate::language::characters::is_dash;
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
    if begins_a_name(typed) && !place.word.after_comma {
        if let Some((name, value)) = without_dash(typed).split_once(':') {
            let start = place.word.start + typed.len() - value.len();
            let Ok(Some(index)) = command.signature().find(command, name) else {
                return whole;
            };
            return Completion {
                matches: values(index, value, true, &given, command, source),
                ..Completion::at(start, place.word_end - start)
            };
        }
        return Completion {
            matches: names(place, command),
            ..whole
        };
    }
    let target = if place.word.after_comma {
        last_given(place, command).or_else(|| given.values.last().map(|(index, _)| *index))
    } else {
        given.waiting.or_else(|| next_position(&given, command))
    };
    let mut matches = match target {
        Some(index) => {
            let own = &*command.signature().info(command, index).name;
            let others = given_values(place, command);
            let property = others.iter().find(|(name, _)| name == "Property");
            match (&*command.name, own, property) {
                ("Where-Object", "Value", Some((_, property))) => {
                    input::compared(place, property, typed, text, source)
                }
                _ => completer::complete(command, own, typed, &others, text, source)
                    .unwrap_or_else(|| values(index, typed, false, &given, command, source)),
            }
        }
        None => Vec::new(),
    };
    // Several sets can have a parameter at one position, and one of them may take a property. An empty word goes to the
    // default set.
    let alike = |other: usize, index: usize| {
        let same = position_of(other, &given, command) == position_of(index, &given, command);
        given.waiting.is_none() && !typed.is_empty() && same
    };
    let by_property = target.and_then(|index| {
        (0..command.signature().formals.len())
            .filter(|other| *other == index || alike(*other, index))
            .find_map(|other| input::names_a_property(command, other))
    });
    if let (true, Some(methods)) = (matches.is_empty(), by_property) {
        matches = input::properties(place, typed, methods, text, source);
    }
    Completion { matches, ..whole }
}

/// The values that the words on both sides of the caret give to parameters, by name.
fn given_values(place: &Place, command: &CommandInfo) -> Vec<(String, String)> {
    let mut words = place.words.clone();
    // What waits for its value at the caret does not take the one behind it.
    words.extend(
        place
            .after
            .iter()
            .skip_while(|word| !word.text.starts_with(is_dash))
            .cloned(),
    );
    let all = Place {
        words,
        ..Place::default()
    };
    given(&all, command)
        .values
        .iter()
        .map(|(index, value)| {
            let name = command.signature().info(command, *index).name.to_string();
            (name, value.trim_matches(['"', '\'']).to_owned())
        })
        .collect()
}

/// The parameter that the hashtable at the caret is given to.
pub(super) fn parameter_of_hashtable(place: &Place, command: &CommandInfo) -> Option<String> {
    let around = place.around()?;
    let outer = Place {
        words: around.words.clone(),
        upstream: around.upstream.clone(),
        ..Place::default()
    };
    let given = given(&outer, command);
    let continues = around
        .current
        .as_ref()
        .is_some_and(|current| current.after_comma);
    let index = match continues {
        true => last_given(&outer, command).or_else(|| given.values.last().map(|last| last.0)),
        false => given.waiting.or_else(|| next_position(&given, command)),
    };
    Some(command.signature().info(command, index?).name.to_string())
}

/// A word without the dash that it begins with.
fn without_dash(word: &str) -> &str {
    word.strip_prefix(is_dash).unwrap_or(word)
}

/// Whether a word is a dash, or one with the beginning of a name behind it: no value, even where one is due.
fn begins_a_name(word: &str) -> bool {
    word.strip_prefix(is_dash).is_some_and(|rest| {
        rest.is_empty() || rest.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '?'))
    })
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
    let is_name = word
        .text
        .strip_prefix(is_dash)
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_alphabetic() || c == '_'));
    if let Some(index) = given.waiting.take()
        && !(is_name && names_a_parameter(word, command))
    {
        bind(index, Some(word.text.clone()), command, given);
        return;
    }
    if !is_name {
        positional.push(word.text.clone());
        return;
    }
    let (name, attached) = match without_dash(&word.text).split_once(':') {
        Some((name, value)) => (name, Some(value.to_owned())),
        None => (without_dash(&word.text), None),
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

/// Whether a word names a parameter: then the one before it still waits for its value.
fn names_a_parameter(word: &Word, command: &CommandInfo) -> bool {
    let name = without_dash(&word.text)
        .split(':')
        .next()
        .unwrap_or_default();
    !matches!(command.signature().find(command, name), Ok(None))
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

/// The parameter that the next value without a name goes to: of several at the lowest position that is free, the one
/// of the default set.
fn next_position(given: &Given, command: &CommandInfo) -> Option<usize> {
    let formals = &command.signature().formals;
    let default = command
        .default_set
        .as_ref()
        .and_then(|default| {
            command
                .signature()
                .sets
                .iter()
                .position(|set| set == default)
        })
        .and_then(|at| u32::try_from(at).ok())
        .map_or(0, |at| 1_u32.checked_shl(at).unwrap_or_default());
    (0..formals.len())
        .filter(|index| !given.bound.contains(index))
        .filter_map(|index| {
            let by_default = formals[index].mask & default & given.valid != 0;
            Some((position_of(index, given, command)?, !by_default, index))
        })
        .min()
        .map(|(_, _, index)| index)
}

/// The parameter whose value a comma continues.
fn last_given(place: &Place, command: &CommandInfo) -> Option<usize> {
    let mut before = place.words.iter().skip(1).filter(|word| !word.after_comma);
    let value = before.next_back()?;
    if let Some((name, _)) = value
        .text
        .strip_prefix(is_dash)
        .and_then(|rest| rest.split_once(':'))
    {
        return command.signature().find(command, name).ok().flatten();
    }
    let name = before.next_back()?.text.strip_prefix(is_dash)?;
    command.signature().find(command, name).ok().flatten()
}

/// Parameter names that the word at the caret may begin: own ones in declaration order, -WhatIf and -Confirm, then the
/// common ones. A parameter whose name does not fit is offered by the aliases that do.
fn names(place: &Place, command: &CommandInfo) -> Vec<CompletionMatch> {
    let prefix = without_dash(&place.word.text);
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
    let Quoted {
        quote,
        text: prefix,
    } = Quoted::of(typed);
    if attached && syntax::is_switch(info) {
        if !typed.is_empty() {
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

pub(super) fn offer_value(text: String, value: &str) -> CompletionMatch {
    CompletionMatch {
        text,
        list_text: value.to_owned(),
        kind: MatchKind::ParameterValue,
        tooltip: value.to_owned(),
    }
}

/// The members of a parameter's `ValidateSet` or enumeration, sorted; encodings come as they are listed.
fn closed_list(info: &ParameterInfo) -> Vec<Text> {
    let set = info
        .validations
        .iter()
        .find_map(|validation| match validation {
            Validation::Set(members, _) => Some(members.clone()),
            _ => None,
        });
    let mut members = set.unwrap_or_else(|| members_of(&info.parameter_type));
    if !is_encoding(&info.parameter_type) {
        members.sort_by_cached_key(|member| member.to_lowercase());
    }
    members
}

fn is_encoding(parameter_type: &ParameterType) -> bool {
    matches!(parameter_type, ParameterType::Plain(name) if &**name == "System.Text.Encoding")
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
        encoding if is_encoding(encoding) => OFFERED.into_iter().map(Text::from).collect(),
        ParameterType::Plain(_) | ParameterType::Custom(..) | ParameterType::Class(_) => Vec::new(),
    }
}
