//! CLIXML elements as primitives.

use std::sync::Arc;

use base64::Engine as _;

use crate::serialise::clixml_read::unescape;
use crate::text::{TICKS_PER_DAY, TICKS_PER_SECOND, read_iso_date};
use crate::value::{Array, DateTime, DateTimeKind, NamedScalar, Value};

/// The value of an element of that name and text; none if there is no such primitive, or the text makes no sense.
pub(super) fn read_primitive(element: &str, text: &str) -> Option<Value> {
    Some(match element {
        "S" | "SBK" | "XD" => Value::text(unescape(text)),
        "ToString" => Value::text(unescape(text)),
        "B" => Value::Bool(text.parse().ok()?),
        "C" => Value::Char(text.parse().ok()?),
        "By" => Value::UInt8(text.parse().ok()?),
        "SB" => Value::Int8(text.parse().ok()?),
        "U16" => Value::UInt16(text.parse().ok()?),
        "I16" => Value::Int16(text.parse().ok()?),
        "U32" => Value::UInt32(text.parse().ok()?),
        "I32" => Value::Int32(text.parse().ok()?),
        "U64" => Value::UInt64(text.parse().ok()?),
        "I64" => Value::Int64(text.parse().ok()?),
        "Sg" => Value::Single(real(text)? as f32),
        "Db" => Value::Double(real(text)?),
        "D" => Value::Decimal(text.parse().ok()?),
        "DT" => Value::DateTime(date(text)?),
        "TS" => Value::TimeSpan(duration(text)?),
        "G" => Value::Guid(text.parse().ok()?),
        "URI" => Value::Named(Arc::new(NamedScalar {
            options: 0,
            type_name: "System.Uri".into(),
            text: unescape(text).into(),
        })),
        "Version" => Value::Version(
            text.split('.')
                .map(str::parse)
                .collect::<Result<Vec<i32>, _>>()
                .ok()?
                .into(),
        ),
        "BA" => Value::Array(Arc::new(Array {
            element_type: "System.Byte".into(),
            items: base64::engine::general_purpose::STANDARD
                .decode(text.trim())
                .ok()?
                .into_iter()
                .map(Value::UInt8)
                .collect::<Vec<_>>()
                .into(),
        })),
        "SS" => Value::SecureString(secret(text)?.into()),
        _ => return None,
    })
}

fn real(text: &str) -> Option<f64> {
    match text {
        "INF" => Some(f64::INFINITY),
        "-INF" => Some(f64::NEG_INFINITY),
        "NaN" => Some(f64::NAN),
        other => other.parse().ok(),
    }
}

fn date(text: &str) -> Option<DateTime> {
    read_iso_date(text).or_else(|| {
        let ticks = text.parse().ok()?;
        Some(DateTime {
            ticks,
            kind: DateTimeKind::Unspecified,
        })
    })
}

/// UTF-16LE in hexadecimal.
fn secret(text: &str) -> Option<String> {
    let bytes: Vec<u8> = (0..text.len() / 2)
        .map(|at| u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok())
        .collect::<Option<_>>()?;
    let units: Vec<u16> = bytes
        .as_chunks::<2>()
        .0
        .iter()
        .map(|pair| u16::from_le_bytes(*pair))
        .collect();
    String::from_utf16(&units).ok()
}

/// An XSD duration in ticks.
fn duration(text: &str) -> Option<i64> {
    let (sign, rest) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let rest = rest.strip_prefix('P')?;
    let (days, clock) = rest.split_once('T').unwrap_or((rest, ""));
    let mut ticks = match days.strip_suffix('D') {
        Some(days) => days.parse::<i64>().ok()?.checked_mul(TICKS_PER_DAY)?,
        None if days.is_empty() => 0,
        None => return None,
    };
    let mut number = String::new();
    for c in clock.chars() {
        let unit = match c {
            'H' => 3600 * TICKS_PER_SECOND,
            'M' => 60 * TICKS_PER_SECOND,
            'S' => TICKS_PER_SECOND,
            digit => {
                number.push(digit);
                continue;
            }
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
        ticks = ticks.checked_add(whole.parse::<i64>().ok()?.checked_mul(unit)?)?;
        if !fraction.is_empty() {
            let digits = format!("{fraction:0<7}");
            ticks = ticks.checked_add(digits.get(..7)?.parse().ok()?)?;
        }
        number.clear();
    }
    Some(sign * ticks)
}
