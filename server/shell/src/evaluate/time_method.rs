//! Methods of dates and time spans.

use crate::evaluate::method::Outcome;
use crate::text::{TICKS_PER_DAY, TICKS_PER_SECOND, as_double};
use crate::value::{DateTime, Value};

pub(super) fn date_method(date: DateTime, name: &str, arguments: &[Value]) -> Outcome {
    let amount = arguments.first().and_then(as_double);
    let unit = match name {
        "adddays" => TICKS_PER_DAY,
        "addhours" => 3600 * TICKS_PER_SECOND,
        "addminutes" => 60 * TICKS_PER_SECOND,
        "addseconds" => TICKS_PER_SECOND,
        "addmilliseconds" => TICKS_PER_SECOND / 1000,
        "addticks" => 1,
        "addmonths" | "addyears" => return add_months(date, name, amount),
        "touniversaltime" | "tolocaltime" => {
            let kind = if name == "tolocaltime" {
                crate::value::DateTimeKind::Local
            } else {
                crate::value::DateTimeKind::Utc
            };
            return Outcome::Value(Value::DateTime(DateTime { kind, ..date }));
        }
        "toshortdatestring" => return formatted(date, "d"),
        "tolongdatestring" => return formatted(date, "D"),
        "toshorttimestring" => return formatted(date, "t"),
        "tolongtimestring" => return formatted(date, "T"),
        "add" | "subtract" => return date_plus_span(date, name, arguments),
        _ => return Outcome::Unknown,
    };
    match amount {
        Some(amount) => in_calendar(date, (amount * unit as f64) as i64),
        None => Outcome::Unknown,
    }
}

fn formatted(date: DateTime, format: &str) -> Outcome {
    match crate::format_string::format_date(date, format) {
        Ok(text) => Outcome::Value(Value::text(text)),
        Err(_) => Outcome::Unknown,
    }
}

fn in_calendar(date: DateTime, ticks: i64) -> Outcome {
    match date.ticks.checked_add(ticks).filter(|ticks| (0..=3_155_378_975_999_999_999).contains(ticks)) {
        Some(ticks) => Outcome::Value(Value::DateTime(DateTime { ticks, ..date })),
        None => Outcome::Thrown(
            "System.ArgumentOutOfRangeException",
            "The added or subtracted value results in an un-representable DateTime. (Parameter 'value')".into(),
        ),
    }
}

fn date_plus_span(date: DateTime, name: &str, arguments: &[Value]) -> Outcome {
    match (name, arguments) {
        ("add", [Value::TimeSpan(ticks)]) => in_calendar(date, *ticks),
        ("subtract", [Value::TimeSpan(ticks)]) => in_calendar(date, -ticks),
        ("subtract", [Value::DateTime(other)]) => {
            Outcome::Value(Value::TimeSpan(date.ticks - other.ticks))
        }
        _ => Outcome::Unknown,
    }
}

fn add_months(date: DateTime, name: &str, amount: Option<f64>) -> Outcome {
    let Some(amount) = amount else {
        return Outcome::Unknown;
    };
    let months = amount as i64 * if name == "addyears" { 12 } else { 1 };
    let parts = crate::text::date_parts(date);
    let first = jiff::civil::date(parts.year, parts.month, parts.day);
    let moved = jiff::Span::new()
        .try_months(months)
        .ok()
        .and_then(|span| first.checked_add(span).ok());
    match moved {
        Some(moved) => {
            let days = first
                .until(moved)
                .map(|span| i64::from(span.get_days()))
                .unwrap_or(0);
            in_calendar(date, days * TICKS_PER_DAY)
        }
        None => Outcome::Unknown,
    }
}

pub(super) fn time_span_method(ticks: i64, name: &str, arguments: &[Value]) -> Outcome {
    let span = |ticks: Option<i64>| {
        ticks.map_or(Outcome::Unknown, |ticks| {
            Outcome::Value(Value::TimeSpan(ticks))
        })
    };
    match (name, arguments) {
        ("add", [Value::TimeSpan(other)]) => span(ticks.checked_add(*other)),
        ("subtract", [Value::TimeSpan(other)]) => span(ticks.checked_sub(*other)),
        ("multiply", [Value::Double(factor)]) => scaled(ticks as f64 * factor),
        ("divide", [Value::TimeSpan(other)]) => {
            Outcome::Value(Value::Double(ticks as f64 / *other as f64))
        }
        ("divide", [Value::Double(divisor)]) => scaled(ticks as f64 / divisor),
        ("negate", []) => span(ticks.checked_neg()),
        ("duration", []) => span(ticks.checked_abs()),
        _ => Outcome::Unknown,
    }
}

/// A span of a number of ticks that is no whole one yet.
fn scaled(ticks: f64) -> Outcome {
    let rounded = ticks.round_ties_even();
    if rounded.is_nan() || rounded > i64::MAX as f64 || rounded < i64::MIN as f64 {
        return Outcome::Thrown(
            "System.OverflowException",
            "TimeSpan overflowed because the duration is too long.".into(),
        );
    }
    Outcome::Value(Value::TimeSpan(rounded as i64))
}
