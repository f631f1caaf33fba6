//! `Set-Content` and `Add-Content`.

use super::clear::unclearable;
use super::*;
use crate::builtin::support::tell_failure;

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

fn unwritable(path: &Text, reason: &str) -> ErrorRecord {
    ErrorRecord::new(
        "ProviderContentWriteError",
        ErrorCategory::NotSpecified,
        "System.Management.Automation.ProviderInvocationException",
        format!(
            "The invocation of Write on the 'FileSystem' provider's content writer failed for path '{path}'. {reason}"
        ),
    )
}

/// Tells that a file cannot be written further.
fn broken(context: &mut Context<'_>, path: &Text, failure: &FileFailure) -> Result<(), Halt> {
    let record = unwritable(path, &failure.exception(path).1);
    tell_failure(context, failure, record)
}

/// Tells that a file cannot be opened. Of a folder `Set-Content` says that it cannot be cleared, which ends it.
fn unopened(
    context: &mut Context<'_>,
    path: &Text,
    failure: &FileFailure,
    append: bool,
) -> Result<(), Halt> {
    let record = match failure {
        FileFailure::Directory if append => ErrorRecord::new(
            "WriteContainerContentException",
            ErrorCategory::InvalidOperation,
            "System.InvalidOperationException",
            format!("Unable to write content because it is a directory: '{path}'."),
        ),
        FileFailure::Directory => return Err(context.terminate(unclearable(path))),
        FileFailure::NotFound | FileFailure::FolderNotFound => {
            let (exception, message) = FileFailure::FolderNotFound.exception(path);
            let id = "GetContentWriterDirectoryNotFoundError";
            ErrorRecord::new(id, ErrorCategory::ObjectNotFound, exception, message)
                .with_target(Value::String(Text::clone(path)))
        }
        failure => provider_error(
            path,
            failure,
            "GetContentWriterUnauthorizedAccessError",
            ("GetContentWriterIOError", ErrorCategory::WriteError),
        ),
    };
    tell_failure(context, failure, record)
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
                    let record = unwritable(
                        writer.path(),
                        "Cannot proceed with byte encoding. When using byte encoding the content must be of type byte. (Parameter 'content')",
                    );
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
                    let is_begun = writer.is_begun();
                    self.files[place].1 = None;
                    if is_begun {
                        broken(context, &path, &failure)?;
                    } else {
                        unopened(context, &path, &failure, self.append)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        for (path, writer) in std::mem::take(&mut self.files) {
            if let Some(Err(failure)) = writer.map(|mut writer| writer.try_finish()) {
                broken(context, &path, &failure)?;
            }
        }
        Ok(())
    }
}
