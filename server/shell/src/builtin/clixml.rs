//! `Export-Clixml` and `Import-Clixml`.

use crate::builtin::declare::{UTILITY, at, command, named, switch};
use crate::builtin::out_file::{FileWriter, read_text};
use crate::builtin::support::{count, file_error, input_object, text, texts};
use crate::command::{CommandInfo, ConfirmImpact, Validation};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::host::ShouldProcess;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::serialise::clixml_read::read_clixml;
use crate::serialise::clixml_write::{ClixmlOptions, ClixmlWriter};
use crate::value::Value;

/// Steps through properties when nobody says.
const FILE_DEPTH: usize = 2;

/// What the binder knows of `Export-Clixml`.
pub(super) fn export_info() -> CommandInfo {
    let mut input = named("InputObject", "psobject").mandatory().from_pipeline();
    input.allow_null = true;
    command("Export-Clixml", UTILITY)
        .with_default_set("ByPath")
        .with_should_process(ConfirmImpact::Medium)
        .with(
            named("Depth", "int")
                .validated(Validation::Range(Value::Int32(1), Value::Int32(i32::MAX))),
        )
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
}

/// One `Export-Clixml` to run.
pub(super) fn export() -> Box<dyn Stage> {
    Box::<Export>::default()
}

/// One `Import-Clixml` to run.
pub(super) fn import() -> Box<dyn Stage> {
    Box::new(Import)
}

#[derive(Default)]
struct Export {
    writer: Option<ClixmlWriter>,
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
        let path = text(context, "Path").or_else(|| text(context, "LiteralPath"));
        let (Some(writer), Some(path)) = (self.writer.take(), path) else {
            return Ok(());
        };
        if !context.should_process(&ShouldProcess::Target(path.to_string()))? {
            return Ok(());
        }
        FileWriter::new(context, path, false).write(context, &writer.finish())
    }
}

struct Import;

impl Stage for Import {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let mut paths = texts(context, "Path");
        paths.extend(texts(context, "LiteralPath"));
        for path in paths {
            let text = match read_text(context, &path) {
                Ok(text) => text,
                Err(failure) => return Err(context.terminate(file_error(&path, &failure))),
            };
            let items = read_clixml(&text).map_err(|error| {
                context.terminate(ErrorRecord::new(
                    "System.Xml.XmlException",
                    ErrorCategory::NotSpecified,
                    "System.Xml.XmlException",
                    error.to_string(),
                ))
            })?;
            for item in items {
                context.write(item.value)?;
            }
        }
        Ok(())
    }
}
