//! Takes connections: TCP, the TLS handshake with its deadline, and the caller's identity. What is refused is told in
//! the log with its reason.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tonic::transport::server::Connected;

use super::identity::Identity;
use super::tls::Certificates;

/// Handshakes that run at once; further callers wait in the kernel's queue.
const HANDSHAKES: usize = 256;

/// Longest time of a handshake.
const HANDSHAKE_DEADLINE: Duration = Duration::from_secs(10);

/// Connections that have been accepted and wait to be served.
const ACCEPTED_QUEUE: usize = 64;

/// Pause after the system could give no connection, for example because it has no file handles left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A connection with a caller.
#[derive(Debug)]
pub struct Connection {
    stream: TlsStream<TcpStream>,
    caller: Arc<Identity>,
}

impl Connected for Connection {
    type ConnectInfo = Arc<Identity>;

    fn connect_info(&self) -> Self::ConnectInfo {
        self.caller.clone()
    }
}

/// Takes connections from `listener` until `stop`.
#[must_use]
pub fn listen(
    listener: TcpListener,
    certificates: Certificates,
    stop: CancellationToken,
) -> mpsc::Receiver<io::Result<Connection>> {
    let (accepted, connections) = mpsc::channel(ACCEPTED_QUEUE);
    let handshakes = Arc::new(Semaphore::new(HANDSHAKES));
    tokio::spawn(async move {
        loop {
            let Ok(permit) = handshakes.clone().acquire_owned().await else {
                return;
            };
            let taken = tokio::select! {
                () = stop.cancelled() => return,
                taken = listener.accept() => taken,
            };
            let (stream, address) = match taken {
                Ok(taken) => taken,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            let acceptor = TlsAcceptor::from(certificates.current().server.clone());
            let accepted = accepted.clone();
            tokio::spawn(async move {
                let _permit = permit;
                match handshake(acceptor, stream, address).await {
                    // When nobody serves any more the connection is closed by being dropped.
                    Ok(connection) => drop(accepted.send(Ok(connection)).await),
                    Err(reason) => tracing::warn!(%address, reason, "connection refused"),
                }
            });
        }
    });
    connections
}

async fn handshake(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    address: SocketAddr,
) -> Result<Connection, String> {
    stream
        .set_nodelay(true)
        .map_err(|error| error.to_string())?;
    let stream = match tokio::time::timeout(HANDSHAKE_DEADLINE, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Err(reason(&error)),
        Err(_) => {
            return Err(format!(
                "the TLS handshake took longer than {} s",
                HANDSHAKE_DEADLINE.as_secs()
            ));
        }
    };
    let certificate = stream
        .get_ref()
        .1
        .peer_certificates()
        .and_then(<[_]>::first);
    let certificate = certificate.ok_or_else(|| "no client certificate".to_owned())?;
    let caller =
        Identity::of_certificate(certificate, address).map_err(|error| error.to_string())?;
    Ok(Connection {
        stream,
        caller: Arc::new(caller),
    })
}

/// Why a handshake failed, in the administrator's words where there are any.
fn reason(error: &io::Error) -> String {
    use rustls::{CertificateError, Error};
    let tls = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Error>());
    match tls {
        Some(Error::NoCertificatesPresented) => "no client certificate was presented".to_owned(),
        Some(Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        )) => "the client certificate has expired".to_owned(),
        Some(Error::InvalidCertificate(
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
        )) => "the client certificate is not valid yet".to_owned(),
        Some(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
            "the client certificate was not issued by a trusted authority".to_owned()
        }
        Some(Error::AlertReceived(alert)) => {
            format!("the caller does not accept this node's certificate ({alert:?})")
        }
        Some(error) => error.to_string(),
        None => error.to_string(),
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
