//! What a cmdlet is to the node: one behaviour behind one RPC, told who calls and how, speaking through its context.

use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use prost::Message;
use tandem::cmdlet::v1::{CommonParameters, Plan, ProgressRecord, StreamRecord};
use tandem_domain::identity::Fqdn;
use tandem_shell::host::ShouldProcess;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::catalogue::Described;
use super::event::{Event, FileFailure, OutputMessage, Question};
use super::failure::{Failure, Fault};
use super::forward::{self, Forwarding};
use crate::layers::identity::Identity;
use crate::node::Node;

/// The wire side of a cmdlet. `build.rs` writes it for every RPC that is annotated as one.
pub trait Contract: Send + Sync + 'static {
    /// The RPC as `package.Service/Method`.
    const RPC: &'static str;
    /// `Verb-Noun`.
    const NAME: &'static str;
    /// The request message.
    type Request: Message + Default + Send + Sync;
    /// The output message; `()` for a cmdlet without output.
    type Output: OutputMessage + Message + Default;
    /// The message that the typed stub streams.
    type Response: Send + 'static;

    /// An output message as a response.
    fn output(output: Self::Output) -> Option<Self::Response>;
    /// A record as a response.
    fn stream(record: StreamRecord) -> Self::Response;
    /// The common parameters of a request.
    fn common(request: &Self::Request) -> Option<&CommonParameters>;
}

/// The behaviour of a cmdlet: `ProcessRecord` for one record of bound parameters.
pub trait Cmdlet: Contract {
    /// Runs it.
    ///
    /// # Errors
    /// The terminating error, or that nobody is listening any more.
    fn run(
        context: &Context<Self::Output>,
        request: Self::Request,
    ) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// What a running cmdlet knows and can say, with its own type of output. Everything but [`Context::output`] is the
/// [`Call`]'s, which helpers that serve several cmdlets take instead.
#[derive(Debug)]
pub struct Context<O> {
    call: Call,
    output: PhantomData<fn(O)>,
}

impl<O: OutputMessage> Context<O> {
    /// The context of `call`.
    #[must_use]
    pub fn new(call: Call) -> Self {
        Self {
            call,
            output: PhantomData,
        }
    }

    /// Emits an output object.
    ///
    /// # Errors
    /// When nobody is listening any more.
    pub async fn output(&self, output: O) -> Result<(), Failure> {
        self.call.say(Event::Output(Box::new(output))).await
    }
}

impl<O> Deref for Context<O> {
    type Target = Call;

    fn deref(&self) -> &Call {
        &self.call
    }
}

/// One call of a cmdlet: who calls, with which common parameters, and the way back to the caller. Cheap to clone, so
/// that tasks of an operation can narrate through it.
#[derive(Clone, Debug)]
pub struct Call {
    facts: Arc<Facts>,
    events: mpsc::Sender<Event>,
    stopping: CancellationToken,
}

/// What stands firm from the beginning of a call.
#[derive(Debug)]
pub struct Facts {
    /// The node that runs the cmdlet.
    pub node: Arc<Node>,
    /// Who calls.
    pub caller: Arc<Identity>,
    /// The cmdlet.
    pub cmdlet: Arc<Described>,
    /// The bytes of its request.
    pub request: Bytes,
    /// How many nodes have forwarded the call already.
    pub hops: u32,
    /// The chosen parameter set; for a typed call the set that the given fields select.
    pub parameter_set: String,
    /// The common parameters.
    pub common: CommonParameters,
    /// How long a caller waits for an operation that only a lost pool could decide.
    pub undecided_wait: Duration,
}

impl Call {
    /// A call whose events go to `events` and which ends when `stopping` is cancelled.
    #[must_use]
    pub fn new(facts: Facts, events: mpsc::Sender<Event>, stopping: CancellationToken) -> Self {
        Self {
            facts: Arc::new(facts),
            events,
            stopping,
        }
    }

    /// The node's parts.
    #[must_use]
    pub fn node(&self) -> &Arc<Node> {
        &self.facts.node
    }

    /// Who calls.
    #[must_use]
    pub fn caller(&self) -> &Arc<Identity> {
        &self.facts.caller
    }

    /// The cmdlet, as `Verb-Noun`.
    #[must_use]
    pub fn cmdlet(&self) -> &'static str {
        self.facts.cmdlet.entry.name
    }

    /// Runs this very call on a node of `pool` instead, and passes on everything that it says: what a cmdlet does whose
    /// work another pool coordinates.
    ///
    /// # Errors
    /// How it ended there, or why it could not run there.
    pub async fn forward(&self, pool: &Fqdn) -> Result<(), Forwarding> {
        forward::run(self, pool).await
    }

    /// Whether another node has forwarded the call to this one.
    #[must_use]
    pub fn is_forwarded(&self) -> bool {
        self.facts.hops > 0
    }

    /// What stands firm from the beginning of the call.
    #[must_use]
    pub(super) fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The chosen parameter set.
    #[must_use]
    pub fn parameter_set(&self) -> &str {
        &self.facts.parameter_set
    }

    /// The common parameters as given.
    #[must_use]
    pub fn common(&self) -> &CommonParameters {
        &self.facts.common
    }

    /// Whether -WhatIf was given.
    #[must_use]
    pub fn what_if(&self) -> bool {
        self.facts.common.what_if
    }

    /// The operation id that the caller chose.
    #[must_use]
    pub fn operation_id(&self) -> Option<&str> {
        some(&self.facts.common.operation_id)
    }

    /// The digest of the plan that the caller has seen.
    #[must_use]
    pub fn expected_plan(&self) -> Option<&str> {
        some(&self.facts.common.expected_plan)
    }

    /// The greatest loss that the caller accepts, as text.
    #[must_use]
    pub fn loss_budget(&self) -> Option<&str> {
        some(&self.facts.common.loss_budget)
    }

    /// How long a caller waits for an operation that only a pool which does not answer could decide.
    #[must_use]
    pub fn undecided_wait(&self) -> Duration {
        self.facts.undecided_wait
    }

    /// Cancelled when the caller stops the pipeline or goes away.
    #[must_use]
    pub fn stopping(&self) -> &CancellationToken {
        &self.stopping
    }

    /// Whether the caller has gone away: nobody reads what the cmdlet says. A caller who stops the pipeline has not, and
    /// waits for its end.
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.events.is_closed()
    }

    /// Writes a non-terminating error.
    ///
    /// # Errors
    /// When -ErrorAction makes it the end, or nobody is listening any more.
    pub async fn error(&self, fault: Fault) -> Result<(), Failure> {
        self.say(Event::Error(Box::new(fault))).await
    }

    /// Writes a warning.
    ///
    /// # Errors
    /// When nobody is listening any more.
    pub async fn warning(&self, message: impl Into<String>) -> Result<(), Failure> {
        self.say(Event::Warning(message.into())).await
    }

    /// Writes a verbose record, when one is wanted.
    ///
    /// # Errors
    /// When nobody is listening any more.
    pub async fn verbose(&self, message: impl Into<String>) -> Result<(), Failure> {
        if !self.facts.common.verbose {
            return Ok(());
        }
        self.say(Event::Verbose(message.into())).await
    }

    /// Writes a debug record, when one is wanted.
    ///
    /// # Errors
    /// When nobody is listening any more.
    pub async fn debug(&self, message: impl Into<String>) -> Result<(), Failure> {
        if !self.facts.common.debug {
            return Ok(());
        }
        self.say(Event::Debug(message.into())).await
    }

    /// Reports progress.
    ///
    /// # Errors
    /// When nobody is listening any more.
    pub async fn progress(&self, record: ProgressRecord) -> Result<(), Failure> {
        self.say(Event::Progress(Box::new(record))).await
    }

    /// Shows the plan that would run or is about to run.
    ///
    /// # Errors
    /// When nobody is listening any more.
    pub async fn plan(&self, plan: Plan) -> Result<(), Failure> {
        self.say(Event::Plan(Box::new(plan))).await
    }

    /// Writes a line of the host itself, as `What if: …` is.
    ///
    /// # Errors
    /// When nobody is listening any more.
    pub async fn host_line(&self, line: impl Into<String>) -> Result<(), Failure> {
        self.say(Event::HostLine(line.into())).await
    }

    /// `ShouldProcess(target)` or `ShouldProcess(target, action)`: whether to go on. The caller's side knows -WhatIf,
    /// -Confirm, the preferences and earlier answers.
    ///
    /// # Errors
    /// When nobody can be asked, or the answer was to halt.
    pub async fn should_process(
        &self,
        target: impl Into<String>,
        action: Option<&str>,
    ) -> Result<bool, Failure> {
        let question = match action {
            Some(action) => ShouldProcess::TargetAndAction(target.into(), action.to_owned()),
            None => ShouldProcess::Target(target.into()),
        };
        self.ask(|answer| Question::ShouldProcess(question, answer))
            .await
    }

    /// `ShouldProcess(description, query, caption)`.
    ///
    /// # Errors
    /// When nobody can be asked, or the answer was to halt.
    pub async fn should_process_described(
        &self,
        description: impl Into<String>,
        query: impl Into<String>,
        caption: impl Into<String>,
    ) -> Result<bool, Failure> {
        let question = ShouldProcess::Described {
            description: description.into(),
            query: query.into(),
            caption: caption.into(),
        };
        self.ask(|answer| Question::ShouldProcess(question, answer))
            .await
    }

    /// `ShouldContinue(query, caption)`; -Confirm and -WhatIf have no say in it.
    ///
    /// # Errors
    /// When nobody can be asked, or the answer was to halt.
    pub async fn should_continue(
        &self,
        query: impl Into<String>,
        caption: impl Into<String>,
    ) -> Result<bool, Failure> {
        let (query, caption) = (query.into(), caption.into());
        self.ask(|answer| Question::ShouldContinue(query, caption, answer))
            .await
    }

    /// Reads a file on the caller's machine.
    ///
    /// # Errors
    /// When it cannot be read there, as the terminating error.
    pub async fn read_caller_file(&self, path: &str) -> Result<Bytes, Failure> {
        self.ask(|answer| Question::ReadFile(path.to_owned(), answer))
            .await?
            .map_err(|failure| file_fault(path, failure, "FileReadFailed").into())
    }

    /// Writes a file on the caller's machine.
    ///
    /// # Errors
    /// When it cannot be written there, as the terminating error.
    pub async fn write_caller_file(
        &self,
        path: &str,
        data: impl Into<Bytes>,
    ) -> Result<(), Failure> {
        let data = data.into();
        self.ask(|answer| Question::WriteFile(path.to_owned(), data, answer))
            .await?
            .map_err(|failure| file_fault(path, failure, "FileWriteFailed").into())
    }

    pub(super) async fn ask<A>(
        &self,
        question: impl FnOnce(oneshot::Sender<A>) -> Question,
    ) -> Result<A, Failure> {
        let (answer, answered) = oneshot::channel();
        self.say(Event::Question(question(answer))).await?;
        answered.await.map_err(|_| Failure::Stopped)
    }

    pub(super) async fn say(&self, event: Event) -> Result<(), Failure> {
        self.events.send(event).await.map_err(|_| Failure::Stopped)
    }
}

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn file_fault(path: &str, failure: FileFailure, id: &'static str) -> Fault {
    use tandem_shell::error_record::ErrorCategory as Category;
    let (id, category) = match failure.kind.as_str() {
        "not_found" | "folder_not_found" => ("FileNotFound", Category::ObjectNotFound),
        "access_denied" => (id, Category::PermissionDenied),
        "exists" => (id, Category::ResourceExists),
        "too_large" => (id, Category::LimitsExceeded),
        "unavailable" => ("CallerFileUnavailable", Category::ResourceUnavailable),
        _ if id == "FileWriteFailed" => (id, Category::WriteError),
        _ => (id, Category::ReadError),
    };
    let (_, message) = failure.to_shell().exception(path);
    Fault::new(id, category, message).target(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_caller_that_is_not_there_is_told_in_the_words_of_the_engine() {
        let told = |kind: &str| {
            let failure = FileFailure {
                kind: kind.to_owned(),
                message: "what the machine said".to_owned(),
            };
            let fault = file_fault("a/b.toml", failure, "FileReadFailed");
            (fault.id.to_string(), fault.message)
        };
        for (kind, id, message) in [
            (
                "not_found",
                "FileNotFound",
                "Could not find file 'a/b.toml'.",
            ),
            (
                "folder_not_found",
                "FileNotFound",
                "Could not find a part of the path 'a/b.toml'.",
            ),
            (
                "access_denied",
                "FileReadFailed",
                "Access to the path 'a/b.toml' is denied.",
            ),
            ("too_large", "FileReadFailed", "what the machine said"),
            (
                "unavailable",
                "CallerFileUnavailable",
                "what the machine said",
            ),
        ] {
            assert_eq!(told(kind), (id.to_owned(), message.to_owned()), "{kind}");
        }
    }
}
