//! `Select-Object`: takes some objects, or some properties of each.

use std::collections::VecDeque;
use std::sync::{Arc, RwLock};

use crate::builtin::compare;
use crate::builtin::declare::{UTILITY, at, command, named, switch};
use crate::builtin::support::{
    Expression, Source, count, expressions, input_object, items, text, texts,
};
use crate::command::{CommandInfo, Validation};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::members;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{as_double, read, write};
use crate::type_names::type_name;
use crate::value::{Object, Property, Text, Value};
use crate::wildcard::Wildcard;

/// What a custom object's own type is called.
const CUSTOM_OBJECT: &str = "System.Management.Automation.PSCustomObject";

/// What the binder knows of it.
pub(super) fn info() -> CommandInfo {
    let default = "DefaultParameter";
    let last = "SkipLastParameter";
    let index = "IndexParameter";
    let skip_index = "SkipIndexParameter";
    let whole = || Validation::Range(Value::Int32(0), Value::Int32(i32::MAX));
    command("Select-Object", UTILITY)
        .with_default_set(default)
        .with(named("InputObject", "psobject").from_pipeline())
        .with(at(0, "Property", "object[]").in_sets(&[default, last]))
        .with(named("ExcludeProperty", "string[]").in_sets(&[default, last]))
        .with(named("ExpandProperty", "string").in_sets(&[default, last]))
        .with(switch("Unique"))
        .with(switch("CaseInsensitive"))
        .with(named("Last", "int").validated(whole()).in_sets(&[default]))
        .with(named("First", "int").validated(whole()).in_sets(&[default]))
        .with(
            named("Skip", "int")
                .validated(whole())
                .in_sets(&[default, last]),
        )
        .with(named("SkipLast", "int").validated(whole()).in_sets(&[last]))
        .with(switch("Wait").in_sets(&[default, index]))
        .with(named("Index", "int[]").validated(whole()).in_sets(&[index]))
        .with(
            named("SkipIndex", "int[]")
                .mandatory()
                .validated(whole())
                .in_sets(&[skip_index]),
        )
}

/// One to run.
pub(super) fn create() -> Box<dyn Stage> {
    Box::<SelectObject>::default()
}

#[derive(Default)]
struct SelectObject {
    properties: Vec<Expression>,
    exclude: Vec<Wildcard>,
    expand: Option<Text>,
    unique: bool,
    case_insensitive: bool,
    skip: usize,
    first: Option<usize>,
    last: Option<usize>,
    skip_last: usize,
    index: Option<Vec<usize>>,
    skip_index: Vec<usize>,
    wait: bool,
    seen: usize,
    taken: usize,
    held: VecDeque<Value>,
    distinct: Vec<Value>,
}

impl Stage for SelectObject {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        self.properties = expressions(context, "Property")?;
        self.exclude = texts(context, "ExcludeProperty")
            .iter()
            .map(|pattern| Wildcard::new(pattern))
            .collect();
        self.expand = text(context, "ExpandProperty");
        self.unique = context.switch("Unique");
        self.case_insensitive = context.switch("CaseInsensitive");
        self.skip = count(context, "Skip").unwrap_or(0);
        self.first = count(context, "First");
        self.last = count(context, "Last");
        self.skip_last = count(context, "SkipLast").unwrap_or(0);
        self.wait = context.switch("Wait");
        let places = |context: &Context<'_>, name: &str| -> Vec<usize> {
            items(context, name)
                .iter()
                .filter_map(as_double)
                .map(|place| place as usize)
                .collect()
        };
        self.index = context
            .parameter("Index")
            .is_some()
            .then(|| places(context, "Index"));
        self.skip_index = places(context, "SkipIndex");
        if !self.exclude.is_empty() && self.properties.is_empty() && self.expand.is_none() {
            self.properties.push(Expression::name("*"));
        }
        if self.first == Some(0) && self.last.is_none() && !self.wait {
            return Err(context.enough());
        }
        Ok(())
    }

    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let Some(object) = input_object(context, input) else {
            return Ok(());
        };
        let place = self.seen;
        self.seen += 1;
        if self.skip_index.contains(&place) {
            return Ok(());
        }
        if let Some(index) = &self.index {
            let all_found = index.iter().all(|wanted| *wanted <= place);
            if index.contains(&place) {
                self.select(context, &object)?;
            }
            return if all_found && !self.wait {
                Err(context.enough())
            } else {
                Ok(())
            };
        }
        if let Some(last) = self.last {
            return self.hold_last(context, object, place, last);
        }
        if place < self.skip {
            return Ok(());
        }
        if self.skip_last > 0 {
            self.held.push_back(object);
            return match self.held.len() > self.skip_last {
                true => match self.held.pop_front() {
                    Some(object) => self.select(context, &object),
                    None => Ok(()),
                },
                false => Ok(()),
            };
        }
        match self.first {
            None => self.select(context, &object),
            Some(first) if self.taken < first => {
                self.taken += 1;
                self.select(context, &object)?;
                if self.taken == first && !self.wait && !self.unique {
                    return Err(context.enough());
                }
                Ok(())
            }
            Some(_) => Ok(()),
        }
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        if self.last.is_some() {
            // -Skip with -Last counts from the end.
            let keep = self.held.len().saturating_sub(self.skip);
            let held = std::mem::take(&mut self.held);
            let start = keep.saturating_sub(self.last.unwrap_or(0));
            for object in held.iter().take(keep).skip(start) {
                self.select(context, object)?;
            }
        }
        for object in std::mem::take(&mut self.distinct) {
            context.write(object)?;
        }
        Ok(())
    }
}

impl SelectObject {
    /// Holds as many of the last objects as -Last and -Skip need; -First objects go through at once.
    fn hold_last(
        &mut self,
        context: &mut Context<'_>,
        object: Value,
        place: usize,
        last: usize,
    ) -> Result<(), Halt> {
        if let Some(first) = self.first
            && place >= self.skip
            && self.taken < first
        {
            self.taken += 1;
            return self.select(context, &object);
        }
        self.held.push_back(object);
        if self.held.len() > last + self.skip {
            self.held.pop_front();
        }
        Ok(())
    }

    fn select(&mut self, context: &mut Context<'_>, object: &Value) -> Result<(), Halt> {
        if self.properties.is_empty() && self.expand.is_none() {
            mark_selected(object);
            return self.emit(context, object.clone());
        }
        let chosen = self.project(context, object)?;
        match self.expand.clone() {
            None => {
                let projected = projection(object, chosen);
                self.emit(context, projected)
            }
            Some(name) => self.expand(context, object, &name, chosen),
        }
    }

    fn project(&self, context: &mut Context<'_>, object: &Value) -> Result<Vec<Property>, Halt> {
        let mut chosen: Vec<Property> = Vec::new();
        for expression in &self.properties {
            match &expression.source {
                Source::Name(name) => {
                    self.project_name(context, object, expression, name, &mut chosen)?;
                }
                Source::Block(_) => {
                    let value = expression.value(context, object)?.unwrap_or_default();
                    self.add(context, &mut chosen, expression.display_name(), value)?;
                }
            }
        }
        Ok(chosen)
    }

    fn project_name(
        &self,
        context: &mut Context<'_>,
        object: &Value,
        expression: &Expression,
        name: &str,
        chosen: &mut Vec<Property>,
    ) -> Result<(), Halt> {
        let pattern = Wildcard::new(name);
        if pattern.is_pattern() {
            for property in members::properties(object) {
                if pattern.matches(&property.name) {
                    let label = expression.label.clone().unwrap_or(property.name);
                    self.add(context, chosen, label, property.value)?;
                }
            }
            return Ok(());
        }
        let value = members::property(object, name).unwrap_or_default();
        let label = expression
            .label
            .clone()
            .unwrap_or_else(|| own_name(object, name));
        self.add(context, chosen, label, value)
    }

    fn add(
        &self,
        context: &mut Context<'_>,
        chosen: &mut Vec<Property>,
        name: Text,
        value: Value,
    ) -> Result<(), Halt> {
        if self.exclude.iter().any(|pattern| pattern.matches(&name)) {
            return Ok(());
        }
        if chosen
            .iter()
            .any(|known| members::same_name(&known.name, &name))
        {
            return context.write_error(
                ErrorRecord::new(
                    "AlreadyExistingUserSpecifiedPropertyNoExpand",
                    ErrorCategory::InvalidOperation,
                    "System.Management.Automation.PSInvalidOperationException",
                    format!(
                        "The property cannot be processed because the property \"{name}\" already exists."
                    ),
                ),
            );
        }
        chosen.push(Property {
            name,
            value,
            note: true,
        });
        Ok(())
    }

    fn expand(
        &mut self,
        context: &mut Context<'_>,
        object: &Value,
        name: &str,
        chosen: Vec<Property>,
    ) -> Result<(), Halt> {
        let Some(found) = members::property(object, name) else {
            let record = ErrorRecord::new(
                "ExpandPropertyNotFound",
                ErrorCategory::InvalidArgument,
                "System.Management.Automation.PSArgumentException",
                format!("Property \"{name}\" cannot be found."),
            );
            return context.write_error(record.with_target(object.clone()));
        };
        for item in found.elements().unwrap_or_else(|| vec![found]) {
            let item = with_notes(item, &chosen);
            self.emit(context, item)?;
        }
        Ok(())
    }

    fn emit(&mut self, context: &mut Context<'_>, object: Value) -> Result<(), Halt> {
        if !self.unique {
            return context.write(object);
        }
        let known = self
            .distinct
            .iter()
            .any(|other| same_object(other, &object, !self.case_insensitive));
        if !known {
            self.distinct.push(object);
        }
        Ok(())
    }
}

/// The property's name as the object has it.
fn own_name(object: &Value, name: &str) -> Text {
    members::properties(object)
        .into_iter()
        .find(|property| members::same_name(&property.name, name))
        .map_or_else(|| Text::from(name), |property| property.name)
}

/// Custom objects that pass through carry a mark of it.
fn mark_selected(object: &Value) {
    if let Value::Object(object) = object
        && object.custom
    {
        let mark = format!("Selected.{CUSTOM_OBJECT}");
        let mut names = write(&object.type_names);
        if names.first().is_none_or(|name| **name != *mark) {
            *names = std::iter::once(Text::from(mark))
                .chain(names.iter().cloned())
                .collect();
        }
    }
}

/// An object with the chosen properties of another.
fn projection(source: &Value, properties: Vec<Property>) -> Value {
    let base = match source {
        Value::Object(object) if object.custom => Text::from(CUSTOM_OBJECT),
        other => type_name(other),
    };
    let names: [Text; 3] = [
        format!("Selected.{base}").into(),
        CUSTOM_OBJECT.into(),
        "System.Object".into(),
    ];
    Value::Object(Arc::new(Object {
        type_names: RwLock::new(names.into()),
        properties: RwLock::new(properties),
        text: None,
        custom: true,
    }))
}

/// What -ExpandProperty emits carries the other chosen properties as notes.
fn with_notes(item: Value, notes: &[Property]) -> Value {
    if notes.is_empty() {
        return item;
    }
    match item {
        Value::Object(object) => {
            let mut properties = read(&object.properties).clone();
            properties.extend(notes.iter().cloned());
            Value::Object(Arc::new(Object {
                type_names: RwLock::new(Arc::clone(&read(&object.type_names))),
                properties: RwLock::new(properties),
                text: object.text.clone(),
                custom: object.custom,
            }))
        }
        scalar => Value::Noted(Arc::new(crate::value::Noted {
            base: scalar,
            notes: notes.to_vec().into(),
        })),
    }
}

/// Whether two objects are the same to -Unique: scalars by value, objects property by property.
fn same_object(a: &Value, b: &Value, case_sensitive: bool) -> bool {
    match (a, b) {
        (Value::Object(first), Value::Object(second)) => {
            let (first, second) = (read(&first.properties), read(&second.properties));
            first.len() == second.len()
                && first.iter().zip(second.iter()).all(|(x, y)| {
                    x.name == y.name && compare::same(&x.value, &y.value, case_sensitive)
                })
        }
        _ => compare::same(a, b, case_sensitive),
    }
}
