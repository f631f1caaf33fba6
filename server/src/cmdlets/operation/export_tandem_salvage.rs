//! `Export-TandemSalvage`.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use tandem::operation::v1::{ExportTandemSalvageRequest, SalvageResult};
use tandem::peer::v1 as wire;
use tandem_domain::backup::DocumentKind;
use tandem_domain::identity::Fqdn;

use super::elsewhere::answers_instead;
use super::faults::{backup_fault, peer_fault};
use super::get_tandem_salvage::{Pages, bundle, failed, not_found};
use crate::backup;
use crate::dispatch::{Cmdlet, Context, Failure, Fault};
use crate::store::{
    Document, DocumentKey, SalvageBundle, SalvageItem, apply_salvaged, has_changed,
};

/// The largest file that is made; a larger bundle is exported in parts.
const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Bytes of bodies that are applied at once, beside their last.
const PIECE_BYTES: usize = 4 * 1024 * 1024;

/// Writes a salvage bundle to a file, or applies it.
#[derive(Debug)]
pub struct ExportTandemSalvage;

impl Cmdlet for ExportTandemSalvage {
    async fn run(
        context: &Context<SalvageResult>,
        request: ExportTandemSalvageRequest,
    ) -> Result<(), Failure> {
        let Some(bundle) = bundle(context, request.identity()).await? else {
            return answers_instead(context, not_found(context, request.identity())).await;
        };
        let choice = Choice::new(&request)?;
        let action = if request.apply() {
            "Apply the writes"
        } else {
            "Write to a file"
        };
        let mut result = SalvageResult {
            identity: bundle.id.clone(),
            ..SalvageResult::default()
        };
        if !context
            .should_process(bundle.id.clone(), Some(action))
            .await?
        {
            return Ok(());
        }
        match &request.file_name {
            Some(path) => {
                let text = file(context, &bundle, &choice, &mut result).await?;
                context.write_caller_file(path, text).await?;
            }
            None => apply(context, &bundle, &choice, request.overwrite(), &mut result).await?,
        }
        context.output(result).await
    }
}

/// Which writes are wanted.
struct Choice {
    kinds: Vec<DocumentKind>,
    owners: Vec<String>,
}

impl Choice {
    fn new(request: &ExportTandemSalvageRequest) -> Result<Self, Failure> {
        let kind = |name: &String| -> Result<DocumentKind, Failure> {
            Ok(
                DocumentKind::from_name(&name.to_ascii_lowercase()).ok_or_else(|| {
                    let names = DocumentKind::USER_DATA.map(DocumentKind::name).join(", ");
                    Fault::invalid_argument(
                        "UnknownKind",
                        format!("There is no kind \"{name}\". The kinds are {names}."),
                    )
                    .target(name.as_str())
                })?,
            )
        };
        Ok(Self {
            kinds: request.kind.iter().map(kind).collect::<Result<_, _>>()?,
            owners: request.owner.iter().map(|owner| bare(owner)).collect(),
        })
    }

    fn wants(&self, document: &Document) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(&document.key.kind))
            && (self.owners.is_empty() || self.owners.contains(&bare(&document.key.owner)))
    }
}

/// A user's address without `sip:`, in lower case: administrators write it both ways.
fn bare(owner: &str) -> String {
    let lowered = owner.to_lowercase();
    lowered.strip_prefix("sip:").unwrap_or(&lowered).to_owned()
}

/// One JSON object a line: the bundle, then each write.
async fn file(
    context: &Context<SalvageResult>,
    bundle: &SalvageBundle,
    choice: &Choice,
    result: &mut SalvageResult,
) -> Result<String, Failure> {
    let mut text = json!({
        "bundle": bundle.id,
        "homePool": bundle.home_pool.to_string(),
        "keptBy": context.node().pool.to_string(),
        "epoch": bundle.epoch.0,
        "found": seconds(bundle.found),
        "records": bundle.records,
        "bytes": bundle.bytes,
    })
    .to_string();
    text.push('\n');
    let mut pages = Pages::new(bundle);
    while let Some(items) = pages.next(context).await? {
        for item in items {
            if !choice.wants(&item.document) {
                result.skipped += 1;
                continue;
            }
            text.push_str(&line(&item));
            text.push('\n');
            result.written += 1;
            if text.len() > FILE_BYTES_MAX {
                return Err(Fault::new(
                    "SalvageTooLarge",
                    tandem_shell::error_record::ErrorCategory::LimitsExceeded,
                    format!(
                        "The file would be larger than {} MiB.",
                        FILE_BYTES_MAX >> 20
                    ),
                )
                .target(bundle.id.as_str())
                .mended_by("Export it in parts, with -Kind and -Owner.")
                .into());
            }
        }
    }
    Ok(text)
}

fn line(item: &SalvageItem) -> String {
    let document = &item.document;
    json!({
        "number": item.number,
        "owner": document.key.owner,
        "kind": document.key.kind.name(),
        "key": document.key.key,
        "epoch": document.position.epoch.0,
        "sequence": document.position.sequence,
        "version": document.version,
        "deleted": document.deleted,
        "written": seconds(document.written),
        "contentHash": document.content.map(|content| content.hash.to_string()),
        "contentLength": document.content.map(|content| content.length),
        "applied": item.applied.map(seconds),
        "body": STANDARD.encode(&document.body),
    })
    .to_string()
}

/// Seconds since 1970, with their fraction.
fn seconds(moment: SystemTime) -> f64 {
    moment
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs_f64()
}

/// Applies the wanted writes, page by page, on the pool that serves the users now.
async fn apply(
    context: &Context<SalvageResult>,
    bundle: &SalvageBundle,
    choice: &Choice,
    overwrite: bool,
    result: &mut SalvageResult,
) -> Result<(), Failure> {
    let mut pages = Pages::new(bundle);
    while let Some(items) = pages.next(context).await? {
        let before = items.len();
        let wanted: Vec<SalvageItem> = items
            .into_iter()
            .filter(|item| item.applied.is_none() && choice.wants(&item.document))
            .collect();
        result.skipped += (before - wanted.len()) as u64;
        let accepted = without_conflicts(context, bundle, wanted, overwrite, result).await?;
        if accepted.is_empty() {
            continue;
        }
        let mut numbers = Vec::with_capacity(accepted.len());
        let home = &bundle.home_pool;
        for piece in pieces(accepted) {
            let (pieces_numbers, documents): (Vec<u64>, Vec<Document>) = piece
                .into_iter()
                .map(|item| (item.number, item.document))
                .unzip();
            let keys: Vec<DocumentKey> = documents.iter().map(|one| one.key.clone()).collect();
            let changed = write(context, home, documents, overwrite).await?;
            for key in &changed {
                conflict(context, key, false, result).await?;
            }
            let applied = pieces_numbers.into_iter().zip(keys);
            numbers.extend(
                applied
                    .filter(|(_, key)| !changed.contains(key))
                    .map(|(number, _)| number),
            );
        }
        result.written += numbers.len() as u64;
        let salvage = &context.node().stores.salvage;
        salvage
            .mark_applied(&bundle.id, numbers, SystemTime::now())
            .await
            .map_err(failed)?;
    }
    Ok(())
}

/// Names the writes whose documents were written again in a later term, and leaves them out unless -Overwrite is given.
async fn without_conflicts(
    context: &Context<SalvageResult>,
    bundle: &SalvageBundle,
    items: Vec<SalvageItem>,
    overwrite: bool,
    result: &mut SalvageResult,
) -> Result<Vec<SalvageItem>, Failure> {
    let keys = items.iter().map(|item| item.document.key.clone()).collect();
    let change_log = &context.node().stores.change_log;
    let current = change_log
        .current(bundle.home_pool.clone(), keys)
        .await
        .map_err(failed)?;
    let mut accepted = Vec::new();
    for item in items {
        let is_it = |now: &&Document| now.key == item.document.key;
        if current
            .iter()
            .find(is_it)
            .is_some_and(|now| has_changed(&item.document, now))
        {
            conflict(context, &item.document.key, overwrite, result).await?;
            if !overwrite {
                continue;
            }
        }
        accepted.push(item);
    }
    Ok(accepted)
}

/// Tells that a document has changed since the salvaged write.
async fn conflict(
    context: &Context<SalvageResult>,
    key: &DocumentKey,
    overwrite: bool,
    result: &mut SalvageResult,
) -> Result<(), Failure> {
    result.conflicts += 1;
    let outcome = if overwrite {
        "it is overwritten"
    } else {
        "it is left as it is; -Overwrite applies the write all the same"
    };
    context
        .warning(format!("Document {key} has changed since: {outcome}."))
        .await
}

/// Writes in pieces that fit into a message.
fn pieces(items: Vec<SalvageItem>) -> Vec<Vec<SalvageItem>> {
    let (mut pieces, mut bytes) = (vec![Vec::new()], 0);
    for item in items {
        bytes += item.document.body.len();
        if bytes > PIECE_BYTES {
            bytes = item.document.body.len();
            pieces.push(Vec::new());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(item);
        }
    }
    pieces
}

/// Writes on the pool that serves the users now; the keys of documents that stay as they are there.
async fn write(
    context: &Context<SalvageResult>,
    home: &Fqdn,
    documents: Vec<Document>,
    overwrite: bool,
) -> Result<Vec<DocumentKey>, Failure> {
    let node = context.node();
    let state = node.ownership.get(home);
    if state.is_some_and(|state| state.is_owned_here()) {
        return apply_salvaged(&node.stores, home, documents, overwrite)
            .await
            .map_err(|error| {
                Fault::invalid_operation("SalvageNotApplied", format!("{error}."))
                    .target(home.as_str())
                    .into()
            });
    }
    let serving = if *home == node.pool {
        node.backup
            .partner()
            .map_err(|error| backup_fault(&error))?
    } else {
        home.clone()
    };
    node.backup
        .ship_contents(&serving, home, &documents)
        .await
        .map_err(|error| backup_fault(&error))?;
    let request = wire::ImportUserRequest {
        operation_id: String::new(),
        home_pool: home.to_string(),
        document: documents.into_iter().map(backup::document).collect(),
        keep_changed: !overwrite,
    };
    let peer = node
        .peers
        .to(&serving)
        .map_err(|error| peer_fault(&error))?;
    let answer = peer
        .import_user(request)
        .await
        .map_err(|error| peer_fault(&error))?;
    answer
        .changed
        .into_iter()
        .map(backup::from_document_key)
        .collect::<Result<_, _>>()
        .map_err(|refusal| {
            let reason = refusal.message;
            peer_fault(&crate::peer::Error::Protocol {
                pool: serving,
                reason,
            })
            .into()
        })
}
