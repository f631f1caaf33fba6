//! What PowerShell sees of a value: its properties, its elements.

use crate::text::read;
use crate::value::{Text, Value};

impl Value {
    /// The elements, if PowerShell enumerates the value (arrays and lists; not strings, not dictionaries).
    pub fn elements(&self) -> Option<Vec<Self>> {
        match self {
            Self::Array(array) => Some(read(&array.items).clone()),
            Self::List(list) => Some(read(&list.items).clone()),
            Self::Noted(noted) => noted.base.elements(),
            _ => None,
        }
    }

    /// A property by name, case-insensitively; an entry of a dictionary comes first.
    pub fn property(&self, name: &str) -> Option<Self> {
        match self {
            Self::Object(object) => read(&object.properties)
                .iter()
                .find(|property| property.name.eq_ignore_ascii_case(name))
                .map(|property| property.value.clone()),
            Self::Noted(noted) => read(&noted.notes)
                .iter()
                .find(|property| property.name.eq_ignore_ascii_case(name))
                .map(|property| property.value.clone())
                .or_else(|| noted.base.property(name)),
            _ => self
                .properties()
                .into_iter()
                .find(|(own, _)| own.eq_ignore_ascii_case(name))
                .map(|(_, value)| value),
        }
    }

    /// The properties in order, with their values.
    pub fn properties(&self) -> Vec<(Text, Self)> {
        match self {
            Self::Object(object) => read(&object.properties)
                .iter()
                .map(|property| (property.name.clone(), property.value.clone()))
                .collect(),
            Self::String(text) => vec![(
                "Length".into(),
                Self::Int32(i32::try_from(text.encode_utf16().count()).unwrap_or(i32::MAX)),
            )],
            _ => Vec::new(),
        }
    }
}
