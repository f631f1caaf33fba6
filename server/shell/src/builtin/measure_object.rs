//! `Measure-Object`.

use std::sync::Arc;

use crate::builtin::compare;
use crate::builtin::declare::{UTILITY, at, command, input, switch};
use crate::builtin::support::{Expression, Source, expressions, input_object};
use crate::command::CommandInfo;
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::members;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{Culture, as_double, to_text};
use crate::value::{Object, Text, Value};
use crate::wildcard::Wildcard;

/// What the binder knows of it.
pub(super) fn info() -> CommandInfo {
    let generic = &["GenericMeasure"][..];
    let text = &["TextMeasure"][..];
    command("Measure-Object", UTILITY)
        .with_default_set("GenericMeasure")
        .with(input())
        .with(at(0, "Property", "object[]"))
        .with(switch("StandardDeviation").in_sets(generic))
        .with(switch("Sum").in_sets(generic))
        .with(switch("AllStats").in_sets(generic))
        .with(switch("Average").in_sets(generic))
        .with(switch("Maximum").in_sets(generic))
        .with(switch("Minimum").in_sets(generic))
        .with(switch("Line").in_sets(text))
        .with(switch("Word").in_sets(text))
        .with(switch("Character").in_sets(text))
        .with(switch("IgnoreWhiteSpace").in_sets(text))
}

/// One to run.
pub(super) fn create() -> Box<dyn Stage> {
    Box::<MeasureObject>::default()
}

#[derive(Default)]
struct MeasureObject {
    properties: Vec<Expression>,
    wanted: Wanted,
    /// By the property's name as it was found; one without a name for the objects themselves.
    statistics: Vec<(Option<Text>, Statistics)>,
}

#[derive(Clone, Copy, Default)]
struct Wanted {
    sum: bool,
    average: bool,
    maximum: bool,
    minimum: bool,
    deviation: bool,
    lines: bool,
    words: bool,
    characters: bool,
    ignore_blanks: bool,
}

#[derive(Default)]
struct Statistics {
    count: i32,
    sum: f64,
    /// Running mean and sum of squared distances from it (Welford).
    mean: f64,
    squares: f64,
    maximum: Option<Value>,
    minimum: Option<Value>,
    lines: i32,
    words: i32,
    characters: i32,
}

impl Wanted {
    fn needs_numbers(self) -> bool {
        self.sum || self.average || self.deviation
    }

    fn is_text(self) -> bool {
        self.lines || self.words || self.characters
    }
}

impl Stage for MeasureObject {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        self.properties = expressions(context, "Property")?;
        let all = context.switch("AllStats");
        self.wanted = Wanted {
            sum: all || context.switch("Sum"),
            average: all || context.switch("Average"),
            maximum: all || context.switch("Maximum"),
            minimum: all || context.switch("Minimum"),
            deviation: all || context.switch("StandardDeviation"),
            lines: context.switch("Line"),
            words: context.switch("Word"),
            characters: context.switch("Character"),
            ignore_blanks: context.switch("IgnoreWhiteSpace"),
        };
        Ok(())
    }

    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let Some(object) = input_object(context, input) else {
            return Ok(());
        };
        if matches!(object, Value::Null) {
            return Ok(());
        }
        if self.properties.is_empty() {
            return self.measure(context, None, &object);
        }
        for expression in self.properties.clone() {
            match &expression.source {
                Source::Name(name) => {
                    let pattern = Wildcard::new(name);
                    let matching = members::properties(&object)
                        .into_iter()
                        .filter(|property| pattern.matches(&property.name));
                    for property in matching.collect::<Vec<_>>() {
                        if !matches!(property.value, Value::Null) {
                            self.measure(context, Some(property.name), &property.value)?;
                        }
                    }
                }
                Source::Block(_) => {
                    let value = expression.value(context, &object)?.unwrap_or_default();
                    self.measure(context, Some(expression.display_name()), &value)?;
                }
            }
        }
        Ok(())
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        for expression in &self.properties {
            let name = expression.display_name();
            let pattern = Wildcard::new(&name);
            let found = self
                .statistics
                .iter()
                .any(|(known, _)| known.as_ref().is_some_and(|known| pattern.matches(known)));
            if !found && !pattern.is_pattern() {
                let id = if self.wanted.is_text() {
                    "TextMeasurePropertyNotFound"
                } else {
                    "GenericMeasurePropertyNotFound"
                };
                let mut record = ErrorRecord::new(
                    id,
                    ErrorCategory::InvalidArgument,
                    "System.Management.Automation.PSArgumentException",
                    format!(
                        "Cannot process argument because the value of argument \"{name}\" is not valid. Change the value of the \"{name}\" argument and run the operation again."
                    ),
                );
                record.details = Some(format!(
                    "The property \"{name}\" cannot be found in the input for any objects."
                ));
                return Err(context.terminate(record));
            }
        }
        if self.properties.is_empty() && self.statistics.is_empty() {
            self.statistics.push((None, Statistics::default()));
        }
        for (name, statistics) in std::mem::take(&mut self.statistics) {
            let info = if self.wanted.is_text() {
                text_info(self.wanted, name, &statistics)
            } else {
                generic_info(self.wanted, name, statistics)
            };
            context.write(info)?;
        }
        Ok(())
    }
}

impl MeasureObject {
    fn measure(
        &mut self,
        context: &mut Context<'_>,
        name: Option<Text>,
        value: &Value,
    ) -> Result<(), Halt> {
        let wanted = self.wanted;
        let number = number_of(value);
        if wanted.needs_numbers() && number.is_none() {
            let text = to_text(value, Culture::Current);
            return context.write_error(
                ErrorRecord::new(
                    "NonNumericInputObject",
                    ErrorCategory::InvalidType,
                    "System.Management.Automation.PSInvalidOperationException",
                    format!("Input object \"{text}\" is not numeric."),
                )
                .with_target(value.clone()),
            );
        }
        let place = self.statistics.iter().position(|(known, _)| *known == name);
        let place = place.unwrap_or_else(|| {
            self.statistics.push((name, Statistics::default()));
            self.statistics.len() - 1
        });
        let statistics = &mut self.statistics[place].1;
        statistics.count = statistics.count.saturating_add(1);
        if wanted.is_text() {
            statistics.add_text(&to_text(value, Culture::Current), wanted.ignore_blanks);
            return Ok(());
        }
        if let Some(number) = number {
            statistics.add_number(number);
        }
        statistics.add_extreme(value, number);
        Ok(())
    }
}

/// A number, or a text that reads as one.
fn number_of(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        Value::Char(_) => None,
        Value::TimeSpan(_) | Value::DateTime(_) => None,
        other => as_double(other),
    }
}

impl Statistics {
    fn add_number(&mut self, number: f64) {
        self.sum += number;
        let distance = number - self.mean;
        self.mean += distance / f64::from(self.count);
        self.squares += distance * (number - self.mean);
    }

    fn add_extreme(&mut self, value: &Value, number: Option<f64>) {
        // Numbers are shown as reals, everything else as it is.
        let shown = number.map_or_else(|| value.clone(), Value::Double);
        let beats = |known: &Option<Value>, wanted| {
            known
                .as_ref()
                .is_none_or(|known| compare::order(&shown, known, false) == wanted)
        };
        if beats(&self.maximum, std::cmp::Ordering::Greater) {
            self.maximum = Some(shown.clone());
        }
        if beats(&self.minimum, std::cmp::Ordering::Less) {
            self.minimum = Some(shown.clone());
        }
    }

    fn add_text(&mut self, text: &str, ignore_blanks: bool) {
        let counted = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        if !text.is_empty() {
            self.lines += 1 + counted(text.trim_end_matches('\n').matches('\n').count());
        }
        self.words += counted(text.split_whitespace().count());
        let characters = text
            .chars()
            .filter(|c| !ignore_blanks || !c.is_whitespace())
            .map(char::len_utf16)
            .sum::<usize>();
        self.characters += counted(characters);
    }
}

fn measure_type(name: &str) -> crate::value::TypeNames {
    let names: [Text; 3] = [
        format!("Microsoft.PowerShell.Commands.{name}").into(),
        "Microsoft.PowerShell.Commands.MeasureInfo".into(),
        "System.Object".into(),
    ];
    names.into()
}

fn optional(wanted: bool, value: impl FnOnce() -> Value) -> Value {
    if wanted { value() } else { Value::Null }
}

fn generic_info(wanted: Wanted, name: Option<Text>, statistics: Statistics) -> Value {
    let count = f64::from(statistics.count);
    let some = statistics.count > 0;
    let deviation = || {
        if statistics.count > 1 {
            Value::Double((statistics.squares / (count - 1.0)).sqrt())
        } else {
            Value::Double(0.0)
        }
    };
    let properties = vec![
        ("Count".into(), Value::Int32(statistics.count)),
        (
            "Average".into(),
            optional(wanted.average && some, || {
                Value::Double(statistics.sum / count)
            }),
        ),
        (
            "Sum".into(),
            optional(wanted.sum && some, || Value::Double(statistics.sum)),
        ),
        (
            "Maximum".into(),
            optional(wanted.maximum, || {
                statistics.maximum.clone().unwrap_or_default()
            }),
        ),
        (
            "Minimum".into(),
            optional(wanted.minimum, || {
                statistics.minimum.clone().unwrap_or_default()
            }),
        ),
        (
            "StandardDeviation".into(),
            optional(wanted.deviation && some, deviation),
        ),
        ("Property".into(), name.map_or(Value::Null, Value::String)),
    ];
    Value::Object(Arc::new(Object::typed(
        measure_type("GenericMeasureInfo"),
        properties,
    )))
}

fn text_info(wanted: Wanted, name: Option<Text>, statistics: &Statistics) -> Value {
    let properties = vec![
        (
            "Lines".into(),
            optional(wanted.lines, || Value::Int32(statistics.lines)),
        ),
        (
            "Words".into(),
            optional(wanted.words, || Value::Int32(statistics.words)),
        ),
        (
            "Characters".into(),
            optional(wanted.characters, || Value::Int32(statistics.characters)),
        ),
        ("Property".into(), name.map_or(Value::Null, Value::String)),
    ];
    Value::Object(Arc::new(Object::typed(
        measure_type("TextMeasureInfo"),
        properties,
    )))
}
