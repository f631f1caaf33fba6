//! The threads that pipelines run on. A line may nest deeper than the stacks of the runtime's threads hold; and a thread is
//! kept for the next line for a while, because making one costs more than most lines.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;
use std::{fmt, io};

use tandem_shell::evaluate::STACK_BYTES;

/// How long a thread without work is kept.
const KEPT: Duration = Duration::from_secs(10);

type Job = Box<dyn FnOnce() + Send>;

/// Threads with large stacks. As many run as are given work; who gives it bounds them.
#[derive(Clone, Default)]
pub(crate) struct Threads {
    idle: Arc<Mutex<Vec<Idle>>>,
}

/// A thread that waits for work.
struct Idle {
    thread: ThreadId,
    give: SyncSender<Job>,
}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Threads").finish_non_exhaustive()
    }
}

impl Threads {
    /// Runs `job` on a thread that is idle, or on a new one. A panic in it ends the thread.
    ///
    /// # Errors
    /// When no thread is to be had.
    pub(super) fn run(&self, job: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let mut job: Job = Box::new(job);
        // The last that became idle first: the others end when nothing is left for them.
        while let Some(idle) = self.pop() {
            match idle.give.send(job) {
                Ok(()) => return Ok(()),
                Err(ended) => job = ended.0,
            }
        }
        let threads = self.clone();
        thread::Builder::new()
            .name("pipeline".to_owned())
            .stack_size(STACK_BYTES)
            .spawn(move || threads.work(job))?;
        Ok(())
    }

    fn work(&self, mut job: Job) {
        let thread = thread::current().id();
        loop {
            job();
            let (give, jobs) = sync_channel(1);
            self.idle().push(Idle { thread, give });
            let given = jobs.recv_timeout(KEPT);
            job = match given {
                Ok(job) => job,
                Err(_) if self.forget(thread) => return,
                // It was chosen at that very moment: the work is on its way.
                Err(_) => match jobs.recv() {
                    Ok(job) => job,
                    Err(_) => return,
                },
            };
        }
    }

    /// Takes a thread off the list; whether it was on it.
    fn forget(&self, thread: ThreadId) -> bool {
        let mut idle = self.idle();
        let before = idle.len();
        idle.retain(|idle| idle.thread != thread);
        idle.len() < before
    }

    fn pop(&self) -> Option<Idle> {
        self.idle().pop()
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::mpsc::channel;

    use super::*;

    /// The thread that a job ran on, once it waits for the next.
    fn thread_of_a_job(threads: &Threads) -> ThreadId {
        let (tell, told) = channel();
        let waiting = threads.idle().len();
        threads
            .run(move || tell.send(thread::current().id()).unwrap())
            .unwrap();
        let thread = told.recv().unwrap();
        while threads.idle().len() <= waiting.saturating_sub(1) {
            thread::yield_now();
        }
        thread
    }

    #[test]
    fn a_thread_is_used_again_and_two_jobs_at_once_have_two() {
        let threads = Threads::default();
        let first = thread_of_a_job(&threads);
        assert_eq!(thread_of_a_job(&threads), first);

        let (go_on, wait) = channel::<()>();
        threads.run(move || wait.recv().unwrap()).unwrap();
        assert_ne!(thread_of_a_job(&threads), first);
        go_on.send(()).unwrap();
    }

    #[test]
    fn a_job_that_panics_takes_its_thread_with_it_and_the_next_has_another() {
        let threads = Threads::default();
        let (tell, told) = channel::<()>();
        threads
            .run(move || {
                let _held = tell;
                panic!("a fault");
            })
            .unwrap();
        assert!(told.recv().is_err());
        let (tell, told) = channel();
        threads.run(move || tell.send(1).unwrap()).unwrap();
        assert_eq!(told.recv().unwrap(), 1);
    }
}
