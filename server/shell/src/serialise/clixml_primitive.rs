//! Primitives as CLIXML elements.

use base64::Engine as _;

use crate::text::{
    Culture, TICKS_PER_DAY, TICKS_PER_SECOND, date_time_xml, double_round_trip, push_fraction,
    read, single_round_trip, to_text,
};
use crate::value::Value;

/// Element and text of a primitive.
pub(super) fn primitive(value: &Value) -> Option<(&'static str, String)> {
    let plain = |name| Some((name, to_text(value, Culture::Invariant)));
    match value {
        Value::Bool(flag) => Some(("B", flag.to_string())),
        Value::Int8(_) => plain("SB"),
        Value::UInt8(_) => plain("By"),
        Value::Int16(_) => plain("I16"),
        Value::UInt16(_) => plain("U16"),
        Value::Int32(_) => plain("I32"),
        Value::UInt32(_) => plain("U32"),
        Value::Int64(_) => plain("I64"),
        Value::UInt64(_) => plain("U64"),
        Value::Single(n) => Some(("Sg", xml_real(f64::from(*n), single_round_trip(*n)))),
        Value::Double(n) => Some(("Db", xml_real(*n, double_round_trip(*n)))),
        Value::Decimal(_) => plain("D"),
        Value::Char(unit) => Some(("C", unit.to_string())),
        Value::String(text) => Some(("S", text.to_string())),
        Value::DateTime(date) => Some(("DT", date_time_xml(*date))),
        Value::TimeSpan(ticks) => Some(("TS", duration(*ticks))),
        Value::Guid(_) => plain("G"),
        Value::Version(_) => plain("Version"),
        Value::ScriptBlock(_) => plain("SBK"),
        Value::Array(array) if &*array.element_type == "System.Byte" => {
            let bytes = read(&array.items);
            let bytes = bytes.iter().map(|item| match item {
                Value::UInt8(byte) => *byte,
                _ => 0,
            });
            let encoded =
                base64::engine::general_purpose::STANDARD.encode(bytes.collect::<Vec<u8>>());
            Some(("BA", encoded))
        }
        Value::Named(scalar) => match &*scalar.type_name {
            "System.Uri" => plain("URI"),
            "System.Xml.XmlDocument" => plain("XD"),
            _ => None,
        },
        Value::SecureString(text) => {
            let hex: String = text
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .map(|byte| format!("{byte:02x}"))
                .collect();
            Some(("SS", hex))
        }
        _ => None,
    }
}

fn xml_real(n: f64, text: String) -> String {
    if n.is_infinite() {
        if n > 0.0 { "INF".into() } else { "-INF".into() }
    } else {
        text
    }
}

/// A span as an XSD duration: `P1DT2H3M4.5S`, `PT0S`.
fn duration(ticks: i64) -> String {
    if ticks == 0 {
        return "PT0S".into();
    }
    let magnitude = ticks.unsigned_abs();
    let second = TICKS_PER_SECOND.unsigned_abs();
    let mut out = String::from(if ticks < 0 { "-P" } else { "P" });
    let days = magnitude / TICKS_PER_DAY.unsigned_abs();
    if days > 0 {
        out.push_str(&format!("{days}D"));
    }
    if magnitude.is_multiple_of(TICKS_PER_DAY.unsigned_abs()) {
        return out;
    }
    out.push('T');
    for (part, unit) in [
        (magnitude / (3600 * second) % 24, 'H'),
        (magnitude / (60 * second) % 60, 'M'),
    ] {
        if part > 0 {
            out.push_str(&format!("{part}{unit}"));
        }
    }
    let (seconds, fraction) = (magnitude / second % 60, magnitude % second);
    if seconds > 0 || fraction > 0 {
        out.push_str(&seconds.to_string());
        push_fraction(&mut out, fraction as i64);
        out.push('S');
    }
    out
}
