//! What a caller says to its running pipeline, sorted: answers, files, input, stop.

use std::sync::Arc;

use tandem::cmdlet::v1::Value;
use tandem::shell::v1 as wire;
use tandem::shell::v1::invoke_request::Message as Asked;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;
use tonic::Streaming;

/// Messages of one kind that wait for the pipeline.
const QUEUE: usize = 64;

/// The pipeline's end of what its caller says. Calls block.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) runtime: Handle,
    /// Cancelled when the caller stops the pipeline or goes away, and when the pipeline has ended.
    pub(super) stop: CancellationToken,
    answers: Mutex<mpsc::Receiver<wire::PromptAnswer>>,
    files: Mutex<mpsc::Receiver<wire::FileAnswer>>,
    input: Mutex<mpsc::Receiver<Input>>,
}

/// Pipeline input.
#[derive(Debug)]
pub(super) enum Input {
    /// One object.
    Object(Box<Value>),
    /// The objects of a CLIXML document.
    Clixml(String),
}

/// Reads what the caller says until the pipeline ends.
pub(super) fn read(mut requests: Streaming<wire::InvokeRequest>) -> Arc<Incoming> {
    let stop = CancellationToken::new();
    let (answer, answers) = mpsc::channel(QUEUE);
    let (file, files) = mpsc::channel(QUEUE);
    let (give, input) = mpsc::channel(QUEUE);
    let incoming = Incoming {
        runtime: Handle::current(),
        stop: stop.clone(),
        answers: Mutex::new(answers),
        files: Mutex::new(files),
        input: Mutex::new(input),
    };
    tokio::spawn(async move {
        let mut give = Some(give);
        loop {
            let message = tokio::select! {
                message = requests.message() => message,
                () = stop.cancelled() => return,
            };
            // A pipeline that has ended takes nothing more: the sends then fail, which is no fault.
            match message {
                Ok(Some(wire::InvokeRequest {
                    message: Some(message),
                })) => match message {
                    Asked::Answer(prompt) => drop(answer.send(prompt).await),
                    Asked::File(part) => drop(file.send(part).await),
                    Asked::Input(value) => {
                        send(give.as_ref(), Input::Object(Box::new(value))).await;
                    }
                    Asked::InputClixml(document) => {
                        send(give.as_ref(), Input::Clixml(document)).await;
                    }
                    Asked::EndOfInput(_) => give = None,
                    Asked::Stop(_) => stop.cancel(),
                    Asked::Start(_) => {}
                },
                Ok(Some(_)) => {}
                // The caller says no more, and may still listen.
                Ok(None) => return,
                Err(_) => return stop.cancel(),
            }
        }
    });
    Arc::new(incoming)
}

async fn send(give: Option<&mpsc::Sender<Input>>, input: Input) {
    if let Some(give) = give {
        // A pipeline that has ended takes no more input.
        let _ = give.send(input).await;
    }
}

impl Incoming {
    /// The next answer to a prompt; `None` when the pipeline is stopped or nobody answers any more.
    pub(super) fn answer(&self) -> Option<wire::PromptAnswer> {
        self.next(&self.answers)
    }

    /// The next part of a file.
    pub(super) fn file(&self) -> Option<wire::FileAnswer> {
        self.next(&self.files)
    }

    /// The next input; `None` at its end.
    pub(super) fn input(&self) -> Option<Input> {
        self.next(&self.input)
    }

    fn next<T>(&self, channel: &Mutex<mpsc::Receiver<T>>) -> Option<T> {
        self.runtime.block_on(async {
            tokio::select! {
                next = async { channel.lock().await.recv().await } => next,
                () = self.stop.cancelled() => None,
            }
        })
    }
}
