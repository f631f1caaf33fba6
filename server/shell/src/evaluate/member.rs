//! `x.Name`: properties, entries, `Count` of everything, properties of the elements of a collection.

use crate::command::ParameterType;
use crate::convert::type_names;
use crate::evaluate::reflection::reflection;
use crate::evaluate::{as_operand, gathered, harmless, static_member, strict};
use crate::language::ast::Expression;
use crate::members::{property, same_name};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Sink;
use crate::text::{Culture, to_text};
use crate::value::{DateTime, DateTimeKind, EnumValue, Value};

impl Engine<'_> {
    pub(super) fn member(
        &mut self,
        target: &Expression,
        name: &Expression,
        is_static: bool,
        null_conditional: bool,
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        let owner = self.evaluate(target, out)?;
        if null_conditional && matches!(owner, Value::Null) {
            return Ok(Value::Null);
        }
        let name = self.evaluate(name, out)?;
        let name = to_text(&name, Culture::Invariant);
        if is_static {
            if let Some(class) = self.static_class_of(&owner) {
                let found = self.static_class_property(&class, &name, out)?;
                return Ok(found.unwrap_or_default());
            }
            return self.static_property(&owner, &name);
        }
        if let Some(found) = self.enumerator_property(&owner, &name) {
            return Ok(found);
        }
        if let Some(class) = self.class_of(&owner)
            && same_name(&name, "BaseType")
        {
            let base = class.type_names.get(1).cloned();
            return Ok(base.map_or(Value::Null, Value::Type));
        }
        self.compute_named(&owner, &name, out)?;
        if self.session.is_strict(2) {
            return strict_member(&owner, &name)
                .ok_or_else(|| self.fail(strict::property_not_found(&owner, &name)));
        }
        Ok(read_member(&owner, &name).unwrap_or_default())
    }

    fn static_property(&mut self, owner: &Value, name: &str) -> Result<Value, Halt> {
        let Value::Type(type_name) = owner else {
            return Ok(Value::Null);
        };
        if let Some(crate::command::ParameterType::Enum(definition)) = self.find_type(type_name)
            && let Some((_, number)) = definition
                .members
                .iter()
                .find(|(member, _)| same_name(member, name))
        {
            return Ok(Value::Enum(crate::value::EnumValue {
                number: *number,
                definition,
            }));
        }
        if !harmless::has_static_property(type_name, name) {
            return Ok(Value::Null);
        }
        Ok(static_member::property(type_name, name, self.host.now()).unwrap_or_default())
    }
}

/// The clock that no constant looks at.
const NEVER: DateTime = DateTime {
    ticks: 0,
    kind: DateTimeKind::Unspecified,
};

/// A static member of a type that does not change: of an enumeration, of a number type.
pub(crate) fn constant_member(type_name: &str, name: &str) -> Option<Value> {
    if let Some(ParameterType::Enum(definition)) = type_names::resolve(type_name) {
        let members = definition.members.iter();
        let (_, number) = members
            .clone()
            .find(|(member, _)| same_name(member, name))?;
        return Some(Value::Enum(EnumValue {
            number: *number,
            definition: definition.clone(),
        }));
    }
    harmless::has_static_property(type_name, name)
        .then(|| static_member::property(type_name, name, NEVER))
        .flatten()
}

/// How deep lists within lists are gone through for a member of their elements.
const MAX_ENUMERATION_DEPTH: usize = 100;

/// How many elements of lists within lists are asked for a member at most: lists that hold one another many times over
/// have no end.
const MAX_ENUMERATED: usize = 1 << 22;

/// A member by name; none if there is no such member anywhere.
pub(super) fn read_member(owner: &Value, name: &str) -> Option<Value> {
    read_within(owner, name, 0, &mut { MAX_ENUMERATED })
}

/// The same of a list at a depth, with how many elements may still be asked.
fn read_within(owner: &Value, name: &str, depth: usize, left: &mut usize) -> Option<Value> {
    let own = match owner {
        Value::Null => {
            let counted = same_name(name, "Count") || same_name(name, "Length");
            return counted.then_some(Value::Int32(0));
        }
        _ if same_name(name, "PSObject") => return Some(reflection(owner)),
        _ if same_name(name, "PSTypeNames") => return property(&reflection(owner), "TypeNames"),
        _ if same_name(name, "PSBase") => return Some(owner.clone()),
        other => property(other, name),
    };
    if let Some(value) = own {
        return Some(value);
    }
    match owner.elements() {
        Some(_) if depth >= MAX_ENUMERATION_DEPTH => None,
        Some(items) => {
            let found: Vec<Value> = items
                .iter()
                .filter(|item| !matches!(item, Value::Null))
                .filter_map(|item| element_member(item, name, depth, left))
                .flat_map(|value| value.elements().unwrap_or_else(|| vec![value]))
                .collect();
            if found.is_empty() {
                return None;
            }
            Some(as_operand(gathered(found)))
        }
        None if same_name(name, "Count") || same_name(name, "Length") => Some(Value::Int32(1)),
        None => None,
    }
}

/// A member by name where every element must have it, and nothing is counted that does not count.
fn strict_member(owner: &Value, name: &str) -> Option<Value> {
    have_member(owner, name, 0, &mut { MAX_ENUMERATED })
        .then(|| read_member(owner, name))
        .flatten()
}

/// Whether a value has a member, or each of its elements has it.
fn have_member(owner: &Value, name: &str, depth: usize, left: &mut usize) -> bool {
    if matches!(owner, Value::Null) {
        return false;
    }
    if property(owner, name).is_some() || same_name(name, "PSObject") {
        return true;
    }
    let counts = same_name(name, "Count") || same_name(name, "Length");
    let Some(items) = owner
        .elements()
        .filter(|_| !counts && depth < MAX_ENUMERATION_DEPTH)
    else {
        return false;
    };
    items.iter().all(|item| {
        let may_ask = depth == 0 || left.checked_sub(1).map(|rest| *left = rest).is_some();
        may_ask
            && match item {
                Value::Array(_) | Value::List(_) => have_member(item, name, depth + 1, left),
                other => property(other, name).is_some(),
            }
    })
}

/// A member that an element itself has; that everything has a count does not matter here.
fn element_member(item: &Value, name: &str, depth: usize, left: &mut usize) -> Option<Value> {
    if depth > 0 {
        *left = left.checked_sub(1)?;
    }
    match item {
        Value::Array(_) | Value::List(_) => read_within(item, name, depth + 1, left),
        other => property(other, name),
    }
}
