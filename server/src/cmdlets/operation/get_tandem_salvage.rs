//! `Get-TandemSalvage`.

use tandem::operation::v1::{GetTandemSalvageRequest, Salvage};
use tandem_domain::identity::Fqdn;

use super::elsewhere::{answers_instead, answers_too};
use super::faults::store_fault;
use crate::dispatch::{Call, Cmdlet, Context, Failure, Fault};
use crate::peer::wire::timestamp;
use crate::store::{self, SalvageBundle, SalvageItem};

/// Writes that are read from a bundle at a time.
const PAGE: u32 = 500;

/// Returns salvage bundles, or the writes in them.
#[derive(Debug)]
pub struct GetTandemSalvage;

impl Cmdlet for GetTandemSalvage {
    async fn run(
        context: &Context<Salvage>,
        request: GetTandemSalvageRequest,
    ) -> Result<(), Failure> {
        let home = request
            .pool_fqdn
            .as_deref()
            .map(|text| {
                Fqdn::parse(text).map_err(|error| {
                    let fault = Fault::invalid_argument("InvalidFqdn", error.to_string());
                    Failure::from(fault.target(text))
                })
            })
            .transpose()?;
        let bundles = match &request.identity {
            Some(id) => match bundle(context, id).await? {
                Some(bundle) => vec![bundle],
                None => return answers_instead(context, not_found(context, id)).await,
            },
            None => {
                let salvage = &context.node().stores.salvage;
                salvage.bundles(home.as_ref()).await.map_err(failed)?
            }
        };
        for bundle in bundles
            .into_iter()
            .filter(|bundle| home.as_ref().is_none_or(|home| bundle.home_pool == *home))
        {
            if !request.items() {
                context.output(message(context, &bundle)).await?;
                continue;
            }
            let mut pages = Pages::new(&bundle);
            while let Some(items) = pages.next(context).await? {
                for item in items {
                    context
                        .output(item_message(context, &bundle, &item))
                        .await?;
                }
            }
        }
        if request.identity.is_none() {
            answers_too(context, "salvage").await?;
        }
        Ok(())
    }
}

/// The bundle of that id, when this node keeps it.
pub(super) async fn bundle(call: &Call, id: &str) -> Result<Option<SalvageBundle>, Failure> {
    let node = call.node();
    let all = node.stores.salvage.bundles(None).await.map_err(failed)?;
    Ok(all
        .into_iter()
        .find(|bundle| bundle.id.eq_ignore_ascii_case(id)))
}

/// There is no bundle of that id.
pub(super) fn not_found(call: &Call, id: &str) -> Fault {
    Fault::not_found(
        "SalvageNotFound",
        format!(
            "Pool \"{}\" keeps no salvage bundle {id}, and its partner named none.",
            call.node().pool
        ),
    )
    .target(id)
    .mended_by("To see the bundles, while the pool that was lost is up: Get-TandemSalvage")
}

/// Reads the writes of a bundle page by page.
pub(super) struct Pages<'a> {
    bundle: &'a SalvageBundle,
    after: u64,
}

impl<'a> Pages<'a> {
    pub(super) fn new(bundle: &'a SalvageBundle) -> Self {
        Self { bundle, after: 0 }
    }

    /// The next page; `None` after the last.
    pub(super) async fn next(&mut self, call: &Call) -> Result<Option<Vec<SalvageItem>>, Failure> {
        let salvage = &call.node().stores.salvage;
        let items = salvage
            .items(&self.bundle.id, self.after, PAGE)
            .await
            .map_err(failed)?;
        let Some(last) = items.last() else {
            return Ok(None);
        };
        self.after = last.number;
        Ok(Some(items))
    }
}

/// The store does not answer as it should.
pub(super) fn failed(error: store::Error) -> Fault {
    store_fault(&error)
}

fn message(call: &Call, bundle: &SalvageBundle) -> Salvage {
    Salvage {
        identity: bundle.id.clone(),
        pool_fqdn: bundle.home_pool.to_string(),
        kept_by: call.node().pool.to_string(),
        epoch: bundle.epoch.0,
        found: Some(timestamp(bundle.found)),
        records: bundle.records,
        bytes: bundle.bytes,
        ..Salvage::default()
    }
}

fn item_message(call: &Call, bundle: &SalvageBundle, item: &SalvageItem) -> Salvage {
    let document = &item.document;
    Salvage {
        epoch: document.position.epoch.0,
        records: 1,
        bytes: document.content.map_or(0, |content| content.length),
        owner: document.key.owner.clone(),
        kind: document.key.kind.name().to_owned(),
        key: document.key.key.clone(),
        sequence: Some(document.position.sequence),
        deleted: Some(document.deleted),
        written: Some(timestamp(document.written)),
        applied: Some(item.applied.is_some()),
        ..message(call, bundle)
    }
}
