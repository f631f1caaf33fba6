//! A command line bound without its values (`PseudoParameterBinder`): which parameters can still be named at the caret.
//! Words behind the caret count as well as those before it; where a position could be one of several parameters, all
//! of them count as given.

use std::collections::BTreeMap;

use crate::binder::SetMask;
use crate::command::{CommandInfo, CommandKind};
use crate::completion::place::{Place, Word};
use crate::help::syntax;
use crate::language::characters::is_dash;

/// Which parameters the words of a command have bound.
#[derive(Debug)]
pub(super) struct Bound {
    /// Parameters that could still be given.
    pub(super) unbound: Vec<usize>,
    /// Parameters that are given.
    pub(super) bound: Vec<usize>,
    /// The sets that are still possible.
    pub(super) valid: SetMask,
    /// What the name at the caret means.
    pub(super) caret: Caret,
}

/// What the name at the caret means, as far as it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caret {
    /// Nothing: there is only a dash, or the words contradict each other, so that anything can be meant.
    Open,
    /// No parameter.
    Unknown,
    /// More than one.
    Ambiguous,
    /// One that is given elsewhere.
    Given,
    /// This one.
    Only(usize),
}

/// A word of the command as the parser sees it.
#[derive(Clone, Debug)]
enum Element {
    Name {
        name: String,
        attached: bool,
        at_caret: bool,
    },
    Value {
        splatted: bool,
    },
}

/// A name that is ambiguous.
struct Ambiguous;

/// Binds the command's words; the name at the caret is in `place.word`.
pub(super) fn bind(place: &Place, command: &CommandInfo) -> Bound {
    let only_dash = place.word.text.len() == 1;
    let mut words = elements(place.words.get(1..).unwrap_or_default(), false);
    if !only_dash {
        words.extend(elements(std::slice::from_ref(&place.word), true));
    }
    let behind = elements(&place.after, false);
    // A dash before a value: somebody may be about to name what the value is for.
    let bind_positions = !only_dash || !matches!(behind.first(), Some(Element::Value { .. }));
    words.extend(behind);

    let mut bound = Bound {
        unbound: (0..command.signature().formals.len()).collect(),
        bound: Vec::new(),
        valid: SetMask::MAX,
        caret: Caret::Open,
    };
    let Some(arguments) = pair(&words, command, &mut bound) else {
        return anything(command);
    };
    let values = bound.bind_named(arguments, command);
    if bound.valid == 0 {
        return anything(command);
    }
    let left_over = if bind_positions {
        bound.bind_positions(values, command)
    } else {
        values.len()
    };
    if command.kind != CommandKind::SimpleFunction {
        if left_over > 0 {
            bound.bind_where(command, false, |set| set.remaining);
        }
        if place.upstream.is_some() {
            bound.bind_where(command, true, |set| set.by_value);
        }
    }
    bound
}

/// All parameters, where the words go together in no set.
fn anything(command: &CommandInfo) -> Bound {
    Bound {
        unbound: (0..command.signature().formals.len()).collect(),
        bound: Vec::new(),
        valid: SetMask::MAX,
        caret: Caret::Ambiguous,
    }
}

fn elements(words: &[Word], at_caret: bool) -> Vec<Element> {
    let mut elements: Vec<Element> = Vec::new();
    for word in words.iter().filter(|word| !word.after_comma) {
        let name = word
            .text
            .strip_prefix(is_dash)
            .filter(|rest| rest.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '?')));
        match (name, elements.last_mut()) {
            // `-Name: value` is one argument.
            (None, Some(Element::Name { name, attached, .. })) if name.ends_with(':') => {
                name.pop();
                *attached = true;
            }
            (None, _) if matches!(&*word.text, "-" | "–" | "—" | "―") => {}
            (None, _) => elements.push(Element::Value {
                splatted: word.text.starts_with('@')
                    && !word.text.starts_with("@(")
                    && !word.text.starts_with("@{"),
            }),
            (Some(name), _) => match name.split_once(':') {
                Some((name, value)) if !value.is_empty() => elements.push(Element::Name {
                    name: name.to_owned(),
                    attached: true,
                    at_caret,
                }),
                _ => elements.push(Element::Name {
                    name: name.to_owned(),
                    attached: false,
                    at_caret,
                }),
            },
        }
    }
    for element in &mut elements {
        if let Element::Name { name, .. } = element
            && name.ends_with(':')
        {
            name.pop();
        }
    }
    elements
}

/// The parameter that a name means. At the caret it is a beginning only: neither an exact name nor one of the command's
/// own comes first.
fn find(command: &CommandInfo, name: &str, at_caret: bool) -> Result<Option<usize>, Ambiguous> {
    if !at_caret {
        return command
            .signature()
            .find(command, name)
            .map_err(|_| Ambiguous);
    }
    let begins = |candidate: &str| {
        candidate
            .get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    let signature = command.signature();
    let mut found = (0..signature.formals.len()).filter(|index| {
        let info = signature.info(command, *index);
        begins(&info.name) || info.aliases.iter().any(|alias| begins(alias))
    });
    match (found.next(), found.next()) {
        (only, None) => Ok(only),
        _ => Err(Ambiguous),
    }
}

/// Names with what follows them, and values that stand alone. None if a name that nobody knows may have the word behind
/// it as its value: then nothing can be said of the rest.
fn pair(words: &[Element], command: &CommandInfo, bound: &mut Bound) -> Option<Vec<Element>> {
    let mut paired = Vec::new();
    let mut rest = words.iter().peekable();
    while let Some(word) = rest.next() {
        let Element::Name {
            name,
            attached: false,
            at_caret,
        } = word
        else {
            paired.push(word.clone());
            continue;
        };
        let value_follows = matches!(rest.peek(), Some(Element::Value { .. }));
        match find(command, name, *at_caret) {
            Err(Ambiguous) => {
                if *at_caret {
                    bound.caret = Caret::Ambiguous;
                }
                if value_follows {
                    rest.next();
                }
                continue;
            }
            Ok(None) if value_follows => return None,
            Ok(None) => {
                if *at_caret {
                    bound.caret = Caret::Unknown;
                }
                continue;
            }
            Ok(Some(index)) => {
                let takes_value = !syntax::is_switch(command.signature().info(command, index));
                let unknown_follows = match rest.peek() {
                    Some(Element::Name { name, .. }) => {
                        matches!(find(command, name, false), Ok(None))
                    }
                    _ => false,
                };
                if takes_value && (value_follows || unknown_follows) {
                    // What is taken as a value is no parameter, even at the caret.
                    if let Some(Element::Name { at_caret: true, .. }) = rest.next() {
                        bound.caret = Caret::Unknown;
                    }
                }
                paired.push(word.clone());
            }
        }
    }
    Some(paired)
}

impl Bound {
    fn take(&mut self, index: usize) {
        self.unbound.retain(|unbound| *unbound != index);
        self.bound.push(index);
    }

    /// Binds the names; gives back the values, each with whether it is splatted.
    fn bind_named(&mut self, arguments: Vec<Element>, command: &CommandInfo) -> Vec<bool> {
        let mut values = Vec::new();
        for argument in arguments {
            let (name, at_caret) = match argument {
                Element::Value { splatted } => {
                    values.push(splatted);
                    continue;
                }
                Element::Name { name, at_caret, .. } => (name, at_caret),
            };
            let Ok(Some(index)) = find(command, &name, at_caret) else {
                continue;
            };
            let is_given = self.bound.contains(&index);
            if at_caret {
                self.caret = match is_given {
                    true => Caret::Given,
                    false => Caret::Only(index),
                };
            }
            if is_given {
                continue;
            }
            let mask = command.signature().formals[index].mask;
            if mask != 0 {
                self.valid &= mask;
            }
            self.take(index);
        }
        values
    }

    /// Binds values by position, each to every parameter that it could be; gives how many are left.
    fn bind_positions(&mut self, values: Vec<bool>, command: &CommandInfo) -> usize {
        let formals = &command.signature().formals;
        let mut positions: BTreeMap<i32, Vec<usize>> = BTreeMap::new();
        for &index in &self.unbound {
            for set in formals[index].within(self.valid) {
                if let (Some(position), false) = (set.position, set.remaining) {
                    let here = positions.entry(position).or_default();
                    if !here.contains(&index) {
                        here.push(index);
                    }
                }
            }
        }
        if positions.is_empty() {
            return values.len();
        }
        let mut values = values.into_iter().filter(|splatted| !splatted);
        for (position, here) in positions {
            let valid = self.valid;
            let possible: Vec<usize> = here
                .into_iter()
                .filter(|index| {
                    let mut sets = formals[*index].within(valid);
                    sets.any(|set| set.position == Some(position))
                })
                .collect();
            if possible.is_empty() {
                continue;
            }
            if values.next().is_none() {
                break;
            }
            let sets = possible
                .iter()
                .fold(0, |sets, index| sets | formals[*index].mask);
            for index in possible {
                self.take(index);
            }
            if sets != 0 {
                self.valid &= sets;
            }
        }
        values.count()
    }

    /// Binds every free parameter that is of a kind in a possible set: what takes the rest, what takes input.
    fn bind_where(
        &mut self,
        command: &CommandInfo,
        narrows: bool,
        of_kind: impl Fn(&crate::binder::FormalSet) -> bool,
    ) {
        let formals = &command.signature().formals;
        let valid = self.valid;
        let takers: Vec<usize> = self
            .unbound
            .iter()
            .copied()
            .filter(|index| formals[*index].within(valid).any(&of_kind))
            .collect();
        let sets = takers
            .iter()
            .fold(0, |sets, index| sets | formals[*index].mask);
        for index in takers {
            self.take(index);
        }
        if narrows && sets != 0 {
            self.valid &= sets;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::command::ParameterInfo;
    use crate::completion::scan;

    fn command() -> CommandInfo {
        CommandInfo::new("Test-Thing", "Test.Thing", "")
            .with(ParameterInfo::new("Id", "int").in_sets(&["ById"]).at(0))
            .with(
                ParameterInfo::new("Name", "string")
                    .in_sets(&["ByName"])
                    .at(0),
            )
            .with(ParameterInfo::switch("Exact").in_sets(&["ByName"]))
            .with(ParameterInfo::new("Note", "string"))
    }

    fn open(text: &str) -> (Vec<String>, Caret) {
        let caret = text.find('¦').unwrap();
        let command = command();
        let place = scan::place(&text.replace('¦', ""), caret);
        let bound = bind(&place, &command);
        let signature = command.signature();
        let names = bound
            .unbound
            .iter()
            .filter(|index| {
                let formal = &signature.formals[**index];
                **index < 4 && (formal.in_all_sets || formal.mask & bound.valid != 0)
            })
            .map(|index| signature.info(&command, *index).name.to_string())
            .collect();
        (names, bound.caret)
    }

    #[test]
    fn a_position_binds_all_that_it_could_be() {
        assert_eq!(open("Test-Thing 1 -¦").0, ["Exact", "Note"]);
        assert_eq!(open("Test-Thing -¦ 1").0, ["Id", "Name", "Exact", "Note"]);
    }

    #[test]
    fn names_behind_the_caret_count() {
        assert_eq!(open("Test-Thing -¦ -Name x").0, ["Exact", "Note"]);
        assert_eq!(open("Test-Thing -N¦ -Note x").1, Caret::Ambiguous);
        assert_eq!(open("Test-Thing -Not¦ -Note x").1, Caret::Only(3));
        assert_eq!(open("Test-Thing -Note x -Not¦").1, Caret::Given);
    }

    #[test]
    fn what_contradicts_itself_leaves_everything_open() {
        assert_eq!(
            open("Test-Thing -Id 1 -Name x -¦").0,
            ["Id", "Name", "Exact", "Note"]
        );
    }
}
