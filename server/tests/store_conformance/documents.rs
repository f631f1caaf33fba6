//! Writing, reading, versions, the gate, and accounts.

use futures_util::TryStreamExt;
use futures_util::future::join_all;
use tandem_domain::backup::DocumentKind;
use tandem_domain::identity::SipUri;
use tandem_server::store::{
    AccountName, BODY_BYTES_MAX, Error, Refusal, ServingUpdate, WRITES_MAX, Write,
};

use crate::support::*;

const KEN: &str = "sip:kenmyer@contoso.com";

#[tokio::test]
async fn a_write_is_read_back_with_its_position_also_after_a_restart() {
    let node = Node::new(pool1()).await;
    let written = node
        .put(vec![
            write(contact(KEN, "a"), "1"),
            write(contact(KEN, "b"), "2"),
        ])
        .await;
    assert_eq!(
        written
            .iter()
            .map(|w| (w.version, w.position.sequence))
            .collect::<Vec<_>>(),
        [(1, 1), (1, 2)]
    );
    let again = node.put(vec![write(contact(KEN, "a"), "3")]).await;
    assert_eq!((again[0].version, again[0].position.sequence), (2, 3));

    let node = node.reopened().await;
    let document = node.get(&pool1(), &contact(KEN, "a")).await.unwrap();
    assert_eq!(
        (document.body.as_ref(), document.version),
        (b"3".as_ref(), 2)
    );
    assert_eq!(node.stores.change_log.head(&pool1()).await.unwrap(), 3);
    assert!(node.get(&pool2(), &contact(KEN, "a")).await.is_none());
}

#[tokio::test]
async fn lists_are_ordered_and_of_one_kind_when_asked() {
    let node = Node::new(pool1()).await;
    let mut writes: Vec<Write> = (0..600)
        .map(|n| write(contact(KEN, &format!("{n:04}")), "c"))
        .collect();
    writes.push(write(key(KEN, DocumentKind::Setting, "forwarding"), "s"));
    writes.push(write(contact("sip:other@contoso.com", "x"), "c"));
    writes.reverse();
    node.put(writes).await;
    let all = node.list(&pool1(), KEN).await;
    assert_eq!(all.len(), 601);
    assert!(all.is_sorted_by_key(|document| document.key.clone()));
    let settings: Vec<_> = node
        .stores
        .documents
        .list(&pool1(), KEN, Some(DocumentKind::Setting))
        .try_collect()
        .await
        .unwrap();
    assert_eq!(settings.len(), 1);
}

#[tokio::test]
async fn versions_guard_against_lost_updates() {
    let node = Node::new(pool1()).await;
    let at = |version, body| Write {
        expected_version: Some(version),
        ..write(contact(KEN, "a"), body)
    };
    node.put(vec![at(0, "first")]).await;
    for stale in [0, 2, 7] {
        let refused = node.stores.documents.put_many(vec![at(stale, "no")]).await;
        assert!(matches!(
            refused,
            Err(Error::VersionConflict { expected, found: 1, .. }) if expected == stale
        ));
    }
    node.put(vec![at(1, "second")]).await;
    node.put(vec![delete(contact(KEN, "a"))]).await;
    assert!(node.get(&pool1(), &contact(KEN, "a")).await.is_none());
    let written = node.put(vec![at(0, "reborn")]).await;
    assert_eq!(
        written[0].version, 4,
        "versions go on over a deletion, so that no stale writer matches"
    );
}

#[tokio::test]
async fn all_writes_of_a_call_or_none() {
    let node = Node::new(pool1()).await;
    let head = node.put(vec![write(contact(KEN, "a"), "1")]).await[0]
        .position
        .sequence;
    let digest = node.stores.change_log.digest(&pool1()).await.unwrap();
    let refused = node
        .stores
        .documents
        .put_many(vec![
            write(contact(KEN, "b"), "2"),
            Write {
                expected_version: Some(9),
                ..write(contact(KEN, "a"), "3")
            },
        ])
        .await;
    assert!(matches!(refused, Err(Error::VersionConflict { .. })));
    assert!(node.get(&pool1(), &contact(KEN, "b")).await.is_none());
    assert_eq!(node.stores.change_log.head(&pool1()).await.unwrap(), head);
    assert_eq!(
        node.stores.change_log.digest(&pool1()).await.unwrap(),
        digest
    );
}

#[tokio::test]
async fn callers_of_one_transaction_do_not_spoil_each_other() {
    let node = Node::new(pool1()).await;
    let writes = (0..200).map(|n| {
        let expected_version = if n % 3 == 0 { Some(5) } else { None };
        node.stores.documents.put_many(vec![Write {
            expected_version,
            ..write(contact(KEN, &format!("{n}")), "x")
        }])
    });
    let outcomes = join_all(writes).await;
    let mut sequences = Vec::new();
    for (n, outcome) in outcomes.into_iter().enumerate() {
        assert_eq!(outcome.is_err(), n % 3 == 0, "write {n}");
        sequences.extend(
            outcome
                .into_iter()
                .flatten()
                .map(|written| written.position.sequence),
        );
    }
    sequences.sort_unstable();
    assert_eq!(
        sequences,
        (1..=133).collect::<Vec<u64>>(),
        "no gap and no number twice"
    );
    assert_eq!(node.list(&pool1(), KEN).await.len(), 133);
}

#[tokio::test]
async fn deleting_nothing_writes_nothing() {
    let node = Node::new(pool1()).await;
    let nothing = node.put(vec![delete(contact(KEN, "a"))]).await;
    assert_eq!((nothing[0].version, nothing[0].position.sequence), (0, 0));
    node.put(vec![write(contact(KEN, "a"), "1")]).await;
    node.put(vec![delete(contact(KEN, "a"))]).await;
    let nothing = node.put(vec![delete(contact(KEN, "a"))]).await;
    assert_eq!((nothing[0].version, nothing[0].position.sequence), (2, 2));
}

#[tokio::test]
async fn limits_are_named() {
    let node = Node::new(pool1()).await;
    let documents = &node.stores.documents;
    let large = "x".repeat(BODY_BYTES_MAX + 1);
    let refused = documents
        .put_many(vec![write(contact(KEN, "a"), &large)])
        .await;
    assert!(matches!(
        refused,
        Err(Error::TooLarge {
            what: "a document's body",
            ..
        })
    ));
    let many = (0..=WRITES_MAX)
        .map(|n| write(contact(KEN, &n.to_string()), ""))
        .collect();
    assert!(matches!(
        documents.put_many(many).await,
        Err(Error::TooLarge { .. })
    ));
    let twice = vec![write(contact(KEN, "a"), "1"), write(contact(KEN, "a"), "2")];
    assert!(matches!(
        documents.put_many(twice).await,
        Err(Error::Invalid(_))
    ));
    let without_content = vec![write(key(KEN, DocumentKind::ConferenceContent, "f"), "1")];
    assert!(matches!(
        documents.put_many(without_content).await,
        Err(Error::Invalid(_))
    ));
    let elsewhere = vec![write(key(KEN, DocumentKind::Topology, "t"), "1")];
    assert!(matches!(
        documents.put_many(elsewhere).await,
        Err(Error::Invalid(_))
    ));
}

#[tokio::test]
async fn the_gate_refuses_what_this_node_may_not_write() {
    let node = Node::new(pool1()).await;
    let documents = &node.stores.documents;
    let one = || vec![write(contact(KEN, "a"), "1")];

    let of_the_partner = vec![Write {
        home_pool: pool2(),
        ..write(contact(KEN, "a"), "1")
    }];
    assert!(matches!(
        documents.put_many(of_the_partner).await,
        Err(Error::Refused(Refusal::NotOwner { .. }))
    ));
    let of_nobody = vec![Write {
        home_pool: fqdn("pool3.contoso.com"),
        ..write(contact(KEN, "a"), "1")
    }];
    assert!(matches!(
        documents.put_many(of_nobody).await,
        Err(Error::UnknownHomePool { .. })
    ));

    node.stores
        .gate
        .quarantine(&pool1(), "the partner cannot be reached");
    assert!(matches!(
        documents.put_many(one()).await,
        Err(Error::Refused(Refusal::Quarantined { reason, .. })) if reason.contains("reached")
    ));
    node.stores.gate.release(&pool1());

    let freeze = |operation: Option<&str>| ServingUpdate {
        frozen_by: Some(operation.map(str::to_owned)),
        services_running: None,
    };
    let ownership = &node.stores.ownership;
    ownership
        .update(&pool1(), freeze(Some("op-1")), None)
        .await
        .unwrap();
    assert!(matches!(
        documents.put_many(one()).await,
        Err(Error::Refused(Refusal::Frozen { operation, .. })) if operation == "op-1"
    ));
    assert!(matches!(
        ownership.update(&pool1(), freeze(Some("op-2")), None).await,
        Err(Error::Refused(Refusal::Frozen { operation, .. })) if operation == "op-1"
    ));

    let node = node.reopened().await;
    let still = node.stores.documents.put_many(one()).await;
    assert!(
        matches!(still, Err(Error::Refused(Refusal::Quarantined { .. }))),
        "a node starts in quarantine"
    );
    node.stores.gate.release(&pool1());
    let still = node.stores.documents.put_many(one()).await;
    assert!(
        matches!(still, Err(Error::Refused(Refusal::Frozen { .. }))),
        "a freeze survives a restart"
    );
    node.stores
        .ownership
        .update(&pool1(), freeze(None), None)
        .await
        .unwrap();
    node.put(one()).await;
}

#[tokio::test]
async fn a_user_is_deleted_whole() {
    let node = Node::new(pool1()).await;
    let writes = (0..700)
        .map(|n| write(contact(KEN, &n.to_string()), "x"))
        .collect();
    node.put(writes).await;
    node.put(vec![
        account_write(&account(pool1(), "kenmyer")),
        write(contact("sip:b@contoso.com", "x"), ""),
    ])
    .await;
    assert_eq!(
        node.stores
            .documents
            .delete_owner(&pool1(), KEN)
            .await
            .unwrap(),
        701
    );
    assert!(node.list(&pool1(), KEN).await.is_empty());
    assert_eq!(
        node.stores
            .documents
            .count_accounts(&pool1())
            .await
            .unwrap(),
        0
    );
    assert_eq!(node.list(&pool1(), "sip:b@contoso.com").await.len(), 1);
    let head = node.stores.change_log.head(&pool1()).await.unwrap();
    assert_eq!(head, 702 + 701, "each deletion is a write of its own");
}

#[tokio::test]
async fn accounts_are_streamed_and_found_by_each_of_their_names() {
    let node = Node::new(pool1()).await;
    for chunk in (0..2_500).collect::<Vec<u32>>().chunks(1_000) {
        node.put(
            chunk
                .iter()
                .map(|n| account_write(&account(pool1(), &format!("u{n:05}"))))
                .collect(),
        )
        .await;
    }
    let documents = &node.stores.documents;
    for filter in [Some(pool1()), None] {
        let all: Vec<_> = documents
            .accounts(filter.as_ref())
            .try_collect()
            .await
            .unwrap();
        assert_eq!(all.len(), 2_500);
        assert!(all.is_sorted_by_key(|account| account.sip_address.clone()));
        assert_eq!(all[7], account(pool1(), "u00007"));
    }
    let none: Vec<_> = documents
        .accounts(Some(&pool2()))
        .try_collect()
        .await
        .unwrap();
    assert!(none.is_empty());
    assert_eq!(documents.count_accounts(&pool1()).await.unwrap(), 2_500);

    let sip = SipUri::parse("sip:U00042@contoso.com").unwrap();
    for name in [
        AccountName::SipAddress(sip),
        AccountName::UserPrincipalName("U00042@corp.contoso.com".to_owned()),
        AccountName::SamAccountName("U00042".to_owned()),
        AccountName::DisplayName("user u00042".to_owned()),
        AccountName::DisplayName("USER *042".to_owned()),
    ] {
        let found = documents.find_accounts(&name, 2).await.unwrap();
        assert_eq!(found.first(), Some(&account(pool1(), "u00042")), "{name:?}");
    }
    let none = AccountName::DisplayName("%".to_owned());
    assert!(documents.find_accounts(&none, 2).await.unwrap().is_empty());
    let some = AccountName::DisplayName("*".to_owned());
    assert_eq!(documents.find_accounts(&some, 7).await.unwrap().len(), 7);
}
