//! What a collection is laid out as: its elements, or its entries.

use std::sync::Arc;

use crate::convert::generics;
use crate::text::{Culture, read, to_text};
use crate::type_names::qualified::full_name;
use crate::value::{Object, Property, Text, Value};

/// The elements of a collection; a dictionary's are its entries.
pub(crate) fn elements(value: &Value) -> Vec<Value> {
    let Value::Dictionary(dictionary) = value else {
        return value.elements().unwrap_or_default();
    };
    let pair = generics::of_entries(&dictionary.type_name)
        .and_then(|_| dictionary.type_name.split_once('`'))
        .map(|(_, arguments)| format!("{PAIR}`{arguments}"));
    read(&dictionary.entries)
        .values()
        .map(|(key, item)| match &pair {
            Some(class) => key_value_pair(class, key, item),
            None => dictionary_entry(key, item),
        })
        .collect()
}

const PAIR: &str = "System.Collections.Generic.KeyValuePair";

/// An entry of a generic dictionary.
pub(crate) fn key_value_pair(class: &str, key: &Value, item: &Value) -> Value {
    let types: Arc<[Text]> = [
        full_name(class),
        "System.ValueType".into(),
        "System.Object".into(),
    ]
    .into();
    let properties = vec![("Key".into(), key.clone()), ("Value".into(), item.clone())];
    let text = |value: &Value| to_text(value, Culture::Current);
    Value::Object(Arc::new(
        Object::typed(types, properties).with_text(format!("[{}, {}]", text(key), text(item))),
    ))
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
