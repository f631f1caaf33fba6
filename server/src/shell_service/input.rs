//! Pipeline input as the engine takes it: object by object, each as soon as it is whole, however it travelled; and the
//! caller told how far the pipeline is, so that no more is on its way than is wanted.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use tandem::shell::v1::InputTaken;
use tandem::shell::v1::invoke_response::Message;
use tandem_shell::error_record::{ErrorCategory, ErrorRecord};
use tandem_shell::serialise::clixml_read::ClixmlReader;
use tandem_shell::value::Value;
use tokio::sync::mpsc::error::TryRecvError;

use super::incoming::Input;
use super::pace::Pace;
use super::voice::Voice;
use crate::dispatch::values::from_wire;

/// Longest object in CLIXML, in bytes.
const MAX_OBJECT: usize = 64 * 1024 * 1024;

/// Bytes of objects that a later part of a CLIXML document may refer back to.
const REMEMBERED: usize = 16 * 1024 * 1024;

/// The input of a pipeline.
pub(super) struct Inlet {
    source: Source,
    /// Bytes of the object that is being read.
    unread: Rc<Cell<usize>>,
}

/// Where the next object comes from.
enum Source {
    /// The next message.
    Messages(Pieces),
    /// The CLIXML document that is being read.
    Clixml(Box<ClixmlReader<Pieces>>),
    /// Nowhere.
    Ended,
}

impl Inlet {
    pub(super) fn new(voice: Voice) -> Self {
        let unread = Rc::new(Cell::new(0));
        let pieces = Pieces {
            queue: Queue {
                voice,
                pace: Pace::default(),
            },
            piece: String::new(),
            at: 0,
            behind: None,
            is_ended: false,
            unread: unread.clone(),
        };
        Self {
            source: Source::Messages(pieces),
            unread,
        }
    }

    /// The next object; `None` at the end of the input.
    pub(super) fn next(&mut self) -> Result<Option<Value>, Box<ErrorRecord>> {
        loop {
            match std::mem::replace(&mut self.source, Source::Ended) {
                Source::Ended => return Ok(None),
                Source::Messages(mut pieces) => {
                    if let Some(object) = pieces.behind.take() {
                        self.source = Source::Messages(pieces);
                        return Ok(Some(object));
                    }
                    if pieces.skip_blanks() {
                        let reader = ClixmlReader::new(pieces, REMEMBERED);
                        self.source = Source::Clixml(Box::new(reader));
                    } else if pieces.advance() {
                        self.source = Source::Messages(pieces);
                    }
                }
                Source::Clixml(mut reader) => {
                    self.unread.set(0);
                    match reader.next() {
                        Ok(Some(item)) => {
                            self.source = Source::Clixml(reader);
                            return Ok(Some(item.value));
                        }
                        Ok(None) => self.source = Source::Messages(reader.into_inner()),
                        Err(error) => return Err(Box::new(unreadable(&error.to_string()))),
                    }
                }
            }
        }
    }

    /// No more is wanted: what is on its way is dropped.
    pub(super) fn end(&mut self) {
        self.source = Source::Ended;
    }
}

/// The messages of the input.
struct Queue {
    voice: Voice,
    pace: Pace,
}

impl Queue {
    fn next(&mut self) -> Option<Input> {
        let incoming = self.voice.incoming.clone();
        let next = match incoming.waiting_input() {
            Ok(next) => Some(next),
            Err(TryRecvError::Disconnected) => None,
            Err(TryRecvError::Empty) => {
                // Nothing is left to be done until more comes: the caller sees all that was made of it so far.
                self.tell();
                self.voice.flush();
                incoming.input()
            }
        };
        let (input, bytes, _room) = next?;
        if self.pace.take(bytes) {
            self.tell();
            self.voice.flush();
        }
        Some(input)
    }

    fn tell(&mut self) {
        if let Some(messages) = self.pace.news() {
            let taken = InputTaken {
                messages,
                enough: false,
            };
            self.voice
                .screen
                .borrow_mut()
                .hold(Message::InputTaken(taken));
        }
    }
}

/// Pieces of CLIXML as one text, to the next message that is none.
struct Pieces {
    queue: Queue,
    piece: String,
    at: usize,
    /// The object behind them.
    behind: Option<Value>,
    is_ended: bool,
    unread: Rc<Cell<usize>>,
}

impl Pieces {
    /// Skips the blanks between documents; whether more than blanks is there.
    fn skip_blanks(&mut self) -> bool {
        let rest = &self.piece[self.at..];
        self.at += rest.len()
            - rest
                .trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n'])
                .len();
        self.at < self.piece.len()
    }

    /// Takes the next message; false at the end.
    fn advance(&mut self) -> bool {
        if self.is_ended || self.behind.is_some() {
            return false;
        }
        match self.queue.next() {
            Some(Input::Clixml(piece)) => {
                self.piece = piece;
                self.at = 0;
            }
            Some(Input::Object(value)) => self.behind = Some(from_wire(&value)),
            None => self.is_ended = true,
        }
        !self.is_ended
    }
}

impl Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Pieces {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.unread.get() > MAX_OBJECT {
            let text = format!("An object is longer than {MAX_OBJECT} bytes.");
            return Err(io::Error::other(text));
        }
        while self.at == self.piece.len() && self.behind.is_none() && self.advance() {}
        Ok(&self.piece.as_bytes()[self.at..])
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount;
        self.unread.set(self.unread.get() + amount);
    }
}

/// The record of CLIXML that is none.
pub(super) fn unreadable(reason: &str) -> ErrorRecord {
    ErrorRecord::new(
        "InputNotReadable",
        ErrorCategory::InvalidData,
        "System.InvalidOperationException",
        format!("The CLIXML given as input cannot be read: {reason}"),
    )
}
