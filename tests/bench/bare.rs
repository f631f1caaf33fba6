//! The baseline of calls: a bare tonic server with the same kind of connection and one unary method.

use std::net::SocketAddr;

use tandem_lab::laboratory::{ADMINISTRATOR, POOL1};
use tonic::transport::{
    Certificate, Channel, ClientTlsConfig, Endpoint, Identity, Server, ServerTlsConfig,
};
use tonic_health::pb::health_client::HealthClient;

use crate::site::Site;

/// A client of a bare server that runs in this process.
pub(crate) async fn start(site: &Site) -> HealthClient<Channel> {
    let cast = site.laboratory.cast();
    let read = |path| std::fs::read_to_string(path).unwrap();
    let node = cast.holder(POOL1);
    let authority = read(cast.authority());
    let tls = ServerTlsConfig::new()
        .identity(Identity::from_pem(read(node.certificate), read(node.key)))
        .client_ca_root(Certificate::from_pem(&authority));
    let (_, health) = tonic_health::server::health_reporter();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let server = Server::builder()
        .tls_config(tls)
        .unwrap()
        .add_service(health)
        .serve_with_incoming(tokio_stream::wrappers::TcpListenerStream::new(listener));
    tokio::spawn(server);
    let administrator = cast.holder(ADMINISTRATOR);
    let tls = ClientTlsConfig::new()
        .ca_certificate(Certificate::from_pem(authority))
        .domain_name(POOL1)
        .identity(Identity::from_pem(
            read(administrator.certificate),
            read(administrator.key),
        ));
    let endpoint = Endpoint::from_shared(format!("https://{address}")).unwrap();
    HealthClient::new(
        endpoint
            .tcp_nodelay(true)
            .tls_config(tls)
            .unwrap()
            .connect_lazy(),
    )
}
