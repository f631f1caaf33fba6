//! `TimeSpan.ParseExact`: a text that has to follow a format (`TimeSpanParse.TryParseByFormat`).

use crate::convert::exact::{Cursor, Mismatch};
use crate::convert::time_span::parse_time_span;
use crate::text::{TICKS_PER_DAY, TICKS_PER_SECOND};

/// What is read of a span.
#[derive(Default)]
struct Reading {
    days: i64,
    hours: i64,
    minutes: i64,
    seconds: i64,
    fraction: i64,
}

/// The ticks of a text that follows a format of spans. Whatever does not fit a part of the format is its fault; what is
/// left over, or no time of a day, is the text's.
///
/// # Errors
/// What does not fit.
pub(crate) fn span(text: &str, format: &str) -> Result<i64, Mismatch> {
    match format {
        "c" | "t" | "T" | "g" | "G" => {
            return parse_time_span(text).map_err(|_| Mismatch::Text);
        }
        _ if format.chars().count() < 2 => return Err(Mismatch::Format),
        _ => {}
    }
    let mut from = Cursor { rest: text };
    let mut by = Cursor { rest: format };
    let mut reading = Reading::default();
    while let Some((letter, count)) = by.run() {
        part(letter, count, &mut by, &mut from, &mut reading).ok_or(Mismatch::Format)?;
    }
    let whole = from.rest.is_empty();
    if !whole || reading.hours > 23 || reading.minutes > 59 || reading.seconds > 59 {
        return Err(Mismatch::Text);
    }
    let clock = (reading.hours * 60 + reading.minutes) * 60 + reading.seconds;
    let ticks = reading.days.checked_mul(TICKS_PER_DAY);
    ticks
        .and_then(|days| days.checked_add(clock * TICKS_PER_SECOND + reading.fraction))
        .ok_or(Mismatch::Text)
}

/// Reads what one part of a format wants.
fn part(
    letter: char,
    count: usize,
    by: &mut Cursor<'_>,
    from: &mut Cursor<'_>,
    reading: &mut Reading,
) -> Option<()> {
    match (letter, count) {
        ('d', 1..=8) => reading.days = from.digits(count, if count == 1 { 8 } else { count })?,
        ('h', 1 | 2) => reading.hours = from.digits(count, 2)?,
        ('m', 1 | 2) => reading.minutes = from.digits(count, 2)?,
        ('s', 1 | 2) => reading.seconds = from.digits(count, 2)?,
        ('f' | 'F', 1..=7) => {
            let before = from.rest.len();
            let digits = from.digits(if letter == 'f' { count } else { 0 }, count);
            let read = (before - from.rest.len()) as u32;
            reading.fraction = match digits {
                Some(digits) => digits * 10_i64.pow(7 - read),
                None if letter == 'F' => 0,
                None => return None,
            };
        }
        ('\'' | '"', 1) => from.rest = from.rest.strip_prefix(by.quoted(letter)?)?,
        ('\\', 1) => from.take(by.next()?)?,
        ('%', 1) => {}
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::time_span_constant;

    #[test]
    fn spans_follow_their_format() {
        let read = |text, format| match span(text, format) {
            Ok(ticks) => time_span_constant(ticks),
            Err(mismatch) => format!("{mismatch:?}"),
        };
        for (text, format, expected) in [
            ("1.02:03", "d\\.hh\\:mm", "1.02:03:00"),
            ("90", "%s", "Text"),
            ("5", "%d", "5.00:00:00"),
            ("02h", "hh'h'", "02:00:00"),
            ("1:2", "hh\\:mm", "Format"),
            ("00:00:05", "c", "00:00:05"),
            ("01:02", "hh:mm", "Format"),
            ("01", "hh\\:mm", "Format"),
            ("01x", "hh", "Text"),
        ] {
            assert_eq!(read(text, format), expected, "{text} {format}");
        }
    }
}
