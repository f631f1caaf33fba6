//! `Get-Random`, `Get-SecureRandom` and `New-Guid`.

use std::cmp::Ordering;

use crate::builtin::declare::{UTILITY, at, command, named, set, switch};
use crate::builtin::support::{count, items, number, text};
use crate::command::{CommandInfo, SetMembership, Validation};
use crate::convert::{ConversionContext, convert, parse_guid};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::random::{Generator, Seeded};
use crate::text::{Culture, to_text};
use crate::value::Value;

const NUMBER: &str = "RandomNumberParameterSet";
const ITEM: &str = "RandomListItemParameterSet";
const SHUFFLE: &str = "ShuffleParameterSet";

fn random_info(name: &str) -> CommandInfo {
    let list = |of: &str| SetMembership {
        mandatory: true,
        position: Some(0),
        from_pipeline: true,
        ..set(of)
    };
    let mut input = named("InputObject", "object[]")
        .member(list(ITEM))
        .member(list(SHUFFLE));
    input.allow_null = true;
    let mut info = command(name, UTILITY)
        .with_default_set(NUMBER)
        .with_output(&["System.Int32", "System.Int64", "System.Double"]);
    if name == "Get-Random" {
        info = info.with(named("SetSeed", "int").validated(Validation::NotNull));
    }
    info.with(at(0, "Maximum", "object").in_sets(&[NUMBER]))
        .with(named("Minimum", "object").in_sets(&[NUMBER]))
        .with(input)
        .with(
            named("Count", "int")
                .validated(Validation::Range(Value::Int32(1), Value::Int32(i32::MAX)))
                .in_sets(&[NUMBER, ITEM]),
        )
        .with(switch("Shuffle").mandatory().in_sets(&[SHUFFLE]))
}

/// What the binder knows of `Get-Random`.
pub(super) fn info() -> CommandInfo {
    random_info("Get-Random")
}

/// What the binder knows of `Get-SecureRandom`.
pub(super) fn secure_info() -> CommandInfo {
    random_info("Get-SecureRandom")
}

/// What the binder knows of `New-Guid`.
pub(super) fn guid_info() -> CommandInfo {
    command("New-Guid", UTILITY)
        .with_default_set("Default")
        .with_output(&["System.Guid"])
        .with(switch("Empty").in_sets(&["Empty"]))
        .with(
            at(0, "InputObject", "string")
                .from_pipeline()
                .in_sets(&["InputObject"]),
        )
}

/// One `Get-Random` to run.
pub(super) fn random() -> Box<dyn Stage> {
    Box::<Random>::default()
}

/// One `Get-SecureRandom` to run.
pub(super) fn secure() -> Box<dyn Stage> {
    Box::new(Random {
        secure: true,
        ..Random::default()
    })
}

/// One `New-Guid` to run.
pub(super) fn guid() -> Box<dyn Stage> {
    Box::new(NewGuid)
}

#[derive(Default)]
struct Random {
    /// A seed does not count.
    secure: bool,
    /// Whether items are drawn, not numbers.
    of_items: bool,
    chosen: Vec<Value>,
    seen: i32,
}

impl Random {
    fn draw<T>(&self, context: &mut Context<'_>, draw: impl FnOnce(&mut Generator<'_>) -> T) -> T {
        let host = context.engine.host;
        match context
            .engine
            .session
            .random
            .as_mut()
            .filter(|_| !self.secure)
        {
            Some(seeded) => draw(&mut Generator::Seeded(seeded)),
            None => draw(&mut Generator::Host(host)),
        }
    }

    fn numbers(&self, context: &mut Context<'_>) -> Result<(), Halt> {
        let least = operand(context.parameter("Minimum"));
        let bound = operand(context.parameter("Maximum"));
        for _ in 0..count(context, "Count").unwrap_or(1) {
            context.engine.check_stop()?;
            let drawn = match (&least, &bound) {
                (None | Some(Value::Int32(_)), None | Some(Value::Int32(_))) => {
                    let (low, high) = (whole(&least, 0), whole(&bound, i64::from(i32::MAX)));
                    check(context, low < high, &Value::Int64(low), &Value::Int64(high))?;
                    let (low, high) = (low as i32, high as i32);
                    Value::Int32(self.draw(context, |from| from.below(low, high)))
                }
                (
                    None | Some(Value::Int32(_) | Value::Int64(_)),
                    None | Some(Value::Int32(_) | Value::Int64(_)),
                ) => {
                    let (low, high) = (whole(&least, 0), whole(&bound, i64::MAX));
                    check(context, low < high, &Value::Int64(low), &Value::Int64(high))?;
                    Value::Int64(self.draw(context, |from| from.long_below(low, high)))
                }
                _ => {
                    let low = real(context, &least, 0.0)?;
                    let high = real(context, &bound, f64::MAX)?;
                    // What is no number is less than nothing and not above anything either.
                    check(
                        context,
                        low.partial_cmp(&high).is_none_or(Ordering::is_lt),
                        &Value::Double(low),
                        &Value::Double(high),
                    )?;
                    Value::Double(self.draw(context, |from| from.real_below(low, high)))
                }
            };
            context.write(drawn)?;
        }
        Ok(())
    }

    /// Each item has the same chance to be among the chosen ones.
    fn consider(&mut self, context: &mut Context<'_>, item: Value) {
        let wanted = count(context, "Count").unwrap_or(1);
        if context.parameter_set() == SHUFFLE || self.chosen.len() < wanted {
            self.chosen.push(item);
        } else {
            let seen = self.seen;
            let length = i32::try_from(self.chosen.len()).unwrap_or(i32::MAX);
            let place = self.draw(context, |from| {
                let taken = from.below(0, seen.saturating_add(1)) < length;
                taken.then(|| from.below(0, length))
            });
            let place = place.and_then(|place| usize::try_from(place).ok());
            if let Some(known) = place.and_then(|place| self.chosen.get_mut(place)) {
                *known = item;
            }
        }
        self.seen = self.seen.saturating_add(1);
    }
}

impl Stage for Random {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        if let Some(seed) = number(context, "SetSeed") {
            context.engine.session.random = Some(Box::new(Seeded::new(seed as i32)));
        }
        let of_numbers =
            context.parameter("Maximum").is_some() || context.parameter("Minimum").is_some();
        self.of_items = context.parameter_set() != NUMBER || context.expects_input() && !of_numbers;
        if self.of_items {
            return Ok(());
        }
        match context.parameter("Maximum").map(Value::elements) {
            Some(Some(items)) => {
                self.of_items = true;
                for item in items {
                    self.consider(context, item);
                }
                Ok(())
            }
            _ => self.numbers(context),
        }
    }

    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        if self.of_items && context.parameter("InputObject").is_some() {
            for item in items(context, "InputObject") {
                context.hoard(&item)?;
                self.consider(context, item);
            }
        }
        Ok(())
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        let length = i32::try_from(self.chosen.len()).unwrap_or(i32::MAX);
        for place in 0..length {
            let other = self.draw(context, |from| from.below(place, length));
            let item = self.chosen[other as usize].clone();
            self.chosen.swap(place as usize, other as usize);
            context.write(item)?;
        }
        Ok(())
    }
}

/// A limit: a text is read as a number of code is.
fn operand(value: Option<&Value>) -> Option<Value> {
    match value?.base() {
        Value::Null => None,
        Value::String(text) => Some(
            crate::language::number::parse(text.trim())
                .unwrap_or_else(|| Value::String(text.clone())),
        ),
        other => Some(other.clone()),
    }
}

fn whole(value: &Option<Value>, otherwise: i64) -> i64 {
    match value {
        Some(Value::Int32(number)) => i64::from(*number),
        Some(Value::Int64(number)) => *number,
        _ => otherwise,
    }
}

fn real(context: &mut Context<'_>, value: &Option<Value>, otherwise: f64) -> Result<f64, Halt> {
    let Some(value) = value else {
        return Ok(otherwise);
    };
    let target = crate::command::ParameterType::Plain("System.Double".into());
    match convert(value, &target, ConversionContext::default()) {
        Ok(Value::Double(number)) => Ok(number),
        Ok(_) => Ok(otherwise),
        Err(error) => {
            let record = ErrorRecord::new(
                error.id,
                ErrorCategory::InvalidArgument,
                "System.Management.Automation.PSInvalidCastException",
                error.message,
            );
            Err(context.terminate(record))
        }
    }
}

fn check(context: &mut Context<'_>, holds: bool, least: &Value, bound: &Value) -> Result<(), Halt> {
    if holds {
        return Ok(());
    }
    let text = |value| to_text(value, Culture::Invariant);
    let record = ErrorRecord::new(
        "MinGreaterThanOrEqualMax",
        ErrorCategory::InvalidArgument,
        "System.ArgumentException",
        format!(
            "The Minimum value ({}) cannot be greater than or equal to the Maximum value ({}).",
            text(least),
            text(bound)
        ),
    );
    Err(context.terminate(record))
}

struct NewGuid;

impl Stage for NewGuid {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let made = match context.parameter_set() {
            "InputObject" => {
                let given = text(context, "InputObject").unwrap_or_else(|| "".into());
                match parse_guid(&given) {
                    Ok(id) => Value::Guid(id),
                    Err(message) => {
                        context.write_error(ErrorRecord::new(
                            "StringNotRecognizedAsGuid",
                            ErrorCategory::InvalidArgument,
                            "System.FormatException",
                            message,
                        ))?;
                        Value::Null
                    }
                }
            }
            "Empty" => Value::Guid(uuid::Uuid::nil()),
            _ => {
                let mut bytes = [0; 16];
                context.host().fill_random(&mut bytes);
                Value::Guid(uuid::Builder::from_random_bytes(bytes).into_uuid())
            }
        };
        context.write(made)
    }
}
