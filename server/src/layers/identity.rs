//! Who is calling, as the client certificate says.

/// An authenticated caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// SPIFFE id, user principal name or common name: the first that the certificate has.
    pub name: String,
    /// Groups: the organisation fields of the subject.
    pub groups: Vec<String>,
    /// Machine names: the DNS subject alternative names, in lower case.
    pub machines: Vec<String>,
}

impl Identity {
    /// Whether the caller is a member of `group`; names compare without case.
    #[must_use]
    pub fn is_member(&self, group: &str) -> bool {
        self.groups
            .iter()
            .any(|own| own.eq_ignore_ascii_case(group))
    }
}
