//! `Compare-Object`.

use std::sync::Arc;

use crate::builtin::compare;
use crate::builtin::declare::{UTILITY, at, command, named, switch};
use crate::builtin::support::{Expression, count, expressions, items};
use crate::command::{CommandInfo, Validation};
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{Culture, read, to_text};
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
    differences: Vec<Entry>,
}

/// An object with the values that it is compared by.
struct Entry {
    object: Value,
    keys: Vec<Value>,
}

impl Stage for CompareObject {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        self.properties = expressions(context, "Property")?;
        Ok(())
    }

    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let objects = match input {
            Some(object) => vec![object],
            None => items(context, "DifferenceObject"),
        };
        for object in objects {
            let entry = self.entry(context, object)?;
            self.differences.push(entry);
        }
        Ok(())
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        let mut references = Vec::new();
        for object in items(context, "ReferenceObject") {
            references.push(self.entry(context, object)?);
        }
        let window = count(context, "SyncWindow").unwrap_or(usize::MAX);
        let case_sensitive = context.switch("CaseSensitive");
        let differences = std::mem::take(&mut self.differences);
        let mut matched = vec![false; differences.len()];
        let mut equal = Vec::new();
        let mut only_reference = Vec::new();
        for (place, reference) in references.into_iter().enumerate() {
            let found = (0..differences.len()).find(|other| {
                !matched[*other]
                    && other.abs_diff(place) <= window
                    && same(&reference, &differences[*other], case_sensitive)
            });
            match found {
                Some(other) => {
                    matched[other] = true;
                    equal.push(reference);
                }
                None => only_reference.push(reference),
            }
        }
        let exclude_different = context.switch("ExcludeDifferent");
        if context.switch("IncludeEqual") || exclude_different {
            for entry in equal {
                self.emit(context, entry, "==")?;
            }
        }
        if exclude_different {
            return Ok(());
        }
        for (entry, matched) in differences.into_iter().zip(matched) {
            if !matched {
                self.emit(context, entry, "=>")?;
            }
        }
        for entry in only_reference {
            self.emit(context, entry, "<=")?;
        }
        Ok(())
    }
}

impl CompareObject {
    fn entry(&self, context: &mut Context<'_>, object: Value) -> Result<Entry, Halt> {
        let mut keys = Vec::new();
        for expression in &self.properties {
            keys.push(expression.value(context, &object)?.unwrap_or_default());
        }
        Ok(Entry { object, keys })
    }

    fn emit(&self, context: &mut Context<'_>, entry: Entry, side: &str) -> Result<(), Halt> {
        let indicator = note("SideIndicator", Value::text(side));
        if context.switch("PassThru") {
            return context.write(with_note(entry.object, indicator));
        }
        let mut properties: Vec<Property> = if self.properties.is_empty() {
            vec![note("InputObject", entry.object)]
        } else {
            self.properties
                .iter()
                .zip(entry.keys)
                .map(|(expression, value)| note(&expression.display_name(), value))
                .collect()
        };
        properties.push(indicator);
        context.write(Value::Object(Arc::new(Object::custom(properties))))
    }
}

fn note(name: &str, value: Value) -> Property {
    Property {
        name: name.into(),
        value,
        note: true,
    }
}

fn same(a: &Entry, b: &Entry, case_sensitive: bool) -> bool {
    if a.keys.is_empty() {
        return match (&a.object, &b.object) {
            (Value::Object(_), _) | (_, Value::Object(_)) => {
                to_text(&a.object, Culture::Current) == to_text(&b.object, Culture::Current)
            }
            (a, b) => compare::same(a, b, case_sensitive),
        };
    }
    a.keys
        .iter()
        .zip(&b.keys)
        .all(|(a, b)| compare::same(a, b, case_sensitive))
}

fn with_note(object: Value, note: Property) -> Value {
    match object {
        Value::Object(object) => {
            crate::text::write(&object.properties).push(note);
            Value::Object(object)
        }
        Value::Noted(noted) => {
            let mut notes = read(&noted.notes).clone();
            notes.push(note);
            Value::Noted(Arc::new(Noted {
                base: noted.base.clone(),
                notes: notes.into(),
            }))
        }
        scalar => Value::Noted(Arc::new(Noted {
            base: scalar,
            notes: vec![note].into(),
        })),
    }
}
