//! What a pipeline says, held back for a moment, so that the connection is woken once for much of it.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use tandem::shell::v1 as wire;
use tandem::shell::v1::invoke_response::Message;
use tonic::Status;

use super::render::Renderer;

/// Text that is held back at most: fewer messages for many lines.
const TEXT_BATCH_BYTES: usize = 8 * 1024;

/// Objects that are held back at most: the connection is woken once for all of them.
const OBJECT_BATCH: usize = 64;

/// Bytes of files that are held back at most, and the longest piece of one in a message.
pub(super) const FILE_BATCH_BYTES: usize = 64 * 1024;

/// How long output is held back at most while more of it comes.
const BATCH_TIME: Duration = Duration::from_millis(20);

/// Messages that are sent together.
pub(super) type Batch = Vec<Result<wire::InvokeResponse, Status>>;

/// Output that has not been sent: messages, and the text behind them.
pub(super) struct Screen {
    pub(super) renderer: Option<Renderer>,
    held: Batch,
    /// Bytes of files that are held back.
    file_bytes: usize,
    pub(super) text: String,
    sent: Instant,
}

impl Screen {
    pub(super) fn new(renderer: Renderer) -> RefCell<Self> {
        RefCell::new(Self {
            renderer: Some(renderer),
            held: Vec::new(),
            file_bytes: 0,
            text: String::new(),
            sent: Instant::now(),
        })
    }

    /// Holds a message back, behind the text that is held back.
    pub(super) fn hold(&mut self, message: Message) {
        if !self.text.is_empty() {
            let text = Message::Text(std::mem::take(&mut self.text));
            self.held.push(response(text));
        }
        self.held.push(response(message));
    }

    /// Holds back a piece of a file that is written, together with the one before it.
    pub(super) fn hold_piece(&mut self, file: &wire::FileRequest, data: &[u8], last: bool) {
        self.file_bytes += data.len();
        if let Some(Ok(before)) = self.held.last_mut().filter(|_| self.text.is_empty())
            && let Some(Message::File(before)) = &mut before.message
            && before.request_id == file.request_id
            && !before.last
            && before.data.len() + data.len() <= FILE_BATCH_BYTES
        {
            before.data.extend_from_slice(data);
            before.last = last;
            return;
        }
        self.hold(Message::File(wire::FileRequest {
            data: data.to_vec(),
            last,
            ..file.clone()
        }));
    }

    /// Everything that is held back.
    pub(super) fn take(&mut self) -> Batch {
        self.sent = Instant::now();
        self.file_bytes = 0;
        let mut batch = std::mem::take(&mut self.held);
        if !self.text.is_empty() {
            batch.push(response(Message::Text(std::mem::take(&mut self.text))));
        }
        batch
    }

    /// Whether something has been held back for long enough.
    pub(super) fn is_overdue(&self) -> bool {
        let holds = !self.text.is_empty() || !self.held.is_empty();
        holds && self.sent.elapsed() >= BATCH_TIME
    }

    /// Whether enough is held back, or for long enough.
    pub(super) fn is_due(&self) -> bool {
        self.text.len() >= TEXT_BATCH_BYTES
            || self.held.len() >= OBJECT_BATCH
            || self.file_bytes >= FILE_BATCH_BYTES
            || self.sent.elapsed() >= BATCH_TIME
    }
}

fn response(message: Message) -> Result<wire::InvokeResponse, Status> {
    Ok(wire::InvokeResponse {
        message: Some(message),
    })
}
