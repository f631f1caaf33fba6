//! `Get-Date`, `New-TimeSpan` and `Start-Sleep`.

use std::time::Duration;

use crate::builtin::declare::{UTILITY, at, command, named, switch};
use crate::builtin::support::{number, text};
use crate::command::{CommandInfo, Validation};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::format_string::format_date;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{DAY_NAMES, MONTH_NAMES, TICKS_PER_DAY, TICKS_PER_SECOND, as_double, date_parts};
use crate::value::{DateTime, DateTimeKind, Value};

/// Ticks at 1970-01-01.
const UNIX_EPOCH: i64 = 621_355_968_000_000_000;
/// Longest slice of a sleep between two looks at whether the pipeline was stopped.
const SLICE: Duration = Duration::from_millis(50);

/// What the binder knows of `Get-Date`.
pub(super) fn get_info() -> CommandInfo {
    let date = "DateAndFormat";
    let unix = "UnixTimeSecondsAndFormat";
    let date_unix_format = "DateAndUFormat";
    let unix_unix_format = "UnixTimeSecondsAndUFormat";
    let part = |name: &str, low: i32, high: i32| {
        named(name, "int").validated(Validation::Range(Value::Int32(low), Value::Int32(high)))
    };
    command("Get-Date", UTILITY)
        .with_default_set(date)
        .with(
            at(0, "Date", "datetime")
                .alias(&["LastWriteTime"])
                .from_pipeline()
                .from_property()
                .in_sets(&[date, date_unix_format]),
        )
        .with(
            named("UnixTimeSeconds", "long")
                .alias(&["UnixTime"])
                .mandatory()
                .from_property()
                .in_sets(&[unix, unix_unix_format]),
        )
        .with(part("Year", 1, 9999).from_property())
        .with(part("Month", 1, 12).from_property())
        .with(part("Day", 1, 31).from_property())
        .with(part("Hour", 0, 23).from_property())
        .with(part("Minute", 0, 59).from_property())
        .with(part("Second", 0, 59).from_property())
        .with(part("Millisecond", 0, 999).from_property())
        .with(named("DisplayHint", "string"))
        .with(
            named("UFormat", "string")
                .mandatory()
                .in_sets(&[date_unix_format, unix_unix_format]),
        )
        .with(named("Format", "string").in_sets(&[date, unix]))
        .with(switch("AsUTC"))
}

/// What the binder knows of `New-TimeSpan`.
pub(super) fn span_info() -> CommandInfo {
    let time = &["Time"][..];
    command("New-TimeSpan", UTILITY)
        .with_default_set("Date")
        .with(
            at(0, "Start", "datetime")
                .alias(&["LastWriteTime"])
                .from_pipeline()
                .from_property()
                .in_sets(&["Date"]),
        )
        .with(at(1, "End", "datetime").from_property().in_sets(&["Date"]))
        .with(named("Days", "int").in_sets(time))
        .with(named("Hours", "int").in_sets(time))
        .with(named("Minutes", "int").in_sets(time))
        .with(named("Seconds", "int").in_sets(time))
        .with(named("Milliseconds", "int").in_sets(time))
}

/// What the binder knows of `Start-Sleep`.
pub(super) fn sleep_info() -> CommandInfo {
    command("Start-Sleep", UTILITY)
        .with_default_set("Seconds")
        .with(
            at(0, "Seconds", "double")
                .mandatory()
                .from_pipeline()
                .from_property()
                .validated(Validation::Range(
                    Value::Double(0.0),
                    Value::Double(2_147_483.0),
                ))
                .in_sets(&["Seconds"]),
        )
        .with(
            named("Milliseconds", "int")
                .alias(&["ms"])
                .mandatory()
                .from_property()
                .validated(Validation::Range(Value::Int32(0), Value::Int32(i32::MAX)))
                .in_sets(&["Milliseconds"]),
        )
        .with(
            named("Duration", "timespan")
                .alias(&["ts"])
                .mandatory()
                .from_property()
                .in_sets(&["FromTimeSpan"]),
        )
}

/// One `Get-Date` to run.
pub(super) fn get() -> Box<dyn Stage> {
    Box::new(GetDate)
}

/// One `New-TimeSpan` to run.
pub(super) fn span() -> Box<dyn Stage> {
    Box::new(NewTimeSpan)
}

/// One `Start-Sleep` to run.
pub(super) fn sleep() -> Box<dyn Stage> {
    Box::new(StartSleep)
}

struct GetDate;

fn date_of(context: &Context<'_>, name: &str) -> Option<DateTime> {
    match context.parameter(name) {
        Some(Value::DateTime(date)) => Some(*date),
        _ => None,
    }
}

/// The date with those parts replaced that were given.
fn with_parts(context: &Context<'_>, date: DateTime) -> Option<DateTime> {
    let part = |name: &str, own: i64| number(context, name).unwrap_or(own);
    let p = date_parts(date);
    let day = jiff::civil::Date::new(
        part("Year", i64::from(p.year)) as i16,
        part("Month", i64::from(p.month)) as i8,
        part("Day", i64::from(p.day)) as i8,
    )
    .ok()?;
    let days = day.since(jiff::civil::date(1, 1, 1)).ok()?.get_days();
    let seconds =
        part("Hour", p.hour) * 3600 + part("Minute", p.minute) * 60 + part("Second", p.second);
    let fraction = number(context, "Millisecond").map_or(p.fraction, |ms| ms * 10_000);
    Some(DateTime {
        ticks: i64::from(days) * TICKS_PER_DAY + seconds * TICKS_PER_SECOND + fraction,
        kind: date.kind,
    })
}

impl Stage for GetDate {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let start = match number(context, "UnixTimeSeconds") {
            Some(seconds) => DateTime {
                ticks: UNIX_EPOCH + seconds * TICKS_PER_SECOND,
                kind: DateTimeKind::Local,
            },
            None => date_of(context, "Date").unwrap_or_else(|| context.host().now()),
        };
        let Some(mut date) = with_parts(context, start) else {
            let record = ErrorRecord::new(
                "System.ArgumentOutOfRangeException",
                ErrorCategory::NotSpecified,
                "System.ArgumentOutOfRangeException",
                "Year, Month, and Day parameters describe an un-representable DateTime.",
            );
            return Err(context.terminate(record));
        };
        if context.switch("AsUTC") {
            date.kind = DateTimeKind::Utc;
        }
        if let Some(pattern) = text(context, "UFormat") {
            return context.write(Value::text(unix_format(date, &pattern)));
        }
        let Some(pattern) = text(context, "Format") else {
            return context.write(Value::DateTime(date));
        };
        let formatted = match pattern.to_ascii_lowercase().as_str() {
            "filedate" => format_date(date, "yyyyMMdd"),
            "filedateuniversal" => format_date(date, "yyyyMMddZ"),
            "filedatetime" => format_date(date, "yyyyMMddTHHmmssffff"),
            "filedatetimeuniversal" => format_date(date, "yyyyMMddTHHmmssffffZ"),
            _ => format_date(date, &pattern),
        };
        match formatted {
            Ok(text) => context.write(Value::text(text)),
            Err(error) => Err(context.terminate(ErrorRecord::new(
                "System.FormatException",
                ErrorCategory::NotSpecified,
                "System.FormatException",
                error.to_string(),
            ))),
        }
    }
}

/// `-UFormat`: the letters of `strftime`.
fn unix_format(date: DateTime, pattern: &str) -> String {
    let p = date_parts(date);
    let mut out = String::new();
    let mut rest = pattern.strip_prefix('+').unwrap_or(pattern).chars();
    while let Some(c) = rest.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let Some(letter) = rest.next() else { break };
        let day = DAY_NAMES[p.weekday as usize];
        let month = MONTH_NAMES[p.month as usize - 1];
        let hour = (p.hour + 11) % 12 + 1;
        let half = if p.hour < 12 { "AM" } else { "PM" };
        out.push_str(&match letter {
            'A' => day.into(),
            'a' => day[..3].into(),
            'B' => month.into(),
            'b' | 'h' => month[..3].into(),
            'C' => (p.year / 100).to_string(),
            'c' => unix_format(date, "%a %d %b %Y %T"),
            'D' => unix_format(date, "%m/%d/%y"),
            'd' => format!("{:02}", p.day),
            'e' => format!("{:>2}", p.day),
            'F' => unix_format(date, "%Y-%m-%d"),
            'G' => format!("{:04}", iso_week(&p).0),
            'g' => format!("{:02}", iso_week(&p).0 % 100),
            'V' => format!("{:02}", iso_week(&p).1),
            'U' | 'W' => (day_of_year(&p) / 7).to_string(),
            'H' => format!("{:02}", p.hour),
            'I' => format!("{hour:02}"),
            'j' => format!("{:03}", day_of_year(&p)),
            'k' => format!("{:>2}", p.hour),
            'l' => format!("{hour:>2}"),
            'M' => format!("{:02}", p.minute),
            'm' => format!("{:02}", p.month),
            'n' => "\n".into(),
            'p' => half.into(),
            'R' => unix_format(date, "%H:%M"),
            'r' => unix_format(date, "%I:%M:%S %p"),
            'S' => format!("{:02}", p.second),
            's' => ((date.ticks - UNIX_EPOCH) / TICKS_PER_SECOND).to_string(),
            'T' | 'X' => unix_format(date, "%H:%M:%S"),
            't' => "\t".into(),
            'u' => if p.weekday == 0 { 7 } else { p.weekday }.to_string(),
            'w' => p.weekday.to_string(),
            'x' => unix_format(date, "%m/%d/%y"),
            'Y' => format!("{:04}", p.year),
            'y' => format!("{:02}", p.year % 100),
            'Z' => "+00".into(),
            '%' => "%".into(),
            other => other.to_string(),
        });
    }
    out
}

fn day_of_year(p: &crate::text::DateParts) -> i16 {
    jiff::civil::Date::new(p.year, p.month, p.day).map_or(1, jiff::civil::Date::day_of_year)
}

/// Year and week as ISO 8601 counts them.
fn iso_week(p: &crate::text::DateParts) -> (i16, i8) {
    jiff::civil::Date::new(p.year, p.month, p.day).map_or((p.year, 1), |day| {
        let week = day.iso_week_date();
        (week.year(), week.week())
    })
}

struct NewTimeSpan;

impl Stage for NewTimeSpan {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let ticks = if context.parameter_set() == "Date" {
            let now = context.host().now();
            let start = date_of(context, "Start").unwrap_or(now);
            let end = date_of(context, "End").unwrap_or(now);
            end.ticks - start.ticks
        } else {
            let part = |name: &str, unit: i64| number(context, name).unwrap_or(0) * unit;
            part("Days", TICKS_PER_DAY)
                + part("Hours", 3600 * TICKS_PER_SECOND)
                + part("Minutes", 60 * TICKS_PER_SECOND)
                + part("Seconds", TICKS_PER_SECOND)
                + part("Milliseconds", TICKS_PER_SECOND / 1000)
        };
        context.write(Value::TimeSpan(ticks))
    }
}

struct StartSleep;

impl Stage for StartSleep {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let seconds = match context.parameter("Duration") {
            Some(Value::TimeSpan(ticks)) => *ticks as f64 / TICKS_PER_SECOND as f64,
            _ => match number(context, "Milliseconds") {
                Some(milliseconds) => milliseconds as f64 / 1000.0,
                None => context
                    .parameter("Seconds")
                    .and_then(as_double)
                    .unwrap_or(0.0),
            },
        };
        let mut left = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        while !left.is_zero() {
            if context.host().stopping() {
                return Err(Halt::Cancelled);
            }
            let slice = left.min(SLICE);
            context.host().sleep(slice);
            left -= slice;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unix_formats() {
        let date = DateTime {
            ticks: 639_029_198_450_000_000,
            kind: DateTimeKind::Utc,
        };
        assert_eq!(unix_format(date, "%Y/%m/%d"), "2026/01/02");
        assert_eq!(unix_format(date, "%A %j %s"), "Friday 002 1767323045");
    }
}
