//! Order and equality of values, as sorting, grouping and comparing commands see them.

use std::cmp::Ordering;

use crate::builtin::support::text;
use crate::evaluate::operator::comparison;
use crate::pipeline::stage::Context;
use crate::text::collation::Collation;
use crate::text::{Culture, collation, to_text};
use crate::value::Value;

/// Which comes first (`ObjectCommandComparer`): the second is read as the first one's type; what has no order compares
/// as text. Custom objects are all the same, for what holds their properties is one and the same.
pub(super) fn order(a: &Value, b: &Value, case_sensitive: bool) -> Ordering {
    let (a, b) = (a.base(), b.base());
    match (a, b) {
        (Value::String(a), Value::String(b)) => return collation::compare(a, b, case_sensitive),
        (Value::Int32(a), Value::Int32(b)) => return a.cmp(b),
        (Value::Object(a), Value::Object(b)) if a.custom && b.custom => return Ordering::Equal,
        _ => {}
    }
    comparison::order(a, b, case_sensitive)
        .unwrap_or_else(|_| collation::compare(&shown(a), &shown(b), case_sensitive))
}

/// What an object is as text when its properties do not count.
fn shown(value: &Value) -> String {
    match value {
        Value::Object(object) if object.custom => String::new(),
        other => to_text(other, Culture::Current),
    }
}

/// How the texts among values compare.
#[derive(Debug, Default)]
pub(super) struct Manner {
    /// -CaseSensitive.
    pub(super) case_sensitive: bool,
    /// -Culture, if it is given and names one.
    collation: Option<Collation>,
}

impl Manner {
    /// What a command was told.
    pub(super) fn of(context: &Context<'_>) -> Self {
        let case_sensitive = context.switch("CaseSensitive");
        let culture = text(context, "Culture").filter(|name| !name.is_empty());
        Self {
            case_sensitive,
            collation: culture.and_then(|name| Collation::of(&name, case_sensitive)),
        }
    }

    /// Which comes first, as [`order`] has it.
    pub(super) fn order(&self, a: &Value, b: &Value) -> Ordering {
        match (&self.collation, a.base(), b.base()) {
            (Some(collation), Value::String(a), Value::String(b)) => collation.compare(a, b),
            _ => order(a, b, self.case_sensitive),
        }
    }
}

/// Whether neither of two values comes first.
pub(super) fn same(a: &Value, b: &Value, case_sensitive: bool) -> bool {
    order(a, b, case_sensitive) == Ordering::Equal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_texts_that_read_as_numbers_compare_as_numbers() {
        let (ten, eight) = (Value::Int32(10), Value::text("8"));
        assert_eq!(order(&ten, &eight, false), Ordering::Greater);
        assert_eq!(order(&Value::Null, &ten, false), Ordering::Less);
    }
}
