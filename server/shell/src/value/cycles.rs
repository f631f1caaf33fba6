//! What holds itself and nobody else holds: values are counted, not traced, and such a ring would never end.
//!
//! A ring is closed where a collection or an object that is there already takes another. Those are noted, and looked at
//! when the session is weighed and when it ends: what all references to a value come from, counted within what the noted
//! ones reach, tells whether anybody else has it (trial deletion, as counting runtimes do it). Whatever is not understood
//! counts as somebody else.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use crate::text::{read, write};
use crate::value::scripts::Script;
use crate::value::{Array, Dictionary, List, Noted, Object, Property, Value};

/// Noted collections before those that have ended by themselves are forgotten for the first time.
const FEW: usize = 1024;

/// A collection or object that took another.
#[derive(Debug)]
enum Suspect {
    Array(Weak<Array>),
    List(Weak<List>),
    Dictionary(Weak<Dictionary>),
    Object(Weak<Object>),
    Noted(Weak<Noted>),
}

impl Suspect {
    fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Array(own) => Self::Array(Arc::downgrade(own)),
            Value::List(own) => Self::List(Arc::downgrade(own)),
            Value::Dictionary(own) => Self::Dictionary(Arc::downgrade(own)),
            Value::Object(own) => Self::Object(Arc::downgrade(own)),
            Value::Noted(own) => Self::Noted(Arc::downgrade(own)),
            _ => return None,
        })
    }

    fn value(&self) -> Option<Value> {
        match self {
            Self::Array(own) => own.upgrade().map(Value::Array),
            Self::List(own) => own.upgrade().map(Value::List),
            Self::Dictionary(own) => own.upgrade().map(Value::Dictionary),
            Self::Object(own) => own.upgrade().map(Value::Object),
            Self::Noted(own) => own.upgrade().map(Value::Noted),
        }
    }
}

/// The place and the references of a value that may be in a ring.
fn place(value: &Value) -> Option<(usize, usize)> {
    fn of<T>(own: &Arc<T>) -> Option<(usize, usize)> {
        Some((Arc::as_ptr(own) as usize, Arc::strong_count(own)))
    }
    match value {
        Value::Array(own) => of(own),
        Value::List(own) => of(own),
        Value::Dictionary(own) => of(own),
        Value::Object(own) => of(own),
        Value::Noted(own) => of(own),
        Value::Error(own) => of(own),
        Value::ScriptBlock(own) if own.closure.is_some() => of(own),
        _ => None,
    }
}

/// What a value holds, in as many references as it has of it.
fn each_part(value: &Value, look: &mut dyn FnMut(&Value)) {
    let properties = |own: &[Property], look: &mut dyn FnMut(&Value)| {
        own.iter().for_each(|property| look(&property.value));
    };
    match value {
        Value::Array(own) => read(&own.items).iter().for_each(look),
        Value::List(own) => read(&own.items).iter().for_each(look),
        Value::Dictionary(own) => {
            for (key, item) in read(&own.entries).values() {
                look(key);
                look(item);
            }
        }
        Value::Object(own) => {
            properties(&read(&own.properties), look);
            if let Some(instance) = &own.instance {
                properties(&read(&instance.hidden), look);
            }
            each_block(&own.scripts.all(), look);
        }
        Value::Noted(own) => {
            look(&own.base);
            properties(&read(&own.notes), look);
            each_block(&own.scripts.all(), look);
        }
        Value::Error(own) => {
            look(&own.target);
            own.thrown.iter().for_each(|thrown| look(thrown));
        }
        Value::ScriptBlock(own) => {
            let closure = own.closure.as_ref();
            // One that several blocks share is somebody else's.
            if let Some(closure) = closure.filter(|own| Arc::strong_count(own) == 1) {
                closure.each_value(look);
            }
        }
        _ => {}
    }
}

fn each_block(members: &[super::scripts::ScriptMember], look: &mut dyn FnMut(&Value)) {
    for member in members {
        let blocks = match &member.script {
            Script::Property { getter, setter } => [getter.as_ref(), setter.as_ref()],
            Script::Method(block) => [Some(block), None],
            _ => [None, None],
        };
        for block in blocks.into_iter().flatten() {
            look(&Value::ScriptBlock(Arc::clone(block)));
        }
    }
}

/// Takes what a value holds out of it.
fn empty(value: &Value) {
    match value {
        Value::Array(own) => drop(std::mem::take(&mut *write(&own.items))),
        Value::List(own) => drop(std::mem::take(&mut *write(&own.items))),
        Value::Dictionary(own) => drop(std::mem::take(&mut *write(&own.entries))),
        Value::Object(own) => {
            drop(std::mem::take(&mut *write(&own.properties)));
            if let Some(instance) = &own.instance {
                drop(std::mem::take(&mut *write(&instance.hidden)));
            }
            for member in own.scripts.all() {
                own.scripts.remove(&member.name);
            }
        }
        Value::Noted(own) => {
            drop(std::mem::take(&mut *write(&own.notes)));
            for member in own.scripts.all() {
                own.scripts.remove(&member.name);
            }
        }
        _ => {}
    }
}

/// The collections and objects that may be in rings.
#[derive(Debug, Default)]
pub(crate) struct Cycles {
    suspects: HashMap<usize, Suspect>,
    /// How many are noted before those that have ended are forgotten.
    until: usize,
}

impl Cycles {
    /// Notes that a collection or an object took a value.
    pub(crate) fn note(&mut self, owner: &Value, value: &Value) {
        if place(value).is_some() {
            self.suspect(owner);
        }
    }

    /// Notes that a collection or an object may hold itself.
    pub(crate) fn suspect(&mut self, owner: &Value) {
        let (Some((place, _)), Some(suspect)) = (place(owner), Suspect::of(owner)) else {
            return;
        };
        self.suspects.insert(place, suspect);
        if self.suspects.len() > self.until.max(FEW) {
            self.suspects.retain(|_, own| own.value().is_some());
            self.until = 2 * self.suspects.len();
        }
    }

    /// Ends the rings that nobody else holds.
    pub(crate) fn end(&mut self) {
        let noted: Vec<Value> = self.suspects.values().filter_map(Suspect::value).collect();
        if noted.is_empty() {
            return self.suspects.clear();
        }
        let reached = Reached::from(noted);
        // All at once: what is emptied first may be the last that holds another.
        reached.without_owner().into_iter().for_each(empty);
        drop(reached);
        self.suspects.retain(|_, own| own.value().is_some());
    }
}

impl Drop for Cycles {
    fn drop(&mut self) {
        self.end();
    }
}

/// What the suspects reach, each value once, with the references to it that come from within.
struct Reached(HashMap<usize, (Value, usize)>);

impl Reached {
    fn from(mut waiting: Vec<Value>) -> Self {
        let mut all: HashMap<usize, (Value, usize)> = HashMap::new();
        let found: Vec<(usize, Value)> = waiting
            .drain(..)
            .filter_map(|value| Some((place(&value)?.0, value)))
            .collect();
        let mut places: Vec<usize> = Vec::new();
        for (place, value) in found {
            places.push(place);
            all.insert(place, (value, 0));
        }
        while let Some(at) = places.pop() {
            let Some((value, _)) = all.get(&at) else {
                continue;
            };
            let value = value.clone();
            each_part(&value, &mut |part| {
                if let Some((at, _)) = place(part) {
                    let known = all.entry(at).or_insert_with(|| {
                        places.push(at);
                        (part.clone(), 0)
                    });
                    known.1 += 1;
                }
            });
        }
        Self(all)
    }

    /// Those that nothing reaches but one another.
    fn without_owner(&self) -> Vec<&Value> {
        let mut owned: HashMap<usize, ()> = HashMap::new();
        // One reference is this list's own.
        let has_owner = |value: &Value, within: usize| {
            place(value).is_some_and(|(_, references)| references > within + 1)
        };
        let mut waiting: Vec<&Value> = Vec::new();
        for (at, (value, within)) in &self.0 {
            if has_owner(value, *within) {
                owned.insert(*at, ());
                waiting.push(value);
            }
        }
        while let Some(value) = waiting.pop() {
            each_part(value, &mut |part| {
                if let Some((at, _)) = place(part)
                    && let Some((known, _)) = self.0.get(&at)
                    && owned.insert(at, ()).is_none()
                {
                    waiting.push(known);
                }
            });
        }
        let lost = self.0.iter().filter(|(at, _)| !owned.contains_key(*at));
        lost.map(|(_, (value, _))| value).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Text;

    fn object(properties: &[(&str, Value)]) -> Value {
        let properties = properties.iter().map(|(name, value)| Property {
            name: Text::from(*name),
            value: value.clone(),
            note: true,
        });
        Value::Object(Arc::new(Object::custom(properties.collect())))
    }

    fn give(owner: &Value, value: &Value, cycles: &mut Cycles) {
        match owner {
            Value::Array(own) => write(&own.items).push(value.clone()),
            Value::Object(own) => write(&own.properties).push(Property {
                name: "more".into(),
                value: value.clone(),
                note: true,
            }),
            _ => unreachable!("tests give to these"),
        }
        cycles.note(owner, value);
    }

    fn watched(value: &Value) -> Suspect {
        Suspect::of(value).unwrap_or_else(|| unreachable!("tests watch collections"))
    }

    #[test]
    fn rings_that_nobody_holds_end_and_others_stay() {
        let mut cycles = Cycles::default();
        let alone = Value::array(Vec::new());
        give(&alone, &alone, &mut cycles);
        let (parent, child) = (object(&[]), Value::array(Vec::new()));
        give(&parent, &child, &mut cycles);
        give(&child, &parent, &mut cycles);
        // What hangs on a ring, and what a ring hangs on.
        let leaf = object(&[("a", Value::Int32(1))]);
        give(&child, &leaf, &mut cycles);
        let root = object(&[("ring", parent.clone())]);
        let watched: Vec<Suspect> = [&alone, &parent, &child, &leaf].map(watched).into();
        let alive = |watched: &[Suspect]| -> Vec<bool> {
            watched.iter().map(|own| own.value().is_some()).collect()
        };
        drop((alone, parent, child, leaf));
        assert_eq!(alive(&watched), [true; 4]);
        cycles.end();
        assert_eq!(alive(&watched), [false, true, true, true]);
        assert!(matches!(&root, Value::Object(own) if read(&own.properties).len() == 1));
        drop(root);
        cycles.end();
        assert_eq!(alive(&watched), [false; 4]);
        assert!(cycles.suspects.is_empty());
    }

    #[test]
    fn a_ring_as_deep_as_one_likes_ends_too() {
        let mut cycles = Cycles::default();
        let first = Value::array(Vec::new());
        let mut last = first.clone();
        for _ in 0..200_000 {
            last = Value::array(vec![last]);
        }
        give(&first, &last, &mut cycles);
        let watched = watched(&first);
        drop((first, last));
        drop(cycles);
        assert!(watched.value().is_none());
    }
}
