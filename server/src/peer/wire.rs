//! Between the contract's messages and the domain's values: parsed once at the edge, so that nothing behind it checks again.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tandem::peer::v1 as wire;
use tandem_domain::identity::Fqdn;
use tandem_domain::ownership::{Chain, Epoch, Term};

use super::error::Refusal;

/// The id of refusals of messages that are not what the contract says.
pub const INVALID_MESSAGE: &str = "InvalidMessage";

/// A pool's name in a message.
///
/// # Errors
/// A refusal that names the field when it is no FQDN.
pub fn pool(text: &str, field: &str) -> Result<Fqdn, Refusal> {
    Fqdn::parse(text).map_err(|error| Refusal::new(INVALID_MESSAGE, format!("{field}: {error}")))
}

/// A history in a message.
///
/// # Errors
/// A refusal when it is none.
pub fn chain(terms: &[wire::Term]) -> Result<Chain, Refusal> {
    let terms: Vec<Term> = terms
        .iter()
        .map(
            |&wire::Term {
                 epoch,
                 base_sequence,
             }| Term {
                epoch: Epoch(epoch),
                base_sequence,
            },
        )
        .collect();
    Chain::try_from(terms).map_err(|error| Refusal::new(INVALID_MESSAGE, error.to_string()))
}

/// A history as a message.
#[must_use]
pub fn terms(chain: &Chain) -> Vec<wire::Term> {
    chain
        .terms()
        .iter()
        .map(|term| wire::Term {
            epoch: term.epoch.0,
            base_sequence: term.base_sequence,
        })
        .collect()
}

/// A moment as a message.
#[must_use]
pub fn timestamp(moment: SystemTime) -> prost_types::Timestamp {
    prost_types::Timestamp::from(moment)
}

/// A moment in a message; the beginning of time when it is none.
#[must_use]
pub fn moment(timestamp: Option<prost_types::Timestamp>) -> SystemTime {
    timestamp
        .and_then(|timestamp| SystemTime::try_from(timestamp).ok())
        .unwrap_or(UNIX_EPOCH)
}

/// A span of time as a message.
#[must_use]
pub fn duration(span: Duration) -> prost_types::Duration {
    prost_types::Duration {
        seconds: i64::try_from(span.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(span.subsec_nanos()).unwrap_or(0),
    }
}

/// A span of time in a message; negative ones count as none.
#[must_use]
pub fn span(duration: &prost_types::Duration) -> Duration {
    Duration::try_from(*duration).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tandem_domain::ownership::Side;

    #[test]
    fn a_history_survives_the_wire() {
        let history = Chain::new()
            .taken_over(Side::Backup, 12, Epoch(0))
            .taken_over(Side::Home, 40, Epoch(1));
        assert_eq!(chain(&terms(&history)).unwrap(), history);
        assert_eq!(chain(&[]).unwrap_err().id, INVALID_MESSAGE);
    }

    #[test]
    fn moments_and_spans_survive_the_wire() {
        let now = UNIX_EPOCH + Duration::from_nanos(1_700_000_000_123_456_789);
        assert_eq!(moment(Some(timestamp(now))), now);
        assert_eq!(moment(None), UNIX_EPOCH);
        let long = Duration::new(300, 5);
        assert_eq!(span(&duration(long)), long);
    }
}
