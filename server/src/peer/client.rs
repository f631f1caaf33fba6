//! Calls to the other pools: connections made when first needed and kept, a deadline on every call, typed errors.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tandem::peer::v1 as wire;
use tandem::peer::v1::peer_service_client::PeerServiceClient;
use tandem_domain::identity::Fqdn;
use tokio::sync::{Notify, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tonic::codec::CompressionEncoding;
use tonic::transport::Channel;
use tonic::{Response, Status, Streaming};

use super::error::Error;

/// Longest message that one node takes from another, in bytes: a batch of changes is bounded far below it.
pub const MAX_MESSAGE_BYTES: usize = 32 * 1024 * 1024;

/// Piece of a content as it is sent, in bytes.
pub const CONTENT_PIECE_BYTES: usize = 256 * 1024;

/// Pieces or batches that wait between producer and connection.
const STREAM_QUEUE: usize = 4;

/// Makes channels to other pools: mutual TLS in a node, plain loopback in tests.
pub trait Connect: Send + Sync {
    /// A lazily connected channel to a node of `pool`; `None` when the configuration has no address for it.
    fn channel(&self, pool: &Fqdn) -> Option<Channel>;
}

/// How long the calls may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// Heartbeats and questions about state.
    pub question: Duration,
    /// Steps of operations, which wait for a durable write.
    pub step: Duration,
    /// One batch of changes, or the time in which a content that is sent or read must move on.
    pub transfer: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            question: Duration::from_secs(3),
            step: Duration::from_secs(10),
            transfer: Duration::from_secs(60),
        }
    }
}

/// The other pools of the deployment. Cheap to clone.
#[derive(Clone)]
pub struct Peers {
    inner: Arc<Inner>,
}

struct Inner {
    connect: Box<dyn Connect>,
    deadlines: Deadlines,
    channels: Mutex<HashMap<Fqdn, Channel>>,
}

impl std::fmt::Debug for Peers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Peers")
            .field("deadlines", &self.inner.deadlines)
            .finish_non_exhaustive()
    }
}

impl Peers {
    /// Peers that are reached through `connect`.
    #[must_use]
    pub fn new(connect: Box<dyn Connect>, deadlines: Deadlines) -> Self {
        Self {
            inner: Arc::new(Inner {
                connect,
                deadlines,
                channels: Mutex::default(),
            }),
        }
    }

    /// The nodes of one pool.
    ///
    /// # Errors
    /// [`Error::NoAddress`] when the configuration has no address for the pool.
    pub fn to(&self, pool: &Fqdn) -> Result<Peer, Error> {
        let mut channels = self
            .inner
            .channels
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let channel = match channels.get(pool) {
            Some(channel) => channel.clone(),
            None => {
                let channel = self
                    .inner
                    .connect
                    .channel(pool)
                    .ok_or_else(|| Error::NoAddress { pool: pool.clone() })?;
                channels.insert(pool.clone(), channel.clone());
                channel
            }
        };
        Ok(Peer {
            pool: pool.clone(),
            deadlines: self.inner.deadlines,
            client: PeerServiceClient::new(channel)
                .max_decoding_message_size(MAX_MESSAGE_BYTES)
                .max_encoding_message_size(MAX_MESSAGE_BYTES)
                .send_compressed(CompressionEncoding::Zstd)
                .accept_compressed(CompressionEncoding::Zstd),
        })
    }

    /// Forgets the connections, so that new ones use certificates and addresses that changed.
    pub fn reconnect(&self) {
        self.inner
            .channels
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

/// The nodes of one other pool.
#[derive(Clone, Debug)]
pub struct Peer {
    pool: Fqdn,
    deadlines: Deadlines,
    client: PeerServiceClient<Channel>,
}

/// Writes one unary call with its deadline, as a method.
macro_rules! unary {
    ($(#[$doc:meta])* $name:ident($request:ident) -> $response:ident within $deadline:ident) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// When the pool cannot be reached, is late, refuses, or answers against the contract.
        pub async fn $name(&self, request: wire::$request) -> Result<wire::$response, Error> {
            let mut client = self.client.clone();
            self.within(self.deadlines.$deadline, async move { client.$name(request).await }).await
        }
    };
}

impl Peer {
    /// The pool.
    #[must_use]
    pub fn pool(&self) -> &Fqdn {
        &self.pool
    }

    unary! {
        /// Tells what this node knows and asks for the same.
        heartbeat(HeartbeatRequest) -> HeartbeatResponse within question
    }
    unary! {
        /// Asks how far the pool's copy is.
        open_import(OpenImportRequest) -> OpenImportResponse within step
    }
    unary! {
        /// Asks which contents the pool does not have.
        find_missing_content(FindMissingContentRequest) -> FindMissingContentResponse within step
    }
    unary! {
        /// Asks for the digests of the pool's copy.
        get_digest(GetDigestRequest) -> GetDigestResponse within step
    }
    unary! {
        /// Has the pool journal an operation.
        prepare_operation(PrepareOperationRequest) -> PrepareOperationResponse within step
    }
    unary! {
        /// Has the pool take ownership.
        transfer_ownership(TransferOwnershipRequest) -> TransferOwnershipResponse within step
    }
    unary! {
        /// Has the pool roll an operation back.
        abort_operation(AbortOperationRequest) -> AbortOperationResponse within step
    }
    unary! {
        /// Asks for the pool's journal entry of an operation.
        get_operation(GetOperationRequest) -> GetOperationResponse within question
    }
    unary! {
        /// Gives the pool a management document.
        put_management_document(PutManagementDocumentRequest) -> PutManagementDocumentResponse within step
    }
    unary! {
        /// Reads a management document.
        get_management_document(GetManagementDocumentRequest) -> GetManagementDocumentResponse within step
    }
    unary! {
        /// Moves one user's data in.
        import_user(ImportUserRequest) -> ImportUserResponse within transfer
    }

    /// Opens a stream of batches.
    ///
    /// # Errors
    /// When the pool cannot be reached or refuses.
    pub async fn import_changes(&self) -> Result<ImportStream, Error> {
        let (sender, receiver) = mpsc::channel(STREAM_QUEUE);
        let mut client = self.client.clone();
        let responses = self
            .within(self.deadlines.step, async move {
                client.import_changes(ReceiverStream::new(receiver)).await
            })
            .await?;
        Ok(ImportStream {
            peer: self.clone(),
            requests: sender,
            responses,
        })
    }

    /// Sends a content as `first` describes it; `pieces` yields its bytes in order. It may take as long as it takes, as
    /// long as the pool goes on taking bytes.
    ///
    /// # Errors
    /// When the pool cannot be reached, takes nothing for a while or refuses. What it received stays there, for the next
    /// attempt.
    pub async fn put_content(
        &self,
        first: wire::PutContentRequest,
        mut pieces: mpsc::Receiver<Bytes>,
    ) -> Result<(), Error> {
        let (sender, receiver) = mpsc::channel(STREAM_QUEUE);
        let feed = async move {
            let mut next = first;
            // An empty content, or one whose bytes all arrived before, still needs its first message.
            while let Some(piece) = pieces.recv().await {
                next.data = piece.into();
                if sender.send(std::mem::take(&mut next)).await.is_err() {
                    return;
                }
            }
            if !next.content_hash.is_empty() {
                // A receiver that has hung up answers the call.
                let _ = sender.send(next).await;
            }
        };
        // The connection takes a message when it has room, which is when the pool has taken those before.
        let taken = Arc::new(Notify::new());
        let moved = taken.clone();
        let requests = ReceiverStream::new(receiver).inspect(move |_| moved.notify_one());
        let mut client = self.client.clone();
        let call = async move { client.put_content(requests).await };
        let ((), answer) = tokio::join!(feed, self.while_it_moves(call, &taken));
        answer.map(|wire::PutContentResponse {}| ())
    }

    /// Reads a content from `offset` on.
    ///
    /// # Errors
    /// When the pool cannot be reached, is late or does not have it; in the stream also when nothing comes for a while.
    pub async fn get_content(
        &self,
        hash: String,
        offset: u64,
    ) -> Result<impl Stream<Item = Result<Bytes, Error>> + Send + use<>, Error> {
        let mut client = self.client.clone();
        let request = wire::GetContentRequest {
            content_hash: hash,
            offset,
        };
        let call = async move { client.get_content(request).await };
        let pieces = self.within(self.deadlines.step, call).await?;
        let (peer, deadline) = (self.clone(), self.deadlines.transfer);
        let stream = futures_util::stream::try_unfold(pieces, move |mut pieces| {
            let peer = peer.clone();
            async move {
                match tokio::time::timeout(deadline, pieces.message()).await {
                    Ok(Ok(piece)) => Ok(piece.map(|piece| (Bytes::from(piece.data), pieces))),
                    Ok(Err(status)) => Err(peer.error(&status)),
                    Err(_elapsed) => Err(Error::Stalled {
                        pool: peer.pool,
                        after: deadline,
                    }),
                }
            }
        });
        Ok(stream)
    }

    /// Runs a cmdlet there: the stream of its events. It ends when the cmdlet does, however long that takes.
    ///
    /// # Errors
    /// When the pool cannot be reached or refuses.
    pub async fn forward(
        &self,
        requests: ReceiverStream<wire::ForwardRequest>,
    ) -> Result<Streaming<wire::ForwardResponse>, Error> {
        let mut client = self.client.clone();
        self.within(self.deadlines.step, async move {
            client.forward(requests).await
        })
        .await
    }

    /// Reads a status of this pool as an error.
    #[must_use]
    pub fn error(&self, status: &Status) -> Error {
        Error::from_status(&self.pool, self.deadlines.transfer, status)
    }

    /// Lets a call take any time, as long as `moved` is told of something again and again.
    async fn while_it_moves<T>(
        &self,
        call: impl Future<Output = Result<Response<T>, Status>> + Send,
        moved: &Notify,
    ) -> Result<T, Error> {
        let mut call = std::pin::pin!(call);
        let deadline = self.deadlines.transfer;
        loop {
            tokio::select! {
                biased;
                answer = &mut call => {
                    let answer = answer.map_err(|status| Error::from_status(&self.pool, deadline, &status));
                    return answer.map(Response::into_inner);
                }
                () = moved.notified() => {}
                () = tokio::time::sleep(deadline) => {
                    return Err(Error::Stalled { pool: self.pool.clone(), after: deadline });
                }
            }
        }
    }

    async fn within<T>(
        &self,
        deadline: Duration,
        call: impl Future<Output = Result<Response<T>, Status>> + Send,
    ) -> Result<T, Error> {
        match tokio::time::timeout(deadline, call).await {
            Ok(Ok(response)) => Ok(response.into_inner()),
            Ok(Err(status)) => Err(Error::from_status(&self.pool, deadline, &status)),
            Err(_elapsed) => Err(Error::DeadlineExceeded {
                pool: self.pool.clone(),
                deadline,
            }),
        }
    }
}

/// An open stream of batches to a receiving pool.
#[derive(Debug)]
pub struct ImportStream {
    peer: Peer,
    requests: mpsc::Sender<wire::ImportChangesRequest>,
    responses: Streaming<wire::ImportChangesResponse>,
}

impl ImportStream {
    /// Sends a batch without waiting for its answer; waits only while the connection is full.
    ///
    /// # Errors
    /// When the receiver has ended the stream: [`Self::next_answer`] tells why.
    pub async fn send(&self, batch: wire::ImportChangesRequest) -> Result<(), Error> {
        self.requests
            .send(batch)
            .await
            .map_err(|_| Error::Unreachable {
                pool: self.peer.pool.clone(),
                reason: "the stream of batches ended".to_owned(),
            })
    }

    /// The answer to the oldest batch that was not answered yet: the durable watermark.
    ///
    /// # Errors
    /// When the batch was refused, the receiver is late or the connection broke.
    pub async fn next_answer(&mut self) -> Result<u64, Error> {
        let deadline = self.peer.deadlines.transfer;
        match tokio::time::timeout(deadline, self.responses.message()).await {
            Ok(Ok(Some(wire::ImportChangesResponse { watermark }))) => Ok(watermark),
            Ok(Ok(None)) => Err(Error::Protocol {
                pool: self.peer.pool.clone(),
                reason: "the stream of batches ended without an answer".to_owned(),
            }),
            Ok(Err(status)) => Err(Error::from_status(&self.peer.pool, deadline, &status)),
            Err(_elapsed) => Err(Error::DeadlineExceeded {
                pool: self.peer.pool.clone(),
                deadline,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_transfer_may_take_any_time_as_long_as_it_moves() {
        let channel = tonic::transport::Endpoint::from_static("http://peer").connect_lazy();
        let peer = Peer {
            pool: Fqdn::parse("pool2.contoso.com").unwrap(),
            deadlines: Deadlines::default(),
            client: PeerServiceClient::new(channel),
        };
        let transfer = peer.deadlines.transfer;
        for (pause, is_whole) in [(transfer / 2, true), (transfer * 2, false)] {
            let moved = Notify::new();
            let call = async {
                for _ in 0..10 {
                    tokio::time::sleep(pause).await;
                    moved.notify_one();
                }
                Ok(Response::new(()))
            };
            let answer = peer.while_it_moves(call, &moved).await;
            assert_eq!(answer.is_ok(), is_whole, "{answer:?}");
            assert!(is_whole || answer.is_err_and(|error| error.id() == "PeerTransferStalled"));
        }
    }
}
