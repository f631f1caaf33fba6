//! What an operation tells while it runs, kept so that whoever asks later, or again, hears all of it from the beginning.
//!
//! An operation runs detached from its caller: the caller may vanish and return, and two callers may give the same
//! operation id. Each of them is a [`Watcher`] with its own place in one log.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

/// The most lines that are kept of one operation. A step says a handful; the bound holds whatever happens.
const MAX_EVENTS: usize = 1024;

/// One thing that a running operation tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A step began: its name and what it does.
    Step {
        /// Its name in the plan.
        name: &'static str,
        /// What it does, in a sentence.
        description: String,
    },
    /// Something worth a verbose line.
    Detail(String),
    /// Something that the administrator should know although the operation goes on.
    Warning(String),
}

/// How far the current step is. Only the latest is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gauge {
    /// What is done.
    pub status: String,
    /// How much of the whole operation is done, 0 to 100.
    pub percent: u8,
    /// What the operation waits for, when that may take long.
    pub waits_for: Option<WaitsFor>,
}

/// What an operation cannot go on without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitsFor {
    /// The word of the other pool.
    Partner,
    /// A store that takes what is to be written down.
    Store {
        /// Whether the other pool has committed: then the users are served there already.
        is_committed: bool,
    },
}

/// How an operation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The users are served by the taking pool.
    Committed {
        /// How long the users' data could not be written.
        read_only: Duration,
    },
    /// Nothing changed.
    RolledBack {
        /// The stable error id of the reason.
        error_id: String,
        /// The reason.
        message: String,
    },
}

#[derive(Debug, Default)]
struct Log {
    events: Vec<Event>,
    gauge: Gauge,
    outcome: Option<Outcome>,
}

/// The narration of one operation: the executor's end. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Narration {
    log: Arc<Mutex<Log>>,
    changed: watch::Sender<u64>,
}

impl Default for Narration {
    fn default() -> Self {
        Self {
            log: Arc::default(),
            changed: watch::Sender::new(0),
        }
    }
}

impl Narration {
    /// Tells something.
    pub fn tell(&self, event: Event) {
        self.change(|log| {
            if log.events.len() < MAX_EVENTS {
                log.events.push(event);
            }
        });
    }

    /// Tells a verbose line.
    pub fn detail(&self, line: impl Into<String>) {
        self.tell(Event::Detail(line.into()));
    }

    /// Tells a warning.
    pub fn warning(&self, line: impl Into<String>) {
        self.tell(Event::Warning(line.into()));
    }

    /// Moves the gauge.
    pub fn gauge(&self, gauge: Gauge) {
        self.change(|log| log.gauge = gauge);
    }

    /// Ends the narration. The first outcome stands.
    pub fn end(&self, outcome: Outcome) {
        self.change(|log| {
            log.outcome.get_or_insert(outcome);
        });
    }

    /// How the operation ended, if it has.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.locked(|log| log.outcome.clone())
    }

    /// A listener that hears everything from the beginning.
    #[must_use]
    pub fn watch(&self) -> Watcher {
        Watcher {
            narration: self.clone(),
            changed: self.changed.subscribe(),
            next: 0,
            gauge: Gauge::default(),
        }
    }

    fn change(&self, change: impl FnOnce(&mut Log)) {
        self.locked(change);
        self.changed.send_modify(|version| *version += 1);
    }

    fn locked<T>(&self, with: impl FnOnce(&mut Log) -> T) -> T {
        with(&mut self.log.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a watcher hears next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A line.
    Event(Event),
    /// The gauge moved; moves in between may have been missed.
    Gauge(Gauge),
    /// The end.
    Outcome(Outcome),
}

/// A listener's place in the narration of one operation.
#[derive(Debug)]
pub struct Watcher {
    narration: Narration,
    changed: watch::Receiver<u64>,
    next: usize,
    gauge: Gauge,
}

impl Watcher {
    /// Waits for what comes next. After the outcome it answers with the outcome again.
    pub async fn next(&mut self) -> Heard {
        loop {
            // Seen before it is looked at, so that a change in between is not slept through.
            self.changed.borrow_and_update();
            if let Some(heard) = self.take() {
                return heard;
            }
            if self.changed.changed().await.is_err() {
                // INVARIANT: the watcher holds a sender itself, so this cannot happen.
                std::future::pending::<()>().await;
            }
        }
    }

    fn take(&mut self) -> Option<Heard> {
        let (next, gauge) = (self.next, &self.gauge);
        let heard = self.narration.locked(|log| {
            if let Some(event) = log.events.get(next) {
                return Some(Heard::Event(event.clone()));
            }
            if let Some(outcome) = &log.outcome {
                return Some(Heard::Outcome(outcome.clone()));
            }
            (log.gauge != *gauge).then(|| Heard::Gauge(log.gauge.clone()))
        });
        match &heard {
            Some(Heard::Event(_)) => self.next += 1,
            Some(Heard::Gauge(gauge)) => self.gauge = gauge.clone(),
            Some(Heard::Outcome(_)) | None => {}
        }
        heard
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_late_watcher_hears_all_of_it_and_the_end() {
        let narration = Narration::default();
        let mut early = narration.watch();
        narration.detail("one");
        assert_eq!(
            early.next().await,
            Heard::Event(Event::Detail("one".to_owned()))
        );
        narration.gauge(Gauge {
            percent: 5,
            ..Gauge::default()
        });
        assert!(matches!(
            early.next().await,
            Heard::Gauge(Gauge { percent: 5, .. })
        ));
        narration.warning("two");
        let outcome = Outcome::Committed {
            read_only: Duration::ZERO,
        };
        narration.end(outcome.clone());
        narration.end(Outcome::RolledBack {
            error_id: String::new(),
            message: String::new(),
        });

        let mut late = narration.watch();
        assert_eq!(
            late.next().await,
            Heard::Event(Event::Detail("one".to_owned()))
        );
        assert_eq!(
            late.next().await,
            Heard::Event(Event::Warning("two".to_owned()))
        );
        assert_eq!(late.next().await, Heard::Outcome(outcome.clone()));
        assert_eq!(
            early.next().await,
            Heard::Event(Event::Warning("two".to_owned()))
        );
        assert_eq!(early.next().await, Heard::Outcome(outcome.clone()));
        assert_eq!(early.next().await, Heard::Outcome(outcome));
    }

    #[tokio::test]
    async fn a_waiting_watcher_is_woken() {
        let narration = Narration::default();
        let mut watcher = narration.watch();
        let waiting = tokio::spawn(async move { watcher.next().await });
        tokio::task::yield_now().await;
        narration.detail("now");
        let heard = tokio::time::timeout(Duration::from_secs(5), waiting).await;
        assert!(matches!(heard, Ok(Ok(Heard::Event(_)))));
    }

    #[test]
    fn the_log_is_bounded() {
        let narration = Narration::default();
        for _ in 0..MAX_EVENTS * 2 {
            narration.detail("again");
        }
        assert_eq!(narration.locked(|log| log.events.len()), MAX_EVENTS);
    }
}
