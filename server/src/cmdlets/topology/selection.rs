//! Which objects a Get cmdlet returns: one identity, those of a wildcard pattern, or all.

use tandem_shell::error_record::ErrorCategory;
use tandem_shell::wildcard::Wildcard;

use super::get_cs_topology::not_published;
use crate::dispatch::cmdlet::Call;
use crate::dispatch::{Failure, Fault};
use crate::management::Published;

/// The topology in force, for a cmdlet that lists what is in it: before the first publication a warning says why there is
/// nothing.
pub(super) async fn published(call: &Call) -> Result<Published, Failure> {
    let published = call.node().management.topology();
    if published.version == 0 {
        let fault = not_published();
        let mend = fault.recommended_action.as_deref().unwrap_or_default();
        call.warning(format!("{} {mend}", fault.message)).await?;
    }
    Ok(published)
}

/// Which identities are wanted.
pub(super) enum Selection {
    All,
    One(String),
    Pattern(Wildcard),
}

impl Selection {
    /// By the parameters -Identity and -Filter; `prefix` may stand before an identity (`Site:`).
    pub(super) fn new(identity: Option<&str>, filter: Option<&str>, prefix: &str) -> Self {
        let bare = |text: &str| match text.get(..prefix.len()) {
            Some(start) if start.eq_ignore_ascii_case(prefix) => text[prefix.len()..].to_owned(),
            _ => text.to_owned(),
        };
        match (identity, filter) {
            (Some(identity), _) => Self::One(bare(identity)),
            (None, Some(filter)) => Self::Pattern(Wildcard::new(&bare(filter))),
            (None, None) => Self::All,
        }
    }

    /// Whether an identity, without its prefix, is wanted.
    pub(super) fn wants(&self, identity: &str) -> bool {
        match self {
            Self::All => true,
            Self::One(wanted) => wanted.eq_ignore_ascii_case(identity),
            Self::Pattern(pattern) => pattern.matches(identity),
        }
    }

    /// The error when one identity was wanted and `found` is false; patterns may find nothing.
    pub(super) fn check(
        &self,
        found: bool,
        id: &'static str,
        what: &str,
        list: &str,
    ) -> Result<(), Fault> {
        match self {
            Self::One(wanted) if !found => Err(missing(id, what, wanted, list)),
            _ => Ok(()),
        }
    }
}

/// The error about something that is not in the topology.
pub(super) fn missing(id: &'static str, what: &str, name: &str, list: &str) -> Fault {
    Fault::new(
        id,
        ErrorCategory::ObjectNotFound,
        format!("There is no {what} \"{name}\" in the topology."),
    )
    .target(name)
    .mended_by(format!("{list} lists what there is."))
}
