//! Terms, adoption, salvage, the journal.

use std::time::SystemTime;

use bytes::Bytes;
use tandem_domain::ownership::{Chain, Epoch, Position, Side, Term, compare};
use tandem_server::store::{
    Adoption, Error, OperationEntry, OperationState, Refusal, ServingUpdate, TermAppend, Write,
};

use crate::support::*;

const KEN: &str = "sip:kenmyer@contoso.com";

fn operation(id: &str, state: OperationState) -> OperationEntry {
    OperationEntry {
        id: id.to_owned(),
        cmdlet: "Invoke-CsPoolFailOver".to_owned(),
        home_pool: Some(pool1()),
        request: Bytes::from_static(b"request"),
        plan: Bytes::from_static(b"plan"),
        plan_digest: "d1".to_owned(),
        caller: "CN=admin".to_owned(),
        coordinator: pool1(),
        state,
        step: "Transfer".to_owned(),
        started: SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000),
        ended: None,
        failure: None,
        result: Bytes::new(),
    }
}

fn take_over(
    epoch: u64,
    after: u64,
    base_sequence: u64,
    journal: Option<OperationEntry>,
) -> TermAppend {
    TermAppend {
        home_pool: pool1(),
        after: Epoch(after),
        term: Term {
            epoch: Epoch(epoch),
            base_sequence,
        },
        serving: ServingUpdate {
            frozen_by: Some(None),
            services_running: Some(epoch.is_multiple_of(2)),
        },
        journal: journal.into_iter().collect(),
    }
}

#[tokio::test]
async fn a_term_claims_no_more_than_the_copy_holds() {
    let (home, backup) = (Node::new(pool1()).await, Node::new(pool2()).await);
    home.put(vec![write(contact(KEN, "a"), "home")]).await;
    home.ship_to(&backup, 10).await;
    let ownership = &backup.stores.ownership;
    let refused = ownership.append_term(take_over(1, 0, 2, None)).await;
    assert!(
        matches!(
            refused,
            Err(Error::Incomplete {
                held: 1,
                claimed: 2,
                ..
            })
        ),
        "{refused:?}"
    );
    ownership
        .append_term(take_over(1, 0, 1, None))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_planned_move_there_and_back_keeps_both_copies_equal() {
    let (home, backup) = (Node::new(pool1()).await, Node::new(pool2()).await);
    home.put(
        (0..20)
            .map(|n| write(contact(KEN, &n.to_string()), "home"))
            .collect(),
    )
    .await;
    home.ship_to(&backup, 8).await;
    for node in [&backup, &home] {
        node.stores
            .ownership
            .append_term(take_over(1, 0, 20, None))
            .await
            .unwrap();
    }
    assert!(matches!(
        home.stores
            .documents
            .put_many(vec![write(contact(KEN, "x"), "no")])
            .await,
        Err(Error::Refused(Refusal::NotOwner {
            epoch: Epoch(1),
            ..
        }))
    ));
    assert_eq!(
        home.stores
            .change_log
            .watermark(&pool1(), DataConf)
            .await
            .unwrap(),
        20
    );
    let written = backup
        .put(vec![
            write(contact(KEN, "0"), "backup"),
            delete(contact(KEN, "1")),
        ])
        .await;
    assert_eq!(
        written[0].position,
        Position {
            epoch: Epoch(1),
            sequence: 21
        }
    );

    backup.ship_to(&home, 8).await;
    for node in [&home, &backup] {
        node.stores
            .ownership
            .append_term(take_over(2, 1, 22, None))
            .await
            .unwrap();
    }
    assert_eq!(
        home.put(vec![write(contact(KEN, "2"), "home again")]).await[0]
            .position
            .sequence,
        23
    );
    home.ship_to(&backup, 8).await;
    assert_eq!(
        home.list(&pool1(), KEN).await,
        backup.list(&pool1(), KEN).await
    );
    assert_eq!(
        home.stores.change_log.digest(&pool1()).await.unwrap(),
        backup.stores.change_log.digest(&pool1()).await.unwrap()
    );
}

#[tokio::test]
async fn a_term_and_its_journal_entry_stand_or_fall_together() {
    let node = Node::new(pool2()).await;
    let (ownership, journal) = (&node.stores.ownership, &node.stores.journal);
    journal
        .begin(operation("op", OperationState::RolledBack))
        .await
        .unwrap();
    let refused = ownership
        .append_term(take_over(
            1,
            0,
            0,
            Some(operation("op", OperationState::Committed)),
        ))
        .await;
    assert!(matches!(
        refused,
        Err(Error::OperationEnded {
            state: OperationState::RolledBack,
            ..
        })
    ));
    assert_eq!(
        node.chain(&pool1()).await,
        Chain::new(),
        "an aborted operation can never commit"
    );

    let accepted = take_over(1, 0, 0, Some(operation("op-2", OperationState::Committed)));
    ownership.append_term(accepted.clone()).await.unwrap();
    ownership.append_term(accepted).await.unwrap();
    let other = ownership.append_term(take_over(3, 0, 0, None)).await;
    assert!(matches!(
        other,
        Err(Error::Superseded { ours: Epoch(1), .. })
    ));
    let node = node.reopened().await;
    assert_eq!(node.chain(&pool1()).await.epoch(), Epoch(1));
    let entry = node.stores.journal.get("op-2").await.unwrap().unwrap();
    assert_eq!(entry, operation("op-2", OperationState::Committed));
    let record = node.stores.ownership.get(&pool1()).await.unwrap().unwrap();
    assert!(!record.services_running);
}

#[tokio::test]
async fn the_same_operation_id_begins_once_and_old_ones_are_forgotten() {
    let node = Node::new(pool1()).await;
    let journal = &node.stores.journal;
    assert_eq!(
        journal
            .begin(operation("a", OperationState::Running))
            .await
            .unwrap(),
        None
    );
    let ended = OperationEntry {
        result: Bytes::from_static(b"done"),
        ..operation("a", OperationState::Committed)
    };
    journal.record(ended.clone()).await.unwrap();
    let known = journal
        .begin(operation("a", OperationState::Running))
        .await
        .unwrap();
    assert_eq!(known, Some(ended));
    assert!(
        journal
            .record(operation("a", OperationState::Running))
            .await
            .is_err()
    );
    for n in 0..5_u64 {
        let entry = OperationEntry {
            started: SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(2_000 + n),
            ..operation(&format!("b{n}"), OperationState::RolledBack)
        };
        journal.begin(entry).await.unwrap();
    }
    journal
        .begin(operation("running", OperationState::Running))
        .await
        .unwrap();
    assert_eq!(journal.forget_old(2).await.unwrap(), 4);
    let ids: Vec<_> = journal
        .list(None, 10)
        .await
        .unwrap()
        .into_iter()
        .map(|entry| entry.id)
        .collect();
    assert_eq!(ids, ["b4", "b3", "running"]);
    let running = journal
        .list(Some(OperationState::Running), 10)
        .await
        .unwrap();
    assert_eq!(running.len(), 1);
}

/// pool1 is lost with writes that pool2 never saw; pool2 takes over and goes on.
async fn diverged() -> (Node, Node) {
    let (lost, survivor) = (Node::new(pool1()).await, Node::new(pool2()).await);
    lost.put(
        (0..10)
            .map(|n| write(contact(KEN, &n.to_string()), "shared"))
            .collect(),
    )
    .await;
    lost.ship_to(&survivor, 100).await;
    lost.put(vec![
        write(contact(KEN, "0"), "lost change"),
        write(contact(KEN, "new"), "lost contact"),
        delete(contact(KEN, "1")),
        account_write(&account(pool1(), "lost")),
    ])
    .await;
    let base = survivor
        .stores
        .change_log
        .contiguous_head(&pool1())
        .await
        .unwrap();
    survivor
        .stores
        .ownership
        .append_term(take_over(1, 0, base, None))
        .await
        .unwrap();
    survivor
        .put(vec![write(contact(KEN, "0"), "survivor's")])
        .await;
    (lost, survivor)
}

async fn adopt(node: &Node, from: &Node, bundle: &str) -> tandem_server::store::Adopted {
    let (ours, theirs) = (node.chain(&pool1()).await, from.chain(&pool1()).await);
    let our_head = node.stores.change_log.head(&pool1()).await.unwrap();
    let their_head = from.stores.change_log.head(&pool1()).await.unwrap();
    let lineage = compare(&ours, our_head, &theirs, their_head);
    node.stores
        .ownership
        .adopt(Adoption {
            home_pool: pool1(),
            chain: theirs,
            common: lineage.common,
            bundle_id: bundle.to_owned(),
            found: SystemTime::UNIX_EPOCH,
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn adoption_keeps_what_was_lost_and_takes_what_stands() {
    let (lost, survivor) = diverged().await;
    let adopted = adopt(&lost, &survivor, "bundle").await;
    assert_eq!(
        (adopted.bundle_id.as_deref(), adopted.records),
        (Some("bundle"), 4)
    );
    assert_eq!(
        lost.stores
            .documents
            .count_accounts(&pool1())
            .await
            .unwrap(),
        0
    );

    let lost = lost.reopened().await;
    survivor.ship_to(&lost, 2).await;
    assert_eq!(
        lost.list(&pool1(), KEN).await,
        survivor.list(&pool1(), KEN).await
    );
    assert_eq!(
        lost.stores.change_log.digest(&pool1()).await.unwrap(),
        survivor.stores.change_log.digest(&pool1()).await.unwrap()
    );
    assert_eq!(
        lost.get(&pool1(), &contact(KEN, "1")).await.unwrap().body,
        "shared"
    );

    let salvage = &lost.stores.salvage;
    let bundles = salvage.bundles(Some(&pool1())).await.unwrap();
    assert_eq!(
        (bundles.len(), bundles[0].records, bundles[0].epoch),
        (1, 4, Epoch(0))
    );
    let items = salvage.items("bundle", 0, 10).await.unwrap();
    let kept: Vec<_> = items
        .iter()
        .map(|item| {
            (
                item.number,
                item.document.position.sequence,
                item.document.deleted,
            )
        })
        .collect();
    assert_eq!(
        kept,
        [
            (1, 11, false),
            (2, 12, false),
            (3, 13, true),
            (4, 14, false)
        ]
    );
    assert_eq!(items[0].document.body, "lost change");
    salvage
        .mark_applied("bundle", vec![1, 3], SystemTime::UNIX_EPOCH)
        .await
        .unwrap();
    assert_eq!(salvage.bundles(None).await.unwrap()[0].applied, 2);
    assert_eq!(salvage.items("bundle", 3, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_node_without_writes_of_its_own_adopts_without_salvage() {
    let (lost, survivor) = (Node::new(pool1()).await, Node::new(pool2()).await);
    lost.put(vec![write(contact(KEN, "a"), "1")]).await;
    lost.ship_to(&survivor, 10).await;
    survivor
        .stores
        .ownership
        .append_term(take_over(1, 0, 1, None))
        .await
        .unwrap();
    let adopted = adopt(&lost, &survivor, "none").await;
    assert_eq!((adopted.bundle_id, adopted.records), (None, 0));
    assert_eq!(lost.chain(&pool1()).await.owner(), Side::Backup);
    let backwards = lost
        .stores
        .ownership
        .adopt(Adoption {
            home_pool: pool1(),
            chain: Chain::new(),
            common: Position::default(),
            bundle_id: "b".to_owned(),
            found: SystemTime::UNIX_EPOCH,
        })
        .await;
    assert!(matches!(backwards, Err(Error::Superseded { .. })));
}

#[tokio::test]
async fn modules_that_were_copied_unevenly_lose_nothing_at_a_takeover() {
    let (lost, survivor) = (Node::new(pool1()).await, Node::new(pool2()).await);
    lost.put(vec![write(contact(KEN, "a"), "1")]).await;
    lost.ship_to(&survivor, 10).await;
    let stored = {
        let mut upload = lost.stores.contents.receive(100, None).await.unwrap();
        upload.append(Bytes::from_static(b"slides")).await.unwrap();
        upload.finish().await.unwrap()
    };
    let file = Write {
        content: Some(tandem_server::store::ContentReference {
            hash: stored.hash,
            length: stored.length,
        }),
        ..write(
            key(
                KEN,
                tandem_domain::backup::DocumentKind::ConferenceContent,
                "slides",
            ),
            "f",
        )
    };
    lost.put(vec![file, write(contact(KEN, "b"), "2")]).await;
    // Only the user module is shipped before the disaster: its watermark is above a file that never came.
    let batch = lost.changes(PresenceFocus, 1, 10).await;
    survivor
        .stores
        .change_log
        .apply_import(tandem_server::store::Import {
            home_pool: pool1(),
            module: PresenceFocus,
            epoch: Epoch(0),
            documents: batch.documents,
            reconciled: Vec::new(),
            watermark: batch.watermark,
            sum: batch.sum,
            lost: Default::default(),
        })
        .await
        .unwrap();
    let base = survivor
        .stores
        .change_log
        .contiguous_head(&pool1())
        .await
        .unwrap();
    assert_eq!(base, 1);
    survivor
        .stores
        .ownership
        .append_term(take_over(1, 0, base, None))
        .await
        .unwrap();
    let next = survivor.put(vec![write(contact(KEN, "c"), "3")]).await;
    assert_eq!(
        next[0].position.sequence, 4,
        "numbers that are used are not used again"
    );

    let adopted = adopt(&lost, &survivor, "bundle").await;
    assert_eq!(adopted.records, 2);
    survivor.ship_to(&lost, 10).await;
    assert_eq!(
        lost.list(&pool1(), KEN).await,
        survivor.list(&pool1(), KEN).await
    );
    let left = lost.stores.salvage.items("bundle", 0, 10).await.unwrap();
    assert_eq!(
        left.len(),
        1,
        "the contact had not been lost and has left the bundle"
    );
    assert_eq!(left[0].document.key.key, "slides");
    let kept = lost
        .stores
        .contents
        .collect_garbage(std::time::Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(kept, 0, "salvage keeps its files");
}
