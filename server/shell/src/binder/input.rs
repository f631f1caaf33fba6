//! Binding of input objects: script blocks first, then four phases, each for the favoured set and then for the rest.

use crate::binder::coerce::Incoming;
use crate::binder::sets;
use crate::binder::signature::SetMask;
use crate::binder::state::Effort;
use crate::binder::{
    ArgumentValue, BindError, BindException, Binding, BindingContext, BlockFailure, mandatory,
};
use crate::error_record::Extent;
use crate::members;
use crate::value::Value;

/// One way of binding an object, in the order in which they are tried.
#[derive(Clone, Copy, Debug)]
struct Phase {
    by_property: bool,
    effort: Effort,
}

const PHASES: [Phase; 4] = [
    Phase {
        by_property: false,
        effort: Effort::AsIs,
    },
    Phase {
        by_property: true,
        effort: Effort::AsIs,
    },
    Phase {
        by_property: false,
        effort: Effort::Coerce,
    },
    Phase {
        by_property: true,
        effort: Effort::Coerce,
    },
];

/// The whole of it; see [`Binding::bind_input`].
pub(crate) fn bind(
    binding: &mut Binding,
    object: &Value,
    context: &mut dyn BindingContext,
) -> Result<(), BindError> {
    let outcome = bind_object(binding, object, context).and_then(|bound| {
        sets::verify_chosen(binding).map_err(|error| binding.elaborate(error))?;
        Ok(bound)
    });
    let bound = match outcome {
        Ok(bound) => bound,
        Err(error) => {
            binding.forget_input();
            return Err(about(error, object));
        }
    };
    if !bound {
        binding.forget_input();
        return Err(about(
            BindError::new(
                "InputObjectNotBound",
                "The input object cannot be bound to any parameters for the command either because the command does \
                 not take pipeline input or the input and its properties do not match any of the parameters that take \
                 pipeline input."
                    .to_owned(),
            ),
            object,
        ));
    }
    let missing = mandatory::missing_after_input(binding).map_err(|error| about(error, object))?;
    if missing.is_empty() {
        return Ok(());
    }
    Err(about(
        BindError::new(
            "InputObjectMissingMandatory",
            format!(
                "The input object cannot be bound because it did not contain the information required to bind all \
                 mandatory parameters: {}",
                mandatory::names(binding, &missing)
            ),
        ),
        object,
    ))
}

fn about(mut error: BindError, object: &Value) -> BindError {
    error.target = object.clone();
    error
}

fn bind_object(
    binding: &mut Binding,
    object: &Value,
    context: &mut dyn BindingContext,
) -> Result<bool, BindError> {
    let delayed = binding.delayed.clone();
    for (index, block) in &delayed {
        run_delayed(binding, *index, block, object, context)?;
    }
    let from_phases = bind_by_phases(binding, object, context)?;
    Ok(from_phases || !delayed.is_empty())
}

/// Gives a parameter what its script block makes of the object.
fn run_delayed(
    binding: &mut Binding,
    index: usize,
    argument: &ArgumentValue,
    object: &Value,
    context: &mut dyn BindingContext,
) -> Result<(), BindError> {
    let Value::ScriptBlock(block) = &argument.value else {
        return Ok(());
    };
    let name = binding.info(index).name.clone();
    let extent = Some(&argument.extent);
    let output = context
        .run_block(block, object)
        .map_err(|failure| match failure {
            BlockFailure::Error(record) => BindError::new(
                "ScriptBlockArgumentInvocationFailed",
                format!(
                    "The input to the script block for parameter '{name}' failed. {}",
                    record.message
                ),
            )
            .at(extent),
            BlockFailure::Cancelled => BindError::cancelled(),
        })?;
    let value = match <[Value; 1]>::try_from(output) {
        Ok([only]) => only,
        Err(several) if several.is_empty() => {
            return Err(BindError::new(
                "ScriptBlockArgumentNoOutput",
                format!(
                    "Cannot evaluate parameter '{name}' because its argument input did not produce any output."
                ),
            )
            .at(extent));
        }
        Err(several) => Value::array(several),
    };
    let incoming = Incoming {
        value: &value,
        source: None,
        extent,
        from_pipeline: false,
    };
    binding.bind_value(index, incoming, Effort::Coerce, context)?;
    Ok(())
}

fn bind_by_phases(
    binding: &mut Binding,
    object: &Value,
    context: &mut dyn BindingContext,
) -> Result<bool, BindError> {
    binding.forget_input();
    binding.valid = binding.valid_before_input;
    let first = binding.tried_first;
    let mut sets_tried = if first == 0 { binding.valid } else { first };
    let rounds = if first == 0 { 1 } else { 2 };
    let mut any = false;
    for round in 0..rounds {
        for phase in PHASES {
            if bind_in_phase(binding, object, phase, sets_tried, context)? {
                if first == 0 || round == 1 {
                    sets::settle(binding, true, true).map_err(|error| binding.elaborate(error))?;
                    sets_tried = binding.valid;
                }
                any = true;
            }
        }
        if round == 0 && first != 0 {
            if binding.valid == first {
                break;
            }
            sets_tried = binding.valid & !first;
        }
    }
    sets::settle(binding, false, true).map_err(|error| binding.elaborate(error))?;
    binding.bind_defaults(context);
    Ok(any)
}

fn bind_in_phase(
    binding: &mut Binding,
    object: &Value,
    phase: Phase,
    sets: SetMask,
    context: &mut dyn BindingContext,
) -> Result<bool, BindError> {
    let default = binding.signature().default_set;
    let mut sets = sets;
    if default != 0 && sets & default != 0 {
        if bind_in_sets(binding, object, phase, default, context)? {
            return Ok(true);
        }
        sets &= !default;
    }
    bind_in_sets(binding, object, phase, sets, context)
}

/// Tries every free parameter of the sets, last declared first: one object can feed several.
fn bind_in_sets(
    binding: &mut Binding,
    object: &Value,
    phase: Phase,
    sets: SetMask,
    context: &mut dyn BindingContext,
) -> Result<bool, BindError> {
    let mut any = false;
    for index in binding.unbound.clone().into_iter().rev() {
        let formal = binding.formal(index);
        if !formal.pipeline_somewhere || (formal.mask & sets == 0 && !formal.in_all_sets) {
            continue;
        }
        let takes = formal.within(sets).any(|set| {
            if phase.by_property {
                set.by_property
            } else {
                set.by_value
            }
        });
        if !takes {
            continue;
        }
        let property;
        let value = if phase.by_property {
            match matching_property(binding, index, object) {
                Some(found) => {
                    property = found;
                    &property
                }
                None => continue,
            }
        } else {
            object
        };
        any |= try_input(binding, index, value, phase, context)?;
    }
    Ok(any)
}

/// The property of the object that has the parameter's name, else one of its aliases.
fn matching_property(binding: &Binding, index: usize, object: &Value) -> Option<Value> {
    let info = binding.info(index);
    std::iter::once(&info.name)
        .chain(&info.aliases)
        .find_map(|name| property(object, name))
}

/// A property of any value by name. Keys of a dictionary are none, unlike in the language.
fn property(object: &Value, name: &str) -> Option<Value> {
    match object {
        Value::Object(_) | Value::Noted(_) => members::property(object, name),
        other => members::properties(other)
            .into_iter()
            .find(|property| property.name.eq_ignore_ascii_case(name))
            .map(|property| property.value),
    }
}

/// Tries a value on a parameter. What cannot be converted is passed over; what a check refuses is an error.
fn try_input(
    binding: &mut Binding,
    index: usize,
    value: &Value,
    phase: Phase,
    context: &mut dyn BindingContext,
) -> Result<bool, BindError> {
    let incoming = Incoming {
        value,
        source: None,
        extent: None::<&Extent>,
        from_pipeline: !phase.by_property,
    };
    match binding.bind_value(index, incoming, phase.effort, context) {
        Ok(true) => {
            binding.from_input.push(index);
            Ok(true)
        }
        Ok(false) => Ok(false),
        Err(error) if error.cancelled || error.exception == BindException::Validation => {
            Err(binding.elaborate(error))
        }
        // A property that does not convert is an error of a function, an object is not.
        Err(error) if phase.by_property && error.exception == BindException::Transformation => {
            Err(binding.elaborate(error))
        }
        Err(_) => Ok(false),
    }
}
