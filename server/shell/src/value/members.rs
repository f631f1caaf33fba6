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
        crate::members::property(self, name)
    }

    /// The properties in order, with their values.
    pub fn properties(&self) -> Vec<(Text, Self)> {
        crate::members::properties(self)
            .into_iter()
            .map(|property| (property.name, property.value))
            .collect()
    }
}
