//! Files of the caller's: how they are read and written, `Out-File` and `Test-Path`.

use crate::builtin::declare::{MANAGEMENT, UTILITY, at, command, input, named, switch};
use crate::builtin::out_string::formatter;
use crate::builtin::support::{
    end_by_file, file_broken, file_error, input_object, paths, tell_failure, text,
};
use crate::command::{CommandInfo, ConfirmImpact, ParameterInfo, Validation};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::file::{FileFailure, FileSink, TextFile, WriteMode};
use crate::format::formatter::Formatter;
use crate::host::ShouldProcess;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::encoding::TextEncoding;
use crate::value::{Text, Value};

/// Writes a file piece by piece: what was there goes with the first one, unless it is to be kept.
pub(super) struct FileWriter {
    path: Text,
    mode: WriteMode,
    encoding: TextEncoding,
    /// The file, while it is open.
    sink: Option<Box<dyn FileSink>>,
    /// Whether it has been opened.
    begun: bool,
}

impl FileWriter {
    /// For the file at `path`, as the command was told to write it; `append` keeps what it holds.
    pub(super) fn new(context: &Context<'_>, path: Text, append: bool) -> Self {
        let mode = match append {
            true => WriteMode::Append,
            false if context.switch("NoClobber") => WriteMode::Create,
            false => WriteMode::Replace,
        };
        Self {
            path,
            mode,
            encoding: TextEncoding::of_parameter(context.parameter("Encoding")),
            sink: None,
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

    /// Whether the file has been opened.
    pub(super) fn is_begun(&self) -> bool {
        self.begun
    }

    /// Writes the next piece.
    pub(super) fn write(&mut self, context: &mut Context<'_>, piece: &str) -> Result<(), Halt> {
        self.try_write(context, piece)
            .map_err(|failure| self.end_by(context, &failure))
    }

    /// Ends the file: all of it has been written then.
    pub(super) fn finish(mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        self.end_sink()
            .map_err(|failure| self.end_by(context, &failure))
    }

    fn end_by(&self, context: &mut Context<'_>, failure: &FileFailure) -> Halt {
        if self.begun && *failure != FileFailure::Stopped {
            return context.terminate(file_broken(&self.path, failure));
        }
        if *failure != FileFailure::Exists {
            return end_by_file(context, &self.path, failure);
        }
        let (exception, message) = failure.exception(&self.path);
        let record = ErrorRecord {
            details: Some(format!(
                "File {} already exists and NoClobber was specified.",
                self.path
            )),
            ..ErrorRecord::new(
                "NoClobber",
                ErrorCategory::ResourceExists,
                exception,
                message,
            )
        };
        context.terminate(record.with_target(Value::String(Text::clone(&self.path))))
    }

    /// Writes the next piece; why it could not.
    pub(super) fn try_write(
        &mut self,
        context: &Context<'_>,
        piece: &str,
    ) -> Result<(), FileFailure> {
        let encoding = self.encoding;
        let has_mark = !self.begun && !encoding.mark().is_empty() && self.begins_file(context)?;
        let sink = self.sink(context)?;
        if has_mark {
            sink.write(encoding.mark())?;
        }
        match encoding {
            _ if piece.is_empty() => Ok(()),
            TextEncoding::Utf8 | TextEncoding::Utf8Bom => sink.write(piece.as_bytes()),
            _ => sink.write(&encoding.encode(piece)),
        }
    }

    /// Writes bytes as they are; why it could not.
    pub(super) fn try_write_bytes(
        &mut self,
        context: &Context<'_>,
        bytes: &[u8],
    ) -> Result<(), FileFailure> {
        self.sink(context)?.write(bytes)
    }

    /// Ends the file; why not all of it was written.
    pub(super) fn try_finish(&mut self) -> Result<(), FileFailure> {
        self.end_sink()
    }

    fn end_sink(&mut self) -> Result<(), FileFailure> {
        self.sink.take().map_or(Ok(()), |mut sink| sink.finish())
    }

    fn sink(&mut self, context: &Context<'_>) -> Result<&mut dyn FileSink, FileFailure> {
        let sink = match self.sink.take() {
            Some(sink) => sink,
            None => context.host().create_file(&self.path, self.mode)?,
        };
        self.begun = true;
        Ok(&mut **self.sink.insert(sink))
    }

    /// Whether the first piece stands at the beginning of the file, where a mark belongs.
    fn begins_file(&self, context: &Context<'_>) -> Result<bool, FileFailure> {
        if self.mode != WriteMode::Append {
            return Ok(true);
        }
        match context.host().open_file(&self.path) {
            Ok(mut known) => Ok(known.next()?.is_none_or(|piece| piece.is_empty())),
            Err(failure) => Ok(failure == FileFailure::NotFound),
        }
    }
}

/// Objects as the lines that a person would see, in a file.
pub(super) struct ShownInFile {
    formatter: Formatter,
    writer: FileWriter,
}

impl ShownInFile {
    /// Begins the file.
    pub(super) fn begin(context: &mut Context<'_>, path: Text) -> Result<Self, Halt> {
        let append = context.switch("Append");
        let mut writer = FileWriter::new(context, path, append);
        writer.write(context, "")?;
        Ok(Self {
            formatter: formatter(context),
            writer,
        })
    }

    /// Writes the next object.
    pub(super) fn push(&mut self, context: &mut Context<'_>, object: &Value) -> Result<(), Halt> {
        let mut lines = String::new();
        let now = context.host().now().ticks;
        self.formatter.push(object, now, &mut lines);
        self.write(context, &lines)
    }

    /// Ends the file.
    pub(super) fn finish(mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        let mut lines = String::new();
        let now = context.host().now().ticks;
        self.formatter.finish(now, &mut lines);
        self.write(context, &lines)?;
        self.writer.finish(context)
    }

    fn write(&mut self, context: &mut Context<'_>, lines: &str) -> Result<(), Halt> {
        if lines.is_empty() {
            return Ok(());
        }
        if context.switch("NoNewline") {
            return self.writer.write(context, &lines.replace('\n', ""));
        }
        self.writer.write(context, lines)
    }
}

/// Opens a file as text: by its byte order mark, else in the encoding that the command was given.
pub(super) fn open_text(context: &Context<'_>, path: &str) -> Result<TextFile, FileFailure> {
    let encoding = TextEncoding::of_parameter(context.parameter("Encoding"));
    TextFile::open(context.host(), path, encoding)
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
        file: Option<ShownInFile>,
    }

    impl Stage for OutFile {
        fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
            let Some(path) = path_of(context) else {
                return Ok(());
            };
            let target = ShouldProcess::TargetAndAction(path.to_string(), "Output to File".into());
            if context.should_process(&target)? {
                self.file = Some(ShownInFile::begin(context, path)?);
            }
            Ok(())
        }

        fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
            match (input_object(context, input), &mut self.file) {
                (Some(object), Some(file)) => file.push(context, &object),
                _ => Ok(()),
            }
        }

        fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
            match self.file.take() {
                Some(file) => file.finish(context),
                None => Ok(()),
            }
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
            for path in paths(context) {
                let found = match context.host().examine_file(&path) {
                    // What may not be read is there all the same.
                    Ok(()) | Err(FileFailure::Denied | FileFailure::Directory) => true,
                    Err(FileFailure::NotFound | FileFailure::FolderNotFound) => false,
                    Err(failure) => {
                        let record = file_error(&path, &failure);
                        tell_failure(context, &failure, record)?;
                        continue;
                    }
                };
                context.write(Value::Bool(found))?;
            }
            Ok(())
        }
    }
}
