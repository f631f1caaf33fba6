//! Composite format strings (`{0,8:N2}`) and the formats of numbers, dates and spans: the `-f` operator,
//! `ToString("…")`, `Get-Date -Format` and calculated columns.

mod date;

use num_traits::ToPrimitive as _;
use rust_decimal::Decimal;

use crate::text::{
    Culture, as_double, decimal_fixed, double_fixed, double_general, double_round_trip, to_text,
};
use crate::value::Value;

pub use date::format_date;
use date::format_span;

/// Widest field that a format may ask for, in characters.
const MAX_FIELD: usize = 10_000;

/// Why a format string cannot be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// A brace without its partner, or nothing sensible between two.
    #[error("Input string was not in a correct format.")]
    Malformed,
    /// A number past the last argument.
    #[error(
        "Index (zero based) must be greater than or equal to zero and less than the size of the argument list."
    )]
    IndexOutOfRange,
    /// A format that the value's type does not have.
    #[error("Format specifier was invalid.")]
    InvalidSpecifier,
}

/// Fills the places of a composite format.
///
/// # Errors
/// As [`FormatError`] says.
pub fn format(template: &str, arguments: &[Value]) -> Result<String, FormatError> {
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            out.push_str(brace);
            rest = after;
            continue;
        }
        if brace == "}" {
            return Err(FormatError::Malformed);
        }
        let end = rest.find('}').ok_or(FormatError::Malformed)?;
        push_place(&mut out, &rest[..end], arguments)?;
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

/// One place: `index[,width][:format]`.
fn push_place(out: &mut String, place: &str, arguments: &[Value]) -> Result<(), FormatError> {
    let (head, specifier) = match place.split_once(':') {
        Some((head, specifier)) => (head, specifier),
        None => (place, ""),
    };
    let (index, width) = match head.split_once(',') {
        Some((index, width)) => (
            index,
            width
                .trim()
                .parse::<i64>()
                .map_err(|_| FormatError::Malformed)?,
        ),
        None => (head, 0),
    };
    let index: usize = index.trim().parse().map_err(|_| FormatError::Malformed)?;
    let value = arguments.get(index).ok_or(FormatError::IndexOutOfRange)?;
    let text = format_value(value, specifier)?;
    let wanted = usize::try_from(width.unsigned_abs())
        .unwrap_or(usize::MAX)
        .min(MAX_FIELD);
    let missing = wanted.saturating_sub(text.encode_utf16().count());
    if width > 0 {
        crate::format::cell::push_blanks(out, missing);
    }
    out.push_str(&text);
    if width < 0 {
        crate::format::cell::push_blanks(out, missing);
    }
    Ok(())
}

/// `ToString(specifier)` in the session's culture.
///
/// # Errors
/// When the value's type has no such format.
pub fn format_value(value: &Value, specifier: &str) -> Result<String, FormatError> {
    match value {
        Value::Noted(noted) => format_value(&noted.base, specifier),
        Value::DateTime(date) if !specifier.is_empty() => format_date(*date, specifier),
        Value::TimeSpan(ticks) if !specifier.is_empty() => format_span(*ticks, specifier),
        Value::Guid(id) if !specifier.is_empty() => format_guid(*id, specifier),
        Value::Enum(member) if !specifier.is_empty() => match specifier {
            "D" | "d" => Ok(member.number.to_string()),
            "X" | "x" => Ok(format!("{:08X}", member.number)),
            "G" | "g" | "F" | "f" => Ok(to_text(value, Culture::Current)),
            _ => Err(FormatError::InvalidSpecifier),
        },
        number if !specifier.is_empty() && is_number(number) => format_number(number, specifier),
        // Composite formatting calls .NET's own ToString: a double shows all its digits.
        Value::Double(n) => Ok(double_round_trip(*n)),
        other => Ok(to_text(other, Culture::Current)),
    }
}

fn is_number(value: &Value) -> bool {
    as_double(value).is_some()
}

/// A number under a standard (`N2`) or custom (`0.00`) format.
fn format_number(value: &Value, specifier: &str) -> Result<String, FormatError> {
    let mut characters = specifier.chars();
    let letter = characters.next().unwrap_or('G');
    let digits = characters.as_str();
    let standard = letter.is_ascii_alphabetic()
        && digits.len() <= 3
        && digits.bytes().all(|b| b.is_ascii_digit());
    if !standard {
        return Ok(format_custom(value, specifier));
    }
    let precision = digits.parse::<usize>().ok();
    match letter.to_ascii_uppercase() {
        'N' => Ok(grouped(&fixed(value, precision.unwrap_or(3)))),
        'F' => Ok(fixed(value, precision.unwrap_or(3))),
        'C' => {
            let text = grouped(&fixed(value, precision.unwrap_or(2)));
            Ok(match text.strip_prefix('-') {
                Some(positive) => format!("-${positive}"),
                None => format!("${text}"),
            })
        }
        'P' => {
            let scaled = scale(value, 2);
            Ok(format!(
                "{}%",
                grouped(&fixed(&scaled, precision.unwrap_or(3)))
            ))
        }
        'D' => integer(value)
            .map(|n| pad_digits(&n.to_string(), precision.unwrap_or(0)))
            .ok_or(FormatError::InvalidSpecifier),
        'X' => {
            let text = hexadecimal(value).ok_or(FormatError::InvalidSpecifier)?;
            let text = if letter == 'x' {
                text.to_lowercase()
            } else {
                text
            };
            Ok(pad_digits(&text, precision.unwrap_or(0)))
        }
        'B' => integer(value)
            .map(|n| pad_digits(&format!("{n:b}"), precision.unwrap_or(0)))
            .ok_or(FormatError::InvalidSpecifier),
        'E' => Ok(exponential(value, precision.unwrap_or(6), letter)),
        'G' => Ok(match (value, precision) {
            (Value::Double(n), Some(digits)) if digits > 0 => double_general(*n, digits),
            (Value::Double(n), _) => double_round_trip(*n),
            _ => to_text(value, Culture::Current),
        }),
        'R' => Ok(crate::text::to_round_trip_text(value)),
        _ => Err(FormatError::InvalidSpecifier),
    }
}

fn fixed(value: &Value, decimals: usize) -> String {
    match value {
        Value::Decimal(n) => decimal_fixed(*n, decimals.min(28) as u32),
        Value::Double(_) | Value::Single(_) => {
            double_fixed(as_double(value).unwrap_or_default(), decimals)
        }
        _ => {
            let mut text = to_text(value, Culture::Invariant);
            if decimals > 0 {
                text.push('.');
                text.extend(std::iter::repeat_n('0', decimals));
            }
            text
        }
    }
}

/// A number times a power of ten.
fn scale(value: &Value, power: u32) -> Value {
    let factor = 10_i64.pow(power);
    match value {
        Value::Decimal(n) => Value::Decimal(n * Decimal::from(factor)),
        _ => Value::Double(as_double(value).unwrap_or_default() * factor as f64),
    }
}

/// Commas between thousands.
fn grouped(text: &str) -> String {
    let (sign, text) = text
        .strip_prefix('-')
        .map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out.push_str(fraction);
    out
}

fn pad_digits(text: &str, digits: usize) -> String {
    let (sign, text) = text
        .strip_prefix('-')
        .map_or(("", text), |rest| ("-", rest));
    format!("{sign}{text:0>digits$}", digits = digits.min(MAX_FIELD))
}

fn integer(value: &Value) -> Option<i128> {
    match value {
        Value::Double(_) | Value::Single(_) | Value::Decimal(_) => None,
        Value::BigInteger(n) => n.to_i128(),
        Value::UInt64(n) => Some(i128::from(*n)),
        Value::Int64(n) => Some(i128::from(*n)),
        other => as_double(other).map(|n| n as i128),
    }
}

/// Two's complement in the type's own width.
fn hexadecimal(value: &Value) -> Option<String> {
    Some(match value {
        Value::Int8(n) => format!("{n:X}"),
        Value::Int16(n) => format!("{n:X}"),
        Value::Int32(n) => format!("{n:X}"),
        Value::Int64(n) => format!("{n:X}"),
        other => format!("{:X}", integer(other)?),
    })
}

fn exponential(value: &Value, decimals: usize, letter: char) -> String {
    let text = format!("{:.*e}", decimals, as_double(value).unwrap_or_default());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}{letter}{sign}{:03}", exponent.abs())
}

/// A custom numeric format: `0`, `#`, `.`, `,`, `%`, quoted text; sections for positive, negative, zero.
fn format_custom(value: &Value, specifier: &str) -> String {
    let number = as_double(value).unwrap_or_default();
    let sections: Vec<&str> = specifier.split(';').collect();
    let (section, negate) = match (sections.as_slice(), number) {
        ([_, negative, ..], n) if n < 0.0 && !negative.is_empty() => (*negative, true),
        ([_, _, zero, ..], 0.0) => (*zero, false),
        (all, _) => (all[0], false),
    };
    let whole_pattern = section.split('.').next().unwrap_or(section);
    let fraction_pattern = section.split_once('.').map_or("", |(_, fraction)| fraction);
    let places = |pattern: &str, c: char| pattern.chars().filter(|p| *p == c).count();
    let decimals = places(fraction_pattern, '0') + places(fraction_pattern, '#');
    let percent = if section.contains('%') { 2 } else { 0 };
    let scaled = if percent > 0 {
        scale(value, percent)
    } else {
        value.clone()
    };
    let text = fixed(&scaled, decimals);
    let negative = text.starts_with('-') && text.bytes().any(|b| (b'1'..=b'9').contains(&b));
    let text = text.trim_start_matches('-');
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let least = places(whole_pattern, '0');
    let trimmed = whole.trim_start_matches('0');
    let mut whole = format!("{trimmed:0>least$}");
    let has_group = whole_pattern
        .trim_matches(|c: char| !matches!(c, '0' | '#' | ','))
        .trim_end_matches(',')
        .contains(',');
    if has_group {
        whole = grouped(&whole);
    }
    let kept = places(fraction_pattern, '0');
    let fraction = match fraction.get(kept..) {
        Some(optional) => format!("{}{}", &fraction[..kept], optional.trim_end_matches('0')),
        None => fraction.to_owned(),
    };
    let mut out = String::new();
    if negative && !negate {
        out.push('-');
    }
    push_custom(&mut out, section, &whole, &fraction);
    out
}

/// Puts the digits where the first and the last places of the pattern stand, literals around them.
fn push_custom(out: &mut String, section: &str, whole: &str, fraction: &str) {
    let is_place = |c: char| matches!(c, '0' | '#' | '.' | ',');
    let first = section.find(is_place).unwrap_or(section.len());
    let last = section.rfind(is_place).map_or(first, |at| at + 1);
    let literal = |part: &str| part.replace(['\'', '"', '\\'], "");
    out.push_str(&literal(&section[..first]));
    if first < section.len() {
        out.push_str(whole);
        if !fraction.is_empty() {
            out.push('.');
            out.push_str(fraction);
        }
    }
    out.push_str(&literal(&section[last.min(section.len())..]));
}

fn format_guid(id: uuid::Uuid, specifier: &str) -> Result<String, FormatError> {
    match specifier.to_ascii_uppercase().as_str() {
        "D" => Ok(id.hyphenated().to_string()),
        "N" => Ok(id.simple().to_string()),
        "B" => Ok(id.braced().to_string()),
        "P" => Ok(format!("({})", id.hyphenated())),
        _ => Err(FormatError::InvalidSpecifier),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled() {
        let arguments = [Value::Int32(1234), Value::text("x"), Value::Double(1.5)];
        for (template, expected) in [
            ("{0} {1}", "1234 x"),
            ("{0:N2}", "1,234.00"),
            ("{0,6}|{1,-3}|", "  1234|x  |"),
            ("{0:X}", "4D2"),
            ("{0:D6}", "001234"),
            ("{2:P0}", "150%"),
            ("{2:F3}", "1.500"),
            ("{2:0.00}", "1.50"),
            ("{0:#,##0}", "1,234"),
            ("{{{1}}}", "{x}"),
            ("{2:E2}", "1.50E+000"),
        ] {
            assert_eq!(
                format(template, &arguments).as_deref(),
                Ok(expected),
                "{template}"
            );
        }
        assert_eq!(format("{3}", &arguments), Err(FormatError::IndexOutOfRange));
        assert_eq!(format("{", &arguments), Err(FormatError::Malformed));
    }
}
