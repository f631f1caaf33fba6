//! `ConvertTo-Json` and `ConvertFrom-Json`.

use std::sync::Arc;

use crate::builtin::declare::{UTILITY, at, command, named, switch};
use crate::builtin::support::{count, input_object, text as text_parameter};
use crate::command::{CommandInfo, Validation};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::failure;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::serialise::json_read::{DateKind, JsonError, JsonReadOptions, read_json};
use crate::serialise::json_write::{Escape, JsonOptions, JsonWriteError, JsonWriter};
use crate::text::{Culture, to_text};
use crate::value::{Noted, Property, Value};

/// Brackets that may be open at once, whatever -Depth says.
const READ_DEPTH: usize = 1024;

/// What the binder knows of `ConvertTo-Json`.
pub(super) fn to_info() -> CommandInfo {
    let mut input = at(0, "InputObject", "object").mandatory().from_pipeline();
    input.allow_null = true;
    command("ConvertTo-Json", UTILITY)
        .with(input)
        .with(
            named("Depth", "int").validated(Validation::Range(Value::Int32(0), Value::Int32(100))),
        )
        .with(switch("Compress"))
        .with(switch("EnumsAsStrings"))
        .with(switch("AsArray"))
        .with(named(
            "EscapeHandling",
            "Newtonsoft.Json.StringEscapeHandling",
        ))
}

/// What the binder knows of `ConvertFrom-Json`.
pub(super) fn from_info() -> CommandInfo {
    let mut input = at(0, "InputObject", "string").mandatory().from_pipeline();
    input.allow_empty_string = true;
    command("ConvertFrom-Json", UTILITY)
        .with(input)
        .with(switch("AsHashtable"))
        .with(
            named("Depth", "int")
                .validated(Validation::RangeKind(crate::command::RangeKind::Positive)),
        )
        .with(switch("NoEnumerate"))
        .with(named(
            "DateKind",
            "Microsoft.PowerShell.Commands.JsonDateKind",
        ))
}

/// One `ConvertTo-Json` to run.
pub(super) fn to() -> Box<dyn Stage> {
    Box::<ToJson>::default()
}

/// One `ConvertFrom-Json` to run.
pub(super) fn from() -> Box<dyn Stage> {
    Box::<FromJson>::default()
}

/// The first object is kept: alone it stands without brackets. From the second on, objects are written as they come.
#[derive(Default)]
struct ToJson {
    writer: Option<JsonWriter>,
    first: Option<Value>,
    elements: usize,
    out: String,
}

impl ToJson {
    fn element(&mut self, context: &mut Context<'_>, value: &Value) -> Result<(), Halt> {
        let Some(writer) = &mut self.writer else {
            return Ok(());
        };
        context.hoard(value)?;
        self.out.push(if self.elements == 0 { '[' } else { ',' });
        self.elements += 1;
        writer.line(1, &mut self.out);
        match writer.write_element(value, &mut self.out) {
            Ok(()) => Ok(()),
            Err(error) => Err(context.terminate(unwritable(&error))),
        }
    }
}

fn unwritable(error: &JsonWriteError) -> ErrorRecord {
    match error {
        JsonWriteError::NonStringKey(dictionary) => ErrorRecord::new(
            "NonStringKeyInDictionary",
            ErrorCategory::InvalidOperation,
            "System.InvalidOperationException",
            error.to_string(),
        )
        .with_target(dictionary.clone()),
        JsonWriteError::TooLarge => ErrorRecord {
            message: error.to_string(),
            ..failure::too_large()
        },
    }
}

/// What comes down the pipeline is wrapped, so that members which PowerShell adds to its type are written: of the types
/// that stand for themselves in JSON, a GUID has one.
fn wrapped(object: Value) -> Value {
    let Value::Guid(guid) = object else {
        return object;
    };
    let note = Property {
        name: "Guid".into(),
        value: Value::text(guid.to_string()),
        note: true,
    };
    Value::Noted(Arc::new(Noted {
        base: object,
        notes: vec![note].into(),
        scripts: Default::default(),
    }))
}

impl Stage for ToJson {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        let escape = match text_parameter(context, "EscapeHandling").as_deref() {
            Some(word) if word.eq_ignore_ascii_case("EscapeNonAscii") => Escape::NonAscii,
            Some(word) if word.eq_ignore_ascii_case("EscapeHtml") => Escape::Html,
            _ => Escape::Default,
        };
        self.writer = Some(JsonWriter::new(JsonOptions {
            depth: count(context, "Depth").unwrap_or(2),
            compress: context.switch("Compress"),
            enums_as_strings: context.switch("EnumsAsStrings"),
            escape,
        }));
        Ok(())
    }

    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let object = match input {
            Some(object) => Some(wrapped(object)),
            None => input_object(context, None),
        };
        let Some(object) = object else {
            return Ok(());
        };
        if self.elements == 0 && self.first.is_none() && !context.switch("AsArray") {
            self.first = Some(object);
            return Ok(());
        }
        if let Some(first) = self.first.take() {
            self.element(context, &first)?;
        }
        self.element(context, &object)
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        let Some(mut writer) = self.writer.take() else {
            return Ok(());
        };
        if let Some(first) = self.first.take() {
            if let Err(error) = writer.write(&first, 0, &mut self.out) {
                return Err(context.terminate(unwritable(&error)));
            }
        } else if self.elements > 0 {
            writer.line(0, &mut self.out);
            self.out.push(']');
        } else {
            return Ok(());
        }
        if writer.truncated {
            let depth = count(context, "Depth").unwrap_or(2);
            context.warning(format!(
                "Resulting JSON is truncated as serialization has exceeded the set depth of {depth}."
            ))?;
        }
        let json = std::mem::take(&mut self.out);
        context.write(Value::text(json))
    }
}

#[derive(Default)]
struct FromJson {
    texts: Vec<String>,
}

impl FromJson {
    /// Writes what a text holds; whether that is anything but null.
    fn convert(context: &mut Context<'_>, text: &str) -> Result<bool, FromJsonError> {
        let options = JsonReadOptions {
            as_hashtable: context.switch("AsHashtable"),
            max_depth: count(context, "Depth")
                .unwrap_or(READ_DEPTH)
                .min(READ_DEPTH),
            dates: text_parameter(context, "DateKind")
                .map_or(DateKind::Default, |kind| DateKind::named(&kind)),
        };
        let value = read_json(text, options)?;
        let something = !matches!(value, Value::Null);
        if context.switch("NoEnumerate") {
            context.write(value)?;
        } else {
            context.write_enumerated(value)?;
        }
        Ok(something)
    }

    fn convert_all(context: &mut Context<'_>, texts: &[String]) -> Result<(), FromJsonError> {
        let (Some(first), [_, rest @ ..]) = (texts.first(), texts) else {
            return Ok(());
        };
        if rest.is_empty() {
            return Self::convert(context, first).map(drop);
        }
        let whole = match Self::convert(context, first) {
            Err(FromJsonError::Json(JsonError::Malformed(_))) | Ok(false) => false,
            Ok(true) => true,
            Err(error) => return Err(error),
        };
        if !whole {
            return Self::convert(context, &texts.join("\n")).map(drop);
        }
        rest.iter()
            .try_for_each(|text| Self::convert(context, text).map(drop))
    }
}

/// Why a text was not converted.
#[derive(Debug)]
enum FromJsonError {
    Json(JsonError),
    Halt(Halt),
}

impl From<JsonError> for FromJsonError {
    fn from(error: JsonError) -> Self {
        Self::Json(error)
    }
}

impl From<Halt> for FromJsonError {
    fn from(halt: Halt) -> Self {
        Self::Halt(halt)
    }
}

fn json_error(error: &JsonError) -> ErrorRecord {
    match error {
        JsonError::Malformed(_) => ErrorRecord::new(
            "System.ArgumentException",
            ErrorCategory::NotSpecified,
            "System.ArgumentException",
            error.to_string(),
        ),
        JsonError::EmptyKey => ErrorRecord::new(
            "EmptyKeyInJsonString",
            ErrorCategory::InvalidOperation,
            "System.InvalidOperationException",
            error.to_string(),
        ),
        JsonError::KeysWithDifferentCasing(..) => ErrorRecord::new(
            "KeysWithDifferentCasingInJsonString",
            ErrorCategory::InvalidOperation,
            "System.InvalidOperationException",
            error.to_string(),
        ),
    }
}

impl Stage for FromJson {
    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        if let Some(object) = context.parameter("InputObject").cloned().or(input) {
            context.hoard(&object)?;
            self.texts.push(to_text(&object, Culture::Invariant));
        }
        Ok(())
    }

    /// Several texts are documents of their own if the first is one; else they are the lines of one document.
    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        let texts = std::mem::take(&mut self.texts);
        Self::convert_all(context, &texts).map_err(|error| match error {
            FromJsonError::Json(error) => context.terminate(json_error(&error)),
            FromJsonError::Halt(halt) => halt,
        })
    }
}
