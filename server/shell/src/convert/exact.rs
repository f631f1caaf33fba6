//! `DateTime.ParseExact`: a text that has to follow a format (`DateTimeParse.DoStrictParse`).

use crate::convert::date_time::{DateFailure, MAX_TICKS, days_before};
use crate::text::{DAY_NAMES, MONTH_NAMES, TICKS_PER_DAY, TICKS_PER_SECOND, date_parts};
use crate::value::{DateTime, DateTimeKind};

/// What `DateTimeStyles` allow white space.
const ALLOW_WHITE: i64 = 1 | 2 | 4;
const NO_CURRENT_DATE: i64 = 8;
const ADJUST_TO_UNIVERSAL: i64 = 16;
const ASSUME_LOCAL: i64 = 32;
const ASSUME_UNIVERSAL: i64 = 64;
const ROUND_TRIP: i64 = 128;

/// How a date is read by a format.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// Bits of `DateTimeStyles`.
    pub(crate) styles: i64,
    /// Whether the standard formats are the invariant culture's rather than those of en-US.
    pub(crate) invariant: bool,
    /// The day that a time of day means.
    pub(crate) now: DateTime,
}

/// Why a text is no date of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mismatch {
    /// It does not follow the format.
    Text,
    /// The day of the week is another one.
    Weekday,
    /// The format is none.
    Format,
}

/// The characters of a text or of a format, one after the other.
pub(super) struct Cursor<'a> {
    pub(super) rest: &'a str,
}

impl<'a> Cursor<'a> {
    pub(super) fn take(&mut self, wanted: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(wanted)?;
        Some(())
    }

    /// A number of so many digits.
    pub(super) fn digits(&mut self, least: usize, most: usize) -> Option<i64> {
        let count = self
            .rest
            .bytes()
            .take(most)
            .take_while(u8::is_ascii_digit)
            .count();
        if count < least {
            return None;
        }
        let (digits, rest) = self.rest.split_at(count);
        self.rest = rest;
        digits.parse().ok()
    }

    /// The longest of some names that the text begins with, by its place.
    fn name<'n>(&mut self, names: impl Iterator<Item = &'n str>) -> Option<i64> {
        let (at, length) = names
            .enumerate()
            .filter(|(_, name)| {
                let own = self.rest.get(..name.len());
                !name.is_empty() && own.is_some_and(|own| own.eq_ignore_ascii_case(name))
            })
            .map(|(at, name)| (at, name.len()))
            .max_by_key(|(_, length)| *length)?;
        self.rest = &self.rest[length..];
        Some(at as i64)
    }

    /// How often the first character stands there, which is passed over.
    pub(super) fn run(&mut self) -> Option<(char, usize)> {
        let first = self.rest.chars().next()?;
        let count = self.rest.chars().take_while(|c| *c == first).count();
        self.rest = &self.rest[count * first.len_utf8()..];
        Some((first, count))
    }

    /// The text up to a closing quote.
    pub(super) fn quoted(&mut self, quote: char) -> Option<&'a str> {
        let (inside, rest) = self.rest.split_once(quote)?;
        self.rest = rest;
        Some(inside)
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let first = characters.next()?;
        self.rest = characters.as_str();
        Some(first)
    }
}

/// What was read of a date.
#[derive(Default)]
struct Reading {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    hour: Option<i64>,
    /// Whether the hour is one of twelve.
    half: bool,
    afternoon: Option<bool>,
    minute: i64,
    second: i64,
    fraction: i64,
    weekday: Option<i64>,
    /// Minutes east of UTC.
    offset: Option<i64>,
}

/// The custom format that a letter stands for.
fn standard(format: &str, invariant: bool) -> Option<&'static str> {
    Some(match (format, invariant) {
        ("d", true) => "MM/dd/yyyy",
        ("d", false) => "M/d/yyyy",
        ("D", true) => "dddd, dd MMMM yyyy",
        ("D", false) => "dddd, MMMM d, yyyy",
        ("t", true) => "HH:mm",
        ("t", false) => "h:mm tt",
        ("T", true) => "HH:mm:ss",
        ("T", false) => "h:mm:ss tt",
        ("f", true) => "dddd, dd MMMM yyyy HH:mm",
        ("f", false) => "dddd, MMMM d, yyyy h:mm tt",
        ("F" | "U", true) => "dddd, dd MMMM yyyy HH:mm:ss",
        ("F" | "U", false) => "dddd, MMMM d, yyyy h:mm:ss tt",
        ("g", true) => "MM/dd/yyyy HH:mm",
        ("g", false) => "M/d/yyyy h:mm tt",
        ("G", true) => "MM/dd/yyyy HH:mm:ss",
        ("G", false) => "M/d/yyyy h:mm:ss tt",
        ("m" | "M", true) => "MMMM dd",
        ("m" | "M", false) => "MMMM d",
        ("y" | "Y", true) => "yyyy MMMM",
        ("y" | "Y", false) => "MMMM yyyy",
        ("s", _) => "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
        ("u", _) => "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
        ("o" | "O", _) => "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
        ("r" | "R", _) => "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
        _ => return None,
    })
}

/// The date of a text that follows a format.
///
/// # Errors
/// What does not fit.
pub(crate) fn date(text: &str, format: &str, style: Style) -> Result<DateTime, Mismatch> {
    let mut style = style;
    let format = match format.chars().count() {
        0 => return Err(Mismatch::Format),
        1 => standard(format, style.invariant).ok_or(Mismatch::Format)?,
        _ => format,
    };
    if format.ends_with("fffffffK") {
        style.styles |= ROUND_TRIP;
    }
    let white = style.styles & ALLOW_WHITE != 0;
    let mut from = Cursor {
        rest: if white { text.trim() } else { text },
    };
    let mut by = Cursor {
        rest: if white { format.trim() } else { format },
    };
    let mut reading = Reading::default();
    while let Some((letter, count)) = by.run() {
        if white {
            from.rest = from.rest.trim_start();
        }
        part(letter, count, &mut by, &mut from, &mut reading).ok_or(Mismatch::Text)?;
    }
    if !from.rest.is_empty() {
        return Err(Mismatch::Text);
    }
    finished(&reading, style)
}

/// Reads what one part of a format wants.
fn part(
    letter: char,
    count: usize,
    by: &mut Cursor<'_>,
    from: &mut Cursor<'_>,
    reading: &mut Reading,
) -> Option<()> {
    let least = count.min(2);
    match (letter, count) {
        ('d', 1 | 2) => set(&mut reading.day, from.digits(least, 2)?),
        ('d', 3) => set(
            &mut reading.weekday,
            from.name(DAY_NAMES.iter().map(|name| &name[..3]))?,
        ),
        ('d', _) => set(&mut reading.weekday, from.name(DAY_NAMES.iter().copied())?),
        ('M', 1 | 2) => set(&mut reading.month, from.digits(least, 2)?),
        ('M', 3) => set(
            &mut reading.month,
            from.name(MONTH_NAMES.iter().map(|name| &name[..3]))? + 1,
        ),
        ('M', _) => set(
            &mut reading.month,
            from.name(MONTH_NAMES.iter().copied())? + 1,
        ),
        ('y', 1 | 2) => {
            let year = from.digits(least, 2)?;
            set(
                &mut reading.year,
                year + if year < 50 { 2000 } else { 1900 },
            )
        }
        ('y', _) => set(&mut reading.year, from.digits(count.max(3), count.max(4))?),
        ('H' | 'h' | 'm' | 's' | 'f' | 'F' | 't' | 'K' | 'z', _) => {
            clock(letter, count, from, reading)
        }
        ('g', _) => from.name(["A.D.", "AD"].into_iter()).map(drop),
        ('\'' | '"', 1) => {
            let inside = by.quoted(letter)?;
            from.rest = from.rest.strip_prefix(inside)?;
            Some(())
        }
        // Two quotes are an empty text.
        ('\'' | '"', _) => count.is_multiple_of(2).then_some(()),
        ('\\', _) => {
            let pairs = count / 2;
            (0..pairs).try_for_each(|_| from.take('\\'))?;
            match count % 2 {
                1 => by.next().and_then(|literal| from.take(literal)),
                _ => Some(()),
            }
        }
        ('%', 1) => Some(()),
        // A blank before AM or PM may be a narrow one.
        (' ', _) => (0..count).try_for_each(|_| from.take(' ').or_else(|| from.take('\u{202f}'))),
        (literal, _) => (0..count).try_for_each(|_| from.take(literal)),
    }
}

/// Reads what a part of the time of day wants.
fn clock(letter: char, count: usize, from: &mut Cursor<'_>, reading: &mut Reading) -> Option<()> {
    let least = count.min(2);
    match (letter, count) {
        ('H', _) => set(&mut reading.hour, from.digits(least, 2)?),
        ('h', _) => {
            reading.half = true;
            set(&mut reading.hour, from.digits(least, 2)?)
        }
        ('m', _) => {
            reading.minute = from.digits(least, 2)?;
            Some(())
        }
        ('s', _) => {
            reading.second = from.digits(least, 2)?;
            Some(())
        }
        ('f', 1..=7) => {
            reading.fraction = from.digits(count, count)? * 10_i64.pow(7 - count as u32);
            Some(())
        }
        ('F', 1..=7) => {
            let before = from.rest.len();
            let digits = from.digits(0, count).unwrap_or(0);
            let read = before - from.rest.len();
            reading.fraction = digits * 10_i64.pow(7 - read as u32);
            Some(())
        }
        ('t', 1) => set(
            &mut reading.afternoon,
            from.name(["A", "P"].into_iter())? == 1,
        ),
        ('t', _) => set(
            &mut reading.afternoon,
            from.name(["AM", "PM"].into_iter())? == 1,
        ),
        ('K', 1) => zone(from, reading),
        ('z', 1..=3) => offset(from, count, reading),
        _ => None,
    }
}

/// Notes a part; one that was read before has to be the same.
fn set<T: PartialEq>(part: &mut Option<T>, value: T) -> Option<()> {
    let same = part.as_ref().is_none_or(|own| *own == value);
    *part = Some(value);
    same.then_some(())
}

/// `Z`, `+01:00` or nothing.
fn zone(from: &mut Cursor<'_>, reading: &mut Reading) -> Option<()> {
    match from.rest.chars().next() {
        Some('Z') => {
            reading.offset = Some(0);
            from.take('Z')
        }
        Some('+' | '-') => offset(from, 3, reading),
        _ => Some(()),
    }
}

fn offset(from: &mut Cursor<'_>, count: usize, reading: &mut Reading) -> Option<()> {
    let sign = match from.next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let hours = from.digits(count.min(2), 2)?;
    let minutes = match count {
        3 => {
            // The colon may be missing.
            let _ = from.take(':');
            from.digits(2, 2)?
        }
        _ => 0,
    };
    reading.offset = Some(sign * (hours * 60 + minutes));
    Some(())
}

fn finished(reading: &Reading, style: Style) -> Result<DateTime, Mismatch> {
    let today = date_parts(style.now);
    let nothing = reading.year.is_none() && reading.month.is_none() && reading.day.is_none();
    let (year, month, day) = match nothing {
        true if style.styles & NO_CURRENT_DATE != 0 => (1, 1, 1),
        true => (
            i64::from(today.year),
            i64::from(today.month),
            i64::from(today.day),
        ),
        false => (
            reading.year.unwrap_or_else(|| i64::from(today.year)),
            reading.month.unwrap_or(1),
            reading.day.unwrap_or(1),
        ),
    };
    let mut hour = reading.hour.unwrap_or(0);
    if reading.half {
        if !(1..=12).contains(&hour) {
            return Err(Mismatch::Text);
        }
        hour = hour % 12
            + if reading.afternoon == Some(true) {
                12
            } else {
                0
            };
    } else if reading.afternoon.is_some_and(|late| late != (hour >= 12)) {
        return Err(Mismatch::Text);
    }
    if hour > 23 || reading.minute > 59 || reading.second > 59 {
        return Err(Mismatch::Text);
    }
    let days = days_before(year, month, day).ok_or(Mismatch::Text)?;
    // The first day of all was a Monday.
    if reading.weekday.is_some_and(|named| (days + 1) % 7 != named) {
        return Err(Mismatch::Weekday);
    }
    let clock = (hour * 60 + reading.minute) * 60 + reading.second;
    let ticks = days * TICKS_PER_DAY + clock * TICKS_PER_SECOND + reading.fraction;
    let mut made = assembled(ticks, reading.offset).map_err(|_| Mismatch::Text)?;
    let has = |style_bit: i64| style.styles & style_bit != 0;
    made.kind = match reading.offset {
        Some(_) if has(ADJUST_TO_UNIVERSAL) => DateTimeKind::Utc,
        Some(0) if has(ROUND_TRIP) => DateTimeKind::Utc,
        Some(_) => DateTimeKind::Local,
        None if has(ASSUME_UNIVERSAL | ASSUME_LOCAL) && has(ADJUST_TO_UNIVERSAL) => {
            DateTimeKind::Utc
        }
        None if has(ASSUME_UNIVERSAL | ASSUME_LOCAL) => DateTimeKind::Local,
        None => DateTimeKind::Unspecified,
    };
    Ok(made)
}

/// A moment on the clock of a zone, by its minutes east of UTC: local time then, which is UTC here.
pub(super) fn assembled(ticks: i64, offset: Option<i64>) -> Result<DateTime, DateFailure> {
    let Some(offset) = offset else {
        return Ok(DateTime {
            ticks,
            kind: DateTimeKind::Unspecified,
        });
    };
    let ticks = ticks - offset * 60 * TICKS_PER_SECOND;
    if !(0..=MAX_TICKS).contains(&ticks) {
        return Err(DateFailure::OutOfRange);
    }
    Ok(DateTime {
        ticks,
        kind: DateTimeKind::Local,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::date_time_round_trip;

    const NOW: DateTime = DateTime {
        ticks: 639_029_198_450_000_000,
        kind: DateTimeKind::Local,
    };

    #[test]
    fn dates_follow_their_format() {
        let read = |text, format, styles| {
            let style = Style {
                styles,
                invariant: true,
                now: NOW,
            };
            match date(text, format, style) {
                Ok(date) => date_time_round_trip(date),
                Err(mismatch) => format!("{mismatch:?}"),
            }
        };
        for (text, format, styles, expected) in [
            ("20260203", "yyyyMMdd", 0, "2026-02-03T00:00:00.0000000"),
            (
                "3.2.26 4:05",
                "d.M.yy H:mm",
                0,
                "2026-02-03T04:05:00.0000000",
            ),
            ("Feb 2026", "MMM yyyy", 0, "2026-02-01T00:00:00.0000000"),
            ("12:30 AM", "h:mm tt", 0, "2026-01-02T00:30:00.0000000"),
            ("12:30", "HH:mm", 8, "0001-01-01T12:30:00.0000000"),
            ("02/03/2026", "d", 0, "2026-02-03T00:00:00.0000000"),
            (
                "2026-02-03T04:05:06+02:00",
                "yyyy-MM-ddTHH:mm:sszzz",
                0,
                "2026-02-03T02:05:06.0000000+00:00",
            ),
            (
                "2026-02-03T04:05:06.5000000Z",
                "o",
                0,
                "2026-02-03T04:05:06.5000000Z",
            ),
            ("2026", "yyyy", 64 | 16, "2026-01-01T00:00:00.0000000Z"),
            ("2026 ", "yyyy", 0, "Text"),
            ("2026-13", "yyyy-MM", 0, "Text"),
            ("Mon 2026-02-03", "ddd yyyy-MM-dd", 0, "Weekday"),
            ("x", "Q", 0, "Format"),
        ] {
            assert_eq!(read(text, format, styles), expected, "{text} {format}");
        }
    }
}
