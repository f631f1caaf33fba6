//! How well an argument fits a parameter of an overload (`LanguagePrimitives.FigureConversion`).

use crate::command::ParameterType;
use crate::convert::{ConversionContext, convert, number};
use crate::type_names::{families, type_name};
use crate::value::Value;

/// How well an argument fits a parameter (`ConversionRank`, whose numbers these are).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank(u16);

impl Rank {
    pub(super) const UNRELATED_ARRAYS: Self = Self(0x0f);
    pub(super) const TEXT: Self = Self(0x1f);
    pub(super) const CONVERTIBLE: Self = Self(0x3f);
    pub(super) const CAST: Self = Self(0x4f);
    pub(super) const MADE: Self = Self(0x6f);
    pub(super) const PARSED: Self = Self(0x7f);
    pub(super) const LANGUAGE: Self = Self(0x9f);
    pub(super) const NULL_TO_VALUE: Self = Self(0xaf);
    pub(super) const NULL_TO_REFERENCE: Self = Self(0xbf);
    pub(super) const NUMBER_NARROWED: Self = Self(0xcf);
    /// Less than the other way about: a decimal number as a double, an integer with a sign as one without.
    pub(super) const NUMBER_RESHAPED: Self = Self(0xdf);
    pub(super) const NUMBER_AS_TEXT: Self = Self(0xef);
    pub(super) const NUMBER_WIDENED: Self = Self(0xff);
    pub(super) const ASSIGNABLE: Self = Self(0x10f);
    pub(super) const TEXT_AS_CHARACTERS: Self = Self(0x11a);
    pub(super) const IDENTITY: Self = Self(0x11f);

    /// Of a value that becomes the only element of an array.
    fn as_element(self) -> Self {
        Self(self.0 & 0xfff7)
    }
}

pub(super) fn is_object(wanted: &ParameterType) -> bool {
    matches!(wanted, ParameterType::Plain(name) if &**name == "System.Object")
}

pub(super) fn rank(argument: &Value, wanted: &ParameterType) -> Option<Rank> {
    let target = wanted.full_name();
    let to_number = number::Kind::of_type(&target).is_some();
    if matches!(argument, Value::Null) {
        return null_rank(wanted, &target, to_number);
    }
    if let (Value::Array(_), ParameterType::Array(element)) = (argument, wanted) {
        return Some(elements_rank(argument, element));
    }
    if crate::convert::is_instance(argument, wanted) {
        let own = *type_name(argument) == *target;
        return Some(if own {
            Rank::IDENTITY
        } else {
            Rank::ASSIGNABLE
        });
    }
    if let ParameterType::Class(own) = wanted {
        let class = own.class()?;
        return crate::evaluate::class::is_convertible(argument, &class).then_some(Rank::MADE);
    }
    if families::belongs(argument, &target) == Some(false) {
        return None;
    }
    let from_number = number::is_number(argument);
    Some(match (argument, &*target) {
        (Value::String(_), "System.Char[]") => Rank::TEXT_AS_CHARACTERS,
        (Value::String(_), _) if to_number => Rank::NUMBER_AS_TEXT,
        (
            Value::String(_),
            "System.Boolean" | "System.Type" | "System.Text.RegularExpressions.Regex",
        ) => Rank::LANGUAGE,
        (Value::String(_), _) => Rank::PARSED,
        (_, "System.String" | "System.Char") if from_number => Rank::NUMBER_AS_TEXT,
        (_, "System.String") => Rank::TEXT,
        (_, "System.Boolean") => Rank::LANGUAGE,
        (own, _) if from_number && to_number => numeric_rank(&type_name(own), &target),
        (Value::Char(_), "System.Single" | "System.Double") => Rank::LANGUAGE,
        (Value::Char(_), "System.Decimal") => Rank::CAST,
        (Value::Char(_) | Value::Bool(_) | Value::Enum(_), _) if to_number => Rank::CONVERTIBLE,
        (Value::Int32(_) | Value::Int64(_), "System.DateTime" | "System.TimeSpan") => Rank::MADE,
        (own, _)
            if from_number
                && matches!(wanted, ParameterType::Enum(_))
                && !matches!(own, Value::Double(_)) =>
        {
            Rank::LANGUAGE
        }
        (Value::List(_), _) if matches!(wanted, ParameterType::Array(_)) => Rank::LANGUAGE,
        (Value::Array(_) | Value::List(_), _) => return None,
        (own, _) if let ParameterType::Array(element) = wanted => rank(own, element)?.as_element(),
        (Value::DateTime(_), _) | (_, "System.DateTime" | "System.TimeSpan") => Rank::CONVERTIBLE,
        _ => return None,
    })
}

/// How well an array fits one of other elements. One of objects that are all of one type counts as one of that type
/// (`EffectiveArgumentType`).
fn elements_rank(array: &Value, element: &ParameterType) -> Rank {
    let declared = type_name(array);
    let mut own = declared
        .strip_suffix("[]")
        .unwrap_or("System.Object")
        .to_owned();
    if own == "System.Object"
        && let Some([first, others @ ..]) = array.elements().as_deref()
    {
        let common = type_name(first.base());
        if others.iter().all(|other| type_name(other.base()) == common) {
            own = common.to_string();
        }
    }
    let is_value = number::Kind::of_type(&own).is_some()
        || [
            "System.Char",
            "System.Boolean",
            "System.DateTime",
            "System.TimeSpan",
            "System.Guid",
        ]
        .contains(&&*own);
    match &*element.full_name() {
        name if *name == *own => Rank::IDENTITY,
        "System.Object" if is_value => Rank::LANGUAGE,
        "System.Object" => Rank::ASSIGNABLE,
        _ => Rank::UNRELATED_ARRAYS,
    }
}

fn null_rank(wanted: &ParameterType, target: &str, to_number: bool) -> Option<Rank> {
    match (wanted, target) {
        (_, "System.String") => Some(Rank::TEXT),
        (_, "System.Boolean" | "System.Char") => Some(Rank::NULL_TO_VALUE),
        _ if to_number => Some(Rank::NULL_TO_VALUE),
        (ParameterType::Enum(_), _)
        | (_, "System.DateTime" | "System.TimeSpan" | "System.Guid") => None,
        _ => Some(Rank::NULL_TO_REFERENCE),
    }
}

/// How well the values of a type fit another one, of numbers and what else methods are overloaded for.
pub(super) fn type_rank(from: &ParameterType, to: &ParameterType) -> Option<Rank> {
    let own = from.full_name();
    if own == to.full_name() {
        return Some(Rank::IDENTITY);
    }
    if is_object(to) {
        return Some(Rank::ASSIGNABLE);
    }
    let sample = match &*own {
        "System.String" => Value::text(""),
        "System.Char" => Value::Char(0),
        "System.Boolean" => Value::Bool(false),
        "System.TimeSpan" => Value::TimeSpan(0),
        name => {
            number::Kind::of_type(name)?;
            convert(&Value::Int32(0), from, ConversionContext::default()).ok()?
        }
    };
    rank(&sample, to)
}

/// Whether a number's type widens to another without loss, as .NET converts it unasked.
fn numeric_rank(own: &str, target: &str) -> Rank {
    pub(super) const UNSIGNED: &[&str] = &[
        "System.Byte",
        "System.UInt16",
        "System.UInt32",
        "System.UInt64",
    ];
    pub(super) const SIGNED: &[&str] = &[
        "System.SByte",
        "System.Int16",
        "System.Int32",
        "System.Int64",
    ];
    let size = |name: &str| {
        let place = |list: &[&str]| list.iter().position(|own| *own == name);
        place(UNSIGNED)
            .map(|at| (at, false))
            .or_else(|| place(SIGNED).map(|at| (at, true)))
    };
    match (size(own), size(target)) {
        (Some((from, is_signed)), Some((to, to_signed)))
            if to > from && (to_signed || !is_signed) =>
        {
            Rank::NUMBER_WIDENED
        }
        (Some((from, true)), Some((to, false))) if to >= from => Rank::NUMBER_RESHAPED,
        (Some(_), Some(_)) => Rank::NUMBER_NARROWED,
        (Some(_), None) => Rank::NUMBER_WIDENED,
        (None, Some(_)) => Rank::NUMBER_NARROWED,
        (None, None) if own == "System.Single" && target == "System.Double" => Rank::NUMBER_WIDENED,
        (None, None) if own == "System.Decimal" => Rank::NUMBER_RESHAPED,
        (None, None) => Rank::NUMBER_NARROWED,
    }
}
