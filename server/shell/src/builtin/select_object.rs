//! `Select-Object`: takes some objects, or some properties of each.

mod queue;

use std::sync::{Arc, RwLock};

use crate::builtin::compare;
use crate::builtin::declare::{UTILITY, at, command, named, switch};
use crate::builtin::expression::Expression;
use crate::builtin::expression_table::{self, Definition, expressions};
use crate::builtin::support::{count, input_object, items, text, texts};
use crate::command::{CommandInfo, Validation};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::members;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{as_double, read, write};
use crate::type_names::type_name;
use crate::value::{Object, Property, Text, Value};
use crate::wildcard::Wildcard;
use queue::Queue;

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
    expand: Option<Expression>,
    unique: bool,
    case_insensitive: bool,
    wait: bool,
    queue: Queue,
    /// Places that are taken or, for the other parameter, left out.
    index: Option<(Vec<usize>, bool)>,
    /// How many objects came.
    seen: usize,
    /// The type that the last object is called by.
    selected: Text,
    /// What -Unique keeps to the end, with how many properties were put to each.
    distinct: Vec<(Value, Vec<Text>)>,
}

impl Stage for SelectObject {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        self.properties = expressions(context, "Property", Definition::Select)?;
        if let Some(name) = text(context, "ExpandProperty").filter(|name| !name.is_empty()) {
            let made = expression_table::expression(&Value::String(name), Definition::Select);
            self.expand = Some(made.map_err(|record| context.terminate(*record))?);
        }
        self.exclude = texts(context, "ExcludeProperty")
            .iter()
            .map(|pattern| Wildcard::new(pattern))
            .collect();
        if self.properties.is_empty() && !self.exclude.is_empty() {
            self.properties.push(Expression::name("*"));
        }
        self.unique = context.switch("Unique");
        self.case_insensitive = context.switch("CaseInsensitive");
        self.wait = context.switch("Wait");
        self.queue = Queue::new(
            count(context, "First"),
            count(context, "Last"),
            count(context, "Skip").unwrap_or(0),
            count(context, "SkipLast").unwrap_or(0),
        );
        for (name, taken) in [("Index", true), ("SkipIndex", false)] {
            if context.parameter(name).is_some() {
                let mut places: Vec<usize> = items(context, name)
                    .iter()
                    .filter_map(as_double)
                    .map(|place| place as usize)
                    .collect();
                places.sort_unstable();
                self.index = Some((places, taken));
            }
        }
        Ok(())
    }

    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let Some(object) = input_object(context, input) else {
            return Ok(());
        };
        if matches!(object, Value::Null) {
            return Ok(());
        }
        if self.index.is_some() {
            return self.by_place(context, &object);
        }
        // The object that is named last is the one whose type the others are called by.
        self.queue.push(object.clone());
        if self.queue.grows() {
            context.hoard(&object)?;
        }
        self.selected = base_type(&object);
        if let Some(object) = self.queue.next() {
            self.select(context, &object)?;
        }
        if self.queue.is_done() && !self.wait {
            self.end(context)?;
            return Err(context.enough());
        }
        Ok(())
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        if context.parameter_set() == "DefaultParameter" {
            while let Some(object) = self.queue.rest() {
                self.select(context, &object)?;
            }
        }
        for (object, _) in std::mem::take(&mut self.distinct) {
            context.write(object)?;
        }
        Ok(())
    }
}

impl SelectObject {
    fn by_place(&mut self, context: &mut Context<'_>, object: &Value) -> Result<(), Halt> {
        let place = self.seen;
        self.seen += 1;
        self.selected = base_type(object);
        let Some((places, taken)) = &self.index else {
            return Ok(());
        };
        let (taken, listed) = (*taken, places.binary_search(&place).is_ok());
        let done = taken && places.last().is_none_or(|last| *last <= place);
        if listed == taken {
            self.select(context, object)?;
        }
        if done && !self.wait {
            self.end(context)?;
            return Err(context.enough());
        }
        Ok(())
    }

    fn select(&mut self, context: &mut Context<'_>, object: &Value) -> Result<(), Halt> {
        if self.properties.is_empty() && self.expand.is_none() {
            return self.emit(context, object.clone(), Vec::new());
        }
        let chosen = self.project(context, object)?;
        match self.expand.clone() {
            None => self.compose(context, object, chosen),
            Some(expression) => self.expand(context, object, &expression, chosen),
        }
    }

    fn excludes(&self, name: &str) -> bool {
        self.exclude.iter().any(|pattern| pattern.matches(name))
    }

    /// The chosen properties, some perhaps twice.
    fn project(&self, context: &mut Context<'_>, object: &Value) -> Result<Vec<Property>, Halt> {
        let mut chosen = Vec::with_capacity(self.properties.len());
        for expression in &self.properties {
            let mut found = expression.values(context, object)?;
            found.retain(|(name, _)| !self.excludes(name));
            if found.is_empty() && !expression.is_pattern() {
                found.push((expression.text(), Ok(Value::Null)));
                found.retain(|(name, _)| !self.excludes(name));
            } else if expression.label.is_some() && found.len() > 1 {
                let record = ErrorRecord::new(
                    "RenamingMultipleResults",
                    ErrorCategory::InvalidOperation,
                    "System.InvalidOperationException",
                    "Cannot rename multiple results.",
                );
                context.write_error(record.with_target(object.clone()))?;
                continue;
            }
            for (name, value) in found {
                let name = expression.label.clone().unwrap_or(name);
                if name.is_empty() {
                    return Err(context.terminate(nameless()));
                }
                chosen.push(Property {
                    name,
                    value: value.unwrap_or_default(),
                    note: true,
                });
            }
        }
        Ok(chosen)
    }

    /// An object of the chosen properties.
    fn compose(
        &mut self,
        context: &mut Context<'_>,
        source: &Value,
        chosen: Vec<Property>,
    ) -> Result<(), Halt> {
        let mut properties: Vec<Property> = Vec::with_capacity(chosen.len());
        let mut names = Vec::new();
        for property in chosen {
            names.push(property.name.clone());
            if has(&properties, &property.name) {
                let id = "AlreadyExistingUserSpecifiedPropertyNoExpand";
                context.write_error(already_exists(id, &property.name, source))?;
            } else {
                properties.push(property);
            }
        }
        let object = Value::Object(Arc::new(Object::custom(properties)));
        self.emit(context, object, names)
    }

    fn expand(
        &mut self,
        context: &mut Context<'_>,
        object: &Value,
        expression: &Expression,
        chosen: Vec<Property>,
    ) -> Result<(), Halt> {
        let mut found = expression.values(context, object)?;
        let name = expression.text();
        let refusal = |id: &'static str, message: String| {
            ErrorRecord::new(
                id,
                ErrorCategory::InvalidArgument,
                "System.Management.Automation.PSArgumentException",
                message,
            )
            .with_target(object.clone())
        };
        if found.len() > 1 {
            return context.write_error(refusal(
                "MutlipleExpandProperties",
                "Multiple properties cannot be expanded.".into(),
            ));
        }
        let Some((_, value)) = found.pop() else {
            return context.write_error(refusal(
                "ExpandPropertyNotFound",
                format!("Property \"{name}\" cannot be found."),
            ));
        };
        let value = match value {
            Ok(value) => value,
            Err(record) => return context.write_error(not_evaluated(*record, object)),
        };
        for item in value.elements().unwrap_or_else(|| vec![value]) {
            if matches!(item, Value::Null) {
                continue;
            }
            let mut notes: Vec<Property> = Vec::with_capacity(chosen.len());
            for note in &chosen {
                if members::property(&item, &note.name).is_some() || has(&notes, &note.name) {
                    let id = "AlreadyExistingUserSpecifiedPropertyExpand";
                    context.write_error(already_exists(id, &note.name, object))?;
                } else {
                    notes.push(note.clone());
                }
            }
            let item = with_notes(item, &notes);
            let names = chosen.iter().map(|note| note.name.clone()).collect();
            self.emit(context, item, names)?;
        }
        Ok(())
    }

    /// Writes an object, or keeps it to the end if it is the first of its kind; `added` are the properties that the
    /// command itself put to it.
    fn emit(
        &mut self,
        context: &mut Context<'_>,
        object: Value,
        added: Vec<Text>,
    ) -> Result<(), Halt> {
        if !self.unique {
            self.mark(&object, !added.is_empty());
            return context.write(object);
        }
        let case_sensitive = !self.case_insensitive;
        let known = self.distinct.iter().any(|(other, names)| {
            compare::same(&object, other, case_sensitive)
                && names.len() == added.len()
                && added.iter().all(|name| {
                    let of = |object| members::property(object, name);
                    match (of(other), of(&object)) {
                        (Some(a), b) => compare::same(&a, &b.unwrap_or_default(), case_sensitive),
                        (None, _) => false,
                    }
                })
        });
        if !known {
            self.mark(&object, !added.is_empty());
            context.hoard(&object)?;
            self.distinct.push((object, added));
        }
        Ok(())
    }

    /// Custom objects that pass carry a mark of it: what the object was that they were made of.
    fn mark(&self, object: &Value, made: bool) {
        let Value::Object(object) = object else {
            return;
        };
        if !object.custom {
            return;
        }
        let mark = format!("Selected.{}", self.selected);
        let mut names = write(&object.type_names);
        if made || names.iter().all(|name| **name != *mark) {
            *names = std::iter::once(Text::from(mark))
                .chain(names.iter().cloned())
                .collect();
        }
    }
}

fn has(properties: &[Property], name: &str) -> bool {
    properties
        .iter()
        .any(|known| members::same_name(&known.name, name))
}

/// What .NET calls the type of an object.
fn base_type(object: &Value) -> Text {
    match object {
        Value::Object(object) if object.custom => CUSTOM_OBJECT.into(),
        other => type_name(other),
    }
}

fn nameless() -> ErrorRecord {
    ErrorRecord::new(
        "EmptyScriptBlockAndNoName",
        ErrorCategory::InvalidArgument,
        "System.Management.Automation.PSArgumentException",
        "A property is an empty script block and does not provide a name.",
    )
}

/// What -ExpandProperty says of a value that could not be had.
fn not_evaluated(record: ErrorRecord, object: &Value) -> ErrorRecord {
    ErrorRecord::new(
        "PropertyEvaluationExpand",
        ErrorCategory::InvalidResult,
        record.exception,
        record.message,
    )
    .with_target(object.clone())
}

fn already_exists(id: &'static str, name: &str, target: &Value) -> ErrorRecord {
    ErrorRecord::new(
        id,
        ErrorCategory::InvalidOperation,
        "System.Management.Automation.PSArgumentException",
        format!("The property cannot be processed because the property \"{name}\" already exists."),
    )
    .with_target(target.clone())
}

/// What -ExpandProperty emits carries the other chosen properties as notes.
fn with_notes(item: Value, notes: &[Property]) -> Value {
    if notes.is_empty() {
        return item;
    }
    match item {
        Value::Object(object) if object.custom => {
            write(&object.properties).extend(notes.iter().cloned());
            Value::Object(object)
        }
        Value::Object(object) => {
            let mut properties = read(&object.properties).clone();
            properties.extend(notes.iter().cloned());
            Value::Object(Arc::new(Object {
                type_names: RwLock::new(Arc::clone(&read(&object.type_names))),
                properties: RwLock::new(properties),
                text: object.text.clone(),
                custom: object.custom,
                scripts: object.scripts.clone(),
                instance: object.instance.as_ref().map(|own| Box::new(own.copy())),
            }))
        }
        scalar => Value::Noted(Arc::new(crate::value::Noted {
            base: scalar.base().clone(),
            notes: match &scalar {
                Value::Noted(noted) => {
                    let mut all = read(&noted.notes).clone();
                    all.extend(notes.iter().cloned());
                    all
                }
                _ => notes.to_vec(),
            }
            .into(),
            scripts: match &scalar {
                Value::Noted(noted) => noted.scripts.clone(),
                _ => Default::default(),
            },
        })),
    }
}
