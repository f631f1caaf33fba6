//! Who the caller is and whom it trusts, from PEM files, as TLS 1.3 needs it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{CertificateError, ClientConfig, RootCertStore};

use crate::{Error, Profile, Refusal};

/// The caller's certificate and the authorities that it trusts, ready for TLS.
#[derive(Debug, Clone)]
pub struct Identity {
    pub(crate) config: Arc<ClientConfig>,
    pub(crate) certificate: PathBuf,
}

impl Identity {
    /// Reads the profile's three files. Only the authorities of the CA file are trusted: the machine's own are not read.
    ///
    /// # Errors
    /// When a file is missing, holds something else, or key and certificate do not belong together.
    pub fn load(profile: &Profile) -> Result<Self, Error> {
        let mut roots = RootCertStore::empty();
        for certificate in certificates("CA file", &profile.ca)? {
            roots.add(certificate).map_err(|error| Error::Unusable {
                path: profile.ca.clone(),
                reason: error.to_string(),
            })?;
        }
        let chain = certificates("certificate", &profile.certificate)?;
        let key = PrivateKeyDer::from_pem_file(&profile.key)
            .map_err(|error| pem_error("private key", &profile.key, error))?;

        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .and_then(|builder| {
                builder
                    .with_root_certificates(roots)
                    .with_client_auth_cert(chain, key)
            })
            .map_err(|error| match error {
                rustls::Error::InconsistentKeys(_) => Error::KeyMismatch {
                    certificate: profile.certificate.clone(),
                    key: profile.key.clone(),
                },
                other => Error::Unusable {
                    path: profile.certificate.clone(),
                    reason: other.to_string(),
                },
            })?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok(Self {
            config: Arc::new(config),
            certificate: profile.certificate.clone(),
        })
    }
}

fn certificates(what: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let read: Vec<_> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| pem_error(what, path, error))?;
    if read.is_empty() {
        return Err(Error::Empty {
            what,
            path: path.to_owned(),
        });
    }
    Ok(read)
}

fn pem_error(what: &'static str, path: &Path, error: pem::Error) -> Error {
    match error {
        pem::Error::Io(source) => Error::Read {
            what,
            path: path.to_owned(),
            source,
        },
        _ => Error::Empty {
            what,
            path: path.to_owned(),
        },
    }
}

/// What a failed handshake says of the server.
pub(crate) fn refusal(error: &io::Error, wanted: &str) -> Refusal {
    match tls_error(error) {
        Some(rustls::Error::InvalidCertificate(found)) => certificate_refusal(found, wanted),
        Some(rustls::Error::InvalidMessage(_) | rustls::Error::PeerIncompatible(_)) => {
            Refusal::NotTls(error.to_string())
        }
        Some(other) => Refusal::Tls(other.to_string()),
        None if error.kind() == io::ErrorKind::UnexpectedEof => {
            Refusal::NotTls("the connection was closed".to_owned())
        }
        None => Refusal::Network(error.to_string()),
    }
}

fn certificate_refusal(found: &CertificateError, wanted: &str) -> Refusal {
    match found {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            Refusal::UnknownAuthority
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Refusal::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            Refusal::NotYetValid
        }
        CertificateError::NotValidForName => Refusal::OtherName {
            wanted: wanted.to_owned(),
            found: Vec::new(),
        },
        CertificateError::NotValidForNameContext { presented, .. } => Refusal::OtherName {
            wanted: wanted.to_owned(),
            found: presented.iter().map(|name| plain_name(name)).collect(),
        },
        other => Refusal::Tls(format!("its certificate is refused: {other}")),
    }
}

/// `DnsName("x")` as `x`, `IpAddress(1.2.3.4)` as `1.2.3.4`: the form in which the names of a certificate are reported is for
/// developers.
fn plain_name(presented: &str) -> String {
    let inner = presented
        .split_once('(')
        .and_then(|(_, inner)| inner.strip_suffix(')'));
    inner.unwrap_or(presented).trim_matches('"').to_owned()
}

/// The alert with which a server refused the caller's certificate, in words; `None` for any other error.
pub(crate) fn certificate_alert(error: &io::Error) -> Option<String> {
    use rustls::AlertDescription as Alert;
    let Some(rustls::Error::AlertReceived(alert)) = tls_error(error) else {
        return None;
    };
    let words = match alert {
        Alert::CertificateRequired => "it wants one",
        Alert::CertificateExpired => "it has expired",
        Alert::CertificateRevoked => "it has been revoked",
        Alert::UnknownCA => "it comes from an authority that the server does not know",
        Alert::AccessDenied => "the server lets it do nothing",
        Alert::BadCertificate | Alert::UnsupportedCertificate | Alert::CertificateUnknown => {
            "it is not acceptable"
        }
        Alert::DecryptError => "its signature is wrong",
        _ => return None,
    };
    Some(words.to_owned())
}

fn tls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref().and_then(|inner| inner.downcast_ref())
}
