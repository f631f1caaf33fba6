//! Tasks that a node cannot do without. One that ends before the node stops has met a fault of this program: then the node
//! ends as well, and whoever runs it starts it anew. A node that went on without its heartbeats or its writer would look
//! well and do nothing.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The essential tasks of a node.
#[derive(Clone, Debug)]
pub(crate) struct Essential {
    stop: CancellationToken,
    broken: CancellationToken,
    tasks: TaskTracker,
}

impl Essential {
    /// None yet, of a node that stops with `stop`.
    pub(crate) fn new(stop: CancellationToken) -> Self {
        Self {
            stop,
            broken: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }
    }

    /// Runs `work` on a task of its own.
    pub(crate) fn spawn(
        &self,
        name: &'static str,
        work: impl Future<Output = ()> + Send + 'static,
    ) {
        self.tasks.spawn(self.watched(name, work));
    }

    /// `work`, whose end before the node stops is noticed.
    pub(crate) fn watched(
        &self,
        name: &'static str,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> impl Future<Output = ()> + Send + 'static {
        let (stop, broken) = (self.stop.clone(), self.broken.clone());
        async move {
            let ended = AssertUnwindSafe(work).catch_unwind().await;
            if !stop.is_cancelled() {
                let panicked = ended.is_err();
                tracing::error!(
                    task = name,
                    panicked,
                    "a part that the node cannot do without has ended"
                );
                broken.cancel();
            }
        }
    }

    /// Ends when one of them has ended too early.
    pub(crate) async fn broken(&self) {
        self.broken.cancelled().await;
    }

    /// Waits until those that were spawned have ended.
    pub(crate) async fn wait(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_that_ends_too_early_breaks_the_node_and_one_that_is_stopped_does_not() {
        let early: [fn(); 2] = [|| (), || panic!("the test's fault")];
        for end in early {
            let tasks = Essential::new(CancellationToken::new());
            tasks.spawn("early", async move { end() });
            tasks.broken().await;
        }
        let stop = CancellationToken::new();
        let tasks = Essential::new(stop.clone());
        tasks.spawn("stopped", stop.clone().cancelled_owned());
        stop.cancel();
        tasks.wait().await;
        assert!(!tasks.broken.is_cancelled());
    }
}
