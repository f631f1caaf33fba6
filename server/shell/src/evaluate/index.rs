//! `x[i]`: one element, several, an entry, a character.

use crate::convert::generics;
use crate::evaluate::hashtable::ORDERED;
use crate::evaluate::{failure, nothing, reflection, strict};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::text::{Culture, read, to_text};
use crate::value::list::ListKind;
use crate::value::{Dictionary, Value};

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
            Value::Dictionary(dictionary) => {
                // A generic dictionary's key is of one type; several keys are several entries.
                let key = match generics::of_entries(&dictionary.type_name) {
                    Some((of_key, _)) if index.elements().is_none() => self.cast(index, &of_key)?,
                    _ => index.clone(),
                };
                Ok(entries(dictionary, &key))
            }
            Value::Array(array) => {
                self.element(target, &Indexed::Items(&read(&array.items)), index)
            }
            // What has no places is what one object is.
            Value::List(list) if list.kind() != ListKind::List => {
                self.element(target, &Indexed::Scalar(target), index)
            }
            Value::List(list) if list.type_name.ends_with(".GroupCollection") => {
                let found = group_of(&read(&list.items), index);
                Ok(found.unwrap_or_else(crate::regex::no_group))
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

/// A group by its number or name.
fn group_of(groups: &[Value], index: &Value) -> Option<Value> {
    let name = match index.base() {
        Value::String(name) => name.clone(),
        other => to_text(other, Culture::Invariant).into(),
    };
    let own = |group: &&Value| {
        let own = crate::members::property(group, "Name");
        matches!(own, Some(Value::String(own)) if own == name)
    };
    let by_place = || match index.base() {
        Value::Int32(place) => groups.get(usize::try_from(*place).ok()?),
        _ => None,
    };
    groups.iter().find(own).or_else(by_place).cloned()
}

/// One entry, or several for a list of keys.
fn entries(dictionary: &Dictionary, key: &Value) -> Value {
    let table = read(&dictionary.entries);
    let find = |key: &Value| {
        let found = table.get(&dictionary.folded(key));
        found.map(|(_, value)| value.clone())
    };
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
