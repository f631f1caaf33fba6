//! `Get-Date`, `New-TimeSpan` and `Start-Sleep`.

use std::sync::Arc;
use std::time::Duration;

use crate::builtin::declare::{UTILITY, at, command, named, switch};
use crate::builtin::support::{number, text};
use crate::command::{CommandInfo, ParameterInfo, ParameterType, RangeKind, Validation};
use crate::convert::enumerations;
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::span_member::{self, TOO_LONG};
use crate::format_string::format_date;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{
    DAY_NAMES, DateParts, MONTH_NAMES, TICKS_PER_DAY, TICKS_PER_SECOND, as_double, date_parts,
};
use crate::value::{DateTime, DateTimeKind, EnumValue, Noted, Property, Value};

/// Ticks at 1970-01-01.
const UNIX_EPOCH: i64 = 621_355_968_000_000_000;
/// Ticks at the last moment of the year 9999.
const MAX_TICKS: i64 = 3_155_378_975_999_999_999;
/// The enumeration of how much of a date is shown.
const DISPLAY_HINT: &str = "Microsoft.PowerShell.Commands.DisplayHintType";
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
        .with_output(&["System.String", "System.DateTime"])
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
                .validated(Validation::Range(
                    Value::Int64(-62_135_596_800),
                    Value::Int64(253_402_300_799),
                ))
                .in_sets(&[unix, unix_unix_format]),
        )
        .with(part("Year", 1, 9999))
        .with(part("Month", 1, 12))
        .with(part("Day", 1, 31))
        .with(part("Hour", 0, 23))
        .with(part("Minute", 0, 59))
        .with(part("Second", 0, 59))
        .with(part("Millisecond", 0, 999))
        .with(ParameterInfo::of_type("DisplayHint", display_hint()))
        .with(
            named("UFormat", "string")
                .mandatory()
                .in_sets(&[date_unix_format, unix_unix_format]),
        )
        .with(named("Format", "string").in_sets(&[date, unix]))
        .with(switch("AsUTC"))
}

/// `Microsoft.PowerShell.Commands.DisplayHintType`.
fn display_hint() -> ParameterType {
    enumerations::find(DISPLAY_HINT).map_or_else(
        || ParameterType::Plain("System.String".into()),
        ParameterType::Enum,
    )
}

/// What the binder knows of `New-TimeSpan`.
pub(super) fn span_info() -> CommandInfo {
    let time = &["Time"][..];
    command("New-TimeSpan", UTILITY)
        .with_output(&["System.TimeSpan"])
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
            at(0, "Duration", "timespan")
                .alias(&["ts"])
                .mandatory()
                .from_pipeline()
                .from_property()
                .validated(Validation::RangeKind(RangeKind::NonNegative))
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
    match context.parameter(name).map(Value::base) {
        Some(Value::DateTime(date)) => Some(*date),
        _ => None,
    }
}

/// A part of a date: the parameter that replaces it, its length in ticks, and what a date has of it.
type Part = (&'static str, i64, fn(&DateParts) -> i64);

/// The date with those parts replaced that were given: the differences are added one after the other, and a day that a
/// month does not have becomes its last one.
fn with_parts(context: &Context<'_>, mut date: DateTime) -> Option<DateTime> {
    if let Some(year) = number(context, "Year") {
        date = add_months(date, 12 * (year - i64::from(date_parts(date).year)))?;
    }
    if let Some(month) = number(context, "Month") {
        date = add_months(date, month - i64::from(date_parts(date).month))?;
    }
    let minute = 60 * TICKS_PER_SECOND;
    let parts: [Part; 5] = [
        ("Day", TICKS_PER_DAY, |p| i64::from(p.day)),
        ("Hour", 60 * minute, |p| p.hour),
        ("Minute", minute, |p| p.minute),
        ("Second", TICKS_PER_SECOND, |p| p.second),
        ("Millisecond", 10_000, |p| p.fraction / 10_000),
    ];
    for (name, unit, own) in parts {
        if let Some(wanted) = number(context, name) {
            date.ticks += (wanted - own(&date_parts(date))) * unit;
            if !(0..=MAX_TICKS).contains(&date.ticks) {
                return None;
            }
            if name == "Millisecond" {
                date.ticks -= date.ticks % 10_000;
            }
        }
    }
    Some(date)
}

fn add_months(date: DateTime, months: i64) -> Option<DateTime> {
    let p = date_parts(date);
    let span = jiff::Span::new().try_months(months).ok()?;
    let day = jiff::civil::date(p.year, p.month, p.day)
        .checked_add(span)
        .ok()?;
    let days = day.since(jiff::civil::date(1, 1, 1)).ok()?.get_days();
    (day.year() >= 1).then_some(DateTime {
        ticks: i64::from(days) * TICKS_PER_DAY + date.ticks.rem_euclid(TICKS_PER_DAY),
        kind: date.kind,
    })
}

const UNREPRESENTABLE: &str =
    "The added or subtracted value results in an un-representable DateTime. (Parameter 'value')";

/// An exception that .NET throws and the cmdlet does not catch.
fn out_of_range(context: &mut Context<'_>, message: &'static str) -> Halt {
    context.terminate(ErrorRecord::new(
        "System.ArgumentOutOfRangeException",
        ErrorCategory::NotSpecified,
        "System.ArgumentOutOfRangeException",
        message,
    ))
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
            return Err(out_of_range(context, UNREPRESENTABLE));
        };
        if context.switch("AsUTC") {
            date.kind = DateTimeKind::Utc;
        }
        if let Some(pattern) = text(context, "UFormat") {
            return context.write(Value::text(unix_format(date, &pattern)));
        }
        let Some(pattern) = text(context, "Format") else {
            let hint = context.parameter("DisplayHint").cloned();
            return context.write(hinted(date, hint));
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

/// A date with the note that says how much of it is shown.
fn hinted(date: DateTime, hint: Option<Value>) -> Value {
    let whole = || {
        enumerations::find(DISPLAY_HINT).map_or(Value::Null, |definition| {
            Value::Enum(EnumValue {
                definition,
                number: 2,
            })
        })
    };
    Value::Noted(Arc::new(Noted {
        base: Value::DateTime(date),
        notes: vec![Property {
            name: "DisplayHint".into(),
            value: hint.unwrap_or_else(whole),
            note: true,
        }]
        .into(),
        scripts: Default::default(),
    }))
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
            's' => {
                let seconds = (date.ticks - UNIX_EPOCH) as f64 / TICKS_PER_SECOND as f64;
                format!("{:.0}", seconds.round())
            }
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
            let part = |name: &str, unit: i64| (number(context, name).unwrap_or(0), unit);
            let ticks = span_member::ticks_of([
                part("Days", TICKS_PER_DAY),
                part("Hours", 3600 * TICKS_PER_SECOND),
                part("Minutes", 60 * TICKS_PER_SECOND),
                part("Seconds", TICKS_PER_SECOND),
                part("Milliseconds", TICKS_PER_SECOND / 1000),
            ]);
            ticks.ok_or_else(|| out_of_range(context, TOO_LONG))?
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
