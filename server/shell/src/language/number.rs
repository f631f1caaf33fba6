//! Number literals: radix, suffixes, multipliers, and the smallest type that holds them.

use num_bigint::BigInt;
use num_traits::{FromPrimitive, Num, ToPrimitive};
use rust_decimal::Decimal;

use crate::value::Value;

/// Longest number that is read, in characters: to read a number takes time that grows with the square of its length.
pub const MAX_LENGTH: usize = 20_000;

/// Reads a whole number literal, sign included; none if it is not one.
pub fn parse(text: &str) -> Option<Value> {
    if text.len() > MAX_LENGTH {
        return None;
    }
    let (negative, body) = match text.strip_prefix(['-', '\u{2013}', '\u{2014}', '\u{2015}']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (body, multiplier) = split_multiplier(body);
    let lower = body.to_ascii_lowercase();
    if let Some(digits) = lower.strip_prefix("0x") {
        return radix(digits, 16, negative, multiplier);
    }
    if let Some(digits) = lower.strip_prefix("0b") {
        return radix(digits, 2, negative, multiplier);
    }
    let (digits, suffix) = split_suffix(&lower, "yuslnd");
    if !is_decimal(digits) {
        return None;
    }
    let real = digits.contains(['.', 'e']);
    if real {
        return real_number(digits, suffix, negative, multiplier);
    }
    let mut number = BigInt::from_str_radix(digits, 10).ok()?;
    if negative {
        number = -number;
    }
    match suffix {
        "d" => decimal(digits, negative, multiplier),
        _ => typed(number * multiplier, suffix),
    }
}

/// Splits `kb`, `mb`, … off the end.
fn split_multiplier(text: &str) -> (&str, i64) {
    let units = [
        ("kb", 1_i64 << 10),
        ("mb", 1 << 20),
        ("gb", 1 << 30),
        ("tb", 1 << 40),
        ("pb", 1 << 50),
    ];
    for (unit, factor) in units {
        let cut = text.len().wrapping_sub(unit.len());
        if text
            .get(cut..)
            .is_some_and(|tail| tail.eq_ignore_ascii_case(unit))
            && cut > 0
        {
            return (&text[..cut], factor);
        }
    }
    (text, 1)
}

/// Splits the trailing letters of `allowed` off.
fn split_suffix<'a>(text: &'a str, allowed: &str) -> (&'a str, &'a str) {
    let digits = text.trim_end_matches(|c| allowed.contains(c));
    (digits, &text[digits.len()..])
}

/// Digits, at most one dot, at most one exponent.
fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent_fits = exponent.is_none_or(|text| {
        let text = text.strip_prefix(['+', '-']).unwrap_or(text);
        !text.is_empty() && digits(text)
    });
    (!whole.is_empty() || !fraction.is_empty())
        && digits(whole)
        && digits(fraction)
        && exponent_fits
}

fn real_number(digits: &str, suffix: &str, negative: bool, multiplier: i64) -> Option<Value> {
    if suffix == "d" {
        return decimal(digits, negative, multiplier);
    }
    let magnitude: f64 = digits.parse().ok()?;
    let number = if negative { -magnitude } else { magnitude } * multiplier as f64;
    if suffix.is_empty() {
        return Some(Value::Double(number));
    }
    // .NET rounds halves to even when it makes an integer of a real literal.
    typed(BigInt::from_f64(number.round_ties_even())?, suffix)
}

fn decimal(digits: &str, negative: bool, multiplier: i64) -> Option<Value> {
    let parsed = if digits.contains('e') {
        Decimal::from_scientific(digits)
    } else {
        digits.parse()
    };
    let number = parsed.ok()?.checked_mul(Decimal::from(multiplier))?;
    Some(Value::Decimal(if negative { -number } else { number }))
}

/// Hexadecimal and binary literals are bit patterns: `0xFFFFFFFF` is −1.
fn radix(digits: &str, radix: u32, negative: bool, multiplier: i64) -> Option<Value> {
    let (digits, suffix) = if radix == 16 {
        split_suffix(digits, "yusln")
    } else {
        split_suffix(digits, "yuslnd")
    };
    if digits.is_empty() || digits.contains(['+', '-', '_']) {
        return None;
    }
    let pattern = BigInt::from_str_radix(digits, radix).ok()?;
    let bits = if radix == 16 {
        digits.trim_start_matches('0').len() * 4
    } else {
        digits.trim_start_matches('0').len()
    };
    let mut number = if suffix.contains(['u', 'n']) || suffix == "d" {
        pattern
    } else {
        let width = match suffix {
            "y" => 8,
            "s" => 16,
            "l" => 64,
            _ if bits <= 32 => 32,
            _ => 64,
        };
        signed(pattern, width)
    };
    if negative {
        number = -number;
    }
    typed(number * multiplier, if suffix == "d" { "" } else { suffix })
}

fn signed(pattern: BigInt, width: u32) -> BigInt {
    let half = BigInt::from(1_u8) << (width - 1);
    let whole = BigInt::from(1_u8) << width;
    if pattern >= half && pattern < whole {
        pattern - whole
    } else {
        pattern
    }
}

/// The value of the type that `suffix` names, or of the smallest that holds it.
fn typed(number: BigInt, suffix: &str) -> Option<Value> {
    Some(match suffix {
        "" => smallest(number),
        "y" => Value::Int8(number.to_i8()?),
        "uy" => Value::UInt8(number.to_u8()?),
        "s" => Value::Int16(number.to_i16()?),
        "us" => Value::UInt16(number.to_u16()?),
        "l" => Value::Int64(number.to_i64()?),
        "ul" => Value::UInt64(number.to_u64()?),
        "u" => match number.to_u32() {
            Some(small) => Value::UInt32(small),
            None => Value::UInt64(number.to_u64()?),
        },
        "n" => Value::BigInteger(number.into()),
        "d" => Value::Decimal(number.to_string().parse().ok()?),
        _ => return None,
    })
}

fn smallest(number: BigInt) -> Value {
    if let Some(small) = number.to_i32() {
        Value::Int32(small)
    } else if let Some(wide) = number.to_i64() {
        Value::Int64(wide)
    } else if let Ok(decimal) = number.to_string().parse::<Decimal>() {
        Value::Decimal(decimal)
    } else {
        Value::Double(number.to_f64().unwrap_or(f64::INFINITY))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn shown(text: &str) -> String {
        parse(text).map_or_else(|| "none".into(), |value| format!("{value:?}"))
    }

    #[test]
    fn literals_take_the_smallest_type() {
        for (text, expected) in [
            ("5", "Int32(5)"),
            ("-2147483648", "Int32(-2147483648)"),
            ("2147483648", "Int64(2147483648)"),
            ("0xFFFFFFFF", "Int32(-1)"),
            ("0x1F", "Int32(31)"),
            ("0b101", "Int32(5)"),
            ("10mb", "Int32(10485760)"),
            ("1e3", "Double(1000.0)"),
            (".5", "Double(0.5)"),
            ("3L", "Int64(3)"),
            ("3ul", "UInt64(3)"),
            ("7uy", "UInt8(7)"),
            ("300uy", "none"),
            ("1.50d", "Decimal(1.50)"),
            ("1x", "none"),
            ("1.2.3", "none"),
            ("e5", "none"),
            ("0x", "none"),
            ("", "none"),
            ("-", "none"),
            ("kb", "none"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
