//! `ConvertTo-Csv`, `ConvertFrom-Csv`, `Export-Csv` and `Import-Csv`.

mod read;
mod write;

use read::{From, Import};
use write::Write;

use crate::builtin::declare::{UTILITY, at, command, named, switch};
use crate::builtin::support::text;
use crate::command::{CommandInfo, ConfirmImpact, ParameterInfo, Validation};
use crate::pipeline::stage::{Context, Stage};
use crate::serialise::csv::CsvReader;
use crate::value::Text;

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
    Box::new(Write::new(false))
}

/// One `Export-Csv` to run.
pub(super) fn export() -> Box<dyn Stage> {
    Box::new(Write::new(true))
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

/// The columns of a text.
fn header_of(reader: &mut CsvReader<impl Iterator<Item = char>>) -> Option<Vec<Text>> {
    let names = reader.header()?;
    Some(names.into_iter().map(Text::from).collect())
}
