//! `x[i]`: one element, several, an entry, a character.

use crate::evaluate::hashtable::{ORDERED, fold};
use crate::evaluate::{failure, nothing, reflection, strict};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::text::read;
use crate::value::Value;

/// What an indexing goes through.
enum Indexed<'a> {
    Items(&'a [Value]),
    Units(Vec<u16>),
    Scalar(&'a Value),
}

impl Indexed<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Items(items) => items.len(),
            Self::Units(units) => units.len(),
            Self::Scalar(_) => 1,
        }
    }

    fn at(&self, index: i64) -> Option<Value> {
        let length = i64::try_from(self.len()).unwrap_or(i64::MAX);
        let index = if index < 0 { index + length } else { index };
        let index = usize::try_from(index)
            .ok()
            .filter(|index| *index < self.len())?;
        Some(match self {
            Self::Items(items) => items[index].clone(),
            Self::Units(units) => Value::Char(units[index]),
            Self::Scalar(value) => (*value).clone(),
        })
    }
}

impl Engine<'_> {
    /// An element, or several for a list of indices.
    ///
    /// # Errors
    /// When the target is null or an index is no number.
    pub(super) fn index(&mut self, target: &Value, index: &Value) -> Result<Value, Halt> {
        match target {
            Value::Null => Err(self.fail(failure::invalid_operation(
                "NullArray",
                "Cannot index into a null array.",
            ))),
            _ if matches!(index, Value::Null) => Err(self.fail(failure::invalid_operation(
                "NullArrayIndex",
                "Index operation failed; the array index evaluated to null.",
            ))),
            // The entries of an ordered dictionary have places as well.
            Value::Dictionary(dictionary)
                if &*dictionary.type_name == ORDERED && matches!(index.base(), Value::Int32(_)) =>
            {
                let values: Vec<Value> = read(&dictionary.entries)
                    .values()
                    .map(|(_, value)| value.clone())
                    .collect();
                self.element(target, &Indexed::Items(&values), index)
            }
            Value::Dictionary(dictionary) => Ok(entries(&read(&dictionary.entries), index)),
            Value::Array(array) => {
                self.element(target, &Indexed::Items(&read(&array.items)), index)
            }
            Value::List(list) => match reflection::property_named(list, index) {
                Some(found) => Ok(found),
                None => self.element(target, &Indexed::Items(&read(&list.items)), index),
            },
            Value::String(text) => {
                let units = Indexed::Units(text.encode_utf16().collect());
                self.element(target, &units, index)
            }
            Value::Noted(noted) => self.index(&noted.base, index),
            other => self.element(target, &Indexed::Scalar(other), index),
        }
    }

    fn element(
        &mut self,
        owner: &Value,
        target: &Indexed<'_>,
        index: &Value,
    ) -> Result<Value, Halt> {
        if let Some(indices) = index.elements() {
            let mut found = Vec::new();
            for number in indices.iter().filter_map(|index| self.index_number(index)) {
                match target.at(number) {
                    Some(element) => found.push(element),
                    None if self.session.is_strict(3) => {
                        return Err(self.fail(strict::out_of_bounds(owner)));
                    }
                    None => {}
                }
            }
            return Ok(match target {
                Indexed::Scalar(_) => nothing(),
                _ => Value::array(found),
            });
        }
        let number = self.index_number(index);
        if let Some(found) = number.and_then(|number| target.at(number)) {
            return Ok(found);
        }
        match target {
            Indexed::Scalar(value) if self.session.is_strict(2) => {
                Err(self.fail(strict::cannot_index(value)))
            }
            Indexed::Scalar(_) => Ok(nothing()),
            _ if number.is_some() && self.session.is_strict(3) => {
                Err(self.fail(strict::out_of_bounds(owner)))
            }
            _ => Ok(Value::Null),
        }
    }

    /// What an index counts; none for what is no number, which finds nothing.
    fn index_number(&self, index: &Value) -> Option<i64> {
        match self.convert_silently(index, "System.Int32") {
            Some(Value::Int32(number)) => Some(number.into()),
            _ => None,
        }
    }
}

/// One entry, or several for a list of keys.
fn entries(table: &indexmap::IndexMap<crate::value::Text, (Value, Value)>, key: &Value) -> Value {
    let find = |key: &Value| table.get(&fold(key)).map(|(_, value)| value.clone());
    if let Some(found) = find(key) {
        return found;
    }
    match key.elements() {
        Some(keys) => Value::array(
            keys.iter()
                .map(|key| find(key).unwrap_or_default())
                .collect(),
        ),
        None => Value::Null,
    }
}
