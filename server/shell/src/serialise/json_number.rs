//! Numbers of JSON, by the rules of Newtonsoft's `JsonTextReader`: hexadecimal and octal ones too.

use std::sync::Arc;

use crate::value::Value;

/// Longest integer that does not fit 64 bits, in characters (`MaximumJavascriptIntegerCharacterLength`).
const MAX_INTEGER_LENGTH: usize = 380;

/// The value of a number; else what is wrong with it.
pub(super) fn read_number(text: &str) -> Result<Value, String> {
    let invalid = || format!("Input string '{text}' is not a valid number.");
    if let Some(rest) = text.strip_prefix('0')
        && !rest.is_empty()
        && !rest.starts_with(['.', 'e', 'E'])
    {
        return in_other_base(text, rest)
            .map(Value::Int64)
            .ok_or_else(invalid);
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()) {
        if let Ok(n) = text.parse() {
            return Ok(Value::Int64(n));
        }
        if text.len() > MAX_INTEGER_LENGTH {
            return Err(format!("JSON integer {text} is too large to parse."));
        }
        return match text.parse() {
            Ok(n) => Ok(Value::BigInteger(Arc::new(n))),
            Err(_) => Err(invalid()),
        };
    }
    text.parse().map(Value::Double).map_err(|_| invalid())
}

/// `0x…`, else octal; both give the bits of 64-bit integers (`Convert.ToInt64`).
fn in_other_base(text: &str, rest: &str) -> Option<i64> {
    let (digits, radix) = match rest.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (text, 8),
    };
    let plain = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let bits = plain.then(|| u64::from_str_radix(digits, radix).ok())??;
    Some(bits.cast_signed())
}
