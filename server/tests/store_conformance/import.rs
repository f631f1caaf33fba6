//! The change log, imports and digests.

use std::collections::BTreeMap;

use bytes::Bytes;
use proptest::prelude::*;
use tandem_domain::backup::DocumentKind;
use tandem_domain::ownership::{Epoch, Position, Term};
use tandem_server::store::{
    ChangesQuery, Document, Error, Import, ModuleDigest, ModuleSum, ServingUpdate, TermAppend,
    Write,
};

use crate::support::*;

const KEN: &str = "sip:kenmyer@contoso.com";

#[tokio::test]
async fn the_log_is_the_last_value_per_key() {
    let node = Node::new(pool1()).await;
    for body in ["1", "2", "3"] {
        node.put(vec![write(contact(KEN, "a"), body)]).await;
    }
    node.put(vec![
        write(contact(KEN, "b"), "1"),
        delete(contact(KEN, "a")),
    ])
    .await;
    let batch = node.changes(PresenceFocus, 0, 100).await;
    let log: Vec<_> = batch
        .documents
        .iter()
        .map(|document| {
            (
                document.key.key.as_str(),
                document.position.sequence,
                document.deleted,
            )
        })
        .collect();
    assert_eq!(log, [("b", 4, false), ("a", 5, true)]);
    assert_eq!((batch.watermark, batch.complete), (5, true));
    let quiet = node.changes(DataConf, 0, 100).await;
    assert_eq!(
        (quiet.documents.len(), quiet.watermark),
        (0, 5),
        "a quiet module keeps up"
    );
}

#[tokio::test]
async fn batches_end_at_their_limits() {
    let node = Node::new(pool1()).await;
    node.put(
        (0..10)
            .map(|n| write(contact(KEN, &n.to_string()), &"x".repeat(100)))
            .collect(),
    )
    .await;
    let batch = node.changes(PresenceFocus, 3, 4).await;
    assert_eq!(
        (batch.documents.len(), batch.watermark, batch.complete),
        (4, 7, false)
    );
    let by_bytes = |limit_bytes| {
        node.stores.change_log.changes(ChangesQuery {
            home_pool: pool1(),
            module: PresenceFocus,
            after: 0,
            limit_documents: 100,
            limit_bytes,
        })
    };
    assert_eq!(by_bytes(350).await.unwrap().documents.len(), 3);
    assert_eq!(
        by_bytes(1).await.unwrap().documents.len(),
        1,
        "a batch never stands still"
    );
    let last = node.changes(PresenceFocus, 6, 4).await;
    assert_eq!((last.documents.len(), last.complete), (4, true));
}

#[tokio::test]
async fn what_is_pending_is_counted_by_kind() {
    let node = Node::new(pool1()).await;
    node.put(
        (0..5)
            .map(|n| write(contact(KEN, &n.to_string()), "x"))
            .collect(),
    )
    .await;
    node.put(vec![write(key(KEN, DocumentKind::Presence, ""), "busy")])
        .await;
    let pending = node
        .stores
        .change_log
        .pending(&pool1(), PresenceFocus, 3)
        .await
        .unwrap();
    let kinds: Vec<_> = pending
        .kinds
        .iter()
        .map(|kind| (kind.kind, kind.records))
        .collect();
    assert_eq!(
        kinds,
        [(DocumentKind::Contact, 2), (DocumentKind::Presence, 1)]
    );
    assert_eq!((pending.records(), pending.head), (3, 6));
    let fourth = node.get(&pool1(), &contact(KEN, "3")).await.unwrap();
    assert_eq!(pending.oldest, Some(fourth.written));
}

#[tokio::test]
async fn an_import_makes_an_equal_copy_and_repeats_do_no_harm() {
    let (owner, copy) = (Node::new(pool1()).await, Node::new(pool2()).await);
    owner
        .put(
            (0..50)
                .map(|n| write(contact(KEN, &n.to_string()), "x"))
                .collect(),
        )
        .await;
    owner
        .put(vec![account_write(&account(pool1(), "kenmyer"))])
        .await;
    let first = owner.changes(PresenceFocus, 0, 20).await;
    owner.ship_to(&copy, 7).await;
    owner
        .put(vec![
            delete(contact(KEN, "3")),
            write(contact(KEN, "4"), "newer"),
        ])
        .await;
    owner.ship_to(&copy, 7).await;

    let log = &copy.stores.change_log;
    let stale = log
        .apply_import(Import {
            home_pool: pool1(),
            module: PresenceFocus,
            epoch: Epoch(0),
            documents: first.documents,
            reconciled: Vec::new(),
            watermark: first.watermark,
            sum: first.sum,
            lost: Default::default(),
        })
        .await
        .unwrap();
    assert_eq!(stale, 53, "a late batch does not set the watermark back");
    assert_eq!(
        copy.list(&pool1(), KEN).await,
        owner.list(&pool1(), KEN).await
    );
    assert_eq!(
        log.digest(&pool1()).await.unwrap(),
        owner.stores.change_log.digest(&pool1()).await.unwrap()
    );
    assert_eq!(log.contiguous_head(&pool1()).await.unwrap(), 53);
    assert_eq!(
        copy.stores
            .documents
            .count_accounts(&pool1())
            .await
            .unwrap(),
        1
    );

    let copy = copy.reopened().await;
    let log = &copy.stores.change_log;
    assert_eq!(log.watermark(&pool1(), PresenceFocus).await.unwrap(), 53);
    assert_eq!(
        log.digest(&pool1()).await.unwrap(),
        owner.stores.change_log.digest(&pool1()).await.unwrap()
    );
}

#[tokio::test]
async fn only_the_owner_in_force_may_write_a_copy() {
    let copy = Node::new(pool2()).await;
    let log = &copy.stores.change_log;
    let import = |home_pool, epoch| Import {
        home_pool,
        module: PresenceFocus,
        epoch: Epoch(epoch),
        documents: Vec::new(),
        reconciled: Vec::new(),
        watermark: 10,
        sum: None,
        lost: Default::default(),
    };
    assert!(matches!(
        log.apply_import(import(pool1(), 2)).await,
        Err(Error::Behind { .. })
    ));
    assert!(matches!(
        log.apply_import(import(pool2(), 0)).await,
        Err(Error::OwnedHere { .. })
    ));
    copy.stores
        .ownership
        .append_term(TermAppend {
            home_pool: pool1(),
            after: Epoch(0),
            term: Term {
                epoch: Epoch(1),
                base_sequence: 0,
            },
            serving: ServingUpdate::default(),
            journal: Vec::new(),
        })
        .await
        .unwrap();
    assert!(matches!(
        log.apply_import(import(pool1(), 0)).await,
        Err(Error::Superseded { .. })
    ));
    assert!(matches!(
        log.apply_import(import(pool1(), 1)).await,
        Err(Error::OwnedHere { .. })
    ));
}

#[tokio::test]
async fn a_batch_of_the_wrong_module_or_beyond_its_watermark_is_refused() {
    let (owner, copy) = (Node::new(pool1()).await, Node::new(pool2()).await);
    owner
        .put(vec![
            write(contact(KEN, "a"), "1"),
            write(contact(KEN, "b"), "1"),
        ])
        .await;
    let batch = owner.changes(PresenceFocus, 0, 10).await;
    for (module, watermark) in [(DataConf, 2), (PresenceFocus, 1)] {
        let refused = copy
            .stores
            .change_log
            .apply_import(Import {
                home_pool: pool1(),
                module,
                epoch: Epoch(0),
                documents: batch.documents.clone(),
                reconciled: Vec::new(),
                watermark,
                sum: None,
                lost: Default::default(),
            })
            .await;
        assert!(matches!(refused, Err(Error::Invalid(_))));
    }
    assert!(
        copy.list(&pool1(), KEN).await.is_empty(),
        "nothing of a refused batch stays"
    );
    assert_eq!(
        copy.stores
            .change_log
            .watermark(&pool1(), PresenceFocus)
            .await
            .unwrap(),
        0
    );
}

#[tokio::test]
async fn tombstones_go_once_the_partner_has_them() {
    let node = Node::new(pool1()).await;
    node.put(
        (0..5)
            .map(|n| write(contact(KEN, &n.to_string()), "x"))
            .collect(),
    )
    .await;
    node.put(
        (0..4)
            .map(|n| delete(contact(KEN, &n.to_string())))
            .collect(),
    )
    .await;
    let log = &node.stores.change_log;
    assert_eq!(log.prune_tombstones(&pool1()).await.unwrap(), 0);
    log.set_acknowledged(&pool1(), PresenceFocus, 7)
        .await
        .unwrap();
    assert_eq!(log.prune_tombstones(&pool1()).await.unwrap(), 2);
    let left = node.changes(PresenceFocus, 0, 10).await;
    assert_eq!(
        left.documents
            .iter()
            .filter(|document| document.deleted)
            .count(),
        2
    );
    assert_eq!(left.watermark, 9);
}

/// A copy that has missed a deletion whose tombstone is gone, as one does that was restored from an older backup.
async fn forgotten_deletion(owner: &Node, copy: &Node) {
    owner
        .put(
            (0..30)
                .map(|n| write(contact(KEN, &n.to_string()), "x"))
                .collect(),
        )
        .await;
    owner.ship_to(copy, 10).await;
    owner.put(vec![delete(contact(KEN, "7"))]).await;
    let log = &owner.stores.change_log;
    log.set_acknowledged(&pool1(), PresenceFocus, 31)
        .await
        .unwrap();
    assert_eq!(log.prune_tombstones(&pool1()).await.unwrap(), 1);
    owner.put(vec![write(contact(KEN, "new"), "x")]).await;
}

#[tokio::test]
async fn a_copy_that_missed_a_forgotten_deletion_is_built_anew() {
    let (owner, copy) = (Node::new(pool1()).await, Node::new(pool2()).await);
    forgotten_deletion(&owner, &copy).await;
    assert_eq!(owner.ship(&copy, 10).await, 1, "found out once");
    let digest = owner.stores.change_log.digest(&pool1()).await.unwrap();
    let log = &copy.stores.change_log;
    assert_eq!(log.digest(&pool1()).await.unwrap(), digest);
    let wanted = log.wanted(&pool1(), PresenceFocus, 10).await.unwrap();
    assert!(wanted.keys.is_empty());
    assert_eq!(copy.get(&pool1(), &contact(KEN, "7")).await, None);
    owner.put(vec![write(contact(KEN, "newer"), "x")]).await;
    owner.ship_to(&copy, 10).await;
}

#[tokio::test]
async fn a_copy_that_differs_although_it_was_built_anew_is_not_built_for_ever() {
    let (owner, copy) = (Node::new(pool1()).await, Node::new(pool2()).await);
    owner.put(vec![write(contact(KEN, "a"), "x")]).await;
    let wrong = ModuleSum {
        documents: 7,
        digest: 7,
    };
    let mut answers = Vec::new();
    for _ in 0..4 {
        let log = &copy.stores.change_log;
        let after = log.watermark(&pool1(), PresenceFocus).await.unwrap();
        let wanted = log.wanted(&pool1(), PresenceFocus, 10).await.unwrap();
        let batch = owner.changes(PresenceFocus, after, 10).await;
        let current = owner.stores.change_log.current(pool1(), wanted.keys).await;
        let import = Import {
            home_pool: pool1(),
            module: PresenceFocus,
            epoch: Epoch(0),
            documents: batch.documents,
            reconciled: current.unwrap(),
            watermark: batch.watermark,
            sum: Some(wrong),
            lost: Default::default(),
        };
        answers.push(log.apply_import(import).await.unwrap());
    }
    assert_eq!(answers, [0, 1, 1, 1]);
}

#[tokio::test]
async fn an_answer_that_nobody_wants_changes_nothing() {
    let (owner, copy) = (Node::new(pool1()).await, Node::new(pool2()).await);
    owner.put(vec![write(contact(KEN, "a"), "1")]).await;
    owner.ship_to(&copy, 10).await;
    let forged = Document {
        key: contact(KEN, "a"),
        body: Bytes::new(),
        version: 0,
        position: Position {
            epoch: Epoch(0),
            sequence: 99,
        },
        deleted: true,
        written: std::time::SystemTime::UNIX_EPOCH,
        content: None,
    };
    copy.stores
        .change_log
        .apply_import(Import {
            home_pool: pool1(),
            module: PresenceFocus,
            epoch: Epoch(0),
            documents: Vec::new(),
            reconciled: vec![forged],
            watermark: 1,
            sum: None,
            lost: Default::default(),
        })
        .await
        .unwrap();
    assert!(copy.get(&pool1(), &contact(KEN, "a")).await.is_some());
}

/// What a random history does to one key.
#[derive(Clone, Debug)]
enum Step {
    Put(u8, u8),
    Delete(u8),
    Ship(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0..12_u8, any::<u8>()).prop_map(|(key, body)| Step::Put(key, body)),
        2 => (0..12_u8).prop_map(Step::Delete),
        1 => (1..6_u8).prop_map(Step::Ship),
    ];
    prop::collection::vec(step, 1..60)
}

fn numbered(key_number: u8) -> tandem_server::store::DocumentKey {
    let kind = [
        DocumentKind::Contact,
        DocumentKind::Setting,
        DocumentKind::Conference,
    ];
    key(
        KEN,
        kind[usize::from(key_number % 3)],
        &key_number.to_string(),
    )
}

/// The digest as a store that is written once, in key order, has it.
async fn recomputed(documents: &[Document]) -> Vec<ModuleDigest> {
    let fresh = Node::new(pool2()).await;
    let mut ordered = documents.to_vec();
    ordered.sort_by_key(|document| document.position.sequence);
    let watermark = ordered
        .last()
        .map_or(0, |document| document.position.sequence);
    fresh
        .stores
        .change_log
        .apply_import(Import {
            home_pool: pool1(),
            module: PresenceFocus,
            epoch: Epoch(0),
            documents: ordered,
            reconciled: Vec::new(),
            watermark,
            sum: None,
            lost: Default::default(),
        })
        .await
        .unwrap();
    fresh.stores.change_log.digest(&pool1()).await.unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn digests_follow_every_write_and_copies_become_equal(history in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (owner, copy) = (Node::new(pool1()).await, Node::new(pool2()).await);
            let mut model: BTreeMap<u8, u8> = BTreeMap::new();
            for step in history {
                match step {
                    Step::Put(key, body) => {
                        model.insert(key, body);
                        owner.put(vec![Write { body: Bytes::from(vec![body]), ..write(numbered(key), "") }]).await;
                    }
                    Step::Delete(key) => {
                        model.remove(&key);
                        owner.put(vec![delete(numbered(key))]).await;
                    }
                    Step::Ship(limit) => owner.ship_to(&copy, u32::from(limit)).await,
                }
            }
            owner.ship_to(&copy, 3).await;
            let documents = owner.list(&pool1(), KEN).await;
            prop_assert_eq!(documents.len(), model.len());
            for (key, body) in model {
                let document = owner.get(&pool1(), &numbered(key)).await.unwrap();
                prop_assert_eq!(document.body.as_ref(), &[body]);
            }
            let digest = owner.stores.change_log.digest(&pool1()).await.unwrap();
            prop_assert_eq!(&copy.stores.change_log.digest(&pool1()).await.unwrap(), &digest);
            let sums = |digests: &[ModuleDigest]| digests.iter()
                .map(|digest| (digest.documents, digest.digest, digest.kinds.clone())).collect::<Vec<_>>();
            prop_assert_eq!(sums(&recomputed(&documents).await), sums(&digest));

            let batch = owner.changes(PresenceFocus, 0, 1_000).await;
            let mut keys: Vec<_> = batch.documents.iter().map(|document| document.key.clone()).collect();
            prop_assert!(batch.documents.is_sorted_by_key(|document| document.position.sequence));
            keys.sort();
            keys.dedup();
            prop_assert_eq!(keys.len(), batch.documents.len(), "one value per key");
            Ok(())
        })?;
    }
}
