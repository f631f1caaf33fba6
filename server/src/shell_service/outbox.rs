//! What waits for the connection: bounded in messages and in bytes, so that a caller who stops reading holds its pipeline
//! up and costs the node no memory; and never waited for when the pipeline has been stopped.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use prost::Message as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::Status;

use super::Responses;
use super::screen::Batch;

/// Batches of messages that wait for the connection.
const BATCHES: usize = 8;

/// Bytes that wait for the connection; a longer batch waits alone.
const BYTES: u32 = 1024 * 1024;

/// How long a caller may take for a batch once its pipeline was stopped.
const LAST_WORDS: Duration = Duration::from_secs(2);

type Item = (Batch, Option<OwnedSemaphorePermit>);

/// The pipeline's end.
#[derive(Clone, Debug)]
pub(super) struct Outbox {
    batches: mpsc::Sender<Item>,
    room: Arc<Semaphore>,
}

/// Nobody reads any more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gone;

/// Both ends.
pub(super) fn outbox() -> (Outbox, Responses) {
    let (batches, received) = mpsc::channel::<Item>(BATCHES);
    let outbox = Outbox {
        batches,
        room: Arc::new(Semaphore::new(BYTES as usize)),
    };
    // The room of a batch is free again when the connection takes it.
    let responses = ReceiverStream::new(received).flat_map(|(batch, _room)| stream::iter(batch));
    (outbox, responses.boxed())
}

impl Outbox {
    /// Waits until there is room; once `stop` is cancelled, not for long.
    pub(super) async fn send(&self, batch: Batch, stop: &CancellationToken) -> Result<(), Gone> {
        let bytes: usize = batch.iter().flatten().map(|said| said.encoded_len()).sum();
        let bytes = u32::try_from(bytes).unwrap_or(BYTES);
        let sent = async {
            let room = self.room.clone().acquire_many_owned(bytes.min(BYTES)).await;
            self.batches
                .send((batch, room.ok()))
                .await
                .map_err(|_| Gone)
        };
        let given_up = async {
            stop.cancelled().await;
            tokio::time::sleep(LAST_WORDS).await;
        };
        tokio::select! {
            biased;
            sent = sent => sent,
            () = self.batches.closed() => Err(Gone),
            () = given_up => Err(Gone),
        }
    }

    /// Waits until nobody reads any more.
    pub(super) async fn gone(&self) {
        self.batches.closed().await;
    }

    /// Ends the call with a status.
    pub(super) async fn fail(&self, status: Status) {
        // A caller who has gone needs no answer.
        let _ = self.batches.send((vec![Err(status)], None)).await;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use tandem::shell::v1::{InvokeResponse, invoke_response};

    use super::*;

    fn text(bytes: usize) -> Batch {
        let text = invoke_response::Message::Text("x".repeat(bytes));
        vec![Ok(InvokeResponse {
            message: Some(text),
        })]
    }

    #[tokio::test]
    async fn who_does_not_read_gets_no_more_than_the_bound() {
        let (outbox, mut responses) = outbox();
        let stop = CancellationToken::new();
        let mut waiting = 0_u32;
        let soon = Duration::from_millis(200);
        while tokio::time::timeout(soon, outbox.send(text(200_000), &stop))
            .await
            .is_ok()
        {
            waiting += 200_000;
        }
        assert!((BYTES / 2..=BYTES).contains(&waiting), "{waiting}");
        responses.next().await.unwrap().unwrap();
        outbox.send(text(200_000), &stop).await.unwrap();
    }

    #[tokio::test]
    async fn a_stop_is_not_held_up_and_a_long_message_passes() {
        let (outbox, mut responses) = outbox();
        let stop = CancellationToken::new();
        outbox.send(text(10 * BYTES as usize), &stop).await.unwrap();
        let stopping = stop.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            stopping.cancel();
        });
        outbox.send(text(1), &stop).await.unwrap_err();
        responses.next().await.unwrap().unwrap();
        outbox.send(text(1), &stop).await.unwrap();
        drop(responses);
        outbox.send(text(1), &stop).await.unwrap_err();
    }
}
