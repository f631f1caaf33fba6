//! A certificate authority and everybody's certificates, so that a laboratory has the same mutual TLS as a deployment.
//!
//! A node reads groups from the organisation field of a certificate; the cast below has one member of every group that the
//! access rules tell apart, and the three kinds of stranger: of no group, out of date, of another authority.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};
use time::{Duration, OffsetDateTime};

/// Group of nodes and front ends.
pub const COMPONENT_GROUP: &str = "RTCComponentUniversalServices";
/// Group of administrators who may do everything.
pub const ADMINISTRATOR_GROUP: &str = "RTCUniversalServerAdmins";
/// Group of administrators who may read.
pub const VIEW_ONLY_GROUP: &str = "CsViewOnlyAdministrator";

/// Days that a laboratory's certificates are good for.
const LIFETIME_DAYS: i64 = 825;

/// Why no certificate could be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The key or certificate could not be made.
    #[error("cannot make a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// A file could not be written.
    #[error("cannot write {path}: {source}", path = path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A certificate authority.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// Who gets a certificate.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Common name.
    pub common_name: String,
    /// Organisations: the groups of the holder.
    pub groups: Vec<String>,
    /// DNS names and IP addresses that the holder answers at; none for a person.
    pub addresses: Vec<String>,
    /// Begin and end of the certificate's life.
    pub valid: (OffsetDateTime, OffsetDateTime),
}

/// A certificate and its key as PEM text.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The certificate.
    pub certificate: String,
    /// The private key, PKCS #8.
    pub key: String,
}

/// The PEM files of one holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The certificate.
    pub certificate: PathBuf,
    /// The private key, readable by its owner only.
    pub key: PathBuf,
}

/// The certificates of a laboratory, as files in one folder.
#[derive(Debug, Clone)]
pub struct Cast {
    folder: PathBuf,
}

impl Authority {
    /// Makes an authority of that name with a key of its own.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn new(name: &str) -> Result<Self, Error> {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        (parameters.not_before, parameters.not_after) = current();
        let issuer = CertifiedIssuer::self_signed(parameters, KeyPair::generate()?)?;
        Ok(Self { issuer })
    }

    /// The authority's own certificate as PEM text.
    #[must_use]
    pub fn certificate(&self) -> String {
        self.issuer.pem()
    }

    /// Issues a certificate.
    ///
    /// # Errors
    /// When an address is no DNS name or IP address, or no key can be made.
    pub fn issue(&self, subject: &Subject) -> Result<Issued, Error> {
        let mut parameters = CertificateParams::new(subject.addresses.clone())?;
        parameters
            .distinguished_name
            .push(DnType::CommonName, subject.common_name.as_str());
        for group in &subject.groups {
            parameters
                .distinguished_name
                .push(DnType::OrganizationName, group.as_str());
        }
        (parameters.not_before, parameters.not_after) = subject.valid;
        parameters.is_ca = IsCa::ExplicitNoCa;
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        if !subject.addresses.is_empty() {
            parameters
                .extended_key_usages
                .push(ExtendedKeyUsagePurpose::ServerAuth);
        }
        parameters.use_authority_key_identifier_extension = true;

        let key = KeyPair::generate()?;
        let certificate = parameters.signed_by(&key, &self.issuer)?;
        Ok(Issued {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        })
    }
}

impl Subject {
    /// A person or program of these groups.
    #[must_use]
    pub fn member(common_name: &str, groups: &[&str]) -> Self {
        Self {
            common_name: common_name.to_owned(),
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
            addresses: Vec::new(),
            valid: current(),
        }
    }

    /// A node of a pool on this machine: it answers as the pool, as its computer and on loopback.
    #[must_use]
    pub fn node(computer: &str, pool: &str) -> Self {
        let mut addresses = vec![computer.to_owned()];
        if pool != computer {
            addresses.push(pool.to_owned());
        }
        addresses.extend(["localhost".to_owned(), "127.0.0.1".to_owned()]);
        Self {
            addresses,
            ..Self::member(computer, &[COMPONENT_GROUP])
        }
    }

    /// The same holder with a certificate that ended yesterday.
    #[must_use]
    pub fn expired(self) -> Self {
        let now = OffsetDateTime::now_utc();
        Self {
            valid: (now - Duration::days(30), now - Duration::days(1)),
            ..self
        }
    }
}

impl Issued {
    /// Writes `NAME.pem` and `NAME.key` into a folder.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, folder: &Path, name: &str) -> Result<Files, Error> {
        let files = Files {
            certificate: folder.join(format!("{name}.pem")),
            key: folder.join(format!("{name}.key")),
        };
        write(&files.certificate, &self.certificate, 0o644)?;
        write(&files.key, &self.key, 0o600)?;
        Ok(files)
    }
}

impl Cast {
    /// Makes an authority and the certificates of everybody in a laboratory whose nodes are `(computer, pool)`.
    ///
    /// # Errors
    /// When a certificate cannot be made or written.
    pub fn create(folder: &Path, nodes: &[(&str, &str)]) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(|source| Error::Write {
            path: folder.to_owned(),
            source,
        })?;
        let cast = Self::open(folder);
        let authority = Authority::new("Tandem laboratory CA")?;
        write(&cast.authority(), &authority.certificate(), 0o644)?;
        for (computer, pool) in nodes {
            let node = authority.issue(&Subject::node(computer, pool))?;
            node.write(folder, computer)?;
        }
        let administrator = Subject::member("administrator", &[ADMINISTRATOR_GROUP]);
        let people = [
            ("administrator", administrator.clone()),
            ("expired", administrator.clone().expired()),
            (
                "view-only",
                Subject::member("view-only", &[VIEW_ONLY_GROUP]),
            ),
            (
                "front-end",
                Subject::member("front-end", &[COMPONENT_GROUP]),
            ),
            ("nobody", Subject::member("nobody", &[])),
        ];
        for (name, subject) in people {
            authority.issue(&subject)?.write(folder, name)?;
        }
        let stranger = Authority::new("Another CA")?;
        write(&folder.join("other-ca.pem"), &stranger.certificate(), 0o644)?;
        stranger.issue(&administrator)?.write(folder, "stranger")?;
        Ok(cast)
    }

    /// The certificates that [`Cast::create`] left in a folder.
    #[must_use]
    pub fn open(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// The authority's certificate.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// The certificate of an authority that nobody here trusts.
    #[must_use]
    pub fn other_authority(&self) -> PathBuf {
        self.folder.join("other-ca.pem")
    }

    /// The files of one holder: a computer's name, or `administrator`, `view-only`, `front-end`, `nobody`, `expired` (an
    /// administrator until yesterday), `stranger` (an administrator by word of another authority).
    #[must_use]
    pub fn holder(&self, name: &str) -> Files {
        Files {
            certificate: self.folder.join(format!("{name}.pem")),
            key: self.folder.join(format!("{name}.key")),
        }
    }
}

fn current() -> (OffsetDateTime, OffsetDateTime) {
    let now = OffsetDateTime::now_utc();
    // An hour back, so that a clock that is a little behind does not refuse a new certificate.
    (
        now - Duration::hours(1),
        now + Duration::days(LIFETIME_DAYS),
    )
}

fn write(path: &Path, text: &str, mode: u32) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|source| Error::Write {
            path: path.to_owned(),
            source,
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn everybody_gets_a_certificate_and_a_key_that_only_the_owner_reads() {
        let folder = tempfile::tempdir().unwrap();
        let cast =
            Cast::create(folder.path(), &[("fe1.contoso.com", "pool1.contoso.com")]).unwrap();
        let holders = [
            "fe1.contoso.com",
            "administrator",
            "view-only",
            "front-end",
            "nobody",
            "expired",
            "stranger",
        ];
        for holder in holders {
            let files = cast.holder(holder);
            let certificate = fs::read_to_string(&files.certificate).unwrap();
            assert!(
                certificate.starts_with("-----BEGIN CERTIFICATE-----"),
                "{holder}"
            );
            let key = fs::read_to_string(&files.key).unwrap();
            assert!(key.starts_with("-----BEGIN PRIVATE KEY-----"), "{holder}");
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                let mode = fs::metadata(&files.key).unwrap().permissions().mode();
                assert_eq!(mode & 0o777, 0o600, "{holder}");
            }
        }
        let authority = fs::read(cast.authority()).unwrap();
        assert_ne!(authority, fs::read(cast.other_authority()).unwrap());
    }

    #[test]
    fn an_expired_certificate_was_good_until_yesterday() {
        let (begin, end) = Subject::member("administrator", &[]).expired().valid;
        let now = OffsetDateTime::now_utc();
        assert!(begin < end && end < now && now - end < Duration::days(2));
    }

    #[test]
    fn a_name_that_is_none_is_refused() {
        let authority = Authority::new("CA").unwrap();
        let subject = Subject {
            addresses: vec!["not a näme".to_owned()],
            ..Subject::member("x", &[])
        };
        assert!(authority.issue(&subject).is_err());
    }
}
