//! `$PSDefaultParameterValues`: which entries mean which parameter, when they are bound, what an error says of them
//! (`GetDefaultParameterValuePairs`, `ApplyDefaultParameterBinding`, `ThrowElaboratedBindingException`).

use std::sync::Arc;

use crate::binder::coerce::Incoming;
use crate::binder::signature::EVERY_SET;
use crate::binder::state::Effort;
use crate::binder::{BindError, BindException, Binding, BindingContext};
use crate::text::{Culture, to_text};
use crate::type_names::type_name;
use crate::value::{List, Object, Property, Text, Value};
use crate::wildcard::Wildcard;

/// An entry of `$PSDefaultParameterValues` that means the command.
#[derive(Clone, Debug)]
pub struct DefaultValue {
    /// The command's name or alias, or a pattern of them.
    pub command: Text,
    /// The parameter's name or alias, or a pattern of them.
    pub parameter: Text,
    /// What to bind.
    pub value: Value,
}

/// The defaults of one command.
#[derive(Debug, Default)]
pub(crate) struct Defaults {
    /// What is to be bound, by parameter.
    chosen: Vec<(usize, Value)>,
    /// Parameters that were warned of already.
    warned: Vec<usize>,
    /// Parameters that got their value from here, in order.
    bound: Vec<Text>,
    /// Parameters that got their value by position.
    pub(crate) positional: Vec<Text>,
    /// Whether a default was bound.
    in_use: bool,
}

impl Defaults {
    /// Whether there is nothing to bind.
    pub(crate) fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    /// Takes an entry for a parameter; several of different values count for nothing.
    fn choose(&mut self, index: usize, value: &Value, disputed: &mut Vec<usize>) -> bool {
        match self.chosen.iter().find(|(chosen, _)| *chosen == index) {
            None => {
                self.chosen.push((index, value.clone()));
                true
            }
            Some((_, other)) if equal(value, other) => true,
            Some(_) => {
                disputed.push(index);
                false
            }
        }
    }
}

fn is_pattern(name: &str) -> bool {
    Wildcard::new(name).is_pattern()
}

/// `object.Equals`: type and value of scalars, identity of anything else.
fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::ScriptBlock(a), Value::ScriptBlock(b)) => Arc::ptr_eq(a, b),
        (Value::Array(a), Value::Array(b)) => Arc::ptr_eq(a, b),
        (Value::List(a), Value::List(b)) => Arc::ptr_eq(a, b),
        (Value::Dictionary(a), Value::Dictionary(b)) => Arc::ptr_eq(a, b),
        (Value::Object(a), Value::Object(b)) => Arc::ptr_eq(a, b),
        _ => {
            type_name(a) == type_name(b)
                && to_text(a, Culture::Invariant) == to_text(b, Culture::Invariant)
        }
    }
}

impl Binding {
    /// Finds the parameters that the entries mean: whole names first, then patterns.
    pub(crate) fn choose_defaults(
        &mut self,
        entries: Vec<DefaultValue>,
        context: &mut dyn BindingContext,
    ) {
        if entries.is_empty() {
            return;
        }
        let (patterns, whole): (Vec<_>, Vec<_>) = entries
            .into_iter()
            .partition(|entry| is_pattern(&entry.command) || is_pattern(&entry.parameter));
        let mut defaults = Defaults::default();
        let mut disputed = Vec::new();
        for entry in whole.iter().chain(&patterns) {
            let matches = self.meant_by(&entry.parameter);
            let warning = match *matches {
                [] => continue,
                [index] if defaults.choose(index, &entry.value, &mut disputed) => continue,
                [_] => format!(
                    "Multiple different default values are defined in $PSDefaultParameterValues for the parameter \
                     matching the following name or alias: {}. These defaults have been ignored.",
                    entry.parameter
                ),
                _ => format!(
                    "The following name or alias defined in $PSDefaultParameterValues for this cmdlet resolves to \
                     multiple parameters: {}. The default has been ignored.",
                    entry.parameter
                ),
            };
            context.warning(self, warning);
        }
        defaults
            .chosen
            .retain(|(index, _)| !disputed.contains(index));
        self.defaults = defaults;
    }

    /// The parameters that a name (whole, of a parameter or an alias) or a pattern means. One that a pattern finds
    /// by its name and by an alias is found twice.
    fn meant_by(&self, wanted: &str) -> Vec<usize> {
        let formals = 0..self.signature().formals.len();
        if !is_pattern(wanted) {
            let named = formals
                .clone()
                .find(|index| self.info(*index).name.eq_ignore_ascii_case(wanted));
            let has_alias = |index: &usize| {
                let mut aliases = self.info(*index).aliases.iter();
                aliases.any(|alias| alias.eq_ignore_ascii_case(wanted))
            };
            return named
                .or_else(|| formals.clone().find(has_alias))
                .into_iter()
                .collect();
        }
        let pattern = Wildcard::new(wanted);
        let mut found = Vec::new();
        for index in formals {
            let info = self.info(index);
            let names = std::iter::once(&info.name).chain(&info.aliases);
            found.extend(names.filter(|name| pattern.matches(name)).map(|_| index));
        }
        found
    }

    /// Binds the defaults of parameters that are still free, once a default was bound no more. What does not fit is a
    /// warning.
    pub(crate) fn bind_defaults(&mut self, context: &mut dyn BindingContext) {
        if !self.defaults.in_use {
            self.apply_defaults(context);
        }
    }

    /// Binds the defaults of parameters that are still free.
    pub(crate) fn apply_defaults(&mut self, context: &mut dyn BindingContext) {
        if self.defaults.is_empty() {
            return;
        }
        let valid = self.valid;
        let mut free = Vec::new();
        let mut possible = EVERY_SET;
        for (index, value) in &self.defaults.chosen {
            let formal = self.formal(*index);
            if self.is_bound(*index) || (formal.mask & valid == 0 && !formal.in_all_sets) {
                continue;
            }
            if formal.mask != 0 {
                possible &= formal.mask;
                if possible == 0 {
                    return;
                }
            }
            free.push((*index, value.clone()));
        }
        let mut any = false;
        for (index, value) in free {
            any |= self.bind_default(index, value, context);
        }
        self.defaults.in_use |= any;
    }

    fn bind_default(
        &mut self,
        index: usize,
        value: Value,
        context: &mut dyn BindingContext,
    ) -> bool {
        let value = match &value {
            Value::ScriptBlock(block) => {
                let Some(mut output) = context.run_default(block, &self.state_of_binding()) else {
                    return false;
                };
                match output.len() {
                    0 => return false,
                    1 => output.remove(0),
                    _ => Value::array(output),
                }
            }
            _ => value,
        };
        let incoming = Incoming {
            value: &value,
            source: None,
            extent: None,
            from_pipeline: false,
        };
        match self.bind_value(index, incoming, Effort::Coerce, context) {
            Ok(bound) => {
                if bound {
                    let name = self.info(index).name.clone();
                    self.defaults.bound.push(name);
                }
                bound
            }
            Err(error) => {
                if !self.defaults.warned.contains(&index) {
                    self.defaults.warned.push(index);
                    let shown = match &value {
                        Value::Null => "null".to_owned(),
                        other => to_text(other, Culture::Invariant),
                    };
                    let message = format!(
                        "The binding of default value '{shown}' to parameter '{}' failed: {}",
                        self.info(index).name,
                        error.message
                    );
                    context.warning(self, message);
                }
                false
            }
        }
    }

    /// What a script block that gives a default finds in `$args[0]`.
    fn state_of_binding(&self) -> Value {
        let names = |names: Vec<Text>| {
            Value::List(Arc::new(List {
                keys: None,
                type_name: "System.Collections.Generic.HashSet`1[System.String]".into(),
                items: std::sync::RwLock::new(names.into_iter().map(Value::String).collect()),
            }))
        };
        let bound = self.parameters().iter().map(|(name, _)| name.clone());
        let property = |name: &str, value: Value| Property {
            name: name.into(),
            value,
            note: true,
        };
        Value::Object(Arc::new(Object::custom(vec![
            property("BoundParameters", names(bound.collect())),
            property(
                "BoundPositionalParameters",
                names(self.defaults.positional.clone()),
            ),
            property("BoundDefaultParameters", names(self.defaults.bound.clone())),
        ])))
    }

    /// An error that came once defaults were bound names them, and blames the whole command.
    pub(crate) fn elaborate(&self, error: BindError) -> BindError {
        if !self.defaults.in_use || error.cancelled {
            return error;
        }
        let mut bound = String::new();
        for name in &self.defaults.bound {
            bound.push_str(" -");
            bound.push_str(name);
        }
        let message = if self.defaults.bound.len() > 1 {
            format!(
                "{} This error might have been caused by applying the default parameter binding. You can disable the \
                 default parameter binding in $PSDefaultParameterValues by setting \
                 $PSDefaultParameterValues[\"Disabled\"] to be $true, and then trying again. The following default \
                 parameters were successfully bound for this cmdlet when the error occurred:{bound}",
                error.message
            )
        } else {
            format!(
                "{} This failure might be caused by applying the default parameter binding. You can disable the \
                 default parameter binding in $PSDefaultParameterValues by setting \
                 $PSDefaultParameterValues[\"Disabled\"] to be $true, and retry. The following default parameter was \
                 successfully bound for this cmdlet when the error occurred:{bound}",
                error.message
            )
        };
        BindError {
            message,
            exception: BindException::Binding,
            extent: None,
            ..error
        }
    }
}
