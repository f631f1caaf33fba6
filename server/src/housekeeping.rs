//! What keeps a node's store from growing for ever: old audit entries, ended operations, deletions that both pools know
//! of, contents that nobody names.

use std::time::{Duration, SystemTime};

use tokio_util::sync::CancellationToken;

use crate::ownership::Ownership;
use crate::store::{Result, Stores};

/// Time between two sweeps.
const SWEEP: Duration = Duration::from_secs(600);
/// How long audit entries are kept.
const AUDIT_KEPT: Duration = Duration::from_secs(400 * 86_400);
/// Ended operations that are kept.
const OPERATIONS_KEPT: u32 = 10_000;
/// How long a content that no document names is kept: an upload may be about to name it.
const CONTENT_IDLE: Duration = Duration::from_secs(86_400);

/// Sweeps until the node stops.
pub(crate) async fn run(stores: Stores, ownership: Ownership, stop: CancellationToken) {
    loop {
        sweep(&stores, &ownership).await;
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(SWEEP) => {}
        }
    }
}

async fn sweep(stores: &Stores, ownership: &Ownership) {
    if let Some(before) = SystemTime::now().checked_sub(AUDIT_KEPT) {
        tell(
            "entries of the audit log",
            stores.audit.forget_before(before).await,
        );
    }
    tell(
        "ended operations",
        stores.journal.forget_old(OPERATIONS_KEPT).await,
    );
    for (home, _) in ownership.all().iter() {
        tell("tombstones", stores.change_log.prune_tombstones(home).await);
    }
    tell(
        "contents",
        stores.contents.collect_garbage(CONTENT_IDLE).await,
    );
}

fn tell(what: &str, removed: Result<u64>) {
    match removed {
        Ok(0) => {}
        Ok(count) => tracing::info!(
            count,
            what,
            "housekeeping removed what nobody needs any more"
        ),
        Err(error) => {
            tracing::warn!(%error, what, "housekeeping could not remove what nobody needs any more");
        }
    }
}
