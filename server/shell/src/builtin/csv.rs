//! `ConvertTo-Csv`, `ConvertFrom-Csv`, `Export-Csv` and `Import-Csv`.

use std::collections::HashSet;

use crate::builtin::declare::{UTILITY, at, command, named, switch};
use crate::builtin::out_file::{FileWriter, open_text};
use crate::builtin::support::{end_by_file, file_broken, input_object, items, text, texts};
use crate::command::{CommandInfo, ConfirmImpact, ParameterInfo, Validation};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::file::{Characters, FileFailure};
use crate::host::ShouldProcess;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::serialise::csv::{CsvReader, CsvWriter, Quotes, record_object};
use crate::text::encoding::TextEncoding;
use crate::text::{Culture, to_text};
use crate::type_names::type_chain;
use crate::value::{Text, Value};

/// Sets of the commands that write.
const DELIMITER: &str = "Delimiter";
const CULTURE: &str = "UseCulture";

fn quotes() -> ParameterInfo {
    named(
        "UseQuotes",
        "Microsoft.PowerShell.Commands.BaseCsvWritingCommand+QuoteKind",
    )
    .alias(&["UQ"])
}

fn with_writer_parameters(info: CommandInfo, sets: [&str; 2]) -> CommandInfo {
    info.with(at(1, "Delimiter", "char").in_sets(&[sets[0]]))
        .with(switch("UseCulture").in_sets(&[sets[1]]))
        .with(switch("IncludeTypeInformation").alias(&["ITI"]))
        .with(switch("NoTypeInformation").alias(&["NTI"]))
        .with(named("QuoteFields", "string[]").alias(&["QF"]))
        .with(quotes())
        .with(switch("NoHeader"))
}

/// What the binder knows of `ConvertTo-Csv`.
pub(super) fn to_info() -> CommandInfo {
    let info = command("ConvertTo-Csv", UTILITY)
        .with_default_set(DELIMITER)
        .with(
            at(0, "InputObject", "psobject")
                .mandatory()
                .from_pipeline()
                .from_property(),
        );
    with_writer_parameters(info, [DELIMITER, CULTURE])
}

/// What the binder knows of `Export-Csv`.
pub(super) fn export_info() -> CommandInfo {
    let info = command("Export-Csv", UTILITY)
        .with_default_set(DELIMITER)
        .with_should_process(ConfirmImpact::Medium)
        .with(
            named("InputObject", "psobject")
                .mandatory()
                .from_pipeline()
                .from_property(),
        )
        .with(at(0, "Path", "string").validated(Validation::NotNullOrEmpty))
        .with(
            named("LiteralPath", "string")
                .alias(&["PSPath", "LP"])
                .validated(Validation::NotNullOrEmpty),
        )
        .with(switch("Force"))
        .with(switch("NoClobber").alias(&["NoOverwrite"]))
        .with(named("Encoding", "System.Text.Encoding"))
        .with(switch("Append"));
    with_writer_parameters(info, [DELIMITER, CULTURE])
}

/// What the binder knows of `ConvertFrom-Csv`.
pub(super) fn from_info() -> CommandInfo {
    command("ConvertFrom-Csv", UTILITY)
        .with_default_set("Delimiter")
        .with(at(1, "Delimiter", "char").in_sets(&["Delimiter"]))
        .with(switch("UseCulture").mandatory().in_sets(&["UseCulture"]))
        .with(
            // Elements are wrapped: an empty text is not taken for an empty element.
            at(0, "InputObject", "psobject[]")
                .mandatory()
                .from_pipeline()
                .from_property()
                .validated(Validation::NotNull),
        )
        .with(named("Header", "string[]").validated(Validation::NotNullOrEmpty))
}

/// What the binder knows of `Import-Csv`.
pub(super) fn import_info() -> CommandInfo {
    command("Import-Csv", UTILITY)
        .with_default_set("DelimiterPath")
        .with(at(1, "Delimiter", "char").in_sets(&["DelimiterPath", "DelimiterLiteralPath"]))
        .with(
            at(0, "Path", "string[]")
                .mandatory()
                .from_pipeline()
                .from_property()
                .in_sets(&["DelimiterPath", "CulturePath"])
                .validated(Validation::NotNullOrEmpty),
        )
        .with(
            named("LiteralPath", "string[]")
                .alias(&["PSPath", "LP"])
                .mandatory()
                .from_property()
                .in_sets(&["DelimiterLiteralPath", "CultureLiteralPath"]),
        )
        .with(
            switch("UseCulture")
                .mandatory()
                .in_sets(&["CulturePath", "CultureLiteralPath"]),
        )
        .with(named("Header", "string[]").validated(Validation::NotNullOrEmpty))
        .with(named("Encoding", "System.Text.Encoding"))
}

/// One `ConvertTo-Csv` to run.
pub(super) fn to() -> Box<dyn Stage> {
    Box::new(Write {
        writer: None,
        file: None,
        to_file: false,
    })
}

/// One `Export-Csv` to run.
pub(super) fn export() -> Box<dyn Stage> {
    Box::new(Write {
        writer: None,
        file: None,
        to_file: true,
    })
}

/// One `ConvertFrom-Csv` to run.
pub(super) fn from() -> Box<dyn Stage> {
    Box::<From>::default()
}

/// One `Import-Csv` to run.
pub(super) fn import() -> Box<dyn Stage> {
    Box::<Import>::default()
}

/// -Delimiter; a comma is what the sessions' culture separates lists with, too.
fn delimiter(context: &Context<'_>) -> char {
    text(context, "Delimiter")
        .and_then(|text| text.chars().next())
        .filter(|c| *c != '\0')
        .unwrap_or(',')
}

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

struct Write {
    writer: Option<CsvWriter>,
    file: Option<FileWriter>,
    to_file: bool,
}

impl Write {
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
    let mut reader = CsvReader::new(Characters::new(file), delimiter(context));
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

/// The columns of a text.
fn header_of(reader: &mut CsvReader<impl Iterator<Item = char>>) -> Option<Vec<Text>> {
    let names = reader.header()?;
    Some(names.into_iter().map(Text::from).collect())
}

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

impl Origin for Characters {
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
struct From {
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
struct Import {
    warned: bool,
}

impl Stage for Import {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let mut paths = texts(context, "Path");
        paths.extend(texts(context, "LiteralPath"));
        for path in paths {
            let file = open_text(context, &path)
                .map_err(|failure| end_by_file(context, &path, &failure))?;
            let mut reading = Reading {
                header: given_header(context),
                warned: self.warned,
                ..Reading::default()
            };
            reading.emit(context, Characters::new(file))?;
            self.warned = reading.warned;
        }
        Ok(())
    }
}
