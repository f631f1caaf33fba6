//! From a profile to a channel: the first server that answers, over mutual TLS, and errors that say whose fault it is.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tonic::transport::Channel;

use crate::tls::{self, Identity};
use crate::{Endpoint, Error, Profile, Refusal, Shell};

/// How long a server may take to answer when another one could be asked instead.
const PATIENCE_WITH_OTHERS: Duration = Duration::from_secs(2);
/// How long the last server may take to answer.
const PATIENCE_WITH_LAST: Duration = Duration::from_secs(10);
/// How often an idle connection is tried, so that a prompt that waits for hours notices when the server is gone.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(20);
/// How long a tried connection may be silent.
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(20);

/// A connection to one node.
#[derive(Debug, Clone)]
pub struct Connection {
    channel: Channel,
    endpoint: Endpoint,
    skipped: Arc<[Skipped]>,
    certificate: Arc<std::path::Path>,
    fault: Fault,
}

/// A server that was passed over, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The server.
    pub endpoint: Endpoint,
    /// Why.
    pub refusal: Refusal,
}

/// Connects to the first server of the profile that can be reached and trusted.
///
/// # Errors
/// When a file of the profile cannot be used, or no server can be reached and trusted.
pub async fn connect(profile: &Profile) -> Result<Connection, Error> {
    let identity = Identity::load(profile)?;
    let fault = Fault::default();
    let mut refusals = Vec::new();
    for (index, endpoint) in profile.servers.iter().enumerate() {
        let last = index + 1 == profile.servers.len();
        let patience = if last {
            PATIENCE_WITH_LAST
        } else {
            PATIENCE_WITH_OTHERS
        };
        let door = Door::new(endpoint, profile.server_name.as_deref(), &identity)?;
        let opened = timeout(patience, door.open())
            .await
            .unwrap_or(Err(Refusal::TimedOut));
        match opened {
            Ok(stream) => {
                let channel =
                    channel(door, stream, &fault)
                        .await
                        .map_err(|error| Error::Broken {
                            endpoint: endpoint.clone(),
                            reason: innermost(&error),
                        })?;
                let skipped = refusals
                    .into_iter()
                    .map(|(endpoint, refusal)| Skipped { endpoint, refusal })
                    .collect();
                return Ok(Connection {
                    channel,
                    endpoint: endpoint.clone(),
                    skipped,
                    certificate: identity.certificate.into(),
                    fault,
                });
            }
            Err(refusal) => refusals.push((endpoint.clone(), refusal)),
        }
    }
    Err(Error::Unreachable(refusals))
}

impl Connection {
    /// The channel, for typed stubs.
    #[must_use]
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// A handle for command lines.
    #[must_use]
    pub fn shell(&self) -> Shell {
        Shell::new(self.clone())
    }

    /// The node at the other end.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Servers that stand before it in the profile and could not be used.
    #[must_use]
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// Why the connection has broken, when it has since the last call: nothing that is sent now would reach the server over it.
    #[must_use]
    pub fn broken(&self) -> Option<Error> {
        let fault = self.fault.0.lock().ok()?;
        fault.as_ref().map(|broken| Error::Broken {
            endpoint: self.endpoint.clone(),
            reason: broken.reason.clone(),
        })
    }

    /// What a failed call means: the alert or break underneath when there was one, else the server's own words.
    #[must_use]
    pub fn explain(&self, status: tonic::Status) -> Error {
        let endpoint = self.endpoint.clone();
        match self.fault.take() {
            Some(Break {
                alert: Some(reason),
                ..
            }) => Error::Refused {
                endpoint,
                certificate: self.certificate.to_path_buf(),
                reason,
            },
            Some(Break { reason, .. }) => Error::Broken { endpoint, reason },
            // A status with a source was made on this side, from a broken transport.
            None if std::error::Error::source(&status).is_some() => Error::Broken {
                endpoint,
                reason: innermost(&status),
            },
            None => Error::Status(Box::new(status)),
        }
    }
}

/// Opens connections to one server: the first, and again when it broke.
#[derive(Clone)]
struct Door {
    endpoint: Endpoint,
    name: ServerName<'static>,
    connector: TlsConnector,
}

impl Door {
    fn new(
        endpoint: &Endpoint,
        server_name: Option<&str>,
        identity: &Identity,
    ) -> Result<Self, Error> {
        let name = server_name.unwrap_or(&endpoint.host);
        let name = ServerName::try_from(name.to_owned())
            .map_err(|_| Error::ServerName(name.to_owned()))?;
        Ok(Self {
            endpoint: endpoint.clone(),
            name,
            connector: TlsConnector::from(Arc::clone(&identity.config)),
        })
    }

    async fn open(&self) -> Result<TlsStream<TcpStream>, Refusal> {
        let address = (self.endpoint.host.as_str(), self.endpoint.port);
        let addresses = tokio::net::lookup_host(address)
            .await
            .map_err(|error| Refusal::Unknown(error.to_string()))?;
        let mut refusal = Refusal::Unknown("no address".to_owned());
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(stream) => return self.greet(stream).await,
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                    refusal = Refusal::NobodyListens;
                }
                Err(error) => refusal = Refusal::Network(error.to_string()),
            }
        }
        Err(refusal)
    }

    async fn greet(&self, stream: TcpStream) -> Result<TlsStream<TcpStream>, Refusal> {
        stream
            .set_nodelay(true)
            .map_err(|error| Refusal::Network(error.to_string()))?;
        self.connector
            .connect(self.name.clone(), stream)
            .await
            .map_err(|error| tls::refusal(&error, &self.name.to_str()))
    }
}

async fn channel(
    door: Door,
    opened: TlsStream<TcpStream>,
    fault: &Fault,
) -> Result<Channel, tonic::transport::Error> {
    // The scheme is `http` for the channel only: the stream beneath it is TLS already.
    let authority = format!("http://{}", door.endpoint);
    let endpoint = tonic::transport::Endpoint::from_shared(authority)?
        .http2_keep_alive_interval(KEEP_ALIVE_INTERVAL)
        .keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
        .keep_alive_while_idle(true)
        .initial_stream_window_size(1 << 20)
        .initial_connection_window_size(4 << 20);
    let opened = Arc::new(Mutex::new(Some(opened)));
    let fault = fault.clone();
    let connector = tower::service_fn(move |_| {
        let (door, opened, fault) = (door.clone(), Arc::clone(&opened), fault.clone());
        async move {
            let first = opened.lock().ok().and_then(|mut opened| opened.take());
            let stream = match first {
                Some(stream) => stream,
                None => timeout(PATIENCE_WITH_LAST, door.open())
                    .await
                    .unwrap_or(Err(Refusal::TimedOut))
                    .map_err(|refusal| io::Error::other(refusal.to_string()))?,
            };
            // Why the stream before broke says nothing of this one.
            fault.take();
            Ok::<_, io::Error>(TokioIo::new(Watched {
                stream,
                fault,
                failed: None,
            }))
        }
    });
    endpoint.connect_with_connector(connector).await
}

/// Why the transport broke, kept beside the channel: the layers between drop the cause of a refused certificate, which under
/// TLS 1.3 only arrives after the handshake.
#[derive(Debug, Clone, Default)]
struct Fault(Arc<Mutex<Option<Break>>>);

#[derive(Debug)]
struct Break {
    alert: Option<String>,
    reason: String,
}

impl Fault {
    fn note(&self, error: &io::Error) {
        self.keep(|| Break {
            alert: tls::certificate_alert(error),
            reason: match error.kind() {
                io::ErrorKind::UnexpectedEof
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::ConnectionReset => "the server went away".to_owned(),
                _ => error.to_string(),
            },
        });
    }

    fn note_end(&self) {
        self.keep(|| Break {
            alert: None,
            reason: "the server closed it".to_owned(),
        });
    }

    /// The first reason is the one that tells: what follows is its consequence.
    fn keep(&self, reason: impl FnOnce() -> Break) {
        if let Ok(mut fault) = self.0.lock() {
            fault.get_or_insert_with(reason);
        }
    }

    fn take(&self) -> Option<Break> {
        self.0.lock().ok()?.take()
    }
}

/// A stream that notes why it broke.
struct Watched {
    stream: TlsStream<TcpStream>,
    fault: Fault,
    /// A write that failed, while its reason is being looked for.
    failed: Option<io::Error>,
}

impl Watched {
    /// Holds a failed write back until what stands unread before the end has been read: a server that refuses a certificate
    /// sends an alert and hangs up, and the alert says more than the broken pipe.
    fn written<T>(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        match polled {
            Poll::Ready(Err(error)) => self.failed = Some(error),
            other => return other,
        }
        self.settled(context).map(Err)
    }

    fn settled(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        let mut unread = [0; 4096];
        loop {
            let mut buffer = ReadBuf::new(&mut unread);
            match ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {}
                Ok(()) => break,
                Err(error) => {
                    self.fault.note(&error);
                    break;
                }
            }
        }
        let error = self
            .failed
            .take()
            .unwrap_or_else(|| io::ErrorKind::BrokenPipe.into());
        self.fault.note(&error);
        Poll::Ready(error)
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let (room, before) = (buffer.remaining(), buffer.filled().len());
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        match &polled {
            Poll::Ready(Err(error)) => self.fault.note(error),
            Poll::Ready(Ok(())) if room > 0 && buffer.filled().len() == before => {
                self.fault.note_end();
            }
            Poll::Ready(Ok(())) | Poll::Pending => {}
        }
        polled
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.failed.is_some() {
            return self.settled(context).map(Err);
        }
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(context, polled)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.failed.is_some() {
            return self.settled(context).map(Err);
        }
        let polled = Pin::new(&mut self.stream).poll_flush(context);
        self.written(context, polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
