//! Cases about a `pwsh` process: what its streams show and how it exits.
//!
//! The shell is a library here; this is the thin host that a process is around it: objects and messages to standard
//! output, errors to standard error, the exit code by the way in which the line was given.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use tandem_shell::error_record::ErrorRecord;
use tandem_shell::format::error_view::{ErrorView, render};
use tandem_shell::format::formatter::Formatter;
use tandem_shell::format::view::ViewRegistry;
use tandem_shell::session::{Input, RunOutcome, Session, SessionOptions};
use tandem_shell::text::{Culture, to_text};

use crate::case::Case;
use crate::recorder::{Recorder, Seen};
use crate::stand_ins::StandIns;

/// Cells of a window that is none: standard output into a pipe.
const WIDTH: usize = 80;
/// Cells of a line of output: PowerShell leaves the last column of a window free.
const LINE_WIDTH: usize = WIDTH - 1;
/// The line of a script that loads the stand-ins, which the recorded script began with.
const PRELUDE: &str = "\n";

/// The ways in which a line is given to a process.
pub(crate) const MODES: &[&str] = &["command", "file", "stdin", "noninteractive"];

/// The members `stdout`, `stderr` and `exit` of a case.
pub(crate) fn observe(case: &Case, stand_ins: &StandIns) -> serde_json::Map<String, Json> {
    let field = |name: &str| {
        case.fields
            .get(name)
            .and_then(Json::as_str)
            .unwrap_or_default()
    };
    let mode = field("mode");
    let lines = field("stdin").lines().map(str::to_owned).collect();
    let recorder = Recorder::of_process(stand_ins, lines, mode == "noninteractive");
    let mut session = Session::new(SessionOptions::default());
    let script = format!("{PRELUDE}{}", case.line);
    let input = match mode {
        "file" => Input::Script {
            text: &script,
            file: "script.ps1",
            arguments: &[],
        },
        _ => Input::Text(&case.line),
    };
    let outcome = session.run(&recorder, &input);
    let mut stderr = String::new();
    // What formats errors runs outside the script, and sees what the session holds.
    let view = session.state().variable("ErrorView");
    let view =
        ErrorView::named(&view.map_or_else(String::new, |view| to_text(&view, Culture::Invariant)));
    let stdout = draw(recorder.into_record().seen, view, &mut stderr);
    if let Some(error) = &outcome.terminating
        && !(outcome.incomplete && mode == "stdin")
    {
        push_error(&mut stderr, view, error);
    }
    let mut fields = serde_json::Map::new();
    fields.insert("stdout".into(), json!(stdout));
    fields.insert("stderr".into(), json!(stderr));
    fields.insert("exit".into(), json!(exit_code(mode, &outcome)));
    fields
}

fn draw(seen: Vec<Seen>, view: ErrorView, stderr: &mut String) -> String {
    let mut formatter = Formatter::new(Arc::new(ViewRegistry::standard()), LINE_WIDTH);
    let mut stdout = String::new();
    for shown in seen {
        match shown {
            Seen::Object(value) => formatter.push(&value, 0, &mut stdout),
            Seen::Error(error) => push_error(stderr, view, &error),
            Seen::Text(text) => stdout.push_str(&text),
        }
    }
    formatter.finish(0, &mut stdout);
    stdout
}

fn push_error(stderr: &mut String, view: ErrorView, error: &ErrorRecord) {
    stderr.push_str(&render(error, view, WIDTH));
}

/// `exit n` gives the low byte of n. A script ends with 0 unless an error ended it, a command line by `$?`; standard
/// input that just stops is no error.
fn exit_code(mode: &str, outcome: &RunOutcome) -> i32 {
    if let Some(code) = outcome.exit_code {
        return code & 0xff;
    }
    match mode {
        "stdin" if outcome.incomplete => 0,
        "file" => i32::from(outcome.terminating.is_some()),
        _ => i32::from(outcome.terminating.is_some() || !outcome.success),
    }
}
