//! `[T]::Member`: the few static members of harmless types that runbooks use.

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::convert::ConversionContext;
use crate::convert::semantic_version::{self, SemanticVersion};
use crate::dotnet;
use crate::evaluate::error_record;
use crate::evaluate::exception::{find_exception, new_exception};
use crate::evaluate::method::{Outcome, text_of};
use crate::evaluate::{
    MAX_GROWTH, array_member, constructor, convert_member, date_member, enum_member, failure,
    harmless, math_member, overload, parse_method, reflection, regex_member, span_member,
    string_comparer, try_parse,
};
use crate::pipeline::engine::Engine;
use crate::pipeline::halt::Halt;
use crate::pipeline::sink::Sink;
use crate::text::{TICKS_PER_DAY, as_double, char_to_lower, char_to_upper};
use crate::value::{DateTime, DateTimeKind, Object, Text, Value};

/// A static property or field.
pub(super) fn property(type_name: &str, name: &str, now: DateTime) -> Option<Value> {
    if type_name == string_comparer::TYPE {
        return string_comparer::property(name);
    }
    let name = name.to_ascii_lowercase();
    Some(match (type_name, name.as_str()) {
        ("System.SByte", "maxvalue") => Value::Int8(i8::MAX),
        ("System.SByte", "minvalue") => Value::Int8(i8::MIN),
        ("System.Byte", "maxvalue") => Value::UInt8(u8::MAX),
        ("System.Byte", "minvalue") => Value::UInt8(u8::MIN),
        ("System.Int16", "maxvalue") => Value::Int16(i16::MAX),
        ("System.Int16", "minvalue") => Value::Int16(i16::MIN),
        ("System.UInt16", "maxvalue") => Value::UInt16(u16::MAX),
        ("System.UInt16", "minvalue") => Value::UInt16(u16::MIN),
        ("System.Int32", "maxvalue") => Value::Int32(i32::MAX),
        ("System.Int32", "minvalue") => Value::Int32(i32::MIN),
        ("System.UInt32", "maxvalue") => Value::UInt32(u32::MAX),
        ("System.UInt32", "minvalue") => Value::UInt32(u32::MIN),
        ("System.Int64", "maxvalue") => Value::Int64(i64::MAX),
        ("System.Int64", "minvalue") => Value::Int64(i64::MIN),
        ("System.UInt64", "maxvalue") => Value::UInt64(u64::MAX),
        ("System.UInt64", "minvalue") => Value::UInt64(u64::MIN),
        ("System.Double", "maxvalue") => Value::Double(f64::MAX),
        ("System.Double", "minvalue") => Value::Double(f64::MIN),
        ("System.Double", "nan") => Value::Double(f64::NAN),
        ("System.Double", "positiveinfinity") => Value::Double(f64::INFINITY),
        ("System.Double", "negativeinfinity") => Value::Double(f64::NEG_INFINITY),
        ("System.Double", "epsilon") => Value::Double(f64::from_bits(1)),
        ("System.Single", "maxvalue") => Value::Single(f32::MAX),
        ("System.Single", "minvalue") => Value::Single(f32::MIN),
        ("System.Decimal", "maxvalue") => Value::Decimal(Decimal::MAX),
        ("System.Decimal", "minvalue") => Value::Decimal(Decimal::MIN),
        ("System.String", "empty") => Value::text(""),
        ("System.Guid", "empty") => Value::Guid(uuid::Uuid::nil()),
        ("System.Management.Automation.PSCredential", "empty") => {
            credential(Value::Null, Value::Null)
        }
        ("System.Management.Automation.Internal.AutomationNull", "value") => super::nothing(),
        ("System.Boolean", "falsestring") => Value::text("False"),
        ("System.Boolean", "truestring") => Value::text("True"),
        ("System.Math", "tau") => Value::Double(std::f64::consts::TAU),
        ("System.Math", "pi") => Value::Double(std::f64::consts::PI),
        ("System.Math", "e") => Value::Double(std::f64::consts::E),
        ("System.Environment", "newline") => Value::text("\n"),
        ("System.TimeSpan", "zero") => Value::TimeSpan(0),
        ("System.TimeSpan", "maxvalue") => Value::TimeSpan(i64::MAX),
        ("System.TimeSpan", "minvalue") => Value::TimeSpan(i64::MIN),
        ("System.DateTime", "now" | "utcnow") => Value::DateTime(DateTime {
            kind: if name == "now" {
                DateTimeKind::Local
            } else {
                DateTimeKind::Utc
            },
            ..now
        }),
        ("System.DateTime", "today") => Value::DateTime(DateTime {
            ticks: now.ticks - now.ticks.rem_euclid(TICKS_PER_DAY),
            ..now
        }),
        ("System.DateTime", "unixepoch") => Value::DateTime(DateTime {
            ticks: 621_355_968_000_000_000,
            kind: DateTimeKind::Utc,
        }),
        ("System.DateTime", "maxvalue") => date(date_member::MAX_TICKS),
        ("System.DateTime", "minvalue") => date(0),
        _ => return None,
    })
}

/// A credential; that of nobody has neither name nor password.
pub(crate) fn credential(user: Value, password: Value) -> Value {
    let types: [Text; 2] = [
        "System.Management.Automation.PSCredential".into(),
        "System.Object".into(),
    ];
    Value::Object(Arc::new(Object::typed(
        types.into(),
        vec![("UserName".into(), user), ("Password".into(), password)],
    )))
}

fn date(ticks: i64) -> Value {
    Value::DateTime(DateTime {
        ticks,
        kind: DateTimeKind::Unspecified,
    })
}

impl Engine<'_> {
    /// `[T]::Name(…)`.
    pub(crate) fn call_static(
        &mut self,
        owner: &Value,
        name: &str,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Value, Halt> {
        if let Some(class) = self.static_class_of(owner) {
            return self.call_class(&class, name, arguments, out);
        }
        let Value::Type(type_name) = owner else {
            return Err(self.fail(failure::method_not_found(owner, name)));
        };
        let lower = name.to_ascii_lowercase();
        let context = ConversionContext::invariant(self.host.now());
        if lower == "new"
            && let Some(exception) = find_exception(type_name)
        {
            return new_exception(exception, arguments)
                .ok_or_else(|| self.fail(overload::none_found("new", arguments.len())));
        }
        if lower == "new" && type_name.eq_ignore_ascii_case(error_record::TYPE) {
            return error_record::new(self, arguments);
        }
        if let Some(done) = self.try_parse(type_name, name, arguments)? {
            return Ok(done);
        }
        let made = (lower == "new")
            .then(|| constructor::construct(type_name, arguments))
            .flatten();
        let outcome = match (&*lower, arguments, self.find_type(type_name)) {
            _ if made.is_some() => made.unwrap_or(Outcome::Unknown),
            ("new", [], Some(target)) if let Some(made) = constructor::of_nothing(&target) => {
                Outcome::Value(made)
            }
            ("parse", [argument], Some(target)) => {
                let current = ConversionContext::current(self.host.now());
                parse_method::parse(&target, argument, current)
            }
            ("new", [Value::String(text)], Some(target)) if is_read(type_name) => {
                parse_method::made(&target, text, context)
            }
            ("new", [argument], Some(target)) if !has_constructors(type_name) => {
                return self.cast(argument, &target);
            }
            _ if harmless::has_static_method(type_name, name) => {
                self.listed_method(type_name, name, arguments, out)?
            }
            _ => return Err(self.fail(failure::method_not_found_in(type_name, name))),
        };
        self.concluded(type_name, name, arguments.len(), outcome)
    }

    /// A static method that the table of members has.
    fn listed_method(
        &mut self,
        type_name: &str,
        name: &str,
        arguments: &[Value],
        out: &mut dyn Sink,
    ) -> Result<Outcome, Halt> {
        let lower = name.to_ascii_lowercase();
        let context = ConversionContext::invariant(self.host.now());
        let bound = match arguments {
            // A block is a delegate as it stands.
            [.., Value::ScriptBlock(_)] | [.., Value::ScriptBlock(_), _]
                if type_name == regex_member::TYPE =>
            {
                arguments.into()
            }
            _ => overload::bind(type_name, true, name, arguments, context)
                .map_err(|record| self.fail(*record))?,
        };
        Ok(match type_name {
            "System.Enum" => {
                let definition =
                    enum_member::subject(arguments.first(), |name| self.find_type(name));
                enum_member::call(&lower, definition.as_ref(), &bound)
            }
            "System.Management.Automation.ScriptBlock" => self.created_block(&bound)?,
            regex_member::TYPE => self.regex_method(None, &lower, &bound, out)?,
            "System.Guid" if lower == "newguid" => self.new_guid(),
            _ => call(type_name, &lower, &bound, context),
        })
    }

    fn new_guid(&mut self) -> Outcome {
        let mut bytes = [0; 16];
        self.host.fill_random(&mut bytes);
        let id = uuid::Builder::from_random_bytes(bytes).into_uuid();
        Outcome::Value(Value::Guid(id))
    }

    /// What a static method came to.
    fn concluded(
        &self,
        type_name: &str,
        name: &str,
        count: usize,
        outcome: Outcome,
    ) -> Result<Value, Halt> {
        match outcome {
            Outcome::Value(value) => Ok(value),
            Outcome::Thrown(exception, message) => {
                let spelled = match &*name.to_ascii_lowercase() {
                    "new" => ".ctor",
                    _ => dotnet::spelled(type_name, true, name).unwrap_or(name),
                };
                Err(self.fail(failure::method_invocation(
                    spelled, count, exception, &message,
                )))
            }
            Outcome::Unknown => Err(self.fail(overload::none_found(name, count))),
        }
    }
}

/// `ParseExact`.
fn parsed_exactly(type_name: &str, arguments: &[Value], context: ConversionContext) -> Outcome {
    let target = crate::command::ParameterType::Plain(type_name.into());
    match arguments {
        [text, format, provider, styles @ ..] => {
            try_parse::parse_exact(&target, text, format, provider, styles, context)
        }
        _ => Outcome::Unknown,
    }
}

/// Types whose constructors read a text.
fn is_read(type_name: &str) -> bool {
    matches!(
        type_name,
        "System.Guid"
            | "System.Version"
            | semantic_version::TYPE
            | "System.Uri"
            | "System.Net.Mail.MailAddress"
    )
}

/// Types that are made of several values.
fn has_constructors(type_name: &str) -> bool {
    matches!(
        type_name,
        "System.TimeSpan"
            | "System.DateTime"
            | "System.Version"
            | "System.String"
            | semantic_version::TYPE
            | regex_member::TYPE
    )
}

/// A static method.
fn call(type_name: &str, name: &str, arguments: &[Value], context: ConversionContext) -> Outcome {
    let found = match type_name {
        "System.Math" | "System.Decimal" => return math_member::call(name, arguments),
        "System.DateTime" | "System.TimeSpan" if name == "parseexact" => {
            return parsed_exactly(type_name, arguments, context);
        }
        "System.Convert" => return convert_member::call(name, arguments, context),
        "System.Double" => double(name, arguments),
        "System.TimeSpan" => return span_member::call(name, arguments),
        "System.Version" => version(arguments),
        semantic_version::TYPE => semantic(arguments),
        reflection::NOTE => reflection::note_property(arguments),
        "System.String" if matches!(name, "join" | "concat") => return joined(name, arguments),
        "System.String" => string(name, arguments),
        "System.DateTime" => return date_member::call(name, arguments),
        "System.Array" => return array_member::call(name, arguments),
        "System.Char" => character(name, arguments),
        "System.Management.Automation.PSCredential" => match (name, arguments) {
            ("new", [user @ Value::String(_), password @ Value::SecureString(_)]) => {
                Some(credential(user.clone(), password.clone()))
            }
            _ => None,
        },
        _ => None,
    };
    found.map_or(Outcome::Unknown, Outcome::Value)
}

/// `[semver]::new(1, 2, …)`: up to three numbers, a pre-release label, a build label.
fn semantic(arguments: &[Value]) -> Option<Value> {
    let numbers = arguments.len().min(3);
    let given = integers(&arguments[..numbers])?;
    let mut numbers = [0; 3];
    for (number, given) in numbers.iter_mut().zip(given) {
        *number = i32::try_from(given).ok().filter(|number| *number >= 0)?;
    }
    let label = |at: usize| {
        let text = arguments.get(at).map(crate::evaluate::method::text_of);
        text.filter(|text| !text.is_empty())
    };
    let version = SemanticVersion {
        numbers,
        pre_release: label(3),
        build: label(4),
    };
    // Four arguments may hold both labels in one.
    SemanticVersion::parse(&version.to_string()).map(|read| read.value())
}

/// `[version]::new(1, 2, …)`.
fn version(arguments: &[Value]) -> Option<Value> {
    if let [text @ Value::String(_)] = arguments {
        let target = crate::command::ParameterType::Plain("System.Version".into());
        return crate::convert::convert(text, &target, ConversionContext::default()).ok();
    }
    if arguments.is_empty() {
        return Some(Value::Version([0, 0].into()));
    }
    let parts = integers(arguments)?;
    let parts: Vec<i32> = parts
        .into_iter()
        .map(|part| i32::try_from(part).ok().filter(|part| *part >= 0))
        .collect::<Option<_>>()?;
    (2..=4)
        .contains(&parts.len())
        .then(|| Value::Version(parts.into()))
}

/// `[double]::IsNaN(…)` and its like.
fn double(name: &str, arguments: &[Value]) -> Option<Value> {
    let number = as_double(arguments.first()?)?;
    Some(Value::Bool(match name {
        "isnan" => number.is_nan(),
        "isinfinity" => number.is_infinite(),
        _ => return None,
    }))
}

pub(super) fn integers(arguments: &[Value]) -> Option<Vec<i64>> {
    arguments
        .iter()
        .map(|argument| as_double(argument).map(|n| n as i64))
        .collect()
}

/// `[string]::Join` and `[string]::Concat`.
fn joined(name: &str, arguments: &[Value]) -> Outcome {
    let (separator, items) = match (name, arguments) {
        ("join", [separator, items @ ..]) => (Some(separator), items),
        ("join", []) => return Outcome::Unknown,
        (_, items) => (None, items),
    };
    let separator = separator.map_or_else(String::new, text_of);
    let items = match (name, items) {
        ("join", [list @ (Value::Array(_) | Value::List(_))]) => list.elements(),
        _ => None,
    }
    .unwrap_or_else(|| items.to_vec());
    let mut out = String::new();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(&separator);
        }
        out.push_str(&text_of(item));
        if out.len() > MAX_GROWTH {
            return Outcome::too_large();
        }
    }
    Outcome::Value(Value::text(out))
}

fn string(name: &str, arguments: &[Value]) -> Option<Value> {
    let text = |index: usize| {
        arguments
            .get(index)
            .map(|value| crate::text::to_text(value, crate::text::Culture::Invariant))
    };
    Some(match name {
        "isnullorempty" => Value::Bool(text(0)?.is_empty()),
        "isnullorwhitespace" => Value::Bool(text(0)?.trim().is_empty()),
        "format" => {
            let values = match &arguments[1..] {
                [list @ Value::Array(_)] => list.elements()?,
                values => values.to_vec(),
            };
            Value::text(crate::format_string::format(&text(0)?, &values).ok()?)
        }
        "equals" => Value::Bool(text(0)? == text(1)?),
        "compareordinal" => {
            let difference = ordinal_difference(&text(0)?, &text(1)?);
            Value::Int32(difference)
        }
        "compare" => {
            let ignores = arguments.get(2).is_some_and(crate::convert::is_true);
            let order = crate::text::collation::compare(&text(0)?, &text(1)?, !ignores);
            Value::Int32(order as i32)
        }
        "new" if let [characters @ Value::Array(_)] = arguments => {
            let units: Vec<u16> = characters
                .elements()?
                .iter()
                .filter_map(|unit| match unit {
                    Value::Char(unit) => Some(*unit),
                    _ => None,
                })
                .collect();
            Value::text(String::from_utf16_lossy(&units))
        }
        "new" => {
            let fill = text(0)?;
            let count =
                usize::try_from(crate::convert::number::as_integer(arguments.get(1)?)?).ok()?;
            if count > crate::evaluate::MAX_GROWTH {
                return None;
            }
            Value::text(fill.repeat(count))
        }
        _ => return None,
    })
}

/// The first difference of two texts' UTF-16 units, else of their lengths.
fn ordinal_difference(a: &str, b: &str) -> i32 {
    let units = a.encode_utf16().zip(b.encode_utf16());
    let first = units
        .map(|(a, b)| i32::from(a) - i32::from(b))
        .find(|difference| *difference != 0);
    let length = |text: &str| text.encode_utf16().count() as i32;
    first.unwrap_or_else(|| length(a) - length(b))
}

fn character(name: &str, arguments: &[Value]) -> Option<Value> {
    let unit = match arguments.first()? {
        Value::Char(unit) => *unit,
        Value::String(text) => text.encode_utf16().next()?,
        _ => return None,
    };
    let c = char::from_u32(unit.into())?;
    let as_char = |c: char| Value::Char(c.encode_utf16(&mut [0; 2])[0]);
    match name {
        "toupper" | "toupperinvariant" => return Some(as_char(char_to_upper(c))),
        "tolower" | "tolowerinvariant" => return Some(as_char(char_to_lower(c))),
        _ => {}
    }
    Some(Value::Bool(match name {
        "isdigit" | "isnumber" => c.is_numeric(),
        "iscontrol" => c.is_control(),
        "ispunctuation" => c.is_ascii_punctuation() && !is_symbol(c),
        "issymbol" => is_symbol(c),
        "isletter" => c.is_alphabetic(),
        "isletterordigit" => c.is_alphanumeric(),
        "isupper" => c.is_uppercase(),
        "islower" => c.is_lowercase(),
        "iswhitespace" => c.is_whitespace(),
        _ => return None,
    }))
}

/// Signs of mathematics, currency and the like, among the ASCII ones.
fn is_symbol(c: char) -> bool {
    matches!(c, '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~')
}
