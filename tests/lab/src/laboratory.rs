//! Two sites in one folder: certificates, a configuration and a store for each pool, and the topology that pairs them.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};

use crate::pki::{self, Cast};

/// The pool of site Redmond: the one that the story loses.
pub const POOL1: &str = "pool1.contoso.com";
/// The pool of site Dublin: it holds the Central Management store.
pub const POOL2: &str = "pool2.contoso.com";

/// The holder of the administrator's certificate.
pub const ADMINISTRATOR: &str = "administrator";

/// The file that makes a folder a laboratory.
pub const INDEX: &str = "laboratory.toml";
/// The ports of nodes: below those that systems give to outgoing connections (from 32768 on Linux), which would otherwise
/// take the port of a node that is down.
const PORTS: Range<u16> = 20_000..32_000;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Why there is no laboratory.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A certificate could not be made.
    #[error(transparent)]
    Pki(#[from] pki::Error),
    /// A file could not be read or written.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The folder's index is not one.
    #[error("{path} is not a laboratory's index: {reason}", path = path.display())]
    Index {
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// No port is free.
    #[error("no free port: {0}")]
    Port(io::Error),
    /// A certificate cannot be used.
    #[error(transparent)]
    Transport(#[from] tonic::transport::Error),
}

/// A laboratory's folder.
#[derive(Debug, Clone)]
pub struct Laboratory {
    folder: PathBuf,
    cast: Cast,
    pools: Vec<Pool>,
}

/// One pool of the laboratory.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pool {
    /// Its name, and that of its one machine.
    pub fqdn: String,
    /// Its site.
    pub site: String,
    /// Where its node listens.
    pub address: SocketAddr,
}

#[derive(Serialize, Deserialize)]
struct Index {
    pool: Vec<Pool>,
}

/// What differs from the usual laboratory.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Lines added to every node's configuration.
    pub node_lines: String,
}

impl Laboratory {
    /// Makes a laboratory in a folder, which is made when it does not exist.
    ///
    /// # Errors
    /// When a file, a key or a port is not to be had.
    pub fn create(folder: &Path, settings: &Settings) -> Result<Self, Error> {
        make_folder(folder)?;
        let cast = Cast::create(
            &folder.join("certificates"),
            &[(POOL1, POOL1), (POOL2, POOL2)],
        )?;
        let pools = vec![
            Pool {
                fqdn: POOL1.to_owned(),
                site: "Redmond".to_owned(),
                address: free_address()?,
            },
            Pool {
                fqdn: POOL2.to_owned(),
                site: "Dublin".to_owned(),
                address: free_address()?,
            },
        ];
        let laboratory = Self {
            folder: folder.to_owned(),
            cast,
            pools,
        };
        for pool in &laboratory.pools {
            make_folder(&laboratory.node_folder(&pool.fqdn))?;
            laboratory.configure(&pool.fqdn, &settings.node_lines)?;
        }
        write(&laboratory.topology_file(), &laboratory.topology())?;
        let index = Index {
            pool: laboratory.pools.clone(),
        };
        write(
            &folder.join(INDEX),
            &toml::to_string(&index).unwrap_or_default(),
        )?;
        Ok(laboratory)
    }

    /// The laboratory in a folder.
    ///
    /// # Errors
    /// When there is none.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(INDEX);
        let text = fs::read_to_string(&path).map_err(|source| Error::File {
            path: path.clone(),
            source,
        })?;
        let index: Index = toml::from_str(&text).map_err(|error| Error::Index {
            path,
            reason: error.to_string(),
        })?;
        Ok(Self {
            folder: folder.to_owned(),
            cast: Cast::open(&folder.join("certificates")),
            pools: index.pool,
        })
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its certificates.
    #[must_use]
    pub fn cast(&self) -> &Cast {
        &self.cast
    }

    /// Its pools.
    #[must_use]
    pub fn pools(&self) -> &[Pool] {
        &self.pools
    }

    /// One of them.
    ///
    /// # Panics
    /// When the laboratory has no such pool.
    #[must_use]
    #[allow(
        clippy::panic,
        reason = "a laboratory's pools are constants of the test that asks"
    )]
    pub fn pool(&self, fqdn: &str) -> &Pool {
        self.pools
            .iter()
            .find(|pool| pool.fqdn == fqdn)
            .unwrap_or_else(|| panic!("the laboratory has no pool {fqdn}"))
    }

    /// Folder of a node: its configuration, its store, its log.
    #[must_use]
    pub fn node_folder(&self, fqdn: &str) -> PathBuf {
        self.folder.join(fqdn)
    }

    /// Configuration file of a node.
    #[must_use]
    pub fn configuration_file(&self, fqdn: &str) -> PathBuf {
        self.node_folder(fqdn).join("tandemd.toml")
    }

    /// The topology document.
    #[must_use]
    pub fn topology_file(&self) -> PathBuf {
        self.folder.join("topology.toml")
    }

    /// Writes a node's configuration, with further lines at its end.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn configure(&self, fqdn: &str, further_lines: &str) -> Result<(), Error> {
        let own = self.pool(fqdn);
        let files = self.cast.holder(fqdn);
        let peers: String = self
            .pools
            .iter()
            .filter(|pool| pool.fqdn != fqdn)
            .map(|pool| format!("\"{}\" = \"{}\"\n", pool.fqdn, pool.address))
            .collect();
        let text = format!(
            "pool = \"{fqdn}\"\ncomputer = \"{fqdn}\"\nlisten = \"{}\"\ndata = \"{}\"\n{further_lines}\n\
             [tls]\ncertificate = \"{}\"\nkey = \"{}\"\nauthority = \"{}\"\n\n[peers]\n{peers}",
            own.address,
            self.node_folder(fqdn).join("data").display(),
            files.certificate.display(),
            files.key.display(),
            self.cast.authority().display(),
        );
        write(&self.configuration_file(fqdn), &text)
    }

    /// The topology document of the deployment.
    #[must_use]
    pub fn topology(&self) -> String {
        let mut text = String::from("default_domain = \"contoso.com\"\n");
        for pool in &self.pools {
            text += &format!("\n[[site]]\nname = \"{}\"\n", pool.site);
        }
        for pool in &self.pools {
            let partner = self.pools.iter().find(|other| other.fqdn != pool.fqdn);
            let partner = partner
                .map(|partner| partner.fqdn.as_str())
                .unwrap_or_default();
            text += &format!(
                "\n[[pool]]\nfqdn = \"{0}\"\nsite = \"{1}\"\nkind = \"StandardFrontEnd\"\nbackup_pool = \"{partner}\"\n{2}machine = [{{ fqdn = \"{0}\", address = \"{3}\" }}]\n",
                pool.fqdn,
                pool.site,
                if pool.fqdn == POOL2 {
                    "central_management = true\n"
                } else {
                    ""
                },
                pool.address,
            );
        }
        text
    }

    /// A connection to a node, made at the first call, with the certificate of `holder` (see [`Cast::holder`]).
    ///
    /// # Errors
    /// When the certificate cannot be read.
    pub fn channel(&self, fqdn: &str, holder: &str) -> Result<Channel, Error> {
        let files = self.cast.holder(holder);
        let tls = self.trust(fqdn)?.identity(Identity::from_pem(
            read(&files.certificate)?,
            read(&files.key)?,
        ));
        Ok(self.endpoint(fqdn)?.tls_config(tls)?.connect_lazy())
    }

    /// A connection to a node without a certificate of one's own.
    ///
    /// # Errors
    /// When the authority's certificate cannot be read.
    pub fn channel_without_certificate(&self, fqdn: &str) -> Result<Channel, Error> {
        Ok(self
            .endpoint(fqdn)?
            .tls_config(self.trust(fqdn)?)?
            .connect_lazy())
    }

    fn trust(&self, fqdn: &str) -> Result<ClientTlsConfig, Error> {
        let authority = Certificate::from_pem(read(&self.cast.authority())?);
        Ok(ClientTlsConfig::new()
            .ca_certificate(authority)
            .domain_name(fqdn))
    }

    fn endpoint(&self, fqdn: &str) -> Result<Endpoint, Error> {
        let endpoint = Endpoint::from_shared(format!("https://{}", self.pool(fqdn).address))?;
        Ok(endpoint.connect_timeout(CONNECT_TIMEOUT).tcp_nodelay(true))
    }
}

/// An address that nobody has, nor gets while its node is down.
fn free_address() -> Result<SocketAddr, Error> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // Processes begin at different places, the laboratories of one take turns.
    let first = std::process::id().wrapping_mul(64);
    let mut refusal = None;
    for _ in PORTS {
        let turn = first.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = PORTS.start + (turn % PORTS.len() as u32) as u16;
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(_) => return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
            Err(error) => refusal = Some(error),
        }
    }
    Err(Error::Port(
        refusal.unwrap_or_else(|| io::ErrorKind::AddrNotAvailable.into()),
    ))
}

fn make_folder(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_laboratory_is_found_as_it_was_made() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            node_lines: "quarantine = \"serve\"".to_owned(),
        };
        let made = Laboratory::create(folder.path(), &settings).unwrap();
        let found = Laboratory::open(folder.path()).unwrap();
        let addresses = |laboratory: &Laboratory| -> Vec<_> {
            let pools = laboratory.pools().iter();
            pools
                .map(|pool| (pool.fqdn.clone(), pool.address))
                .collect()
        };
        assert_eq!(addresses(&made), addresses(&found));
        let configuration = fs::read_to_string(found.configuration_file(POOL1)).unwrap();
        let configuration: toml::Table = configuration.parse().unwrap();
        assert_eq!(configuration["quarantine"].as_str(), Some("serve"));
        let peer = found.pool(POOL2).address.to_string();
        assert_eq!(configuration["peers"][POOL2].as_str(), Some(peer.as_str()));
    }

    #[test]
    fn a_folder_without_a_laboratory_is_told() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(
            Laboratory::open(folder.path()),
            Err(Error::File { .. })
        ));
        fs::write(folder.path().join(INDEX), "pool = 3").unwrap();
        assert!(matches!(
            Laboratory::open(folder.path()),
            Err(Error::Index { .. })
        ));
    }
}
