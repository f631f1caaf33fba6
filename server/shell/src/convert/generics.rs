//! Generic types under each of their spellings: `[List[string]]`, ``[Dictionary`2[[string],[int]]]``.

use crate::command::ParameterType;
use crate::convert::type_names::resolve_with;

/// The types that some names stand for before all others.
pub(super) type Own<'n> = &'n dyn Fn(&str) -> Option<ParameterType>;

/// Generic classes of .NET that a session knows, and how many arguments each takes.
const GENERICS: &[(&str, usize)] = &[
    ("System.Nullable", 1),
    ("System.Collections.Generic.List", 1),
    ("System.Collections.ObjectModel.Collection", 1),
    ("System.Collections.Generic.HashSet", 1),
    ("System.Collections.Generic.SortedSet", 1),
    ("System.Collections.Generic.Queue", 1),
    ("System.Collections.Generic.Stack", 1),
    ("System.Collections.Generic.Dictionary", 2),
    ("System.Collections.Generic.SortedDictionary", 2),
    ("System.Collections.Generic.KeyValuePair", 2),
];

/// The type that a name with arguments in brackets stands for; none if there is no such type here.
pub(super) fn resolve_generic(name: &str, own: Own<'_>) -> Option<ParameterType> {
    let (generic, inner) = name.strip_suffix(']')?.split_once('[')?;
    let arguments = split(inner);
    let (plain, arity) = match generic.rsplit_once('`') {
        Some((plain, arity)) => (plain, arity.parse().ok()?),
        None => (generic, arguments.len()),
    };
    let named = |full: &str| {
        full.eq_ignore_ascii_case(plain.trim())
            || full
                .strip_prefix("System.")
                .is_some_and(|rest| rest.eq_ignore_ascii_case(plain.trim()))
    };
    let (full, _) = GENERICS
        .iter()
        .find(|(full, count)| *count == arity && named(full))?;
    if arguments.len() != arity {
        return None;
    }
    let mut arguments = arguments.into_iter().map(|one| argument(one, own));
    let first = arguments.next()??;
    if *full == "System.Nullable" {
        return Some(ParameterType::Nullable(Box::new(first)));
    }
    Some(match arguments.next() {
        None => ParameterType::List(format!("{full}`1").into(), Box::new(first)),
        Some(second) => {
            let (first, second) = (first.full_name(), second?.full_name());
            ParameterType::Plain(format!("{full}`2[{first},{second}]").into())
        }
    })
}

/// The types of the keys and of the values of a generic dictionary.
pub(crate) fn of_entries(type_name: &str) -> Option<(ParameterType, ParameterType)> {
    let (_, arguments) = type_name.strip_suffix(']')?.split_once("`2[")?;
    let mut arguments = split(arguments)
        .into_iter()
        .map(|one| argument(one, &|_| None));
    Some((arguments.next()??, arguments.next()??))
}

/// What stands between the commas that lie in no inner brackets.
pub(crate) fn split(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// An argument: a name, or one in brackets of its own, where its assembly may follow.
fn argument(text: &str, own: Own<'_>) -> Option<ParameterType> {
    let text = text.trim();
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    match bare {
        Some(bare) => resolve_with(split(bare).first()?, own),
        None => resolve_with(text, own),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::convert::type_names::resolve;

    #[test]
    fn generic_types_resolve_in_all_their_forms() {
        for (name, full) in [
            (
                "Collections.Generic.Dictionary[string, int]",
                "System.Collections.Generic.Dictionary`2[System.String,System.Int32]",
            ),
            (
                "System.Collections.Generic.Dictionary`2[[System.String, mscorlib],[System.Int32, mscorlib]]",
                "System.Collections.Generic.Dictionary`2[System.String,System.Int32]",
            ),
            (
                "System.Collections.Generic.List[System.Collections.Generic.HashSet[int]]",
                "System.Collections.Generic.List`1[System.Collections.Generic.HashSet`1[System.Int32]]",
            ),
        ] {
            let resolved = resolve(name).unwrap();
            assert_eq!(&*resolved.full_name(), full);
            assert_eq!(resolve(full), Some(resolved));
        }
        for unknown in [
            "System.Collections.Generic.Dictionary[string]",
            "System.Collections.Generic.List[nope]",
            "System.Collections.Generic.List[]",
        ] {
            assert_eq!(
                resolve(unknown)
                    .map(|own| own.full_name().to_string())
                    .filter(|own| !own.ends_with("[]")),
                None
            );
        }
    }
}
