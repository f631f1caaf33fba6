//! Which parameter sets are still possible, and which one is chosen.

use crate::binder::signature::{EVERY_SET, FormalSet, SetMask};
use crate::binder::{BindError, Binding};

/// `AmbiguousParameterSet`.
pub(crate) fn ambiguous() -> BindError {
    BindError::new(
        "AmbiguousParameterSet",
        "Parameter set cannot be resolved using the specified named parameters. One or more parameters issued cannot \
         be used together or an insufficient number of parameters were provided."
            .to_owned(),
    )
}

/// How many sets a mask holds; "all, nothing narrowed" counts as one.
pub(crate) fn count(mask: SetMask) -> u32 {
    if mask == EVERY_SET {
        1
    } else {
        mask.count_ones()
    }
}

/// Looks at the possible sets: at least one must be left, and of several one is chosen if it can be. While input may
/// still come, several may stay. `latch` fixes the default set. Gives how many are left.
///
/// # Errors
/// `AmbiguousParameterSet`.
pub(crate) fn settle(
    binding: &mut Binding,
    before_input: bool,
    latch: bool,
) -> Result<u32, BindError> {
    let left = count(binding.valid);
    if left == 0 {
        return Err(ambiguous());
    }
    let default = binding.signature().default_set;
    if left > 1 {
        if default != 0 && binding.valid & default != 0 {
            binding.name_set_after(default);
            if latch {
                binding.valid = default;
                return Ok(1);
            }
            return Ok(left);
        }
        if before_input && input_may_choose(binding) {
            return Ok(left);
        }
        return choose_by_mandatory(binding);
    }
    let mut left = left;
    if binding.valid == EVERY_SET {
        left = u32::try_from(binding.signature().sets.len().max(1)).unwrap_or(u32::MAX);
        if before_input && input_may_choose(binding) {
            // Nothing is fixed yet.
        } else if default != 0 {
            if latch {
                binding.valid = default;
                left = 1;
            }
        } else if left > 1 {
            left = choose_by_mandatory(binding)?;
        }
    }
    binding.name_set();
    Ok(left)
}

/// Whether a free parameter of a possible set takes pipeline input.
fn input_may_choose(binding: &Binding) -> bool {
    binding
        .unbound
        .iter()
        .any(|index| binding.formal(*index).takes_input(binding.valid))
}

/// Chooses the only set that misses no mandatory parameter.
fn choose_by_mandatory(binding: &mut Binding) -> Result<u32, BindError> {
    // A default set that no parameter belongs to counts for nothing here.
    let inhabited = binding
        .signature()
        .formals
        .iter()
        .fold(0, |sets, formal| sets | formal.mask);
    let mut complete = binding.valid & inhabited;
    for index in &binding.unbound {
        for set in binding
            .formal(*index)
            .sets
            .iter()
            .filter(|set| set.mandatory)
        {
            complete &= !set.bit;
        }
    }
    if count(complete) != 1 {
        return Err(ambiguous());
    }
    binding.valid = complete;
    binding.name_set();
    Ok(1)
}

/// The possible sets that can take input; all of them if a parameter of all sets does, or none does.
pub(crate) fn taking_input(binding: &Binding) -> SetMask {
    let mut taking = binding
        .delayed
        .iter()
        .fold(0, |mask, (index, _)| mask | binding.formal(*index).mask);
    for index in &binding.unbound {
        for set in binding
            .formal(*index)
            .within(binding.valid)
            .filter(|set| FormalSet::takes_input(set))
        {
            if set.bit == 0 {
                return binding.valid;
            }
            taking |= set.bit;
        }
    }
    if taking == 0 {
        binding.valid
    } else {
        binding.valid & taking
    }
}

/// Without a default, a command of several sets must have narrowed them.
///
/// # Errors
/// `AmbiguousParameterSet`.
pub(crate) fn verify_chosen(binding: &mut Binding) -> Result<(), BindError> {
    if binding.signature().sets.len() > 1 && binding.valid == EVERY_SET {
        let default = binding.signature().default_set;
        if default == 0 {
            return Err(ambiguous());
        }
        binding.valid = default;
    }
    Ok(())
}
