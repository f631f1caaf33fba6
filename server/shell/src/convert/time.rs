//! Time spans and dates: .NET's `Parse` in en-US, and ticks.

use crate::command::ParameterType;
use crate::convert::error::net_text;
use crate::convert::number::{as_integer, is_number};
use crate::convert::{ConversionContext, ConversionError};
use crate::text::{Culture, DAY_NAMES, MONTH_NAMES, TICKS_PER_DAY, TICKS_PER_SECOND, to_text};
use crate::value::{DateTime, DateTimeKind, Text, Value};

const PARSE_FAILURE: &str = "InvalidCastParseTargetInvocationWithFormatProvider";
/// 9999-12-31T23:59:59.9999999.
pub(super) const MAX_TICKS: i64 = 3_155_378_975_999_999_999;

/// A span of text, or of a number of ticks.
pub(super) fn to_time_span(
    value: &Value,
    source: Option<&Text>,
    target: &ParameterType,
) -> Result<Value, ConversionError> {
    let text = match value {
        Value::String(text) => text.to_string(),
        other => match ticks_of(other) {
            Some(ticks) => return Ok(Value::TimeSpan(ticks)),
            None if is_number(other) => as_typed(other, source),
            None => return Err(ConversionError::between(other, target)),
        },
    };
    parse_time_span(&text).map(Value::TimeSpan).map_err(|failure| {
        let inner = match failure {
            SpanFailure::Malformed => {
                format!("String '{text}' was not recognized as a valid TimeSpan.")
            }
            SpanFailure::OutOfRange => format!(
                "The TimeSpan string '{text}' could not be parsed because at least one of the numeric components is \
                 out of range or contains too many digits."
            ),
        };
        ConversionError::wrapping(PARSE_FAILURE, &text, target, &inner)
    })
}

/// The text of a number as it was typed, where that is known.
fn as_typed(number: &Value, source: Option<&Text>) -> String {
    source.map_or_else(|| to_text(number, Culture::Invariant), Text::to_string)
}

/// The ticks that a constructor takes: whatever widens to 64 bits with a sign.
fn ticks_of(value: &Value) -> Option<i64> {
    match value {
        Value::Char(unit) => Some((*unit).into()),
        Value::UInt64(_) => None,
        other => as_integer(other),
    }
}

/// Why a text is no span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanFailure {
    /// Not of the form.
    Malformed,
    /// Minutes over 59, days over the range, …
    OutOfRange,
}

/// `TimeSpan.Parse`: `[-]d`, `[-][d.]hh:mm[:ss[.fffffff]]`, `[-]d:hh:mm:ss[.fffffff]`; three numbers whose first is no
/// hour are days, hours and minutes.
///
/// # Errors
/// Whether the form or a number is to blame.
pub fn parse_time_span(text: &str) -> Result<i64, SpanFailure> {
    let text = text.trim();
    let (negative, body) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let malformed = SpanFailure::Malformed;
    let numbers: Vec<&str> = body.split(':').collect();
    let digits = |text: &str| -> Result<i64, SpanFailure> {
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(SpanFailure::Malformed);
        }
        text.trim_start_matches('0')
            .parse::<u32>()
            .map(i64::from)
            .or_else(|_| {
                if text.bytes().all(|b| b == b'0') {
                    Ok(0)
                } else {
                    Err(SpanFailure::OutOfRange)
                }
            })
    };
    let (days, hours, minutes, seconds, fraction) = match *numbers {
        [only] => (digits(only)?, 0, 0, 0, 0),
        [first, minutes] => {
            let (days, hours) = split_days(first, digits)?;
            (days, hours, digits(minutes)?, 0, 0)
        }
        [first, middle, last] => {
            let (seconds, fraction) = split_fraction(last, digits)?;
            if let Some((days, hours)) = first.split_once('.') {
                (
                    digits(days)?,
                    digits(hours)?,
                    digits(middle)?,
                    seconds,
                    fraction,
                )
            } else {
                let hours = digits(first)?;
                let middle = digits(middle)?;
                if hours > 23 && fraction == 0 && middle < 24 {
                    (hours, middle, seconds, 0, 0)
                } else {
                    (0, hours, middle, seconds, fraction)
                }
            }
        }
        [days, hours, minutes, last] => {
            let (seconds, fraction) = split_fraction(last, digits)?;
            (
                digits(days)?,
                digits(hours)?,
                digits(minutes)?,
                seconds,
                fraction,
            )
        }
        _ => return Err(malformed),
    };
    if hours > 23 || minutes > 59 || seconds > 59 || days > 10_675_199 {
        return Err(SpanFailure::OutOfRange);
    }
    let seconds = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
    let ticks = i128::from(seconds) * i128::from(TICKS_PER_SECOND) + i128::from(fraction);
    i64::try_from(if negative { -ticks } else { ticks }).map_err(|_| SpanFailure::OutOfRange)
}

type Digits<'a> = &'a dyn Fn(&str) -> Result<i64, SpanFailure>;

fn split_days(
    text: &str,
    digits: impl Fn(&str) -> Result<i64, SpanFailure>,
) -> Result<(i64, i64), SpanFailure> {
    match text.split_once('.') {
        Some((days, hours)) => Ok((digits(days)?, digits(hours)?)),
        None => Ok((0, digits(text)?)),
    }
}

fn split_fraction(
    text: &str,
    digits: impl Fn(&str) -> Result<i64, SpanFailure>,
) -> Result<(i64, i64), SpanFailure> {
    let digits: Digits<'_> = &digits;
    let Some((seconds, fraction)) = text.split_once('.') else {
        return Ok((digits(text)?, 0));
    };
    if fraction.len() > 7 {
        return Err(SpanFailure::OutOfRange);
    }
    Ok((digits(seconds)?, digits(&format!("{fraction:0<7}"))?))
}

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
    parse_date_time(&text, context.now).map(Value::DateTime).map_err(|failure| {
        let inner = match failure {
            DateFailure::Malformed => {
                format!("String '{text}' was not recognized as a valid DateTime.")
            }
            DateFailure::UnknownWord(at) => format!(
                "The string '{text}' was not recognized as a valid DateTime. There is an unknown word starting at \
                 index '{at}'."
            ),
            DateFailure::OutOfRange => format!(
                "The DateTime represented by the string '{text}' is not supported in calendar \
                 'System.Globalization.GregorianCalendar'."
            ),
        };
        ConversionError::wrapping(PARSE_FAILURE, &text, target, &inner)
    })
}

/// Why a text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateFailure {
    /// Not of any form.
    Malformed,
    /// A word that means nothing, by the UTF-16 index where it begins.
    UnknownWord(usize),
    /// An hour over 23, a minute over 59, …
    OutOfRange,
}

/// What has been read of a date.
#[derive(Default)]
struct Reading {
    /// Numbers outside the time of day, with how many digits each has.
    numbers: Vec<(i64, usize)>,
    month: Option<i64>,
    /// How many numbers stood before the month's name.
    before_month: usize,
    time: Option<(i64, i64, i64, i64)>,
    afternoon: Option<bool>,
    /// Minutes east of UTC.
    offset: Option<i64>,
    weekday: bool,
}

/// `DateTime.Parse` in en-US: ISO forms, month first, names of months; a zone makes local time, which is UTC here.
///
/// # Errors
/// What is wrong with the text.
pub fn parse_date_time(text: &str, now: DateTime) -> Result<DateTime, DateFailure> {
    let characters: Vec<char> = text.chars().collect();
    let mut reading = Reading::default();
    let mut at = 0;
    while at < characters.len() {
        let c = characters[at];
        if c.is_ascii_digit() {
            at = read_number(&characters, at, &mut reading)?;
        } else if c.is_alphabetic() {
            at = read_word(&characters, at, &mut reading)?;
        } else if matches!(c, '+' | '-') && reading.time.is_some() {
            at = read_offset(&characters, at, &mut reading)?;
        } else if c.is_whitespace() || matches!(c, ',' | '/' | '-' | '.') {
            at += 1;
        } else {
            return Err(DateFailure::Malformed);
        }
    }
    assemble(&reading, now)
}

fn digits_from(characters: &[char], at: usize) -> (i64, usize) {
    let length = characters[at..]
        .iter()
        .take_while(|c| c.is_ascii_digit())
        .count();
    let number = characters[at..at + length].iter().fold(0_i64, |n, c| {
        n.saturating_mul(10)
            .saturating_add(i64::from(*c as u32 - '0' as u32))
    });
    (number, length)
}

/// A number: the hour of `h:mm[:ss[.fffffff]]`, or a part of the date.
fn read_number(
    characters: &[char],
    at: usize,
    reading: &mut Reading,
) -> Result<usize, DateFailure> {
    let (number, length) = digits_from(characters, at);
    let mut end = at + length;
    if characters.get(end) != Some(&':') {
        reading.numbers.push((number, length));
        return Ok(end);
    }
    if reading.time.is_some() {
        return Err(DateFailure::Malformed);
    }
    let (minutes, length) = digits_from(characters, end + 1);
    if length == 0 {
        return Err(DateFailure::Malformed);
    }
    end += 1 + length;
    let (mut seconds, mut fraction) = (0, 0);
    if characters.get(end) == Some(&':') {
        let (read, length) = digits_from(characters, end + 1);
        if length == 0 {
            return Err(DateFailure::Malformed);
        }
        seconds = read;
        end += 1 + length;
        if characters.get(end) == Some(&'.') {
            let (_, length) = digits_from(characters, end + 1);
            let digits: String = characters[end + 1..end + 1 + length]
                .iter()
                .take(7)
                .collect();
            fraction = format!("{digits:0<7}").parse().unwrap_or(0);
            end += 1 + length;
        }
    }
    reading.time = Some((number, minutes, seconds, fraction));
    Ok(end)
}

fn read_word(characters: &[char], at: usize, reading: &mut Reading) -> Result<usize, DateFailure> {
    let length = characters[at..]
        .iter()
        .take_while(|c| c.is_alphabetic())
        .count();
    let word: String = characters[at..at + length].iter().collect();
    let is = |name: &str| name.eq_ignore_ascii_case(&word) || name[..3].eq_ignore_ascii_case(&word);
    if let Some(month) = MONTH_NAMES.iter().position(|name| is(name)) {
        if reading.month.is_some() {
            return Err(DateFailure::Malformed);
        }
        reading.month = Some(month as i64 + 1);
        reading.before_month = reading.numbers.len();
    } else if DAY_NAMES.iter().any(|name| is(name)) {
        reading.weekday = true;
    } else if word.eq_ignore_ascii_case("T") && !reading.numbers.is_empty() {
        // The letter between the date and the time of ISO 8601.
    } else if ["AM", "A", "PM", "P"]
        .iter()
        .any(|half| half.eq_ignore_ascii_case(&word))
    {
        reading.afternoon = Some(word.starts_with(['p', 'P']));
        if reading.time.is_none() {
            let (hour, _) = reading.numbers.pop().ok_or(DateFailure::Malformed)?;
            reading.time = Some((hour, 0, 0, 0));
        }
    } else if (word.eq_ignore_ascii_case("Z") || word.eq_ignore_ascii_case("GMT"))
        && (reading.time.is_some() || !reading.numbers.is_empty())
    {
        reading.offset = Some(0);
    } else {
        let index = characters[..at].iter().map(|c| c.len_utf16()).sum();
        return Err(DateFailure::UnknownWord(index));
    }
    Ok(at + length)
}

fn read_offset(
    characters: &[char],
    at: usize,
    reading: &mut Reading,
) -> Result<usize, DateFailure> {
    let sign = if characters[at] == '-' { -1 } else { 1 };
    let (number, length) = digits_from(characters, at + 1);
    let mut end = at + 1 + length;
    let minutes = match length {
        1 | 2 if characters.get(end) == Some(&':') => {
            let (minutes, length) = digits_from(characters, end + 1);
            end += 1 + length;
            number * 60 + minutes
        }
        1 | 2 => number * 60,
        3 | 4 => number / 100 * 60 + number % 100,
        _ => return Err(DateFailure::Malformed),
    };
    reading.offset = Some(sign * minutes);
    Ok(end)
}

fn assemble(reading: &Reading, now: DateTime) -> Result<DateTime, DateFailure> {
    let today = crate::text::date_parts(now);
    let full_year = |(number, digits): (i64, usize)| match digits {
        1 | 2 if number < 50 => 2000 + number,
        1 | 2 => 1900 + number,
        _ => number,
    };
    let this_year = i64::from(today.year);
    let (year, month, day) = match (reading.month, &*reading.numbers) {
        (None, []) if reading.time.is_some() => {
            (this_year, i64::from(today.month), i64::from(today.day))
        }
        (None, [first, second]) if first.1 > 2 => (first.0, second.0, 1),
        (None, [first, second]) if second.1 > 2 => (second.0, first.0, 1),
        (None, [month, day]) => (this_year, month.0, day.0),
        (None, [year, month, day]) if year.1 > 2 => (year.0, month.0, day.0),
        (None, [month, day, year]) => (full_year(*year), month.0, day.0),
        (Some(month), [year]) if year.1 > 2 => (year.0, month, 1),
        (Some(month), [day]) => (this_year, month, day.0),
        (Some(month), [year, day]) if year.1 > 2 => (year.0, month, day.0),
        (Some(month), [day, year]) => (full_year(*year), month, day.0),
        _ => return Err(DateFailure::Malformed),
    };
    let (mut hour, minute, second, fraction) = reading.time.unwrap_or_default();
    if let Some(afternoon) = reading.afternoon {
        if !(0..=12).contains(&hour) {
            return Err(DateFailure::Malformed);
        }
        hour = hour % 12 + if afternoon { 12 } else { 0 };
    }
    if hour > 23 || minute > 59 || second > 59 {
        return Err(DateFailure::OutOfRange);
    }
    let days = days_before(year, month, day).ok_or(DateFailure::Malformed)?;
    let ticks =
        days * TICKS_PER_DAY + ((hour * 60 + minute) * 60 + second) * TICKS_PER_SECOND + fraction;
    super::exact::assembled(ticks, reading.offset)
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
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::text::{date_time_round_trip, time_span_constant};

    #[test]
    fn spans() {
        for (text, constant) in [
            ("5", "5.00:00:00"),
            ("00:05:00", "00:05:00"),
            ("25:00:00", "25.00:00:00"),
            ("1.02:03:04.5", "1.02:03:04.5000000"),
            ("-00:01:00", "-00:01:00"),
            ("5:30", "05:30:00"),
            ("1:2:3:4", "1.02:03:04"),
        ] {
            assert_eq!(
                time_span_constant(parse_time_span(text).unwrap()),
                constant,
                "{text}"
            );
        }
        assert_eq!(parse_time_span("5.5"), Err(SpanFailure::Malformed));
        assert_eq!(parse_time_span(""), Err(SpanFailure::Malformed));
        assert_eq!(parse_time_span("00:60:00"), Err(SpanFailure::OutOfRange));
    }

    #[test]
    fn dates() {
        let now = DateTime {
            ticks: 639_029_198_450_000_000,
            kind: DateTimeKind::Local,
        };
        for (text, expected) in [
            ("2026-01-02", "2026-01-02T00:00:00.0000000"),
            ("1/2/2026 3:04 PM", "2026-01-02T15:04:00.0000000"),
            ("January 2, 2026", "2026-01-02T00:00:00.0000000"),
            (
                "2026-01-02T03:04:05.678Z",
                "2026-01-02T03:04:05.6780000+00:00",
            ),
            (
                "2026-01-02T03:04:05+02:00",
                "2026-01-02T01:04:05.0000000+00:00",
            ),
            ("10:30", "2026-01-02T10:30:00.0000000"),
        ] {
            assert_eq!(
                date_time_round_trip(parse_date_time(text, now).unwrap()),
                expected,
                "{text}"
            );
        }
        assert_eq!(parse_date_time("x", now), Err(DateFailure::UnknownWord(0)));
        assert_eq!(parse_date_time("", now), Err(DateFailure::Malformed));
    }
}
