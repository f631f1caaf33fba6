//! `[datetime]::…`.

use crate::evaluate::method::Outcome;
use crate::evaluate::static_member::integers;
use crate::text::{TICKS_PER_DAY, TICKS_PER_SECOND};
use crate::value::{DateTime, DateTimeKind, Value};

/// Ticks of the last moment that a date may name.
pub(super) const MAX_TICKS: i64 = 3_155_378_975_999_999_999;

/// A static method of `System.DateTime`, or its constructor.
pub(super) fn call(name: &str, arguments: &[Value]) -> Outcome {
    if let Some(done) = of_dates(name, arguments) {
        return Outcome::Value(done);
    }
    let (arguments, kind) = match arguments.split_last() {
        Some((Value::Enum(kind), rest)) if &*kind.definition.name == "System.DateTimeKind" => (
            rest,
            match kind.number {
                1 => DateTimeKind::Utc,
                2 => DateTimeKind::Local,
                _ => DateTimeKind::Unspecified,
            },
        ),
        _ => (arguments, DateTimeKind::Unspecified),
    };
    let Some(parts) = integers(arguments) else {
        return Outcome::Unknown;
    };
    let date = |ticks: i64| Outcome::Value(Value::DateTime(DateTime { ticks, kind }));
    match (name, parts.as_slice()) {
        ("new", [ticks]) if (0..=MAX_TICKS).contains(ticks) => date(*ticks),
        ("new", [_]) => outside(
            "Ticks must be between DateTime.MinValue.Ticks and DateTime.MaxValue.Ticks. (Parameter 'ticks')",
        ),
        ("new", [year, month, day, clock @ ..]) => {
            let (h, m, s, ms) = match clock {
                [] => (0, 0, 0, 0),
                [h, m, s] => (*h, *m, *s, 0),
                [h, m, s, ms] => (*h, *m, *s, *ms),
                _ => return Outcome::Unknown,
            };
            let Some(days) = days_before(*year, *month, *day) else {
                return outside(
                    "Year, Month, and Day parameters describe an un-representable DateTime.",
                );
            };
            if !((0..24).contains(&h) && (0..60).contains(&m) && (0..60).contains(&s)) {
                return outside(
                    "Hour, Minute, and Second parameters describe an un-representable DateTime.",
                );
            }
            if !(0..1000).contains(&ms) {
                return outside(
                    "Valid values are between 0 and 999, inclusive. (Parameter 'millisecond')",
                );
            }
            date(days * TICKS_PER_DAY + (h * 3600 + m * 60 + s) * TICKS_PER_SECOND + ms * 10_000)
        }
        ("isleapyear" | "daysinmonth", [year, ..]) if !(1..=9999).contains(year) => {
            outside("Year must be between 1 and 9999. (Parameter 'year')")
        }
        ("isleapyear", [year]) => Outcome::Value(Value::Bool(
            year % 4 == 0 && (year % 100 != 0 || year % 400 == 0),
        )),
        ("daysinmonth", [year, month]) => match first_of(*year, *month) {
            Some(first) => Outcome::Value(Value::Int32(first.days_in_month().into())),
            None => outside("Month must be between one and twelve. (Parameter 'month')"),
        },
        _ => Outcome::Unknown,
    }
}

/// What is done with whole dates.
fn of_dates(name: &str, arguments: &[Value]) -> Option<Value> {
    match (name, arguments) {
        ("compare", [Value::DateTime(first), Value::DateTime(second)]) => {
            Some(Value::Int32(first.ticks.cmp(&second.ticks) as i32))
        }
        ("specifykind", [Value::DateTime(date), Value::Enum(kind)]) => {
            let kind = match kind.number {
                1 => DateTimeKind::Utc,
                2 => DateTimeKind::Local,
                _ => DateTimeKind::Unspecified,
            };
            Some(Value::DateTime(DateTime { kind, ..*date }))
        }
        _ => None,
    }
}

fn outside(message: &str) -> Outcome {
    Outcome::Thrown("System.ArgumentOutOfRangeException", message.into())
}

fn first_of(year: i64, month: i64) -> Option<jiff::civil::Date> {
    jiff::civil::Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, 1).ok()
}

/// The days from the first one that a date may name to this one.
fn days_before(year: i64, month: i64, day: i64) -> Option<i64> {
    let first = first_of(year, month).filter(|first| first.year() >= 1)?;
    let date = first.with().day(i8::try_from(day).ok()?).build().ok()?;
    let since = jiff::civil::date(1, 1, 1).until(date).ok()?;
    Some(since.get_days().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_made_or_refused_as_dotnet_does() {
        let made = |parts: &[i32]| {
            let arguments: Vec<Value> = parts.iter().copied().map(Value::Int32).collect();
            match call("new", &arguments) {
                Outcome::Value(date) => crate::text::to_round_trip_text(&date),
                Outcome::Thrown(_, message) => message,
                Outcome::Unknown => "unknown".into(),
            }
        };
        assert_eq!(
            made(&[2026, 1, 2, 3, 4, 5, 6]),
            "2026-01-02T03:04:05.0060000"
        );
        for (parts, part) in [
            (&[2026, 13, 1][..], "Year"),
            (&[2026, 2, 29], "Year"),
            (&[2026, 1, 1, 24, 0, 0], "Hour"),
            (&[-1], "Ticks"),
        ] {
            assert!(made(parts).starts_with(part), "{parts:?}");
        }
    }
}
