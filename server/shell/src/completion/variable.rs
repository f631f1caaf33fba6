//! Names of variables: those that the text sets, then those of the session, of the language, drives and scopes.

use crate::completion::assigned::{self, Assigned, Given};
use crate::completion::automatic;
use crate::completion::member::type_of;
use crate::completion::place::{Opener, Place};
use crate::completion::{Completion, CompletionMatch, CompletionSource, MatchKind, scan, tree};
use crate::help::syntax::{TypeStyle, type_text};
use crate::language::ast::{Expression, ExpressionKind};
use crate::value::Value;
use crate::wildcard::Wildcard;

/// A variable's name at the caret, with its sigil and its braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name {
    start: usize,
    end: usize,
}

/// The variable that the caret is in: of the word, of a text in double quotes.
pub(super) fn at_caret(text: &str, place: &Place, caret: usize) -> Option<Name> {
    let word = text.get(place.word.start..caret)?;
    if matches!(scan::open_quote(word), Some(('\'', _))) {
        return None;
    }
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '?');
    let (before, is_braced) = match word.rfind("${").filter(|at| !word[*at..].contains('}')) {
        Some(at) => (&word[..at + 1], true),
        None => (word.trim_end_matches(is_part), false),
    };
    let sigil = before.len().checked_sub(1)?;
    let is_variable =
        before.ends_with('$') && !before[..sigil].ends_with('`') || (before == "@" && !is_braced);
    // `::` belongs to a member, not to a name.
    if !is_variable || word[sigil..].contains("::") {
        return None;
    }
    let behind = &text[caret..];
    let end = match is_braced {
        true => behind.find('}').map_or(caret, |at| caret + at + 1),
        false => caret + behind.find(|c| !is_part(c)).unwrap_or(behind.len()),
    };
    Some(Name {
        start: place.word.start + sigil,
        end,
    })
}

/// Completes the name of a variable.
pub(super) fn complete(
    name: Name,
    place: &Place,
    text: &str,
    source: &dyn CompletionSource,
) -> Completion {
    let whole = Completion::at(name.start, name.end - name.start);
    if is_declared_here(name, place, text) {
        return whole;
    }
    let typed = &text[name.start..name.end];
    let (sigil, rest) = typed.split_at(1);
    let braced = rest.starts_with('{');
    let bare = rest.trim_start_matches('{').trim_end_matches('}');
    let (scope, bare) = match bare.find(':') {
        Some(at) => bare.split_at(at + 1),
        None => ("", bare),
    };
    let pattern = Wildcard::new(&format!("{bare}*"));
    let mut matches: Vec<CompletionMatch> = Vec::new();
    let mut offer = |text: &str, list_text: &str, tooltip: String| {
        let text = inserted(sigil, &format!("{scope}{text}"), braced);
        let known = |known: &CompletionMatch| known.text.eq_ignore_ascii_case(&text);
        if pattern.matches(list_text) && !matches.iter().any(known) {
            matches.push(CompletionMatch {
                text,
                list_text: list_text.to_owned(),
                kind: MatchKind::Variable,
                tooltip,
            });
        }
    };
    let tree = tree::before(text, name.end, place);
    let set = tree
        .iter()
        .flat_map(|tree| assigned::before(tree, name.start));
    for variable in set {
        offer(&variable.name, &variable.name, assigned_tooltip(&variable));
    }
    of_scope(&scope.to_ascii_lowercase(), source, &mut offer);
    Completion { matches, ..whole }
}

/// Offers what a scope or a drive holds: what is inserted, what is listed, what is said of it. Without a scope those of
/// the session come first, then what the language gives a meaning, drives and scopes.
fn of_scope(scope: &str, source: &dyn CompletionSource, offer: &mut dyn FnMut(&str, &str, String)) {
    match scope {
        "" => {
            for (name, tooltip) in of_session(source) {
                offer(&name, &name, tooltip);
            }
            for name in automatic::SPECIAL {
                offer(name, name, (*name).to_owned());
            }
            for (name, tooltip) in automatic::DRIVES {
                offer(&format!("{name}:"), name, (*tooltip).to_owned());
            }
            for scope in automatic::SCOPES {
                offer(scope, scope, (*scope).to_owned());
            }
        }
        "global:" | "local:" | "script:" | "private:" | "using:" | "variable:" => {
            for (name, tooltip) in of_session(source) {
                offer(&name, &name, tooltip);
            }
        }
        "function:" => {
            for function in source.functions() {
                let name = &function.name;
                offer(name, name, name.to_string());
            }
        }
        "alias:" => {
            for (name, _) in source.aliases() {
                offer(&name, &name, name.to_string());
            }
        }
        _ => {}
    }
}

/// Whether the name is that of a parameter being declared: nobody knows it yet.
fn is_declared_here(name: Name, place: &Place, text: &str) -> bool {
    let frame = place.frame();
    if frame.opener != Opener::Call && frame.opener != Opener::Parenthesis {
        return false;
    }
    let Some(around) = place.around() else {
        return false;
    };
    let is_parameters = around
        .current
        .as_ref()
        .is_some_and(|current| current.text.eq_ignore_ascii_case("param("))
        || around.words.first().is_some_and(|first| {
            ["function", "filter"]
                .iter()
                .any(|keyword| keyword.eq_ignore_ascii_case(&first.text))
        })
        || around
            .words
            .last()
            .is_some_and(|last| last.text.eq_ignore_ascii_case("param"));
    let own = text
        .get(frame.statement_start..name.start)
        .unwrap_or_default();
    let own = own.rsplit(',').next().unwrap_or(own);
    is_parameters && !own.contains('=')
}

/// The names of the session's variables, sorted.
pub(super) fn names(source: &dyn CompletionSource) -> Vec<String> {
    of_session(source)
        .into_iter()
        .map(|(name, _)| name)
        .collect()
}

/// The variables that a session holds or always has, sorted, with their tooltips.
fn of_session(source: &dyn CompletionSource) -> Vec<(String, String)> {
    let mut found: Vec<_> = source
        .variables()
        .into_iter()
        .map(|(name, value, description)| (name.to_string(), tooltip(&name, &value, &description)))
        .collect();
    for (name, tooltip) in automatic::AUTOMATIC {
        let known = found
            .iter()
            .any(|(known, _)| known.eq_ignore_ascii_case(name));
        if !known {
            found.push(((*name).to_owned(), (*tooltip).to_owned()));
        }
    }
    found.sort_by_cached_key(|(name, _)| name.to_lowercase());
    found
}

/// `$name`, or `${name}` where the name has characters that end one, or braces were typed.
fn inserted(sigil: &str, name: &str, braced: bool) -> String {
    let ends = |c: char| "-`&@'\"#{}()$,;|<> .\\/ \t^".contains(c);
    if braced || name.contains(ends) {
        format!("{sigil}{{{name}}}")
    } else {
        format!("{sigil}{name}")
    }
}

/// `[type]$name - description`.
fn tooltip(name: &str, value: &Value, description: &str) -> String {
    let own = automatic::DESCRIPTIONS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map_or("", |(_, text)| *text);
    let description = if description.is_empty() {
        own
    } else {
        description
    };
    let own_type = automatic::TYPES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    let shown = match (value, own_type) {
        (Value::Null, _) => name.to_owned(),
        (_, Some((_, of_type))) => format!("[{of_type}]${name}"),
        (other, None) => format!("[{}]${name}", type_of(other)),
    };
    if description.is_empty() {
        shown
    } else {
        format!("{shown} - {description}")
    }
}

/// What a completion says of a variable that the text sets: its type, as far as it shows.
fn assigned_tooltip(variable: &Assigned<'_>) -> String {
    let name = &variable.name;
    let of_type = match &variable.constraint {
        Some(constraint) => Some(declared_type(constraint)),
        None => match variable.value {
            Given::Statement(statement) => tree::pure_statement(statement).and_then(shown_type),
            Given::Expression(expression) => shown_type(expression),
            Given::List => Some("ArrayList".to_owned()),
            Given::EachOf(_) | Given::Unknown => None,
        },
    };
    of_type.map_or_else(|| name.clone(), |of_type| format!("[{of_type}]${name}"))
}

fn declared_type(name: &str) -> String {
    crate::convert::type_names::resolve(name).map_or_else(
        || name.to_owned(),
        |resolved| type_text(&resolved, TypeStyle::Accelerator),
    )
}

/// The type of an expression whose form tells it.
fn shown_type(expression: &Expression) -> Option<String> {
    Some(match &expression.kind {
        ExpressionKind::Constant(value) | ExpressionKind::BareWord(value, _) => type_of(value),
        ExpressionKind::Expandable(_) => "string".to_owned(),
        ExpressionKind::Cast(literal, _) => declared_type(&literal.name),
        ExpressionKind::Hashtable(_) => "hashtable".to_owned(),
        ExpressionKind::ArrayExpression(_) | ExpressionKind::ArrayLiteral(_) => {
            "Object[]".to_owned()
        }
        ExpressionKind::ScriptBlock(_) => "scriptblock".to_owned(),
        _ => return None,
    })
}
