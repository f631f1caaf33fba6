//! `Sort-Object`.

use std::cmp::Ordering;

use crate::builtin::compare::Manner;
use crate::builtin::declare::{UTILITY, at, command, input, named, switch};
use crate::builtin::expression::Expression;
use crate::builtin::expression_table::{Definition, expressions};
use crate::builtin::net_sort;
use crate::builtin::order::{self, Entry};
use crate::builtin::support::{count, input_object};
use crate::command::{CommandInfo, Validation};
use crate::convert::is_true;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::value::Value;

/// What the binder knows of it.
pub(super) fn info() -> CommandInfo {
    let positive = || Validation::Range(Value::Int32(1), Value::Int32(i32::MAX));
    command("Sort-Object", UTILITY)
        .with_default_set("Default")
        .with(switch("Stable").in_sets(&["Default"]))
        .with(switch("Descending"))
        .with(switch("Unique"))
        .with(
            named("Top", "int")
                .mandatory()
                .validated(positive())
                .in_sets(&["Top"]),
        )
        .with(
            named("Bottom", "int")
                .mandatory()
                .validated(positive())
                .in_sets(&["Bottom"]),
        )
        .with(input())
        .with(at(0, "Property", "object[]"))
        .with(named("Culture", "string"))
        .with(switch("CaseSensitive"))
}

/// One to run.
pub(super) fn create() -> Box<dyn Stage> {
    Box::<SortObject>::default()
}

#[derive(Default)]
struct SortObject {
    objects: Vec<Value>,
}

struct Key {
    expression: Expression,
    descending: bool,
}

impl Stage for SortObject {
    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        if let Some(object) = input_object(context, input)
            && !matches!(object, Value::Null)
        {
            context.hoard(&object)?;
            self.objects.push(object);
        }
        Ok(())
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        let descending = context.switch("Descending");
        let objects = std::mem::take(&mut self.objects);
        let keys = keys(context, &objects, descending)?;
        let expressions: Vec<Expression> = keys.iter().map(|key| key.expression.clone()).collect();
        let mut entries = Vec::with_capacity(objects.len());
        for object in objects {
            entries.push(order::entry(context, object, &expressions)?);
        }
        let manner = Manner::of(context);
        let falls = |place: usize| keys.get(place).map_or(descending, |key| key.descending);
        let mut compare = |a: &Entry, b: &Entry| order::order(&a.values, &b.values, falls, &manner);
        let (top, bottom) = (count(context, "Top"), count(context, "Bottom"));
        let stable = top.is_some() || bottom.is_some() || context.switch("Stable");
        if stable {
            // What has none of the properties stands last, whatever the direction.
            entries.sort_by(|a, b| b.comparable.cmp(&a.comparable).then_with(|| compare(a, b)));
        } else {
            net_sort::sort(&mut entries, &mut compare);
        }
        if context.switch("Unique") {
            entries.dedup_by(|a, b| compare(b, a) == Ordering::Equal);
        }
        let length = entries.len();
        let (skip, take) = match (top, bottom) {
            (Some(top), _) => (0, top),
            (None, Some(bottom)) => (length.saturating_sub(bottom), bottom),
            (None, None) => (0, length),
        };
        for entry in entries.into_iter().skip(skip).take(take) {
            context.write(entry.object)?;
        }
        Ok(())
    }
}

/// What is sorted by; a pattern stands for every property that any object has, by their names.
fn keys(context: &mut Context<'_>, objects: &[Value], descending: bool) -> Result<Vec<Key>, Halt> {
    let mut keys = Vec::new();
    for expression in expressions(context, "Property", Definition::Sort)? {
        let descending = direction(&expression, descending);
        if !expression.is_pattern() {
            keys.push(Key {
                expression,
                descending,
            });
            continue;
        }
        let names: std::collections::BTreeMap<_, _> = objects
            .iter()
            .flat_map(|object| expression.resolved(object))
            .map(|name| (name.to_uppercase(), name))
            .collect();
        keys.extend(names.into_values().map(|name| Key {
            expression: Expression::name(name),
            descending,
        }));
    }
    Ok(keys)
}

/// Whether a key falls: its own word counts, unless it gives two that contradict each other.
fn direction(expression: &Expression, descending: bool) -> bool {
    let word = |name: &str| expression.option(name).map(is_true);
    match (word("Ascending"), word("Descending")) {
        (Some(rises), Some(falls)) if rises == falls => descending,
        (Some(rises), _) => !rises,
        (None, Some(falls)) => falls,
        (None, None) => descending,
    }
}
