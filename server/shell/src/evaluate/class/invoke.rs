//! Methods of classes at work (`ScriptBlock.InvokeAsMemberFunction`): a scope of their own, nothing but `return` gives a value,
//! every error ends the method.

use std::sync::Arc;

use crate::command::ParameterType;
use crate::error_record::ErrorRecord;
use crate::evaluate::class::object_of;
use crate::evaluate::scope::Variable;
use crate::evaluate::{NAMES, as_operand, nothing};
use crate::language::ast::{Expression, ExpressionKind, FunctionMember, Statement};
use crate::language::words::variable_path;
use crate::members::same_name;
use crate::pipeline::call_stack::Frame;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::{Record, Sink};
use crate::value::Value;
use crate::value::class::{Class, ClassMethod};

/// The method that runs.
#[derive(Debug)]
pub(crate) struct RunningMethod {
    /// How many blocks run when its own statements do: a `return` of a block within it is not its own.
    depth: usize,
    /// The type of what it gives; none if it gives nothing.
    returns: Option<ParameterType>,
    /// What it gave.
    returned: Option<Value>,
}

/// What a method's statements write goes nowhere; records go on.
pub(super) struct Muted<'a>(pub(super) &'a mut dyn Sink);

impl Sink for Muted<'_> {
    fn output(&mut self, engine: &mut Engine<'_>, _: Value) -> Result<(), Halt> {
        engine.check_stop()
    }

    fn record(&mut self, engine: &mut Engine<'_>, record: Record) -> Result<(), Halt> {
        self.0.record(engine, record)
    }
}

/// A call of a member: what it is called on, and what it is given.
pub(super) struct Call<'c> {
    pub(super) class: &'c Arc<Class>,
    pub(super) method: &'c ClassMethod,
    pub(super) this: Option<&'c Value>,
    pub(super) arguments: Vec<Value>,
}

impl Engine<'_> {
    /// Calls a method of an object of a class; none if its class has no such method.
    ///
    /// # Errors
    /// What ended it, or that no overload takes the arguments.
    pub(crate) fn class_method(
        &mut self,
        owner: &Value,
        name: &str,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Option<Value>, Halt> {
        let Some((_, class)) = object_of(owner) else {
            return Ok(None);
        };
        let class = class.clone();
        // Only members of classes see what .NET keeps to those.
        let within = self.session.method.is_some();
        if within && same_name(name, "MemberwiseClone") && arguments.is_empty() {
            return Ok(crate::evaluate::reflection::copy_of(owner.base()));
        }
        self.method_from(&class, owner.base(), name, arguments, out)
    }

    /// Calls the method as `class` has it.
    fn method_from(
        &mut self,
        class: &Arc<Class>,
        owner: &Value,
        name: &str,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Option<Value>, Halt> {
        let overloads = class.overloads(name, false);
        if overloads.is_empty() {
            return Ok(None);
        }
        // Every object has these too.
        let of_all = ["ToString", "Equals", "GetHashCode", "GetType"];
        if of_all.iter().any(|own| same_name(own, name))
            && Self::chosen(&overloads, name, arguments).is_err()
        {
            return Ok(None);
        }
        let (class, method) = self.choose_method(&overloads, name, arguments)?;
        let arguments = self.bind_arguments(method, &method.name, arguments, out)?;
        let call = Call {
            class,
            method,
            this: Some(owner),
            arguments,
        };
        self.call_member(call, out).map(Some)
    }

    /// `([Base]$this).Name(…)`: the method as the base class has it, whatever a derived class made of it. None where no
    /// base class of the object's is named.
    pub(crate) fn call_of_base(
        &mut self,
        target: &Expression,
        owner: &Value,
        name: &str,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Option<Value>, Halt> {
        let Some(literal) = constrained(target) else {
            return Ok(None);
        };
        match (self.find_type(&literal.name), object_of(owner)) {
            (Some(ParameterType::Class(base)), Some((_, class))) => match base.class() {
                Some(base) if !Arc::ptr_eq(&base, class) && class.derives_from(&base) => {
                    self.method_from(&base, owner.base(), name, arguments, out)
                }
                _ => Ok(None),
            },
            // That of all objects says their type.
            (Some(ParameterType::Plain(all)), _) if &*all == "System.Object" => {
                let is_custom = matches!(owner, Value::Object(own) if own.custom);
                let shown = same_name(name, "ToString") && arguments.is_empty() && !is_custom;
                let shown = shown && !matches!(owner, Value::Null);
                Ok(shown.then(|| Value::String(crate::type_names::type_name(owner))))
            }
            _ => Ok(None),
        }
    }

    /// Calls a static method of a class; none if it has no such method.
    pub(super) fn static_class_method(
        &mut self,
        class: &Arc<Class>,
        name: &str,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Option<Value>, Halt> {
        let overloads = class.overloads(name, true);
        if overloads.is_empty() {
            return Ok(None);
        }
        let (class, method) = self.choose_method(&overloads, name, arguments)?;
        self.begin_class(class, out)?;
        let arguments = self.bind_arguments(method, &method.name, arguments, out)?;
        let call = Call {
            class,
            method,
            this: None,
            arguments,
        };
        self.call_member(call, out).map(Some)
    }

    /// `[C]::Name(…)`.
    ///
    /// # Errors
    /// What ended it, or that there is no such method.
    pub(crate) fn call_class(
        &mut self,
        class: &Arc<Class>,
        name: &str,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        if same_name(name, "new") {
            return self.construct(class, arguments, out);
        }
        match self.static_class_method(class, name, arguments, out)? {
            Some(value) => Ok(value),
            None => Err(self.fail(crate::evaluate::failure::method_not_found_in(
                &class.name,
                name,
            ))),
        }
    }

    /// Runs a method.
    pub(super) fn call_member(
        &mut self,
        call: Call<'_>,
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        let returns = call.method.returns.clone();
        let gives = returns.is_some();
        let declared = call.method.declaration.clone();
        let returned = self.within_member(call, returns, out, |engine, out| {
            engine.run_statements(&declared.body.end, out)
        })?;
        Ok(match (gives, returned) {
            (false, _) => nothing(),
            (true, value) => value.unwrap_or_default(),
        })
    }

    /// Runs something as a member's body, in a scope of its own with `$this` and the parameters; what it returned.
    pub(super) fn within_member(
        &mut self,
        call: Call<'_>,
        returns: Option<ParameterType>,
        out: &mut dyn Sink,
        run: impl FnOnce(&mut Self, &mut dyn Sink) -> Result<(), Halt>,
    ) -> Result<Option<Value>, Halt> {
        let declared = call.method.declaration.clone();
        let body = &declared.body;
        let depth = self.session.scopes.enter(false);
        if let Some(home) = Self::home(call.class) {
            self.session.scopes.add_types(&home);
        }
        if let Some(this) = call.this {
            self.session.scopes.set_local(&NAMES.this, this.clone());
        }
        self.session.try_depth += 1;
        let around = self.session.method.take();
        let frame = Frame::of(&declared.name, "");
        let outcome = self.within(body, frame, |engine| {
            engine.session.method = Some(RunningMethod {
                depth: engine.session.call_depth,
                returns,
                returned: None,
            });
            engine.parameters_of(call.method, &declared, call.arguments)?;
            run(engine, &mut Muted(out))
        });
        let own = std::mem::replace(&mut self.session.method, around);
        self.session.try_depth -= 1;
        self.session.scopes.leave(depth);
        match outcome {
            Ok(()) | Err(Halt::Return | Halt::Break(_) | Halt::Continue(_)) => {
                Ok(own.and_then(|own| own.returned))
            }
            Err(other) => Err(other),
        }
    }

    /// Makes variables of the parameters.
    fn parameters_of(
        &mut self,
        method: &ClassMethod,
        declared: &FunctionMember,
        arguments: Vec<Value>,
    ) -> Result<(), Halt> {
        let all = declared.body.parameters.iter().zip(&method.parameters);
        for ((parameter, of_type), value) in all.zip(arguments) {
            for attribute in &parameter.attributes {
                if self.check_attribute(attribute, &value).is_err() {
                    return Err(self.fail(refused_variable(&parameter.name, &value)));
                }
            }
            let mut variable = Variable::new(parameter.name.clone(), value);
            variable.constraint = match parameter.type_literal {
                Some(_) => of_type.of_type.clone(),
                None => None,
            };
            let path = variable_path(&parameter.name, false);
            self.session.scopes.put(&path, variable);
        }
        Ok(())
    }

    /// A `return`: true if it was that of a method, whose value it is.
    pub(crate) fn returns_from_method(
        &mut self,
        value: &Statement,
        out: &mut dyn Sink,
    ) -> Result<bool, Halt> {
        let depth = self.session.call_depth;
        let returns = match &self.session.method {
            Some(own) if own.depth == depth => own.returns.clone(),
            _ => return Ok(false),
        };
        self.session.sequence_point = value.extent.clone();
        let mut value = as_operand(self.statement_value(value, out)?);
        if let Some(target) = &returns {
            value = match self.convert_value(&value, target, out)? {
                Ok(value) => value,
                Err(error) => {
                    return Err(self.fail(crate::evaluate::failure::conversion(error)));
                }
            };
        }
        if let Some(own) = &mut self.session.method {
            own.returned = Some(value);
        }
        Ok(true)
    }
}

fn refused_variable(name: &str, value: &Value) -> ErrorRecord {
    crate::evaluate::constraint::not_valid(name, value)
}

/// The type of `([T]x)`.
fn constrained(target: &Expression) -> Option<&crate::language::ast::TypeLiteral> {
    let ExpressionKind::Parenthesis(statement) = &target.kind else {
        return None;
    };
    match &crate::evaluate::lone_expression(statement)?.kind {
        ExpressionKind::Cast(literal, _) => Some(literal),
        _ => None,
    }
}
