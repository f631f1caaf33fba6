//! `[math]::…`.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::evaluate::method::Outcome;
use crate::text::{Culture, as_double, to_text};
use crate::value::Value;

/// Beyond this a double has no digits behind the point.
const ROUND_LIMIT: f64 = 1e16;

/// A static method of `System.Math`.
pub(super) fn call(name: &str, arguments: &[Value]) -> Outcome {
    let real = |index: usize| arguments.get(index).and_then(as_double);
    match (name, arguments) {
        ("max" | "min", [a, b]) => extreme(name == "max", a, b),
        ("clamp", [value, least, most]) => match (real(0), real(1), real(2)) {
            (Some(_), Some(low), Some(high)) if low > high => Outcome::Thrown(
                "System.ArgumentException",
                format!(
                    "'{}' cannot be greater than {}.",
                    to_text(least, Culture::Current),
                    to_text(most, Culture::Current)
                ),
            ),
            (Some(x), Some(low), _) if x < low => Outcome::Value(least.clone()),
            (Some(x), _, Some(high)) if x > high => Outcome::Value(most.clone()),
            (Some(_), ..) => Outcome::Value(value.clone()),
            _ => Outcome::Unknown,
        },
        ("abs", [value]) => absolute(value),
        ("sign", [value]) => match as_double(value) {
            Some(x) if x.is_nan() => Outcome::Thrown(
                "System.ArithmeticException",
                "Function does not accept floating point Not-a-Number values.".into(),
            ),
            Some(x) => Outcome::Value(Value::Int32(i32::from(x > 0.0) - i32::from(x < 0.0))),
            None => Outcome::Unknown,
        },
        ("round", [value, options @ ..]) => round(value, options),
        ("floor" | "ceiling" | "truncate", [Value::Decimal(n)]) => {
            Outcome::Value(Value::Decimal(match name {
                "floor" => n.floor(),
                "ceiling" => n.ceil(),
                _ => n.trunc(),
            }))
        }
        _ => match (real(0), real(1)) {
            (Some(x), y) => function(name, x, y),
            _ => Outcome::Unknown,
        },
    }
}

fn function(name: &str, x: f64, y: Option<f64>) -> Outcome {
    Outcome::Value(Value::Double(match (name, y) {
        ("ceiling", None) => x.ceil(),
        ("floor", None) => x.floor(),
        ("truncate", None) => x.trunc(),
        ("sqrt", None) => x.sqrt(),
        ("cbrt", None) => x.cbrt(),
        ("exp", None) => x.exp(),
        ("sin", None) => x.sin(),
        ("sinh", None) => x.sinh(),
        ("cosh", None) => x.cosh(),
        ("tanh", None) => x.tanh(),
        ("cos", None) => x.cos(),
        ("tan", None) => x.tan(),
        ("asin", None) => x.asin(),
        ("acos", None) => x.acos(),
        ("atan", None) => x.atan(),
        ("atan2", Some(other)) => x.atan2(other),
        ("log", None) => x.ln(),
        // .NET divides the two natural logarithms.
        ("log", Some(base)) => x.ln() / base.ln(),
        ("log10", None) => x.log10(),
        ("log2", None) => x.log2(),
        ("pow", Some(exponent)) => x.powf(exponent),
        _ => return Outcome::Unknown,
    }))
}

/// The larger or the smaller of two numbers of one type; no number counts as both.
fn extreme(largest: bool, a: &Value, b: &Value) -> Outcome {
    let (Some(x), Some(y)) = (as_double(a), as_double(b)) else {
        return Outcome::Unknown;
    };
    let is_first = x.is_nan() || !y.is_nan() && (x == y || (x > y) == largest);
    Outcome::Value(if is_first { a.clone() } else { b.clone() })
}

fn absolute(value: &Value) -> Outcome {
    let overflow = || {
        Outcome::Thrown(
            "System.OverflowException",
            "Negating the minimum value of a twos complement number is invalid.".into(),
        )
    };
    let integer = |value: Option<Value>| value.map_or_else(overflow, Outcome::Value);
    match value {
        Value::Int8(n) => integer(n.checked_abs().map(Value::Int8)),
        Value::Int16(n) => integer(n.checked_abs().map(Value::Int16)),
        Value::Int32(n) => integer(n.checked_abs().map(Value::Int32)),
        Value::Int64(n) => integer(n.checked_abs().map(Value::Int64)),
        Value::UInt8(n) => Outcome::Value(Value::Int16(i16::from(*n))),
        Value::Single(n) => Outcome::Value(Value::Single(n.abs())),
        Value::Decimal(n) => Outcome::Value(Value::Decimal(n.abs())),
        other => match as_double(other) {
            Some(n) => Outcome::Value(Value::Double(n.abs())),
            None => Outcome::Unknown,
        },
    }
}

/// How `Round` treats halves and what lies between (`System.MidpointRounding`).
#[derive(Clone, Copy)]
enum Midpoint {
    ToEven,
    AwayFromZero,
    ToZero,
    Down,
    Up,
}

fn midpoint(value: &Value) -> Option<Midpoint> {
    Some(
        match to_text(value, Culture::Invariant)
            .to_ascii_lowercase()
            .as_str()
        {
            "toeven" | "0" => Midpoint::ToEven,
            "awayfromzero" | "1" => Midpoint::AwayFromZero,
            "tozero" | "2" => Midpoint::ToZero,
            "tonegativeinfinity" | "3" => Midpoint::Down,
            "topositiveinfinity" | "4" => Midpoint::Up,
            _ => return None,
        },
    )
}

/// `Round(value[, digits][, mode])`.
fn round(value: &Value, options: &[Value]) -> Outcome {
    let digits_of = |value: &Value| crate::convert::number::as_integer(value);
    let (digits, mode) = match options {
        [] => (0, Some(Midpoint::ToEven)),
        [one] => match digits_of(one) {
            Some(digits) => (digits, Some(Midpoint::ToEven)),
            None => (0, midpoint(one)),
        },
        [digits, mode] => match digits_of(digits) {
            Some(digits) => (digits, midpoint(mode)),
            None => return Outcome::Unknown,
        },
        _ => return Outcome::Unknown,
    };
    let Some(mode) = mode else {
        return Outcome::Unknown;
    };
    match value {
        Value::Decimal(_) if !(0..=28).contains(&digits) => Outcome::Thrown(
            "System.ArgumentOutOfRangeException",
            "Decimal can only round to between 0 and 28 digits of precision. (Parameter 'decimals')"
                .into(),
        ),
        Value::Decimal(n) => Outcome::Value(Value::Decimal(round_decimal(*n, digits as u32, mode))),
        other => match as_double(other) {
            Some(_) if !(0..=15).contains(&digits) => Outcome::Thrown(
                "System.ArgumentOutOfRangeException",
                "Rounding digits must be between 0 and 15, inclusive. (Parameter 'digits')".into(),
            ),
            Some(x) => Outcome::Value(Value::Double(round_double(x, digits as i32, mode))),
            None => Outcome::Unknown,
        },
    }
}

fn round_decimal(n: Decimal, digits: u32, mode: Midpoint) -> Decimal {
    n.round_dp_with_strategy(
        digits,
        match mode {
            Midpoint::ToEven => RoundingStrategy::MidpointNearestEven,
            Midpoint::AwayFromZero => RoundingStrategy::MidpointAwayFromZero,
            Midpoint::ToZero => RoundingStrategy::ToZero,
            Midpoint::Down => RoundingStrategy::ToNegativeInfinity,
            Midpoint::Up => RoundingStrategy::ToPositiveInfinity,
        },
    )
}

/// As .NET does it: scaled, rounded to a whole number, scaled back.
fn round_double(x: f64, digits: i32, mode: Midpoint) -> f64 {
    if x.abs() >= ROUND_LIMIT || !x.is_finite() {
        return x;
    }
    let scale = 10f64.powi(digits);
    let scaled = x * scale;
    let whole = match mode {
        Midpoint::ToEven => scaled.round_ties_even(),
        Midpoint::AwayFromZero => scaled.round(),
        Midpoint::ToZero => scaled.trunc(),
        Midpoint::Down => scaled.floor(),
        Midpoint::Up => scaled.ceil(),
    };
    whole / scale
}
