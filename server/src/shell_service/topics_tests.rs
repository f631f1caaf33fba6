//! What the topics show can be typed: every line parses, and binds to the cmdlets that there are.

#![allow(clippy::unwrap_used)]

use std::cell::RefCell;
use std::sync::Arc;

use tandem_shell::builtin;
use tandem_shell::command::CommandInfo;
use tandem_shell::file::{FileFailure, FileSink, WriteMode};
use tandem_shell::help::topic::{self, Topic};
use tandem_shell::host::{
    ChoicePrompt, CmdletCall, CmdletSink, FieldPrompt, Host, PromptFailure, Shown, Stopped,
};
use tandem_shell::session::{Input, Session, SessionOptions, StructuredPipeline};
use tandem_shell::value::{DateTime, DateTimeKind, Value};

use super::PRODUCT;
use crate::dispatch::catalogue::Catalogue;
use crate::shell_service::words;

/// Columns of the narrowest window that topics are read in.
const WIDTH: usize = 80;

/// The catalogue's cmdlets, which do nothing once they are bound.
struct Binder {
    catalogue: Catalogue,
    bound: RefCell<usize>,
    errors: RefCell<Vec<String>>,
}

struct Nowhere;

impl FileSink for Nowhere {
    fn write(&mut self, _piece: &[u8]) -> Result<(), FileFailure> {
        Ok(())
    }
    fn finish(&mut self) -> Result<(), FileFailure> {
        Ok(())
    }
}

impl Host for Binder {
    fn fill_random(&self, bytes: &mut [u8]) {
        // Tests foretell what is random.
        for (byte, number) in bytes.iter_mut().zip(1..) {
            *byte = number;
        }
    }

    fn find_command(&self, name: &str) -> Option<Arc<CommandInfo>> {
        let cmdlet = self.catalogue.by_name(name)?;
        Some(cmdlet.info.clone())
    }
    fn commands(&self) -> Vec<Arc<CommandInfo>> {
        let cmdlets = self.catalogue.cmdlets().iter();
        cmdlets.map(|cmdlet| cmdlet.info.clone()).collect()
    }
    fn help_topics(&self) -> &'static [Topic] {
        PRODUCT
    }
    fn invoke(&self, _call: &CmdletCall<'_>, _sink: &mut dyn CmdletSink) -> Result<(), Stopped> {
        *self.bound.borrow_mut() += 1;
        Ok(())
    }
    fn show(&self, shown: Shown<'_>) {
        if let Shown::Error(error) = shown {
            self.errors.borrow_mut().push(error.message.clone());
        }
    }
    fn prompt_for_choice(&self, _prompt: &ChoicePrompt) -> Result<usize, PromptFailure> {
        Err(PromptFailure::NoUser)
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
    fn stopping(&self) -> bool {
        false
    }
    fn create_file(&self, _path: &str, _mode: WriteMode) -> Result<Box<dyn FileSink>, FileFailure> {
        Ok(Box::new(Nowhere))
    }
}

fn binder() -> Binder {
    Binder {
        catalogue: Catalogue::new(),
        bound: RefCell::default(),
        errors: RefCell::default(),
    }
}

/// Errors of one input in that session.
fn problems(host: &Binder, session: &mut Session, input: &Input<'_>) -> Vec<String> {
    let outcome = session.run(host, input);
    let mut errors = host.errors.take();
    errors.extend(outcome.terminating.map(|error| error.message));
    errors
}

#[test]
fn topics_have_their_sections() {
    assert!(PRODUCT.is_sorted_by_key(|topic| topic.name));
    for topic in PRODUCT {
        let lines: Vec<&str> = topic.text.lines().collect();
        let heads = [lines[0], lines[3], lines[6]];
        let expected = ["TOPIC", "SHORT DESCRIPTION", "LONG DESCRIPTION"];
        assert_eq!(heads, expected, "{}", topic.name);
        assert!(!topic.synopsis().is_empty(), "{}", topic.name);
        for line in lines {
            assert!(
                line.len() < WIDTH && line == line.trim_end(),
                "{}: {line}",
                topic.name
            );
        }
    }
}

#[test]
fn topics_refer_to_topics_that_exist() {
    let all = topic::all(PRODUCT);
    for topic in &all {
        let words = topic
            .text
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        for word in words.filter(|word| word.starts_with("about_") && word.len() > 6) {
            assert!(
                all.iter().any(|other| other.name == word),
                "{}: {word}",
                topic.name
            );
        }
    }
}

#[test]
fn what_topics_show_binds() {
    let host = binder();
    let mut wrong = Vec::new();
    for topic in topic::all(PRODUCT) {
        let mut session = Session::new(SessionOptions::default());
        for (line, _) in topic.transcript() {
            for problem in problems(&host, &mut session, &Input::Text(&line)) {
                wrong.push(format!("{}: {line}: {problem}", topic.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        *host.bound.borrow() > 25,
        "only {} calls",
        host.bound.borrow()
    );
}

/// The words of the lines that are typed into another shell, `\` at the end of a line going on in the next.
fn shell_lines(topic: &Topic) -> Vec<Vec<String>> {
    let text = topic.text.replace(" \\\n       ", "");
    let lines = text
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("$ tandem"));
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect();
    lines.map(words).collect()
}

#[test]
fn what_topics_show_of_the_client_binds() {
    let host = binder();
    let mut bound = 0;
    for topic in PRODUCT {
        for line in shell_lines(topic) {
            let is_cmdlet = |word: &&String| !word.starts_with('-') && word.contains('-');
            let Some(at) = line.iter().position(|word| is_cmdlet(&word)) else {
                continue;
            };
            if line.iter().any(|word| word == "-c" || word == "-f") {
                continue;
            }
            let find = |name: &str| {
                let own = builtin::find(name).map(|own| own.info.clone());
                host.find_command(name).or(own)
            };
            let command = words::command(&line[at..], find).unwrap();
            let pipeline = StructuredPipeline {
                commands: vec![command],
                ..StructuredPipeline::default()
            };
            let mut session = Session::new(SessionOptions::default());
            let wrong = problems(&host, &mut session, &Input::Structured(&[pipeline]));
            assert!(wrong.is_empty(), "{}: {line:?}: {wrong:?}", topic.name);
            bound += 1;
        }
    }
    assert!(bound >= 4, "{bound} lines");
}
