//! `Sort-Object`.

use std::cmp::Ordering;

use crate::builtin::compare;
use crate::builtin::declare::{UTILITY, at, command, input, named, switch};
use crate::builtin::support::{Expression, count, expressions, input_object};
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
        .with(named("Culture", "string"))
        .with(switch("CaseSensitive"))
        .with(at(0, "Property", "object[]"))
}

/// One to run.
pub(super) fn create() -> Box<dyn Stage> {
    Box::<SortObject>::default()
}

#[derive(Default)]
struct SortObject {
    keys: Vec<Key>,
    rows: Vec<(Vec<Option<Value>>, Value)>,
}

struct Key {
    expression: Option<Expression>,
    descending: bool,
}

impl Stage for SortObject {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        let descending = context.switch("Descending");
        self.keys = expressions(context, "Property")?
            .into_iter()
            .map(|expression| Key {
                descending: match (
                    expression.option("Descending"),
                    expression.option("Ascending"),
                ) {
                    (Some(value), _) => is_true(value),
                    (None, Some(value)) => !is_true(value),
                    (None, None) => descending,
                },
                expression: Some(expression),
            })
            .collect();
        if self.keys.is_empty() {
            self.keys.push(Key {
                expression: None,
                descending,
            });
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
        let mut row = Vec::with_capacity(self.keys.len());
        for key in &self.keys {
            row.push(match &key.expression {
                None => Some(object.clone()),
                Some(expression) => expression.value(context, &object)?,
            });
        }
        self.rows.push((row, object));
        Ok(())
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        let case_sensitive = context.switch("CaseSensitive");
        let mut rows = std::mem::take(&mut self.rows);
        rows.sort_by(|(a, _), (b, _)| self.order(a, b, case_sensitive));
        if context.switch("Unique") {
            rows.dedup_by(|(a, _), (b, _)| self.order(a, b, case_sensitive) == Ordering::Equal);
        }
        let length = rows.len();
        let (skip, take) = match (count(context, "Top"), count(context, "Bottom")) {
            (Some(top), _) => (0, top),
            (None, Some(bottom)) => (length.saturating_sub(bottom), bottom),
            (None, None) => (0, length),
        };
        for (_, object) in rows.into_iter().skip(skip).take(take) {
            context.write(object)?;
        }
        Ok(())
    }
}

impl SortObject {
    /// Objects without a property stand behind those that have it, whatever the direction.
    fn order(&self, a: &[Option<Value>], b: &[Option<Value>], case_sensitive: bool) -> Ordering {
        for ((a, b), key) in a.iter().zip(b).zip(&self.keys) {
            let ordering = match (a, b) {
                (Some(a), Some(b)) => {
                    let ordering = compare::order(a, b, case_sensitive);
                    if key.descending {
                        ordering.reverse()
                    } else {
                        ordering
                    }
                }
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => Ordering::Equal,
            };
            if ordering != Ordering::Equal {
                return ordering;
            }
        }
        Ordering::Equal
    }
}
