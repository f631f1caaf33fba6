//! Number literals: radix, suffixes, multipliers, and the smallest type that holds them.

use num_bigint::BigInt;
use num_traits::{FromPrimitive, Num, ToPrimitive};
use rust_decimal::Decimal;

use crate::language::ast::BinaryOperator;
use crate::language::characters::is_dash;
use crate::value::Value;

/// Longest number that is read, in characters: to read a number takes time that grows with the square of its length.
pub const MAX_LENGTH: usize = 20_000;

/// Reads a whole number literal, sign included; none if it is not one.
pub fn parse(text: &str) -> Option<Value> {
    let (length, literal) = scan(text)?;
    literal.value().filter(|_| length == text.len())
}

/// The radix of a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Decimal,
    Hexadecimal,
    Binary,
}

/// A number literal taken apart.
#[derive(Debug)]
pub struct Literal<'a> {
    negative: bool,
    /// Digits, dot and exponent.
    digits: &'a str,
    format: Format,
    /// Whether it has a dot or an exponent.
    real: bool,
    /// In lower case.
    suffix: Suffix,
    multiplier: i64,
}

/// The letter or letters that name a type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Suffix {
    unsigned: bool,
    /// `y`, `s`, `l`, `d` or `n`.
    letter: Option<u8>,
}

/// Takes the number literal apart that a text begins with: its length in bytes and its parts. Whether what follows may
/// end a number is the caller's to say.
pub fn scan(text: &str) -> Option<(usize, Literal<'_>)> {
    let bytes = text.as_bytes();
    let sign = text.chars().next().filter(|c| *c == '+' || is_dash(*c));
    let negative = sign.is_some_and(is_dash);
    let mut at = sign.map_or(0, char::len_utf8);
    let prefix = |second: u8| {
        bytes.get(at) == Some(&b'0')
            && bytes
                .get(at + 1)
                .is_some_and(|byte| byte.eq_ignore_ascii_case(&second))
    };
    let (format, real);
    let start;
    if prefix(b'x') {
        start = at + 2;
        at = run(bytes, start, |byte| byte.is_ascii_hexdigit());
        (format, real) = (Format::Hexadecimal, false);
    } else if prefix(b'b') {
        start = at + 2;
        at = run(bytes, start, |byte| matches!(byte, b'0' | b'1'));
        (format, real) = (Format::Binary, false);
        if at == start {
            return None;
        }
    } else {
        start = at;
        (at, real) = decimal_digits(bytes, at)?;
        format = Format::Decimal;
    }
    let digits = &text[start..at];
    if digits.len() > MAX_LENGTH {
        return None;
    }
    let suffix = take_suffix(bytes, &mut at)?;
    let multiplier = take_multiplier(bytes, &mut at)?;
    let literal = Literal {
        negative,
        digits,
        format,
        real,
        suffix,
        multiplier,
    };
    Some((at, literal))
}

/// Where the bytes that `fits` end.
fn run(bytes: &[u8], from: usize, fits: impl Fn(&u8) -> bool) -> usize {
    let length = bytes[from..].iter().take_while(|byte| fits(byte)).count();
    from + length
}

/// Digits, a dot and more digits, an exponent: where they end and whether they make a real number.
fn decimal_digits(bytes: &[u8], from: usize) -> Option<(usize, bool)> {
    let digits = |at| run(bytes, at, u8::is_ascii_digit);
    let mut at = digits(from);
    let mut real = false;
    if bytes.get(at) == Some(&b'.') && (at == from || bytes.get(at + 1) != Some(&b'.')) {
        real = true;
        at = digits(at + 1);
    } else if at == from {
        return None;
    }
    if bytes
        .get(at)
        .is_some_and(|byte| matches!(byte, b'e' | b'E'))
    {
        real = true;
        at += 1;
        let rest = std::str::from_utf8(&bytes[at..]).unwrap_or_default();
        if let Some(sign) = rest.chars().next().filter(|c| *c == '+' || is_dash(*c)) {
            at += sign.len_utf8();
        }
        let end = digits(at);
        if end == at {
            return None;
        }
        at = end;
    }
    Some((at, real))
}

fn take_suffix(bytes: &[u8], at: &mut usize) -> Option<Suffix> {
    let letter = |at: usize| {
        let byte = bytes.get(at)?.to_ascii_lowercase();
        matches!(byte, b'u' | b's' | b'l' | b'd' | b'y' | b'n').then_some(byte)
    };
    let mut suffix = Suffix::default();
    match letter(*at) {
        None => return Some(suffix),
        Some(b'u') => suffix.unsigned = true,
        other => suffix.letter = other,
    }
    *at += 1;
    match letter(*at) {
        None => Some(suffix),
        Some(second @ (b'l' | b's' | b'y')) if suffix.unsigned => {
            *at += 1;
            suffix.letter = Some(second);
            Some(suffix)
        }
        Some(_) => None,
    }
}

/// `kb`, `mb`, …; none if only the first letter of one stands there.
fn take_multiplier(bytes: &[u8], at: &mut usize) -> Option<i64> {
    let power = match bytes.get(*at).map(u8::to_ascii_lowercase) {
        Some(b'k') => 10,
        Some(b'm') => 20,
        Some(b'g') => 30,
        Some(b't') => 40,
        Some(b'p') => 50,
        _ => return Some(1),
    };
    if !bytes.get(*at + 1)?.eq_ignore_ascii_case(&b'b') {
        return None;
    }
    *at += 2;
    Some(1 << power)
}

impl Literal<'_> {
    /// Its value; none if no type of its suffix holds it.
    pub fn value(&self) -> Option<Value> {
        if self.real {
            return self.real_value();
        }
        let mut suffix = self.suffix;
        let number = match self.format {
            Format::Decimal => BigInt::from_str_radix(self.digits, 10).ok()?,
            Format::Hexadecimal => hexadecimal(self.digits, &mut suffix)?,
            Format::Binary => binary(self.digits, &mut suffix)?,
        };
        let number = if self.negative { -number } else { number };
        typed(
            number * self.multiplier,
            suffix,
            self.format == Format::Decimal,
        )
    }

    fn real_value(&self) -> Option<Value> {
        let text = self.digits.replace(is_dash, "-");
        if self.suffix.letter == Some(b'd') {
            let parsed = if text.contains(['e', 'E']) {
                Decimal::from_scientific(&text)
            } else {
                text.trim_end_matches('.').parse()
            };
            let number = crate::decimal::calculate(
                BinaryOperator::Multiply,
                parsed.ok()?,
                Decimal::from(self.multiplier),
            )?;
            return Some(Value::Decimal(if self.negative { -number } else { number }));
        }
        let magnitude: f64 = text.parse().ok()?;
        let number = if self.negative { -magnitude } else { magnitude };
        let number = number * self.multiplier as f64;
        if self.suffix == Suffix::default() {
            return Some(Value::Double(number));
        }
        // .NET rounds halves to even when it makes an integer of a real literal.
        typed(
            BigInt::from_f64(number.round_ties_even())?,
            self.suffix,
            true,
        )
    }
}

/// Hexadecimal literals are bit patterns of the width that their suffix, or else their length, says: `0xFFFFFFFF` is −1.
fn hexadecimal(digits: &str, suffix: &mut Suffix) -> Option<BigInt> {
    let plain = suffix.letter.is_none();
    let width = match suffix.letter {
        _ if suffix.unsigned => 0,
        Some(b'y') => 2,
        Some(b's') => 4,
        Some(b'l') => 16,
        _ if digits.len() < 15 => 8,
        _ => 16,
    };
    let number = if digits.is_empty() {
        BigInt::default()
    } else {
        BigInt::from_str_radix(digits, 16).ok()?
    };
    let signed = digits.len() == width;
    // The digits are read behind a zero, which only a sign bit replaces.
    let length = if signed { width } else { digits.len() + 1 };
    if plain && length == 16 {
        suffix.letter = Some(b'l');
    }
    let negative = signed && digits.as_bytes().first().is_some_and(|byte| *byte >= b'8');
    Some(if negative {
        number - (BigInt::from(1_u8) << (4 * width))
    } else {
        number
    })
}

/// Binary literals have a sign bit where their length is that of a type.
fn binary(digits: &str, suffix: &mut Suffix) -> Option<BigInt> {
    let number = BigInt::from_str_radix(digits, 2).ok()?;
    let length = digits.len();
    let signed = !suffix.unsigned
        && digits.starts_with('1')
        && (matches!(length, 8 | 16 | 32 | 64 | 96) || length >= 128);
    if length == 64 && suffix.letter.is_none() {
        suffix.letter = Some(b'l');
    }
    Some(if signed {
        number - (BigInt::from(1_u8) << length)
    } else {
        number
    })
}

/// The value of the type that the suffix names, or of the smallest that holds it.
fn typed(number: BigInt, suffix: Suffix, decimal: bool) -> Option<Value> {
    Some(match (suffix.letter, suffix.unsigned) {
        (None, false) => smallest(number, decimal)?,
        (Some(b'y'), false) => Value::Int8(number.to_i8()?),
        (Some(b'y'), true) => Value::UInt8(number.to_u8()?),
        (Some(b's'), false) => Value::Int16(number.to_i16()?),
        (Some(b's'), true) => Value::UInt16(number.to_u16()?),
        (Some(b'l'), false) => Value::Int64(number.to_i64()?),
        (Some(b'l'), true) => Value::UInt64(number.to_u64()?),
        (None, true) => match number.to_u32() {
            Some(small) => Value::UInt32(small),
            None => Value::UInt64(number.to_u64()?),
        },
        (Some(b'n'), false) => Value::BigInteger(number.into()),
        (Some(b'd'), false) => Value::Decimal(number.to_string().parse().ok()?),
        _ => return None,
    })
}

/// Only a decimal literal grows beyond 64 bits.
fn smallest(number: BigInt, decimal: bool) -> Option<Value> {
    Some(if let Some(small) = number.to_i32() {
        Value::Int32(small)
    } else if let Some(wide) = number.to_i64() {
        Value::Int64(wide)
    } else if !decimal {
        return None;
    } else if let Ok(decimal) = number.to_string().parse::<Decimal>() {
        Value::Decimal(decimal)
    } else {
        Value::Double(number.to_f64().filter(|double| double.is_finite())?)
    })
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
            ("0x", "Int32(0)"),
            ("", "none"),
            ("-", "none"),
            ("kb", "none"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
