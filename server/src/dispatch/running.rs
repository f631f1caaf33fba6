//! A cmdlet that runs: what it says, and how it ends.
//!
//! It starts on the task or thread of whoever listens to it, because most cmdlets say little and a change of threads costs
//! more than they do. One that says much moves to a task of its own, and works while its words are read.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tandem_shell::error_record::ErrorCategory;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::DropGuard;
use tracing::Instrument;

use super::event::Event;
use super::failure::{Failure, Fault};

/// Events after which a cmdlet gets a task of its own.
const EVENTS_HERE: usize = 16;

type End = Result<(), Failure>;

/// A cmdlet that runs. Dropping it stops the cmdlet, which still writes down how it ended.
#[derive(Debug)]
pub struct Running {
    /// What it says, in order; the end of the channel is the end of the cmdlet.
    events: mpsc::Receiver<Event>,
    work: Work,
    heard: usize,
    runtime: Handle,
    _stop: DropGuard,
}

enum Work {
    /// Carried on by whoever listens.
    Here(BoxFuture<'static, End>),
    Task(JoinHandle<End>),
    Ended(End),
    Taken,
}

impl std::fmt::Debug for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Here(_) => "Here",
            Self::Task(_) => "Task",
            Self::Ended(_) => "Ended",
            Self::Taken => "Taken",
        })
    }
}

impl Running {
    /// `work` with the other end of what it says, and what stops it when it is dropped. To be called on the runtime.
    pub(super) fn new(
        events: mpsc::Receiver<Event>,
        work: impl Future<Output = End> + Send + 'static,
        stop: DropGuard,
    ) -> Self {
        let guarded = AssertUnwindSafe(work).catch_unwind();
        let work = guarded.map(|end| end.unwrap_or_else(|_| Err(internal().into())));
        Self {
            events,
            work: Work::Here(work.in_current_span().boxed()),
            heard: 0,
            runtime: Handle::current(),
            _stop: stop,
        }
    }

    /// Gives it a task of its own: it goes on whether or not anybody listens.
    pub fn on_a_task(&mut self) {
        self.work = match std::mem::replace(&mut self.work, Work::Taken) {
            Work::Here(work) => Work::Task(self.runtime.spawn(work)),
            other => other,
        };
    }

    /// Carries it on as far as it comes without waiting; the first of what it has said, the rest follows. When that was not
    /// its end it gets a task of its own, so that a listener who does not listen keeps it from nothing.
    pub fn begin(&mut self) -> VecDeque<Event> {
        let mut said = VecDeque::new();
        while let Work::Here(_) = self.work
            && let Some(Some(event)) = self.ready()
        {
            said.push_back(event);
        }
        self.on_a_task();
        said
    }

    /// What it says next; `None` at its end. Nothing is lost when this is dropped before it answers.
    pub async fn next(&mut self) -> Option<Event> {
        while let Work::Here(work) = &mut self.work {
            let end = tokio::select! {
                biased;
                event = self.events.recv() => {
                    self.heard += 1;
                    if self.heard >= EVENTS_HERE {
                        self.on_a_task();
                    }
                    return event;
                }
                end = work => end,
            };
            self.work = Work::Ended(end);
        }
        self.events.recv().await
    }

    /// What it says without any waiting: `None` when there is something to wait for.
    pub fn ready(&mut self) -> Option<Option<Event>> {
        self.next().now_or_never()
    }

    /// How it ended; call it when the events have ended.
    ///
    /// # Errors
    /// The terminating error.
    pub async fn end(mut self) -> Result<(), Failure> {
        self.events.close();
        match std::mem::replace(&mut self.work, Work::Taken) {
            Work::Here(work) => work.await,
            Work::Ended(end) => end,
            Work::Task(task) => task.await.unwrap_or(Err(Failure::Stopped)),
            Work::Taken => Err(Failure::Stopped),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.on_a_task();
    }
}

fn internal() -> Fault {
    Fault::new(
        "InternalError",
        ErrorCategory::NotSpecified,
        "The command ended by a fault of the node; its log has the details.",
    )
    .exception("System.InvalidOperationException")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Notify;
    use tokio_util::sync::CancellationToken;

    use super::*;

    fn says(count: usize, end: End) -> Running {
        let (events, received) = mpsc::channel(4);
        let work = async move {
            for number in 0..count {
                let _ = events.send(Event::Verbose(number.to_string())).await;
            }
            end
        };
        Running::new(received, work, CancellationToken::new().drop_guard())
    }

    #[tokio::test]
    async fn all_is_heard_in_order_before_and_after_it_moves_to_a_task() {
        for count in [0, 1, EVENTS_HERE - 1, EVENTS_HERE, 10 * EVENTS_HERE] {
            let mut running = says(count, Ok(()));
            for number in 0..count {
                let event = running.next().await;
                assert!(
                    matches!(&event, Some(Event::Verbose(text)) if *text == number.to_string()),
                    "{count}: {event:?}"
                );
            }
            assert!(running.next().await.is_none());
            assert!(running.end().await.is_ok());
        }
    }

    #[tokio::test]
    async fn begun_it_has_said_what_needs_no_waiting_and_goes_on_unheard() {
        // The channel takes four; who waits for room in it has been moved to a task by then.
        for count in [0, 1, 4, 5, EVENTS_HERE, 10 * EVENTS_HERE] {
            let mut running = says(count, Ok(()));
            let mut said = running.begin();
            assert!(said.len() <= EVENTS_HERE, "{}", said.len());
            let has_ended = matches!(running.work, Work::Ended(_));
            assert_eq!(has_ended, count <= 4, "{count}");
            while let Some(event) = running.next().await {
                said.push_back(event);
            }
            let expected = (0..count).map(|number| number.to_string());
            let heard = said.into_iter().map(|event| match event {
                Event::Verbose(text) => text,
                other => panic!("{other:?}"),
            });
            assert!(heard.eq(expected), "{count}");
            assert!(running.end().await.is_ok());
        }
    }

    #[tokio::test]
    async fn a_panic_is_an_error_of_the_cmdlet() {
        let (_events, received) = mpsc::channel(1);
        let work = async { panic!("a fault") };
        let mut running = Running::new(received, work, CancellationToken::new().drop_guard());
        drop(_events);
        assert!(running.next().await.is_none());
        let end = running.end().await;
        assert!(
            matches!(&end, Err(Failure::Terminating(fault)) if fault.id == "InternalError"),
            "{end:?}"
        );
    }

    #[tokio::test]
    async fn dropped_half_way_it_is_stopped_and_still_ends_by_itself() {
        let (events, received) = mpsc::channel(4);
        let stop = CancellationToken::new();
        let (heard, ended, told) = (
            stop.clone(),
            Arc::new(AtomicUsize::new(0)),
            Arc::new(Notify::new()),
        );
        let (count, tell) = (ended.clone(), told.clone());
        let work = async move {
            let _ = events.send(Event::Verbose("one".to_owned())).await;
            heard.cancelled().await;
            count.fetch_add(1, Ordering::SeqCst);
            tell.notify_one();
            Ok(())
        };
        let mut running = Running::new(received, work, stop.drop_guard());
        assert!(running.next().await.is_some());
        drop(running);
        told.notified().await;
        assert_eq!(ended.load(Ordering::SeqCst), 1);
    }
}
