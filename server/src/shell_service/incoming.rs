//! What a caller says to its running pipeline, sorted: answers, files, input, stop.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};

use prost::Message as _;
use tandem::cmdlet::v1::Value;
use tandem::shell::v1 as wire;
use tandem::shell::v1::invoke_request::Message as Asked;
use tokio::runtime::Handle;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tonic::Streaming;

use super::outbox::Outbox;
use super::pace::BYTES_AHEAD;

/// Messages of one kind that wait for the pipeline.
pub(super) const QUEUE: usize = 64;

/// Files that a pipeline reads at once.
pub(super) const OPEN_FILES: usize = 16;

/// Answers of files that wait for the pipeline.
const FILE_QUEUE: usize = QUEUE * OPEN_FILES;

/// Bytes that a file's answer counts for at least.
const FILE_ANSWER_BYTES: u32 = 1024;

/// Bytes of files that wait for the pipeline.
const FILE_BYTES: u32 = BYTES_AHEAD * OPEN_FILES as u32;

/// The pipeline's end of what its caller says. Calls block.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) runtime: Handle,
    /// Cancelled when the caller stops the pipeline or goes away, and when the pipeline has ended.
    pub(super) stop: CancellationToken,
    answers: Mutex<mpsc::Receiver<wire::PromptAnswer>>,
    files: Mutex<mpsc::Receiver<FilePart>>,
    input: Mutex<mpsc::Receiver<Taken>>,
    open_files: OpenFiles,
    has_enough: AtomicBool,
}

/// The requests of files whose answers are wanted.
type OpenFiles = Arc<std::sync::Mutex<HashSet<u32>>>;

fn lock(open: &OpenFiles) -> std::sync::MutexGuard<'_, HashSet<u32>> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Pipeline input.
#[derive(Debug)]
pub(super) enum Input {
    /// One object.
    Object(Box<Value>),
    /// A piece of a CLIXML document.
    Clixml(String),
}

/// A part of a file, and the room that it has until it is taken.
pub(super) type FilePart = (wire::FileAnswer, Option<OwnedSemaphorePermit>);

/// Input, how many bytes came as it, and the room that it has until it is taken.
pub(super) type Taken = (Input, u32, Option<OwnedSemaphorePermit>);

/// Reads what the caller says until the pipeline ends or the caller is gone.
pub(super) fn read(requests: Streaming<wire::InvokeRequest>, outbox: Outbox) -> Arc<Incoming> {
    let stop = CancellationToken::new();
    let (answers_in, answers) = mpsc::channel(QUEUE);
    let (files_in, files) = mpsc::channel(FILE_QUEUE);
    let (input_in, input) = mpsc::channel(QUEUE);
    let incoming = Incoming {
        runtime: Handle::current(),
        stop: stop.clone(),
        answers: Mutex::new(answers),
        files: Mutex::new(files),
        input: Mutex::new(input),
        open_files: OpenFiles::default(),
        has_enough: AtomicBool::new(false),
    };
    let queues = Queues {
        answers: answers_in,
        files: files_in,
        file_room: Arc::new(Semaphore::new(FILE_BYTES as usize)),
        open_files: incoming.open_files.clone(),
        input: Some(input_in),
        room: Arc::new(Semaphore::new(BYTES_AHEAD as usize)),
        stop: stop.clone(),
    };
    tokio::spawn(async move {
        tokio::select! {
            () = queues.fill(requests) => {}
            () = stop.cancelled() => return,
            // Also where the queues are full: a caller who has gone is not waited for.
            () = outbox.gone() => return stop.cancel(),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = outbox.gone() => stop.cancel(),
        }
    });
    Arc::new(incoming)
}

/// The caller's end.
struct Queues {
    answers: mpsc::Sender<wire::PromptAnswer>,
    files: mpsc::Sender<FilePart>,
    file_room: Arc<Semaphore>,
    open_files: OpenFiles,
    input: Option<mpsc::Sender<Taken>>,
    room: Arc<Semaphore>,
    stop: CancellationToken,
}

impl Queues {
    /// Sorts what the caller says, until it says no more: it may still listen.
    async fn fill(mut self, mut requests: Streaming<wire::InvokeRequest>) {
        loop {
            let message = match requests.message().await {
                Ok(Some(request)) => request.message,
                Ok(None) => return,
                Err(_) => return self.stop.cancel(),
            };
            // A pipeline that has ended takes nothing more: the sends then fail, which is no fault.
            match message {
                Some(Asked::Answer(prompt)) => drop(self.answers.send(prompt).await),
                Some(Asked::File(part)) => self.give_file(part).await,
                Some(Asked::Input(value)) => {
                    let bytes = value.encoded_len();
                    self.give(Input::Object(Box::new(value)), bytes).await;
                }
                Some(Asked::InputClixml(piece)) => {
                    let bytes = piece.len();
                    self.give(Input::Clixml(piece), bytes).await;
                }
                Some(Asked::EndOfInput(_)) => self.input = None,
                Some(Asked::Stop(_)) => self.stop.cancel(),
                Some(Asked::Start(_)) | None => {}
            }
        }
    }

    async fn give_file(&self, part: wire::FileAnswer) {
        if !lock(&self.open_files).contains(&part.request_id) {
            return;
        }
        let bytes = u32::try_from(part.data.len()).unwrap_or(FILE_BYTES);
        let bytes = bytes.clamp(FILE_ANSWER_BYTES, FILE_BYTES);
        let room = self.file_room.clone().acquire_many_owned(bytes).await;
        let _ = self.files.send((part, room.ok())).await;
    }

    async fn give(&mut self, input: Input, bytes: usize) {
        let Some(queue) = &self.input else {
            return;
        };
        let bytes = u32::try_from(bytes).unwrap_or(BYTES_AHEAD).min(BYTES_AHEAD);
        let given = async {
            let room = self.room.clone().acquire_many_owned(bytes).await;
            queue.send((input, bytes, room.ok())).await.is_ok()
        };
        let is_wanted = tokio::select! {
            given = given => given,
            () = queue.closed() => false,
        };
        if !is_wanted {
            self.input = None;
        }
    }
}

impl Incoming {
    /// The next answer to a prompt; `None` when the pipeline is stopped or nobody answers any more.
    pub(super) fn answer(&self) -> Option<wire::PromptAnswer> {
        self.next(&self.answers)
    }

    /// Answers of that request are wanted from now on.
    pub(super) fn want_file(&self, id: u32) {
        lock(&self.open_files).insert(id);
    }

    /// Answers of that request are wanted no more: they are dropped as they come.
    pub(super) fn drop_file(&self, id: u32) {
        lock(&self.open_files).remove(&id);
    }

    /// The next part of a file.
    pub(super) fn file(&self) -> Option<FilePart> {
        self.next(&self.files)
    }

    /// The next part of a file if it is there already.
    pub(super) fn waiting_file(&self) -> Option<FilePart> {
        self.files.try_lock().ok()?.try_recv().ok()
    }

    /// The next input; `None` at its end.
    pub(super) fn input(&self) -> Option<Taken> {
        self.next(&self.input)
    }

    /// The next input if it is there already.
    pub(super) fn waiting_input(&self) -> Result<Taken, TryRecvError> {
        match self.input.try_lock() {
            Ok(mut queue) => queue.try_recv(),
            Err(_) => Err(TryRecvError::Empty),
        }
    }

    /// Drops what waits of the input, and all that comes; whether this is news.
    pub(super) fn end_input(&self) -> bool {
        if let Ok(mut queue) = self.input.try_lock() {
            queue.close();
            while queue.try_recv().is_ok() {}
        }
        !self.has_enough.swap(true, Ordering::Relaxed)
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
