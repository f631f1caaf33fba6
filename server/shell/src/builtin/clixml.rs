//! `Export-Clixml`, `Import-Clixml`, `ConvertTo-CliXml` and `ConvertFrom-CliXml`.

use std::sync::Arc;

use crate::builtin::declare::{UTILITY, at, command, named, switch};
use crate::builtin::out_file::{FileWriter, open_text};
use crate::builtin::support::{count, end_by_file, input_object, text, texts};
use crate::command::{CommandInfo, ConfirmImpact, ParameterInfo, Validation};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::file::TextFile;
use crate::format::elements::elements;
use crate::host::ShouldProcess;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::serialise::clixml_read::{Item, read_clixml};
use crate::serialise::clixml_write::{ClixmlOptions, ClixmlWriter};
use crate::text::{Culture, to_text};
use crate::value::{Noted, Property, Value};

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
        to_file: true,
    })
}

/// One `ConvertTo-CliXml` to run.
pub(super) fn to() -> Box<dyn Stage> {
    Box::new(Export {
        writer: None,
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
    to_file: bool,
}

impl Stage for Export {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        self.writer = Some(ClixmlWriter::new(ClixmlOptions {
            depth: count(context, "Depth").unwrap_or(FILE_DEPTH),
            indent: true,
        }));
        Ok(())
    }

    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let object = input_object(context, input).unwrap_or_default();
        context.hoard(&object)?;
        let Some(writer) = &mut self.writer else {
            return Ok(());
        };
        writer.push(&object, None).map_err(|error| {
            context.terminate(ErrorRecord::new(
                "System.ArgumentException",
                ErrorCategory::NotSpecified,
                "System.ArgumentException",
                error.to_string(),
            ))
        })
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        let Some(writer) = self.writer.take() else {
            return Ok(());
        };
        if !self.to_file {
            return context.write(Value::text(writer.finish()));
        }
        let path = text(context, "Path").or_else(|| text(context, "LiteralPath"));
        let Some(path) = path else {
            return Ok(());
        };
        if !context.should_process(&ShouldProcess::Target(path.to_string()))? {
            return Ok(());
        }
        let mut file = FileWriter::new(context, path, false);
        file.write(context, &writer.finish())?;
        file.finish(context)
    }
}

/// The objects of a document.
fn read(context: &mut Context<'_>, document: &str) -> Result<Vec<Item>, Halt> {
    read_clixml(document).map_err(|error| {
        context.terminate(ErrorRecord::new(
            "System.Xml.XmlException",
            ErrorCategory::NotSpecified,
            "System.Xml.XmlException",
            error.to_string(),
        ))
    })
}

/// Each text is a document; several objects of one come out as an array.
struct From;

impl Stage for From {
    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let document = match context.parameter("InputObject").cloned().or(input) {
            Some(document) => to_text(&document, Culture::Invariant),
            None => return Ok(()),
        };
        let mut objects: Vec<Value> = read(context, &document)?
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
        let mut paths = texts(context, "Path");
        paths.extend(texts(context, "LiteralPath"));
        for path in paths {
            let text = match open_text(context, &path).and_then(TextFile::rest) {
                Ok(text) => text,
                Err(failure) => return Err(end_by_file(context, &path, &failure)),
            };
            let objects = read(context, &text)?.into_iter().map(|item| item.value);
            if context.switch("IncludeTotalCount") {
                context.write(unknown_total())?;
            }
            let bound = |name| count(context, name);
            match (bound("Skip"), bound("First")) {
                (None | Some(0), None) => {
                    for object in objects {
                        context.write(object)?;
                    }
                }
                (skip, first) => page(context, objects, skip.unwrap_or(0), first)?,
            }
        }
        Ok(())
    }
}

/// Some of the objects; a collection counts by what is in it.
fn page(
    context: &mut Context<'_>,
    objects: impl Iterator<Item = Value>,
    skip: usize,
    first: Option<usize>,
) -> Result<(), Halt> {
    objects
        .flat_map(|object| match &object {
            Value::Array(_) | Value::List(_) | Value::Dictionary(_) => elements(&object),
            _ => vec![object],
        })
        .skip(skip)
        .take(first.unwrap_or(usize::MAX))
        .try_for_each(|object| context.write(object))
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
    }))
}
