//! Dates: of text, as .NET's `DateTime.Parse` reads it, and of a number of ticks.

mod lexer;
mod parse;
mod states;

use crate::command::ParameterType;
use crate::convert::error::net_text;
use crate::convert::number::is_number;
use crate::convert::time_span::{PARSE_FAILURE, as_typed, ticks_of};
use crate::convert::{ConversionContext, ConversionError};
use crate::value::{DateTime, DateTimeKind, Text, Value};

pub use parse::parse_date_time;

/// 9999-12-31T23:59:59.9999999.
pub(crate) const MAX_TICKS: i64 = 3_155_378_975_999_999_999;

/// A date of text, or of a number of ticks.
pub(super) fn to_date_time(
    value: &Value,
    source: Option<&Text>,
    target: &ParameterType,
    context: ConversionContext,
) -> Result<Value, ConversionError> {
    let text = match value {
        Value::String(text) => text.to_string(),
        other => match ticks_of(other) {
            Some(ticks) if (0..=MAX_TICKS).contains(&ticks) => {
                return Ok(Value::DateTime(DateTime {
                    ticks,
                    kind: DateTimeKind::Unspecified,
                }));
            }
            Some(_) => {
                return Err(ConversionError::wrapping(
                    "InvalidCastConstructorException",
                    &net_text(other),
                    target,
                    "Ticks must be between DateTime.MinValue.Ticks and DateTime.MaxValue.Ticks. (Parameter 'ticks')",
                ));
            }
            None if is_number(other) => as_typed(other, source),
            None => return Err(ConversionError::between(other, target)),
        },
    };
    parse_date_time(&text, context)
        .map(Value::DateTime)
        .map_err(|failure| {
            ConversionError::wrapping(PARSE_FAILURE, &text, target, &failure.message(&text))
        })
}

/// Why a text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateFailure {
    /// Not of any form.
    Malformed,
    /// A word that means nothing, by the UTF-16 index where it begins.
    UnknownWord(usize),
    /// An hour over 23, a minute over 59, a month that no year has, …
    NotInCalendar,
    /// The day is not of the week's day that is named.
    WrongDayOfWeek,
    /// A zone more than 14 hours from Greenwich.
    OffsetOutOfRange,
    /// In the zone that is meant, before the year 1 or after 9999.
    OutOfRange,
}

impl DateFailure {
    /// What .NET says of a text.
    fn message(self, text: &str) -> String {
        match self {
            Self::Malformed => format!("String '{text}' was not recognized as a valid DateTime."),
            Self::UnknownWord(at) => format!(
                "The string '{text}' was not recognized as a valid DateTime. There is an unknown word starting at \
                 index '{at}'."
            ),
            Self::NotInCalendar => format!(
                "The DateTime represented by the string '{text}' is not supported in calendar \
                 'System.Globalization.GregorianCalendar'."
            ),
            Self::WrongDayOfWeek => format!(
                "String '{text}' was not recognized as a valid DateTime because the day of week was incorrect."
            ),
            Self::OffsetOutOfRange => format!(
                "The time zone offset of string '{text}' must be within plus or minus 14 hours."
            ),
            Self::OutOfRange => {
                format!("The DateTime represented by the string '{text}' is out of range.")
            }
        }
    }
}

/// Days from 0001-01-01.
pub(super) fn days_before(year: i64, month: i64, day: i64) -> Option<i64> {
    let date = jiff::civil::Date::new(
        i16::try_from(year).ok().filter(|year| *year > 0)?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
    )
    .ok()?;
    let first = jiff::civil::date(1, 1, 1);
    first
        .until(date)
        .ok()
        .map(|span| i64::from(span.get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Culture, date_time_round_trip};

    /// 2026-01-02.
    const NOW: DateTime = DateTime {
        ticks: 639_029_198_450_000_000,
        kind: DateTimeKind::Local,
    };

    fn read(text: &str, culture: Culture) -> String {
        match parse_date_time(text, ConversionContext { culture, now: NOW }) {
            Ok(date) => {
                let written = date_time_round_trip(date);
                written
                    .replace("T00:00:00.0000000", "")
                    .replace(".0000000", "")
            }
            Err(failure) => format!("{failure:?}"),
        }
    }

    #[test]
    fn dates_are_read_as_dot_net_reads_them() {
        for (text, expected) in [
            ("2026-01-02", "2026-01-02"),
            ("2026/1/2", "2026-01-02"),
            ("2026.1.2", "2026-01-02"),
            ("2026 1 2", "2026-01-02"),
            ("1/2/2026 3:04 PM", "2026-01-02T15:04:00"),
            ("1/2/2026 15:04 pm", "2026-01-02T15:04:00"),
            ("1/2/49", "2049-01-02"),
            ("1/2/50", "1950-01-02"),
            ("3/4", "2026-03-04"),
            ("3-4", "2026-03-04"),
            ("2.5", "2026-02-05"),
            ("3/2026", "2026-03-01"),
            ("2026/3", "2026-03-01"),
            ("January 2, 2026", "2026-01-02"),
            ("Jan 2", "2026-01-02"),
            ("Jan 2026", "2026-01-01"),
            ("2026 Jan", "2026-01-01"),
            ("2-Jan-2026", "2026-01-02"),
            ("Friday, 02 January 2026 03:04:05", "2026-01-02T03:04:05"),
            ("Fri, 02 Jan 2026 03:04:05 GMT", "2026-01-02T03:04:05+00:00"),
            (
                "2026-01-02T03:04:05.678Z",
                "2026-01-02T03:04:05.6780000+00:00",
            ),
            ("2026-01-02T03:04:05+02:00", "2026-01-02T01:04:05+00:00"),
            ("2026-01-02 03:04:05 -0230", "2026-01-02T05:34:05+00:00"),
            ("2026-01-02 03:04:05+2", "2026-01-02T01:04:05+00:00"),
            ("2026-01-02T03:04", "2026-01-02T03:04:00"),
            ("10:30", "2026-01-02T10:30:00"),
            ("10:30:15.5", "2026-01-02T10:30:15.5000000"),
            ("5 AM", "2026-01-02T05:00:00"),
            ("12 AM", "2026-01-02"),
            ("1/10 5 AM", "2026-01-10T05:00:00"),
            ("10:30 2026-03-04", "2026-03-04T10:30:00"),
            ("#1/2/2026#", "2026-01-02"),
            ("1/2/2026 A.D.", "2026-01-02"),
            (" 2026-01-02 ", "2026-01-02"),
        ] {
            assert_eq!(read(text, Culture::Invariant), expected, "{text}");
        }
    }

    #[test]
    fn the_invariant_culture_writes_the_year_before_the_month() {
        for (text, invariant, current) in [
            ("2 January", "2002-01-01", "2026-01-02"),
            ("January 2", "2026-01-02", "2026-01-02"),
        ] {
            assert_eq!(read(text, Culture::Invariant), invariant, "{text}");
            assert_eq!(read(text, Culture::Current), current, "{text}");
        }
    }

    #[test]
    fn texts_that_are_no_dates() {
        for (text, failure) in [
            ("x", "UnknownWord(0)"),
            ("a", "UnknownWord(0)"),
            ("0x10", "UnknownWord(1)"),
            ("1/2/2026 nope", "UnknownWord(9)"),
            ("😀 x", "Malformed"),
            ("", "Malformed"),
            ("5", "Malformed"),
            ("2026", "Malformed"),
            ("20260102", "Malformed"),
            ("0.1", "Malformed"),
            ("-2.5", "Malformed"),
            ("-1", "Malformed"),
            ("13/1/2026", "Malformed"),
            ("2026-02-30", "Malformed"),
            ("2026-02-30T00:00:00", "NotInCalendar"),
            ("2026-01-02T25:00:00", "NotInCalendar"),
            ("25:00", "NotInCalendar"),
            ("10:60", "NotInCalendar"),
            ("13:00 AM", "Malformed"),
            ("5 AM PM", "Malformed"),
            ("1/2/2026 1/2/2026", "Malformed"),
            ("10:30 11:30", "Malformed"),
            ("Monday, January 2, 2026", "WrongDayOfWeek"),
            ("2026-01-02T00:00:00+15:00", "OffsetOutOfRange"),
            ("0001-01-02T00:00:00+14:00", "0001-01-01T10:00:00+00:00"),
            ("9999-12-31T23:59:59-14:00", "OutOfRange"),
            ("123456789", "Malformed"),
            ("January January", "Malformed"),
            ("1/2/2026#", "Malformed"),
        ] {
            assert_eq!(read(text, Culture::Invariant), failure, "{text}");
        }
    }
}
