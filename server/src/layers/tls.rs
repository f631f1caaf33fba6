//! Mutual TLS: version 1.3 only, a client certificate of a trusted authority on every connection, and certificates
//! that are read anew when their files change. Connections that stand keep what they were made with.

mod check;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use arc_swap::ArcSwap;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_util::sync::CancellationToken;

use crate::configuration::TlsFiles;

pub use check::problems;

/// gRPC's protocol name.
const ALPN: &[u8] = b"h2";

/// Why the node's certificates cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("{file}: {error}", file = file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A file holds nothing of what it should.
    #[error("{file}: there is no {what} in it", file = file.display())]
    Empty {
        /// The file.
        file: PathBuf,
        /// What it should hold.
        what: &'static str,
    },
    /// A file is not what it should be.
    #[error("{file}: {reason}", file = file.display())]
    Wrong {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// From when on the log tells that the certificate expires.
const EXPIRES_SOON: Duration = Duration::from_secs(14 * 86_400);
/// How often it tells it.
const TOLD_EVERY: Duration = Duration::from_secs(86_400);

/// What connections are made with at this moment.
#[derive(Debug)]
pub struct Current {
    /// For callers.
    pub server: Arc<ServerConfig>,
    /// For calls to other nodes.
    pub client: Arc<ClientConfig>,
    /// When the certificate expires, when it says so.
    expires: Option<SystemTime>,
}

/// The node's certificates; they follow their files. Clones share them.
#[derive(Clone, Debug)]
pub struct Certificates {
    files: TlsFiles,
    current: Arc<ArcSwap<Current>>,
    /// Of what the files held when they were first read.
    fingerprint: blake3::Hash,
}

impl Certificates {
    /// Reads the files.
    ///
    /// # Errors
    /// When a file cannot be used.
    pub fn load(files: TlsFiles) -> Result<Self, Error> {
        let contents = Contents::read(&files);
        let fingerprint = contents.fingerprint();
        let current = contents.usable(&files)?;
        Ok(Self {
            files,
            current: Arc::new(ArcSwap::from_pointee(current)),
            fingerprint,
        })
    }

    /// What new connections are made with.
    #[must_use]
    pub fn current(&self) -> Arc<Current> {
        self.current.load_full()
    }

    /// Follows the files from what was first read of them until `stop`; `changed` is called after each change that could be used. A change that cannot be used is
    /// told in the log once, and what was in use stays in use.
    pub async fn follow(&self, stop: CancellationToken, changed: impl Fn() + Send) {
        let mut known = self.fingerprint;
        let mut told: Option<Instant> = None;
        let mut ticks = tokio::time::interval(self.files.check);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            if told.is_none_or(|told| told.elapsed() >= TOLD_EVERY) && self.tell_expiry() {
                told = Some(Instant::now());
            }
            let files = self.files.clone();
            let Ok(contents) = tokio::task::spawn_blocking(move || Contents::read(&files)).await
            else {
                return;
            };
            let now = contents.fingerprint();
            if now == known {
                continue;
            }
            known = now;
            match contents.usable(&self.files) {
                Ok(current) => {
                    self.current.store(Arc::new(current));
                    changed();
                    tracing::info!(certificate = %self.files.certificate.display(), "the certificates have changed; new connections use them");
                }
                Err(error) => {
                    tracing::error!(%error, "the certificates have changed and cannot be used; the old ones stay in use");
                }
            }
        }
    }
}

impl Certificates {
    /// Tells in the log when the certificate has expired or expires soon; whether there was anything to tell.
    fn tell_expiry(&self) -> bool {
        let Some(expires) = self.current().expires else {
            return false;
        };
        let certificate = self.files.certificate.display();
        match expires.duration_since(SystemTime::now()) {
            Err(_) => {
                tracing::error!(%certificate, "the node's certificate has expired: nobody connects to this node any more, and no node lets it in");
            }
            Ok(left) if left < EXPIRES_SOON => {
                let hours = left.as_secs() / 3600;
                tracing::warn!(%certificate, hours, "the node's certificate expires soon: put a new one in its place, which is taken up without a restart");
            }
            Ok(_) => return false,
        }
        true
    }
}

/// What the files hold at one moment: what is compared is what is used.
struct Contents {
    certificate: io::Result<Vec<u8>>,
    key: io::Result<Vec<u8>>,
    authority: io::Result<Vec<u8>>,
}

impl Contents {
    fn read(files: &TlsFiles) -> Self {
        Self {
            certificate: fs::read(&files.certificate),
            key: fs::read(&files.key),
            authority: fs::read(&files.authority),
        }
    }

    /// A digest; a file that cannot be read counts as empty.
    fn fingerprint(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        for file in [&self.certificate, &self.key, &self.authority] {
            let bytes = file.as_deref().unwrap_or_default();
            hasher.update(&bytes.len().to_le_bytes());
            hasher.update(bytes);
        }
        hasher.finalize()
    }

    /// What connections can be made with.
    fn usable(self, files: &TlsFiles) -> Result<Current, Error> {
        let chain = certificates(&files.certificate, self.certificate)?;
        let key = private_key(&files.key, self.key)?;
        let authorities = certificates(&files.authority, self.authority)?;
        configurations(files, chain, &key, authorities)
    }
}

fn configurations(
    files: &TlsFiles,
    chain: Vec<CertificateDer<'static>>,
    key: &PrivateKeyDer<'static>,
    authorities: Vec<CertificateDer<'static>>,
) -> Result<Current, Error> {
    let wrong = |file: &Path, reason: String| Error::Wrong {
        file: file.to_owned(),
        reason,
    };
    let expires = check::expiry(&chain);
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        roots
            .add(authority)
            .map_err(|error| wrong(&files.authority, error.to_string()))?;
    }
    let roots = Arc::new(roots);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(roots.clone(), provider.clone())
        .build()
        .map_err(|error| wrong(&files.authority, error.to_string()))?;
    let only_newest = &[&rustls::version::TLS13];
    let mut server = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(only_newest)
        .map_err(|error| wrong(&files.certificate, error.to_string()))?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain.clone(), key.clone_key())
        .map_err(|error| wrong(&files.certificate, error.to_string()))?;
    server.alpn_protocols = vec![ALPN.to_vec()];
    let mut client = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(only_newest)
        .map_err(|error| wrong(&files.certificate, error.to_string()))?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key.clone_key())
        .map_err(|error| wrong(&files.certificate, error.to_string()))?;
    client.alpn_protocols = vec![ALPN.to_vec()];
    Ok(Current {
        server: Arc::new(server),
        client: Arc::new(client),
        expires,
    })
}

fn certificates(
    file: &Path,
    contents: io::Result<Vec<u8>>,
) -> Result<Vec<CertificateDer<'static>>, Error> {
    let bytes = bytes(file, contents)?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&bytes)
        .collect::<Result<_, _>>()
        .map_err(|error| Error::Wrong {
            file: file.to_owned(),
            reason: error.to_string(),
        })?;
    if certificates.is_empty() {
        return Err(Error::Empty {
            file: file.to_owned(),
            what: "certificate in PEM",
        });
    }
    Ok(certificates)
}

fn private_key(
    file: &Path,
    contents: io::Result<Vec<u8>>,
) -> Result<PrivateKeyDer<'static>, Error> {
    let bytes = bytes(file, contents)?;
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|_| Error::Empty {
        file: file.to_owned(),
        what: "private key in PEM",
    })
}

fn bytes(file: &Path, contents: io::Result<Vec<u8>>) -> Result<Vec<u8>, Error> {
    contents.map_err(|error| Error::Unreadable {
        file: file.to_owned(),
        error,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use tandem_lab::pki::Cast;
    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn a_change_between_the_first_reading_and_the_following_is_taken_up() {
        const POOL: &str = "pool1.contoso.com";
        let folder = tempfile::tempdir().unwrap();
        let cast = Cast::create(folder.path(), &[(POOL, POOL)]).unwrap();
        let node = cast.holder(POOL);
        let certificates = Certificates::load(TlsFiles {
            certificate: node.certificate,
            key: node.key,
            authority: cast.authority(),
            check: Duration::from_millis(1),
        })
        .unwrap();
        let before = certificates.current();
        fs::copy(cast.other_authority(), cast.authority()).unwrap();
        let changed = Notify::new();
        let following = certificates.follow(CancellationToken::new(), || changed.notify_one());
        tokio::select! {
            () = following => unreachable!("nobody stops it"),
            () = changed.notified() => {}
        }
        assert!(!Arc::ptr_eq(&before, &certificates.current()));
    }
}
