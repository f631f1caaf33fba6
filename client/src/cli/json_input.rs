//! JSON on standard input: values one after the other, and the elements of an array each as soon as it is read.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufRead, Read};

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::de::IoRead;
use tandem::cmdlet::v1::value::Kind;
use tandem::cmdlet::v1::{Value, ValueList, ValueObject, ValueProperty};

use super::input::{BYTES_MAX, Input};

/// Reads all values; `send` says whether more is wanted.
pub(super) fn json(
    reader: &mut dyn BufRead,
    send: &mut dyn FnMut(Input) -> bool,
) -> Result<(), String> {
    let read = Cell::new(0);
    let bounded = Bounded {
        reader,
        read: &read,
    };
    let mut values = serde_json::Deserializer::new(IoRead::new(bounded));
    let mut is_wanted = true;
    // Not at its end: another value stands there, or something that is none.
    while is_wanted && values.end().is_err() {
        let each = Each {
            read: &read,
            send,
            is_wanted: &mut is_wanted,
        };
        let outcome = each.deserialize(&mut values);
        if let Err(error) = outcome
            && is_wanted
        {
            return Err(format!("standard input is not JSON: {error}"));
        }
    }
    Ok(())
}

/// Counts what is read of one value.
struct Bounded<'a> {
    reader: &'a mut dyn BufRead,
    read: &'a Cell<u64>,
}

impl Read for Bounded<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(into)?;
        self.read.set(self.read.get() + read as u64);
        if self.read.get() > BYTES_MAX {
            let text = format!("a value of more than {BYTES_MAX} bytes");
            return Err(io::Error::other(text));
        }
        Ok(read)
    }
}

/// One value, of which an array is several.
struct Each<'a> {
    read: &'a Cell<u64>,
    send: &'a mut dyn FnMut(Input) -> bool,
    is_wanted: &'a mut bool,
}

impl Each<'_> {
    fn give(&mut self, kind: Option<Kind>) -> bool {
        self.read.set(0);
        *self.is_wanted = (self.send)(Input::Object(Value { kind }));
        *self.is_wanted
    }

    fn give_one<E>(mut self, kind: Result<Option<Kind>, E>) -> Result<(), E> {
        let kind = kind?;
        self.give(kind);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Each<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Each<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        JsonVisitor.expecting(formatter)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.give_one(JsonVisitor.visit_unit())
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.give_one(JsonVisitor.visit_bool(value))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.give_one(JsonVisitor.visit_i64(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.give_one(JsonVisitor.visit_u64(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.give_one(JsonVisitor.visit_f64(value))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.give_one(JsonVisitor.visit_str(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<(), A::Error> {
        while let Some(Json(element)) = elements.next_element()? {
            if !self.give(element.kind) {
                return Ok(());
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<(), A::Error> {
        self.give_one(JsonVisitor.visit_map(members))
    }
}

/// A JSON value as `ConvertFrom-Json` makes objects of it; the order of properties is kept.
struct Json(Value);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_any(JsonVisitor)
            .map(|kind| Self(Value { kind }))
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Option<Kind>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(Kind::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(Kind::Int64(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Some(
            i64::try_from(value).map_or(Kind::Uint64(value), Kind::Int64),
        ))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Some(Kind::Double(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Some(Kind::String(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let mut item = Vec::new();
        while let Some(Json(element)) = elements.next_element()? {
            item.push(element);
        }
        Ok(Some(Kind::List(ValueList {
            r#type: "System.Object[]".to_owned(),
            item,
        })))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut property = Vec::new();
        while let Some((name, Json(value))) = members.next_entry::<String, Json>()? {
            property.push(ValueProperty {
                name,
                value: Some(value),
            });
        }
        let type_name = [
            "System.Management.Automation.PSCustomObject",
            "System.Object",
        ]
        .map(str::to_owned)
        .to_vec();
        Ok(Some(Kind::Object(ValueObject {
            type_name,
            property,
            text: String::new(),
        })))
    }
}
