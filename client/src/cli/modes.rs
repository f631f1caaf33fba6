//! What each way to call the program does: one command, a line, a script, lines from a pipe, a session.

use std::path::Path;
use std::{env, fs};

use tandem::cmdlet::v1::Value;
use tandem::cmdlet::v1::value::Kind;
use tandem::shell::v1::{Finished, Output as OutputWish, OutputForm, Start, Words, start};
use tandem_client::{Connection, Error, Profile, Settings, Shell, connect};
use uuid::Uuid;

use super::completions;
use super::files::Files;
use super::input;
use super::interactive;
use super::keyboard::{Keyboard, Typed};
use super::options::{InputForm, Invocation, Mode};
use super::output::Output;
use super::run::{Caller, Failure};
use super::screen::Screen;
use super::script::Script;
use super::{EXIT_START, EXIT_USAGE};

/// Exit code of a run that was interrupted twice, or that a broken standard output ended.
const EXIT_FAILED: u8 = 1;

/// Does what the invocation says; the exit code.
pub(crate) async fn run(invocation: Invocation) -> u8 {
    let script = match Script::of(&invocation.mode) {
        Ok(script) => script,
        Err(problem) => {
            eprintln!("tandem: {problem}");
            return EXIT_USAGE;
        }
    };
    let environment = Settings::from_environment(|name| env::var(name).ok());
    let profile = Profile::resolve(invocation.settings.clone(), &environment);
    if let Mode::Complete(words) = &invocation.mode {
        completions::complete(profile, words).await;
        return 0;
    }
    let profile = match profile {
        Ok(profile) => profile,
        Err(error) => return tell(&error),
    };
    let connection = match connect(&profile).await {
        Ok(connection) => connection,
        Err(error) => return tell(&error),
    };
    let screen = Screen::detect();
    tell_skipped(&connection, &screen);

    let (keyboard, input) = roles_of_stdin(&invocation, script.as_ref(), &screen);
    let mut caller = Caller {
        output: Output::new(&screen),
        files: Files::default(),
        form: invocation.form.unwrap_or(OutputForm::Text),
        clixml_begun: false,
        screen,
        keyboard,
        words: match &invocation.mode {
            Mode::Words(words) => words.clone(),
            _ => Vec::new(),
        },
    };
    let shell = connection.shell();
    let outcome = match (&invocation.mode, script) {
        (Mode::Session, _) if screen.stdin_is_terminal && !invocation.non_interactive => {
            interactive::session(&mut caller, &shell, &profile, &invocation).await
        }
        (Mode::Session, _) => lines(&mut caller, &shell, &invocation).await,
        (_, script) => one(&mut caller, &shell, &invocation, script, input).await,
    };
    match outcome {
        Ok(code) => code,
        Err(Failure::Call(error)) => tell(&error),
        Err(failure) => {
            eprintln!("tandem: {failure}");
            EXIT_FAILED
        }
    }
}

/// What standard input is: answers of somebody who types, pipeline input, lines to run with answers between them, or the answers to
/// the prompts of a line or script that does not read `$input`.
fn roles_of_stdin(
    invocation: &Invocation,
    script: Option<&Script>,
    screen: &Screen,
) -> (Keyboard, Option<InputForm>) {
    let answers = |keyboard: fn() -> Keyboard| match invocation.non_interactive {
        true => Keyboard::Nobody,
        false => keyboard(),
    };
    if screen.stdin_is_terminal {
        return (answers(|| Keyboard::Terminal), None);
    }
    let text = match (&invocation.mode, script) {
        (Mode::Session, _) => return (answers(Keyboard::lines), None),
        (Mode::Line(line), _) => Some(line),
        (_, Some(script)) => Some(&script.text),
        _ => None,
    };
    let reads_input = text.is_none_or(|text| text.to_ascii_lowercase().contains("$input"));
    match invocation.input {
        Some(InputForm::None) => (Keyboard::Nobody, None),
        Some(form) => (Keyboard::Nobody, Some(form)),
        None if reads_input => (Keyboard::Nobody, Some(InputForm::Text)),
        None => (answers(Keyboard::lines), None),
    }
}

async fn one(
    caller: &mut Caller,
    shell: &Shell,
    invocation: &Invocation,
    script: Option<Script>,
    input: Option<InputForm>,
) -> Result<u8, Failure> {
    // A line or a script finds its input in `$input`, where none is as good as an empty one.
    let is_command = matches!(invocation.mode, Mode::Words(_));
    let input = match input {
        Some(_) if is_command && !input::is_there().await => None,
        input => input,
    };
    let mut start = start(caller, invocation);
    start.expects_input = input.is_some();
    start
        .argument_clixml
        .clone_from(&invocation.argument_clixml);
    start.command = Some(match (&invocation.mode, script) {
        (Mode::Words(words), _) => {
            words.iter().for_each(|word| caller.files.note(word));
            start::Command::Words(Words {
                word: words.clone(),
            })
        }
        (Mode::Line(line), _) => {
            caller.files.note(line);
            start::Command::Line(line.clone())
        }
        (Mode::File(_, arguments), Some(script)) => {
            caller.files.note(&script.text);
            arguments
                .iter()
                .for_each(|argument| caller.files.note(argument));
            start.script_path = shown_path(&script.path);
            start.argument = arguments
                .iter()
                .map(|word| Value {
                    kind: Some(Kind::String(word.clone())),
                })
                .collect();
            start::Command::Line(script.text)
        }
        _ => return Ok(EXIT_USAGE),
    });
    let finished = caller.run(shell, start, input).await?;
    Ok(exit_code(&finished))
}

/// Runs standard input line after line in one session, as `pwsh -Command -` does: what is unfinished takes the next line along,
/// prompts take their answers from the lines that follow.
async fn lines(caller: &mut Caller, shell: &Shell, invocation: &Invocation) -> Result<u8, Failure> {
    let session_id = Uuid::new_v4().to_string();
    if invocation.non_interactive {
        caller.keyboard = Keyboard::Nobody;
    }
    let source = Keyboard::lines();
    if caller.keyboard.is_somebody() {
        caller.keyboard = source.clone();
    }
    let mut code = 0;
    let mut unfinished = String::new();
    while let Typed::Line(line) = source.line(false).await {
        if unfinished.is_empty() && line.trim().is_empty() {
            continue;
        }
        unfinished.push_str(&line);
        caller.files.note(&line);
        let mut start = start(caller, invocation);
        start.session_id.clone_from(&session_id);
        start.command = Some(start::Command::Line(unfinished.clone()));
        let finished = caller.run(shell, start, None).await?;
        if finished.incomplete {
            unfinished.push('\n');
            continue;
        }
        unfinished.clear();
        code = exit_code(&finished);
        if finished.exit || caller.output.is_closed() {
            break;
        }
    }
    Ok(code)
}

/// What every pipeline of this invocation starts with.
pub(crate) fn start(caller: &Caller, invocation: &Invocation) -> Start {
    Start {
        output: Some(OutputWish {
            form: caller.form.into(),
            width: caller.screen.width().into(),
            color: caller.screen.colour(),
        }),
        interactive: caller.keyboard.is_somebody(),
        operation_id: invocation.operation_id.clone(),
        expected_plan: invocation.expected_plan.clone(),
        loss_budget: invocation.loss_budget.clone(),
        time_zone: time_zone().unwrap_or_default(),
        paces_files: true,
        ..Start::default()
    }
}

/// A process has eight bits for its exit code.
pub(crate) fn exit_code(finished: &Finished) -> u8 {
    finished
        .exit_code
        .rem_euclid(256)
        .try_into()
        .unwrap_or(EXIT_FAILED)
}

/// A script's path as messages show it: whole.
fn shown_path(path: &Path) -> String {
    fs::canonicalize(path)
        .unwrap_or_else(|_| path.to_owned())
        .display()
        .to_string()
}

/// The caller's zone as an IANA name: `TZ`, else what `/etc/localtime` links to.
fn time_zone() -> Option<String> {
    if let Ok(zone) = env::var("TZ")
        && let zone = zone.trim_start_matches(':')
        && zone.contains('/')
    {
        return Some(zone.to_owned());
    }
    let link = fs::read_link("/etc/localtime").ok()?;
    let (_, zone) = link.to_str()?.split_once("zoneinfo/")?;
    Some(zone.to_owned())
}

fn tell(error: &Error) -> u8 {
    let advice = error.advice();
    let advice = if advice.is_empty() {
        advice
    } else {
        format!("\n  {advice}")
    };
    eprintln!("tandem: {error}{advice}");
    EXIT_START
}

fn tell_skipped(connection: &Connection, screen: &Screen) {
    for skipped in connection.skipped() {
        // Scripts read standard error as errors; that a node is down is none while another one answers.
        if screen.stderr_is_terminal || skipped.refusal.is_about_trust() {
            eprintln!(
                "tandem: passed over {}: {}; using {}",
                skipped.endpoint,
                skipped.refusal,
                connection.endpoint()
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(exit_code: i32) -> u8 {
        super::exit_code(&Finished {
            exit_code,
            ..Finished::default()
        })
    }

    #[test]
    fn exit_codes_are_taken_modulo_256() {
        assert_eq!(
            [code(0), code(1), code(255), code(256), code(-1), code(4000)],
            [0, 1, 255, 0, 255, 160]
        );
    }

    fn invoked(mode: Mode) -> Invocation {
        let arguments = std::iter::once("tandem".into());
        Invocation {
            mode,
            ..super::super::options::read(arguments).unwrap_or_else(|refusal| panic!("{refusal}"))
        }
    }

    fn screen(stdin_is_terminal: bool) -> Screen {
        Screen {
            stdin_is_terminal,
            stdout_is_terminal: false,
            stderr_is_terminal: false,
            is_capable: true,
            wants_colour: true,
        }
    }

    #[test]
    fn piped_input_feeds_a_command_and_never_answers_its_prompts() {
        let words = invoked(Mode::Words(vec!["Get-CsPool".into()]));
        let (keyboard, input) = roles_of_stdin(&words, None, &screen(false));
        assert!(!keyboard.is_somebody());
        assert_eq!(input, Some(InputForm::Text));
    }

    #[test]
    fn a_line_reads_its_input_or_has_its_prompts_answered() {
        let line = |text: &str| invoked(Mode::Line(text.into()));
        let reads = line("$Input | Get-CsPool");
        assert!(matches!(
            roles_of_stdin(&reads, None, &screen(false)),
            (Keyboard::Nobody, Some(InputForm::Text))
        ));
        let mut asks = line("Invoke-CsPoolFailOver");
        assert!(matches!(
            roles_of_stdin(&asks, None, &screen(false)),
            (Keyboard::Lines(_), None)
        ));
        asks.input = Some(InputForm::Clixml);
        assert!(matches!(
            roles_of_stdin(&asks, None, &screen(false)),
            (Keyboard::Nobody, Some(InputForm::Clixml))
        ));
        asks.input = None;
        asks.non_interactive = true;
        assert!(matches!(
            roles_of_stdin(&asks, None, &screen(false)),
            (Keyboard::Nobody, None)
        ));
    }

    #[test]
    fn a_terminal_answers_prompts_unless_told_otherwise() {
        let mut words = invoked(Mode::Words(vec!["Get-CsPool".into()]));
        assert!(matches!(
            roles_of_stdin(&words, None, &screen(true)),
            (Keyboard::Terminal, None)
        ));
        words.non_interactive = true;
        assert!(matches!(
            roles_of_stdin(&words, None, &screen(true)),
            (Keyboard::Nobody, None)
        ));
    }

    #[test]
    fn lines_on_standard_input_hold_answers_too() {
        let (keyboard, input) = roles_of_stdin(&invoked(Mode::Session), None, &screen(false));
        assert!(matches!(keyboard, Keyboard::Lines(_)));
        assert_eq!(input, None);
    }
}
