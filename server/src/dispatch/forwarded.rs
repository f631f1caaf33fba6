//! A call of another node's that runs here: `PeerService.Forward`. Its questions travel back to the node that has the
//! caller.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use futures_util::{Stream, StreamExt};
use tandem::cmdlet::v1::StreamRecord;
use tandem::cmdlet::v1::stream_record::Record;
use tandem::peer::v1 as wire;
use tandem::peer::v1::forward_question::Question as Asked;
use tandem::peer::v1::forward_request::Message as Heard;
use tandem::peer::v1::forward_response::Message as Say;
use tandem_shell::host::ShouldProcess;
use tokio::sync::{mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};
use tracing::Instrument;

use super::catalogue::Described;
use super::dispatcher::{Dispatcher, Invocation, record};
use super::event::{Event, FileFailure, Question};
use super::failure::Failure;
use super::running::Running;
use super::{forward, record, trace};
use crate::layers::identity::Identity;
use crate::peer::service::Forwarded;

/// Messages that wait for the connection.
const RESPONSE_QUEUE: usize = 64;

/// What `PeerService.Forward` streams.
pub type Responses = Pin<Box<dyn Stream<Item = Result<wire::ForwardResponse, Status>> + Send>>;

#[tonic::async_trait]
impl Forwarded for Dispatcher {
    async fn run(
        self: Arc<Self>,
        request: Request<Streaming<wire::ForwardRequest>>,
    ) -> Result<Response<Responses>, Status> {
        serve(&self, request).await
    }
}

/// Runs the cmdlet that another node forwards, for the caller whom that node has authenticated.
///
/// # Errors
/// When the stream does not begin with a start of a known cmdlet.
pub async fn serve(
    dispatcher: &Arc<Dispatcher>,
    request: Request<Streaming<wire::ForwardRequest>>,
) -> Result<Response<Responses>, Status> {
    let mut requests = request.into_inner();
    let first = requests
        .message()
        .await?
        .and_then(|request| request.message);
    let Some(Heard::Start(start)) = first else {
        return Err(Status::invalid_argument(
            "The first message must be a start.",
        ));
    };
    let cmdlet = dispatcher
        .catalogue()
        .by_rpc(&start.rpc)
        .cloned()
        .ok_or_else(|| Status::not_found(format!("There is no cmdlet {}.", start.rpc)))?;
    let span = trace::forwarded(&start.rpc, &start.caller, &start.traceparent);
    let caller = Identity {
        name: start.caller,
        groups: start.group,
        ..Identity::default()
    };
    let invocation = Invocation {
        cmdlet: cmdlet.clone(),
        caller: Arc::new(caller),
        common: forward::common_of(&start.request),
        request: start.request.into(),
        parameter_set: Some(start.parameter_set).filter(|set| !set.is_empty()),
        hops: start.hops,
    };
    let (say, responses) = mpsc::channel(RESPONSE_QUEUE);
    let dispatcher = dispatcher.clone();
    let run = async move {
        let began = Instant::now();
        let end = match dispatcher.start(invocation).await {
            Ok(mut running) => {
                running.on_a_task();
                Session {
                    say: &say,
                    pending: HashMap::new(),
                    next_id: 0,
                    cmdlet: &cmdlet,
                }
                .run(running, requests)
                .await
            }
            Err(fault) => Err(fault.into()),
        };
        let last = match end {
            Ok(()) => Say::End(wire::ForwardEnd {
                duration: prost_types::Duration::try_from(began.elapsed()).ok(),
            }),
            Err(Failure::Terminating(fault)) => {
                Say::Terminating(record::to_wire(&record(&cmdlet, *fault), String::new()))
            }
            Err(Failure::Stopped) => return,
        };
        // A node that has gone hears nothing; the audit log has the end.
        let _ = say
            .send(Ok(wire::ForwardResponse {
                message: Some(last),
            }))
            .await;
    };
    tokio::spawn(run.instrument(span));
    Ok(Response::new(ReceiverStream::new(responses).boxed()))
}

/// A question whose answer is awaited.
enum Pending {
    Confirmation(oneshot::Sender<bool>),
    Read(oneshot::Sender<Result<bytes::Bytes, FileFailure>>),
    Write(oneshot::Sender<Result<(), FileFailure>>),
}

struct Session<'a> {
    say: &'a mpsc::Sender<Result<wire::ForwardResponse, Status>>,
    pending: HashMap<u32, Pending>,
    next_id: u32,
    cmdlet: &'a Described,
}

impl Session<'_> {
    async fn run(
        &mut self,
        mut running: Running,
        mut requests: Streaming<wire::ForwardRequest>,
    ) -> Result<(), Failure> {
        loop {
            tokio::select! {
                event = running.next() => match event {
                    Some(event) => self.tell(event).await?,
                    None => return running.end().await,
                },
                request = requests.message() => match request {
                    Ok(Some(wire::ForwardRequest { message: Some(message) })) => match message {
                        Heard::Stop(_) => return Err(Failure::Stopped),
                        Heard::Answer(answer) => self.confirm(&answer),
                        Heard::File(file) => self.file(file),
                        Heard::Start(_) => {}
                    },
                    Ok(Some(_)) => {}
                    Ok(None) | Err(_) => return Err(Failure::Stopped),
                },
            }
        }
    }

    async fn tell(&mut self, event: Event) -> Result<(), Failure> {
        let message = match event {
            Event::Output(output) => Say::Output(output.to_bytes().to_vec()),
            Event::Error(fault) => said(Record::Error(record::to_wire(
                &record(self.cmdlet, *fault),
                String::new(),
            ))),
            Event::Warning(text) => said(Record::Warning(text)),
            Event::Verbose(text) => said(Record::Verbose(text)),
            Event::Debug(text) => said(Record::Debug(text)),
            Event::Progress(progress) => said(Record::Progress(*progress)),
            Event::Plan(plan) => said(Record::Plan(*plan)),
            Event::HostLine(line) => said(Record::Host(line)),
            Event::Question(question) => self.question(question),
        };
        self.say
            .send(Ok(wire::ForwardResponse {
                message: Some(message),
            }))
            .await
            .map_err(|_| Failure::Stopped)
    }

    fn question(&mut self, question: Question) -> Say {
        let (pending, asked) = match question {
            Question::ShouldProcess(question, answer) => (
                Pending::Confirmation(answer),
                Asked::ShouldProcess(confirmation(question)),
            ),
            Question::ShouldContinue(query, caption, answer) => (
                Pending::Confirmation(answer),
                Asked::ShouldContinue(wire::ForwardConfirmation {
                    query,
                    caption,
                    ..Default::default()
                }),
            ),
            Question::ReadFile(path, answer) => (Pending::Read(answer), Asked::ReadFile(path)),
            Question::WriteFile(path, data, answer) => (
                Pending::Write(answer),
                Asked::WriteFile(wire::ForwardWrite {
                    path,
                    data: data.to_vec(),
                }),
            ),
        };
        self.next_id += 1;
        self.pending.insert(self.next_id, pending);
        Say::Question(wire::ForwardQuestion {
            question_id: self.next_id,
            question: Some(asked),
        })
    }

    /// An answer that is not set drops the question, which ends the cmdlet.
    fn confirm(&mut self, answer: &wire::ForwardAnswer) {
        if let Some(Pending::Confirmation(sender)) = self.pending.remove(&answer.question_id)
            && let Some(answer) = answer.answer
        {
            // A cmdlet that has ended meanwhile needs no answer.
            let _ = sender.send(answer);
        }
    }

    fn file(&mut self, file: wire::ForwardFile) {
        let failure = || FileFailure {
            kind: file.error_kind.clone(),
            message: file.error.clone(),
        };
        let failed = !file.error.is_empty() || !file.error_kind.is_empty();
        match self.pending.remove(&file.question_id) {
            Some(Pending::Read(sender)) => {
                let _ = sender.send(if failed {
                    Err(failure())
                } else {
                    Ok(file.data.into())
                });
            }
            Some(Pending::Write(sender)) => {
                let _ = sender.send(if failed { Err(failure()) } else { Ok(()) });
            }
            Some(Pending::Confirmation(_)) | None => {}
        }
    }
}

fn said(record: Record) -> Say {
    Say::Record(StreamRecord {
        record: Some(record),
    })
}

fn confirmation(question: ShouldProcess) -> wire::ForwardConfirmation {
    match question {
        ShouldProcess::Target(target) => wire::ForwardConfirmation {
            target,
            ..Default::default()
        },
        ShouldProcess::TargetAndAction(target, action) => wire::ForwardConfirmation {
            target,
            action,
            ..Default::default()
        },
        ShouldProcess::Described {
            description,
            query,
            caption,
        } => wire::ForwardConfirmation {
            description,
            query,
            caption,
            ..Default::default()
        },
    }
}
