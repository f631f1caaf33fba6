//! Methods of dates.

use crate::convert::date_time::MAX_TICKS;
use crate::evaluate::method::Outcome;
use crate::text::{TICKS_PER_DAY, TICKS_PER_SECOND, as_double};
use crate::value::{DateTime, Value};

/// The most that is added of each unit (`DateTime.AddUnits`).
const MAX_DAYS: i64 = MAX_TICKS / TICKS_PER_DAY;

pub(super) fn date_method(date: DateTime, name: &str, arguments: &[Value]) -> Outcome {
    let unit = match name {
        "adddays" => TICKS_PER_DAY,
        "addhours" => 3600 * TICKS_PER_SECOND,
        "addminutes" => 60 * TICKS_PER_SECOND,
        "addseconds" => TICKS_PER_SECOND,
        "addmilliseconds" => TICKS_PER_SECOND / 1000,
        "addmonths" | "addyears" => return add_months(date, name, arguments),
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
        "add" | "subtract" | "addticks" => return date_plus_span(date, name, arguments),
        _ => return Outcome::Unknown,
    };
    match arguments.first().and_then(as_double) {
        Some(amount) => add_units(date, amount, unit),
        None => Outcome::Unknown,
    }
}

/// Whole units count exactly, the rest in whole ticks.
fn add_units(date: DateTime, amount: f64, unit: i64) -> Outcome {
    let most = MAX_DAYS as f64 * (TICKS_PER_DAY / unit) as f64;
    if amount.abs() > most {
        return out_of_range("Value to add was out of range.", "value");
    }
    let whole = amount.trunc();
    let rest = ((amount - whole) * unit as f64) as i64;
    in_calendar(
        date,
        (whole as i64)
            .checked_mul(unit)
            .and_then(|ticks| ticks.checked_add(rest)),
        "value",
    )
}

fn out_of_range(reason: &str, parameter: &str) -> Outcome {
    Outcome::Thrown(
        "System.ArgumentOutOfRangeException",
        format!("{reason} (Parameter '{parameter}')"),
    )
}

fn formatted(date: DateTime, format: &str) -> Outcome {
    match crate::format_string::format_date(date, format) {
        Ok(text) => Outcome::Value(Value::text(text)),
        Err(_) => Outcome::Unknown,
    }
}

/// A date and some ticks, unless the sum is none; the parameter is to blame then.
fn in_calendar(date: DateTime, ticks: Option<i64>, parameter: &str) -> Outcome {
    let sum = ticks.and_then(|ticks| date.ticks.checked_add(ticks));
    match sum.filter(|ticks| (0..=MAX_TICKS).contains(ticks)) {
        Some(ticks) => Outcome::Value(Value::DateTime(DateTime { ticks, ..date })),
        None => out_of_range(
            "The added or subtracted value results in an un-representable DateTime.",
            parameter,
        ),
    }
}

fn date_plus_span(date: DateTime, name: &str, arguments: &[Value]) -> Outcome {
    match (name, arguments) {
        ("add", [Value::TimeSpan(ticks)]) => in_calendar(date, Some(*ticks), "value"),
        ("addticks", [Value::Int64(ticks)]) => in_calendar(date, Some(*ticks), "value"),
        ("subtract", [Value::TimeSpan(ticks)]) => in_calendar(date, ticks.checked_neg(), "value"),
        ("subtract", [Value::DateTime(other)]) => {
            Outcome::Value(Value::TimeSpan(date.ticks - other.ticks))
        }
        _ => Outcome::Unknown,
    }
}

fn add_months(date: DateTime, name: &str, arguments: &[Value]) -> Outcome {
    let [Value::Int32(amount)] = arguments else {
        return Outcome::Unknown;
    };
    let (months, parameter) = match name {
        "addyears" if amount.abs() > 10_000 => {
            return out_of_range("Years value must be between +/-10000.", "years");
        }
        "addyears" => (i64::from(*amount) * 12, "value"),
        _ if amount.abs() > 120_000 => {
            return out_of_range("Months value must be between +/-120000.", "months");
        }
        _ => (i64::from(*amount), "months"),
    };
    let parts = crate::text::date_parts(date);
    let first = jiff::civil::date(parts.year, parts.month, parts.day);
    let days = jiff::Span::new()
        .try_months(months)
        .and_then(|span| first.checked_add(span))
        .and_then(|moved| first.until(moved))
        .map(|span| i64::from(span.get_days()) * TICKS_PER_DAY);
    in_calendar(date, days.ok(), parameter)
}
