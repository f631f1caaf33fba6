//! Which objects a Get cmdlet returns: one identity, those of a wildcard pattern, or all.

use tandem_shell::error_record::ErrorCategory;
use tandem_shell::wildcard::Wildcard;

use crate::dispatch::Fault;

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
