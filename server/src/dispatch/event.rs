//! What a running cmdlet says and asks, on its way to whoever drives it: a shell session, a typed RPC, another node.
//!
//! The channel is bounded, so a cmdlet runs no faster than its caller reads.

use std::any::Any;

use bytes::Bytes;
use prost::Message;
use tandem::cmdlet::v1::{Plan, ProgressRecord};
use tandem_shell::file;
use tandem_shell::host::ShouldProcess;
use tokio::sync::oneshot;

use super::failure::Fault;

/// How many events wait between a cmdlet and its caller.
pub const EVENT_QUEUE: usize = 64;

/// One thing that a running cmdlet says.
#[derive(Debug)]
pub enum Event {
    /// An output message.
    Output(Box<dyn OutputMessage>),
    /// A non-terminating error.
    Error(Box<Fault>),
    /// A warning.
    Warning(String),
    /// A verbose record.
    Verbose(String),
    /// A debug record.
    Debug(String),
    /// Progress.
    Progress(Box<ProgressRecord>),
    /// The plan that would run or is about to run.
    Plan(Box<Plan>),
    /// A line for the host itself.
    HostLine(String),
    /// A question; the cmdlet waits for its answer.
    Question(Question),
}

/// A question of a cmdlet to its caller. Dropping the sender ends the cmdlet.
#[derive(Debug)]
pub enum Question {
    /// `ShouldProcess`.
    ShouldProcess(ShouldProcess, oneshot::Sender<bool>),
    /// `ShouldContinue`: query and caption.
    ShouldContinue(String, String, oneshot::Sender<bool>),
    /// The bytes of a file on the caller's machine.
    ReadFile(String, oneshot::Sender<Result<Bytes, FileFailure>>),
    /// Writes a file on the caller's machine.
    WriteFile(String, Bytes, oneshot::Sender<Result<(), FileFailure>>),
}

/// Why a file of the caller's could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFailure {
    /// `not_found`, `folder_not_found`, `access_denied`, `exists`, `is_directory`, `in_use`, `stopped`, `too_large`,
    /// `unavailable` or `other`.
    pub kind: String,
    /// What the caller's machine said.
    pub message: String,
}

impl FileFailure {
    /// The failure as the engine knows it, and has words for.
    #[must_use]
    pub fn to_shell(self) -> file::FileFailure {
        match self.kind.as_str() {
            "not_found" => file::FileFailure::NotFound,
            "folder_not_found" => file::FileFailure::FolderNotFound,
            "access_denied" => file::FileFailure::Denied,
            "is_directory" => file::FileFailure::Directory,
            "exists" => file::FileFailure::Exists,
            "in_use" => file::FileFailure::InUse,
            "stopped" => file::FileFailure::Stopped,
            _ => file::FileFailure::Other(self.message),
        }
    }
}

/// An output message of any cmdlet.
pub trait OutputMessage: Any + Send + std::fmt::Debug {
    /// Its bytes on the wire.
    fn to_bytes(&self) -> Bytes;
    /// Itself, for whoever knows the type.
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

impl<M: Message + Any + std::fmt::Debug> OutputMessage for M {
    fn to_bytes(&self) -> Bytes {
        self.encode_to_vec().into()
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
