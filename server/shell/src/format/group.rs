//! Groups within a run of objects (`GroupingInfoManager`): the key that they are told apart by, and their headings.

use crate::evaluate::operator::comparison;
use crate::format::cell_text::{TextOptions, cell_text};
use crate::format::packet::Heading;
use crate::format::request::{Evaluate, Selection, SelectionSource};
use crate::format::resolve::properties_named;
use crate::members;
use crate::text::{Culture, to_text};
use crate::value::{Text, Value};

/// What a run is grouped by, and the group that is open.
#[derive(Debug)]
pub(crate) struct Groups {
    by: Selection,
    /// The key of the open group; none before an object had one.
    key: Option<Value>,
    /// What the key is called where no label is given.
    name: Text,
}

impl Groups {
    /// No object has been seen yet.
    pub(crate) fn by(by: Selection) -> Self {
        Self {
            by,
            key: None,
            name: Text::from(""),
        }
    }

    /// Takes an object's key; whether it begins another group. An object without the key stays in the open group.
    pub(crate) fn take(&mut self, object: &Value, blocks: &mut dyn Evaluate) -> bool {
        let Some((name, key)) = self.key_of(object, blocks) else {
            return false;
        };
        let before = self.key.replace(key.clone()).unwrap_or_default();
        let is_other = !(same(&key, &before) || same(&before, &key));
        if is_other {
            self.name = name;
        }
        is_other
    }

    fn key_of(&self, object: &Value, blocks: &mut dyn Evaluate) -> Option<(Text, Value)> {
        match &self.by.source {
            SelectionSource::Name(pattern) => {
                let name = properties_named(pattern, object).into_iter().next()?;
                let value = members::property(object, &name)?;
                Some((name, value))
            }
            SelectionSource::Block(block) => {
                Some((block.text.clone(), blocks.evaluate(block, object)?))
            }
        }
    }

    /// What stands above the open group; nothing if no object had the key.
    pub(crate) fn heading(&self, enumeration_limit: i64) -> Option<Heading> {
        let key = self.key.as_ref()?;
        let options = TextOptions {
            enumeration_limit,
            fixed_decimals: false,
        };
        Some(Heading {
            label: self.by.label.clone().unwrap_or_else(|| self.name.clone()),
            value: cell_text(key, options),
        })
    }
}

/// Equal as `-eq` has it; what cannot be compared is compared as text.
fn same(a: &Value, b: &Value) -> bool {
    match comparison::order(a, b, false) {
        Ok(order) => order.is_eq(),
        Err(_) => crate::text::collation::same(
            &to_text(a, Culture::Current),
            &to_text(b, Culture::Current),
            false,
        ),
    }
}
