//! What .NET's `ToString()` gives of a value, in the culture of every session (en-US) or in the invariant one.
//!
//! Conversion to string, string interpolation, formatting and the serialisations all print values; the rules stand
//! here once. A session's local zone is UTC, so a local date prints with the offset `+00:00`.

pub mod collation;
mod date;
pub mod decoder;
pub mod encoding;
pub(crate) mod uri;

use std::fmt::Write as _;

use num_traits::ToPrimitive as _;
use rust_decimal::{Decimal, RoundingStrategy};

pub use date::*;

use crate::value::{EnumDefinition, EnumValue, Object, Value};

/// Longest text of a list, in bytes; what is left out is an ellipsis. A list that holds another many times over has a text
/// that nothing could hold.
pub(crate) const MAX_LIST_TEXT: usize = 32 << 20;

/// Whose conventions a text follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Culture {
    /// The session's: en-US.
    Current,
    /// .NET's invariant culture: what casts and string interpolation use.
    Invariant,
}

/// A text in capitals, character by character (`String.ToUpper`): what has no capital that is one character stays.
pub fn to_upper(text: &str) -> String {
    text.chars().map(char_to_upper).collect()
}

/// A text in small letters, character by character (`String.ToLower`).
pub fn to_lower(text: &str) -> String {
    text.chars().map(char_to_lower).collect()
}

/// A character's capital, if it is one character (`Char.ToUpper`).
pub fn char_to_upper(c: char) -> char {
    let mut upper = c.to_uppercase();
    upper.next().filter(|_| upper.next().is_none()).unwrap_or(c)
}

/// A character's small letter (`Char.ToLower`).
pub fn char_to_lower(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// The lines of a text as `System.IO.StreamReader` reads them: `\r`, `\n` and `\r\n` end one.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.find(['\r', '\n']).unwrap_or(rest.len());
        let (line, behind) = rest.split_at(end);
        rest = behind
            .strip_prefix("\r\n")
            .or_else(|| behind.get(1..))
            .unwrap_or_default();
        Some(line)
    })
}

/// The text of a value as PowerShell converts it: doubles with 15 digits, lists joined with blanks.
pub fn to_text(value: &Value, culture: Culture) -> String {
    let mut out = String::new();
    write_text(&mut out, value, culture, false);
    out
}

/// Appends [`to_text`] of `value`.
pub fn push_text(out: &mut String, value: &Value, culture: Culture) {
    write_text(out, value, culture, false);
}

/// Appends the text of a value; `inner` of one inside another, where a custom object shows nothing.
fn write_text(out: &mut String, value: &Value, culture: Culture, inner: bool) {
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
        // A zero has no sign in .NET's text.
        Value::Decimal(n) if n.is_zero() => push_display(out, &n.abs()),
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
        Value::Named(scalar) if &*scalar.type_name == "System.Uri" => {
            out.push_str(&uri::canonical(&scalar.text));
        }
        Value::Named(scalar) => out.push_str(&scalar.text),
        Value::Array(array) => write_list(out, &read(&array.items), culture),
        Value::List(list) => write_list(out, &read(&list.items), culture),
        Value::Dictionary(dictionary) => out.push_str(&dictionary.type_name),
        Value::Object(object) => match object.own_text() {
            Some(text) => out.push_str(&text),
            None if object.custom && !inner => {
                write_custom(out, object, culture);
            }
            None => out.push_str(read(&object.type_names).first().map_or("", |name| name)),
        },
        Value::ScriptBlock(block) => out.push_str(&block.text),
        Value::Noted(noted) => match noted.scripts.text() {
            Some(text) => out.push_str(&text),
            None => write_text(out, &noted.base, culture, inner),
        },
        // Converted to text a type goes by its accelerator; inside something, or shown, by its full name.
        Value::Type(name) if !inner && culture == Culture::Invariant => {
            out.push_str(&type_text(name));
        }
        Value::Type(name) => out.push_str(name),
        Value::SecureString(_) => out.push_str("System.Security.SecureString"),
        Value::Error(record) => out.push_str(record.shown_message()),
        Value::Format(packet) => out.push_str(&packet.type_name()),
    }
}

/// `int`, `string[]`, `System.DayOfWeek`: what a type literal for the type would say.
fn type_text(full_name: &str) -> String {
    match full_name.strip_suffix("[]") {
        Some(element) => format!("{}[]", type_text(element)),
        None => crate::convert::type_names::accelerator(full_name)
            .unwrap_or(full_name)
            .to_owned(),
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

fn write_list(out: &mut String, items: &[Value], culture: Culture) {
    for (index, item) in items.iter().enumerate() {
        if out.len() > MAX_LIST_TEXT {
            out.push('…');
            return;
        }
        if index > 0 {
            out.push(' ');
        }
        write_element(out, item, culture);
    }
}

/// Appends an element of a list that is joined to one text, in the invariant culture.
pub fn push_element(out: &mut String, item: &Value) {
    write_element(out, item, Culture::Invariant);
}

/// Inside a list nothing is taken apart: a list shows its type, a custom object nothing.
fn write_element(out: &mut String, item: &Value, culture: Culture) {
    match item.base() {
        Value::Array(_) | Value::List(_) => out.push_str(&crate::type_names::type_name(item)),
        Value::Object(object)
            if object.custom && object.text.is_none() && object.scripts.text().is_none() => {}
        other => write_text(out, other, culture, true),
    }
}

/// `@{A=1; B=}`: collections inside show their type name, custom objects inside nothing.
fn write_custom(out: &mut String, object: &Object, culture: Culture) {
    let properties = read(&object.properties);
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
        if object.scripts.is_getter(&property.name) {
            out.push_str("System.Management.Automation.PSScriptProperty");
            continue;
        }
        match &property.value {
            Value::Array(array) => {
                out.push_str(&array.element_type);
                out.push_str("[]");
            }
            Value::List(list) => out.push_str(&list.type_name),
            Value::Object(object)
                if object.custom && object.text.is_none() && object.scripts.text().is_none() => {}
            other => write_text(out, other, culture, true),
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

/// `ToString("F{decimals}")` of a double: an exact half goes to the even digit.
pub fn double_fixed(n: f64, decimals: usize) -> String {
    match non_finite(n) {
        Some(special) => special.into(),
        None => format!("{n:.decimals$}"),
    }
}

/// `ToString("F{decimals}")` of a decimal.
pub fn decimal_fixed(n: Decimal, decimals: u32) -> String {
    let rounded = n.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
    format!("{rounded:.*}", decimals as usize)
}

/// The invariant text of a scalar as .NET's own `ToString` gives it: doubles round-trip, dates in format `o`.
pub fn to_round_trip_text(value: &Value) -> String {
    match value {
        Value::Double(n) => double_round_trip(*n),
        Value::Single(n) => single_round_trip(*n),
        Value::DateTime(date) => date_time_round_trip(*date),
        Value::Type(name) => name.to_string(),
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
    fn fixed_rounds_exact_halves_to_even() {
        assert_eq!(double_fixed(0.0625, 3), "0.062");
        assert_eq!(double_fixed(1.5, 3), "1.500");
        assert_eq!(double_fixed(-2.5, 0), "-2");
        assert_eq!(double_fixed(9.9996, 3), "10.000");
        assert_eq!(
            double_fixed(1.0005, 3),
            "1.000",
            "the double lies below the half"
        );
    }
}
