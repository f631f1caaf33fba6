//! What comes down the pipeline to the command at the caret: the names of its members, the values of its properties.

use crate::command::CommandInfo;
use crate::completion::inference::{self, Inference, Inferred};
use crate::completion::place::Place;
use crate::completion::quote::Quoted;
use crate::completion::tree::{self, Node};
use crate::completion::{CompletionMatch, CompletionSource, argument, assignment, member};
use crate::language::ast::Block;
use crate::wildcard::Wildcard;

/// Whether a parameter names a member of what comes down the pipeline, and if so whether it may be a method.
pub(super) fn names_a_property(command: &CommandInfo, index: usize) -> Option<bool> {
    let parameter = &*command.signature().info(command, index).name;
    match (&*command.name, parameter) {
        (
            "Where-Object" | "Sort-Object" | "Select-Object" | "Group-Object" | "Measure-Object"
            | "Format-Table" | "Format-List" | "Format-Wide" | "Format-Custom" | "Join-String",
            "Property",
        )
        | ("Select-Object", "ExpandProperty" | "ExcludeProperty") => Some(false),
        ("ForEach-Object", "MemberName") => Some(true),
        _ => None,
    }
}

/// Properties of what comes down the pipeline.
pub(super) fn properties(
    place: &Place,
    prefix: &str,
    methods: bool,
    text: &str,
    source: &dyn CompletionSource,
) -> Vec<CompletionMatch> {
    let Some(whole) = tree::before(text, place.word.start, place) else {
        return Vec::new();
    };
    let inference = Inference::new(text, &whole, place.word.start, source);
    let types = inference::elements(input(place, &whole, &inference));
    let given = given_beside(place);
    let pattern = Wildcard::new(&format!("{prefix}*"));
    let mut found = member::offered(&types, &inference, &pattern, &given, methods);
    for one in &mut found {
        one.text = one.text.trim_end_matches('(').to_owned();
    }
    found
}

/// The types of what the command at the caret takes from the pipeline.
fn input(place: &Place, whole: &Block, inference: &Inference<'_>) -> Vec<Inferred> {
    let (Some(name), Some(_)) = (place.words.first(), &place.upstream) else {
        return Vec::new();
    };
    let mut found = None;
    tree::walk(whole, &mut |node, left| {
        if let (Node::Element(pipeline, index), false) = (node, left)
            && pipeline.elements[index].extent.start == name.start
            && index > 0
        {
            found = Some((pipeline, index - 1));
        }
        found.is_none()
    });
    found.map_or_else(Vec::new, |(pipeline, index)| {
        inference.pipeline_element(pipeline, index)
    })
}

/// The values of a property that is an enumeration: what `Where-Object` compares it with.
pub(super) fn compared(
    place: &Place,
    property: &str,
    typed: &str,
    text: &str,
    source: &dyn CompletionSource,
) -> Vec<CompletionMatch> {
    let Some(whole) = tree::before(text, place.word.start, place) else {
        return Vec::new();
    };
    let inference = Inference::new(text, &whole, place.word.start, source);
    let types = input(place, &whole, &inference);
    let prefix = Quoted::of(typed).text;
    let values = types
        .iter()
        .flat_map(|of| inference.type_of_member(of, property))
        .find_map(|of| assignment::members(&of.name));
    values
        .unwrap_or_default()
        .into_iter()
        .filter(|name| {
            name.get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        })
        .map(|name| argument::offer_value(name.clone(), &name))
        .collect()
}

/// The words of the same list as the one at the caret.
fn given_beside(place: &Place) -> Vec<String> {
    if !place.word.after_comma {
        return Vec::new();
    }
    let mut given = Vec::new();
    for word in place.words.iter().skip(1).rev() {
        given.push(word.text.clone());
        if !word.after_comma {
            break;
        }
    }
    given
}
