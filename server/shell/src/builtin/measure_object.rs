//! `Measure-Object`.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::builtin::compare;
use crate::builtin::declare::{UTILITY, command, input, switch};
use crate::builtin::expression::{Expression, Source, expression_type};
use crate::builtin::support::{input_object, items};
use crate::command::{CommandInfo, ParameterInfo, ParameterType, Validation};
use crate::convert::{ConversionContext, convert};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::members;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{Culture, to_text};
use crate::type_names::type_name;
use crate::value::{Object, Text, Value};

/// What the binder knows of it.
pub(super) fn info() -> CommandInfo {
    let generic = &["GenericMeasure"][..];
    let text = &["TextMeasure"][..];
    command("Measure-Object", UTILITY)
        .with_default_set("GenericMeasure")
        .with_output(&[
            "Microsoft.PowerShell.Commands.GenericMeasureInfo",
            "Microsoft.PowerShell.Commands.TextMeasureInfo",
            "Microsoft.PowerShell.Commands.GenericObjectMeasureInfo",
        ])
        .with(input())
        .with(
            ParameterInfo::of_type(
                "Property",
                ParameterType::Array(Box::new(expression_type())),
            )
            .at(0)
            .validated(Validation::NotNullOrEmpty),
        )
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
    /// Whether something was no number: then no sum counts.
    not_numeric: bool,
}

#[derive(Clone, Copy, Default)]
struct Wanted {
    /// Texts are measured, not numbers.
    text: bool,
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
    variance: f64,
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

    fn measures_text(self) -> bool {
        self.lines || self.words || self.characters
    }
}

impl Stage for MeasureObject {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        for argument in items(context, "Property") {
            self.properties.push(match argument.base() {
                Value::ScriptBlock(block) => Expression::block(block),
                other => Expression::name(to_text(other, Culture::Invariant)),
            });
        }
        let all = context.switch("AllStats");
        self.wanted = Wanted {
            text: context.parameter_set() == "TextMeasure",
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
            return self.measure(context, None, object.base());
        }
        self.measure_properties(context, &object)
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        if self.properties.is_empty() && self.statistics.is_empty() {
            self.statistics.push((None, Statistics::default()));
        }
        for (name, statistics) in std::mem::take(&mut self.statistics) {
            if statistics.count == 0
                && let Some(name) = name
            {
                if context.engine.session.is_strict(2) {
                    context.write_error(self.not_found(&name))?;
                }
                continue;
            }
            let info = if self.wanted.text {
                text_info(self.wanted, name, &statistics)
            } else {
                self.generic_info(name, statistics)
            };
            context.write(info)?;
        }
        Ok(())
    }
}

impl MeasureObject {
    /// Measures the properties that are asked for, each once.
    fn measure_properties(
        &mut self,
        context: &mut Context<'_>,
        object: &Value,
    ) -> Result<(), Halt> {
        let mut counted: Vec<Text> = Vec::new();
        for expression in self.properties.clone() {
            if let Source::Block(block) = &expression.source {
                if !counted.contains(&block.text) {
                    counted.push(block.text.clone());
                    let mut value = context.calculate(block, object)?.unwrap_or_default();
                    // What a block gives is wrapped, and reads as PowerShell has it.
                    if self.wanted.measures_text() && value.elements().is_some() {
                        value = Value::text(to_text(&value, Culture::Current));
                    }
                    self.measure(context, Some(block.text.clone()), &value)?;
                }
                continue;
            }
            let names = match expression.own_property(object) {
                Some(property) => vec![property.name],
                None => expression.resolved(object),
            };
            if names.is_empty() && !expression.is_pattern() {
                self.statistics(Some(expression.text()));
            }
            for name in names {
                if counted.iter().any(|known| members::same_name(known, &name)) {
                    continue;
                }
                let value = members::property(object, &name).unwrap_or_default();
                self.measure(context, Some(name.clone()), &value)?;
                counted.push(name);
            }
        }
        Ok(())
    }

    fn statistics(&mut self, name: Option<Text>) -> &mut Statistics {
        let found = self
            .statistics
            .iter()
            .position(|(known, _)| match (known, &name) {
                (Some(known), Some(name)) => members::same_name(known, name),
                (None, None) => true,
                _ => false,
            });
        let place = found.unwrap_or_else(|| {
            self.statistics.push((name, Statistics::default()));
            self.statistics.len() - 1
        });
        &mut self.statistics[place].1
    }

    fn measure(
        &mut self,
        context: &mut Context<'_>,
        name: Option<Text>,
        value: &Value,
    ) -> Result<(), Halt> {
        let wanted = self.wanted;
        let value = value.base();
        let statistics = self.statistics(name);
        statistics.count = statistics.count.saturating_add(1);
        if wanted.measures_text() {
            statistics.add_text(&own_text(value), wanted);
        }
        if wanted.needs_numbers() {
            let Some(number) = number_of(value) else {
                self.not_numeric = true;
                let text = own_text(value);
                return context.write_error(
                    ErrorRecord::new(
                        "NonNumericInputObject",
                        ErrorCategory::InvalidType,
                        "System.Management.Automation.PSInvalidOperationException",
                        format!("Input object \"{text}\" is not numeric."),
                    )
                    .with_target(value.clone()),
                );
            };
            statistics.add_number(number);
        }
        if wanted.minimum {
            let known = statistics.minimum.take();
            statistics.minimum = Some(further(value, known, Ordering::Less));
        }
        if wanted.maximum {
            let known = statistics.maximum.take();
            statistics.maximum = Some(further(value, known, Ordering::Greater));
        }
        Ok(())
    }

    fn not_found(&self, name: &Text) -> ErrorRecord {
        let id = if self.wanted.text {
            "TextMeasurePropertyNotFound"
        } else {
            "GenericMeasurePropertyNotFound"
        };
        let mut record = ErrorRecord::new(
            id,
            ErrorCategory::ObjectNotFound,
            "System.Management.Automation.PSArgumentException",
            format!(
                "Cannot process argument because the value of argument \"{name}\" is not valid. Change the value of the \"{name}\" argument and run the operation again."
            ),
        );
        record.details = Some(format!(
            "The property \"{name}\" cannot be found in the input for any objects."
        ));
        record
    }

    fn generic_info(&self, name: Option<Text>, statistics: Statistics) -> Value {
        let wanted = self.wanted;
        let sums = !self.not_numeric;
        // Extremes that read as numbers are shown as such.
        let extreme = |value: &Option<Value>| match value {
            None | Some(Value::Null) => Some(Value::Null),
            Some(value) => number_of(value).map(Value::Double),
        };
        let numbers = (extreme(&statistics.maximum), extreme(&statistics.minimum));
        let (kind, maximum, minimum) = match numbers {
            (Some(maximum), Some(minimum)) => ("GenericMeasureInfo", maximum, minimum),
            _ => (
                "GenericObjectMeasureInfo",
                statistics.maximum.unwrap_or_default(),
                statistics.minimum.unwrap_or_default(),
            ),
        };
        let of_numbers = kind == "GenericMeasureInfo";
        let number = |wanted: bool, value: f64| match wanted {
            true => Value::Double(value),
            false => Value::Null,
        };
        let count = f64::from(statistics.count);
        let average = sums && wanted.average && statistics.count > 0;
        let deviation = sums && wanted.deviation && of_numbers;
        let properties = vec![
            ("Count".into(), Value::Int32(statistics.count)),
            ("Average".into(), number(average, statistics.sum / count)),
            ("Sum".into(), number(sums && wanted.sum, statistics.sum)),
            ("Maximum".into(), maximum),
            ("Minimum".into(), minimum),
            (
                "StandardDeviation".into(),
                number(deviation, statistics.variance.sqrt()),
            ),
            ("Property".into(), name.map_or(Value::Null, Value::String)),
        ];
        Value::Object(Arc::new(Object::typed(measure_type(kind), properties)))
    }
}

/// A value as a real number, as a conversion reads it: null and empty text are nought.
fn number_of(value: &Value) -> Option<f64> {
    let target = ParameterType::Plain("System.Double".into());
    match convert(value, &target, ConversionContext::default()) {
        Ok(Value::Double(number)) => Some(number),
        _ => None,
    }
}

/// `ToString()` of .NET, which takes nothing apart.
fn own_text(value: &Value) -> String {
    match value {
        Value::Object(object) if object.custom => String::new(),
        Value::Array(_) | Value::List(_) => type_name(value).to_string(),
        other => to_text(other, Culture::Current),
    }
}

/// Which of two values lies further to a side; the known one where neither does.
fn further(value: &Value, known: Option<Value>, side: Ordering) -> Value {
    let Some(known) = known.filter(|known| !matches!(known, Value::Null)) else {
        return value.clone();
    };
    let read = |value: &Value| match value {
        Value::Null => Value::Null,
        other => number_of(other).map_or_else(|| other.clone(), Value::Double),
    };
    let (mut new, mut old) = (read(value), read(&known));
    if !matches!(new, Value::Null) && type_name(&new) != type_name(&old) {
        new = Value::text(to_text(&new, Culture::Current));
        old = Value::text(to_text(&old, Culture::Current));
    }
    // Case counts here.
    if compare::order(&old, &new, true) == side.reverse() {
        value.clone()
    } else {
        known
    }
}

impl Statistics {
    fn add_number(&mut self, number: f64) {
        let before = self.sum;
        self.sum += number;
        if self.count > 1 {
            let count = f64::from(self.count);
            let average = before / (count - 1.0);
            self.variance *= (count - 2.0) / (count - 1.0);
            self.variance += (number - average) * (number - average) / count;
        }
    }

    fn add_text(&mut self, text: &str, wanted: Wanted) {
        let counted = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
        if !text.is_empty() {
            let lines = counted(text.matches('\n').count());
            self.lines = self.lines.saturating_add(lines);
            if !text.ends_with('\n') {
                self.lines = self.lines.saturating_add(1);
            }
        }
        let words = counted(text.split_whitespace().count());
        self.words = self.words.saturating_add(words);
        let characters = text
            .chars()
            .filter(|c| !wanted.ignore_blanks || !c.is_whitespace())
            .map(char::len_utf16)
            .sum::<usize>();
        self.characters = self.characters.saturating_add(counted(characters));
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

fn text_info(wanted: Wanted, name: Option<Text>, statistics: &Statistics) -> Value {
    let number = |wanted: bool, value: i32| match wanted {
        true => Value::Int32(value),
        false => Value::Null,
    };
    let properties = vec![
        ("Lines".into(), number(wanted.lines, statistics.lines)),
        ("Words".into(), number(wanted.words, statistics.words)),
        (
            "Characters".into(),
            number(wanted.characters, statistics.characters),
        ),
        ("Property".into(), name.map_or(Value::Null, Value::String)),
    ];
    Value::Object(Arc::new(Object::typed(
        measure_type("TextMeasureInfo"),
        properties,
    )))
}
