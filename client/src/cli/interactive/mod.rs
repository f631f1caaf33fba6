//! The session at a terminal: line editing, history, completion, and reconnecting when the node goes away.

mod colours;
mod completer;
mod editing;
mod history;
mod menu;
mod paths;
mod prompt;
mod scan;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use reedline::Signal;
use tandem::shell::v1::start;
use tandem_client::{Error, Profile, Shell, connect};
use tokio::time::timeout;
use uuid::Uuid;

use super::modes::{exit_code, start};
use super::options::Invocation;
use super::run::{Caller, Failure};
use editing::Editing;
use prompt::SessionPrompt;

/// How long a node may take to say which pool it serves.
const NAMING_PATIENCE: Duration = Duration::from_secs(2);

/// What lines and completions run against; replaced when the node is.
#[derive(Clone)]
struct Session {
    shell: Shell,
    /// The pool of the node that it talks to, if that says so.
    pool: Option<String>,
    id: String,
    /// Whether the caller has been told that there is no connection.
    is_lost: bool,
}

impl Session {
    async fn new(shell: Shell) -> Self {
        // A node that does not answer in time is named by its address.
        let pool = timeout(NAMING_PATIENCE, shell.pool()).await;
        Self {
            pool: pool.ok().flatten(),
            shell,
            id: Uuid::new_v4().to_string(),
            is_lost: false,
        }
    }

    /// Whether nothing that is sent now would arrive.
    fn is_gone(&self) -> bool {
        self.is_lost || self.shell.connection().broken().is_some()
    }

    /// The prompt for its next line.
    fn prompt(&self, goes_on: bool) -> SessionPrompt {
        let node = self.shell.connection().endpoint();
        SessionPrompt::new(node, self.pool.as_deref(), self.is_lost, goes_on)
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
    hear_interrupts().await?;
    let current = Arc::new(Mutex::new(Session::new(shell.clone()).await));
    let mut editing = Editing::new(caller, &current);
    caller
        .output
        .say("Tab completes, Get-Command lists cmdlets, Get-Help explains one, exit leaves.\n")?;
    // Text that only the server found to be unfinished.
    let mut unfinished = String::new();
    loop {
        let session = taken(&current);
        let prompt = session.prompt(!unfinished.is_empty());
        let Some(signal) = editing.line(caller, &current, prompt).await? else {
            unfinished.clear();
            continue;
        };
        let line = match signal {
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
        if wants_clear_screen(&unfinished) && caller.screen.is_capable {
            unfinished.clear();
            caller.output.clear_screen()?;
            continue;
        }
        let leaves = unfinished.trim().eq_ignore_ascii_case("exit");
        if leaves && session.is_gone() {
            return Ok(0);
        }
        let Some(session) = at_hand(caller, profile, &current).await? else {
            // It has not run: it stands at the prompt again, to be sent or changed.
            let line = std::mem::take(&mut unfinished);
            editing.put_back(line);
            continue;
        };
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
            Err(Failure::Call(_)) if leaves => return Ok(0),
            Err(Failure::Call(error)) => recover(caller, error, profile, &current).await?,
            Err(left @ (Failure::Left | Failure::Unanswered(_))) => {
                caller.output.complain(&format!("tandem: {left}\n"))?;
            }
            Err(failure) => return Err(failure),
        }
        unfinished.clear();
    }
}

/// `Clear-Host` by its names: the window is this program's, no node knows it.
fn wants_clear_screen(line: &str) -> bool {
    ["clear", "cls", "clear-host"].contains(&line.trim().to_ascii_lowercase().as_str())
}

/// From here on Ctrl-C never ends the program: it may come between the end of typing and the start of listening.
async fn hear_interrupts() -> std::io::Result<()> {
    tokio::select! {
        biased;
        heard = tokio::signal::ctrl_c() => heard,
        () = std::future::ready(()) => Ok(()),
    }
}

/// The session that a line can be sent to. None when the caller should look first: the connection broke while the prompt stood
/// there, so the line has not been sent, and would run elsewhere and without its variables.
async fn at_hand(
    caller: &mut Caller,
    profile: &Profile,
    current: &Mutex<Session>,
) -> Result<Option<Session>, Failure> {
    let session = taken(current);
    if session.is_lost {
        let is_back = reconnect(caller, profile, current).await?;
        return Ok(is_back.then(|| taken(current)));
    }
    let Some(error) = session.shell.connection().broken() else {
        return Ok(Some(session));
    };
    caller
        .output
        .complain(&format!("tandem: {error}; the line has not been sent\n"))?;
    reconnect(caller, profile, current).await?;
    Ok(None)
}

/// Tells what went wrong with a line that was sent; when the node is gone, goes on with the next one that answers.
async fn recover(
    caller: &mut Caller,
    error: Error,
    profile: &Profile,
    current: &Mutex<Session>,
) -> Result<(), Failure> {
    caller
        .output
        .complain(&format!("tandem: {error}\n  {}\n", error.advice()))?;
    if !matches!(error, Error::Status(_)) {
        reconnect(caller, profile, current).await?;
    }
    Ok(())
}

/// Connects to the first node that answers, and says so either way; whether there is one.
async fn reconnect(
    caller: &mut Caller,
    profile: &Profile,
    current: &Mutex<Session>,
) -> Result<bool, Failure> {
    let mut session = taken(current);
    let connected = tokio::select! {
        connected = connect(profile) => connected.map_err(|error| format!("{error}\n  {}", error.advice())),
        interrupted = tokio::signal::ctrl_c() => {
            interrupted?;
            Err("interrupted before a node had answered.".to_owned())
        }
    };
    let told = match connected {
        Ok(connection) => {
            session = Session::new(connection.shell()).await;
            format!(
                "Connected to {}. Variables of the session before are gone.\n",
                connection.endpoint()
            )
        }
        Err(problem) => {
            session.is_lost = true;
            format!("tandem: {problem} The next line tries again; exit leaves.\n")
        }
    };
    let is_back = !session.is_lost;
    *current
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner) = session;
    match is_back {
        true => caller.output.say(&told)?,
        false => caller.output.complain(&told)?,
    }
    Ok(is_back)
}

fn taken(current: &Mutex<Session>) -> Session {
    current
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .clone()
}
