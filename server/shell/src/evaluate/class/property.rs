//! Properties of classes: what is put there is converted to their type and checked by their attributes.

use std::sync::Arc;

use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::class::construct::store;
use crate::evaluate::class::object_of;
use crate::evaluate::failure;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Sink;
use crate::value::Value;
use crate::value::class::{Class, ClassProperty};

impl Engine<'_> {
    /// A value as a property takes it.
    pub(super) fn checked(
        &mut self,
        property: &ClassProperty,
        value: Value,
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        let value = match self.convert_value(&value, &property.of_type, out)? {
            Ok(value) => value,
            Err(error) => return Err(self.fail(failure::conversion(error))),
        };
        for attribute in &property.declaration.qualifiers.attributes {
            if let Err(message) = self.check_attribute(attribute, &value) {
                return Err(self.fail(ErrorRecord::new(
                    "ValidationMetadataException",
                    ErrorCategory::NotSpecified,
                    "System.Management.Automation.ValidationMetadataException",
                    message,
                )));
            }
        }
        Ok(value)
    }

    /// Sets a property of an object of a class; none if its class has no such property.
    pub(crate) fn set_class_property(
        &mut self,
        owner: &Value,
        name: &str,
        value: &Value,
        out: &mut dyn Sink,
    ) -> Result<Option<()>, Halt> {
        let Some((_, class)) = object_of(owner) else {
            return Ok(None);
        };
        let class = class.clone();
        let Some((_, _, property)) = class.property(name, false) else {
            return Ok(None);
        };
        let value = self.set_or_refuse(property, name, value, out)?;
        store(owner.base(), property, value);
        Ok(Some(()))
    }

    /// `[C]::Name`; none if there is no such static property.
    pub(crate) fn static_class_property(
        &mut self,
        class: &Arc<Class>,
        name: &str,
        out: &mut dyn Sink,
    ) -> Result<Option<Value>, Halt> {
        let Some((class, place, _)) = class.property(name, true) else {
            return Ok(None);
        };
        self.begin_class(class, out)?;
        Ok(Some(class.static_value(place)))
    }

    /// `[C]::Name = value`; none if there is no such static property.
    pub(crate) fn set_static_class_property(
        &mut self,
        class: &Arc<Class>,
        name: &str,
        value: &Value,
        out: &mut dyn Sink,
    ) -> Result<Option<()>, Halt> {
        let Some((class, place, property)) = class.property(name, true) else {
            return Ok(None);
        };
        self.begin_class(class, out)?;
        let value = self.set_or_refuse(property, name, value, out)?;
        class.set_static(place, value);
        Ok(Some(()))
    }

    fn set_or_refuse(
        &mut self,
        property: &ClassProperty,
        name: &str,
        value: &Value,
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        self.session.try_depth += 1;
        let outcome = self.checked(property, value.clone(), out);
        self.session.try_depth -= 1;
        self.session.take_error(outcome)?.map_err(|why| {
            self.fail(ErrorRecord::new(
                "ExceptionWhenSetting",
                ErrorCategory::NotSpecified,
                "System.Management.Automation.SetValueInvocationException",
                format!("Exception setting \"{name}\": \"{}\"", why.message),
            ))
        })
    }
}
