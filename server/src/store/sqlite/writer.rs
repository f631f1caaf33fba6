//! The one writer: callers' jobs arrive over a bounded channel, many are applied in one transaction, and each is
//! answered after the commit.
//!
//! While one commit waits for the disk the next jobs gather, so the rate of writes does not depend on how long a disk
//! takes to sync. A job that fails is undone on its own; the others of its transaction are not touched.

use std::fs::File;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::Connection;
use tokio::sync::{mpsc, oneshot};

use super::convert::failed;
use super::session::Session;
use crate::store::{Error, Result};

/// Jobs that wait for the writer; callers beyond wait to hand theirs over.
const QUEUE_JOBS: usize = 1_024;
/// Jobs of one transaction.
const COMMIT_JOBS: usize = 256;
/// How long a transaction gathers jobs.
const COMMIT_GATHER: Duration = Duration::from_millis(20);

/// What a job does inside the transaction, and whom it tells afterwards.
trait Job: Send {
    /// Applies the job; false when it failed and is to be undone.
    fn apply<'a>(&'a mut self, session: &'a mut Session) -> BoxFuture<'a, bool>;
    /// Tells the caller. `commit` says why the transaction as a whole failed, if it did.
    fn answer(self: Box<Self>, commit: Option<&Error>);
}

struct Call<F, T> {
    run: Option<F>,
    outcome: Option<Result<T>>,
    caller: oneshot::Sender<Result<T>>,
}

impl<F, T> Job for Call<F, T>
where
    F: for<'s> FnOnce(&'s mut Session) -> BoxFuture<'s, Result<T>> + Send,
    T: Send,
{
    fn apply<'a>(&'a mut self, session: &'a mut Session) -> BoxFuture<'a, bool> {
        async move {
            let Some(run) = self.run.take() else {
                return false;
            };
            let outcome = run(session).await;
            let applied = outcome.is_ok();
            self.outcome = Some(outcome);
            applied
        }
        .boxed()
    }

    fn answer(self: Box<Self>, commit: Option<&Error>) {
        let outcome = match (self.outcome, commit) {
            (Some(Ok(_)) | None, Some(failure)) => Err(copy_of(failure)),
            (Some(outcome), _) => outcome,
            (None, None) => Err(Error::Closed),
        };
        // A caller that went away does not want the answer; the write stands nevertheless.
        let _ = self.caller.send(outcome);
    }
}

/// The failure of a commit, once for each of its callers.
fn copy_of(failure: &Error) -> Error {
    match failure {
        Error::DiskFull(what) => Error::DiskFull(what.clone()),
        other => Error::Backend(other.to_string().into()),
    }
}

/// Hands jobs to the writer.
#[derive(Clone)]
pub(super) struct WriterHandle {
    jobs: mpsc::Sender<Box<dyn Job>>,
}

impl WriterHandle {
    /// Runs `job` in the writer's transaction; answers after the commit. A job that has been handed over runs to its
    /// end, also when the caller no longer waits.
    pub(super) async fn submit<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'s> FnOnce(&'s mut Session) -> BoxFuture<'s, Result<T>> + Send + 'static,
    {
        let (caller, outcome) = oneshot::channel();
        let call = Call {
            run: Some(job),
            outcome: None,
            caller,
        };
        self.jobs
            .send(Box::new(call))
            .await
            .map_err(|_| Error::Closed)?;
        outcome.await.map_err(|_| Error::Closed)?
    }
}

/// The writer: run it on a task of its own.
pub struct Writer {
    session: Session,
    jobs: mpsc::Receiver<Box<dyn Job>>,
    /// Held as long as the writer lives.
    _folder: File,
}

pub(super) fn channel(session: Session, folder: File) -> (WriterHandle, Writer) {
    let (sender, jobs) = mpsc::channel(QUEUE_JOBS);
    (
        WriterHandle { jobs: sender },
        Writer {
            session,
            jobs,
            _folder: folder,
        },
    )
}

impl Writer {
    /// Applies jobs until the last handle of the stores is gone, then closes the database.
    pub async fn run(mut self) {
        while let Some(first) = self.jobs.recv().await {
            self.transaction(first).await;
        }
        if let Err(error) = self.session.connection.close().await {
            tracing::warn!(%error, "the database was not closed cleanly; it recovers when it is opened");
        }
    }

    /// One transaction of the job `first` and of those that wait behind it.
    async fn transaction(&mut self, first: Box<dyn Job>) {
        let mut jobs = vec![first];
        let outcome = self.apply_and_commit(&mut jobs).await;
        if let Err(error) = &outcome {
            tracing::error!(%error, jobs = jobs.len(), "a transaction failed and was rolled back");
            if let Err(error) = self.session.abandon().await {
                tracing::error!(%error, "the rollback failed");
            }
        }
        for job in jobs {
            job.answer(outcome.as_ref().err());
        }
    }

    async fn apply_and_commit(&mut self, jobs: &mut Vec<Box<dyn Job>>) -> Result<()> {
        let begun = Instant::now();
        self.session.read_back().await?;
        self.execute("BEGIN IMMEDIATE").await?;
        let mut index = 0;
        while let Some(job) = jobs.get_mut(index) {
            self.execute("SAVEPOINT job").await?;
            let pools = self.session.pools.clone();
            if !job.apply(&mut self.session).await {
                self.session.pools = pools;
                self.execute("ROLLBACK TO job").await?;
            }
            self.execute("RELEASE job").await?;
            index += 1;
            if index < COMMIT_JOBS
                && begun.elapsed() < COMMIT_GATHER
                && let Ok(next) = self.jobs.try_recv()
            {
                jobs.push(next);
            }
        }
        self.session.flush().await?;
        self.execute("COMMIT").await?;
        self.session.committed();
        Ok(())
    }

    async fn execute(&mut self, statement: &'static str) -> Result<()> {
        sqlx::query(statement)
            .execute(&mut self.session.connection)
            .await
            .map_err(failed)?;
        Ok(())
    }
}
