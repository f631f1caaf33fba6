//! Lines of values as objects: each text, or a file as it is read.

use std::collections::HashSet;

use super::{delimiter, header_of};
use crate::builtin::out_file::open_text;
use crate::builtin::support::{end_by_file, file_broken, items, paths, texts};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::file::{FileFailure, TextParts};
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::serialise::csv::{CsvReader, record_object};
use crate::text::{Culture, to_text};
use crate::value::{Text, Value};

/// Where the characters of a text come from.
trait Origin: Iterator<Item = char> {
    /// A record begins.
    fn begin(&mut self) {}

    /// Which file cannot be read further, and why.
    fn failure(&mut self) -> Option<(Text, FileFailure)> {
        None
    }
}

impl Origin for std::str::Chars<'_> {}

impl Origin for TextParts {
    fn begin(&mut self) {
        Self::begin(self);
    }

    fn failure(&mut self) -> Option<(Text, FileFailure)> {
        let failure = Self::failure(self)?;
        Some((self.file().path().into(), failure))
    }
}

/// The end of a file that cannot be read further: what .NET throws.
fn unread(context: &mut Context<'_>, origin: &mut impl Origin) -> Result<(), Halt> {
    let Some((path, failure)) = origin.failure() else {
        return Ok(());
    };
    if failure == FileFailure::Stopped {
        return Err(Halt::Cancelled);
    }
    Err(context.terminate(file_broken(&path, &failure)))
}

/// What texts are read with: columns and type come from the first text that has some, and a warning is given once.
#[derive(Default)]
struct Reading {
    header: Option<Vec<Text>>,
    type_name: Option<Text>,
    warned: bool,
}

impl Reading {
    /// Emits the records of a text as objects; the first names the columns if nothing else does.
    fn emit(&mut self, context: &mut Context<'_>, origin: impl Origin) -> Result<(), Halt> {
        let mut reader = CsvReader::new(origin, delimiter(context));
        if self.type_name.is_none() {
            self.type_name = reader.type_line();
        }
        if self.header.is_none() {
            self.header = header_of(&mut reader);
        }
        unread(context, reader.characters())?;
        let columns = self.header.as_deref().unwrap_or_default();
        if let Some(twice) = repeated(columns) {
            let record = ErrorRecord::new(
                "AlreadyPresentPSMemberInfoInternalCollectionAdd",
                ErrorCategory::NotSpecified,
                "System.Management.Automation.ExtendedTypeSystemException",
                format!("The member \"{twice}\" is already present."),
            );
            return Err(context.terminate(record));
        }
        let nameless = columns.iter().any(|name| name.is_empty());
        loop {
            reader.characters().begin();
            let record = reader.next_record();
            unread(context, reader.characters())?;
            let Some(record) = record else {
                return Ok(());
            };
            let object = record_object(columns, record, self.type_name.as_ref());
            if nameless && !self.warned {
                self.warned = true;
                context.warning("One or more headers were not specified. Default names starting with \"H\" have been used in place of any missing headers.".into())?;
            }
            context.write(object)?;
        }
    }
}

/// The first column that has the name of an earlier one.
fn repeated(columns: &[Text]) -> Option<&Text> {
    let mut known = HashSet::with_capacity(columns.len());
    columns
        .iter()
        .find(|name| !name.is_empty() && !known.insert(name.to_lowercase()))
}

fn given_header(context: &Context<'_>) -> Option<Vec<Text>> {
    Some(texts(context, "Header")).filter(|header| !header.is_empty())
}

/// Each object is a text of its own.
#[derive(Default)]
pub(super) struct From {
    reading: Reading,
}

impl Stage for From {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        self.reading.header = given_header(context);
        Ok(())
    }

    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let objects = match input {
            Some(object) => vec![object],
            None => items(context, "InputObject"),
        };
        objects.iter().try_for_each(|object| {
            let text = to_text(object, Culture::Invariant);
            self.reading.emit(context, text.chars())
        })
    }
}

/// Each file has columns of its own.
#[derive(Default)]
pub(super) struct Import {
    warned: bool,
}

impl Stage for Import {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        for path in paths(context) {
            let file = open_text(context, &path)
                .map_err(|failure| end_by_file(context, &path, &failure))?;
            let mut reading = Reading {
                header: given_header(context),
                warned: self.warned,
                ..Reading::default()
            };
            reading.emit(context, TextParts::records(file))?;
            self.warned = reading.warned;
        }
        Ok(())
    }
}
