//! The users' door on two real nodes: sign-in, watches, documents, conference files.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::StreamExt;
use tandem::frontend::v1 as wire;
use tandem::frontend::v1::front_end_service_client::FrontEndServiceClient;
use tandem_server::frontend::{self, FrontEnd};
use tandem_server::store::{ContentHash, DocumentKey, OperationEntry, OperationState};
use tandem_server::windows_services::{Service, WindowsServices};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::sync::CancellationToken;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::harness::*;
use super::users::{KEN, enable, interrupted};

/// The front end of a node, over a loopback connection.
async fn front_end(node: &Node) -> (FrontEndServiceClient<Channel>, Arc<WindowsServices>) {
    let services = Arc::new(WindowsServices::new(Instant::now()));
    let front_end = FrontEnd::new(frontend::Parts {
        stores: node.stores.clone(),
        ownership: node.ownership.clone(),
        management: node.management.clone(),
        board: node.exchange.board().clone(),
        services: services.clone(),
        directory: frontend::Directory {
            own_pool: node.pool.clone(),
            own_port: 8443,
            addresses: [(pool2(), "192.0.2.2:9443".to_owned())].into(),
            port: 8443,
        },
        stop: CancellationToken::new(),
        watches: Arc::new(Semaphore::new(1)),
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = Server::builder().add_service(frontend::server(front_end));
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
    let client = FrontEndServiceClient::new(endpoint.connect().await.unwrap());
    (client, services)
}

fn reason(status: &Status) -> (String, Option<String>) {
    let info = status.get_error_details().error_info().cloned().unwrap();
    (info.reason, info.metadata.get("serving_pool").cloned())
}

fn put(key: &str, kind: &str, expected_version: Option<u64>) -> wire::PutDocumentsRequest {
    wire::PutDocumentsRequest {
        write: vec![wire::DocumentWrite {
            owner: KEN.to_owned(),
            kind: kind.to_owned(),
            key: key.to_owned(),
            body: b"body".to_vec(),
            expected_version,
            delete: false,
        }],
    }
}

fn sign_in() -> wire::SignInRequest {
    wire::SignInRequest {
        user: KEN.to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn users_are_served_redirected_and_told() {
    let pair = Pair::start().await;
    enable(&pair.one, &pool1(), KEN).await;
    let (mut one, _) = front_end(&pair.one).await;
    let (mut two, _) = front_end(&pair.two).await;

    let answer = one.sign_in(sign_in()).await.unwrap().into_inner();
    assert_eq!(
        (answer.here, answer.mode()),
        (true, wire::SignInMode::Normal)
    );
    let written = one
        .put_documents(put("a", "contact", Some(0)))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (written.position[0].version, written.position[0].epoch),
        (1, 0)
    );
    let conflict = one
        .put_documents(put("a", "contact", Some(7)))
        .await
        .unwrap_err();
    assert_eq!(
        (conflict.code(), reason(&conflict).0),
        (Code::Aborted, "VersionConflict".to_owned())
    );

    let everybody = wire::WatchRequest {
        user: vec![KEN.to_owned()],
    };
    let mut watch = one.watch(everybody.clone()).await.unwrap().into_inner();
    let first = watch.message().await.unwrap().unwrap();
    assert_eq!(
        (first.serving_pool.as_str(), first.epoch),
        ("pool1.contoso.com", 0)
    );
    assert_eq!(first.user, [KEN]);
    let second = one.watch(everybody).await.unwrap_err();
    assert_eq!(
        second.code(),
        Code::ResourceExhausted,
        "watches are bounded"
    );

    let entry = pair.one.run(fail_over(pool1())).await.unwrap();
    assert_eq!(entry.state, OperationState::Committed);
    let mut seen = first;
    while seen.epoch == 0 || seen.mode() != wire::SignInMode::Normal {
        let next = tokio::time::timeout(Duration::from_secs(10), watch.message()).await;
        seen = next
            .expect("the watch tells of the failover")
            .unwrap()
            .unwrap();
    }
    assert_eq!(
        (seen.serving_pool.as_str(), seen.epoch),
        ("pool2.contoso.com", 1)
    );
    assert_eq!(seen.endpoint, ["192.0.2.2:9443"]);

    let answer = one.sign_in(sign_in()).await.unwrap().into_inner();
    assert_eq!(
        (answer.here, answer.serving_pool.as_str()),
        (false, "pool2.contoso.com")
    );
    let redirected = one
        .put_documents(put("b", "contact", None))
        .await
        .unwrap_err();
    assert_eq!(redirected.code(), Code::FailedPrecondition);
    assert_eq!(
        reason(&redirected),
        (
            "ServedElsewhere".to_owned(),
            Some("pool2.contoso.com".to_owned())
        )
    );
    let answer = two.sign_in(sign_in()).await.unwrap().into_inner();
    assert_eq!(
        (answer.here, answer.home_pool.as_str()),
        (true, "pool1.contoso.com")
    );
    let key = wire::GetDocumentRequest {
        owner: KEN.to_owned(),
        kind: "contact".to_owned(),
        key: "a".to_owned(),
    };
    let read = two
        .get_document(key)
        .await
        .unwrap()
        .into_inner()
        .document
        .unwrap();
    assert_eq!(
        (read.body.as_slice(), read.version),
        (b"body".as_slice(), 1)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_pool_serves_in_resiliency_mode() {
    let pair = Pair::start().await;
    enable(&pair.one, &pool1(), KEN).await;
    let (mut one, _) = front_end(&pair.one).await;
    let entry = OperationEntry {
        coordinator: pool2(),
        ..interrupted("Freeze", Bytes::new())
    };
    pair.one.ownership.freeze(&pool1(), entry).await.unwrap();
    let answer = one.sign_in(sign_in()).await.unwrap().into_inner();
    assert_eq!(
        (answer.here, answer.mode()),
        (true, wire::SignInMode::Resiliency)
    );
    let refused = one
        .put_documents(put("a", "contact", None))
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).0),
        (Code::FailedPrecondition, "Resiliency".to_owned())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_front_ends_may_not_do_is_refused_with_a_reason() {
    let pair = Pair::start().await;
    enable(&pair.one, &pool1(), KEN).await;
    let (mut one, services) = front_end(&pair.one).await;
    for (kind, code) in [
        ("account", Code::InvalidArgument),
        ("conference_content", Code::InvalidArgument),
        ("topology", Code::InvalidArgument),
        ("nonsense", Code::InvalidArgument),
    ] {
        let refused = one.put_documents(put("a", kind, None)).await.unwrap_err();
        assert_eq!(
            (refused.code(), reason(&refused).0),
            (code, "InvalidRequest".to_owned()),
            "{kind}"
        );
    }
    let stranger = wire::SignInRequest {
        user: "sip:nobody@contoso.com".to_owned(),
    };
    let refused = one.sign_in(stranger).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).0),
        (Code::NotFound, "UserNotFound".to_owned())
    );
    let many = wire::PutDocumentsRequest {
        write: (0..1_001)
            .flat_map(|n| put(&n.to_string(), "contact", None).write)
            .collect(),
    };
    assert_eq!(
        one.put_documents(many).await.unwrap_err().code(),
        Code::ResourceExhausted
    );
    services.stop(Service::FrontEnd);
    let refused = one
        .put_documents(put("a", "contact", None))
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).0),
        (Code::Unavailable, "ServiceStopped".to_owned())
    );
    let answer = one.sign_in(sign_in()).await.unwrap().into_inner();
    assert_eq!(answer.mode(), wire::SignInMode::Refused);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conference_files_go_up_and_come_down() {
    let pair = Pair::start().await;
    enable(&pair.one, &pool1(), KEN).await;
    let (mut one, _) = front_end(&pair.one).await;
    let bytes: Vec<u8> = (0..2_500_000_u32).map(|n| n as u8).collect();
    let hash = ContentHash::of(&bytes).to_string();
    let upload = |hash: &str| {
        let first = wire::PutConferenceContentRequest {
            owner: KEN.to_owned(),
            conference: "standup".to_owned(),
            name: "slides.pptx".to_owned(),
            content_hash: hash.to_owned(),
            data: Vec::new(),
        };
        let pieces: Vec<_> = bytes
            .chunks(1_000_000)
            .map(|piece| wire::PutConferenceContentRequest {
                data: piece.to_vec(),
                ..wire::PutConferenceContentRequest::default()
            })
            .collect();
        futures_util::stream::iter([first].into_iter().chain(pieces))
    };
    let wrong = ContentHash::of(b"other").to_string();
    let refused = one
        .put_conference_content(upload(&wrong))
        .await
        .unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).0),
        (Code::InvalidArgument, "HashMismatch".to_owned())
    );
    let stored = one
        .put_conference_content(upload(&hash))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (stored.content_hash.as_str(), stored.length),
        (hash.as_str(), 2_500_000)
    );

    let request = wire::GetConferenceContentRequest {
        owner: KEN.to_owned(),
        conference: "standup".to_owned(),
        name: "slides.pptx".to_owned(),
    };
    let mut download = one
        .get_conference_content(request)
        .await
        .unwrap()
        .into_inner();
    let head = download.message().await.unwrap().unwrap();
    assert_eq!(
        (head.content_hash.as_str(), head.length),
        (hash.as_str(), 2_500_000)
    );
    let mut received = Vec::new();
    while let Some(piece) = download.next().await {
        received.extend(piece.unwrap().data);
    }
    assert_eq!(received, bytes);
    let key = DocumentKey {
        owner: KEN.to_owned(),
        kind: tandem_domain::backup::DocumentKind::ConferenceContent,
        key: "standup/slides.pptx".to_owned(),
    };
    let document = pair
        .one
        .stores
        .documents
        .get(&pool1(), &key)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        document.content.map(|content| content.hash.to_string()),
        Some(hash)
    );
}
