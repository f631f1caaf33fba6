//! What another node writes for users whom this node serves: those who move in, and salvage that is applied.

use tandem::peer::v1 as wire;
use tandem_domain::identity::Fqdn;
use tonic::Status;

use super::access::Caller;
use super::answer::{partner, status};
use super::error::Refusal;
use super::service::Parts;
use super::wire::pool;
use crate::backup::{document_key, from_document};
use crate::store::{Document, WRITES_MAX, Write, apply_salvaged};

/// Writes the documents; the keys of those that stay as they are.
pub(super) async fn import_user(
    parts: &Parts,
    caller: &Caller,
    request: wire::ImportUserRequest,
) -> Result<Vec<wire::DocumentKey>, Status> {
    let home = pool(&request.home_pool, "home_pool")?;
    if request.operation_id.is_empty() {
        caller.keeps_copy_of(&home).await?;
    } else {
        caller.drives(&request.operation_id, None).await?;
    }
    let documents = request
        .document
        .into_iter()
        .map(from_document)
        .collect::<Result<Vec<_>, Refusal>>()?;
    if !request.operation_id.is_empty() {
        move_in(parts, &home, &request.operation_id, documents).await?;
        return Ok(Vec::new());
    }
    let mut changed = Vec::new();
    for some in documents.chunks(WRITES_MAX) {
        let kept = apply_salvaged(&parts.stores, &home, some.to_vec(), !request.keep_changed).await;
        changed.extend(kept.map_err(status)?.into_iter().map(document_key));
    }
    Ok(changed)
}

/// Repeating the call writes the same again, so pieces need no common transaction.
async fn move_in(
    parts: &Parts,
    home: &Fqdn,
    operation: &str,
    documents: Vec<Document>,
) -> Result<(), Status> {
    let Some(owner) = documents.first().map(|document| document.key.owner.clone()) else {
        return Ok(());
    };
    let by = parts.operations.moving_in(operation, home, &owner).await;
    let by = by.map_err(partner)?;
    let writes: Vec<Write> = documents
        .into_iter()
        .map(|document| document.into_write(home.clone()))
        .collect();
    let documents = &parts.stores.documents;
    for some in writes.chunks(WRITES_MAX) {
        let written = documents.move_in(home, &owner, some.to_vec(), by.clone());
        written.await.map_err(status)?;
    }
    Ok(())
}
