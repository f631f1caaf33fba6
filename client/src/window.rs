//! How far input may be ahead of its pipeline. What the pipeline has not taken waits here and not on the way, where everything
//! said after it, a stop too, would wait behind it.

use std::collections::VecDeque;

use tandem::shell::v1::InputTaken;
use tokio::sync::{Mutex, watch};

/// Messages of input that may be ahead of the pipeline.
const MESSAGES: usize = 64;
/// Bytes of input that may be ahead of the pipeline; a longer message goes alone.
const BYTES: usize = 1024 * 1024;

/// The room before a pipeline.
#[derive(Debug, Default)]
pub(crate) struct Window {
    told: watch::Sender<Told>,
    ahead: Mutex<Ahead>,
}

/// What the pipeline said.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    taken: u64,
    is_wanted: bool,
    enough: bool,
}

/// What is ahead of it: the sizes of messages.
#[derive(Debug, Default)]
struct Ahead {
    taken: u64,
    sizes: VecDeque<usize>,
    bytes: usize,
}

impl Ahead {
    fn take(&mut self, taken: u64) {
        while self.taken < taken {
            self.taken += 1;
            self.bytes -= self.sizes.pop_front().unwrap_or_default();
        }
    }

    fn has_room(&self, bytes: usize) -> bool {
        self.sizes.is_empty() || self.sizes.len() < MESSAGES && self.bytes + bytes <= BYTES
    }
}

impl Window {
    /// Takes up what the pipeline says.
    pub(crate) fn tell(&self, taken: InputTaken) {
        self.told.send_modify(|told| {
            told.taken = told.taken.max(taken.messages);
            told.is_wanted = true;
            told.enough |= taken.enough;
        });
    }

    /// Nothing more is wanted.
    pub(crate) fn close(&self) {
        self.told.send_modify(|told| told.enough = true);
    }

    /// Waits for room, and takes it; false when nothing more is wanted.
    pub(crate) async fn room_for(&self, bytes: usize) -> bool {
        let mut news = self.told.subscribe();
        let mut ahead = self.ahead.lock().await;
        loop {
            let told = *news.borrow_and_update();
            if told.enough {
                return false;
            }
            ahead.take(told.taken);
            if ahead.has_room(bytes) {
                ahead.sizes.push_back(bytes);
                ahead.bytes += bytes;
                return true;
            }
            if news.changed().await.is_err() {
                return false;
            }
        }
    }

    /// Waits until the pipeline waits for input.
    pub(crate) async fn wanted(&self) {
        let mut news = self.told.subscribe();
        if news
            .wait_for(|told| told.is_wanted && !told.enough)
            .await
            .is_err()
        {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(messages: u64) -> InputTaken {
        InputTaken {
            messages,
            enough: false,
        }
    }

    async fn filled(window: &Window, bytes: usize) -> usize {
        let mut count = 0;
        let fill = async {
            while window.room_for(bytes).await {
                count += 1;
            }
        };
        tokio::select! {
            biased;
            () = fill => {}
            () = std::future::ready(()) => {}
        }
        count
    }

    #[tokio::test]
    async fn no_more_is_ahead_than_may_be() {
        for (bytes, fits) in [(1, MESSAGES), (BYTES / 4, 4), (BYTES, 1), (BYTES * 9, 1)] {
            let window = Window::default();
            assert_eq!(filled(&window, bytes).await, fits);
            assert_eq!(filled(&window, bytes).await, 0);
            window.tell(taken(1));
            assert_eq!(filled(&window, bytes).await, 1);
            window.tell(taken(1));
            assert_eq!(filled(&window, bytes).await, 0);
            window.close();
            assert!(!window.room_for(1).await);
        }
    }

    #[tokio::test]
    async fn a_pipeline_that_has_enough_lets_nobody_wait() {
        let window = Window::default();
        filled(&window, BYTES).await;
        let (has_room, ()) = tokio::join!(window.room_for(1), async {
            window.tell(InputTaken {
                messages: 0,
                enough: true,
            });
        });
        assert!(!has_room);
    }
}
