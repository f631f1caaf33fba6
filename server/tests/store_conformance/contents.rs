//! Content files: resumed, checked, kept while somebody names them.

use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt;
use tandem_domain::backup::DocumentKind;
use tandem_server::store::{
    Batch, CONTENT_CHUNK_BYTES, ContentHash, ContentReference, Contents, Error, Import, Write,
};

use crate::support::*;

const KEN: &str = "sip:kenmyer@contoso.com";

async fn store(contents: &dyn Contents, bytes: &'static [u8]) -> ContentReference {
    let mut upload = contents.receive(1 << 30, None).await.unwrap();
    for piece in bytes.chunks(7) {
        upload.append(Bytes::from_static(piece)).await.unwrap();
    }
    let stored = upload.finish().await.unwrap();
    assert_eq!(stored.hash, ContentHash::of(bytes));
    ContentReference {
        hash: stored.hash,
        length: stored.length,
    }
}

async fn read(contents: &dyn Contents, hash: ContentHash, offset: u64) -> Vec<u8> {
    let read = contents.read(hash, offset).await.unwrap();
    let pieces: Vec<Bytes> = read.pieces.try_collect().await.unwrap();
    assert!(
        pieces
            .iter()
            .all(|piece| piece.len() <= CONTENT_CHUNK_BYTES)
    );
    pieces.concat()
}

/// What a copy is told of a batch of conference files, of which the owner has lost some.
fn import<const N: usize>(batch: Batch, lost: [ContentHash; N]) -> Import {
    Import {
        home_pool: pool1(),
        module: DataConf,
        epoch: tandem_domain::ownership::Epoch(0),
        documents: batch.documents,
        reconciled: Vec::new(),
        watermark: batch.watermark,
        sum: batch.sum,
        lost: lost.into(),
    }
}

fn file(name: &str, content: ContentReference) -> Write {
    Write {
        content: Some(content),
        ..write(key(KEN, DocumentKind::ConferenceContent, name), "f")
    }
}

fn files_in(folder: &std::path::Path) -> usize {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| if path.is_dir() { files_in(&path) } else { 1 })
        .sum()
}

#[tokio::test]
async fn what_is_stored_is_read_from_any_offset() {
    let node = Node::new(pool1()).await;
    let contents = node.stores.contents.as_ref();
    let stored = store(contents, b"conference slides").await;
    assert_eq!(read(contents, stored.hash, 0).await, b"conference slides");
    assert_eq!(read(contents, stored.hash, 11).await, b"slides");
    assert_eq!(read(contents, stored.hash, 99).await, b"");
    assert!(
        contents
            .missing(vec![stored.hash])
            .await
            .unwrap()
            .is_empty()
    );
    let unknown = contents.read(ContentHash::of(b"?"), 0).await;
    assert!(matches!(unknown, Err(Error::NotFound { .. })));
}

#[tokio::test]
async fn large_contents_come_in_pieces() {
    let node = Node::new(pool1()).await;
    let contents = node.stores.contents.as_ref();
    let bytes: Bytes = (0..3 * CONTENT_CHUNK_BYTES + 5).map(|n| n as u8).collect();
    let hash = ContentHash::of(&bytes);
    let mut upload = contents.resume(hash, bytes.len() as u64, 0).await.unwrap();
    upload.append(bytes.clone()).await.unwrap();
    upload.finish().await.unwrap();
    assert_eq!(read(contents, hash, 0).await, bytes);
}

#[tokio::test]
async fn an_interrupted_transfer_goes_on_where_it_ended_also_after_a_restart() {
    let node = Node::new(pool2()).await;
    let bytes = b"0123456789";
    let hash = ContentHash::of(bytes);
    let mut upload = node.stores.contents.resume(hash, 10, 0).await.unwrap();
    upload.append(Bytes::from_static(b"0123")).await.unwrap();
    assert!(matches!(
        node.stores.contents.resume(hash, 10, 4).await,
        Err(Error::UploadBusy { .. })
    ));
    drop(upload);

    let node = node.reopened().await;
    let contents = node.stores.contents.as_ref();
    let missing = contents.missing(vec![hash]).await.unwrap();
    assert_eq!((missing[0].hash, missing[0].received), (hash, 4));
    assert!(matches!(
        contents.resume(hash, 10, 3).await,
        Err(Error::UploadOffset {
            held: 4,
            given: 3,
            ..
        })
    ));
    let mut upload = contents.resume(hash, 10, 4).await.unwrap();
    upload.append(Bytes::from_static(b"456789")).await.unwrap();
    upload.finish().await.unwrap();
    assert_eq!(read(contents, hash, 0).await, bytes);
}

#[tokio::test]
async fn a_short_transfer_is_no_content_and_loses_nothing() {
    let node = Node::new(pool2()).await;
    let contents = node.stores.contents.as_ref();
    let hash = ContentHash::of(b"0123456789");
    let mut upload = contents.resume(hash, 10, 0).await.unwrap();
    upload.append(Bytes::from_static(b"0123")).await.unwrap();
    assert!(matches!(
        upload.finish().await,
        Err(Error::UploadLength {
            received: 4,
            length: 10,
            ..
        })
    ));
    assert_eq!(contents.missing(vec![hash]).await.unwrap()[0].received, 4);
    let mut upload = contents.resume(hash, 10, 4).await.unwrap();
    assert!(matches!(
        upload.append(Bytes::from_static(b"456789abc")).await,
        Err(Error::UploadLength { .. })
    ));
}

#[tokio::test]
async fn wrong_bytes_never_get_the_name() {
    let node = Node::new(pool2()).await;
    let contents = node.stores.contents.as_ref();
    let hash = ContentHash::of(b"right");
    let mut upload = contents.resume(hash, 5, 0).await.unwrap();
    upload.append(Bytes::from_static(b"wrong")).await.unwrap();
    assert!(matches!(
        upload.finish().await,
        Err(Error::HashMismatch { .. })
    ));
    let mut upload = contents.receive(100, Some(hash)).await.unwrap();
    upload.append(Bytes::from_static(b"wrong")).await.unwrap();
    assert!(matches!(
        upload.finish().await,
        Err(Error::HashMismatch { .. })
    ));
    let mut upload = contents.receive(4, None).await.unwrap();
    let over = upload.append(Bytes::from_static(b"right")).await;
    assert!(matches!(
        over,
        Err(Error::TooLarge {
            given: 5,
            limit: 4,
            ..
        })
    ));
    drop(upload);
    assert_eq!(contents.missing(vec![hash]).await.unwrap()[0].received, 0);
    assert_eq!(
        files_in(&node.folder.path().join("content")),
        0,
        "nothing is left of them"
    );
}

#[tokio::test]
async fn a_document_is_refused_before_its_content_is_there() {
    let (owner, copy) = (Node::new(pool1()).await, Node::new(pool2()).await);
    let ghost = ContentReference {
        hash: ContentHash::of(b"ghost"),
        length: 5,
    };
    let refused = owner
        .stores
        .documents
        .put_many(vec![file("a", ghost)])
        .await;
    assert!(matches!(refused, Err(Error::NotFound { .. })));

    let stored = store(owner.stores.contents.as_ref(), b"slides").await;
    owner.put(vec![file("a", stored)]).await;
    let pending = owner
        .stores
        .change_log
        .pending(&pool1(), DataConf, 0)
        .await
        .unwrap();
    assert_eq!((pending.kinds[0].records, pending.kinds[0].bytes), (1, 6));
    let batch = owner.changes(DataConf, 0, 10).await;
    let import = import(batch, []);
    let refused = copy.stores.change_log.apply_import(import.clone()).await;
    assert!(matches!(refused, Err(Error::NotFound { .. })));
    let lost_elsewhere = Import {
        lost: [ghost.hash].into(),
        ..import.clone()
    };
    let refused = copy.stores.change_log.apply_import(lost_elsewhere).await;
    assert!(matches!(refused, Err(Error::NotFound { .. })));
    store(copy.stores.contents.as_ref(), b"slides").await;
    assert_eq!(
        copy.stores.change_log.apply_import(import).await.unwrap(),
        1
    );
}

#[tokio::test]
async fn a_document_is_taken_without_a_content_that_its_owner_has_lost() {
    let (owner, copy) = (Node::new(pool1()).await, Node::new(pool2()).await);
    let stored = store(owner.stores.contents.as_ref(), b"slides").await;
    owner.put(vec![file("a", stored)]).await;
    let batch = owner.changes(DataConf, 0, 10).await;
    let import = import(batch, [stored.hash]);
    assert_eq!(
        copy.stores.change_log.apply_import(import).await.unwrap(),
        1,
        "and the copies are equal"
    );
}

#[tokio::test]
async fn what_is_damaged_is_kept_out_of_the_way() {
    let node = Node::new(pool1()).await;
    let contents = node.stores.contents.as_ref();
    let stored = store(contents, b"slides").await;
    contents.set_aside(stored.hash).await.unwrap();
    contents.set_aside(stored.hash).await.unwrap();
    assert_eq!(contents.missing(vec![stored.hash]).await.unwrap().len(), 1);
    an_hour_passes(node.folder.path());
    assert_eq!(contents.collect_garbage(Duration::ZERO).await.unwrap(), 0);
    let damaged = node.folder.path().join("content").join("damaged");
    assert_eq!(files_in(&damaged), 1);
}

#[tokio::test]
async fn a_document_that_is_postponed_comes_last_as_it_is() {
    let node = Node::new(pool1()).await;
    let contents = node.stores.contents.as_ref();
    let stored = store(contents, b"slides").await;
    let names = ["a", "b", "c"].map(|name| file(name, stored));
    node.put(names.to_vec()).await;
    let key = |name| key(KEN, DocumentKind::ConferenceContent, name);
    let digest = node.stores.change_log.digest(&pool1()).await.unwrap();
    let moved = vec![(key("a"), 1), (key("b"), 9)];
    let change_log = &node.stores.change_log;
    change_log.postpone(&pool1(), moved).await.unwrap();
    let batch = node.changes(DataConf, 0, 10).await;
    let order = batch
        .documents
        .iter()
        .map(|document| (document.key.key.as_str(), document.position.sequence));
    assert_eq!(order.collect::<Vec<_>>(), [("b", 2), ("c", 3), ("a", 4)]);
    assert_eq!(batch.documents[2].version, 1);
    let now = change_log.digest(&pool1()).await.unwrap();
    let sums = |digests: &[tandem_server::store::ModuleDigest]| -> Vec<u128> {
        digests.iter().map(|digest| digest.digest).collect()
    };
    assert_eq!(sums(&now), sums(&digest));
    node.put(vec![file("d", stored)]).await;
    assert_eq!(
        node.changes(DataConf, 4, 10).await.documents[0]
            .position
            .sequence,
        5
    );
}

/// As if an hour had passed since the files below a folder were last touched.
fn an_hour_passes(folder: &std::path::Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            an_hour_passes(&path);
            continue;
        }
        let file = std::fs::File::options().append(true).open(path).unwrap();
        let touched = file.metadata().unwrap().modified().unwrap();
        file.set_modified(touched - Duration::from_secs(3600))
            .unwrap();
    }
}

#[tokio::test]
async fn what_nobody_names_is_removed_once_it_is_idle() {
    const IDLE: Duration = Duration::from_secs(1800);
    let node = Node::new(pool1()).await;
    let contents = node.stores.contents.as_ref();
    let named = store(contents, b"named").await;
    let orphan = store(contents, b"orphan").await;
    node.put(vec![file("a", named)]).await;
    let half = ContentHash::of(b"half");
    drop(contents.resume(half, 4, 0).await.unwrap());
    assert_eq!(contents.collect_garbage(IDLE).await.unwrap(), 0);

    an_hour_passes(node.folder.path());
    contents.missing(vec![orphan.hash]).await.unwrap();
    assert_eq!(
        contents.collect_garbage(IDLE).await.unwrap(),
        1,
        "only the abandoned transfer: the orphan has just been asked for"
    );
    an_hour_passes(node.folder.path());
    assert_eq!(contents.collect_garbage(IDLE).await.unwrap(), 1);
    assert!(contents.missing(vec![named.hash]).await.unwrap().is_empty());

    node.put(vec![delete(key(KEN, DocumentKind::ConferenceContent, "a"))])
        .await;
    an_hour_passes(node.folder.path());
    assert_eq!(contents.collect_garbage(IDLE).await.unwrap(), 1);
}
