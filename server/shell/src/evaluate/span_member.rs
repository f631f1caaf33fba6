//! `[timespan]::…`, and the methods of a time span.

use crate::evaluate::method::Outcome;
use crate::evaluate::static_member::integers;
use crate::text::{TICKS_PER_DAY, TICKS_PER_SECOND};
use crate::value::Value;

/// What .NET says of a span that is too long.
pub(crate) const TOO_LONG: &str = "TimeSpan overflowed because the duration is too long.";
const NOT_A_NUMBER: &str = "TimeSpan does not accept floating point Not-a-Number values.";

/// The units of a span in ticks, from days down.
const UNITS: [i64; 6] = [
    TICKS_PER_DAY,
    3600 * TICKS_PER_SECOND,
    60 * TICKS_PER_SECOND,
    TICKS_PER_SECOND,
    TICKS_PER_SECOND / 1000,
    TICKS_PER_SECOND / 1_000_000,
];

/// A static method of `System.TimeSpan`, or a constructor.
pub(super) fn call(name: &str, arguments: &[Value]) -> Outcome {
    let first_unit = match (name, arguments) {
        ("compare", [Value::TimeSpan(first), Value::TimeSpan(second)]) => {
            return Outcome::Value(Value::Int32(first.cmp(second) as i32));
        }
        ("new" | "fromticks", [ticks]) => match integers(std::slice::from_ref(ticks)).as_deref() {
            Some([ticks]) => return Outcome::Value(Value::TimeSpan(*ticks)),
            _ => return Outcome::Unknown,
        },
        ("new", [_, _, _]) => 1,
        ("new", [_, _, _, _, ..]) | ("fromdays", _) => 0,
        ("fromhours", _) => 1,
        ("fromminutes", _) => 2,
        ("fromseconds", _) => 3,
        ("frommilliseconds", _) => 4,
        _ => return Outcome::Unknown,
    };
    let units = &UNITS[first_unit..];
    if let [Value::Double(amount)] = arguments {
        return of_ticks((amount * units[0] as f64).trunc());
    }
    match integers(arguments) {
        Some(parts) if parts.len() <= units.len() => of_parts(&parts, units),
        _ => Outcome::Unknown,
    }
}

fn of_parts(parts: &[i64], units: &[i64]) -> Outcome {
    let parts = parts.iter().copied().zip(units.iter().copied());
    match ticks_of(parts) {
        Some(ticks) => Outcome::Value(Value::TimeSpan(ticks)),
        None => Outcome::Thrown("System.ArgumentOutOfRangeException", TOO_LONG.into()),
    }
}

/// The ticks of amounts of units, if a span holds as many.
pub(crate) fn ticks_of(parts: impl IntoIterator<Item = (i64, i64)>) -> Option<i64> {
    let ticks = |(amount, unit): (i64, i64)| i128::from(amount) * i128::from(unit);
    i64::try_from(parts.into_iter().map(ticks).sum::<i128>()).ok()
}

/// A span of a whole number of ticks.
fn of_ticks(ticks: f64) -> Outcome {
    if ticks.is_nan() {
        return Outcome::Thrown("System.ArgumentException", NOT_A_NUMBER.into());
    }
    // The largest integer is no double: the next one is too long already.
    if ticks > i64::MAX as f64 || ticks < i64::MIN as f64 {
        return overflow(TOO_LONG);
    }
    Outcome::Value(Value::TimeSpan(ticks as i64))
}

fn overflow(message: &str) -> Outcome {
    Outcome::Thrown("System.OverflowException", message.into())
}

/// A method of a time span.
pub(super) fn method(ticks: i64, name: &str, arguments: &[Value]) -> Outcome {
    let span = |ticks: Option<i64>, reason: &str| match ticks {
        Some(ticks) => Outcome::Value(Value::TimeSpan(ticks)),
        None => overflow(reason),
    };
    match (name, arguments) {
        ("add", [Value::TimeSpan(other)]) => span(ticks.checked_add(*other), TOO_LONG),
        ("subtract", [Value::TimeSpan(other)]) => span(ticks.checked_sub(*other), TOO_LONG),
        ("multiply" | "divide", [Value::Double(number)]) if number.is_nan() => {
            let parameter = if name == "multiply" {
                "factor"
            } else {
                "divisor"
            };
            Outcome::Thrown(
                "System.ArgumentException",
                format!("{NOT_A_NUMBER} (Parameter '{parameter}')"),
            )
        }
        ("multiply", [Value::Double(factor)]) => scaled(ticks as f64 * factor),
        ("divide", [Value::TimeSpan(other)]) => {
            Outcome::Value(Value::Double(ticks as f64 / *other as f64))
        }
        ("divide", [Value::Double(divisor)]) => scaled(ticks as f64 / divisor),
        ("negate", []) => span(
            ticks.checked_neg(),
            "Negating the minimum value of a twos complement number is invalid.",
        ),
        ("duration", []) => span(
            ticks.checked_abs(),
            "The duration cannot be returned for TimeSpan.MinValue because the absolute value of TimeSpan.MinValue \
             exceeds the value of TimeSpan.MaxValue.",
        ),
        _ => Outcome::Unknown,
    }
}

/// A span of a number of ticks that is no whole one yet; none is too long (0 divided by 0).
fn scaled(ticks: f64) -> Outcome {
    if ticks.is_nan() {
        return overflow(TOO_LONG);
    }
    of_ticks(ticks.round_ties_even())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_made_of_their_parts_and_never_overflow() {
        let said = |outcome| match outcome {
            Outcome::Value(Value::TimeSpan(ticks)) => crate::text::time_span_constant(ticks),
            Outcome::Thrown(of_type, _) => of_type.to_owned(),
            _ => "nothing".to_owned(),
        };
        let int = Value::Int32;
        for (name, arguments, expected) in [
            ("new", vec![int(1), int(2), int(3)], "01:02:03"),
            (
                "new",
                vec![int(1), int(2), int(3), int(4), int(5)],
                "1.02:03:04.0050000",
            ),
            (
                "new",
                vec![int(i32::MAX), int(0), int(0), int(0)],
                "System.ArgumentOutOfRangeException",
            ),
            ("fromdays", vec![int(1), int(2)], "1.02:00:00"),
            ("fromminutes", vec![Value::Double(1.5)], "00:01:30"),
            (
                "fromdays",
                vec![Value::Double(1e10)],
                "System.OverflowException",
            ),
            (
                "fromdays",
                vec![Value::Double(f64::NAN)],
                "System.ArgumentException",
            ),
            (
                "fromseconds",
                vec![Value::Int64(i64::MAX)],
                "System.ArgumentOutOfRangeException",
            ),
            ("fromticks", vec![Value::Int64(5)], "00:00:00.0000005"),
        ] {
            assert_eq!(said(call(name, &arguments)), expected, "{name}");
        }
        assert_eq!(
            said(method(i64::MIN, "negate", &[])),
            "System.OverflowException"
        );
        assert_eq!(
            said(method(i64::MAX, "add", &[Value::TimeSpan(1)])),
            "System.OverflowException"
        );
        assert_eq!(
            said(method(3, "divide", &[Value::Double(2.0)])),
            "00:00:00.0000002"
        );
    }
}
