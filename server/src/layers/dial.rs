//! Connections to other nodes: mutual TLS with this node's certificate, the other side checked against the pool's name.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use http::Uri;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tandem_domain::identity::Fqdn;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tonic::transport::{Channel, Endpoint};
use tower::service_fn;

use super::tls::Certificates;
use crate::peer::Connect;

/// Longest time until a connection stands.
const CONNECT_DEADLINE: Duration = Duration::from_secs(3);

/// How often an idle connection is asked whether it still stands, and how long it may take to answer.
const KEEP_ALIVE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(5));

/// Dials the nodes of other pools.
#[derive(Clone, Debug)]
pub struct Dial {
    certificates: Certificates,
    addresses: BTreeMap<Fqdn, String>,
    port: u16,
}

impl Dial {
    /// Dials `addresses`, and every other pool by its name at `port`.
    #[must_use]
    pub fn new(certificates: Certificates, addresses: BTreeMap<Fqdn, String>, port: u16) -> Self {
        Self {
            certificates,
            addresses,
            port,
        }
    }

    /// The address of a pool's nodes.
    #[must_use]
    pub fn address(&self, pool: &Fqdn) -> String {
        self.addresses
            .get(pool)
            .cloned()
            .unwrap_or_else(|| format!("{pool}:{}", self.port))
    }

    async fn connect(self, pool: Fqdn) -> io::Result<TokioIo<TlsStream<TcpStream>>> {
        let connecting = async {
            let stream = TcpStream::connect(self.address(&pool)).await?;
            stream.set_nodelay(true)?;
            let name = ServerName::try_from(pool.as_str().to_owned()).map_err(io::Error::other)?;
            let connector = TlsConnector::from(self.certificates.current().client.clone());
            connector.connect(name, stream).await
        };
        match tokio::time::timeout(CONNECT_DEADLINE, connecting).await {
            Ok(stream) => stream.map(TokioIo::new),
            Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut)),
        }
    }
}

impl Connect for Dial {
    fn channel(&self, pool: &Fqdn) -> Option<Channel> {
        let endpoint = Endpoint::from_shared(format!("http://{pool}")).ok()?;
        let endpoint = endpoint
            .http2_keep_alive_interval(KEEP_ALIVE.0)
            .keep_alive_timeout(KEEP_ALIVE.1)
            .keep_alive_while_idle(true)
            .initial_stream_window_size(4 * 1024 * 1024)
            .initial_connection_window_size(8 * 1024 * 1024);
        let (dial, pool) = (self.clone(), pool.clone());
        // The address stands in `dial`; the URI only names the pool for HTTP/2's `:authority`.
        Some(
            endpoint.connect_with_connector_lazy(service_fn(move |_: Uri| {
                dial.clone().connect(pool.clone())
            })),
        )
    }
}
