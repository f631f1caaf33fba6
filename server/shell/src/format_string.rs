//! Composite format strings (`{0,8:N2}`) and the formats of numbers, dates and spans: the `-f` operator,
//! `ToString("…")`, `Get-Date -Format` and calculated columns.

mod custom;
mod date;
mod number;

use crate::convert::net_text;
use crate::text::{Culture, as_double, to_text};
use crate::value::Value;

pub use date::format_date;
use date::format_span;
use number::format_number;

/// Most digits that a standard format of a number gives.
const MAX_FIELD: usize = 10_000;
/// Longest result, in bytes.
const MAX_RESULT: usize = 16 << 20;

/// Why a format string cannot be followed, in .NET's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// A brace without its partner, or nothing sensible between two, near that UTF-16 unit.
    #[error("Input string was not in a correct format. Failure to parse near offset {0}. {1}")]
    Malformed(usize, &'static str),
    /// A number past the last argument.
    #[error(
        "Index (zero based) must be greater than or equal to zero and less than the size of the argument list."
    )]
    IndexOutOfRange,
    /// A result that would be larger than a session may hold.
    #[error("The result is larger than a session may hold.")]
    TooLarge,
    /// A format that a number's type does not have.
    #[error("Format specifier was invalid.")]
    InvalidSpecifier,
    /// A format that a date or span does not have.
    #[error("Input string was not in a correct format.")]
    InvalidTime,
    /// A format that an enumeration's value does not have.
    #[error("Format string can be only \"G\", \"g\", \"X\", \"x\", \"F\", \"f\", \"D\" or \"d\".")]
    InvalidEnum,
    /// A format that a GUID does not have.
    #[error(
        "Format string can be only \"D\", \"d\", \"N\", \"n\", \"P\", \"p\", \"B\", \"b\", \"X\" or \"x\"."
    )]
    InvalidGuid,
}

const UNCLOSED: &str = "Format item ends prematurely.";
const NO_DIGIT: &str = "Expected an ASCII digit.";
const STRAY_BRACE: &str = "Unexpected closing brace without a corresponding opening brace.";

/// Largest index and width that a place may name.
const MAX_PLACE: usize = 1_000_000;

/// Fills the places of a composite format.
///
/// # Errors
/// As [`FormatError`] says.
pub fn format(template: &str, arguments: &[Value]) -> Result<String, FormatError> {
    let mut scan = Scan {
        units: template.encode_utf16().collect(),
        at: 0,
    };
    let mut out = String::new();
    loop {
        let from = scan.at;
        let brace = scan.units[from..]
            .iter()
            .position(|unit| [u16::from(b'{'), u16::from(b'}')].contains(unit));
        let Some(ahead) = brace else {
            out.push_str(&String::from_utf16_lossy(&scan.units[from..]));
            return Ok(out);
        };
        out.push_str(&String::from_utf16_lossy(&scan.units[from..from + ahead]));
        scan.at = from + ahead;
        let brace = scan.here();
        let next = scan.step()?;
        if next == brace {
            out.push(brace);
            scan.at += 1;
        } else if brace == '}' {
            return Err(FormatError::Malformed(scan.at, STRAY_BRACE));
        } else {
            push_place(&mut out, &mut scan, arguments)?;
        }
        if out.len() > MAX_RESULT {
            return Err(FormatError::TooLarge);
        }
    }
}

/// A place in a composite format.
struct Scan {
    units: Vec<u16>,
    at: usize,
}

impl Scan {
    fn here(&self) -> char {
        let unit = self.units.get(self.at).copied().unwrap_or_default();
        char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    /// The next character; a format must not end inside a place.
    fn step(&mut self) -> Result<char, FormatError> {
        self.at += 1;
        if self.at >= self.units.len() {
            return Err(FormatError::Malformed(self.at, UNCLOSED));
        }
        Ok(self.here())
    }

    /// A number, then blanks.
    fn number(&mut self) -> Result<usize, FormatError> {
        let mut c = self.here();
        let mut number = match c.to_digit(10) {
            Some(digit) => digit as usize,
            None => return Err(FormatError::Malformed(self.at, NO_DIGIT)),
        };
        c = self.step()?;
        while let Some(digit) = c.to_digit(10).filter(|_| number < MAX_PLACE) {
            number = number * 10 + digit as usize;
            c = self.step()?;
        }
        while c == ' ' {
            c = self.step()?;
        }
        Ok(number)
    }
}

/// One place: `index[,width][:format]}`.
fn push_place(out: &mut String, scan: &mut Scan, arguments: &[Value]) -> Result<(), FormatError> {
    let index = scan.number()?;
    let (mut width, mut to_left) = (0, false);
    if scan.here() == ',' {
        while scan.step()? == ' ' {}
        if scan.here() == '-' {
            to_left = true;
            scan.step()?;
        }
        width = scan.number()?;
    }
    let mut specifier = String::new();
    match scan.here() {
        '}' => {}
        ':' => {
            let from = scan.at + 1;
            loop {
                match scan.step()? {
                    '}' => break,
                    '{' => return Err(FormatError::Malformed(scan.at, UNCLOSED)),
                    _ => {}
                }
            }
            specifier = String::from_utf16_lossy(&scan.units[from..scan.at]);
        }
        _ => return Err(FormatError::Malformed(scan.at, UNCLOSED)),
    }
    scan.at += 1;
    let value = arguments.get(index).ok_or(FormatError::IndexOutOfRange)?;
    let text = format_value(value, &specifier)?;
    let missing = width.saturating_sub(text.encode_utf16().count());
    if !to_left {
        crate::format::cell::push_blanks(out, missing);
    }
    out.push_str(&text);
    if to_left {
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
            _ => Err(FormatError::InvalidEnum),
        },
        number if !specifier.is_empty() && is_number(number) => format_number(number, specifier),
        // Composite formatting calls .NET's own ToString: a double shows all its digits, a list its type.
        other => Ok(net_text(other)),
    }
}

fn is_number(value: &Value) -> bool {
    as_double(value).is_some()
}

fn format_guid(id: uuid::Uuid, specifier: &str) -> Result<String, FormatError> {
    match specifier.to_ascii_uppercase().as_str() {
        "D" => Ok(id.hyphenated().to_string()),
        "N" => Ok(id.simple().to_string()),
        "B" => Ok(id.braced().to_string()),
        "P" => Ok(format!("({})", id.hyphenated())),
        "X" => {
            let (a, b, c, rest) = id.as_fields();
            let rest: Vec<String> = rest.iter().map(|byte| format!("0x{byte:02x}")).collect();
            Ok(format!(
                "{{0x{a:08x},0x{b:04x},0x{c:04x},{{{}}}}}",
                rest.join(",")
            ))
        }
        _ => Err(FormatError::InvalidGuid),
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
        for (template, error) in [
            ("{3}", FormatError::IndexOutOfRange),
            ("{", FormatError::Malformed(1, UNCLOSED)),
            ("{0", FormatError::Malformed(2, UNCLOSED)),
            ("a}b", FormatError::Malformed(2, STRAY_BRACE)),
            ("{ 0}", FormatError::Malformed(1, NO_DIGIT)),
            ("{0,}", FormatError::Malformed(3, NO_DIGIT)),
            ("{0:{0}}", FormatError::Malformed(3, UNCLOSED)),
        ] {
            assert_eq!(format(template, &arguments), Err(error), "{template}");
        }
    }
}
