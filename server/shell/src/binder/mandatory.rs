//! Mandatory parameters that have no value yet: which set they decide for, which ones somebody must be asked for.

use crate::binder::coerce::Incoming;
use crate::binder::sets::{ambiguous, count};
use crate::binder::signature::{EVERY_SET, FormalSet, SetMask};
use crate::binder::state::Effort;
use crate::binder::{BindError, Binding, BindingContext};
use crate::host::{FieldDescription, FieldPrompt, PromptFailure};

/// What the mandatory parameters of one set still need.
struct Wanted {
    /// The set's bit; [`EVERY_SET`] for the parameters of all sets.
    set: SetMask,
    is_default: bool,
    /// Only the command line can give these.
    typed: Vec<usize>,
    /// Input can give these: by value or by property.
    by_input: usize,
    by_value: usize,
    by_property: usize,
}

impl Wanted {
    fn of_all_sets(&self) -> bool {
        self.set == EVERY_SET
    }

    fn within(&self, sets: SetMask) -> bool {
        self.set & sets != 0 || self.of_all_sets()
    }
}

/// Asks for the mandatory parameters that neither the command line gave nor input can.
///
/// # Errors
/// `MissingMandatoryParameter` when nobody answers; whatever binding the answers raises.
pub(crate) fn demand(
    binding: &mut Binding,
    valid_sets: u32,
    context: &mut dyn BindingContext,
) -> Result<(), BindError> {
    let missing = missing(binding, valid_sets, binding.expects_input)?;
    if missing.is_empty() {
        return Ok(());
    }
    let answers = match context.prompt_for_fields(&prompt(binding, &missing)) {
        Ok(answers) => answers,
        Err(PromptFailure::Cancelled) => return Err(BindError::cancelled()),
        Err(PromptFailure::NonInteractive | PromptFailure::NoUser | PromptFailure::Ended) => {
            return Err(BindError::new(
                "MissingMandatoryParameter",
                format!(
                    "Cannot process command because of one or more missing mandatory parameters:{}.",
                    names(binding, &missing)
                ),
            ));
        }
    };
    for (index, answer) in missing.into_iter().zip(answers) {
        let incoming = Incoming {
            value: &answer,
            source: None,
            extent: None,
            from_pipeline: false,
        };
        binding.bind_value(index, incoming, Effort::Coerce, context)?;
    }
    Ok(())
}

/// Parameters that are mandatory in the chosen set and still free once an input object was bound.
///
/// # Errors
/// `AmbiguousParameterSet`.
pub(crate) fn missing_after_input(binding: &mut Binding) -> Result<Vec<usize>, BindError> {
    let valid_sets = count(binding.valid);
    missing(binding, valid_sets, false)
}

/// ` A B`: the way error messages list parameters.
pub(crate) fn names(binding: &Binding, parameters: &[usize]) -> String {
    let mut out = String::new();
    for index in parameters {
        out.push(' ');
        out.push_str(&binding.info(*index).name);
    }
    out
}

fn prompt(binding: &Binding, missing: &[usize]) -> FieldPrompt {
    FieldPrompt {
        caption: format!(
            "cmdlet {} at command pipeline position {}",
            binding.command.name, binding.pipeline_position
        ),
        message: "Supply values for the following parameters:".to_owned(),
        fields: missing
            .iter()
            .map(|index| {
                let info = binding.info(*index);
                FieldDescription {
                    name: info.name.to_string(),
                    // BuildLabel never takes a later letter: it looks for one that is used, and none ever is.
                    label: format!("&{}", info.name),
                    type_name: info.parameter_type.full_name().to_string(),
                    help_message: info.help_message.as_deref().unwrap_or("").to_owned(),
                    mandatory: true,
                    secret: matches!(
                        &*info.parameter_type.full_name(),
                        "System.Security.SecureString"
                            | "System.Management.Automation.PSCredential"
                    ),
                }
            })
            .collect(),
    }
}

/// The free mandatory parameters that must be asked for. Where input is expected this also decides, from what the sets
/// want of input, which sets stay possible.
fn missing(
    binding: &mut Binding,
    valid_sets: u32,
    input_expected: bool,
) -> Result<Vec<usize>, BindError> {
    let default = binding.signature().default_set;
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut of_all_sets = false;
    let mut mandatory_sets: SetMask = 0;
    let mut result = Vec::new();
    for &index in &binding.unbound {
        let formal = binding.formal(index);
        if !formal.mandatory_somewhere {
            continue;
        }
        let mut is_missing = false;
        for set in formal.within(binding.valid).filter(|set| set.mandatory) {
            is_missing = true;
            note(&mut wanted, index, set, default, input_expected);
            if set.bit == 0 {
                of_all_sets = true;
            } else {
                mandatory_sets |= binding.valid & set.bit;
            }
        }
        if is_missing && !input_expected {
            result.push(index);
        }
    }
    if wanted.is_empty() || !input_expected {
        return Ok(result);
    }
    if mandatory_sets == 0 {
        mandatory_sets = binding.valid;
    }
    if of_all_sets {
        let available = match binding.signature().all_sets {
            0 => EVERY_SET,
            sets => sets,
        };
        mandatory_sets = binding.valid & available;
    }
    if valid_sets > 1
        && default != 0
        && default & mandatory_sets == 0
        && default & binding.valid != 0
        && !another_takes_input(&wanted, binding.valid, default)
    {
        mandatory_sets = binding.valid & !mandatory_sets;
        binding.valid = mandatory_sets;
        if binding.valid == default {
            binding.name_set();
        } else {
            binding.tried_first = default;
        }
    }
    match count(mandatory_sets) {
        0 => Err(ambiguous()),
        1 => Ok(typed_within(&wanted, mandatory_sets)),
        _ if binding.tried_first != 0 => Ok(Vec::new()),
        _ => decide(binding, &wanted, mandatory_sets, default),
    }
}

fn note(
    wanted: &mut Vec<Wanted>,
    index: usize,
    set: &FormalSet,
    default: SetMask,
    input_expected: bool,
) {
    let bit = if set.bit == 0 { EVERY_SET } else { set.bit };
    let at = wanted
        .iter()
        .position(|wanted| wanted.set == bit)
        .unwrap_or_else(|| {
            wanted.push(Wanted {
                set: bit,
                is_default: default & bit != 0,
                typed: Vec::new(),
                by_input: 0,
                by_value: 0,
                by_property: 0,
            });
            wanted.len() - 1
        });
    let entry = &mut wanted[at];
    if input_expected && set.takes_input() {
        entry.by_input += 1;
        entry.by_value += usize::from(set.by_value);
        entry.by_property += usize::from(set.by_property);
    } else if !entry.typed.contains(&index) {
        entry.typed.push(index);
    }
}

fn another_takes_input(wanted: &[Wanted], valid: SetMask, default: SetMask) -> bool {
    wanted.iter().any(|wanted| {
        wanted.set & valid != 0
            && wanted.set & default == 0
            && !wanted.of_all_sets()
            && wanted.by_input > 0
    })
}

fn typed_within(wanted: &[Wanted], sets: SetMask) -> Vec<usize> {
    let mut result = Vec::new();
    for index in wanted
        .iter()
        .filter(|wanted| wanted.within(sets))
        .flat_map(|wanted| &wanted.typed)
    {
        if !result.contains(index) {
            result.push(*index);
        }
    }
    result
}

/// Several sets want something: the default one, or the only one that input can feed, is chosen.
fn decide(
    binding: &mut Binding,
    wanted: &[Wanted],
    mandatory_sets: SetMask,
    default: SetMask,
) -> Result<Vec<usize>, BindError> {
    if default != 0 && mandatory_sets & default != 0 && latch_on_default(wanted, default) {
        binding.valid = default;
        binding.name_set();
        return Ok(typed_within(wanted, default));
    }
    let by_value = only_set(wanted, mandatory_sets, |wanted| wanted.by_value > 0);
    let by_property = only_set(wanted, mandatory_sets, |wanted| wanted.by_property > 0);
    let unique = match (by_value, by_property) {
        (Found::One(value), Found::One(property)) if value == property => value,
        (Found::One(set), Found::None) | (Found::None, Found::One(set)) => set,
        // Several count as found for the comparison, but name no set.
        _ => 0,
    };
    if unique != 0 {
        return Ok(latch_on(binding, wanted, unique));
    }
    let lacking = wanted
        .iter()
        .filter(|wanted| wanted.within(mandatory_sets) && !wanted.typed.is_empty());
    let mut any = false;
    let mut sets_lacking = 0;
    for wanted in lacking {
        any = true;
        if !wanted.of_all_sets() {
            sets_lacking |= wanted.set;
        }
    }
    if !any {
        return Ok(Vec::new());
    }
    if let Found::One(set) = by_value {
        return Ok(latch_on(binding, wanted, set));
    }
    if !matches!(by_value, Found::Several) && !matches!(by_property, Found::Several) {
        return Err(ambiguous());
    }
    if sets_lacking != 0 {
        ignore_sets(binding, sets_lacking);
        if binding.valid == 0 {
            return Err(ambiguous());
        }
        if count(binding.valid) == 1 {
            binding.name_set();
        }
    }
    Ok(Vec::new())
}

fn latch_on_default(wanted: &[Wanted], default: SetMask) -> bool {
    let others = || {
        wanted
            .iter()
            .filter(|wanted| !wanted.of_all_sets() && !wanted.is_default)
    };
    let another_by_input = others().any(|wanted| wanted.by_input > 0 && wanted.typed.is_empty());
    let another_by_property = others().any(|wanted| wanted.by_property > 0);
    let own_by_property = wanted
        .iter()
        .any(|wanted| wanted.set == default && wanted.by_property > 0);
    let all_sets_lack = wanted
        .iter()
        .any(|wanted| wanted.of_all_sets() && !wanted.typed.is_empty());
    (own_by_property && !another_by_property) || !another_by_input || all_sets_lack
}

#[derive(Clone, Copy)]
enum Found {
    None,
    One(SetMask),
    Several,
}

fn only_set(wanted: &[Wanted], sets: SetMask, takes: impl Fn(&Wanted) -> bool) -> Found {
    let mut found = wanted
        .iter()
        .filter(|wanted| wanted.set & sets != 0 && !wanted.of_all_sets() && takes(wanted));
    match (found.next(), found.next()) {
        (None, _) => Found::None,
        (Some(only), None) => Found::One(only.set),
        (Some(_), Some(_)) => Found::Several,
    }
}

/// Chooses a set that input feeds. If it also lacks typed parameters it is the only one left; else sets that want
/// nothing mandatory stay possible behind it.
fn latch_on(binding: &mut Binding, wanted: &[Wanted], chosen: SetMask) -> Vec<usize> {
    let lacks_typed = wanted
        .iter()
        .any(|wanted| wanted.set == chosen && !wanted.typed.is_empty());
    let others = wanted
        .iter()
        .filter(|wanted| !wanted.within(chosen))
        .fold(0, |mask, wanted| mask | wanted.set);
    if lacks_typed {
        binding.valid = chosen;
        binding.name_set();
    } else {
        ignore_sets(binding, others);
        binding.name_set();
        if binding.valid != chosen {
            binding.tried_first = chosen;
        }
    }
    typed_within(wanted, chosen)
}

fn ignore_sets(binding: &mut Binding, sets: SetMask) {
    if sets == 0 {
        return;
    }
    if binding.valid == EVERY_SET {
        binding.valid = binding.signature().all_sets;
    }
    binding.valid &= !sets;
}
