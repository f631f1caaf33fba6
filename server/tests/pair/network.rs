//! The link between two nodes of a test: connections over loopback that can be cut and mended.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tandem_domain::identity::Fqdn;
use tandem_server::peer::Connect;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tokio_stream::{Stream, StreamExt};
use tonic::transport::server::Connected;
use tonic::transport::{Channel, Endpoint};

/// Where the nodes listen, and whether they can reach each other.
#[derive(Clone, Default)]
pub(crate) struct Network {
    addresses: Arc<Mutex<HashMap<Fqdn, SocketAddr>>>,
    cut: Arc<AtomicBool>,
    refused: Arc<AtomicUsize>,
}

impl Network {
    /// How many connections have been refused so far.
    pub(crate) fn refused(&self) -> usize {
        self.refused.load(Ordering::SeqCst)
    }

    pub(crate) fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
    }

    /// Notes where a pool's node listens.
    pub(crate) fn place(&self, pool: Fqdn, address: SocketAddr) {
        self.addresses.lock().unwrap().insert(pool, address);
    }

    /// What comes to a listener, over connections that break when the network is cut.
    pub(crate) fn incoming(
        &self,
        listener: TcpListener,
    ) -> impl Stream<Item = std::io::Result<CutStream>> + use<> {
        let cut = self.cut.clone();
        TcpListenerStream::new(listener).map(move |stream| {
            Ok(CutStream {
                stream: stream?,
                cut: cut.clone(),
            })
        })
    }

    pub(crate) fn mend(&self) {
        self.cut.store(false, Ordering::SeqCst);
    }
}

impl Connect for Network {
    fn channel(&self, pool: &Fqdn) -> Option<Channel> {
        let (network, pool) = (self.clone(), pool.clone());
        let connector = tower::service_fn(move |_uri: http::Uri| {
            let (network, pool) = (network.clone(), pool.clone());
            async move {
                let address = network.addresses.lock().unwrap().get(&pool).copied();
                match address {
                    Some(address) if !network.cut.load(Ordering::SeqCst) => {
                        let stream = tokio::net::TcpStream::connect(address).await?;
                        Ok(hyper_util::rt::TokioIo::new(CutStream {
                            stream,
                            cut: network.cut.clone(),
                        }))
                    }
                    _ => {
                        network.refused.fetch_add(1, Ordering::SeqCst);
                        Err(std::io::Error::from(std::io::ErrorKind::ConnectionRefused))
                    }
                }
            }
        });
        Some(Endpoint::from_static("http://peer").connect_with_connector_lazy(connector))
    }
}

/// A connection that breaks when the network is cut.
pub(crate) struct CutStream {
    stream: tokio::net::TcpStream,
    cut: Arc<AtomicBool>,
}

impl CutStream {
    fn check(&self) -> std::io::Result<()> {
        if self.cut.load(Ordering::SeqCst) {
            return Err(std::io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

impl Connected for CutStream {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl tokio::io::AsyncRead for CutStream {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
        buffer: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        self.check()?;
        std::pin::Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl tokio::io::AsyncWrite for CutStream {
    fn poll_write(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
        bytes: &[u8],
    ) -> std::task::Poll<std::io::Result<usize>> {
        self.check()?;
        std::pin::Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
