//! How values end: level by level instead of each within the one before.
//!
//! A script can nest collections a million levels deep (`$a = ,$a` in a loop). Rust would end the innermost value in a
//! million nested calls, which no stack holds, and a stack that overflows takes the whole process with it.

use std::ops::Deref;
use std::sync::{Arc, PoisonError};

use crate::evaluate::closure::Closure;
use crate::value::{Array, Dictionary, List, Noted, Object, Property, ScriptBlock, Value};

/// Gives up its parts, so that nothing is left for Rust to descend into.
trait Container {
    fn give_up(&mut self, parts: &mut Vec<Value>);
}

/// Whether ending the value may end others.
fn holds_others(value: &Value) -> bool {
    matches!(
        value,
        Value::Array(_)
            | Value::List(_)
            | Value::Dictionary(_)
            | Value::Object(_)
            | Value::Noted(_)
            | Value::Error(_)
    ) || matches!(value, Value::ScriptBlock(block) if block.closure.is_some())
}

fn keep(value: &mut Value, parts: &mut Vec<Value>) {
    if holds_others(value) {
        parts.push(std::mem::take(value));
    }
}

fn dismantle(container: &mut impl Container) {
    let mut parts = Vec::new();
    container.give_up(&mut parts);
    // What others still hold is none of ours. What is ours is empty when it goes at the end of its round.
    while let Some(part) = parts.pop() {
        match part {
            Value::Array(own) => open(own, &mut parts),
            Value::List(own) => open(own, &mut parts),
            Value::Dictionary(own) => open(own, &mut parts),
            Value::Object(own) => open(own, &mut parts),
            Value::Noted(own) => open(own, &mut parts),
            Value::ScriptBlock(own) => open(own, &mut parts),
            Value::Error(own) => {
                if let Some(mut record) = Arc::into_inner(own) {
                    keep(&mut record.target.0, &mut parts);
                    if let Some(thrown) = &mut record.thrown {
                        keep(&mut thrown.0, &mut parts);
                    }
                }
            }
            _ => {}
        }
    }
}

fn open<C: Container>(own: Arc<C>, parts: &mut Vec<Value>) {
    if let Some(mut container) = Arc::into_inner(own) {
        container.give_up(parts);
    }
}

fn items(items: &mut std::sync::RwLock<Vec<Value>>, parts: &mut Vec<Value>) {
    let items = items.get_mut().unwrap_or_else(PoisonError::into_inner);
    items.iter_mut().for_each(|item| keep(item, parts));
}

fn properties(own: &mut std::sync::RwLock<Vec<Property>>, parts: &mut Vec<Value>) {
    let own = own.get_mut().unwrap_or_else(PoisonError::into_inner);
    own.iter_mut()
        .for_each(|property| keep(&mut property.value, parts));
}

impl Container for Array {
    fn give_up(&mut self, parts: &mut Vec<Value>) {
        items(&mut self.items, parts);
    }
}

impl Container for List {
    fn give_up(&mut self, parts: &mut Vec<Value>) {
        items(&mut self.items, parts);
    }
}

impl Container for Dictionary {
    fn give_up(&mut self, parts: &mut Vec<Value>) {
        let entries = self
            .entries
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        for (key, item) in entries.values_mut() {
            keep(key, parts);
            keep(item, parts);
        }
    }
}

impl Container for Object {
    fn give_up(&mut self, parts: &mut Vec<Value>) {
        properties(&mut self.properties, parts);
        if let Some(instance) = &mut self.instance {
            properties(&mut instance.hidden, parts);
        }
        self.scripts.give_up(parts);
    }
}

impl Container for Noted {
    fn give_up(&mut self, parts: &mut Vec<Value>) {
        keep(&mut self.base, parts);
        properties(&mut self.notes, parts);
        self.scripts.give_up(parts);
    }
}

impl Container for ScriptBlock {
    fn give_up(&mut self, parts: &mut Vec<Value>) {
        if let Some(mut closure) = self.closure.take().and_then(Arc::into_inner) {
            closure.give_up(parts);
        }
    }
}

impl Container for Closure {
    fn give_up(&mut self, parts: &mut Vec<Value>) {
        for mut value in self.values() {
            keep(&mut value, parts);
        }
    }
}

/// A value that a record holds: it may hold records in its turn, as deep as one likes, and ends as collections do.
#[derive(Clone, Debug, Default)]
pub struct Held(Value);

impl From<Value> for Held {
    fn from(value: Value) -> Self {
        Self(value)
    }
}

impl Deref for Held {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.0
    }
}

impl Container for Held {
    fn give_up(&mut self, parts: &mut Vec<Value>) {
        keep(&mut self.0, parts);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if holds_others(&self.0) {
            dismantle(self);
        }
    }
}

impl Drop for Closure {
    fn drop(&mut self) {
        dismantle(self);
    }
}

impl Drop for Array {
    fn drop(&mut self) {
        dismantle(self);
    }
}

impl Drop for List {
    fn drop(&mut self) {
        dismantle(self);
    }
}

impl Drop for Dictionary {
    fn drop(&mut self) {
        dismantle(self);
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        dismantle(self);
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        dismantle(self);
    }
}
