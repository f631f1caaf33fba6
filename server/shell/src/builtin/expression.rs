//! What objects are sorted, grouped, measured and shown by: a property's name or pattern, or a block
//! (`PSPropertyExpression`).

use std::sync::Arc;

use crate::command::ParameterType;
use crate::error_record::ErrorRecord;
use crate::members;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::Context;
use crate::text::read;
use crate::value::{Property, ScriptBlock, Text, Value};
use crate::wildcard::Wildcard;

/// The type of parameters that take a name or a block as they are.
pub(super) fn expression_type() -> ParameterType {
    ParameterType::Plain("Microsoft.PowerShell.Commands.PSPropertyExpression".into())
}

/// What a property of an object is computed from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// A property name or pattern.
    Name(Text),
    /// A block with `$_` as the object.
    Block(Arc<ScriptBlock>),
}

/// An argument of `-Property`: a name, a block, or a table that says more.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    /// What it is computed from.
    pub(super) source: Source,
    /// Its label, if given.
    pub(super) label: Option<Text>,
    /// The other keys of the table, by their full names.
    pub(super) options: Vec<(&'static str, Value)>,
}

/// What an expression gives for an object: the text that it goes by, and its value or the error that it met.
pub(super) type Evaluated = (Text, Result<Value, Box<ErrorRecord>>);

impl Expression {
    /// A property by its name.
    pub(super) fn name(name: impl Into<Text>) -> Self {
        Self {
            source: Source::Name(name.into()),
            label: None,
            options: Vec::new(),
        }
    }

    /// A computed one.
    pub(super) fn block(block: &Arc<ScriptBlock>) -> Self {
        Self {
            source: Source::Block(Arc::clone(block)),
            label: None,
            options: Vec::new(),
        }
    }

    /// One of the other keys.
    pub(super) fn option(&self, name: &str) -> Option<&Value> {
        self.options
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// The name or the block as written.
    pub(super) fn text(&self) -> Text {
        match &self.source {
            Source::Name(name) => name.clone(),
            Source::Block(block) => block.text.clone(),
        }
    }

    /// The name that its value goes by.
    pub(super) fn display_name(&self) -> Text {
        self.label.clone().unwrap_or_else(|| self.text())
    }

    /// Whether it is a pattern.
    pub(super) fn is_pattern(&self) -> bool {
        matches!(&self.source, Source::Name(name) if Wildcard::new(name).is_pattern())
    }

    /// The names of the properties that it means for an object; none for a block.
    pub(super) fn resolved(&self, object: &Value) -> Vec<Text> {
        match &self.source {
            Source::Name(name) => resolved(object, name),
            Source::Block(_) => Vec::new(),
        }
    }

    /// The property of an object that it names outright: most do, and that needs no list of all of them.
    pub(super) fn own_property(&self, object: &Value) -> Option<Property> {
        let (Source::Name(name), Value::Object(own)) = (&self.source, object) else {
            return None;
        };
        read(&own.properties)
            .iter()
            .find(|property| members::same_name(&property.name, name))
            .cloned()
    }

    /// What it gives for an object: nothing where the object has no such property, several values for a pattern.
    pub(super) fn values(
        &self,
        context: &mut Context<'_>,
        object: &Value,
    ) -> Result<Vec<Evaluated>, Halt> {
        let failure = |name: &str| members::failure(object, name);
        match &self.source {
            Source::Block(block) => Ok(vec![(
                block.text.clone(),
                context.calculate(block, object)?,
            )]),
            Source::Name(name) => Ok(match self.own_property(object) {
                Some(found) => {
                    let value = failure(&found.name).map_or(Ok(found.value), Err);
                    vec![(found.name, value)]
                }
                None => resolved(object, name)
                    .into_iter()
                    .map(|name| {
                        let value = members::property(object, &name).unwrap_or_default();
                        let value = failure(&name).map_or(Ok(value), Err);
                        (name, value)
                    })
                    .collect(),
            }),
        }
    }

    /// Its one value for an object; none where the object has no such property or the block failed.
    pub(super) fn value(
        &self,
        context: &mut Context<'_>,
        object: &Value,
    ) -> Result<Option<Value>, Halt> {
        match &self.source {
            Source::Name(name) => Ok(members::property(object, name)),
            Source::Block(block) => Ok(context.calculate(block, object)?.ok()),
        }
    }
}

/// The names of an object's properties that a name or pattern means. The keys of a `Hashtable`, and only of that, go for
/// its properties; its own count where no key fits.
fn resolved(object: &Value, name: &str) -> Vec<Text> {
    let pattern = Wildcard::new(name);
    let fits = |own: &str| {
        if pattern.is_pattern() {
            pattern.matches(own)
        } else {
            members::same_name(own, name)
        }
    };
    if let Value::Dictionary(dictionary) = object.base()
        && &*dictionary.type_name == "System.Collections.Hashtable"
    {
        let keys: Vec<Text> = read(&dictionary.entries)
            .values()
            .filter_map(|(key, _)| match key {
                Value::String(key) if fits(key) => Some(key.clone()),
                _ => None,
            })
            .collect();
        if !keys.is_empty() {
            return keys;
        }
    }
    // Notes stand before what a type itself has.
    let (notes, own): (Vec<_>, Vec<_>) = members::properties(object)
        .into_iter()
        .filter(|property| fits(&property.name))
        .partition(|property| property.note);
    let mut names: Vec<Text> = Vec::with_capacity(notes.len() + own.len());
    for property in notes.into_iter().chain(own) {
        if !names.contains(&property.name) {
            names.push(property.name);
        }
    }
    names
}
