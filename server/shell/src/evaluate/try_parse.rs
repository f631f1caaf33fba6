//! `T.TryParse(…, [ref]x)`, `ParseExact` and `TryParseExact`.

use crate::command::ParameterType;
use crate::convert::exact::{self, Mismatch, Style};
use crate::convert::{ConversionContext, convert, exact_span};
use crate::evaluate::method::{Outcome, text_of};
use crate::evaluate::{constructor, enum_member, overload, parse_method, reference, types};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Discard;
use crate::value::Value;

/// A method that tries: what it parses, and where its result goes.
struct Trial<'a> {
    target: ParameterType,
    /// The arguments before the reference.
    arguments: &'a [Value],
    reference: &'a Value,
}

impl Engine<'_> {
    /// `TryParse` and `TryParseExact`; none if the method is another one.
    pub(super) fn try_parse(
        &mut self,
        type_name: &str,
        method: &str,
        arguments: &[Value],
    ) -> Result<Option<Value>, Halt> {
        let exact = match method.to_ascii_lowercase().as_str() {
            "tryparse" => false,
            "tryparseexact" => true,
            _ => return Ok(None),
        };
        let Some(target) = self.find_type(type_name) else {
            return Ok(None);
        };
        let counts = match (exact, &*target.full_name()) {
            (true, "System.DateTime") => 5..=5,
            (true, "System.TimeSpan") => 4..=5,
            (true, _) => return Ok(None),
            (false, "System.Enum") => 2..=4,
            (false, _) if is_parsed(&target) => 2..=4,
            (false, _) => return Ok(None),
        };
        if !counts.contains(&arguments.len()) {
            return Err(self.fail(overload::none_found(method, arguments.len())));
        }
        let Some((last, rest)) = arguments.split_last() else {
            return Ok(None);
        };
        let Some(held) = reference::value_of(last) else {
            return Err(self.fail(reference::wanted(arguments.len())));
        };
        let trial = Trial {
            target: self.subject(target, rest, &held),
            arguments: rest,
            reference: last,
        };
        self.try_out(&trial, exact, &held).map(Some)
    }

    /// What is parsed: an enumeration is named by the first argument or is that of what is referred to.
    fn subject(&self, target: ParameterType, arguments: &[Value], held: &Value) -> ParameterType {
        if &*target.full_name() != "System.Enum" {
            return target;
        }
        if let Some(named) = enum_member::subject(arguments.first(), |name| self.find_type(name))
            .filter(|_| !matches!(arguments.first(), Some(Value::String(_))))
        {
            return ParameterType::Enum(named);
        }
        match held {
            Value::Enum(member) => ParameterType::Enum(member.definition.clone()),
            _ => target,
        }
    }

    fn try_out(&mut self, trial: &Trial<'_>, exact: bool, held: &Value) -> Result<Value, Halt> {
        let of_enum = matches!(trial.target, ParameterType::Enum(_));
        if !of_enum && !matches!(held, Value::Null) {
            self.cast(held, &trial.target)?;
        }
        let current = ConversionContext::current(self.host.now());
        let outcome = match (exact, trial.arguments) {
            (true, [text, format, provider, styles @ ..]) => {
                parse_exact(&trial.target, text, format, provider, styles, current)
            }
            (false, arguments) if of_enum => {
                let arguments = match arguments {
                    [Value::Type(_), rest @ ..] => rest,
                    all => all,
                };
                enum_outcome(&trial.target, arguments)
            }
            // A null text is none.
            (false, [Value::Null, ..]) => Outcome::Unknown,
            (false, [text, ..]) => parse_method::parse(&trial.target, text, current),
            _ => Outcome::Unknown,
        };
        let (parsed, value) = match outcome {
            Outcome::Value(value) => (true, value),
            _ => (false, nothing_of(&trial.target)),
        };
        self.set_property(trial.reference, "Value", value, &mut Discard)?;
        Ok(Value::Bool(parsed))
    }
}

/// Whether values of a type are parsed.
fn is_parsed(target: &ParameterType) -> bool {
    match target {
        ParameterType::Enum(_) => true,
        ParameterType::Plain(name) => {
            crate::convert::number::Kind::of_type(name).is_some()
                || matches!(
                    &**name,
                    "System.Boolean"
                        | "System.Char"
                        | "System.DateTime"
                        | "System.TimeSpan"
                        | "System.Guid"
                        | "System.Version"
                        | "System.Management.Automation.SemanticVersion"
                        | "System.Net.IPAddress"
                )
        }
        _ => false,
    }
}

fn enum_outcome(target: &ParameterType, arguments: &[Value]) -> Outcome {
    let (ParameterType::Enum(definition), [text, ignores @ ..]) = (target, arguments) else {
        return Outcome::Unknown;
    };
    let ignores = ignores.first().is_some_and(crate::convert::is_true);
    let all = [
        Value::Type(definition.name.clone()),
        text.clone(),
        Value::Bool(ignores),
    ];
    enum_member::call("parse", Some(definition), &all)
}

/// What a type has where nothing was parsed.
fn nothing_of(target: &ParameterType) -> Value {
    match target {
        ParameterType::Enum(definition) => Value::Enum(crate::value::EnumValue {
            definition: definition.clone(),
            number: 0,
        }),
        ParameterType::Plain(name) if &**name == "System.Char" => Value::Char(0),
        other => types::default_of(other)
            .or_else(|| constructor::of_nothing(other))
            .unwrap_or_default(),
    }
}

/// `ParseExact` of dates and spans.
pub(super) fn parse_exact(
    target: &ParameterType,
    text: &Value,
    formats: &Value,
    provider: &Value,
    styles: &[Value],
    context: ConversionContext,
) -> Outcome {
    let text = text_of(text);
    let formats: Vec<String> = match formats.elements() {
        Some(formats) => formats.iter().map(text_of).collect(),
        None => vec![text_of(formats)],
    };
    let is_date = &*target.full_name() == "System.DateTime";
    let style = Style {
        styles: styles.first().map_or(0, styles_of),
        invariant: !matches!(provider, Value::Null) && text_of(provider).is_empty(),
        now: context.now,
    };
    let mut mismatch = Mismatch::Format;
    for format in &formats {
        let read = match is_date {
            true => exact::date(&text, format, style).map(Value::DateTime),
            false => exact_span::span(&text, format).map(Value::TimeSpan),
        };
        match read {
            Ok(value) => return Outcome::Value(value),
            Err(why) => mismatch = why,
        }
    }
    let kind = if is_date { "DateTime" } else { "TimeSpan" };
    let reason = match mismatch {
        Mismatch::Weekday if is_date => format!(
            "String '{text}' was not recognized as a valid DateTime because the day of week was incorrect."
        ),
        Mismatch::Format if !is_date || formats.iter().all(|format| format.chars().count() < 2) => {
            "Input string was not in a correct format.".into()
        }
        _ => format!("String '{text}' was not recognized as a valid {kind}."),
    };
    Outcome::Thrown("System.FormatException", reason)
}

/// The bits of `DateTimeStyles`, as a member, its name or a number.
fn styles_of(value: &Value) -> i64 {
    let styles = ParameterType::Plain("System.Globalization.DateTimeStyles".into());
    let styles = crate::convert::type_names::resolve(&styles.full_name()).unwrap_or(styles);
    match convert(value, &styles, ConversionContext::default()) {
        Ok(Value::Enum(member)) => member.number,
        _ => 0,
    }
}
