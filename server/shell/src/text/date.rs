//! Dates and spans as .NET prints them, and the ISO form read back.

use std::fmt::Write as _;

use crate::value::{DateTime, DateTimeKind};

/// Ticks of 100 nanoseconds in one second.
pub const TICKS_PER_SECOND: i64 = 10_000_000;
/// Ticks in one day.
pub const TICKS_PER_DAY: i64 = 86_400 * TICKS_PER_SECOND;
/// A point in time taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateParts {
    /// 1 to 9999.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
    /// 1 to 31.
    pub day: i8,
    /// 0 (Sunday) to 6.
    pub weekday: i8,
    /// 0 to 23.
    pub hour: i64,
    /// 0 to 59.
    pub minute: i64,
    /// 0 to 59.
    pub second: i64,
    /// Ticks within the second.
    pub fraction: i64,
}

/// Takes a date apart; ticks out of .NET's range are held at its ends.
pub fn date_parts(date: DateTime) -> DateParts {
    let days = date.ticks.div_euclid(TICKS_PER_DAY).clamp(0, 3_652_058);
    let rest = date.ticks.rem_euclid(TICKS_PER_DAY);
    let first = jiff::civil::date(1, 1, 1);
    let day = first
        .checked_add(jiff::Span::new().days(days))
        .unwrap_or(first);
    DateParts {
        year: day.year(),
        month: day.month(),
        day: day.day(),
        weekday: day.weekday().to_sunday_zero_offset(),
        hour: rest / (3600 * TICKS_PER_SECOND),
        minute: rest / (60 * TICKS_PER_SECOND) % 60,
        second: rest / TICKS_PER_SECOND % 60,
        fraction: rest % TICKS_PER_SECOND,
    }
}

/// Full names of the days, Sunday first.
pub const DAY_NAMES: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];
/// Full names of the months.
pub const MONTH_NAMES: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `1/2/2026 4:04:05 AM`; a narrow no-break space stands before AM and PM (CLDR since version 42).
pub fn date_time_general(date: DateTime) -> String {
    let p = date_parts(date);
    format!("{}/{}/{:04} {}", p.month, p.day, p.year, clock(&p))
}

/// `Friday, January 2, 2026 4:04:05 AM`: what the view of a date shows.
pub fn date_time_long(date: DateTime) -> String {
    format!("{} {}", date_long(date), time_long(date))
}

/// `Friday, January 2, 2026`.
pub fn date_long(date: DateTime) -> String {
    let p = date_parts(date);
    format!(
        "{}, {} {}, {:04}",
        DAY_NAMES[p.weekday as usize],
        MONTH_NAMES[p.month as usize - 1],
        p.day,
        p.year
    )
}

/// `4:04:05 AM`.
pub fn time_long(date: DateTime) -> String {
    clock(&date_parts(date))
}

fn clock(p: &DateParts) -> String {
    let half = if p.hour < 12 { "AM" } else { "PM" };
    let hour = (p.hour + 11) % 12 + 1;
    format!("{hour}:{:02}:{:02}\u{202f}{half}", p.minute, p.second)
}

/// `01/02/2026 04:04:05`.
pub fn date_time_invariant(date: DateTime) -> String {
    let p = date_parts(date);
    format!(
        "{:02}/{:02}/{:04} {:02}:{:02}:{:02}",
        p.month, p.day, p.year, p.hour, p.minute, p.second
    )
}

/// Format `o`: `2026-01-02T03:04:05.0000000` and the zone that the kind names.
pub fn date_time_round_trip(date: DateTime) -> String {
    let p = date_parts(date);
    let seconds = seconds_text(&p);
    format!("{seconds}.{:07}{}", p.fraction, zone_suffix(date.kind))
}

/// `2026-01-02T03:04:05.678Z`: as the round-trip form, without trailing zeros of the fraction.
pub fn date_time_xml(date: DateTime) -> String {
    let p = date_parts(date);
    let mut out = seconds_text(&p);
    push_fraction(&mut out, p.fraction);
    out.push_str(zone_suffix(date.kind));
    out
}

fn seconds_text(p: &DateParts) -> String {
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        p.year, p.month, p.day, p.hour, p.minute, p.second
    )
}

fn zone_suffix(kind: DateTimeKind) -> &'static str {
    match kind {
        DateTimeKind::Unspecified => "",
        DateTimeKind::Utc => "Z",
        DateTimeKind::Local => "+00:00",
    }
}

/// Appends `.678` for ticks within a second, nothing for none.
pub(crate) fn push_fraction(out: &mut String, ticks: i64) {
    if ticks > 0 {
        let digits = format!("{ticks:07}");
        out.push('.');
        out.push_str(digits.trim_end_matches('0'));
    }
}

/// Format `c`: `[-][d.]hh:mm:ss[.fffffff]`.
pub fn time_span_constant(ticks: i64) -> String {
    let magnitude = ticks.unsigned_abs();
    let per_second = TICKS_PER_SECOND.unsigned_abs();
    let days = magnitude / TICKS_PER_DAY.unsigned_abs();
    let seconds = magnitude / per_second;
    let mut out = String::new();
    if ticks < 0 {
        out.push('-');
    }
    if days > 0 {
        let _ = write!(out, "{days}.");
    }
    let _ = write!(
        out,
        "{:02}:{:02}:{:02}",
        seconds / 3600 % 24,
        seconds / 60 % 60,
        seconds % 60
    );
    let fraction = magnitude % per_second;
    if fraction > 0 {
        let _ = write!(out, ".{fraction:07}");
    }
    out
}

/// Reads `2026-01-02T03:04:05[.678][Z|±hh:mm]`; none for anything else. A text with an offset becomes local time.
pub fn read_iso_date(text: &str) -> Option<DateTime> {
    let (clock, rest) = text.split_at_checked(19)?;
    let parts: jiff::civil::DateTime = clock.parse().ok()?;
    if clock.as_bytes()[10] != b'T' {
        return None;
    }
    let zone_at = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
    let (fraction, zone) = rest.split_at(zone_at);
    let fraction = match fraction.strip_prefix('.') {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{digits:0<7}")[..7].parse::<i64>().ok()?
        }
        None if fraction.is_empty() => 0,
        _ => return None,
    };
    let (kind, offset) = match zone {
        "" => (DateTimeKind::Unspecified, 0),
        "Z" => (DateTimeKind::Utc, 0),
        offset => (DateTimeKind::Local, read_offset(offset)?),
    };
    let days = parts
        .date()
        .since(jiff::civil::date(1, 1, 1))
        .ok()?
        .get_days();
    let seconds =
        i64::from(parts.hour()) * 3600 + i64::from(parts.minute()) * 60 + i64::from(parts.second());
    let ticks = i64::from(days) * TICKS_PER_DAY + (seconds - offset) * TICKS_PER_SECOND + fraction;
    Some(DateTime { ticks, kind })
}

/// `±hh:mm` in seconds.
fn read_offset(text: &str) -> Option<i64> {
    let (sign, digits) = text.split_at_checked(1)?;
    let (hours, minutes) = digits.split_once(':')?;
    let seconds = hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60;
    Some(if sign == "-" { -seconds } else { seconds })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_spans() {
        let date = DateTime {
            ticks: 639_029_198_450_000_000,
            kind: DateTimeKind::Utc,
        };
        assert_eq!(date_time_xml(date), "2026-01-02T03:04:05Z");
        assert_eq!(date_time_general(date), "1/2/2026 3:04:05\u{202f}AM");
        assert_eq!(date_time_invariant(date), "01/02/2026 03:04:05");
        assert_eq!(time_span_constant(937_840_000_000), "1.02:03:04");
        assert_eq!(time_span_constant(-5), "-00:00:00.0000005");
    }

    #[test]
    fn iso_dates_read_back() {
        for text in [
            "2026-01-02T03:04:05Z",
            "2026-01-02T03:04:05.678",
            "0001-01-01T00:00:00",
        ] {
            assert_eq!(
                read_iso_date(text).map(date_time_xml).as_deref(),
                Some(text)
            );
        }
        let offset = read_iso_date("2026-01-02T03:04:05+01:00").map(date_time_xml);
        assert_eq!(offset.as_deref(), Some("2026-01-02T02:04:05+00:00"));
        assert_eq!(read_iso_date("2026-01-02"), None);
        assert_eq!(read_iso_date("2026-01-02 03:04:05"), None);
    }
}
