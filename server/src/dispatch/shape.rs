//! Output messages as objects of a session, and bound parameters as requests.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage, Value as Wire,
};
use tandem::cmdlet::v1 as wire;
use tandem_shell::text::{Culture, to_text};
use tandem_shell::value::{
    Array, EnumDefinition, EnumValue, Object, Property, Text, TypeNames, Value,
};

use super::describe;
use super::values;

/// How the messages of all cmdlets become objects.
#[derive(Debug, Default)]
pub struct Shapes {
    by_message: HashMap<String, Arc<Shape>>,
}

/// How one message becomes an object.
#[derive(Debug)]
pub struct Shape {
    /// Type names, most derived first.
    pub type_names: TypeNames,
    /// What the contract says of its views.
    pub options: wire::TypeOptions,
    properties: Vec<Declared>,
}

#[derive(Debug)]
struct Declared {
    name: Text,
    field: FieldDescriptor,
    omit_when_unset: bool,
    stands_for_object: bool,
    scalar: Option<String>,
    enumeration: Option<Arc<EnumDefinition>>,
}

impl Shape {
    /// The names of the properties, in order.
    pub fn property_names(&self) -> impl Iterator<Item = &str> {
        self.properties.iter().map(|property| &*property.name)
    }
}

impl Declared {
    /// The .NET type, as tooltips show it.
    fn type_name(&self) -> Text {
        let element = element_type(&self.field, self.scalar.as_deref());
        let single = match self.field.kind() {
            Kind::Bool => "System.Boolean",
            Kind::Uint32 | Kind::Fixed32 => "System.UInt32",
            Kind::Uint64 | Kind::Fixed64 => "System.UInt64",
            Kind::Double => "System.Double",
            Kind::Message(message) if message.full_name() == "google.protobuf.Timestamp" => {
                "System.DateTime"
            }
            Kind::Message(message) if message.full_name() == "google.protobuf.Duration" => {
                "System.TimeSpan"
            }
            _ => element,
        };
        if self.field.is_list() {
            format!("{single}[]").into()
        } else {
            single.into()
        }
    }
}

impl Shapes {
    /// Adds a message and what it contains.
    pub fn add(&mut self, message: &MessageDescriptor) {
        if self.by_message.contains_key(message.full_name()) || is_known(message.full_name()) {
            return;
        }
        let options: wire::TypeOptions =
            describe::option(&message.options(), "tandem.cmdlet.v1.type").unwrap_or_default();
        let name = if options.name.is_empty() {
            message.name().to_owned()
        } else {
            options.name.clone()
        };
        let names = std::iter::once(name.as_str()).chain(options.base.iter().map(String::as_str));
        let shape = Shape {
            type_names: names.chain(["System.Object"]).map(Text::from).collect(),
            properties: message.fields().map(declared).collect(),
            options,
        };
        self.by_message
            .insert(message.full_name().to_owned(), Arc::new(shape));
        for field in message.fields() {
            if let Kind::Message(inner) = field.kind() {
                self.add(&inner);
            }
        }
    }

    /// All shapes.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Shape>> {
        self.by_message.values()
    }

    /// Names and types of the properties of a .NET type.
    #[must_use]
    pub fn properties_of(&self, type_name: &str) -> Vec<(Text, Text)> {
        let shape = self.all().find(|shape| {
            shape
                .type_names
                .first()
                .is_some_and(|name| &**name == type_name)
        });
        let properties = shape
            .map(|shape| shape.properties.as_slice())
            .unwrap_or_default();
        properties
            .iter()
            .map(|property| (property.name.clone(), property.type_name()))
            .collect()
    }

    /// An output message as an object.
    #[must_use]
    pub fn object(&self, message: &DynamicMessage) -> Value {
        let descriptor = message.descriptor();
        let Some(shape) = self.by_message.get(descriptor.full_name()) else {
            return self.well_known(message);
        };
        let mut properties = Vec::with_capacity(shape.properties.len());
        for property in &shape.properties {
            let has_default = !property.field.supports_presence() && !property.omit_when_unset;
            let set = has_default || message.has_field(&property.field);
            if !set && property.omit_when_unset {
                continue;
            }
            let value = if set {
                self.value(&message.get_field(&property.field), property)
            } else {
                Value::Null
            };
            if set && property.stands_for_object {
                return value;
            }
            properties.push(Property {
                name: property.name.clone(),
                value,
                note: false,
            });
        }
        let text = display_text(&shape.options, &properties);
        Value::Object(Arc::new(Object {
            type_names: RwLock::new(shape.type_names.clone()),
            properties: RwLock::new(properties),
            text,
            custom: false,
            scripts: Default::default(),
            instance: None,
        }))
    }

    fn value(&self, value: &Wire, property: &Declared) -> Value {
        match value {
            Wire::Bool(flag) => Value::Bool(*flag),
            Wire::I32(number) => Value::Int32(*number),
            Wire::I64(number) => Value::Int64(*number),
            Wire::U32(number) => Value::UInt32(*number),
            Wire::U64(number) => Value::UInt64(*number),
            Wire::F32(number) => Value::Single(*number),
            Wire::F64(number) => Value::Double(*number),
            Wire::String(text) => match &property.scalar {
                Some(scalar) => values::scalar(scalar, text),
                None => Value::text(text.as_str()),
            },
            Wire::Bytes(bytes) => Value::Array(Arc::new(Array {
                element_type: "System.Byte".into(),
                items: RwLock::new(bytes.iter().copied().map(Value::UInt8).collect()),
            })),
            Wire::EnumNumber(number) => match &property.enumeration {
                Some(definition) => Value::Enum(EnumValue {
                    definition: definition.clone(),
                    number: i64::from(*number),
                }),
                None => Value::Int32(*number),
            },
            Wire::Message(message) => self.object(message),
            Wire::List(items) => Value::Array(Arc::new(Array {
                element_type: element_type(&property.field, property.scalar.as_deref()).into(),
                items: RwLock::new(
                    items
                        .iter()
                        .map(|item| self.value(item, property))
                        .collect(),
                ),
            })),
            Wire::Map(_) => Value::Null,
        }
    }

    fn well_known(&self, message: &DynamicMessage) -> Value {
        match message.descriptor().full_name() {
            "google.protobuf.Timestamp" => message
                .transcode_to::<prost_types::Timestamp>()
                .map_or(Value::Null, |moment| {
                    Value::DateTime(values::date_time(&moment))
                }),
            "google.protobuf.Duration" => message
                .transcode_to::<prost_types::Duration>()
                .map_or(Value::Null, |length| {
                    Value::TimeSpan(values::time_span(&length))
                }),
            "tandem.cmdlet.v1.Value" => message
                .transcode_to::<wire::Value>()
                .map_or(Value::Null, |value| values::from_wire(&value)),
            _ => Value::Null,
        }
    }
}

/// The text that stands for an object, if its type declares one.
fn display_text(options: &wire::TypeOptions, properties: &[Property]) -> Option<Text> {
    let of = |name: &str| {
        let found = properties.iter().find(|property| *property.name == *name)?;
        Some(to_text(&found.value, Culture::Invariant))
    };
    if options.display_text.is_empty() {
        return of(&options.display_property).map(Into::into);
    }
    let mut text = String::new();
    for (index, part) in options.display_text.split('{').enumerate() {
        match part.split_once('}') {
            Some((name, rest)) if index > 0 => {
                text.push_str(&of(name).unwrap_or_default());
                text.push_str(rest);
            }
            _ => text.push_str(part),
        }
    }
    Some(text.into())
}

fn is_known(message: &str) -> bool {
    message.starts_with("google.protobuf.") || message == "tandem.cmdlet.v1.Value"
}

fn declared(field: FieldDescriptor) -> Declared {
    let options: wire::PropertyOptions =
        describe::option(&field.options(), "tandem.cmdlet.v1.property").unwrap_or_default();
    let enumeration = match field.kind() {
        Kind::Enum(descriptor) => describe::enumeration(&descriptor).map(Arc::new),
        _ => None,
    };
    Declared {
        name: if options.name.is_empty() {
            describe::pascal(field.name()).into()
        } else {
            options.name.as_str().into()
        },
        omit_when_unset: options.omit_when_unset,
        stands_for_object: options.stands_for_object,
        scalar: (!options.r#type.is_empty() && options.r#type != "System.String")
            .then_some(options.r#type),
        enumeration,
        field,
    }
}

fn element_type<'a>(field: &FieldDescriptor, scalar: Option<&'a str>) -> &'a str {
    match (scalar, field.kind()) {
        (Some(scalar), _) => scalar,
        (None, Kind::String) => "System.String",
        (None, Kind::Int32 | Kind::Sint32 | Kind::Sfixed32) => "System.Int32",
        (None, Kind::Int64 | Kind::Sint64 | Kind::Sfixed64) => "System.Int64",
        (None, _) => "System.Object",
    }
}

/// A bound value as the field of a request; `None` for what the field cannot hold, which the binder has excluded.
#[must_use]
pub fn argument(value: &Value, field: &FieldDescriptor) -> Option<Wire> {
    if field.is_list() {
        let items = match value {
            Value::Array(array) => array
                .items
                .read()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .clone(),
            Value::List(list) => list
                .items
                .read()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .clone(),
            single => vec![single.clone()],
        };
        return items
            .iter()
            .map(|item| scalar_argument(item, field))
            .collect::<Option<Vec<_>>>()
            .map(Wire::List);
    }
    scalar_argument(value, field)
}

fn scalar_argument(value: &Value, field: &FieldDescriptor) -> Option<Wire> {
    Some(match field.kind() {
        Kind::Bool => match value {
            Value::Bool(flag) | Value::Switch(flag) => Wire::Bool(*flag),
            _ => return None,
        },
        Kind::String => Wire::String(to_text(value, Culture::Invariant)),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Wire::I32(integer(value)?.try_into().ok()?),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Wire::I64(integer(value)?.try_into().ok()?),
        Kind::Uint32 | Kind::Fixed32 => Wire::U32(integer(value)?.try_into().ok()?),
        Kind::Uint64 | Kind::Fixed64 => Wire::U64(integer(value)?.try_into().ok()?),
        Kind::Double => match value {
            Value::Double(number) => Wire::F64(*number),
            Value::Single(number) => Wire::F64(f64::from(*number)),
            _ => return None,
        },
        Kind::Float => match value {
            Value::Single(number) => Wire::F32(*number),
            _ => return None,
        },
        Kind::Enum(_) => match value {
            Value::Enum(value) => Wire::EnumNumber(i32::try_from(value.number).ok()?),
            _ => return None,
        },
        Kind::Bytes => return None,
        Kind::Message(message) => Wire::Message(message_argument(value, message)?),
    })
}

fn message_argument(value: &Value, message: MessageDescriptor) -> Option<DynamicMessage> {
    let mut dynamic = DynamicMessage::new(message.clone());
    let done = match (message.full_name(), value) {
        ("google.protobuf.Duration", Value::TimeSpan(ticks)) => {
            dynamic.transcode_from(&values::duration(*ticks))
        }
        ("google.protobuf.Timestamp", Value::DateTime(date)) => {
            dynamic.transcode_from(&values::timestamp(*date))
        }
        ("tandem.cmdlet.v1.Value", value) => dynamic.transcode_from(&values::to_wire(value)),
        ("tandem.cmdlet.v1.Credential", value) => {
            let text = |name| {
                tandem_shell::members::property(value, name).map(|value| match value {
                    Value::SecureString(text) => text.to_string(),
                    other => to_text(&other, Culture::Invariant),
                })
            };
            dynamic.transcode_from(&wire::Credential {
                user_name: text("UserName").unwrap_or_default(),
                password: text("Password").unwrap_or_default(),
            })
        }
        _ => return None,
    };
    done.ok().map(|()| dynamic)
}

fn integer(value: &Value) -> Option<i128> {
    Some(match value {
        Value::Int8(number) => i128::from(*number),
        Value::UInt8(number) => i128::from(*number),
        Value::Int16(number) => i128::from(*number),
        Value::UInt16(number) => i128::from(*number),
        Value::Int32(number) => i128::from(*number),
        Value::UInt32(number) => i128::from(*number),
        Value::Int64(number) => i128::from(*number),
        Value::UInt64(number) => i128::from(*number),
        _ => return None,
    })
}
