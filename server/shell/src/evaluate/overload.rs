//! Which overload of a method takes the arguments that it is given, and what is said when none does
//! (`Adapter.FindBestMethod`).

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::command::ParameterType;
use crate::convert::{ConversionContext, convert, net_text, number};
use crate::dotnet::{self, Parameter};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::type_names::{families, type_name};
use crate::value::Value;

/// How well an argument fits a parameter (`ConversionRank`), as far as a session's types differ in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Text,
    Convertible,
    Made,
    Parsed,
    Language,
    NullToValue,
    NullToReference,
    NumberNarrowed,
    NumberAsText,
    NumberWidened,
    Assignable,
    TextAsCharacters,
    Identity,
}

/// `Cannot find an overload …`.
pub(crate) fn none_found(method: &str, arguments: usize) -> ErrorRecord {
    exception(
        "MethodCountCouldNotFindBest",
        format!(
            "Cannot find an overload for \"{method}\" and the argument count: \"{arguments}\"."
        ),
    )
}

/// The arguments as the method's best overload wants them.
///
/// # Errors
/// When no overload takes as many, or one of them does not convert.
pub(super) fn bind<'v>(
    family: &str,
    is_static: bool,
    method: &str,
    arguments: &'v [Value],
    context: ConversionContext,
) -> Result<Cow<'v, [Value]>, Box<ErrorRecord>> {
    let overloads = dotnet::overloads(family, is_static, method);
    if overloads.is_empty() || calculates(family, overloads, arguments) {
        return Ok(Cow::Borrowed(arguments));
    }
    let fitting: Vec<Candidate> = overloads
        .iter()
        .filter_map(|overload| Candidate::new(overload, arguments))
        .collect();
    let best = fitting.iter().reduce(|best, other| {
        if other.compare(best) == Ordering::Greater {
            other
        } else {
            best
        }
    });
    match best {
        Some(best) => best.converted(method, arguments, context).map(Cow::Owned),
        None => Err(Box::new(none_found(method, arguments.len()))),
    }
}

/// Whether a method of numbers chooses its kind of number itself.
fn calculates(family: &str, overloads: &[Vec<Parameter>], arguments: &[Value]) -> bool {
    let as_many = overloads
        .iter()
        .filter(|own| own.len() == arguments.len())
        .count();
    matches!(family, "System.Math" | "System.Convert") && as_many > 1
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
        if plain && let Some(ranks) = ranks(overload.iter(), arguments, false) {
            return Some(Self {
                parameters: overload[..arguments.len()].iter().collect(),
                expanded: false,
                declared: overload.len(),
                ranks,
            });
        }
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

    /// Which of two takes the arguments better; of equals the more specific, then the shorter one.
    fn compare(&self, other: &Self) -> Ordering {
        let places = self.ranks.len();
        let score: i64 = self
            .ranks
            .iter()
            .zip(&other.ranks)
            .enumerate()
            .map(|(at, (own, other))| (places - at) as i64 * own.cmp(other) as i64)
            .sum();
        score
            .cmp(&0)
            .then_with(|| other.expanded.cmp(&self.expanded))
            .then_with(|| other.declared.cmp(&self.declared))
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
            None => matches!(argument, Value::Null).then_some(Rank::NullToReference),
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

fn is_object(wanted: &ParameterType) -> bool {
    matches!(wanted, ParameterType::Plain(name) if &**name == "System.Object")
}

fn rank(argument: &Value, wanted: &ParameterType) -> Option<Rank> {
    let target = wanted.full_name();
    let to_number = number::Kind::of_type(&target).is_some();
    if matches!(argument, Value::Null) {
        return null_rank(wanted, &target, to_number);
    }
    if crate::convert::is_instance(argument, wanted) {
        let own = *type_name(argument) == *target;
        return Some(if own {
            Rank::Identity
        } else {
            Rank::Assignable
        });
    }
    if let ParameterType::Class(own) = wanted {
        let class = own.class()?;
        return super::class::is_convertible(argument, &class).then_some(Rank::Made);
    }
    if families::belongs(argument, &target) == Some(false) {
        return None;
    }
    let from_number = number::is_number(argument);
    Some(match (argument, &*target) {
        (Value::String(_), "System.Char[]") => Rank::TextAsCharacters,
        (Value::String(_), _) if to_number => Rank::NumberAsText,
        (
            Value::String(_),
            "System.Boolean" | "System.Type" | "System.Text.RegularExpressions.Regex",
        ) => Rank::Language,
        (Value::String(_), _) => Rank::Parsed,
        (_, "System.String" | "System.Char") if from_number => Rank::NumberAsText,
        (_, "System.String") => Rank::Text,
        (_, "System.Boolean") => Rank::Language,
        (own, _) if from_number && to_number => numeric_rank(own, &target),
        (Value::Char(_) | Value::Bool(_) | Value::Enum(_), _) if to_number => Rank::Language,
        (Value::Int32(_) | Value::Int64(_), "System.DateTime" | "System.TimeSpan") => Rank::Made,
        (own, _)
            if from_number
                && matches!(wanted, ParameterType::Enum(_))
                && !matches!(own, Value::Double(_)) =>
        {
            Rank::Language
        }
        (Value::Array(_) | Value::List(_), _) => match wanted {
            ParameterType::Array(_) => Rank::Language,
            _ => return None,
        },
        (_, _) if matches!(wanted, ParameterType::Array(_)) => Rank::Language,
        (Value::DateTime(_), _) | (_, "System.DateTime" | "System.TimeSpan") => Rank::Convertible,
        _ => return None,
    })
}

fn null_rank(wanted: &ParameterType, target: &str, to_number: bool) -> Option<Rank> {
    match (wanted, target) {
        (_, "System.String") => Some(Rank::Text),
        (_, "System.Boolean" | "System.Char") => Some(Rank::NullToValue),
        _ if to_number => Some(Rank::NullToValue),
        (ParameterType::Enum(_), _)
        | (_, "System.DateTime" | "System.TimeSpan" | "System.Guid") => None,
        _ => Some(Rank::NullToReference),
    }
}

/// Whether a number's type widens to another without loss, as .NET converts it unasked.
fn numeric_rank(own: &Value, target: &str) -> Rank {
    const UNSIGNED: &[&str] = &[
        "System.Byte",
        "System.UInt16",
        "System.UInt32",
        "System.UInt64",
    ];
    const SIGNED: &[&str] = &[
        "System.SByte",
        "System.Int16",
        "System.Int32",
        "System.Int64",
    ];
    let own = type_name(own);
    let size = |name: &str| {
        let place = |list: &[&str]| list.iter().position(|own| *own == name);
        place(UNSIGNED)
            .map(|at| (at, false))
            .or_else(|| place(SIGNED).map(|at| (at, true)))
    };
    let widens = match (size(&own), size(target)) {
        (Some((from, signed)), Some((to, to_signed))) => to > from && (to_signed || !signed),
        (Some(_), None) => true,
        (None, _) => &*own == "System.Single" && target == "System.Double",
    };
    if widens {
        Rank::NumberWidened
    } else {
        Rank::NumberNarrowed
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

/// The place of the overload that takes the arguments best; none if none takes them.
pub(super) fn choose(overloads: &[&[Parameter]], arguments: &[Value]) -> Option<usize> {
    let fitting = overloads
        .iter()
        .enumerate()
        .filter_map(|(place, own)| Some((place, Candidate::new(own, arguments)?)));
    fitting
        .reduce(|best, other| match other.1.compare(&best.1) {
            Ordering::Greater => other,
            _ => best,
        })
        .map(|(place, _)| place)
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
        let refused = bound(
            "Substring",
            &[Value::Int32(1), Value::Int32(1), Value::Int32(1)],
        )
        .unwrap_err();
        assert_eq!(refused.fully_qualified_id, "MethodCountCouldNotFindBest");
    }
}
