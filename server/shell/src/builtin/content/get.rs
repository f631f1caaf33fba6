//! `Get-Content`.

use std::collections::VecDeque;
use std::sync::Arc;

use super::*;
use crate::builtin::support::tell_failure;
use crate::file::{FileSource, TextFile, read_whole};
use crate::text::encoding::TextEncoding;
use crate::value::Array;

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
        if context.switch("Wait") {
            return Err(context.terminate(ErrorRecord::new(
                "WaitNotSupported",
                ErrorCategory::NotImplemented,
                "System.Management.Automation.PSNotSupportedException",
                "The 'Wait' parameter is not supported: the files of a session are its caller's, and end where they end when they are read. Feed what grows to a pipeline instead: tail -f log | tandem -c '$input | ...'.",
            )));
        }
        let bytes = context.switch("AsByteStream");
        if bytes && context.parameter("Encoding").is_some() {
            context.warning(ENCODING_NOT_USED.to_owned())?;
        }
        for path in readable(context)? {
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
            match Blocks::open(context, &path) {
                Ok(blocks) => emit(context, &path, blocks)?,
                Err(failure) => unopened(context, &path, &failure)?,
            }
        }
        Ok(())
    }
}

/// The files that are read: of several, those that cannot be are told of before any is.
fn readable(context: &mut Context<'_>) -> Result<Vec<Text>, Halt> {
    let mut paths = paths(context);
    if paths.len() < 2 {
        return Ok(paths);
    }
    let mut unread = Vec::new();
    for (index, path) in paths.iter().enumerate() {
        if let Err(failure) = context.host().examine_file(path) {
            unopened(context, path, &failure)?;
            unread.push(index);
        }
    }
    for index in unread.into_iter().rev() {
        paths.remove(index);
    }
    Ok(paths)
}

fn unopened(context: &mut Context<'_>, path: &Text, failure: &FileFailure) -> Result<(), Halt> {
    let record = match failure {
        FileFailure::NotFound | FileFailure::FolderNotFound => path_not_found(path),
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
            failure,
            "GetContentReaderUnauthorizedAccessError",
            ("GetContentReaderIOError", ErrorCategory::ReadError),
        ),
    };
    tell_failure(context, failure, record)
}

/// What a file could not be read further for.
fn unread(context: &mut Context<'_>, path: &Text, failure: &FileFailure) -> Result<(), Halt> {
    let (_, reason) = failure.exception(path);
    let record = ErrorRecord::new(
        "ProviderContentReadError",
        ErrorCategory::NotSpecified,
        "System.Management.Automation.ProviderInvocationException",
        format!(
            "The invocation of Read on the 'FileSystem' provider's content reader failed for path '{path}'. {reason}"
        ),
    );
    tell_failure(context, failure, record)
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
enum Blocks {
    Lines(TextFile),
    Parts(TextFile, Text),
    Bytes {
        source: Box<dyn FileSource>,
        piece: std::vec::IntoIter<u8>,
    },
    /// What has been read already.
    Read(VecDeque<Value>),
}

impl Blocks {
    fn open(context: &Context<'_>, path: &Text) -> Result<Self, FileFailure> {
        let host = context.host();
        let raw = context.switch("Raw");
        if context.switch("AsByteStream") {
            if !raw {
                return Ok(Self::Bytes {
                    source: host.open_file(path)?,
                    piece: Vec::new().into_iter(),
                });
            }
            let bytes = read_whole(host, path)?.into_iter().map(Value::UInt8);
            let all = Value::Array(Arc::new(Array {
                element_type: "System.Byte".into(),
                items: bytes.collect::<Vec<_>>().into(),
            }));
            return Ok(Self::Read(VecDeque::from([all])));
        }
        let encoding = TextEncoding::of_parameter(context.parameter("Encoding"));
        let file = TextFile::open(host, path, encoding)?;
        if raw {
            let content = file.rest()?;
            let content = (!content.is_empty()).then(|| Value::text(content));
            return Ok(Self::Read(content.into_iter().collect()));
        }
        let delimiter = text(context, "Delimiter")
            .filter(|delimiter| !delimiter.is_empty() && &**delimiter != "\n");
        Ok(match delimiter {
            Some(delimiter) => Self::Parts(file, delimiter),
            None => Self::Lines(file),
        })
    }

    fn next(&mut self) -> Result<Option<Value>, FileFailure> {
        match self {
            Self::Lines(file) => Ok(file.line()?.map(Value::text)),
            Self::Parts(file, delimiter) => Ok(file.part(delimiter)?.map(Value::text)),
            Self::Bytes { source, piece } => loop {
                if let Some(byte) = piece.next() {
                    return Ok(Some(Value::UInt8(byte)));
                }
                match source.next()? {
                    Some(read) => *piece = read.into_iter(),
                    None => return Ok(None),
                }
            },
            Self::Read(blocks) => Ok(blocks.pop_front()),
        }
    }
}

/// Emits the blocks that are asked for, as many at once as are asked for.
fn emit(context: &mut Context<'_>, path: &Text, mut blocks: Blocks) -> Result<(), Halt> {
    let mut kept = 0;
    let outcome = emit_counted(context, path, &mut blocks, &mut kept);
    context.engine.session.memory.give_back(kept);
    outcome
}

/// The same; `kept` are the bytes that count as kept meanwhile.
fn emit_counted(
    context: &mut Context<'_>,
    path: &Text,
    blocks: &mut Blocks,
    kept: &mut usize,
) -> Result<(), Halt> {
    if let Some(tail) = count(context, "Tail") {
        if tail == 0 {
            return Ok(());
        }
        let mut last = VecDeque::new();
        let failed = loop {
            match blocks.next() {
                Ok(None) => break None,
                Err(failure) => break Some(failure),
                Ok(Some(block)) => {
                    if last.len() == tail {
                        last.pop_front();
                        context.engine.check_stop()?;
                    } else {
                        *kept += context.engine.hoard(&block)?;
                    }
                    last.push_back(block);
                }
            }
        };
        // What was read comes before what says that no more could be.
        emit_blocks(context, path, &mut Blocks::Read(last), kept)?;
        return match failed {
            Some(failure) => unread(context, path, &failure),
            None => Ok(()),
        };
    }
    emit_blocks(context, path, blocks, kept)
}

fn emit_blocks(
    context: &mut Context<'_>,
    path: &Text,
    blocks: &mut Blocks,
    kept: &mut usize,
) -> Result<(), Halt> {
    let mut left = count(context, "TotalCount").unwrap_or(usize::MAX);
    let at_once = match count(context, "ReadCount").unwrap_or(1) {
        0 => usize::MAX,
        at_once => at_once,
    };
    while left > 0 {
        if at_once == 1 {
            match blocks.next() {
                Ok(Some(block)) => context.write(block)?,
                Ok(None) => return Ok(()),
                Err(failure) => return unread(context, path, &failure),
            }
            left -= 1;
            continue;
        }
        let before = *kept;
        let mut together = Vec::new();
        let end = loop {
            if together.len() == at_once.min(left) {
                break Ok(false);
            }
            match blocks.next() {
                Ok(Some(block)) => {
                    *kept += context.engine.hoard(&block)?;
                    together.push(block);
                }
                Ok(None) => break Ok(true),
                Err(failure) => break Err(failure),
            }
        };
        left -= together.len();
        if end.is_ok() && !together.is_empty() {
            context.write(Value::array(together))?;
        }
        context.engine.session.memory.give_back(*kept - before);
        *kept = before;
        match end {
            Ok(false) => {}
            Ok(true) => return Ok(()),
            Err(failure) => return unread(context, path, &failure),
        }
    }
    Ok(())
}
