//! `[T]::Member`: the few static members of harmless types that runbooks use.

use std::sync::Arc;

use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::text::{TICKS_PER_DAY, TICKS_PER_SECOND, as_double};
use crate::value::{DateTime, DateTimeKind, Object, Text, Value};

/// Ticks of the last moment that a date may name.
const MAX_DATE_TICKS: i64 = 3_155_378_975_999_999_999;

/// A static property or field.
pub(super) fn property(type_name: &str, name: &str, now: DateTime) -> Option<Value> {
    let name = name.to_ascii_lowercase();
    Some(match (type_name, name.as_str()) {
        ("System.SByte", "maxvalue") => Value::Int8(i8::MAX),
        ("System.SByte", "minvalue") => Value::Int8(i8::MIN),
        ("System.Byte", "maxvalue") => Value::UInt8(u8::MAX),
        ("System.Byte", "minvalue") => Value::UInt8(u8::MIN),
        ("System.Int16", "maxvalue") => Value::Int16(i16::MAX),
        ("System.Int16", "minvalue") => Value::Int16(i16::MIN),
        ("System.UInt16", "maxvalue") => Value::UInt16(u16::MAX),
        ("System.UInt16", "minvalue") => Value::UInt16(u16::MIN),
        ("System.Int32", "maxvalue") => Value::Int32(i32::MAX),
        ("System.Int32", "minvalue") => Value::Int32(i32::MIN),
        ("System.UInt32", "maxvalue") => Value::UInt32(u32::MAX),
        ("System.UInt32", "minvalue") => Value::UInt32(u32::MIN),
        ("System.Int64", "maxvalue") => Value::Int64(i64::MAX),
        ("System.Int64", "minvalue") => Value::Int64(i64::MIN),
        ("System.UInt64", "maxvalue") => Value::UInt64(u64::MAX),
        ("System.UInt64", "minvalue") => Value::UInt64(u64::MIN),
        ("System.Double", "maxvalue") => Value::Double(f64::MAX),
        ("System.Double", "minvalue") => Value::Double(f64::MIN),
        ("System.Double", "nan") => Value::Double(f64::NAN),
        ("System.Double", "positiveinfinity") => Value::Double(f64::INFINITY),
        ("System.Double", "negativeinfinity") => Value::Double(f64::NEG_INFINITY),
        ("System.Double", "epsilon") => Value::Double(f64::from_bits(1)),
        ("System.Single", "maxvalue") => Value::Single(f32::MAX),
        ("System.Single", "minvalue") => Value::Single(f32::MIN),
        ("System.Decimal", "maxvalue") => Value::Decimal(Decimal::MAX),
        ("System.Decimal", "minvalue") => Value::Decimal(Decimal::MIN),
        ("System.String", "empty") => Value::text(""),
        ("System.Guid", "empty") => Value::Guid(uuid::Uuid::nil()),
        ("System.Management.Automation.PSCredential", "empty") => {
            credential(Value::Null, Value::Null)
        }
        ("System.Math", "pi") => Value::Double(std::f64::consts::PI),
        ("System.Math", "e") => Value::Double(std::f64::consts::E),
        ("System.Environment", "newline") => Value::text("\n"),
        ("System.TimeSpan", "zero") => Value::TimeSpan(0),
        ("System.TimeSpan", "maxvalue") => Value::TimeSpan(i64::MAX),
        ("System.TimeSpan", "minvalue") => Value::TimeSpan(i64::MIN),
        ("System.DateTime", "now" | "utcnow") => Value::DateTime(DateTime {
            kind: if name == "now" {
                DateTimeKind::Local
            } else {
                DateTimeKind::Utc
            },
            ..now
        }),
        ("System.DateTime", "today") => Value::DateTime(DateTime {
            ticks: now.ticks - now.ticks.rem_euclid(TICKS_PER_DAY),
            ..now
        }),
        ("System.DateTime", "maxvalue") => date(MAX_DATE_TICKS),
        ("System.DateTime", "minvalue") => date(0),
        _ => return None,
    })
}

/// A credential; that of nobody has neither name nor password.
fn credential(user: Value, password: Value) -> Value {
    let types: [Text; 2] = [
        "System.Management.Automation.PSCredential".into(),
        "System.Object".into(),
    ];
    Value::Object(Arc::new(Object::typed(
        types.into(),
        vec![("UserName".into(), user), ("Password".into(), password)],
    )))
}

fn date(ticks: i64) -> Value {
    Value::DateTime(DateTime {
        ticks,
        kind: DateTimeKind::Unspecified,
    })
}

/// A static method; none if the session knows none of that name and these arguments.
pub(super) fn call(type_name: &str, name: &str, arguments: &[Value]) -> Option<Value> {
    let name = name.to_ascii_lowercase();
    match type_name {
        "System.Math" => math(&name, arguments),
        "System.TimeSpan" => time_span(&name, arguments),
        "System.String" => string(&name, arguments),
        "System.DateTime" => date_time(&name, arguments),
        "System.Char" => character(&name, arguments),
        "System.Management.Automation.PSCredential" => match (&*name, arguments) {
            ("new", [user @ Value::String(_), password @ Value::SecureString(_)]) => {
                Some(credential(user.clone(), password.clone()))
            }
            _ => None,
        },
        _ => None,
    }
}

fn math(name: &str, arguments: &[Value]) -> Option<Value> {
    let real = |index: usize| arguments.get(index).and_then(as_double);
    if let ("max" | "min", [a, b]) = (name, arguments) {
        let larger = as_double(a)? >= as_double(b)?;
        return Some(if larger == (name == "max") {
            a.clone()
        } else {
            b.clone()
        });
    }
    if let ("abs", Some(Value::Int32(n))) = (name, arguments.first()) {
        return n.checked_abs().map(Value::Int32);
    }
    if let (Some(Value::Decimal(n)), "round" | "floor" | "ceiling" | "truncate" | "abs") =
        (arguments.first(), name)
    {
        let digits = real(1).unwrap_or(0.0) as u32;
        return Some(Value::Decimal(match name {
            "round" => n.round_dp_with_strategy(digits, RoundingStrategy::MidpointNearestEven),
            "floor" => n.floor(),
            "ceiling" => n.ceil(),
            "truncate" => n.trunc(),
            _ => n.abs(),
        }));
    }
    let x = real(0)?;
    Some(Value::Double(match name {
        "abs" => x.abs(),
        "ceiling" => x.ceil(),
        "floor" => x.floor(),
        "truncate" => x.trunc(),
        "sqrt" => x.sqrt(),
        "exp" => x.exp(),
        "log" => match real(1) {
            Some(base) => x.log(base),
            None => x.ln(),
        },
        "log10" => x.log10(),
        "pow" => x.powf(real(1)?),
        "round" => match real(1) {
            None => x.round_ties_even(),
            Some(digits) => {
                let exact = Decimal::from_f64(x)?;
                exact
                    .round_dp_with_strategy(digits as u32, RoundingStrategy::MidpointNearestEven)
                    .to_f64()?
            }
        },
        "sign" => return Some(Value::Int32(if x > 0.0 { 1 } else { -i32::from(x < 0.0) })),
        _ => return None,
    }))
}

fn time_span(name: &str, arguments: &[Value]) -> Option<Value> {
    let amount = as_double(arguments.first()?)?;
    let unit = match name {
        "fromdays" => TICKS_PER_DAY,
        "fromhours" => 3600 * TICKS_PER_SECOND,
        "fromminutes" => 60 * TICKS_PER_SECOND,
        "fromseconds" => TICKS_PER_SECOND,
        "frommilliseconds" => TICKS_PER_SECOND / 1000,
        "fromticks" => 1,
        "new" => return new_time_span(arguments),
        _ => return None,
    };
    Some(Value::TimeSpan((amount * unit as f64) as i64))
}

fn integers(arguments: &[Value]) -> Option<Vec<i64>> {
    arguments
        .iter()
        .map(|argument| as_double(argument).map(|n| n as i64))
        .collect()
}

fn new_time_span(arguments: &[Value]) -> Option<Value> {
    let parts = integers(arguments)?;
    let clock = |h: i64, m: i64, s: i64| (h * 3600 + m * 60 + s) * TICKS_PER_SECOND;
    Some(Value::TimeSpan(match parts.as_slice() {
        [ticks] => *ticks,
        [h, m, s] => clock(*h, *m, *s),
        [d, h, m, s] => d * TICKS_PER_DAY + clock(*h, *m, *s),
        [d, h, m, s, ms] => d * TICKS_PER_DAY + clock(*h, *m, *s) + ms * 10_000,
        _ => return None,
    }))
}

fn date_time(name: &str, arguments: &[Value]) -> Option<Value> {
    let (arguments, kind) = match arguments.split_last() {
        Some((Value::Enum(kind), rest)) if &*kind.definition.name == "System.DateTimeKind" => (
            rest,
            match kind.number {
                1 => DateTimeKind::Utc,
                2 => DateTimeKind::Local,
                _ => DateTimeKind::Unspecified,
            },
        ),
        _ => (arguments, DateTimeKind::Unspecified),
    };
    let date = |ticks: i64| Value::DateTime(DateTime { ticks, kind });
    let parts = integers(arguments)?;
    match (name, parts.as_slice()) {
        ("new", [ticks]) => Some(date(*ticks)),
        ("new", [year, month, day, clock @ ..]) => {
            let (h, m, s, ms) = match clock {
                [] => (0, 0, 0, 0),
                [h, m, s] => (*h, *m, *s, 0),
                [h, m, s, ms] => (*h, *m, *s, *ms),
                _ => return None,
            };
            let day = jiff::civil::Date::new(
                i16::try_from(*year).ok()?,
                i8::try_from(*month).ok()?,
                i8::try_from(*day).ok()?,
            )
            .ok()?;
            let days = i64::from(jiff::civil::date(1, 1, 1).until(day).ok()?.get_days());
            Some(date(
                days * TICKS_PER_DAY + (h * 3600 + m * 60 + s) * TICKS_PER_SECOND + ms * 10_000,
            ))
        }
        ("isleapyear", [year]) => {
            let year = *year;
            Some(Value::Bool(
                year % 4 == 0 && (year % 100 != 0 || year % 400 == 0),
            ))
        }
        ("daysinmonth", [year, month]) => {
            let first =
                jiff::civil::Date::new(i16::try_from(*year).ok()?, i8::try_from(*month).ok()?, 1)
                    .ok()?;
            Some(Value::Int32(first.days_in_month().into()))
        }
        _ => None,
    }
}

fn string(name: &str, arguments: &[Value]) -> Option<Value> {
    let text = |index: usize| {
        arguments
            .get(index)
            .map(|value| crate::text::to_text(value, crate::text::Culture::Invariant))
    };
    Some(match name {
        "isnullorempty" => Value::Bool(text(0)?.is_empty()),
        "isnullorwhitespace" => Value::Bool(text(0)?.trim().is_empty()),
        "join" => {
            let items: Vec<String> = match arguments {
                [_, list @ (Value::Array(_) | Value::List(_))] => list
                    .elements()?
                    .iter()
                    .map(|item| crate::text::to_text(item, crate::text::Culture::Invariant))
                    .collect(),
                _ => (1..arguments.len()).filter_map(text).collect(),
            };
            Value::text(items.join(&text(0)?))
        }
        "concat" => Value::text((0..arguments.len()).filter_map(text).collect::<String>()),
        "format" => {
            let values = match &arguments[1..] {
                [list @ Value::Array(_)] => list.elements()?,
                values => values.to_vec(),
            };
            Value::text(crate::format_string::format(&text(0)?, &values).ok()?)
        }
        "equals" => Value::Bool(text(0)? == text(1)?),
        _ => return None,
    })
}

fn character(name: &str, arguments: &[Value]) -> Option<Value> {
    let unit = match arguments.first()? {
        Value::Char(unit) => *unit,
        Value::String(text) => text.encode_utf16().next()?,
        _ => return None,
    };
    let c = char::from_u32(unit.into())?;
    Some(Value::Bool(match name {
        "isdigit" | "isnumber" => c.is_numeric(),
        "isletter" => c.is_alphabetic(),
        "isletterordigit" => c.is_alphanumeric(),
        "isupper" => c.is_uppercase(),
        "islower" => c.is_lowercase(),
        "iswhitespace" => c.is_whitespace(),
        _ => return None,
    }))
}
