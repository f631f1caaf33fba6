//! The pool that a cmdlet of the Backup Service names, what makes it the wrong one, and what its cycles came to.

use tandem::backup::v1::BackupCategory as Given;
use tandem_domain::backup::BackupCategory;
use tandem_domain::identity::Fqdn;
use tandem_domain::refusal::Refusal;

use crate::backup::{LostFile, Synced};
use crate::cmdlets::operation::faults::file_lost;
use crate::dispatch::{Call, Context, Failure, Fault};

/// A pool of the topology that runs the Backup Service.
pub(super) fn named(call: &Call, text: &str) -> Result<Fqdn, Failure> {
    let pool = Fqdn::parse(text)
        .map_err(|error| Fault::invalid_argument("InvalidFqdn", error.to_string()).target(text))?;
    let published = call.node().management.topology();
    match published.topology.pool(&pool) {
        None => Err(Refusal::PoolNotFound { pool }.into()),
        Some(found) if !found.kind.is_front_end() => Err(Refusal::PoolNotFrontEnd {
            kind: found.kind,
            pool,
        }
        .into()),
        Some(_) => Ok(pool),
    }
}

/// The named pool, when it is this node's: the dispatcher brings the call there, and leaves it here only when that pool
/// does not answer.
pub(super) fn own(call: &Call, text: &str) -> Result<Fqdn, Failure> {
    let pool = named(call, text)?;
    if pool == call.node().pool {
        return Ok(pool);
    }
    Err(Fault::unavailable(
        "PoolUnreachable",
        format!("Pool \"{pool}\" cannot be reached, so its Backup Service cannot be asked."),
    )
    .target(pool.as_str())
    .mended_by(format!(
        "To see since when, and what that means: Get-TandemReadiness -PoolFqdn {pool}"
    ))
    .into())
}

/// This node's pool, when it has a backup pool.
pub(super) fn own_paired(call: &Call, text: &str) -> Result<Fqdn, Failure> {
    let pool = own(call, text)?;
    if call.node().management.partner().is_some() {
        return Ok(pool);
    }
    Err(Refusal::PoolNotPaired { pool }.into())
}

/// `-Category`.
pub(super) fn category(given: Option<i32>) -> Result<Option<BackupCategory>, Failure> {
    match given.map(Given::try_from) {
        None | Some(Ok(Given::Unspecified)) => Ok(None),
        Some(Ok(Given::UserData)) => Ok(Some(BackupCategory::UserData)),
        Some(Ok(Given::Cms)) => Ok(Some(BackupCategory::Cms)),
        Some(Ok(Given::Rgs)) => Err(Fault::invalid_argument(
            "CategoryNotAvailable",
            "Response groups are not backed up in Lync Server 2013: there is no category RGS.",
        )
        .target("RGS")
        .mended_by("Name UserData or CMS, or leave -Category out for both.")
        .into()),
        Some(Err(unknown)) => {
            Err(Fault::invalid_argument("CategoryNotAvailable", format!("{unknown}.")).into())
        }
    }
}

/// Lost files that one command names, each in an error of its own.
const LOST_NAMED_MAX: usize = 10;

/// Says what was shipped, and which conference files no pool has any more.
pub(super) async fn tell_synced(context: &Context<()>, synced: Synced) -> Result<(), Failure> {
    tell_lost(context, &synced.lost).await?;
    let documents = synced.documents;
    context
        .verbose(format!("{documents} documents were shipped."))
        .await
}

/// Names the conference files that no pool has any more; the command goes on.
pub(super) async fn tell_lost(context: &Context<()>, lost: &[LostFile]) -> Result<(), Failure> {
    for file in lost.iter().take(LOST_NAMED_MAX) {
        context.error(file_lost(file)).await?;
    }
    let more = lost.len().saturating_sub(LOST_NAMED_MAX);
    if more > 0 {
        context
            .warning(format!("{more} more conference files are lost."))
            .await?;
    }
    Ok(())
}
