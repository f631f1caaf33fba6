//! The engine's door to the world on a pipeline's thread: cmdlets go to the dispatcher, questions to the caller, output
//! to the connection.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::Instant;

use prost::Message as _;
use prost_reflect::DynamicMessage;
use tandem::cmdlet::v1::CommonParameters;
use tandem::shell::v1 as wire;
use tandem::shell::v1::invoke_response::Message;
use tandem_shell::command::CommandInfo;
use tandem_shell::error_record::{ErrorCategory, ErrorRecord};
use tandem_shell::feedback::feedback;
use tandem_shell::file::{FileFailure, FileSink, FileSource, WriteMode};
use tandem_shell::format::view::ViewRegistry;
use tandem_shell::help::topic::Topic;
use tandem_shell::host::{
    ChoicePrompt, CmdletCall, CmdletSink, FieldPrompt, Host, InputFailure, ProgressRecord,
    PromptFailure, Shown, Stopped,
};
use tandem_shell::serialise::clixml_progress::progress_item;
use tandem_shell::value::{DateTime, DateTimeKind, Value};

use super::files::{CallerFile, CallerSink, Desk};
use super::incoming::Incoming;
use super::input::Inlet;
use super::render::Renderer;
use super::said::{self, Console};
use super::screen::Screen;
use super::voice::Voice;
use super::{Parts, topics};
use crate::dispatch::catalogue::Described;
use crate::dispatch::dispatcher::{Invocation, record};
use crate::dispatch::event::{Event, Question};
use crate::dispatch::failure::{Failure, Fault};
use crate::dispatch::running::Running;
use crate::dispatch::{forward, shape, values};
use crate::layers::identity::Identity;

/// Ticks of a .NET date from 0001-01-01 to 1970-01-01, and of a second.
const EPOCH_TICKS: i64 = 621_355_968_000_000_000;
const TICKS_PER_SECOND: i64 = 10_000_000;

/// The world of one pipeline.
pub(super) struct WorkerHost {
    pub(super) parts: Arc<Parts>,
    pub(super) caller: Arc<Identity>,
    pub(super) incoming: Arc<Incoming>,
    pub(super) console: Console,
    pub(super) interactive: bool,
    pub(super) zone: jiff::tz::TimeZone,
    /// What the caller gave with the pipeline for its operation.
    pub(super) common: CommonParameters,
    pub(super) voice: Voice,
    pub(super) inlet: RefCell<Inlet>,
    pub(super) files: Desk,
    pub(super) origin: Instant,
    /// Whether it has been told already what a mistyped name may have meant.
    pub(super) has_advised: Cell<bool>,
}

impl WorkerHost {
    /// Sends a message behind what is held back.
    pub(super) fn say(&self, message: Message) -> Result<(), ()> {
        self.voice.say(message)
    }

    /// Has the renderer tell what it holds back, at the end; the message that ends the pipeline sends it.
    pub(super) fn finish(&self) {
        let now = self.ticks();
        let mut screen = self.voice.screen.borrow_mut();
        let Screen { renderer, text, .. } = &mut *screen;
        if let Some(renderer) = renderer.take() {
            renderer.finish(now, text);
        }
    }

    /// Tells of a record, in its stream and in a document of all streams.
    pub(super) fn tell(&self, said: wire::Said, value: &Value, stream: &str) {
        {
            let mut screen = self.voice.screen.borrow_mut();
            let Screen { renderer, text, .. } = &mut *screen;
            if let Some(renderer) = renderer {
                renderer.push_record(value, stream, text);
            }
        }
        // A caller who has gone is noticed by `stop`.
        let _ = self.say(Message::Said(said));
    }

    /// Tells of the error that ended the pipeline.
    pub(super) fn tell_terminating(&self, record: &ErrorRecord) {
        self.tell_error(record, true);
    }

    fn tell_error(&self, error: &ErrorRecord, terminating: bool) {
        let mut said = self.console.error(error, terminating);
        // Once a pipeline: what fails for each of a thousand objects fails for one reason.
        if !self.has_advised.get()
            && let Some(feedback) = feedback(error, || self.commands())
        {
            self.has_advised.set(true);
            said.feedback = feedback;
        }
        self.tell(said, &Value::Error(Arc::new(error.clone())), "Error");
    }

    fn ticks(&self) -> i64 {
        i64::try_from(self.origin.elapsed().as_nanos() / 100).unwrap_or(i64::MAX)
    }

    fn output(&self, value: &Value) {
        let now = self.ticks();
        let is_due = {
            let mut screen = self.voice.screen.borrow_mut();
            let Screen { renderer, text, .. } = &mut *screen;
            match renderer {
                Some(Renderer::Objects) => screen.hold(Message::Output(values::to_wire(value))),
                Some(renderer) => renderer.push(value, now, text),
                None => {}
            }
            screen.is_due()
        };
        if is_due {
            self.voice.flush();
        }
    }

    /// The request of a bound call.
    fn request(
        &self,
        cmdlet: &Described,
        call: &CmdletCall<'_>,
    ) -> Result<(CommonParameters, Vec<u8>), Fault> {
        let mut request = DynamicMessage::new(cmdlet.request.clone());
        for (name, value) in call.bound {
            let field = cmdlet.fields.iter().find(|field| field.parameter == *name);
            let (Some(field), false) = (field, matches!(value, Value::Null)) else {
                continue;
            };
            let argument = shape::argument(value, &field.field).ok_or_else(|| {
                Fault::invalid_argument(
                    "ArgumentNotTransferable",
                    format!("The value of -{name} cannot be sent to the cmdlet."),
                )
            })?;
            request.set_field(&field.field, argument);
        }
        let common = CommonParameters {
            verbose: call.verbose,
            debug: call.debug,
            what_if: call.what_if,
            ..self.common.clone()
        };
        let mut bytes = request.encode_to_vec();
        forward::append_common(&mut bytes, &common);
        Ok((common, bytes))
    }

    fn start(&self, cmdlet: &Arc<Described>, call: &CmdletCall<'_>) -> Result<Running, Fault> {
        let (common, bytes) = self.request(cmdlet, call)?;
        let invocation = Invocation {
            cmdlet: cmdlet.clone(),
            caller: self.caller.clone(),
            request: bytes.into(),
            common,
            parameter_set: Some(call.parameter_set.to_owned()),
            hops: 0,
        };
        self.incoming
            .runtime
            .block_on(self.parts.dispatcher.start(invocation))
    }

    /// The next event; `None` at the end, `Err` when the pipeline is stopped.
    fn next_event(&self, running: &mut Running) -> Result<Option<Event>, Stopped> {
        let ready = {
            // The cmdlet is polled on this thread, which is none of the runtime's: its timers need one.
            let _inside = self.incoming.runtime.enter();
            running.ready()
        };
        if let Some(event) = ready {
            return Ok(event);
        }
        self.voice.flush();
        self.incoming.runtime.block_on(async {
            tokio::select! {
                event = running.next() => Ok(event),
                () = self.incoming.stop.cancelled() => Err(Stopped::Cancelled),
            }
        })
    }

    fn react(
        &self,
        cmdlet: &Described,
        call: &CmdletCall<'_>,
        event: Event,
        sink: &mut dyn CmdletSink,
    ) -> Result<(), Stopped> {
        match event {
            Event::Output(output) => {
                let Some(descriptor) = &cmdlet.output else {
                    return Ok(());
                };
                match DynamicMessage::decode(descriptor.clone(), output.to_bytes()) {
                    Ok(message) => {
                        sink.output(self.parts.dispatcher.catalogue().shapes().object(&message))
                    }
                    Err(error) => {
                        let fault = Fault::new(
                            "MalformedOutput",
                            ErrorCategory::InvalidResult,
                            error.to_string(),
                        );
                        sink.error(record(cmdlet, fault))
                    }
                }
            }
            Event::Error(fault) => sink.error(record(cmdlet, *fault)),
            Event::Warning(text) => sink.warning(text),
            Event::Verbose(text) => sink.verbose(text),
            Event::Debug(text) => sink.debug(text),
            Event::Progress(progress) => sink.progress(ProgressRecord {
                activity_id: progress.activity_id,
                parent_activity_id: progress.parent_activity_id,
                activity: progress.activity,
                status: progress.status,
                current_operation: Some(progress.current_operation).filter(|text| !text.is_empty()),
                percent_complete: progress.percent_complete,
                seconds_remaining: progress.seconds_remaining,
                completed: progress.completed,
            }),
            Event::Plan(plan) => {
                let said = said::plan(&plan, call.what_if || call.verbose);
                self.say(Message::Said(said))
                    .map_err(|()| Stopped::Cancelled)
            }
            Event::HostLine(line) => {
                self.show(Shown::HostLine(&line));
                Ok(())
            }
            Event::Question(question) => self.ask(question, sink),
        }
    }

    /// Answers a question of a cmdlet. One that has ended meanwhile needs no answer.
    fn ask(&self, question: Question, sink: &mut dyn CmdletSink) -> Result<(), Stopped> {
        match question {
            Question::ShouldProcess(question, answer) => {
                let _ = answer.send(sink.should_process(&question)?);
            }
            Question::ShouldContinue(query, caption, answer) => {
                let _ = answer.send(sink.should_continue(&query, &caption)?);
            }
            Question::ReadFile(path, answer) => {
                let _ = answer.send(self.files.read(&path));
            }
            Question::WriteFile(path, data, answer) => {
                let _ = answer.send(self.files.write(&path, &data));
            }
        }
        Ok(())
    }
}

impl Host for WorkerHost {
    fn fill_random(&self, bytes: &mut [u8]) {
        // The first six bytes of such an identifier are random, further ones not in every bit.
        for chunk in bytes.chunks_mut(6) {
            chunk.copy_from_slice(&uuid::Uuid::new_v4().as_bytes()[..chunk.len()]);
        }
    }

    fn find_command(&self, name: &str) -> Option<Arc<CommandInfo>> {
        self.parts
            .dispatcher
            .catalogue()
            .by_name(name)
            .map(|cmdlet| cmdlet.info.clone())
    }

    fn commands(&self) -> Vec<Arc<CommandInfo>> {
        self.parts
            .dispatcher
            .catalogue()
            .cmdlets()
            .iter()
            .map(|cmdlet| cmdlet.info.clone())
            .collect()
    }

    fn help_topics(&self) -> &'static [Topic] {
        topics::PRODUCT
    }

    fn invoke(&self, call: &CmdletCall<'_>, sink: &mut dyn CmdletSink) -> Result<(), Stopped> {
        let Some(cmdlet) = self
            .parts
            .dispatcher
            .catalogue()
            .by_name(&call.command.name)
            .cloned()
        else {
            return Ok(());
        };
        let mut running = match self.start(&cmdlet, call) {
            Ok(running) => running,
            Err(fault) => return Err(sink.terminate(record(&cmdlet, fault))),
        };
        while let Some(event) = self.next_event(&mut running)? {
            self.react(&cmdlet, call, event, sink)?;
        }
        match self.incoming.runtime.block_on(running.end()) {
            Ok(()) => Ok(()),
            Err(Failure::Stopped) => Err(Stopped::Cancelled),
            Err(Failure::Terminating(fault)) => Err(sink.terminate(record(&cmdlet, *fault))),
        }
    }

    fn show(&self, shown: Shown<'_>) {
        let console = self.console;
        match shown {
            Shown::Output(value) => self.output(value),
            // `What if: …` and the like belong to no stream.
            Shown::HostLine(line) => drop(self.say(Message::Said(said::host_line(line)))),
            Shown::Error(error) => self.tell_error(error, false),
            Shown::Unseen(..) => {}
            Shown::Warning(text) => self.tell(console.warning(text), &Value::text(text), "Warning"),
            Shown::Verbose(text) => self.tell(console.verbose(text), &Value::text(text), "Verbose"),
            Shown::Debug(text) => self.tell(console.debug(text), &Value::text(text), "Debug"),
            Shown::Information(data, tags, is_shown) => {
                self.tell(said::information(data, tags, is_shown), data, "Information");
            }
            Shown::Progress(progress) => self.tell(
                said::progress(progress),
                &progress_item(progress),
                "progress",
            ),
        }
    }

    fn prompt_for_choice(&self, prompt: &ChoicePrompt) -> Result<usize, PromptFailure> {
        self.choose(prompt)
    }

    fn prompt_for_fields(&self, prompt: &FieldPrompt) -> Result<Vec<Value>, PromptFailure> {
        self.fill(prompt)
    }

    fn views(&self) -> Arc<ViewRegistry> {
        self.parts.views.clone()
    }

    fn width(&self) -> usize {
        self.console.width
    }

    fn open_file(&self, path: &str) -> Result<Box<dyn FileSource>, FileFailure> {
        match CallerFile::open(&self.files, path) {
            Ok(file) => Ok(Box::new(file)),
            Err(failure) => Err(failure.to_shell()),
        }
    }

    fn examine_file(&self, path: &str) -> Result<(), FileFailure> {
        self.files
            .examine(path)
            .map_err(|failure| failure.to_shell())
    }

    fn create_file(&self, path: &str, mode: WriteMode) -> Result<Box<dyn FileSink>, FileFailure> {
        match CallerSink::create(&self.files, path, mode) {
            Ok(file) => Ok(Box::new(file)),
            Err(failure) => Err(failure.to_shell()),
        }
    }

    fn next_input(&self) -> Result<Option<Value>, InputFailure> {
        let next = self.inlet.borrow_mut().next();
        let is_stopped = self.incoming.stop.is_cancelled();
        match next {
            Ok(None) if is_stopped => Err(InputFailure::Cancelled),
            Ok(next) => Ok(next),
            Err(record) => {
                self.end_input();
                Err(if is_stopped {
                    InputFailure::Cancelled
                } else {
                    InputFailure::Unreadable(record)
                })
            }
        }
    }

    fn end_input(&self) {
        self.inlet.borrow_mut().end();
        if self.incoming.end_input() {
            let enough = wire::InputTaken {
                enough: true,
                ..wire::InputTaken::default()
            };
            self.voice
                .screen
                .borrow_mut()
                .hold(Message::InputTaken(enough));
        }
    }

    fn now(&self) -> DateTime {
        let now = jiff::Timestamp::now();
        let offset = i64::from(self.zone.to_offset(now).seconds());
        let ticks = i64::try_from(now.as_nanosecond() / 100).unwrap_or_default();
        DateTime {
            ticks: EPOCH_TICKS + ticks + offset * TICKS_PER_SECOND,
            kind: DateTimeKind::Local,
        }
    }

    fn stopping(&self) -> bool {
        // Asked between any two steps, so that text is not held back while something lasts.
        self.voice.flush_overdue();
        self.incoming.stop.is_cancelled()
    }
}
