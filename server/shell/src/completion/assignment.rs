//! Values of what is assigned to or compared with, where only some are possible: enumerations, `ValidateSet`.

use crate::command::ParameterType;
use crate::completion::inference::{Inference, Inferred};
use crate::completion::known;
use crate::completion::place::Place;
use crate::completion::quote::Quoted;
use crate::completion::tree;
use crate::completion::{CompletionMatch, CompletionSource, MatchKind};
use crate::convert::type_names;
use crate::language::ast::{Expression, ExpressionKind};
use crate::type_names::type_name;
use crate::value::Value;

/// Comparisons whose right side can be one of a left side's values.
const COMPARISONS: &[&str] = &[
    "-eq",
    "-ieq",
    "-ceq",
    "-ne",
    "-ine",
    "-cne",
    "-like",
    "-ilike",
    "-clike",
    "-notlike",
    "-inotlike",
    "-cnotlike",
    "-match",
    "-imatch",
    "-cmatch",
    "-notmatch",
    "-inotmatch",
    "-cnotmatch",
];

/// The values that could be assigned at the caret, if the caret is right behind the `=` and they are known.
pub(super) fn complete(
    place: &Place,
    text: &str,
    source: &dyn CompletionSource,
) -> Option<Vec<CompletionMatch>> {
    let frame = place.frame();
    let word = &*place.word.text;
    if !place.words.is_empty() || !(word.is_empty() || word.starts_with(['"', '\''])) {
        return None;
    }
    let target = tree::block(text.get(frame.assigned.clone()?)?)?;
    let target = tree::pure(&target)?;
    let values = constrained(target).or_else(|| declared(target, place, text, source))?;
    let (values, kind) = values;
    let quote = match Quoted::of(word).quote {
        Some('"') => '"',
        _ => '\'',
    };
    let found: Vec<_> = values
        .into_iter()
        .map(|value| (format!("{quote}{value}{quote}"), value))
        .filter(|(text, _)| {
            text.get(..word.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(word))
        })
        .map(|(text, value)| CompletionMatch {
            list_text: match kind {
                MatchKind::Text => text.clone(),
                _ => value.clone(),
            },
            tooltip: match kind {
                MatchKind::Text => text.clone(),
                _ => value,
            },
            text,
            kind,
        })
        .collect();
    (!found.is_empty()).then_some(found)
}

type Values = (Vec<String>, MatchKind);

/// The values that the attributes and the type written before the variable leave.
fn constrained(target: &Expression) -> Option<Values> {
    match &target.kind {
        ExpressionKind::Attributed(attribute, inner) => {
            if attribute.name.eq_ignore_ascii_case("ValidateSet") {
                let values = attribute.positional.iter();
                let values: Vec<_> = values
                    .filter_map(crate::completion::assigned::text_of)
                    .map(str::to_owned)
                    .collect();
                return Some((values, MatchKind::Text));
            }
            constrained(inner)
        }
        ExpressionKind::Cast(literal, inner) => {
            constrained(inner).or_else(|| sorted_members(&literal.name))
        }
        _ => None,
    }
}

fn sorted_members(type_name: &str) -> Option<Values> {
    let mut names = members(type_name)?;
    names.sort_by_cached_key(|name| name.to_lowercase());
    Some((names, MatchKind::Text))
}

/// The names of an enumeration, in the order of their numbers.
pub(super) fn members(type_name: &str) -> Option<Vec<String>> {
    let ParameterType::Enum(definition) = type_names::resolve(type_name)? else {
        return None;
    };
    let mut all: Vec<_> = definition.members.iter().collect();
    all.sort_by_key(|(_, number)| *number);
    Some(all.into_iter().map(|(name, _)| name.to_string()).collect())
}

/// The values of a variable that holds a value of an enumeration, or was declared as one.
fn declared(
    target: &Expression,
    place: &Place,
    text: &str,
    source: &dyn CompletionSource,
) -> Option<Values> {
    if let Some(Value::Enum(held)) = known::value(target, source) {
        return sorted_members(&held.definition.name);
    }
    let ExpressionKind::Variable(path) = &target.kind else {
        return None;
    };
    let whole = tree::before(text, place.word.start, place)?;
    let set = crate::completion::assigned::before(&whole, place.word.start);
    let constraint = set
        .into_iter()
        .find(|set| set.name.eq_ignore_ascii_case(&path.key))?
        .constraint?;
    let mut names = members(&constraint)?;
    names.sort();
    Some((names, MatchKind::Property))
}

/// The values of the enumeration that the left side of a comparison is of.
pub(super) fn compared(
    place: &Place,
    text: &str,
    source: &dyn CompletionSource,
) -> Vec<CompletionMatch> {
    let Some((operator, operands)) = place.words.split_last() else {
        return Vec::new();
    };
    let compares = COMPARISONS
        .iter()
        .any(|known| known.eq_ignore_ascii_case(&operator.text));
    let Some(left) = operands.last().filter(|_| compares) else {
        return Vec::new();
    };
    let Some(whole) = tree::before(text, operator.start, place) else {
        return Vec::new();
    };
    let inference = Inference::new(text, &whole, operator.start, source);
    let mut types: Vec<Inferred> = Vec::new();
    tree::walk(&whole, &mut |node, leaving| {
        if let (tree::Node::Expression(expression), false) = (node, leaving)
            && expression.extent.start == left.start
            && types.is_empty()
        {
            types = match known::value(expression, source) {
                Some(value) => vec![Inferred {
                    name: type_name(&value).to_string(),
                    ..Inferred::default()
                }],
                None => inference.of(expression),
            };
        }
        types.is_empty()
    });
    let prefix = Quoted::of(&place.word.text).text;
    let names = types.iter().find_map(|of| members(&of.name));
    names
        .unwrap_or_default()
        .into_iter()
        .filter(|name| {
            name.get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        })
        .map(|name| CompletionMatch {
            text: format!("'{name}'"),
            list_text: name.clone(),
            kind: MatchKind::ParameterValue,
            tooltip: name,
        })
        .collect()
}
