//! Conversion to numbers: from text with hexadecimals, suffixes and multipliers, and between numbers with .NET's
//! rounding to even and its range checks.

use std::sync::Arc;

use num_bigint::BigInt;
use num_traits::{FromPrimitive as _, Num as _, ToPrimitive as _};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::command::ParameterType;
use crate::convert::ConversionError;
use crate::convert::error::net_text;
use crate::value::Value;

/// A numeric type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `System.SByte`.
    Int8,
    /// `System.Byte`.
    UInt8,
    /// `System.Int16`.
    Int16,
    /// `System.UInt16`.
    UInt16,
    /// `System.Int32`.
    Int32,
    /// `System.UInt32`.
    UInt32,
    /// `System.Int64`.
    Int64,
    /// `System.UInt64`.
    UInt64,
    /// `System.Single`.
    Single,
    /// `System.Double`.
    Double,
    /// `System.Decimal`.
    Decimal,
    /// `System.Numerics.BigInteger`.
    BigInteger,
}

impl Kind {
    /// The numeric type of that full name.
    pub fn of_type(name: &str) -> Option<Self> {
        Some(match name {
            "System.SByte" => Self::Int8,
            "System.Byte" => Self::UInt8,
            "System.Int16" => Self::Int16,
            "System.UInt16" => Self::UInt16,
            "System.Int32" => Self::Int32,
            "System.UInt32" => Self::UInt32,
            "System.Int64" => Self::Int64,
            "System.UInt64" => Self::UInt64,
            "System.Single" => Self::Single,
            "System.Double" => Self::Double,
            "System.Decimal" => Self::Decimal,
            "System.Numerics.BigInteger" => Self::BigInteger,
            _ => return None,
        })
    }

    /// What an overflow message calls a number of this type.
    fn with_article(self) -> &'static str {
        match self {
            Self::Int8 => "a signed byte",
            Self::UInt8 => "an unsigned byte",
            Self::Int16 => "an Int16",
            Self::UInt16 => "a UInt16",
            Self::Int32 => "an Int32",
            Self::UInt32 => "a UInt32",
            Self::Int64 => "an Int64",
            Self::UInt64 => "a UInt64",
            Self::Single => "a Single",
            Self::Double => "a Double",
            Self::Decimal => "a Decimal",
            Self::BigInteger => "a BigInteger",
        }
    }

    /// The id of a failed conversion from text.
    fn text_failure(self) -> &'static str {
        match self {
            Self::Single | Self::Double => "InvalidCastFromStringToDoubleOrSingle",
            Self::Decimal => "InvalidCastFromStringToDecimal",
            _ => "InvalidCastFromStringToInteger",
        }
    }
}

/// A number of any type.
#[derive(Clone, Debug, PartialEq)]
pub enum Number {
    /// An integer.
    Integer(BigInt),
    /// A double or single.
    Real(f64),
    /// A decimal.
    Decimal(Decimal),
}

/// Whether the value is a number to .NET: no character, no Boolean, no enumeration, no BigInteger.
pub fn is_number(value: &Value) -> bool {
    matches!(
        value,
        Value::Int8(_)
            | Value::UInt8(_)
            | Value::Int16(_)
            | Value::UInt16(_)
            | Value::Int32(_)
            | Value::UInt32(_)
            | Value::Int64(_)
            | Value::UInt64(_)
            | Value::Single(_)
            | Value::Double(_)
            | Value::Decimal(_)
    )
}

/// The number that a value holds; none for anything that is not a number or BigInteger.
pub fn number_of(value: &Value) -> Option<Number> {
    Some(match value {
        Value::Int8(n) => Number::Integer((*n).into()),
        Value::UInt8(n) => Number::Integer((*n).into()),
        Value::Int16(n) => Number::Integer((*n).into()),
        Value::UInt16(n) => Number::Integer((*n).into()),
        Value::Int32(n) => Number::Integer((*n).into()),
        Value::UInt32(n) => Number::Integer((*n).into()),
        Value::Int64(n) => Number::Integer((*n).into()),
        Value::UInt64(n) => Number::Integer((*n).into()),
        Value::BigInteger(n) => Number::Integer((**n).clone()),
        Value::Single(n) => Number::Real(f64::from(*n)),
        Value::Double(n) => Number::Real(*n),
        Value::Decimal(n) => Number::Decimal(*n),
        Value::Noted(noted) => return number_of(&noted.base),
        _ => return None,
    })
}

/// The integer of an integer type's value, if 64 bits with a sign hold it.
pub(crate) fn as_integer(value: &Value) -> Option<i64> {
    match value {
        Value::Int8(n) => Some(i64::from(*n)),
        Value::UInt8(n) => Some(i64::from(*n)),
        Value::Int16(n) => Some(i64::from(*n)),
        Value::UInt16(n) => Some(i64::from(*n)),
        Value::Int32(n) => Some(i64::from(*n)),
        Value::UInt32(n) => Some(i64::from(*n)),
        Value::Int64(n) => Some(*n),
        Value::UInt64(n) => i64::try_from(*n).ok(),
        _ => None,
    }
}

/// Converts any value to a number.
pub(super) fn convert(
    value: &Value,
    kind: Kind,
    target: &ParameterType,
) -> Result<Value, ConversionError> {
    let number = match value {
        Value::String(text) => return from_text(text, kind, target),
        Value::Bool(flag) => Number::Integer(u8::from(*flag).into()),
        Value::Char(unit) => Number::Integer((*unit).into()),
        Value::Enum(member) => Number::Integer(member.number.into()),
        Value::DateTime(_) => return Err(ConversionError::between(value, target)),
        Value::Array(array) if kind == Kind::Decimal && &*array.element_type == "System.Int32" => {
            return Err(ConversionError::wrapping(
                "InvalidCastConstructorException",
                &net_text(value),
                target,
                "Decimal constructor requires an array or span of four valid decimal bytes.",
            ));
        }
        // .NET keeps seven digits of a single.
        Value::Single(n) if kind == Kind::Decimal => {
            let short = crate::text::single_general(*n, 7);
            Number::Real(short.parse().unwrap_or_else(|_| f64::from(*n)))
        }
        other => match number_of(other) {
            Some(number) => number,
            None => return Err(ConversionError::between(other, target)),
        },
    };
    fit(&number, kind).ok_or_else(|| {
        ConversionError::wrapping(
            "InvalidCastIConvertible",
            &net_text(value),
            target,
            &overflow(kind),
        )
    })
}

fn overflow(kind: Kind) -> String {
    format!(
        "Value was either too large or too small for {}.",
        kind.with_article()
    )
}

/// The number as one of `kind`: halves go to the even neighbour; none if it is out of range.
pub fn fit(number: &Number, kind: Kind) -> Option<Value> {
    match kind {
        Kind::Single => Some(Value::Single(as_real(number) as f32)),
        Kind::Double => Some(Value::Double(as_real(number))),
        Kind::Decimal => match number {
            Number::Integer(n) => Decimal::from_i128(n.to_i128()?).map(Value::Decimal),
            // .NET keeps fifteen digits of a double.
            Number::Real(n) => Decimal::from_f64(*n)
                .map(|exact| exact.round_sf(15).unwrap_or(exact).normalize())
                .map(Value::Decimal),
            Number::Decimal(n) => Some(Value::Decimal(*n)),
        },
        Kind::Int8 => whole(number)?.to_i8().map(Value::Int8),
        Kind::UInt8 => whole(number)?.to_u8().map(Value::UInt8),
        Kind::Int16 => whole(number)?.to_i16().map(Value::Int16),
        Kind::UInt16 => whole(number)?.to_u16().map(Value::UInt16),
        Kind::Int32 => whole(number)?.to_i32().map(Value::Int32),
        Kind::UInt32 => whole(number)?.to_u32().map(Value::UInt32),
        Kind::Int64 => whole(number)?.to_i64().map(Value::Int64),
        Kind::UInt64 => whole(number)?.to_u64().map(Value::UInt64),
        Kind::BigInteger => match number {
            Number::Integer(n) => Some(n.clone()),
            Number::Real(n) => BigInt::from_f64(n.trunc()),
            Number::Decimal(n) => n.trunc().to_i128().map(BigInt::from),
        }
        .map(|n| Value::BigInteger(Arc::new(n))),
    }
}

fn as_real(number: &Number) -> f64 {
    match number {
        Number::Integer(n) => n.to_f64().unwrap_or(f64::NAN),
        Number::Real(n) => *n,
        Number::Decimal(n) => n.to_f64().unwrap_or(f64::NAN),
    }
}

fn whole(number: &Number) -> Option<BigInt> {
    match number {
        Number::Integer(n) => Some(n.clone()),
        Number::Real(n) => BigInt::from_f64(n.round_ties_even()),
        Number::Decimal(n) => n
            .round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven)
            .to_i128()
            .map(BigInt::from),
    }
}

/// A character of text of one character, or of a code.
pub(super) fn to_char(value: &Value, target: &ParameterType) -> Result<Value, ConversionError> {
    match value {
        Value::String(text) => {
            let mut units = text.encode_utf16();
            match (units.next(), units.next()) {
                (Some(only), None) => Ok(Value::Char(only)),
                _ => Err(ConversionError::wrapping(
                    "InvalidCastParseTargetInvocation",
                    text,
                    target,
                    "String must be exactly one character long.",
                )),
            }
        }
        Value::Enum(member) => Ok(Value::Char(member.number as u16)),
        Value::Single(_) | Value::Double(_) | Value::Decimal(_) => {
            let name = crate::type_names::type_name(value);
            Err(ConversionError::wrapping(
                "InvalidCastIConvertible",
                &net_text(value),
                target,
                &format!(
                    "Invalid cast from '{}' to 'Char'.",
                    crate::type_names::short_name(&name)
                ),
            ))
        }
        other => match as_integer(other) {
            Some(code) => u16::try_from(code).map(Value::Char).map_err(|_| {
                ConversionError::wrapping(
                    "InvalidCastIConvertible",
                    &net_text(other),
                    target,
                    "Value was either too large or too small for a character.",
                )
            }),
            None => Err(ConversionError::between(other, target)),
        },
    }
}

fn from_text(text: &str, kind: Kind, target: &ParameterType) -> Result<Value, ConversionError> {
    if text.trim().is_empty() {
        return fit(&Number::Integer(0.into()), kind)
            .ok_or_else(|| ConversionError::no_way(&Value::text(""), target));
    }
    if let Some(value) = scan(text).and_then(|number| fit(&number, kind)) {
        return Ok(value);
    }
    let failed =
        |inner: String| ConversionError::wrapping(kind.text_failure(), text, target, &inner);
    let malformed = || {
        // Only the converters of the integer types cut the blanks off first.
        let read = match kind {
            Kind::Single | Kind::Double | Kind::Decimal => text,
            _ => text.trim(),
        };
        failed(format!(
            "The input string '{read}' was not in a correct format."
        ))
    };
    match kind {
        Kind::Single | Kind::Double => {
            let real = parse_real(text).ok_or_else(malformed)?;
            fit(&Number::Real(real), kind).ok_or_else(malformed)
        }
        Kind::Decimal => match parse_decimal(text) {
            Some(Some(decimal)) => Ok(Value::Decimal(decimal)),
            Some(None) => Err(failed(overflow(kind))),
            None => parse_real(text)
                .and_then(|real| fit(&Number::Real(real), kind))
                .ok_or_else(malformed),
        },
        _ => {
            if let Some(integer) = parse_integer(text) {
                return fit(&Number::Integer(integer), kind).ok_or_else(|| failed(overflow(kind)));
            }
            parse_real(text)
                .and_then(|real| fit(&Number::Real(real), kind))
                .ok_or_else(malformed)
        }
    }
}

/// A number as the language writes one: a sign, `0x` or `0b`, a point, an exponent, a suffix, a multiplier.
fn scan(text: &str) -> Option<Number> {
    number_of(&crate::language::number::parse(text.trim())?)
}

/// `Int32Converter`: decimal with a sign, or hexadecimal behind `0x`, `&h` or `#`.
fn parse_integer(text: &str) -> Option<BigInt> {
    let text = text.trim();
    if text.len() > crate::language::number::MAX_LENGTH {
        return None;
    }
    for prefix in ["0x", "0X", "&h", "&H", "#"] {
        if let Some(digits) = text.strip_prefix(prefix) {
            return BigInt::from_str_radix(digits, 16).ok();
        }
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.trim_start_matches('+').parse().ok()
}

/// `NumberStyles.Float | AllowThousands`, invariant: commas count for nothing before the point.
fn parse_real(text: &str) -> Option<f64> {
    let text = text.trim();
    let bare = text.trim_start_matches(['+', '-']);
    match bare {
        "Infinity" | "∞" => {
            return Some(if text.starts_with('-') {
                f64::NEG_INFINITY
            } else {
                f64::INFINITY
            });
        }
        "NaN" => return Some(f64::NAN),
        _ => {}
    }
    without_thousands(text)?.parse().ok()
}

/// A decimal: none if the text is no number, none inside if it does not fit.
fn parse_decimal(text: &str) -> Option<Option<Decimal>> {
    let text = without_thousands(text.trim())?;
    let bare = text.strip_prefix('-').unwrap_or(&text);
    let (whole, fraction) = bare.split_once('.').unwrap_or((bare, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !digits(whole) || !digits(fraction) {
        return None;
    }
    Some(text.parse().ok())
}

fn without_thousands(text: &str) -> Option<String> {
    let bare = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, rest) = match bare.find(['.', 'e', 'E']) {
        Some(at) => bare.split_at(at),
        None => (bare, ""),
    };
    let plain = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-');
    if bare.is_empty()
        || whole.starts_with(',')
        || !whole.bytes().all(|b| b.is_ascii_digit() || b == b',')
        || !rest.bytes().all(plain)
    {
        return None;
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    Some(format!("{sign}{}{rest}", whole.replace(',', "")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn to(kind: &str, value: &Value) -> Result<Value, String> {
        let target = ParameterType::Plain(kind.into());
        convert(value, Kind::of_type(kind).unwrap(), &target).map_err(|error| error.message)
    }

    #[test]
    fn text_becomes_integers_as_powershell_reads_them() {
        for (text, number) in [
            ("", 0),
            (" 42 ", 42),
            ("0x1F", 31),
            ("1,5", 15),
            ("1kb", 1024),
            ("2.5", 2),
            ("3.5", 4),
            ("1e2", 100),
            ("0xFFFFFFFF", -1),
            ("0b101", 5),
            ("7l", 7),
        ] {
            assert!(
                matches!(to("System.Int32", &Value::text(text)), Ok(Value::Int32(n)) if n == number),
                "{text}"
            );
        }
    }

    #[test]
    fn refusals_name_value_type_and_reason() {
        assert_eq!(
            to("System.Int32", &Value::text("99999999999")).unwrap_err(),
            "Cannot convert value \"99999999999\" to type \"System.Int32\". Error: \"Value was either too large or too \
             small for an Int32.\""
        );
        assert_eq!(
            to("System.Byte", &Value::Int32(300)).unwrap_err(),
            "Cannot convert value \"300\" to type \"System.Byte\". Error: \"Value was either too large or too small for \
             an unsigned byte.\""
        );
        assert_eq!(
            to("System.Decimal", &Value::text("1..3")).unwrap_err(),
            "Cannot convert value \"1..3\" to type \"System.Decimal\". Error: \"The input string '1..3' was not in a \
             correct format.\""
        );
    }
}
