//! Binding before any input, in PowerShell's order: pair names with values, bind names, bind positions, defaults,
//! what is left over, sets, mandatory parameters.

use std::collections::BTreeMap;

use crate::binder::signature::SetMask;
use crate::binder::state::Effort;
use crate::binder::{
    Argument, ArgumentValue, BindError, BindException, BindRequest, Binding, BindingContext,
    mandatory, sets,
};
use crate::command::{CommandKind, ParameterType};
use crate::error_record::{ErrorCategory, Extent};
use crate::text::{Culture, to_text};
use crate::type_names::type_name;
use crate::value::{Text, Value};

/// The whole of it; see [`crate::binder::bind`].
pub(crate) fn bind(
    mut request: BindRequest,
    context: &mut dyn BindingContext,
) -> Result<Binding, BindError> {
    let mut arguments = std::mem::take(&mut request.arguments);
    let defaults = std::mem::take(&mut request.defaults);
    let mut binding = Binding::new(request);
    if binding.signature().too_many_sets {
        return Err(BindError::new(
            "ParsingTooManyParameterSets",
            "Cannot get or run the command. The maximum number of parameter sets for this command has been exceeded."
                .to_owned(),
        )
        .of_category(ErrorCategory::MetadataError));
    }
    for argument in &mut arguments {
        // Errors about a name underline the value attached to it too.
        if let (Some(name), Some(value), false) =
            (&mut argument.name, &argument.value, argument.splatted)
        {
            name.extent.end = name.extent.end.max(value.extent.end);
        }
    }
    // An explicit parameter beats the same key of a splatted dictionary, so those come last.
    arguments.sort_by_key(|argument| argument.splatted && argument.name.is_some());
    binding.choose_defaults(defaults, context);
    let arguments = pair(&binding, arguments)?;
    let arguments = bind_named(&mut binding, arguments, context)?;
    let (arguments, failure) = bind_positional(&mut binding, arguments, context)?;
    binding.bind_defaults(context);
    match settle(&mut binding, arguments, failure, context) {
        Ok(()) => Ok(binding),
        Err(error) => Err(binding.elaborate(error)),
    }
}

/// What is left once names, positions and defaults are bound: the rest, the sets, what is mandatory.
fn settle(
    binding: &mut Binding,
    arguments: Vec<Argument>,
    failure: Option<BindError>,
    context: &mut dyn BindingContext,
) -> Result<(), BindError> {
    sets::settle(binding, true, false)?;
    // The sets may be fewer now, so that more defaults fit.
    binding.apply_defaults(context);
    let arguments = bind_remaining(binding, arguments, context)?;
    if binding.command.kind == CommandKind::SimpleFunction {
        (binding.remaining, binding.remaining_names) = left_over(arguments);
    } else {
        refuse_left_over(arguments, failure)?;
    }

    let mut count = if binding.expects_input {
        sets::settle(binding, true, false)?
    } else {
        sets::settle(binding, false, true)?
    };
    if count == 1 {
        binding.bind_defaults(context);
    }
    if count > 1 && binding.expects_input {
        let narrowed = sets::taking_input(binding);
        if narrowed != binding.valid {
            binding.valid = narrowed;
            count = sets::settle(binding, true, false)?;
        }
    }
    mandatory::demand(binding, count, context)?;
    if !binding.expects_input {
        sets::verify_chosen(binding)?;
    }
    binding.valid_before_input = binding.valid;
    Ok(())
}

/// An argument with the parameter that its name means, if that is known already.
type Paired = (Argument, Option<usize>);

/// Gives each name without a value the argument after it; switches need none.
///
/// Beside each argument stands the parameter that its name meant, where that had to be looked up.
fn pair(binding: &Binding, arguments: Vec<Argument>) -> Result<Vec<Paired>, BindError> {
    let mut paired = Vec::with_capacity(arguments.len());
    let mut rest = arguments.into_iter().peekable();
    while let Some(mut argument) = rest.next() {
        let (Some(name), None) = (&mut argument.name, &argument.value) else {
            paired.push((argument, None));
            continue;
        };
        let Some(index) = find(binding, &name.name, &name.extent)? else {
            paired.push((argument, None));
            continue;
        };
        let info = binding.info(index);
        if is_switch(&info.parameter_type) {
            argument.value = Some(ArgumentValue {
                value: Value::Switch(true),
                extent: name.extent.clone(),
                source: None,
            });
            paired.push((argument, Some(index)));
            continue;
        }
        let missing = || {
            BindError::new(
                "MissingArgument",
                format!(
                    "Missing an argument for parameter '{}'. Specify a parameter of type '{}' and try again.",
                    info.name,
                    info.parameter_type.full_name()
                ),
            )
        };
        let next = rest
            .peek()
            .ok_or_else(|| missing().at(Some(&name.extent)))?;
        let value = match &next.name {
            Some(next_name) => {
                let known = find(binding, &next_name.name, &next_name.extent)?.is_some();
                if known || next.value.is_some() {
                    return Err(missing().at(Some(&name.extent)));
                }
                // What looks like a parameter but is none is the value, as typed; errors blame the name before it.
                ArgumentValue {
                    value: Value::String(next_name.typed.clone()),
                    extent: name.extent.clone(),
                    source: None,
                }
            }
            None if next.value.is_none() => return Err(missing().at(Some(&name.extent))),
            None => {
                let taken = rest.next().and_then(|next| next.value);
                name.name = info.name.clone();
                argument.value = taken;
                paired.push((argument, Some(index)));
                continue;
            }
        };
        rest.next();
        name.name = info.name.clone();
        argument.value = Some(value);
        paired.push((argument, Some(index)));
    }
    Ok(paired)
}

fn find(binding: &Binding, name: &str, extent: &Extent) -> Result<Option<usize>, BindError> {
    binding
        .signature()
        .find(&binding.command, name)
        .map_err(|error| error.at(Some(extent)))
}

fn is_switch(target: &ParameterType) -> bool {
    matches!(target, ParameterType::Plain(name) if &**name == "System.Management.Automation.SwitchParameter")
}

/// Binds what has a name that is known; gives back the rest.
fn bind_named(
    binding: &mut Binding,
    arguments: Vec<Paired>,
    context: &mut dyn BindingContext,
) -> Result<Vec<Argument>, BindError> {
    // INVARIANT: names are tested against the sets as they were before the loop, so mixing sets is found out later.
    let sets_before = binding.valid;
    let mut rest = Vec::new();
    let mut explicit: Option<Vec<bool>> = None;
    for (argument, known) in arguments {
        let (Some(name), Some(value)) = (&argument.name, &argument.value) else {
            rest.push(argument);
            continue;
        };
        let found = match known {
            Some(index) => Some(index),
            None => find(binding, &name.name, &name.extent)?,
        };
        let Some(index) = found else {
            rest.push(argument);
            continue;
        };
        if argument.splatted {
            let explicit = explicit.get_or_insert_with(|| {
                (0..binding.signature().formals.len())
                    .map(|index| binding.is_bound(index))
                    .collect()
            });
            if explicit[index] {
                continue;
            }
        }
        if binding.is_bound(index) {
            return Err(BindError::new(
                "ParameterAlreadyBound",
                format!(
                    "Cannot bind parameter because parameter '{}' is specified more than once. To provide multiple \
                     values to parameters that can accept multiple values, use the array syntax. For example, \
                     \"-parameter value1,value2,value3\".",
                    name.name
                ),
            )
            .at(Some(&name.extent)));
        }
        let formal = binding.formal(index);
        if formal.mask & sets_before == 0 && !formal.in_all_sets {
            return Err(BindError::new(
                "ParameterNotInParameterSet",
                format!(
                    "Parameter '{}' cannot be specified in parameter set '{}'.",
                    name.name,
                    binding.signature().set_name(sets_before)
                ),
            ));
        }
        binding.bind_argument(index, sets_before, value, Effort::Coerce, context)?;
    }
    Ok(rest)
}

/// The memberships of free parameters that have a position, by position and parameter.
type Positions = BTreeMap<i32, Vec<(usize, Vec<SetMask>)>>;

fn positions(binding: &Binding) -> Result<Positions, BindError> {
    let mut positions = Positions::new();
    for &index in &binding.unbound {
        for set in binding.formal(index).within(binding.valid) {
            let Some(position) = set.position.filter(|_| !set.remaining) else {
                continue;
            };
            let here = positions.entry(position).or_default();
            let clash = here
                .iter()
                .filter(|(other, _)| *other != index)
                .flat_map(|(_, bits)| bits)
                .any(|bit| *bit == set.bit);
            if clash {
                return Err(BindError::new(
                    "AmbiguousPositionalParameterNoName",
                    "Cannot bind positional parameters because no names were given.".to_owned(),
                ));
            }
            match here.iter_mut().find(|(other, _)| *other == index) {
                Some((_, bits)) => bits.push(set.bit),
                None => here.push((index, vec![set.bit])),
            }
        }
    }
    Ok(positions)
}

/// Binds what has no name by position; gives back the rest, and why the last position refused its argument.
fn bind_positional(
    binding: &mut Binding,
    arguments: Vec<Argument>,
    context: &mut dyn BindingContext,
) -> Result<(Vec<Argument>, Option<BindError>), BindError> {
    let mut failure = None;
    if arguments.is_empty() {
        return Ok((arguments, failure));
    }
    let positions = positions(binding)?;
    if positions.is_empty() {
        return Ok((arguments, failure));
    }
    let default = binding.signature().default_set;
    let mut valid = binding.valid;
    let mut rest = Vec::new();
    let mut queue = std::collections::VecDeque::from(arguments);
    for here in positions.values() {
        // Positions of sets that an earlier position ruled out take no argument.
        if !here
            .iter()
            .any(|(_, bits)| bits.iter().any(|bit| *bit == 0 || bit & valid != 0))
        {
            continue;
        }
        let Some(argument) = next_positional(&mut queue, &mut rest) else {
            break;
        };
        let Some(value) = &argument.value else {
            rest.push(argument);
            continue;
        };
        let favour_default = default != 0 && valid & default != 0;
        let mut bound = false;
        for effort in [Effort::AsIs, Effort::Coerce] {
            for sets in [favour_default.then_some(default), Some(valid)]
                .into_iter()
                .flatten()
            {
                if !bound {
                    (bound, failure) = try_position(binding, here, sets, value, effort, context)?;
                }
            }
        }
        if !bound {
            rest.push(argument);
        } else if valid != binding.valid {
            valid = binding.valid;
        }
    }
    rest.extend(queue);
    Ok((rest, failure))
}

/// The next argument without a name. One with an unknown name takes the value after it along.
fn next_positional(
    queue: &mut std::collections::VecDeque<Argument>,
    rest: &mut Vec<Argument>,
) -> Option<Argument> {
    while let Some(argument) = queue.pop_front() {
        if argument.name.is_none() {
            return Some(argument);
        }
        rest.push(argument);
        if queue.front().is_some_and(|next| next.name.is_none())
            && let Some(value) = queue.pop_front()
        {
            rest.push(value);
        }
    }
    None
}

/// Tries an argument on all parameters of one position that belong to `sets`.
fn try_position(
    binding: &mut Binding,
    here: &[(usize, Vec<SetMask>)],
    sets: SetMask,
    argument: &ArgumentValue,
    effort: Effort,
    context: &mut dyn BindingContext,
) -> Result<(bool, Option<BindError>), BindError> {
    let mut any = false;
    let mut failure = None;
    for (index, bits) in here {
        for bit in bits {
            if *bit != 0 && bit & sets == 0 {
                continue;
            }
            match binding.bind_argument(*index, sets, argument, effort, context) {
                Ok(true) => {
                    any = true;
                    if !binding.defaults.is_empty() {
                        let name = binding.info(*index).name.clone();
                        binding.defaults.positional.push(name);
                    }
                    break;
                }
                Ok(false) => {}
                Err(error)
                    if error.exception == BindException::Validation
                        && binding.info(*index).leaves_to_others() => {}
                Err(error) if error.cancelled || error.exception != BindException::Binding => {
                    return Err(error);
                }
                Err(error) => failure = Some(error),
            }
        }
    }
    Ok((any, failure))
}

/// Gives the parameter that takes the rest what is left, unknown names included.
fn bind_remaining(
    binding: &mut Binding,
    arguments: Vec<Argument>,
    context: &mut dyn BindingContext,
) -> Result<Vec<Argument>, BindError> {
    if arguments.is_empty() {
        return Ok(arguments);
    }
    let valid = binding.valid;
    let takers: Vec<usize> = binding
        .unbound
        .iter()
        .copied()
        .filter(|index| {
            let mut sets = binding.formal(*index).within(valid);
            sets.any(|set| set.remaining)
        })
        .collect();
    let taker = match *takers {
        [] => return Ok(arguments),
        [only] => only,
        _ => return Err(sets::ambiguous().of_category(ErrorCategory::MetadataError)),
    };
    let mut values = Vec::new();
    for argument in &arguments {
        if let Some(name) = &argument.name {
            values.push(Value::String(name.typed.clone()));
        }
        if let Some(value) = &argument.value {
            values.push(match &value.source {
                Some(source) if takes_text(&binding.info(taker).parameter_type) => {
                    Value::String(source.clone())
                }
                _ => value.value.clone(),
            });
        }
    }
    // INVARIANT: one argument keeps its extent; several have none of their own, so the whole command is blamed.
    let extent = match &*arguments {
        [only] => only.value.as_ref().map(|value| value.extent.clone()),
        _ => None,
    };
    let value = match &*values {
        [only] if crate::binder::coerce::elements(only).is_some() => only.clone(),
        _ => list_of_objects(values),
    };
    let incoming = crate::binder::coerce::Incoming {
        value: &value,
        source: None,
        extent: extent.as_ref(),
        from_pipeline: false,
    };
    binding.bind_value(taker, incoming, Effort::Coerce, context)?;
    Ok(Vec::new())
}

fn list_of_objects(values: Vec<Value>) -> Value {
    Value::List(std::sync::Arc::new(crate::value::List {
        keys: None,
        type_name: "System.Collections.Generic.List`1[System.Object]".into(),
        items: std::sync::RwLock::new(values),
    }))
}

/// Whether a numeric word becomes text again in a parameter of this type.
fn takes_text(target: &ParameterType) -> bool {
    match target {
        ParameterType::Plain(name) => &**name == "System.String",
        ParameterType::Array(element) | ParameterType::List(_, element) => takes_text(element),
        _ => false,
    }
}

/// Unknown names as typed, and values, in order.
/// What no parameter took, and which of it was typed as a name.
fn left_over(arguments: Vec<Argument>) -> (Vec<Value>, Vec<usize>) {
    let (mut values, mut names) = (Vec::new(), Vec::new());
    for argument in arguments {
        if let Some(name) = argument.name {
            names.push(values.len());
            values.push(Value::String(name.typed));
        }
        values.extend(argument.value.map(|value| value.value));
    }
    (values, names)
}

fn refuse_left_over(arguments: Vec<Argument>, failure: Option<BindError>) -> Result<(), BindError> {
    let Some(first) = arguments.into_iter().next() else {
        return Ok(());
    };
    if let Some(name) = first.name {
        return Err(BindError::new(
            "NamedParameterNotFound",
            format!(
                "A parameter cannot be found that matches parameter name '{}'.",
                name.name
            ),
        )
        .at(Some(&name.extent)));
    }
    if let Some(failure) = failure {
        return Err(failure);
    }
    let shown: Text = match first.value.map(|value| (value.value, value.source)) {
        None | Some((Value::Null, _)) => "$null".into(),
        Some((_, Some(source))) => source,
        Some((list @ (Value::Array(_) | Value::List(_)), _)) => type_name(&list),
        Some((value, None)) => to_text(&value, Culture::Invariant).into(),
    };
    Err(BindError::new(
        "PositionalParameterNotFound",
        format!("A positional parameter cannot be found that accepts argument '{shown}'."),
    ))
}
