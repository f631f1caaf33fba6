//! How far what the caller sends (input, a file) may be ahead of the pipeline. What the pipeline has not taken waits here and not on
//! the way, where everything said after it, a stop too, would wait behind it.

use std::collections::VecDeque;

use tokio::sync::{Mutex, watch};

/// Messages of one stream that may be ahead of the pipeline.
const MESSAGES: usize = 64;
/// Bytes of one stream that may be ahead of the pipeline; a longer message goes alone.
const BYTES: usize = 1024 * 1024;

/// The room before a pipeline, for one stream.
#[derive(Debug)]
pub(crate) struct Window {
    told: watch::Sender<Told>,
    ahead: Mutex<Ahead>,
}

/// What the pipeline said.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    /// Whether the node tells how far the pipeline is at all: one of an earlier version does not, and is not waited for.
    is_paced: bool,
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
    /// A window before a node that tells how far its pipeline is, or before one that does not.
    pub(crate) fn new(is_paced: bool) -> Self {
        let told = Told {
            is_paced,
            ..Told::default()
        };
        Self {
            told: watch::Sender::new(told),
            ahead: Mutex::default(),
        }
    }

    /// Takes up how many messages the pipeline has taken, and whether it has enough.
    pub(crate) fn tell(&self, messages: u64, enough: bool) {
        self.told.send_modify(|told| {
            told.is_paced = true;
            told.taken = told.taken.max(messages);
            told.is_wanted = true;
            told.enough |= enough;
        });
    }

    /// Whether something may still be wanted.
    pub(crate) fn is_open(&self) -> bool {
        !self.told.borrow().enough
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
            if !told.is_paced || ahead.has_room(bytes) {
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
            let window = Window::new(true);
            assert_eq!(filled(&window, bytes).await, fits);
            assert_eq!(filled(&window, bytes).await, 0);
            window.tell(1, false);
            assert_eq!(filled(&window, bytes).await, 1);
            window.tell(1, false);
            assert_eq!(filled(&window, bytes).await, 0);
            window.close();
            assert!(!window.room_for(1).await);
        }
    }

    #[tokio::test]
    async fn a_pipeline_that_has_enough_lets_nobody_wait() {
        let window = Window::new(true);
        filled(&window, BYTES).await;
        let (has_room, ()) = tokio::join!(window.room_for(1), async {
            window.tell(0, true);
        });
        assert!(!has_room);
    }

    #[tokio::test]
    async fn a_node_that_does_not_tell_is_not_waited_for() {
        let window = Window::new(false);
        for _ in 0..10 * MESSAGES {
            assert!(window.room_for(BYTES).await);
        }
        window.tell(0, false);
        assert_eq!(filled(&window, 1).await, 0);
    }
}
