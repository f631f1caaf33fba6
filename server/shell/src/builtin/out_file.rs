//! Files of the caller's: how they are read and written, `Out-File` and `Test-Path`.

use crate::builtin::declare::{MANAGEMENT, UTILITY, at, command, input, named, switch};
use crate::builtin::out_string::formatter;
use crate::builtin::support::{file_error, input_object, text, texts};
use crate::command::{CommandInfo, ConfirmImpact, ParameterInfo, Validation};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::format::formatter::Formatter;
use crate::host::{FileFailure, ShouldProcess};
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::encoding::TextEncoding;
use crate::value::{Text, Value};

/// Writes a file piece by piece: the first piece replaces what was there, unless it is to be kept.
pub(super) struct FileWriter {
    path: Text,
    append: bool,
    encoding: TextEncoding,
    /// Whether a first piece has been written.
    begun: bool,
}

impl FileWriter {
    /// For the file at `path`, in the encoding that the command was given; `append` keeps what it holds.
    pub(super) fn new(context: &Context<'_>, path: Text, append: bool) -> Self {
        Self {
            path,
            append,
            encoding: TextEncoding::of_parameter(context.parameter("Encoding")),
            begun: false,
        }
    }

    /// The same in another encoding.
    pub(super) fn in_encoding(self, encoding: TextEncoding) -> Self {
        Self { encoding, ..self }
    }

    /// Which file.
    pub(super) fn path(&self) -> &Text {
        &self.path
    }

    /// Writes the next piece.
    pub(super) fn write(&mut self, context: &mut Context<'_>, piece: &str) -> Result<(), Halt> {
        self.try_write(context, piece)
            .map_err(|failure| context.terminate(file_error(&self.path, &failure)))
    }

    /// Writes the next piece; why it could not.
    pub(super) fn try_write(
        &mut self,
        context: &Context<'_>,
        piece: &str,
    ) -> Result<(), FileFailure> {
        let mut bytes = Vec::new();
        if !self.begun && self.begins_file(context) {
            bytes.extend_from_slice(self.encoding.mark());
        }
        bytes.extend(self.encoding.encode(piece));
        self.try_write_bytes(context, &bytes)
    }

    /// Writes bytes as they are; why it could not.
    pub(super) fn try_write_bytes(
        &mut self,
        context: &Context<'_>,
        bytes: &[u8],
    ) -> Result<(), FileFailure> {
        context.host().write_file(&self.path, bytes, self.append)?;
        self.append = true;
        self.begun = true;
        Ok(())
    }

    /// Whether the first piece stands at the beginning of the file, where a mark belongs.
    fn begins_file(&self, context: &Context<'_>) -> bool {
        if !self.append || self.encoding.mark().is_empty() {
            return !self.append;
        }
        match context.host().read_file(&self.path) {
            Ok(known) => known.is_empty(),
            Err(failure) => failure == FileFailure::NotFound,
        }
    }
}

/// Reads a whole file as text: by its byte order mark, else in the encoding that the command was given.
pub(super) fn read_text(context: &Context<'_>, path: &str) -> Result<String, FileFailure> {
    let bytes = context.host().read_file(path)?;
    Ok(TextEncoding::of_parameter(context.parameter("Encoding")).decode(&bytes))
}

/// -NoClobber: a file that is there stays as it is, unless something is only added to it.
pub(super) fn spare_existing(context: &mut Context<'_>, path: &Text) -> Result<(), Halt> {
    if !context.switch("NoClobber")
        || context.switch("Append")
        || context.host().read_file(path).is_err()
    {
        return Ok(());
    }
    let record = ErrorRecord::new(
        "NoClobber",
        ErrorCategory::ResourceExists,
        "System.IO.IOException",
        format!("The file '{path}' already exists."),
    );
    Err(context.terminate(record.with_target(Value::String(Text::clone(path)))))
}

/// Objects as the lines that a person would see.
pub(super) fn encode(context: &Context<'_>, objects: &[Value]) -> String {
    let mut formatter = formatter(context);
    let mut out = String::new();
    for object in objects {
        formatter.push(object, 0, &mut out);
    }
    formatter.finish(0, &mut out);
    out
}

fn path_of(context: &Context<'_>) -> Option<Text> {
    ["FilePath", "Path", "LiteralPath"]
        .iter()
        .find_map(|name| text(context, name))
}

/// `-LiteralPath`.
pub(super) fn literal(type_name: &str, set: &str) -> ParameterInfo {
    named("LiteralPath", type_name)
        .alias(&["PSPath", "LP"])
        .mandatory()
        .from_property()
        .in_sets(&[set])
}

/// `Out-File`.
pub(super) mod out {
    use super::*;

    /// What the binder knows of it.
    pub(crate) fn info() -> CommandInfo {
        command("Out-File", UTILITY)
            .with_default_set("ByPath")
            .with_should_process(ConfirmImpact::Medium)
            .with(
                at(0, "FilePath", "string")
                    .alias(&["Path"])
                    .mandatory()
                    .in_sets(&["ByPath"]),
            )
            .with(literal("string", "ByLiteralPath"))
            .with(at(1, "Encoding", "System.Text.Encoding"))
            .with(switch("Append"))
            .with(switch("Force"))
            .with(switch("NoClobber").alias(&["NoOverwrite"]))
            .with(
                named("Width", "int")
                    .validated(Validation::Range(Value::Int32(2), Value::Int32(i32::MAX))),
            )
            .with(switch("NoNewline"))
            .with(input())
    }

    /// One to run.
    pub(crate) fn create() -> Box<dyn Stage> {
        Box::<OutFile>::default()
    }

    #[derive(Default)]
    struct OutFile {
        formatter: Option<Formatter>,
        writer: Option<FileWriter>,
    }

    impl OutFile {
        fn write(&mut self, context: &mut Context<'_>, text: &str) -> Result<(), Halt> {
            let Some(writer) = &mut self.writer else {
                return Ok(());
            };
            if context.switch("NoNewline") {
                writer.write(context, &text.replace('\n', ""))
            } else {
                writer.write(context, text)
            }
        }
    }

    impl Stage for OutFile {
        fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
            self.formatter = Some(formatter(context));
            let Some(path) = path_of(context) else {
                return Ok(());
            };
            let target = ShouldProcess::TargetAndAction(path.to_string(), "Output to File".into());
            if !context.should_process(&target)? {
                self.formatter = None;
                return Ok(());
            }
            let append = context.switch("Append");
            spare_existing(context, &path)?;
            self.writer = Some(FileWriter::new(context, path, append));
            self.write(context, "")
        }

        fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
            let Some(object) = input_object(context, input) else {
                return Ok(());
            };
            let now = context.host().now().ticks;
            let mut lines = String::new();
            if let Some(formatter) = &mut self.formatter {
                formatter.push(&object, now, &mut lines);
            }
            if lines.is_empty() {
                return Ok(());
            }
            self.write(context, &lines)
        }

        fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
            let Some(mut formatter) = self.formatter.take() else {
                return Ok(());
            };
            let mut lines = String::new();
            formatter.finish(context.host().now().ticks, &mut lines);
            if lines.is_empty() {
                return Ok(());
            }
            self.write(context, &lines)
        }
    }
}

/// `Test-Path`.
pub(super) mod test_path {
    use super::*;

    /// What the binder knows of it.
    pub(crate) fn info() -> CommandInfo {
        command("Test-Path", MANAGEMENT)
            .with_default_set("Path")
            .with(
                at(0, "Path", "string[]")
                    .mandatory()
                    .from_pipeline()
                    .from_property()
                    .in_sets(&["Path"])
                    .allow_nothing(),
            )
            .with(literal("string[]", "LiteralPath"))
            .with(named("Filter", "string"))
            .with(named("Include", "string[]"))
            .with(named("Exclude", "string[]"))
            .with(switch("IsValid"))
    }

    /// One to run.
    pub(crate) fn create() -> Box<dyn Stage> {
        Box::new(Test)
    }

    struct Test;

    impl Stage for Test {
        fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
            let mut paths = texts(context, "Path");
            paths.extend(texts(context, "LiteralPath"));
            for path in paths {
                let found = match context.host().read_file(&path) {
                    // What may not be read is there all the same.
                    Ok(_) | Err(FileFailure::Denied | FileFailure::Directory) => true,
                    Err(FileFailure::NotFound) => false,
                    Err(failure) => {
                        context.write_error(file_error(&path, &failure))?;
                        continue;
                    }
                };
                context.write(Value::Bool(found))?;
            }
            Ok(())
        }
    }
}
