//! Reads the program's own options.
//!
//! Options stand before the command; from the command's name on every word belongs to the command. PowerShell's own options are
//! accepted in any case and with their short names, because PowerShell itself calls the program with them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use tandem::shell::v1::OutputForm;
use tandem_client::Settings;

use super::completions::Shell;
use super::encoded;
use super::flags::{Id, find};

/// What the program was called for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Invocation {
    /// What to do.
    pub(crate) mode: Mode,
    /// Connection settings of the flags.
    pub(crate) settings: Settings,
    /// Output form; `None`: text.
    pub(crate) form: Option<OutputForm>,
    /// How standard input is read as pipeline input, when it was said.
    pub(crate) input: Option<InputForm>,
    /// Whether prompts are errors.
    pub(crate) non_interactive: bool,
    /// Id of the operation.
    pub(crate) operation_id: String,
    /// Digest of the plan that the caller has seen.
    pub(crate) expected_plan: String,
    /// The greatest loss accepted.
    pub(crate) loss_budget: String,
    /// CLIXML of the arguments of a script block.
    pub(crate) argument_clixml: String,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mode {
    /// A command as words.
    Words(Vec<String>),
    /// A line.
    Line(String),
    /// A script file and its arguments.
    File(PathBuf, Vec<String>),
    /// Lines from standard input, or a session when that is a terminal.
    Session,
    /// Candidates for the last word.
    Complete(Vec<String>),
    /// A completion script.
    Completions(Shell),
    /// Help.
    Help,
    /// The version.
    Version,
}

/// How standard input is read as pipeline input, when it is no terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InputForm {
    /// One string a line, or CLIXML when it begins with `#< CLIXML`.
    Text,
    /// One JSON value after the other; the elements of an array are objects of their own.
    Json,
    /// CLIXML.
    Clixml,
    /// Not at all.
    None,
}

/// Switches of `pwsh` that mean nothing here, so that a command line written for it still runs.
const IGNORED: &[&str] = &["-NoProfile", "-nop", "-NoLogo", "-nol"];

/// Reads the program's arguments, its own name first.
///
/// # Errors
/// What is wrong, in words.
pub(crate) fn read(arguments: impl Iterator<Item = OsString>) -> Result<Invocation, String> {
    let mut arguments = arguments.map(|word| {
        word.into_string()
            .map_err(|word| format!("the argument {} is not UTF-8", word.to_string_lossy()))
    });
    let program = arguments.next().transpose()?.unwrap_or_default();
    let words: Vec<String> = arguments.collect::<Result<_, _>>()?;
    let mut invocation = Invocation {
        mode: Mode::Session,
        settings: Settings::default(),
        form: None,
        input: None,
        non_interactive: false,
        operation_id: String::new(),
        expected_plan: String::new(),
        loss_budget: String::new(),
        argument_clixml: String::new(),
    };
    if let Some(command) = linked_command(&program) {
        invocation.mode = Mode::Words([vec![command], words].concat());
        return Ok(invocation);
    }
    let mut rest = words.into_iter();
    while let Some(word) = rest.next() {
        if word == "--" || !word.starts_with('-') || word == "-" {
            take_command(&mut invocation, &word, rest)?;
            break;
        }
        if IGNORED
            .iter()
            .any(|ignored| ignored.eq_ignore_ascii_case(&word))
        {
            continue;
        }
        if let Some(end) = take_option(&mut invocation, &word, &mut rest)? {
            invocation.mode = end;
            break;
        }
    }
    Ok(invocation)
}

/// A link to the program whose name is a cmdlet's runs that cmdlet.
fn linked_command(program: &str) -> Option<String> {
    let name = Path::new(program).file_name()?.to_str()?;
    let name = name.strip_suffix(".exe").unwrap_or(name);
    let (verb, noun) = name.split_once('-')?;
    let letters = |text: &str| text.starts_with(|first: char| first.is_ascii_alphabetic());
    let plain = |text: &str| {
        text.chars()
            .all(|character| character.is_ascii_alphanumeric())
    };
    (letters(verb) && letters(noun) && plain(verb) && plain(noun)).then(|| name.to_owned())
}

fn take_command(
    invocation: &mut Invocation,
    word: &str,
    rest: impl Iterator<Item = String>,
) -> Result<(), String> {
    let mut words: Vec<String> = rest.collect();
    if word != "--" {
        words.insert(0, word.to_owned());
    }
    match (&invocation.mode, words.as_slice()) {
        (_, []) => Ok(()),
        (Mode::Session, [dash]) if dash == "-" => Ok(()),
        (Mode::Session, [script, arguments @ ..]) if is_script(script) => {
            invocation.mode = Mode::File(script.into(), arguments.to_vec());
            Ok(())
        }
        (Mode::Session, _) => {
            invocation.mode = Mode::Words(words);
            Ok(())
        }
        _ => Err(format!(
            "\"{}\" stands after the command line; put the whole line into one pair of quotes",
            words[0]
        )),
    }
}

/// No cmdlet has such a name, so a script may stand where a cmdlet does, also for the system that reads `#!`.
fn is_script(word: &str) -> bool {
    let extension = Path::new(word).extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("ps1"))
}

/// Takes one option. The mode when nothing after it is an option any more.
fn take_option(
    invocation: &mut Invocation,
    word: &str,
    rest: &mut impl Iterator<Item = String>,
) -> Result<Option<Mode>, String> {
    // `--name=value` is one word; PowerShell's options are not written so.
    let (name, attached) = match word.split_once('=') {
        Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
        _ => (word, None),
    };
    let flag = find(name).ok_or_else(|| format!("\"{name}\" is no option"))?;
    if flag.value.is_empty() {
        if attached.is_some() {
            return Err(format!("{name} takes no value"));
        }
        match flag.id {
            Id::NonInteractive => invocation.non_interactive = true,
            Id::Help => return Ok(Some(Mode::Help)),
            _ => return Ok(Some(Mode::Version)),
        }
        return Ok(None);
    }
    if flag.id == Id::Complete {
        return Ok(Some(Mode::Complete(
            rest.skip_while(|word| word == "--").collect(),
        )));
    }
    let value = attached
        .or_else(|| rest.next())
        .ok_or_else(|| format!("{name} wants {}", flag.value))?;
    match flag.id {
        Id::File => return file(invocation, value, rest).map(Some),
        Id::Command | Id::EncodedCommand => {
            if invocation.mode != Mode::Session {
                return Err(format!("{name} is given after another command"));
            }
            invocation.mode = match flag.id {
                Id::EncodedCommand => Mode::Line(encoded::text(&value)?),
                _ if value == "-" => return Ok(Some(Mode::Session)),
                _ => Mode::Line(value),
            };
        }
        _ => take_value(invocation, flag.id, value)?,
    }
    Ok(None)
}

fn file(
    invocation: &Invocation,
    path: String,
    rest: &mut impl Iterator<Item = String>,
) -> Result<Mode, String> {
    if invocation.mode != Mode::Session {
        return Err("-f is given after another command".to_owned());
    }
    Ok(if path == "-" {
        Mode::Session
    } else {
        Mode::File(path.into(), rest.collect())
    })
}

fn take_value(invocation: &mut Invocation, id: Id, value: String) -> Result<(), String> {
    let settings = &mut invocation.settings;
    match id {
        Id::Output => invocation.form = Some(output_form(&value)?),
        Id::InputFormat => invocation.input = Some(input_form(&value)?),
        Id::EncodedArguments => invocation.argument_clixml = encoded::text(&value)?,
        Id::Operation => {
            let id =
                uuid::Uuid::parse_str(&value).map_err(|_| format!("\"{value}\" is not a UUID"))?;
            invocation.operation_id = id.to_string();
        }
        Id::ExpectPlan => invocation.expected_plan = value,
        Id::MaxLoss => invocation.loss_budget = value,
        Id::Server => settings.servers.get_or_insert_default().push(value),
        Id::Ca => settings.ca = Some(value.into()),
        Id::Certificate => settings.certificate = Some(value.into()),
        Id::Key => settings.key = Some(value.into()),
        Id::ServerName => settings.server_name = Some(value),
        Id::Profile => settings.profile = Some(value.into()),
        Id::Completions => {
            invocation.mode = Mode::Completions(Shell::named(&value).ok_or_else(|| {
                format!("there is no completion for \"{value}\"; there is for bash, zsh, fish and powershell")
            })?);
        }
        Id::Command
        | Id::File
        | Id::EncodedCommand
        | Id::NonInteractive
        | Id::Complete
        | Id::Help
        | Id::Version => {}
    }
    Ok(())
}

fn output_form(value: &str) -> Result<OutputForm, String> {
    Ok(match value.to_ascii_lowercase().as_str() {
        "text" => OutputForm::Text,
        "table" => OutputForm::Table,
        "list" => OutputForm::List,
        "json" => OutputForm::Json,
        "csv" => OutputForm::Csv,
        "clixml" | "xml" => OutputForm::Clixml,
        _ => {
            return Err(format!(
                "\"{value}\" is no output form; text, table, list, json, csv and clixml are"
            ));
        }
    })
}

fn input_form(value: &str) -> Result<InputForm, String> {
    Ok(match value.to_ascii_lowercase().as_str() {
        "text" => InputForm::Text,
        "json" => InputForm::Json,
        "clixml" | "xml" => InputForm::Clixml,
        "none" => InputForm::None,
        _ => {
            return Err(format!(
                "\"{value}\" is no input form; text, json, clixml and none are"
            ));
        }
    })
}

#[cfg(test)]
#[path = "options_tests.rs"]
mod tests;
