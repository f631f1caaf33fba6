//! What sorting, grouping and comparing commands have in common: each object with the values that it goes by
//! (`OrderByProperty`).

use std::cmp::Ordering;

use crate::builtin::compare::Manner;
use crate::builtin::expression::Expression;
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::Context;
use crate::value::Value;

/// An object with the values that it goes by.
#[derive(Debug)]
pub(super) struct Entry {
    /// The object.
    pub(super) object: Value,
    /// Its values, one for each expression; none where it has no such property.
    pub(super) values: Vec<Option<Value>>,
    /// Whether it has any of them.
    pub(super) comparable: bool,
}

/// An object with its values. A block that failed is reported, and its value is null.
pub(super) fn entry(
    context: &mut Context<'_>,
    object: Value,
    expressions: &[Expression],
) -> Result<Entry, Halt> {
    if expressions.is_empty() {
        return Ok(Entry {
            values: vec![Some(object.clone())],
            object,
            comparable: true,
        });
    }
    let mut values = Vec::with_capacity(expressions.len());
    let mut comparable = false;
    for expression in expressions {
        if let Some(property) = expression.own_property(&object) {
            comparable = true;
            values.push(Some(property.value));
            continue;
        }
        let found = expression.values(context, &object)?;
        if found.is_empty() {
            values.push(None);
            context.debug(format!(
                "\"Sort-Object\" - \"{}\" cannot be found in \"InputObject\".",
                expression.text()
            ))?;
        }
        for (_, value) in found {
            comparable = true;
            values.push(Some(match value {
                Ok(value) => value,
                Err(error) => {
                    context.write_error(evaluation_error(*error, &object))?;
                    Value::Null
                }
            }));
        }
    }
    Ok(Entry {
        object,
        values,
        comparable,
    })
}

fn evaluation_error(error: ErrorRecord, object: &Value) -> ErrorRecord {
    ErrorRecord::new(
        "ExpressionEvaluation",
        ErrorCategory::InvalidResult,
        error.exception.clone(),
        error.shown_message(),
    )
    .with_target(object.clone())
}

/// Which of two objects comes first. One without a property stands behind one that has it, whatever the direction.
pub(super) fn order(
    a: &[Option<Value>],
    b: &[Option<Value>],
    descending: impl Fn(usize) -> bool,
    manner: &Manner,
) -> Ordering {
    for place in 0..a.len().max(b.len()) {
        let ordering = match (a.get(place), b.get(place)) {
            (Some(Some(a)), Some(Some(b))) => {
                let ordering = manner.order(a, b);
                if descending(place) {
                    ordering.reverse()
                } else {
                    ordering
                }
            }
            (a, b) => lacks(a).cmp(&lacks(b)),
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
    Ordering::Equal
}

fn lacks(value: Option<&Option<Value>>) -> bool {
    !matches!(value, Some(Some(_)))
}
