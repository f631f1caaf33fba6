//! Objects as lines of values: into the pipeline, or into a file.

use super::{delimiter, header_of};
use crate::builtin::out_file::{FileWriter, open_text};
use crate::builtin::support::{end_by_file, input_object, text, texts};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::file::{FileFailure, TextParts};
use crate::host::ShouldProcess;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::serialise::csv::{CsvReader, CsvWriter, Quotes};
use crate::text::encoding::TextEncoding;
use crate::type_names::type_chain;
use crate::value::{Text, Value};

/// Two parameters of which only one may be given.
fn exclusive(context: &mut Context<'_>, id: &'static str, names: [&str; 2]) -> Result<(), Halt> {
    if names.iter().any(|name| context.parameter(name).is_none()) {
        return Ok(());
    }
    let [first, second] = names;
    Err(context.terminate(ErrorRecord::new(
        id,
        ErrorCategory::InvalidData,
        "System.InvalidOperationException",
        format!("You must specify either the -{first} or -{second} parameters, but not both."),
    )))
}

/// `ConvertTo-Csv` and `Export-Csv` at work.
pub(super) struct Write {
    writer: Option<CsvWriter>,
    file: Option<FileWriter>,
    to_file: bool,
}

impl Write {
    /// One that writes to a file, or lines into the pipeline.
    pub(super) fn new(to_file: bool) -> Self {
        Self {
            writer: None,
            file: None,
            to_file,
        }
    }

    fn line(&mut self, context: &mut Context<'_>, line: String) -> Result<(), Halt> {
        match &mut self.file {
            Some(file) => file.write(context, &format!("{line}\n")),
            None if self.to_file || line.is_empty() => Ok(()),
            None => context.write(Value::text(line)),
        }
    }

    /// Opens the file; its own columns go before those of the objects when lines are appended.
    fn open(&mut self, context: &mut Context<'_>) -> Result<Option<Vec<Text>>, Halt> {
        let path = text(context, "Path").or_else(|| text(context, "LiteralPath"));
        exclusive(
            context,
            "CannotSpecifyPathAndLiteralPath",
            ["Path", "LiteralPath"],
        )?;
        let Some(path) = path else {
            let record = ErrorRecord::new(
                "CannotSpecifyPathAndLiteralPath",
                ErrorCategory::InvalidData,
                "System.InvalidOperationException",
                "You must specify either the -Path or -LiteralPath parameters, but not both.",
            );
            return Err(context.terminate(record));
        };
        if !context.should_process(&ShouldProcess::Target(path.to_string()))? {
            return Ok(None);
        }
        let append = context.switch("Append");
        let (known, encoding) = match append {
            true => found_columns(context, &path)?,
            false => (None, None),
        };
        let mut file = FileWriter::new(context, path, append);
        // What is added is written as what is there.
        if let Some(encoding) = encoding {
            file = file.in_encoding(encoding);
        }
        file.write(context, "")?;
        self.file = Some(file);
        Ok(known)
    }
}

/// The columns of a file that lines are added to, and the encoding that it says it has. One that is not there has none.
fn found_columns(
    context: &mut Context<'_>,
    path: &Text,
) -> Result<(Option<Vec<Text>>, Option<TextEncoding>), Halt> {
    let file = match open_text(context, path) {
        Ok(file) => file,
        Err(FileFailure::NotFound) => return Ok((None, None)),
        Err(failure) => return Err(end_by_file(context, path, &failure)),
    };
    let mut reader = CsvReader::new(TextParts::records(file), delimiter(context));
    let columns = match reader.is_at_end() {
        true => None,
        false => header_of(&mut reader),
    };
    if let Some(failure) = reader.characters().failure() {
        return Err(end_by_file(context, path, &failure));
    }
    let marked = reader.characters().file().marked();
    Ok((columns, marked))
}

impl Stage for Write {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        exclusive(
            context,
            "CannotSpecifyQuoteFieldsAndUseQuotes",
            ["UseQuotes", "QuoteFields"],
        )?;
        exclusive(
            context,
            "CannotSpecifyIncludeTypeInformationAndNoTypeInformation",
            ["IncludeTypeInformation", "NoTypeInformation"],
        )?;
        let quotes = match text(context, "UseQuotes").as_deref() {
            Some(word) if word.eq_ignore_ascii_case("Never") => Quotes::Never,
            Some(word) if word.eq_ignore_ascii_case("AsNeeded") => Quotes::AsNeeded,
            _ => Quotes::Always,
        };
        let mut writer = CsvWriter::new(delimiter(context), quotes, texts(context, "QuoteFields"));
        if self.to_file
            && let Some(columns) = self.open(context)?
        {
            writer.settle_columns(columns);
        }
        self.writer = Some(writer);
        Ok(())
    }

    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let (Some(object), Some(mut writer)) = (input_object(context, input), self.writer.take())
        else {
            return Ok(());
        };
        if writer.settle(&object) {
            if !context.switch("NoHeader") {
                if context.switch("IncludeTypeInformation") {
                    self.line(context, type_line(&object))?;
                }
                self.line(context, writer.header())?;
            }
        } else {
            match_columns(context, &writer, &object)?;
        }
        let row = writer.row(&object);
        self.writer = Some(writer);
        match row {
            Some(row) => self.line(context, row),
            None => Err(context.terminate(ErrorRecord::new(
                "System.NullReferenceException",
                ErrorCategory::NotSpecified,
                "System.NullReferenceException",
                "Object reference not set to an instance of an object.",
            ))),
        }
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        match self.file.take() {
            Some(file) => file.finish(context),
            None => Ok(()),
        }
    }
}

fn type_line(object: &Value) -> String {
    let names = type_chain(object);
    let name = names.first().map_or("", |name| &**name);
    let own = match name.get(..4) {
        Some(prefix) if prefix.eq_ignore_ascii_case("CSV:") => &name[4..],
        _ => name,
    };
    format!("#TYPE {own}")
}

/// An appended object has all columns of the file, unless -Force.
fn match_columns(
    context: &mut Context<'_>,
    writer: &CsvWriter,
    object: &Value,
) -> Result<(), Halt> {
    if !context.switch("Append") || context.switch("Force") {
        return Ok(());
    }
    let columns = writer.columns().unwrap_or_default();
    let missing = columns
        .iter()
        .find(|name| crate::members::property(object, name).is_none());
    let Some(missing) = missing else {
        return Ok(());
    };
    let path = text(context, "Path").or_else(|| text(context, "LiteralPath"));
    let record = ErrorRecord::new(
        "CannotAppendCsvWithMismatchedPropertyNames",
        ErrorCategory::InvalidData,
        "System.InvalidOperationException",
        format!(
            "Cannot append CSV content to the following file: {}. The appended object does not have a property that corresponds to the following column: {missing}. To continue with mismatched properties, add the -Force parameter, and then retry the command.",
            path.unwrap_or_default()
        ),
    );
    Err(context.terminate(record.with_target(Value::String(Text::clone(missing)))))
}
