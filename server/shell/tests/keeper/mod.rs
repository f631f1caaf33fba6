//! A host for tests that keeps what it is shown.

#![allow(dead_code, reason = "each test looks at a part of what is kept")]

pub(crate) mod drive;

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::Instant;

use self::drive::{Files, Written};
use tandem_shell::command::CommandInfo;
use tandem_shell::file::{FileFailure, FileSink, FileSource, WriteMode};
use tandem_shell::help::topic::Topic;
use tandem_shell::host::{
    ChoicePrompt, CmdletCall, CmdletSink, FieldPrompt, Host, InputFailure, PromptFailure, Shown,
    Stopped,
};
use tandem_shell::session::{Input, RunOutcome, Session, SessionOptions};
use tandem_shell::text::{Culture, to_text};
use tandem_shell::value::{DateTime, DateTimeKind, Value};

/// Input from outside.
pub(crate) type Given = Box<dyn Iterator<Item = Result<Value, InputFailure>> + Send>;

/// A host without cmdlets and without a user, that keeps what it is shown.
#[derive(Default)]
pub(crate) struct Keeper {
    pub(crate) shown: RefCell<Vec<String>>,
    pub(crate) values: RefCell<Vec<Value>>,
    /// What `shown` holds, and the messages of errors, in order.
    pub(crate) told: RefCell<Vec<String>>,
    /// The ids of errors.
    pub(crate) errors: RefCell<Vec<String>>,
    pub(crate) warnings: RefCell<Vec<String>>,
    /// The caller's files.
    pub(crate) files: Files,
    pub(crate) topics: Cell<&'static [Topic]>,
    pub(crate) written: Written,
    /// What the caller gives from outside; how much of it was taken; whether its end was wished for.
    pub(crate) input: RefCell<Option<Given>>,
    pub(crate) taken: Cell<usize>,
    pub(crate) input_ended: Cell<bool>,
    /// How many objects are shown before the pipeline is asked to stop.
    pub(crate) patience: Cell<Option<usize>>,
    /// When the pipeline is asked to stop.
    pub(crate) end: Cell<Option<Instant>>,
}

impl Host for Keeper {
    fn fill_random(&self, bytes: &mut [u8]) {
        // Tests foretell what is random.
        for (byte, number) in bytes.iter_mut().zip(1..) {
            *byte = number;
        }
    }
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
                let text = to_text(value, Culture::Invariant);
                self.told.borrow_mut().push(text.clone());
                self.shown.borrow_mut().push(text);
                self.values.borrow_mut().push(value.clone());
            }
            Shown::Error(error) => {
                let id = error.fully_qualified_id.to_string();
                self.errors.borrow_mut().push(id);
                self.told
                    .borrow_mut()
                    .push(error.shown_message().to_owned());
            }
            Shown::Warning(text) => self.warnings.borrow_mut().push(text.to_owned()),
            _ => {}
        }
    }
    fn prompt_for_choice(&self, _prompt: &ChoicePrompt) -> Result<usize, PromptFailure> {
        Err(PromptFailure::NoUser)
    }
    fn prompt_for_fields(&self, _prompt: &FieldPrompt) -> Result<Vec<Value>, PromptFailure> {
        Err(PromptFailure::NoUser)
    }
    fn next_input(&self) -> Result<Option<Value>, InputFailure> {
        let next = self.input.borrow_mut().as_mut().and_then(Iterator::next);
        self.taken
            .set(self.taken.get() + usize::from(next.is_some()));
        next.transpose()
    }
    fn end_input(&self) {
        self.input_ended.set(true);
    }
    fn now(&self) -> DateTime {
        DateTime {
            ticks: 639_305_568_000_000_000,
            kind: DateTimeKind::Local,
        }
    }
    fn help_topics(&self) -> &'static [Topic] {
        self.topics.get()
    }
    fn open_file(&self, path: &str) -> Result<Box<dyn FileSource>, FileFailure> {
        drive::open(&self.files, path)
    }
    fn create_file(&self, path: &str, mode: WriteMode) -> Result<Box<dyn FileSink>, FileFailure> {
        drive::create(&self.files, &self.written, path, mode)
    }
    fn stopping(&self) -> bool {
        let is_shown = |patience| self.shown.borrow().len() >= patience;
        self.patience.get().is_some_and(is_shown)
            || self.end.get().is_some_and(|end| Instant::now() > end)
    }
}

/// What a line shows, the ids of its errors, and how it ends.
pub(crate) fn run(text: &str) -> (Vec<String>, Vec<String>, RunOutcome) {
    let host = Keeper::default();
    let outcome = Session::new(SessionOptions::default()).run(&host, &Input::Text(text));
    (host.shown.into_inner(), host.errors.into_inner(), outcome)
}

/// What a line shows that must not fail.
pub(crate) fn shown(text: &str) -> Vec<String> {
    let (shown, errors, outcome) = run(text);
    assert!(errors.is_empty(), "{text}: {errors:?}");
    assert!(
        outcome.terminating.is_none(),
        "{text}: {:?}",
        outcome.terminating
    );
    shown
}

/// Output and error messages of a line, joined with blanks.
pub(crate) fn answer(line: &str) -> String {
    let host = Keeper::default();
    let outcome = Session::new(SessionOptions::default()).run(&host, &Input::Text(line));
    let mut told = host.told.into_inner();
    if let Some(error) = &outcome.terminating {
        told.push(error.shown_message().to_owned());
    }
    told.join(" ")
}

/// What a line tells: texts of objects and ids of errors, each joined with `|`.
pub(crate) fn told(line: &str) -> (String, String) {
    let host = Keeper::default();
    let outcome = Session::new(SessionOptions::default()).run(&host, &Input::Text(line));
    let mut errors = host.errors.into_inner();
    errors.extend(
        outcome
            .terminating
            .map(|record| record.fully_qualified_id.to_string()),
    );
    let ids: Vec<&str> = errors
        .iter()
        .filter_map(|id| id.split(',').next())
        .collect();
    (host.shown.into_inner().join("|"), ids.join("|"))
}

/// Holds lines against what they write and the ids of their errors.
pub(crate) fn check(table: &[(&str, &str, &str)]) {
    for (line, output, errors) in table {
        assert_eq!(
            told(line),
            ((*output).to_owned(), (*errors).to_owned()),
            "{line}"
        );
    }
}
