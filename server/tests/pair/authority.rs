//! Which pool may ask what of another: a node of another pair gets nothing but what every pool may have, whatever it says,
//! and a refusal is written down.

use bytes::Bytes;
use prost::Message;
use tandem::cmdlet::v1::Plan;
use tandem::peer::v1 as wire;
use tandem::user::v1::MoveCsUserRequest;
use tandem_domain::identity::Fqdn;
use tandem_domain::request::MoveUserRequest;
use tandem_server::management::TOPOLOGY;
use tandem_server::peer::{Deadlines, Error, Peer, Peers};
use tandem_server::store::OperationState;
use tokio::sync::mpsc;

use crate::harness::*;
use crate::users::{self, KEN};

const OPERATION: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";

fn pool3() -> Fqdn {
    fqdn("pool3.contoso.com")
}

/// A pair, and a node of another one.
async fn with_another_pair() -> (Pair, Node) {
    let pair = Pair::start().await;
    let three = Node::start(pool3(), pair.folder.path().join("three"), &pair.network).await;
    let text = format!(
        "{TOPOLOGY_DOCUMENT}
[[pool]]
fqdn = \"pool3.contoso.com\"
site = \"Redmond\"
kind = \"StandardFrontEnd\"
"
    );
    let now = std::time::SystemTime::now();
    let published = pair
        .one
        .management
        .publish(TOPOLOGY, text.into(), 1, "test", now);
    published.await.unwrap();
    eventually("pool3 serves and is known", || async {
        three.serves(&pool3()) && pair.one.exchange.board().view(&pool3()).answers
    })
    .await;
    (pair, three)
}

fn dial(pair: &Pair, from: &Fqdn, to: &Fqdn) -> Peer {
    let peers = Peers::new(Box::new(pair.network.of(from)), Deadlines::default());
    peers.to(to).unwrap()
}

/// The record of an operation of that cmdlet, as `coordinator` would tell it.
fn record(cmdlet: &str, coordinator: &Fqdn, home: &Fqdn, user: &str) -> wire::OperationRecord {
    wire::OperationRecord {
        operation_id: OPERATION.to_owned(),
        cmdlet: cmdlet.to_owned(),
        request: MoveCsUserRequest {
            identity: Some(user.to_owned()),
            target: Some(pool1().to_string()),
            ..MoveCsUserRequest::default()
        }
        .encode_to_vec(),
        plan: Some(Plan {
            home_pool: home.to_string(),
            releasing_pool: home.to_string(),
            taking_pool: pool1().to_string(),
            ..Plan::default()
        }),
        coordinator: coordinator.to_string(),
        state: "running".to_owned(),
        ..wire::OperationRecord::default()
    }
}

type Answers = Vec<(&'static str, Result<(), Error>)>;

/// What each method of PeerService answers a pool that lies as well as it can.
async fn answers(peer: &Peer, own: &Fqdn) -> Answers {
    let mut answers = Box::pin(of_copies(peer)).await;
    answers.extend(Box::pin(of_files(peer)).await);
    answers.extend(Box::pin(of_operations(peer, own)).await);
    answers.extend(Box::pin(of_users(peer)).await);
    answers.extend(Box::pin(of_words(peer, own)).await);
    answers
}

async fn of_copies(peer: &Peer) -> Answers {
    let home_pool = pool1().to_string();
    let module = "UserServices.PresenceFocus".to_owned();
    let batch = wire::ImportChangesRequest {
        home_pool: home_pool.clone(),
        module: module.clone(),
        ..wire::ImportChangesRequest::default()
    };
    let import = async {
        let mut stream = peer.import_changes().await?;
        stream.send(batch).await?;
        stream.next_answer().await.map(drop)
    };
    let open = wire::OpenImportRequest {
        home_pool: home_pool.clone(),
        module,
        term: vec![wire::Term::default()],
    };
    let digest = wire::GetDigestRequest { home_pool };
    vec![
        ("OpenImport", peer.open_import(open).await.map(drop)),
        ("ImportChanges", import.await),
        ("GetDigest", peer.get_digest(digest).await.map(drop)),
    ]
}

async fn of_files(peer: &Peer) -> Answers {
    let (_, nothing) = mpsc::channel::<Bytes>(1);
    let content_hash = "00".repeat(32);
    let content = wire::PutContentRequest {
        content_hash: content_hash.clone(),
        length: 1,
        ..wire::PutContentRequest::default()
    };
    let find = wire::FindMissingContentRequest::default();
    vec![
        (
            "FindMissingContent",
            peer.find_missing_content(find).await.map(drop),
        ),
        ("PutContent", peer.put_content(content, nothing).await),
        (
            "GetContent",
            peer.get_content(content_hash, 0).await.map(drop),
        ),
    ]
}

async fn of_operations(peer: &Peer, own: &Fqdn) -> Answers {
    let prepare = |record| wire::PrepareOperationRequest {
        operation: Some(record),
    };
    let of_pair = prepare(record("Invoke-CsPoolFailOver", own, &pool1(), ""));
    let of_another = prepare(record("Invoke-CsPoolFailOver", &pool2(), &pool2(), ""));
    let of_a_user = prepare(record("Move-CsUser", own, &pool2(), KEN));
    let transfer = wire::TransferOwnershipRequest {
        operation_id: OPERATION.to_owned(),
        home_pool: pool1().to_string(),
        term: vec![wire::Term::default()],
    };
    let abort = wire::AbortOperationRequest {
        operation_id: OPERATION.to_owned(),
        home_pool: pool1().to_string(),
        ..wire::AbortOperationRequest::default()
    };
    vec![
        (
            "PrepareOperation",
            peer.prepare_operation(of_pair).await.map(drop),
        ),
        (
            "PrepareOperation of another",
            peer.prepare_operation(of_another).await.map(drop),
        ),
        (
            "PrepareOperation of another's user",
            peer.prepare_operation(of_a_user).await.map(drop),
        ),
        (
            "TransferOwnership",
            peer.transfer_ownership(transfer).await.map(drop),
        ),
        (
            "AbortOperation",
            peer.abort_operation(abort).await.map(drop),
        ),
    ]
}

async fn of_users(peer: &Peer) -> Answers {
    let user = |operation_id: &str| wire::ImportUserRequest {
        operation_id: operation_id.to_owned(),
        home_pool: pool1().to_string(),
        ..wire::ImportUserRequest::default()
    };
    vec![
        (
            "ImportUser of salvage",
            peer.import_user(user("")).await.map(drop),
        ),
        (
            "ImportUser",
            peer.import_user(user(OPERATION)).await.map(drop),
        ),
    ]
}

async fn of_words(peer: &Peer, own: &Fqdn) -> Answers {
    let heartbeat = |pool: &Fqdn| wire::HeartbeatRequest {
        pool: pool.to_string(),
        ..wire::HeartbeatRequest::default()
    };
    let put = wire::PutManagementDocumentRequest {
        document: Some(wire::ManagementDocument {
            name: "unknown".to_owned(),
            version: 99,
            ..wire::ManagementDocument::default()
        }),
        expected_version: None,
    };
    let get = wire::GetManagementDocumentRequest {
        name: TOPOLOGY.to_owned(),
    };
    vec![
        (
            "Heartbeat of another",
            peer.heartbeat(heartbeat(&pool2())).await.map(drop),
        ),
        ("Heartbeat", peer.heartbeat(heartbeat(own)).await.map(drop)),
        (
            "PutManagementDocument",
            peer.put_management_document(put).await.map(drop),
        ),
        (
            "GetManagementDocument",
            peer.get_management_document(get).await.map(drop),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_of_another_pair_gets_what_every_pool_may_have_and_nothing_else() {
    let (pair, _three) = with_another_pair().await;
    let stranger = dial(&pair, &pool3(), &pool1());
    let mut allowed = Vec::new();
    for (method, answer) in answers(&stranger, &pool3()).await {
        match answer {
            Ok(()) => allowed.push(method),
            Err(error) => assert!(error.is_refusal("NotAuthorized"), "{method}: {error:?}"),
        }
    }
    assert_eq!(allowed, ["Heartbeat", "GetManagementDocument"]);
    let records = pair.one.stores.audit.list(100).await.unwrap();
    let record = records
        .iter()
        .find(|record| record.intent.rpc.ends_with("/TransferOwnership"))
        .unwrap();
    assert_eq!(record.intent.caller, "pool3.contoso.com");
    let outcome = record.outcome.clone().unwrap();
    assert_eq!(outcome.error_id.as_deref(), Some("NotAuthorized"));
    assert_eq!(
        outcome.summary,
        "\"pool3.contoso.com\" may not call PeerService.TransferOwnership of pool \"pool1.contoso.com\": only its partner, pool \"pool2.contoso.com\", may"
    );

    // The partner is refused nothing but what is not its own to say.
    let partner = dial(&pair, &pool2(), &pool1());
    let refused: Vec<_> = answers(&partner, &pool2())
        .await
        .into_iter()
        .filter(|(_, answer)| matches!(answer, Err(error) if error.is_refusal("NotAuthorized")))
        .map(|(method, _)| method)
        .collect();
    assert!(refused.is_empty(), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_topology_is_taken_from_the_pools_of_the_central_management_store_only() {
    let (pair, three) = with_another_pair().await;
    let newer = pair.one.management.topology();
    let forged = [("topology".to_owned(), newer.version + 5)].into();
    // What pool3 says it has is not asked for.
    let management = &pair.one.management;
    management.catch_up(&pool3(), &forged).await.unwrap();
    assert_eq!(management.topology().version, newer.version);
    assert_eq!(three.management.topology().version, newer.version);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn users_move_between_pools_that_are_not_paired() {
    let (pair, three) = with_another_pair().await;
    users::enable(&three, &pool3(), KEN).await;
    three.keep(&pool3(), KEN, "contact", "a friend").await;
    let file = three.put_file(&pool3(), KEN, "slides", &[7; 30_000]).await;
    let there = MoveUserRequest {
        from: pool3(),
        target: pool1(),
        ..users::request(false, true)
    };
    let entry = users::moved(&three, there).await;
    assert_eq!(entry.state, OperationState::Committed, "{entry:?}");
    let here = pair
        .one
        .stores
        .journal
        .get(&entry.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(here.state, OperationState::Committed);
    assert_eq!(here.coordinator, pool3());
    assert_eq!(
        pair.one.read(&pool1(), KEN, "contact").await.as_deref(),
        Some("a friend")
    );
    let missing = pair.one.stores.contents.missing(vec![file]).await.unwrap();
    assert!(missing.is_empty());
    // When the move has ended its pool may bring nothing more.
    let stranger = dial(&pair, &pool3(), &pool1());
    let question = wire::FindMissingContentRequest::default();
    let refused = stranger.find_missing_content(question).await;
    assert!(refused.is_err_and(|error| error.is_refusal("NotAuthorized")));

    let back = MoveUserRequest {
        from: pool1(),
        target: pool3(),
        ..users::request(false, true)
    };
    let entry = users::moved(&pair.one, back).await;
    assert_eq!(entry.state, OperationState::Committed, "{entry:?}");
    assert_eq!(
        three.read(&pool3(), KEN, "contact").await.as_deref(),
        Some("a friend")
    );
    assert_eq!(pair.one.read(&pool1(), KEN, "contact").await, None);
}
