//! `Format-Hex`: the bytes of texts, numbers and files, sixteen a line.

use std::sync::Arc;

use crate::builtin::declare::{UTILITY, at, command, input, named};
use crate::builtin::support::{count, end_by_file, items, number, paths, tell_failure};
use crate::command::{CommandInfo, RangeKind, Validation};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::file::FileFailure;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::encoding::TextEncoding;
use crate::type_names::{short_name, type_name};
use crate::value::{Array, Object, Text, Value};

/// Bytes of a line.
const LINE: usize = 16;

/// What the binder knows of it.
pub(super) fn info() -> CommandInfo {
    command("Format-Hex", UTILITY)
        .with_output(&["Microsoft.PowerShell.Commands.ByteCollection"])
        .with(
            at(0, "Path", "string[]")
                .mandatory()
                .validated(Validation::NotNullOrEmpty)
                .in_sets(&["Path"]),
        )
        .with(
            named("LiteralPath", "string[]")
                .alias(&["PSPath", "LP"])
                .mandatory()
                .validated(Validation::NotNullOrEmpty)
                .in_sets(&["LiteralPath"]),
        )
        .with(input().mandatory().in_sets(&["ByInputObject"]))
        .with(
            named("Encoding", "System.Text.Encoding")
                .validated(Validation::NotNullOrEmpty)
                .in_sets(&["ByInputObject"]),
        )
        .with(named("Count", "long").validated(Validation::RangeKind(RangeKind::Positive)))
        .with(named("Offset", "long").validated(Validation::RangeKind(RangeKind::NonNegative)))
}

/// One to run.
pub(super) fn create() -> Box<dyn Stage> {
    Box::new(FormatHex {
        held: Vec::new(),
        of_type: None,
        groups: true,
    })
}

struct FormatHex {
    /// Bytes of values that came one after the other and are shown together.
    held: Vec<u8>,
    /// The type of those values.
    of_type: Option<Text>,
    /// Whether what comes next may be shown with them.
    groups: bool,
}

impl Stage for FormatHex {
    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        if context.parameter_set() != "ByInputObject" {
            return paths(context)
                .iter()
                .try_for_each(|path| show_file(context, path));
        }
        let object = input.or_else(|| context.parameter("InputObject").cloned());
        let Some(object) = object else { return Ok(()) };
        let object = object.base();
        if let Value::String(text) = object {
            self.flush(context)?;
            let encoding = TextEncoding::of_parameter(context.parameter("Encoding"));
            let bytes = encoding.encode(text);
            return show_values(context, &bytes, "System.String");
        }
        let bytes = self.bytes_of(context, object)?;
        if !self.groups {
            self.flush(context)?;
        }
        match bytes {
            Some(mut bytes) => {
                self.held.append(&mut bytes);
                Ok(())
            }
            None => {
                let name = type_name(object);
                let message = format!(
                    "Cannot convert input of type '{name}' to hexadecimal. To view the hexadecimal formatting of its string representation, pipe it to the Out-String cmdlet before piping it to Format-Hex."
                );
                let record = ErrorRecord::new(
                    "FormatHexTypeNotSupported",
                    ErrorCategory::InvalidArgument,
                    "System.ArgumentException",
                    message,
                );
                context.write_error(record.with_target(Value::Type(name)))
            }
        }
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        self.flush(context)
    }
}

impl FormatHex {
    /// Shows what is held together.
    fn flush(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        if self.held.is_empty() {
            return Ok(());
        }
        let bytes = std::mem::take(&mut self.held);
        let name = self.of_type.take().unwrap_or_else(|| "".into());
        self.groups = true;
        show_values(context, &bytes, &name)
    }

    /// The bytes of a number, a truth or a character, or of an array of such (`ConvertToBytes`).
    fn bytes_of(
        &mut self,
        context: &mut Context<'_>,
        object: &Value,
    ) -> Result<Option<Vec<u8>>, Halt> {
        if let Value::Array(array) = object {
            self.flush(context)?;
            self.of_type = Some(type_name(object));
            self.groups = false;
            let items = crate::text::read(&array.items);
            let is_primitive = items.first().is_some_and(|item| {
                *type_name(item) == *array.element_type && primitive(item).is_some()
            });
            return Ok(is_primitive.then(|| {
                items
                    .iter()
                    .flat_map(|item| primitive(item).unwrap_or_default())
                    .collect()
            }));
        }
        let bytes = primitive(object);
        if bytes.is_some() && self.groups {
            // Members of an enumeration are shown with the numbers that they are.
            let name = match object {
                Value::Enum(_) => "System.Int32".into(),
                other => type_name(other),
            };
            if self.of_type.as_ref().is_some_and(|own| *own != name) {
                self.groups = false;
                self.flush(context)?;
            }
            self.of_type = Some(name);
        }
        Ok(bytes)
    }
}

/// The bytes of what .NET calls primitive, the little end first.
fn primitive(value: &Value) -> Option<Vec<u8>> {
    Some(match value {
        // .NET marshals a truth as four bytes.
        Value::Bool(on) => vec![u8::from(*on), 0, 0, 0],
        Value::Char(unit) => vec![unit.to_le_bytes()[0]],
        Value::Int8(n) => n.to_le_bytes().into(),
        Value::UInt8(n) => vec![*n],
        Value::Int16(n) => n.to_le_bytes().into(),
        Value::UInt16(n) => n.to_le_bytes().into(),
        Value::Int32(n) => n.to_le_bytes().into(),
        Value::UInt32(n) => n.to_le_bytes().into(),
        Value::Int64(n) => n.to_le_bytes().into(),
        Value::UInt64(n) => n.to_le_bytes().into(),
        Value::Single(n) => n.to_le_bytes().into(),
        Value::Double(n) => n.to_le_bytes().into(),
        Value::Enum(member) => (member.number as i32).to_le_bytes().into(),
        _ => return None,
    })
}

/// Shows bytes of values, from -Offset on and no more than -Count.
fn show_values(context: &mut Context<'_>, bytes: &[u8], name: &str) -> Result<(), Halt> {
    let offset = count(context, "Offset").unwrap_or(0).min(bytes.len());
    let count = count(context, "Count").unwrap_or(usize::MAX);
    let bytes = &bytes[offset..];
    let bytes = &bytes[..count.min(bytes.len())];
    let mut random = [0; 4];
    context.host().fill_random(&mut random);
    let random = i32::from_le_bytes(random) & i32::MAX;
    let label = format!("{} ({name}) <{random:08X}>", short_name(name));
    for (place, line) in (0..).zip(bytes.chunks(LINE)) {
        context.engine.check_stop()?;
        context.write(collection(place * LINE as u64, line, None, &label))?;
    }
    Ok(())
}

fn show_file(context: &mut Context<'_>, path: &Text) -> Result<(), Halt> {
    let mut source = match context.host().open_file(path) {
        Ok(source) => source,
        Err(failure) => return untold(context, path, &failure),
    };
    let mut skip = count(context, "Offset").unwrap_or(0);
    let mut left = number(context, "Count").map_or(u64::MAX, i64::unsigned_abs);
    let mut place = skip as u64;
    let mut held: Vec<u8> = Vec::new();
    loop {
        let piece = match source.next() {
            Ok(piece) => piece,
            Err(failure) => return Err(end_by_file(context, path, &failure)),
        };
        let is_last = piece.is_none();
        let mut piece = piece.unwrap_or_default();
        let skipped = skip.min(piece.len());
        skip -= skipped;
        piece.drain(..skipped);
        piece.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        left -= piece.len() as u64;
        held.append(&mut piece);
        let is_last = is_last || left == 0;
        let whole = if is_last {
            held.len()
        } else {
            held.len() / LINE * LINE
        };
        for line in held.drain(..whole).collect::<Vec<_>>().chunks(LINE) {
            context.write(collection(place, line, Some(path), path))?;
            place += line.len() as u64;
        }
        if is_last {
            return Ok(());
        }
    }
}

/// Tells of a file that cannot be read.
fn untold(context: &mut Context<'_>, path: &Text, failure: &FileFailure) -> Result<(), Halt> {
    let (exception, message) = failure.exception(path);
    let missing = matches!(failure, FileFailure::NotFound | FileFailure::FolderNotFound);
    let is_path = context.parameter_set() == "Path";
    let record = match (missing, exception) {
        (true, _) if is_path => ErrorRecord::new(
            "FileNotFound",
            ErrorCategory::ObjectNotFound,
            "System.Management.Automation.ItemNotFoundException",
            format!("Cannot find path '{path}' because it does not exist."),
        )
        .with_target(Value::strings(
            items(context, "Path")
                .iter()
                .map(|path| crate::text::to_text(path, crate::text::Culture::Invariant)),
        )),
        (_, denied @ "System.UnauthorizedAccessException") => {
            let record =
                ErrorRecord::new(denied, ErrorCategory::NotSpecified, denied, message.clone());
            return Err(context.terminate(record));
        }
        _ => ErrorRecord::new(
            "FormatHexIOError",
            ErrorCategory::WriteError,
            exception,
            message,
        )
        .with_target(Value::String(path.clone())),
    };
    tell_failure(context, failure, record)
}

/// `Microsoft.PowerShell.Commands.ByteCollection`.
fn collection(offset: u64, bytes: &[u8], path: Option<&Text>, label: &str) -> Value {
    let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    let ascii: String = bytes.iter().map(|byte| shown(*byte)).collect();
    let text = format!(
        "{offset:016X}   {:<48} {ascii}{}{}",
        hex.join(" "),
        " ".repeat(LINE - bytes.len()),
        if bytes.len() == LINE && path.is_none() {
            "\n"
        } else {
            ""
        }
    );
    let types: [Text; 2] = [
        "Microsoft.PowerShell.Commands.ByteCollection".into(),
        "System.Object".into(),
    ];
    let items: Vec<Value> = bytes.iter().map(|byte| Value::UInt8(*byte)).collect();
    let array = Value::Array(Arc::new(Array {
        element_type: "System.Byte".into(),
        items: items.into(),
    }));
    let properties = vec![
        ("Offset64".into(), Value::UInt64(offset)),
        ("Bytes".into(), array),
        (
            "Path".into(),
            path.cloned().map_or(Value::Null, Value::String),
        ),
        ("HexOffset".into(), Value::text(format!("{offset:016X}"))),
        ("Label".into(), Value::text(label)),
        ("HexBytes".into(), Value::text(hex.join(" "))),
        ("Ascii".into(), Value::text(ascii)),
    ];
    Value::Object(Arc::new(
        Object::typed(types.into(), properties).with_text(text),
    ))
}

/// A byte as a character: nothing is a blank, and what controls is replaced.
fn shown(byte: u8) -> char {
    match char::from(byte) {
        '\0' => ' ',
        control if control.is_control() => '\u{fffd}',
        plain => plain,
    }
}
