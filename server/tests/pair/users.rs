//! Moving users between the pools of the pair.

use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt;
use prost::Message;
use tandem::peer::v1 as wire;
use tandem::user::v1::MoveCsUserRequest;
use tandem_domain::backup::DocumentKind;
use tandem_domain::identity::{Fqdn, SipUri};
use tandem_domain::refusal::Refusal;
use tandem_domain::request::MoveUserRequest;
use tandem_server::backup;
use tandem_server::operation::progress::Heard;
use tandem_server::operation::{Error, Started, UserOrder};
use tandem_server::peer::{Deadlines, Peers};
use tandem_server::store::{
    self, Account, AccountDetails, AccountName, OperationEntry, OperationState, Write,
};

use super::harness::*;

pub(crate) const KEN: &str = "sip:kenmyer@contoso.com";
const PILAR: &str = "sip:pilar@contoso.com";

fn sip(address: &str) -> SipUri {
    SipUri::parse(address).unwrap()
}

pub(crate) async fn enable(node: &Node, home: &Fqdn, address: &str) {
    let account = Account {
        home_pool: home.clone(),
        sip_address: sip(address),
        details: AccountDetails {
            display_name: "Ken Myer".to_owned(),
            enabled: true,
            ..AccountDetails::default()
        },
    };
    let write = Write {
        home_pool: home.clone(),
        key: account.key(),
        body: account.body().unwrap(),
        content: None,
        expected_version: Some(0),
        delete: false,
    };
    node.stores.documents.put_many(vec![write]).await.unwrap();
}

/// The home pools that a node knows of a user.
/// Waits until both nodes know of Ken on that pool, and of nobody of his name elsewhere.
async fn is_homed_only_on(pair: &Pair, pool: &Fqdn) {
    eventually("both nodes know the one home only", || async {
        pair.one.backup.wake();
        pair.two.backup.wake();
        let home = std::slice::from_ref(pool);
        homes(&pair.one, KEN).await == home && homes(&pair.two, KEN).await == home
    })
    .await;
}

async fn homes(node: &Node, address: &str) -> Vec<Fqdn> {
    let name = AccountName::SipAddress(sip(address));
    let accounts = node
        .stores
        .documents
        .find_accounts(&name, 10)
        .await
        .unwrap();
    accounts
        .into_iter()
        .map(|account| account.home_pool)
        .collect()
}

pub(crate) fn request(force: bool, with_files: bool) -> MoveUserRequest {
    MoveUserRequest {
        user: sip(KEN),
        from: pool1(),
        target: pool2(),
        force,
        move_conference_data: with_files,
        expected_plan: None,
    }
}

async fn start(node: &Node, request: MoveUserRequest) -> Result<Started, Error> {
    let (plan, _) = node.operations.plan_user(&request).await?;
    let order = UserOrder {
        id: None,
        request,
        shown: plan.digest(),
        caller: "test".to_owned(),
    };
    node.operations.start_user(order).await
}

pub(crate) async fn moved(node: &Node, request: MoveUserRequest) -> OperationEntry {
    let Started::Running { id, mut watcher } = start(node, request).await.unwrap() else {
        panic!("it had not run before");
    };
    let end = async { while !matches!(watcher.next().await, Heard::Outcome(_)) {} };
    tokio::time::timeout(Duration::from_secs(20), end)
        .await
        .expect("the move ends");
    node.operations.entry(&id).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_moves_with_everything() {
    let pair = Pair::start().await;
    enable(&pair.one, &pool1(), KEN).await;
    enable(&pair.one, &pool1(), PILAR).await;
    for number in 0..1_200 {
        pair.one
            .keep(&pool1(), KEN, &format!("contact {number}"), "a friend")
            .await;
    }
    pair.one.keep(&pool1(), PILAR, "contact", "stays").await;
    let file = pair
        .one
        .put_file(&pool1(), KEN, "slides", &[7; 300_000])
        .await;

    let entry = moved(&pair.one, request(false, true)).await;
    assert_eq!(entry.state, OperationState::Committed, "{entry:?}");
    assert_eq!(homes(&pair.two, KEN).await.first(), Some(&pool2()));
    assert_eq!(homes(&pair.one, PILAR).await, [pool1()]);
    assert_eq!(
        pair.two
            .read(&pool2(), KEN, "contact 1199")
            .await
            .as_deref(),
        Some("a friend")
    );
    assert_eq!(pair.one.read(&pool1(), KEN, "contact 1199").await, None);
    assert_eq!(
        pair.one.read(&pool1(), PILAR, "contact").await.as_deref(),
        Some("stays")
    );
    assert!(
        pair.two
            .stores
            .contents
            .missing(vec![file])
            .await
            .unwrap()
            .is_empty()
    );
    pair.two.keep(&pool2(), KEN, "contact 0", "writable").await;
    is_homed_only_on(&pair, &pool2()).await;
}

/// A message that was sent twice, because its answer was late, arrives when the user has written on the new pool.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_late_of_a_move_changes_nothing() {
    let pair = Pair::start().await;
    enable(&pair.one, &pool1(), KEN).await;
    pair.one.keep(&pool1(), KEN, "contact", "a friend").await;
    let all = pair.one.stores.documents.list(&pool1(), KEN, None);
    let sent: Vec<store::Document> = all.try_collect().await.unwrap();
    let entry = moved(&pair.one, request(false, false)).await;
    pair.two.keep(&pool2(), KEN, "contact", "newer").await;
    let digest = pair.two.stores.change_log.digest(&pool2()).await.unwrap();

    let peers = Peers::new(Box::new(pair.network.of(&pool1())), Deadlines::default());
    let late = |document: store::Document| wire::ImportUserRequest {
        operation_id: entry.id.clone(),
        home_pool: pool2().to_string(),
        document: vec![backup::document(document)],
        keep_changed: false,
    };
    for document in sent {
        let peer = peers.to(&pool2()).unwrap();
        let is_account = document.key.kind == DocumentKind::Account;
        let gone = store::Document {
            deleted: true,
            ..document.clone()
        };
        let gone = peer.import_user(late(gone)).await;
        assert!(gone.is_err_and(|error| error.is_refusal("OperationEnded")));
        let again = peer.import_user(late(document)).await;
        assert!(
            again.as_ref().map_or_else(
                |error| !is_account && error.is_refusal("OperationEnded"),
                |_| is_account
            ),
            "{again:?}"
        );
    }
    let now = pair.two.stores.change_log.digest(&pool2()).await.unwrap();
    assert_eq!(now, digest);
}

/// A message of a move that was rolled back, or of one whose user has moved on, arrives when all is over; so does one of a
/// move that nobody has begun.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_late_of_a_move_that_has_ended_leaves_nothing_behind() {
    let pair = Pair::start().await;
    enable(&pair.one, &pool1(), KEN).await;
    pair.one.keep(&pool1(), KEN, "contact", "a friend").await;
    let all = pair.one.stores.documents.list(&pool1(), KEN, None);
    let sent: Vec<store::Document> = all.try_collect().await.unwrap();
    pair.one.disk.fill_at("ChangeHome");
    let rolled_back = moved(&pair.one, request(false, false)).await;
    assert_eq!(rolled_back.state, OperationState::RolledBack);
    pair.one.disk.clear();
    let peers = Peers::new(Box::new(pair.network.of(&pool1())), Deadlines::default());
    let peer = peers.to(&pool2()).unwrap();
    let late = |id: &str, document: &store::Document| wire::ImportUserRequest {
        operation_id: id.to_owned(),
        home_pool: pool2().to_string(),
        document: vec![backup::document(document.clone())],
        keep_changed: false,
    };
    let nobody = "0f8fad5b-d9cb-469f-a165-70867728950e";
    for document in &sent {
        let refused = peer.import_user(late(&rolled_back.id, document)).await;
        assert!(refused.is_err_and(|error| error.is_refusal("OperationEnded")));
        let refused = peer.import_user(late(nobody, document)).await;
        assert!(refused.is_err_and(|error| error.is_refusal("OperationNotFound")));
    }
    assert!(
        homes(&pair.two, KEN)
            .await
            .iter()
            .all(|home| *home == pool1())
    );
    assert_eq!(pair.two.read(&pool2(), KEN, "contact").await, None);

    // Its beginning, too, may come late.
    let again = wire::PrepareOperationRequest {
        operation: peer
            .get_operation(wire::GetOperationRequest {
                operation_id: rolled_back.id.clone(),
            })
            .await
            .unwrap()
            .operation,
    };
    let refused = peer.prepare_operation(again).await;
    assert!(refused.is_err_and(|error| error.is_refusal("OperationEnded")));

    // There and back again: what came of the first move makes the user no home on pool2.
    let there = moved(&pair.one, request(false, false)).await;
    assert_eq!(there.state, OperationState::Committed, "{there:?}");
    let back = MoveUserRequest {
        from: pool2(),
        target: pool1(),
        ..request(false, false)
    };
    let back = moved(&pair.two, back).await;
    assert_eq!(back.state, OperationState::Committed, "{back:?}");
    for document in &sent {
        let _ = peer.import_user(late(&there.id, document)).await;
        let _ = peer.import_user(late(&rolled_back.id, document)).await;
    }
    assert_eq!(pair.two.read(&pool2(), KEN, "contact").await, None);
    is_homed_only_on(&pair, &pool1()).await;
}

/// The move's beginning comes after its end: the pool that was to take the user asks, and lets go.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_that_its_coordinator_does_not_know_ends_and_its_copy_goes() {
    let pair = Pair::start().await;
    enable(&pair.one, &pool1(), KEN).await;
    let (plan, seen) = pair
        .one
        .operations
        .plan_user(&request(false, false))
        .await
        .unwrap();
    let plan = tandem_server::operation::plan_message::message(&plan, seen.at);
    let entry = interrupted("CopyUser", plan.encode_to_vec().into());
    pair.network.cut();
    let journal = &pair.two.stores.journal;
    journal.begin(entry.clone()).await.unwrap();
    pair.two.keep(&pool2(), KEN, "contact", "a copy").await;
    pair.network.mend();
    eventually("the move has ended there", || async {
        let entry = journal.get(&entry.id).await.unwrap().unwrap();
        entry.state == OperationState::RolledBack
    })
    .await;
    assert_eq!(pair.two.read(&pool2(), KEN, "contact").await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_force_only_the_account_moves() {
    let pair = Pair::start().await;
    enable(&pair.one, &pool1(), KEN).await;
    pair.one.keep(&pool1(), KEN, "contact", "lost").await;
    let entry = moved(&pair.one, request(true, false)).await;
    assert_eq!(entry.state, OperationState::Committed);
    assert_eq!(homes(&pair.two, KEN).await.first(), Some(&pool2()));
    assert_eq!(pair.two.read(&pool2(), KEN, "contact").await, None);
    assert_eq!(pair.one.read(&pool1(), KEN, "contact").await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unreachable_target_is_refused_and_the_user_stays_writable() {
    let pair = Pair::start().await;
    enable(&pair.one, &pool1(), KEN).await;
    pair.network.cut();
    let refused = start(&pair.one, request(false, false)).await;
    assert!(
        matches!(
            refused,
            Err(Error::Refused(Refusal::MoveTargetUnreachable { .. }))
        ),
        "{refused:?}"
    );
    pair.one.keep(&pool1(), KEN, "contact", "still here").await;
}

/// The journal entry of a move that a crash has interrupted at `step`.
pub(crate) fn interrupted(step: &str, plan: Bytes) -> OperationEntry {
    OperationEntry {
        id: "0f8fad5b-d9cb-469f-a165-70867728950e".to_owned(),
        cmdlet: "Move-CsUser".to_owned(),
        home_pool: Some(pool1()),
        request: MoveCsUserRequest {
            identity: Some(KEN.to_owned()),
            target: Some(pool2().to_string()),
            ..MoveCsUserRequest::default()
        }
        .encode_to_vec()
        .into(),
        plan,
        plan_digest: String::new(),
        caller: "test".to_owned(),
        coordinator: pool1(),
        state: OperationState::Running,
        step: step.to_owned(),
        started: std::time::SystemTime::now(),
        ended: None,
        failure: None,
        result: Bytes::new(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_move_goes_back_until_the_home_changes_and_forward_after_it() {
    for (step, state, home) in [
        ("LockUser", OperationState::RolledBack, pool1()),
        ("CopyUser", OperationState::RolledBack, pool1()),
        ("ChangeHome", OperationState::Committed, pool2()),
    ] {
        let pair = Pair::start().await;
        enable(&pair.one, &pool1(), KEN).await;
        pair.one.keep(&pool1(), KEN, "contact", "a friend").await;
        let (plan, seen) = pair
            .one
            .operations
            .plan_user(&request(false, false))
            .await
            .unwrap();
        let plan = tandem_server::operation::plan_message::message(&plan, seen.at);
        let entry = interrupted(step, plan.encode_to_vec().into());
        // What the steps before the crash had done.
        let documents = &pair.one.stores.documents;
        documents
            .lock_owner(&pool1(), KEN, entry.clone())
            .await
            .unwrap();
        if step != "LockUser" {
            pair.two.keep(&pool2(), KEN, "contact", "a friend").await;
        }
        eventually("the interrupted move has ended", || async {
            let entry = pair.one.operations.entry(&entry.id).await.unwrap().unwrap();
            entry.state != OperationState::Running
        })
        .await;
        let ended = pair.one.operations.entry(&entry.id).await.unwrap().unwrap();
        assert_eq!(ended.state, state, "{step}: {ended:?}");
        let (there, here) = if home == pool1() {
            (&pair.one, &pair.two)
        } else {
            (&pair.two, &pair.one)
        };
        let other = if home == pool1() { pool2() } else { pool1() };
        assert_eq!(
            there.read(&home, KEN, "contact").await.as_deref(),
            Some("a friend"),
            "{step}"
        );
        assert_eq!(
            here.read(&other, KEN, "contact").await,
            None,
            "{step}: nothing is left behind"
        );
        there.keep(&home, KEN, "contact", "writable").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_on_the_way_to_a_lost_pool_arrives_when_its_users_are_failed_over() {
    let pair = Pair::start().await;
    enable(&pair.two, &pool2(), KEN).await;
    pair.two.keep(&pool2(), KEN, "contact", "a friend").await;
    let order = MoveUserRequest {
        from: pool2(),
        target: pool1(),
        ..request(false, false)
    };
    let (plan, seen) = pair.two.operations.plan_user(&order).await.unwrap();
    let plan = tandem_server::operation::plan_message::message(&plan, seen.at);
    let entry = OperationEntry {
        home_pool: Some(pool2()),
        coordinator: pool2(),
        request: MoveCsUserRequest {
            identity: Some(KEN.to_owned()),
            target: Some(pool1().to_string()),
            ..MoveCsUserRequest::default()
        }
        .encode_to_vec()
        .into(),
        ..interrupted("ChangeHome", plan.encode_to_vec().into())
    };
    pair.part().await;
    let documents = &pair.two.stores.documents;
    documents
        .lock_owner(&pool2(), KEN, entry.clone())
        .await
        .unwrap();

    let failover = pair.two.run(fail_over_disaster(pool1())).await.unwrap();
    assert_eq!(failover.state, OperationState::Committed, "{failover:?}");
    eventually("the move has ended", || async {
        let entry = pair.two.operations.entry(&entry.id).await.unwrap().unwrap();
        entry.state == OperationState::Committed
    })
    .await;
    assert_eq!(homes(&pair.two, KEN).await, [pool1()]);
    pair.two.keep(&pool1(), KEN, "contact", "writable").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_that_cannot_be_written_down_before_the_home_changes_leaves_no_copy() {
    for step in ["CopyUser", "ChangeHome"] {
        let pair = Pair::start().await;
        enable(&pair.one, &pool1(), KEN).await;
        pair.one.keep(&pool1(), KEN, "contact", "a friend").await;
        pair.one.disk.fill_at(step);
        let entry = moved(&pair.one, request(false, false)).await;
        assert!(pair.one.disk.is_full());
        assert_eq!(entry.state, OperationState::RolledBack, "{step}: {entry:?}");
        assert_eq!(entry.failure.unwrap().id, "DiskFull", "{step}");
        assert!(!homes(&pair.two, KEN).await.contains(&pool2()), "{step}");
        assert_eq!(
            pair.two.read(&pool2(), KEN, "contact").await,
            None,
            "{step}"
        );
        pair.one.keep(&pool1(), KEN, "contact", "writable").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locked_user_is_read_only_and_others_are_not() {
    let pair = Pair::start().await;
    enable(&pair.one, &pool1(), KEN).await;
    // Its coordinator knows nothing of it, and would say so.
    pair.network.cut();
    let documents = &pair.one.stores.documents;
    let entry = OperationEntry {
        coordinator: pool2(),
        ..interrupted("LockUser", Bytes::new())
    };
    documents
        .lock_owner(&pool1(), KEN, entry.clone())
        .await
        .unwrap();
    let refused = pair.one.put(&pool1(), KEN, "contact", "no").await;
    assert!(matches!(
        refused,
        Err(store::Error::Refused(store::Refusal::UserLocked { .. }))
    ));
    pair.one.keep(&pool1(), PILAR, "contact", "yes").await;
    let other = OperationEntry {
        id: "another".to_owned(),
        ..entry.clone()
    };
    assert!(
        documents
            .lock_owner(&pool1(), KEN, other.clone())
            .await
            .is_err()
    );
    documents.unlock_owner(&pool1(), KEN, other).await.unwrap();
    assert!(pair.one.put(&pool1(), KEN, "contact", "no").await.is_err());
    documents.unlock_owner(&pool1(), KEN, entry).await.unwrap();
    pair.one.keep(&pool1(), KEN, "contact", "yes").await;
}
