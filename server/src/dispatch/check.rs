//! Typed calls meet the binder too: the fields of a request are bound as named arguments, so that a missing or wrong
//! one is refused with the same error id as on a line.

use std::sync::Arc;

use prost_reflect::{DynamicMessage, Kind, Value as Wire};
use tandem::cmdlet::v1 as wire;
use tandem_shell::binder::{
    Argument, ArgumentName, ArgumentValue, BindRequest, Binding, BindingContext, BlockFailure, bind,
};
use tandem_shell::command::ParameterType;
use tandem_shell::error_record::Extent;
use tandem_shell::host::{FieldPrompt, PromptFailure};
use tandem_shell::value::{
    DateTime, DateTimeKind, EnumValue, NamedScalar, ScriptBlock, Text, Value,
};

use super::catalogue::{Described, Field};
use super::failure::Fault;
use super::values;

/// The parameter set that a typed request selects.
///
/// # Errors
/// What the binder says of the same arguments on a line.
pub(super) fn parameter_set(cmdlet: &Described, given: &DynamicMessage) -> Result<Text, Fault> {
    let arguments = cmdlet
        .fields
        .iter()
        .zip(&cmdlet.info.parameters)
        .filter(|(field, _)| given.has_field(&field.field))
        .filter_map(|(field, parameter)| {
            let value = value(
                &given.get_field(&field.field),
                field,
                &parameter.parameter_type,
            )?;
            Some(argument(&parameter.name, value))
        })
        .collect();
    let request = BindRequest {
        command: cmdlet.info.clone(),
        arguments,
        expects_input: false,
        pipeline_position: 1,
        defaults: Vec::new(),
    };
    let binding = bind(request, &mut Nobody).map_err(|error| {
        Fault::finished(error.into_record(&cmdlet.info.name, &cmdlet.info.implementing_type, None))
    })?;
    Ok(binding.parameter_set().into())
}

fn argument(name: &Text, value: Value) -> Argument {
    let extent = Extent::default();
    let token = ArgumentName {
        name: name.clone(),
        typed: format!("-{name}:").into(),
        extent: extent.clone(),
    };
    Argument::named(
        token,
        Some(ArgumentValue {
            value,
            extent,
            source: None,
        }),
    )
}

/// A field as the argument that it stands for; `None` for what only a program can give.
fn value(field_value: &Wire, field: &Field, parameter: &ParameterType) -> Option<Value> {
    Some(match field_value {
        Wire::Bool(flag) => Value::Bool(*flag),
        Wire::I32(number) => Value::Int32(*number),
        Wire::I64(number) => Value::Int64(*number),
        Wire::U32(number) => Value::UInt32(*number),
        Wire::U64(number) => Value::UInt64(*number),
        Wire::F64(number) => Value::Double(*number),
        Wire::F32(number) => Value::Single(*number),
        Wire::String(text) => match parameter {
            // A type without a conversion from text takes its own objects only, and this text stands for one.
            ParameterType::Plain(name) if &**name == "System.Xml.Linq.XElement" => {
                Value::Named(Arc::new(NamedScalar {
                    options: 0,
                    type_name: name.clone(),
                    text: text.as_str().into(),
                }))
            }
            _ => Value::text(text.as_str()),
        },
        Wire::EnumNumber(number) => match parameter {
            ParameterType::Enum(definition) => Value::Enum(EnumValue {
                definition: definition.clone(),
                number: i64::from(*number),
            }),
            _ => return None,
        },
        Wire::List(items) => {
            let element = match parameter {
                ParameterType::Array(element) | ParameterType::List(_, element) => element,
                other => other,
            };
            Value::array(
                items
                    .iter()
                    .filter_map(|item| value(item, field, element))
                    .collect(),
            )
        }
        Wire::Message(message) => match field.field.kind() {
            Kind::Message(kind) if kind.full_name() == "google.protobuf.Duration" => {
                Value::TimeSpan(values::time_span(&message.transcode_to().ok()?))
            }
            Kind::Message(kind) if kind.full_name() == "tandem.cmdlet.v1.Value" => {
                values::from_wire(&message.transcode_to::<wire::Value>().ok()?)
            }
            _ => return None,
        },
        Wire::Bytes(_) | Wire::Map(_) => return None,
    })
}

/// A typed call has nobody to ask and no session.
struct Nobody;

impl BindingContext for Nobody {
    fn prompt_for_fields(&mut self, _prompt: &FieldPrompt) -> Result<Vec<Value>, PromptFailure> {
        Err(PromptFailure::NoUser)
    }

    fn run_block(
        &mut self,
        _block: &Arc<ScriptBlock>,
        _input: &Value,
    ) -> Result<Vec<Value>, BlockFailure> {
        Err(BlockFailure::Error(Box::default()))
    }

    fn run_default(&mut self, _block: &Arc<ScriptBlock>, _state: &Value) -> Option<Vec<Value>> {
        None
    }

    fn warning(&mut self, _binding: &Binding, message: String) {
        tracing::debug!(message, "the binder warns of a typed call");
    }

    fn now(&self) -> DateTime {
        // Only texts such as `10:30` depend on the day, and a typed call has no texts of dates.
        DateTime {
            ticks: 0,
            kind: DateTimeKind::Utc,
        }
    }
}
