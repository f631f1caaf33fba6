//! Dates in strings of JSON, by the rules of Newtonsoft's `DateTimeUtils`.

use std::sync::Arc;

use crate::text::{TICKS_PER_DAY, TICKS_PER_SECOND, date_time_invariant};
use crate::value::{DateTime, DateTimeKind, NamedScalar, Value};

/// What becomes of a string that holds a date (`Microsoft.PowerShell.Commands.JsonDateKind`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateKind {
    /// A date of the kind that the text says.
    #[default]
    Default,
    /// A local date.
    Local,
    /// A date of universal time.
    Utc,
    /// A `System.DateTimeOffset`.
    Offset,
    /// It stays a string.
    String,
}

impl DateKind {
    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            "Local" => Self::Local,
            "Utc" => Self::Utc,
            "Offset" => Self::Offset,
            "String" => Self::String,
            _ => Self::Default,
        }
    }
}

/// Ticks of 1970-01-01.
const EPOCH_TICKS: i64 = 621_355_968_000_000_000;
/// Ticks of the last moment of the year 9999.
const MAX_TICKS: i64 = 3_155_378_975_999_999_999;

/// The zone of a date that was read: none, universal time, or minutes east of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Zone {
    None,
    Utc,
    Offset(i64),
}

/// The date in a text; none if there is none, or none is wanted.
pub(super) fn read_date(text: &str, wish: DateKind) -> Option<Value> {
    if wish == DateKind::String {
        return None;
    }
    let (ticks, zone) = if text.starts_with('/') {
        read_microsoft(text)?
    } else {
        read_iso(text)?
    };
    if wish == DateKind::Offset {
        return offset_date(ticks, zone);
    }
    // The session's zone is that of universal time.
    let (universal, kind) = match zone {
        Zone::None => (ticks, DateTimeKind::Unspecified),
        Zone::Utc => (ticks, DateTimeKind::Utc),
        Zone::Offset(minutes) => (
            (ticks - minutes * 60 * TICKS_PER_SECOND).clamp(0, MAX_TICKS),
            DateTimeKind::Local,
        ),
    };
    Some(Value::DateTime(DateTime {
        ticks: universal,
        kind: match wish {
            DateKind::Local => DateTimeKind::Local,
            DateKind::Utc => DateTimeKind::Utc,
            _ => kind,
        },
    }))
}

fn offset_date(ticks: i64, zone: Zone) -> Option<Value> {
    let minutes = match zone {
        Zone::Offset(minutes) => minutes,
        Zone::None | Zone::Utc => 0,
    };
    if !(0..=MAX_TICKS).contains(&(ticks - minutes * 60 * TICKS_PER_SECOND)) {
        return None;
    }
    let date = DateTime {
        ticks,
        kind: DateTimeKind::Unspecified,
    };
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.unsigned_abs();
    Some(Value::Named(Arc::new(NamedScalar {
        options: 0,
        type_name: "System.DateTimeOffset".into(),
        text: format!(
            "{} {sign}{:02}:{:02}",
            date_time_invariant(date),
            minutes / 60,
            minutes % 60
        )
        .into(),
    })))
}

/// `/Date(1234567890123)/`, with an offset or without: milliseconds of universal time since 1970.
fn read_microsoft(text: &str) -> Option<(i64, Zone)> {
    let inner = text.strip_prefix("/Date(")?.strip_suffix(")/")?;
    // A sign in front belongs to the number.
    let sign = inner
        .get(1..)?
        .find('+')
        .or_else(|| inner.get(1..)?.find('-'));
    let (number, zone) = match sign {
        None => (inner, Zone::Utc),
        Some(at) => {
            let (number, offset) = inner.split_at(at + 1);
            (number, Zone::Offset(microsoft_offset(offset)?))
        }
    };
    let digits = number.strip_prefix('-').unwrap_or(number);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let milliseconds: i64 = number.parse().ok()?;
    let ticks = milliseconds.checked_mul(10_000)?.checked_add(EPOCH_TICKS)?;
    let local = match zone {
        Zone::Offset(minutes) => ticks.checked_add(minutes * 60 * TICKS_PER_SECOND)?,
        Zone::None | Zone::Utc => ticks,
    };
    (0..=MAX_TICKS).contains(&local).then_some((local, zone))
}

/// `±hh[mm]` in minutes.
fn microsoft_offset(text: &str) -> Option<i64> {
    let hours = two_digits(text.get(1..3)?)?;
    let minutes = match text.get(3..5) {
        Some(minutes) => two_digits(minutes)?,
        None => 0,
    };
    let total = hours * 60 + minutes;
    Some(if text.starts_with('-') { -total } else { total })
}

/// `yyyy-MM-ddTHH:mm:ss[.fffffff][Z|±hh[[:]mm]]`.
fn read_iso(text: &str) -> Option<(i64, Zone)> {
    if !text.is_ascii() || !(19..=40).contains(&text.len()) {
        return None;
    }
    let (clock, rest) = text.split_at(19);
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if separators
        .iter()
        .any(|(at, separator)| clock.as_bytes()[*at] != *separator)
    {
        return None;
    }
    let part = |from: usize| two_digits(&clock[from..from + 2]);
    let year = part(0)? * 100 + part(2)?;
    let (hour, minute, second) = (part(11)?, part(14)?, part(17)?);
    if hour > 24 || minute > 59 || second > 59 {
        return None;
    }
    let (fraction, rest) = read_fraction(rest)?;
    if hour == 24 && (minute, second, fraction) != (0, 0, 0) {
        return None;
    }
    let date = jiff::civil::Date::new(
        i16::try_from(year).ok()?,
        i8::try_from(part(5)?).ok()?,
        i8::try_from(part(8)?).ok()?,
    )
    .ok()?;
    let days = date.since(jiff::civil::date(1, 1, 1)).ok()?.get_days();
    let seconds = hour * 3600 + minute * 60 + second;
    let ticks = i64::from(days) * TICKS_PER_DAY + seconds * TICKS_PER_SECOND + fraction;
    let zone = read_zone(rest)?;
    (0..=MAX_TICKS).contains(&ticks).then_some((ticks, zone))
}

/// The ticks of a fraction, of which seven digits count at most, and what follows.
fn read_fraction(text: &str) -> Option<(i64, &str)> {
    let Some(digits) = text.strip_prefix('.') else {
        return Some((0, text));
    };
    let length = digits
        .bytes()
        .take(7)
        .take_while(u8::is_ascii_digit)
        .count();
    let (fraction, rest) = digits.split_at(length);
    if fraction.is_empty() {
        return None;
    }
    Some((format!("{fraction:0<7}").parse().ok()?, rest))
}

fn read_zone(text: &str) -> Option<Zone> {
    let sign = match text {
        "" => return Some(Zone::None),
        "Z" | "z" => return Some(Zone::Utc),
        other if other.starts_with('+') => 1,
        other if other.starts_with('-') => -1,
        _ => return None,
    };
    let hours = two_digits(text.get(1..3)?)?;
    let minutes = match &text[3..] {
        "" | ":" => 0,
        rest => two_digits(rest.strip_prefix(':').unwrap_or(rest))?,
    };
    Some(Zone::Offset(sign * (hours * 60 + minutes)))
}

fn two_digits(text: &str) -> Option<i64> {
    let plain = text.len() == 2 && text.bytes().all(|digit| digit.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}
