//! Which overload of a method takes the arguments that it is given, and what is said when none does
//! (`Adapter.FindBestMethod`).

mod rank;

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::command::ParameterType;
use crate::convert::{ConversionContext, convert, net_text};
use crate::dotnet::{self, Parameter};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::value::Value;
use rank::{Rank, is_object, rank, type_rank};

/// `Cannot find an overload …`.
pub(crate) fn none_found(method: &str, arguments: usize) -> ErrorRecord {
    exception(
        "MethodCountCouldNotFindBest",
        format!(
            "Cannot find an overload for \"{method}\" and the argument count: \"{arguments}\"."
        ),
    )
}

/// `Multiple ambiguous overloads …`.
pub(crate) fn ambiguous(method: &str, arguments: usize) -> ErrorRecord {
    exception(
        "MethodCountCouldNotFindBest",
        format!(
            "Multiple ambiguous overloads found for \"{method}\" and the argument count: \"{arguments}\"."
        ),
    )
}

/// The arguments as the method's best overload wants them.
///
/// # Errors
/// When no overload takes as many, several take them as well, or one of them does not convert.
pub(super) fn bind<'v>(
    family: &str,
    is_static: bool,
    method: &str,
    arguments: &'v [Value],
    context: ConversionContext,
) -> Result<Cow<'v, [Value]>, Box<ErrorRecord>> {
    let overloads = dotnet::overloads(family, is_static, method);
    if overloads.is_empty() {
        return Ok(Cow::Borrowed(arguments));
    }
    let overloads = overloads.iter().map(Vec::as_slice);
    let (_, best) = best(overloads, method, arguments)?;
    best.converted(method, arguments, context).map(Cow::Owned)
}

/// The place of the overload that takes the arguments best.
///
/// # Errors
/// When none takes them, or several as well.
pub(super) fn choose(
    overloads: &[&[Parameter]],
    method: &str,
    arguments: &[Value],
) -> Result<usize, Box<ErrorRecord>> {
    best(overloads.iter().copied(), method, arguments).map(|(place, _)| place)
}

fn best<'o>(
    overloads: impl Iterator<Item = &'o [Parameter]>,
    method: &str,
    arguments: &[Value],
) -> Result<(usize, Candidate<'o>), Box<ErrorRecord>> {
    let mut fitting = overloads
        .enumerate()
        .filter_map(|(place, own)| Some((place, Candidate::new(own, arguments)?)));
    let Some(mut best) = fitting.next() else {
        return Err(Box::new(none_found(method, arguments.len())));
    };
    let mut is_ambiguous = false;
    for other in fitting {
        match best.1.compare(&other.1) {
            Ordering::Greater => {}
            Ordering::Equal => is_ambiguous = true,
            Ordering::Less => {
                best = other;
                is_ambiguous = false;
            }
        }
    }
    if is_ambiguous {
        return Err(Box::new(ambiguous(method, arguments.len())));
    }
    Ok(best)
}

struct Candidate<'o> {
    /// What each argument becomes.
    parameters: Vec<&'o Parameter>,
    /// Whether the last parameter is given as a list of arguments.
    expanded: bool,
    /// How many parameters it has in all.
    declared: usize,
    ranks: Vec<Rank>,
}

impl<'o> Candidate<'o> {
    fn new(overload: &'o [Parameter], arguments: &[Value]) -> Option<Self> {
        let plain = overload.len() >= arguments.len()
            && overload[arguments.len()..].iter().all(|own| own.optional);
        let plain = plain
            .then(|| ranks(overload.iter(), arguments, false))
            .flatten()
            .map(|ranks| Self {
                parameters: overload[..arguments.len()].iter().collect(),
                expanded: false,
                declared: overload.len(),
                ranks,
            });
        let expanded = Self::expanded(overload, arguments);
        match (plain, expanded) {
            // A last argument that is better as an element than as the whole array is one.
            (Some(plain), Some(expanded)) if expanded.ranks.last() <= plain.ranks.last() => {
                Some(plain)
            }
            (plain, expanded) => expanded.or(plain),
        }
    }

    /// With the arguments at the end as the elements of the last parameter.
    fn expanded(overload: &'o [Parameter], arguments: &[Value]) -> Option<Self> {
        let (last, before) = overload.split_last().filter(|(last, _)| last.rest)?;
        if arguments.len() < before.len() {
            return None;
        }
        let rest = std::iter::repeat_n(last, arguments.len() - before.len());
        let parameters: Vec<&Parameter> = before.iter().chain(rest).collect();
        let ranks = ranks(parameters.iter().copied(), arguments, true)?;
        Some(Self {
            parameters,
            expanded: true,
            declared: overload.len(),
            ranks,
        })
    }

    /// Which of two takes the arguments better (`CompareOverloadCandidates`): equal where neither does.
    fn compare(&self, other: &Self) -> Ordering {
        let places = self.ranks.len();
        let score: i64 = self
            .ranks
            .iter()
            .zip(&other.ranks)
            .enumerate()
            .map(|(at, (own, other))| (places - at) as i64 * own.cmp(other) as i64)
            .sum();
        let by_type = score.cmp(&0).then_with(|| self.compare_types(other));
        if by_type != Ordering::Equal {
            return by_type;
        }
        let are_same = (0..places).all(|at| self.type_of(at) == other.type_of(at));
        if !are_same {
            return Ordering::Equal;
        }
        let by_count = other.declared.cmp(&self.declared);
        match (self.expanded, other.expanded) {
            (true, true) if self.declared > other.declared => Ordering::Greater,
            (true, true) | (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => by_count,
        }
    }

    /// Which of two that convert the arguments equally well has the better types: the most specific ones where the
    /// conversions lose nothing, the most general ones where they may.
    fn compare_types(&self, other: &Self) -> Ordering {
        let mut score = 0;
        let mut weight = self.ranks.len() as i64;
        for (at, (own, others)) in self.ranks.iter().zip(&other.ranks).enumerate() {
            let loses_nothing = |rank: &Rank| *rank >= Rank::NUMBER_WIDENED;
            let is_comparable = *own >= Rank::NULL_TO_VALUE
                && *others >= Rank::NULL_TO_VALUE
                && loses_nothing(own) == loses_nothing(others);
            if is_comparable && let (Some(from), Some(to)) = (self.type_of(at), other.type_of(at)) {
                if loses_nothing(own) {
                    weight = -weight;
                }
                score -= weight * type_rank(&from, &to).cmp(&type_rank(&to, &from)) as i64;
            }
            weight = weight.abs() - 1;
        }
        score.cmp(&0)
    }

    fn type_of(&self, at: usize) -> Option<Cow<'_, ParameterType>> {
        wanted(self.parameters[at], self.expanded)
    }

    fn converted(
        &self,
        method: &str,
        arguments: &[Value],
        context: ConversionContext,
    ) -> Result<Vec<Value>, Box<ErrorRecord>> {
        let pairs = self.parameters.iter().zip(arguments);
        pairs
            .map(
                |(parameter, argument)| match wanted(parameter, self.expanded) {
                    None => Ok(argument.clone()),
                    Some(wanted) if is_object(&wanted) => Ok(argument.clone()),
                    Some(wanted) => {
                        argument_as(argument, &wanted, &parameter.name, method, context)
                    }
                },
            )
            .collect()
    }
}

fn ranks<'p>(
    parameters: impl Iterator<Item = &'p Parameter>,
    arguments: &[Value],
    expanded: bool,
) -> Option<Vec<Rank>> {
    parameters
        .zip(arguments)
        .map(|(parameter, argument)| match wanted(parameter, expanded) {
            Some(wanted) => rank(argument.base(), &wanted),
            // What no value here is of takes nothing but `$null`.
            None => (matches!(argument, Value::Null) && parameter.takes_null)
                .then_some(Rank::NULL_TO_REFERENCE),
        })
        .collect()
}

/// The type that an argument for a parameter becomes.
fn wanted(parameter: &Parameter, expanded: bool) -> Option<Cow<'_, ParameterType>> {
    match (&parameter.of_type, expanded && parameter.rest) {
        (Some(ParameterType::Array(element)), true) => Some(Cow::Borrowed(element)),
        (of_type, _) => of_type.as_ref().map(Cow::Borrowed),
    }
}

pub(super) fn argument_as(
    argument: &Value,
    wanted: &ParameterType,
    parameter: &str,
    method: &str,
    context: ConversionContext,
) -> Result<Value, Box<ErrorRecord>> {
    convert(argument, wanted, context).map_err(|error| {
        let record = argument_refused(argument, wanted, parameter, method, &error.message);
        Box::new(record)
    })
}

/// `Cannot convert argument …`.
pub(super) fn argument_refused(
    argument: &Value,
    wanted: &ParameterType,
    parameter: &str,
    method: &str,
    inner: &str,
) -> ErrorRecord {
    exception(
        "MethodArgumentConversionInvalidCastArgument",
        format!(
            "Cannot convert argument \"{parameter}\", with value: \"{}\", for \"{method}\" to type \"{}\": \"{inner}\"",
            net_text(argument),
            wanted.full_name(),
        ),
    )
}

pub(super) fn exception(id: &'static str, message: String) -> ErrorRecord {
    ErrorRecord::new(
        id,
        ErrorCategory::NotSpecified,
        "System.Management.Automation.MethodException",
        message,
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::type_names::type_name;

    #[test]
    fn the_best_overload_takes_the_arguments() {
        let bound = |method, arguments: &[Value]| {
            let context = ConversionContext::default();
            bind("System.String", false, method, arguments, context).map(Cow::into_owned)
        };
        // A text stays a text although one character of it would do.
        assert!(matches!(
            bound("IndexOf", &[Value::text("a")]).unwrap()[..],
            [Value::String(_)]
        ));
        assert!(matches!(
            bound("Substring", &[Value::text("1")]).unwrap()[..],
            [Value::Int32(1)]
        ));
        let ignoring = bound(
            "StartsWith",
            &[Value::text("a"), Value::text("OrdinalIgnoreCase")],
        )
        .unwrap();
        assert!(matches!(ignoring[..], [Value::String(_), Value::Enum(_)]));
        let refused = bound("Substring", &[Value::text("x")]).unwrap_err();
        assert_eq!(
            refused.fully_qualified_id,
            "MethodArgumentConversionInvalidCastArgument"
        );
        // A number is a character rather than a text, and more texts than one are a list.
        assert!(matches!(
            bound("IndexOf", &[Value::Int32(97)]).unwrap()[..],
            [Value::Char(97)]
        ));
        let refused = bound(
            "Substring",
            &[Value::Int32(1), Value::Int32(1), Value::Int32(1)],
        )
        .unwrap_err();
        assert_eq!(refused.fully_qualified_id, "MethodCountCouldNotFindBest");
    }

    #[test]
    fn numbers_choose_the_overload_of_their_kind() {
        let bound = |method, arguments: &[Value]| {
            let context = ConversionContext::default();
            match bind("System.Math", true, method, arguments, context) {
                Ok(bound) => bound
                    .iter()
                    .map(|own| type_name(own).to_string())
                    .collect::<Vec<_>>()
                    .join(","),
                Err(error) => error.message.to_string(),
            }
        };
        let (int, long, double) = (Value::Int32, Value::Int64, Value::Double);
        for (method, arguments, expected) in [
            ("Max", vec![int(1), int(2)], "System.Int32,System.Int32"),
            (
                "Max",
                vec![int(1), double(2.5)],
                "System.Int32,System.Int32",
            ),
            (
                "Max",
                vec![double(1.5), int(2)],
                "System.Double,System.Double",
            ),
            ("Max", vec![long(1), int(2)], "System.Int64,System.Int64"),
            (
                "Max",
                vec![Value::text("1"), Value::text("2")],
                "System.Double,System.Double",
            ),
            (
                "Max",
                vec![Value::text("1"), int(2)],
                "System.Int32,System.Int32",
            ),
            ("Round", vec![int(5)], "System.Decimal"),
            (
                "Round",
                vec![Value::text("2.567"), int(2)],
                "System.Double,System.Int32",
            ),
            ("Floor", vec![Value::Null], "System.Double"),
            (
                "Abs",
                vec![Value::Bool(true)],
                "Multiple ambiguous overloads found for \"Abs\" and the argument count: \"1\".",
            ),
        ] {
            assert_eq!(
                bound(method, &arguments),
                expected,
                "{method} {arguments:?}"
            );
        }
    }
}
