//! `Export-Clixml`, `Import-Clixml`, `ConvertTo-CliXml` and `ConvertFrom-CliXml`.

use std::sync::Arc;

use crate::builtin::declare::{UTILITY, at, command, named, switch};
use crate::builtin::out_file::{FileWriter, open_text};
use crate::builtin::support::{count, end_by_file, file_broken, input_object, paths, text};
use crate::command::{CommandInfo, ConfirmImpact, ParameterInfo, Validation};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::file::{FileFailure, TextParts};
use crate::format::elements::elements;
use crate::host::ShouldProcess;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::serialise::clixml_read::{ClixmlError, ClixmlReader, read_clixml};
use crate::serialise::clixml_write::{ClixmlOptions, ClixmlWriter};
use crate::text::{Culture, to_text};
use crate::value::{Noted, Property, Value};

/// Bytes of objects that a later part of a document may refer back to.
const REMEMBERED: usize = 64 * 1024 * 1024;

/// Steps through properties when nobody says.
const FILE_DEPTH: usize = 2;

/// What the binder knows of `Export-Clixml`.
pub(super) fn export_info() -> CommandInfo {
    let mut input = named("InputObject", "psobject").mandatory().from_pipeline();
    input.allow_null = true;
    command("Export-Clixml", UTILITY)
        .with_default_set("ByPath")
        .with_should_process(ConfirmImpact::Medium)
        .with(depth())
        .with(at(0, "Path", "string").mandatory().in_sets(&["ByPath"]))
        .with(
            named("LiteralPath", "string")
                .alias(&["PSPath", "LP"])
                .mandatory()
                .in_sets(&["ByLiteralPath"]),
        )
        .with(input)
        .with(switch("Force"))
        .with(switch("NoClobber").alias(&["NoOverwrite"]))
        .with(named("Encoding", "System.Text.Encoding"))
}

/// What the binder knows of `Import-Clixml`.
pub(super) fn import_info() -> CommandInfo {
    command("Import-Clixml", UTILITY)
        .with_default_set("ByPath")
        .with(
            at(0, "Path", "string[]")
                .mandatory()
                .from_pipeline()
                .from_property()
                .in_sets(&["ByPath"]),
        )
        .with(
            named("LiteralPath", "string[]")
                .alias(&["PSPath", "LP"])
                .mandatory()
                .from_property()
                .in_sets(&["ByLiteralPath"]),
        )
        .with(switch("IncludeTotalCount"))
        .with(named("Skip", "uint64"))
        .with(named("First", "uint64"))
}

/// `-Depth`.
fn depth() -> ParameterInfo {
    named("Depth", "int").validated(Validation::Range(Value::Int32(1), Value::Int32(i32::MAX)))
}

/// What the binder knows of `ConvertTo-CliXml`.
pub(super) fn to_info() -> CommandInfo {
    CommandInfo::new(
        "ConvertTo-CliXml",
        "Microsoft.PowerShell.Commands.ConvertToClixmlCommand",
        UTILITY,
    )
    .with(at(0, "InputObject", "psobject").mandatory().from_pipeline())
    .with(depth())
}

/// What the binder knows of `ConvertFrom-CliXml`.
pub(super) fn from_info() -> CommandInfo {
    CommandInfo::new(
        "ConvertFrom-CliXml",
        "Microsoft.PowerShell.Commands.ConvertFromClixmlCommand",
        UTILITY,
    )
    .with(at(0, "InputObject", "string").mandatory().from_pipeline())
}

/// One `Export-Clixml` to run.
pub(super) fn export() -> Box<dyn Stage> {
    Box::new(Export {
        writer: None,
        file: None,
        to_file: true,
    })
}

/// One `ConvertTo-CliXml` to run.
pub(super) fn to() -> Box<dyn Stage> {
    Box::new(Export {
        writer: None,
        file: None,
        to_file: false,
    })
}

/// One `ConvertFrom-CliXml` to run.
pub(super) fn from() -> Box<dyn Stage> {
    Box::new(From)
}

/// One `Import-Clixml` to run.
pub(super) fn import() -> Box<dyn Stage> {
    Box::new(Import)
}

struct Export {
    writer: Option<ClixmlWriter>,
    /// Where the document goes as it grows, unless it is wanted as one text.
    file: Option<FileWriter>,
    to_file: bool,
}

impl Export {
    /// Writes what has been made of the document so far.
    fn send(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        match (&mut self.file, &mut self.writer) {
            (Some(file), Some(writer)) => file.write(context, &writer.drain()),
            _ => Ok(()),
        }
    }
}

impl Stage for Export {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        if self.to_file {
            let path = text(context, "Path").or_else(|| text(context, "LiteralPath"));
            let Some(path) = path else {
                return Ok(());
            };
            if !context.should_process(&ShouldProcess::Target(path.to_string()))? {
                return Ok(());
            }
            self.file = Some(FileWriter::new(context, path, false));
        }
        self.writer = Some(ClixmlWriter::new(ClixmlOptions {
            depth: count(context, "Depth").unwrap_or(FILE_DEPTH),
            indent: true,
        }));
        self.send(context)
    }

    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let object = input_object(context, input).unwrap_or_default();
        let Some(writer) = &mut self.writer else {
            return Ok(());
        };
        // What was written may be referred to, and is kept.
        context.hoard(&object)?;
        writer.push(&object, None).map_err(|error| {
            context.terminate(ErrorRecord::new(
                "System.ArgumentException",
                ErrorCategory::NotSpecified,
                "System.ArgumentException",
                error.to_string(),
            ))
        })?;
        self.send(context)
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        let Some(writer) = self.writer.take() else {
            return Ok(());
        };
        let rest = writer.finish();
        match self.file.take() {
            Some(mut file) => {
                file.write(context, &rest)?;
                file.finish(context)
            }
            None => context.write(Value::text(rest)),
        }
    }
}

/// What is no document, or none that can be read.
fn unreadable(context: &mut Context<'_>, error: &ClixmlError) -> Halt {
    context.terminate(ErrorRecord::new(
        "System.Xml.XmlException",
        ErrorCategory::NotSpecified,
        "System.Xml.XmlException",
        error.to_string(),
    ))
}

/// Each text is a document; several objects of one come out as an array.
struct From;

impl Stage for From {
    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let document = match context.parameter("InputObject").cloned().or(input) {
            Some(document) => to_text(&document, Culture::Invariant),
            None => return Ok(()),
        };
        let mut objects: Vec<Value> = read_clixml(&document)
            .map_err(|error| unreadable(context, &error))?
            .into_iter()
            .map(|item| item.value)
            .collect();
        context.write(match objects.len() {
            0 => Value::Null,
            1 => objects.remove(0),
            _ => Value::array(objects),
        })
    }
}

struct Import;

impl Stage for Import {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        for path in paths(context) {
            let file = open_text(context, &path)
                .map_err(|failure| end_by_file(context, &path, &failure))?;
            let mut reader = ClixmlReader::new(TextParts::objects(file), REMEMBERED);
            if context.switch("IncludeTotalCount") {
                context.write(unknown_total())?;
            }
            let outcome = emit(context, &mut reader)?;
            if let Err(error) = outcome {
                return Err(match reader.source().failure() {
                    Some(FileFailure::Stopped) => Halt::Cancelled,
                    Some(failure) => context.terminate(file_broken(&path, &failure)),
                    None => unreadable(context, &error),
                });
            }
        }
        Ok(())
    }
}

/// Emits the objects of a document as they are read.
fn emit(
    context: &mut Context<'_>,
    reader: &mut ClixmlReader<TextParts>,
) -> Result<Result<(), ClixmlError>, Halt> {
    let mut page = Page::of(context);
    while page.left > 0 {
        reader.source().begin();
        match reader.next() {
            Ok(Some(item)) => page.emit(context, item.value)?,
            Ok(None) => return Ok(reader.finish()),
            Err(error) => return Ok(Err(error)),
        }
    }
    Ok(Ok(()))
}

/// Which of the objects are wanted.
struct Page {
    skip: usize,
    left: usize,
    /// Whether a collection counts by what is in it.
    is_counted: bool,
}

impl Page {
    fn of(context: &Context<'_>) -> Self {
        let skip = count(context, "Skip").unwrap_or(0);
        let first = count(context, "First");
        Self {
            skip,
            left: first.unwrap_or(usize::MAX),
            is_counted: skip > 0 || first.is_some(),
        }
    }

    fn emit(&mut self, context: &mut Context<'_>, object: Value) -> Result<(), Halt> {
        if !self.is_counted {
            return context.write(object);
        }
        let objects = match &object {
            Value::Array(_) | Value::List(_) | Value::Dictionary(_) => elements(&object),
            _ => vec![object],
        };
        for object in objects {
            if self.skip > 0 {
                self.skip -= 1;
            } else if self.left > 0 {
                self.left -= 1;
                context.write(object)?;
            }
        }
        Ok(())
    }
}

/// What -IncludeTotalCount writes: how many there are is not known before they are read.
fn unknown_total() -> Value {
    Value::Noted(Arc::new(Noted {
        base: Value::UInt64(0),
        notes: vec![Property {
            name: "Accuracy".into(),
            value: Value::Double(0.0),
            note: true,
        }]
        .into(),
        scripts: Default::default(),
    }))
}
