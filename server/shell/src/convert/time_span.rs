//! Time spans: of text, as .NET's `TimeSpan.Parse` reads it, and of a number of ticks.

use crate::command::ParameterType;
use crate::convert::ConversionError;
use crate::convert::number::{as_integer, is_number};
use crate::text::{Culture, TICKS_PER_SECOND, to_text};
use crate::value::{Text, Value};

/// What a text that a type's `Parse` refuses fails by.
pub(super) const PARSE_FAILURE: &str = "InvalidCastParseTargetInvocationWithFormatProvider";
/// As many digits as a tick needs.
const FRACTION_DIGITS: usize = 7;
/// A number of a span is below this one (2^28).
const NUMBER_LIMIT: u32 = 1 << 28;

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
pub(super) fn as_typed(number: &Value, source: Option<&Text>) -> String {
    source.map_or_else(|| to_text(number, Culture::Invariant), Text::to_string)
}

/// The ticks that a constructor takes: whatever widens to 64 bits with a sign.
pub(super) fn ticks_of(value: &Value) -> Option<i64> {
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

/// A number of a span.
#[derive(Clone, Copy, Debug, Default)]
struct Number {
    value: u32,
    leading_zeros: usize,
}

/// A form of a span: what stands between the numbers, and which part of the span each number is.
struct Form {
    separators: &'static [&'static str],
    /// Of days, hours, minutes, seconds and the part of a second.
    parts: &'static [usize],
}

const DAYS: usize = 0;
const HOURS: usize = 1;
const MINUTES: usize = 2;
const SECONDS: usize = 3;
const FRACTION: usize = 4;

/// The forms that a span has, the constant one's before those of en-US (`ProcessTerminalState`): the first that matches
/// and whose numbers fit counts.
const FORMS: &[Form] = &[
    form(&[], &[DAYS]),
    form(&[":"], &[HOURS, MINUTES]),
    form(&[":", ":"], &[HOURS, MINUTES, SECONDS]),
    form(&[".", ":"], &[DAYS, HOURS, MINUTES]),
    form(&[":", ":."], &[HOURS, MINUTES, FRACTION]),
    form(&[":", ":"], &[DAYS, HOURS, MINUTES]),
    form(&[":", ":", "."], &[HOURS, MINUTES, SECONDS, FRACTION]),
    form(&[".", ":", ":"], &[DAYS, HOURS, MINUTES, SECONDS]),
    form(&[".", ":", ":."], &[DAYS, HOURS, MINUTES, FRACTION]),
    form(&[":", ":", ":"], &[DAYS, HOURS, MINUTES, SECONDS]),
    form(&[":", ":", ":."], &[DAYS, HOURS, MINUTES, FRACTION]),
    form(
        &[".", ":", ":", "."],
        &[DAYS, HOURS, MINUTES, SECONDS, FRACTION],
    ),
    form(
        &[":", ":", ":", "."],
        &[DAYS, HOURS, MINUTES, SECONDS, FRACTION],
    ),
];

const fn form(separators: &'static [&'static str], parts: &'static [usize]) -> Form {
    Form { separators, parts }
}

/// `TimeSpan.Parse`: `[-]d`, `[-][d.]hh:mm[:ss[.fffffff]]`, `[-]d:hh:mm:ss[.fffffff]`; three numbers whose first is no
/// hour are days, hours and minutes.
///
/// # Errors
/// Whether the form or a number is to blame.
pub fn parse_time_span(text: &str) -> Result<i64, SpanFailure> {
    let text = text.trim();
    let (is_negative, body) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (numbers, separators) = split(body)?;
    let mut failure = SpanFailure::Malformed;
    for form in FORMS.iter().filter(|form| form.separators == separators) {
        let mut parts = [Number::default(); 5];
        for (number, part) in numbers.iter().zip(form.parts) {
            parts[*part] = *number;
        }
        match ticks(parts) {
            Some(ticks) => return Ok(if is_negative { -ticks } else { ticks }),
            None => failure = SpanFailure::OutOfRange,
        }
    }
    Err(failure)
}

/// The numbers of a text and what stands between them. A number begins the text and one ends it.
fn split(text: &str) -> Result<(Vec<Number>, Vec<&str>), SpanFailure> {
    let (mut numbers, mut separators) = (Vec::new(), Vec::new());
    let mut rest = text;
    loop {
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        if end == 0 {
            return Err(SpanFailure::Malformed);
        }
        numbers.push(number(&rest[..end])?);
        rest = &rest[end..];
        if rest.is_empty() {
            return Ok((numbers, separators));
        }
        let end = rest
            .find(|c: char| c.is_ascii_digit())
            .ok_or(SpanFailure::Malformed)?;
        separators.push(&rest[..end]);
        rest = &rest[end..];
    }
}

fn number(digits: &str) -> Result<Number, SpanFailure> {
    let significant = digits.trim_start_matches('0');
    let value = match significant {
        "" => Some(0),
        digits => digits.parse().ok(),
    };
    Ok(Number {
        value: value
            .filter(|value| *value < NUMBER_LIMIT)
            .ok_or(SpanFailure::OutOfRange)?,
        leading_zeros: digits.len() - significant.len(),
    })
}

/// The ticks of days, hours, minutes, seconds and a part of a second, if each is in its range.
fn ticks(parts: [Number; 5]) -> Option<i64> {
    let [days, hours, minutes, seconds, fraction] = parts;
    if days.value > 10_675_199 || hours.value > 23 || minutes.value > 59 || seconds.value > 59 {
        return None;
    }
    let hours = i64::from(days.value) * 24 + i64::from(hours.value);
    let seconds = (hours * 60 + i64::from(minutes.value)) * 60 + i64::from(seconds.value);
    seconds
        .checked_mul(TICKS_PER_SECOND)?
        .checked_add(fraction_ticks(fraction)?)
}

/// A part of a second in ticks: of more than seven digits, leading zeros among them, the last are rounded.
fn fraction_ticks(fraction: Number) -> Option<i64> {
    let Number {
        value,
        leading_zeros,
    } = fraction;
    let digits = leading_zeros + value.checked_ilog10().map_or(0, |log| log as usize + 1);
    let value = i64::from(value);
    if value == 0 || digits == FRACTION_DIGITS {
        return Some(value);
    }
    let power = |exponent: usize| 10_i64.checked_pow(u32::try_from(exponent).ok()?);
    if digits < FRACTION_DIGITS {
        return Some(value * power(FRACTION_DIGITS - digits)?);
    }
    if leading_zeros == 0 {
        return None;
    }
    Some(power(digits - FRACTION_DIGITS).map_or(0, |unit| (value + unit / 2) / unit))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::text::time_span_constant;

    #[test]
    fn spans() {
        for (text, constant) in [
            ("5", "5.00:00:00"),
            (" 5 ", "5.00:00:00"),
            ("00:05:00", "00:05:00"),
            ("25:00:00", "25.00:00:00"),
            ("1.02:03:04.5", "1.02:03:04.5000000"),
            ("1.02:03", "1.02:03:00"),
            ("1:2:.5", "01:02:00.5000000"),
            ("1.2:3:.5", "1.02:03:00.5000000"),
            ("1:2:3:.5", "1.02:03:00.5000000"),
            ("0:0:0.00000005", "00:00:00.0000001"),
            ("0:0:0.00000004", "00:00:00"),
            ("0:0:0.099999999", "00:00:00.1000000"),
            ("-00:01:00", "-00:01:00"),
            ("5:30", "05:30:00"),
            ("1:2:3:4", "1.02:03:04"),
            ("1:2:3:4.5", "1.02:03:04.5000000"),
            ("10675199.02:48:05.4775807", "10675199.02:48:05.4775807"),
        ] {
            assert_eq!(
                time_span_constant(parse_time_span(text).unwrap()),
                constant,
                "{text}"
            );
        }
        for malformed in [
            "5.5",
            "",
            " ",
            "-",
            "x",
            "1:",
            ":1",
            "1: 2",
            "1:2:3:4:5:6",
            "--1",
            "+1",
            "0x10",
            "1.2.3",
        ] {
            assert_eq!(
                parse_time_span(malformed),
                Err(SpanFailure::Malformed),
                "{malformed}"
            );
        }
        for far in [
            "00:60:00",
            "24:00",
            "268435456",
            "10675200",
            "0:0:0.12345678",
            "99999999999:1",
        ] {
            assert_eq!(parse_time_span(far), Err(SpanFailure::OutOfRange), "{far}");
        }
    }
}
