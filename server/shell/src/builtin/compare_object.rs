//! `Compare-Object`.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::sync::Arc;

use crate::builtin::compare::Manner;
use crate::builtin::declare::{UTILITY, at, command, named, switch};
use crate::builtin::expression::Expression;
use crate::builtin::expression_table::{Definition, expressions};
use crate::builtin::order::{self, Entry};
use crate::builtin::support::{count, items};
use crate::command::{CommandInfo, Validation};
use crate::members;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{read, write};
use crate::value::{Noted, Object, Property, Value};

/// What the binder knows of it.
pub(super) fn info() -> CommandInfo {
    let list = |position: i32, name: &str| {
        let mut parameter = at(position, name, "psobject[]").mandatory();
        parameter.allow_empty_collection = true;
        parameter
    };
    command("Compare-Object", UTILITY)
        .with(list(0, "ReferenceObject"))
        .with(list(1, "DifferenceObject").from_pipeline())
        .with(
            named("SyncWindow", "int")
                .validated(Validation::Range(Value::Int32(0), Value::Int32(i32::MAX))),
        )
        .with(named("Property", "object[]"))
        .with(switch("ExcludeDifferent"))
        .with(switch("IncludeEqual"))
        .with(switch("PassThru"))
        .with(named("Culture", "string"))
        .with(switch("CaseSensitive"))
}

/// One to run.
pub(super) fn create() -> Box<dyn Stage> {
    Box::<CompareObject>::default()
}

#[derive(Default)]
struct CompareObject {
    properties: Vec<Expression>,
    /// What has not been compared yet of the reference objects.
    references: VecDeque<Entry>,
    /// Whether there are any at all.
    has_references: bool,
    /// Objects of either side that still may find their match.
    waiting_references: VecDeque<Entry>,
    waiting_differences: VecDeque<Entry>,
    window: usize,
    manner: Manner,
    include_equal: bool,
    exclude_different: bool,
}

impl Stage for CompareObject {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        self.window = count(context, "SyncWindow").unwrap_or(usize::MAX);
        self.manner = Manner::of(context);
        self.exclude_different = context.switch("ExcludeDifferent");
        let refused = matches!(
            context.parameter("IncludeEqual"),
            Some(Value::Switch(false) | Value::Bool(false))
        );
        self.include_equal = context.switch("IncludeEqual") || self.exclude_different && !refused;
        self.properties = expressions(context, "Property", Definition::Group)?;
        for object in items(context, "ReferenceObject") {
            if !matches!(object, Value::Null) {
                let entry = order::entry(context, object, &self.properties)?;
                self.references.push_back(entry);
            }
        }
        self.has_references = !self.references.is_empty();
        Ok(())
    }

    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let objects = match input {
            Some(object) => vec![object],
            None => items(context, "DifferenceObject"),
        };
        for object in objects {
            if matches!(object, Value::Null) {
                continue;
            }
            let entry = order::entry(context, object, &self.properties)?;
            if self.has_references {
                self.compare(context, Some(entry))?;
            } else {
                self.emit_different(context, entry, "=>")?;
            }
        }
        Ok(())
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        while !self.references.is_empty() {
            self.compare(context, None)?;
        }
        for entry in std::mem::take(&mut self.waiting_differences) {
            self.emit_different(context, entry, "=>")?;
        }
        for entry in std::mem::take(&mut self.waiting_references) {
            self.emit_different(context, entry, "<=")?;
        }
        Ok(())
    }
}

impl CompareObject {
    /// Compares an object with the next one of the reference, and either with what waits on the other side.
    fn compare(
        &mut self,
        context: &mut Context<'_>,
        difference: Option<Entry>,
    ) -> Result<(), Halt> {
        let reference = self.references.pop_front();
        if let (Some(first), Some(second)) = (&reference, &difference)
            && self.same(first, second)
        {
            return match reference {
                Some(entry) => self.emit_equal(context, entry),
                None => Ok(()),
            };
        }
        let mut unmatched = difference;
        if let Some(entry) = &unmatched
            && let Some(place) = self.place(entry, &self.waiting_references)
        {
            unmatched = None;
            if let Some(known) = self.waiting_references.remove(place) {
                self.emit_equal(context, known)?;
            }
        }
        let mut missing = reference;
        if let Some(entry) = &missing
            && let Some(place) = self.place(entry, &self.waiting_differences)
        {
            self.waiting_differences.remove(place);
            if let Some(entry) = missing.take() {
                self.emit_equal(context, entry)?;
            }
        }
        if let Some(entry) = unmatched {
            if self.waiting_differences.len() < self.window {
                context.hoard(&entry.object)?;
            }
            let late = make_room(&mut self.waiting_differences, entry, self.window);
            for entry in late {
                self.emit_different(context, entry, "=>")?;
            }
        }
        if let Some(entry) = missing {
            let late = make_room(&mut self.waiting_references, entry, self.window);
            for entry in late {
                self.emit_different(context, entry, "<=")?;
            }
        }
        Ok(())
    }

    fn same(&self, a: &Entry, b: &Entry) -> bool {
        order::order(&a.values, &b.values, |_| false, &self.manner) == Ordering::Equal
    }

    fn place(&self, entry: &Entry, waiting: &VecDeque<Entry>) -> Option<usize> {
        waiting.iter().position(|other| self.same(entry, other))
    }

    fn emit_equal(&self, context: &mut Context<'_>, entry: Entry) -> Result<(), Halt> {
        if self.include_equal {
            self.emit(context, entry, "==")
        } else {
            Ok(())
        }
    }

    fn emit_different(
        &self,
        context: &mut Context<'_>,
        entry: Entry,
        side: &str,
    ) -> Result<(), Halt> {
        if self.exclude_different {
            Ok(())
        } else {
            self.emit(context, entry, side)
        }
    }

    fn emit(&self, context: &mut Context<'_>, entry: Entry, side: &str) -> Result<(), Halt> {
        let indicator = note("SideIndicator", Value::text(side));
        if context.switch("PassThru") {
            return context.write(with_note(entry.object, indicator));
        }
        let mut properties: Vec<Property> = Vec::new();
        if self.properties.is_empty() {
            properties.push(note("InputObject", entry.object));
        }
        for (expression, value) in self.properties.iter().zip(entry.values) {
            let name = expression.text();
            if !properties
                .iter()
                .any(|known| members::same_name(&known.name, &name))
            {
                properties.push(note(&name, value.unwrap_or_default()));
            }
        }
        properties.retain(|known| !members::same_name(&known.name, &indicator.name));
        properties.push(indicator);
        context.write(Value::Object(Arc::new(Object::custom(properties))))
    }
}

/// Lets an entry wait; gives those that waited too long.
fn make_room(waiting: &mut VecDeque<Entry>, entry: Entry, window: usize) -> Vec<Entry> {
    if window == 0 {
        return vec![entry];
    }
    let mut late = Vec::new();
    while waiting.len() >= window {
        late.extend(waiting.pop_front());
    }
    waiting.push_back(entry);
    late
}

fn note(name: &str, value: Value) -> Property {
    Property {
        name: name.into(),
        value,
        note: true,
    }
}

fn with_note(object: Value, note: Property) -> Value {
    match object {
        Value::Object(object) => {
            let mut properties = write(&object.properties);
            properties.retain(|known| !members::same_name(&known.name, &note.name));
            properties.push(note);
            drop(properties);
            Value::Object(object)
        }
        Value::Noted(noted) => {
            let mut notes = read(&noted.notes).clone();
            notes.retain(|known| !members::same_name(&known.name, &note.name));
            notes.push(note);
            Value::Noted(Arc::new(Noted {
                base: noted.base.clone(),
                notes: notes.into(),
                scripts: noted.scripts.clone(),
            }))
        }
        scalar => Value::Noted(Arc::new(Noted {
            base: scalar,
            notes: vec![note].into(),
            scripts: Default::default(),
        })),
    }
}
