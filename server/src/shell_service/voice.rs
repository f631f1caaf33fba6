//! The way of a pipeline to its caller: what it says, in order.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use tandem::shell::v1::invoke_response::Message;

use super::incoming::Incoming;
use super::outbox::Outbox;
use super::screen::Screen;

/// A way to the caller; all of a pipeline's are one.
#[derive(Clone)]
pub(super) struct Voice {
    pub(super) screen: Rc<RefCell<Screen>>,
    pub(super) responses: Outbox,
    pub(super) incoming: Arc<Incoming>,
}

impl Voice {
    /// Sends a message behind what is held back.
    pub(super) fn say(&self, message: Message) -> Result<(), ()> {
        self.screen.borrow_mut().hold(message);
        self.send()
    }

    fn send(&self) -> Result<(), ()> {
        let batch = self.screen.borrow_mut().take();
        if batch.is_empty() {
            return Ok(());
        }
        let Incoming { runtime, stop, .. } = &*self.incoming;
        let sent = runtime.block_on(self.responses.send(batch, stop));
        // Nobody reads any more: the pipeline has no use.
        sent.map_err(|_| stop.cancel())
    }

    /// Sends what is held back.
    pub(super) fn flush(&self) {
        // A caller who has gone is noticed by `stop`.
        let _ = self.send();
    }

    /// Sends what has been held back for long enough.
    pub(super) fn flush_overdue(&self) {
        let is_overdue = self.screen.borrow().is_overdue();
        if is_overdue {
            self.flush();
        }
    }
}
