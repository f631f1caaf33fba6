//! .NET's composite formatting: `{index,width:format}` for numbers, dates, time spans.

use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

use crate::text::{Culture, as_double, date_parts, decimal_fixed, double_fixed, to_text};
use crate::value::{DateTime, Value};

/// Widest alignment and most digits that a format may ask for.
const MAX_WIDTH: usize = 10_000;

const BAD_FORMAT: &str = "Input string was not in a correct format.";
const BAD_INDEX: &str =
    "Index (zero based) must be greater than or equal to zero and less than the size of the argument list.";

/// Fills the placeholders of a template.
///
/// # Errors
/// What .NET says of a template that is wrong.
pub fn composite(template: &str, arguments: &[Value]) -> Result<String, String> {
    let mut out = String::with_capacity(template.len());
    let mut rest = template.char_indices().peekable();
    while let Some((at, next)) = rest.next() {
        match next {
            '{' if rest.peek().is_some_and(|(_, c)| *c == '{') => {
                rest.next();
                out.push('{');
            }
            '}' if rest.peek().is_some_and(|(_, c)| *c == '}') => {
                rest.next();
                out.push('}');
            }
            '{' => {
                let end = template[at..].find('}').ok_or(BAD_FORMAT)? + at;
                placeholder(&template[at + 1..end], arguments, &mut out)?;
                while rest.peek().is_some_and(|(index, _)| *index <= end) {
                    rest.next();
                }
            }
            '}' => return Err(BAD_FORMAT.into()),
            other => out.push(other),
        }
    }
    Ok(out)
}

fn placeholder(text: &str, arguments: &[Value], out: &mut String) -> Result<(), String> {
    let (head, format) = match text.split_once(':') {
        Some((head, format)) => (head, Some(format)),
        None => (text, None),
    };
    let (index, width) = match head.split_once(',') {
        Some((index, width)) => (index, width.trim().parse::<i64>().map_err(|_| BAD_FORMAT)?),
        None => (head, 0),
    };
    let index: usize = index.trim().parse().map_err(|_| BAD_FORMAT)?;
    let value = arguments.get(index).ok_or(BAD_INDEX)?;
    let text = match format {
        Some(format) => format_value(value, format)?,
        None => to_text(value, Culture::Current),
    };
    let wanted = usize::try_from(width.unsigned_abs()).unwrap_or(MAX_WIDTH).min(MAX_WIDTH);
    let padding = wanted.saturating_sub(text.chars().count());
    if width > 0 {
        out.extend(std::iter::repeat_n(' ', padding));
    }
    out.push_str(&text);
    if width < 0 {
        out.extend(std::iter::repeat_n(' ', padding));
    }
    Ok(())
}

/// `ToString(format)` of a value.
///
/// # Errors
/// What .NET says of a format that is wrong for it.
pub fn format_value(value: &Value, format: &str) -> Result<String, String> {
    match value {
        Value::DateTime(date) => Ok(format_date(*date, format)),
        Value::TimeSpan(ticks) => format_time_span(*ticks, format),
        Value::Noted(noted) => format_value(&noted.base, format),
        Value::Guid(id) => Ok(match format.to_ascii_lowercase().as_str() {
            "n" => id.simple().to_string(),
            "b" => format!("{{{id}}}"),
            "p" => format!("({id})"),
            _ => id.to_string(),
        }),
        Value::Enum(member) if format.eq_ignore_ascii_case("d") => Ok(member.number.to_string()),
        Value::Enum(member) if format.eq_ignore_ascii_case("x") => Ok(format!("{:08X}", member.number)),
        other => match as_double(other) {
            Some(number) if !matches!(other, Value::String(_) | Value::Bool(_) | Value::Char(_) | Value::Enum(_)) => {
                format_number(other, number, format)
            }
            _ => Ok(to_text(other, Culture::Current)),
        },
    }
}

fn is_integer(value: &Value) -> bool {
    matches!(
        value,
        Value::Int8(_)
            | Value::UInt8(_)
            | Value::Int16(_)
            | Value::UInt16(_)
            | Value::Int32(_)
            | Value::UInt32(_)
            | Value::Int64(_)
            | Value::UInt64(_)
            | Value::BigInteger(_)
    )
}

fn format_number(value: &Value, number: f64, format: &str) -> Result<String, String> {
    let mut characters = format.chars();
    let letter = characters.next();
    let digits = characters.as_str();
    let standard = letter.is_some_and(|c| c.is_ascii_alphabetic())
        && digits.len() <= 3
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    let Some(letter) = letter.filter(|_| standard) else {
        if format.is_empty() {
            return Ok(to_text(value, Culture::Current));
        }
        return Ok(custom_number(value, number, format));
    };
    let given: Option<usize> = digits.parse().ok();
    let bad = || "Format specifier was invalid.".to_owned();
    Ok(match letter.to_ascii_lowercase() {
        'd' if is_integer(value) => pad_digits(&to_text(value, Culture::Invariant), given.unwrap_or(0)),
        'x' | 'b' if is_integer(value) => radix(value, letter, given.unwrap_or(0)).ok_or_else(bad)?,
        'f' => fixed(value, number, given.unwrap_or(2)),
        'n' => group(&fixed(value, number, given.unwrap_or(2))),
        'c' => {
            let text = group(&fixed(value, number.abs(), given.unwrap_or(2)).replace('-', ""));
            if number < 0.0 { format!("-${text}") } else { format!("${text}") }
        }
        'p' => format!("{}%", group(&fixed_real(number * 100.0, given.unwrap_or(2)))),
        'e' => scientific(number, given.unwrap_or(6), letter),
        'g' | 'r' => match given {
            Some(digits) if digits > 0 => crate::text::double_general(number, digits),
            _ => to_text(value, Culture::Invariant),
        },
        _ => return Err(bad()),
    })
}

fn pad_digits(text: &str, digits: usize) -> String {
    let (sign, magnitude) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    format!("{sign}{magnitude:0>digits$}")
}

fn radix(value: &Value, letter: char, digits: usize) -> Option<String> {
    let bits: u128 = match value {
        Value::Int8(n) => (*n as u8).into(),
        Value::Int16(n) => (*n as u16).into(),
        Value::Int32(n) => (*n as u32).into(),
        Value::Int64(n) => (*n as u64).into(),
        Value::UInt8(n) => (*n).into(),
        Value::UInt16(n) => (*n).into(),
        Value::UInt32(n) => (*n).into(),
        Value::UInt64(n) => (*n).into(),
        _ => return None,
    };
    Some(match letter {
        'X' => format!("{bits:0>digits$X}"),
        'x' => format!("{bits:0>digits$x}"),
        _ => format!("{bits:0>digits$b}"),
    })
}

fn fixed_real(number: f64, decimals: usize) -> String {
    match Decimal::from_f64(number) {
        Some(exact) if number.abs() < 1e15 => decimal_fixed(exact, u32::try_from(decimals.min(28)).unwrap_or(28)),
        _ => double_fixed(number, decimals.min(99)),
    }
}

fn fixed(value: &Value, number: f64, decimals: usize) -> String {
    match value {
        Value::Decimal(exact) => decimal_fixed(*exact, u32::try_from(decimals.min(28)).unwrap_or(28)),
        other if is_integer(other) => {
            let whole = to_text(other, Culture::Invariant);
            if decimals == 0 { whole } else { format!("{whole}.{}", "0".repeat(decimals)) }
        }
        _ => fixed_real(number, decimals),
    }
}

/// Commas between groups of three digits.
fn group(text: &str) -> String {
    let (sign, magnitude) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) = magnitude.split_once('.').map_or((magnitude, None), |(w, f)| (w, Some(f)));
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

fn scientific(number: f64, decimals: usize, letter: char) -> String {
    let text = format!("{number:.*e}", decimals.min(99));
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}{letter}{sign}{:03}", exponent.unsigned_abs())
}

/// `0.00`, `#,##0.##`, `0%`: the parts of a custom format that matter to people.
fn custom_number(value: &Value, number: f64, format: &str) -> String {
    let sections: Vec<&str> = format.split(';').collect();
    let (section, negative) = match (sections.as_slice(), number) {
        ([_, negative, ..], n) if n < 0.0 && !negative.is_empty() => (*negative, false),
        ([_, _, zero, ..], n) if n == 0.0 && !zero.is_empty() => (*zero, false),
        ([first, ..], n) => (*first, n < 0.0),
        ([], _) => return to_text(value, Culture::Current),
    };
    let percent = section.contains('%');
    let magnitude = if percent { number * 100.0 } else { number }.abs();
    let (whole_format, fraction_format) = section.split_once('.').unwrap_or((section, ""));
    let fraction_digits = fraction_format.chars().filter(|c| matches!(c, '0' | '#')).count();
    let required = fraction_format.chars().filter(|c| *c == '0').count();
    let minimum = whole_format.chars().filter(|c| *c == '0').count();
    let text = match value {
        Value::Decimal(_) => fixed(value, magnitude, fraction_digits).replace('-', ""),
        _ => fixed_real(magnitude, fraction_digits),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut fraction = fraction.to_owned();
    while fraction.len() > required && fraction.ends_with('0') {
        fraction.pop();
    }
    let whole = if whole == "0" && minimum == 0 { "" } else { whole };
    let mut digits = format!("{whole:0>minimum$}");
    if whole_format.contains(',') {
        digits = group(&digits);
    }
    let is_place = |c: char| matches!(c, '0' | '#' | ',' | '.');
    let prefix: String = section.chars().take_while(|c| !is_place(*c)).collect();
    let suffix: String = section.chars().rev().take_while(|c| !is_place(*c)).collect::<Vec<_>>().into_iter().rev().collect();
    let literal = |text: &str| text.replace(['\'', '"', '\\'], "");
    let mut out = String::new();
    if negative && (magnitude != 0.0) {
        out.push('-');
    }
    if !section.contains(['0', '#']) {
        return literal(section);
    }
    out.push_str(&literal(&prefix));
    out.push_str(&digits);
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(&fraction);
    }
    out.push_str(&literal(&suffix));
    out
}

/// `DateTime.ToString(format)` in en-US.
pub fn format_date(date: DateTime, format: &str) -> String {
    let standard = match format {
        "d" => "M/d/yyyy",
        "D" => "dddd, MMMM d, yyyy",
        "f" => "dddd, MMMM d, yyyy h:mm tt",
        "F" => "dddd, MMMM d, yyyy h:mm:ss tt",
        "g" => "M/d/yyyy h:mm tt",
        "G" | "" => "M/d/yyyy h:mm:ss tt",
        "m" | "M" => "MMMM d",
        "o" | "O" => "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
        "r" | "R" => "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
        "s" => "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
        "t" => "h:mm tt",
        "T" => "h:mm:ss tt",
        "u" => "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
        "U" => "dddd, MMMM d, yyyy h:mm:ss tt",
        "y" | "Y" => "MMMM yyyy",
        other => other.strip_prefix('%').unwrap_or(other),
    };
    custom_date(date, standard)
}

fn custom_date(date: DateTime, format: &str) -> String {
    let parts = date_parts(date);
    let mut out = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        let run = rest.chars().take_while(|c| *c == first).count();
        let mut taken = run * first.len_utf8();
        let two = |n: i64, run: usize| if run >= 2 { format!("{n:02}") } else { n.to_string() };
        let hour12 = match i64::from(parts.hour) % 12 {
            0 => 12,
            hour => hour,
        };
        match first {
            'y' => {
                let year = i64::from(parts.year);
                out.push_str(&match run {
                    1 => (year % 100).to_string(),
                    2 => format!("{:02}", year % 100),
                    _ => format!("{year:0run$}"),
                });
            }
            'M' => out.push_str(&match run {
                1 | 2 => two(parts.month.into(), run),
                3 => crate::text::MONTH_NAMES[usize::try_from(parts.month - 1).unwrap_or(0)][..3].to_owned(),
                _ => crate::text::MONTH_NAMES[usize::try_from(parts.month - 1).unwrap_or(0)].to_owned(),
            }),
            'd' => {
                let day_of_week = usize::try_from((date.ticks.div_euclid(crate::text::TICKS_PER_DAY) + 1).rem_euclid(7)).unwrap_or(0);
                let name = crate::text::DAY_NAMES[day_of_week];
                out.push_str(&match run {
                    1 | 2 => two(parts.day.into(), run),
                    3 => name[..3].to_owned(),
                    _ => name.to_owned(),
                });
            }
            'H' => out.push_str(&two(parts.hour.into(), run)),
            'h' => out.push_str(&two(hour12, run)),
            'm' => out.push_str(&two(parts.minute.into(), run)),
            's' => out.push_str(&two(parts.second.into(), run)),
            'f' | 'F' => {
                let all = format!("{:07}", parts.fraction);
                let digits = &all[..run.min(7)];
                out.push_str(if first == 'F' { digits.trim_end_matches('0') } else { digits });
            }
            't' => {
                let name = if parts.hour < 12 { "AM" } else { "PM" };
                out.push_str(if run == 1 { &name[..1] } else { name });
            }
            'K' => out.push_str(match date.kind {
                crate::value::DateTimeKind::Utc => "Z",
                crate::value::DateTimeKind::Local => "+00:00",
                crate::value::DateTimeKind::Unspecified => "",
            }),
            'z' => out.push_str(match run {
                1 => "+0",
                2 => "+00",
                _ => "+00:00",
            }),
            '\'' | '"' => {
                let inner = &rest[1..];
                let end = inner.find(first).unwrap_or(inner.len());
                out.push_str(&inner[..end]);
                taken = (end + 2).min(rest.len());
            }
            '\\' => {
                let mut escaped = rest.chars();
                escaped.next();
                let next = escaped.next();
                out.extend(next);
                taken = 1 + next.map_or(0, char::len_utf8);
            }
            other => {
                out.extend(std::iter::repeat_n(other, run));
            }
        }
        rest = &rest[taken..];
    }
    out
}

fn format_time_span(ticks: i64, format: &str) -> Result<String, String> {
    match format {
        "c" | "t" | "T" | "" => return Ok(crate::text::time_span_constant(ticks)),
        "g" | "G" => {
            let text = crate::text::time_span_constant(ticks);
            return Ok(text.trim_start_matches('0').replacen('.', ":", usize::from(text.contains('.'))));
        }
        _ => {}
    }
    let magnitude = ticks.unsigned_abs();
    let seconds = magnitude / 10_000_000;
    let mut out = String::new();
    let mut rest = format.strip_prefix('%').unwrap_or(format);
    while let Some(first) = rest.chars().next() {
        let run = rest.chars().take_while(|c| *c == first).count();
        let mut taken = run * first.len_utf8();
        let part = match first {
            'd' => Some(seconds / 86_400),
            'h' => Some(seconds / 3600 % 24),
            'm' => Some(seconds / 60 % 60),
            's' => Some(seconds % 60),
            _ => None,
        };
        match (part, first) {
            (Some(number), _) => out.push_str(&format!("{number:0run$}")),
            (None, 'f' | 'F') => {
                let all = format!("{:07}", magnitude % 10_000_000);
                out.push_str(&all[..run.min(7)]);
            }
            (None, '\\') => {
                let mut escaped = rest.chars();
                escaped.next();
                let next = escaped.next();
                out.extend(next);
                taken = 1 + next.map_or(0, char::len_utf8);
            }
            (None, '\'' | '"') => {
                let inner = &rest[1..];
                let end = inner.find(first).unwrap_or(inner.len());
                out.push_str(&inner[..end]);
                taken = (end + 2).min(rest.len());
            }
            _ => return Err("Input string was not in a correct format.".into()),
        }
        rest = &rest[taken..];
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn placeholders_align_and_format() {
        for (template, value, expected) in [
            ("{0:X}", Value::Int32(255), "FF"),
            ("{0:x4}", Value::Int32(255), "00ff"),
            ("{0:D4}", Value::Int32(-5), "-0005"),
            ("{0,8}|", Value::text("ab"), "      ab|"),
            ("{0,-8}|", Value::text("ab"), "ab      |"),
            ("{{0}} {0}", Value::Int32(1), "{0} 1"),
            ("{0:0.00}", Value::Double(3.14159), "3.14"),
            ("{0:N1}", Value::Int32(1_234_567), "1,234,567.0"),
            ("{0:C2}", Value::Int32(5), "$5.00"),
            ("{0:P1}", Value::Double(0.1234), "12.3%"),
            ("{0:#,##0.##}", Value::Double(1234.5), "1,234.5"),
            ("{0:hh\\:mm}", Value::TimeSpan(37_230_000_000), "01:02"),
        ] {
            assert_eq!(composite(template, &[value]).unwrap(), expected, "{template}");
        }
        assert!(composite("{1}", &[Value::Null]).is_err());
        assert!(composite("{0", &[Value::Null]).is_err());
    }
}
