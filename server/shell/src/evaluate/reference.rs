//! `[ref]`: a value, or a variable, that whoever is given it can change (`MshReference.cs`).

use std::sync::Arc;

use crate::command::ParameterType;
use crate::error_record::ErrorRecord;
use crate::evaluate::scope::Variable;
use crate::evaluate::{as_operand, failure};
use crate::language::ast::{Expression, ExpressionKind, VariablePath};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Sink;
use crate::type_names::qualified::qualified;
use crate::type_names::{type_chain, type_name};
use crate::value::scripts::{Script, ScriptMember};
use crate::value::{Object, Text, Value};

/// The class of all references.
const TYPE: &str = "System.Management.Automation.PSReference";
/// The class of what `$null` is to a generic type.
const NULL: &str = "System.Management.Automation.LanguagePrimitives+Null";
/// What a reference refers to.
const VALUE: &str = "Value";

/// Whether a type is that of references.
pub(crate) fn is_type(target: &ParameterType) -> bool {
    matches!(target, ParameterType::Plain(name) if &**name == TYPE)
}

/// What a reference refers to, as far as is known without the session; none if it is no reference.
pub(crate) fn value_of(value: &Value) -> Option<Value> {
    let is_reference =
        matches!(value, Value::Object(_)) && type_chain(value).iter().any(|name| &**name == TYPE);
    is_reference.then(|| crate::members::property(value, VALUE).unwrap_or_default())
}

/// A reference to a value.
pub(crate) fn of_value(value: &Value) -> Value {
    let of_type = match value {
        Value::Null => NULL.into(),
        value => type_name(value),
    };
    Value::Object(Arc::new(object(&of_type, value.clone())))
}

fn object(of_type: &str, value: Value) -> Object {
    let names: [Text; 3] = [
        format!("{TYPE}`1[[{}]]", qualified(of_type)).into(),
        TYPE.into(),
        "System.Object".into(),
    ];
    Object::typed(names.into(), vec![(VALUE.into(), value)])
}

/// Variables that cannot change: their value is referred to, not they.
fn is_constant(path: &VariablePath) -> bool {
    matches!(&*path.key, "true" | "false" | "null")
}

impl Engine<'_> {
    /// `[ref]x`: of a variable the variable, of anything else its value.
    pub(super) fn reference(
        &mut self,
        operand: &Expression,
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        if let ExpressionKind::Variable(path) = &operand.kind
            && !is_constant(path)
        {
            return self.reference_to(path);
        }
        let value = self.evaluate(operand, out)?;
        Ok(match value_of(&value) {
            Some(_) => value,
            None => of_value(&value),
        })
    }

    fn reference_to(&mut self, path: &VariablePath) -> Result<Value, Halt> {
        let Some((scope, variable)) = self.session.scopes.marked(path) else {
            let mut record = failure::invalid_operation(
                "NonExistingVariableReference",
                "[ref] cannot be applied to a variable that does not exist.",
            )
            .with_target(Value::String(path.text.clone()));
            record.target_type = Some("VariablePath".into());
            return Err(self.fail(record));
        };
        let value = as_operand(variable.value.clone());
        let of_type = match (&value, &variable.constraint) {
            (Value::Null, Some(declared)) => declared.full_name(),
            (Value::Null, None) => NULL.into(),
            (value, _) => type_name(value.base()),
        };
        let object = object(&of_type, value);
        object.scripts.add(ScriptMember {
            name: VALUE.into(),
            script: Script::Variable {
                scope,
                key: path.key.clone(),
            },
            failed: None,
            text: None,
        });
        self.session.computes = true;
        Ok(Value::Object(Arc::new(object)))
    }

    /// The variable that a reference refers to; none if its scope was left.
    pub(super) fn referenced(&mut self, scope: u64, key: &str) -> Option<&mut Variable> {
        let place = self.session.scopes.place_of(scope)?;
        self.session.scopes.at_mut(place, key)
    }

    /// Gives the variable that a reference refers to a value, as an assignment does.
    pub(super) fn set_referenced(
        &mut self,
        scope: u64,
        key: &Text,
        value: &Value,
    ) -> Result<(), Halt> {
        let Some(variable) = self.referenced(scope, key) else {
            return Ok(());
        };
        if variable.options.is_fixed() {
            let name = variable.name.clone();
            return Err(self.fail(super::not_writable(&name)));
        }
        let (constraint, attributes) = (variable.constraint.clone(), variable.attributes.clone());
        let name = variable.name.clone();
        let value = match constraint {
            Some(constraint) => self.constrain(value, &constraint)?,
            None => value.clone(),
        };
        if !attributes.is_empty() {
            self.check_variable(&name, &attributes, &value)?;
        }
        if let Some(variable) = self.referenced(scope, key) {
            variable.value = value;
        }
        Ok(())
    }
}

/// `Argument: '2' should be a System.Management.Automation.PSReference. Use [ref].`
pub(super) fn wanted(place: usize) -> ErrorRecord {
    super::overload::exception(
        "NonRefArgumentToRefParameterMsg",
        format!("Argument: '{place}' should be a {TYPE}. Use [ref]."),
    )
}
