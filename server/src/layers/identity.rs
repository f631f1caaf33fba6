//! Who is calling, as the client certificate says.

use std::net::SocketAddr;

use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

/// Microsoft's object identifier of the user principal name among the subject alternative names.
const USER_PRINCIPAL_NAME: &str = "1.3.6.1.4.1.311.20.2.3";

/// An authenticated caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// SPIFFE id, user principal name or common name: the first that the certificate has.
    pub name: String,
    /// Groups: the organisation fields of the subject.
    pub groups: Vec<String>,
    /// Machine names: the DNS subject alternative names, in lower case.
    pub machines: Vec<String>,
    /// Where the connection comes from; not set for a call that another node has forwarded.
    pub address: Option<SocketAddr>,
}

/// Why a certificate names nobody.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes are no certificate.
    #[error("the certificate cannot be read: {0}")]
    Unreadable(String),
    /// There is neither a SPIFFE id nor a user principal name nor a common name.
    #[error("the certificate has no SPIFFE id, no user principal name and no common name")]
    Nameless,
}

impl Identity {
    /// The identity that a certificate (DER) gives to a caller from `address`.
    ///
    /// # Errors
    /// When the certificate names nobody.
    pub fn of_certificate(der: &[u8], address: SocketAddr) -> Result<Self, Error> {
        let (_, certificate) =
            X509Certificate::from_der(der).map_err(|error| Error::Unreadable(error.to_string()))?;
        let mut spiffe = None;
        let mut principal = None;
        let mut machines = Vec::new();
        let names = certificate.subject_alternative_name().ok().flatten();
        for name in names.iter().flat_map(|names| &names.value.general_names) {
            match name {
                GeneralName::URI(uri) if uri.starts_with("spiffe://") => {
                    spiffe.get_or_insert_with(|| (*uri).to_owned());
                }
                GeneralName::DNSName(name) => machines.push(name.to_lowercase()),
                GeneralName::OtherName(kind, value)
                    if kind.to_id_string() == USER_PRINCIPAL_NAME =>
                {
                    principal = principal.or_else(|| text_of(value));
                }
                _ => {}
            }
        }
        let text = |attribute: &x509_parser::x509::AttributeTypeAndValue<'_>| {
            attribute
                .as_str()
                .ok()
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let common = certificate.subject().iter_common_name().find_map(text);
        Ok(Self {
            name: spiffe.or(principal).or(common).ok_or(Error::Nameless)?,
            groups: certificate
                .subject()
                .iter_organization()
                .filter_map(text)
                .collect(),
            machines,
            address: Some(address),
        })
    }

    /// Whether the caller is a member of `group`; names compare without case.
    #[must_use]
    pub fn is_member(&self, group: &str) -> bool {
        self.groups
            .iter()
            .any(|own| own.eq_ignore_ascii_case(group))
    }
}

/// The text in the value of an `otherName`: an explicitly tagged UTF8String.
fn text_of(value: &[u8]) -> Option<String> {
    let inner = strip_header(value, 0xa0)?;
    let text = strip_header(inner, 0x0c)?;
    String::from_utf8(text.to_vec())
        .ok()
        .filter(|text| !text.is_empty())
}

/// What is in a DER value of that tag, for lengths below 128.
fn strip_header(der: &[u8], tag: u8) -> Option<&[u8]> {
    match der {
        [first, length, rest @ ..]
            if *first == tag && *length < 0x80 && usize::from(*length) == rest.len() =>
        {
            Some(rest)
        }
        _ => None,
    }
}
