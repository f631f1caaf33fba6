//! The content of the caller's files: `Get-Content`, `Set-Content`, `Add-Content`, `Clear-Content`.

use crate::builtin::declare::{MANAGEMENT, at, command, named, switch};
use crate::builtin::out_file::{FileWriter, literal, read_text};
use crate::builtin::support::{count, file_error, items, number, text, texts};
use crate::command::{CommandInfo, ConfirmImpact, Validation};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::evaluate::failure::path_not_found;
use crate::host::{FileFailure, ShouldProcess};
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::text::{Culture, to_text};
use crate::value::{Text, Value};

/// What the warning says to who names an encoding for bytes.
const ENCODING_NOT_USED: &str = "Encoding not used when '-AsByteStream' specified.";

fn with_paths(info: CommandInfo) -> CommandInfo {
    info.with(
        at(0, "Path", "string[]")
            .mandatory()
            .from_property()
            .in_sets(&["Path"]),
    )
    .with(literal("string[]", "LiteralPath"))
    .with(named("Filter", "string"))
    .with(named("Include", "string[]"))
    .with(named("Exclude", "string[]"))
    .with(switch("Force"))
}

fn paths(context: &Context<'_>) -> Vec<Text> {
    let mut paths = texts(context, "Path");
    paths.extend(texts(context, "LiteralPath"));
    paths
}

/// A failure in the words of the file system's provider; the ids are those of reading, of writing or of clearing.
fn provider_error(
    path: &Text,
    failure: &FileFailure,
    denied: &'static str,
    broken: (&'static str, ErrorCategory),
) -> ErrorRecord {
    let known = file_error(path, failure);
    let (id, category) = match failure {
        FileFailure::Denied | FileFailure::Directory => (denied, ErrorCategory::PermissionDenied),
        FileFailure::NotFound | FileFailure::Other(_) => broken,
    };
    ErrorRecord::new(id, category, known.exception.clone(), known.message.clone())
        .with_target(Value::String(Text::clone(path)))
}

/// `Get-Content`.
pub(super) mod get {
    use super::*;

    /// What the binder knows of it.
    pub(crate) fn info() -> CommandInfo {
        let at_least_none = || Validation::Range(Value::Int64(0), Value::Int64(i64::MAX));
        let info = command("Get-Content", MANAGEMENT)
            .with_default_set("Path")
            .with(
                named("ReadCount", "long")
                    .from_property()
                    .validated(at_least_none()),
            )
            .with(
                named("TotalCount", "long")
                    .alias(&["First", "Head"])
                    .from_property()
                    .validated(at_least_none()),
            )
            .with(
                named("Tail", "int")
                    .alias(&["Last"])
                    .from_property()
                    .validated(Validation::Range(Value::Int32(0), Value::Int32(i32::MAX))),
            );
        with_paths(info)
            .with(named("Delimiter", "string"))
            .with(switch("Wait"))
            .with(switch("Raw"))
            .with(named("Encoding", "System.Text.Encoding"))
            .with(switch("AsByteStream"))
    }

    /// One to run.
    pub(crate) fn create() -> Box<dyn Stage> {
        Box::new(Get)
    }

    struct Get;

    impl Stage for Get {
        fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
            if context.parameter("TotalCount").is_some() && context.parameter("Tail").is_some() {
                return context.write_error(ErrorRecord::new(
                    "TailAndHeadCannotCoexist",
                    ErrorCategory::InvalidOperation,
                    "System.InvalidOperationException",
                    "The parameters TotalCount and Tail cannot be used together. Please specify only one parameter.",
                ));
            }
            if number(context, "TotalCount") == Some(0) {
                return Ok(());
            }
            whole_or_part(context)?;
            let bytes = context.switch("AsByteStream");
            if bytes && context.parameter("Encoding").is_some() {
                context.warning(ENCODING_NOT_USED.to_owned())?;
            }
            for path in paths(context) {
                if bytes && context.parameter("Delimiter").is_some() {
                    let record = ErrorRecord::new(
                        "GetContentReaderArgumentError",
                        ErrorCategory::InvalidArgument,
                        "System.ArgumentException",
                        "A delimiter cannot be specified when reading the stream one byte at a time. (Parameter 'delimiter')",
                    );
                    context.write_error(record.with_target(Value::String(path)))?;
                    continue;
                }
                match blocks(context, &path) {
                    Ok(blocks) => write_blocks(context, blocks)?,
                    Err(record) => context.write_error(*record)?,
                }
            }
            Ok(())
        }
    }

    /// -Raw reads all of a file.
    fn whole_or_part(context: &mut Context<'_>) -> Result<(), Halt> {
        if !context.switch("Raw") {
            return Ok(());
        }
        let other = ["TotalCount", "Tail", "Wait", "Delimiter"]
            .into_iter()
            .find(|name| context.parameter(name).is_some());
        let Some(other) = other else { return Ok(()) };
        Err(context.terminate(ErrorRecord::new(
            "InvalidOperation",
            ErrorCategory::InvalidOperation,
            "System.Management.Automation.PSInvalidOperationException",
            format!("The 'Raw' and '{other}' parameters cannot be specified in the same command."),
        )))
    }

    /// What a file holds, in the pieces that it is read in.
    fn blocks(context: &Context<'_>, path: &Text) -> Result<Vec<Value>, Box<ErrorRecord>> {
        let failed = |failure: FileFailure| {
            Box::new(match failure {
                FileFailure::NotFound => path_not_found(path),
                FileFailure::Directory => ErrorRecord::new(
                    "GetContainerContentException",
                    ErrorCategory::InvalidOperation,
                    "System.InvalidOperationException",
                    format!(
                        "Unable to get content because it is a directory: '{path}'. Please use 'Get-ChildItem' instead."
                    ),
                ),
                failure => provider_error(
                    path,
                    &failure,
                    "GetContentReaderUnauthorizedAccessError",
                    ("GetContentReaderIOError", ErrorCategory::ReadError),
                ),
            })
        };
        let raw = context.switch("Raw");
        if context.switch("AsByteStream") {
            let bytes = context.host().read_file(path).map_err(failed)?;
            let bytes: Vec<Value> = bytes.into_iter().map(Value::UInt8).collect();
            return Ok(match raw {
                true => vec![Value::Array(std::sync::Arc::new(crate::value::Array {
                    element_type: "System.Byte".into(),
                    items: bytes.into(),
                }))],
                false => bytes,
            });
        }
        let content = read_text(context, path).map_err(failed)?;
        let delimiter = text(context, "Delimiter").filter(|delimiter| &**delimiter != "\n");
        Ok(match delimiter {
            _ if raw => (!content.is_empty())
                .then(|| Value::text(content))
                .into_iter()
                .collect(),
            Some(delimiter) if !delimiter.is_empty() => {
                let mut parts: Vec<Value> = content.split(&*delimiter).map(Value::text).collect();
                // Nothing stands behind a delimiter at the end.
                if content.is_empty() || content.ends_with(&*delimiter) {
                    parts.pop();
                }
                parts
            }
            _ => crate::text::lines(&content).map(Value::text).collect(),
        })
    }

    fn write_blocks(context: &mut Context<'_>, mut blocks: Vec<Value>) -> Result<(), Halt> {
        if let Some(tail) = count(context, "Tail") {
            blocks.drain(..blocks.len().saturating_sub(tail));
        }
        if let Some(total) = count(context, "TotalCount") {
            blocks.truncate(total);
        }
        match count(context, "ReadCount").unwrap_or(1) {
            1 => blocks
                .into_iter()
                .try_for_each(|block| context.write(block)),
            at_once => {
                let at_once = if at_once == 0 {
                    blocks.len().max(1)
                } else {
                    at_once
                };
                blocks
                    .chunks(at_once)
                    .try_for_each(|chunk| context.write(Value::array(chunk.to_vec())))
            }
        }
    }
}

/// `Set-Content` and `Add-Content`.
pub(super) mod write {
    use super::*;

    /// What the binder knows of either.
    fn info(name: &str) -> CommandInfo {
        let mut value = at(1, "Value", "object[]")
            .mandatory()
            .from_pipeline()
            .from_property();
        value.allow_null = true;
        value.allow_empty_collection = true;
        let info = command(name, MANAGEMENT)
            .with_default_set("Path")
            .with_should_process(ConfirmImpact::Medium)
            .with(value)
            .with(switch("PassThru"));
        with_paths(info)
            .with(switch("NoNewline"))
            .with(named("Encoding", "System.Text.Encoding"))
            .with(switch("AsByteStream"))
    }

    /// What the binder knows of `Set-Content`.
    pub(crate) fn set_info() -> CommandInfo {
        info("Set-Content")
    }

    /// What the binder knows of `Add-Content`.
    pub(crate) fn add_info() -> CommandInfo {
        info("Add-Content")
    }

    /// One `Set-Content` to run.
    pub(crate) fn create_set() -> Box<dyn Stage> {
        Box::new(Write::new(false))
    }

    /// One `Add-Content` to run.
    pub(crate) fn create_add() -> Box<dyn Stage> {
        Box::new(Write::new(true))
    }

    struct Write {
        append: bool,
        /// The files that have been begun; none for those that are passed over.
        files: Vec<(Text, Option<FileWriter>)>,
    }

    /// What is to be written.
    enum Piece {
        Text(String),
        Bytes(Vec<u8>),
    }

    impl Write {
        fn new(append: bool) -> Self {
            Self {
                append,
                files: Vec::new(),
            }
        }

        /// The place of a file; the first time, it is asked whether to write there.
        fn place(&mut self, context: &mut Context<'_>, path: &Text) -> Result<usize, Halt> {
            if let Some(known) = self.files.iter().position(|(known, _)| known == path) {
                return Ok(known);
            }
            let action = match self.append {
                true => "Add Content",
                false => "Set Content",
            };
            let target = ShouldProcess::TargetAndAction(format!("Path: {path}"), action.into());
            let writer = context
                .should_process(&target)?
                .then(|| FileWriter::new(context, Text::clone(path), self.append));
            self.files.push((Text::clone(path), writer));
            Ok(self.files.len() - 1)
        }
    }

    /// The values as they are written; an array within them is written element by element.
    fn piece(context: &Context<'_>, values: &[Value]) -> Option<Piece> {
        let flat = values.iter().flat_map(|value| match value {
            Value::Array(_) => value.elements().unwrap_or_default(),
            other => vec![other.clone()],
        });
        let flat = flat.filter(|value| !matches!(value, Value::Null));
        if context.switch("AsByteStream") {
            return flat
                .map(|value| match value.base() {
                    Value::UInt8(byte) => Some(*byte),
                    _ => None,
                })
                .collect::<Option<_>>()
                .map(Piece::Bytes);
        }
        let mut lines = String::new();
        for value in flat {
            lines.push_str(&to_text(&value, Culture::Current));
            if !context.switch("NoNewline") {
                lines.push('\n');
            }
        }
        Some(Piece::Text(lines))
    }

    fn unwritable(path: &Text) -> ErrorRecord {
        ErrorRecord::new(
            "ProviderContentWriteError",
            ErrorCategory::NotSpecified,
            "System.Management.Automation.ProviderInvocationException",
            format!(
                "The invocation of Write on the 'FileSystem' provider's content writer failed for path '{path}'. Cannot proceed with byte encoding. When using byte encoding the content must be of type byte. (Parameter 'content')"
            ),
        )
    }

    fn failed(path: &Text, failure: &FileFailure) -> ErrorRecord {
        if *failure == FileFailure::NotFound {
            let record = ErrorRecord::new(
                "GetContentWriterDirectoryNotFoundError",
                ErrorCategory::ObjectNotFound,
                "System.IO.DirectoryNotFoundException",
                format!("Could not find a part of the path '{path}'."),
            );
            return record.with_target(Value::String(Text::clone(path)));
        }
        provider_error(
            path,
            failure,
            "GetContentWriterUnauthorizedAccessError",
            ("GetContentWriterIOError", ErrorCategory::WriteError),
        )
    }

    impl Stage for Write {
        fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
            if context.switch("AsByteStream") && context.parameter("Encoding").is_some() {
                context.warning(ENCODING_NOT_USED.to_owned())?;
            }
            Ok(())
        }

        fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
            let values = items(context, "Value");
            let piece = piece(context, &values);
            for path in paths(context) {
                let place = self.place(context, &path)?;
                let Some(writer) = &mut self.files[place].1 else {
                    continue;
                };
                let done = match &piece {
                    Some(Piece::Text(lines)) => writer.try_write(context, lines),
                    Some(Piece::Bytes(bytes)) => writer.try_write_bytes(context, bytes),
                    None => {
                        let record = unwritable(writer.path());
                        context.write_error(record)?;
                        continue;
                    }
                };
                match done {
                    Ok(()) if context.switch("PassThru") && !values.is_empty() => {
                        context.write(Value::array(values.clone()))?;
                    }
                    Ok(()) => {}
                    Err(failure) => {
                        self.files[place].1 = None;
                        context.write_error(failed(&path, &failure))?;
                    }
                }
            }
            Ok(())
        }
    }
}

/// `Clear-Content`.
pub(super) mod clear {
    use super::*;

    /// What the binder knows of it.
    pub(crate) fn info() -> CommandInfo {
        with_paths(
            command("Clear-Content", MANAGEMENT)
                .with_default_set("Path")
                .with_should_process(ConfirmImpact::Medium),
        )
    }

    /// One to run.
    pub(crate) fn create() -> Box<dyn Stage> {
        Box::new(Clear)
    }

    struct Clear;

    impl Stage for Clear {
        fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
            for path in paths(context) {
                let found = context.host().read_file(&path);
                if found == Err(FileFailure::NotFound) {
                    context.write_error(path_not_found(&path))?;
                    continue;
                }
                let target =
                    ShouldProcess::TargetAndAction(format!("Item: {path}"), "Clear Content".into());
                if !context.should_process(&target)? {
                    continue;
                }
                if let Err(failure) = context.host().write_file(&path, &[], false) {
                    let record = provider_error(
                        &path,
                        &failure,
                        "ClearContentUnauthorizedAccessError",
                        ("ClearContentIOError", ErrorCategory::WriteError),
                    );
                    context.write_error(record)?;
                }
            }
            Ok(())
        }
    }
}
