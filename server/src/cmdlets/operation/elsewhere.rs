//! Journals and salvage are kept by the pool that they belong to; whoever asks the other pool of the pair hears of them
//! all the same.

use tandem_domain::identity::Fqdn;

use crate::dispatch::{Call, Failure, Fault, Forwarding};

/// The other pool, when it is to be asked: a call that it has forwarded goes no further.
fn partner(call: &Call) -> Option<Fqdn> {
    if call.is_forwarded() {
        return None;
    }
    call.node().management.partner()
}

/// Lets the other pool answer the call too. When it cannot be reached a warning says what may be missing.
pub(super) async fn answers_too(call: &Call, what: &str) -> Result<(), Failure> {
    let Some(partner) = partner(call) else {
        return Ok(());
    };
    match call.forward(&partner).await {
        Ok(()) => Ok(()),
        Err(Forwarding::Unreachable(error)) => {
            call.warning(format!(
                "Pool \"{partner}\" cannot be reached, so {what} that it keeps is not shown: {error}."
            ))
            .await
        }
        Err(ended @ Forwarding::Ended(_)) => Err(ended.into()),
    }
}

/// Lets the other pool answer the call instead. `missing` is why this one does not, and stands when the other knows no
/// better.
pub(super) async fn answers_instead(call: &Call, missing: Fault) -> Result<(), Failure> {
    let Some(partner) = partner(call) else {
        return Err(missing.into());
    };
    match call.forward(&partner).await {
        Ok(()) => Ok(()),
        Err(Forwarding::Ended(Failure::Terminating(fault))) if fault.id != missing.id => {
            Err(Failure::Terminating(fault))
        }
        Err(Forwarding::Ended(Failure::Stopped)) => Err(Failure::Stopped),
        Err(Forwarding::Ended(Failure::Terminating(_)) | Forwarding::Unreachable(_)) => {
            Err(missing.into())
        }
    }
}
