//! What a collection is laid out as: its elements, or its entries.

use std::sync::Arc;

use crate::text::{Culture, read, to_text};
use crate::value::{Object, Property, Text, Value};

/// The elements of a collection; a dictionary's are its entries.
pub(crate) fn elements(value: &Value) -> Vec<Value> {
    let Value::Dictionary(dictionary) = value else {
        return value.elements().unwrap_or_default();
    };
    read(&dictionary.entries)
        .values()
        .map(|(key, item)| dictionary_entry(key, item))
        .collect()
}

/// `System.Collections.DictionaryEntry`.
fn dictionary_entry(key: &Value, item: &Value) -> Value {
    let types: Arc<[Text]> = [
        "System.Collections.DictionaryEntry",
        "System.ValueType",
        "System.Object",
    ]
    .map(Text::from)
    .into();
    let property = |name: &str, value: &Value| Property {
        name: name.into(),
        value: value.clone(),
        note: false,
    };
    let object = Object::typed(types, Vec::new()).with_text(format!(
        "[{}, {}]",
        to_text(key, Culture::Current),
        to_text(item, Culture::Current)
    ));
    crate::text::write(&object.properties).extend([
        property("Name", key),
        property("Key", key),
        property("Value", item),
    ]);
    Value::Object(Arc::new(object))
}
