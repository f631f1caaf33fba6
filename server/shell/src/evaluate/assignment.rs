//! Assignments: variables with their constraints, properties, elements, several targets at once, `++`.

use std::sync::RwLock;

use crate::command::ParameterType;
use crate::convert::{default_parameters, generics, type_names};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::lone_expression;
use crate::evaluate::operator::number::Number;
use crate::evaluate::scope::Variable;
use crate::evaluate::{MAX_ENTRIES, as_operand, failure, is_nothing};
use crate::language::ast::{
    Assignment, AssignmentOperator, BinaryOperator, Expression, ExpressionKind, VariablePath,
};
use crate::members::same_name;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Sink;
use crate::text::{Culture, to_text, write};
use crate::value::list::ListKind;
use crate::value::{Dictionary, Property, Value};

/// Most variables of a session.
const MAX_VARIABLES: usize = 4096;

impl Engine<'_> {
    pub(super) fn assign_statement(
        &mut self,
        assignment: &Assignment,
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        let target = &assignment.target;
        let value = match assignment.operator {
            AssignmentOperator::Set => self.statement_value(&assignment.value, out)?,
            AssignmentOperator::Combine(operator) => {
                let old = self.evaluate(target, out)?;
                let operand = as_operand(self.statement_value(&assignment.value, out)?);
                let sum = self.arithmetic(operator, &old, &operand)?;
                self.session.memory.count_new(&sum);
                sum
            }
            AssignmentOperator::Coalesce => {
                let old = self.evaluate(target, out)?;
                if !matches!(old, Value::Null) {
                    return Ok(old);
                }
                self.statement_value(&assignment.value, out)?
            }
        };
        self.assign(target, value.clone(), out)?;
        self.session.success = true;
        Ok(value)
    }

    /// `x++`, `--x`: the value that the expression has.
    pub(super) fn step(
        &mut self,
        target: &Expression,
        by: i8,
        prefix: bool,
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        let old = match self.evaluate(target, out)? {
            Value::Null => Value::Int32(0),
            other => other,
        };
        let number = matches!(old, Value::Enum(_)) || Number::native(&old).is_some();
        if !number {
            let name = crate::type_names::type_name(&old);
            let symbol = if by > 0 { "++" } else { "--" };
            return Err(self.refuse(
                "OperatorRequiresNumber",
                format!(
                    "The '{symbol}' operator works only on numbers. The operand is a '{name}'."
                ),
            ));
        }
        let operator = if by > 0 {
            BinaryOperator::Add
        } else {
            BinaryOperator::Subtract
        };
        let new = self.arithmetic(operator, &old, &Value::Int32(1))?;
        self.assign(target, new.clone(), out)?;
        Ok(if prefix { new } else { old })
    }

    /// Gives a value to whatever an expression names.
    pub(super) fn assign(
        &mut self,
        target: &Expression,
        value: Value,
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        match &target.kind {
            ExpressionKind::Variable(path) => {
                self.session.memory.count(std::mem::size_of::<Variable>());
                self.assign_variable(path, value)
            }
            ExpressionKind::Cast(literal, inner) => self.assign_cast(literal, inner, value, out),
            ExpressionKind::Parenthesis(statement) => match lone_expression(statement) {
                Some(inner) => self.assign(inner, value, out),
                None => Ok(()),
            },
            ExpressionKind::Attributed(attribute, inner) => {
                self.assign_attributed(attribute, inner, value, out)
            }
            ExpressionKind::ArrayLiteral(targets) => self.assign_several(targets, value, out),
            ExpressionKind::Member {
                target,
                name,
                is_static,
                ..
            } => {
                let owner = self.evaluate(target, out)?;
                let name = to_text(&self.evaluate(name, out)?, Culture::Invariant);
                self.session.memory.count_taken(&owner, &value);
                let value = as_operand(value);
                if *is_static
                    && let Some(class) = self.static_class_of(&owner)
                    && let Some(done) =
                        self.set_static_class_property(&class, &name, &value, out)?
                {
                    return Ok(done);
                }
                self.set_property(&owner, &name, value, out)
            }
            ExpressionKind::Index { target, index, .. } => {
                let owner = self.evaluate(target, out)?;
                let index = self.evaluate(index, out)?;
                self.session.memory.count_taken(&owner, &value);
                self.set_element(&owner, &index, as_operand(value))
            }
            ExpressionKind::Call { target, name, .. } => {
                let owner = self.evaluate(target, out)?;
                let name = to_text(&self.evaluate(name, out)?, Culture::Invariant);
                Err(self.refuse(
                    "ParameterizedPropertyAssignmentFailed",
                    format!(
                        "Assignment failed because [{}] does not contain a property '{name}()' that can be set.",
                        crate::type_names::type_name(&owner)
                    ),
                ))
            }
            // What takes no value was refused when it was read.
            _ => Ok(()),
        }
    }

    fn assign_several(
        &mut self,
        targets: &[Expression],
        value: Value,
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        let mut items = value.elements().unwrap_or_else(|| vec![value]).into_iter();
        for (index, target) in targets.iter().enumerate() {
            let own = if index + 1 < targets.len() {
                items.next().unwrap_or_default()
            } else {
                let rest: Vec<Value> = items.by_ref().collect();
                match rest.len() {
                    0 => Value::Null,
                    1 => rest.into_iter().next().unwrap_or_default(),
                    _ => Value::array(rest),
                }
            };
            self.assign(target, own, out)?;
        }
        Ok(())
    }

    /// Sets a variable as an assignment does: constants are protected, constraints convert, attributes check.
    ///
    /// # Errors
    /// When the variable does not take the value.
    pub fn assign_variable(&mut self, path: &VariablePath, value: Value) -> Result<(), Halt> {
        if path.scope.is_none() && path.key.as_ref() == "null" {
            return Ok(());
        }
        if self.session.is_protected(&path.key) {
            return Err(self.fail(not_writable(&path.text)));
        }
        match path.scope.as_deref() {
            None | Some("variable" | "global" | "script" | "local" | "private") => {}
            Some("function") => return self.assign_function(path, &value),
            Some(drive) => {
                return Err(self.refuse(
                    "DriveNotFound",
                    format!("Cannot find drive. A drive with the name '{drive}' does not exist."),
                ));
            }
        }
        let Some(variable) = self.session.scopes.get_for_writing(path) else {
            if self.session.scopes.count() >= MAX_VARIABLES {
                return Err(self.fail(failure::too_large()));
            }
            let mut variable =
                Variable::new(path.text.rsplit(':').next().unwrap_or_default(), value);
            // A preference variable keeps its type in every scope.
            variable.constraint = self.session.preference_type(&path.key);
            if let Some(constraint) = &variable.constraint {
                variable.value =
                    self.constrain(&as_operand(variable.value), &constraint.clone())?;
            }
            self.session.scopes.put(path, variable);
            return Ok(());
        };
        if variable.constraint.is_none() && variable.attributes.is_empty() {
            variable.value = value;
            return Ok(());
        }
        let (constraint, attributes) = (variable.constraint.clone(), variable.attributes.clone());
        let name = variable.name.clone();
        let value = match constraint {
            Some(constraint) => self.constrain(&as_operand(value), &constraint)?,
            None => value,
        };
        if !attributes.is_empty() {
            self.check_variable(&name, &attributes, &value)?;
        }
        if let Some(variable) = self.session.scopes.get_for_writing(path) {
            variable.value = value;
        }
        Ok(())
    }

    /// Sets a property, or an entry of a dictionary.
    pub(super) fn set_property(
        &mut self,
        owner: &Value,
        name: &str,
        value: Value,
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        if self.set_computed(owner, name, &value, out)? {
            return Ok(());
        }
        if let Some(done) = self.set_class_property(owner, name, &value, out)? {
            return Ok(done);
        }
        match owner {
            _ if Self::is_fixed_by_net(owner, name) => {}
            Value::Dictionary(dictionary) => {
                return self.set_entry(dictionary, Value::text(name), value);
            }
            Value::Object(object) => {
                let mut properties = write(&object.properties);
                if let Some(property) = properties.iter_mut().find(|own| same_name(&own.name, name))
                {
                    property.value = value;
                    return Ok(());
                }
            }
            Value::Noted(noted) => {
                let mut notes: std::sync::RwLockWriteGuard<'_, Vec<Property>> = write(&noted.notes);
                if let Some(note) = notes.iter_mut().find(|own| same_name(&own.name, name)) {
                    note.value = value;
                    return Ok(());
                }
            }
            Value::Array(_) | Value::List(_) if crate::members::property(owner, name).is_none() => {
                for item in owner.elements().unwrap_or_default() {
                    self.check_stop()?;
                    self.nested(|engine| engine.set_property(&item, name, value.clone(), out))?;
                }
                return Ok(());
            }
            _ => {}
        }
        if crate::members::property(owner, name).is_some() {
            return Err(self.refuse(
                "PropertyAssignmentException",
                format!("'{name}' is a ReadOnly property."),
            ));
        }
        Err(self.refuse(
            if matches!(owner, Value::Null) { "PropertyNotFound" } else { "PropertyAssignmentException" },
            format!("The property '{name}' cannot be found on this object. Verify that the property exists and can be set."),
        ))
    }

    fn set_element(&mut self, owner: &Value, index: &Value, value: Value) -> Result<(), Halt> {
        match owner {
            Value::Null => Err(self.refuse("NullArray", "Cannot index into a null array.")),
            _ if matches!(index, Value::Null) => Err(self.refuse(
                "NullArrayIndex",
                "Index operation failed; the array index evaluated to null.",
            )),
            Value::Dictionary(dictionary) => self.set_entry(dictionary, index.clone(), value),
            Value::Array(array) => {
                let value = self.as_element(&array.element_type, value)?;
                self.set_item(&array.items, index, value)
            }
            Value::List(list) if list.kind() == ListKind::List => {
                let value = match type_names::resolve(&list.type_name) {
                    Some(ParameterType::List(_, element)) if list.type_name.contains('`') => {
                        self.cast(&value, &element)?
                    }
                    _ => value,
                };
                self.set_item(&list.items, index, value)
            }
            other => Err(self.refuse(
                "CannotIndex",
                format!(
                    "Unable to index into an object of type {}.",
                    crate::type_names::type_name(other)
                ),
            )),
        }
    }

    fn as_element(&mut self, element_type: &str, value: Value) -> Result<Value, Halt> {
        if element_type == "System.Object" || is_nothing(&value) {
            return Ok(value);
        }
        match self.find_type(element_type) {
            Some(target) => self.cast(&value, &target),
            None => Ok(value),
        }
    }

    fn set_entry(&mut self, table: &Dictionary, key: Value, value: Value) -> Result<(), Halt> {
        let key = match &*table.type_name {
            default_parameters::TYPE => {
                let key = default_parameters::key(&key);
                Value::String(key.map_err(|refusal| self.fail(refused_key(refusal)))?)
            }
            _ => key,
        };
        let (key, value) = match generics::of_entries(&table.type_name) {
            Some((of_key, of_value)) => {
                let (key, value) = (self.cast(&key, &of_key)?, as_operand(value));
                (key, self.cast(&value, &of_value)?)
            }
            None => (key, value),
        };
        let folded = table.folded(&key);
        let mut entries = write(&table.entries);
        if entries.len() >= MAX_ENTRIES && !entries.contains_key(&folded) {
            return Err(self.fail(failure::too_large()));
        }
        table.put(&mut entries, folded, (key, value));
        Ok(())
    }

    fn set_item(
        &mut self,
        items: &RwLock<Vec<Value>>,
        index: &Value,
        value: Value,
    ) -> Result<(), Halt> {
        // The index may be the collection itself: it is read before the collection is locked.
        let Value::Int32(number) = self.cast_to(index, "System.Int32")? else {
            return Ok(());
        };
        let mut items = write(items);
        let length = items.len();
        let place = if number < 0 {
            length.checked_sub(number.unsigned_abs() as usize)
        } else {
            Some(number as usize)
        };
        match place.and_then(|place| items.get_mut(place)) {
            Some(item) => {
                *item = value;
                Ok(())
            }
            None => {
                let record = failure::thrown(
                    "System.IndexOutOfRangeException",
                    "Index was outside the bounds of the array.",
                );
                Err(self.fail(record))
            }
        }
    }
}

/// `Cannot overwrite variable x because it is read-only or constant.`
pub(crate) fn not_writable(name: &str) -> ErrorRecord {
    ErrorRecord {
        ..ErrorRecord::new(
            "VariableNotWritable",
            ErrorCategory::WriteError,
            "System.Management.Automation.SessionStateUnauthorizedAccessException",
            format!("Cannot overwrite variable {name} because it is read-only or constant."),
        )
    }
    .with_target(Value::text(name))
}

/// A key that `$PSDefaultParameterValues` does not take.
fn refused_key((exception, message): default_parameters::Refusal) -> ErrorRecord {
    if exception.ends_with("PSArgumentException") {
        return failure::runtime("Argument", ErrorCategory::InvalidArgument, message);
    }
    failure::invalid_operation("InvalidOperation", message)
}
