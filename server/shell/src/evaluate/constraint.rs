//! Variables that keep a type or attributes: what they convert and check everything with that they are given.

use std::sync::Arc;

use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::as_operand;
use crate::help::attribute::{refused, short_name};
use crate::language::ast::{Attribute, Expression, ExpressionKind, TypeLiteral, VariablePath};
use crate::pipeline::command::Asked;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Sink;
use crate::text::{Culture, to_text};
use crate::value::Value;

/// The variable that types and attributes stand before, and the types, the outermost first.
fn constrained(target: &Expression) -> Option<(&VariablePath, Vec<&TypeLiteral>)> {
    let mut types = Vec::new();
    let mut at = target;
    loop {
        at = match &at.kind {
            ExpressionKind::Variable(path) => return Some((path, types)),
            ExpressionKind::Cast(literal, inner) => {
                types.push(literal);
                inner
            }
            ExpressionKind::Attributed(_, inner) => inner,
            _ => return None,
        };
    }
}

/// `The variable cannot be validated …`.
pub(super) fn not_valid(name: &str, value: &Value) -> ErrorRecord {
    let shown = to_text(value, Culture::Invariant);
    ErrorRecord::new(
        "ValidateSetFailure",
        ErrorCategory::MetadataError,
        "System.Management.Automation.ValidationMetadataException",
        format!(
            "The variable cannot be validated because the value {shown} is not a valid value for the {name} variable."
        ),
    )
}

impl Engine<'_> {
    /// `[T]$x = …`: the variable keeps the type.
    pub(super) fn assign_cast(
        &mut self,
        literal: &TypeLiteral,
        inner: &Expression,
        value: Value,
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        let constraint = self.resolve_type(literal)?;
        let value = as_operand(value);
        let converted = match &inner.kind {
            // Around all functions a variable is made with its type, within them the value is cast first.
            ExpressionKind::Variable(_)
                if self.session.running.is_empty() && self.session.source.file.is_none() =>
            {
                self.constrain(&value, &constraint)?
            }
            _ => self.cast(&value, &constraint)?,
        };
        self.assign(inner, converted, out)?;
        if let ExpressionKind::Variable(path) = &inner.kind
            && let Some(variable) = self.session.scopes.get_for_writing(path)
        {
            variable.constraint = Some(constraint);
        }
        Ok(())
    }

    /// `[ValidateRange(1, 3)]$x = …`: the variable keeps the attribute. What it checks is of the type that stands behind it.
    pub(super) fn assign_attributed(
        &mut self,
        attribute: &Arc<Attribute>,
        inner: &Expression,
        value: Value,
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        if let Some(record) = refused(attribute, &self.session.source) {
            return Err(self.fail(record));
        }
        let Some((path, types)) = constrained(inner) else {
            return self.assign(inner, value, out);
        };
        let mut checked = as_operand(value.clone());
        for literal in types.into_iter().rev() {
            let target = self.resolve_type(literal)?;
            checked = self.constrain(&checked, &target)?;
        }
        self.check_variable(&path.text, std::slice::from_ref(attribute), &checked)?;
        self.assign(inner, value, out)?;
        if let Some(variable) = self.session.scopes.get_for_writing(path) {
            variable.attributes.push(attribute.clone());
        }
        Ok(())
    }

    /// Refuses a value that the attributes of a variable do not take.
    pub(super) fn check_variable(
        &mut self,
        name: &str,
        attributes: &[std::sync::Arc<crate::language::ast::Attribute>],
        value: &Value,
    ) -> Result<(), Halt> {
        let value = as_operand(value.clone());
        if self.check_attributes(attributes, &value).is_ok() {
            return Ok(());
        }
        Err(self.fail(not_valid(name, &value)))
    }

    pub(super) fn constrain(
        &mut self,
        value: &Value,
        constraint: &crate::command::ParameterType,
    ) -> Result<Value, Halt> {
        self.convert_quietly(value, constraint)?.map_err(|error| {
            self.fail(ErrorRecord::new(
                "RuntimeException",
                ErrorCategory::MetadataError,
                "System.Management.Automation.ArgumentTransformationMetadataException",
                error.message,
            ))
        })
    }

    /// Checks a value against validation attributes; the inner message of the first that refuses it.
    pub(crate) fn check_attributes(
        &mut self,
        attributes: &[std::sync::Arc<crate::language::ast::Attribute>],
        value: &Value,
    ) -> Result<(), String> {
        for attribute in attributes {
            self.check_attribute(attribute, value)?;
        }
        Ok(())
    }

    /// Checks a value against one attribute; the message if it is refused.
    pub(crate) fn check_attribute(
        &mut self,
        attribute: &crate::language::ast::Attribute,
        value: &Value,
    ) -> Result<(), String> {
        let mut none = crate::pipeline::sink::Discard;
        let arguments: Vec<Value> = attribute
            .positional
            .iter()
            .map(|argument| self.evaluate(argument, &mut none).unwrap_or_default())
            .collect();
        let named: Vec<_> = attribute
            .named
            .iter()
            .map(|(name, value)| {
                let value = match value {
                    Some(value) => self.evaluate(value, &mut none).unwrap_or_default(),
                    None => Value::Bool(true),
                };
                (name.clone(), value)
            })
            .collect();
        let name = short_name(&attribute.name).to_ascii_lowercase();
        let Some(validation) = super::types::validation(&name, &arguments, &named) else {
            return Ok(());
        };
        let mut asked = Asked::new(self, &mut none);
        match crate::binder::refused_by(&validation, value, &mut asked) {
            Some(reason) => Err(reason),
            None => Ok(()),
        }
    }
}
