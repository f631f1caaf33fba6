//! Whole runbooks, as administrators write them, and everything that they show.
//!
//! Each `runbooks/*.ps1` runs as a script file in a session of its own; beside it stands its transcript: output, messages
//! and errors in the order in which a window shows them, then the files that it wrote. `RUNBOOK=path` prints the
//! transcript of any script instead; `RUNBOOKS=accept` writes the transcripts anew, to be read before they are kept.

#![allow(clippy::unwrap_used)]

use std::cell::RefCell;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

mod keeper;

use keeper::drive::{self, Files, Written};
use tandem_shell::command::CommandInfo;
use tandem_shell::error_record::ErrorRecord;
use tandem_shell::file::{FileFailure, FileSink, FileSource, WriteMode};
use tandem_shell::format::error_view::{ErrorView, render};
use tandem_shell::format::formatter::Formatter;
use tandem_shell::format::view::ViewRegistry;
use tandem_shell::host::{
    ChoicePrompt, CmdletCall, CmdletSink, FieldPrompt, Host, PromptFailure, Shown, Stopped,
};
use tandem_shell::session::{Input, Session, SessionOptions};
use tandem_shell::text::{Culture, to_text};
use tandem_shell::value::{DateTime, DateTimeKind, Value};

/// Cells of the window.
const WIDTH: usize = 100;

/// A window, and a folder of files.
struct Window {
    drawn: RefCell<String>,
    formatter: RefCell<Formatter>,
    files: Files,
    began: Instant,
}

impl Window {
    fn new() -> Self {
        Self {
            drawn: RefCell::default(),
            formatter: RefCell::new(Formatter::new(Arc::new(ViewRegistry::standard()), WIDTH)),
            files: Files::default(),
            began: Instant::now(),
        }
    }

    fn line(&self, text: &str) {
        let mut drawn = self.drawn.borrow_mut();
        drawn.push_str(text);
        drawn.push('\n');
    }

    fn error(&self, error: &ErrorRecord) {
        let text = render(error, ErrorView::ConciseView, WIDTH);
        self.drawn.borrow_mut().push_str(&text);
    }

    /// What was shown, and the files that are there in the end.
    fn into_transcript(self) -> String {
        let mut text = self.drawn.into_inner();
        self.formatter.into_inner().finish(0, &mut text);
        for (path, content) in &*self.files.borrow() {
            text.push_str(&format!("=== {path}\n"));
            text.push_str(&String::from_utf8_lossy(content).replace('\u{feff}', "<BOM>"));
        }
        text
    }
}

impl Host for Window {
    fn find_command(&self, _name: &str) -> Option<Arc<CommandInfo>> {
        None
    }
    fn commands(&self) -> Vec<Arc<CommandInfo>> {
        Vec::new()
    }
    fn invoke(&self, _call: &CmdletCall<'_>, _sink: &mut dyn CmdletSink) -> Result<(), Stopped> {
        Ok(())
    }
    fn show(&self, shown: Shown<'_>) {
        match shown {
            Shown::Output(value) => {
                let mut formatter = self.formatter.borrow_mut();
                formatter.push(value, 0, &mut self.drawn.borrow_mut());
            }
            Shown::HostLine(text) => self.line(text),
            Shown::Error(error) => self.error(error),
            Shown::Warning(text) => self.line(&format!("WARNING: {text}")),
            Shown::Verbose(text) => self.line(&format!("VERBOSE: {text}")),
            Shown::Debug(text) => self.line(&format!("DEBUG: {text}")),
            Shown::Information(data, _, true) => {
                let mut drawn = self.drawn.borrow_mut();
                drawn.push_str(&to_text(data, Culture::Current));
                if !matches!(data.property("NoNewLine"), Some(Value::Bool(true))) {
                    drawn.push('\n');
                }
            }
            Shown::Information(..) | Shown::Unseen(..) => {}
            Shown::Progress(record) => self.line(&format!(
                "[{} | {} | {}%]",
                record.activity, record.status, record.percent_complete
            )),
        }
    }
    fn prompt_for_choice(&self, prompt: &ChoicePrompt) -> Result<usize, PromptFailure> {
        self.line(&format!("[{} | {}]", prompt.caption, prompt.message));
        Ok(prompt.default)
    }
    fn prompt_for_fields(&self, _prompt: &FieldPrompt) -> Result<Vec<Value>, PromptFailure> {
        Err(PromptFailure::NoUser)
    }
    fn now(&self) -> DateTime {
        DateTime {
            ticks: 639_305_568_000_000_000,
            kind: DateTimeKind::Local,
        }
    }
    fn fill_random(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
    fn stopping(&self) -> bool {
        self.began.elapsed().as_secs() > 20
    }
    fn width(&self) -> usize {
        WIDTH
    }
    fn open_file(&self, path: &str) -> Result<Box<dyn FileSource>, FileFailure> {
        drive::open(&self.files, path)
    }
    fn create_file(&self, path: &str, mode: WriteMode) -> Result<Box<dyn FileSink>, FileFailure> {
        drive::create(&self.files, &Written::default(), path, mode)
    }
}

/// What a runbook shows, the error that ends it, and its exit code.
fn transcript(name: &str, text: &str) -> String {
    let window = Window::new();
    let outcome = Session::new(SessionOptions::default()).run(
        &window,
        &Input::Script {
            text,
            file: name,
            arguments: &[],
        },
    );
    if let Some(error) = &outcome.terminating {
        window.error(error);
    }
    if let Some(code) = outcome.exit_code {
        window.line(&format!("=== exit {code}"));
    }
    window.into_transcript()
}

#[test]
fn runbooks_show_what_powershell_shows() {
    if let Ok(path) = std::env::var("RUNBOOK") {
        let text = fs::read_to_string(&path).unwrap();
        println!("{}", transcript(&path, &text));
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/runbooks");
    let mut different = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "ps1") {
            continue;
        }
        let name = path.file_name().unwrap().to_str().unwrap();
        let found = transcript(
            &format!("/runbooks/{name}"),
            &fs::read_to_string(&path).unwrap(),
        );
        if std::env::var_os("RUNBOOKS").is_some_and(|wish| wish == "accept") {
            fs::write(path.with_extension("txt"), &found).unwrap();
        }
        let expected = fs::read_to_string(path.with_extension("txt")).unwrap_or_default();
        if found != expected {
            different.push(format!("--- {name}\n{found}"));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}
