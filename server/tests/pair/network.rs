//! The link between two nodes of a test: connections over loopback that can be cut and mended.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tandem_domain::identity::Fqdn;
use tandem_server::layers::identity::Identity;
use tandem_server::peer::Connect;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_stream::wrappers::TcpListenerStream;
use tokio_stream::{Stream, StreamExt};
use tonic::transport::server::Connected;
use tonic::transport::{Channel, Endpoint};

/// Where the nodes listen, and whether they can reach each other.
#[derive(Clone, Default)]
pub(crate) struct Network {
    /// Whose node dials.
    own: Option<Fqdn>,
    /// Who dials from which address: what the certificates say between real nodes.
    callers: Arc<Mutex<HashMap<SocketAddr, Fqdn>>>,
    addresses: Arc<Mutex<HashMap<Fqdn, SocketAddr>>>,
    cut: Arc<AtomicBool>,
    refused: Arc<AtomicUsize>,
}

impl Network {
    /// The same network, as a node of `pool` dials.
    pub(crate) fn of(&self, pool: &Fqdn) -> Self {
        Self {
            own: Some(pool.clone()),
            ..self.clone()
        }
    }

    async fn dial(&self, address: SocketAddr) -> std::io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(([127, 0, 0, 1], 0).into())?;
        if let Some(own) = &self.own {
            let mut callers = self.callers.lock().unwrap();
            callers.insert(socket.local_addr()?, own.clone());
        }
        socket.connect(address).await
    }

    /// Who has dialled.
    fn caller(&self, stream: &TcpStream) -> std::io::Result<Arc<Identity>> {
        let address = stream.peer_addr()?;
        let pool = self.callers.lock().unwrap().get(&address).cloned();
        let name = pool.map(|pool| pool.to_string()).unwrap_or_default();
        Ok(Arc::new(Identity {
            machines: vec![name.clone()],
            name,
            groups: vec!["RTCComponentUniversalServices".to_owned()],
            address: Some(address),
        }))
    }

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
        let network = self.clone();
        TcpListenerStream::new(listener).map(move |stream| {
            let stream = stream?;
            Ok(CutStream {
                caller: network.caller(&stream)?,
                stream,
                cut: network.cut.clone(),
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
                        let stream = network.dial(address).await?;
                        Ok(hyper_util::rt::TokioIo::new(CutStream {
                            caller: Arc::default(),
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
    caller: Arc<Identity>,
    stream: TcpStream,
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
    type ConnectInfo = Arc<Identity>;

    fn connect_info(&self) -> Arc<Identity> {
        self.caller.clone()
    }
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
