//! The parameters of script blocks and functions, as a script flavours them: declared types convert, attributes check,
//! what is left over is `$args`.

use crate::binder::{Argument, ArgumentValue};
use crate::error_record::{ErrorCategory, ErrorRecord, Extent, Invocation};
use crate::evaluate::as_operand;
use crate::evaluate::scope::Variable;
use crate::host::{FieldDescription, FieldPrompt};
use crate::language::ast::{Attribute, Block, ExpressionKind, ParameterDeclaration, VariablePath};
use crate::language::position;
use crate::language::words::variable_path;
use crate::members::same_name;
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::share::{is_switch, share};
use crate::pipeline::sink::Sink;
use crate::value::{Text, Value};

/// What the arguments of a script are bound to.
pub(super) struct Bound {
    /// The declared parameters, in order: given value and its place.
    pub(super) given: Vec<Option<ArgumentValue>>,
    /// What no parameter took.
    pub(super) rest: Vec<Value>,
    /// Whether the binder has seen to mandatory parameters already.
    pub(super) settled: bool,
    /// What the binder bound, the common parameters included.
    pub(super) recorded: Vec<(Text, Value)>,
}

pub(super) fn named<'a>(
    attribute: &'a Attribute,
    key: &str,
) -> Option<Option<&'a crate::language::ast::Expression>> {
    attribute
        .named
        .iter()
        .find(|(name, _)| same_name(name, key))
        .map(|(_, value)| value.as_ref())
}

/// Whether a flag such as `Mandatory` of `[Parameter(…)]` is set.
pub(super) fn has_flag(parameter: &ParameterDeclaration, key: &str) -> bool {
    parameter
        .attributes
        .iter()
        .filter(|attribute| attribute.name.eq_ignore_ascii_case("Parameter"))
        .filter_map(|attribute| named(attribute, key))
        .any(|value| match value {
            None => true,
            Some(value) => {
                !matches!(&value.kind, ExpressionKind::Variable(path) if &*path.key == "false")
            }
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
        let mut given = bound.given;
        let mut recorded = bound.recorded;
        if !bound.settled {
            self.ask_for_mandatory(&body.parameters, name, &mut given, invocation)?;
        }
        for (parameter, given) in body.parameters.iter().zip(given) {
            let constraint = match &parameter.type_literal {
                Some(literal) => Some(self.resolve_parameter_type(literal)?),
                None => None,
            };
            let (value, extent) = match given {
                Some(given) => (given.value, Some(given.extent)),
                None => match &parameter.default {
                    Some(default) => (self.evaluate(default, out)?, None),
                    None if is_switch(parameter) => (Value::Switch(false), None),
                    None => (Value::Null, None),
                },
            };
            let untouched = extent.is_none() && matches!(value, Value::Null);
            let value = match &constraint {
                Some(target) if !untouched || is_text_or_number(target) => {
                    self.transform(&value, target, parameter, name, extent.as_ref(), invocation)?
                }
                _ => value,
            };
            if extent.is_some() {
                self.validate(&value, parameter, name, extent.as_ref(), invocation)?;
            }
            if extent.is_some() && !bound.settled {
                recorded.push((parameter.name.clone(), value.clone()));
            }
            let path = local(&parameter.name);
            let mut variable = Variable::new(parameter.name.clone(), value);
            variable.constraint = constraint;
            self.session.scopes.put(&path, variable);
        }
        let rest = Value::array(bound.rest);
        self.session
            .scopes
            .set_local(&crate::evaluate::NAMES.args, rest);
        self.declare_call(body, invocation, recorded);
        Ok(())
    }

    /// Gives a script its arguments.
    pub(crate) fn declare_script_parameters(
        &mut self,
        body: &Block,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<(), Halt> {
        let arguments = arguments
            .iter()
            .map(|value| {
                Argument::positional(ArgumentValue {
                    value: value.clone(),
                    extent: Extent::default(),
                    source: None,
                })
            })
            .collect();
        // Nothing has a name, so nothing is refused.
        let Ok(bound) = share(body, arguments) else {
            return Ok(());
        };
        self.declare_parameters(body, "", bound, &Invocation::default(), out)
    }

    fn resolve_parameter_type(
        &mut self,
        literal: &crate::language::ast::TypeLiteral,
    ) -> Result<crate::command::ParameterType, Halt> {
        self.resolve_type(literal)
    }

    fn ask_for_mandatory(
        &mut self,
        parameters: &[ParameterDeclaration],
        name: &str,
        given: &mut [Option<ArgumentValue>],
        invocation: &Invocation,
    ) -> Result<(), Halt> {
        let missing: Vec<usize> = (0..parameters.len())
            .filter(|index| given[*index].is_none() && has_flag(&parameters[*index], "Mandatory"))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let fields = missing
            .iter()
            .map(|index| field(&parameters[*index]))
            .collect();
        let prompt = FieldPrompt {
            caption: format!(
                "cmdlet {name} at command pipeline position {}",
                invocation.pipeline_position
            ),
            message: "Supply values for the following parameters:".into(),
            fields,
        };
        match self.host.prompt_for_fields(&prompt) {
            Ok(answers) => {
                for (index, value) in missing.into_iter().zip(answers) {
                    given[index] = Some(ArgumentValue {
                        value,
                        extent: invocation.extent.clone(),
                        source: None,
                    });
                }
                Ok(())
            }
            Err(crate::host::PromptFailure::Cancelled) => Err(Halt::Cancelled),
            Err(_) => {
                let names: Vec<&str> = missing
                    .iter()
                    .map(|index| &*parameters[*index].name)
                    .collect();
                Err(self.parameter_error(
                    "MissingMandatoryParameter",
                    ErrorCategory::InvalidArgument,
                    "ParameterBindingException",
                    format!(
                        "Cannot process command because of one or more missing mandatory parameters: {}.",
                        names.join(" ")
                    ),
                    name,
                    None,
                    invocation,
                ))
            }
        }
    }

    fn transform(
        &mut self,
        value: &Value,
        target: &crate::command::ParameterType,
        parameter: &ParameterDeclaration,
        name: &str,
        extent: Option<&Extent>,
        invocation: &Invocation,
    ) -> Result<Value, Halt> {
        let context = crate::convert::ConversionContext::invariant(self.host.now());
        crate::convert::convert(&as_operand(value.clone()), target, context).map_err(|error| {
            self.parameter_error(
                "ParameterArgumentTransformationError",
                ErrorCategory::InvalidData,
                "ParameterBindingArgumentTransformationException",
                format!(
                    "Cannot process argument transformation on parameter '{}'. {}",
                    parameter.name, error.message
                ),
                name,
                extent,
                invocation,
            )
        })
    }

    fn validate(
        &mut self,
        value: &Value,
        parameter: &ParameterDeclaration,
        name: &str,
        extent: Option<&Extent>,
        invocation: &Invocation,
    ) -> Result<(), Halt> {
        for attribute in &parameter.attributes {
            if let Err(reason) = self.check_attribute(attribute, value) {
                return Err(self.parameter_error(
                    "ParameterArgumentValidationError",
                    ErrorCategory::InvalidData,
                    "ParameterBindingValidationException",
                    format!(
                        "Cannot validate argument on parameter '{}'. {reason}",
                        parameter.name
                    ),
                    name,
                    extent,
                    invocation,
                ));
            }
        }
        Ok(())
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "every part of an error record is its own"
    )]
    fn parameter_error(
        &self,
        id: &str,
        category: ErrorCategory,
        exception: &str,
        message: String,
        name: &str,
        extent: Option<&Extent>,
        invocation: &Invocation,
    ) -> Halt {
        let mut record = ErrorRecord::new(
            if name.is_empty() {
                id.to_owned()
            } else {
                format!("{id},{name}")
            },
            category,
            format!("System.Management.Automation.{exception}"),
            message,
        );
        record.activity = name.to_owned();
        record.invocation = Some(match extent {
            Some(extent) => Invocation {
                command: invocation.command.clone(),
                ..position::invocation(&self.session.source, extent)
            },
            None => invocation.clone(),
        });
        Halt::Error(Box::new(record))
    }
}

/// Types whose variables are never null.
fn is_text_or_number(target: &crate::command::ParameterType) -> bool {
    matches!(target, crate::command::ParameterType::Plain(name)
        if matches!(&**name, "System.String" | "System.Int32" | "System.Int64" | "System.Double" | "System.Boolean"
            | "System.Management.Automation.SwitchParameter"))
}

/// What a prompt says of a parameter.
pub(super) fn field(parameter: &ParameterDeclaration) -> FieldDescription {
    let declared = parameter
        .type_literal
        .as_ref()
        .and_then(|literal| crate::convert::type_names::resolve(&literal.name));
    FieldDescription {
        name: parameter.name.to_string(),
        label: format!("&{}", parameter.name),
        type_name: declared.map_or_else(
            || "System.Object".to_owned(),
            |found| found.full_name().to_string(),
        ),
        help_message: String::new(),
        mandatory: true,
        secret: false,
    }
}
