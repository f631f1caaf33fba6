//! A call of this node's that runs on another one: its records come back, its questions are asked here.

use prost::Message as _;
use tandem::cmdlet::v1::stream_record::Record;
use tandem::peer::v1 as wire;
use tandem::peer::v1::forward_question::Question as Asked;
use tandem::peer::v1::forward_request::Message as Say;
use tandem::peer::v1::forward_response::Message as Heard;
use tandem_domain::identity::Fqdn;
use tandem_shell::error_record::ErrorCategory;
use tandem_shell::host::ShouldProcess;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;

use super::cmdlet::Call;
use super::event::{Event, FileFailure, Question};
use super::failure::{Failure, Fault};
use super::{record, trace};
use crate::peer;

/// Answers that wait for the connection.
const ANSWER_QUEUE: usize = 8;

/// Bytes of a file that travels to another node: it is one message, with some room for what stands around it.
const FILE_BYTES: usize = peer::client::MAX_MESSAGE_BYTES - 64 * 1024;

/// Nodes that may forward one call: the one asked, and the one of the cmdlet's place.
pub const MAX_HOPS: u32 = 2;

/// How a forwarded call went wrong.
#[derive(Debug)]
pub enum Forwarding {
    /// It has not begun there: the pool cannot be reached.
    Unreachable(peer::Error),
    /// It ran there, or may have, and ended so.
    Ended(Failure),
}

impl From<Failure> for Forwarding {
    fn from(failure: Failure) -> Self {
        Self::Ended(failure)
    }
}

impl From<Forwarding> for Failure {
    fn from(forwarding: Forwarding) -> Self {
        match forwarding {
            Forwarding::Ended(failure) => failure,
            Forwarding::Unreachable(error) => {
                Fault::unavailable("PoolUnreachable", sentence(&error)).into()
            }
        }
    }
}

/// Runs `call` on a node of `pool`.
///
/// # Errors
/// How it ended there, or that it could not begin.
pub(super) async fn run(call: &Call, pool: &Fqdn) -> Result<(), Forwarding> {
    let facts = call.facts();
    if facts.hops >= MAX_HOPS {
        return Err(Failure::from(Fault::invalid_operation(
            "ForwardedInCircles",
            format!("The call has been forwarded {} times, and pool \"{pool}\" should run it now: the nodes disagree about who runs it.", facts.hops),
        ))
        .into());
    }
    let peer = facts.node.peers.to(pool).map_err(Forwarding::Unreachable)?;
    let (say, requests) = mpsc::channel(ANSWER_QUEUE);
    // The queue is empty, so the first message always finds room.
    let _ = say.try_send(request(Say::Start(start(call))));
    let mut responses = match peer.forward(ReceiverStream::new(requests)).await {
        Ok(responses) => responses,
        Err(error @ (peer::Error::Unreachable { .. } | peer::Error::NoAddress { .. })) => {
            return Err(Forwarding::Unreachable(error));
        }
        Err(error) => return Err(lost(pool, &sentence(&error)).into()),
    };
    loop {
        let heard = next(call, &mut responses, &say, pool).await?;
        match heard {
            Heard::Output(bytes) => {
                let output = facts
                    .cmdlet
                    .entry
                    .decode_output(&bytes)
                    .map_err(|error| lost(pool, &error.to_string()))?;
                call.say(Event::Output(output)).await?;
            }
            Heard::Record(record) => {
                if let Some(event) = event(record.record) {
                    call.say(event).await?;
                }
            }
            Heard::Question(question) => ask(call, question, &say).await?,
            Heard::Terminating(error) => {
                return Err(Failure::from(Fault::finished(record::from_wire(&error))).into());
            }
            Heard::End(_) => return Ok(()),
        }
    }
}

fn start(call: &Call) -> wire::ForwardStart {
    let facts = call.facts();
    wire::ForwardStart {
        rpc: facts.cmdlet.entry.rpc.to_owned(),
        request: facts.request.to_vec(),
        caller: facts.caller.name.clone(),
        group: facts.caller.groups.clone(),
        parameter_set: facts.parameter_set.clone(),
        traceparent: trace::current(),
        hops: facts.hops + 1,
    }
}

/// The next message; when the caller stops meanwhile, the other node is told, and its end is waited for.
async fn next(
    call: &Call,
    responses: &mut Streaming<wire::ForwardResponse>,
    say: &mpsc::Sender<wire::ForwardRequest>,
    pool: &Fqdn,
) -> Result<Heard, Failure> {
    let mut told = false;
    loop {
        let message = tokio::select! {
            message = responses.message() => message,
            () = call.stopping().cancelled(), if !told => {
                told = true;
                if call.is_abandoned() {
                    // Nobody said stop: whether the cmdlet goes on without its caller is its own decision.
                    return Err(Failure::Stopped);
                }
                // Without a connection there is nobody to stop, and `message` tells so.
                let _ = say.send(request(Say::Stop(wire::ForwardStop {}))).await;
                continue;
            }
        };
        match message {
            Ok(Some(wire::ForwardResponse {
                message: Some(heard),
            })) => return Ok(heard),
            Ok(Some(_)) => {}
            Ok(None) if told => return Err(Failure::Stopped),
            Ok(None) => return Err(lost(pool, "the answer has no end")),
            Err(status) => return Err(lost(pool, status.message())),
        }
    }
}

fn lost(pool: &Fqdn, reason: &str) -> Failure {
    Fault::new(
        "ForwardingFailed",
        ErrorCategory::ConnectionError,
        format!("The command was running on pool \"{pool}\" when its answer broke off: {reason}. It may have gone on there."),
    )
    .target(pool.as_str())
    .mended_by("Get-TandemOperation shows how an operation ended; the same command with the same operation id gives its answer.")
    .into()
}

fn event(record: Option<Record>) -> Option<Event> {
    Some(match record? {
        Record::Error(error) => Event::Error(Box::new(Fault::finished(record::from_wire(&error)))),
        Record::Warning(text) => Event::Warning(text),
        Record::Verbose(text) => Event::Verbose(text),
        Record::Debug(text) => Event::Debug(text),
        Record::Progress(progress) => Event::Progress(Box::new(progress)),
        Record::Plan(plan) => Event::Plan(Box::new(plan)),
        Record::Host(line) => Event::HostLine(line),
        Record::Information(_) => return None,
    })
}

async fn ask(
    call: &Call,
    question: wire::ForwardQuestion,
    say: &mpsc::Sender<wire::ForwardRequest>,
) -> Result<(), Failure> {
    let question_id = question.question_id;
    let Some(asked) = question.question else {
        return Ok(());
    };
    let said = match asked {
        Asked::ShouldProcess(confirmation) => {
            let question = should_process(confirmation);
            let answer = call
                .ask(|answer| Question::ShouldProcess(question, answer))
                .await?;
            Say::Answer(wire::ForwardAnswer {
                question_id,
                answer: Some(answer),
            })
        }
        Asked::ShouldContinue(confirmation) => {
            let answer = call
                .should_continue(confirmation.query, confirmation.caption)
                .await?;
            Say::Answer(wire::ForwardAnswer {
                question_id,
                answer: Some(answer),
            })
        }
        Asked::ReadFile(path) => {
            let name = path.clone();
            let read = call.ask(|answer| Question::ReadFile(path, answer)).await?;
            Say::File(match read {
                Ok(data) if data.len() > FILE_BYTES => {
                    file_failure(question_id, too_large(&name, data.len()))
                }
                Ok(data) => wire::ForwardFile {
                    question_id,
                    data: data.to_vec(),
                    ..Default::default()
                },
                Err(failure) => file_failure(question_id, failure),
            })
        }
        Asked::WriteFile(write) => {
            let written = call
                .ask(|answer| Question::WriteFile(write.path, write.data.into(), answer))
                .await?;
            Say::File(match written {
                Ok(()) => wire::ForwardFile {
                    question_id,
                    ..Default::default()
                },
                Err(failure) => file_failure(question_id, failure),
            })
        }
    };
    // When the connection is gone the next message tells so.
    let _ = say.send(request(said)).await;
    Ok(())
}

fn too_large(path: &str, bytes: usize) -> FileFailure {
    FileFailure {
        kind: "too_large".to_owned(),
        message: format!(
            "\"{path}\" has {bytes} bytes, and the command runs on another pool, where {FILE_BYTES} bytes of a file are taken at most."
        ),
    }
}

fn file_failure(question_id: u32, failure: FileFailure) -> wire::ForwardFile {
    wire::ForwardFile {
        question_id,
        error: failure.message,
        error_kind: failure.kind,
        ..Default::default()
    }
}

/// `ShouldProcess` in its three forms, as it was asked on the other node.
fn should_process(asked: wire::ForwardConfirmation) -> ShouldProcess {
    if !asked.description.is_empty() {
        let wire::ForwardConfirmation {
            description,
            query,
            caption,
            ..
        } = asked;
        return ShouldProcess::Described {
            description,
            query,
            caption,
        };
    }
    if asked.action.is_empty() {
        ShouldProcess::Target(asked.target)
    } else {
        ShouldProcess::TargetAndAction(asked.target, asked.action)
    }
}

fn request(message: Say) -> wire::ForwardRequest {
    wire::ForwardRequest {
        message: Some(message),
    }
}

fn sentence(error: &peer::Error) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|first| first.to_uppercase().to_string())
        .unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// The part that the requests of all cmdlets share.
#[derive(Clone, PartialEq, prost::Message)]
struct Shared {
    #[prost(message, optional, tag = "1")]
    common: Option<tandem::cmdlet::v1::CommonParameters>,
}

/// Adds the common parameters to the bytes of any cmdlet's request that has none.
pub fn append_common(request: &mut Vec<u8>, common: &tandem::cmdlet::v1::CommonParameters) {
    let shared = Shared {
        common: Some(common.clone()),
    };
    request.extend_from_slice(&shared.encode_to_vec());
}

/// The common parameters in the bytes of any cmdlet's request.
#[must_use]
pub fn common_of(request: &[u8]) -> tandem::cmdlet::v1::CommonParameters {
    Shared::decode(request)
        .ok()
        .and_then(|shared| shared.common)
        .unwrap_or_default()
}
