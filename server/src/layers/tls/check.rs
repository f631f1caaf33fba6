//! What is wrong with a node's certificates before it starts: what other nodes and clients would only say when they call it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::{CertificateError, RootCertStore};
use tandem_domain::identity::Fqdn;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::{Contents, Error, certificates, configurations, private_key};
use crate::configuration::TlsFiles;
use crate::layers::authorise::COMPONENTS;
use crate::layers::identity::Identity;

/// Everything that is wrong with the certificates of the node of that pool and computer, one sentence each.
#[must_use]
pub fn problems(files: &TlsFiles, pool: &Fqdn, computer: &Fqdn) -> Vec<String> {
    let contents = Contents::read(files);
    let mut problems = Vec::new();
    let mut noted = |key: &str, error: Error| problems.push(format!("tls.{key}: {error}"));
    let chain = certificates(&files.certificate, contents.certificate);
    let chain = chain.map_err(|error| noted("certificate", error)).ok();
    let key = private_key(&files.key, contents.key);
    let key = key.map_err(|error| noted("key", error)).ok();
    let authorities = certificates(&files.authority, contents.authority);
    let authorities = authorities.map_err(|error| noted("authority", error)).ok();
    let (Some(chain), Some(key), Some(authorities)) = (chain, key, authorities) else {
        return problems;
    };
    if let Err(error) = configurations(files, chain.clone(), &key, authorities.clone()) {
        noted("certificate", error);
        return problems;
    }
    of_certificate(&chain, authorities, [pool, computer])
        .into_iter()
        .map(|problem| {
            format!(
                "tls.certificate: {}: {problem}",
                files.certificate.display()
            )
        })
        .collect()
}

/// When the certificate of a chain expires.
pub(super) fn expiry(chain: &[CertificateDer<'_>]) -> Option<SystemTime> {
    let (_, certificate) = X509Certificate::from_der(chain.first()?).ok()?;
    let seconds = u64::try_from(certificate.validity().not_after.timestamp()).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// What callers would hold against the certificate, and other nodes against a call of this one.
fn of_certificate(
    chain: &[CertificateDer<'static>],
    authorities: Vec<CertificateDer<'static>>,
    names: [&Fqdn; 2],
) -> Vec<String> {
    let Some((own, intermediates)) = chain.split_first() else {
        return Vec::new();
    };
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(authorities);
    let (roots, provider) = (
        Arc::new(roots),
        Arc::new(rustls::crypto::ring::default_provider()),
    );
    let now = UnixTime::now();
    let mut problems = Vec::new();
    if let Ok(verifier) =
        WebPkiServerVerifier::builder_with_provider(roots.clone(), provider.clone()).build()
    {
        for name in names {
            let Ok(name) = ServerName::try_from(name.to_string()) else {
                continue;
            };
            let verified = verifier.verify_server_cert(own, intermediates, &name, &[], now);
            problems.extend(verified.err().map(|error| words(&error, &name.to_str())));
        }
    }
    if let Ok(verifier) = WebPkiClientVerifier::builder_with_provider(roots, provider).build() {
        let verified = verifier.verify_client_cert(own, intermediates, now);
        problems.extend(verified.err().map(|error| words(&error, "")));
    }
    let address = ([0, 0, 0, 0], 0).into();
    match Identity::of_certificate(own, address) {
        Ok(identity) if identity.is_member(COMPONENTS) => {}
        Ok(_) => problems.push(format!(
            "its subject has no organisation {COMPONENTS}, so that other nodes would refuse it"
        )),
        Err(error) => problems.push(error.to_string()),
    }
    problems.dedup();
    problems
}

fn words(error: &rustls::Error, name: &str) -> String {
    let rustls::Error::InvalidCertificate(reason) = error else {
        return error.to_string();
    };
    match reason {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "it has expired".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet".to_owned()
        }
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "it does not come from an authority in tls.authority".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("it is not for \"{name}\", the name that this node is called by")
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "it is not both for servers and for clients (extendedKeyUsage=serverAuth,clientAuth)"
                .to_owned()
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs;

    use tandem_lab::pki::{Authority, Cast, Subject};

    use super::*;

    const POOL: &str = "pool1.contoso.com";

    fn fqdn(name: &str) -> Fqdn {
        Fqdn::parse(name).unwrap()
    }

    #[test]
    fn a_certificate_says_when_it_expires() {
        let folder = tempfile::tempdir().unwrap();
        let cast = Cast::create(folder.path(), &[(POOL, POOL)]).unwrap();
        for (holder, is_over) in [(POOL, false), ("expired", true)] {
            let file = cast.holder(holder).certificate;
            let contents = fs::read(&file);
            let expires = expiry(&certificates(&file, contents).unwrap()).unwrap();
            assert_eq!(expires < SystemTime::now(), is_over, "{holder}");
        }
    }

    #[test]
    fn everything_that_others_would_refuse_is_named_beforehand() {
        let folder = tempfile::tempdir().unwrap();
        let cast = Cast::create(folder.path(), &[(POOL, POOL)]).unwrap();
        let of = |holder: &str, pool: &str| {
            let holder = cast.holder(holder);
            let files = TlsFiles {
                certificate: holder.certificate,
                key: holder.key,
                authority: cast.authority(),
                check: Duration::from_secs(1),
            };
            let shown = format!("tls.certificate: {}: ", files.certificate.display());
            let found = problems(&files, &fqdn(pool), &fqdn(POOL));
            let found: Vec<String> = found.iter().map(|text| text.replace(&shown, "")).collect();
            found.join("; ")
        };
        assert_eq!(of(POOL, POOL), "");
        assert_eq!(
            of(POOL, "pool9.contoso.com"),
            "it is not for \"pool9.contoso.com\", the name that this node is called by"
        );
        let stranger = of("stranger", POOL);
        assert!(
            stranger.contains("does not come from an authority"),
            "{stranger}"
        );
        let expired = of("expired", POOL);
        assert!(expired.contains("it has expired"), "{expired}");
        let administrator = of("administrator", POOL);
        assert!(
            administrator.contains("no organisation RTCComponentUniversalServices"),
            "{administrator}"
        );

        let missing = TlsFiles {
            certificate: folder.path().join("none.pem"),
            key: cast.authority(),
            authority: folder.path().join("none.pem"),
            check: Duration::from_secs(1),
        };
        let found = problems(&missing, &fqdn(POOL), &fqdn(POOL));
        let keys: Vec<&str> = found
            .iter()
            .filter_map(|text| text.split(':').next())
            .collect();
        assert_eq!(
            keys,
            ["tls.certificate", "tls.key", "tls.authority"],
            "{found:?}"
        );

        let other = Authority::new("Contoso CA").unwrap();
        let issued = other.issue(&Subject::node(POOL, POOL)).unwrap();
        let mixed = TlsFiles {
            key: issued.write(folder.path(), "other").unwrap().key,
            ..TlsFiles {
                certificate: cast.holder(POOL).certificate,
                key: cast.authority(),
                authority: cast.authority(),
                check: Duration::from_secs(1),
            }
        };
        assert_eq!(problems(&mixed, &fqdn(POOL), &fqdn(POOL)).len(), 1);
        fs::remove_file(cast.authority()).unwrap();
    }
}
