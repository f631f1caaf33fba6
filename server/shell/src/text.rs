//! What .NET's `ToString()` gives of a value, in the culture of every session (en-US) or in the invariant one.
//!
//! Conversion to string, string interpolation, formatting and the serialisations all print values; the rules stand
//! here once. A session's local zone is UTC, so a local date prints with the offset `+00:00`.

use std::fmt::Write as _;

use num_traits::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::value::{DateTime, DateTimeKind, EnumDefinition, EnumValue, Property, Value};

/// Ticks of 100 nanoseconds in one second.
pub const TICKS_PER_SECOND: i64 = 10_000_000;
/// Ticks in one day.
pub const TICKS_PER_DAY: i64 = 86_400 * TICKS_PER_SECOND;
/// Nested collections and objects deeper than this print as their type name.
const MAX_DEPTH: usize = 10;

/// Whose conventions a text follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Culture {
    /// The session's: en-US.
    Current,
    /// .NET's invariant culture: what casts and string interpolation use.
    Invariant,
}

/// The text of a value as PowerShell converts it: doubles with 15 digits, lists joined with blanks.
pub fn to_text(value: &Value, culture: Culture) -> String {
    let mut out = String::new();
    write_text(&mut out, value, culture, 0);
    out
}

/// Appends [`to_text`] of `value`.
pub fn push_text(out: &mut String, value: &Value, culture: Culture) {
    write_text(out, value, culture, 0);
}

fn write_text(out: &mut String, value: &Value, culture: Culture, depth: usize) {
    match value {
        Value::Null => {}
        Value::Bool(flag) | Value::Switch(flag) => out.push_str(bool_text(*flag)),
        Value::Int8(n) => push_display(out, n),
        Value::UInt8(n) => push_display(out, n),
        Value::Int16(n) => push_display(out, n),
        Value::UInt16(n) => push_display(out, n),
        Value::Int32(n) => push_display(out, n),
        Value::UInt32(n) => push_display(out, n),
        Value::Int64(n) => push_display(out, n),
        Value::UInt64(n) => push_display(out, n),
        Value::Single(n) => out.push_str(&single_general(*n, 7)),
        Value::Double(n) => out.push_str(&double_general(*n, 15)),
        Value::Decimal(n) => push_display(out, n),
        Value::BigInteger(n) => push_display(out, n),
        Value::Char(unit) => out.push_str(&char_text(*unit)),
        Value::String(text) => out.push_str(text),
        Value::DateTime(date) => out.push_str(&match culture {
            Culture::Current => date_time_general(*date),
            Culture::Invariant => date_time_invariant(*date),
        }),
        Value::TimeSpan(ticks) => out.push_str(&time_span_constant(*ticks)),
        Value::Guid(id) => push_display(out, id),
        Value::Version(parts) => out.push_str(&version_text(parts)),
        Value::Enum(member) => out.push_str(&enum_text(member)),
        Value::Named(scalar) => out.push_str(&scalar.text),
        Value::Array(array) => write_list(out, &read(&array.items), culture, depth),
        Value::List(list) => write_list(out, &read(&list.items), culture, depth),
        Value::Dictionary(dictionary) => out.push_str(&dictionary.type_name),
        Value::Object(object) => match &object.text {
            Some(text) => out.push_str(text),
            None if object.custom && depth < MAX_DEPTH => {
                write_custom(out, &read(&object.properties), culture);
            }
            None => out.push_str(read(&object.type_names).first().map_or("", |name| name)),
        },
        Value::ScriptBlock(block) => out.push_str(&block.text),
        Value::Noted(noted) => write_text(out, &noted.base, culture, depth),
        Value::Type(name) => out.push_str(name),
        Value::SecureString(_) => out.push_str("System.Security.SecureString"),
        Value::Error(record) => out.push_str(record.shown_message()),
        Value::Format(packet) => out.push_str(&packet.type_name()),
    }
}

fn push_display(out: &mut String, value: &dyn std::fmt::Display) {
    // Writing to a String cannot fail.
    let _ = write!(out, "{value}");
}

/// Reads a lock whose holder cannot have left half-done work behind.
pub(crate) fn read<T>(lock: &std::sync::RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Writes through a lock whose holder cannot have left half-done work behind.
pub(crate) fn write<T>(lock: &std::sync::RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn write_list(out: &mut String, items: &[Value], culture: Culture, depth: usize) {
    if depth >= MAX_DEPTH {
        out.push_str("System.Object[]");
        return;
    }
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        write_text(out, item, culture, depth + 1);
    }
}

/// `@{A=1; B=}`: collections inside show their type name, custom objects inside nothing.
fn write_custom(out: &mut String, properties: &[Property], culture: Culture) {
    if properties.is_empty() {
        return;
    }
    out.push_str("@{");
    for (index, property) in properties.iter().enumerate() {
        if index > 0 {
            out.push_str("; ");
        }
        out.push_str(&property.name);
        out.push('=');
        match &property.value {
            Value::Array(array) => {
                out.push_str(&array.element_type);
                out.push_str("[]");
            }
            Value::List(list) => out.push_str(&list.type_name),
            Value::Object(object) if object.custom && object.text.is_none() => {}
            other => write_text(out, other, culture, MAX_DEPTH),
        }
    }
    out.push('}');
}

/// `True` or `False`.
pub fn bool_text(flag: bool) -> &'static str {
    if flag { "True" } else { "False" }
}

/// One UTF-16 unit as text; a lone surrogate shows as U+FFFD.
pub fn char_text(unit: u16) -> String {
    String::from_utf16_lossy(&[unit])
}

/// Parts joined with points.
pub fn version_text(parts: &[i32]) -> String {
    let mut out = String::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.push('.');
        }
        push_display(&mut out, part);
    }
    out
}

/// The name of an enumeration's value: one member, members joined with `, ` for flags, else the number.
pub fn enum_text(value: &EnumValue) -> String {
    let definition = &value.definition;
    if let Some((name, _)) = definition.members.iter().find(|(_, n)| *n == value.number) {
        return name.to_string();
    }
    flags_text(definition, value.number).unwrap_or_else(|| value.number.to_string())
}

/// `Read, Write`: the fewest members that make up the number, largest taken first, shown in ascending order.
fn flags_text(definition: &EnumDefinition, number: i64) -> Option<String> {
    if !definition.flags || number == 0 {
        return None;
    }
    let mut members: Vec<_> = definition.members.iter().filter(|(_, n)| *n != 0).collect();
    members.sort_by_key(|(_, n)| *n);
    let mut rest = number;
    let mut names = Vec::new();
    for (name, bits) in members.into_iter().rev() {
        if rest & bits == *bits {
            rest &= !bits;
            names.push(&**name);
        }
    }
    names.reverse();
    (rest == 0).then(|| names.join(", "))
}

/// `double.ToString("G{digits}")`: at most `digits` significant digits, scientific from that exponent on.
pub fn double_general(n: f64, digits: usize) -> String {
    if let Some(special) = non_finite(n) {
        return special.into();
    }
    if n == 0.0 {
        return if n.is_sign_negative() { "-0" } else { "0" }.into();
    }
    // INVARIANT: below 2^53 an integral double prints its own digits; no rounding is involved.
    if n.fract() == 0.0 && n.abs() < 1e15 && digits >= 15 {
        return (n as i64).to_string();
    }
    general(&format!("{:.*e}", digits - 1, n), digits as i32)
}

/// `float.ToString("G{digits}")`.
pub fn single_general(n: f32, digits: usize) -> String {
    if let Some(special) = non_finite(f64::from(n)) {
        return special.into();
    }
    if n == 0.0 {
        return if n.is_sign_negative() { "-0" } else { "0" }.into();
    }
    general(&format!("{:.*e}", digits - 1, n), digits as i32)
}

/// `double.ToString()` since .NET Core 3: the shortest text that reads back as the same number.
pub fn double_round_trip(n: f64) -> String {
    if let Some(special) = non_finite(n) {
        return special.into();
    }
    if n == 0.0 {
        return if n.is_sign_negative() { "-0" } else { "0" }.into();
    }
    general(&format!("{n:e}"), 15)
}

/// `float.ToString()` since .NET Core 3.
pub fn single_round_trip(n: f32) -> String {
    if let Some(special) = non_finite(f64::from(n)) {
        return special.into();
    }
    if n == 0.0 {
        return if n.is_sign_negative() { "-0" } else { "0" }.into();
    }
    general(&format!("{n:e}"), 7)
}

fn non_finite(n: f64) -> Option<&'static str> {
    if n.is_nan() {
        Some("NaN")
    } else if n.is_infinite() {
        Some(if n > 0.0 { "∞" } else { "-∞" })
    } else {
        None
    }
}

/// .NET's general notation of Rust's `d.ddde±x`: scientific from 10^`precision` on and below 10^-5.
fn general(scientific: &str, precision: i32) -> String {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = mantissa
        .strip_prefix('-')
        .map_or(("", mantissa), |rest| ("-", rest));
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    let digits = digits.trim_end_matches('0');
    let mut out = String::from(sign);
    if exponent >= precision || exponent <= -5 {
        out.push_str(&digits[..1]);
        if digits.len() > 1 {
            out.push('.');
            out.push_str(&digits[1..]);
        }
        let sign = if exponent < 0 { '-' } else { '+' };
        let _ = write!(out, "E{sign}{:02}", exponent.abs());
    } else if exponent < 0 {
        out.push_str("0.");
        out.extend(std::iter::repeat_n('0', (-exponent - 1) as usize));
        out.push_str(digits);
    } else {
        let whole = exponent as usize + 1;
        if digits.len() <= whole {
            out.push_str(digits);
            out.extend(std::iter::repeat_n('0', whole - digits.len()));
        } else {
            out.push_str(&digits[..whole]);
            out.push('.');
            out.push_str(&digits[whole..]);
        }
    }
    out
}

/// `ToString("F{decimals}")` of a double: halves away from zero, judged on the exact value.
pub fn double_fixed(n: f64, decimals: usize) -> String {
    if let Some(special) = non_finite(n) {
        return special.into();
    }
    // Rust rounds exact halves to even. A double that is no exact half differs from one by more than the last of
    // these digits, so rounding the longer text half up is exact.
    let long = format!("{:.*}", decimals + 30, n.abs());
    let cut = long.len() - 30;
    let mut kept: Vec<u8> = long.as_bytes()[..cut].to_vec();
    if long.as_bytes()[cut] >= b'5' {
        increment(&mut kept);
    }
    if kept.last() == Some(&b'.') {
        kept.pop();
    }
    let text = String::from_utf8(kept).unwrap_or_default();
    let negative = n.is_sign_negative();
    if negative { format!("-{text}") } else { text }
}

/// Adds one unit in the last place to a decimal text.
fn increment(digits: &mut Vec<u8>) {
    for digit in digits.iter_mut().rev() {
        match digit {
            b'.' => {}
            b'9' => *digit = b'0',
            _ => {
                *digit += 1;
                return;
            }
        }
    }
    digits.insert(0, b'1');
}

/// `ToString("F{decimals}")` of a decimal.
pub fn decimal_fixed(n: Decimal, decimals: u32) -> String {
    let rounded = n.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
    format!("{rounded:.*}", decimals as usize)
}

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
    format!("{}/{}/{} {}", p.month, p.day, p.year, clock(&p))
}

/// `Friday, January 2, 2026 4:04:05 AM`: what the view of a date shows.
pub fn date_time_long(date: DateTime) -> String {
    let p = date_parts(date);
    format!(
        "{}, {} {}, {} {}",
        DAY_NAMES[p.weekday as usize],
        MONTH_NAMES[p.month as usize - 1],
        p.day,
        p.year,
        clock(&p)
    )
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

/// The invariant text of a scalar as .NET's own `ToString` gives it: doubles round-trip, dates in format `o`.
pub fn to_round_trip_text(value: &Value) -> String {
    match value {
        Value::Double(n) => double_round_trip(*n),
        Value::Single(n) => single_round_trip(*n),
        Value::DateTime(date) => date_time_round_trip(*date),
        other => to_text(other, Culture::Invariant),
    }
}

/// A number as a double, for a ratio or a total; none for anything else.
pub fn as_double(value: &Value) -> Option<f64> {
    Some(match value {
        Value::Int8(n) => f64::from(*n),
        Value::UInt8(n) => f64::from(*n),
        Value::Int16(n) => f64::from(*n),
        Value::UInt16(n) => f64::from(*n),
        Value::Int32(n) => f64::from(*n),
        Value::UInt32(n) => f64::from(*n),
        Value::Int64(n) => *n as f64,
        Value::UInt64(n) => *n as f64,
        Value::Single(n) => f64::from(*n),
        Value::Double(n) => *n,
        Value::Decimal(n) => n.to_f64()?,
        Value::BigInteger(n) => n.to_f64()?,
        Value::Noted(noted) => return as_double(&noted.base),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_follow_the_general_format() {
        for (n, short, long) in [
            (1.0, "1", "1"),
            (1.5, "1.5", "1.5"),
            (0.1 + 0.2, "0.3", "0.30000000000000004"),
            (1e20, "1E+20", "1E+20"),
            (1e15, "1E+15", "1E+15"),
            (123_456_789_012_345.0, "123456789012345", "123456789012345"),
            (1e-5, "1E-05", "1E-05"),
            (1e-4, "0.0001", "0.0001"),
            (26.051_111_111_111_1, "26.0511111111111", "26.0511111111111"),
            (-0.0, "-0", "-0"),
            (f64::NAN, "NaN", "NaN"),
        ] {
            assert_eq!(double_general(n, 15), short);
            assert_eq!(double_round_trip(n), long);
        }
    }

    #[test]
    fn fixed_rounds_exact_halves_away_from_zero() {
        assert_eq!(double_fixed(0.0625, 3), "0.063");
        assert_eq!(double_fixed(1.5, 3), "1.500");
        assert_eq!(double_fixed(-2.5, 0), "-3");
        assert_eq!(double_fixed(9.9996, 3), "10.000");
        assert_eq!(
            double_fixed(1.0005, 3),
            "1.000",
            "the double lies below the half"
        );
    }

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
}
