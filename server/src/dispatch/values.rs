//! Values of sessions on the wire and back (`tandem.cmdlet.v1.Value`).

use std::sync::{Arc, RwLock};

use indexmap::IndexMap;
use tandem::cmdlet::v1 as wire;
use tandem::cmdlet::v1::value::Kind;
use tandem_shell::command::ParameterType;
use tandem_shell::convert::{ConversionContext, convert};
use tandem_shell::language::ast::Source;
use tandem_shell::language::parse;
use tandem_shell::text::{Culture, to_round_trip_text, to_text};
use tandem_shell::type_names::type_name;
use tandem_shell::value::{
    Array, DateTime, DateTimeKind, Dictionary, EnumDefinition, EnumValue, List, NamedScalar,
    Object, Property, ScriptBlock, Value,
};

/// How deep values nest before the rest is sent as text.
const MAX_DEPTH: usize = 32;

/// Most values within one that travels, and most bytes of its texts: what holds others many times over would have no end.
/// More than that no message holds; the rest is sent as the names of its types.
const WHOLE: Limits = Limits {
    values: 1 << 21,
    bytes: 64 << 20,
    longest: usize::MAX,
};

/// The same of what goes along with a record: a client that takes no more than gRPC's usual 4 MiB reads the record.
const BESIDE: Limits = Limits {
    values: 10_000,
    bytes: 1 << 20,
    longest: 1 << 18,
};

/// Longest `BigInteger` that is read, in digits: longer ones a session does not make.
const MAX_DIGITS: usize = 80_000;

/// The last moment of the year 9999, in ticks.
const MAX_TICKS: i64 = 3_155_378_975_999_999_999;

/// Ticks of 100 nanoseconds from 0001-01-01 to 1970-01-01.
const EPOCH_TICKS: i64 = 621_355_968_000_000_000;

const TICKS_PER_SECOND: i64 = 10_000_000;

/// A point in time as `System.DateTime` in UTC; one that it cannot say is the first or the last that it can.
#[must_use]
pub fn date_time(timestamp: &prost_types::Timestamp) -> DateTime {
    let ticks = timestamp
        .seconds
        .saturating_mul(TICKS_PER_SECOND)
        .saturating_add(i64::from(timestamp.nanos) / 100)
        .saturating_add(EPOCH_TICKS);
    DateTime {
        ticks: ticks.clamp(0, MAX_TICKS),
        kind: DateTimeKind::Utc,
    }
}

/// `System.DateTime` in UTC as a point in time.
#[must_use]
pub fn timestamp(date: DateTime) -> prost_types::Timestamp {
    let ticks = date.ticks - EPOCH_TICKS;
    prost_types::Timestamp {
        seconds: ticks.div_euclid(TICKS_PER_SECOND),
        nanos: i32::try_from(ticks.rem_euclid(TICKS_PER_SECOND) * 100).unwrap_or_default(),
    }
}

/// A duration as ticks of `System.TimeSpan`.
#[must_use]
pub fn time_span(duration: &prost_types::Duration) -> i64 {
    duration
        .seconds
        .saturating_mul(TICKS_PER_SECOND)
        .saturating_add(i64::from(duration.nanos) / 100)
}

/// Ticks of `System.TimeSpan` as a duration.
#[must_use]
pub fn duration(ticks: i64) -> prost_types::Duration {
    prost_types::Duration {
        seconds: ticks / TICKS_PER_SECOND,
        nanos: i32::try_from(ticks % TICKS_PER_SECOND * 100).unwrap_or_default(),
    }
}

/// A value as it travels.
#[must_use]
pub fn to_wire(value: &Value) -> wire::Value {
    Sender::within(WHOLE).send(value)
}

/// What a record is about, as it travels with the record.
#[must_use]
pub fn beside(value: &Value) -> wire::Value {
    Sender::within(BESIDE).send(value)
}

#[derive(Clone, Copy)]
struct Limits {
    values: usize,
    bytes: usize,
    /// Bytes of one text.
    longest: usize,
}

/// What was made of a value so far.
struct Sender {
    limits: Limits,
    values: usize,
    bytes: usize,
}

impl Sender {
    fn within(limits: Limits) -> Self {
        Self {
            limits,
            values: 0,
            bytes: 0,
        }
    }

    fn send(mut self, value: &Value) -> wire::Value {
        wire::Value {
            kind: self.kind_of(value, 0),
        }
    }

    fn nested(&mut self, value: &Value, depth: usize) -> wire::Value {
        wire::Value {
            kind: self.kind_of(value, depth + 1),
        }
    }

    /// A text on its way.
    fn text(&mut self, text: impl Into<String>) -> String {
        let text = text.into();
        self.bytes = self.bytes.saturating_add(text.len());
        text
    }

    fn kind_of(&mut self, value: &Value, depth: usize) -> Option<Kind> {
        self.values += 1;
        if self.values > self.limits.values || self.bytes > self.limits.bytes {
            return Some(Kind::String(type_name(value).to_string()));
        }
        if let Value::String(text) = value
            && text.len() > self.limits.longest
        {
            return Some(Kind::String(type_name(value).to_string()));
        }
        if depth >= MAX_DEPTH {
            let text = to_text(value, Culture::Invariant);
            return Some(Kind::String(self.text(text)));
        }
        Some(match value {
            Value::Null => return None,
            Value::Bool(flag) => Kind::Bool(*flag),
            Value::Switch(flag) => Kind::Switch(*flag),
            Value::Int32(number) => Kind::Int32(*number),
            Value::Int64(number) => Kind::Int64(*number),
            Value::UInt64(number) => Kind::Uint64(*number),
            Value::Double(number) => Kind::Double(*number),
            Value::String(text) => Kind::String(self.text(&**text)),
            Value::DateTime(date) if date.kind == DateTimeKind::Utc => {
                Kind::DateTime(timestamp(*date))
            }
            Value::TimeSpan(ticks) => Kind::TimeSpan(duration(*ticks)),
            Value::Enum(value) => Kind::Enumeration(wire::EnumText {
                r#type: value.definition.name.to_string(),
                name: tandem_shell::text::enum_text(value),
                number: value.number,
            }),
            Value::Array(array) => self.array_kind(array, depth),
            Value::List(list) => Kind::List(wire::ValueList {
                r#type: list.type_name.to_string(),
                item: self.items(&list.items, depth),
            }),
            Value::Dictionary(dictionary) => self.dictionary(dictionary, depth),
            Value::Object(object) => self.object(object, depth),
            Value::Noted(noted) => return self.kind_of(&noted.base, depth),
            Value::ScriptBlock(block) => Kind::ScriptBlock(self.text(&*block.text)),
            Value::SecureString(_) => Kind::Scalar(wire::TypedText {
                r#type: type_name(value).to_string(),
                text: String::new(),
            }),
            Value::Error(_) | Value::Format(_) => {
                let text = to_text(value, Culture::Invariant);
                Kind::String(self.text(text))
            }
            Value::Int8(_)
            | Value::UInt8(_)
            | Value::Int16(_)
            | Value::UInt16(_)
            | Value::UInt32(_)
            | Value::Single(_)
            | Value::Decimal(_)
            | Value::BigInteger(_)
            | Value::Char(_)
            | Value::DateTime(_)
            | Value::Guid(_)
            | Value::Version(_)
            | Value::Named(_)
            | Value::Type(_) => Kind::Scalar(wire::TypedText {
                r#type: type_name(value).to_string(),
                text: self.text(to_round_trip_text(value)),
            }),
        })
    }

    fn dictionary(&mut self, dictionary: &Dictionary, depth: usize) -> Kind {
        let entries = read(&dictionary.entries);
        let entry = |(key, value): &(Value, Value)| wire::ValueEntry {
            key: Some(self.nested(key, depth)),
            value: Some(self.nested(value, depth)),
        };
        Kind::Dictionary(wire::ValueDictionary {
            r#type: dictionary.type_name.to_string(),
            entry: entries.values().map(entry).collect(),
        })
    }

    fn object(&mut self, object: &Object, depth: usize) -> Kind {
        Kind::Object(wire::ValueObject {
            type_name: read(&object.type_names)
                .iter()
                .map(ToString::to_string)
                .collect(),
            property: self.properties(&object.properties, depth),
            text: self.text(object.text.as_deref().unwrap_or_default()),
        })
    }

    fn array_kind(&mut self, array: &Array, depth: usize) -> Kind {
        let elements = read(&array.items);
        if &*array.element_type == "System.Byte" {
            let bytes: Option<Vec<u8>> = elements
                .iter()
                .map(|item| {
                    if let Value::UInt8(byte) = item {
                        Some(*byte)
                    } else {
                        None
                    }
                })
                .collect();
            if let Some(bytes) = bytes {
                self.bytes = self.bytes.saturating_add(bytes.len());
                return Kind::Bytes(bytes);
            }
        }
        Kind::List(wire::ValueList {
            r#type: format!("{}[]", array.element_type),
            item: elements
                .iter()
                .map(|item| self.nested(item, depth))
                .collect(),
        })
    }

    fn items(&mut self, elements: &RwLock<Vec<Value>>, depth: usize) -> Vec<wire::Value> {
        read(elements)
            .iter()
            .map(|item| self.nested(item, depth))
            .collect()
    }

    fn properties(
        &mut self,
        properties: &RwLock<Vec<Property>>,
        depth: usize,
    ) -> Vec<wire::ValueProperty> {
        read(properties)
            .iter()
            .map(|property| wire::ValueProperty {
                name: property.name.to_string(),
                value: Some(self.nested(&property.value, depth)),
            })
            .collect()
    }
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// A value that has travelled. What nests deeper than 32 levels is dropped.
#[must_use]
pub fn from_wire(value: &wire::Value) -> Value {
    from_kind(value.kind.as_ref(), 0)
}

fn from_nested(value: Option<&wire::Value>, depth: usize) -> Value {
    from_kind(value.and_then(|value| value.kind.as_ref()), depth + 1)
}

fn from_kind(kind: Option<&Kind>, depth: usize) -> Value {
    let Some(kind) = kind else { return Value::Null };
    if depth >= MAX_DEPTH {
        return Value::Null;
    }
    match kind {
        Kind::Bool(flag) => Value::Bool(*flag),
        Kind::Switch(flag) => Value::Switch(*flag),
        Kind::Int32(number) => Value::Int32(*number),
        Kind::Int64(number) => Value::Int64(*number),
        Kind::Uint64(number) => Value::UInt64(*number),
        Kind::Double(number) => Value::Double(*number),
        Kind::String(text) => Value::text(text.as_str()),
        Kind::Bytes(bytes) => Value::Array(Arc::new(Array {
            element_type: "System.Byte".into(),
            items: RwLock::new(bytes.iter().copied().map(Value::UInt8).collect()),
        })),
        Kind::DateTime(moment) => Value::DateTime(date_time(moment)),
        Kind::TimeSpan(length) => Value::TimeSpan(time_span(length)),
        Kind::Scalar(text) => scalar(&text.r#type, &text.text),
        Kind::Enumeration(value) => Value::Enum(EnumValue {
            definition: Arc::new(EnumDefinition {
                name: value.r#type.as_str().into(),
                flags: false,
                members: vec![(value.name.as_str().into(), value.number)],
            }),
            number: value.number,
        }),
        Kind::List(list) => from_list(list, depth),
        Kind::Dictionary(dictionary) => from_dictionary(dictionary, depth),
        Kind::Object(object) => from_object(object, depth),
        Kind::ScriptBlock(text) => script_block(text),
    }
}

/// A script block from its text; text that is none stays text, for the command that gets it to refuse.
fn script_block(text: &str) -> Value {
    let source = Arc::new(Source {
        text: text.into(),
        file: None,
    });
    match parse(&source) {
        Ok(body) => Value::ScriptBlock(Arc::new(ScriptBlock::new(text, Arc::new(body)))),
        Err(_) => Value::text(text),
    }
}

fn from_list(list: &wire::ValueList, depth: usize) -> Value {
    let items = RwLock::new(
        list.item
            .iter()
            .map(|item| from_nested(Some(item), depth))
            .collect(),
    );
    match list.r#type.strip_suffix("[]") {
        // An array of no type at all is what the engine knows a command without output by.
        Some(element) if !element.is_empty() => Value::Array(Arc::new(Array {
            element_type: element.into(),
            items,
        })),
        Some(_) => Value::array(items.into_inner().unwrap_or_default()),
        None if list.r#type.is_empty() => Value::Array(Arc::new(Array {
            element_type: "System.Object".into(),
            items,
        })),
        None => Value::List(Arc::new(List {
            keys: None,
            type_name: list.r#type.as_str().into(),
            items,
        })),
    }
}

fn from_dictionary(dictionary: &wire::ValueDictionary, depth: usize) -> Value {
    let mut entries = IndexMap::with_capacity(dictionary.entry.len());
    for entry in &dictionary.entry {
        let key = from_nested(entry.key.as_ref(), depth);
        let folded = to_text(&key, Culture::Invariant).to_lowercase();
        entries.insert(
            folded.into(),
            (key, from_nested(entry.value.as_ref(), depth)),
        );
    }
    let type_name = if dictionary.r#type.is_empty() {
        "System.Collections.Hashtable"
    } else {
        &dictionary.r#type
    };
    Value::Dictionary(Arc::new(Dictionary {
        comparer: Default::default(),
        type_name: type_name.into(),
        entries: RwLock::new(entries),
    }))
}

fn from_object(object: &wire::ValueObject, depth: usize) -> Value {
    let names: Vec<tandem_shell::value::Text> = object
        .type_name
        .iter()
        .map(|name| name.as_str().into())
        .collect();
    let custom = names
        .iter()
        .any(|name| &**name == "System.Management.Automation.PSCustomObject");
    let properties = object
        .property
        .iter()
        .map(|property| Property {
            name: property.name.as_str().into(),
            value: from_nested(property.value.as_ref(), depth),
            note: custom,
        })
        .collect();
    Value::Object(Arc::new(Object {
        type_names: RwLock::new(names.into()),
        properties: RwLock::new(properties),
        text: (!object.text.is_empty()).then(|| object.text.as_str().into()),
        custom,
        scripts: Default::default(),
        instance: None,
    }))
}

/// A scalar by type and text: the types that Tandem computes with become values of their own, others keep their text.
#[must_use]
pub fn scalar(type_name: &str, text: &str) -> Value {
    let known = match type_name {
        "System.SByte" => text.parse().ok().map(Value::Int8),
        "System.Byte" => text.parse().ok().map(Value::UInt8),
        "System.Int16" => text.parse().ok().map(Value::Int16),
        "System.UInt16" => text.parse().ok().map(Value::UInt16),
        "System.UInt32" => text.parse().ok().map(Value::UInt32),
        "System.Single" => text.parse().ok().map(Value::Single),
        "System.Guid" => text.parse().ok().map(Value::Guid),
        "System.Char" => text.encode_utf16().next().map(Value::Char),
        "System.RuntimeType" | "System.Type" => Some(Value::Type(text.into())),
        "System.Numerics.BigInteger" if text.len() <= MAX_DIGITS => {
            let number = text.parse().ok();
            number.map(|number| Value::BigInteger(Arc::new(number)))
        }
        "System.Security.SecureString" => Some(Value::SecureString(text.into())),
        "System.Boolean" | "System.DateTime" | "System.Decimal" | "System.Double"
        | "System.Int32" | "System.Int64" | "System.String" | "System.TimeSpan"
        | "System.UInt64" | "System.Version" => converted(type_name, text),
        _ => None,
    };
    known.unwrap_or_else(|| {
        Value::Named(Arc::new(NamedScalar {
            options: 0,
            type_name: type_name.into(),
            text: text.into(),
        }))
    })
}

/// What a cast makes of a text; none where it refuses.
fn converted(type_name: &str, text: &str) -> Option<Value> {
    // Only a text without a day takes today's, and round-trip texts have one.
    let context = ConversionContext::invariant(DateTime {
        ticks: EPOCH_TICKS,
        kind: DateTimeKind::Utc,
    });
    convert(
        &Value::text(text),
        &ParameterType::Plain(type_name.into()),
        context,
    )
    .ok()
}

#[cfg(test)]
mod tests;
