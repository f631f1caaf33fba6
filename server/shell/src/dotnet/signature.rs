//! An overload's parameters, read from the text that PowerShell describes it with.

use std::borrow::Cow;

use crate::command::ParameterType;
use crate::convert::type_names;

/// A parameter of an overload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parameter {
    /// Its name.
    pub(crate) name: Cow<'static, str>,
    /// Its type; none for one that no value of a session is of.
    pub(crate) of_type: Option<ParameterType>,
    /// Whether `$null` is a value of its type.
    pub(crate) takes_null: bool,
    /// Whether it has a default.
    pub(crate) optional: bool,
    /// Whether it takes all arguments that follow.
    pub(crate) rest: bool,
}

/// The parameters of an overload; none if it belongs to an interface and is reached by that alone.
pub(super) fn parameters(overload: &'static str) -> Option<Vec<Parameter>> {
    let (head, list) = overload.split_once('(')?;
    let name = head.rsplit(' ').next().unwrap_or(head);
    if name.contains('.') {
        return None;
    }
    let list = list.strip_suffix(')')?;
    Some(
        list.split(", ")
            .filter(|one| !one.is_empty())
            .map(parameter)
            .collect(),
    )
}

/// Types of values that no value of a session is of.
const STRUCTURES: &[&str] = &[
    "System.IntPtr",
    "System.UIntPtr",
    "System.Text.Rune",
    "System.Span[",
    "System.ReadOnlySpan[",
    "System.Threading.CancellationToken",
];

fn parameter(text: &'static str) -> Parameter {
    let (text, optional) = match text.split_once(" = ") {
        Some((text, _)) => (text, true),
        None => (text, false),
    };
    let (text, rest) = match text.strip_prefix("Params ") {
        Some(text) => (text, true),
        None => (text, false),
    };
    let (of_type, name) = text.rsplit_once(' ').unwrap_or((text, ""));
    Parameter {
        name: Cow::Borrowed(name),
        of_type: type_names::resolve(of_type),
        takes_null: !STRUCTURES.iter().any(|name| of_type.starts_with(name)),
        optional,
        rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_read() {
        let shown = |overload| {
            let list = parameters(overload).unwrap_or_default();
            let names = list.iter().map(|own| &*own.name);
            names.collect::<Vec<_>>().join(",")
        };
        assert_eq!(
            shown("string Substring(int startIndex, int length)"),
            "startIndex,length"
        );
        assert_eq!(shown("bool IList.Contains(System.Object value)"), "");
        let split = parameters("string[] Split(Params char[] separator)").unwrap_or_default();
        assert!(split[0].rest);
    }
}
