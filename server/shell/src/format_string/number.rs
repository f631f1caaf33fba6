//! The standard formats of numbers (`N2`), in en-US.

use num_traits::ToPrimitive as _;

use super::custom::{MAX_CUSTOM, format_custom};
use crate::format_string::{FormatError, MAX_FIELD};
use crate::text::{Culture, as_double, to_round_trip_text, to_text};
use crate::value::Value;

/// Digits that ICU shows behind the point of a number or a percentage when a format names none.
const DEFAULT_DECIMALS: usize = 3;
/// Most digits of a precision that .NET reads.
const MAX_PRECISION_DIGITS: usize = 9;
/// More digits than any double's rounding depends on.
const EXACT_DIGITS: usize = 400;

/// The decimal digits of a number: `0.d₁d₂d₃… × 10^scale`.
#[derive(Clone)]
pub(super) struct Digits {
    pub(super) negative: bool,
    pub(super) digits: Vec<u8>,
    pub(super) scale: i32,
    /// Whether they are a double's, all of them: an exact half of one goes to the even digit.
    exact: bool,
}

impl Digits {
    /// The digits of a value; of a double at most `most` significant ones.
    pub(super) fn of(value: &Value, most: usize) -> Self {
        let text = match value {
            Value::Double(n) => format!("{n:.*e}", most - 1),
            Value::Single(n) => format!("{n:.*e}", most - 1),
            other => to_text(other, Culture::Invariant),
        };
        let (text, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        let (negative, text) = text
            .strip_prefix('-')
            .map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let mut digits: Vec<u8> = whole
            .bytes()
            .chain(fraction.bytes())
            .map(|b| b - b'0')
            .collect();
        let leading = digits.iter().take_while(|digit| **digit == 0).count();
        digits.drain(..leading);
        let mut found = Self {
            negative,
            scale: whole.len() as i32 + exponent - leading as i32,
            digits,
            exact: most == EXACT_DIGITS && matches!(value, Value::Double(_) | Value::Single(_)),
        };
        found.trim();
        found
    }

    pub(super) fn trim(&mut self) {
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
        if self.digits.is_empty() {
            self.scale = 0;
        }
    }

    /// Keeps that many digits. A half counts up, but in the exact digits of a double it goes to the even one.
    pub(super) fn round(&mut self, keep: i32) {
        let keep = usize::try_from(keep).ok();
        let up = keep.is_some_and(|keep| match self.digits.get(keep) {
            Some(5) if self.exact && self.digits.len() == keep + 1 => keep
                .checked_sub(1)
                .is_some_and(|last| self.digits[last] % 2 == 1),
            Some(digit) => *digit >= 5,
            None => false,
        });
        self.digits.truncate(keep.unwrap_or(0));
        if up {
            let nines = self
                .digits
                .iter()
                .rev()
                .take_while(|digit| **digit == 9)
                .count();
            self.digits.truncate(self.digits.len() - nines);
            match self.digits.last_mut() {
                Some(digit) => *digit += 1,
                None => {
                    self.digits.push(1);
                    self.scale += 1;
                }
            }
        }
        self.trim();
    }

    /// The digit before which `places` more stand in front of the point; zero outside.
    pub(super) fn at(&self, index: i32) -> char {
        let digit = usize::try_from(index)
            .ok()
            .and_then(|index| self.digits.get(index));
        char::from(b'0' + digit.copied().unwrap_or(0))
    }

    pub(super) fn whole(&self) -> String {
        if self.scale <= 0 {
            return "0".into();
        }
        (0..self.scale).map(|index| self.at(index)).collect()
    }

    pub(super) fn fraction(&self, decimals: usize) -> String {
        (0..decimals as i32)
            .map(|place| self.at(self.scale + place))
            .collect()
    }
}

/// A number under a standard or custom format.
pub(super) fn format_number(value: &Value, specifier: &str) -> Result<String, FormatError> {
    if as_double(value).is_some_and(|number| !number.is_finite()) {
        return Ok(to_round_trip_text(value));
    }
    let mut characters = specifier.chars();
    let letter = characters.next().unwrap_or('G');
    let digits = characters.as_str();
    let standard = letter.is_ascii_alphabetic() && digits.bytes().all(|b| b.is_ascii_digit());
    if !standard {
        if specifier.len() > MAX_CUSTOM {
            return Err(FormatError::InvalidSpecifier);
        }
        return Ok(format_custom(value, specifier));
    }
    if digits.len() > MAX_PRECISION_DIGITS {
        return Err(FormatError::InvalidSpecifier);
    }
    let precision = digits
        .parse::<usize>()
        .ok()
        .map(|digits| digits.min(MAX_FIELD));
    let real = matches!(value, Value::Double(_) | Value::Single(_));
    match letter.to_ascii_uppercase() {
        'N' => Ok(grouped(&fixed(
            value,
            precision.unwrap_or(DEFAULT_DECIMALS),
        ))),
        'F' => Ok(fixed(value, precision.unwrap_or(DEFAULT_DECIMALS))),
        'C' => {
            let text = grouped(&fixed(value, precision.unwrap_or(2)));
            Ok(match text.strip_prefix('-') {
                Some(positive) => format!("-${positive}"),
                None => format!("${text}"),
            })
        }
        'P' => {
            let mut number = Digits::of(value, EXACT_DIGITS);
            number.scale += 2;
            let text = fixed_digits(number, precision.unwrap_or(DEFAULT_DECIMALS));
            Ok(format!("{}%", grouped(&text)))
        }
        'E' => Ok(exponential(value, precision.unwrap_or(6), letter)),
        'G' => Ok(match precision {
            Some(digits) if digits > 0 => general(value, digits, letter),
            _ => to_round_trip_text(value),
        }),
        'R' if real || matches!(value, Value::BigInteger(_)) => Ok(to_round_trip_text(value)),
        'D' => integer(value)
            .map(|n| pad_digits(&n.to_string(), precision.unwrap_or(0)))
            .ok_or(FormatError::InvalidSpecifier),
        'X' => {
            let text = bits(value, letter).ok_or(FormatError::InvalidSpecifier)?;
            Ok(pad_digits(&text, precision.unwrap_or(0)))
        }
        'B' => {
            let text = bits(value, letter).ok_or(FormatError::InvalidSpecifier)?;
            Ok(pad_digits(&text, precision.unwrap_or(0)))
        }
        _ => Err(FormatError::InvalidSpecifier),
    }
}

fn fixed(value: &Value, decimals: usize) -> String {
    fixed_digits(Digits::of(value, EXACT_DIGITS), decimals)
}

fn fixed_digits(mut number: Digits, decimals: usize) -> String {
    number.round(number.scale.saturating_add(decimals as i32));
    let sign = if number.negative { "-" } else { "" };
    let whole = number.whole();
    match decimals {
        0 => format!("{sign}{whole}"),
        _ => format!("{sign}{whole}.{}", number.fraction(decimals)),
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
    format!("{sign}{text:0>digits$}")
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

/// Two's complement in the type's own width, hexadecimal or binary.
fn bits(value: &Value, letter: char) -> Option<String> {
    let bits = match value {
        Value::Int8(n) => i128::from(*n as u8),
        Value::Int16(n) => i128::from(*n as u16),
        Value::Int32(n) => i128::from(*n as u32),
        Value::Int64(n) => i128::from(*n as u64),
        other => integer(other)?,
    };
    Some(match letter {
        'X' => format!("{bits:X}"),
        'x' => format!("{bits:x}"),
        _ => format!("{bits:b}"),
    })
}

fn exponential(value: &Value, decimals: usize, letter: char) -> String {
    let mut number = Digits::of(value, EXACT_DIGITS);
    number.round(decimals as i32 + 1);
    let sign = if number.negative { "-" } else { "" };
    let fraction: String = (1..=decimals as i32)
        .map(|index| number.at(index))
        .collect();
    let point = if decimals > 0 { "." } else { "" };
    let exponent = if number.digits.is_empty() {
        0
    } else {
        number.scale - 1
    };
    let direction = if exponent < 0 { '-' } else { '+' };
    format!(
        "{sign}{}{point}{fraction}{letter}{direction}{:03}",
        number.at(0),
        exponent.abs()
    )
}

/// `G{digits}`: scientific when the exponent asks for it.
fn general(value: &Value, digits: usize, letter: char) -> String {
    let mut number = Digits::of(value, EXACT_DIGITS);
    number.round(digits as i32);
    let sign = if number.negative { "-" } else { "" };
    if number.digits.is_empty() {
        return format!("{sign}0");
    }
    let shown = number.digits.len() as i32;
    if number.scale > digits as i32 || number.scale < -4 {
        let exponent = number.scale - 1;
        let fraction: String = (1..shown).map(|index| number.at(index)).collect();
        let point = if fraction.is_empty() { "" } else { "." };
        let mark = if letter == 'g' { 'e' } else { 'E' };
        let direction = if exponent < 0 { '-' } else { '+' };
        return format!(
            "{sign}{}{point}{fraction}{mark}{direction}{:02}",
            number.at(0),
            exponent.abs()
        );
    }
    let decimals = (shown - number.scale).max(0) as usize;
    fixed_digits(
        Digits {
            negative: number.negative,
            ..number
        },
        decimals,
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn standard_formats_round_the_exact_digits_of_a_double() {
        for (number, specifier, expected) in [
            (1234.5678, "N", "1,234.568"),
            (0.5, "F0", "0"),
            (1.5, "F0", "2"),
            (2.5, "F0", "2"),
            (-0.5, "N0", "-0"),
            (0.125, "P0", "12%"),
            (-0.04, "N1", "-0.0"),
            (0.35, "F1", "0.3"),
            (0.1234, "P", "12.340%"),
            (1234.5678, "G3", "1.23E+03"),
            (0.000_123_45, "G2", "0.00012"),
            (0.1, "G17", "0.10000000000000001"),
            (2.5, "E0", "2E+000"),
            (0.05, "F1", "0.1"),
            (1e20, "F2", "100000000000000000000.00"),
        ] {
            assert_eq!(
                format_number(&Value::Double(number), specifier).unwrap(),
                expected,
                "{number} {specifier}"
            );
        }
        assert_eq!(
            format_number(&Value::Int32(1234), "G3").unwrap(),
            "1.23E+03"
        );
        assert_eq!(format_number(&Value::Int32(-1), "B").unwrap().len(), 32);
        assert_eq!(
            format_number(&Value::Int32(5), "R"),
            Err(FormatError::InvalidSpecifier)
        );
    }

    #[test]
    fn custom_formats_fill_their_places() {
        for (number, specifier, expected) in [
            (1.5, "00.00", "01.50"),
            (0.004, "#.##", ""),
            (1_234_567.0, "0,", "1235"),
            (1_234_567.0, "0,,", "1"),
            (1_234_567.0, "#,#", "1,234,567"),
            (1234.5, "0.00e+00", "1.23e+03"),
            (0.00012, "0.###E0", "1.2E-4"),
            (123_456.0, "000-000", "123-456"),
            (5_551_234.0, "###-####", "555-1234"),
            (-5.0, "0;(0)", "(5)"),
            (-5.0, "0;;zero", "-5"),
            (0.0, "0;(0);zero", "zero"),
            (5.0, "+0;-0", "+5"),
            (0.35, "0.0", "0.4"),
            (5.0, "$0.00", "$5.00"),
            (0.256, "0.0%", "25.6%"),
            (-0.04, "0.0", "-0.0"),
            (0.5, "#,##0.00", "0.50"),
            (0.1, "0.################", "0.1"),
            (5.0, "'a;b'0", "a;b5"),
        ] {
            assert_eq!(
                format_number(&Value::Double(number), specifier).unwrap(),
                expected,
                "{number} {specifier}"
            );
        }
    }
}
