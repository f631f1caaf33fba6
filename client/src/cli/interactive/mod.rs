//! The session at a terminal: line editing, history, completion, and reconnecting when the node goes away.

mod colours;
mod completer;
mod history;
mod prompt;
mod scan;

use std::sync::{Arc, Mutex};

use reedline::{
    ColumnarMenu, DefaultHinter, EditCommand, Emacs, KeyCode, KeyModifiers, MenuBuilder, Reedline,
    ReedlineEvent, ReedlineMenu, Signal, default_emacs_keybindings,
};
use tandem::shell::v1::start;
use tandem_client::{Error, Profile, Shell, connect};
use tokio::runtime::Handle;
use uuid::Uuid;

use super::modes::{exit_code, start};
use super::options::Invocation;
use super::run::{Caller, Failure};
use colours::Colours;
use completer::Completions;
use prompt::SessionPrompt;
use scan::Continues;

const MENU: &str = "completions";

/// What lines and completions run against; replaced when the node is.
#[derive(Clone)]
struct Session {
    shell: Shell,
    id: String,
}

impl Session {
    fn new(shell: Shell) -> Self {
        Self {
            shell,
            id: Uuid::new_v4().to_string(),
        }
    }
}

/// Reads and runs lines until the caller leaves; the exit code.
///
/// # Errors
/// When the terminal fails.
pub(crate) async fn session(
    caller: &mut Caller,
    shell: &Shell,
    profile: &Profile,
    invocation: &Invocation,
) -> Result<u8, Failure> {
    let current = Arc::new(Mutex::new(Session::new(shell.clone())));
    let mut editor = editor(caller, &current);
    caller.output.say(
        "Tab completes, Get-Command lists the cmdlets, Get-Help explains one, exit leaves.\n",
    )?;
    // Text that only the server found to be unfinished.
    let mut unfinished = String::new();
    loop {
        let session = taken(&current);
        let prompt = SessionPrompt::new(
            session.shell.connection().endpoint(),
            !unfinished.is_empty(),
        );
        let read = tokio::task::spawn_blocking(move || {
            let signal = editor.read_line(&prompt);
            (editor, signal)
        });
        let Ok((returned, signal)) = read.await else {
            return Ok(0);
        };
        editor = returned;
        let line = match signal? {
            Signal::Success(line) => line,
            Signal::CtrlD => return Ok(0),
            _ => {
                unfinished.clear();
                continue;
            }
        };
        if line.trim().is_empty() {
            unfinished.clear();
            continue;
        }
        unfinished.push_str(&line);
        caller.files.note(&line);
        let mut start = start(caller, invocation);
        start.session_id.clone_from(&session.id);
        start.command = Some(start::Command::Line(unfinished.clone()));
        match caller.run(&session.shell, start, None).await {
            Ok(finished) if finished.exit => return Ok(exit_code(&finished)),
            Ok(finished) if finished.incomplete => {
                unfinished.push('\n');
                continue;
            }
            Ok(_) => {}
            Err(Failure::Call(error)) => recover(caller, error, profile, &current).await?,
            Err(Failure::Left) => caller
                .output
                .complain("tandem: left before the pipeline had stopped\n")?,
            Err(failure) => return Err(failure),
        }
        unfinished.clear();
    }
}

/// Tells what went wrong; when the node is gone, goes on with the next one that answers.
async fn recover(
    caller: &mut Caller,
    error: Error,
    profile: &Profile,
    current: &Mutex<Session>,
) -> Result<(), Failure> {
    caller
        .output
        .complain(&format!("tandem: {error}\n  {}\n", error.advice()))?;
    if matches!(error, Error::Status(_)) {
        return Ok(());
    }
    match connect(profile).await {
        Ok(connection) => {
            let told = format!(
                "Connected to {}. Variables of the session before are gone.\n",
                connection.endpoint()
            );
            if let Ok(mut session) = current.lock() {
                *session = Session::new(connection.shell());
            }
            caller.output.say(&told)?;
        }
        Err(error) => caller.output.complain(&format!("tandem: {error}\n"))?,
    }
    Ok(())
}

fn taken(current: &Mutex<Session>) -> Session {
    current
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .clone()
}

fn editor(caller: &Caller, current: &Arc<Mutex<Session>>) -> Reedline {
    let mut keys = default_emacs_keybindings();
    let next = ReedlineEvent::UntilFound(vec![
        ReedlineEvent::Menu(MENU.to_owned()),
        ReedlineEvent::MenuNext,
    ]);
    keys.add_binding(KeyModifiers::NONE, KeyCode::Tab, next);
    keys.add_binding(
        KeyModifiers::SHIFT,
        KeyCode::BackTab,
        ReedlineEvent::MenuPrevious,
    );
    let newline = ReedlineEvent::Edit(vec![EditCommand::InsertNewline]);
    keys.add_binding(KeyModifiers::ALT, KeyCode::Enter, newline.clone());
    keys.add_binding(KeyModifiers::SHIFT, KeyCode::Enter, newline);

    let colour = caller.screen.colour();
    let menu = ColumnarMenu::default()
        .with_name(MENU)
        .with_marker("")
        .with_columns(4)
        .with_column_padding(2);
    let mut editor = Reedline::create()
        .with_ansi_colors(colour)
        .with_edit_mode(Box::new(Emacs::new(keys)))
        .with_completer(Box::new(Completions::new(
            Arc::clone(current),
            Handle::current(),
        )))
        .with_partial_completions(true)
        .with_quick_completions(true)
        .with_menu(ReedlineMenu::EngineCompleter(Box::new(menu)))
        .with_validator(Box::new(Continues));
    if colour {
        let hinter = DefaultHinter::default().with_style(reedline::Color::DarkGray.normal());
        editor = editor
            .with_highlighter(Box::new(Colours))
            .with_hinter(Box::new(hinter));
    }
    match history::open() {
        Some(history) => editor.with_history(history),
        None => editor,
    }
}
