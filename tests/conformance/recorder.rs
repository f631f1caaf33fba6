//! The host of a recorded session: keeps what it is shown, answers from a script.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use tandem_shell::command::CommandInfo;
use tandem_shell::error_record::ErrorRecord;
use tandem_shell::file::{FileFailure, FileSource};
use tandem_shell::host::{
    ChoicePrompt, CmdletCall, CmdletSink, FieldDescription, FieldPrompt, Host, ProgressRecord,
    PromptFailure, Shown, Stopped,
};
use tandem_shell::text::{Culture, to_text};
use tandem_shell::value::{DateTime, DateTimeKind, Value};

use crate::console;
use crate::stand_ins::StandIns;
use crate::{bound, probes};

/// A case that runs longer is stopped, as Ctrl-C would.
const LONGEST_CASE: Duration = Duration::from_secs(20);

/// What a session showed, asked and wrote.
#[derive(Default)]
pub(crate) struct Record {
    /// Objects that reached the end of the pipeline.
    pub(crate) output: Vec<Value>,
    /// Non-terminating errors.
    pub(crate) errors: Vec<ErrorRecord>,
    /// Stream 3.
    pub(crate) warning: Vec<String>,
    /// Stream 4.
    pub(crate) verbose: Vec<String>,
    /// Stream 5.
    pub(crate) debug: Vec<String>,
    /// Stream 6, tags in brackets.
    pub(crate) information: Vec<String>,
    /// Progress records.
    pub(crate) progress: Vec<Json>,
    /// Questions asked.
    pub(crate) prompts: Vec<Json>,
    /// Text sent to the host.
    pub(crate) host: String,
    /// What was bound to the stand-ins, record by record: `Name/Set: Parameter=[Type]value; …`.
    pub(crate) calls: Vec<String>,
    /// Everything that a person sees, in order: for cases about a process.
    pub(crate) seen: Vec<Seen>,
}

/// One thing that a person sees.
pub(crate) enum Seen {
    /// An object, to be formatted.
    Object(Value),
    /// An error record, to be drawn.
    Error(Box<ErrorRecord>),
    /// Text as it stands.
    Text(String),
}

/// The recording host.
pub(crate) struct Recorder<'a> {
    stand_ins: &'a StandIns,
    answers: RefCell<VecDeque<String>>,
    record: RefCell<Record>,
    /// Whether prompts are shown as the console draws them.
    console: bool,
    /// Whether nobody can be asked.
    noninteractive: bool,
    /// When the case began.
    started: Instant,
}

impl<'a> Recorder<'a> {
    /// A host that answers prompts with `answers`, in order.
    pub(crate) fn new(stand_ins: &'a StandIns, answers: Vec<String>) -> Self {
        Self {
            stand_ins,
            answers: RefCell::new(answers.into()),
            record: RefCell::default(),
            console: false,
            noninteractive: false,
            started: Instant::now(),
        }
    }

    /// The host of a `pwsh` process: prompts are drawn, answers are the lines of standard input.
    pub(crate) fn of_process(
        stand_ins: &'a StandIns,
        lines: Vec<String>,
        noninteractive: bool,
    ) -> Self {
        Self {
            console: true,
            noninteractive,
            ..Self::new(stand_ins, lines)
        }
    }

    /// What was recorded.
    pub(crate) fn into_record(self) -> Record {
        self.record.into_inner()
    }

    fn keep(&self, keep: impl FnOnce(&mut Record)) {
        keep(&mut self.record.borrow_mut());
    }

    fn draw(&self, text: impl Into<String>) {
        let text = text.into();
        self.keep(|record| record.seen.push(Seen::Text(text)));
    }

    /// An answer for one field; `None` when the script has run out.
    fn answer(&self) -> Option<String> {
        self.answers.borrow_mut().pop_front()
    }

    fn ask_field(&self, name: &str, is_list: bool) -> Option<Value> {
        if !is_list {
            if self.console && !name.is_empty() {
                self.draw(format!("{name}: "));
            }
            let answer = self.answer();
            // The console echoes what a redirected standard input answers.
            if self.console && (answer.is_some() || !name.is_empty()) {
                self.draw(format!("{}\n", answer.as_deref().unwrap_or_default()));
            }
            return answer.map(Value::text);
        }
        let mut items = Vec::new();
        loop {
            if self.console {
                self.draw(format!("{name}[{}]: ", items.len()));
            }
            let answer = self.answer();
            if self.console {
                self.draw(format!("{}\n", answer.as_deref().unwrap_or_default()));
            }
            match answer {
                // At the end of standard input the whole question is off.
                None if self.console => return None,
                Some(answer) if !answer.is_empty() => items.push(Value::text(answer)),
                _ => return Some(Value::array(items)),
            }
        }
    }
}

fn progress(record: &ProgressRecord) -> Json {
    json!({
        "id": record.activity_id,
        "activity": record.activity,
        "status": record.status,
        "operation": record.current_operation,
        "percent": record.percent_complete,
        "seconds": record.seconds_remaining,
        "type": if record.completed { "Completed" } else { "Processing" },
    })
}

impl Host for Recorder<'_> {
    fn fill_random(&self, bytes: &mut [u8]) {
        // Tests foretell what is random.
        for (byte, number) in bytes.iter_mut().zip(1..) {
            *byte = number;
        }
    }

    // What was recorded ran in a console of its own machine.
    fn has_nested_prompt(&self) -> bool {
        true
    }

    fn find_command(&self, name: &str) -> Option<Arc<CommandInfo>> {
        self.stand_ins.find(name)
    }

    fn commands(&self) -> Vec<Arc<CommandInfo>> {
        self.stand_ins.all()
    }

    fn invoke(&self, call: &CmdletCall<'_>, sink: &mut dyn CmdletSink) -> Result<(), Stopped> {
        let call_text = format!(
            "{}/{}: {}",
            call.command.name,
            call.parameter_set,
            bound::describe(call.bound)
        );
        self.keep(|record| record.calls.push(call_text));
        probes::invoke(call, self.stand_ins, sink)
    }

    fn show(&self, shown: Shown<'_>) {
        self.keep(|record| match shown {
            Shown::Output(value) => {
                record.output.push(value.clone());
                record.seen.push(Seen::Object(value.clone()));
            }
            Shown::HostLine(line) => {
                record.host.push_str(line);
                record.host.push('\n');
                record.seen.push(Seen::Text(format!("{line}\n")));
            }
            Shown::Error(error) => {
                record.errors.push(error.clone());
                record.seen.push(Seen::Error(Box::new(error.clone())));
            }
            Shown::Warning(text) => {
                record.warning.push(text.into());
                record.host.push_str(&format!("[W]{text}\n"));
                record.seen.push(Seen::Text(format!("WARNING: {text}\n")));
            }
            Shown::Verbose(text) => {
                record.verbose.push(text.into());
                record.host.push_str(&format!("[V]{text}\n"));
                record.seen.push(Seen::Text(format!("VERBOSE: {text}\n")));
            }
            Shown::Debug(text) => {
                record.debug.push(text.into());
                record.host.push_str(&format!("[D]{text}\n"));
                record.seen.push(Seen::Text(format!("DEBUG: {text}\n")));
            }
            Shown::Information(data, tags, shown) => {
                let text = to_text(data, Culture::Current);
                record
                    .information
                    .push(format!("{text} [{}]", tags.join(",")));
                if shown {
                    let open = matches!(data.property("NoNewLine"), Some(Value::Bool(true)));
                    let end = if open { "" } else { "\n" };
                    record.host.push_str(&text);
                    record.host.push_str(end);
                    record.seen.push(Seen::Text(format!("{text}{end}")));
                }
            }
            Shown::Unseen(3, text) => record.warning.push(text.into()),
            Shown::Unseen(4, text) => record.verbose.push(text.into()),
            Shown::Unseen(_, text) => record.debug.push(text.into()),
            Shown::Progress(shown) => record.progress.push(progress(shown)),
        });
    }

    fn prompt_for_choice(&self, prompt: &ChoicePrompt) -> Result<usize, PromptFailure> {
        if self.noninteractive {
            return Err(PromptFailure::NonInteractive);
        }
        let choices: Vec<Json> = prompt
            .choices
            .iter()
            .map(|(label, help)| json!({"label": label, "help": help}))
            .collect();
        self.keep(|record| {
            record.prompts.push(json!({
                "kind": "choice",
                "caption": prompt.caption,
                "message": prompt.message,
                "choices": choices,
                "default": prompt.default,
            }));
        });
        if self.console {
            self.draw(console::heading(&prompt.caption, &prompt.message));
        }
        loop {
            if self.console {
                self.draw(console::choice_line(prompt));
            }
            let answer = self.answer().ok_or(match self.console {
                true => PromptFailure::Ended,
                false => PromptFailure::NonInteractive,
            })?;
            if self.console {
                self.draw(format!("{answer}\n"));
            }
            if answer.is_empty() {
                return Ok(prompt.default);
            }
            match console::chosen(prompt, &answer) {
                Some(choice) => return Ok(choice),
                None if answer.trim() == "?" && self.console => {
                    self.draw(console::choice_help(prompt));
                }
                None if self.console => {}
                None => return Err(PromptFailure::NonInteractive),
            }
        }
    }

    fn prompt_for_fields(&self, prompt: &FieldPrompt) -> Result<Vec<Value>, PromptFailure> {
        if self.noninteractive {
            return Err(PromptFailure::NonInteractive);
        }
        if self.console {
            self.draw(console::heading(&prompt.caption, &prompt.message));
            let helps = |field: &FieldDescription| !field.help_message.is_empty();
            if prompt.fields.iter().any(helps) {
                self.draw("(Type !? for Help.)\n");
            }
        }
        let mut answers = Vec::new();
        for field in &prompt.fields {
            let answer = self
                .ask_field(&field.name, field.type_name.ends_with("[]"))
                // Who reads a line at the end of standard input gets null; who wants a parameter gets nothing.
                .or((self.console && prompt.caption.is_empty()).then_some(Value::Null))
                .ok_or(PromptFailure::NonInteractive)?;
            answers.push(answer);
        }
        let fields: Vec<Json> = prompt
            .fields
            .iter()
            .map(|field| {
                json!({
                    "name": field.name,
                    "label": field.label,
                    "type": field.type_name,
                    "mandatory": field.mandatory,
                    "help": field.help_message,
                })
            })
            .collect();
        // Reading a plain line is no prompt.
        if prompt.caption.is_empty() && prompt.fields.iter().all(|field| field.name.is_empty()) {
            return Ok(answers);
        }
        self.keep(|record| {
            record.prompts.push(json!({
                "kind": "fields",
                "caption": prompt.caption,
                "message": prompt.message,
                "fields": fields,
            }));
        });
        Ok(answers)
    }

    fn now(&self) -> DateTime {
        // The day of the recording; nothing in the corpus depends on the hour.
        DateTime {
            ticks: 639_305_568_000_000_000,
            kind: DateTimeKind::Local,
        }
    }

    fn stopping(&self) -> bool {
        self.started.elapsed() > LONGEST_CASE
    }

    fn width(&self) -> usize {
        80
    }

    fn open_file(&self, _path: &str) -> Result<Box<dyn FileSource>, FileFailure> {
        Err(FileFailure::NotFound)
    }
}
