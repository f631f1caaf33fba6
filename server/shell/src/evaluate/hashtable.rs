//! Hashtables: literals, keys, ordered ones, custom objects made of them.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::evaluate::{as_operand, failure};
use crate::language::ast::{Expression, Statement};
use crate::members::same_name;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Sink;
use crate::text::{Culture, read, to_text};
use crate::type_names::type_name;
use crate::value::{Comparer, Dictionary, Object, Property, Text, Value};

/// Full name of the type of `@{…}`.
pub(crate) const HASHTABLE: &str = "System.Collections.Hashtable";
/// Full name of the type of `[ordered]@{…}`.
pub(crate) const ORDERED: &str = "System.Collections.Specialized.OrderedDictionary";

/// Under what `@{…}` keeps an entry: texts ignore case, other keys keep their type.
pub(crate) fn fold(key: &Value) -> Text {
    fold_by(key, Comparer::IgnoreCase)
}

/// Under what a dictionary keeps an entry.
pub(crate) fn fold_by(key: &Value, comparer: Comparer) -> Text {
    match key {
        Value::String(text)
            if comparer == Comparer::Exact
                || text
                    .bytes()
                    .all(|b| b.is_ascii() && !b.is_ascii_uppercase()) =>
        {
            text.clone()
        }
        Value::String(text) => text.to_lowercase().into(),
        Value::Noted(noted) => fold_by(&noted.base, comparer),
        other => format!(
            "\u{0}{}:{}",
            type_name(other),
            to_text(other, Culture::Invariant)
        )
        .into(),
    }
}

impl Engine<'_> {
    pub(super) fn hashtable(
        &mut self,
        entries: &[(Expression, Statement)],
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        let mut table = IndexMap::with_capacity(entries.len());
        for (key, value) in entries {
            let key = self.evaluate(key, out)?;
            let value = as_operand(self.statement_value(value, out)?);
            if matches!(key, Value::Null) {
                let record = failure::invalid_operation(
                    "InvalidNullKey",
                    "A null key is not allowed in a hash literal.",
                );
                return Err(self.fail(record));
            }
            let folded = fold(&key);
            if table.contains_key(&folded) {
                let name = to_text(&key, Culture::Invariant);
                let record = failure::invalid_operation(
                    "DuplicateKeyInHashLiteral",
                    format!("Duplicate keys '{name}' are not allowed in hash literals."),
                );
                return Err(self.fail(record));
            }
            table.insert(folded, (key, value));
        }
        Ok(dictionary(HASHTABLE, table))
    }
}

/// A dictionary of the named type.
pub(crate) fn dictionary(type_name: &str, entries: IndexMap<Text, (Value, Value)>) -> Value {
    Value::Dictionary(Arc::new(Dictionary {
        comparer: Default::default(),
        type_name: type_name.into(),
        entries: entries.into(),
    }))
}

/// The same entries in their order.
pub(super) fn as_ordered(table: &Value) -> Value {
    match table {
        Value::Dictionary(own) => dictionary(ORDERED, read(&own.entries).clone()),
        other => other.clone(),
    }
}

/// `[pscustomobject]@{…}`.
pub(crate) fn as_custom_object(table: &Value) -> Value {
    let Value::Dictionary(table) = table else {
        return table.clone();
    };
    let mut names: Vec<Text> = vec![
        "System.Management.Automation.PSCustomObject".into(),
        "System.Object".into(),
    ];
    let mut properties = Vec::new();
    for (key, value) in read(&table.entries).values() {
        let name: Text = to_text(key, Culture::Invariant).into();
        // It names the type and is no property (`LanguagePrimitives.SetObjectProperties`).
        if let (Value::String(of_type), true) = (value.base(), same_name(&name, "PSTypeName")) {
            names.insert(0, of_type.clone());
            continue;
        }
        properties.push(Property {
            name,
            value: value.clone(),
            note: true,
        });
    }
    Value::Object(Arc::new(Object {
        type_names: std::sync::RwLock::new(names.into()),
        properties: properties.into(),
        text: None,
        custom: true,
        scripts: Default::default(),
        instance: None,
    }))
}
