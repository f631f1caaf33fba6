//! One batch of changes of a home pool that the other pool of the pair owns.

use std::time::SystemTime;

use tandem::peer::v1 as wire;
use tandem_domain::ownership::Epoch;
use tonic::Status;

use super::access::Caller;
use super::answer::{hash, module, status};
use super::error::Refusal;
use super::service::Parts;
use super::wire::{INVALID_MESSAGE, pool};
use crate::backup::from_document;
use crate::store::{Import, ModuleSum};

/// What stands in the status of a module while its copy is built anew.
const DIFFERS: &str = "the copy differed from its owner's documents and is built anew";

fn sum(digest: wire::ModuleDigest) -> Result<ModuleSum, Refusal> {
    let bytes = digest
        .digest
        .try_into()
        .map_err(|_| Refusal::new(INVALID_MESSAGE, "a module's digest has 16 bytes"))?;
    Ok(ModuleSum {
        documents: digest.documents,
        digest: u128::from_be_bytes(bytes),
    })
}

/// Applies a batch; the watermark afterwards.
pub(super) async fn import(
    parts: &Parts,
    caller: &Caller,
    batch: wire::ImportChangesRequest,
) -> Result<wire::ImportChangesResponse, Status> {
    let home = pool(&batch.home_pool, "home_pool")?;
    // The topology may have changed since the stream began.
    caller.keeps_copy_of(&home).await?;
    let module = module(&batch.module)?;
    let read = |documents: Vec<wire::Document>| {
        documents
            .into_iter()
            .map(from_document)
            .collect::<Result<Vec<_>, Refusal>>()
    };
    let lost = batch.lost_content.iter().map(|text| hash(text));
    let lost = lost.collect::<Result<Vec<_>, _>>()?;
    let applied = parts
        .stores
        .change_log
        .apply_import(Import {
            home_pool: home.clone(),
            module,
            epoch: Epoch(batch.epoch),
            documents: read(batch.document)?,
            reconciled: read(batch.reconciled)?,
            watermark: batch.watermark,
            sum: batch.digest.map(sum).transpose()?,
            lost: lost.into_iter().collect(),
        })
        .await;
    let error = match &applied {
        Ok(watermark) if *watermark < batch.watermark => Some(DIFFERS.to_owned()),
        Ok(_) => None,
        Err(error) => Some(error.to_string()),
    };
    parts
        .backup
        .note_import(&home, module, error, SystemTime::now());
    let watermark = applied.map_err(status)?;
    Ok(wire::ImportChangesResponse { watermark })
}
