//! The parameters of script blocks and functions, as a script flavours them: declared types convert, attributes check,
//! what is left over is `$args`.

use std::sync::Arc;

use crate::binder::{Argument, ArgumentValue};
use crate::command::ParameterType;
use crate::error_record::{ErrorCategory, ErrorRecord, Extent, Invocation};
use crate::evaluate::as_operand;
use crate::evaluate::scope::Variable;
use crate::help::function::command_of;
use crate::language::ast::{Block, ParameterDeclaration, VariablePath};
use crate::language::position;
use crate::language::words::variable_path;
use crate::members::same_name;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Sink;
use crate::value::{Text, Value};

/// What the arguments of a script are bound to.
pub(super) struct Bound {
    /// The declared parameters, in order, converted and checked.
    pub(super) given: Vec<Option<Value>>,
    /// What no parameter took.
    pub(super) rest: Vec<Value>,
}

fn is_switch(parameter: &ParameterDeclaration) -> bool {
    parameter.type_literal.as_ref().is_some_and(|literal| {
        same_name(&literal.name, "switch") || same_name(&literal.name, "SwitchParameter")
    })
}

fn local(name: &Text) -> VariablePath {
    VariablePath {
        splatted: false,
        ..variable_path(name, false)
    }
}

impl Engine<'_> {
    /// Makes variables of the parameters in the innermost scope; defaults are evaluated there.
    pub(super) fn declare_parameters(
        &mut self,
        body: &Block,
        name: &str,
        bound: Bound,
        invocation: &Invocation,
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        for (parameter, given) in body.parameters.iter().zip(bound.given) {
            let constraint = match &parameter.type_literal {
                Some(literal) => Some(self.resolve_parameter_type(literal, body)?),
                None => None,
            };
            // A type that only the session knows is none to the binder.
            let converted = given.is_some()
                && parameter.type_literal.as_ref().is_none_or(|literal| {
                    crate::convert::type_names::resolve(&literal.name).is_some()
                });
            let value = match given {
                Some(given) => given,
                None => match &parameter.default {
                    Some(default) => self.evaluate(default, out)?,
                    None if is_switch(parameter) => Value::Switch(false),
                    None => Value::Null,
                },
            };
            let value = match &constraint {
                Some(target)
                    if !converted
                        && (!matches!(value, Value::Null) || is_text_or_number(target)) =>
                {
                    self.transform(&value, target, parameter, name, invocation)?
                }
                _ => value,
            };
            let path = local(&parameter.name);
            let mut variable = Variable::new(parameter.name.clone(), value);
            variable.constraint = constraint;
            self.session.scopes.put(&path, variable);
        }
        let rest = Value::array(bound.rest);
        self.session
            .scopes
            .set_local(&crate::evaluate::NAMES.args, rest);
        Ok(())
    }

    /// The parameters of a typed text or of a block that is invoked, with the arguments by position.
    pub(crate) fn declare_script_parameters(
        &mut self,
        body: &Block,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        let positional = |value: &Value| {
            Argument::positional(ArgumentValue {
                value: value.clone(),
                extent: Extent::default(),
                source: None,
            })
        };
        let arguments = arguments.iter().map(positional).collect();
        let info = Arc::new(command_of("", body));
        let invocation = Invocation::default();
        let binding = self.bind(&info, arguments, false, 0, &invocation, out)?;
        let given = body.parameters.iter();
        let bound = Bound {
            given: given
                .map(|declared| binding.parameter(&declared.name).cloned())
                .collect(),
            rest: binding.remaining_arguments().to_vec(),
        };
        self.declare_parameters(body, "", bound, &invocation, out)
    }

    fn resolve_parameter_type(
        &mut self,
        literal: &crate::language::ast::TypeLiteral,
        body: &Block,
    ) -> Result<ParameterType, Halt> {
        self.resolve_type(literal).map_err(|halt| match halt {
            // It stands in the text of the function, not where that is called.
            Halt::Error(mut record) => {
                record.invocation = Some(position::invocation(&body.source, &literal.extent));
                Halt::Error(record)
            }
            other => other,
        })
    }

    fn transform(
        &mut self,
        value: &Value,
        target: &ParameterType,
        parameter: &ParameterDeclaration,
        name: &str,
        invocation: &Invocation,
    ) -> Result<Value, Halt> {
        let converted = self.convert_quietly(&as_operand(value.clone()), target)?;
        converted.map_err(|error| {
            self.parameter_error(
                format!(
                    "Cannot process argument transformation on parameter '{}'. {}",
                    parameter.name, error.message
                ),
                name,
                invocation,
            )
        })
    }

    fn parameter_error(&self, message: String, name: &str, invocation: &Invocation) -> Halt {
        let id = "ParameterArgumentTransformationError";
        let mut record = ErrorRecord::new(
            if name.is_empty() {
                id.to_owned()
            } else {
                format!("{id},{name}")
            },
            ErrorCategory::InvalidData,
            "System.Management.Automation.ParameterBindingArgumentTransformationException",
            message,
        );
        record.activity = name.to_owned();
        record.invocation = Some(invocation.clone());
        Halt::Error(Box::new(record))
    }
}

/// Types whose variables are never null.
fn is_text_or_number(target: &ParameterType) -> bool {
    matches!(target, ParameterType::Plain(name)
        if matches!(&**name, "System.String" | "System.Boolean" | "System.Management.Automation.SwitchParameter"
            | "System.SByte" | "System.Byte" | "System.Int16" | "System.UInt16" | "System.Int32" | "System.UInt32"
            | "System.Int64" | "System.UInt64" | "System.Single" | "System.Double" | "System.Decimal"))
}
