//! Command lines and structured pipelines on one connection: start, talk with what runs, take what it says.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tandem::cmdlet::v1::Value;
use tandem::shell::v1::invoke_request::Message as Request;
use tandem::shell::v1::shell_service_client::ShellServiceClient;
use tandem::shell::v1::{
    CompleteRequest, CompleteResponse, EndOfInput, FileAction, FileAnswer, FileRequest, FileTaken,
    InvokeRequest, InvokeResponse, Output, PromptAnswer, Start, Stop, prompt_answer, start,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;
use tonic::transport::Channel;

use crate::window::Window;
use crate::{Connection, Error};

pub use tandem::shell::v1::invoke_response::Message;

/// Messages to a running pipeline that may wait for the network; more wait in the caller.
const REQUESTS_WAITING: usize = 64;
/// The largest message that is taken: one string of `ConvertTo-Json` may be long.
const MESSAGE_BYTES_MAX: usize = 64 << 20;

/// The header of an answer that names the pool of the node.
const POOL_HEADER: &str = "tandem-pool";
/// The header of an answer that says what the node tells its pace of.
const PACES_HEADER: &str = "tandem-paces";

/// Runs command lines on one connection. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Shell {
    connection: Connection,
    client: ShellServiceClient<Channel>,
}

/// A pipeline that runs. Dropping it cancels the pipeline on the server.
#[derive(Debug)]
pub struct Running {
    connection: Connection,
    requests: Requests,
    responses: Streaming<InvokeResponse>,
    finished: bool,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.requests.close();
    }
}

/// The way to a running pipeline. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Requests {
    sender: mpsc::Sender<InvokeRequest>,
    /// The room before the pipeline for input.
    window: Arc<Window>,
    /// The room for each file that it reads.
    files: Arc<Mutex<HashMap<u32, Arc<Window>>>>,
}

impl Shell {
    pub(crate) fn new(connection: Connection) -> Self {
        let client = ShellServiceClient::new(connection.channel())
            .max_decoding_message_size(MESSAGE_BYTES_MAX)
            .max_encoding_message_size(MESSAGE_BYTES_MAX);
        Self { connection, client }
    }

    /// Starts a line of PowerShell's language; its output comes as objects.
    ///
    /// # Errors
    /// When the server refuses the call or cannot be reached any more.
    pub async fn line(&self, line: &str) -> Result<Running, Error> {
        self.invoke(Start {
            command: Some(start::Command::Line(line.to_owned())),
            output: Some(Output::default()),
            ..Start::default()
        })
        .await
    }

    /// Starts what the message says.
    ///
    /// # Errors
    /// When the server refuses the call or cannot be reached any more.
    pub async fn invoke(&self, start: Start) -> Result<Running, Error> {
        let (requests, waiting) = mpsc::channel(REQUESTS_WAITING);
        let first = InvokeRequest {
            message: Some(Request::Start(start)),
        };
        // The channel is new and empty, so this cannot fail.
        let _ = requests.try_send(first);
        let mut client = self.client.clone();
        let responses = client
            .invoke(ReceiverStream::new(waiting))
            .await
            .map_err(|status| self.connection.explain(status))?;
        let is_paced = responses.metadata().contains_key(PACES_HEADER);
        Ok(Running {
            connection: self.connection.clone(),
            requests: Requests {
                sender: requests,
                window: Arc::new(Window::new(is_paced)),
                files: Arc::default(),
            },
            responses: responses.into_inner(),
            finished: false,
        })
    }

    /// What could stand at the caret.
    ///
    /// # Errors
    /// When the server refuses the call or cannot be reached any more.
    pub async fn complete(&self, request: CompleteRequest) -> Result<CompleteResponse, Error> {
        let mut client = self.client.clone();
        let answer = client.complete(request).await;
        answer
            .map(tonic::Response::into_inner)
            .map_err(|status| self.connection.explain(status))
    }

    /// The pool of the node at the other end, by its own word; none if it does not say.
    pub async fn pool(&self) -> Option<String> {
        let mut client = self.client.clone();
        let answer = client.complete(CompleteRequest::default()).await.ok()?;
        let named = answer.metadata().get(POOL_HEADER)?.to_str().ok()?;
        Some(named.to_owned())
    }

    /// The connection beneath.
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.connection
    }
}

impl Running {
    /// What the pipeline says next; `None` after its end was told.
    ///
    /// # Errors
    /// When the call breaks, or ends without telling how the pipeline ended.
    pub async fn next(&mut self) -> Result<Option<Message>, Error> {
        loop {
            match self.responses.message().await {
                Ok(Some(InvokeResponse {
                    message: Some(message),
                })) => match message {
                    Message::InputTaken(taken) => {
                        self.requests.window.tell(taken.messages, taken.enough);
                    }
                    Message::FileTaken(taken) => self.requests.file_taken(&taken),
                    Message::Finished(_) => {
                        self.finished = true;
                        self.requests.close();
                        return Ok(Some(message));
                    }
                    Message::File(request) => {
                        self.requests.file_asked(&request);
                        return Ok(Some(Message::File(request)));
                    }
                    message => return Ok(Some(message)),
                },
                // A message of a newer server that this client does not know.
                Ok(Some(InvokeResponse { message: None })) => {}
                Ok(None) if self.finished => return Ok(None),
                Ok(None) => return Err(Error::Unfinished),
                Err(status) => return Err(self.connection.explain(status)),
            }
        }
    }

    /// The way to the pipeline, for a task beside the one that reads.
    #[must_use]
    pub fn requests(&self) -> Requests {
        self.requests.clone()
    }
}

impl Requests {
    /// Answers a prompt. Whether the pipeline still listens.
    pub async fn answer(&self, prompt_id: u32, answer: prompt_answer::Answer) -> bool {
        self.send(Request::Answer(PromptAnswer {
            prompt_id,
            answer: Some(answer),
        }))
        .await
    }

    /// Gives one input object once the pipeline has room for it. Whether the pipeline still wants input.
    pub async fn input(&self, value: Value) -> bool {
        self.give(Request::Input(value)).await
    }

    /// Gives a CLIXML document, or the next piece of one, whose objects are input, once the pipeline has room for it. Whether
    /// the pipeline still wants input.
    pub async fn input_clixml(&self, piece: String) -> bool {
        self.give(Request::InputClixml(piece)).await
    }

    /// Waits until the pipeline waits for input; for ever if it never does.
    pub async fn input_wanted(&self) {
        self.window.wanted().await;
    }

    async fn give(&self, message: Request) -> bool {
        let has_room = tokio::select! {
            has_room = self.window.room_for(message.encoded_len()) => has_room,
            () = self.sender.closed() => false,
        };
        has_room && self.send(message).await
    }

    /// Ends the input. Whether the pipeline still listens.
    pub async fn end_of_input(&self) -> bool {
        self.send(Request::EndOfInput(EndOfInput {})).await
    }

    /// Answers a file request; that of a file which is read at the pipeline's pace waits until there is room, which takes
    /// somebody beside who goes on with [`Running::next`]. Whether the pipeline still wants the file.
    pub async fn file(&self, answer: FileAnswer) -> bool {
        let is_failure = !answer.error.is_empty() || !answer.error_kind.is_empty();
        if let Some(window) = self.file_window(answer.request_id)
            && !is_failure
        {
            let has_room = tokio::select! {
                has_room = window.room_for(answer.data.len()) => has_room,
                () = self.sender.closed() => false,
            };
            if !has_room {
                lock(&self.files).remove(&answer.request_id);
                return false;
            }
        }
        if answer.last || is_failure {
            lock(&self.files).remove(&answer.request_id);
        }
        self.send(Request::File(answer)).await
    }

    /// Whether the pipeline still reads the file of that request, at its pace.
    #[must_use]
    pub fn is_file_wanted(&self, request_id: u32) -> bool {
        self.file_window(request_id)
            .is_some_and(|window| window.is_open())
    }

    fn file_window(&self, id: u32) -> Option<Arc<Window>> {
        lock(&self.files).get(&id).cloned()
    }

    fn file_asked(&self, request: &FileRequest) {
        if request.paced && request.action() == FileAction::Read {
            let window = Arc::new(Window::new(true));
            lock(&self.files).insert(request.request_id, window);
        }
    }

    fn file_taken(&self, taken: &FileTaken) {
        if let Some(window) = self.file_window(taken.request_id) {
            window.tell(taken.messages, taken.enough);
        }
    }

    /// Nothing more is wanted.
    fn close(&self) {
        self.window.close();
        for (_, window) in lock(&self.files).drain() {
            window.close();
        }
    }

    /// Stops the pipeline, as Ctrl-C does; its end is still told. Whether the pipeline still listens.
    pub async fn stop(&self) -> bool {
        self.send(Request::Stop(Stop {})).await
    }

    async fn send(&self, message: Request) -> bool {
        self.sender
            .send(InvokeRequest {
                message: Some(message),
            })
            .await
            .is_ok()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
