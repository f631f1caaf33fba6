//! `ConvertTo-Csv`, `ConvertFrom-Csv`, `Export-Csv` and `Import-Csv`.

use crate::builtin::declare::{UTILITY, at, command, named, switch};
use crate::builtin::out_file::{FileWriter, read_text};
use crate::builtin::support::{file_error, input_object, items, text, texts};
use crate::command::{CommandInfo, ConfirmImpact, ParameterInfo, Validation};
use crate::error_record::{ErrorCategory, ErrorRecord};
use crate::host::ShouldProcess;
use crate::pipeline::halt::Halt;
use crate::pipeline::stage::{Context, Stage};
use crate::serialise::csv::{CsvWriter, Quotes, complete_header, record_object, split_records};
use crate::text::encoding::TextEncoding;
use crate::text::{Culture, to_text};
use crate::type_names::type_name;
use crate::value::{Text, Value};

/// Sets of the commands that write.
const DELIMITER: &str = "DelimiterPath";
const CULTURE: &str = "CulturePath";

fn quotes() -> ParameterInfo {
    named("UseQuotes", "string")
        .alias(&["UQ"])
        .validated(Validation::Set(
            ["Never", "Always", "AsNeeded"].map(Text::from).to_vec(),
            false,
        ))
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
        .with_default_set("DelimiterPath")
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
        .with_default_set("DelimiterPath")
        .with_should_process(ConfirmImpact::Medium)
        .with(
            named("InputObject", "psobject")
                .mandatory()
                .from_pipeline()
                .from_property(),
        )
        .with(at(0, "Path", "string"))
        .with(named("LiteralPath", "string").alias(&["PSPath", "LP"]))
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
            at(0, "InputObject", "psobject[]")
                .mandatory()
                .from_pipeline()
                .from_property()
                .allow_nothing(),
        )
        .with(named("Header", "string[]").validated(crate::command::Validation::NotNullOrEmpty))
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
                .in_sets(&["DelimiterPath", "CulturePath"]),
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
        .with(named("Header", "string[]").validated(crate::command::Validation::NotNullOrEmpty))
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
    Box::new(Import)
}

fn delimiter(context: &Context<'_>) -> char {
    text(context, "Delimiter")
        .and_then(|text| text.chars().next())
        .unwrap_or(',')
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
            None if self.to_file => Ok(()),
            None => context.write(Value::text(line)),
        }
    }

    /// Opens the file; its own columns go before those of the objects when lines are appended.
    fn open(&mut self, context: &mut Context<'_>) -> Result<Option<Vec<Text>>, Halt> {
        let path = text(context, "Path").or_else(|| text(context, "LiteralPath"));
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
        let found = append
            .then(|| context.host().read_file(&path).ok())
            .flatten()
            .unwrap_or_default();
        let mut file = FileWriter::new(context, path, append);
        // What is added is written as what is there.
        if let Some(encoding) = TextEncoding::marked(&found) {
            file = file.in_encoding(encoding);
        }
        let text = TextEncoding::of_parameter(context.parameter("Encoding")).decode(&found);
        let known = (!text.is_empty())
            .then(|| split_records(&text, delimiter(context)).into_iter().next())
            .flatten()
            .map(|header| complete_header(header).0);
        if known.is_none() {
            file.write(context, "")?;
        }
        self.file = Some(file);
        Ok(known)
    }
}

impl Stage for Write {
    fn begin(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
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
            if context.switch("IncludeTypeInformation") {
                self.line(context, format!("#TYPE {}", type_name(&object)))?;
            }
            if !context.switch("NoHeader") {
                self.line(context, writer.header())?;
            }
        } else if let Some(missing) = missing_column(context, &writer, &object) {
            let record = ErrorRecord::new(
                "CannotAppendCsvWithMismatchedPropertyNames",
                ErrorCategory::InvalidData,
                "System.InvalidOperationException",
                format!(
                    "Cannot append CSV content to the following file: {}. The appended object does not have a property that corresponds to the following column: {missing}. To continue with mismatched properties, add the -Force parameter, and then retry the command.",
                    text(context, "Path").unwrap_or_else(|| "".into())
                ),
            );
            return Err(context.terminate(record));
        }
        let row = writer.row(&object);
        self.writer = Some(writer);
        self.line(context, row)
    }
}

/// A column of the file that an appended object does not have.
fn missing_column(context: &Context<'_>, writer: &CsvWriter, object: &Value) -> Option<Text> {
    if !context.switch("Append") || context.switch("Force") {
        return None;
    }
    writer
        .columns()?
        .iter()
        .find(|name| crate::members::property(object, name).is_none())
        .cloned()
}

/// Emits the records of a text as objects; the first names the columns if nothing else does.
fn emit(context: &mut Context<'_>, text: &str, header: &mut Option<Vec<Text>>) -> Result<(), Halt> {
    let mut records = split_records(text, delimiter(context))
        .into_iter()
        .peekable();
    let is_type_line = |record: &Vec<Option<String>>| matches!(record.first(), Some(Some(field)) if field.starts_with("#TYPE"));
    while records.peek().is_some_and(is_type_line) {
        records.next();
    }
    if header.is_none()
        && let Some(first) = records.next()
    {
        let (columns, incomplete) = complete_header(first);
        if incomplete {
            context.warning("One or more headers were not specified. Default names starting with \"H\" have been used in place of any missing headers.".into())?;
        }
        *header = Some(columns);
    }
    let Some(columns) = header else { return Ok(()) };
    if let Some(twice) = repeated(columns) {
        let record = ErrorRecord::new(
            "RuntimeException",
            ErrorCategory::NotSpecified,
            "System.Management.Automation.ExtendedTypeSystemException",
            format!("The member \"{twice}\" is already present."),
        );
        return Err(context.terminate(record));
    }
    for record in records {
        context.write(record_object(columns, record))?;
    }
    Ok(())
}

/// The first column that has the name of an earlier one.
fn repeated(columns: &[Text]) -> Option<&Text> {
    columns.iter().enumerate().find_map(|(index, name)| {
        columns[..index]
            .iter()
            .any(|earlier| crate::members::same_name(earlier, name))
            .then_some(name)
    })
}

fn given_header(context: &Context<'_>) -> Option<Vec<Text>> {
    Some(texts(context, "Header")).filter(|header| !header.is_empty())
}

/// Fields may hold line feeds, so the texts are read together.
#[derive(Default)]
struct From {
    lines: Vec<String>,
}

impl Stage for From {
    fn process(&mut self, context: &mut Context<'_>, input: Option<Value>) -> Result<(), Halt> {
        let objects = match input {
            Some(object) => vec![object],
            None => items(context, "InputObject"),
        };
        for object in objects {
            self.lines.push(to_text(&object, Culture::Invariant));
        }
        Ok(())
    }

    fn end(&mut self, context: &mut Context<'_>) -> Result<(), Halt> {
        let text = self.lines.join("\n");
        let mut header = given_header(context);
        emit(context, &text, &mut header)
    }
}

struct Import;

impl Stage for Import {
    fn process(&mut self, context: &mut Context<'_>, _: Option<Value>) -> Result<(), Halt> {
        let mut paths = texts(context, "Path");
        paths.extend(texts(context, "LiteralPath"));
        for path in paths {
            match read_text(context, &path) {
                Ok(text) => {
                    let mut header = given_header(context);
                    emit(context, &text, &mut header)?;
                }
                Err(failure) => return Err(context.terminate(file_error(&path, &failure))),
            }
        }
        Ok(())
    }
}
