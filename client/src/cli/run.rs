//! One pipeline from its start to its end: what it says is written, what it asks is answered, Ctrl-C stops it.

use std::io;
use std::pin::{Pin, pin};
use std::time::Duration;

use tandem::cmdlet::v1::stream_record::Record;
use tandem::shell::v1::prompt::Question;
use tandem::shell::v1::prompt_answer::Answer;
use tandem::shell::v1::{Choices, FieldAnswers, Fields, Finished, OutputForm, Prompt, Said, Start};
use tandem_client::{Endpoint, Error, Message, Requests, Running, Shell};
use tokio::time::timeout;

use super::files::Files;
use super::hints;
use super::input::{self, CLIXML_MARK};
use super::keyboard::{Keyboard, Typed};
use super::options::InputForm;
use super::output::Output;
use super::prompt::{self, Chosen, Entered};
use super::screen::Screen;
use super::wrap::wrapped;

/// How long a pipeline may take to stop before the caller is told that it is being waited for.
const PATIENCE_WITH_STOP: Duration = Duration::from_secs(1);
/// How long a pipeline may take to end after its reader has gone away.
const PATIENCE_AFTER_CLOSE: Duration = Duration::from_secs(5);

/// The caller's side of pipelines: streams, keyboard, files.
pub(crate) struct Caller {
    /// The standard streams.
    pub(crate) screen: Screen,
    /// Where text goes.
    pub(crate) output: Output,
    /// Where answers come from.
    pub(crate) keyboard: Keyboard,
    /// The caller's files.
    pub(crate) files: Files,
    /// The output form.
    pub(crate) form: OutputForm,
    /// Whether the mark of CLIXML has been written.
    pub(crate) clixml_begun: bool,
    /// The command, where it was given as words.
    pub(crate) words: Vec<String>,
}

/// Why a pipeline could not be brought to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The connection or the server.
    #[error(transparent)]
    Call(#[from] Error),
    /// Standard output.
    #[error("cannot write to standard output: {0}")]
    Output(#[from] io::Error),
    /// A second Ctrl-C: the caller does not wait for the pipeline's end.
    #[error("left before the pipeline had stopped")]
    Left,
    /// Ctrl-C before the node had answered at all: it may have the line or not.
    #[error("left before {} had answered, so whether it runs the line is not known; Get-TandemOperation tells how a failover or failback stands", .0)]
    Unanswered(Endpoint),
    /// The line editor fails again and again.
    #[error("the line editor failed; `tandem -c LINE` runs a line without it")]
    Editor,
}

impl Caller {
    /// Runs one pipeline to its end.
    ///
    /// # Errors
    /// When its end does not come.
    pub(crate) async fn run(
        &mut self,
        shell: &Shell,
        start: Start,
        input: Option<InputForm>,
    ) -> Result<Finished, Failure> {
        let node = shell.connection().endpoint().clone();
        let running = tokio::select! {
            running = shell.invoke(start) => running?,
            interrupted = tokio::signal::ctrl_c() => {
                interrupted?;
                return Err(Failure::Unanswered(node));
            }
        };
        let requests = running.requests();
        let fed = input.map(|form| tokio::spawn(input::feed(form, requests.clone())));
        let finished = self.follow(running, &requests).await;
        self.output.progress().clear();
        self.files.close();
        let finished = finished?;
        self.output.flush()?;
        if let Some(fed) = fed.filter(tokio::task::JoinHandle::is_finished)
            && let Ok(Err(problem)) = fed.await
        {
            self.output.complain(&format!("tandem: {problem}\n"))?;
        }
        Ok(finished)
    }

    async fn follow(
        &mut self,
        mut running: Running,
        requests: &Requests,
    ) -> Result<Finished, Failure> {
        let mut end = None;
        let mut interrupts = Interrupts::default();
        let mut reminder = pin!(tokio::time::sleep(PATIENCE_WITH_STOP));
        let mut is_reminded = false;
        loop {
            let message = tokio::select! {
                biased;
                interrupted = interrupts.next() => {
                    interrupted?;
                    requests.stop().await;
                    reminder.set(tokio::time::sleep(PATIENCE_WITH_STOP));
                    continue;
                }
                message = running.next() => message?,
                () = &mut reminder, if interrupts.count > 0 && !is_reminded => {
                    is_reminded = true;
                    self.output.complain("Stopping. Ctrl-C again leaves without waiting for the end.\n")?;
                    continue;
                }
                // Nothing has arrived yet: let what did be seen, then wait.
                () = std::future::ready(()), if self.output.is_dirty() => {
                    self.output.flush()?;
                    continue;
                }
            };
            match message {
                Some(Message::Finished(finished)) => end = Some(finished),
                Some(Message::File(request)) => {
                    let mut served = pin!(self.files.serve(request, requests));
                    // A disk or a device may take its time.
                    loop {
                        tokio::select! {
                            () = &mut served => break,
                            interrupted = interrupts.next() => {
                                interrupted?;
                                requests.stop().await;
                            }
                        }
                    }
                }
                Some(message) => self.take(message, requests).await?,
                None => return end.ok_or(Failure::Call(Error::Unfinished)),
            }
            if self.output.is_closed() && end.is_none() {
                return self.leave_quietly(running, requests).await;
            }
        }
    }

    /// Nobody reads any more: stop the pipeline, and wait a little for its end.
    async fn leave_quietly(
        &mut self,
        mut running: Running,
        requests: &Requests,
    ) -> Result<Finished, Failure> {
        requests.stop().await;
        let ended = timeout(PATIENCE_AFTER_CLOSE, async {
            while let Ok(Some(message)) = running.next().await {
                if let Message::Prompt(prompt) = message {
                    requests
                        .answer(prompt.prompt_id, Answer::Unavailable(true))
                        .await;
                }
            }
        });
        // Whether it ended in time or not, the caller wants to hear nothing more.
        let _ = ended.await;
        Ok(Finished::default())
    }

    async fn take(&mut self, message: Message, requests: &Requests) -> Result<(), Failure> {
        match message {
            Message::Text(text) => self.output(&text)?,
            Message::Said(said) => self.said(&said)?,
            Message::Prompt(prompt) => self.answer(prompt, requests).await?,
            // Objects come only when no form was asked for; files and the end are taken before; the library keeps pace.
            Message::Output(_)
            | Message::File(_)
            | Message::Finished(_)
            | Message::InputTaken(_)
            | Message::FileTaken(_) => {}
        }
        Ok(())
    }

    fn output(&mut self, text: &str) -> io::Result<()> {
        // PowerShell takes a minishell's output for objects when it begins so.
        if self.form == OutputForm::Clixml && !self.clixml_begun {
            self.clixml_begun = true;
            if !text.starts_with(CLIXML_MARK) {
                self.output.write(&format!("{CLIXML_MARK}\n"))?;
            }
        }
        self.output.write(text)
    }

    fn said(&mut self, said: &Said) -> io::Result<()> {
        if self.form == OutputForm::Clixml {
            // Every stream is in the document.
            return Ok(());
        }
        let record = said
            .record
            .as_ref()
            .and_then(|record| record.record.as_ref());
        match record {
            Some(Record::Progress(progress)) => {
                self.output.progress().show(progress);
                Ok(())
            }
            _ if said.rendered.is_empty() => Ok(()),
            Some(Record::Error(error)) => {
                let advice = self.advice(&error.fully_qualified_error_id, &said.feedback);
                self.output
                    .complain(&format!("{}\n{advice}", said.rendered))
            }
            Some(Record::Plan(_)) => {
                let plan = self.laid_out(&said.rendered);
                self.output.say(&format!("{plan}\n"))
            }
            _ => self.output.say(&format!("{}\n", said.rendered)),
        }
    }

    /// A text that is read before a decision, in whole words where somebody reads it.
    fn laid_out(&self, text: &str) -> String {
        match self.screen.stdout_is_terminal {
            true => wrapped(text, self.screen.width()),
            false => text.to_owned(),
        }
    }

    /// What may help after an error, in a line; for people only, scripts read standard error as errors.
    fn advice(&self, error_id: &str, feedback: &str) -> String {
        let hint = hints::of_words(&self.words, error_id);
        let advice = hint.as_deref().unwrap_or(feedback);
        match advice.is_empty() || !self.screen.stderr_is_terminal {
            true => String::new(),
            false => format!("  {advice}\n"),
        }
    }

    async fn answer(&mut self, prompt: Prompt, requests: &Requests) -> Result<(), Failure> {
        self.output.flush()?;
        self.output.progress().clear();
        let answer = match prompt.question {
            _ if !self.keyboard.is_somebody() => Asked::Nobody,
            Some(Question::Choices(choices)) => {
                let heading = prompt::heading(&prompt.caption, &prompt.message);
                self.output.say(&self.laid_out(&heading))?;
                self.choose(&choices).await?
            }
            Some(Question::Fields(fields)) => {
                let heading = prompt::field_heading(&prompt.caption, &prompt.message, &fields);
                self.output.say(&self.laid_out(&heading))?;
                // Who reads a line (`Read-Host`) at the end of the input gets null.
                let is_line = prompt.caption.is_empty() && prompt.message.is_empty();
                self.fill(&fields, is_line).await?
            }
            None => Asked::Nobody,
        };
        match answer {
            Asked::Answered(answer) => requests.answer(prompt.prompt_id, answer).await,
            Asked::Nobody => {
                requests
                    .answer(prompt.prompt_id, Answer::Unavailable(true))
                    .await
            }
            Asked::Interrupted => requests.stop().await,
        };
        Ok(())
    }

    async fn choose(&mut self, choices: &Choices) -> Result<Asked, Failure> {
        loop {
            self.output
                .say(&prompt::choice_line(choices, self.screen.width()))?;
            let line = match self.line(false).await? {
                Typed::Line(line) => line,
                other => return Ok(other.into()),
            };
            match prompt::chosen(choices, &line) {
                Chosen::Index(index) => return Ok(Asked::Answered(Answer::Choice(index))),
                Chosen::Help => self.output.say(&prompt::choice_help(choices))?,
                Chosen::Nothing => {}
            }
        }
    }

    async fn fill(&mut self, fields: &Fields, null_at_end: bool) -> Result<Asked, Failure> {
        let mut values = Vec::with_capacity(fields.field.len());
        for field in &fields.field {
            let is_list = prompt::is_list(field);
            let mut answers = Vec::new();
            loop {
                self.output
                    .say(&prompt::field_line(field, is_list.then_some(answers.len())))?;
                let line = match self.line(field.secret).await? {
                    Typed::Line(line) => line,
                    Typed::End if null_at_end => {
                        answers.push(None);
                        break;
                    }
                    other => return Ok(other.into()),
                };
                if is_list && line.is_empty() {
                    break;
                }
                match prompt::entered(field, &line) {
                    Entered::Text(text) => answers.push(Some(text)),
                    Entered::Null => answers.push(None),
                    Entered::Again(told) => {
                        self.output.say(&format!("{told}\n"))?;
                        continue;
                    }
                }
                if !is_list {
                    break;
                }
            }
            values.push(prompt::value(field, answers));
        }
        Ok(Asked::Answered(Answer::Fields(FieldAnswers {
            value: values,
        })))
    }

    async fn line(&mut self, secret: bool) -> io::Result<Typed> {
        let typed = self.keyboard.line(secret).await;
        // An answer out of a pipe does not show by itself; `pwsh` shows it so that the transcript reads right.
        match &typed {
            Typed::Line(_) if secret && self.keyboard.is_silent() => self.output.say("\n")?,
            Typed::Line(line) if self.keyboard.is_silent() => {
                self.output.say(&format!("{line}\n"))?;
            }
            Typed::End => self.output.say("\n")?,
            Typed::Line(_) | Typed::Interrupt => {}
        }
        Ok(typed)
    }
}

/// Ctrl-C: once stops the pipeline, twice leaves it.
struct Interrupts {
    /// One listener for all rounds: Ctrl-C must get through while output floods.
    listener: Pin<Box<dyn Future<Output = io::Result<()>>>>,
    count: u32,
}

impl Default for Interrupts {
    fn default() -> Self {
        Self {
            listener: Box::pin(tokio::signal::ctrl_c()),
            count: 0,
        }
    }
}

impl Interrupts {
    /// Waits for the next one.
    async fn next(&mut self) -> Result<(), Failure> {
        (&mut self.listener).await?;
        self.listener = Box::pin(tokio::signal::ctrl_c());
        self.count += 1;
        if self.count > 1 {
            return Err(Failure::Left);
        }
        Ok(())
    }
}

/// How asking went.
enum Asked {
    Answered(Answer),
    Nobody,
    Interrupted,
}

impl From<Typed> for Asked {
    fn from(typed: Typed) -> Self {
        match typed {
            Typed::Interrupt => Self::Interrupted,
            Typed::Line(_) | Typed::End => Self::Nobody,
        }
    }
}
